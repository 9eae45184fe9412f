//! The statuses that follow a send.

use serde_json::{Value, json};
use tests::mock::{Mock, StatusPlan};

use crate::api::{ANA, Api, DEADLINE, wamid};
use crate::receiver::Receiver;

fn names(statuses: &[Value]) -> Vec<&str> {
    statuses.iter().map(|status| status["status"].as_str().unwrap()).collect()
}

async fn started(plan: StatusPlan) -> (Mock, Receiver) {
    let mock = Mock::builder().statuses(plan).seed(2).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    mock.customer(ANA).open_window();
    (mock, receiver)
}

#[tokio::test]
async fn sent_delivered_and_read_come_signed_with_the_callback_data() {
    let (mock, receiver) = started(StatusPlan::default()).await;
    let answer = Api::of(&mock)
        .post(json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"},
            "biz_opaque_callback_data": "entry-1"}))
        .await;
    let statuses = receiver.statuses(3).await;
    assert_eq!(names(&statuses), ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!(status["id"], wamid(&answer));
        assert_eq!(status["recipient_id"], "34600111222");
        assert_eq!(status["biz_opaque_callback_data"], "entry-1");
        assert_eq!(status.get("conversation"), None, "left out since version 24");
    }
    assert_eq!(statuses[2].get("pricing"), None);
    assert!(mock.wait_for_webhooks(DEADLINE).await);
    assert_eq!(mock.webhook_counts().taken, 3);
}

#[tokio::test]
async fn they_can_be_shuffled_skipped_and_doubled() {
    let plan = StatusPlan { shuffled: true, delivered: false, copies: 2, ..StatusPlan::default() };
    let (mock, receiver) = started(plan).await;
    wamid(&Api::of(&mock).text(ANA, "hi").await);
    let statuses = receiver.statuses(4).await;
    let mut shuffled = names(&statuses);
    assert_ne!(shuffled, ["sent", "sent", "read", "read"]);
    shuffled.sort_unstable();
    assert_eq!(shuffled, ["read", "read", "sent", "sent"]);
}

#[tokio::test]
async fn held_ones_come_when_released() {
    let (mock, receiver) = started(StatusPlan { held: true, ..StatusPlan::default() }).await;
    let api = Api::of(&mock);
    wamid(&api.text(ANA, "first").await);
    mock.set_statuses(StatusPlan { read: false, delivered: false, ..StatusPlan::default() });
    let second = wamid(&api.text(ANA, "second").await);
    assert_eq!(receiver.statuses(1).await[0]["id"], second.as_str());
    assert_eq!(mock.release_statuses(), 3);
    assert_eq!(names(&receiver.statuses(4).await), ["sent", "sent", "delivered", "read"]);
}

#[tokio::test]
async fn none_come_when_they_are_off_and_late_ones_come_late() {
    let (mock, receiver) = started(StatusPlan::off()).await;
    let api = Api::of(&mock);
    wamid(&api.text(ANA, "hi").await);
    mock.set_statuses(StatusPlan { delay_milliseconds: 1, ..StatusPlan::default() });
    let late = wamid(&api.text(ANA, "hi").await);
    assert!(receiver.statuses(3).await.iter().all(|status| status["id"] == late.as_str()));
}

#[tokio::test]
async fn many_senders_bring_them_in_batches() {
    let mock = Mock::builder().windows(false).limits(false).status_senders(3, 50).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    for customer in 0..40 {
        wamid(&api.text(&format!("+3460000{customer:04}"), "hi").await);
    }
    assert!(mock.wait_for_webhooks(DEADLINE).await);
    let statuses = receiver.statuses(1).await;
    assert_eq!(statuses.len(), 120);
    assert_eq!(names(&statuses).iter().filter(|name| **name == "read").count(), 40);
}

#[tokio::test]
async fn a_username_only_recipient_has_no_phone_in_statuses() {
    let mock = Mock::start().await;
    let receiver = Receiver::of(&mock).await;
    mock.customer_with_user_id("US.134912").open_window();
    let body = json!({"messaging_product": "whatsapp", "recipient": "US.134912", "text": {"body": "hi"}});
    wamid(&Api::of(&mock).post(body).await);
    let status = receiver.statuses(1).await.remove(0);
    assert_eq!((status.get("recipient_id"), &status["recipient_user_id"]), (None, &json!("US.134912")));
    assert_eq!(status["status"], "sent");
}
