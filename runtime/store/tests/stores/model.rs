//! Random operations on the store in memory and on the others, closed and opened again in between, must
//! give the same answers. Stores number versions and positions each in its own way, so both are told as
//! the how-manieth they are.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use store::{
    Commit, ContactQuery, Conversation, ConversationQuery, ConversationSort, ConversationState, Direction, Journal, JournalEntry,
    JournalRow, LANES, ListChange, Message, MessageChange, Millis, NewMessage, Options, Outcome, OwnedBy, Profile, PutRecord,
    Record, Session, SessionEnd, SessionQuery, Store, StoreError, Stored, Task, TaskEnd, TaskQuery, TaskState,
    UPDATABLE_MESSAGES,
};
use tempfile::TempDir;

use servers::postgres::PostgresServer;
use servers::redis::RedisServer;

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
    Rebuild { after: Option<usize>, limit: usize },
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
    let update =
        (id(), word(), word(), word()).prop_map(|(id, wamid, status, body)| MessageChange::Update { id, wamid, status, body });
    let message = prop::option::of(prop_oneof![new, update]);
    let at = (-5..100_i64).prop_map(|minutes| minutes * 600_000);
    (at, "[a-z]{1,8}", message, vec(list_change(), 0..3)).prop_map(|(at, kind, message, lists)| {
        let body = format!("{{\"kind\":\"{kind}\"}}");
        JournalEntry { at, kind, body, message, lists }
    })
}

fn list_change() -> impl Strategy<Value = ListChange> {
    let name = || prop::option::of(prop_oneof![Just("Zoë Souza"), Just("ana zo"), Just("Bob")]);
    let profile = (name(), prop::option::of("[1-3]{4,6}"))
        .prop_map(|(name, phone)| ListChange::Profile(Profile { name: name.map(Into::into), phone, ..Profile::default() }));
    let state = prop_oneof![
        Just(ConversationState::Idle),
        Just(ConversationState::Bot),
        Just(ConversationState::Waiting),
        Just(ConversationState::Human)
    ];
    let time = || prop::option::of(0..5_i64);
    let owner = prop::option::of("[ab]");
    let conversation = ("[12]", owner, state, time(), time(), 0..5_i64).prop_map(
        |(number, owner, state, waiting_since, window_closes, last_active)| {
            ListChange::Conversation(Conversation { number, owner, state, waiting_since, window_closes, last_active })
        },
    );
    let end = (0..5_i64, "[cf]", "[xy]").prop_map(|(at, status, outcome)| SessionEnd { at, status, outcome });
    let session = (1..4_u32, "[ab]", "[12]", 0..5_i64, prop::option::of(end)).prop_map(|(id, bot, version, started, ended)| {
        ListChange::Session(Session { id, number: "1".into(), bot, version, on: "message".into(), started, ended })
    });
    let end =
        (0..5_i64, any::<bool>(), prop::option::of("[xy]")).prop_map(|(at, done, result)| TaskEnd { at, done, result, by: None });
    let task =
        (1..4_u32, "[ab]", time(), prop::option::of("[ab]"), prop::option::of(end)).prop_map(|(id, kind, due, owner, ended)| {
            ListChange::Task(Task { id, kind, text: "x".into(), due, owner, lead: None, created: 2, by: None, ended })
        });
    prop_oneof![2 => profile, 3 => conversation, 3 => session, 3 => task, 1 => Just(ListChange::Unlisted)]
}

/// Questions of every kind.
fn conversation_queries() -> Vec<ConversationQuery> {
    let query = ConversationQuery::default;
    let mut queries = vec![
        ConversationQuery { number: Some("1".into()), ..query() },
        ConversationQuery { owner: OwnedBy::Nobody, state: Some(ConversationState::Waiting), ..query() },
        ConversationQuery { owner: OwnedBy::Owner("a".into()), waiting: true, ..query() },
        ConversationQuery { window_from: Some(1), window_before: Some(4), sort: ConversationSort::Window, ..query() },
    ];
    for sort in [ConversationSort::Active, ConversationSort::Waiting, ConversationSort::Window] {
        let place = store::ConversationPlace { key: 2, contact: "bob".into(), number: "1".into() };
        queries.push(ConversationQuery { sort, ..query() });
        queries.push(ConversationQuery { sort, after: Some(place), limit: 3, ..query() });
    }
    queries
}

fn session_queries() -> Vec<SessionQuery> {
    let query = SessionQuery::default;
    let place = store::SessionPlace { started: 2, contact: "bob".into(), id: 2 };
    let text = |text: &str| Some(text.to_owned());
    vec![
        query(),
        SessionQuery { before: Some(place), limit: 3, ..query() },
        SessionQuery { bot: text("a"), version: text("1"), ..query() },
        SessionQuery { open: Some(true), ..query() },
        SessionQuery { open: Some(false), outcome: text("x"), ..query() },
        SessionQuery { status: text("f"), ..query() },
        SessionQuery { contact: text("ada"), id: Some(2), ..query() },
    ]
}

fn task_queries() -> Vec<TaskQuery> {
    let query = TaskQuery::default;
    let place = store::TaskPlace { due: 2, contact: "bob".into(), id: 2 };
    vec![
        query(),
        TaskQuery { after: Some(place), limit: 3, ..query() },
        TaskQuery { state: Some(TaskState::Open), due_before: Some(3), ..query() },
        TaskQuery { state: Some(TaskState::Dropped), ..query() },
        TaskQuery { owner: OwnedBy::Nobody, kind: Some("a".into()), ..query() },
        TaskQuery { owner: OwnedBy::Owner("b".into()), contact: Some("ada".into()), ..query() },
    ]
}

fn contact_queries() -> Vec<ContactQuery> {
    let place = store::ContactPlace { last_active: 18_000_000, contact: "bob".into() };
    let searching = |words: &str| ContactQuery { search: Some(words.into()), ..ContactQuery::default() };
    vec![
        ContactQuery::default(),
        ContactQuery { after: Some(place), limit: 2, ..ContactQuery::default() },
        ContactQuery { idle_since: Some(18_000_000), ..ContactQuery::default() },
        searching("zo"),
        searching("OUZA zoe"),
        searching("12"),
    ]
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
        1 => (prop::option::of(key()), 1..4_usize).prop_map(|(after, limit)| Operation::Rebuild { after, limit }),
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

/// The versions of a store in the order in which they were first seen.
#[derive(Default)]
struct Versions(Vec<u64>);

impl Versions {
    fn rank(&mut self, version: u64) -> usize {
        if version == 0 {
            return 0;
        }
        let known = self.0.iter().position(|known| *known == version);
        known.map_or_else(
            || {
                self.0.push(version);
                self.0.len()
            },
            |place| place + 1,
        )
    }

    fn stored(&mut self, stored: Option<Stored>) -> String {
        format!("{:?}", stored.map(|stored| (self.rank(stored.version), stored.value)))
    }

    fn outcome(&mut self, outcome: Result<Outcome, StoreError>) -> String {
        match outcome.unwrap() {
            Outcome::Committed { version } => format!("committed {}", self.rank(version)),
            Outcome::Conflict { current } => format!("conflict {}", self.stored(current)),
        }
    }
}

/// Does an operation and tells the answer.
async fn answer(store: &Arc<dyn Store>, versions: &mut Versions, operation: &Operation, now: Millis) -> String {
    match operation.clone() {
        Operation::Commit { key, expect, value, due, journal } => {
            let current = store.load(KEYS[key]).await.unwrap().map(|stored| stored.version);
            let expected_version = expect.version(current);
            let commit = Commit { key: KEYS[key].into(), expected_version, value, due, journal };
            versions.outcome(store.commit(commit).await)
        }
        Operation::Erase { key } => format!("{:?}", store.erase(KEYS[key]).await),
        Operation::Rebuild { after, limit } => {
            // How many contacts that takes in differs: some stores know of those whose journal alone is left.
            store.rebuild(after.map(|after| KEYS[after]), limit).await.unwrap();
            String::new()
        }
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
            versions.outcome(store.put_record(put).await)
        }
        Operation::Trim { keep } => format!("{:?}", store.trim_records("setting", keep, now).await),
        Operation::Increment { name, by } => format!("{:?}", store.increment(KEYS[name], by).await),
        Operation::Reopen => String::new(),
    }
}

/// All that can be read.
async fn everything(store: &Arc<dyn Store>, versions: &mut Versions, now: Millis) -> Vec<String> {
    let journal = store.journal_since(0, usize::MAX).await.unwrap();
    let rank = |position: u64| journal.iter().filter(|row| row.position <= position).count();
    let facts = |rows: Vec<JournalRow>| {
        let rows = rows.into_iter().map(|row| (rank(row.position), row.contact, row.at, row.kind, row.body));
        format!("{:?}", rows.collect::<Vec<_>>())
    };
    let messages = |messages: Vec<Message>| {
        let ranked = messages.into_iter().map(|message| Message { position: rank(message.position) as u64, ..message });
        format!("{:?}", ranked.collect::<Vec<_>>())
    };
    let mut records = |records: Vec<Record>| {
        records.into_iter().map(|record| format!("{}{}", record.key, versions.stored(Some(record.stored)))).collect::<String>()
    };
    // Somewhere in the middle.
    let place = journal.get(journal.len() / 2).map_or(7, |row| row.position);

    let mut all = vec![
        format!("{:?}", store.list_contacts(None, 100).await),
        format!("{:?}", store.list_contacts(Some("bob"), 1).await),
        format!("{:?}", store.count_contacts().await),
        facts(journal.clone()),
        facts(store.journal_since(place, 2).await.unwrap()),
        records(store.list_records("setting", None, now, 100).await.unwrap()),
        records(store.list_records("setting", Some("ada"), now, 1).await.unwrap()),
    ];
    for query in conversation_queries() {
        all.push(format!("{:?}", store.conversations(query).await.unwrap()));
    }
    for query in contact_queries() {
        all.push(format!("{:?}", store.contacts(query).await.unwrap()));
    }
    for query in session_queries() {
        let mut sessions = store.sessions(query).await.unwrap();
        for listed in &mut sessions {
            // The how-manieth fact it is.
            listed.told = journal.iter().filter(|row| row.position <= listed.told).count() as u64;
        }
        all.push(format!("{sessions:?}"));
    }
    for query in task_queries() {
        all.push(format!("{:?}", store.tasks(query).await.unwrap()));
    }
    all.push(format!("{:?}", store.session_counts(2).await.unwrap()));
    all.push(format!("{:?}", store.unlisted_contacts(Some("ada"), 2).await.unwrap()));
    for lane in 0..LANES {
        let due = store.due(lane, 25, 2).await.unwrap();
        if !due.is_empty() {
            all.push(format!("{due:?}"));
        }
    }
    for key in KEYS {
        all.push(versions.stored(store.load(key).await.unwrap()));
        all.push(facts(store.journal_of(key, None, 3).await.unwrap()));
        all.push(facts(store.journal_of(key, Some(place), usize::MAX).await.unwrap()));
        all.push(messages(store.messages_of(key, None, UPDATABLE_MESSAGES).await.unwrap()));
        all.push(messages(store.messages_of(key, Some(place), 1).await.unwrap()));
    }
    for alias in 0..KEYS.len() {
        all.push(format!("{:?}", store.alias(&format!("alias-{alias}")).await));
    }
    all
}

/// How a store is opened, and opened again.
trait Opens {
    async fn open(&self) -> Arc<dyn Store>;
}

struct InFolder(TempDir);

impl Opens for InFolder {
    async fn open(&self) -> Arc<dyn Store> {
        store::open(self.0.path()).unwrap()
    }
}

struct OnRedis {
    url: String,
    journal: Journal,
    _folder: TempDir,
}

impl OnRedis {
    async fn new(postgres: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = match postgres {
            true => Journal::Postgres(PostgresServer::shared().fresh_database().await),
            false => Journal::Folder(folder.path().to_owned()),
        };
        Self { url: RedisServer::shared().fresh_database(), journal, _folder: folder }
    }
}

impl Opens for OnRedis {
    async fn open(&self) -> Arc<dyn Store> {
        let options = Options { journal: self.journal.clone(), ..Options::default() };
        store::connect(&self.url, &options).await.unwrap()
    }
}

async fn compare(operations: &[Operation], place: impl Opens) -> Result<(), TestCaseError> {
    let memory = store::memory();
    let (mut remembered, mut stored) = (Versions::default(), Versions::default());
    let mut tested = Some(place.open().await);
    for (now, operation) in (0..).zip(operations) {
        if matches!(operation, Operation::Reopen) {
            drop(tested.take());
            // The task of a store on Redis, and with it the store's folder, ends when the runtime has had a turn.
            tokio::task::yield_now().await;
        }
        if tested.is_none() {
            tested = Some(place.open().await);
        }
        let Some(tested) = &tested else { unreachable!("opened just now") };
        let expected = answer(&memory, &mut remembered, operation, now).await;
        prop_assert_eq!(answer(tested, &mut stored, operation, now).await, expected, "after {:?}", operation);
        let expected = everything(&memory, &mut remembered, now).await;
        prop_assert_eq!(everything(tested, &mut stored, now).await, expected, "after {:?}", operation);
    }
    Ok(())
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_memory_does(operations in vec(operation(), 1..40)) {
        block_on(compare(&operations, InFolder(tempfile::tempdir().unwrap())))?;
    }

    #[test]
    fn redis_with_sqlite_answers_as_memory_does(operations in vec(operation(), 1..40)) {
        block_on(async { compare(&operations, OnRedis::new(false).await).await })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn redis_with_postgres_answers_as_memory_does(operations in vec(operation(), 1..40)) {
        block_on(async { compare(&operations, OnRedis::new(true).await).await })?;
    }
}
