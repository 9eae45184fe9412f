//! The statements on the journal and the transcripts, both chains of rows from the newest back.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Rows, lists, signed, unsigned};
use crate::sql::pack_changes;
use crate::{Direction, JournalEntry, JournalRow, Message, MessageChange, Millis, NewMessage, UPDATABLE_MESSAGES};

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

/// Whose facts are written: the number of the row, and the id that everybody knows.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'c> {
    pub(crate) row: i64,
    pub(crate) contact: &'c str,
}

/// Appends entries from position `first` on to chains that have not grown yet, and does to the read models
/// what they say.
pub(crate) fn append(
    connection: &Connection,
    whose: Whose<'_>,
    chains: Chains,
    first: i64,
    entries: &[JournalEntry],
) -> rusqlite::Result<()> {
    let Chains { last_fact: mut previous, mut last_message } = chains;
    for (position, entry) in (first..).zip(entries) {
        let mut insert = connection.prepare_cached(
            "INSERT INTO journal (position, contact, previous, at, kind, body, change) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute((position, whose.row, previous, entry.at, &entry.kind, &entry.body, pack_changes(entry)))?;
        previous = Some(position);
        if let Some(change) = &entry.message {
            last_message = change_transcript(connection, whose.row, last_message, position, entry.at, change)?;
        }
    }
    let newest = || Ok(newest(connection, previous)?.unwrap_or_default());
    for (position, entry) in (first..).zip(entries) {
        for change in &entry.lists {
            lists::apply(connection, whose.contact, position, change, newest)?;
        }
    }
    match entries.iter().map(|entry| entry.at).max() {
        Some(at) => lists::touch(connection, whose.contact, at),
        None => Ok(()),
    }
}

/// The latest time in a chain of facts.
pub(super) fn newest(connection: &Connection, last_fact: Option<i64>) -> rusqlite::Result<Option<Millis>> {
    let mut select = connection.prepare_cached(
        "WITH RECURSIVE chain (previous, at) AS (
             SELECT previous, at FROM journal WHERE position = ?1
             UNION ALL
             SELECT journal.previous, journal.at FROM chain JOIN journal ON journal.position = chain.previous
         )
         SELECT max(at) FROM chain",
    )?;
    select.query_row([last_fact], |row| row.get(0))
}

/// Does to a transcript what a fact says; gives its newest message.
pub(super) fn change_transcript(
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
        MessageChange::Update { id, wamid, status, body } => {
            update_message(connection, newest, id, [wamid, status, body].map(Option::as_deref))?;
            Ok(newest)
        }
    }
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
    [wamid, status, body]: [Option<&str>; 3],
) -> rusqlite::Result<()> {
    let mut step = connection.prepare_cached("SELECT id = ?2, previous FROM messages WHERE position = ?1")?;
    let mut place = newest;
    for _ in 0..UPDATABLE_MESSAGES {
        let Some(position) = place else { return Ok(()) };
        let found = step.query_row((position, id), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((is_it, previous)) = found else { return Ok(()) };
        if is_it {
            let mut update = connection.prepare_cached(
                "UPDATE messages SET wamid = ifnull(?2, wamid), status = ifnull(?3, status), body = ifnull(?4, body)
                 WHERE position = ?1",
            )?;
            return update.execute((position, wamid, status, body)).map(drop);
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

/// Removes up to `limit` of the oldest facts as far as they are from before a moment; tells how many.
pub(crate) fn trim(connection: &Connection, before: Millis, limit: usize) -> rusqlite::Result<u64> {
    let mut trim = connection.prepare_cached(
        "DELETE FROM journal WHERE at < ?1 AND position IN (SELECT position FROM journal ORDER BY position LIMIT ?2)",
    )?;
    let removed = trim.execute((before, signed(limit)))?;
    lists::trim_ended(connection, before, limit)?;
    Ok(removed as u64)
}

pub(crate) fn facts_of(connection: &Connection, contact: &str, before: Option<u64>, limit: usize) -> Rows<JournalRow> {
    let newest = match fact_at(connection, contact, before)? {
        Some(position) => Some(position),
        None => {
            let mut head = connection.prepare_cached("SELECT last_fact FROM contacts WHERE key = ?1")?;
            head.query_row([contact], |row| row.get(0)).optional()?.flatten()
        }
    };
    let mut step = connection.prepare_cached("SELECT position, previous, at, kind, body FROM journal WHERE position = ?1")?;
    walk(newest, before, limit, |position| {
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
        .optional()
    })
}

/// The position of the contact's fact at which, or right behind which, a page ends: with it the chain is entered
/// there, and not walked from its newest end.
fn fact_at(connection: &Connection, contact: &str, before: Option<u64>) -> rusqlite::Result<Option<i64>> {
    let Some(before) = before.map(signed) else { return Ok(None) };
    let mut select = connection.prepare_cached(
        "SELECT max(journal.position) FROM journal JOIN contacts ON contacts.id = journal.contact
         WHERE journal.position IN (?1, ?1 - 1) AND contacts.key = ?2",
    )?;
    select.query_row((before, contact), |row| row.get(0))
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
        .optional()
    })
}

/// Follows a chain back, and gathers what lies before a position. Steps over what is newer, so a page of a
/// transcript costs as much as all that came after it: people read the newest pages. A chain ends, too, where
/// the next row was removed because it is old.
fn walk<T>(
    newest: Option<i64>,
    before: Option<u64>,
    limit: usize,
    mut step: impl FnMut(i64) -> rusqlite::Result<Option<(T, Option<i64>)>>,
) -> Rows<T> {
    let mut gathered = Vec::new();
    let mut place = newest;
    while let Some(position) = place.filter(|_| gathered.len() < limit) {
        let Some((row, previous)) = step(position)? else { break };
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::migrations::migrate;
    use super::*;

    #[test]
    fn a_page_is_entered_where_it_ends_and_not_from_the_newest_fact() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("store.sqlite")).unwrap();
        // Two contacts in turns; the way from the newest fact of the first is cut off at 7.
        let journal = "
            INSERT INTO contacts (id, key, version, lane, last_fact) VALUES (1, 'ada', 1, 0, 9), (2, 'bob', 1, 0, 8);
            INSERT INTO journal (position, contact, previous, at, kind, body) VALUES
                (1, 1, NULL, 0, 'ran', ''), (2, 2, NULL, 0, 'ran', ''), (3, 1, 1, 0, 'ran', ''), (4, 2, 2, 0, 'ran', ''),
                (5, 1, 3, 0, 'ran', ''), (6, 2, 4, 0, 'ran', ''), (8, 2, 6, 0, 'ran', ''), (9, 1, 7, 0, 'ran', '')";
        connection.execute_batch(journal).unwrap();
        let page = |contact: &str, before| {
            let rows = facts_of(&connection, contact, before, 2).unwrap();
            rows.iter().map(|row| row.position).collect::<Vec<_>>()
        };
        assert_eq!(page("ada", None), [9]);
        assert_eq!(page("ada", Some(5)), [3, 1], "from a fact on");
        assert_eq!(page("ada", Some(6)), [5, 3], "from right behind it on");
        assert_eq!(page("bob", Some(6)), [4, 2], "never into another contact's chain");
        assert_eq!(page("bob", Some(5)), [4, 2]);
        assert_eq!(page("bob", Some(8)), [6, 4]);
    }
}
