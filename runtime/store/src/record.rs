//! Small records beside the contacts: bot versions, live pointers, drafts, settings, idempotency
//! keys, the dead list. Each has a kind and a key, and is written under compare-and-set.

use crate::{Millis, Stored};

/// A write of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutRecord {
    /// The family of the record ("bot-version", "setting", …); records are listed by kind.
    pub kind: String,
    /// Its name within the kind.
    pub key: String,
    /// The version the caller has seen; 0 means that the record must not exist.
    pub expected_version: u64,
    /// The new value; `None` deletes the record.
    pub value: Option<Vec<u8>>,
    /// From this moment on the record is gone; `None` keeps it.
    pub expires: Option<Millis>,
    /// The time of the write: a record that has expired by now does not exist.
    pub now: Millis,
}

/// A record in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name within the kind.
    pub key: String,
    /// Its version and value.
    pub stored: Stored,
}
