//! The statements on the journal and the transcripts, both chains of rows from the newest back.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Rows, signed, unsigned};
use crate::sql::{pack_change, unpack_change};
use crate::{Direction, JournalEntry, JournalRow, Message, MessageChange, NewMessage, UPDATABLE_MESSAGES};

/// Where a contact's chains begin: the positions of its newest fact and its newest message.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Chains {
    pub(crate) last_fact: Option<i64>,
    pub(crate) last_message: Option<i64>,
}

impl Chains {
    /// The chains after these entries are appended from position `first` on.
    pub(crate) fn grown_by(self, first: i64, entries: &[JournalEntry]) -> Self {
        (first..).zip(entries).fold(self, |chains, (position, entry)| Self {
            last_fact: Some(position),
            last_message: match entry.message {
                Some(MessageChange::New(_)) => Some(position),
                _ => chains.last_message,
            },
        })
    }
}

/// Whether what facts do to the transcript is written down beside them, to make transcripts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    Kept,
    Dropped,
}

/// Appends entries from position `first` on to chains that have not grown yet.
pub(crate) fn append(
    connection: &Connection,
    contact: i64,
    chains: Chains,
    first: i64,
    entries: &[JournalEntry],
    changes: Changes,
) -> rusqlite::Result<()> {
    let Chains { last_fact: mut previous, mut last_message } = chains;
    for (position, entry) in (first..).zip(entries) {
        let mut insert = connection.prepare_cached(
            "INSERT INTO journal (position, contact, previous, at, kind, body, change) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let kept = entry.message.as_ref().filter(|_| changes == Changes::Kept);
        let kept = kept.map(|change| pack_change(change, &entry.body));
        insert.execute((position, contact, previous, entry.at, &entry.kind, &entry.body, kept))?;
        previous = Some(position);
        if let Some(change) = &entry.message {
            last_message = change_transcript(connection, contact, last_message, position, entry.at, change)?;
        }
    }
    Ok(())
}

/// Does to a transcript what a fact says; gives its newest message.
fn change_transcript(
    connection: &Connection,
    contact: i64,
    newest: Option<i64>,
    position: i64,
    at: i64,
    change: &MessageChange,
) -> rusqlite::Result<Option<i64>> {
    match change {
        MessageChange::New(message) => {
            insert_message(connection, contact, newest, position, at, message)?;
            Ok(Some(position))
        }
        MessageChange::Update { id, wamid, status } => {
            update_message(connection, newest, id, wamid.as_deref(), status.as_deref())?;
            Ok(newest)
        }
    }
}

/// Makes every transcript again from the changes kept in the journal; gives the number of messages.
pub(crate) fn rebuild_messages(connection: &Connection) -> rusqlite::Result<u64> {
    connection.execute_batch("DELETE FROM messages; UPDATE contacts SET last_message = NULL")?;
    let mut facts = connection.prepare(
        "SELECT journal.position, journal.contact, journal.at, journal.body, journal.change
         FROM journal WHERE change IS NOT NULL ORDER BY journal.position",
    )?;
    let mut head = connection.prepare("SELECT last_message FROM contacts WHERE id = ?1")?;
    let mut set_head = connection.prepare("UPDATE contacts SET last_message = ?2 WHERE id = ?1")?;
    let mut rows = facts.query(())?;
    while let Some(row) = rows.next()? {
        let (position, contact, at) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (body, packed): (String, Vec<u8>) = (row.get(3)?, row.get(4)?);
        let unreadable = |reason: String| rusqlite::Error::FromSqlConversionFailure(4, Type::Blob, reason.into());
        let Some(change) = unpack_change(&packed, &body).map_err(unreadable)? else { continue };
        let newest: Option<i64> = head.query_row([contact], |row| row.get(0))?;
        let grown = change_transcript(connection, contact, newest, position, at, &change)?;
        if grown != newest {
            set_head.execute((contact, grown))?;
        }
    }
    connection.query_row("SELECT count(*) FROM messages", (), |row| row.get(0)).map(unsigned)
}

fn insert_message(
    connection: &Connection,
    contact: i64,
    previous: Option<i64>,
    position: i64,
    at: i64,
    message: &NewMessage,
) -> rusqlite::Result<()> {
    let NewMessage { id, direction, body, wamid, status } = message;
    let mut insert = connection.prepare_cached(
        "INSERT INTO messages (position, contact, previous, at, id, direction, body, wamid, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute((position, contact, previous, at, id, direction, body, wamid, status)).map(drop)
}

fn update_message(
    connection: &Connection,
    newest: Option<i64>,
    id: &str,
    wamid: Option<&str>,
    status: Option<&str>,
) -> rusqlite::Result<()> {
    let mut step = connection.prepare_cached("SELECT id = ?2, previous FROM messages WHERE position = ?1")?;
    let mut place = newest;
    for _ in 0..UPDATABLE_MESSAGES {
        let Some(position) = place else { return Ok(()) };
        let (is_it, previous) = step.query_row((position, id), |row| Ok((row.get(0)?, row.get(1)?)))?;
        if is_it {
            let mut update = connection.prepare_cached(
                "UPDATE messages SET wamid = ifnull(?2, wamid), status = ifnull(?3, status) WHERE position = ?1",
            )?;
            return update.execute((position, wamid, status)).map(drop);
        }
        place = previous;
    }
    Ok(())
}

pub(crate) fn erase(connection: &Connection, chains: Chains) -> rusqlite::Result<()> {
    let mut messages = connection.prepare_cached(
        "WITH RECURSIVE chain (position) AS (
             SELECT ?1
             UNION ALL
             SELECT previous FROM messages JOIN chain USING (position) WHERE previous IS NOT NULL
         )
         DELETE FROM messages WHERE position IN chain",
    )?;
    messages.execute([chains.last_message])?;
    let mut facts = connection.prepare_cached(
        "WITH RECURSIVE chain (position) AS (
             SELECT ?1
             UNION ALL
             SELECT previous FROM journal JOIN chain USING (position) WHERE previous IS NOT NULL
         )
         DELETE FROM journal WHERE position IN chain",
    )?;
    facts.execute([chains.last_fact]).map(drop)
}

pub(crate) fn facts_of(connection: &Connection, contact: &str, before: Option<u64>, limit: usize) -> Rows<JournalRow> {
    let mut head = connection.prepare_cached("SELECT last_fact FROM contacts WHERE key = ?1")?;
    let mut step = connection.prepare_cached("SELECT position, previous, at, kind, body FROM journal WHERE position = ?1")?;
    walk(head.query_row([contact], |row| row.get(0)).optional()?.flatten(), before, limit, |position| {
        step.query_row([position], |row| {
            let fact = JournalRow {
                position: unsigned(row.get(0)?),
                contact: contact.to_owned(),
                at: row.get(2)?,
                kind: row.get(3)?,
                body: row.get(4)?,
            };
            Ok((fact, row.get(1)?))
        })
    })
}

pub(crate) fn messages_of(connection: &Connection, contact: &str, before: Option<u64>, limit: usize) -> Rows<Message> {
    let mut head = connection.prepare_cached("SELECT last_message FROM contacts WHERE key = ?1")?;
    let mut step = connection
        .prepare_cached("SELECT position, previous, at, id, direction, body, wamid, status FROM messages WHERE position = ?1")?;
    walk(head.query_row([contact], |row| row.get(0)).optional()?.flatten(), before, limit, |position| {
        step.query_row([position], |row| {
            let message = Message {
                position: unsigned(row.get(0)?),
                at: row.get(2)?,
                id: row.get(3)?,
                direction: row.get(4)?,
                body: row.get(5)?,
                wamid: row.get(6)?,
                status: row.get(7)?,
            };
            Ok((message, row.get(1)?))
        })
    })
}

/// Follows a chain back, and gathers what lies before a position. Steps over what is newer, so a
/// page costs as much as all that came after it: people read the newest pages.
fn walk<T>(
    newest: Option<i64>,
    before: Option<u64>,
    limit: usize,
    mut step: impl FnMut(i64) -> rusqlite::Result<(T, Option<i64>)>,
) -> Rows<T> {
    let mut gathered = Vec::new();
    let mut place = newest;
    while let Some(position) = place.filter(|_| gathered.len() < limit) {
        let (row, previous) = step(position)?;
        if before.is_none_or(|before| unsigned(position) < before) {
            gathered.push(row);
        }
        place = previous;
    }
    Ok(gathered)
}

pub(crate) fn facts_since(connection: &Connection, position: u64, limit: usize) -> Rows<JournalRow> {
    let mut select = connection.prepare_cached(
        "SELECT journal.position, contacts.key, journal.at, journal.kind, journal.body
         FROM journal JOIN contacts ON contacts.id = journal.contact
         WHERE journal.position > ?1 ORDER BY journal.position LIMIT ?2",
    )?;
    let read = |row: &Row<'_>| {
        Ok(JournalRow {
            position: unsigned(row.get(0)?),
            contact: row.get(1)?,
            at: row.get(2)?,
            kind: row.get(3)?,
            body: row.get(4)?,
        })
    };
    select.query_map((signed(position), signed(limit)), read)?.collect()
}

impl ToSql for Direction {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(match self {
            Self::In => "in",
            Self::Out => "out",
        }))
    }
}

impl FromSql for Direction {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "in" => Ok(Self::In),
            "out" => Ok(Self::Out),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}
