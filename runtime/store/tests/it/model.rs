//! Random operations on the store in memory and on SQLite, closed and opened again in between, must
//! give the same answers. Both number versions and positions alike, so answers compare as they are.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use store::{Commit, Direction, JournalEntry, LANES, MessageChange, Millis, NewMessage, PutRecord, Store, UPDATABLE_MESSAGES};

const KEYS: [&str; 4] = ["ada", "bob", "cyd", "Zoë"];

#[derive(Debug, Clone)]
enum Expect {
    Current,
    Absent,
    Stale,
}

#[derive(Debug, Clone)]
enum Operation {
    Commit { key: usize, expect: Expect, value: Option<Vec<u8>>, due: Option<Millis>, journal: Vec<JournalEntry> },
    Erase { key: usize },
    SetAlias { alias: usize, contact: usize, replaces: Option<usize> },
    Put { key: usize, expect: Expect, value: Option<Vec<u8>>, expires_in: Option<Millis> },
    Trim { keep: usize },
    Increment { name: usize, by: u64 },
    Reopen,
}

fn expectation() -> impl Strategy<Value = Expect> {
    prop_oneof![6 => Just(Expect::Current), 1 => Just(Expect::Absent), 1 => Just(Expect::Stale)]
}

fn value() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        2 => vec(any::<u8>(), 0..40).prop_map(Some),
        2 => (any::<u8>(), 60..300_usize).prop_map(|(byte, length)| Some(vec![byte; length])),
        1 => Just(None),
    ]
}

fn entry() -> impl Strategy<Value = JournalEntry> {
    let id = || (0..3).prop_map(|number| format!("m{number}"));
    let word = || prop::option::of("[a-z]{1,5}");
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
    let new = (id(), direction, word(), word()).prop_map(|(id, direction, wamid, status)| {
        MessageChange::New(NewMessage { id, direction, body: "{}".into(), wamid, status })
    });
    let update = (id(), word(), word()).prop_map(|(id, wamid, status)| MessageChange::Update { id, wamid, status });
    let message = prop::option::of(prop_oneof![new, update]);
    ((-5..100_i64), "[a-z]{1,8}", message).prop_map(|(at, kind, message)| {
        let body = format!("{{\"kind\":\"{kind}\"}}");
        JournalEntry { at, kind, body, message }
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let key = || 0..KEYS.len();
    let due = prop::option::of(0..50_i64);
    let commit = (key(), expectation(), value(), due, vec(entry(), 0..4))
        .prop_map(|(key, expect, value, due, journal)| Operation::Commit { key, expect, value, due, journal });
    let put = (key(), expectation(), value(), prop::option::of(0..6_i64))
        .prop_map(|(key, expect, value, expires_in)| Operation::Put { key, expect, value, expires_in });
    let set_alias = (key(), key(), prop::option::of(key())).prop_map(|(alias, contact, replaces)| Operation::SetAlias {
        alias,
        contact,
        replaces,
    });
    prop_oneof![
        10 => commit,
        4 => put,
        3 => set_alias,
        1 => key().prop_map(|key| Operation::Erase { key }),
        1 => (0..4_usize).prop_map(|keep| Operation::Trim { keep }),
        1 => (key(), 0..9_u64).prop_map(|(name, by)| Operation::Increment { name, by }),
        1 => Just(Operation::Reopen),
    ]
}

impl Expect {
    fn version(&self, current: Option<u64>) -> u64 {
        match self {
            Self::Current => current.unwrap_or(0),
            Self::Absent => 0,
            Self::Stale => current.map_or(7, |version| version - 1),
        }
    }
}

/// Does an operation and tells the answer.
async fn answer(store: &Arc<dyn Store>, operation: &Operation, now: Millis) -> String {
    match operation.clone() {
        Operation::Commit { key, expect, value, due, journal } => {
            let current = store.load(KEYS[key]).await.unwrap().map(|stored| stored.version);
            let expected_version = expect.version(current);
            let commit = Commit { key: KEYS[key].into(), expected_version, value, due, journal };
            format!("{:?}", store.commit(commit).await)
        }
        Operation::Erase { key } => format!("{:?}", store.erase(KEYS[key]).await),
        Operation::SetAlias { alias, contact, replaces } => {
            let replaces = replaces.map(|replaced| KEYS[replaced]);
            format!("{:?}", store.set_alias(&format!("alias-{alias}"), KEYS[contact], replaces).await)
        }
        Operation::Put { key, expect, value, expires_in } => {
            let current = store.get_record("setting", KEYS[key], now).await.unwrap().map(|stored| stored.version);
            let put = PutRecord {
                kind: "setting".into(),
                key: KEYS[key].into(),
                expected_version: expect.version(current),
                value,
                expires: expires_in.map(|millis| now + millis),
                now,
            };
            format!("{:?}", store.put_record(put).await)
        }
        Operation::Trim { keep } => format!("{:?}", store.trim_records("setting", keep, now).await),
        Operation::Increment { name, by } => format!("{:?}", store.increment(KEYS[name], by).await),
        Operation::Reopen => String::new(),
    }
}

/// All that can be read.
async fn everything(store: &Arc<dyn Store>, now: Millis) -> Vec<String> {
    let mut all = vec![
        format!("{:?}", store.list_contacts(None, 100).await),
        format!("{:?}", store.list_contacts(Some("bob"), 1).await),
        format!("{:?}", store.count_contacts().await),
        format!("{:?}", store.journal_since(0, usize::MAX).await),
        format!("{:?}", store.journal_since(20, 2).await),
        format!("{:?}", store.list_records("setting", None, now, 100).await),
        format!("{:?}", store.list_records("setting", Some("ada"), now, 1).await),
    ];
    for lane in 0..LANES {
        let due = store.due(lane, 25, 2).await.unwrap();
        if !due.is_empty() {
            all.push(format!("{due:?}"));
        }
    }
    for key in KEYS {
        all.push(format!("{:?}", store.load(key).await));
        all.push(format!("{:?}", store.journal_of(key, None, 3).await));
        all.push(format!("{:?}", store.journal_of(key, Some(15), usize::MAX).await));
        all.push(format!("{:?}", store.messages_of(key, None, UPDATABLE_MESSAGES).await));
        all.push(format!("{:?}", store.messages_of(key, Some(15), 1).await));
    }
    for alias in 0..KEYS.len() {
        all.push(format!("{:?}", store.alias(&format!("alias-{alias}")).await));
    }
    all
}

#[tokio::main(flavor = "current_thread")]
async fn compare(operations: &[Operation]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let memory = store::memory();
    let mut sqlite = Some(store::open(folder.path()).unwrap());
    for (now, operation) in (0..).zip(operations) {
        if matches!(operation, Operation::Reopen) {
            drop(sqlite.take());
        }
        let sqlite = sqlite.get_or_insert_with(|| store::open(folder.path()).unwrap());
        let expected = answer(&memory, operation, now).await;
        prop_assert_eq!(answer(sqlite, operation, now).await, expected, "after {:?}", operation);
        prop_assert_eq!(everything(sqlite, now).await, everything(&memory, now).await, "after {:?}", operation);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_memory_does(operations in vec(operation(), 1..40)) {
        compare(&operations)?;
    }
}
