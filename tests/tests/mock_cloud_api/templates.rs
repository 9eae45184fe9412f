//! Templates: what exists, what it needs, and how its life goes on.

use serde_json::{Value, json};
use tests::mock::{Act, Fault, Mock, Template, TemplateStatus};

use crate::api::{ANA, Answer, Api, DEADLINE, code, wamid};
use crate::receiver::Receiver;

fn offer(held: bool) -> Value {
    json!({
        "name": "offer", "language": "es", "category": "MARKETING", "held_for_quality_assessment": held,
        "components": [
            {"type": "BODY", "text": "Hola {{1}}"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí"}, {"type": "QUICK_REPLY", "text": "No"}]},
        ],
    })
}

async fn send(api: &Api<'_>, name: &str, language: &str, values: &[&str]) -> Answer {
    let values: Vec<Value> = values.iter().map(|text| json!({"type": "text", "text": text})).collect();
    let payload = json!([{"type": "payload", "payload": "bot:yes"}]);
    let template = json!({"name": name, "language": {"code": language}, "components": [
        {"type": "body", "parameters": values},
        {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": payload},
    ]});
    api.send(ANA, "template", template).await
}

#[tokio::test]
async fn a_template_needs_no_window_and_its_quick_reply_brings_the_payload() {
    let mock = Mock::builder().template(&offer(false)).unwrap().start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let answer = send(&api, "offer", "es", &["Ana"]).await;
    assert_eq!(answer.1["messages"][0]["message_status"], "accepted");
    let statuses = receiver.statuses(3).await;
    assert_eq!(statuses[0]["pricing"]["category"], "marketing");
    mock.customer(ANA).tap("Sí").unwrap().deliver().await.unwrap();
    let tap = receiver.message(4).await;
    assert_eq!(tap["button"], json!({"text": "Sí", "payload": "bot:yes"}));
    assert_eq!(tap["context"]["id"], wamid(&answer));
}

#[tokio::test]
async fn name_language_number_and_status_are_checked() {
    let mock = Mock::builder().template(&offer(false)).unwrap().start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let unknown = send(&api, "other", "es", &["Ana"]).await;
    assert_eq!((unknown.0, code(&unknown)), (404, 132001));
    assert_eq!(code(&send(&api, "offer", "en", &["Ana"]).await), 132001);
    assert_eq!(code(&send(&api, "offer", "es", &[]).await), 132000);
    assert_eq!(code(&send(&api, "offer", "es", &["Ana\nMaría"]).await), 132018);
    assert!(mock.set_template_status("offer", "es", TemplateStatus::Paused));
    assert_eq!(code(&send(&api, "offer", "es", &["Ana"]).await), 132015);
    let change = receiver.changes(1).await.remove(0);
    assert_eq!(change["field"], "message_template_status_update");
    assert_eq!(change["value"]["event"], "PAUSED");
    assert!(mock.set_template_status("offer", "es", TemplateStatus::Disabled));
    assert_eq!(code(&send(&api, "offer", "es", &["Ana"]).await), 132016);
    assert!(!mock.set_template_status("other", "es", TemplateStatus::Paused));
}

#[tokio::test]
async fn unknown_ones_can_be_taken() {
    let mock = Mock::builder().accept_unknown_templates().start().await.unwrap();
    assert_eq!(send(&Api::of(&mock), "whatever", "es", &["Ana"]).await.0, 200);
}

#[tokio::test]
async fn a_category_change_is_told() {
    let mock = Mock::builder().template(&offer(false)).unwrap().start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    assert!(mock.set_template_category("offer", "es", "UTILITY"));
    let change = receiver.changes(1).await.remove(0);
    assert_eq!(change["field"], "template_category_update");
    assert_eq!(change["value"]["previous_category"], "MARKETING");
    assert_eq!(change["value"]["new_category"], "UTILITY");
}

#[tokio::test]
async fn held_ones_arrive_or_fail_after_the_assessment() {
    let mock = Mock::builder().template(&offer(true)).unwrap().start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let answer = send(&api, "offer", "es", &["Ana"]).await;
    assert_eq!(answer.1["messages"][0]["message_status"], "held_for_quality_assessment");
    assert_eq!(mock.release_template("offer", false), 1);
    assert_eq!(receiver.statuses(1).await[0]["errors"][0]["code"], 132015);
    wamid(&send(&api, "offer", "es", &["Ana"]).await);
    assert_eq!(mock.release_template("offer", true), 1);
    assert_eq!(receiver.statuses(4).await[1]["status"], "sent");
}

#[tokio::test]
async fn marketing_fails_for_who_stopped_it() {
    let mock = Mock::builder().template(&offer(false)).unwrap().start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    let api = Api::of(&mock);
    let customer = mock.customer(ANA);
    customer.act(Act::Marketing { allowed: false }).unwrap().deliver().await.unwrap();
    let change = receiver.changes(1).await.remove(0);
    assert_eq!(change["field"], "user_preferences");
    assert_eq!(change["value"]["user_preferences"][0]["value"], "stop");
    wamid(&send(&api, "offer", "es", &["Ana"]).await);
    assert_eq!(receiver.statuses(2).await[0]["errors"][0]["code"], 131050);
    customer.act(Act::Marketing { allowed: true }).unwrap().deliver().await.unwrap();
    wamid(&send(&api, "offer", "es", &["Ana"]).await);
    assert_eq!(receiver.statuses(4).await[1]["status"], "sent");
}

#[tokio::test]
async fn the_marketing_call_takes_marketing_templates_only() {
    let mut reminder = offer(false);
    reminder["name"] = "reminder".into();
    reminder["category"] = "UTILITY".into();
    let builder = Mock::builder().template(&offer(false)).unwrap().template(&reminder).unwrap();
    let mock = builder.start().await.unwrap();
    let api = Api::of(&mock);
    let path = format!("{}/marketing_messages", api.number());
    let body = |name: &str| {
        let values = [json!({"type": "text", "text": "Ana"})];
        json!({"messaging_product": "whatsapp", "to": ANA, "type": "template", "product_policy": "STRICT",
            "template": {"name": name, "language": {"code": "es"}, "components": [{"type": "body", "parameters": values}]}})
    };
    assert_eq!(api.call("POST", &path, Some(body("offer"))).await.unwrap().0, 200);
    assert_eq!(code(&api.call("POST", &path, Some(body("reminder"))).await.unwrap()), 134100);
    let text = json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hi"}});
    assert_eq!(code(&api.call("POST", &path, Some(text)).await.unwrap()), 100);
    assert_eq!(code(&api.post(body("offer")).await), 100, "product_policy belongs to the other call");
}

#[tokio::test]
async fn codes_of_authentication_need_a_phone() {
    let mock = Mock::start().await;
    let code_template = json!({"name": "code", "language": "es", "category": "AUTHENTICATION", "components": [
        {"type": "BODY", "add_security_recommendation": true},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]});
    mock.put_template(Template::read(&code_template).unwrap());
    let api = Api::of(&mock);
    let value = [json!({"type": "text", "text": "1234"})];
    let template = json!({"name": "code", "language": {"code": "es"}, "components": [
        {"type": "body", "parameters": value},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": value},
    ]});
    assert_eq!(api.send(ANA, "template", template.clone()).await.0, 200);
    let by_user_id = json!({"messaging_product": "whatsapp", "recipient": "US.1", "type": "template", "template": template});
    assert_eq!(code(&api.post(by_user_id).await), 131062);
}

#[tokio::test]
async fn a_fault_may_hit_templates_too() {
    let mock = Mock::builder().template(&offer(false)).unwrap().start().await.unwrap();
    mock.inject(Fault::refuse(131049));
    assert_eq!(code(&send(&Api::of(&mock), "offer", "es", &["Ana"]).await), 131049);
    assert!(mock.wait_for(1, DEADLINE / 100).await.is_err());
}
