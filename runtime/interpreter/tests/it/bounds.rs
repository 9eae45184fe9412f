//! No bot runs, sends or grows without end, and none takes its neighbours along.

use serde_json::{Map, Value, json};
use steps::{contact::MAX_LEADS, event::LeadData, fact::Fact};

use crate::story::{NOW, alerts, bot, bots, by_word, contact, enters, message, queued, rehearse, run, say, start, texts};

#[test]
fn a_loop_without_a_wait_ends_as_failed() {
    let round = bot(
        "round",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "set", "fields": {"vars.x": 1}, "next": "b"}, "b": {"type": "set", "fields": {"vars.x": 2}, "next": "a"}
        }}),
    );
    let turned = run(contact("c1"), &bots(&[round]), &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(alerts(&turned.facts), ["loop"]);
    assert!(turned.contact.sessions.is_empty());
}

#[test]
fn steps_that_follow_each_other_are_no_loop_however_many_they_are() {
    let chain =
        |number: usize, next: String| (format!("s{number}"), json!({"type": "tags", "on": "lead", "add": ["x"], "next": next}));
    let mut steps: Map<String, Value> = (0..400).map(|number| chain(number, format!("s{}", number + 1))).collect();
    steps.insert("s400".into(), json!({"type": "message", "text": "at the end"}));
    let mut rehearsal = rehearse(&[by_word("chain", json!({}), "s0", steps.clone().into())]);
    say(&mut rehearsal, "chain");
    assert_eq!(texts(&rehearsal), ["at the end"]);

    // A loop behind them is one.
    steps.insert("s400".into(), json!({"type": "set", "fields": {"vars.x": 1}, "next": "s399"}));
    let turned =
        run(contact("c1"), &bots(&[by_word("chain", json!({}), "s0", steps.into())]), &message("wamid.1", NOW, "chain"), NOW);
    assert_eq!(alerts(&turned.facts), ["loop"]);
}

#[test]
fn a_bot_that_goes_round_in_circles_does_not_take_its_neighbours_along() {
    let round = json!({"a": {"type": "set", "fields": {"vars.x": 1}, "next": "b"}, "b": {"type": "set", "fields": {"vars.x": 2}, "next": "a"}});
    let watch = |id: &str, steps: Value| bot(id, json!({"triggers": [{"on": "tag", "tag": "x"}], "start": "a", "steps": steps}));
    let tagger = by_word("tagger", json!({}), "tag", json!({"tag": {"type": "tags", "on": "contact", "add": ["x"]}}));
    let good = watch("good", json!({"a": {"type": "message", "text": "Still here"}}));
    let mut rehearsal = rehearse(&[tagger, watch("bad", round), good]);
    say(&mut rehearsal, "tagger");
    assert_eq!(texts(&rehearsal), ["Still here"]);
}

#[test]
fn two_bots_that_feed_each_other_stop() {
    let flip = |id: &str, from: &str, to: &str| {
        bot(
            id,
            json!({"triggers": [{"on": "tag", "tag": from}], "start": "a", "steps": {
                "a": {"type": "tags", "on": "contact", "add": [to], "remove": [from]}
            }}),
        )
    };
    let start = bot(
        "start",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {"a": {"type": "tags", "on": "contact", "add": ["x"]}}}),
    );
    let turned =
        run(contact("c1"), &bots(&[flip("one", "x", "y"), flip("two", "y", "x"), start]), &message("wamid.1", NOW, "hi"), NOW);
    let started = turned.facts.iter().filter(|fact| matches!(fact, Fact::SessionStarted { .. })).count();
    assert_eq!(started, 3);
}

#[test]
fn too_many_sends_in_an_hour_end_the_session() {
    let chatty = bot(
        "chatty",
        json!({"limits": {"sends_per_hour": 3}, "triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "message", "text": "again", "next": "a"}
        }}),
    );
    let turned = run(contact("c1"), &bots(&[chatty]), &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(queued(&turned.facts).len(), 3);
    assert_eq!(alerts(&turned.facts), ["sends_per_hour"]);
}

#[test]
fn sessions_leads_and_times_of_triggers_are_bounded() {
    let sleeper = by_word("sleeper", json!({}), "wait", json!({"wait": {"type": "wait", "for": {"delay": "1d"}}}));
    let mut rehearsal = rehearse(&[sleeper]);
    for _ in 0..40 {
        start(&mut rehearsal, "sleeper");
    }
    assert_eq!(rehearsal.contact.sessions.len(), 16);

    let mut rehearsal = rehearse(&[]);
    for id in 0..(MAX_LEADS + 20) {
        let lead = LeadData { id: id.to_string(), stage: Some("new".into()), ..LeadData::default() };
        rehearsal.event(enters(lead));
    }
    assert_eq!(rehearsal.contact.leads.len(), MAX_LEADS);
    assert_eq!(rehearsal.contact.lead().unwrap().id, (MAX_LEADS + 19).to_string());

    let once = |id: &str| {
        let triggers = json!([{"on": "message", "any": true, "once_per": "1h"}]);
        bot(id, json!({"triggers": triggers, "start": "say", "steps": {"say": {"type": "message", "text": "hi"}}}))
    };
    let mut rehearsal = rehearse(&[]);
    for place in 0..5 {
        rehearsal.publish(bots(&[once(&format!("bot_{place}"))]));
        say(&mut rehearsal, "hi");
    }
    assert_eq!(rehearsal.contact.fired.len(), 1);
}
