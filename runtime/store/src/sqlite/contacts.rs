//! The statements on contacts and aliases.

use rusqlite::{Connection, OptionalExtension, Row};

use super::journal::{self, Chains, Whose};
use super::writer::Ledger;
use super::{Rows, lists, signed, unsigned};
use crate::{Due, JournalEntry, Millis, lane_of};

/// A version and a value as it lies in the file.
#[derive(Debug)]
pub(crate) struct PackedValue {
    pub(crate) version: u64,
    pub(crate) packed: Vec<u8>,
}

impl PackedValue {
    /// Reads the columns `version, value`.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { version: unsigned(row.get(0)?), packed: row.get(1)? })
    }
}

/// What became of a compare-and-set, before values are unpacked.
#[derive(Debug)]
pub(crate) enum PackedOutcome {
    Committed { version: u64 },
    Conflict { current: Option<PackedValue> },
}

/// A [`Commit`](crate::Commit) whose value is packed.
pub(crate) struct PackedCommit {
    pub(crate) key: String,
    pub(crate) expected_version: u64,
    pub(crate) packed: Option<Vec<u8>>,
    pub(crate) due: Option<Millis>,
    pub(crate) journal: Vec<JournalEntry>,
}

/// A contact's row, without its value.
struct Found {
    id: i64,
    version: i64,
    due: Option<Millis>,
    chains: Chains,
}

pub(crate) fn load(connection: &Connection, key: &str) -> rusqlite::Result<Option<PackedValue>> {
    let mut select = connection.prepare_cached("SELECT version, value FROM contacts WHERE key = ?1 AND version > 0")?;
    select.query_row([key], PackedValue::read).optional()
}

pub(crate) fn commit(connection: &Connection, ledger: &mut Ledger, commit: &PackedCommit) -> rusqlite::Result<PackedOutcome> {
    let found = find(connection, &commit.key)?;
    let before = found.as_ref().map_or(0, |found| found.version);
    if unsigned(before) != commit.expected_version {
        return Ok(PackedOutcome::Conflict { current: load(connection, &commit.key)? });
    }

    let version = if commit.packed.is_some() { ledger.next() } else { 0 };
    write(connection, ledger, commit, found, version)?;
    Ok(PackedOutcome::Committed { version: unsigned(version) })
}

/// What a journal beside another store keeps of a commit there: its facts, and whether the contact
/// exists, as version 1 or 0.
pub(crate) fn note(connection: &Connection, ledger: &mut Ledger, commit: &PackedCommit, exists: bool) -> rusqlite::Result<()> {
    let found = find(connection, &commit.key)?;
    write(connection, ledger, commit, found, i64::from(exists))
}

/// Writes a contact's row and appends its facts.
fn write(
    connection: &Connection,
    ledger: &mut Ledger,
    commit: &PackedCommit,
    found: Option<Found>,
    version: i64,
) -> rusqlite::Result<()> {
    let before = found.as_ref().map_or(0, |found| found.version);
    ledger.contacts += i64::from(version > 0) - i64::from(before > 0);
    let due = commit.due.filter(|_| version > 0);

    let first = ledger.sequence + 1;
    ledger.sequence += commit.journal.len() as i64;
    let chains = found.as_ref().map_or_else(Chains::default, |found| found.chains);
    let grown = chains.grown_by(first, &commit.journal);

    let id = match found {
        Some(found) => {
            update(connection, &found, version, due, grown, commit.packed.as_deref())?;
            Some(found.id)
        }
        None if version > 0 || !commit.journal.is_empty() => Some(insert(connection, commit, version, due, grown)?),
        None => None,
    };
    match id {
        Some(row) => journal::append(connection, Whose { row, contact: &commit.key }, chains, first, &commit.journal),
        None => Ok(()),
    }
}

/// Whether anything is known of a contact.
pub(crate) fn is_known(connection: &Connection, key: &str) -> rusqlite::Result<bool> {
    Ok(find(connection, key)?.is_some())
}

/// Whether a contact exists and is at this version.
pub(crate) fn is_at(connection: &Connection, key: &str, version: u64) -> rusqlite::Result<bool> {
    Ok(version > 0 && find(connection, key)?.is_some_and(|found| unsigned(found.version) == version))
}

fn find(connection: &Connection, key: &str) -> rusqlite::Result<Option<Found>> {
    let mut select =
        connection.prepare_cached("SELECT id, version, due, last_fact, last_message FROM contacts WHERE key = ?1")?;
    let read = |row: &Row<'_>| {
        let chains = Chains { last_fact: row.get(3)?, last_message: row.get(4)? };
        Ok(Found { id: row.get(0)?, version: row.get(1)?, due: row.get(2)?, chains })
    };
    select.query_row([key], read).optional()
}

fn insert(
    connection: &Connection,
    commit: &PackedCommit,
    version: i64,
    due: Option<Millis>,
    chains: Chains,
) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO contacts (key, version, lane, due, last_fact, last_message, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let Chains { last_fact, last_message } = chains;
    insert.insert((&commit.key, version, lane_of(&commit.key), due, last_fact, last_message, &commit.packed))
}

/// Leaves the due index alone where it can: naming an indexed column in an UPDATE rewrites the
/// index, even when nothing changes.
fn update(
    connection: &Connection,
    found: &Found,
    version: i64,
    due: Option<Millis>,
    chains: Chains,
    packed: Option<&[u8]>,
) -> rusqlite::Result<()> {
    let Chains { last_fact, last_message } = chains;
    if version == 0 && last_fact.is_none() {
        return connection.prepare_cached("DELETE FROM contacts WHERE id = ?1")?.execute([found.id]).map(drop);
    }
    if due == found.due {
        let mut update = connection
            .prepare_cached("UPDATE contacts SET version = ?2, last_fact = ?3, last_message = ?4, value = ?5 WHERE id = ?1")?;
        return update.execute((found.id, version, last_fact, last_message, packed)).map(drop);
    }
    let mut update = connection.prepare_cached(
        "UPDATE contacts SET version = ?2, last_fact = ?3, last_message = ?4, value = ?5, due = ?6 WHERE id = ?1",
    )?;
    update.execute((found.id, version, last_fact, last_message, packed, due)).map(drop)
}

pub(crate) fn erase(connection: &Connection, ledger: &mut Ledger, key: &str) -> rusqlite::Result<bool> {
    let aliases = connection.prepare_cached("DELETE FROM aliases WHERE contact = ?1")?.execute([key])?;
    let Some(found) = find(connection, key)? else {
        return Ok(aliases > 0);
    };
    journal::erase(connection, found.chains)?;
    lists::remove(connection, key)?;
    connection.prepare_cached("DELETE FROM contacts WHERE id = ?1")?.execute([found.id])?;
    ledger.contacts -= i64::from(found.version > 0);
    Ok(true)
}

pub(crate) fn due(connection: &Connection, lane: u16, until: Millis, limit: usize) -> Rows<Due> {
    let mut select = connection.prepare_cached(
        "SELECT key, due FROM contacts WHERE lane = ?1 AND due <= ?2 AND due IS NOT NULL ORDER BY due, key LIMIT ?3",
    )?;
    let read = |row: &Row<'_>| Ok(Due { key: row.get(0)?, due: row.get(1)? });
    select.query_map((lane, until, signed(limit)), read)?.collect()
}

pub(crate) fn list(connection: &Connection, after: Option<&str>, limit: usize) -> Rows<String> {
    // No key is empty, so every key comes after the empty one.
    let mut select =
        connection.prepare_cached("SELECT key FROM contacts WHERE key > ?1 AND version > 0 ORDER BY key LIMIT ?2")?;
    select.query_map((after.unwrap_or(""), signed(limit)), |row| row.get(0))?.collect()
}

pub(crate) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT contacts FROM ledger")?.query_row((), |row| row.get(0)).map(unsigned)
}

pub(crate) fn alias(connection: &Connection, alias: &str) -> rusqlite::Result<Option<String>> {
    let mut select = connection.prepare_cached("SELECT contact FROM aliases WHERE alias = ?1")?;
    select.query_row([alias], |row| row.get(0)).optional()
}

pub(crate) fn set_alias(connection: &Connection, name: &str, contact: &str, replaces: Option<&str>) -> rusqlite::Result<String> {
    match alias(connection, name)? {
        Some(holder) if holder == contact || replaces != Some(&holder) => return Ok(holder),
        _ => {}
    }
    let mut put = connection.prepare_cached(
        "INSERT INTO aliases (alias, contact) VALUES (?1, ?2) ON CONFLICT (alias) DO UPDATE SET contact = excluded.contact",
    )?;
    put.execute((name, contact))?;
    Ok(contact.to_owned())
}
