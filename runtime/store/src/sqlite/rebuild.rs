//! The read models made again from the journal, contact by contact.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{journal, lists, signed, unsigned};
use crate::Rebuilt;
use crate::lists::active_at;
use crate::sql::unpack_changes;

/// Makes the rows of the contacts after the given one again. Messages of which the journal does not tell any more, or, in a
/// file from before format 3, never told, stay as they are.
pub(crate) fn rebuild(connection: &Connection, after: Option<&str>, limit: usize) -> rusqlite::Result<Rebuilt> {
    let mut select =
        connection.prepare("SELECT id, key, last_fact, last_message FROM contacts WHERE key > ?1 ORDER BY key LIMIT ?2")?;
    let read =
        |row: &Row<'_>| Ok(Contact { row: row.get(0)?, id: row.get(1)?, last_fact: row.get(2)?, last_message: row.get(3)? });
    let contacts: Vec<Contact> =
        select.query_map((after.unwrap_or(""), signed(limit)), read)?.collect::<rusqlite::Result<_>>()?;
    let mut rebuilt = Rebuilt::default();
    for contact in contacts {
        rebuilt.messages += contact.rebuild(connection)?;
        rebuilt.conversations += count(connection, "SELECT count(*) FROM conversations WHERE contact = ?1", &contact.id)?;
        rebuilt.sessions += count(connection, "SELECT count(*) FROM sessions WHERE contact = ?1", &contact.id)?;
        rebuilt.tasks += count(connection, "SELECT count(*) FROM tasks WHERE contact = ?1", &contact.id)?;
        rebuilt.contacts += 1;
        rebuilt.last = Some(contact.id);
    }
    Ok(rebuilt)
}

fn count(connection: &Connection, statement: &str, contact: &str) -> rusqlite::Result<u64> {
    connection.prepare_cached(statement)?.query_row([contact], |row| row.get(0).map(unsigned))
}

struct Contact {
    row: i64,
    id: String,
    last_fact: Option<i64>,
    last_message: Option<i64>,
}

impl Contact {
    /// Tells how many messages there are.
    fn rebuild(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let facts = chain(connection, "SELECT previous, change IS NOT NULL FROM journal WHERE position = ?1", self.last_fact)?;
        let (remade, told): (Vec<_>, Vec<_>) = facts.into_iter().partition(|(_, has_change)| *has_change);
        let messages = chain(connection, "SELECT previous, TRUE FROM messages WHERE position = ?1", self.last_message)?;

        let mut delete = connection.prepare_cached("DELETE FROM messages WHERE position = ?1")?;
        for (position, _) in &remade {
            delete.execute([position])?;
        }
        let mut kept: Vec<i64> = messages.into_iter().chain(told).map(|(position, _)| position).collect();
        kept.sort_unstable();
        kept.dedup();
        let (mut newest, mut count) = (None, 0);
        let mut link = connection.prepare_cached("UPDATE messages SET previous = ?2 WHERE position = ?1")?;
        for position in kept {
            if link.execute((position, newest))? > 0 {
                (newest, count) = (Some(position), count + 1);
            }
        }
        for (position, _) in remade.iter().rev() {
            let grown = self.apply(connection, *position, newest)?;
            count += u64::from(grown != newest);
            newest = grown;
        }
        let mut head = connection.prepare_cached("UPDATE contacts SET last_message = ?2 WHERE id = ?1")?;
        head.execute((self.row, newest))?;
        if let Some(at) = journal::newest(connection, self.last_fact)? {
            let mut active = connection.prepare_cached("UPDATE profiles SET last_active = ?2 WHERE contact = ?1")?;
            active.execute((&self.id, active_at(at)))?;
        }
        Ok(count)
    }

    /// Does again what a fact says; gives the newest message.
    fn apply(&self, connection: &Connection, position: i64, newest: Option<i64>) -> rusqlite::Result<Option<i64>> {
        let mut select = connection.prepare_cached("SELECT at, body, change FROM journal WHERE position = ?1")?;
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (at, body, packed): (i64, String, Vec<u8>) = select.query_row([position], read)?;
        let unreadable = |reason: String| rusqlite::Error::FromSqlConversionFailure(2, Type::Blob, reason.into());
        let (message, changes) = unpack_changes(&packed, &body).map_err(unreadable)?;
        for change in &changes {
            lists::apply(connection, &self.id, position, change, || {
                Ok(journal::newest(connection, self.last_fact)?.unwrap_or_default())
            })?;
        }
        match message {
            Some(change) => journal::change_transcript(connection, self.row, newest, position, at, &change),
            None => Ok(newest),
        }
    }
}

/// The positions of a chain, the newest first, each with what the statement tells beside the next position.
fn chain(connection: &Connection, statement: &str, newest: Option<i64>) -> rusqlite::Result<Vec<(i64, bool)>> {
    let mut step = connection.prepare_cached(statement)?;
    let (mut chain, mut place) = (Vec::new(), newest);
    while let Some(position) = place {
        let found = step.query_row([position], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((previous, told)) = found else { break };
        chain.push((position, told));
        place = previous;
    }
    Ok(chain)
}
