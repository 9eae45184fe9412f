//! What models were asked: in the trace of the session that asked, in the journal's facts, and against the session's budget.

use interpreter::rehearsal::Rehearsal;
use serde_json::json;
use steps::{
    asked::{AI_BUDGET, Asked, AskedMessage, Cost, Tokens},
    event::{AgentCommand, Answered, CallResult, EventKind},
    fact::Fact,
    ids::EntryId,
    trace::{Trace, Traced},
};

use crate::story::{TAKE, alerts, bot, rehearse, say, texts};

fn asking() -> Rehearsal {
    let document = json!({
        "triggers": [{"on": "message", "any": true}],
        "limits": {"tokens_per_session": 100},
        "start": "ask",
        "steps": {
            "ask": {"type": "ask", "text": "Yes?", "next": "answer"},
            "answer": {"type": "ai_reply", "instructions": "Be kind.", "failed": "sorry", "otherwise": "person", "next": "ask"},
            "sorry": {"type": "message", "text": "{{ error.name }}", "next": "ask"},
            "person": {"type": "handoff", "summary": {}}
        }
    });
    let mut rehearsal = rehearse(&[bot("shop", document)]);
    say(&mut rehearsal, "hi");
    say(&mut rehearsal, "is it far?");
    rehearsal
}

fn waiting(rehearsal: &Rehearsal) -> EntryId {
    rehearsal.calls.last().unwrap().0
}

fn answered(tokens: u64) -> Answered {
    let asked = Asked {
        model: "small".into(),
        prompt: vec![AskedMessage { role: "user".into(), text: "is it far?".into() }],
        answer: "No.".into(),
        tokens: Tokens { prompt: tokens, answer: 0 },
        tries: 1,
        took: 900,
        cost: Some(Cost { millionths: 7, currency: "USD".into() }),
        ..Asked::default()
    };
    Answered { result: CallResult::Text { text: Some("No.".into()) }, asked: Some(Box::new(asked)) }
}

/// What each line of a trace that tells of a model says, and whose it is.
fn told(trace: &Trace) -> Vec<(String, bool)> {
    let line = |what: &Traced| match what {
        Traced::Asked { step, asked } => Some(format!("{step} asked {}: {}", asked.model, asked.answer)),
        Traced::Ignored { reason } => Some(reason.clone()),
        _ => None,
    };
    trace.iter().filter_map(|told| Some((line(&told.what)?, told.session.is_some()))).collect()
}

fn is_asked(fact: &Fact) -> bool {
    matches!(fact, Fact::Asked { bot, step, model, tokens, cost: Some(cost), .. }
        if bot.as_str() == "shop" && step.as_str() == "answer" && model == "small" && tokens.prompt == 60 && cost.millionths == 7)
}

#[test]
fn what_was_asked_is_told_by_the_step_that_asked() {
    let mut rehearsal = asking();
    let entry = waiting(&rehearsal);
    let trace = rehearsal.answer_call(entry, answered(60));
    assert_eq!(told(&trace), [("answer asked small: No.".to_owned(), true)]);
    assert!(rehearsal.facts.iter().any(is_asked), "{:?}", rehearsal.facts);
    assert_eq!(rehearsal.contact.sessions[0].tokens, 60);
    // A fact tells what it took, and nothing of what was said.
    let fact = rehearsal.facts.iter().find(|fact| is_asked(fact)).unwrap();
    assert!(!serde_json::to_string(fact).unwrap().contains("far"));
}

#[test]
fn a_result_that_is_dropped_is_told_with_its_reason_and_counted() {
    let ends: [(EventKind, &str); 2] = [
        (EventKind::Agent(TAKE), "a late result of a call: an agent has the conversation"),
        (EventKind::Agent(AgentCommand::Stop { bot: None, session: None }), "a late result of a call: its session has ended"),
    ];
    for (end, reason) in ends {
        let mut rehearsal = asking();
        let entry = waiting(&rehearsal);
        rehearsal.event(end);
        let trace = rehearsal.answer_call(entry, answered(60));
        assert_eq!(told(&trace), [("answer asked small: No.".to_owned(), true), (reason.to_owned(), true)]);
        assert!(rehearsal.facts.iter().any(is_asked), "{reason}");
        assert_eq!(rehearsal.said.len(), 1, "the answer stays unsaid");
    }
    // Twice the same: the session has gone on with the first.
    let mut rehearsal = asking();
    let entry = waiting(&rehearsal);
    rehearsal.answer_call(entry, answered(60));
    let trace = rehearsal.answer_call(entry, answered(60));
    assert_eq!(told(&trace).last().unwrap().0, "a late result of a call: the session has gone on without it");
    assert_eq!(rehearsal.contact.sessions[0].tokens, 120, "both were paid");
}

#[test]
fn a_session_without_tokens_left_asks_no_model() {
    let mut rehearsal = asking();
    for tokens in [60, 50] {
        let entry = waiting(&rehearsal);
        rehearsal.answer_call(entry, answered(tokens));
        say(&mut rehearsal, "and now?");
    }
    assert!(rehearsal.calls.is_empty());
    let error = rehearsal.evaluate("error.text").unwrap();
    let said = texts(&rehearsal);
    assert!(said.contains(&AI_BUDGET), "{said:?}");
    assert!(error.as_str().unwrap().contains("its 100 tokens (`limits.tokens_per_session`)"), "{error}");
    assert_eq!(alerts(&rehearsal.facts), [AI_BUDGET]);
}

#[test]
fn a_summary_is_counted_for_the_session_that_the_handoff_ended() {
    let mut rehearsal = asking();
    let entry = waiting(&rehearsal);
    rehearsal.answer_call(entry, CallResult::Text { text: None });
    assert!(rehearsal.contact.sessions.is_empty());
    let entry = waiting(&rehearsal);
    let trace = rehearsal.answer_call(entry, answered(60));
    assert_eq!(told(&trace)[0], ("person asked small: No.".to_owned(), true));
    let counted =
        |fact: &Fact| matches!(fact, Fact::Asked { step, tokens, .. } if step.as_str() == "person" && tokens.prompt == 60);
    assert!(rehearsal.facts.iter().any(counted), "{:?}", rehearsal.facts);
}
