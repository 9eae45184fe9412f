//! Malformed, foreign and hostile webhooks: what can be read is read, the rest is set aside or refused, nothing panics.

use proptest::prelude::*;
use serde_json::{Value, json};
use steps::ids::EventId;
use whatsapp::webhook::{Item, ReadError, read};

use super::webhooks::{ARRIVED, SENT, change, message, metadata, quarantined, webhook};

#[test]
fn one_malformed_part_holds_nothing_up() {
    let good = json!({"from": "5511987654321", "id": "wamid.A2", "timestamp": SENT, "type": "text", "text": {"body": "Oi"}});
    let bad = json!({"from": "5511987654321", "id": "wamid.A1", "timestamp": SENT, "type": "text", "text": {"body": 5}});
    let body = webhook(&[
        change("messages", json!({"metadata": metadata(), "messages": [bad, good]})),
        change("messages", json!("not an object")),
        json!(7),
        change("messages", json!({"metadata": metadata(), "messages": [good]})),
    ]);
    let kinds: Vec<&str> = read(&body, ARRIVED)
        .unwrap()
        .iter()
        .map(|item| match item {
            Item::Event(_) => "event",
            Item::Notice(_) => "notice",
            Item::Quarantined(_) => "quarantined",
        })
        .collect();
    assert_eq!(kinds, ["quarantined", "event", "quarantined", "notice", "event"]);
}

#[test]
fn a_quarantined_part_says_why_and_can_be_read_again() {
    let quarantined = quarantined("messages", message(json!({"type": "text", "text": "Oi"})));
    assert_eq!(quarantined.reason, "messages: `text` should be an object and is a text");
    let again = read(&webhook(std::slice::from_ref(&quarantined.raw)), ARRIVED).unwrap();
    assert_eq!(again, [Item::Quarantined(quarantined)]);
}

#[test]
fn what_names_nobody_is_quarantined() {
    let nobody = json!({"metadata": metadata(), "messages": [{"from": "", "id": "wamid.A1", "timestamp": SENT, "type": "text", "text": {"body": "Oi"}}]});
    assert!(quarantined("messages", nobody).reason.contains("sender"));
    let mut numberless = message(json!({"type": "text", "text": {"body": "Oi"}}));
    numberless.as_object_mut().unwrap().remove("metadata");
    assert!(quarantined("messages", numberless).reason.contains("phone_number_id"));
    let idless = message(json!({"id": "x".repeat(600), "type": "text", "text": {"body": "Oi"}}));
    assert!(quarantined("messages", idless).reason.contains("`id`"));
}

#[test]
fn a_body_that_is_no_webhook_is_an_error() {
    let errors: Vec<String> = [
        String::new(),
        "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"2001\",\"chan".to_owned(),
        "[".repeat(200),
        json!({"object": "page", "entry": []}).to_string(),
        json!({"entry": []}).to_string(),
        json!([1]).to_string(),
        json!({"object": "whatsapp_business_account", "entry": {}}).to_string(),
    ]
    .iter()
    .map(|body| read(body.as_bytes(), ARRIVED).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(errors.join("\n"));
    assert_eq!(read(b"\xff\xfe", ARRIVED).map_err(|error| matches!(error, ReadError::Json(_))), Err(true));
    assert_eq!(read(&webhook(&[]), ARRIVED), Ok(vec![]));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "text",
            "system",
            "failed",
            "interactive",
            "nfm_reply",
            "user_changed_number",
            "5511987654321"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let key = prop_oneof![
            prop::sample::select(vec![
                "object",
                "entry",
                "changes",
                "field",
                "value",
                "metadata",
                "phone_number_id",
                "messages",
                "statuses",
                "contacts",
                "type",
                "text",
                "body",
                "id",
                "from",
                "interactive",
                "nfm_reply",
                "system",
                "wa_id",
                "errors",
                "calls",
                "user_preferences",
                "timestamp",
                "profile",
                "context",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect()))
        ]
    })
}

/// Changes of every field that is taken apart.
fn fixtures() -> Vec<Value> {
    let form = json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}, "context": {"id": "wamid.B1"}});
    let place = json!({"type": "location", "location": {"latitude": 1, "longitude": 2}, "referral": {"source_type": "ad"}});
    let system =
        json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "5521900000000", "user_id": "BR.78"}});
    let order = json!({"type": "order", "order": {"product_items": [{"product_retailer_id": "p", "quantity": 1}]}});
    let with = |list: &str, element: Value| json!({"metadata": metadata(), list: [element]});
    let failed = json!({"id": "wamid.B1", "status": "failed", "recipient_id": "5511987654321", "errors": [{"code": 131_026}], "pricing": {"type": "regular"}});
    let echo = json!({"id": "wamid.E1", "to": "5511987654321", "type": "edit", "edit": {"original_message_id": "wamid.E0", "message": {"type": "text", "text": {}}}});
    let call = json!({"id": "wacid.1", "from": "5511987654321", "event": "connect", "timestamp": SENT});
    let preference = json!({"wa_id": "5511987654321", "category": "marketing_messages", "value": "stop"});
    vec![
        change("messages", message(form)),
        change("standby", message(place)),
        change("messages", message(system)),
        change("messages", message(order)),
        change("messages", with("statuses", failed)),
        change("messages", with("errors", json!({"code": 130_429, "error_data": {"details": "Slow down."}}))),
        change("smb_message_echoes", with("message_echoes", echo)),
        change("calls", with("calls", call)),
        change("user_preferences", with("user_preferences", preference)),
        change("account_update", json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "x"}]})),
        change(
            "template_category_update",
            json!({"message_template_name": "a", "message_template_language": "pt-BR", "new_category": "UTILITY"}),
        ),
    ]
}

/// Replaces the value at the `at`-th place of a document, counted depth first.
fn mutate(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|element| mutate(element, at, with)),
        Value::Object(map) => map.values_mut().for_each(|element| mutate(element, at, with)),
        _ => {}
    }
}

#[test]
fn half_a_character_holds_nothing_up() {
    let body = webhook(&[change("messages", message(json!({"type": "text", "text": {"body": "HALF"}})))]);
    let body = String::from_utf8(body).unwrap().replace("HALF", "Oi \\ud83d");
    let items = read(body.as_bytes(), ARRIVED).unwrap();
    assert!(format!("{items:?}").contains("Oi \u{fffd}"), "{items:?}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body, ARRIVED);
    }

    #[test]
    fn any_value_of_any_field_is_read(field in prop::sample::select(vec!["messages", "standby", "calls", "smb_message_echoes", "user_preferences", "account_update", "flows"]), value in any_json()) {
        prop_assert!(!read(&webhook(&[change(field, value)]), ARRIVED).unwrap().is_empty());
    }

    #[test]
    fn a_mutated_webhook_loses_no_other_message(fixture in 0..fixtures().len(), at in 0_usize..40, with in any_json()) {
        let mut mutated = fixtures().remove(fixture);
        mutate(&mut mutated, &mut { at }, &with);
        let good = message(json!({"id": "wamid.GOOD", "type": "text", "text": {"body": "Oi"}}));
        let items = read(&webhook(&[mutated, change("messages", good)]), ARRIVED).unwrap();
        let last = items.last().unwrap();
        prop_assert!(matches!(last, Item::Event(incoming) if incoming.event.id == EventId::new("wamid.GOOD")));
    }
}
