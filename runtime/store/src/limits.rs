//! The limits every store keeps, and the one place that checks them.

use crate::{Commit, PutRecord, StoreError};

/// The longest key, alias, kind or counter name, in bytes. Our own: ids are well under 100.
pub const MAX_KEY_BYTES: usize = 512;

/// The largest value, in bytes (16 MiB). Our own: a contact is about a kilobyte, and the largest
/// bot version a few megabytes; SQLite and Redis would take more, but not quickly.
pub const MAX_VALUE_BYTES: usize = 16 << 20;

/// Counters and versions stay below this, the largest integer of SQLite and Redis.
pub(crate) const MAX_INTEGER: u64 = i64::MAX as u64;

pub(crate) fn check_commit(commit: &Commit) -> Result<(), StoreError> {
    check_key("contact", &commit.key)?;
    check_value("contact", &commit.key, commit.value.as_deref())?;
    for entry in &commit.journal {
        check_value("journal entry of contact", &commit.key, Some(entry.body.as_bytes()))?;
    }
    Ok(())
}

pub(crate) fn check_put(put: &PutRecord) -> Result<(), StoreError> {
    check_key("record kind", &put.kind)?;
    check_key("record", &put.key)?;
    check_value("record", &put.key, put.value.as_deref())
}

pub(crate) fn check_key(what: &str, key: &str) -> Result<(), StoreError> {
    if key.is_empty() {
        return Err(refused(what, key, "its key is empty".into()));
    }
    if key.len() > MAX_KEY_BYTES {
        let start: String = key.chars().take(32).collect();
        let reason = format!("its key has {} bytes, at most {MAX_KEY_BYTES} are allowed", key.len());
        return Err(refused(what, &format!("{start}…"), reason));
    }
    Ok(())
}

fn check_value(what: &str, key: &str, value: Option<&[u8]>) -> Result<(), StoreError> {
    match value {
        Some(value) if value.len() > MAX_VALUE_BYTES => {
            let reason = format!("it has {} bytes, at most {MAX_VALUE_BYTES} are allowed", value.len());
            Err(refused(what, key, reason))
        }
        _ => Ok(()),
    }
}

/// The sum of a counter and its increment, if a store can hold it.
pub(crate) fn add_to_counter(name: &str, value: u64, by: u64) -> Result<u64, StoreError> {
    let sum = value.checked_add(by).filter(|sum| *sum <= MAX_INTEGER);
    sum.ok_or_else(|| refused("counter", name, format!("{value} + {by} is over {MAX_INTEGER}")))
}

fn refused(what: &str, key: &str, reason: String) -> StoreError {
    StoreError::Refused { what: format!("{what} {key:?}"), reason }
}
