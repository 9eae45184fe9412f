//! What can't be worked with is named, with what to change, and left as it is.

use std::time::Duration;

use store::{Commit, Lease, PutRecord, Rate, RedisOptions, StoreError, lane_of};

use super::{Opened, beside, open, open_with, refusal};
use crate::suite::{committed, fact, put, record};
use servers::redis::RedisServer;
use servers::{free_port, wait_until};

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let url = format!("redis://:secret@127.0.0.1:{}/0", free_port());
    let error = refusal(&url).await.to_string();
    assert!(error.contains("redis://127.0.0.1:") && error.contains("check that it runs"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_named() {
    let server = RedisServer::start("requirepass right");
    for login in ["", ":wrong@", "nobody:right@"] {
        let error = refusal(&format!("redis://{login}127.0.0.1:{}", server.port)).await.to_string();
        assert!(error.contains("mend the user and password"), "{error}");
        assert!(!error.contains("right"), "{error}");
    }
    open(&format!("redis://:right@127.0.0.1:{}", server.port)).await;
}

/// The rights that `docs/redis.md` names.
const RIGHTS: &str = "~sb:* resetchannels &sb:* +@read +@write +@scripting +@connection +info +time +wait +publish +subscribe +cluster|slots +cluster|shards";

#[tokio::test]
async fn a_user_with_the_rights_of_the_manual_can_do_all_there_is_to_do() {
    let manual = include_str!("../../../../../docs/redis.md");
    assert!(manual.contains(RIGHTS), "the manual names other rights");
    let server = RedisServer::start("");
    server.ask::<()>(&format!("ACL SETUSER bot on >word {RIGHTS}"));
    let options = RedisOptions { wait_replicas: 1, wait_timeout: Duration::from_millis(1), ..RedisOptions::default() };
    let Opened { store, .. } =
        &open_with(&format!("redis://bot:word@127.0.0.1:{}/3", server.port), RedisOptions::default()).await;
    let version = committed(store, Commit { due: Some(1), journal: vec![fact(1)], ..put("ada", 0, "one") }).await;
    committed(store, put("ada", version, "two")).await;
    assert!(store.commit(put("ada", version, "late")).await.is_ok());
    store.set_alias("+491511", "ada", None).await.unwrap();
    store.put_record(PutRecord { expires: Some(9), ..record("colour", 0, "red") }).await.unwrap();
    assert_eq!(store.list_records("setting", None, 0, 9).await.unwrap().len(), 1);
    store.trim_records("setting", 0, 0).await.unwrap();
    store.increment("turn", 1).await.unwrap();
    let rate = Rate { interval: 1, burst: 1, longest_debt: 1 };
    let lease = Lease { budget: "1001".into(), rate, wanted: 1, spent: 0, ahead: 0, slow_for: 1, now: 0 };
    assert_eq!(store.lease(&lease).await.unwrap().granted, 1);
    let mut bots = store.announcements();
    wait_until("an announcement", async || {
        store.announce("bots").await.unwrap();
        tokio::time::timeout(Duration::from_millis(100), bots.of("bots")).await.ok()
    })
    .await;
    assert_eq!(store.list_contacts(None, 9).await.unwrap(), ["ada"]);
    assert!(store.erase("ada").await.unwrap());
    store.ping().await.unwrap();

    // Waiting for replicas is allowed; there is none.
    let Opened { store, .. } = &open_with(&format!("redis://bot:word@127.0.0.1:{}/4", server.port), options).await;
    let error = store.commit(put("ada", 0, "one")).await.unwrap_err().to_string();
    assert!(error.contains("0 replicas have the commit"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_knows_is_named_with_what_to_do() {
    let server = RedisServer::start_with_tls("");
    let url = server.tls_url();
    let error = refusal(url.split('?').next().unwrap()).await.to_string();
    assert!(error.contains("rediss://127.0.0.1:") && error.contains("?ca="), "{error}");
    open(&url).await;
}

#[tokio::test]
async fn a_server_that_would_evict_contacts_is_refused() {
    let server = RedisServer::start("maxmemory-policy allkeys-lru");
    let error = refusal(&server.url()).await.to_string();
    assert!(error.contains("\"allkeys-lru\"") && error.contains("maxmemory-policy noeviction"), "{error}");
    assert_eq!(server.ask::<usize>("DBSIZE"), 0, "nothing was written");
    server.ask::<()>("CONFIG SET maxmemory-policy noeviction");
    open(&server.url()).await;
}

#[tokio::test]
async fn a_replica_is_refused() {
    let server = RedisServer::start(&format!("replicaof 127.0.0.1 {}", free_port()));
    let error = refusal(&server.url()).await.to_string();
    assert!(error.contains("read-only replica") && error.contains("redis+sentinel://"), "{error}");
}

#[tokio::test]
async fn keys_of_another_format_are_refused_and_left_alone() {
    let server = RedisServer::start("");
    for (held, part) in [("2 ada", "start the newer version"), ("0 ada", "start a version between"), ("mine", "is not ours")] {
        server.ask_all::<()>(&["SET", "sb:store", held]);
        let error = refusal(&server.url()).await;
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(matches!(error, StoreError::NewerFormat { found: 2, known: 1, .. }), held.starts_with('2'));
        assert_eq!(server.ask::<String>("GET sb:store"), held);
        assert_eq!(server.ask::<usize>("DBSIZE"), 1);
    }
}

#[tokio::test]
async fn a_journal_belongs_to_one_store() {
    let (first, second) = (RedisServer::shared().fresh_database(), RedisServer::shared().fresh_database());
    let opened = open(&first).await;
    drop(opened.store);
    let error = store::connect(&second, &beside(&opened.folder, RedisOptions::default())).await.err().unwrap().to_string();
    assert!(error.contains("journal.sqlite") && error.contains("another store"), "{error}");
    store::connect(&first, &beside(&opened.folder, RedisOptions::default())).await.unwrap();
}

#[tokio::test]
async fn what_others_keep_in_the_same_database_stays() {
    let server = RedisServer::start("");
    for key in ["other", "sc:{34}cada", "{34}j", "sb"] {
        server.ask::<()>(&format!("SET {key} theirs"));
    }
    let Opened { store, .. } = &open(&server.url()).await;
    committed(store, put("ada", 0, "one")).await;
    store.set_alias("+491511", "ada", None).await.unwrap();
    store.erase("ada").await.unwrap();
    for key in ["other", "sc:{34}cada", "{34}j", "sb"] {
        assert_eq!(server.ask::<String>(&format!("GET {key}")), "theirs");
    }
    let ours: Vec<String> = server.ask("KEYS *");
    assert_eq!(ours.iter().filter(|key| !key.starts_with("sb:")).count(), 4);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_parks_that_contact_alone() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let version = committed(store, put("ada", 0, "one")).await;
    committed(store, put("bob", 0, "two")).await;
    let key = format!("sb:{{{}}}cada", lane_of("ada"));
    server.ask::<usize>(&format!("SETRANGE {key} 16 x"));

    for error in [store.load("ada").await.unwrap_err(), store.commit(put("ada", 0, "x")).await.unwrap_err()] {
        assert!(matches!(&error, StoreError::Unreadable { what, .. } if what.contains("ada")), "{error}");
    }
    assert_eq!(store.load("bob").await.unwrap().unwrap().value, b"two");
    committed(store, put("ada", version, "mended")).await;
    assert_eq!(store.load("ada").await.unwrap().unwrap().value, b"mended");
}
