//! The JSON Schema of a bot (draft 2020-12), made from the Rust types: for editors, for tools in other languages, and for the checker,
//! which walks a bot along it. A new step is in it as soon as it is in [`crate::step::STEPS`].
//!
//! Beside the words of the standard, `x-kind` says what a string means: `text`, `expression`, `script`, `link` (a step id), `path`,
//! `duration`, `pattern`, `pipeline`, `user`, `template`, … Inside `data` every string is a text.
//!
//! `x-limit` says how many characters WhatsApp takes of a text, as [`crate::limits::length`] counts them. Where that depends on what
//! stands beside the text, it is the largest number of a message's own (a button's title: that of a row); the checker knows the rest.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::bot::Document;

/// Where editors look for the schema when a bot's `$schema` names it.
const ID: &str = "bot.schema.json";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document>().to_value();
    tidy(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".into(), ID.into());
        root.insert("title".into(), "A bot".into());
    }
    schema
});

/// The schema of a bot, as it is published.
pub fn document_schema() -> &'static Value {
    &DOCUMENT
}

/// Brings every part into one form: no key but those that are named, and maps with `propertyNames` for the form of their keys.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(parts) => parts.iter_mut().for_each(tidy),
        Value::Object(map) => {
            name_keys(map);
            share_keys(map);
            close(map);
            for (key, part) in map.iter_mut() {
                // What is said of a value by example is no schema.
                if !matches!(key.as_str(), "const" | "enum" | "default" | "examples" | "required") {
                    tidy(part);
                }
            }
        }
        _ => {}
    }
}

/// A map whose keys have a form is generated as `patternProperties`; `propertyNames` says the same, and more tools read it.
fn name_keys(map: &mut Map<String, Value>) {
    let single = map.get("patternProperties").and_then(Value::as_object).filter(|patterns| patterns.len() == 1);
    let Some((pattern, values)) = single.and_then(|patterns| patterns.iter().next()) else { return };
    let (pattern, values) = (pattern.clone(), values.clone());
    map.shift_remove("patternProperties");
    map.insert("propertyNames".into(), json!({"pattern": pattern}));
    map.insert("additionalProperties".into(), values);
}

/// Keys that stand beside alternatives (a struct with a flattened enum) go into each of them, so that each can be closed.
fn share_keys(map: &mut Map<String, Value>) {
    let word = if map.contains_key("oneOf") { "oneOf" } else { "anyOf" };
    let has_alternatives = map.get(word).and_then(Value::as_array).is_some_and(|parts| parts.iter().all(is_object));
    if !has_alternatives || !map.contains_key("properties") {
        return;
    }
    let properties = map.shift_remove("properties").and_then(into_object).unwrap_or_default();
    let required = map.shift_remove("required").and_then(into_array).unwrap_or_default();
    map.shift_remove("additionalProperties");
    map.shift_remove("unevaluatedProperties");
    map.shift_remove("type");
    for part in map.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(part) = part.as_object_mut() else { continue };
        let own = part.entry("properties").or_insert_with(|| json!({}));
        if let Some(own) = own.as_object_mut() {
            for (key, schema) in &properties {
                own.entry(key.clone()).or_insert_with(|| schema.clone());
            }
        }
        if !required.is_empty() {
            let own = part.entry("required").or_insert_with(|| json!([]));
            if let Some(own) = own.as_array_mut() {
                own.extend(required.iter().cloned());
            }
        }
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn into_array(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) => Some(values),
        _ => None,
    }
}

fn is_object(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// An unknown key is a mistake everywhere but in maps and free objects.
fn close(map: &mut Map<String, Value>) {
    if map.contains_key("properties") {
        map.shift_remove("unevaluatedProperties");
        map.entry("additionalProperties").or_insert(Value::Bool(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every part of a schema, with where it stands.
    fn parts<'s>(schema: &'s Value, place: &str, all: &mut Vec<(String, &'s Map<String, Value>)>) {
        match schema {
            Value::Array(inner) => inner.iter().enumerate().for_each(|(at, part)| parts(part, &format!("{place}/{at}"), all)),
            Value::Object(map) => {
                all.push((place.to_owned(), map));
                map.iter().for_each(|(key, part)| parts(part, &format!("{place}/{key}"), all));
            }
            _ => {}
        }
    }

    #[test]
    fn no_object_takes_unknown_keys() {
        let mut all = Vec::new();
        parts(document_schema(), "", &mut all);
        for (place, part) in all {
            let has_keys =
                part.get("properties").is_some_and(Value::is_object) && part.get("type").is_some_and(|kind| kind == "object");
            assert!(!has_keys || part.get("additionalProperties") == Some(&Value::Bool(false)), "{place}");
            assert!(!part.contains_key("patternProperties") && !part.contains_key("unevaluatedProperties"), "{place}");
        }
    }

    #[test]
    fn every_step_is_in_it_with_its_documentation() {
        let steps = document_schema().pointer("/$defs/Step/oneOf").and_then(Value::as_array).unwrap();
        let words: Vec<_> =
            steps.iter().map(|step| step.pointer("/properties/type/const").and_then(Value::as_str).unwrap()).collect();
        assert_eq!(words, crate::step::STEPS.iter().map(|step| step.kind).collect::<Vec<_>>());
        for step in steps {
            assert!(step.get("description").is_some(), "{}", step["title"]);
        }
    }

    #[test]
    fn texts_say_how_many_characters_whatsapp_takes() {
        use crate::limits::*;
        let steps = document_schema().pointer("/$defs/Step/oneOf").and_then(Value::as_array).unwrap();
        let step = |kind: &str| steps.iter().find(|step| step["properties"]["type"]["const"] == kind).unwrap();
        let of_step = [
            ("message", &["text"][..], TEXT),
            ("message", &["header", "footer"], HEADER),
            ("message", &["button"], LIST_BUTTON),
            ("ask", &["text", "invalid"], TEXT),
            ("ask", &["more"], ROW_TITLE),
            ("list", &["text"], LIST_TEXT),
            ("list", &["header"], HEADER),
            ("list", &["footer"], FOOTER),
            ("list", &["button"], LIST_BUTTON),
            ("list", &["more"], ROW_TITLE),
            ("carousel", &["text"], INTERACTIVE_TEXT),
            ("template", &["name"], TEMPLATE_NAME),
            ("flow", &["text"], INTERACTIVE_TEXT),
            ("flow", &["header", "footer"], FOOTER),
            ("flow", &["button"], FLOW_BUTTON),
            ("product", &["text"], INTERACTIVE_TEXT),
            ("product", &["header", "footer"], HEADER),
            ("location_request", &["text"], INTERACTIVE_TEXT),
            ("contact_request", &["text"], INTERACTIVE_TEXT),
            ("handoff", &["text"], TEXT),
        ];
        for (kind, keys, limit) in of_step {
            for key in keys {
                assert_eq!(step(kind)["properties"][*key]["x-limit"], limit, "{kind}.{key}");
            }
        }
        let of_part = [
            ("Choice/properties/title", ROW_TITLE),
            ("Choice/properties/description", ROW_DESCRIPTION),
            ("Link/properties/title", BUTTON_TITLE),
            ("Card/properties/text", CARD_TEXT),
            ("Section/properties/title", SECTION_TITLE),
            ("Section2/properties/title", SECTION_TITLE),
            ("Button/anyOf/0/properties/url_suffix", TEMPLATE_URL),
            ("Button/anyOf/1/properties/code", COUPON_CODE),
        ];
        for (place, limit) in of_part {
            let found = document_schema().pointer(&format!("/$defs/{place}/x-limit"));
            assert_eq!(found, Some(&json!(limit)), "{place}");
        }
    }

    #[test]
    fn strings_say_what_they_mean() {
        let text = document_schema().pointer("/$defs/Choice/properties/title/x-kind");
        assert_eq!(text, Some(&json!("text")));
    }
}
