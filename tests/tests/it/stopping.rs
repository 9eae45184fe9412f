//! A server is told to stop: what runs finishes, nothing new begins, and the next start finds nothing in doubt.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::Server;
use tests::mock::{Fault, StatusPlan};

use crate::shop::{ANA, Shop, bot, deliver};

fn talk() -> Value {
    bot(json!({
        "one": {"type": "message", "text": "One.", "next": "two"},
        "two": {"type": "message", "text": "Two."}
    }))
}

#[tokio::test]
async fn a_stop_lets_the_send_finish_and_leaves_nothing_in_doubt() {
    let mut shop = Shop::with_bot("talk", talk()).await;
    // With no status to settle it, a send in doubt would be sent again.
    shop.mock.set_statuses(StatusPlan::off());
    shop.mock.inject(Fault::delay(Duration::from_secs(2)));
    deliver(shop.ana().text("hi")).await;
    let begun = async |server: &Server| (server.metric("salesbot_work_under_way", "").await > 0.0).then_some(());
    shop.server.until("the send", begun).await;

    shop.server.terminate();
    let not_ready = async |server: &Server| {
        let answer = server.call_without_token(Method::GET, "/readyz").try_send().await;
        answer.ok().filter(|answer| answer.status == 503)
    };
    shop.server.until("503 of /readyz", not_ready).await;
    assert!(shop.server.ended().await.success());
    assert_eq!(shop.mock.messages_to(ANA).len(), 1, "what ran finished, what waited did not begin");

    shop.server.start_again().await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["One.", "Two."]);
    shop.is_quiet().await;
    assert_eq!(shop.mock.repeated().len(), 0);
    assert!(!shop.server.log().contains("did not end well"));
    assert_eq!(shop.server.contact(ANA).await["pending"], 0);
}

#[tokio::test]
async fn a_server_with_nothing_to_do_stops_at_once_and_keeps_what_it_knew() {
    let mut shop = Shop::with_bot("talk", talk()).await;
    deliver(shop.ana().text("hi")).await;
    shop.sent_to(ANA, 2).await;
    shop.is_quiet().await;
    let before = shop.server.contact(ANA).await;
    shop.server.terminate();
    assert!(shop.server.ended().await.success());
    shop.server.start_again().await;
    let after = shop.server.contact(ANA).await;
    assert_eq!((&after["id"], &after["leads"]), (&before["id"], &before["leads"]));
}
