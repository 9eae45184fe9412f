//! The expression language of a bot: Rhai, compiled once when the bot is loaded.
//!
//! Owns how expressions, scripts and texts with `{{ }}` are compiled and evaluated, what they may read
//! ([`Facts`]), their limits, their functions ([`functions()`]), the durations of the language, and the ways to find a
//! value in what a customer wrote ([`find`]). It leaves to others what the facts are (the interpreter), and
//! whether a path that an expression reads exists (the checker, through [`Expression::reads`]).
//!
//! What differs from plain Rhai, because a bot designer expects it:
//!
//! - a property of a missing value is missing, and so is a list element that is not there;
//! - a missing condition is false;
//! - `10 / 4` is `2.5`, and `10 / 5` is `2`;
//! - a number compared with a text compares with the number that the text is, and is unequal to any other text;
//! - `trim` and `replace` give a new text;
//! - a moment (`now`, `date(…)`) takes a duration: `now + "2h"`.
//!
//! Expressions are deterministic: there is no clock and no chance in them but what [`Facts`] says, and their
//! limits count operations and sizes, never time.

mod compile;
mod convert;
mod date_value;
mod diagnose;
mod duration;
mod engine;
mod error;
mod facts;
pub mod find;
mod fold;
pub mod functions;
pub(crate) mod kinds;
mod locale;
mod lower;
mod names;
mod operators;
mod scan;
mod script;
mod simple;
mod text;

pub use compile::{Expression, Reference};
pub use convert::{from_json, plain_text, to_json};
pub use duration::{Duration, InvalidDuration, parse_duration};
pub use engine::limits;
pub use error::{CompileError, EvaluationError};
pub use facts::{Facts, Locals, Look, look_in_json};
pub use fold::{fold, fold_but_symbols, same_but_for_spaces};
pub use functions::functions;
pub use names::{ROOTS, nearest};
pub use script::Script;
pub use simple::{Join, Operator, Row, SimpleForm};
pub use text::Text;

/// What an expression gives: JSON, with `null` for a missing value and ISO 8601 text for a date.
pub type Value = serde_json::Value;

#[cfg(test)]
mod tests;
