//! Trouble on demand.

use std::time::Duration;

use serde_json::json;
use tests::mock::{Fault, Mock, StatusPlan};

use crate::api::{ANA, Api, code, wamid};
use crate::receiver::Receiver;

#[tokio::test]
async fn the_next_sends_are_refused_and_not_recorded() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    mock.inject(Fault::refuse(131016).times(2));
    let refused = api.text(ANA, "a").await;
    assert_eq!((refused.0, code(&refused)), (500, 131016));
    assert_eq!(code(&api.text(ANA, "b").await), 131016);
    wamid(&api.text(ANA, "c").await);
    assert_eq!((mock.counts().accepted, mock.counts().rejected), (1, 2));
}

#[tokio::test]
async fn only_the_named_customer_is_hit() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    mock.inject(Fault::refuse(190).to(ANA).always());
    assert_eq!(api.text("+34600999999", "a").await.0, 200);
    assert_eq!(api.text(ANA, "a").await.0, 401);
    mock.clear_faults();
    assert_eq!(api.text(ANA, "a").await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_leaves_an_accepted_message_that_a_status_settles() {
    let mock = Mock::builder()
        .windows(false)
        .statuses(StatusPlan { read: false, delivered: false, ..StatusPlan::default() })
        .start()
        .await
        .unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    mock.inject(Fault::hang_up().but_accepted());
    let path = format!("{}/messages", api.number());
    let body = json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}, "biz_opaque_callback_data": "entry-1"});
    let error = api.call("POST", &path, Some(body)).await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(mock.times_sent("entry-1"), 1);
    assert_eq!(receiver.statuses(1).await[0]["biz_opaque_callback_data"], "entry-1");
    mock.inject(Fault::hang_up());
    let body = json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}});
    assert!(api.call("POST", &path, Some(body)).await.is_err());
    assert_eq!(mock.counts().accepted, 1, "this one was not accepted");
    wamid(&api.text(ANA, "the next connection works").await);
}

#[tokio::test]
async fn an_error_may_come_although_the_message_was_taken() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    mock.inject(Fault::refuse(131000).but_accepted());
    assert_eq!(api.text(ANA, "hi").await.0, 500);
    assert_eq!((mock.counts().accepted, mock.counts().rejected), (1, 0));
}

#[tokio::test]
async fn an_answer_that_is_not_the_apis_and_a_delay() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    mock.inject(Fault::answer(502, "<html>Bad gateway</html>"));
    assert_eq!(api.text(ANA, "hi").await, (502, serde_json::Value::Null));
    mock.inject(Fault::delay(Duration::from_millis(30)));
    let begin = std::time::Instant::now();
    wamid(&api.text(ANA, "hi").await);
    assert!(begin.elapsed() >= Duration::from_millis(30));
}
