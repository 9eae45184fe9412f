//! Small records in the store, written and read as JSON: what several parts of the server do with them alike.

use serde::{Serialize, de::DeserializeOwned};
use steps::moment::Moment;
use store::{Outcome, PutRecord, Record, StoreError, Stored};

use crate::app::App;

/// A value as a record keeps it.
pub fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Refused {
        what: "a record".to_owned(),
        reason: format!("it can't be written as JSON: {error}"),
    })
}

/// Reads what [`json`] wrote.
pub fn read<T: DeserializeOwned>(kind: &str, key: &str, stored: &Stored) -> Result<T, StoreError> {
    serde_json::from_slice(&stored.value)
        .map_err(|error| StoreError::Unreadable { what: format!("{kind}/{key}"), reason: error.to_string() })
}

/// A record and its version; None where there is none.
pub async fn get<T: DeserializeOwned>(app: &App, kind: &str, key: &str) -> Result<Option<(T, u64)>, StoreError> {
    let Some(stored) = app.store.get_record(kind, key, app.now().0).await? else { return Ok(None) };
    Ok(Some((read(kind, key, &stored)?, stored.version)))
}

/// Writes a record if it is at the expected version (0: not there); tells whether it was.
pub async fn put(app: &App, kind: &str, key: &str, expected_version: u64, value: &impl Serialize) -> Result<bool, StoreError> {
    let put = PutRecord {
        kind: kind.to_owned(),
        key: key.to_owned(),
        expected_version,
        value: Some(json(value)?),
        expires: None,
        now: app.now().0,
    };
    Ok(matches!(app.store.put_record(put).await?, Outcome::Committed { .. }))
}

/// Writes a record, whatever was there: for what only people change.
pub async fn replace(app: &App, kind: &str, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
    loop {
        let version = app.store.get_record(kind, key, app.now().0).await?.map_or(0, |stored| stored.version);
        if put(app, kind, key, version, value).await? {
            return Ok(());
        }
    }
}

/// Up to `limit` records of a kind, in the order of their keys.
pub async fn list(app: &App, kind: &str, limit: usize) -> Result<Vec<Record>, StoreError> {
    app.store.list_records(kind, None, app.now().0, limit).await
}

/// Removes a record, unless it has changed.
pub async fn remove(app: &App, kind: &str, record: &Record) -> Result<(), StoreError> {
    let put = PutRecord {
        kind: kind.to_owned(),
        key: record.key.clone(),
        expected_version: record.stored.version,
        value: None,
        expires: None,
        now: app.now().0,
    };
    app.store.put_record(put).await.map(|_| ())
}

/// Removes a record, whatever it is.
pub async fn discard(app: &App, kind: &str, key: &str) -> Result<(), StoreError> {
    let Some(stored) = app.store.get_record(kind, key, app.now().0).await? else { return Ok(()) };
    remove(app, kind, &Record { key: key.to_owned(), stored }).await
}

/// A key that sorts by time, and that nobody else makes.
pub fn key_at(app: &App, at: Moment) -> String {
    let mut chance = [0; 8];
    // Without random numbers two keys of one millisecond could meet; then the second is not written, as no list is exact.
    let _ = app.random(&mut chance);
    format!("{:015}-{}", at.0.max(0), hex::encode(chance))
}
