//! The statements on records and counters.

use rusqlite::{Connection, OptionalExtension, Row};

use super::contacts::{PackedOutcome, PackedValue};
use super::writer::Ledger;
use super::{Rows, signed, unsigned};
use crate::limits::add_to_counter;
use crate::{Millis, StoreError};

/// How many expired records each write of an expiring one clears away: more than it adds, so that
/// they never pile up, and few enough to go unnoticed.
const SWEPT_PER_WRITE: usize = 4;

/// A [`PutRecord`](crate::PutRecord) whose value is packed.
pub(crate) struct PackedPut {
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) expected_version: u64,
    pub(crate) packed: Option<Vec<u8>>,
    pub(crate) expires: Option<Millis>,
    pub(crate) now: Millis,
}

pub(crate) fn get(connection: &Connection, kind: &str, key: &str, now: Millis) -> rusqlite::Result<Option<PackedValue>> {
    let mut select = connection.prepare_cached(
        "SELECT version, value FROM records WHERE kind = ?1 AND key = ?2 AND (expires IS NULL OR expires > ?3)",
    )?;
    select.query_row((kind, key, now), PackedValue::read).optional()
}

pub(crate) fn put(connection: &Connection, ledger: &mut Ledger, put: &PackedPut) -> rusqlite::Result<PackedOutcome> {
    let current = get(connection, &put.kind, &put.key, put.now)?;
    if current.as_ref().map_or(0, |current| current.version) != put.expected_version {
        return Ok(PackedOutcome::Conflict { current });
    }

    let Some(packed) = &put.packed else {
        let mut delete = connection.prepare_cached("DELETE FROM records WHERE kind = ?1 AND key = ?2")?;
        delete.execute((&put.kind, &put.key))?;
        return Ok(PackedOutcome::Committed { version: 0 });
    };
    if put.expires.is_some() {
        sweep(connection, put.now)?;
    }
    let version = ledger.next();
    let mut upsert = connection.prepare_cached(
        "INSERT INTO records (kind, key, version, expires, value) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (kind, key) DO UPDATE
         SET version = excluded.version, expires = excluded.expires, value = excluded.value",
    )?;
    upsert.execute((&put.kind, &put.key, version, put.expires, packed))?;
    Ok(PackedOutcome::Committed { version: unsigned(version) })
}

fn sweep(connection: &Connection, now: Millis) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
    )?;
    delete.execute((now, signed(SWEPT_PER_WRITE))).map(drop)
}

pub(crate) fn list(
    connection: &Connection,
    kind: &str,
    after: Option<&str>,
    now: Millis,
    limit: usize,
) -> Rows<(String, PackedValue)> {
    // No key is empty, so every key comes after the empty one.
    let mut select = connection.prepare_cached(
        "SELECT version, value, key FROM records
         WHERE kind = ?1 AND key > ?2 AND (expires IS NULL OR expires > ?3) ORDER BY key LIMIT ?4",
    )?;
    let read = |row: &Row<'_>| Ok((row.get(2)?, PackedValue::read(row)?));
    select.query_map((kind, after.unwrap_or(""), now, signed(limit)), read)?.collect()
}

pub(crate) fn trim(connection: &Connection, kind: &str, keep: usize, now: Millis) -> rusqlite::Result<u64> {
    connection.prepare_cached("DELETE FROM records WHERE kind = ?1 AND expires <= ?2")?.execute((kind, now))?;
    let mut trim = connection.prepare_cached(
        "DELETE FROM records WHERE id IN (
             SELECT id FROM records WHERE kind = ?1 ORDER BY key DESC LIMIT -1 OFFSET ?2
         )",
    )?;
    Ok(trim.execute((kind, signed(keep)))? as u64)
}

/// Adds to a counter; the inner error is a sum that no store can hold.
pub(crate) fn increment(connection: &Connection, name: &str, by: u64) -> rusqlite::Result<Result<u64, StoreError>> {
    let mut select = connection.prepare_cached("SELECT value FROM counters WHERE name = ?1")?;
    let value = select.query_row([name], |row| row.get(0)).optional()?.map_or(0, unsigned);
    let sum = match add_to_counter(name, value, by) {
        Ok(sum) => sum,
        Err(error) => return Ok(Err(error)),
    };
    let mut upsert = connection.prepare_cached(
        "INSERT INTO counters (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?;
    upsert.execute((name, signed(sum)))?;
    Ok(Ok(sum))
}
