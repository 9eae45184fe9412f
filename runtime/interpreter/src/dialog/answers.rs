//! Who answers the calls of a dialog to models, and what a model answered as a `reply` line.

use serde_json::{Map, Value, json};
use steps::{contact::Call, event::CallResult};

/// Who answers the calls of a dialog to models. Calls of `http` and `find` are answered by lines alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Lines.
    Written,
    /// Lines, and a model where no line does.
    Missing,
    /// A model, whatever lines say. That a call fails, only a line can say; and a call that no line answers in a dialog that passes is
    /// left unanswered.
    Anew,
}

/// What a model answered in a dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The line before which it answered, counted from 0; the number of lines at the end.
    pub line: usize,
    /// It stands for that line, which is a `reply`.
    pub replaces: bool,
    /// What a `reply` line says of it.
    pub reply: Map<String, Value>,
}

/// The keys of an answer to `http` or `find` that no other has.
const NO_MODEL: [&str; 3] = ["status", "json", "found"];
/// The keys that say which kind of call an answer is for.
const KEYS: [&str; 7] = ["status", "json", "found", "text", "tool", "intent", "fields"];

/// What a `reply` line says of a result.
pub fn reply(result: &CallResult) -> Map<String, Value> {
    let pairs = match result {
        CallResult::Http { status, json: Some(json), .. } => vec![("status", json!(status)), ("json", json.clone())],
        CallResult::Http { status, json: None, text } => vec![("status", json!(status)), ("text", json!(text))],
        CallResult::Found { found } => vec![("found", json!(found))],
        CallResult::Intent { intent } => vec![("intent", json!(intent))],
        CallResult::Fields { fields } => vec![("fields", json!(fields))],
        CallResult::Text { text } => vec![("text", json!(text))],
        CallResult::Tool { name, arguments } => vec![("tool", json!(name)), ("arguments", json!(arguments))],
        CallResult::Failed { name, text } => vec![("failed", json!(name)), ("message", json!(text))],
    };
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub fn is_to_model(call: &Call) -> bool {
    !matches!(call, Call::Http(_) | Call::Find(_))
}

/// Whether a `reply` line can be the answer to a call, by its keys.
pub(super) fn is_for(call: &Call, reply: &Map<String, Value>) -> bool {
    let own: &[&str] = match call {
        Call::Http(_) => &["status", "json", "text"],
        Call::Find(_) => &["found"],
        Call::AiReply(_) => &["text", "tool"],
        Call::Summary(_) | Call::Transcribe(_) => &["text"],
        Call::AiRoute(_) => &["intent"],
        Call::AiExtract(_) => &["fields"],
    };
    let has = |keys: &[&str]| keys.iter().any(|key| reply.contains_key(*key));
    has(own) || !has(&KEYS)
}

/// Whether a `reply` line can only be the answer to a call that is to no model.
pub(super) fn is_of_no_model(reply: &Map<String, Value>) -> bool {
    NO_MODEL.iter().any(|key| reply.contains_key(*key))
}
