//! Kommo's JSON and our values: leads and contacts as they are read, fields as they are written. Pure.

use std::collections::HashMap;

use compact_str::CompactString;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};
use steps::{
    catalog::LeadItem,
    contact::Lead,
    crm::{COMPANY_NAME, CrmCompany, CrmContact, CrmItems, CrmLead, Profile},
    expression::{fold, plain_text},
    write::plain_number,
};

use super::names::{Entity, Names};
use crate::{api::normal_phone, settings::kommo::CLOSED_STAGES};

/// What fields hold, by their id: `text`, `numeric`, `checkbox`, … (Kommo, Custom fields).
pub type Kinds = HashMap<u64, String>;

/// A lead as it was read, and the ids of its contacts, the main one first.
pub fn lead(json: &Value, names: &Names) -> Option<(CrmLead, Vec<u64>)> {
    let pipeline = json["pipeline_id"].as_u64().unwrap_or_default();
    let stage = json["status_id"].as_u64().unwrap_or_default();
    let lead = CrmLead {
        id: json["id"].as_u64()?.to_string().into(),
        updated: json["updated_at"].as_i64().unwrap_or_default(),
        name: text(&json["name"]),
        pipeline: names.pipeline(pipeline).into(),
        stage: names.stage(pipeline, stage).into(),
        price: json["price"].as_f64().filter(|price| *price != 0.0),
        owner: owner(json, names),
        tags: tags(json),
        fields: fields(json, Entity::Lead, names),
        items: items(json, names),
        closed: CLOSED_STAGES.contains(&stage),
    };
    let mut contacts: Vec<&Value> = json["_embedded"]["contacts"].as_array().into_iter().flatten().collect();
    contacts.sort_by_key(|contact| contact["is_main"] != true);
    Some((lead, contacts.into_iter().filter_map(|contact| contact["id"].as_u64()).collect()))
}

/// A contact as it was read, and the ids of its leads.
pub fn contact(json: &Value, names: &Names) -> Option<(CrmContact, Vec<u64>)> {
    let contact = CrmContact {
        id: json["id"].as_u64()?.to_string().into(),
        name: text(&json["name"]),
        email: by_code(json, "EMAIL").next().map(str::to_owned),
        phones: phones(json).collect(),
        owner: owner(json, names),
        tags: tags(json),
        fields: fields(json, Entity::Contact, names),
        company: None,
    };
    let leads = json["_embedded"]["leads"].as_array().into_iter().flatten();
    Some((contact, leads.filter_map(|lead| lead["id"].as_u64()).collect()))
}

/// A company as it was read.
pub fn company(json: &Value, names: &Names) -> Option<CrmCompany> {
    let id = json["id"].as_u64()?.to_string().into();
    // Companies have phone numbers and addresses, too, which have no place of their own.
    Some(CrmCompany { id, name: text(&json["name"]), fields: fields(json, Entity::Company, names) })
}

/// The id of the company that a contact or lead has: each has one at most.
pub fn company_id(json: &Value) -> Option<u64> {
    json["_embedded"]["companies"][0]["id"].as_u64()
}

/// The items of a lead; None where they were not asked for.
fn items(json: &Value, names: &Names) -> Option<CrmItems> {
    let elements = json["_embedded"]["catalog_elements"].as_array()?;
    let item = |element: &Value| {
        // Kommo's own pages show the quantity inside of the metadata, and beside them.
        let about = |key: &str| Some(&element["metadata"][key]).filter(|value| !value.is_null()).unwrap_or(&element[key]);
        Some(LeadItem {
            catalog: names.catalog(about("catalog_id").as_u64()?).into(),
            item: element["id"].as_u64()?.to_string().into(),
            quantity: about("quantity").as_f64().unwrap_or(1.0),
            ..LeadItem::default()
        })
    };
    Some(CrmItems { catalogs: names.catalogs().map(Into::into).collect(), items: elements.iter().filter_map(item).collect() })
}

/// A contact's phone numbers, in E.164.
pub fn phones(json: &Value) -> impl Iterator<Item = String> {
    by_code(json, "PHONE").filter_map(|phone| {
        let phone: String = phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
        // Kommo keeps what people type: most leave the `+` out.
        normal_phone(&phone).or_else(|| normal_phone(&format!("+{phone}")))
    })
}

/// The values of a field that Kommo knows by a code of its own.
pub fn by_code<'a>(json: &'a Value, code: &'a str) -> impl Iterator<Item = &'a str> {
    let fields = json["custom_fields_values"].as_array().into_iter().flatten();
    let values = fields.filter(move |field| field["field_code"] == code);
    values.flat_map(|field| field["values"].as_array().into_iter().flatten()).filter_map(|value| value["value"].as_str())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn owner(json: &Value, names: &Names) -> Option<CompactString> {
    json["responsible_user_id"].as_u64().filter(|id| *id != 0).map(|id| names.user(id).into())
}

fn tags(json: &Value) -> Vec<String> {
    let tags = json["_embedded"]["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["name"].as_str()).map(str::to_owned).collect()
}

/// Custom fields by our names. Phone and e-mail have places of their own.
fn fields(json: &Value, of: Entity, names: &Names) -> Map<String, Value> {
    let fields = json["custom_fields_values"].as_array().into_iter().flatten();
    let own = fields.filter(|field| !matches!(field["field_code"].as_str(), Some("PHONE" | "EMAIL")));
    let named = own.filter_map(|field| Some((names.field(of, field["field_id"].as_u64()?), read_field(field))));
    named.collect()
}

/// One value as it is, several as a list, a moment as a date.
pub fn read_field(field: &Value) -> Value {
    let kind = field["field_type"].as_str().unwrap_or_default();
    let values = field["values"].as_array().into_iter().flatten();
    let mut values: Vec<Value> = values.map(|value| read_value(kind, &value["value"])).collect();
    match (kind, values.len()) {
        (_, 0) => Value::Null,
        ("multiselect", _) | (_, 2..) => Value::Array(values),
        _ => values.pop().unwrap_or_default(),
    }
}

fn read_value(kind: &str, value: &Value) -> Value {
    let at = || Timestamp::from_second(value.as_i64().or_else(|| value.as_str()?.parse().ok())?).ok();
    match kind {
        "date" | "birthday" => at().map_or_else(|| value.clone(), |at| at.to_zoned(TimeZone::UTC).date().to_string().into()),
        "date_time" => at().map_or_else(|| value.clone(), |at| at.to_string().into()),
        "numeric" | "monetary" => match value.as_str().and_then(|text| text.parse::<f64>().ok()) {
            // An account's numbers come as texts.
            Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => json!(number as i64),
            Some(number) => json!(number),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Whether an entity's field has a value, but for case and accents; of several values one of them.
pub fn holds(json: &Value, id: u64, value: &str) -> bool {
    let fields = json["custom_fields_values"].as_array().into_iter().flatten();
    fields.filter(|field| field["field_id"] == id).any(|field| match read_field(field) {
        Value::Array(values) => values.iter().any(|theirs| fold(&plain_text(theirs)) == fold(value)),
        theirs => fold(&plain_text(&theirs)) == fold(value),
    })
}

/// A field as it is written. None: its value is nothing that the field can hold.
pub fn write_field(id: u64, kind: &str, value: &Value) -> Option<Value> {
    let values = match value {
        Value::Null => Value::Null,
        Value::Array(values) => {
            values.iter().map(|value| Some(json!({"value": write_value(kind, value)?}))).collect::<Option<Vec<_>>>()?.into()
        }
        value => json!([{"value": write_value(kind, value)?}]),
    };
    Some(json!({"field_id": id, "values": values}))
}

fn write_value(kind: &str, value: &Value) -> Option<Value> {
    let text = || plain_text(value);
    match kind {
        "checkbox" => value.as_bool().or_else(|| text().parse().ok()).map(Value::Bool),
        "numeric" | "monetary" => match value {
            Value::Number(_) => Some(value.clone()),
            _ => text().trim().parse::<f64>().ok().map(Value::from),
        },
        "date" | "birthday" | "date_time" => {
            let text = text();
            let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
            let at = text.parse::<Timestamp>().ok().or_else(day)?;
            Some(at.as_second().into())
        }
        _ => Some(text().into()),
    }
}

/// A field that Kommo knows by a code of its own.
pub fn by_its_code(code: &str, value: Option<&str>) -> Value {
    let values = value.map_or(Value::Null, |value| json!([{"value": value, "enum_code": "WORK"}]));
    json!({"field_code": code, "values": values})
}

/// A lead that is to be made, with all that it has; which of its fields Kommo has no place for.
pub fn new_lead(lead: &Lead, profile: &Profile, contact: Option<u64>, names: &Names, kinds: &Kinds) -> Map<String, Value> {
    let mut made = Map::new();
    let name = lead.name.clone().or_else(|| profile.name.clone()).or_else(|| profile.phone.clone());
    made.extend(name.map(|name| ("name".to_owned(), name.into())));
    made.extend(lead.price.map(|price| ("price".to_owned(), whole(price))));
    let pipeline = names.pipeline_id(&lead.pipeline);
    made.extend(pipeline.map(|id| ("pipeline_id".to_owned(), id.into())));
    made.extend(names.stage_id(pipeline, &lead.stage).map(|id| ("status_id".to_owned(), id.into())));
    let owner = lead.owner.as_deref().and_then(|owner| names.user_id(owner));
    made.extend(owner.map(|id| ("responsible_user_id".to_owned(), id.into())));
    let fields = custom_fields(&lead.fields, Entity::Lead, names, kinds);
    if !fields.is_empty() {
        made.insert("custom_fields_values".to_owned(), fields.into());
    }
    let contact = match contact {
        Some(id) => json!({"id": id}),
        None => new_contact(profile, names, kinds).into(),
    };
    let mut embedded = Map::from_iter([("contacts".to_owned(), json!([contact]))]);
    if !lead.tags.is_empty() {
        embedded.insert("tags".to_owned(), lead.tags.iter().map(|tag| json!({"name": tag})).collect());
    }
    made.insert("_embedded".to_owned(), embedded.into());
    made
}

/// A contact that is to be made.
pub fn new_contact(profile: &Profile, names: &Names, kinds: &Kinds) -> Map<String, Value> {
    let mut made = Map::new();
    let name = profile.name.clone().or_else(|| profile.phone.clone());
    made.extend(name.map(|name| ("name".to_owned(), name.into())));
    let owner = profile.owner.as_deref().and_then(|owner| names.user_id(owner));
    made.extend(owner.map(|id| ("responsible_user_id".to_owned(), id.into())));
    let codes = [("PHONE", &profile.phone), ("EMAIL", &profile.email)];
    let codes = codes.iter().filter_map(|(code, value)| Some(by_its_code(code, Some(value.as_deref()?))));
    let fields: Vec<Value> = codes.chain(custom_fields(&profile.fields, Entity::Contact, names, kinds)).collect();
    if !fields.is_empty() {
        made.insert("custom_fields_values".to_owned(), fields.into());
    }
    if !profile.tags.is_empty() {
        let tags: Value = profile.tags.iter().map(|tag| json!({"name": tag})).collect();
        made.insert("_embedded".to_owned(), json!({"tags": tags}));
    }
    made
}

/// A company that is to be made.
pub fn new_company(profile: &Profile, names: &Names, kinds: &Kinds) -> Map<String, Value> {
    let name = profile.company.get(COMPANY_NAME).cloned().unwrap_or_default();
    let mut made = Map::from_iter([("name".to_owned(), name)]);
    let known = profile.company_fields().map(|(name, value)| (name.clone(), value.clone())).collect();
    let fields = custom_fields(&known, Entity::Company, names, kinds);
    if !fields.is_empty() {
        made.insert("custom_fields_values".to_owned(), fields.into());
    }
    made
}

/// Those that Kommo has a field for.
fn custom_fields(fields: &Map<String, Value>, of: Entity, names: &Names, kinds: &Kinds) -> Vec<Value> {
    let known = fields.iter().filter_map(|(name, value)| Some((names.field_id(of, name)?, value)));
    known.filter_map(|(id, value)| write_field(id, kind(kinds, id), value)).collect()
}

/// What a field holds; one that is not known holds text.
pub fn kind(kinds: &Kinds, id: u64) -> &str {
    kinds.get(&id).map_or("text", String::as_str)
}

/// A number as JSON, a whole one without a fraction.
pub fn plain(number: f64) -> Value {
    plain_number(number).unwrap_or_default()
}

/// Budgets are whole numbers (Kommo, Leads).
pub fn whole(price: f64) -> Value {
    (price.round() as i64).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_they_are_read() {
        for (kind, ours) in [
            ("text", json!("blue")),
            ("numeric", json!(5)),
            ("numeric", json!(2.5)),
            ("checkbox", json!(true)),
            ("date", json!("2026-03-02")),
            ("date_time", json!("2026-03-02T10:00:00Z")),
            ("multiselect", json!(["a", "b"])),
            ("text", Value::Null),
        ] {
            let mut written = write_field(7, kind, &ours).unwrap();
            written["field_type"] = kind.into();
            assert_eq!(read_field(&written), ours, "{kind}");
        }
        assert_eq!(write_field(7, "date", &json!("soon")), None);
        assert_eq!(write_field(7, "numeric", &json!("many")), None);
        assert_eq!(read_value("numeric", &json!("12")), json!(12));
    }

    #[test]
    fn phones_are_read_as_people_write_them() {
        let field = json!({"field_code": "PHONE", "values": [{"value": "55 (11) 98765-4321"}, {"value": "+351 912 345 678"}, {"value": "?"}]});
        let found: Vec<String> = phones(&json!({"custom_fields_values": [field]})).collect();
        assert_eq!(found, ["+5511987654321", "+351912345678"]);
    }
}
