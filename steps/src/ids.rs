//! Identifiers, each a type of its own, so that a session's id can't stand where a step's belongs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The longest id of a step, option, bot, variable or field (`bot-language` §1: `[a-z][a-z0-9_]{0,63}`).
pub const MAX_ID_LENGTH: usize = 64;

/// In alphabetical order. Words of Rhai that can't name a step, an option, a bot, a variable or a field.
pub const RESERVED_WORDS: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "const",
    "continue",
    "debug",
    "default",
    "do",
    "each",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error(
        "an id begins with a small letter and goes on with small letters, digits and `_`, 64 characters at most; this is {0:?}"
    )]
    Form(String),
    #[error("`{0}` is a reserved word of the expression language and can't be an id")]
    Reserved(String),
}

/// Checks the form that every id in a bot has: `[a-z][a-z0-9_]{0,63}`, no reserved word.
///
/// ```
/// assert!(steps::ids::check_id("ask_email").is_ok());
/// assert!(steps::ids::check_id("Ask e-mail").is_err());
/// assert!(steps::ids::check_id("return").is_err());
/// ```
pub fn check_id(text: &str) -> Result<(), IdError> {
    let bytes = text.as_bytes();
    let starts_well = bytes.first().is_some_and(u8::is_ascii_lowercase);
    let goes_on_well = bytes.iter().all(|next| matches!(next, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !starts_well || !goes_on_well || text.len() > MAX_ID_LENGTH {
        return Err(IdError::Form(text.chars().take(80).collect()));
    }
    if may_be_reserved(bytes) && RESERVED_WORDS.binary_search(&text).is_ok() {
        return Err(IdError::Reserved(text.to_owned()));
    }
    Ok(())
}

/// Whether a reserved word has this length and first letter. Few ids do, and a contact has many: the others need no search.
fn may_be_reserved(id: &[u8]) -> bool {
    const LENGTHS: [u64; 128] = {
        let (mut lengths, mut place) = ([0; 128], 0);
        while place < RESERVED_WORDS.len() {
            let word = RESERVED_WORDS[place].as_bytes();
            lengths[word[0] as usize] |= 1 << word.len();
            place += 1;
        }
        lengths
    };
    id.first().is_some_and(|first| LENGTHS[usize::from(first & 127)] >> (id.len() & 63) & 1 == 1)
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(compact_str::CompactString);

        impl $name {
            /// Reads an id, or says why it is none.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check_id(text)?;
                Ok(Self(text.into()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = compact_str::CompactString::deserialize(deserializer)?;
                check_id(&text).map_err(D::Error::custom)?;
                Ok(Self(text))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$", "x-kind": $kind})
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:?}", self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
    };
}

identifier!(
    /// A step inside its bot. Where it stands in `next`, `goto` or another branch, it is a link.
    StepId, "link"
);
identifier!(
    /// A bot: the stem of its file.
    BotId, "bot"
);
identifier!(
    /// An option (button, row, quick reply, answer) inside its step; stable, so that old taps find it.
    OptionId, "option_id"
);

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default, JsonSchema)]
        #[serde(transparent)]
        #[schemars(transparent)]
        pub struct $name(#[schemars(with = "String")] pub compact_str::CompactString);

        impl $name {
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:?}", self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

opaque!(
    /// A contact within the account: made from its strongest first alias, never from a name.
    ContactId
);
opaque!(
    /// One of the business's numbers: Meta's `phone_number_id`, not the phone number itself.
    NumberId
);
opaque!(
    /// A message on WhatsApp: Meta's opaque `wamid.…`.
    MessageId
);
opaque!(
    /// The version of a bot: the hash of its content.
    Version
);
opaque!(
    /// Whatever changed a contact, for telling after a time-out whether it was committed.
    EventId
);

impl MessageId {
    /// 48 bits of its hash: enough that two of a contact's few hundred messages never meet, short enough to keep.
    pub fn short_hash(&self) -> u64 {
        use sha2::{Digest, Sha256};
        let hash = Sha256::digest(self.as_str().as_bytes());
        hash.iter().take(6).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// A running bot of one contact; counts up within the contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct SessionId(pub u32);

/// A pending entry (send, call, timer) of one contact; counts up within the contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct EntryId(pub u32);

/// A task of one contact; counts up within the contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug, Default)]
#[serde(transparent)]
pub struct TaskId(pub u32);

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_form() {
        for good in ["a", "ask_email", "step2", &"x".repeat(64)] {
            assert!(StepId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "2step", "ask-email", "olá", "while", &"x".repeat(65)] {
            assert!(StepId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_reserved_words_are_in_order() {
        assert!(RESERVED_WORDS.is_sorted());
        assert!(StepId::new("yield").is_err() && StepId::new("as").is_err());
    }

    #[test]
    fn a_bad_id_in_json_says_what_is_expected() {
        let error = serde_json::from_str::<StepId>("\"Ask Email\"").unwrap_err().to_string();
        assert!(error.contains("small letter"), "{error}");
    }
}
