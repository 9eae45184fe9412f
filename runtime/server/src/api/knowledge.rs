//! What a bot's knowledge has for a question.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};

use super::{
    bots::{bot_id, no_bot},
    input::Query,
};
use crate::{app::App, knowledge::SourceState, problem::Problem};

/// What a customer would write.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Left out: only the sources are told.
    #[serde(default)]
    question: String,
}

/// What is known.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Known {
    /// The best first: what `ai_reply` would be shown.
    passages: Vec<PassageView>,
    /// Why less was searched than there is.
    note: Option<String>,
    sources: Vec<SourceState>,
}

/// A part of a source that fits the question.
#[derive(Serialize, utoipa::ToSchema)]
struct PassageView {
    source: String,
    /// The headings that it stands under.
    title: String,
    text: String,
    /// More is better; scores of different questions can't be compared.
    score: f32,
}

/// What a live bot's knowledge has for a question, in all of its sources.
#[utoipa::path(get, path = "/api/v1/bots/{id}/knowledge", operation_id = "search_knowledge", tag = "bots", params(("id" = String, Path,), Search),
    responses((status = 200, body = Known), (status = 404, body = Problem)))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Search { question }): Query<Search>,
) -> Result<Json<Known>, Problem> {
    let id = bot_id(&id)?;
    if app.bots.load().live(&id).is_none() {
        return Err(no_bot(&id));
    }
    let Some(shelf) = app.knowledge.shelf(&id) else {
        return Ok(Json(Known { passages: Vec::new(), note: None, sources: Vec::new() }));
    };
    let found = app.knowledge.find_in(shelf.clone(), shelf.names(), question).await;
    let passages = found.passages.into_iter().map(|passage| PassageView {
        source: passage.source,
        title: passage.title,
        text: passage.text,
        score: passage.score,
    });
    Ok(Json(Known { passages: passages.collect(), note: found.note, sources: shelf.sources().to_vec() }))
}
