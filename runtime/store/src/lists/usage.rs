//! What models were used for: a row for each call that a model was asked, and their sums by day.
//!
//! A row belongs to the fact that told of it and names no contact, so it stays when the contact is erased.

use crate::Millis;

/// A call to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// When it came back.
    pub at: Millis,
    /// Whose call it was.
    pub bot: String,
    /// Which model, in the words of the writer.
    pub model: String,
    /// Tokens of what was asked.
    pub prompt_tokens: u64,
    /// Tokens of what was answered.
    pub answer_tokens: u64,
    /// What it cost, in millionths of the currency.
    pub cost: u64,
    /// Of the cost; empty where that is not known.
    pub currency: String,
}

/// Calls of one day, bot, model and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageSum {
    /// The beginning of the day, in UTC.
    pub day: Millis,
    /// See [`Usage::bot`].
    pub bot: String,
    /// See [`Usage::model`].
    pub model: String,
    /// See [`Usage::currency`].
    pub currency: String,
    /// How many there were.
    pub calls: u64,
    /// See [`Usage::prompt_tokens`].
    pub prompt_tokens: u64,
    /// See [`Usage::answer_tokens`].
    pub answer_tokens: u64,
    /// See [`Usage::cost`].
    pub cost: u64,
}

/// A day in milliseconds.
const DAY: Millis = 86_400_000;

impl Usage {
    /// The beginning of its day, in UTC.
    pub(crate) fn day(&self) -> Millis {
        self.at - self.at.rem_euclid(DAY)
    }
}
