//! Catalogues that bots look into: which there are, and what they hold.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::catalog::{FindIn, Found, Nearness};

use super::input::Query;
use crate::{
    app::App,
    catalogs::CatalogState,
    crm::{NotSearched, Wanted},
    problem::Problem,
};

/// What is looked for in a catalogue.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// A name, or words of it. Left out: the first items.
    #[serde(default)]
    q: String,
}

/// Items of a catalogue.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CatalogItems {
    /// The best first, 50 at most: the first one is what a `find` step gets.
    items: Vec<CatalogItem>,
}

/// An item of a catalogue.
#[derive(Serialize, utoipa::ToSchema)]
struct CatalogItem {
    id: String,
    name: String,
    price: Option<f64>,
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

impl From<Found> for CatalogItem {
    fn from(found: Found) -> Self {
        CatalogItem { id: found.id.into(), name: found.name, price: found.price, fields: found.fields }
    }
}

/// The catalogues that bots may look into: those in files, and the CRM's lists that the settings name.
#[utoipa::path(get, path = "/api/v1/catalogs", operation_id = "list_catalogs", tag = "operation", responses((status = 200, body = Vec<CatalogState>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Json<Vec<CatalogState>> {
    Json(app.crm.catalogs().await)
}

/// What a catalogue has for a name, as a `find` step would find it. 502 with the reason where the catalogue can't be read.
#[utoipa::path(get, path = "/api/v1/catalogs/{id}", operation_id = "search_catalog", tag = "operation", params(("id" = String, Path,), Search),
    responses((status = 200, body = CatalogItems), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Search { q }): Query<Search>,
) -> Result<Json<CatalogItems>, Problem> {
    let place = FindIn::Catalog(id.into());
    let wanted = Wanted { place: &place, by: "name", value: &q, nearness: Nearness::Words, contact: None, own: None };
    match app.crm.find(&wanted).await {
        Ok(found) => Ok(Json(CatalogItems { items: found.into_iter().map(CatalogItem::from).collect() })),
        Err(NotSearched { name: "unknown_catalog", text }) => Err(Problem::not_found(text)),
        Err(NotSearched { text, .. }) => Err(Problem::new(StatusCode::BAD_GATEWAY, text)),
    }
}
