//! Crashes of a server on the embedded store, under load: no message is lost, no turn runs twice, and a send goes out twice only where
//! nobody could know.

use axum::http::StatusCode;
use tests::bots::counter;
use tests::chaos::{Plan, Target, phone, under_fire};
use tests::harness::Server;
use tests::mock::{Inbound, StatusPlan};
use tokio::task::JoinSet;

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_lose_nothing_and_double_nothing_where_statuses_flow() {
    let outcome = under_fire(vec![Server::with()], Target::Servers { _redis: None }, Plan::new(12, 20_261_121)).await;
    outcome.assert_whole();
    outcome.assert_nothing_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_double_only_what_was_in_flight_where_no_status_tells() {
    let outcome = under_fire(vec![Server::with()], Target::Servers { _redis: None }, Plan::new(12, 7).without_statuses()).await;
    outcome.assert_whole();
    outcome.assert_only_in_flight_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_with_200_is_on_the_disk() {
    const CUSTOMERS: usize = 200;
    const ENOUGH: usize = 60;
    let mut shop = Shop::with_bot("counter", counter()).await;
    shop.mock.set_statuses(StatusPlan::off());
    let mut posts = JoinSet::new();
    for customer in 0..CUSTOMERS {
        let message = shop.mock.customer(&phone(customer)).text("m1");
        posts.spawn(async move { (customer, message.deliver().await.is_ok_and(|answers| answers[0] == StatusCode::OK)) });
    }
    let mut accepted = Vec::new();
    while let Some(post) = posts.join_next().await {
        let (customer, was_accepted) = post.unwrap();
        accepted.extend(was_accepted.then_some(customer));
        if accepted.len() == ENOUGH {
            break;
        }
    }
    shop.server.kill9().await;
    posts.abort_all();
    shop.server.start_again().await;
    assert_eq!(accepted.len(), ENOUGH);
    for customer in accepted {
        let contact = shop.server.contact(&phone(customer)).await;
        assert_eq!(contact["sessions"][0]["variables"]["n"], 1, "customer {customer}");
    }
}

#[tokio::test]
async fn commits_are_flushed_in_groups() {
    let shop = Shop::with_bot("counter", counter()).await;
    let flushes = async || shop.server.metric("salesbot_store_flushes_total", "").await;
    let before = flushes().await;
    let first = shop.mock.customer(&phone(0)).text("m1");
    assert_eq!(first.deliver().await.unwrap(), [StatusCode::OK]);
    assert!(flushes().await > before, "a 200 comes after a flush");
    shop.is_quiet().await;
    let (before, turns) = (flushes().await, shop.server.metric("salesbot_turns_total", "").await);
    let crowd = (1..100).map(|customer| shop.mock.customer(&phone(customer)).text("m1"));
    let crowd = crowd.reduce(Inbound::and).unwrap();
    assert_eq!(crowd.apart().deliver().await.unwrap(), [StatusCode::OK; 99]);
    shop.is_quiet().await;
    let (flushed, turned) = (flushes().await - before, shop.server.metric("salesbot_turns_total", "").await - turns);
    assert!(flushed >= 1.0 && turned >= 99.0 && flushed < turned * 2.0, "{flushed} flushes for {turned} turns");
    println!("{turned} turns, {flushed} flushes");
}
