//! What is said to the customer, in both dialects.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{jump, texts::words};

fn title() -> BoxedStrategy<String> {
    prop_oneof![4 => prop::sample::select(vec!["A", "B", "North", "South", "1 yes", "a"]).prop_map(str::to_owned), 1 => words()]
        .boxed()
}

fn button() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => title().prop_map(|text| json!({"type": "inline", "text": text})),
        1 => title().prop_map(|text| json!({"type": "url", "text": text, "url": "https://example.org/a?b={{lead.id}}"})),
        1 => words().prop_map(|text| json!({"type": "url", "text": "x", "url": text})),
    ]
    .boxed()
}

fn attachment() -> BoxedStrategy<Value> {
    let kind = prop::sample::select(vec!["picture", "video", "audio", "voice", "file"]);
    let value = prop::sample::select(vec!["https://example.org/a.jpg", "9d3c-drive", "", "http://example.org/b"]);
    (kind, value).prop_map(|(kind, value)| json!({"type": kind, "value": value, "is_external": true})).boxed()
}

/// The message block of the visual editor.
fn send_message() -> BoxedStrategy<Value> {
    let failed = prop::option::weighted(0.3, jump());
    (words(), prop::collection::vec(button(), 0..5), prop::collection::vec(attachment(), 0..2), failed)
        .prop_map(|(text, buttons, attachments, failed)| {
            json!({"handler": "send_message", "params": {"type": "external", "tag": "", "text": text, "buttons": buttons, "attachments": attachments,
                "recipient": {"type": "all_contacts", "way_of_communication": "over_all"}, "chat_sources": [{"id": 77}],
                "is_in_starting_block": true, "on_error": failed}})
        })
        .boxed()
}

fn list_message() -> BoxedStrategy<Value> {
    let row = (title(), words(), prop::option::of(words()))
        .prop_map(|(title, data, description)| json!({"title": title, "callback_data": data, "description": description}));
    let section = (prop::option::of(words()), prop::collection::vec(row, 0..6))
        .prop_map(|(title, rows)| json!({"title": title, "rows": rows}));
    (words(), prop::collection::vec(section, 0..3), words(), any::<bool>())
        .prop_map(|(text, sections, word, is_handler)| {
            let list = json!({"body": text, "header": word, "footer": word, "button": word, "sections": sections});
            match is_handler {
                true => json!({"handler": "list_message", "params": list}),
                false => json!({"handler": "send_message", "params": {"list_message": list}}),
            }
        })
        .boxed()
}

/// Whatever says something.
pub(super) fn message() -> BoxedStrategy<Value> {
    let show_buttons = (words(), prop::collection::vec(title(), 0..13))
        .prop_map(|(text, buttons)| json!({"handler": "show", "params": {"type": "buttons", "value": text, "buttons": buttons}}));
    let show_urls = (words(), prop::collection::vec(title(), 0..3)).prop_map(|(text, titles)| {
        let buttons: Vec<Value> =
            titles.into_iter().map(|title| json!({"text": title, "url": "https://example.org/map"})).collect();
        json!({"handler": "show", "params": {"type": "buttons_url", "value": text, "buttons": buttons}})
    });
    let external = (words(), prop::collection::vec(button(), 0..3), prop::option::weighted(0.3, jump())).prop_map(|(text, buttons, failed)| {
        json!({"handler": "send_external_message", "params": {"message": {"type": "external", "text": text, "buttons": buttons},
            "recipient": {"type": "filtered_contacts", "way_of_communication": "any_first", "filter": {"logic": "and", "conditions": [], "result": 1}},
            "channels": [{"id": 77}], "metadata": {"facebook_tag": "CONFIRMED_EVENT_UPDATE"}, "on_error": failed}})
    });
    prop_oneof![
        3 => words().prop_map(|text| json!({"handler": "show", "params": {"type": "text", "value": text, "quick_replies": ["user_phone_number"], "accept_unsorted": "false"}})),
        2 => show_buttons,
        1 => show_urls,
        4 => send_message(),
        1 => external,
        2 => list_message(),
        1 => (words(), prop::collection::vec(button(), 0..3)).prop_map(|(text, buttons)| {
            json!({"handler": "send_message", "params": {"template_id": 801, "templateType": "waba", "text": text, "buttons": buttons}})
        }),
        1 => words().prop_map(|text| json!({"handler": "pay", "params": {"message": text, "button_title": text, "pay_url": "https://example.org/{{lead.cf.13}}"}})),
        1 => words().prop_map(|text| json!({"handler": "pay", "params": {"message": "Total", "button_title": "Pay", "pay_url": text}})),
    ]
    .boxed()
}
