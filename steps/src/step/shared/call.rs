//! What steps that call out share: how long they wait, and what a failed call is.

use super::super::unexpected;
use crate::{
    event::CallResult,
    expression::Duration,
    moment::SECOND,
    turn::{Failure, Stop, Turn},
};

/// How long an `http` call may take where the step says nothing, in milliseconds.
pub const HTTP_DEADLINE: i64 = 10 * SECOND;

/// How long a call of a model may take where the step says nothing, in milliseconds.
pub const AI_DEADLINE: i64 = 30 * SECOND;

/// The longest deadline, in milliseconds: the customer waits, and so do those who write after.
pub const MAX_DEADLINE: i64 = 120 * SECOND;

/// The deadline of a call in milliseconds.
pub fn deadline(own: Option<Duration>, default: i64) -> i64 {
    let own = own.map(|duration| i64::try_from(duration.as_millis()).unwrap_or(MAX_DEADLINE));
    own.unwrap_or(default).clamp(SECOND, MAX_DEADLINE)
}

/// The failure of a call that brought no result.
pub fn failed(result: &CallResult) -> Stop {
    match result {
        CallResult::Failed { name, text } => Failure::new(name.as_str(), text.as_str()).into(),
        _ => unexpected("the result of another kind of call"),
    }
}

/// The customer's last message in words; None when it has none, or there is no message.
pub fn said(turn: &Turn<'_>) -> Option<String> {
    let text = turn.state.last_message()?.content.text()?.trim();
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
