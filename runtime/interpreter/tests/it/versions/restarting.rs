//! Sessions that begin anew in the new version of their bot: at the customer's next message, and not before.

use std::slice;

use interpreter::Succession;
use serde_json::json;
use steps::moment::{HOUR, MINUTE};

use super::{ask, begun, by_name, last, published, versions};
use crate::story::{bot, rehearse, say, start};

#[test]
fn a_session_begins_anew_at_the_customer_s_next_message_and_not_before() {
    let old = by_name(
        "shop",
        json!({
            "start": {"type": "message", "text": "Old question", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}], "timeout": {"after": "1h", "goto": "nudge"}},
            "nudge": {"type": "message", "text": "Old nudge", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}]},
            "bye": {"type": "message", "text": "Old bye"}
        }),
    );
    let new = by_name(
        "shop",
        json!({"start": {"type": "message", "text": "New {{ trigger.on }}", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}]}, "bye": {"type": "message", "text": "New bye"}}),
    );
    for tap in [true, false] {
        let mut rehearsal = begun(&old);
        rehearsal.pass(MINUTE);
        rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[]));
        rehearsal.pass(HOUR);
        assert_eq!(last(&rehearsal), "Old nudge", "a timer restarts nothing");
        match tap {
            true => drop(rehearsal.tap("Buy").unwrap()),
            false => drop(say(&mut rehearsal, "Buy")),
        }
        assert_eq!(last(&rehearsal), "New restart", "the message is no answer");
        let ended = rehearsal.ended.as_ref().unwrap();
        assert_eq!((ended.status.as_str(), ended.outcome.as_str()), ("stopped", "restarted"));
        assert_eq!(versions(&rehearsal), slice::from_ref(&new.version));
        say(&mut rehearsal, "Buy");
        assert_eq!((last(&rehearsal), rehearsal.contact.sessions.len()), ("New bye", 0));
    }
}

#[test]
fn what_began_in_the_old_version_later_is_not_begun_again() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Buy", "New bye")));
    let mut rehearsal = rehearse(slice::from_ref(&old));
    let decided = rehearsal.now;
    rehearsal.pass(MINUTE);
    // A process that has not heard of the publication.
    say(&mut rehearsal, "shop");
    rehearsal.publish(published(&[&old], &new, Succession::Restart, decided, &[]));
    rehearsal.tap("Buy").unwrap();
    assert_ne!(last(&rehearsal), "What?");
}

#[test]
fn an_interrupt_goes_before_a_restart() {
    let agent = bot(
        "agent",
        json!({"triggers": [{"on": "message", "keywords": ["agent"], "interrupt": true}], "start": "a", "steps": {"a": {"type": "message", "text": "Calling one"}}}),
    );
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = rehearse(&[old.clone(), agent.clone()]);
    say(&mut rehearsal, "shop");
    rehearsal.pass(MINUTE);
    rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[&agent]));
    say(&mut rehearsal, "agent");
    assert_eq!(last(&rehearsal), "Calling one");
    say(&mut rehearsal, "well");
    assert_eq!(last(&rehearsal), "What?", "then the bot begins anew");
}

#[test]
fn who_waits_to_listen_goes_on_waiting_behind_what_began_anew() {
    let patient = bot(
        "patient",
        json!({"defaults": {"when_listening": "queue"}, "start": "a", "steps": {"a": {"type": "ask", "text": "My turn?", "save": "vars.x"}}}),
    );
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = rehearse(&[old.clone(), patient.clone()]);
    say(&mut rehearsal, "shop");
    start(&mut rehearsal, "patient");
    rehearsal.pass(MINUTE);
    rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[&patient]));
    say(&mut rehearsal, "hello");
    assert_eq!(last(&rehearsal), "What?");
    rehearsal.tap("Purchase").unwrap();
    let texts: Vec<&str> = rehearsal.said.iter().rev().take(2).map(|said| said.message.text()).collect();
    assert_eq!(texts, ["My turn?", "New bye"]);
}
