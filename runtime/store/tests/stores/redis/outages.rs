//! Redis full, read-only, frozen or gone: callers learn it soon, and whether anything happened; when it
//! is over, work goes on by itself.

use std::time::{Duration, Instant};

use store::{RedisOptions, StoreError};

use super::{Opened, open, open_with};
use crate::suite::{committed, put};
use servers::redis::RedisServer;
use servers::{free_port, wait_until};

#[tokio::test]
async fn a_full_memory_refuses_and_passes() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let version = committed(store, put("ada", 0, "one")).await;
    server.ask::<()>("CONFIG SET maxmemory 1");
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Busy { waiting } if waiting.contains("raise maxmemory")), "{error}");
    assert!(store.set_alias("+491511", "ada", None).await.is_err());
    assert_eq!(store.load("ada").await.unwrap().unwrap().value, b"one", "reads go on");
    server.ask::<()>("CONFIG SET maxmemory 0");
    committed(store, put("ada", version, "two")).await;
}

#[tokio::test]
async fn a_server_that_became_a_replica_refuses_and_passes() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let version = committed(store, put("ada", 0, "one")).await;
    server.ask::<()>(&format!("REPLICAOF 127.0.0.1 {}", free_port()));
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Busy { waiting } if waiting.contains("read-only replica")), "{error}");
    assert!(store.ping().await.is_err());
    server.ask::<()>("REPLICAOF NO ONE");
    committed(store, put("ada", version, "two")).await;
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_at_once_and_found_again() {
    let mut server = RedisServer::start("appendonly yes\nappendfsync always");
    let Opened { store, .. } = &open(&server.url()).await;
    let version = committed(store, put("ada", 0, "one")).await;
    server.kill();

    // The first may find the connection broken under it, which leaves open what happened.
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. } | StoreError::Busy { .. }), "{error}");
    let start = Instant::now();
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Busy { waiting } if waiting.contains("can't be reached")), "{error}");
    assert!(store.ping().await.is_err());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());

    server.start_again();
    let stored = wait_until("Redis", async || store.load("ada").await.ok()).await.unwrap();
    assert_eq!((stored.version, stored.value.as_slice()), (version, &b"one"[..]));
    committed(store, put("ada", version, "two")).await;
}

#[tokio::test]
async fn a_server_that_comes_back_empty_is_not_written_to() {
    let mut server = RedisServer::start("appendonly no");
    let Opened { store, .. } = &open(&server.url()).await;
    committed(store, put("ada", 0, "one")).await;
    server.kill();
    server.start_again();
    let error = wait_until("the reconnect", async || {
        let error = store.commit(put("ada", 0, "a stranger")).await.unwrap_err();
        matches!(error, StoreError::Busy { .. }).then_some(error)
    })
    .await;
    assert!(error.to_string().contains("lost its data"), "{error}");
    assert!(store.load("ada").await.is_err());
    assert_eq!(server.ask::<usize>("DBSIZE"), 0);
}

#[tokio::test]
async fn a_frozen_server_leaves_open_what_happened() {
    let server = RedisServer::start("");
    let response_timeout = Duration::from_millis(200);
    let options = RedisOptions { response_timeout, connect_timeout: response_timeout, ..RedisOptions::default() };
    let Opened { store, .. } = &open_with(&server.url(), options).await;
    let version = committed(store, put("ada", 0, "one")).await;
    server.signal("STOP");
    let start = Instant::now();
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("did not answer in time")), "{error}");
    let error = store.commit(put("bob", 0, "never sent")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Busy { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    server.signal("CONT");
    // It was under way, and is applied.
    wait_until("the commit", async || {
        let stored = store.load("ada").await.ok()??;
        (stored.value == b"two").then_some(())
    })
    .await;
    assert_eq!(store.load("bob").await.unwrap(), None);
}

#[tokio::test]
async fn more_requests_than_there_are_places_for_are_refused() {
    let server = RedisServer::start("");
    let options = RedisOptions { queue: 70, response_timeout: Duration::from_millis(300), ..RedisOptions::default() };
    let Opened { store, .. } = &open_with(&server.url(), options).await;
    committed(store, put("ada", 0, "one")).await;
    server.signal("STOP");
    let commits: Vec<_> = (0..100)
        .map(|number| {
            let store = std::sync::Arc::clone(store);
            tokio::spawn(async move { store.commit(put(&format!("contact-{number}"), 0, "x")).await.unwrap_err() })
        })
        .collect();
    let mut refused = 0;
    for commit in commits {
        refused += usize::from(commit.await.unwrap().to_string().contains("too many requests"));
    }
    assert!(refused >= 30, "{refused}");
    server.signal("CONT");
    wait_until("Redis", async || store.load("ada").await.ok()).await;
}

/// What was announced while Redis was away is lost; whoever listens is told so.
#[tokio::test]
async fn who_listens_is_told_that_something_may_have_been_missed() {
    let mut server = RedisServer::start("appendonly yes\nappendfsync always");
    let (one, other) = (open(&server.url()).await, open(&server.url()).await);
    let mut heard = other.store.announcements();
    let again = Duration::from_millis(200);
    wait_until("an announcement", async || {
        one.store.announce("bots").await.unwrap();
        tokio::time::timeout(again, heard.of("bots")).await.ok()
    })
    .await;
    while tokio::time::timeout(again, heard.of("bots")).await.is_ok() {}
    server.kill();
    assert!(one.store.announce("bots").await.is_err());
    server.start_again();
    heard.of("bots").await;
}
