//! Transcripts and lists behind Redis: made again after damage, and of a database that knows no lists yet.

use std::sync::Arc;

use rusqlite::Connection;
use store::{
    Commit, ContactQuery, Conversation, ConversationQuery, ConversationState, Direction, Journal, JournalEntry, ListChange,
    MessageChange, NewMessage, Options, SessionQuery, Store, TaskQuery,
};
use tempfile::TempDir;

use crate::suite::lists::profile;
use crate::suite::sessions::{ended, session};
use crate::suite::tasks::task;
use crate::suite::{committed, put};
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;

/// Where a journal lies, and how somebody else gets at it.
enum Home {
    Sqlite(TempDir),
    Postgres(String),
}

impl Home {
    fn journal(&self) -> Journal {
        match self {
            Self::Sqlite(folder) => Journal::Folder(folder.path().to_owned()),
            Self::Postgres(url) => Journal::Postgres(url.clone()),
        }
    }

    /// Has the database do something; tables are named without a schema.
    async fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite(folder) => {
                let connection = Connection::open(folder.path().join("journal.sqlite")).unwrap();
                connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
                connection.execute_batch(statements).unwrap();
            }
            Self::Postgres(url) => {
                let database = url.rsplit('/').next().unwrap();
                let statements = format!("SET search_path = salesbot; {statements}");
                PostgresServer::shared().execute(database, &statements).await;
            }
        }
    }
}

async fn homes() -> [Home; 2] {
    [Home::Sqlite(tempfile::tempdir().unwrap()), Home::Postgres(PostgresServer::shared().fresh_database().await)]
}

async fn open(url: &str, home: &Home) -> Arc<dyn Store> {
    store::connect(url, &Options { journal: home.journal(), ..Options::default() }).await.unwrap()
}

/// A contact with messages, each with two pieces of news, a session and a task, and a conversation.
async fn talk(store: &Arc<dyn Store>, contact: &str, messages: usize) {
    let entries = (0..messages).flat_map(|number| {
        let (id, at) = (format!("m{number}"), number as i64);
        let body = format!("{{\"text\":\"{number}\"}}");
        let fact = JournalEntry::fact(at, "queued", format!("{{\"message\":{body}}}"));
        let new = NewMessage { id: id.clone(), direction: Direction::Out, body, wamid: None, status: None };
        let row = Conversation {
            number: "1001".into(),
            owner: None,
            state: ConversationState::Bot,
            waiting_since: None,
            window_closes: None,
            last_active: at,
        };
        let news = |status: &str| {
            let change = MessageChange::Update { id: id.clone(), wamid: None, status: Some(status.into()), body: None };
            JournalEntry::fact(at, "status", "{}").with_message(change)
        };
        let session = ended(session(number as u32, at), at, "completed");
        let task = task(number as u32, Some(at));
        let lists = vec![
            profile(contact, "+491511"),
            ListChange::Conversation(row),
            ListChange::Session(session),
            ListChange::Task(task),
        ];
        [fact.with_message(MessageChange::New(new)).with_lists(lists), news("sent"), news("read")]
    });
    committed(store, Commit { journal: entries.collect(), ..put(contact, 0, "x") }).await;
}

async fn read_models(store: &Arc<dyn Store>) -> String {
    let messages = [store.messages_of("ada", None, 10).await.unwrap(), store.messages_of("bob", None, 10).await.unwrap()];
    assert_eq!(messages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
    assert!(messages.iter().flatten().all(|message| message.status.as_deref() == Some("read")));
    let found = store.contacts(ContactQuery { search: Some("da".into()), ..ContactQuery::default() }).await.unwrap();
    let conversations = store.conversations(ConversationQuery::default()).await.unwrap();
    let sessions = store.sessions(SessionQuery::default()).await.unwrap();
    assert_eq!(sessions.len(), 4, "a session with each message");
    let tasks = store.tasks(TaskQuery::default()).await.unwrap();
    format!(
        "{tasks:?}\n{sessions:?}\n{messages:?}\n{conversations:?}\n{found:?}\n{:?}",
        store.contacts(ContactQuery::default()).await.unwrap()
    )
}

#[tokio::test]
async fn damaged_read_models_are_made_again() {
    for home in homes().await {
        let store = open(&RedisServer::shared().fresh_database(), &home).await;
        talk(&store, "ada", 3).await;
        talk(&store, "bob", 1).await;
        let before = read_models(&store).await;
        home.execute(
            "DELETE FROM messages WHERE body LIKE '%1%'; UPDATE messages SET status = 'lost';
             UPDATE sessions SET ended = NULL, told = 0; DELETE FROM sessions WHERE id = 1; UPDATE tasks SET state = 1, text = 'x';
             UPDATE conversations SET state = 3, last_active = 99; UPDATE profiles SET name = 'Eve', last_active = 99;
             DELETE FROM profile_parts",
        )
        .await;
        let rebuilt = store.rebuild(None, 10).await.unwrap();
        assert_eq!((rebuilt.contacts, rebuilt.messages, rebuilt.conversations), (2, 4, 2));
        assert_eq!((rebuilt.sessions, rebuilt.tasks), (4, 4));
        assert_eq!(read_models(&store).await, before);

        home.execute("DELETE FROM messages; DELETE FROM conversations; DELETE FROM sessions; DELETE FROM tasks; DELETE FROM profiles; DELETE FROM profile_parts").await;
        store.rebuild(None, 10).await.unwrap();
        assert_eq!(read_models(&store).await, before);
        talk(&store, "cyd", 1).await;
        assert_eq!(store.messages_of("cyd", None, 10).await.unwrap().len(), 1);
    }
}

/// What formats 2 to 5 added to a PostgreSQL.
const AFTER_FORMAT_1: &str = "
    DROP TABLE tasks; DROP TABLE usage; DROP TABLE sessions; DROP TABLE conversations; DROP TABLE profile_parts; DROP TABLE profiles; UPDATE ledger SET format = 1";

#[tokio::test]
async fn a_database_without_lists_gets_them() {
    let home = Home::Postgres(PostgresServer::shared().fresh_database().await);
    let url = RedisServer::shared().fresh_database();
    let store = open(&url, &home).await;
    let journal = vec![JournalEntry::fact(1, "received", "{}")];
    let version = committed(&store, Commit { journal, ..put("ada", 0, "x") }).await;
    assert_eq!(store.count_contacts().await.unwrap(), 1);
    drop(store);
    home.execute(AFTER_FORMAT_1).await;

    let store = open(&url, &home).await;
    assert_eq!(store.unlisted_contacts(None, 10).await.unwrap(), ["ada"]);
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap().len(), 1);
    let journal = vec![JournalEntry::fact(2, "listed", "{}").with_lists(vec![profile("Ada", "+491511")])];
    committed(&store, Commit { journal, ..put("ada", version, "y") }).await;
    assert_eq!(store.contacts(ContactQuery::default()).await.unwrap().len(), 1);
    assert_eq!(store.unlisted_contacts(None, 10).await.unwrap(), [""; 0]);
}
