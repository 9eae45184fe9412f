//! Bots that were imported from Kommo, with customers who write, tap, are silent, and to whom sends fail: each session ends or waits, within
//! the limit of steps unless the import told of the loop; no customer reads braces; and no message is more than WhatsApp takes.

use std::sync::Arc;

use interpreter::rehearsal::Rehearsal;
use proptest::prelude::*;
use serde_json::{Value, json};
use steps::{
    bot::Bot,
    check::load,
    environment::Environment,
    event::{CallResult, ChannelError, Delivery, Reaction},
    fact::Fact,
    ids::BotId,
    import::kommo::{Code, Mapping, Options, Report, import, testing},
    limits,
    trace::Traced,
};

use crate::story::{rehearse, say, start};

/// What a customer or the channel does next.
#[derive(Clone, Debug)]
enum Act {
    Say(&'static str),
    Tap(usize),
    /// Milliseconds without a word.
    Silence(i64),
    /// The channel refuses the next send, with this code.
    Refuse(i64),
    /// A message that was sent is not delivered after all.
    Lose(usize),
    Answer(bool),
    /// The bot is started once more.
    Start,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => prop::sample::select(testing::SAID.to_vec()).prop_map(Act::Say),
        5 => any::<usize>().prop_map(Act::Tap),
        3 => prop::sample::select(vec![0, 60_000, 3_600_000, 90_000_000, 250_000_000, 2_600_000_000]).prop_map(Act::Silence),
        1 => prop::sample::select(vec![131_047, 131_026, 131_048]).prop_map(Act::Refuse),
        1 => any::<usize>().prop_map(Act::Lose),
        1 => any::<bool>().prop_map(Act::Answer),
        1 => Just(Act::Start),
    ]
}

fn refusal(code: i64) -> ChannelError {
    let reaction = match code {
        131_047 => Reaction::Template,
        131_048 => Reaction::Retry,
        _ => Reaction::Drop,
    };
    ChannelError { code, name: "refused".into(), text: "refused".into(), reaction }
}

fn perform(rehearsal: &mut Rehearsal, bot: &Arc<Bot>, act: &Act) {
    match act {
        Act::Say(text) => {
            say(rehearsal, text);
        }
        Act::Tap(index) => {
            let shown: Vec<String> =
                rehearsal.said.iter().flat_map(|said| said.message.replies()).map(|reply| reply.id.clone()).collect();
            // Mostly what was shown last.
            if let Some(id) = shown.iter().rev().nth(index % shown.len().clamp(1, 4)) {
                rehearsal.tap_reply(id).unwrap();
            }
        }
        Act::Silence(millis) => {
            rehearsal.pass(*millis);
        }
        Act::Refuse(code) => rehearsal.refuse_next = Some(refusal(*code)),
        Act::Lose(index) => {
            if let Some(said) = rehearsal.said.get(index % rehearsal.said.len().max(1)).cloned() {
                rehearsal.status(&said, Delivery::Failed, Some(refusal(131_026)));
            }
        }
        Act::Answer(good) => {
            if let Some((entry, _, _)) = rehearsal.calls.first().cloned() {
                let done = CallResult::Http {
                    status: 200,
                    json: Some(json!({"data": {"reply": "ok", "a": {"b": [1]}}})),
                    text: String::new(),
                };
                let late = CallResult::Failed { name: "timeout".into(), text: "late".into() };
                rehearsal.answer_call(entry, if *good { done } else { late });
            }
        }
        Act::Start => {
            start(rehearsal, bot.id.as_str());
        }
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn whatever_is_sent_is_in_order(rehearsal: &Rehearsal, from: usize) {
    for said in &rehearsal.said[from..] {
        let over = limits::violations(&said.message);
        assert!(over.is_empty(), "more than WhatsApp takes: {over:?} of {:?}", said.message);
        let message = serde_json::to_value(&said.message).unwrap();
        for text in texts(&message) {
            assert!(!text.contains("{{") && !text.contains("}}"), "a customer reads braces: {text:?} of {message}");
        }
    }
}

fn every_session_waits(rehearsal: &Rehearsal) {
    for session in &rehearsal.contact.sessions {
        let frame = session.frame().expect("a session has a bot");
        let is_queued = || rehearsal.contact.conversations.values().any(|conversation| conversation.queue.contains(&session.id));
        assert!(frame.wait.is_some() || is_queued(), "a session that waits for nothing: {session:?}");
    }
}

fn is_loop(line: &Traced) -> bool {
    matches!(line, Traced::Failed { text, .. } if text.contains("steps ran in one turn without waiting"))
}

/// The first step that was stopped because its bot goes round in a loop.
fn looped(rehearsal: &Rehearsal) -> Option<&Traced> {
    rehearsal.trace.iter().map(|line| &line.what).find(|line| is_loop(line))
}

/// Whether a step failed that is no loop. The import looks for loops along the ways of steps that succeed: a branch for what fails may lead
/// back, and whether the step fails each time only its values tell.
fn failed(rehearsal: &Rehearsal) -> bool {
    rehearsal.trace.iter().any(|line| matches!(line.what, Traced::Failed { .. }) && !is_loop(&line.what))
}

fn told_of_a_loop(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.code == Code::Loop)
}

fn talk(bot: &Arc<Bot>, report: &Report, acts: &[Act]) -> Rehearsal {
    let mut rehearsal = rehearse(std::slice::from_ref(bot));
    say(&mut rehearsal, "oi");
    start(&mut rehearsal, bot.id.as_str());
    let mut seen = 0;
    for act in acts {
        whatever_is_sent_is_in_order(&rehearsal, seen);
        seen = rehearsal.said.len();
        every_session_waits(&rehearsal);
        perform(&mut rehearsal, bot, act);
    }
    whatever_is_sent_is_in_order(&rehearsal, seen);
    every_session_waits(&rehearsal);
    if let Some(looped) = looped(&rehearsal) {
        assert!(told_of_a_loop(report) || failed(&rehearsal), "it goes round in a loop, and the import did not tell: {looped:?}");
        let as_failed = |fact: &Fact| matches!(fact, Fact::SessionEnded { status, .. } if status == "failed");
        assert!(rehearsal.facts.iter().any(as_failed), "a loop ends as failed");
    }
    rehearsal
}

fn imported(file: &Value) -> Option<(Arc<Bot>, Report)> {
    let import = import("desk", &file.to_string(), &mut Mapping::default(), &Options::default()).ok()?;
    let imported = &import.bots[0];
    let id = BotId::new(&imported.id).unwrap();
    let checked = load(&id, &imported.document.to_string(), &Environment::default());
    Some((checked.bot.unwrap_or_else(|| panic!("{:?}", checked.diagnostics)), import.report))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn imported_bots_end_or_wait(file in testing::file(), acts in prop::collection::vec(act(), 1..25)) {
        if let Some((bot, report)) = imported(&file) {
            talk(&bot, &report, &acts);
        }
    }
}
