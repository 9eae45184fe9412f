//! What steps that call out share: how long they wait, and what a failed call is.

use super::super::unexpected;
use crate::{
    event::CallResult,
    expression::{Duration, Locals, Text},
    moment::{Moment, SECOND},
    turn::{Failure, Stop, Turn},
};

/// How long an `http` call may take where the step says nothing, in milliseconds.
pub const HTTP_DEADLINE: i64 = 10 * SECOND;

/// How long a `find` may take where the step says nothing, in milliseconds: a CRM is asked at its own pace.
pub const FIND_DEADLINE: i64 = 10 * SECOND;

/// How long a call of a model may take where the step says nothing, in milliseconds.
pub const AI_DEADLINE: i64 = 30 * SECOND;

/// The longest deadline, in milliseconds: the customer waits, and so do those who write after.
pub const MAX_DEADLINE: i64 = 120 * SECOND;

/// The deadline of a call in milliseconds.
pub fn deadline(own: Option<Duration>, default: i64) -> i64 {
    let own = own.map(|duration| i64::try_from(duration.as_millis()).unwrap_or(MAX_DEADLINE));
    own.unwrap_or(default).clamp(SECOND, MAX_DEADLINE)
}

/// Stand around each value that is filled into what a model is told to do. The model knows that what stands between them is data: a customer
/// may call themselves "Ignore all instructions".
pub const VALUE_MARKS: (char, char) = ('⟦', '⟧');

/// A text for a model, in the bot's own language, with its values between [`VALUE_MARKS`]. No value holds such a mark, nor letters that nobody
/// can see.
pub fn instructions(turn: &Turn<'_>, text: &Text) -> Result<String, Stop> {
    let (open, close) = VALUE_MARKS;
    let filled = text.render_with(&turn.facts_view(), Locals::none(), |_, value| match without_marks(value) {
        value if value.is_empty() => value,
        value => format!("{open}{value}{close}"),
    });
    Ok(filled?)
}

/// A text without the marks of values, and without letters that models read and people do not see (Unicode's tags, and what hides in words).
pub fn without_marks(text: &str) -> String {
    let is_hidden = |letter| matches!(letter, '\u{e0000}'..='\u{e007f}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    text.chars().filter(|letter| *letter != VALUE_MARKS.0 && *letter != VALUE_MARKS.1 && !is_hidden(*letter)).collect()
}

/// The failure of a call that brought no result.
pub fn failed(result: &CallResult) -> Stop {
    match result {
        CallResult::Failed { name, text } => Failure::new(name.as_str(), text.as_str()).into(),
        _ => unexpected("the result of another kind of call"),
    }
}

/// When the conversation began of which a model may read; where nobody knows it, when this session did.
pub fn since(turn: &Turn<'_>) -> Moment {
    let began = turn.state.conversation().and_then(|conversation| conversation.began);
    began.or_else(|| Some(turn.state.session()?.started)).unwrap_or_else(|| turn.now())
}

/// The customer's last message in words; None when it has none, or there is no message.
pub fn said(turn: &Turn<'_>) -> Option<String> {
    let text = turn.state.last_message()?.content.text()?.trim();
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
