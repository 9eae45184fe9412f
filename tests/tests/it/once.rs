//! A message that comes more than once is one message.

use serde_json::json;
use tests::mock::StatusPlan;

use crate::shop::{ANA, Shop, bot, deliver};

/// Counts the turns of a customer.
async fn open() -> Shop {
    let steps = json!({
        "count": {"type": "set", "fields": {"contact.fields.n": "{{ (contact.fields.n ?? 0) + 1 }}"}, "next": "tell"},
        "tell": {"type": "message", "text": "{{ contact.fields.n }}: {{ message.text }}"}
    });
    Shop::with_bot("counter", bot(steps)).await
}

#[tokio::test]
async fn eight_copies_at_once_are_one_turn() {
    let shop = open().await;
    deliver(shop.ana().text("a").copies(8)).await;
    deliver(shop.ana().text("b").copies(8)).await;
    shop.is_quiet().await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["1: a", "2: b"]);
}

#[tokio::test]
async fn two_copies_in_a_batch_are_one_turn() {
    let shop = open().await;
    let message = shop.ana().text("a");
    deliver(message.clone().and(message.clone()).and(shop.ana().text("b"))).await;
    shop.is_quiet().await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["1: a", "2: b"]);
}

#[tokio::test]
async fn a_copy_after_a_restart_is_no_turn() {
    let mut shop = open().await;
    let message = shop.ana().text("a");
    deliver(message.clone()).await;
    shop.is_quiet().await;
    shop.server.kill9().await;
    shop.server.start_again().await;
    deliver(message.clone()).await;
    deliver(shop.ana().text("b")).await;
    shop.is_quiet().await;
    shop.server.terminate();
    assert!(shop.server.ended().await.success());
    shop.server.start_again().await;
    deliver(message).await;
    shop.is_quiet().await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["1: a", "2: b"]);
}

#[tokio::test]
async fn statuses_in_any_order_and_number_change_nothing() {
    let shop = open().await;
    shop.mock.set_statuses(StatusPlan { shuffled: true, copies: 3, held: true, ..StatusPlan::default() });
    for text in ["a", "b", "c", "d"] {
        deliver(shop.ana().text(text)).await;
    }
    shop.sent_to(ANA, 4).await;
    shop.is_quiet().await;
    assert_eq!(shop.mock.release_statuses(), 4 * 3 * 3);
    shop.is_quiet().await;
    shop.sent_to(ANA, 4).await;
    let path = format!("/api/v1/contacts/{}/messages", ANA.replace('+', "%2B"));
    let transcript = shop.server.get(&path).await.expect(200);
    let statuses: Vec<&str> = transcript.as_array().unwrap().iter().filter_map(|line| line["status"].as_str()).collect();
    assert_eq!(statuses, ["read"; 4]);
    assert_eq!(shop.server.contact(ANA).await["pending"], 0);
}

#[tokio::test]
async fn a_burst_is_answered_in_its_order() {
    let shop = open().await;
    let ana = shop.ana();
    let mut burst = ana.text("0");
    for number in 1..20 {
        burst = burst.and(ana.text(&number.to_string()));
    }
    deliver(burst).await;
    let expected: Vec<String> = (0..20).map(|number| format!("{}: {number}", number + 1)).collect();
    assert_eq!(shop.texts_to(ANA, 20).await, expected);
}
