//! The calls around sending, and the control API.

use serde_json::{Value, json};
use tests::mock::Mock;

use crate::api::{ANA, Api, code, wamid};
use crate::receiver::Receiver;

#[tokio::test]
async fn a_number_shows_the_fields_that_were_asked_for() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let path = format!("{}?fields=display_phone_number,throughput", api.number());
    let (_, fields) = api.call("GET", &path, None).await.unwrap();
    assert_eq!(
        fields,
        json!({"id": "106540352242922", "display_phone_number": "+15550783881", "throughput": {"level": "STANDARD"}})
    );
    let account = &mock.account().business_account;
    let (_, numbers) = api.call("GET", &format!("{account}/phone_numbers"), None).await.unwrap();
    assert_eq!(numbers["data"][0]["id"], "106540352242922");
    assert_eq!(code(&api.call("GET", "12345", None).await.unwrap()), 33);
    assert_eq!(code(&api.call("PATCH", account, None).await.unwrap()), 33);
}

#[tokio::test]
async fn the_profile_is_kept_and_its_limits_too() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let path = format!("{}/whatsapp_business_profile", api.number());
    let change = json!({"messaging_product": "whatsapp", "about": "We sell houses"});
    assert_eq!(api.call("POST", &path, Some(change)).await.unwrap().0, 200);
    assert_eq!(api.call("GET", &path, None).await.unwrap().1["data"][0]["about"], "We sell houses");
    assert_eq!(code(&api.call("POST", &path, Some(json!({"about": "a".repeat(140)}))).await.unwrap()), 131009);
    assert_eq!(code(&api.call("POST", &path, Some(json!({"motto": "a"}))).await.unwrap()), 100);
}

#[tokio::test]
async fn templates_are_listed_in_pages_created_and_deleted() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    let path = format!("{}/message_templates", mock.account().business_account);
    for name in ["one", "two", "three"] {
        let definition =
            json!({"name": name, "language": "es", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hola"}]});
        let (_, created) = api.call("POST", &path, Some(definition)).await.unwrap();
        assert_eq!(created["status"], "PENDING");
    }
    let (_, page) = api.call("GET", &format!("{path}?limit=2"), None).await.unwrap();
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
    let next = page["paging"]["next"].as_str().unwrap();
    let rest: Value = api.client.get(next).bearer_auth(&api.token).send().await.unwrap().json().await.unwrap();
    assert_eq!((&rest["data"][0]["name"], rest["paging"].get("next")), (&json!("three"), None));
    let (_, approved) = api.call("GET", &format!("{path}?status=APPROVED"), None).await.unwrap();
    assert_eq!(approved["data"], json!([]));
    assert_eq!(api.call("DELETE", &format!("{path}?name=one"), None).await.unwrap().0, 200);
    assert_eq!(code(&api.call("DELETE", &format!("{path}?name=one"), None).await.unwrap()), 33);
    assert_eq!(
        code(&api.call("POST", &path, Some(json!({"name": "x", "language": "es", "components": []}))).await.unwrap()),
        100
    );
}

#[tokio::test]
async fn only_who_wrote_today_can_be_blocked() {
    let mock = Mock::start().await;
    let api = Api::of(&mock);
    mock.customer(ANA).open_window();
    let path = format!("{}/block_users", api.number());
    let users = json!({"messaging_product": "whatsapp", "block_users": [{"user": ANA}, {"user": "+34600999999"}]});
    let (_, blocked) = api.call("POST", &path, Some(users.clone())).await.unwrap();
    assert_eq!(blocked["block_users"]["added_users"][0]["wa_id"], "34600111222");
    assert_eq!(blocked["block_users"]["failed_users"][0]["wa_id"], "34600999999");
    assert_eq!(api.call("GET", &path, None).await.unwrap().1["data"][0]["wa_id"], "34600111222");
    let (_, freed) = api.call("DELETE", &path, Some(users)).await.unwrap();
    assert_eq!(freed["block_users"]["removed_users"].as_array().unwrap().len(), 1);
}

/// The control API, as curl calls it.
struct Control<'a>(&'a Mock, reqwest::Client);

impl<'a> Control<'a> {
    fn of(mock: &'a Mock) -> Self {
        Self(mock, reqwest::Client::builder().no_proxy().build().unwrap())
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let url = format!("http://{}/mock{path}", self.0.address());
        let answer = self.1.request(method.parse().unwrap(), url).body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn a_person_can_play_the_customer_by_curl() {
    let mock = Mock::start().await;
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let control = Control::of(&mock);
    let (_, wrote) = control.call("POST", "/customer/+34600111222/text?name=Eva&copies=2", r#"{"text": "hi"}"#).await;
    assert_eq!(wrote["webhook_statuses"], json!([200, 200]));
    let change = receiver.changes(2).await.remove(0);
    assert_eq!(change["value"]["contacts"][0]["profile"]["name"], "Eva");
    wamid(&api.send(ANA, "interactive", crate::api::buttons(&[("a", "Yes")])).await);
    assert_eq!(control.call("POST", "/customer/+34600111222/tap", r#"{"choice": "Yes"}"#).await.0, 200);
    let (status, error) = control.call("POST", "/customer/+34600111222/tap", r#"{"choice": "No"}"#).await;
    assert_eq!(status, 422);
    assert!(error["error"].as_str().unwrap().contains("\"Yes\" (a)"), "{error}");
    assert_eq!(control.call("POST", "/customer/+34600111222/dance", "{}").await.0, 400);
    let (_, messages) = control.call("GET", "/messages?to=%2B34600111222", "").await;
    assert_eq!(messages[0]["body"]["interactive"]["type"], "button");
    assert_eq!(control.call("GET", "/messages?to=%2B34600111222&after=1", "").await.1, json!([]));
    let (_, hidden) = control.call("POST", "/customer/US.1349/text", r#"{"text": "hi"}"#).await;
    assert_eq!(hidden["ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn everything_can_be_set_over_the_control_api() {
    let mock = Mock::start().await;
    let receiver = Receiver::start(&mock.account().app_secret, &mock.account().verify_token).await;
    let api = Api::of(&mock);
    let control = Control::of(&mock);
    let webhook = json!({"url": receiver.url, "verify": true}).to_string();
    assert_eq!(control.call("POST", "/webhook", &webhook).await.0, 200);
    let (_, clock) = control.call("POST", "/clock", r#"{"set": "2026-06-01T00:00:00Z", "frozen": true}"#).await;
    assert_eq!(clock, json!({"now": "2026-06-01T00:00:00Z"}));
    let (_, clock) = control.call("POST", "/clock", r#"{"advance_seconds": 60}"#).await;
    assert_eq!(clock, json!({"now": "2026-06-01T00:01:00Z"}));
    assert_eq!(control.call("POST", "/faults", r#"{"effect": {"refuse": {"code": 131000}}}"#).await.0, 204);
    assert_eq!(api.text(ANA, "hi").await.0, 500);
    assert_eq!(control.call("POST", "/customer/34600111222/window", "").await.0, 200);
    assert_eq!(control.call("POST", "/statuses", r#"{"held": true}"#).await.1["held"], true);
    wamid(&api.text(ANA, "hi").await);
    assert_eq!(control.call("POST", "/statuses/release", "").await.1, json!({"released": 3}));
    receiver.statuses(3).await;
    let template = r#"[{"name": "offer", "language": "es", "components": [{"type": "BODY", "text": "Hola"}]}]"#;
    assert_eq!(control.call("POST", "/templates", template).await.0, 200);
    assert_eq!(control.call("POST", "/templates/offer/es", r#"{"status": "PAUSED"}"#).await.0, 204);
    assert_eq!(control.call("POST", "/templates/offer/en", r#"{"status": "PAUSED"}"#).await.0, 404);
    let offer = json!({"name": "offer", "language": {"code": "es"}});
    assert_eq!(code(&api.send(ANA, "template", offer).await), 132015);
    let strictness = r#"{"validate": {"sample": 10}, "accept_unknown_templates": true}"#;
    assert_eq!(control.call("POST", "/strictness", strictness).await.1["validate"], json!({"sample": 10}));
    let (_, counts) = control.call("GET", "/counts", "").await;
    assert_eq!((&counts["sends"]["accepted"], &counts["sends"]["by_error"]["132015"]), (&json!(1), &json!(1)));
    assert_eq!(control.call("GET", "/rejections", "").await.1[0]["code"], 131000);
    assert_eq!(control.call("DELETE", "/messages", "").await.0, 204);
    assert_eq!(control.call("GET", "/messages", "").await.1, json!([]));
    assert_eq!(control.call("POST", "/clock", r#"{"forward": 60}"#).await.0, 400);
}
