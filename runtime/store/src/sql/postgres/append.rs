//! What is written: entries of the lanes' buffers, many rows a statement.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use tokio_postgres::{Error, Transaction};

use super::connection::number;
use super::updates::{Round, Updates};
use super::{signed, unsigned};
use crate::sql::{LaneBatch, Note, by_time, pack_change, unpack_change};
use crate::{Direction, JournalEntry, MessageChange, NewMessage, UPDATABLE_MESSAGES};

/// Rows read at once while transcripts are made again.
const REBUILD_PAGE: i64 = 5_000;

pub(super) async fn positions(transaction: &Transaction<'_>) -> Result<Vec<u64>, Error> {
    let rows = transaction.query("SELECT position FROM salesbot.lanes ORDER BY lane", &[]).await?;
    rows.iter().map(|row| number(row, 0)).collect()
}

/// Applies the batches whose lane is where they say; tells where each lane stands.
pub(super) async fn append(transaction: &Transaction<'_>, batches: &[LaneBatch]) -> Result<Vec<u64>, Error> {
    // First of all: whoever else appends waits here until our positions can be read.
    let ledger = transaction.query_one("SELECT sequence FROM salesbot.ledger FOR UPDATE", &[]).await?;
    let applied = step(transaction, batches).await?;

    let mut appending = Appending { sequence: ledger.try_get(0)?, contacts: 0, rows: Rows::default() };
    let batches_applied = batches.iter().filter(|batch| applied.contains(&lane(batch)));
    for note in by_time(batches_applied.flat_map(|batch| batch.notes.iter().map(|(position, note)| (*position, note)))) {
        if let Note::Erased { contact } = note {
            // What came before goes with it, what comes after does not.
            appending.flush(transaction).await?;
            appending.erase(transaction, contact).await?;
        } else {
            appending.rows.add(note, &mut appending.sequence);
        }
    }
    appending.flush(transaction).await?;
    let ledger = "UPDATE salesbot.ledger SET sequence = $1, contacts = contacts + $2";
    transaction.execute(ledger, &[&appending.sequence, &appending.contacts]).await?;

    if applied.len() == batches.len() {
        return Ok(batches.iter().map(|batch| batch.upto).collect());
    }
    let stands = positions(transaction).await?;
    Ok(batches.iter().map(|batch| stands.get(usize::from(batch.lane)).copied().unwrap_or(0)).collect())
}

/// Moves the lanes on that are where their batches say, and tells which they are.
async fn step(transaction: &Transaction<'_>, batches: &[LaneBatch]) -> Result<HashSet<i32>, Error> {
    let lanes: Vec<i32> = batches.iter().map(lane).collect();
    let after: Vec<i64> = batches.iter().map(|batch| signed(batch.after)).collect();
    let upto: Vec<i64> = batches.iter().map(|batch| signed(batch.upto)).collect();
    let step = "
        UPDATE salesbot.lanes SET position = step.upto
        FROM unnest($1::INT[], $2::BIGINT[], $3::BIGINT[]) AS step (lane, after, upto)
        WHERE lanes.lane = step.lane AND lanes.position = step.after RETURNING lanes.lane";
    let moved = transaction.query(step, &[&lanes, &after, &upto]).await?;
    moved.iter().map(|row| row.try_get(0)).collect()
}

fn lane(batch: &LaneBatch) -> i32 {
    batch.lane.into()
}

struct Appending {
    sequence: i64,
    /// How many more contacts exist than before.
    contacts: i64,
    rows: Rows,
}

impl Appending {
    async fn flush(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.rows);
        self.contacts += rows.insert_contacts(transaction).await?;
        rows.insert_hints(transaction).await?;
        rows.insert_facts(transaction).await?;
        rows.messages.insert(transaction).await?;
        for round in rows.updates.rounds() {
            update_messages(transaction, round).await?;
        }
        Ok(())
    }

    async fn erase(&mut self, transaction: &Transaction<'_>, contact: &str) -> Result<(), Error> {
        let contact = text(contact);
        transaction.execute("DELETE FROM salesbot.messages WHERE contact = $1", &[&contact]).await?;
        transaction.execute("DELETE FROM salesbot.journal WHERE contact = $1", &[&contact]).await?;
        let gone = transaction.execute("DELETE FROM salesbot.contacts WHERE contact = $1", &[&contact]).await?;
        self.contacts -= signed(gone);
        Ok(())
    }
}

/// Rows to write, column by column, as PostgreSQL takes them.
#[derive(Default)]
struct Rows {
    /// Whether a contact exists after the last commit that names it.
    exists: BTreeMap<String, bool>,
    hints: (Vec<String>, Vec<String>),
    positions: Vec<i64>,
    contacts: Vec<String>,
    at: Vec<i64>,
    kinds: Vec<String>,
    bodies: Vec<String>,
    changes: Vec<Option<Vec<u8>>>,
    messages: Messages,
    updates: Updates,
}

impl Rows {
    fn add(&mut self, note: &Note, sequence: &mut i64) {
        let contact = text(note.contact()).into_owned();
        match note {
            Note::Erased { .. } => {}
            Note::Alias { alias, .. } => {
                self.hints.0.push(contact);
                self.hints.1.push(text(alias).into_owned());
            }
            Note::Commit { exists, journal, .. } => {
                for entry in journal {
                    *sequence += 1;
                    self.add_fact(&contact, *sequence, entry);
                }
                self.exists.insert(contact, *exists);
            }
        }
    }

    fn add_fact(&mut self, contact: &str, position: i64, entry: &JournalEntry) {
        let JournalEntry { at, kind, body, message } = entry;
        self.positions.push(position);
        self.contacts.push(contact.to_owned());
        self.at.push(*at);
        self.kinds.push(text(kind).into_owned());
        self.bodies.push(text(body).into_owned());
        self.changes.push(message.as_ref().map(|change| pack_change(change, &text(body))));
        match message {
            None => {}
            Some(MessageChange::New(message)) => self.messages.add(contact, position, *at, message),
            Some(MessageChange::Update { id, wamid, status }) => {
                let (id, wamid, status) = (text(id).into_owned(), optional(wamid), optional(status));
                self.updates.push(contact, position, id, wamid, status);
            }
        }
    }

    /// Writes which contacts exist; tells how many more do.
    async fn insert_contacts(&self, transaction: &Transaction<'_>) -> Result<i64, Error> {
        let (there, gone): (Vec<_>, Vec<_>) = self.exists.iter().partition(|(_, exists)| **exists);
        let names = |list: Vec<(&String, &bool)>| list.into_iter().map(|(contact, _)| contact.clone()).collect::<Vec<_>>();
        let (there, gone) = (names(there), names(gone));
        let mut more = 0;
        if !there.is_empty() {
            let insert = "INSERT INTO salesbot.contacts SELECT unnest($1::TEXT[]) ON CONFLICT DO NOTHING";
            more += signed(transaction.execute(insert, &[&there]).await?);
        }
        if !gone.is_empty() {
            let delete = "DELETE FROM salesbot.contacts WHERE contact = ANY ($1::TEXT[])";
            more -= signed(transaction.execute(delete, &[&gone]).await?);
        }
        Ok(more)
    }

    async fn insert_hints(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let (contacts, aliases) = &self.hints;
        if contacts.is_empty() {
            return Ok(());
        }
        let insert = "
            INSERT INTO salesbot.alias_hints
            SELECT DISTINCT * FROM unnest($1::TEXT[], $2::TEXT[]) ON CONFLICT DO NOTHING";
        transaction.execute(insert, &[contacts, aliases]).await.map(drop)
    }

    async fn insert_facts(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.positions.is_empty() {
            return Ok(());
        }
        let insert = "
            INSERT INTO salesbot.journal
            SELECT * FROM unnest($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::BYTEA[])";
        let Self { positions, contacts, at, kinds, bodies, changes, .. } = self;
        transaction.execute(insert, &[positions, contacts, at, kinds, bodies, changes]).await.map(drop)
    }
}

#[derive(Default)]
struct Messages {
    positions: Vec<i64>,
    contacts: Vec<String>,
    at: Vec<i64>,
    ids: Vec<String>,
    directions: Vec<&'static str>,
    bodies: Vec<String>,
    wamids: Vec<Option<String>>,
    statuses: Vec<Option<String>>,
}

impl Messages {
    fn add(&mut self, contact: &str, position: i64, at: i64, message: &NewMessage) {
        let NewMessage { id, direction, body, wamid, status } = message;
        self.positions.push(position);
        self.contacts.push(contact.to_owned());
        self.at.push(at);
        self.ids.push(text(id).into_owned());
        self.directions.push(if *direction == Direction::In { "in" } else { "out" });
        self.bodies.push(text(body).into_owned());
        self.wamids.push(optional(wamid));
        self.statuses.push(optional(status));
    }

    async fn insert(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.positions.is_empty() {
            return Ok(());
        }
        let insert = "
            INSERT INTO salesbot.messages
            SELECT * FROM unnest(
                $1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[]
            )";
        let Self { positions, contacts, at, ids, directions, bodies, wamids, statuses } = self;
        transaction.execute(insert, &[positions, contacts, at, ids, directions, bodies, wamids, statuses]).await.map(drop)
    }
}

async fn update_messages(transaction: &Transaction<'_>, round: &Round) -> Result<(), Error> {
    let update = "
        UPDATE salesbot.messages AS message
        SET wamid = coalesce(news.wamid, message.wamid), status = coalesce(news.status, message.status)
        FROM unnest($1::TEXT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[])
            AS news (contact, position, id, wamid, status)
        CROSS JOIN LATERAL (
            SELECT position FROM (
                SELECT position, id FROM salesbot.messages
                WHERE contact = news.contact AND position < news.position
                ORDER BY position DESC LIMIT $6
            ) AS latest
            WHERE latest.id = news.id ORDER BY position DESC LIMIT 1
        ) AS reached
        WHERE message.position = reached.position";
    let Round { contacts, positions, ids, wamids, statuses } = round;
    let latest = signed(UPDATABLE_MESSAGES);
    transaction.execute(update, &[contacts, positions, ids, wamids, statuses, &latest]).await.map(drop)
}

pub(super) async fn forget_aliases(transaction: &Transaction<'_>, contact: &str, aliases: &[String]) -> Result<(), Error> {
    let delete = "DELETE FROM salesbot.alias_hints WHERE contact = $1 AND alias = ANY ($2::TEXT[])";
    let aliases: Vec<_> = aliases.iter().map(|alias| text(alias)).collect();
    transaction.execute(delete, &[&text(contact), &aliases]).await.map(drop)
}

/// Makes every transcript again from the changes kept in the journal; tells how many messages there are.
pub(super) async fn rebuild(transaction: &Transaction<'_>) -> Result<u64, Error> {
    transaction.execute("SELECT FROM salesbot.ledger FOR UPDATE", &[]).await?;
    transaction.execute("DELETE FROM salesbot.messages", &[]).await?;
    let page = "
        SELECT position, contact, at, body, change FROM salesbot.journal
        WHERE position > $1 AND change IS NOT NULL ORDER BY position LIMIT $2";
    let mut after = 0_i64;
    loop {
        let facts = transaction.query(page, &[&after, &REBUILD_PAGE]).await?;
        let (mut messages, mut updates) = (Messages::default(), Updates::default());
        for fact in &facts {
            after = fact.try_get(0)?;
            let (contact, at, body): (&str, i64, &str) = (fact.try_get(1)?, fact.try_get(2)?, fact.try_get(3)?);
            match unpack_change(fact.try_get(4)?, body) {
                Ok(Some(MessageChange::New(message))) => messages.add(contact, after, at, &message),
                Ok(Some(MessageChange::Update { id, wamid, status })) => updates.push(contact, after, id, wamid, status),
                Ok(None) => {}
                Err(reason) => tracing::error!(position = after, "the change at journal position {after} is left out: {reason}"),
            }
        }
        messages.insert(transaction).await?;
        for round in updates.rounds() {
            update_messages(transaction, round).await?;
        }
        if facts.len() < REBUILD_PAGE as usize {
            break;
        }
    }
    let count = transaction.query_one("SELECT count(*) FROM salesbot.messages", &[]).await?;
    count.try_get(0).map(unsigned)
}

/// The smallest write there is, for a ping.
pub(super) async fn touch(transaction: &Transaction<'_>) -> Result<(), Error> {
    transaction.execute("UPDATE salesbot.ledger SET sequence = sequence", &[]).await.map(drop)
}

/// PostgreSQL holds every text but the character 0, which JSON never has in it as it is.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

fn optional(value: &Option<String>) -> Option<String> {
    value.as_deref().map(|value| text(value).into_owned())
}
