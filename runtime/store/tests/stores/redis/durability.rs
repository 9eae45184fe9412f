//! What was acknowledged is there: after `kill -9` of Redis that flushes each commit, after a
//! failover that replicas were waited for, and never more than Redis itself can lose.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use store::{Commit, JournalEntry, Outcome, RedisOptions, Store, StoreError};

use super::{Opened, open, open_with};
use crate::suite::{committed, put};
use servers::cluster::Cluster;
use servers::redis::RedisServer;
use servers::sentinel::Sentinels;
use servers::wait_until;

const WRITERS: usize = 8;

/// Writers that count up, each in its contact, whatever happens.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    writers: Vec<tokio::task::JoinHandle<(String, i64, i64)>>,
}

impl Load {
    pub(super) fn start(store: &Arc<dyn Store>) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let writer = |number: usize| {
            let (store, stop, acknowledged) = (Arc::clone(store), Arc::clone(&stop), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                let key = format!("writer-{number}");
                let (last, lost) = count_up(&store, &key, &stop, &acknowledged).await;
                (key, last, lost)
            })
        };
        let writers = (0..WRITERS).map(writer).collect();
        Self { stop, acknowledged, writers }
    }

    /// Waits until so many more commits were acknowledged.
    pub(super) async fn go_on(&self, more: usize) {
        let target = self.acknowledged.load(Ordering::Relaxed) + more;
        wait_until("commits to go on", async || (self.acknowledged.load(Ordering::Relaxed) >= target).then_some(())).await;
    }

    /// Ends the writers; gives the last number that each was told to be safe, and how many commits they missed
    /// on the way, all together.
    pub(super) async fn stop(self) -> (BTreeMap<String, i64>, i64) {
        self.stop.store(true, Ordering::Relaxed);
        let (mut last, mut missed) = (BTreeMap::new(), 0);
        for writer in self.writers {
            let (key, safe, lost) = writer.await.unwrap();
            last.insert(key, safe);
            missed += lost;
        }
        (last, missed)
    }
}

/// Counts up as a server would: what is refused is tried again, what is unknown is looked at first.
/// Gives the last number that was told to be safe, and how many such were missing when it was looked at most.
async fn count_up(store: &Arc<dyn Store>, key: &str, stop: &AtomicBool, acknowledged: &AtomicUsize) -> (i64, i64) {
    let (mut safe, mut lost) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let Ok(stored) = store.load(key).await else {
            tokio::task::yield_now().await;
            continue;
        };
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let number = stored.map_or(0, |stored| number_of(&stored.value)) + 1;
        lost = lost.max(safe + 1 - number);
        let journal = vec![JournalEntry::fact(number, "counted", "{}")];
        match store.commit(Commit { due: Some(number), journal, ..put(key, version, &number.to_string()) }).await {
            Ok(Outcome::Committed { .. }) => {
                safe = number;
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Ok(Outcome::Conflict { current }) => panic!("{key} has one writer, and yet: {current:?}"),
            Err(StoreError::Busy { .. } | StoreError::Unavailable { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    (safe, lost)
}

fn number_of(value: &[u8]) -> i64 {
    std::str::from_utf8(value).unwrap().parse().unwrap()
}

/// How many acknowledged commits are missing, over all writers. What is there must be whole: a value
/// with its due time and its journal, without a gap.
pub(super) async fn missing(store: &Arc<dyn Store>, acknowledged: &BTreeMap<String, i64>) -> i64 {
    let mut missing = 0;
    for (key, safe) in acknowledged {
        let stored = wait_until("a load", async || store.load(key).await.ok()).await;
        let number = stored.map_or(0, |stored| number_of(&stored.value));
        missing += (safe - number).max(0);
        let due = store.due(store::lane_of(key), i64::MAX, 100).await.unwrap();
        assert!(due.iter().any(|due| due.key == *key && due.due == number), "value and due time of {key} are one");
    }
    missing
}

/// `failed_over`: a commit that no replica had, and that was never acknowledged, may have reached SQL before it was lost. It was then made
/// again, and the journal has both.
async fn assert_journal_is_whole(store: &Arc<dyn Store>, acknowledged: &BTreeMap<String, i64>, failed_over: bool) {
    for (key, safe) in acknowledged {
        let rows = wait_until("the journal", async || store.journal_of(key, None, usize::MAX).await.ok()).await;
        let mut numbers: Vec<_> = rows.iter().rev().map(|row| row.at).collect();
        if failed_over {
            numbers.dedup();
        }
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "the journal of {key}");
        assert!(numbers.len() as i64 >= *safe);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_that_flushes_each_commit_loses_nothing() {
    let mut server = RedisServer::start("appendonly yes\nappendfsync always");
    let Opened { store, folder: _folder } = &open(&server.url()).await;
    let load = Load::start(store);
    for commits in [1, 200, 500] {
        load.go_on(commits).await;
        server.kill();
        server.start_again();
    }
    load.go_on(100).await;
    let (acknowledged, missed) = load.stop().await;
    assert_eq!(missed + missing(store, &acknowledged).await, 0);
    assert_journal_is_whole(store, &acknowledged, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_is_followed_and_loses_nothing_that_a_replica_was_waited_for() {
    // Without its files the old master would come back empty.
    let mut sentinels = Sentinels::start("appendonly yes");
    let options = RedisOptions { wait_replicas: 1, ..RedisOptions::default() };
    let Opened { store, folder: _folder } = &open_with(&sentinels.url(0), options).await;
    let load = Load::start(store);
    load.go_on(200).await;
    sentinels.servers[0].kill();
    // The old master is the new one's replica when it is back; without it no commit is acknowledged.
    wait_until("the failover", async || sentinels.servers[1].is_master().filter(|is_master| *is_master)).await;
    sentinels.servers[0].start_again();
    load.go_on(200).await;
    let (acknowledged, missed) = load.stop().await;
    assert_eq!(missed + missing(store, &acknowledged).await, 0);
    assert_journal_is_whole(store, &acknowledged, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_without_waiting_goes_on_and_loses_no_more_than_was_on_its_way() {
    let mut sentinels = Sentinels::start("");
    let Opened { store, folder: _folder } = &open(&sentinels.url(0)).await;
    let load = Load::start(store);
    load.go_on(200).await;
    sentinels.servers[0].kill();
    load.go_on(200).await;
    let (acknowledged, missed) = load.stop().await;
    let missing = missed + missing(store, &acknowledged).await;
    assert!(missing <= WRITERS as i64, "{missing} commits are missing, which were not on their way to the replica");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_goes_on_without_one_of_its_masters() {
    let mut cluster = Cluster::start("");
    let Opened { store, folder: _folder } = &open(&cluster.url()).await;
    let load = Load::start(store);
    load.go_on(200).await;
    cluster.nodes[0].kill();
    // Every lane, so also those that the node had, whose scripts its replica does not know.
    let contacts: Vec<_> = (0..200).map(|number| format!("contact-{number}")).collect();
    for contact in &contacts {
        wait_until("every lane", async || match store.commit(put(contact, 0, "x")).await {
            Ok(_) => Some(()),
            Err(StoreError::Busy { .. } | StoreError::Unavailable { .. }) => None,
            Err(error) => panic!("{error}"),
        })
        .await;
    }
    load.go_on(200).await;
    let (acknowledged, missed) = load.stop().await;
    let missing = missed + missing(store, &acknowledged).await;
    assert!(missing <= WRITERS as i64, "{missing} commits are missing, which were not on their way to the replica");
    let listed = wait_until("the list", async || store.list_contacts(None, usize::MAX).await.ok()).await;
    assert_eq!(listed.len(), contacts.len() + WRITERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_no_replica_has_is_not_acknowledged_nor_shown() {
    let master = RedisServer::start("");
    let replica = RedisServer::start(&format!("replicaof 127.0.0.1 {}", master.port));
    let options =
        RedisOptions { wait_replicas: 1, wait_timeout: std::time::Duration::from_millis(100), ..RedisOptions::default() };
    let Opened { store, folder: _folder } = &open_with(&master.url(), options).await;
    let version = wait_until("the replica", async || match store.load("ada").await.ok()? {
        Some(stored) => Some(stored.version),
        None => store.commit(put("ada", 0, "one")).await.ok().map(|_| 0),
    })
    .await;
    let version = if version == 0 { store.load("ada").await.unwrap().unwrap().version } else { version };

    replica.signal("STOP");
    let error = store.commit(put("ada", version, "two")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("wait_replicas")), "{error}");
    assert!(store.load("ada").await.is_err(), "whoever looks is not told either");
    replica.signal("CONT");
    let stored = wait_until("the replica to catch up", async || store.load("ada").await.ok()).await.unwrap();
    assert_eq!(stored.value, b"two");
    committed(store, put("ada", stored.version, "three")).await;
}
