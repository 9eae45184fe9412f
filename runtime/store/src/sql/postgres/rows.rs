//! Rows to write, gathered so that many are one statement.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tokio_postgres::{Error, Transaction};

use super::lists::{self, Lists};
use super::updates::{Round, Updates};
use super::{optional, signed, text};
use crate::sql::{Note, pack_changes};
use crate::{Direction, JournalEntry, ListChange, MessageChange, Millis, NewMessage, UPDATABLE_MESSAGES};

/// Rows to write, column by column, as PostgreSQL takes them.
#[derive(Default)]
pub(super) struct Rows {
    /// Whether a contact exists after the last commit that names it.
    exists: BTreeMap<String, bool>,
    hints: (Vec<String>, Vec<String>),
    positions: Vec<i64>,
    contacts: Vec<String>,
    at: Vec<i64>,
    kinds: Vec<String>,
    bodies: Vec<String>,
    changes: Vec<Option<Vec<u8>>>,
    read_models: ReadModels,
    /// The latest time of a contact's facts.
    active: BTreeMap<String, Millis>,
}

impl Rows {
    /// Writes them; tells how many more contacts exist than before.
    pub(super) async fn write(&self, transaction: &Transaction<'_>) -> Result<i64, Error> {
        let more = self.insert_contacts(transaction).await?;
        self.insert_hints(transaction).await?;
        self.insert_facts(transaction).await?;
        self.read_models.write(transaction).await?;
        lists::touch(transaction, &self.active).await?;
        Ok(more)
    }

    pub(super) fn add(&mut self, note: &Note, sequence: &mut i64) {
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
        let JournalEntry { at, kind, body, message, lists } = entry;
        let body = text(body);
        self.positions.push(position);
        self.contacts.push(contact.to_owned());
        self.at.push(*at);
        self.kinds.push(text(kind).into_owned());
        // Packed beside the body as it will lie here.
        self.changes.push(match &body {
            Cow::Borrowed(_) => pack_changes(entry),
            Cow::Owned(body) => pack_changes(&JournalEntry { body: body.clone(), ..entry.clone() }),
        });
        self.bodies.push(body.into_owned());
        self.read_models.add(contact, position, *at, message.as_ref(), lists);
        let active = self.active.entry(contact.to_owned()).or_insert(*at);
        *active = (*active).max(*at);
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

/// What facts do to transcripts and lists.
#[derive(Default)]
pub(super) struct ReadModels {
    messages: Messages,
    updates: Updates,
    lists: Lists,
}

impl ReadModels {
    pub(super) fn add(
        &mut self,
        contact: &str,
        position: i64,
        at: Millis,
        message: Option<&MessageChange>,
        lists: &[ListChange],
    ) {
        lists.iter().for_each(|change| self.lists.add(contact, position, change));
        match message {
            None => {}
            Some(MessageChange::New(message)) => self.messages.add(contact, position, at, message),
            Some(MessageChange::Update { id, wamid, status, body }) => {
                self.updates.push(contact, position, text(id).into_owned(), [wamid, status, body].map(optional));
            }
        }
    }

    /// Once the facts themselves are written.
    pub(super) async fn write(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        self.messages.insert(transaction).await?;
        for round in self.updates.rounds() {
            update_messages(transaction, round).await?;
        }
        self.lists.write(transaction).await
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
        SET wamid = coalesce(news.wamid, message.wamid), status = coalesce(news.status, message.status),
            body = coalesce(news.body, message.body)
        FROM unnest($1::TEXT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[])
            AS news (contact, position, id, wamid, status, body)
        CROSS JOIN LATERAL (
            SELECT position FROM (
                SELECT position, id FROM salesbot.messages
                WHERE contact = news.contact AND position < news.position
                ORDER BY position DESC LIMIT $7
            ) AS latest
            WHERE latest.id = news.id ORDER BY position DESC LIMIT 1
        ) AS reached
        WHERE message.position = reached.position";
    let Round { contacts, positions, ids, wamids, statuses, bodies } = round;
    let latest = signed(UPDATABLE_MESSAGES);
    transaction.execute(update, &[contacts, positions, ids, wamids, statuses, bodies, &latest]).await.map(drop)
}
