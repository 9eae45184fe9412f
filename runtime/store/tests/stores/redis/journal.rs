//! The journal behind Redis: several processes, its database away, its buffers full.

use std::sync::Arc;

use store::{Commit, Journal, JournalEntry, Options, RedisOptions, Store, StoreError, lane_of};

use super::{Opened, open, open_with};
use crate::suite::{committed, fact, put};
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use servers::{wait_for, wait_until};

/// Two servers' stores on one Redis and one PostgreSQL.
async fn two_processes() -> [Arc<dyn Store>; 2] {
    let url = RedisServer::shared().fresh_database();
    let journal = Journal::Postgres(PostgresServer::shared().fresh_database().await);
    let options = Options { journal, ..Options::default() };
    // At once, so that both find the database empty.
    let (first, second) = tokio::join!(store::connect(&url, &options), store::connect(&url, &options));
    [first.unwrap(), second.unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_writes_the_other_reads() {
    let [first, second] = two_processes().await;
    let version = committed(&first, Commit { due: Some(9), journal: vec![fact(1)], ..put("ada", 0, "one") }).await;
    first.set_alias("+491511", "ada", None).await.unwrap();
    assert_eq!(second.load("ada").await.unwrap().unwrap().version, version);
    assert_eq!(second.alias("+491511").await.unwrap().as_deref(), Some("ada"));
    assert_eq!(second.due(lane_of("ada"), 9, 1).await.unwrap().len(), 1);
    assert_eq!(second.journal_of("ada", None, 10).await.unwrap().len(), 1);
    assert_eq!(second.list_contacts(None, 10).await.unwrap(), ["ada"]);

    assert!(second.erase("ada").await.unwrap());
    assert_eq!(first.journal_of("ada", None, 10).await.unwrap(), []);
    assert_eq!(first.alias("+491511").await.unwrap(), None);
    assert_eq!(first.count_contacts().await.unwrap(), 0);
}

/// Both write and drain, as fast as they can; each fact must be in the journal once, in its
/// contact's order, and whoever follows the journal must miss none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_drain_at_once_lose_and_double_nothing() {
    const WRITERS: usize = 8;
    const TURNS: usize = 60;
    let stores = two_processes().await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&stores[writer % 2]);
            tokio::spawn(async move {
                let key = format!("contact-{}", writer / 2);
                for turn in 0..TURNS {
                    append_to(&store, &key, writer, turn).await;
                    if turn % 7 == 0 {
                        store.journal_of(&key, None, 1).await.unwrap();
                    }
                }
            })
        })
        .collect();

    let follower = Arc::clone(&stores[1]);
    let following = tokio::spawn(async move {
        let (mut position, mut seen) = (0, Vec::new());
        while seen.len() < WRITERS * TURNS {
            let rows = follower.journal_since(position, 100).await.unwrap();
            position = rows.last().map_or(position, |row| row.position);
            seen.extend(rows);
        }
        seen
    });
    for writer in writers {
        writer.await.unwrap();
    }
    let followed = following.await.unwrap();
    let all = stores[0].journal_since(0, usize::MAX).await.unwrap();
    assert_eq!(followed, all, "who followed has read the same as who came later");
    for writer in 0..WRITERS {
        let kind = format!("writer-{writer}");
        let turns: Vec<_> = all.iter().filter(|row| row.kind == kind).map(|row| row.at).collect();
        assert_eq!(turns, (0..TURNS as i64).collect::<Vec<_>>());
    }
}

async fn append_to(store: &Arc<dyn Store>, key: &str, writer: usize, turn: usize) {
    let mut expected = store.load(key).await.unwrap().map_or(0, |stored| stored.version);
    loop {
        let journal = vec![JournalEntry::fact(turn as i64, format!("writer-{writer}"), "{}")];
        match store.commit(Commit { journal, ..put(key, expected, "x") }).await.unwrap() {
            store::Outcome::Committed { .. } => return,
            store::Outcome::Conflict { current } => expected = current.map_or(0, |current| current.version),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_its_database_is_away_turns_go_on_until_the_buffers_are_full() {
    let (server, mut postgres) = (RedisServer::start(""), PostgresServer::start());
    let journal = Journal::Postgres(postgres.url("postgres"));
    let redis = RedisOptions { buffer: 20, ..RedisOptions::default() };
    let store = store::connect(&server.url(), &Options { redis, journal, ..Options::default() }).await.unwrap();
    postgres.kill();

    let (mut version, mut written) = (0, 0);
    let error = wait_until("a full buffer", async || {
        let commit = Commit { journal: vec![fact(written)], ..put("ada", version, "x") };
        match store.commit(commit).await {
            Ok(store::Outcome::Committed { version: next }) => {
                (version, written) = (next, written + 1);
                None
            }
            Ok(conflict) => panic!("{conflict:?}"),
            Err(error) => Some(error),
        }
    })
    .await;
    assert!(matches!(&error, StoreError::Busy { waiting } if waiting.contains("buffer of the journal")), "{error}");
    assert!(written >= 20, "{written}");
    committed(&store, put("bob", 0, "of another lane")).await;
    let unread = store.journal_of("ada", None, 10).await.unwrap_err();
    assert!(unread.to_string().contains("postgres://127.0.0.1"), "{unread}");
    assert!(store.ping().await.is_err());

    postgres.start_again();
    let rows = wait_until("the journal", async || store.journal_of("ada", None, usize::MAX).await.ok()).await;
    assert_eq!(rows.iter().rev().map(|row| row.at).collect::<Vec<_>>(), (0..written).collect::<Vec<_>>());
    wait_until("room in the buffer", async || store.commit(put("ada", version, "x")).await.ok()).await;
    store.ping().await.unwrap();
}

#[tokio::test]
async fn what_a_killed_process_left_in_the_buffer_the_next_one_carries_on() {
    let url = RedisServer::shared().fresh_database();
    let opened = open(&url).await;
    committed(&opened.store, Commit { journal: vec![fact(1)], ..put("ada", 0, "one") }).await;
    drop(opened.store);
    let options = super::beside(&opened.folder, RedisOptions::default());
    let store = store::connect(&url, &options).await.unwrap();
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap().len(), 1);
    assert_eq!(store.list_contacts(None, 10).await.unwrap(), ["ada"]);
}

/// A clock that was set back, in a lane that has had all the numbers of its last millisecond.
#[tokio::test]
async fn versions_go_on_where_a_millisecond_has_no_numbers_left() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let first = committed(store, Commit { journal: vec![fact(1)], ..put("ada", 0, "one") }).await;
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap().len(), 1);
    let future = (first >> 16) + 3_600_000;
    server.ask::<()>(&format!("XSETID sb:{{{}}}j {future}-65534", lane_of("ada")));

    let mut version = first;
    for number in 2..6 {
        let next = committed(store, Commit { journal: vec![fact(number)], ..put("ada", version, "more") }).await;
        assert!(next > version);
        version = next;
    }
    assert_eq!(version >> 16, future + 1);
    let times: Vec<_> = store.journal_of("ada", None, 10).await.unwrap().iter().map(|row| row.at).collect();
    assert_eq!(times, [5, 4, 3, 2, 1]);
}

/// A reader's drain must see an entry of a newer program, leave it, and say so.
#[tokio::test]
async fn an_entry_of_a_newer_form_is_left_where_it_is() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open_with(&server.url(), RedisOptions::default()).await;
    let stream = format!("sb:{{{}}}j", lane_of("ada"));
    server.ask_all::<String>(&["XADD", &stream, "*", "n", "\0\x09"]);
    let error = store.journal_of("ada", None, 10).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unreadable { what, .. } if what.contains(&stream)), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
    assert!(store.journal_since(0, 10).await.is_err(), "what is read of everybody would be incomplete");

    committed(store, Commit { journal: vec![fact(1)], ..put("bob", 0, "of another lane") }).await;
    assert_eq!(store.journal_of("bob", None, 10).await.unwrap().len(), 1);
    assert_eq!(wait_for("the entry", || Some(server.ask::<usize>(&format!("XLEN {stream}")))), 1);
}
