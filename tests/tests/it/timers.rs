//! Time passes: branches that no message starts, and that survive a crash.

use serde_json::{Value, json};

use crate::shop::{ANA, Shop, bot, deliver};

fn patient(seconds: u32) -> Value {
    bot(json!({
        "ask": {
            "type": "message",
            "text": "Still interested?",
            "buttons": [{"id": "yes", "title": "Yes", "goto": "good"}],
            "timeout": {"after": format!("{seconds}s"), "goto": "nudge"}
        },
        "nudge": {"type": "message", "text": "Are you there?", "next": "pause"},
        "pause": {"type": "wait", "for": {"delay": "1s"}, "next": "mark"},
        "mark": {"type": "tags", "on": "lead", "add": ["silent"], "next": "end"},
        "end": {"type": "message", "text": "Until next time."},
        "good": {"type": "message", "text": "Good."}
    }))
}

#[tokio::test]
async fn silence_is_answered_without_a_message() {
    let shop = Shop::with_bot("patient", patient(1)).await;
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 3).await, ["Still interested?", "Are you there?", "Until next time."]);
    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    assert_eq!((&contact["leads"][0]["tags"], &contact["sessions"]), (&json!(["silent"]), &json!([])));
}

#[tokio::test]
async fn a_timer_survives_a_crash() {
    let mut shop = Shop::with_bot("patient", patient(3)).await;
    deliver(shop.ana().text("hi")).await;
    shop.sent_to(ANA, 1).await;
    shop.is_quiet().await;
    shop.server.kill9().await;
    shop.server.start_again().await;
    assert_eq!(shop.texts_to(ANA, 3).await, ["Still interested?", "Are you there?", "Until next time."]);
    shop.is_quiet().await;
    assert_eq!(shop.mock.repeated().len(), 0);
}

#[tokio::test]
async fn an_answer_in_time_stops_the_timer() {
    let shop = Shop::with_bot("patient", patient(2)).await;
    let before = shop.mock.clock().now();
    deliver(shop.ana().text("hi")).await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().tap("Yes").unwrap()).await;
    shop.sent_to(ANA, 2).await;
    // Somebody else's timer, begun later, runs out: then the first would have run out before.
    deliver(shop.mock.customer("+5511900001111").text("hi")).await;
    shop.sent_to("+5511900001111", 2).await;
    assert!(shop.mock.clock().now().duration_since(before).as_secs() >= 2);
    assert_eq!(shop.texts_to(ANA, 2).await, ["Still interested?", "Good."]);
}
