//! The lists of conversations, contacts, sessions and tasks: what is written, many rows a statement, and what is read.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Transaction};

use super::{optional, signed, text, unsigned};
use crate::lists::{active_at, due_of, parts_of};
use crate::sql::lists::{self as questions, Dialect, Parameter, Question};
use crate::{
    ContactQuery, Conversation, ConversationQuery, ConversationState, ListChange, ListedContact, ListedConversation,
    ListedSession, ListedTask, Millis, Profile, Session, SessionCount, SessionEnd, SessionQuery, Task, TaskEnd, TaskQuery,
    TaskState, Usage, UsageSum,
};

const POSTGRES: Dialect = Dialect { schema: "salesbot.", mark: '$' };

/// Rows as they are after all that was added.
#[derive(Default)]
pub(super) struct Lists {
    unlisted: BTreeSet<String>,
    profiles: BTreeMap<String, Profile>,
    /// By contact and number.
    conversations: BTreeMap<(String, String), Conversation>,
    /// By contact and id, each with the position of the fact that told of it.
    sessions: BTreeMap<(String, u32), (Session, i64)>,
    /// By contact and id.
    tasks: BTreeMap<(String, u32), Task>,
    /// Each with the position of the fact that told of it.
    usage: BTreeMap<i64, Usage>,
}

impl Lists {
    /// Adds what the fact at a position says.
    pub(super) fn add(&mut self, contact: &str, position: i64, change: &ListChange) {
        match change {
            ListChange::Profile(Profile { name, phone, user_id, username }) => {
                let [name, phone, user_id, username] = [name, phone, user_id, username].map(optional);
                self.profiles.insert(contact.to_owned(), Profile { name, phone, user_id, username });
            }
            ListChange::Conversation(conversation) => {
                let (number, owner) = (text(&conversation.number).into_owned(), optional(&conversation.owner));
                let conversation = Conversation { number: number.clone(), owner, ..conversation.clone() };
                self.conversations.insert((contact.to_owned(), number), conversation);
            }
            ListChange::Session(session) => {
                let Session { id, number, bot, version, on, started, ended } = session;
                let [number, bot, version, on] = [number, bot, version, on].map(|value| text(value).into_owned());
                let ended = ended.as_ref().map(|SessionEnd { at, status, outcome }| {
                    let [status, outcome] = [status, outcome].map(|value| text(value).into_owned());
                    SessionEnd { at: *at, status, outcome }
                });
                let session = Session { id: *id, number, bot, version, on, started: *started, ended };
                self.sessions.insert((contact.to_owned(), *id), (session, position));
            }
            ListChange::Task(task) => {
                let [kind, words] = [&task.kind, &task.text].map(|value| text(value).into_owned());
                let [owner, lead, by] = [&task.owner, &task.lead, &task.by].map(optional);
                let ended = task.ended.as_ref().map(|ended| {
                    let [result, by] = [&ended.result, &ended.by].map(optional);
                    TaskEnd { result, by, ..ended.clone() }
                });
                let task = Task { kind, text: words, owner, lead, by, ended, ..task.clone() };
                self.tasks.insert((contact.to_owned(), task.id), task);
            }
            ListChange::Usage(usage) => {
                let [bot, model, currency] = [&usage.bot, &usage.model, &usage.currency].map(|value| text(value).into_owned());
                self.usage.insert(position, Usage { bot, model, currency, ..usage.clone() });
            }
            ListChange::Unlisted => {
                self.profiles.remove(contact);
                self.conversations.retain(|(of, _), _| of != contact);
                self.sessions.retain(|(of, _), _| of != contact);
                self.tasks.retain(|(of, _), _| of != contact);
                self.unlisted.insert(contact.to_owned());
            }
        }
    }

    /// Once the facts themselves are written.
    pub(super) async fn write(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if !self.unlisted.is_empty() {
            remove(transaction, &self.unlisted.iter().cloned().collect::<Vec<_>>()).await?;
        }
        self.put_profiles(transaction).await?;
        self.put_conversations(transaction).await?;
        self.put_sessions(transaction).await?;
        self.put_tasks(transaction).await?;
        self.put_usage(transaction).await
    }

    async fn put_profiles(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.profiles.is_empty() {
            return Ok(());
        }
        let contacts: Vec<&String> = self.profiles.keys().collect();
        let newest = newest(transaction, &contacts).await?;
        let active: Vec<Millis> = contacts.iter().map(|contact| newest.get(*contact).copied().unwrap_or_default()).collect();
        let column = |of: fn(&Profile) -> &Option<String>| self.profiles.values().map(of).collect::<Vec<_>>();
        let (names, phones) = (column(|profile| &profile.name), column(|profile| &profile.phone));
        let (user_ids, usernames) = (column(|profile| &profile.user_id), column(|profile| &profile.username));
        let put = "
            INSERT INTO salesbot.profiles
            SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[])
            ON CONFLICT (contact) DO UPDATE SET name = excluded.name, phone = excluded.phone, user_id = excluded.user_id,
                username = excluded.username";
        transaction.execute(put, &[&contacts, &names, &phones, &user_ids, &usernames, &active]).await?;

        transaction.execute("DELETE FROM salesbot.profile_parts WHERE contact = ANY ($1::TEXT[])", &[&contacts]).await?;
        let (mut of, mut parts) = (Vec::new(), Vec::new());
        for (contact, profile) in &self.profiles {
            for part in parts_of(profile) {
                of.push(contact);
                parts.push(part);
            }
        }
        let insert = "INSERT INTO salesbot.profile_parts SELECT * FROM unnest($1::TEXT[], $2::TEXT[])";
        transaction.execute(insert, &[&of, &parts]).await.map(drop)
    }

    async fn put_conversations(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.conversations.is_empty() {
            return Ok(());
        }
        let (contacts, numbers): (Vec<_>, Vec<_>) = self.conversations.keys().map(|(contact, number)| (contact, number)).unzip();
        let rows = || self.conversations.values();
        let owners: Vec<_> = rows().map(|row| &row.owner).collect();
        let states: Vec<_> = rows().map(|row| i16::from(row.state.number())).collect();
        let waiting: Vec<_> = rows().map(|row| row.waiting_since).collect();
        let windows: Vec<_> = rows().map(|row| row.window_closes).collect();
        let active: Vec<_> = rows().map(|row| row.last_active).collect();
        let put = "
            INSERT INTO salesbot.conversations
            SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::SMALLINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[])
            ON CONFLICT (contact, number) DO UPDATE SET owner = excluded.owner, state = excluded.state,
                waiting_since = excluded.waiting_since, window_closes = excluded.window_closes,
                last_active = excluded.last_active";
        transaction.execute(put, &[&contacts, &numbers, &owners, &states, &waiting, &windows, &active]).await.map(drop)
    }

    async fn put_sessions(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.sessions.is_empty() {
            return Ok(());
        }
        let contacts: Vec<&String> = self.sessions.keys().map(|(contact, _)| contact).collect();
        let ids: Vec<i64> = self.sessions.keys().map(|(_, id)| i64::from(*id)).collect();
        let told: Vec<i64> = self.sessions.values().map(|(_, position)| *position).collect();
        let rows = || self.sessions.values().map(|(session, _)| session);
        let column = |of: fn(&Session) -> &String| rows().map(of).collect::<Vec<_>>();
        let (numbers, bots) = (column(|session| &session.number), column(|session| &session.bot));
        let (versions, on) = (column(|session| &session.version), column(|session| &session.on));
        let started: Vec<Millis> = rows().map(|session| session.started).collect();
        let ends = || rows().map(|session| session.ended.as_ref());
        let ended: Vec<_> = ends().map(|ended| ended.map(|ended| ended.at)).collect();
        let statuses: Vec<_> = ends().map(|ended| ended.map(|ended| &ended.status)).collect();
        let outcomes: Vec<_> = ends().map(|ended| ended.map(|ended| &ended.outcome)).collect();
        let put = "
            INSERT INTO salesbot.sessions
            SELECT * FROM unnest($1::TEXT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::BIGINT[],
                $8::BIGINT[], $9::TEXT[], $10::TEXT[], $11::BIGINT[])
            ON CONFLICT (contact, id) DO UPDATE SET number = excluded.number, bot = excluded.bot, version = excluded.version,
                started_by = excluded.started_by, started = excluded.started, ended = excluded.ended,
                status = excluded.status, outcome = excluded.outcome, told = excluded.told";
        let columns: [&(dyn ToSql + Sync); 11] =
            [&contacts, &ids, &numbers, &bots, &versions, &on, &started, &ended, &statuses, &outcomes, &told];
        transaction.execute(put, &columns).await.map(drop)
    }

    async fn put_tasks(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        let contacts: Vec<&String> = self.tasks.keys().map(|(contact, _)| contact).collect();
        let ids: Vec<i64> = self.tasks.keys().map(|(_, id)| i64::from(*id)).collect();
        let rows = || self.tasks.values();
        let column = |of: fn(&Task) -> &Option<String>| rows().map(of).collect::<Vec<_>>();
        let (kinds, texts): (Vec<_>, Vec<_>) = rows().map(|task| (&task.kind, &task.text)).unzip();
        let (owners, leads, makers) = (column(|task| &task.owner), column(|task| &task.lead), column(|task| &task.by));
        let (due, created): (Vec<_>, Vec<_>) = rows().map(|task| (task.due_or_never(), task.created)).unzip();
        let states: Vec<_> = rows().map(|task| i16::from(task.state().number())).collect();
        let ends = || rows().map(|task| task.ended.as_ref());
        let ended: Vec<_> = ends().map(|ended| ended.map(|ended| ended.at)).collect();
        let results: Vec<_> = ends().map(|ended| ended.and_then(|ended| ended.result.as_ref())).collect();
        let enders: Vec<_> = ends().map(|ended| ended.and_then(|ended| ended.by.as_ref())).collect();
        let put = "
            INSERT INTO salesbot.tasks
            SELECT * FROM unnest($1::TEXT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[], $6::TEXT[], $7::TEXT[],
                $8::BIGINT[], $9::TEXT[], $10::SMALLINT[], $11::BIGINT[], $12::TEXT[], $13::TEXT[])
            ON CONFLICT (contact, id) DO UPDATE SET kind = excluded.kind, text = excluded.text, due = excluded.due,
                owner = excluded.owner, lead = excluded.lead, created = excluded.created, made_by = excluded.made_by,
                state = excluded.state, ended = excluded.ended, result = excluded.result, ended_by = excluded.ended_by";
        let columns: [&(dyn ToSql + Sync); 13] =
            [&contacts, &ids, &kinds, &texts, &due, &owners, &leads, &created, &makers, &states, &ended, &results, &enders];
        transaction.execute(put, &columns).await.map(drop)
    }

    async fn put_usage(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.usage.is_empty() {
            return Ok(());
        }
        let positions: Vec<i64> = self.usage.keys().copied().collect();
        let days: Vec<Millis> = self.usage.values().map(Usage::day).collect();
        let texts = |of: fn(&Usage) -> &String| self.usage.values().map(of).collect::<Vec<_>>();
        let numbers = |of: fn(&Usage) -> u64| self.usage.values().map(|usage| signed(of(usage))).collect::<Vec<i64>>();
        let (bots, models, currencies) = (texts(|usage| &usage.bot), texts(|usage| &usage.model), texts(|usage| &usage.currency));
        let (prompts, answers) = (numbers(|usage| usage.prompt_tokens), numbers(|usage| usage.answer_tokens));
        let costs = numbers(|usage| usage.cost);
        // A position tells of one call: what is there already is the same.
        let put = "
            INSERT INTO salesbot.usage
            SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[],
                $8::BIGINT[])
            ON CONFLICT (position) DO UPDATE SET day = excluded.day, bot = excluded.bot, model = excluded.model,
                currency = excluded.currency, prompt_tokens = excluded.prompt_tokens,
                answer_tokens = excluded.answer_tokens, cost = excluded.cost";
        let columns: [&(dyn ToSql + Sync); 8] = [&positions, &days, &bots, &models, &currencies, &prompts, &answers, &costs];
        transaction.execute(put, &columns).await.map(drop)
    }
}

/// Removes up to `limit` sessions, and up to as many tasks, that ended before a moment.
pub(super) async fn trim_ended(transaction: &Transaction<'_>, before: Millis, limit: usize) -> Result<(), Error> {
    let trim = "
        DELETE FROM salesbot.sessions WHERE (contact, id) IN
            (SELECT contact, id FROM salesbot.sessions WHERE started < $1 AND ended < $1 ORDER BY started LIMIT $2)";
    transaction.execute(trim, &[&before, &signed(limit)]).await?;
    let trim = "
        DELETE FROM salesbot.tasks WHERE (contact, id) IN
            (SELECT contact, id FROM salesbot.tasks WHERE ended < $1 ORDER BY ended LIMIT $2)";
    transaction.execute(trim, &[&before, &signed(limit)]).await.map(drop)
}

/// When each contact was last active, as its journal says.
async fn newest(transaction: &Transaction<'_>, contacts: &[&String]) -> Result<BTreeMap<String, Millis>, Error> {
    let select = "SELECT contact, max(at) FROM salesbot.journal WHERE contact = ANY ($1::TEXT[]) GROUP BY contact";
    let rows = transaction.query(select, &[&contacts]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, active_at(row.try_get(1)?)))).collect()
}

/// Sets when these contacts were last active, from their journal, as far as that tells.
pub(super) async fn set_active(transaction: &Transaction<'_>, contacts: &[String]) -> Result<(), Error> {
    let newest = newest(transaction, &contacts.iter().collect::<Vec<_>>()).await?;
    let (contacts, active): (Vec<_>, Vec<_>) = newest.into_iter().unzip();
    let set = "
        UPDATE salesbot.profiles SET last_active = news.at FROM unnest($1::TEXT[], $2::BIGINT[]) AS news (contact, at)
        WHERE profiles.contact = news.contact";
    transaction.execute(set, &[&contacts, &active]).await.map(drop)
}

/// These contacts were active: each has a new fact.
pub(super) async fn touch(transaction: &Transaction<'_>, active: &BTreeMap<String, Millis>) -> Result<(), Error> {
    if active.is_empty() {
        return Ok(());
    }
    let (contacts, at): (Vec<_>, Vec<_>) = active.iter().map(|(contact, at)| (contact, active_at(*at))).unzip();
    let touch = "
        UPDATE salesbot.profiles SET last_active = news.at FROM unnest($1::TEXT[], $2::BIGINT[]) AS news (contact, at)
        WHERE profiles.contact = news.contact AND profiles.last_active < news.at";
    transaction.execute(touch, &[&contacts, &at]).await.map(drop)
}

/// Takes contacts off the lists.
pub(super) async fn remove(transaction: &Transaction<'_>, contacts: &[String]) -> Result<(), Error> {
    for table in ["profiles", "profile_parts", "conversations", "sessions", "tasks"] {
        let delete = format!("DELETE FROM salesbot.{table} WHERE contact = ANY ($1::TEXT[])");
        transaction.execute(&delete, &[&contacts]).await?;
    }
    Ok(())
}

pub(super) async fn conversations(client: &Client, query: &ConversationQuery) -> Result<Vec<ListedConversation>, Error> {
    let rows = ask(client, questions::conversations(query, &POSTGRES)).await?;
    rows.iter().map(conversation).collect()
}

pub(super) async fn contacts(client: &Client, query: &ContactQuery) -> Result<Vec<ListedContact>, Error> {
    let rows = ask(client, questions::contacts(query, &POSTGRES)).await?;
    let read =
        |row: &Row| Ok(ListedContact { contact: row.try_get(0)?, profile: profile(row, 1)?, last_active: row.try_get(5)? });
    rows.iter().map(read).collect()
}

pub(super) async fn sessions(client: &Client, query: &SessionQuery) -> Result<Vec<ListedSession>, Error> {
    let rows = ask(client, questions::sessions(query, &POSTGRES)).await?;
    rows.iter().map(session).collect()
}

pub(super) async fn tasks(client: &Client, query: &TaskQuery) -> Result<Vec<ListedTask>, Error> {
    let rows = ask(client, questions::tasks(query, &POSTGRES)).await?;
    rows.iter().map(task).collect()
}

pub(super) async fn session_counts(client: &Client, since: Millis) -> Result<Vec<SessionCount>, Error> {
    let rows = ask(client, questions::session_counts(since, &POSTGRES)).await?;
    let read = |row: &Row| {
        let (open, since) = (unsigned(row.try_get(2)?), unsigned(row.try_get(3)?));
        Ok(SessionCount { bot: row.try_get(0)?, version: row.try_get(1)?, open, since })
    };
    rows.iter().map(read).collect()
}

async fn ask(client: &Client, question: Question) -> Result<Vec<Row>, Error> {
    let parameters: Vec<&(dyn ToSql + Sync)> = question
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Number(number) => number as &(dyn ToSql + Sync),
            Parameter::Text(text) => text,
        })
        .collect();
    client.query(&question.text, &parameters).await
}

/// Contacts that exist and are not listed, after the given one.
pub(super) async fn unlisted(client: &Client, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
    let select = "
        SELECT contact FROM salesbot.contacts WHERE contact > $1
            AND NOT EXISTS (SELECT FROM salesbot.profiles WHERE profiles.contact = contacts.contact)
        ORDER BY contact LIMIT $2";
    let rows = client.query(select, &[&after.unwrap_or(""), &signed(limit)]).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

pub(super) async fn usage(client: &Client, from: Millis, until: Millis) -> Result<Vec<UsageSum>, Error> {
    let rows = ask(client, questions::usage(from, until, &POSTGRES)).await?;
    let read = |row: &Row| {
        let (day, bot, model, currency) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let (calls, prompt_tokens) = (unsigned(row.try_get(4)?), unsigned(row.try_get(5)?));
        let (answer_tokens, cost) = (unsigned(row.try_get(6)?), unsigned(row.try_get(7)?));
        Ok(UsageSum { day, bot, model, currency, calls, prompt_tokens, answer_tokens, cost })
    };
    rows.iter().map(read).collect()
}

fn conversation(row: &Row) -> Result<ListedConversation, Error> {
    let state: i16 = row.try_get(3)?;
    let conversation = Conversation {
        number: row.try_get(1)?,
        owner: row.try_get(2)?,
        // The table holds none that we did not write; one of a newer program shows as idle.
        state: u8::try_from(state).ok().and_then(ConversationState::of_number).unwrap_or(ConversationState::Idle),
        waiting_since: row.try_get(4)?,
        window_closes: row.try_get(5)?,
        last_active: row.try_get(6)?,
    };
    Ok(ListedConversation { contact: row.try_get(0)?, profile: profile(row, 7)?, conversation })
}

fn session(row: &Row) -> Result<ListedSession, Error> {
    let ended = match row.try_get(7)? {
        Some(at) => Some(SessionEnd { at, status: row.try_get(8)?, outcome: row.try_get(9)? }),
        None => None,
    };
    let id: i64 = row.try_get(1)?;
    let session = Session {
        // The table holds none that we did not write.
        id: u32::try_from(id).unwrap_or_default(),
        number: row.try_get(2)?,
        bot: row.try_get(3)?,
        version: row.try_get(4)?,
        on: row.try_get(5)?,
        started: row.try_get(6)?,
        ended,
    };
    Ok(ListedSession { contact: row.try_get(0)?, profile: profile(row, 11)?, session, told: unsigned(row.try_get(10)?) })
}

fn task(row: &Row) -> Result<ListedTask, Error> {
    let state: i16 = row.try_get(10)?;
    let done = state == i16::from(TaskState::Completed.number());
    let ended = match row.try_get(9)? {
        Some(at) => Some(TaskEnd { at, done, result: row.try_get(11)?, by: row.try_get(12)? }),
        None => None,
    };
    let id: i64 = row.try_get(1)?;
    let task = Task {
        // The table holds none that we did not write.
        id: u32::try_from(id).unwrap_or_default(),
        kind: row.try_get(2)?,
        text: row.try_get(3)?,
        due: due_of(row.try_get(4)?),
        owner: row.try_get(5)?,
        lead: row.try_get(6)?,
        created: row.try_get(7)?,
        by: row.try_get(8)?,
        ended,
    };
    Ok(ListedTask { contact: row.try_get(0)?, profile: profile(row, 13)?, task })
}

fn profile(row: &Row, first: usize) -> Result<Profile, Error> {
    let (name, phone) = (row.try_get(first)?, row.try_get(first + 1)?);
    Ok(Profile { name, phone, user_id: row.try_get(first + 2)?, username: row.try_get(first + 3)? })
}
