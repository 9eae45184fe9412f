//! Values, versions, conflicts, and what happens to a contact as a whole.

use std::sync::Arc;

use store::{
    Commit, Due, JournalEntry, MAX_KEY_BYTES, MAX_VALUE_BYTES, Millis, Outcome, PutRecord, Store, StoreError, Stored, lane_of,
};

use super::{committed, due_keys, fact, message, put, record};

pub(crate) async fn a_missing_contact_is_none(store: &Arc<dyn Store>) {
    assert_eq!(store.load("ada").await.unwrap(), None);
    assert_eq!(store.alias("+491511").await.unwrap(), None);
    assert_eq!(store.get_record("setting", "colour", 0).await.unwrap(), None);
}

pub(crate) async fn a_commit_is_read_back(store: &Arc<dyn Store>) {
    let version = committed(store, put("ada", 0, "one")).await;
    assert_eq!(store.load("ada").await.unwrap(), Some(Stored { version, value: b"one".to_vec() }));
    let version = committed(store, put("ada", version, "two")).await;
    assert_eq!(store.load("ada").await.unwrap(), Some(Stored { version, value: b"two".to_vec() }));
}

pub(crate) async fn a_value_may_be_any_bytes(store: &Arc<dyn Store>) {
    let noise: Vec<u8> = (0..5_000_u64).map(|number| (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    for (key, value) in [("empty", vec![]), ("zeros", vec![0; 100_000]), ("noise", noise), ("one", vec![255])] {
        let commit = Commit { value: Some(value.clone()), ..put(key, 0, "") };
        let version = committed(store, commit).await;
        assert_eq!(store.load(key).await.unwrap(), Some(Stored { version, value }), "{key}");
    }
}

pub(crate) async fn versions_grow_and_never_return(store: &Arc<dyn Store>) {
    let first = committed(store, put("ada", 0, "one")).await;
    let second = committed(store, put("ada", first, "two")).await;
    assert!(0 < first && first < second);

    assert_eq!(committed(store, Commit { value: None, ..put("ada", second, "") }).await, 0);
    assert_eq!(store.load("ada").await.unwrap(), None);
    let third = committed(store, put("ada", 0, "three")).await;
    store.erase("ada").await.unwrap();
    let fourth = committed(store, put("ada", 0, "four")).await;
    assert!(second < third && third < fourth, "a version came back: {second}, {third}, {fourth}");
}

pub(crate) async fn a_commit_at_another_version_conflicts_and_changes_nothing(store: &Arc<dyn Store>) {
    let first = committed(store, put("ada", 0, "one")).await;
    let second = committed(store, Commit { due: Some(50), ..put("ada", first, "two") }).await;
    let current = Some(Stored { version: second, value: b"two".to_vec() });

    for expected_version in [0, first, second + 1, u64::MAX] {
        let journal = vec![fact(1).with_message(message("m1"))];
        let late = Commit { due: Some(10), journal, ..put("ada", expected_version, "late") };
        assert_eq!(store.commit(late).await.unwrap(), Outcome::Conflict { current: current.clone() });
    }
    assert_eq!(store.load("ada").await.unwrap(), current);
    assert_eq!(store.due(lane_of("ada"), 100, 10).await.unwrap(), [Due { key: "ada".into(), due: 50 }]);
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap(), []);
    assert_eq!(store.journal_since(0, 10).await.unwrap(), []);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), []);
}

pub(crate) async fn a_conflict_on_a_missing_contact_has_no_current_value(store: &Arc<dyn Store>) {
    assert_eq!(store.commit(put("ada", 7, "late")).await.unwrap(), Outcome::Conflict { current: None });
    let version = committed(store, put("ada", 0, "one")).await;
    committed(store, Commit { value: None, ..put("ada", version, "") }).await;
    assert_eq!(store.commit(put("ada", version, "late")).await.unwrap(), Outcome::Conflict { current: None });
    assert_eq!(store.load("ada").await.unwrap(), None);
}

pub(crate) async fn many_tasks_increment_one_contact_to_the_exact_sum(store: &Arc<dyn Store>) {
    const TASKS: usize = 16;
    const TURNS: usize = 25;
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in 0..TURNS {
                    increment_contact(&store).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let total = TASKS * TURNS;
    assert_eq!(store.load("sum").await.unwrap().unwrap().value, total.to_string().into_bytes());
    let numbers = store.journal_of("sum", None, usize::MAX).await.unwrap();
    let numbers: Vec<_> = numbers.iter().rev().map(|row| row.body.parse::<usize>().unwrap()).collect();
    assert_eq!(numbers, (1..=total).collect::<Vec<_>>(), "each commit has its fact, and no conflict has one");
}

/// Adds one to the number in a contact's value, as often as others are quicker.
async fn increment_contact(store: &Arc<dyn Store>) {
    let mut current = store.load("sum").await.unwrap();
    loop {
        let version = current.as_ref().map_or(0, |stored| stored.version);
        let text = current.map_or("0".to_owned(), |stored| String::from_utf8(stored.value).unwrap());
        let next = (text.parse::<u64>().unwrap() + 1).to_string();
        let journal = vec![JournalEntry::fact(0, "added", next.clone())];
        match store.commit(Commit { journal, ..put("sum", version, &next) }).await.unwrap() {
            Outcome::Committed { .. } => return,
            Outcome::Conflict { current: now } => current = now,
        }
    }
}

pub(crate) async fn contacts_are_listed_and_counted(store: &Arc<dyn Store>) {
    for key in ["cyd", "ada", "dan", "bob"] {
        committed(store, put(key, 0, "x")).await;
    }
    let version = store.load("bob").await.unwrap().unwrap().version;
    committed(store, Commit { value: None, ..put("bob", version, "") }).await;
    store.erase("dan").await.unwrap();
    store.erase("nobody").await.unwrap();

    assert_eq!(store.list_contacts(None, 10).await.unwrap(), ["ada", "cyd"]);
    assert_eq!(store.list_contacts(None, 1).await.unwrap(), ["ada"]);
    assert_eq!(store.list_contacts(Some("ada"), 10).await.unwrap(), ["cyd"]);
    assert_eq!(store.list_contacts(Some("bob"), 10).await.unwrap(), ["cyd"]);
    assert_eq!(store.count_contacts().await.unwrap(), 2);

    committed(store, put("bob", 0, "again")).await;
    assert_eq!(store.count_contacts().await.unwrap(), 3);
}

pub(crate) async fn erasing_leaves_nothing(store: &Arc<dyn Store>) {
    let mut version = 0;
    for number in 1..=3 {
        let journal = vec![fact(number).with_message(message("m")), fact(number)];
        version = committed(store, Commit { due: Some(1), journal, ..put("ada", version, "secret") }).await;
    }
    let others = Commit { due: Some(1), journal: vec![fact(9).with_message(message("m"))], ..put("bob", 0, "stays") };
    committed(store, others).await;
    for (alias, contact) in [("+491511", "ada"), ("user-1", "ada"), ("+491522", "bob"), ("+491533", "ghost")] {
        store.set_alias(alias, contact, None).await.unwrap();
    }

    assert!(store.erase("ada").await.unwrap());
    assert!(!store.erase("ada").await.unwrap());
    assert!(store.erase("ghost").await.unwrap(), "an alias alone is something known");

    assert_eq!(store.load("ada").await.unwrap(), None);
    assert_eq!(due_keys(store, lane_of("ada"), Millis::MAX).await, [""; 0]);
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap(), []);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), []);
    for alias in ["+491511", "user-1", "+491533"] {
        assert_eq!(store.alias(alias).await.unwrap(), None);
    }
    let late = store.commit(put("ada", version, "late")).await.unwrap();
    assert_eq!(late, Outcome::Conflict { current: None }, "a turn that ran meanwhile brings nothing back");

    let left: Vec<_> = store.journal_since(0, 100).await.unwrap().into_iter().map(|row| row.contact).collect();
    assert_eq!(left, ["bob"]);
    assert_eq!(store.messages_of("bob", None, 10).await.unwrap().len(), 1);
    assert_eq!(due_keys(store, lane_of("bob"), 1).await, ["bob"]);
    assert_eq!(store.alias("+491522").await.unwrap().as_deref(), Some("bob"));
}

pub(crate) async fn what_was_written_since_is_not_erased(store: &Arc<dyn Store>) {
    let journal = vec![fact(1).with_message(message("m"))];
    let first = committed(store, Commit { due: Some(1), journal, ..put("ada", 0, "one") }).await;
    store.set_alias("+491511", "ada", None).await.unwrap();
    let second = committed(store, Commit { due: Some(1), ..put("ada", first, "two") }).await;
    for version in [0, first] {
        assert!(!store.erase_at("ada", version).await.unwrap());
    }
    assert!(!store.erase_at("bob", 0).await.unwrap());
    assert_eq!(store.load("ada").await.unwrap().unwrap().version, second);
    assert_eq!(store.alias("+491511").await.unwrap().as_deref(), Some("ada"));
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap().len(), 1);

    assert!(store.erase_at("ada", second).await.unwrap());
    assert_eq!(store.load("ada").await.unwrap(), None);
    assert_eq!(store.alias("+491511").await.unwrap(), None);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), []);
}

pub(crate) async fn limits_are_errors_that_change_nothing(store: &Arc<dyn Store>) {
    let long = "k".repeat(MAX_KEY_BYTES + 1);
    let large = Some(vec![0; MAX_VALUE_BYTES + 1]);
    let errors = [
        store.commit(put("", 0, "x")).await.unwrap_err(),
        store.commit(put(&long, 0, "x")).await.unwrap_err(),
        store.commit(Commit { value: large.clone(), ..put("ada", 0, "") }).await.unwrap_err(),
        store.put_record(record(&long, 0, "x")).await.unwrap_err(),
        store.put_record(PutRecord { value: large, ..record("colour", 0, "") }).await.unwrap_err(),
        store.set_alias(&long, "ada", None).await.unwrap_err(),
        store.set_alias("+491511", "", None).await.unwrap_err(),
        store.increment("", 1).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert!(error.to_string().len() < 200, "an error does not repeat all it was given: {error}");
    }
    assert_eq!(store.count_contacts().await.unwrap(), 0);
    assert_eq!(store.alias("+491511").await.unwrap(), None);
    let longest = "k".repeat(MAX_KEY_BYTES);
    committed(store, put(&longest, 0, "fits")).await;
}

pub(crate) async fn a_store_answers_a_ping(store: &Arc<dyn Store>) {
    store.ping().await.unwrap();
}
