//! While a person has the conversation no bot says anything; afterwards it goes on where it was.

use serde_json::{Map, Value, json};
use steps::{
    event::{AgentCommand, CallResult, Delivery, EventKind, LeadData, Reaction, Trigger},
    moment::HOUR,
    trace::Traced,
    who::Who,
};

use crate::story::{
    GIVE_BACK, TAKE, agent, alerts, answer_last_call, asker, bot, by_word, caller, enters, refusal, rehearse, say, shop, start,
    texts,
};

#[test]
fn a_person_silences_the_bot_at_once_late_results_included() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    rehearsal.tap("Stock").unwrap();
    let (entry, _, _) = rehearsal.calls[0].clone();
    agent(&mut rehearsal, AgentCommand::Handoff { to: Some(Who::User("bia".into())) });
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: Some(json!({"stock": 3})), text: String::new() });
    assert_eq!(texts(&rehearsal), ["What would you like?"]);
    say(&mut rehearsal, "shop");
    assert_eq!(texts(&rehearsal).len(), 1, "no trigger fires while a person has it");
    // Given back, the call is made again and the conversation goes on.
    agent(&mut rehearsal, GIVE_BACK);
    let (entry, _, _) = rehearsal.calls.last().unwrap().clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: Some(json!({"stock": 3})), text: String::new() });
    assert_eq!(texts(&rehearsal), ["What would you like?", "3 left", "What would you like?"]);
}

#[test]
fn a_stage_is_refused_while_a_person_has_the_conversation() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "hello");
    agent(&mut rehearsal, TAKE);
    let lead = LeadData { id: "7".into(), stage: Some("new".into()), ..LeadData::default() };
    let trace = rehearsal.event(enters(lead));
    assert!(trace.iter().any(|line| matches!(&line.what, Traced::NotStarted { reason, .. } if reason == "human")), "{trace:?}");
}

#[test]
fn timers_are_held_while_a_person_has_it_and_run_at_the_release() {
    let nudge = bot(
        "nudge",
        json!({"triggers": [{"on": "message", "any": true}], "start": "ask", "steps": {
            "ask": {"type": "ask", "text": "Size?", "save": "vars.size", "timeout": {"after": "1h", "goto": "again"}, "next": "done"},
            "again": {"type": "message", "text": "Still there?"}, "done": {"type": "stop"}
        }}),
    );
    let mut rehearsal = rehearse(&[nudge]);
    say(&mut rehearsal, "hi");
    agent(&mut rehearsal, TAKE);
    rehearsal.pass(5 * HOUR);
    assert_eq!(texts(&rehearsal), ["Size?"]);
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(0);
    assert_eq!(texts(&rehearsal), ["Size?", "Still there?"]);
}

#[test]
fn held_timers_run_at_an_early_release_and_survive_what_people_write_meanwhile() {
    let nudge = bot(
        "nudge",
        json!({"defaults": {"resume_after": "12h"}, "triggers": [
            {"on": "message", "keywords": ["nudge"]}, {"on": "schedule", "field": "contact.fields.visit", "before": "1h"}
        ], "start": "ask", "steps": {
            "ask": {"type": "ask", "text": "Size?", "timeout": {"after": "1h", "goto": "again"}},
            "again": {"type": "message", "text": "Still there?"}
        }}),
    );
    let field =
        |value: Value| EventKind::Trigger(Trigger::Fields { fields: Map::from_iter([("contact.fields.visit".into(), value)]) });
    let mut rehearsal = rehearse(&[nudge]);
    rehearsal.event(field(json!("2026-09-01")));
    say(&mut rehearsal, "nudge");
    agent(&mut rehearsal, AgentCommand::Message { text: "I take this".into(), by: None });
    rehearsal.pass(2 * HOUR);
    rehearsal.event(field(Value::Null));
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(0);
    assert_eq!(texts(&rehearsal), ["Size?", "I take this", "Still there?"]);
}

#[test]
fn a_bot_in_the_queue_keeps_silent_while_a_person_has_the_conversation() {
    let steps = json!({"ask": {"type": "ask", "text": "first?", "next": "person"}, "person": {"type": "handoff"}});
    let mut rehearsal = rehearse(&[by_word("first", json!({}), "ask", steps), asker("second", "queue")]);
    say(&mut rehearsal, "hello");
    start(&mut rehearsal, "first");
    start(&mut rehearsal, "second");
    say(&mut rehearsal, "a person, please");
    assert_eq!(texts(&rehearsal), ["first?"]);
    agent(&mut rehearsal, GIVE_BACK);
    assert_eq!(texts(&rehearsal), ["first?", "second?"]);
}

#[test]
fn statuses_and_late_failures_move_no_bot_while_a_person_has_the_conversation() {
    let steps = json!({
        "say": {"type": "message", "text": "Offer!", "next": "wait", "failed": "sorry"},
        "wait": {"type": "wait", "for": "read", "next": "seen"},
        "seen": {"type": "message", "text": "You saw it"},
        "sorry": {"type": "message", "text": "Sorry"}
    });
    let offer = by_word("offer", json!({}), "say", steps);
    let mut read = rehearse(std::slice::from_ref(&offer));
    say(&mut read, "offer");
    agent(&mut read, TAKE);
    let said = read.said[0].clone();
    read.status(&said, Delivery::Read, None);
    assert_eq!(texts(&read), ["Offer!"]);
    agent(&mut read, GIVE_BACK);
    assert_eq!(texts(&read), ["Offer!", "You saw it"]);

    let mut failed = rehearse(&[offer]);
    say(&mut failed, "offer");
    agent(&mut failed, TAKE);
    failed.status(&said, Delivery::Failed, Some(refusal(131_053, "media", Reaction::Drop)));
    assert_eq!(texts(&failed), ["Offer!"]);
    assert_eq!(alerts(&failed.facts), ["media"]);
}

#[test]
fn a_call_that_must_not_be_repeated_is_not_when_the_conversation_comes_back() {
    let mut rehearsal = rehearse(&[caller(false, json!({"type": "message", "text": "paid"}))]);
    say(&mut rehearsal, "caller");
    say(&mut rehearsal, "pay");
    agent(&mut rehearsal, TAKE);
    answer_last_call(&mut rehearsal);
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(0);
    assert!(rehearsal.calls.is_empty(), "{:?}", rehearsal.calls);
    assert_eq!(texts(&rehearsal), ["cut_off"]);
}

#[test]
fn a_window_that_closed_while_a_person_had_the_conversation_is_about_to_close_no_more() {
    let closing = bot(
        "closing",
        json!({"triggers": [{"on": "window_closing", "before": "1h"}], "start": "say", "steps": {
            "say": {"type": "template", "name": "hello", "language": "en"}
        }}),
    );
    let mut rehearsal = rehearse(&[closing]);
    say(&mut rehearsal, "hello");
    agent(&mut rehearsal, TAKE);
    rehearsal.pass(30 * HOUR);
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(HOUR);
    assert!(rehearsal.said.is_empty());
}
