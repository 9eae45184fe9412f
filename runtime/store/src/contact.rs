//! What is read and written of one contact.

use crate::JournalEntry;

/// A point in time: milliseconds since 1970-01-01 UTC.
pub type Millis = i64;

/// A value as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Guards the next write. Never 0, grows with every write of the key, and is never given again
    /// to the same key, not even after it was deleted or erased. Nothing else may be read into it.
    pub version: u64,
    /// The bytes, as they were given.
    pub value: Vec<u8>,
}

/// One atomic step on one contact.
///
/// Either all of it is applied (and durable) or nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The contact's id.
    pub key: String,
    /// The version the caller has seen; 0 means that the contact must not exist.
    pub expected_version: u64,
    /// The new value; `None` deletes the contact but keeps its journal ([`Store::erase`](crate::Store::erase) takes that too).
    pub value: Option<Vec<u8>>,
    /// The earliest moment at which the contact has work; `None` takes it out of the due index.
    /// A contact without a value is never due.
    pub due: Option<Millis>,
    /// Facts to append, in this order.
    pub journal: Vec<JournalEntry>,
}

/// What became of a compare-and-set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Applied and durable.
    Committed {
        /// The version to expect next; 0 when the step deleted the value.
        version: u64,
    },
    /// Nothing was applied: the key was not at the expected version.
    Conflict {
        /// What is there instead, so that no second load is needed.
        current: Option<Stored>,
    },
}

/// A contact with work, as the due index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The contact's id.
    pub key: String,
    /// The moment its latest commit named.
    pub due: Millis,
}
