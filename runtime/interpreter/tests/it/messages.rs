//! What a customer sends: it runs once whatever comes again or late, opens its window by its own time, and is read.

use std::sync::Arc;

use interpreter::{Bots, Need, Supplied, turn};
use serde_json::{Value, json};
use steps::{
    contact::{Contact, MAX_SEEN},
    environment::Environment,
    event::{Content, EventKind, Inbound, Referral},
    fact::Fact,
    ids::MessageId,
    moment::{DAY, HOUR, Moment, SECOND},
};

use crate::story::{
    NOW, bot, bots, by_word, contact, echo, event, inbound, is_new, message, number, queued, rehearse, run, shop,
};

#[test]
fn the_same_message_runs_once() {
    let bots = bots(&[echo()]);
    let first = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(queued(&first.facts), ["hi"]);
    let again = run(first.contact.clone(), &bots, &message("wamid.1", NOW, "hi"), NOW);
    assert!(queued(&again.facts).is_empty());
    assert_eq!(again.contact.pending, first.contact.pending);
}

#[test]
fn a_message_older_than_meta_repeats_is_kept_and_runs_nothing() {
    let bots = bots(&[echo()]);
    let late = run(contact("c1"), &bots, &message("wamid.1", NOW.plus(-7 * DAY - SECOND), "hi"), NOW);
    assert!(queued(&late.facts).is_empty());
    assert!(late.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: true, .. })));
    assert_eq!(late.contact.conversations.len(), 0);
}

#[test]
fn what_was_forgotten_of_the_seen_is_stale() {
    let bots = bots(&[]);
    let mut contact = contact("c1");
    for number in 0..(MAX_SEEN as i64 + 10) {
        contact =
            run(contact, &bots, &message(&format!("wamid.{number}"), NOW.plus(number * SECOND), "hi"), NOW.plus(HOUR)).contact;
    }
    assert_eq!(contact.seen.len(), MAX_SEEN);
    let turned = run(contact, &bots, &message("wamid.0", NOW, "hi"), NOW.plus(HOUR));
    assert!(turned.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: true, .. })));
}

#[test]
fn the_last_message_that_was_forgotten_is_stale_too() {
    let bots = bots(&[]);
    let mut contact = contact("c1");
    for place in 0..=MAX_SEEN {
        let now = NOW.plus(place as i64 * SECOND);
        contact = run(contact, &bots, &message(&format!("wamid.{place}"), now, "hi"), now).contact;
    }
    assert!(!is_new(&run(contact, &bots, &message("wamid.0", NOW, "hi"), NOW.plus(HOUR))));
}

#[test]
fn a_clock_that_goes_ahead_neither_opens_the_window_for_ever_nor_makes_the_rest_stale() {
    let bots = bots(&[]);
    let mut contact = run(contact("c1"), &bots, &message("ahead", Moment::MAX, "hi"), NOW).contact;
    assert_eq!(contact.conversations[&number()].last_customer, Some(NOW));
    for place in 0..MAX_SEEN {
        let now = NOW.plus(place as i64 * SECOND);
        contact = run(contact, &bots, &message(&format!("wamid.{place}"), now, "hi"), now).contact;
    }
    let now = NOW.plus(DAY);
    assert!(is_new(&run(contact, &bots, &message("later", now, "hi"), now)));
}

#[test]
fn the_window_is_that_of_the_latest_customers_timestamp() {
    let bots = bots(&[]);
    let contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "b"), NOW).contact;
    let contact = run(contact, &bots, &message("wamid.2", NOW.plus(-HOUR), "a"), NOW).contact;
    assert_eq!(contact.conversations[&number()].last_customer, Some(NOW));
}

#[test]
fn an_ad_opens_the_free_entry_point_once_it_is_answered() {
    let mut rehearsal = rehearse(&[echo()]);
    let referral = Referral { source_id: Some("ad-1".into()), ..Referral::default() };
    rehearsal.customer(Content::Text { text: "hi".into() }, None, Some(referral));
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(true)));
    rehearsal.pass(71 * HOUR);
    assert_eq!(rehearsal.evaluate("window.open"), Ok(Value::Bool(false)));
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(true)));
    rehearsal.pass(2 * HOUR);
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(false)));
}

#[test]
fn a_reaction_moves_nothing_and_opens_no_window() {
    let mut rehearsal = rehearse(&[echo()]);
    rehearsal.customer(Content::Reaction { message_id: MessageId::new("x"), emoji: Some("👍".into()) }, None, None);
    assert!(rehearsal.said.is_empty());
    assert_eq!(rehearsal.evaluate("window.open"), Ok(Value::Bool(false)));
}

#[test]
fn groups_and_standby_keep_the_bot_silent() {
    let bots = bots(&[echo()]);
    let hi = || inbound("wamid.1", NOW, Content::Text { text: "hi".into() });
    for inbound in [Inbound { group: Some("g".into()), ..hi() }, Inbound { standby: true, ..hi() }] {
        let event = event("wamid.1", EventKind::Message(inbound));
        assert!(queued(&run(contact("c1"), &bots, &event, NOW).facts).is_empty());
    }
}

#[test]
fn a_bot_that_marks_nothing_as_read_does_not_at_its_end_either() {
    let steps = || json!({"ask": {"type": "ask", "text": "Size?", "next": "bye"}, "bye": {"type": "message", "text": "Bye"}});
    for (defaults, marks) in [(json!({"mark_read": false}), false), (json!({}), true)] {
        let bots = bots(&[by_word("size", defaults, "ask", steps())]);
        let begun = run(contact("c1"), &bots, &message("wamid.1", NOW, "size"), NOW);
        assert_eq!(begun.receipt.is_some(), marks);
        let ended = run(begun.contact, &bots, &message("wamid.2", NOW, "42"), NOW);
        assert!(ended.contact.sessions.is_empty());
        assert_eq!(ended.receipt.is_some(), marks, "the message that ends it");
    }
}

#[test]
fn a_turn_is_deterministic() {
    let bots = bots(&[shop(), echo()]);
    let one = run(contact("c1"), &bots, &message("wamid.1", NOW, "shop"), NOW);
    let two = run(contact("c1"), &bots, &message("wamid.1", NOW, "shop"), NOW);
    assert_eq!(serde_json::to_string(&one.contact).unwrap(), serde_json::to_string(&two.contact).unwrap());
    assert_eq!(one.facts, two.facts);
}

#[test]
fn chance_is_the_same_in_every_version_of_this_program() {
    let split = bot(
        "split",
        json!({"triggers": [{"on": "message", "any": true}], "start": "split", "steps": {
            "split": {"type": "split", "by": "random", "options": [{"goto": "a"}, {"goto": "b"}, {"goto": "c"}, {"goto": "d"}]},
            "a": {"type": "message", "text": "a"}, "b": {"type": "message", "text": "b"},
            "c": {"type": "message", "text": "c"}, "d": {"type": "message", "text": "d"}
        }}),
    );
    let bots = bots(&[split]);
    let drawn: String = (0..16)
        .map(|place| {
            let turned = run(contact("c1"), &bots, &message(&format!("wamid.{place}"), NOW, "hi"), NOW);
            queued(&turned.facts).concat()
        })
        .collect();
    assert_eq!(drawn, "aabbbabacadcacaa");
}

#[test]
fn the_stored_contact_reads_back_the_same() {
    let turned = run(contact("c1"), &bots(&[shop()]), &message("wamid.1", NOW, "shop"), NOW);
    let json = serde_json::to_vec(&turned.contact).unwrap();
    assert_eq!(serde_json::from_slice::<Contact>(&json).unwrap(), turned.contact);
}

#[test]
fn owners_of_new_contacts_come_in_turn() {
    let environment = Arc::new(Environment {
        default_number: number(),
        new_contact_owners: vec!["ana".into(), "bia".into()],
        ..Environment::default()
    });
    let bots = Bots::default();
    let hello = message("wamid.1", NOW, "hi");
    let need = turn(&bots, &environment, contact("c1"), &hello, NOW, &Supplied::default()).unwrap_err();
    let Need::Counter(name) = need else { panic!("{need:?}") };
    let mut supplied = Supplied::default();
    supplied.counters.insert(name, vec![3]);
    let turned = turn(&bots, &environment, contact("c1"), &hello, NOW, &supplied).unwrap();
    assert_eq!(turned.contact.owner.as_deref(), Some("bia"));
    assert_eq!(turned.contact.leads.len(), 1);
}
