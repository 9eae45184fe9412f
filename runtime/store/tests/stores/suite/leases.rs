//! Budgets that servers keep together. Intervals are so long that the time which passes meanwhile does not count, whose clock it be.

use std::sync::Arc;

use store::{Lease, Rate, Store, StoreError};

const SECOND: i64 = 1_000_000;
const RATE: Rate = Rate { interval: 100 * SECOND, burst: 3, longest_debt: 1_000 * SECOND };
/// How long a test may take.
const SOME_TIME: i64 = 50 * SECOND;

fn ask(wanted: u32) -> Lease {
    Lease { budget: "1001".into(), rate: RATE, wanted, spent: 0, ahead: 0, slow_for: 0, now: 0 }
}

/// So many seconds from now, as far as a test can tell.
fn in_about(seconds: i64, first: i64) -> bool {
    (seconds * SECOND - SOME_TIME..=seconds * SECOND).contains(&first)
}

pub(crate) async fn a_budget_lends_a_few_tokens_and_tells_when_there_are_more(store: &Arc<dyn Store>) {
    let leased = store.lease(&ask(2)).await.unwrap();
    assert_eq!((leased.granted, leased.slow_for), (2, 0));
    assert!(leased.first <= 0, "{leased:?}");
    assert_eq!(store.lease(&ask(9)).await.unwrap().granted, 1);
    let leased = store.lease(&ask(1)).await.unwrap();
    assert!(leased.granted == 0 && in_about(100, leased.first), "{leased:?}");
    let other = Lease { budget: "1002".into(), ..ask(9) };
    assert_eq!(store.lease(&other).await.unwrap().granted, 3, "budgets are apart");
    let nameless = store.lease(&Lease { budget: String::new(), ..ask(1) }).await;
    assert!(matches!(nameless, Err(StoreError::Refused { .. })), "{nameless:?}");
}

pub(crate) async fn tokens_of_the_next_moments_can_be_taken_ahead(store: &Arc<dyn Store>) {
    let ahead = Lease { ahead: 250 * SECOND, ..ask(9) };
    assert_eq!(store.lease(&ahead).await.unwrap().granted, 5);
    let further = Lease { ahead: 350 * SECOND, ..ask(9) };
    let leased = store.lease(&further).await.unwrap();
    assert!(leased.granted == 1 && in_about(300, leased.first), "{leased:?}");
}

pub(crate) async fn what_was_used_without_asking_counts_for_a_while(store: &Arc<dyn Store>) {
    let leased = store.lease(&Lease { spent: 4, ..ask(1) }).await.unwrap();
    assert!(leased.granted == 0 && in_about(200, leased.first), "{leased:?}");
    let leased = store.lease(&Lease { spent: 1_000, ..ask(1) }).await.unwrap();
    assert!(in_about(800, leased.first), "no debt is longer than it may be: {leased:?}");
}

pub(crate) async fn all_servers_slow_down_when_one_says_so(store: &Arc<dyn Store>) {
    let slow = Lease { slow_for: 600 * SECOND, ..ask(0) };
    assert_eq!(store.lease(&slow).await.unwrap().granted, 0);
    store.lease(&Lease { slow_for: SECOND, ..ask(3) }).await.unwrap();
    let leased = store.lease(&ask(1)).await.unwrap();
    assert!(leased.granted == 0 && in_about(200, leased.first), "half the rate, not a quarter: {leased:?}");
    assert!(in_about(600, leased.slow_for), "the longer one holds: {leased:?}");
}

pub(crate) async fn of_many_who_ask_each_token_goes_to_one(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.lease(&Lease { rate: Rate { burst: 50, ..RATE }, ..ask(4) }).await.unwrap().granted })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += task.await.unwrap();
    }
    assert_eq!(granted, 50);
}
