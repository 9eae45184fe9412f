//! What changes, tells, calls or ends.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::texts::{number, placeholder, words};

fn action(name: &str, params: Value) -> Value {
    json!({"handler": "action", "params": {"name": name, "params": params}})
}

/// A value that a field is set to.
fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => words().prop_map(Value::from),
        1 => prop::sample::select(vec![json!(3), json!(31_415_926), json!(true), json!("{reset}"), json!(""), Value::Null]),
        1 => placeholder().prop_map(Value::from),
    ]
    .boxed()
}

fn formula() -> BoxedStrategy<String> {
    let term = || prop_oneof![number(), placeholder()];
    prop_oneof![
        3 => (term(), prop::sample::select(vec![" + ", " * ", "-", "/"]), term()).prop_map(|(left, sign, right)| format!("({left}{sign}{right}) * 2")),
        1 => words(),
    ]
    .boxed()
}

fn set_field() -> BoxedStrategy<Value> {
    let place = prop_oneof![
        4 => prop::sample::select(vec![
            "{{lead.cf.5}}", "{{contact.cf.7}}", "{{company.cf.3}}", "{{lead.price}}", "{{lead.name}}", "{{contact.name}}", "{{contact.email}}",
            "{{contact.phone}}", "{{cf.talk.nps}}", "77",
        ]).prop_map(|field| json!({"type": "lead", "custom_field": field})),
        1 => words().prop_map(|field| json!({"custom_field": field})),
        1 => Just(json!({"type": 1, "custom_fields_id": 301, "enum": "WORK"})),
        1 => Just(json!({"type": 1})),
    ];
    let with = |key: &'static str, flag: Value| {
        move |(mut params, value): (Value, Value)| {
            params["value"] = value;
            if !flag.is_null() {
                params[key] = flag.clone();
            }
            action("set_custom_fields", params)
        }
    };
    prop_oneof![
        4 => (place.clone(), value()).prop_map(with("value_type", json!("value"))),
        1 => (place.clone(), value()).prop_map(with("option", json!("add"))),
        2 => (place, formula().prop_map(Value::from)).prop_map(with("calculated", json!(true))),
    ]
    .boxed()
}

fn new_lead() -> BoxedStrategy<Value> {
    (words(), words(), any::<bool>())
        .prop_map(|(name, value, only)| {
            let mut params = json!({"lead": {"name": name, "status_id": 142, "responsible_user_id": 7, "price": 10, "tags": "a, b", "custom_fields": [{"id": 5, "values": [{"value": value}]}]},
                "contact": {"name": name, "responsible_user_id": 7, "tags": "", "custom_fields": [{"id": 301, "values": [{"value": "{{message_text.phone}}", "enum": "WORK"}]}]}});
            if only {
                params["preset"] = "contacts.require_email_or_phone".into();
            }
            action("add_lead_contact", params)
        })
        .boxed()
}

fn preset() -> BoxedStrategy<Value> {
    let name = prop::sample::select(vec![
        "contacts.validate_base_info",
        "contacts.validate_base_info",
        "contacts.get_base_info",
        "contacts.other",
    ]);
    (name, words(), words(), any::<bool>())
        .prop_map(|(name, all, phone, doubles)| {
            json!({"handler": "preset", "params": {"name": name, "params": {"empty_all": all, "empty_phone": phone, "empty_email": "And the e-mail?",
                "invalid_phone": phone, "success": "Saved", "check_doubles": doubles, "phone_doubles": "Taken", "use_quick_replies": false}}})
        })
        .boxed()
}

fn actions() -> BoxedStrategy<Value> {
    let fixed = prop::sample::select(vec![
        action("unsorted", json!({"value": "accept"})),
        action("change_status", json!({"value": 7, "pipeline_id": "9"})),
        action("change_status", json!({"value": 143, "entity": "double"})),
        action("change_responsible_user", json!({"value": 7, "type": 1, "contact_type": "current"})),
        action("change_responsible_user", json!({})),
        action("subscribe", json!({"type": "group", "value": 5})),
        action("subscribe", json!({"type": "user", "value": "{{lead.responsible_user_id}}"})),
        action("unsubscribe", json!({"type": "all"})),
        action("subscribe", json!({"type": "group", "value": 5})),
        action("unsubscribe", json!({"type": "user", "value": "{{lead.responsible_user_id}}"})),
        action(
            "link",
            json!({"from": 2, "from_id": "{{lead.id}}", "to": 11, "to_id": "{{founded_id}}", "to_catalog_id": 51, "quantity": 1}),
        ),
        action("link_to_unsorted", json!({"entity_type": 2, "entity_id": "12345", "contact_id": 678})),
    ]);
    prop_oneof![
        2 => words().prop_map(|text| action("set_tag", json!({"type": 2, "value": [text]}))),
        1 => words().prop_map(|text| action("unset_tag", json!({"type": 1, "value": text}))),
        3 => set_field(),
        1 => formula().prop_map(|text| action("set_budget", json!({"value": text}))),
        1 => words().prop_map(|text| action("add_note", json!({"element_type": 2, "note_type": 4, "text": text}))),
        1 => words().prop_map(|text| action("add_linked_company", json!({"name": text}))),
        1 => new_lead(),
        3 => fixed,
    ]
    .boxed()
}

/// Whatever neither speaks to the customer nor decides.
pub(super) fn deed() -> BoxedStrategy<Value> {
    let fixed = prop::sample::select(vec![
        json!({"handler": "stop", "params": {"action": "talk-close"}}),
        json!({"handler": "stop", "params": {"action": "salesbot-start", "bot": 1234}}),
        json!({"handler": "stop", "params": {}}),
        json!({"handler": "exits", "params": {"value": "success"}}),
        json!({"handler": "meta", "params": {"delimiter": "_", "values": ["lead.tags", "lead.custom_fields.77"]}}),
        json!({"handler": "opt_in", "params": {}}),
        json!({"handler": "widget", "params": {"widget_id": 5, "widget_source_code": "mailer", "params": {"a": 1}}}),
        json!({"handler": "send_comment", "params": {"text": "Thanks!"}}),
        json!({"handler": "_start", "params": []}),
        json!({"handler": "_stop", "params": []}),
        json!({"handler": "add_tag", "params": {"tag": "x"}}),
        json!({"handler": "trigger", "params": {"trigger": {"action": "send_email", "settings": {}}}}),
        json!({"no": "handler"}),
    ]);
    prop_oneof![
        5 => actions(),
        1 => (words(), prop::option::of(5_u8..6), prop::option::of(7_u8..8)).prop_map(|(text, group, user)| {
            json!({"handler": "send_internal", "params": {"entity_id": "{{lead.id}}", "entity_type": 2, "message": text, "group_id": group, "user_id": user}})
        }),
        1 => (words(), number()).prop_map(|(text, days)| json!({"handler": "trigger", "params": {"element_type": "lead", "trigger": {"action": "create_task", "handler_code": "amocrm",
            "settings": {"task_text": text, "task_type": "2", "task_type_name": "Meeting", "responsible_user": "100", "within-deadline": "0", "deadline-days": days, "deadline-hours": ""}}}})),
        1 => words().prop_map(|text| json!({"handler": "widget_request", "params": {"url": "https://example.org/hook", "data": {"a": text, "b": [1, null]}}})),
        1 => preset(),
        1 => words().prop_map(|text| json!({"handler": text, "params": {"x": 1}})),
        3 => fixed,
    ]
    .boxed()
}
