//! What an expression can read: a lazy view of the conversation, and the extra names of one evaluation.

use jiff::{
    Zoned,
    civil::{Date, Weekday},
};
use rhai::Dynamic;

use super::convert::from_json;

/// Everything that an expression may read, looked up only when it is read.
///
/// Two rules are the implementor's: an empty text of the contact is [`Look::Missing`], and nothing here depends on
/// a clock or on chance (`now` and `seed` are arguments of the turn).
pub trait Facts: Send + Sync + 'static {
    /// What stands at a path: the root's name, then property names. An element of a list is named by its index in
    /// decimal (`["vars", "items", "0"]`); [`look_in_json`] follows such a path through JSON.
    ///
    /// A root or an object that is costly to copy answers [`Look::Branch`]: what is read of it is then looked up
    /// by its longer path. A [`Look::Leaf`] may be a whole list or map too. The root `now` is never asked for.
    fn look(&self, path: &[&str]) -> Look;

    /// The moment of this turn, in the bot's time zone.
    fn now(&self) -> Zoned;

    /// The language (BCP 47) of the texts that are shown: numbers, dates and money are written in it.
    fn language(&self) -> &str;

    /// The language in which numbers and dates are read: the bot's own, for its conditions mean the same whoever the customer is.
    fn own_language(&self) -> &str {
        self.language()
    }

    /// The country (ISO 3166, two letters) of phone numbers that are written without a code.
    fn country(&self) -> Option<&str> {
        None
    }

    /// Whether people work on this day; Monday to Friday where nobody says otherwise.
    fn is_workday(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// What `pick` and `random` draw from; the same seed gives the same choice.
    fn seed(&self) -> u64;
}

/// What stands at a path.
#[derive(Debug, Clone)]
pub enum Look {
    /// Nothing: the expression sees a missing value.
    Missing,
    /// Something with properties that are looked up one by one.
    Branch,
    /// A value.
    Leaf(Dynamic),
}

impl Look {
    /// A text, or missing when it is empty.
    pub fn text(text: &str) -> Self {
        if text.is_empty() { Self::Missing } else { Self::Leaf(text.into()) }
    }

    /// A leaf of any value that Rhai knows: `bool`, `i64`, `f64`, text.
    pub fn leaf(value: impl Into<Dynamic>) -> Self {
        Self::Leaf(value.into())
    }

    /// A leaf of JSON; missing for `null`.
    pub fn json(value: &serde_json::Value) -> Self {
        if value.is_null() { Self::Missing } else { Self::Leaf(from_json(value)) }
    }
}

impl From<Zoned> for Look {
    fn from(moment: Zoned) -> Self {
        Self::Leaf(Dynamic::from(super::date_value::DateValue::Instant(moment)))
    }
}

/// Follows the rest of a path through JSON: properties of objects, elements of lists by index.
pub fn look_in_json(value: &serde_json::Value, path: &[&str]) -> Look {
    let mut value = value;
    for segment in path {
        let next = match value {
            serde_json::Value::Object(map) => map.get(*segment),
            serde_json::Value::Array(list) => segment.parse::<usize>().ok().and_then(|index| list.get(index)),
            _ => None,
        };
        let Some(next) = next else {
            return Look::Missing;
        };
        value = next;
    }
    Look::json(value)
}

/// Extra roots of one evaluation: `item` and `index` of an `each`, `answer`, `reply`, `child`. They come before
/// the facts of the same name.
#[derive(Debug, Clone, Default)]
pub struct Locals(smallvec::SmallVec<[(&'static str, Dynamic); 2]>);

impl Locals {
    /// No extra roots.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: std::sync::LazyLock<Locals> = std::sync::LazyLock::new(Locals::default);
        &NONE
    }

    /// These extra roots and one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &serde_json::Value) -> Self {
        self.0.push((name, from_json(value)));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(&'static str, Dynamic)> {
        self.0.iter()
    }
}
