//! Records under compare-and-set, and counters.

use std::collections::BTreeSet;
use std::sync::Arc;

use store::{Outcome, PutRecord, Store, StoreError, Stored};

use super::record;

pub(crate) async fn records_are_compared_and_set(store: &Arc<dyn Store>) {
    let Outcome::Committed { version } = store.put_record(record("colour", 0, "red")).await.unwrap() else {
        panic!("the record is new")
    };
    let red = Some(Stored { version, value: b"red".to_vec() });
    assert_eq!(store.get_record("setting", "colour", 0).await.unwrap(), red);
    assert_eq!(store.get_record("draft", "colour", 0).await.unwrap(), None, "kinds are apart");

    let late = store.put_record(record("colour", 0, "blue")).await.unwrap();
    assert_eq!(late, Outcome::Conflict { current: red.clone() });
    let Outcome::Committed { version: second } = store.put_record(record("colour", version, "blue")).await.unwrap() else {
        panic!("the version was right")
    };
    assert!(second > version);

    let gone = PutRecord { value: None, ..record("colour", second, "") };
    assert_eq!(store.put_record(gone).await.unwrap(), Outcome::Committed { version: 0 });
    assert_eq!(store.get_record("setting", "colour", 0).await.unwrap(), None);
    let Outcome::Committed { version: third } = store.put_record(record("colour", 0, "red")).await.unwrap() else {
        panic!("the record is new again")
    };
    assert!(third > second, "a version came back");
}

pub(crate) async fn records_expire(store: &Arc<dyn Store>) {
    let key = |expires, now| PutRecord { kind: "seen".into(), expires: Some(expires), now, ..record("k", 0, "first") };
    let first = store.put_record(key(100, 0)).await.unwrap();
    assert!(matches!(first, Outcome::Committed { .. }));
    assert!(matches!(store.put_record(key(200, 99)).await.unwrap(), Outcome::Conflict { current: Some(_) }));

    assert!(store.get_record("seen", "k", 99).await.unwrap().is_some());
    assert_eq!(store.get_record("seen", "k", 100).await.unwrap(), None);
    assert_eq!(store.list_records("seen", None, 99, 10).await.unwrap().len(), 1);
    assert_eq!(store.list_records("seen", None, 100, 10).await.unwrap(), []);

    let again = store.put_record(key(200, 100)).await.unwrap();
    assert!(matches!(again, Outcome::Committed { .. }), "an expired record does not stand in the way: {again:?}");
    assert!(store.get_record("seen", "k", 199).await.unwrap().is_some());
}

pub(crate) async fn records_are_listed_by_kind(store: &Arc<dyn Store>) {
    for key in ["b", "a", "c"] {
        store.put_record(record(key, 0, key)).await.unwrap();
    }
    store.put_record(PutRecord { kind: "draft".into(), ..record("a", 0, "other") }).await.unwrap();

    let keys = |records: Vec<store::Record>| records.into_iter().map(|record| record.key).collect::<Vec<_>>();
    let all = store.list_records("setting", None, 0, 10).await.unwrap();
    assert!(all.iter().all(|record| record.stored.value == record.key.as_bytes()));
    assert_eq!(keys(all), ["a", "b", "c"]);
    assert_eq!(keys(store.list_records("setting", Some("a"), 0, 1).await.unwrap()), ["b"]);
    assert_eq!(keys(store.list_records("setting", Some("c"), 0, 1).await.unwrap()), [""; 0]);
    assert_eq!(keys(store.list_records("bot", None, 0, 10).await.unwrap()), [""; 0]);
}

pub(crate) async fn trimming_keeps_the_latest_keys(store: &Arc<dyn Store>) {
    for (key, expires) in [("1", None), ("2", None), ("3", Some(50)), ("4", None), ("5", None)] {
        store.put_record(PutRecord { expires, ..record(key, 0, key) }).await.unwrap();
    }
    store.put_record(PutRecord { kind: "draft".into(), ..record("1", 0, "other") }).await.unwrap();

    assert_eq!(store.trim_records("setting", 10, 0).await.unwrap(), 0);
    assert_eq!(store.trim_records("setting", 2, 50).await.unwrap(), 2, "the expired one went by itself");
    let left: Vec<_> = store.list_records("setting", None, 0, 10).await.unwrap();
    assert_eq!(left.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["4", "5"]);
    assert_eq!(store.list_records("draft", None, 0, 10).await.unwrap().len(), 1);
    assert_eq!(store.trim_records("setting", 0, 50).await.unwrap(), 2);
    assert_eq!(store.list_records("setting", None, 0, 10).await.unwrap(), []);
}

pub(crate) async fn counters_add_up(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.increment("turn", 2).await.unwrap() })
        })
        .collect();
    let mut sums = BTreeSet::new();
    for task in tasks {
        sums.insert(task.await.unwrap());
    }
    assert_eq!(sums, (1..=20).map(|number| number * 2).collect());
    assert_eq!(store.increment("turn", 0).await.unwrap(), 40);
    assert_eq!(store.increment("other", 1).await.unwrap(), 1);

    let error = store.increment("turn", u64::MAX).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(store.increment("turn", 0).await.unwrap(), 40);
}
