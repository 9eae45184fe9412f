//! What was acknowledged survives `kill -9` at any moment.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use store::{Commit, JournalEntry, Store};

use crate::suite::{committed, put};

/// Set in the process that writes until it is killed: the folder of its store.
const FOLDER: &str = "STORE_KILL_TEST_FOLDER";

const WRITERS: usize = 8;

#[test]
fn acknowledged_commits_survive_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    for lines_before_the_kill in [1, 50, 400] {
        let acknowledged = acknowledged_by_a_killed_process(folder.path(), lines_before_the_kill);
        check(folder.path(), &acknowledged);
    }
}

/// Starts this test once more as the process to be killed, kills it after some lines, and returns
/// the last number each writer was told to be safe.
fn acknowledged_by_a_killed_process(folder: &Path, lines: usize) -> BTreeMap<String, i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::acknowledged_commits_survive_a_kill", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let parse = |line: std::io::Result<String>| {
        let line = line.unwrap();
        let (key, number) = line.strip_prefix("safe ")?.strip_suffix('.')?.split_once(' ')?;
        Some((key.to_owned(), number.parse().ok()?))
    };
    let mut acknowledged: BTreeMap<String, i64> = output.by_ref().filter_map(parse).take(lines).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had told before it died counts as well; its last line may be cut off.
    acknowledged.extend(output.filter_map(parse));
    assert!(!acknowledged.is_empty());
    acknowledged
}

#[tokio::main(flavor = "current_thread")]
async fn write_until_killed(folder: &Path) {
    let store = store::open(folder).unwrap();
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(count_up(Arc::clone(&store), writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn count_up(store: Arc<dyn Store>, writer: usize) {
    let key = format!("writer-{writer}");
    let stored = store.load(&key).await.unwrap();
    let mut version = stored.as_ref().map_or(0, |stored| stored.version);
    let mut number = stored.map_or(0, |stored| number_of(&stored.value));
    loop {
        number += 1;
        let journal = vec![JournalEntry::fact(number, "counted", "{}")];
        version = committed(&store, Commit { journal, due: Some(number), ..put(&key, version, &number.to_string()) }).await;
        // The dot shows that the line was not cut off.
        std::io::stdout().write_all(format!("safe {key} {number}.\n").as_bytes()).unwrap();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn check(folder: &Path, acknowledged: &BTreeMap<String, i64>) {
    let store = store::open(folder).unwrap();
    for (key, safe) in acknowledged {
        let stored = store.load(key).await.unwrap().expect("it was acknowledged");
        let number = number_of(&stored.value);
        assert!(number >= *safe, "{key} is at {number}, {safe} was acknowledged");

        let journal = store.journal_of(key, None, usize::MAX).await.unwrap();
        let numbers: Vec<_> = journal.iter().rev().map(|row| row.at).collect();
        assert_eq!(numbers, (1..=number).collect::<Vec<_>>(), "value and journal of {key} are one");
        let due = store.due(store::lane_of(key), i64::MAX, 100).await.unwrap();
        assert!(due.iter().any(|due| due.key == *key && due.due == number), "value and due time of {key} are one");
    }
    assert_eq!(store.count_contacts().await.unwrap(), store.list_contacts(None, 100).await.unwrap().len() as u64);
}

fn number_of(value: &[u8]) -> i64 {
    std::str::from_utf8(value).unwrap().parse().unwrap()
}
