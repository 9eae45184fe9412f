//! Starting and stopping bots: by name, or because a lead entered a stage.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::{
    event::{AgentCommand, EventKind, LeadData, Trigger},
    ids::SessionId,
};

use super::{
    bots::{bot_id, no_bot},
    idempotency,
    input::{JsonBody, normal_phone},
    shapes::{self, ContactName, Started},
};
use crate::{app::App, bots, problem::Problem, process::Whom};

/// Whom a bot is run for, and how it begins.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    contact: ContactName,
    /// The step that it begins with; left out: its first.
    #[serde(default)]
    start: Option<String>,
    /// Variables that it begins with, converted to the types that the bot declares. They come before those of the bot's `api` trigger.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
    /// What the bot reads as `trigger.data`: any JSON.
    #[serde(default)]
    data: Value,
    /// The business's number that it writes from; left out: the default one.
    #[serde(default)]
    number: Option<String>,
}

/// Runs a bot for a contact, who is made if need be. If the bot has an `api` trigger, its conditions count; `not_started` tells why it did not start.
#[utoipa::path(post, path = "/api/v1/bots/{id}/run", tag = "bots", request_body = Run,
    params(("id" = String, Path,), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body: the same answer, and nothing happens twice")),
    responses((status = 202, body = Started), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn run(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(run): JsonBody<Run>,
) -> Result<Response, Problem> {
    let id = bot_id(&id)?;
    let bot = app.bots.load().live(&id).cloned().ok_or_else(|| no_bot(&id))?;
    let start = match &run.start {
        None => None,
        Some(start) => Some(
            bot.document
                .steps
                .keys()
                .find(|step| step.as_str() == start)
                .cloned()
                .ok_or_else(|| Problem::invalid("start", format!("bot {id} has no step {start:?}")))?,
        ),
    };
    bot.variables_with(run.variables.clone(), app.now())
        .map_err(|unfit| Problem::invalid(format!("variables.{}", unfit.variable), unfit.failure.text))?;
    let whom = run.contact.whom(&app, "contact", true).await?;
    let number = shapes::number(&app, run.number.as_deref())?;
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let trigger = Trigger::Run { bot: id.clone(), start, variables: run.variables.clone(), data: run.data.clone() };
        let event = shapes::event(&app, format!("run:{id}:{key}"), Some(number), EventKind::Trigger(trigger));
        shapes::bring(&app, &whom, event).await.map(|done| shapes::started(&done))
    };
    idempotency::once(&app, &headers, &format!("run:{id}"), &run, call).await
}

/// Which sessions of a bot end.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    contact: ContactName,
    /// One session; left out: all of this bot's.
    #[serde(default)]
    session: Option<u32>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Stopped {
    contact: String,
    /// Sessions that still run.
    sessions: Vec<u32>,
}

/// Ends a bot's sessions for a contact.
#[utoipa::path(post, path = "/api/v1/bots/{id}/stop", tag = "bots", request_body = Stop, params(("id" = String, Path,)),
    responses((status = 200, body = Stopped), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(stop): JsonBody<Stop>,
) -> Result<axum::Json<Stopped>, Problem> {
    let id = bot_id(&id)?;
    // A bot that is not live any more may still run.
    if app.bots.load().live(&id).is_none() && bots::history(&app, &id).await?.is_empty() {
        return Err(no_bot(&id));
    }
    let found = stop.contact.found(&app, "contact").await?;
    let key = idempotency::event_key(&headers, &app)?;
    let command = AgentCommand::Stop { bot: Some(id), session: stop.session.map(SessionId) };
    let event = shapes::event(&app, format!("stop:{key}"), None, EventKind::Agent(command));
    shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
    let now = shapes::contact(&app, found.id.as_str()).await?;
    let sessions = now.contact.sessions.iter().map(|session| session.id.0).collect();
    Ok(axum::Json(Stopped { contact: now.id.to_string(), sessions }))
}

/// A lead entered a stage.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    lead: StageLead,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StageLead {
    /// The pipeline's own id of the lead: a text, or a number, which counts as its text.
    #[serde(deserialize_with = "text_or_number")]
    #[schema(value_type = String)]
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    pipeline: Option<String>,
    stage: String,
    #[serde(default)]
    previous_stage: Option<String>,
    /// The lead was created in this stage.
    #[serde(default)]
    created: bool,
    contact: ContactName,
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// Many pipelines number their leads.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("a text or a number is expected, not {other}"))),
    }
}

/// A lead entered a stage: starts the bots that wait for it. 202 tells which started and, for each that did not, why.
#[utoipa::path(post, path = "/api/v1/triggers/stage", tag = "triggers", request_body = Stage,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body: the same answer, and nothing happens twice")),
    responses((status = 202, body = Started), (status = 422, body = Problem)))]
pub(super) async fn stage(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(stage): JsonBody<Stage>,
) -> Result<Response, Problem> {
    let lead = &stage.lead;
    check_stage(&app, lead)?;
    let whom = lead.contact.whom(&app, "lead.contact", true).await?;
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let trigger = Trigger::Stage {
            lead: LeadData {
                id: lead.id.clone(),
                name: lead.name.clone(),
                pipeline: lead.pipeline.clone(),
                stage: Some(lead.stage.clone()),
                fields: lead.fields.clone(),
                contact_name: lead.contact.name.clone(),
                contact_phone: lead.contact.phone.as_deref().and_then(normal_phone),
            },
            previous_stage: lead.previous_stage.clone(),
            created: lead.created,
        };
        let event = shapes::event(&app, format!("stage:{key}"), None, EventKind::Trigger(trigger));
        shapes::bring(&app, &whom, event).await.map(|done| shapes::started(&done))
    };
    idempotency::once(&app, &headers, "stage", &stage, call).await
}

/// A lead has an id and a stage. Where pipelines are declared, others are a mistake of the caller's, best told at once.
fn check_stage(app: &App, lead: &StageLead) -> Result<(), Problem> {
    for (key, text) in [("lead.id", &lead.id), ("lead.stage", &lead.stage)] {
        if text.trim().is_empty() {
            return Err(Problem::invalid(key, "a text is expected, and this one is empty"));
        }
    }
    let environment = app.environment.load();
    if environment.pipelines.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = environment.pipelines.keys().map(String::as_str).collect();
    let name = lead.pipeline.as_deref().or(known.first().copied()).unwrap_or_default();
    let Some(pipeline) = environment.pipelines.get(name) else {
        let detail = format!("there is no pipeline {name:?} in the settings; there are: {}", known.join(", "));
        return Err(Problem::invalid("lead.pipeline", detail));
    };
    if !pipeline.has_stage(&lead.stage) {
        let detail = format!("pipeline {name} has no stage {:?}; it has: {}", lead.stage, pipeline.stages.join(", "));
        return Err(Problem::invalid("lead.stage", detail));
    }
    Ok(())
}
