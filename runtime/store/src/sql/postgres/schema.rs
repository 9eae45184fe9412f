//! The tables, in a schema of our own, and their format.
//!
//! **A migration is never edited once it has shipped**: databases in the field have passed through
//! it; the next one repairs.

use tokio_postgres::{Error, Transaction};

use super::signed;
use crate::LANES;

/// The newest format this program knows.
pub(super) const FORMAT: i32 = MIGRATIONS.len() as i32;

/// In order: the first makes format 1 from nothing, the next 2 from 1, and so on.
const MIGRATIONS: [&str; 5] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5];

/// Taken while tables are made, so that of several servers that start together one makes them.
/// Any number will do that nobody else takes; this is "Sbot" in ASCII.
const LOCK: i64 = 0x5362_6f74;

/// Keys are compared as bytes (`COLLATE "C"`), as in every other store.
const VERSION_1: &str = r#"
    CREATE SCHEMA IF NOT EXISTS salesbot;

    -- One row: the latest position given out, how many contacts exist, and whose journal this is.
    CREATE TABLE salesbot.ledger (
        id INT PRIMARY KEY CHECK (id = 1),
        format INT NOT NULL,
        sequence BIGINT NOT NULL,
        contacts BIGINT NOT NULL,
        store TEXT
    );
    INSERT INTO salesbot.ledger VALUES (1, 1, 0, 0, NULL);

    -- How far each lane's buffer is drained.
    CREATE TABLE salesbot.lanes (lane INT PRIMARY KEY, position BIGINT NOT NULL);

    -- The contacts that exist.
    CREATE TABLE salesbot.contacts (contact TEXT COLLATE "C" PRIMARY KEY);

    -- Aliases that a contact may hold; whether it does, only their own record tells.
    CREATE TABLE salesbot.alias_hints (
        contact TEXT COLLATE "C", alias TEXT COLLATE "C", PRIMARY KEY (contact, alias)
    );

    -- change: what a fact does to the transcript, so that transcripts can be made again.
    CREATE TABLE salesbot.journal (
        position BIGINT PRIMARY KEY,
        contact TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        change BYTEA
    );
    CREATE INDEX journal_contact ON salesbot.journal (contact, position);

    CREATE TABLE salesbot.messages (
        position BIGINT PRIMARY KEY,
        contact TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        id TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        body TEXT NOT NULL,
        wamid TEXT,
        status TEXT
    );
    CREATE INDEX messages_contact ON salesbot.messages (contact, position);
"#;

/// The lists of conversations and contacts. What is there already is listed when it next changes, or by whoever
/// knows what lies in the values: no fact of an older journal says it in the store's own words.
const VERSION_2: &str = r#"
    CREATE TABLE salesbot.profiles (
        contact TEXT COLLATE "C" PRIMARY KEY,
        name TEXT,
        phone TEXT,
        user_id TEXT,
        username TEXT,
        last_active BIGINT NOT NULL
    );
    CREATE INDEX profiles_active ON salesbot.profiles (last_active, contact);

    -- By which words a contact is found.
    CREATE TABLE salesbot.profile_parts (
        contact TEXT COLLATE "C", part TEXT COLLATE "C", PRIMARY KEY (contact, part)
    );
    CREATE INDEX profile_parts_part ON salesbot.profile_parts (part, contact);

    -- state: 0 idle, 1 a bot runs, 2 the customer waits for a person, 3 a person has it.
    CREATE TABLE salesbot.conversations (
        contact TEXT COLLATE "C",
        number TEXT COLLATE "C",
        owner TEXT,
        state SMALLINT NOT NULL,
        waiting_since BIGINT,
        window_closes BIGINT,
        last_active BIGINT NOT NULL,
        PRIMARY KEY (contact, number)
    );
    CREATE INDEX conversations_active ON salesbot.conversations (last_active, contact, number);
    CREATE INDEX conversations_waiting ON salesbot.conversations (waiting_since, contact, number)
        WHERE waiting_since IS NOT NULL;
    CREATE INDEX conversations_window ON salesbot.conversations (window_closes, contact, number)
        WHERE window_closes IS NOT NULL;
    CREATE INDEX conversations_owner ON salesbot.conversations (owner, last_active, contact, number)
        WHERE owner IS NOT NULL;
    CREATE INDEX conversations_state ON salesbot.conversations (state, last_active, contact, number);
"#;

/// The list of sessions. Those that run already are listed when they end, or by whoever knows what lies in the values.
const VERSION_3: &str = r#"
    -- ended, status, outcome: NULL while it runs. told: the position of the latest fact that told of it.
    CREATE TABLE salesbot.sessions (
        contact TEXT COLLATE "C",
        id BIGINT,
        number TEXT NOT NULL,
        bot TEXT COLLATE "C" NOT NULL,
        version TEXT COLLATE "C" NOT NULL,
        started_by TEXT NOT NULL,
        started BIGINT NOT NULL,
        ended BIGINT,
        status TEXT,
        outcome TEXT,
        told BIGINT NOT NULL,
        PRIMARY KEY (contact, id)
    );
    CREATE INDEX sessions_started ON salesbot.sessions (started, contact, id, bot, version);
    CREATE INDEX sessions_bot ON salesbot.sessions (bot, started, contact, id);
    CREATE INDEX sessions_status ON salesbot.sessions (status, started, contact, id) WHERE status IS NOT NULL;
    CREATE INDEX sessions_open ON salesbot.sessions (started, contact, id) WHERE ended IS NULL;
"#;

/// What models were used for. It names no contact, and stays when one is erased.
const VERSION_4: &str = r#"
    -- position: of the fact that told of it. day: when it began, in UTC. cost: in millionths of the currency.
    CREATE TABLE salesbot.usage (
        position BIGINT PRIMARY KEY,
        day BIGINT NOT NULL,
        bot TEXT COLLATE "C" NOT NULL,
        model TEXT COLLATE "C" NOT NULL,
        currency TEXT COLLATE "C" NOT NULL,
        prompt_tokens BIGINT NOT NULL,
        answer_tokens BIGINT NOT NULL,
        cost BIGINT NOT NULL
    );
    CREATE INDEX usage_day ON salesbot.usage (day, bot, model, currency);
"#;

/// The list of tasks.
const VERSION_5: &str = r#"
    -- due: the largest number where there is no time. made_by, ended_by: JSON. state: 0 open, 1 completed, 2 dropped; ended, result
    -- and ended_by: NULL while it is open.
    CREATE TABLE salesbot.tasks (
        contact TEXT COLLATE "C",
        id BIGINT,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        due BIGINT NOT NULL,
        owner TEXT,
        lead TEXT,
        created BIGINT NOT NULL,
        made_by TEXT,
        state SMALLINT NOT NULL,
        ended BIGINT,
        result TEXT,
        ended_by TEXT,
        PRIMARY KEY (contact, id)
    );
    CREATE INDEX tasks_state ON salesbot.tasks (state, due, contact, id);
    CREATE INDEX tasks_owner ON salesbot.tasks (owner, state, due, contact, id);
    CREATE INDEX tasks_ended ON salesbot.tasks (ended) WHERE ended IS NOT NULL;
"#;

/// Brings the schema to the format of this program, unless it is a newer one; tells its format.
pub(super) async fn prepare(transaction: &Transaction<'_>) -> Result<i32, Error> {
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let found = format_of(transaction).await?;
    if found > FORMAT {
        return Ok(found);
    }
    for (format, migration) in (1..).zip(MIGRATIONS).filter(|(format, _)| *format > found) {
        transaction.batch_execute(migration).await?;
        transaction.execute("UPDATE salesbot.ledger SET format = $1", &[&format]).await?;
    }
    let lanes =
        "INSERT INTO salesbot.lanes SELECT lane, 0 FROM generate_series(0, $1::BIGINT - 1) AS lane ON CONFLICT DO NOTHING";
    transaction.execute(lanes, &[&signed(LANES)]).await?;
    Ok(FORMAT)
}

/// The schema's format; 0 where there is none.
async fn format_of(transaction: &Transaction<'_>) -> Result<i32, Error> {
    let exists = transaction.query_one("SELECT to_regclass('salesbot.ledger') IS NOT NULL", &[]).await?;
    if !exists.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    transaction.query_one("SELECT format FROM salesbot.ledger", &[]).await?.try_get(0)
}

/// Claims the database for a store if it is nobody's; tells whose it is.
pub(super) async fn bind(transaction: &Transaction<'_>, store: &str) -> Result<String, Error> {
    let claim = "UPDATE salesbot.ledger SET store = coalesce(store, $1) RETURNING store";
    transaction.query_one(claim, &[&store]).await?.try_get(0)
}
