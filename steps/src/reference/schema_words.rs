//! A schema in words: a table of its keys with their types, limits and meaning.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::schema::document_schema;

/// How deep types are spelt out: a type that holds itself would have no end.
const MAX_DEPTH: usize = 6;

/// A table of the keys of an object; `without` are left out. Empty where none is left.
pub(super) fn table(schema: &Map<String, Value>, without: &[&str]) -> String {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut rows = String::new();
    for (key, value) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if without.contains(&key.as_str()) {
            continue;
        }
        let must = if required.contains(&key.as_str()) { " (required)" } else { "" };
        let meaning = meaning(value).replace('\n', " ").replace('|', "\\|");
        // Writing to a string can't fail.
        let _ = writeln!(rows, "| `{key}`{must} | {} | {meaning} |", kind(value, 0).replace('|', "\\|"));
    }
    if rows.is_empty() { rows } else { format!("| key | holds | meaning |\n| --- | --- | --- |\n{rows}") }
}

/// What is said of a key; where it says nothing, what is said of its type.
fn meaning(schema: &Value) -> String {
    let own = schema.get("description").and_then(Value::as_str);
    let words = |schema: &Value| -> Vec<String> {
        let parts = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
        let described = parts.into_iter().flatten().filter_map(|part| {
            let word = part.get("const").and_then(Value::as_str)?;
            Some(format!("`{word}`: {}", part.get("description").and_then(Value::as_str)?.trim_end_matches('.')))
        });
        described.collect()
    };
    let of_type = resolved(schema);
    let mut text = own.or_else(|| of_type.get("description").and_then(Value::as_str)).unwrap_or_default().to_owned();
    let words = words(of_type);
    if !words.is_empty() {
        let _ = write!(text, " {}.", words.join("; "));
    }
    text
}

/// The schema itself behind a reference, or behind "this or nothing".
fn resolved(schema: &Value) -> &Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return document_schema().pointer(&format!("/$defs/{name}")).unwrap_or(schema);
    }
    let parts = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice);
    match parts {
        Some([one, nothing]) if nothing.get("type").is_some_and(|kind| kind == "null") => resolved(one),
        _ => schema,
    }
}

/// What a value is: `text`, `list: option`, `exact`, `words`.
fn kind(schema: &Value, depth: usize) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let target = resolved(schema);
        let is_object = target.get("properties").is_some();
        return match is_object || depth > MAX_DEPTH {
            true => named(name, target),
            false => kind(target, depth + 1),
        };
    }
    if let Some(meaning) = schema.get("x-kind").and_then(Value::as_str) {
        match meaning {
            "step" | "hours" => {}
            "link" => return "step id".into(),
            "data" => return "any JSON with texts".into(),
            other => return other.replace('_', " "),
        }
    }
    let words: Vec<String> = words(schema).iter().map(|word| format!("`{word}`")).collect();
    if !words.is_empty() {
        return words.join(", ");
    }
    if let Some(parts) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        let mut kinds: Vec<String> = Vec::new();
        for part in parts.iter().filter(|part| part.get("type").is_none_or(|kind| kind != "null")) {
            let one = kind(part, depth + 1);
            if !kinds.contains(&one) {
                kinds.push(one);
            }
        }
        return kinds.join(", or ");
    }
    let of_type = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ => None,
    };
    match of_type {
        Some("string") => "text as it stands".into(),
        Some("integer") => "whole number".into(),
        Some("number") => "number".into(),
        Some("boolean") => "`true`, `false`".into(),
        Some("array") => {
            let items = schema.get("items").map_or_else(|| "anything".into(), |items| kind(items, depth + 1));
            match schema.get("maxItems").and_then(Value::as_u64) {
                Some(most) => format!("list: {items}; {most} at most"),
                None => format!("list: {items}"),
            }
        }
        Some("object") => match (schema.get("properties").and_then(Value::as_object), schema.get("additionalProperties")) {
            (Some(keys), _) if !keys.is_empty() => {
                let keys: Vec<String> = keys.iter().map(|(key, value)| format!("`{key}`: {}", kind(value, depth + 1))).collect();
                format!("{{{}}}", keys.join(", "))
            }
            (_, Some(values @ Value::Object(_))) => format!("map: {}", kind(values, depth + 1)),
            _ => "object".into(),
        },
        _ => "any JSON".into(),
    }
}

fn words(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(schema.get("const")).filter_map(Value::as_str).collect()
}

/// A type as people call it; one without a name of its own by its keys.
fn named(name: &str, schema: &Value) -> String {
    match name {
        "Choice" => "option".into(),
        "Template" => "template".into(),
        "Timeout" => "{`after` or `until`, `goto`}".into(),
        _ => match schema.get("properties").and_then(Value::as_object) {
            Some(keys) => format!("{{{}}}", keys.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
            None => "any JSON".into(),
        },
    }
}

/// The first sentence of a description.
pub(super) fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.find(". ").map_or(line, |end| &line[..=end])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_named_for_people() {
        for (schema, words) in [
            (json!({"type": ["string", "null"], "x-kind": "text"}), "text"),
            (json!({"type": "string", "x-kind": "link"}), "step id"),
            (json!({"type": "array", "items": {"$ref": "#/$defs/Choice"}, "maxItems": 3}), "list: option; 3 at most"),
            (json!({"anyOf": [{"$ref": "#/$defs/Timeout"}, {"type": "null"}]}), "{`after` or `until`, `goto`}"),
            (json!({"type": "object", "additionalProperties": {"type": "number"}}), "map: number"),
            (json!({"enum": ["a", "b"]}), "`a`, `b`"),
        ] {
            assert_eq!(kind(&schema, 0), words);
        }
    }

    #[test]
    fn sentences_end_at_their_stop() {
        assert_eq!(first_sentence("Sends it. And more."), "Sends it.");
        assert_eq!(first_sentence("Sends it\n\nmore"), "Sends it");
    }
}
