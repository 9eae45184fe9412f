//! Windows and limits, by the mock's clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tests::mock::{Fault, Mock, Number, PAIR_BURST};

use crate::api::{ANA, Api, code, wamid};
use crate::receiver::Receiver;

const NOW: Timestamp = Timestamp::constant(1_780_272_000, 0);

#[tokio::test]
async fn a_closed_window_is_reported_late_and_a_message_opens_it() {
    let mock = Mock::builder().now(NOW).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let cold = wamid(&api.text(ANA, "hello?").await);
    let failed = receiver.statuses(1).await.remove(0);
    assert_eq!((failed["id"].as_str(), failed["status"].as_str()), (Some(cold.as_str()), Some("failed")));
    assert_eq!(failed["errors"][0]["code"], 131047);
    mock.customer(ANA).text("hi").deliver().await.unwrap();
    wamid(&api.text(ANA, "hello").await);
    let statuses = receiver.statuses(5).await;
    assert_eq!(statuses[1]["status"], "sent");
    mock.clock().advance(SignedDuration::from_hours(24));
    wamid(&api.text(ANA, "still there?").await);
    let statuses = receiver.statuses(6).await;
    assert_eq!(statuses.last().unwrap()["errors"][0]["code"], 131047);
}

#[tokio::test]
async fn the_window_counts_from_the_customers_time_not_the_deliverys() {
    let mock = Mock::builder().now(NOW).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let yesterday = NOW - SignedDuration::from_hours(25);
    mock.customer(ANA).text("hi").at(yesterday).deliver().await.unwrap();
    wamid(&api.text(ANA, "hello").await);
    assert_eq!(receiver.statuses(2).await[0]["status"], "failed");
}

#[tokio::test]
async fn windows_belong_to_a_number() {
    let numbers = [Number::new("1", "15550000001"), Number::new("2", "15550000002")];
    let mock = Mock::builder().numbers(numbers).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    mock.customer(ANA).writing_to("2").unwrap().open_window();
    wamid(&api.text(ANA, "hello").await);
    assert_eq!(receiver.statuses(1).await[0]["status"], "failed");
    assert!(mock.customer(ANA).writing_to("3").is_err());
}

#[tokio::test]
async fn the_window_can_be_left_out() {
    let mock = Mock::builder().windows(false).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    wamid(&Api::of(&mock).text(ANA, "hello").await);
    assert_eq!(receiver.statuses(1).await[0]["status"], "sent");
}

#[tokio::test]
async fn the_pair_limit_lends_a_burst_and_wants_it_back() {
    let mock = Mock::builder().now(NOW).start().await.unwrap();
    mock.clock().freeze();
    let api = Api::of(&mock);
    for _ in 0..PAIR_BURST {
        wamid(&api.text(ANA, "hi").await);
    }
    let refused = api.text(ANA, "hi").await;
    assert_eq!((refused.0, code(&refused)), (400, 131056));
    assert_eq!(api.text("+34600999999", "hi").await.0, 200, "somebody else");
    mock.clock().advance(SignedDuration::from_secs(6));
    assert_eq!([api.text(ANA, "hi").await.0, api.text(ANA, "hi").await.0], [200, 400]);
    mock.set_strictness(|strictness| strictness.limits = false);
    assert_eq!(api.text(ANA, "hi").await.0, 200);
}

#[tokio::test]
async fn a_number_shared_with_the_app_sends_twenty_a_second() {
    let number = Number::new("1", "15550000001").coexistence();
    let mock = Mock::builder().numbers([number]).now(NOW).start().await.unwrap();
    mock.clock().freeze();
    let api = Api::of(&mock);
    for customer in 0..20 {
        wamid(&api.text(&format!("+3460000{customer:04}"), "hi").await);
    }
    assert_eq!(code(&api.text(ANA, "hi").await), 130429);
    mock.clock().advance(SignedDuration::from_secs(1));
    assert_eq!(api.text(ANA, "hi").await.0, 200);
}

#[tokio::test]
async fn prices_are_those_of_the_day_and_the_way_the_customer_came() {
    let mock = Mock::builder().now(NOW).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let customer = mock.customer(ANA);
    customer.text("hi").deliver().await.unwrap();
    wamid(&api.text(ANA, "hello").await);
    let pricing = receiver.statuses(4).await[0]["pricing"].clone();
    assert_eq!(
        pricing,
        json!({"billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"})
    );
    let ad = tests::mock::Act::Ad { text: "hi".to_owned(), referral: None };
    customer.act(ad).unwrap().deliver().await.unwrap();
    wamid(&api.text(ANA, "welcome").await);
    assert_eq!(receiver.statuses(8).await[3]["pricing"]["type"], "free_entry_point");
    mock.clock().advance(SignedDuration::from_hours(24 * 150));
    customer.open_window();
    wamid(&api.text(ANA, "later").await);
    assert_eq!(receiver.statuses(11).await[6]["pricing"]["type"], "regular");
}

#[tokio::test]
async fn a_late_failure_comes_instead_of_the_other_statuses() {
    let mock = Mock::start().await;
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    mock.customer(ANA).open_window();
    mock.inject(Fault::fail_later(131026).to(ANA));
    wamid(&api.text(ANA, "a").await);
    wamid(&api.text(ANA, "b").await);
    let statuses = receiver.statuses(4).await;
    assert_eq!(statuses[0]["errors"][0]["code"], 131026);
    assert_eq!(statuses[1]["status"], "sent");
}
