//! Regular expressions of the bot designer: compiled once, at load; linear in time, bounded in size.

use std::fmt;

use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The most memory that one compiled pattern may take, in bytes.
pub const MAX_PATTERN_SIZE: usize = 1 << 18;

/// A regular expression; upper and lower case alike unless it says `(?-i)`.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles it, or says what is wrong with it.
    pub fn new(source: &str) -> Result<Self, String> {
        RegexBuilder::new(source).case_insensitive(true).size_limit(MAX_PATTERN_SIZE).build().map(Pattern).map_err(|error| {
            match error {
                regex::Error::CompiledTooBig(_) => "this pattern grows too large; use smaller repetitions".to_owned(),
                other => {
                    format!("this is no regular expression: {}", other.to_string().lines().last().unwrap_or_default().trim())
                }
            }
        })
    }

    pub fn regex(&self) -> &Regex {
        &self.0
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}/", self.0.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Pattern::new(&std::borrow::Cow::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "regex", "x-kind": "pattern"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_pattern_is_an_error_for_people() {
        assert!(Pattern::new("^pedido \\d+$").unwrap().is_match("Pedido 42"));
        assert!(Pattern::new("(").unwrap_err().contains("regular expression"));
        assert!(Pattern::new("(a{1000}){1000}").unwrap_err().contains("too large"));
    }
}
