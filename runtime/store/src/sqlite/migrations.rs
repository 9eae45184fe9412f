//! The format of the file, one function a version.
//!
//! `user_version` in the file's header names its format. A file of an older format is brought up to
//! date when it is opened, one version and one transaction at a time. **A function below is never
//! edited once it has shipped**: files in the field have passed through it; the next one repairs.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::folder::cannot_open;
use crate::StoreError;

/// Marks the file as ours, in SQLite's own field for it ("Sbot" in ASCII).
pub(crate) const APPLICATION_ID: i64 = 0x5362_6f74;

type Migration = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// In order: the first makes format 1 from an empty file, the next 2 from 1, and so on.
const MIGRATIONS: &[Migration] = &[version_1, version_2, version_3, version_4, version_5, version_6];

/// Brings a file to the format of this program, or refuses it.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_by(MIGRATIONS, connection, path)
}

fn migrate_by(migrations: &[Migration], connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = migrations.len() as i64;
    let found = format_of(connection, path)?;
    if found > known {
        return Err(StoreError::NewerFormat { path: path.to_owned(), found, known });
    }

    for (format, migration) in (1..).zip(migrations).filter(|(format, _)| *format > found) {
        apply(connection, *migration, format).map_err(|error| {
            let reason = format!("bringing it from format {} to {format} failed and changed nothing: {error}", format - 1);
            cannot_open(path, reason)
        })?;
        if found > 0 {
            tracing::info!(store.path = %path.display(), store.format = format, "the store was brought to format {format}");
        }
    }
    Ok(())
}

/// The file's format; 0 for an empty file.
fn format_of(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let read = || -> rusqlite::Result<(i64, i64, i64)> {
        let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let format = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        Ok((application, format, tables))
    };
    match read().map_err(|error| cannot_open(path, format!("{error}; restore it from a backup")))? {
        (APPLICATION_ID, format, _) => Ok(format),
        (0, 0, 0) => Ok(0),
        _ => Err(cannot_open(path, "it is the database of another program; name another folder".into())),
    }
}

fn apply(connection: &mut Connection, migration: Migration, format: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migration(&transaction)?;
    transaction.pragma_update(None, "user_version", format)?;
    transaction.commit()
}

/// The first format.
///
/// A contact's journal is a chain through `previous` from `contacts.last_fact`, and so is its
/// transcript from `last_message`: an index by contact would dirty one more page, anywhere in the
/// file, in every commit, where a chain costs a column in rows that are written anyway.
fn version_1(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(
        "
        -- One row: the latest version or position given out, and how many contacts exist.
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL,
            contacts INTEGER NOT NULL
        ) STRICT;
        INSERT INTO ledger VALUES (1, 0, 0);

        -- A contact that was deleted, and has a journal still, has version 0 and no value.
        CREATE TABLE contacts (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            due INTEGER,
            last_fact INTEGER,
            last_message INTEGER,
            value BLOB
        ) STRICT;
        CREATE INDEX contacts_due ON contacts (lane, due, key) WHERE due IS NOT NULL;

        CREATE TABLE journal (
            position INTEGER PRIMARY KEY,
            contact INTEGER NOT NULL,
            previous INTEGER,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            body TEXT NOT NULL
        ) STRICT;

        CREATE TABLE messages (
            position INTEGER PRIMARY KEY,
            contact INTEGER NOT NULL,
            previous INTEGER,
            at INTEGER NOT NULL,
            id TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
            body TEXT NOT NULL,
            wamid TEXT,
            status TEXT
        ) STRICT;

        CREATE TABLE aliases (alias TEXT PRIMARY KEY, contact TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX aliases_contact ON aliases (contact);

        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            expires INTEGER,
            value BLOB NOT NULL,
            UNIQUE (kind, key)
        ) STRICT;
        CREATE INDEX records_expiry ON records (expires) WHERE expires IS NOT NULL;

        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        ",
    )
}

/// What a journal beside Redis needs; in the embedded store's own file all of it stays empty. From this
/// format on values may be packed with words ([`crate::packed`]), which older programs can't read.
///
/// `journal.change` holds what a fact does to the transcript, so that transcripts can be made again.
/// The embedded store, whose transcripts are written in the same transaction, saves those bytes.
fn version_2(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "
        ALTER TABLE journal ADD COLUMN change BLOB;

        -- How far each lane's buffer is drained.
        CREATE TABLE lanes (lane INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
        WITH RECURSIVE numbers (lane) AS (SELECT 0 UNION ALL SELECT lane + 1 FROM numbers WHERE lane < 63)
        INSERT INTO lanes SELECT lane, 0 FROM numbers;

        -- One row: the id of the store whose journal this is.
        CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), store TEXT NOT NULL) STRICT;

        -- Aliases that a contact may hold; whether it does, only their own record tells.
        CREATE TABLE alias_hints (
            contact TEXT NOT NULL, alias TEXT NOT NULL, PRIMARY KEY (contact, alias)
        ) STRICT, WITHOUT ROWID;
        ",
    )
}

/// The lists of conversations and contacts. From this format on `journal.change` is written in every file, so
/// that read models can be made again from it.
///
/// What is there already is listed when it next changes, or by whoever knows what lies in the values: no fact
/// of an older journal says it in the store's own words.
fn version_3(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "
        CREATE TABLE profiles (
            contact TEXT PRIMARY KEY,
            name TEXT,
            phone TEXT,
            user_id TEXT,
            username TEXT,
            last_active INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX profiles_active ON profiles (last_active, contact);

        -- By which words a contact is found.
        CREATE TABLE profile_parts (
            contact TEXT NOT NULL, part TEXT NOT NULL, PRIMARY KEY (contact, part)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX profile_parts_part ON profile_parts (part, contact);

        -- state: 0 idle, 1 a bot runs, 2 the customer waits for a person, 3 a person has it.
        CREATE TABLE conversations (
            contact TEXT NOT NULL,
            number TEXT NOT NULL,
            owner TEXT,
            state INTEGER NOT NULL,
            waiting_since INTEGER,
            window_closes INTEGER,
            last_active INTEGER NOT NULL,
            PRIMARY KEY (contact, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX conversations_active ON conversations (last_active, contact, number);
        CREATE INDEX conversations_waiting ON conversations (waiting_since, contact, number) WHERE waiting_since IS NOT NULL;
        CREATE INDEX conversations_window ON conversations (window_closes, contact, number) WHERE window_closes IS NOT NULL;
        CREATE INDEX conversations_owner ON conversations (owner, last_active, contact, number) WHERE owner IS NOT NULL;
        CREATE INDEX conversations_state ON conversations (state, last_active, contact, number);
        ",
    )
}

/// The list of sessions. Those that run already are listed when they end, or by whoever knows what lies in the values.
fn version_4(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "
        -- ended, status, outcome: NULL while it runs. told: the position of the latest fact that told of it.
        CREATE TABLE sessions (
            contact TEXT NOT NULL,
            id INTEGER NOT NULL,
            number TEXT NOT NULL,
            bot TEXT NOT NULL,
            version TEXT NOT NULL,
            started_by TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            status TEXT,
            outcome TEXT,
            told INTEGER NOT NULL,
            PRIMARY KEY (contact, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_started ON sessions (started, contact, id, bot, version);
        CREATE INDEX sessions_bot ON sessions (bot, started, contact, id);
        CREATE INDEX sessions_status ON sessions (status, started, contact, id) WHERE status IS NOT NULL;
        CREATE INDEX sessions_open ON sessions (started, contact, id) WHERE ended IS NULL;
        ",
    )
}

/// What models were used for. It names no contact, and stays when one is erased.
fn version_5(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "
        -- position: of the fact that told of it. day: when it began, in UTC. cost: in millionths of the currency.
        CREATE TABLE usage (
            position INTEGER PRIMARY KEY,
            day INTEGER NOT NULL,
            bot TEXT NOT NULL,
            model TEXT NOT NULL,
            currency TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            answer_tokens INTEGER NOT NULL,
            cost INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX usage_day ON usage (day, bot, model, currency, prompt_tokens, answer_tokens, cost);
        ",
    )
}

/// The list of tasks.
fn version_6(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "
        -- due: the largest number where there is no time. made_by, ended_by: JSON. state: 0 open, 1 completed, 2 dropped; ended, result
        -- and ended_by: NULL while it is open.
        CREATE TABLE tasks (
            contact TEXT NOT NULL,
            id INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            due INTEGER NOT NULL,
            owner TEXT,
            lead TEXT,
            created INTEGER NOT NULL,
            made_by TEXT,
            state INTEGER NOT NULL,
            ended INTEGER,
            result TEXT,
            ended_by TEXT,
            PRIMARY KEY (contact, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_state ON tasks (state, due, contact, id);
        CREATE INDEX tasks_owner ON tasks (owner, state, due, contact, id);
        CREATE INDEX tasks_ended ON tasks (ended) WHERE ended IS NOT NULL;
        ",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("ALTER TABLE counters ADD COLUMN unit TEXT; INSERT INTO counters VALUES ('a', 1, 'x')")
    }

    fn broken(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("DROP TABLE counters; SELECT no_such_thing")
    }

    fn format(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn each_version_is_applied_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("store.sqlite");
        migrate_by(&[version_1], &mut connection, path).unwrap();
        assert_eq!(format(&connection), 1);
        for _ in 0..2 {
            migrate_by(&[version_1, second], &mut connection, path).unwrap();
            assert_eq!(format(&connection), 2);
        }
        let units: i64 = connection.query_row("SELECT count(*) FROM counters", (), |row| row.get(0)).unwrap();
        assert_eq!(units, 1);
    }

    #[test]
    fn a_failed_migration_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("store.sqlite");
        migrate_by(&[version_1], &mut connection, path).unwrap();
        let error = migrate_by(&[version_1, broken], &mut connection, path).unwrap_err().to_string();
        assert!(error.contains("store.sqlite") && error.contains("from format 1 to 2"), "{error}");
        assert_eq!(format(&connection), 1);
        connection.query_row("SELECT count(*) FROM counters", (), |row| row.get::<_, i64>(0)).unwrap();
    }

    #[test]
    fn a_newer_format_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("store.sqlite");
        migrate_by(&[version_1, second], &mut connection, path).unwrap();
        let error = migrate_by(&[version_1], &mut connection, path).unwrap_err();
        assert_eq!(error, StoreError::NewerFormat { path: path.into(), found: 2, known: 1 });
    }
}
