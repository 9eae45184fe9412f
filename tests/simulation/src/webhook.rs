//! Webhooks as Meta writes them, and the little that is read of messages on their way out.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Value, json};
use steps::moment::Moment;

use crate::ledger::Names;

pub const SECRET: &str = "app-secret";
pub const NUMBER: &str = "1001";
pub const ACCOUNT: &str = "5001";

/// The digits of a customer's phone number.
pub fn phone(customer: usize) -> String {
    format!("5511{:09}", 900_000_000 + customer)
}

pub fn user_id(customer: usize) -> String {
    format!("BR.{customer}")
}

/// A text of a customer's.
pub fn text(customer: usize, names: Names, id: &str, at: Moment, text: &str) -> Value {
    message(customer, names, id, at, json!({ "type": "text", "text": { "body": text } }))
}

/// A voice note in which a text is said: its recording is named by the text.
pub fn voice(customer: usize, names: Names, id: &str, at: Moment, text: &str) -> Value {
    let audio = json!({ "id": text, "mime_type": "audio/ogg; codecs=opus", "voice": true });
    message(customer, names, id, at, json!({ "type": "audio", "audio": audio }))
}

/// A tap on a button.
pub fn tap(customer: usize, names: Names, id: &str, at: Moment, on: &str, button: &Value) -> Value {
    let reply = json!({ "id": button["id"], "title": button["title"] });
    let content = json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": reply }, "context": { "id": on } });
    message(customer, names, id, at, content)
}

fn message(customer: usize, names: Names, id: &str, at: Moment, mut message: Value) -> Value {
    let mut contact = json!({ "profile": { "name": "Ana" } });
    message["id"] = id.into();
    message["timestamp"] = (at.0 / 1_000).to_string().into();
    if names != Names::UserId {
        message["from"] = phone(customer).into();
        contact["wa_id"] = phone(customer).into();
    }
    if names != Names::Phone {
        message["from_user_id"] = user_id(customer).into();
        contact["user_id"] = user_id(customer).into();
    }
    change(json!({ "contacts": [contact], "messages": [message] }))
}

/// A status of a message that went out as `body`.
pub fn status(wamid: &str, state: &str, at: Moment, body: &Value, callback: &str) -> Value {
    let mut status = json!({ "id": wamid, "status": state, "timestamp": (at.0 / 1_000).to_string() });
    if let Some(phone) = body["to"].as_str() {
        status["recipient_id"] = phone.trim_start_matches('+').into();
    }
    if let Some(user_id) = body["recipient"].as_str() {
        status["recipient_user_id"] = user_id.into();
    }
    if state == "failed" {
        status["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    }
    if !callback.is_empty() {
        status["biz_opaque_callback_data"] = callback.into();
    }
    change(json!({ "statuses": [status] }))
}

fn change(mut value: Value) -> Value {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": "15550001001", "phone_number_id": NUMBER });
    let change = json!({ "field": "messages", "value": value });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": ACCOUNT, "changes": [change] }] })
}

pub fn signature(body: &[u8]) -> String {
    format!("sha256={}", hex::encode(sign(&Key::new(HMAC_SHA256, SECRET.as_bytes()), body)))
}

/// The words of a message on its way out.
pub fn text_of(body: &Value) -> &str {
    body["text"]["body"].as_str().or(body["interactive"]["body"]["text"].as_str()).unwrap_or_default()
}

/// The first button of a message on its way out.
pub fn button_of(body: &Value) -> Option<&Value> {
    body.pointer("/interactive/action/buttons/0/reply")
}
