//! Bots: what is live, drafts, publishing, versions.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steps::ids::BotId;

use super::input::{JsonBody, OptionalBody};
use crate::{
    app::App,
    bots::{self, Checked, Draft, Published},
    problem::Problem,
};

/// A bot in the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BotSummary {
    id: String,
    name: String,
    /// The version that is live; none: it was never published, or its file is gone.
    version: Option<String>,
    /// What starts it.
    triggers: Vec<String>,
    has_draft: bool,
    /// Its file, where it came from one.
    file: Option<String>,
    /// What is wrong with its file; the last good version stays live.
    #[schema(value_type = Vec<Object>)]
    problems: Value,
}

fn summary(app: &App, id: &str, drafts: &BTreeSet<String>) -> BotSummary {
    let bots = app.bots.load();
    let bot = BotId::new(id).ok().and_then(|id| bots.live(&id).cloned());
    let file = app.catalogue.file(id);
    BotSummary {
        id: id.to_owned(),
        name: bot.as_ref().map(|bot| bot.document.name.clone()).unwrap_or_default(),
        version: bot.as_ref().map(|bot| bot.version.to_string()),
        triggers: bot.iter().flat_map(|bot| bot.document.triggers.iter().map(|trigger| trigger.on.name().to_owned())).collect(),
        has_draft: drafts.contains(id),
        problems: file.as_ref().map_or_else(|| json!([]), |file| file.diagnostics.clone()),
        file: file.map(|file| file.path.display().to_string()),
    }
}

/// All bots.
#[utoipa::path(get, path = "/api/v1/bots", tag = "bots", responses((status = 200, body = Vec<BotSummary>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<BotSummary>>, Problem> {
    let drafts: BTreeSet<String> = bots::drafts(&app).await?.into_iter().collect();
    let mut ids = drafts.clone();
    ids.extend(app.bots.load().live_bots().map(|bot| bot.id.to_string()));
    ids.extend(app.catalogue.problems().into_keys());
    Ok(Json(ids.iter().map(|id| summary(&app, id, &drafts)).collect()))
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
#[utoipa::path(get, path = "/api/v1/bots/{id}", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = BotDetail), (status = 404, body = Problem)))]
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<BotDetail>, Problem> {
    let id = bot_id(&id)?;
    let draft = bots::draft(&app, &id).await?;
    let version = app.bots.load().live(&id).map(|bot| bot.version.clone());
    let document = match &version {
        Some(version) => bots::source_of(&app, &id, version.as_str()).await?,
        None => None,
    };
    if draft.is_none() && version.is_none() && app.catalogue.file(id.as_str()).is_none() {
        return Err(no_bot(&id));
    }
    let drafts = draft.iter().map(|_| id.to_string()).collect();
    Ok(Json(BotDetail { summary: summary(&app, id.as_str(), &drafts), document, draft }))
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

/// Saves a draft: any JSON object, with or without errors. Tells what the checker says.
#[utoipa::path(put, path = "/api/v1/bots/{id}/draft", tag = "bots", params(("id" = String, Path,)), request_body = Object,
    responses((status = 200, body = Saved), (status = 422, body = Problem)))]
pub(super) async fn save_draft(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(document): JsonBody<serde_json::Map<String, Value>>,
) -> Result<Json<Saved>, Problem> {
    let id = bot_id(&id)?;
    let document = Value::Object(document);
    let Checked { bot, diagnostics } = bots::check(id.as_str(), &document.to_string(), &app.environment.load());
    let draft = bots::save_draft(&app, &id, document).await?;
    Ok(Json(Saved { publishable: bot.is_some(), diagnostics, draft }))
}

/// What is published: the draft, or this document.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Publish {
    /// Left out: the draft.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    document: Option<serde_json::Map<String, Value>>,
    /// What changed, for people.
    #[serde(default)]
    note: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PublishAnswer {
    version: String,
    /// Warnings.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Value,
    /// The file that was written anew, where the bot came from one.
    file: Option<String>,
}

/// Makes the draft, or the document given, live.
#[utoipa::path(post, path = "/api/v1/bots/{id}/publish", tag = "bots", params(("id" = String, Path,)), request_body = Publish,
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
    let file = bots::publish_document(&app, bot, &document, publish.note).await?;
    Ok(Json(PublishAnswer { version, diagnostics, file: file.map(|file| file.display().to_string()) }))
}

/// A bot's versions, the newest first.
#[utoipa::path(get, path = "/api/v1/bots/{id}/versions", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = Vec<Published>), (status = 404, body = Problem)))]
pub(super) async fn versions(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Vec<Published>>, Problem> {
    let id = bot_id(&id)?;
    let history = bots::history(&app, &id).await?;
    if history.is_empty() { Err(no_bot(&id)) } else { Ok(Json(history)) }
}

pub(super) fn bot_id(id: &str) -> Result<BotId, Problem> {
    BotId::new(id).map_err(|error| Problem::invalid("id", error.to_string()))
}

pub(super) fn no_bot(id: &BotId) -> Problem {
    Problem::not_found(format!("there is no bot {id}"))
}
