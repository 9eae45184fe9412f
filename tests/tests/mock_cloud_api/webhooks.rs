//! How webhooks travel: verification, signature, batches, repetition.

use std::time::Duration;

use serde_json::{Value, json};
use tests::mock::{Mock, WebhookError};

use crate::api::{ANA, Api, DEADLINE, wamid};
use crate::receiver::Receiver;

fn names(statuses: &[Value]) -> Vec<String> {
    statuses.iter().map(|status| status["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_address_is_verified_with_the_token() {
    let mock = Mock::start().await;
    let receiver = Receiver::start(&mock.account().app_secret, &mock.account().verify_token).await;
    mock.connect(&receiver.url).await.unwrap();
    assert!(matches!(mock.verify(&receiver.url, "wrong").await, Err(WebhookError::NotVerified { .. })));
    let stranger = Receiver::start("secret", "another token").await;
    assert!(mock.connect(&stranger.url).await.is_err());
    mock.customer(ANA).text("hi").deliver().await.unwrap();
    receiver.bodies(1).await;
}

#[tokio::test]
async fn without_an_address_or_a_subscription_nothing_goes_out() {
    let mock = Mock::start().await;
    let ana = mock.customer(ANA);
    assert!(matches!(ana.text("hi").deliver().await, Err(WebhookError::NoAddress)));
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let path = format!("{}/subscribed_apps", mock.account().business_account);
    assert_eq!(api.call("DELETE", &path, None).await.unwrap().0, 200);
    assert_eq!(api.call("GET", &path, None).await.unwrap().1["data"], json!([]));
    assert!(matches!(ana.text("hi").deliver().await, Err(WebhookError::NotSubscribed)));
    assert_eq!(api.call("POST", &path, None).await.unwrap().0, 200);
    ana.text("hi").deliver().await.unwrap();
    assert_eq!(receiver.bodies(1).await.len(), 1);
}

#[tokio::test]
async fn an_override_takes_the_messages() {
    let mock = Mock::start().await;
    let first = Receiver::of(&mock).await;
    let second = Receiver::start(&mock.account().app_secret, "own token").await;
    let api = Api::of(&mock);
    let path = format!("{}/subscribed_apps", mock.account().business_account);
    let body = json!({"override_callback_uri": second.url, "verify_token": "own token"});
    assert_eq!(api.call("POST", &path, Some(body)).await.unwrap().0, 200);
    mock.customer(ANA).text("hi").deliver().await.unwrap();
    assert_eq!(second.bodies(1).await.len(), 1);
    assert_eq!(first.bodies(0).await.len(), 0);
    let wrong = json!({"override_callback_uri": second.url, "verify_token": "other"});
    assert_eq!(api.call("POST", &path, Some(wrong)).await.unwrap().0, 400);
}

#[tokio::test]
async fn several_customers_share_a_post_and_copies_come_as_often_as_asked() {
    let mock = Mock::start().await;
    let receiver = Receiver::of(&mock).await;
    let both = mock.customer(ANA).text("one").and(mock.customer("+34600999999").text("two"));
    assert_eq!(both.clone().deliver().await.unwrap(), [200]);
    let changes = receiver.changes(1).await;
    assert_eq!(
        changes.iter().map(|change| change["value"]["messages"][0]["from"].clone()).collect::<Vec<_>>(),
        ["34600111222", "34600999999"]
    );
    assert_eq!(both.copies(8).deliver().await.unwrap().len(), 8);
    let bodies = receiver.bodies(9).await;
    assert!(bodies.iter().all(|body| body["entry"] == bodies[0]["entry"]), "the very same ids");
}

#[tokio::test]
async fn what_is_not_taken_comes_again_until_the_mock_gives_up() {
    let mock = Mock::builder().retry(3, Duration::from_millis(1)).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let ana = mock.customer(ANA);
    receiver.answer(&[500, 503]);
    assert_eq!(ana.text("hi").deliver().await.unwrap(), [500, 503, 200]);
    receiver.answer(&[500, 202, 404]);
    assert_eq!(ana.text("hi").deliver().await.unwrap(), [500, 202, 404], "only 200 counts");
    assert_eq!((mock.webhook_counts().taken, mock.webhook_counts().given_up), (1, 1));
    let bodies = receiver.bodies(6).await;
    assert_eq!(bodies[0], bodies[2]);
}

#[tokio::test]
async fn a_refused_status_comes_again() {
    let builder = Mock::builder().windows(false).retry(2, Duration::from_millis(1));
    let mock = builder.start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    receiver.answer(&[500]);
    wamid(&Api::of(&mock).text(ANA, "hi").await);
    assert!(mock.wait_for_webhooks(DEADLINE).await);
    let mut names = names(&receiver.statuses(4).await);
    names.sort();
    assert_eq!(names, ["delivered", "read", "sent", "sent"]);
}

#[tokio::test]
async fn a_refused_status_holds_up_no_other() {
    let builder = Mock::builder().windows(false).retry(2, Duration::from_secs(3_600));
    let mock = builder.start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    receiver.answer(&[500]);
    wamid(&Api::of(&mock).text(ANA, "hi").await);
    assert_eq!(names(&receiver.statuses(3).await), ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn a_server_that_is_away_is_named() {
    let mock = Mock::builder().retry(1, Duration::ZERO).webhook_url("http://127.0.0.1:9/hook").start().await.unwrap();
    let error = mock.customer(ANA).text("hi").deliver().await.unwrap_err();
    assert!(error.to_string().starts_with("http://127.0.0.1:9/hook did not answer"), "{error}");
}

#[tokio::test]
async fn raw_bodies_can_be_signed_wrongly() {
    let mock = Mock::start().await;
    let receiver = Receiver::of(&mock).await;
    assert_eq!(mock.deliver_raw(b"{}".to_vec(), None).await.unwrap(), 200);
    assert_eq!(mock.deliver_raw(b"{}".to_vec(), Some("sha256=00")).await.unwrap(), 401);
    assert_eq!(receiver.badly_signed(), 1);
    let change = json!({"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}});
    assert_eq!(mock.deliver_changes(vec![change]).await.unwrap(), [200]);
}

#[tokio::test]
async fn a_dropped_mock_answers_no_more() {
    let mock = Mock::start().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let help = format!("http://{}/mock", mock.address());
    assert_eq!(client.get(&help).send().await.unwrap().status(), 200);
    drop(mock);
    assert!(client.get(&help).send().await.is_err(), "not even on a connection that was open");
}
