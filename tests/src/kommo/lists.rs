//! Lists and their elements, companies, and what is linked to what.

use reqwest::Url;
use serde_json::{Value, json};

use super::{
    LIST, shape,
    state::{Mistake, State},
};

/// The values of a query by their names.
pub(crate) fn asked(query: &str, name: &str) -> Option<String> {
    let url = Url::parse(&format!("http://kommo/?{query}")).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Whether an entity is found by a `query`: Kommo looks through all that an entity holds.
pub(crate) fn is_found(entity: &Value, query: &str) -> bool {
    let Some(wanted) = asked(query, "query") else { return true };
    let wanted = wanted.to_lowercase();
    let values = format!("{} {}", entity["name"], entity["custom_fields_values"]).to_lowercase();
    let digits: String = values.chars().filter(char::is_ascii_digit).collect();
    let is_number = !wanted.is_empty() && wanted.bytes().all(|byte| byte.is_ascii_digit());
    !wanted.is_empty() && (values.contains(&wanted) || is_number && digits.contains(&wanted))
}

/// The elements of a list that a request asks for.
pub(crate) fn elements<'a>(state: &'a State, query: &'a str) -> impl Iterator<Item = &'a Value> {
    let id = asked(query, "filter[id]").and_then(|id| id.parse::<u64>().ok());
    let is_asked = move |element: &&Value| id.is_none_or(|id| element["id"] == id);
    state.elements.iter().filter(is_asked).filter(move |element| is_found(element, query))
}

fn mistake<T>(path: &str, detail: &str) -> Result<T, Mistake> {
    Err(("NotSupportedChoice".to_owned(), path.to_owned(), detail.to_owned()))
}

/// All that is linked to a lead or contact.
pub(crate) fn links(state: &State, entity: &str, id: u64) -> Vec<Value> {
    let kept = if entity == "leads" { &state.leads[&id] } else { &state.contacts[&id] };
    let embedded = |kind: &str| kept["_embedded"][kind].as_array().cloned().unwrap_or_default();
    let elements = embedded("catalog_elements")
        .into_iter()
        .map(|element| link("catalog_elements", &element["id"], element["metadata"].clone()));
    let contacts = embedded("contacts")
        .into_iter()
        .map(|contact| link("contacts", &contact["id"], json!({"main_contact": contact["is_main"]})));
    let companies = embedded("companies").into_iter().map(|company| link("companies", &company["id"], Value::Null));
    elements.chain(contacts).chain(companies).collect()
}

fn link(kind: &str, id: &Value, metadata: Value) -> Value {
    json!({"to_entity_id": id, "to_entity_type": kind, "metadata": metadata})
}

/// Links or unlinks; all or none.
pub(crate) fn change(state: &mut State, entity: &str, id: u64, given: &[Value], on: bool) -> Result<Vec<Value>, Mistake> {
    for one in given {
        let mut keys = one.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
        if let Some(key) = keys.find(|key| !["to_entity_id", "to_entity_type", "metadata"].contains(key)) {
            return Err(("UnexpectedField".to_owned(), key.to_owned(), "This field was not expected.".to_owned()));
        }
        check(state, entity, id, one, on)?;
    }
    for one in given {
        let kept = if entity == "leads" { state.leads.get_mut(&id) } else { state.contacts.get_mut(&id) };
        let Some(kept) = kept else { continue };
        let kind = one["to_entity_type"].as_str().unwrap_or_default();
        let list = kept["_embedded"][kind].take();
        let mut list = list.as_array().cloned().unwrap_or_default();
        list.retain(|known| known["id"] != one["to_entity_id"]);
        if on {
            let mut linked = json!({"id": one["to_entity_id"]});
            if kind == "catalog_elements" {
                linked["metadata"] = one["metadata"].clone();
            }
            list.push(linked);
        }
        kept["_embedded"][kind] = list.into();
        kept["updated_at"] = super::state::now().into();
    }
    Ok(links(state, entity, id))
}

fn check(state: &State, entity: &str, id: u64, one: &Value, on: bool) -> Result<(), Mistake> {
    let other = one["to_entity_id"].as_u64().unwrap_or_default();
    let there = links(state, entity, id);
    let of_kind = |kind: &str| there.iter().filter(|link| link["to_entity_type"] == kind).collect::<Vec<_>>();
    let kind = one["to_entity_type"].as_str().unwrap_or_default();
    if !on && !of_kind(kind).iter().any(|link| link["to_entity_id"] == other) {
        return mistake("0.to_entity_id", "It is not linked.");
    }
    match kind {
        "catalog_elements" if one["metadata"]["catalog_id"] != LIST => mistake("0.metadata.catalog_id", "There is no such list."),
        "catalog_elements" if !state.elements.iter().any(|element| element["id"] == other) => {
            mistake("0.to_entity_id", "There is no such element.")
        }
        "catalog_elements" if on && !one["metadata"]["quantity"].as_f64().is_some_and(|quantity| quantity > 0.0) => {
            mistake("0.metadata.quantity", "A number is expected.")
        }
        "companies" if !state.companies.contains_key(&other) => mistake("0.to_entity_id", "There is no such company."),
        "companies" if on && of_kind("companies").iter().any(|link| link["to_entity_id"] != other) => {
            mistake("0.to_entity_id", "It has a company already.")
        }
        "catalog_elements" | "companies" => Ok(()),
        _ => mistake("0.to_entity_type", "Nothing of this kind is linked here."),
    }
}

/// Makes companies.
pub(crate) fn make(state: &mut State, given: &[Value]) -> Result<Vec<Value>, Mistake> {
    for company in given {
        shape::check("companies", company, "0.")?;
    }
    let made = given.iter().map(|company| json!({"id": state.add_company(company), "request_id": "0"}));
    Ok(made.collect())
}
