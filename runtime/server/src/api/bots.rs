//! Bots: what is live, drafts, publishing, versions.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::{ids::BotId, moment::Moment};

use super::input::{JsonBody, OptionalBody, Query};
use crate::{
    app::App,
    bots::{self, Checked, Draft, History, OpenSessions, OpenSessionsView, Overview, Published, SessionCounts},
    problem::Problem,
};

/// A bot in the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BotSummary {
    id: String,
    /// As it is live; where nothing is live, as it is being worked on.
    name: String,
    /// The version that is live; none: it was never published, or its file is gone.
    version: Option<String>,
    /// The number of what is live.
    number: Option<u64>,
    /// How often it was published.
    versions: u64,
    /// What starts it.
    triggers: Vec<String>,
    /// Whether something is saved that is not live.
    has_draft: bool,
    /// What the checker finds in the draft; without one, in the file, else in what is live.
    errors: usize,
    warnings: usize,
    /// Sessions that began with it and run.
    open_sessions: u64,
    /// Sessions that began with it in the last seven days.
    sessions_7d: u64,
    /// Its file, where it came from one.
    file: Option<String>,
    /// What is wrong with its file; the last good version stays live.
    #[schema(value_type = Vec<Object>)]
    problems: Value,
}

fn summary(bot: &Overview, counts: &SessionCounts) -> BotSummary {
    let live = bot.live.as_ref();
    let (open_sessions, sessions_7d) = counts.of_bot(&bot.id);
    BotSummary {
        id: bot.id.clone(),
        name: bot.name.clone(),
        version: live.map(|live| live.version.to_string()),
        number: bot.number(),
        versions: bot.history.count(),
        triggers: live
            .iter()
            .flat_map(|live| live.document.triggers.iter().map(|trigger| trigger.on.name().to_owned()))
            .collect(),
        has_draft: bot.draft.is_some(),
        errors: bot.found.errors,
        warnings: bot.found.warnings,
        open_sessions,
        sessions_7d,
        file: bot.file.as_ref().map(|file| file.display().to_string()),
        problems: bot.problems.clone(),
    }
}

/// All bots.
#[utoipa::path(get, path = "/api/v1/bots", operation_id = "list_bots", tag = "bots", responses((status = 200, body = Vec<BotSummary>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<BotSummary>>, Problem> {
    let counts = bots::session_counts(&app).await?;
    Ok(Json(bots::overviews(&app).await?.iter().map(|bot| summary(bot, &counts)).collect()))
}

/// A bot with its documents.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BotDetail {
    #[serde(flatten)]
    summary: BotSummary,
    /// What is live.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    draft: Option<Draft>,
}

/// One bot: its live document and its draft.
#[utoipa::path(get, path = "/api/v1/bots/{id}", operation_id = "show_bot", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = BotDetail), (status = 404, body = Problem)))]
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<BotDetail>, Problem> {
    let id = bot_id(&id)?;
    let bot = bots::overview(&app, &id).await?.ok_or_else(|| no_bot(&id))?;
    let document = bots::live_document(&app, &id).await?;
    let summary = summary(&bot, &bots::session_counts(&app).await?);
    Ok(Json(BotDetail { summary, document, draft: bot.draft }))
}

/// What a saved or published document looks like to the checker.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Saved {
    /// Whether it could be published.
    publishable: bool,
    #[schema(value_type = Vec<Object>)]
    diagnostics: Value,
    draft: Draft,
}

/// What a draft was made from.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// `at` of the draft that this one was made from, 0 where there was none. Where another one was kept since, nothing is written.
    since: Option<u64>,
}

/// Saves a draft: any JSON object, with or without errors. Tells what the checker says. What is live already, canvas included, leaves no
/// draft behind.
#[utoipa::path(put, path = "/api/v1/bots/{id}/draft", operation_id = "save_draft", tag = "bots", params(("id" = String, Path,), Since), request_body = Object,
    responses((status = 200, body = Saved), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn save_draft(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Since { since }): Query<Since>,
    JsonBody(document): JsonBody<Map<String, Value>>,
) -> Result<Json<Saved>, Problem> {
    let id = bot_id(&id)?;
    let document = Value::Object(document);
    let Checked { bot, diagnostics } = bots::check(id.as_str(), &document.to_string(), &app.environment.load());
    let changed = || Problem::conflict(format!("somebody else has changed the draft of bot {id} meanwhile: nothing was saved"));
    let since = since.map(|since| Moment(i64::try_from(since).unwrap_or(i64::MAX)));
    let draft = bots::save_draft(&app, &id, document, since).await?.ok_or_else(changed)?;
    Ok(Json(Saved { publishable: bot.is_some(), diagnostics, draft }))
}

/// Removes a draft; what is live stays.
#[utoipa::path(delete, path = "/api/v1/bots/{id}/draft", operation_id = "discard_draft", tag = "bots", params(("id" = String, Path,)),
    responses((status = 204), (status = 422, body = Problem)))]
pub(super) async fn discard_draft(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    bots::discard_draft(&app, &bot_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is published: the draft, or this document.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Publish {
    /// Left out: the draft.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    document: Option<Map<String, Value>>,
    /// What changed, for people.
    #[serde(default)]
    note: Option<String>,
    /// What becomes of sessions that are open in older versions: `stay` (left out), `move`, `restart`.
    #[serde(default)]
    sessions: OpenSessions,
    /// Changes nothing, and tells what would happen.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PublishAnswer {
    version: String,
    /// Counts the bot's publications from 1. What is live already keeps its number.
    number: u64,
    /// Warnings.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Value,
    /// The file that was written anew, where the bot came from one.
    file: Option<String>,
    /// The sessions that were open in older versions, and what would become of them by `move`.
    sessions: OpenSessionsView,
}

/// Makes the draft, or the document given, live. One with errors never is.
#[utoipa::path(post, path = "/api/v1/bots/{id}/publish", operation_id = "publish_bot", tag = "bots", params(("id" = String, Path,)), request_body = Publish,
    responses((status = 200, body = PublishAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    OptionalBody(publish): OptionalBody<Publish>,
) -> Result<Json<PublishAnswer>, Problem> {
    let id = bot_id(&id)?;
    let document = match publish.document {
        Some(document) => Value::Object(document),
        None => {
            bots::draft(&app, &id).await?.ok_or_else(|| Problem::not_found(format!("bot {id} has no draft to publish")))?.document
        }
    };
    let Checked { bot, diagnostics } = bots::check(id.as_str(), &document.to_string(), &app.environment.load());
    let Some(bot) = bot else {
        return Err(Problem::invalid("document", format!("bot {id} has errors, and stays as it is")).diagnostics(diagnostics));
    };
    let version = bot.version.to_string();
    let sessions = bots::look_at_open(&app, &bot, &bots::history(&app, &id).await?).await?;
    if publish.dry_run {
        let number = bots::next_number(&app, &bot).await?;
        return Ok(Json(PublishAnswer { version, number, diagnostics, file: None, sessions }));
    }
    let published = bots::publish_document(&app, bot, &document, publish.note, publish.sessions).await?;
    let file = published.file.map(|file| file.display().to_string());
    Ok(Json(PublishAnswer { version, number: published.number, diagnostics, file, sessions }))
}

/// A publication of a bot.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct VersionSummary {
    /// Counts the bot's publications from 1.
    number: u64,
    /// The hash of its content without the canvas.
    version: String,
    /// Unix milliseconds.
    at: i64,
    note: Option<String>,
    /// Whether it is what runs.
    live: bool,
    /// Sessions that began with the bot and run in this version.
    open_sessions: u64,
}

/// A publication with what was published.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct VersionDetail {
    #[serde(flatten)]
    summary: VersionSummary,
    #[schema(value_type = Object)]
    document: Value,
}

fn version_summary(app: &App, id: &BotId, history: &History, counts: &SessionCounts, published: &Published) -> VersionSummary {
    let live = app.bots.load().live(id).map(|bot| bot.version.clone());
    let latest = live.and_then(|live| history.latest(live.as_str())).map(|latest| latest.number);
    VersionSummary {
        number: published.number,
        version: published.version.to_string(),
        at: published.at.0,
        note: published.note.clone(),
        live: latest == Some(published.number),
        open_sessions: counts.open_of_version(id, &published.version),
    }
}

/// A bot's publications, the newest first; none: it was never published.
#[utoipa::path(get, path = "/api/v1/bots/{id}/versions", operation_id = "list_versions", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = Vec<VersionSummary>), (status = 404, body = Problem)))]
pub(super) async fn versions(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Vec<VersionSummary>>, Problem> {
    let id = bot_id(&id)?;
    let history = bots::history(&app, &id).await?;
    if history.is_empty() && !bots::exists(&app, &id).await? {
        return Err(no_bot(&id));
    }
    let counts = bots::session_counts(&app).await?;
    Ok(Json(history.newest_first().map(|published| version_summary(&app, &id, &history, &counts, published)).collect()))
}

/// One publication of a bot, by its number or its version, with its document. Saving that as the draft restores it.
#[utoipa::path(get, path = "/api/v1/bots/{id}/versions/{version}", operation_id = "show_version", tag = "bots",
    params(("id" = String, Path,), ("version" = String, Path, description = "a number, or a version")),
    responses((status = 200, body = VersionDetail), (status = 404, body = Problem)))]
pub(super) async fn version(
    State(app): State<Arc<App>>,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<VersionDetail>, Problem> {
    let id = bot_id(&id)?;
    let history = bots::history(&app, &id).await?;
    let missing = || Problem::not_found(format!("bot {id} has no version {version:?}"));
    let published = history.find(&version).ok_or_else(missing)?;
    let document = bots::document(&app, &id, published.version.as_str()).await?.ok_or_else(missing)?;
    let counts = bots::session_counts(&app).await?;
    Ok(Json(VersionDetail { summary: version_summary(&app, &id, &history, &counts, published), document }))
}

pub(super) fn bot_id(id: &str) -> Result<BotId, Problem> {
    BotId::new(id).map_err(|error| Problem::invalid("id", error.to_string()))
}

pub(super) fn no_bot(id: &BotId) -> Problem {
    Problem::not_found(format!("there is no bot {id}"))
}

#[cfg(test)]
mod tests;
