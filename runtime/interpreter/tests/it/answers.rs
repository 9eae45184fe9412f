//! Dialogs whose calls a model answers, here one that says what the dialogs have written, or what a test wants.

use std::sync::Arc;

use interpreter::dialog::{Answers, Dialog, Line, Report, Test, is_to_model, run};
use serde_json::{Map, Value, json};
use steps::{bot::Bot, contact::Call, event::CallResult};

use crate::{
    dialogs::written,
    story::{bot, environment, explain},
};

/// Plays a dialog with a model.
fn ask(
    bot: &Arc<Bot>,
    others: &[Arc<Bot>],
    dialog: &Dialog,
    answers: Answers,
    mut model: impl FnMut(&Call) -> CallResult,
) -> Report {
    let environment = environment();
    let mut test = Test::begin(bot, others, &environment, dialog, &explain, answers).unwrap();
    while let Some(call) = test.play() {
        assert!(is_to_model(&call), "{call:?}");
        test.answer(&model(&call));
    }
    test.report()
}

/// What a call gives that is answered by a line like this.
fn result(call: &Call, reply: &Map<String, Value>) -> CallResult {
    let text = |key: &str| reply.get(key).and_then(Value::as_str).map(str::to_owned);
    match call {
        Call::AiRoute(_) => CallResult::Intent { intent: text("intent") },
        Call::AiExtract(_) => {
            CallResult::Fields { fields: reply.get("fields").and_then(Value::as_object).cloned().unwrap_or_default() }
        }
        _ => match text("tool") {
            Some(name) => CallResult::Tool {
                name,
                arguments: reply.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default(),
            },
            None => CallResult::Text { text: text("text") },
        },
    }
}

/// Also those of people who interrupt, of calls that come too late, and of calls that nobody answers.
#[test]
fn a_model_that_says_what_is_written_passes_every_dialog() {
    let mut answered = 0;
    for folder in ["tests/dialogs", "../../bots"] {
        let written = written(folder);
        let bots: Vec<Arc<Bot>> = written.iter().map(|(bot, _)| bot.clone()).collect();
        for (bot, dialogs) in &written {
            for dialog in dialogs {
                let mut replies = dialog.steps.iter().filter_map(|line| match line {
                    Line::Reply(reply) if !["failed", "status", "json"].iter().any(|key| reply.contains_key(*key)) => Some(reply),
                    _ => None,
                });
                let report = ask(bot, &bots, dialog, Answers::Anew, |call| result(call, replies.next().unwrap()));
                assert!(report.failure.is_none(), "{}: {}: {:?}", bot.id, dialog.name, report.failure);
                assert!(report.recorded.iter().all(|recorded| recorded.replaces), "{}: {}", bot.id, dialog.name);
                answered += report.recorded.len();
            }
        }
    }
    assert!(answered > 5, "{answered}");
}

const ADVISOR: &str = r#"{
    "triggers": [{"on": "message", "any": true}], "start": "sort",
    "steps": {
        "sort": {"type": "ai_route", "intents": [{"name": "price", "description": "asks for a price", "goto": "price"}],
            "otherwise": "answer", "failed": "sorry"},
        "price": {"type": "http", "method": "GET", "url": "https://example.com", "save": {"vars.price": "reply.json.price"},
            "next": "told", "failed": "sorry"},
        "told": {"type": "message", "text": "It costs {{ vars.price }}."},
        "answer": {"type": "ai_reply", "instructions": "Sell.", "next": "answer", "failed": "sorry"},
        "sorry": {"type": "message", "text": "Sorry."}
    }
}"#;

fn advisor(document: &str) -> Arc<Bot> {
    bot("advisor", serde_json::from_str(document).unwrap())
}

fn dialog(steps: Value) -> Dialog {
    serde_json::from_value(json!({"name": "x", "steps": steps})).unwrap()
}

#[test]
fn a_model_answers_where_no_line_does_and_lines_answer_http() {
    let bot = advisor(ADVISOR);
    let dialog =
        dialog(json!([{"customer": "how much?"}, {"reply": {"status": 200, "json": {"price": 7}}}, {"bot": "It costs 7."}]));
    assert!(run(&bot, &[], &environment(), &dialog, &explain).failure.is_some());
    let report = ask(&bot, &[], &dialog, Answers::Missing, |_| CallResult::Intent { intent: Some("price".into()) });
    assert!(report.failure.is_none(), "{:?}", report.failure);
    let recorded = &report.recorded[0];
    assert_eq!((recorded.line, recorded.replaces, json!(recorded.reply)), (1, false, json!({"intent": "price"})));
    assert_eq!(report.recorded.len(), 1);
    assert_eq!(json!(report.played)[1], json!({"reply": {"intent": "price"}}));
}

#[test]
fn where_a_model_leads_elsewhere_the_difference_is_told() {
    let bot = advisor(ADVISOR);
    let dialog = dialog(json!([
        {"customer": "how much?"}, {"reply": {"intent": "price"}}, {"reply": {"status": 200, "json": {"price": 7}}}, {"bot": "It costs 7."}
    ]));
    let report = ask(&bot, &[], &dialog, Answers::Anew, |call| match call {
        Call::AiRoute(_) => CallResult::Intent { intent: None },
        _ => CallResult::Text { text: Some("Ask me anything.".into()) },
    });
    let failure = report.failure.unwrap();
    assert_eq!(failure.line, 3);
    assert!(failure.message.contains("Ask me anything."), "{}", failure.message);
}

#[test]
fn a_bot_that_asks_in_a_loop_is_stopped() {
    let bot = advisor(&ADVISOR.replace("\"otherwise\": \"answer\"", "\"otherwise\": \"sort\""));
    let dialog = dialog(json!([{"customer": "hi"}, {"bot": "x"}]));
    let report = ask(&bot, &[], &dialog, Answers::Missing, |_| CallResult::Intent { intent: None });
    let message = report.failure.unwrap().message;
    assert_eq!(message, "the bot asks a model more than 100 times in one dialog");
}

#[test]
fn a_model_without_an_answer_fails_the_dialog() {
    let bot = advisor(ADVISOR);
    let dialog = dialog(json!([{"customer": "hi"}, {"bot": "Sorry."}]));
    let failed = || CallResult::Failed { name: "ai_rate_limit".into(), text: "busy".into() };
    for answers in [Answers::Missing, Answers::Anew] {
        let report = ask(&bot, &[], &dialog, answers, |_| failed());
        assert_eq!(report.failure.unwrap().message, "the model gave no answer: ai_rate_limit: busy");
        assert!(report.recorded.is_empty());
    }
}
