//! Looks for something in Kommo: items of its lists, contacts. Kommo's own search says what may fit, by all that an entity holds; what fits
//! is decided here, as for catalogues in files.

use serde_json::{Map, Value};
use steps::{
    catalog::{FindIn, Found},
    expression::fold,
};

use super::{
    super::{
        NotSearched, Wanted,
        builtin::{of_files, others_first},
    },
    Kommo,
    client::{ApiError, Ask},
    names::Entity,
    shape,
};
use crate::{
    api::normal_phone,
    catalogs::{CatalogState, best},
};

/// Entities of one answer (Kommo, Lists, Contacts). What lies behind the first page is not looked at.
const PAGE: &str = "250";

impl From<ApiError> for NotSearched {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Later { reason, .. } => NotSearched { name: "crm_unavailable", text: reason },
            ApiError::Refused(reason) | ApiError::Gone(reason) => {
                NotSearched { name: "crm_refused", text: format!("Kommo refused the search: {reason}") }
            }
        }
    }
}

pub(super) async fn find(kommo: &Kommo, wanted: &Wanted<'_>) -> Result<Vec<Found>, NotSearched> {
    match wanted.place {
        FindIn::Catalog(id) => match of_files(&kommo.catalogs, id, wanted).await {
            Some(found) => found,
            None => items(kommo, id, wanted).await,
        },
        FindIn::Contacts => contacts(kommo, wanted).await,
    }
}

async fn items(kommo: &Kommo, catalog: &str, wanted: &Wanted<'_>) -> Result<Vec<Found>, NotSearched> {
    let id = kommo.names().catalog_id(catalog).ok_or_else(|| NotSearched::no_catalog(catalog))?;
    let path = format!("/api/v4/catalogs/{id}/elements");
    let ask = Ask::get(&path).query("limit", PAGE);
    let ask = match (wanted.by, wanted.value.trim()) {
        (_, "") => ask,
        // Only a number is an id there.
        ("id", value) if value.bytes().all(|byte| byte.is_ascii_digit()) => ask.query("filter[id]", value),
        ("id", _) => return Ok(Vec::new()),
        (_, value) => ask.query("query", value),
    };
    let answer = kommo.client.ask(ask).await?;
    let elements = answer["_embedded"]["elements"].as_array().map_or(&[][..], Vec::as_slice);
    let items: Vec<Found> = elements.iter().filter(|element| element["is_deleted"] != true).filter_map(item).collect();
    Ok(best(&items, wanted.by, wanted.value, wanted.nearness))
}

/// An element of a list. Its fields go by Kommo's codes (`sku`, `description`), those without one by their ids (`cf_271207`).
fn item(element: &Value) -> Option<Found> {
    let (mut price, mut fields) = (None, Map::new());
    for field in element["custom_fields_values"].as_array().into_iter().flatten() {
        let value = shape::read_field(field);
        match field["field_code"].as_str().map(str::to_ascii_lowercase).filter(|code| !code.is_empty()) {
            Some(code) if code == "price" => {
                price = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
            }
            Some(code) => {
                fields.insert(code, value);
            }
            None => {
                fields.extend(field["field_id"].as_u64().map(|id| (format!("cf_{id}"), value)));
            }
        }
    }
    let name = element["name"].as_str().unwrap_or_default().to_owned();
    Some(Found { id: element["id"].as_u64()?.to_string().into(), name, price, fields, is_self: None })
}

async fn contacts(kommo: &Kommo, wanted: &Wanted<'_>) -> Result<Vec<Found>, NotSearched> {
    let phone = || normal_phone(wanted.value).or_else(|| normal_phone(&format!("+{}", wanted.value)));
    let (query, phone) = match wanted.by {
        "phone" => match phone() {
            Some(phone) => (phone.trim_start_matches('+').to_owned(), Some(phone)),
            None => return Ok(Vec::new()),
        },
        _ => (wanted.value.to_owned(), None),
    };
    let answer = kommo.client.ask(Ask::get("/api/v4/contacts").query("query", query).query("limit", PAGE)).await?;
    let found = answer["_embedded"]["contacts"].as_array().into_iter().flatten();
    let field = kommo.names().field_id(Entity::Contact, wanted.by);
    let fits = |contact: &&Value| match (wanted.by, &phone) {
        ("name", _) => true,
        ("phone", phone) => shape::phones(contact).any(|theirs| Some(&theirs) == phone.as_ref()),
        ("email", _) => shape::by_code(contact, "EMAIL").any(|theirs| fold(theirs) == fold(wanted.value)),
        _ => field.is_some_and(|field| shape::holds(contact, field, wanted.value)),
    };
    let found = found.filter(fits).filter_map(|contact| {
        let id = contact["id"].as_u64()?.to_string();
        let is_self = Some(wanted.own == Some(id.as_str()));
        let name = contact["name"].as_str().unwrap_or_default().to_owned();
        Some(Found { id: id.into(), name, is_self, ..Found::default() })
    });
    let found = found.collect();
    // Those that fit by something else than their name are in Kommo's order.
    let value = if wanted.by == "name" { wanted.value } else { "" };
    Ok(others_first(found, "name", value, wanted.nearness))
}

/// The catalogues in files, then the lists that the settings name.
pub(super) async fn catalogs(kommo: &Kommo) -> Vec<CatalogState> {
    let mut all = kommo.catalogs.states().await;
    let named = kommo.settings.catalogs.keys().filter(|id| !kommo.catalogs.has(id));
    all.extend(named.map(|id| CatalogState {
        id: id.clone(),
        name: id.clone(),
        kept: "kommo",
        items: None,
        problems: Vec::new(),
    }));
    all
}
