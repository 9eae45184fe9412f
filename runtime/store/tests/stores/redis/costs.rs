//! Commands, counted by Redis itself, and what is left in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use store::{Commit, LANES, Lease, Outcome, Rate, Store};

use super::{Opened, open};
use crate::suite::{committed, fact, message, put};
use servers::redis::RedisServer;
use servers::wait_for;

/// What a store's own task and the test itself ask for.
const NOT_COUNTED: [&str; 8] = ["info", "config|resetstat", "client|setinfo", "xrange", "xtrim", "xlen", "exists", "subscribe"];

/// The commands since the last call, with how often each was run.
fn commands(server: &RedisServer) -> BTreeMap<String, u64> {
    let stats: String = server.ask("INFO commandstats");
    server.ask::<()>("CONFIG RESETSTAT");
    let calls = stats.lines().filter_map(|line| {
        let (name, fields) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        Some((name.to_owned(), fields.split(',').next()?.parse().ok()?))
    });
    calls.filter(|(name, _)| !NOT_COUNTED.contains(&name.as_str())).collect()
}

/// What each operation is to cost: a commit that changes the due time, one that leaves it, one that ends
/// it, one that has none as before; a conflict.
const COSTS: [(&str, &[(&str, u64)]); 7] = [
    ("load", &[("get", 1)]),
    ("alias", &[("hget", 1)]),
    ("commit, due", &[("evalsha", 1), ("getrange", 1), ("set", 1), ("xadd", 1), ("zadd", 1)]),
    ("commit, due as before", &[("evalsha", 1), ("getrange", 1), ("set", 1), ("xadd", 1)]),
    ("commit, no longer due", &[("evalsha", 1), ("getrange", 1), ("set", 1), ("xadd", 1), ("zrem", 1)]),
    ("commit, not due as before", &[("evalsha", 1), ("getrange", 1), ("set", 1), ("xadd", 1)]),
    ("conflict", &[("evalsha", 1), ("get", 1), ("getrange", 1)]),
];

#[tokio::test]
async fn each_operation_costs_the_commands_that_it_is_said_to() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    // The scripts are known from here on.
    committed(store, put("ada", 0, "one")).await;
    store.set_alias("+491511", "ada", None).await.unwrap();

    let expected = COSTS.map(|(what, commands)| {
        (what, commands.iter().map(|(name, calls)| ((*name).to_owned(), *calls)).collect::<BTreeMap<_, _>>())
    });
    // The store's own task renews its lease every second, which may fall into the middle of it.
    let mut measured = measure(&server, store).await;
    for _ in 0..5 {
        if measured == expected {
            break;
        }
        measured = measure(&server, store).await;
    }
    assert_eq!(measured, expected);
}

async fn measure(server: &RedisServer, store: &Arc<dyn Store>) -> [(&'static str, BTreeMap<String, u64>); 7] {
    commands(server);
    let version = store.load("ada").await.unwrap().unwrap().version;
    let load = commands(server);
    store.alias("+491511").await.unwrap();
    let alias = commands(server);

    let journal = vec![fact(1).with_message(message("m1")), fact(2), fact(3)];
    let version = committed(store, Commit { due: Some(50), journal, ..put("ada", version, "two") }).await;
    let due = commands(server);
    let version = committed(store, Commit { due: Some(50), ..put("ada", version, "three") }).await;
    let still_due = commands(server);
    let version = committed(store, put("ada", version, "four")).await;
    let no_longer = commands(server);
    committed(store, put("ada", version, "five")).await;
    let never = commands(server);
    let late = store.commit(put("ada", version, "late")).await.unwrap();
    assert!(matches!(late, Outcome::Conflict { current: Some(current) } if current.value == b"five"));
    let conflict = commands(server);

    let measured = [load, alias, due, still_due, no_longer, never, conflict];
    let mut names = COSTS.iter().map(|(what, _)| *what);
    measured.map(|commands| (names.next().unwrap(), commands))
}

/// A lease is one round trip, and leaves nothing for longer than it matters.
#[tokio::test]
async fn a_budget_goes_when_it_is_whole() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let rate = Rate { interval: 10_000_000, burst: 1, longest_debt: 60_000_000 };
    let lease = Lease { budget: "1001".into(), rate, wanted: 1, spent: 0, ahead: 0, slow_for: 0, now: 0 };
    store.lease(&lease).await.unwrap();
    let left = server.ask::<i64>("PTTL sb:p1001");
    assert!((1..=10_001).contains(&left), "{left}");
    store.lease(&Lease { slow_for: 30_000_000, ..lease }).await.unwrap();
    let left = server.ask::<i64>("PTTL sb:p1001");
    assert!((10_002..=30_001).contains(&left), "{left}");
}

#[tokio::test]
async fn scripts_that_were_flushed_come_back() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    let version = committed(store, put("ada", 0, "one")).await;
    server.ask::<()>("SCRIPT FLUSH");
    committed(store, put("ada", version, "two")).await;
    server.ask::<()>("SCRIPT FLUSH");
    assert!(store.erase("ada").await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_what_was_drained_and_erased() {
    let server = RedisServer::start("");
    let Opened { store, .. } = &open(&server.url()).await;
    for number in 0..200 {
        let key = format!("contact-{number}");
        let commit = Commit { due: Some(5), journal: vec![fact(1)], ..put(&key, 0, "waits") };
        committed(store, commit).await;
        store.set_alias(&format!("alias-{number}"), &key, None).await.unwrap();
    }
    let buffered = || (0..LANES).map(|lane| server.ask::<usize>(&format!("XLEN sb:{{{lane}}}j"))).sum::<usize>();
    // Nobody reads: the store drains by itself.
    wait_for("the buffers to be drained", || (buffered() == 0).then_some(()));

    for number in 0..200 {
        assert!(store.erase(&format!("contact-{number}")).await.unwrap());
    }
    let mut left: Vec<String> = server.ask("KEYS *");
    left.retain(|key| !key.ends_with("}j"));
    left.sort();
    assert_eq!(left, ["sb:drain", "sb:store"], "beside the empty buffers, which hold the latest versions");
    assert_eq!(buffered(), 0);
}
