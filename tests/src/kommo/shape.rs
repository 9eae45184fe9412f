//! What requests may hold: known keys, of their types, with ids that the account has.

use serde_json::{Value, json};

use super::{AGREED, ANA, BUDGET, CITY, NEW, PIPELINE, QUOTED, SIZE, WON, state::Mistake};

/// Users, stages and fields that there are.
const STAGES: [u64; 5] = [NEW, QUOTED, AGREED, WON, 143];

/// The account's fields of an entity, as `custom_fields` lists them.
pub(crate) fn fields(entity: &str) -> Vec<Value> {
    match entity {
        "leads" => vec![json!({"id": BUDGET, "name": "Budget", "type": "numeric"})],
        "companies" => vec![json!({"id": SIZE, "name": "Size", "type": "numeric"})],
        _ => vec![
            json!({"id": CITY, "name": "City", "type": "text"}),
            json!({"id": 1, "name": "Phone", "type": "multitext", "code": "PHONE"}),
            json!({"id": 2, "name": "Email", "type": "multitext", "code": "EMAIL"}),
        ],
    }
}

fn mistake<T>(code: &str, path: impl Into<String>, detail: &str) -> Result<T, Mistake> {
    Err((code.to_owned(), path.into(), detail.to_owned()))
}

/// Checks a lead or contact as it is sent.
pub(crate) fn check(entity: &str, given: &Value, at: &str) -> Result<(), Mistake> {
    let Some(object) = given.as_object() else { return mistake("InvalidType", at, "This value should be of type object.") };
    for (key, value) in object {
        let path = format!("{at}{key}");
        let is_lead = entity == "leads";
        let fits = match key.as_str() {
            "name" | "request_id" => value.is_string(),
            "price" if is_lead => value.is_i64(),
            "status_id" if is_lead => match value.as_u64() {
                Some(id) if !STAGES.contains(&id) => {
                    return mistake("NotSupportedChoice", path, "The value you selected is not a valid choice.");
                }
                id => id.is_some(),
            },
            "pipeline_id" if is_lead => match value.as_u64() {
                Some(id) if id != PIPELINE => {
                    return mistake("NotSupportedChoice", path, "The value you selected is not a valid choice.");
                }
                id => id.is_some(),
            },
            "responsible_user_id" => match value.as_u64() {
                Some(id) if id != ANA && id != ANA + 1 => {
                    return mistake("NotSupportedChoice", path, "The user is not in the account.");
                }
                id => id.is_some(),
            },
            "custom_fields_values" => return_if(check_fields(entity, value, &path))?,
            "tags_to_add" | "tags_to_delete" => return_if(check_tags(value, &path))?,
            "_embedded" => return_if(check_embedded(entity, value, &path))?,
            _ => return mistake("UnexpectedField", path, "This field was not expected."),
        };
        if !fits {
            return mistake("InvalidType", path, "This value is of the wrong type.");
        }
    }
    Ok(())
}

fn return_if(checked: Result<(), Mistake>) -> Result<bool, Mistake> {
    checked.map(|()| true)
}

fn check_embedded(entity: &str, value: &Value, at: &str) -> Result<(), Mistake> {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = format!("{at}.{key}");
        match key.as_str() {
            "tags" => check_tags(value, &path)?,
            "contacts" if entity == "leads" => {
                for contact in value.as_array().into_iter().flatten().filter(|contact| contact.get("id").is_none()) {
                    check("contacts", contact, &format!("{path}.0."))?;
                }
            }
            _ => return mistake("UnexpectedField", path, "This field was not expected."),
        }
    }
    Ok(())
}

fn check_tags(value: &Value, at: &str) -> Result<(), Mistake> {
    let is_tag =
        |tag: &Value| tag.as_object().is_some_and(|tag| tag.len() == 1) && (tag["name"].is_string() || tag["id"].is_u64());
    match value.as_array() {
        Some(tags) if tags.iter().all(is_tag) => Ok(()),
        _ => mistake("InvalidType", at, "A list of tags is expected."),
    }
}

fn check_fields(entity: &str, value: &Value, at: &str) -> Result<(), Mistake> {
    let Some(given) = value.as_array() else { return mistake("InvalidType", at, "This value should be of type array.") };
    let known = fields(entity);
    for (place, field) in given.iter().enumerate() {
        let path = format!("{at}.{place}");
        let same = |known: &&Value| match field.get("field_id") {
            Some(id) => known["id"] == *id,
            None => field["field_code"].is_string() && known["code"] == field["field_code"],
        };
        let Some(found) = known.iter().find(same) else {
            return mistake("NotSupportedChoice", format!("{path}.field_id"), "The field is not in the account.");
        };
        if field.as_object().into_iter().flatten().any(|(key, _)| !["field_id", "field_code", "values"].contains(&key.as_str())) {
            return mistake("UnexpectedField", path, "This field was not expected.");
        }
        let values = match &field["values"] {
            Value::Null => continue,
            Value::Array(values) => values,
            _ => return mistake("InvalidType", format!("{path}.values"), "This value should be of type array."),
        };
        for value in values {
            let fits = match found["type"].as_str() {
                Some("numeric") => value["value"].is_number(),
                _ => value["value"].is_string(),
            };
            if !fits {
                return mistake("InvalidType", format!("{path}.values.0.value"), "This value is of the wrong type.");
            }
        }
    }
    Ok(())
}

/// Puts what was checked into what is kept.
pub(crate) fn apply(kept: &mut Value, given: &Value) {
    for (key, value) in given.as_object().into_iter().flatten() {
        match key.as_str() {
            "custom_fields_values" => value.as_array().into_iter().flatten().for_each(|field| apply_field(kept, field)),
            "tags_to_add" => value.as_array().into_iter().flatten().for_each(|tag| {
                let tags = kept["_embedded"]["tags"].as_array_mut().expect("every entity has tags");
                if !tags.iter().any(|known| known["name"] == tag["name"]) {
                    tags.push(tag.clone());
                }
            }),
            "tags_to_delete" => {
                let gone = value.as_array().cloned().unwrap_or_default();
                let tags = kept["_embedded"]["tags"].as_array_mut().expect("every entity has tags");
                tags.retain(|known| !gone.iter().any(|tag| tag["name"] == known["name"]));
            }
            "_embedded" => {
                if let Some(tags) = value.get("tags") {
                    kept["_embedded"]["tags"] = tags.clone();
                }
            }
            "request_id" => {}
            _ => kept[key] = value.clone(),
        }
    }
}

fn apply_field(kept: &mut Value, field: &Value) {
    let all = ["leads", "contacts", "companies"].into_iter().flat_map(fields);
    let id = field.get("field_id").filter(|id| !id.is_null());
    let known = all.into_iter().find(|known| match id {
        Some(id) => known["id"] == *id,
        None => known["code"] == field["field_code"],
    });
    let Some(known) = known else { return };
    if kept["custom_fields_values"].is_null() {
        kept["custom_fields_values"] = json!([]);
    }
    let fields = kept["custom_fields_values"].as_array_mut().expect("it was made a list");
    fields.retain(|old| old["field_id"] != known["id"]);
    if !field["values"].is_null() {
        let (kind, code) = (known["type"].clone(), known.get("code").cloned().unwrap_or_default());
        fields.push(json!({"field_id": known["id"], "field_name": known["name"], "field_code": code, "field_type": kind, "values": field["values"]}));
    }
}
