//! The statements on the lists of conversations, contacts, sessions and tasks.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

use super::{Rows, signed, unsigned};
use crate::lists::{active_at, due_of, parts_of};
use crate::sql::lists::{self, Dialect, Parameter, Question};
use crate::{
    ContactQuery, Conversation, ConversationQuery, ConversationState, ListChange, ListedContact, ListedConversation,
    ListedSession, ListedTask, Millis, Profile, Session, SessionCount, SessionEnd, SessionQuery, Task, TaskEnd, TaskQuery,
    TaskState, Usage, UsageSum,
};

const SQLITE: Dialect = Dialect { schema: "", mark: '?' };

/// Does to the lists what the fact at a position says. `newest`: the time of the contact's newest fact.
pub(crate) fn apply(
    connection: &Connection,
    contact: &str,
    position: i64,
    change: &ListChange,
    newest: impl Fn() -> rusqlite::Result<Millis>,
) -> rusqlite::Result<()> {
    match change {
        ListChange::Profile(profile) => put_profile(connection, contact, profile, newest),
        ListChange::Conversation(conversation) => put_conversation(connection, contact, conversation),
        ListChange::Session(session) => put_session(connection, contact, position, session),
        ListChange::Task(task) => put_task(connection, contact, task),
        ListChange::Usage(usage) => put_usage(connection, position, usage),
        ListChange::Unlisted => remove(connection, contact),
    }
}

fn put_profile(
    connection: &Connection,
    contact: &str,
    profile: &Profile,
    newest: impl Fn() -> rusqlite::Result<Millis>,
) -> rusqlite::Result<()> {
    let Profile { name, phone, user_id, username } = profile;
    let mut update =
        connection.prepare_cached("UPDATE profiles SET name = ?2, phone = ?3, user_id = ?4, username = ?5 WHERE contact = ?1")?;
    if update.execute((contact, name, phone, user_id, username))? == 0 {
        let mut insert = connection.prepare_cached(
            "INSERT INTO profiles (contact, name, phone, user_id, username, last_active) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        insert.execute((contact, name, phone, user_id, username, active_at(newest()?)))?;
    }
    connection.prepare_cached("DELETE FROM profile_parts WHERE contact = ?1")?.execute([contact])?;
    let mut insert = connection.prepare_cached("INSERT INTO profile_parts (contact, part) VALUES (?1, ?2)")?;
    parts_of(profile).iter().try_for_each(|part| insert.execute((contact, part)).map(drop))
}

fn put_conversation(connection: &Connection, contact: &str, conversation: &Conversation) -> rusqlite::Result<()> {
    let Conversation { number, owner, state, waiting_since, window_closes, last_active } = conversation;
    let mut put = connection.prepare_cached(
        "INSERT INTO conversations (contact, number, owner, state, waiting_since, window_closes, last_active)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (contact, number) DO UPDATE SET owner = excluded.owner, state = excluded.state,
             waiting_since = excluded.waiting_since, window_closes = excluded.window_closes, last_active = excluded.last_active",
    )?;
    put.execute((contact, number, owner, state, waiting_since, window_closes, last_active)).map(drop)
}

fn put_session(connection: &Connection, contact: &str, position: i64, session: &Session) -> rusqlite::Result<()> {
    let Session { id, number, bot, version, on, started, ended } = session;
    let at = ended.as_ref().map(|ended| ended.at);
    let (status, outcome) = ended.as_ref().map(|ended| (&ended.status, &ended.outcome)).unzip();
    let mut put = connection.prepare_cached(
        "INSERT INTO sessions (contact, id, number, bot, version, started_by, started, ended, status, outcome, told)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (contact, id) DO UPDATE SET number = excluded.number, bot = excluded.bot, version = excluded.version,
             started_by = excluded.started_by, started = excluded.started, ended = excluded.ended, status = excluded.status,
             outcome = excluded.outcome, told = excluded.told",
    )?;
    put.execute((contact, id, number, bot, version, on, started, at, status, outcome, position)).map(drop)
}

fn put_task(connection: &Connection, contact: &str, task: &Task) -> rusqlite::Result<()> {
    let Task { id, kind, text, owner, lead, created, by, ended, .. } = task;
    let (due, state) = (task.due_or_never(), task.state().number());
    let at = ended.as_ref().map(|ended| ended.at);
    let result = ended.as_ref().and_then(|ended| ended.result.as_ref());
    let ended_by = ended.as_ref().and_then(|ended| ended.by.as_ref());
    let mut put = connection.prepare_cached(
        "INSERT INTO tasks (contact, id, kind, text, due, owner, lead, created, made_by, state, ended, result, ended_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (contact, id) DO UPDATE SET kind = excluded.kind, text = excluded.text, due = excluded.due,
             owner = excluded.owner, lead = excluded.lead, created = excluded.created, made_by = excluded.made_by,
             state = excluded.state, ended = excluded.ended, result = excluded.result, ended_by = excluded.ended_by",
    )?;
    put.execute((contact, id, kind, text, due, owner, lead, created, by, state, at, result, ended_by)).map(drop)
}

fn put_usage(connection: &Connection, position: i64, usage: &Usage) -> rusqlite::Result<()> {
    let Usage { bot, model, currency, prompt_tokens, answer_tokens, cost, .. } = usage;
    let [prompt_tokens, answer_tokens, cost] = [prompt_tokens, answer_tokens, cost].map(|number| signed(*number));
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO usage (position, day, bot, model, currency, prompt_tokens, answer_tokens, cost)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    put.execute((position, usage.day(), bot, model, currency, prompt_tokens, answer_tokens, cost)).map(drop)
}

/// Removes up to `limit` sessions, and up to as many tasks, that ended before a moment.
pub(crate) fn trim_ended(connection: &Connection, before: Millis, limit: usize) -> rusqlite::Result<()> {
    let mut trim = connection.prepare_cached(
        "DELETE FROM sessions WHERE (contact, id) IN
             (SELECT contact, id FROM sessions WHERE started < ?1 AND ended < ?1 ORDER BY started LIMIT ?2)",
    )?;
    trim.execute((before, signed(limit)))?;
    let mut trim = connection.prepare_cached(
        "DELETE FROM tasks WHERE (contact, id) IN (SELECT contact, id FROM tasks WHERE ended < ?1 ORDER BY ended LIMIT ?2)",
    )?;
    trim.execute((before, signed(limit))).map(drop)
}

/// A contact was active: it has a new fact.
pub(crate) fn touch(connection: &Connection, contact: &str, at: Millis) -> rusqlite::Result<()> {
    let mut touch = connection.prepare_cached("UPDATE profiles SET last_active = ?2 WHERE contact = ?1 AND last_active < ?2")?;
    touch.execute((contact, active_at(at))).map(drop)
}

/// Takes a contact off the lists.
pub(crate) fn remove(connection: &Connection, contact: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM profiles WHERE contact = ?1")?.execute([contact])?;
    connection.prepare_cached("DELETE FROM profile_parts WHERE contact = ?1")?.execute([contact])?;
    connection.prepare_cached("DELETE FROM conversations WHERE contact = ?1")?.execute([contact])?;
    connection.prepare_cached("DELETE FROM sessions WHERE contact = ?1")?.execute([contact])?;
    connection.prepare_cached("DELETE FROM tasks WHERE contact = ?1")?.execute([contact]).map(drop)
}

/// Contacts that exist and are not listed, after the given one.
pub(crate) fn unlisted(connection: &Connection, after: Option<&str>, limit: usize) -> Rows<String> {
    let mut select = connection.prepare_cached(
        "SELECT key FROM contacts WHERE key > ?1 AND version > 0 AND NOT EXISTS (SELECT 1 FROM profiles WHERE contact = key)
         ORDER BY key LIMIT ?2",
    )?;
    select.query_map((after.unwrap_or(""), signed(limit)), |row| row.get(0))?.collect()
}

pub(crate) fn conversations(connection: &Connection, query: &ConversationQuery) -> Rows<ListedConversation> {
    ask(connection, lists::conversations(query, &SQLITE), |row| {
        let conversation = Conversation {
            number: row.get(1)?,
            owner: row.get(2)?,
            state: row.get(3)?,
            waiting_since: row.get(4)?,
            window_closes: row.get(5)?,
            last_active: row.get(6)?,
        };
        Ok(ListedConversation { contact: row.get(0)?, profile: profile(row, 7)?, conversation })
    })
}

pub(crate) fn contacts(connection: &Connection, query: &ContactQuery) -> Rows<ListedContact> {
    ask(connection, lists::contacts(query, &SQLITE), |row| {
        Ok(ListedContact { contact: row.get(0)?, profile: profile(row, 1)?, last_active: row.get(5)? })
    })
}

pub(crate) fn sessions(connection: &Connection, query: &SessionQuery) -> Rows<ListedSession> {
    ask(connection, lists::sessions(query, &SQLITE), |row| {
        let ended = match row.get(7)? {
            Some(at) => Some(SessionEnd { at, status: row.get(8)?, outcome: row.get(9)? }),
            None => None,
        };
        let session = Session {
            id: row.get(1)?,
            number: row.get(2)?,
            bot: row.get(3)?,
            version: row.get(4)?,
            on: row.get(5)?,
            started: row.get(6)?,
            ended,
        };
        Ok(ListedSession { contact: row.get(0)?, profile: profile(row, 11)?, session, told: unsigned(row.get(10)?) })
    })
}

pub(crate) fn tasks(connection: &Connection, query: &TaskQuery) -> Rows<ListedTask> {
    ask(connection, lists::tasks(query, &SQLITE), |row| {
        let is_done = |state: u8| state == TaskState::Completed.number();
        let ended = match row.get(9)? {
            Some(at) => Some(TaskEnd { at, done: is_done(row.get(10)?), result: row.get(11)?, by: row.get(12)? }),
            None => None,
        };
        let task = Task {
            id: row.get(1)?,
            kind: row.get(2)?,
            text: row.get(3)?,
            due: due_of(row.get(4)?),
            owner: row.get(5)?,
            lead: row.get(6)?,
            created: row.get(7)?,
            by: row.get(8)?,
            ended,
        };
        Ok(ListedTask { contact: row.get(0)?, profile: profile(row, 13)?, task })
    })
}

pub(crate) fn session_counts(connection: &Connection, since: Millis) -> Rows<SessionCount> {
    ask(connection, lists::session_counts(since, &SQLITE), |row| {
        let (open, since) = (unsigned(row.get(2)?), unsigned(row.get(3)?));
        Ok(SessionCount { bot: row.get(0)?, version: row.get(1)?, open, since })
    })
}

pub(crate) fn usage(connection: &Connection, from: Millis, until: Millis) -> Rows<UsageSum> {
    ask(connection, lists::usage(from, until, &SQLITE), |row| {
        let (day, bot, model, currency) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let (calls, prompt_tokens) = (unsigned(row.get(4)?), unsigned(row.get(5)?));
        let (answer_tokens, cost) = (unsigned(row.get(6)?), unsigned(row.get(7)?));
        Ok(UsageSum { day, bot, model, currency, calls, prompt_tokens, answer_tokens, cost })
    })
}

fn ask<T>(connection: &Connection, question: Question, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Rows<T> {
    connection.prepare(&question.text)?.query_map(params_from_iter(question.parameters), read)?.collect()
}

fn profile(row: &Row<'_>, first: usize) -> rusqlite::Result<Profile> {
    let (name, phone) = (row.get(first)?, row.get(first + 1)?);
    Ok(Profile { name, phone, user_id: row.get(first + 2)?, username: row.get(first + 3)? })
}

impl ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Number(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

impl ToSql for ConversationState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.number()))
    }
}

impl FromSql for ConversationState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::of_number(u8::column_result(value)?).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::migrations::migrate;
    use super::*;
    use crate::{ConversationSort, OwnedBy};

    /// How SQLite goes about a question.
    fn plan(connection: &Connection, question: &Question) -> String {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", question.text)).unwrap();
        let steps = explain.query_map(params_from_iter(&question.parameters), |row| row.get::<_, String>(3)).unwrap();
        steps.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n")
    }

    #[test]
    fn each_list_is_read_in_the_order_of_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("store.sqlite")).unwrap();
        let query = ConversationQuery::default;
        let owner = OwnedBy::Owner("user:ana".into());
        for (query, index) in [
            (query(), "conversations_active"),
            (ConversationQuery { sort: ConversationSort::Waiting, owner: OwnedBy::Nobody, ..query() }, "conversations_waiting"),
            (ConversationQuery { sort: ConversationSort::Window, window_from: Some(1), ..query() }, "conversations_window"),
            (ConversationQuery { owner, ..query() }, "conversations_owner"),
            (ConversationQuery { state: Some(ConversationState::Waiting), ..query() }, "conversations_state"),
        ] {
            let plan = plan(&connection, &lists::conversations(&query, &SQLITE));
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{query:?}:\n{plan}");
        }
        let query = SessionQuery::default;
        let bot = Some("welcome".to_owned());
        for (query, index) in [
            (query(), "sessions_started"),
            (SessionQuery { bot: bot.clone(), ..query() }, "sessions_bot"),
            (SessionQuery { bot, open: Some(false), ..query() }, "sessions_bot"),
            (SessionQuery { open: Some(true), ..query() }, "sessions_open"),
            (SessionQuery { status: Some("failed".into()), ..query() }, "sessions_status"),
        ] {
            let plan = plan(&connection, &lists::sessions(&query, &SQLITE));
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{query:?}:\n{plan}");
        }
        let query = TaskQuery::default;
        let (open, ana) = (Some(TaskState::Open), OwnedBy::Owner("user:ana".into()));
        for (query, index) in [
            (TaskQuery { state: open, ..query() }, "tasks_state"),
            (TaskQuery { state: open, due_before: Some(1), ..query() }, "tasks_state"),
            (TaskQuery { state: open, owner: ana, ..query() }, "tasks_owner"),
            (TaskQuery { state: open, owner: OwnedBy::Nobody, ..query() }, "tasks_owner"),
        ] {
            let plan = plan(&connection, &lists::tasks(&query, &SQLITE));
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{query:?}:\n{plan}");
        }
        let query = SessionQuery::default;
        let one = SessionQuery { contact: Some("ada".into()), id: Some(7), ..query() };
        let one = plan(&connection, &lists::sessions(&one, &SQLITE));
        assert!(one.contains("SEARCH listed USING PRIMARY KEY (contact=? AND id=?)"), "{one}");
        let counts = plan(&connection, &lists::session_counts(0, &SQLITE));
        for index in ["USING INDEX sessions_open (started>?)", "USING COVERING INDEX sessions_started (started>?)"] {
            assert!(counts.contains(index), "{counts}");
        }
        let usage = plan(&connection, &lists::usage(0, 1, &SQLITE));
        assert!(usage.contains("USING COVERING INDEX usage_day") && !usage.contains("TEMP B-TREE"), "{usage}");
        let all = plan(&connection, &lists::contacts(&ContactQuery::default(), &SQLITE));
        assert!(all.contains("profiles_active") && !all.contains("TEMP B-TREE"), "{all}");
        let search = ContactQuery { search: Some("ana souza".into()), ..ContactQuery::default() };
        let found = plan(&connection, &lists::contacts(&search, &SQLITE));
        assert_eq!(found.matches("profile_parts_part (part>? AND part<?)").count(), 2, "{found}");
    }
}
