//! The due index.

use std::collections::BTreeSet;
use std::sync::Arc;

use store::{Commit, Due, LANES, Millis, Store, lane_of};

use super::{committed, due_keys, put};

/// Keys that share the lane of the first one.
fn neighbours(count: usize) -> Vec<String> {
    let lane = lane_of("contact-0");
    let keys = (0..).map(|number| format!("contact-{number}"));
    keys.filter(|key| lane_of(key) == lane).take(count).collect()
}

pub(crate) async fn the_due_index_follows_each_commit(store: &Arc<dyn Store>) {
    let lane = lane_of("ada");
    let first = committed(store, Commit { due: Some(100), ..put("ada", 0, "one") }).await;
    assert_eq!(due_keys(store, lane, 99).await, [""; 0]);
    assert_eq!(due_keys(store, lane, 100).await, ["ada"]);

    let second = committed(store, Commit { due: Some(200), ..put("ada", first, "two") }).await;
    assert_eq!(due_keys(store, lane, 199).await, [""; 0]);
    assert_eq!(store.due(lane, 300, 10).await.unwrap(), [Due { key: "ada".into(), due: 200 }]);

    let third = committed(store, put("ada", second, "three")).await;
    assert_eq!(due_keys(store, lane, Millis::MAX).await, [""; 0]);

    let fourth = committed(store, Commit { due: Some(-5), ..put("ada", third, "four") }).await;
    assert_eq!(due_keys(store, lane, 0).await, ["ada"]);
    committed(store, Commit { value: None, due: Some(1), ..put("ada", fourth, "") }).await;
    assert_eq!(due_keys(store, lane, Millis::MAX).await, [""; 0], "a deleted contact is never due");
}

pub(crate) async fn due_contacts_come_oldest_first(store: &Arc<dyn Store>) {
    let keys = neighbours(5);
    for (key, due) in keys.iter().zip([30, 10, 20, 10, 40]) {
        committed(store, Commit { due: Some(due), ..put(key, 0, "waits") }).await;
    }
    let lane = lane_of(&keys[0]);
    let mut tied = [keys[1].clone(), keys[3].clone()];
    tied.sort();
    let [tied_first, tied_last] = &tied;
    assert_eq!(due_keys(store, lane, 30).await, [tied_first, tied_last, &keys[2], &keys[0]].map(String::as_str));
}

pub(crate) async fn due_contacts_keep_to_their_lane_and_limit(store: &Arc<dyn Store>) {
    let keys: Vec<String> = (0..200).map(|number| format!("contact-{number}")).collect();
    for key in &keys {
        committed(store, Commit { due: Some(1), ..put(key, 0, "waits") }).await;
    }
    let mut seen = BTreeSet::new();
    for lane in 0..LANES {
        let due = due_keys(store, lane, 1).await;
        assert!(due.iter().all(|key| lane_of(key) == lane));
        assert!(store.due(lane, 1, 1).await.unwrap().len() <= 1);
        seen.extend(due);
    }
    assert_eq!(seen, keys.into_iter().collect());
}
