//! Taking sends: token, number, form, records.

use serde_json::{Value, json};
use tests::mock::{Mock, Number, Validate};

use crate::api::{ANA, Api, DEADLINE, buttons, code, wamid};

#[tokio::test]
async fn a_text_is_accepted_and_recorded() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let answer = api
        .post(json!({"messaging_product": "whatsapp", "to": "+34 600 111 222", "text": {"body": "hi"},
            "biz_opaque_callback_data": "entry-1"}))
        .await;
    let wamid = wamid(&answer);
    assert_eq!(answer.1["contacts"], json!([{"input": "+34 600 111 222", "wa_id": "34600111222"}]));
    assert_eq!(answer.1["messages"][0].get("message_status"), None, "only templates have it");
    let sent = mock.wait_for_to(ANA, 1, DEADLINE).await.unwrap();
    assert_eq!((sent[0].wamid.as_str(), sent[0].text().as_str()), (wamid.as_str(), "hi"));
    assert_eq!(mock.times_sent("entry-1"), 1);
    assert!(mock.repeated().is_empty());
    assert_eq!(mock.counts().by_type["text"], 1);
}

#[tokio::test]
async fn the_token_the_number_and_the_version_are_checked() {
    let mock = Mock::start().await;
    let mut api = Api::of(&mock);
    let text = || Some(json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}}));
    let unknown = api.call("POST", "999/messages", text()).await.unwrap();
    assert_eq!((unknown.0, code(&unknown)), (400, 33));
    let version = api.call("POST", "../26/106540352242922/messages", text()).await.unwrap();
    assert_eq!(code(&version), 2500);
    api.token = "wrong".to_owned();
    let refused = api.text(ANA, "hi").await;
    assert_eq!((refused.0, code(&refused)), (401, 190));
    assert_eq!(mock.counts().accepted, 0);
    assert_eq!(mock.counts().by_error[&190], 1);
}

#[tokio::test]
async fn the_form_is_checked_with_metas_codes() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let cases = [
        (json!({"messaging_product": "whatsapp", "text": {"body": "hi"}}), 131008),
        (json!({"messaging_product": "whatsapp", "to": ANA, "type": "text"}), 131008),
        (json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}, "bold": true}), 100),
        (json!({"messaging_product": "whatsapp", "to": ANA, "type": "poll"}), 131009),
        (json!({"messaging_product": "whatsapp", "to": "15550783881", "text": {"body": "hi"}}), 131021),
        (json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}, "category": "utility"}), 100),
        (
            json!({"messaging_product": "whatsapp", "to": ANA, "type": "interactive",
            "interactive": buttons(&[("a", "Yes"), ("b", "Yes")])}),
            131009,
        ),
    ];
    for (body, expected) in &cases {
        let answer = api.post(body.clone()).await;
        assert_eq!((answer.0, code(&answer)), (400, *expected), "{body}: {}", answer.1);
    }
    let rejections = mock.rejections();
    assert_eq!(rejections.len(), cases.len());
    assert_eq!(rejections[0].body, cases[0].0);
    assert!(mock.messages().is_empty());
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let url = format!("{}/{}/messages", mock.graph_url(), api.number());
    let answer = api.client.post(url).bearer_auth(&api.token).body("{").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], 100);
}

#[tokio::test]
async fn checks_can_be_sampled_or_switched_off() {
    let bad = || json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": ""}});
    let mock = Mock::builder().validate(Validate::Sample(2)).start().await.unwrap();
    let api = Api::of(&mock);
    assert_eq!([api.post(bad()).await.0, api.post(bad()).await.0, api.post(bad()).await.0], [400, 200, 400]);
    mock.set_strictness(|strictness| strictness.validate = Validate::Off);
    assert_eq!(api.post(bad()).await.0, 200);
}

#[tokio::test]
async fn the_answer_may_name_another_number_than_was_written() {
    let mock = Mock::builder().alias("+54 9 11 5555 1234", "541155551234").start().await.unwrap();
    let api = Api::of(&mock);
    let answer = api.text("+5491155551234", "hola").await;
    assert_eq!(answer.1["contacts"][0]["wa_id"], "541155551234");
    assert_eq!(mock.messages_to("+5491155551234").len(), 1);
}

#[tokio::test]
async fn a_user_id_takes_the_place_of_the_phone() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let answer = api.post(json!({"messaging_product": "whatsapp", "recipient": "US.134912", "text": {"body": "hi"}})).await;
    assert_eq!(answer.1["contacts"], json!([{"input": "US.134912", "user_id": "US.134912"}]));
    assert_eq!(mock.messages_to("US.134912").len(), 1);
}

#[tokio::test]
async fn read_marks_and_typing_are_recorded_apart_from_sends() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A"});
    let mut typing = read.clone();
    typing["typing_indicator"] = json!({"type": "text"});
    assert_eq!(api.post(read).await, (200, json!({"success": true})));
    assert_eq!(api.post(typing).await.0, 200);
    let bad = api.post(json!({"messaging_product": "whatsapp", "status": "read"})).await;
    assert_eq!(code(&bad), 131008);
    assert_eq!(mock.reads().iter().map(|read| read.typing).collect::<Vec<_>>(), [false, true]);
    assert_eq!((mock.counts().accepted, mock.counts().reads, mock.counts().typing), (0, 2, 1));
}

#[tokio::test]
async fn waiting_too_long_says_what_came_instead() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    api.text(ANA, "").await;
    let late = mock.wait_for(1, std::time::Duration::ZERO).await.unwrap_err();
    assert!(late.to_string().ends_with("the last refusal was 131008: Param text.body is empty"), "{late}");
    mock.clear();
    assert_eq!(mock.counts().rejected, 0);
}

#[tokio::test]
async fn several_numbers_have_their_own_messages() {
    let numbers = [Number::new("1", "15550000001"), Number::new("2", "15550000002")];
    let mock = Mock::builder().numbers(numbers).start().await.unwrap();
    let api = Api::of(&mock);
    let body = json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}});
    assert_eq!(api.call("POST", "2/messages", Some(body)).await.unwrap().0, 200);
    assert_eq!(mock.messages()[0].number, "2");
}
