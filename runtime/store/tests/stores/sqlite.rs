//! What only the embedded store can promise: durability, one process a folder, upgrades, and clear
//! errors where the disk gives out.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use store::{
    Commit, Direction, JournalEntry, MessageChange, NewMessage, Outcome, PutRecord, SqliteOptions, SqliteStore, Store,
    StoreError, lane_of,
};

use crate::suite::{committed, fact, message, put};

const DATABASE: &str = "store.sqlite";

/// `Arc<dyn Store>` has no `Debug`, which `unwrap_err` asks for.
fn error_of(result: Result<Arc<dyn Store>, StoreError>) -> StoreError {
    result.err().expect("opening should have failed")
}

fn open_with(folder: &Path, options: SqliteOptions) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder, &options).unwrap())
}

/// Holds the file as another program would that writes to it.
fn hold(folder: &Path) -> Connection {
    let other = Connection::open(folder.join(DATABASE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let journal = vec![fact(1).with_message(message("m1")), fact(2)];
    let version = committed(&store, Commit { due: Some(7), journal, ..put("ada", 0, &"long ".repeat(100)) }).await;
    store.set_alias("+491511", "ada", None).await.unwrap();
    store.increment("turn", 3).await.unwrap();
    let record = PutRecord {
        kind: "setting".into(),
        key: "colour".into(),
        expected_version: 0,
        value: Some(b"red".to_vec()),
        expires: Some(100),
        now: 0,
    };
    store.put_record(record).await.unwrap();
    let before = everything(&store).await;
    drop(store);

    let store = store::open(folder.path()).unwrap();
    assert_eq!(everything(&store).await, before);
    assert!(committed(&store, put("bob", 0, "new")).await > version, "versions go on where they were");
}

async fn everything(store: &Arc<dyn Store>) -> String {
    format!(
        "{:?}",
        (
            store.load("ada").await.unwrap(),
            store.due(lane_of("ada"), 7, 10).await.unwrap(),
            store.journal_since(0, 10).await.unwrap(),
            store.messages_of("ada", None, 10).await.unwrap(),
            store.alias("+491511").await.unwrap(),
            store.increment("turn", 0).await.unwrap(),
            store.list_records("setting", None, 99, 10).await.unwrap(),
            store.count_contacts().await.unwrap(),
        )
    )
}

#[tokio::test]
async fn commits_made_together_share_their_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let before = store.flushes();

    // While the file is held the commits pile up.
    let other = hold(folder.path());
    let commits: Vec<_> = (0..64)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { committed(&store, put(&format!("contact-{number}"), 0, "x")).await })
        })
        .collect();
    tokio::task::yield_now().await;
    drop(other);
    for commit in commits {
        commit.await.unwrap();
    }

    let flushes = store.flushes() - before;
    assert!((1..64).contains(&flushes), "64 commits took {flushes} flushes");
    assert_eq!(store.count_contacts().await.unwrap(), 64);
}

#[tokio::test]
async fn each_acknowledged_write_was_flushed_and_reads_cost_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let start = store.flushes();
    let version = committed(&store, put("ada", 0, "one")).await;
    assert_eq!(store.flushes(), start + 1);
    committed(&store, put("ada", version, "two")).await;
    assert_eq!(store.flushes(), start + 2);

    assert!(matches!(store.commit(put("ada", version, "late")).await.unwrap(), Outcome::Conflict { .. }));
    store.load("ada").await.unwrap();
    store.erase("nobody").await.unwrap();
    assert_eq!(store.flushes(), start + 2, "what writes nothing flushes nothing");
}

#[tokio::test]
async fn a_folder_belongs_to_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let error = error_of(store::open(folder.path()));
    assert_eq!(error, StoreError::InUse { path: folder.path().canonicalize().unwrap() });
    drop(store);
    store::open(folder.path()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let error = error_of(store::open(file.join("data"))).to_string();
    assert!(error.contains("file/data") && error.contains("can't be made"), "{error}");
}

#[test]
fn a_file_that_is_no_store_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join(DATABASE);

    fs::create_dir(&database).unwrap();
    let error = error_of(store::open(folder.path())).to_string();
    assert!(error.contains(DATABASE), "{error}");
    fs::remove_dir(&database).unwrap();

    fs::write(&database, "dear diary, ".repeat(100)).unwrap();
    let error = error_of(store::open(folder.path())).to_string();
    assert!(error.contains(DATABASE) && error.contains("not a database"), "{error}");
    assert_eq!(fs::read_to_string(&database).unwrap(), "dear diary, ".repeat(100));
    fs::remove_file(&database).unwrap();

    Connection::open(&database).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let error = error_of(store::open(folder.path())).to_string();
    assert!(error.contains("another program"), "{error}");
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    committed(&store::open(folder.path()).unwrap(), put("ada", 0, "one")).await;
    let database = folder.path().join(DATABASE).canonicalize().unwrap();
    Connection::open(&database).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&database).unwrap();

    let error = error_of(store::open(folder.path()));
    let StoreError::NewerFormat { path, found: 99, known } = &error else { panic!("{error}") };
    assert_eq!(*path, database);
    assert!(error.to_string().contains("99") && error.to_string().contains(&known.to_string()), "{error}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

/// Format 1 as it was written by hand when it was the newest. It is never edited.
const FORMAT_1: &str = "
    PRAGMA application_id = 0x53626f74;
    PRAGMA user_version = 1;
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, contacts INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE contacts (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, lane INTEGER NOT NULL,
        due INTEGER, last_fact INTEGER, last_message INTEGER, value BLOB
    ) STRICT;
    CREATE INDEX contacts_due ON contacts (lane, due, key) WHERE due IS NOT NULL;
    CREATE TABLE journal (
        position INTEGER PRIMARY KEY, contact INTEGER NOT NULL, previous INTEGER, at INTEGER NOT NULL,
        kind TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE messages (
        position INTEGER PRIMARY KEY, contact INTEGER NOT NULL, previous INTEGER, at INTEGER NOT NULL,
        id TEXT NOT NULL, direction TEXT NOT NULL CHECK (direction IN ('in', 'out')), body TEXT NOT NULL,
        wamid TEXT, status TEXT
    ) STRICT;
    CREATE TABLE aliases (alias TEXT PRIMARY KEY, contact TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX aliases_contact ON aliases (contact);
    CREATE TABLE records (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
        expires INTEGER, value BLOB NOT NULL, UNIQUE (kind, key)
    ) STRICT;
    CREATE INDEX records_expiry ON records (expires) WHERE expires IS NOT NULL;
    CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

    INSERT INTO ledger VALUES (1, 43, 1);
    -- 'hi' as it is, and 100 times 'a' compressed.
    INSERT INTO contacts VALUES (1, 'ada', 40, 34, 5000, 42, 42, x'006869');
    INSERT INTO journal VALUES (41, 1, NULL, 1000, 'started', '{}'), (42, 1, 41, 2000, 'received', '{\"n\":1}');
    INSERT INTO messages VALUES (42, 1, NULL, 2000, 'wamid.A', 'in', '{\"text\":\"hi\"}', 'wamid.A', NULL);
    INSERT INTO aliases VALUES ('+491511', 'ada');
    INSERT INTO records VALUES (1, 'setting', 'colour', 43, NULL, x'01640000001F6101004B506161616161');
    INSERT INTO counters VALUES ('turn', 12);
";

#[tokio::test]
async fn a_file_of_format_1_is_read() {
    let folder = tempfile::tempdir().unwrap();
    Connection::open(folder.path().join(DATABASE)).unwrap().execute_batch(FORMAT_1).unwrap();

    let store = store::open(folder.path()).unwrap();
    let stored = store.load("ada").await.unwrap().unwrap();
    assert_eq!((stored.version, stored.value.as_slice()), (40, &b"hi"[..]));
    assert_eq!(store.due(lane_of("ada"), 5_000, 10).await.unwrap()[0].key, "ada");
    let journal = store.journal_of("ada", None, 10).await.unwrap();
    assert_eq!(journal.iter().map(|row| row.at).collect::<Vec<_>>(), [2_000, 1_000]);
    let messages = store.messages_of("ada", None, 10).await.unwrap();
    assert_eq!((messages[0].id.as_str(), messages[0].direction), ("wamid.A", Direction::In));
    assert_eq!(store.alias("+491511").await.unwrap().as_deref(), Some("ada"));
    assert_eq!(store.get_record("setting", "colour", 0).await.unwrap().unwrap().value, [b'a'; 100]);
    assert_eq!(store.increment("turn", 1).await.unwrap(), 13);
    assert_eq!(store.count_contacts().await.unwrap(), 1);
    assert_eq!(store.unlisted_contacts(None, 10).await.unwrap(), ["ada"], "nobody has told yet how it is listed");
    assert_eq!(store.rebuild(None, 10).await.unwrap().messages, 1);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), messages, "a journal from before tells of no message");

    let journal = vec![JournalEntry::fact(3_000, "status", "{}").with_message(MessageChange::Update {
        id: "wamid.A".into(),
        wamid: None,
        status: Some("read".into()),
        body: None,
    })];
    assert!(committed(&store, Commit { journal, ..put("ada", 40, "hello") }).await > 43);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap()[0].status.as_deref(), Some("read"));
}

#[tokio::test]
async fn a_value_that_cannot_be_read_parks_that_contact_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let version = committed(&store, put("ada", 0, "one")).await;
    committed(&store, put("bob", 0, "two")).await;
    let other = Connection::open(folder.path().join(DATABASE)).unwrap();
    other.execute("UPDATE contacts SET value = x'FF00' WHERE key = 'ada'", ()).unwrap();

    for error in [store.load("ada").await.unwrap_err(), store.commit(put("ada", 0, "x")).await.unwrap_err()] {
        assert!(matches!(&error, StoreError::Unreadable { what, .. } if what.contains("ada")), "{error}");
    }
    assert_eq!(store.load("bob").await.unwrap().unwrap().value, b"two");
    committed(&store, put("ada", version, "mended")).await;
    assert_eq!(store.load("ada").await.unwrap().unwrap().value, b"mended");
}

#[tokio::test]
async fn a_full_disk_is_an_error_that_the_store_survives() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with(folder.path(), SqliteOptions { max_bytes: Some(400_000), ..SqliteOptions::default() });
    let noise: Vec<u8> = (0..20_000_u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let large = |key: &str| Commit {
        value: Some(noise.clone()),
        journal: vec![fact(1).with_message(message("m"))],
        due: Some(1),
        ..put(key, 0, "")
    };

    let mut written: Vec<String> = Vec::new();
    let error = loop {
        let key = format!("contact-{:03}", written.len());
        match store.commit(large(&key)).await {
            Ok(_) => written.push(key),
            Err(error) => break error,
        }
        assert!(written.len() < 100, "100 values of 20,000 bytes do not fit into 400,000");
    };
    let StoreError::Unavailable { reason } = &error else { panic!("{error}") };
    assert!(reason.contains(DATABASE) && reason.contains("full"), "{error}");

    let failed = format!("contact-{:03}", written.len());
    assert_eq!(store.load(&failed).await.unwrap(), None, "nothing was half applied");
    assert_eq!(store.journal_of(&failed, None, 10).await.unwrap(), []);
    assert_eq!(store.list_contacts(None, 100).await.unwrap(), written);
    assert_eq!(store.count_contacts().await.unwrap(), written.len() as u64);

    for key in &written[..2] {
        assert!(store.erase(key).await.unwrap());
    }
    committed(&store, large(&failed)).await;
}

#[tokio::test]
async fn a_busy_store_says_so_and_writes_nothing_of_what_it_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deadline = Duration::from_millis(30);
    let store = open_with(folder.path(), SqliteOptions { queue: 1, deadline, ..SqliteOptions::default() });
    let other = hold(folder.path());

    // The writer took the first and can't finish it; the second waits in the queue until it gives up,
    // and its place is taken until the writer looks again.
    let first = store.commit(put("first", 0, "x")).await.unwrap_err();
    assert!(matches!(first, StoreError::Unavailable { .. }), "it was taken, so it may yet be applied: {first}");
    let second = store.commit(put("second", 0, "x")).await.unwrap_err();
    assert!(matches!(second, StoreError::Busy { .. }), "{second}");
    let third = store.commit(put("third", 0, "x")).await.unwrap_err();
    assert!(matches!(&third, StoreError::Busy { waiting } if waiting.contains("too many")), "{third}");

    drop(other);
    while let Err(error) = store.commit(put("fourth", 0, "x")).await {
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    }
    assert_eq!(store.list_contacts(None, 10).await.unwrap(), ["first", "fourth"]);
}

#[tokio::test]
async fn what_was_erased_is_gone_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    let body = "{\"text\":\"my secret word is rhubarb\"}";
    let new = NewMessage { id: "m1".into(), direction: Direction::In, body: body.into(), wamid: None, status: None };
    let lists = vec![crate::suite::lists::profile("Rhubarb rhubarb", "+491511")];
    let journal = vec![JournalEntry::fact(1, "received", body).with_message(MessageChange::New(new)).with_lists(lists)];
    committed(&store, Commit { journal, ..put("ada", 0, "rhubarb") }).await;
    store.erase("ada").await.unwrap();
    drop(store);

    let file = fs::read(folder.path().join(DATABASE)).unwrap();
    assert!(!file.windows(6).any(|bytes| bytes.eq_ignore_ascii_case(b"hubarb")));
}
