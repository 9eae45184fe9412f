//! The bots that ship with the program.

use std::collections::BTreeMap;

use axum::{Json, extract::Path};
use serde::Serialize;
use serde_json::Value;

use crate::{
    bots::samples::{self, Sample},
    problem::Problem,
};

/// A bot that ships, in the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SampleSummary {
    id: String,
    name: String,
    /// The language that it speaks.
    language: String,
    /// What it does, by language of the reader: `en`, `es`, `pt`.
    description: BTreeMap<String, String>,
    /// How many steps it has.
    steps: usize,
}

/// A bot that ships.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SampleDetail {
    id: String,
    #[schema(value_type = Object)]
    document: Value,
    /// Its dialog tests.
    #[schema(value_type = Vec<Object>)]
    dialogs: Value,
}

/// The bots that ship with the program, to begin one from.
#[utoipa::path(get, path = "/api/v1/samples", operation_id = "list_samples", tag = "bots", responses((status = 200, body = Vec<SampleSummary>)))]
pub(super) async fn list() -> Json<Vec<SampleSummary>> {
    let summary = |sample: &Sample| SampleSummary {
        id: sample.id.clone(),
        name: sample.text("name"),
        language: sample.text("language"),
        description: sample.description(),
        steps: sample.steps(),
    };
    Json(samples::all().iter().map(summary).collect())
}

/// One of them, with its dialog tests.
#[utoipa::path(get, path = "/api/v1/samples/{id}", operation_id = "show_sample", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = SampleDetail), (status = 404, body = Problem)))]
pub(super) async fn show(Path(id): Path<String>) -> Result<Json<SampleDetail>, Problem> {
    let Sample { id, document, dialogs } =
        samples::find(&id).ok_or_else(|| Problem::not_found(format!("no bot {id} ships with the program")))?;
    Ok(Json(SampleDetail { id, document, dialogs }))
}
