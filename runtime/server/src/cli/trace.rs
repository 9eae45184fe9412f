//! A trace for people: one line for each thing that happened.

use serde_json::Value;
use steps::{
    asked::Asked,
    ids::StepId,
    trace::{Trace, TraceLine, Traced},
};

/// The most characters of a value that are shown.
const WIDTH: usize = 160;

pub(super) fn lines(trace: &Trace) -> Vec<String> {
    trace.iter().map(|line| describe(&line.what)).collect()
}

/// Whether a line tells why something did not happen.
pub(super) fn says_why_not(line: &TraceLine) -> bool {
    matches!(line.what, Traced::NotStarted { .. } | Traced::Ignored { .. })
}

pub(super) fn describe(what: &Traced) -> String {
    match what {
        Traced::Started { bot, on, .. } => format!("{bot} starts on {on}"),
        Traced::Moved { bot, from, to } => format!("{bot} goes on in version {to}, no longer in {from}"),
        Traced::NotStarted { bot, reason } => format!("{bot} does not start: {reason}"),
        Traced::Step { step, kind } => format!("step {step} ({kind})"),
        Traced::Skipped { step } => format!("step {step} is disabled"),
        Traced::Branch { step, to: Some(to), why } => format!("{step} goes to {to}: {why}"),
        Traced::Branch { step, to: None, why } => format!("{step} leads nowhere: {why}"),
        Traced::Evaluated { expression, value } => format!("  {} = {}", shortened(expression), json(value)),
        Traced::Set { path, value } => format!("  {path} := {}", json(value)),
        Traced::Sent { .. } => "  a message is queued".to_owned(),
        Traced::Called { .. } => "  a call is queued".to_owned(),
        Traced::Asked { step, asked } => asked_of(step, asked),
        Traced::Waiting { step, why } => format!("{step} waits: {why}"),
        Traced::Failed { step, name, text } => format!("{step} failed: {name}: {}", shortened(text)),
        Traced::Understood { text } => format!("voice note understood as: {}", shortened(text)),
        Traced::NotUnderstood { why } => format!("voice note without text: {why}"),
        Traced::Ignored { reason } => format!("ignored: {reason}"),
        Traced::Ended { outcome, status } => format!("the bot ends: {status}, outcome {outcome}"),
    }
}

/// What a model was asked, and what it took.
fn asked_of(step: &StepId, asked: &Asked) -> String {
    let Asked { model, tokens, tries, took, cost, .. } = asked;
    let tries = if *tries > 1 { format!(", {tries} tries") } else { String::new() };
    let cost = cost.as_ref().map(|cost| format!(", {cost}")).unwrap_or_default();
    let question = asked.prompt.last().map(|message| json(&message.text.as_str().into())).unwrap_or_default();
    format!(
        "  {step} asked {model} in {took} ms{tries}, {}+{} tokens{cost}: {question} → {}",
        tokens.prompt,
        tokens.answer,
        json(&asked.answer.as_str().into())
    )
}

pub(super) fn json(value: &Value) -> String {
    shortened(&value.to_string())
}

/// A text in one line of bounded length.
pub(super) fn shortened(text: &str) -> String {
    let mut line: String =
        text.chars().take(WIDTH).map(|character| if character.is_control() { ' ' } else { character }).collect();
    if text.chars().nth(WIDTH).is_some() {
        line.push('…');
    }
    line
}
