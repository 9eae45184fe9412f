//! Who gets a message, and what the trace says of the bots that wanted it too.

use std::sync::Arc;

use interpreter::rehearsal::Rehearsal;
use serde_json::{Value, json};
use steps::{
    bot::Bot,
    event::{AgentCommand, CallResult, Content, EventKind},
    fact::Fact,
    trace::{Trace, Traced},
};

use crate::story::{GIVE_BACK, NOW, TAKE, agent, alerts, bot, echo, number, rehearse, say, start, texts};

/// A bot of one step.
fn short(id: &str, triggers: Value, step: Value) -> Arc<Bot> {
    bot(id, json!({"triggers": triggers, "start": "a", "steps": {"a": step}}))
}

/// The bots that did not start, with the reason.
fn refused(trace: &Trace) -> Vec<String> {
    let line = |what: &Traced| match what {
        Traced::NotStarted { bot, reason } => Some(format!("{bot}: {reason}")),
        _ => None,
    };
    trace.iter().filter_map(|line_of| line(&line_of.what)).collect()
}

fn three_bots() -> Vec<Arc<Bot>> {
    vec![
        short("any", json!([{"on": "message", "any": true}]), json!({"type": "ask", "text": "Yes?"})),
        short(
            "menu",
            json!([{"on": "message", "keywords": ["menu"], "interrupt": true}]),
            json!({"type": "message", "text": "Menu"}),
        ),
        short("price", json!([{"on": "message", "keywords": ["menu", "price"]}]), json!({"type": "ask", "text": "Of what?"})),
    ]
}

#[test]
fn whoever_wanted_a_message_that_another_took_is_outranked() {
    let mut rehearsal = rehearse(&three_bots());
    assert_eq!(refused(&say(&mut rehearsal, "hello")), [""; 0]);
    // The bot that listens takes it; its own triggers have lost nothing.
    assert_eq!(refused(&say(&mut rehearsal, "price")), ["price: outranked"]);
    let mut rehearsal = rehearse(&three_bots());
    assert_eq!(refused(&say(&mut rehearsal, "price")), ["any: outranked"]);
    assert_eq!(refused(&say(&mut rehearsal, "the menu")), ["any: outranked", "price: outranked"]);
}

#[test]
fn while_a_person_has_the_conversation_each_bot_says_so() {
    let mut rehearsal = rehearse(&three_bots());
    agent(&mut rehearsal, TAKE);
    assert_eq!(refused(&say(&mut rehearsal, "menu")), ["any: human", "menu: human", "price: human"]);
    assert_eq!(refused(&say(&mut rehearsal, "hello")), ["any: human"]);
}

#[test]
fn a_form_starts_one_bot() {
    let waiting = json!([{"on": "flow_submitted"}]);
    let say = |text: &str| json!({"type": "message", "text": text});
    let mut rehearsal = rehearse(&[short("a", waiting.clone(), say("A")), short("b", waiting, say("B"))]);
    let form = Content::Form { answers: json!({"n": 1}).as_object().unwrap().clone(), token: None, name: None };
    let trace = rehearsal.customer(form, None, None);
    assert_eq!(texts(&rehearsal), ["A"]);
    assert_eq!(refused(&trace), ["b: outranked"]);
}

#[test]
fn a_bot_that_runs_says_why_it_does_not_start_again() {
    let waits = json!({"type": "wait", "for": {"delay": "1h"}});
    let mut rehearsal = rehearse(&[short("a", json!([{"on": "message", "any": true}]), waits)]);
    say(&mut rehearsal, "hi");
    assert_eq!(refused(&say(&mut rehearsal, "hi")), ["a: running"]);
}

/// What its first steps say would be lost without the question that they lead to.
#[test]
fn a_bot_that_gives_way_says_nothing() {
    let asks = short("a", json!([{"on": "message", "any": true}]), json!({"type": "ask", "text": "Yes?"}));
    let gives_way = json!({
        "defaults": {"when_listening": "ignore"}, "start": "hi",
        "steps": {"hi": {"type": "message", "text": "Hi", "next": "q"}, "q": {"type": "ask", "text": "Well?"}}
    });
    let mut rehearsal = rehearse(&[asks, bot("b", gives_way)]);
    say(&mut rehearsal, "hi");
    let trace = start(&mut rehearsal, "b");
    assert_eq!(refused(&trace), ["b: another bot listens, and `when_listening` is `ignore`"]);
    assert!(!trace.iter().any(|line| matches!(line.what, Traced::Started { .. })));
    assert_eq!(rehearsal.said.len(), 1);
    say(&mut rehearsal, "yes");
    start(&mut rehearsal, "b");
    assert_eq!(rehearsal.said.len(), 3);
}

/// A model's summary comes after the handoff, and one that fails is told.
#[test]
fn a_summary_follows_the_handoff() {
    let step = json!({"type": "handoff", "summary": {"instructions": "sum up"}});
    let hand_over = || {
        let mut rehearsal = rehearse(&[short("a", json!([{"on": "message", "any": true}]), step.clone())]);
        say(&mut rehearsal, "hi");
        assert!(rehearsal.facts.contains(&Fact::HandedOver { to: None, summary: None }));
        let entry = rehearsal.calls[0].0;
        (rehearsal, entry)
    };
    let (mut rehearsal, entry) = hand_over();
    rehearsal.answer_call(entry, CallResult::Text { text: Some("wants a quote".into()) });
    assert!(rehearsal.facts.contains(&Fact::HandoffSummary { text: "wants a quote".into() }));
    let (mut rehearsal, entry) = hand_over();
    rehearsal.answer_call(entry, CallResult::Failed { name: "timeout".into(), text: "no answer".into() });
    assert_eq!(alerts(&rehearsal.facts), ["handoff_summary"]);
    let (mut rehearsal, entry) = hand_over();
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.answer_call(entry, CallResult::Text { text: Some("late".into()) });
    assert!(!rehearsal.facts.iter().any(|fact| matches!(fact, Fact::HandoffSummary { .. })));
}

/// Since when the customer waits, in seconds after the start.
fn waits_since(rehearsal: &Rehearsal) -> Option<i64> {
    let conversation = rehearsal.contact.conversation(&number())?;
    Some(conversation.waiting_since?.since(NOW) / 1_000)
}

#[test]
fn a_customer_waits_until_they_are_answered() {
    let greets = short("a", json!([{"on": "message", "keywords": ["hi"]}]), json!({"type": "message", "text": "Hello"}));
    let hands_over =
        short("b", json!([{"on": "message", "keywords": ["help"]}]), json!({"type": "handoff", "text": "One moment"}));
    let mut rehearsal = rehearse(&[greets, hands_over]);
    say(&mut rehearsal, "is anybody there?");
    rehearsal.pass(10_000);
    say(&mut rehearsal, "hello?");
    assert_eq!(waits_since(&rehearsal), Some(0), "the oldest message counts");
    say(&mut rehearsal, "hi");
    assert_eq!(waits_since(&rehearsal), None, "a bot answered");

    rehearsal.pass(10_000);
    say(&mut rehearsal, "help");
    assert_eq!(waits_since(&rehearsal), Some(20), "what the bot says at a handoff is no answer");
    rehearsal.event(EventKind::Agent(AgentCommand::Message { text: "Rui here".into(), by: None }));
    assert_eq!(waits_since(&rehearsal), None, "a person answered");
    say(&mut rehearsal, "hi");
    assert_eq!(waits_since(&rehearsal), Some(20));
    rehearsal.event(EventKind::Agent(AgentCommand::Release { close: true }));
    assert_eq!(waits_since(&rehearsal), None, "whoever closes it has nothing more to answer");
}

#[test]
fn one_message_starts_one_bot_and_the_others_are_outranked() {
    let zebra = bot(
        "zebra",
        json!({"triggers": [{"on": "message", "keywords": ["hi"]}], "start": "a", "steps": {"a": {"type": "message", "text": "zebra"}}}),
    );
    let mut rehearsal = rehearse(&[echo(), zebra]);
    say(&mut rehearsal, "hi there");
    assert_eq!(texts(&rehearsal), ["zebra"]);
    assert!(rehearsal.trace.iter().any(|line| matches!(&line.what, Traced::NotStarted { reason, .. } if reason == "outranked")));
}
