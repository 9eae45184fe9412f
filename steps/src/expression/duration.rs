//! Durations of the bot language: `90s`, `15m`, `2h`, `3d`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in whole milliseconds, from nothing to [`Duration::MAX`]. A day is 24 hours. In JSON it is text: a number and a
/// unit, or several (`1d12h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Every unit, the longest first; the order in which a text may name them.
const UNITS: [(&str, u64); 4] = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)];

impl Duration {
    /// Ten years: longer than any conversation; a longer one is a slip of the keyboard.
    pub const MAX: Self = Self(3_650 * DAY);

    /// A duration of milliseconds; none when it is longer than [`Duration::MAX`].
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Option<Self> {
        if milliseconds <= Self::MAX.0 { Some(Self(milliseconds)) } else { None }
    }

    /// A duration of whole seconds, for constants: longer than [`Duration::MAX`] is cut to it.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        match Self::from_millis(seconds.saturating_mul(SECOND)) {
            Some(duration) => duration,
            None => Self::MAX,
        }
    }

    /// Whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole milliseconds, to add to a moment.
    #[must_use]
    pub const fn millis(self) -> i64 {
        // A duration is ten years at most, far below what an `i64` holds.
        self.0 as i64
    }

    /// Whole seconds; what is left is dropped.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / SECOND
    }

    /// The sum, or none when it is longer than [`Duration::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Self::from_millis(sum),
            None => None,
        }
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        Self::from_millis(duration.0)
    }
}

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a duration. Write a number and a unit: `90s`, `15m`, `2h`, `3d`, or several like `1d12h`; at most 3650d."
)]
pub struct InvalidDuration {
    /// The text.
    pub text: String,
}

/// Reads `90s`, `15m`, `2h`, `3d` or several of them, the longest unit first, each once.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = || InvalidDuration { text: text.to_owned() };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut units = UNITS.iter();
    let mut total = Duration::default();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        // Searching on from the unit before keeps the order and refuses a second one of a kind.
        let (unit, length) = units.find(|(unit, _)| rest.starts_with(unit)).ok_or_else(invalid)?;
        rest = &rest[unit.len()..];
        total = number
            .checked_mul(*length)
            .and_then(Duration::from_millis)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(invalid)?;
    }
    Ok(total)
}

impl FromStr for Duration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_duration(text)
    }
}

impl fmt::Display for Duration {
    /// In the largest unit that holds it whole: `120s` is `2m`, `90s` stays. What is below a second is dropped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, length) =
            UNITS.iter().find(|(_, length)| self.0 >= *length && self.0.is_multiple_of(*length)).unwrap_or(&("s", SECOND));
        write!(f, "{}{unit}", self.0 / length)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        parse_duration(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "x-kind": "duration"})
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms() {
        for (text, seconds) in
            [("90s", 90), ("15m", 900), ("2h", 7_200), ("3d", 259_200), ("1d12h", 129_600), (" 1h30m ", 5_400), ("0s", 0)]
        {
            assert_eq!(parse_duration(text).map(Duration::as_secs), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_says_how_to_write_it() {
        for text in ["", "2", "h", "2 h", "-2h", "1.5h", "2h1d", "1h1h", "2w", "3651d", "99999999999999999999s"] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(error.contains("`90s`"), "{text}: {error}");
        }
    }

    #[test]
    fn json_keeps_the_length() {
        for text in ["90s", "2m", "36h", "3650d", "0s"] {
            let duration: Duration = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(duration).unwrap(), text);
        }
    }
}
