//! A contact's conversation: its transcript, and what people of the business do in it.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use steps::{
    event::{AgentCommand, EventKind},
    step::subscribe::MAX_SUBSCRIBERS,
    who::Who,
};
use store::Direction;

use super::{
    contacts::{self, HumanView, Page},
    idempotency,
    input::{JsonBody, OptionalBody, Query},
    shapes,
};
use crate::{app::App, journal, problem::Problem, process::Whom};

/// Characters of a text message (Cloud API, Text messages).
const MAX_TEXT: usize = 4_096;

/// A message of the transcript.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MessageView {
    /// For `before`.
    position: u64,
    /// Unix milliseconds.
    at: i64,
    /// `in`: the customer's; `out`: the business's.
    direction: &'static str,
    /// WhatsApp's id, once there is one.
    id: Option<String>,
    /// Of what went out: `queued`, `accepted`, `sent`, `delivered`, `read`, `played`, `failed`, or `replaced` by its template.
    status: Option<String>,
    #[schema(value_type = Object)]
    message: Box<RawValue>,
}

/// The transcript, newest first.
#[utoipa::path(get, path = "/api/v1/contacts/{contact}/messages", tag = "conversation", params(("contact" = String, Path,), Page),
    responses((status = 200, body = Vec<MessageView>), (status = 404, body = Problem)))]
pub(super) async fn messages(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<MessageView>>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    let messages = app.store.messages_of(found.id.as_str(), page.before, page.limit()).await?;
    let mut newer = HashSet::new();
    let views = messages.into_iter().map(|message| {
        let is_in = message.direction == Direction::In;
        let is_replaced = !is_in && !newer.insert(message.id.clone());
        MessageView {
            position: message.position,
            at: message.at,
            direction: if is_in { "in" } else { "out" },
            id: message.wamid,
            status: if is_replaced { Some("replaced".to_owned()) } else { message.status },
            message: journal::raw(&message.body),
        }
    });
    Ok(Json(views.collect()))
}

/// A message that a person of the business writes.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    text: String,
    /// Who writes: a user's id.
    #[serde(default)]
    by: Option<String>,
    /// The business's number; left out: the default one.
    #[serde(default)]
    number: Option<String>,
}

/// Writes to the customer as a person of the business.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/messages", tag = "conversation", request_body = Write, params(("contact" = String, Path,)),
    responses((status = 202), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn write(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Write>,
) -> Result<Response, Problem> {
    if body.text.trim().is_empty() {
        return Err(Problem::invalid("text", "a message needs a text"));
    }
    if steps::limits::length(&body.text) > MAX_TEXT {
        return Err(Problem::invalid("text", format!("a text has {MAX_TEXT} characters at most")));
    }
    let number = shapes::number(&app, body.number.as_deref())?;
    let found = shapes::contact(&app, &name).await?;
    let conversation = found.contact.conversation(&number);
    if !conversation.is_some_and(|conversation| conversation.takes_free_form(app.now())) {
        return Err(Problem::conflict("the customer service window is closed: only a template reaches this customer now"));
    }
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let command = AgentCommand::Message { text: body.text.clone(), by: body.by.clone() };
        let event = shapes::event(&app, format!("write:{key}"), Some(number), EventKind::Agent(command));
        let done = shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
        Ok(json!({ "contact": done.contact }))
    };
    idempotency::once(&app, &headers, &format!("write:{}", found.id), &body, call).await
}

/// Who takes the conversation.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandOff {
    /// `{"user": "ana"}`, `{"team": "sales"}`, `{"round_robin": ["ana", "bia"]}`; left out: whoever comes.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    to: Option<Who>,
    #[serde(default)]
    number: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Acknowledged {
    contact: String,
    /// The person who has the conversation now; none: the bots have it.
    human: Option<HumanView>,
    /// Whoever the conversation is assigned to.
    #[schema(value_type = Option<Object>)]
    owner: Option<Who>,
    /// Agents and teams who want to know of the conversation.
    #[schema(value_type = Vec<Object>)]
    subscribers: Vec<Who>,
}

/// A person takes the conversation from the bot.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/handoff", tag = "conversation", request_body = HandOff, params(("contact" = String, Path,)),
    responses((status = 200, body = Acknowledged), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn hand_off(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<HandOff>,
) -> Result<Json<Acknowledged>, Problem> {
    let number = shapes::number(&app, body.number.as_deref())?;
    if let Some(to) = &body.to {
        shapes::check_who(&app, to, "to")?;
    }
    let command = AgentCommand::Handoff { to: body.to };
    act(&app, &name, &headers, "handoff", number, command).await
}

/// How the conversation is given back.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// Ends the conversation, too: the next message begins a new one.
    #[serde(default)]
    close: bool,
    #[serde(default)]
    number: Option<String>,
}

/// A person gives the conversation back to the bot.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/release", tag = "conversation", request_body = Release, params(("contact" = String, Path,)),
    responses((status = 200, body = Acknowledged), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn release(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<Release>,
) -> Result<Json<Acknowledged>, Problem> {
    let number = shapes::number(&app, body.number.as_deref())?;
    act(&app, &name, &headers, "release", number, AgentCommand::Release { close: body.close }).await
}

/// Who wants to know of the conversation, and who does no longer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscribers {
    /// `{"user": "ana"}`, `{"team": "sales"}`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    add: Vec<Who>,
    /// These, before the others are added.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    remove: Vec<Who>,
    /// Whoever is one.
    #[serde(default)]
    remove_all: bool,
    #[serde(default)]
    number: Option<String>,
}

/// Makes agents and teams subscribers of the conversation, or takes them off: `internal_message` steps without `to` are for them.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/subscribers", operation_id = "change_subscribers", tag = "conversation", request_body = Subscribers,
    params(("contact" = String, Path,)),
    responses((status = 200, body = Acknowledged), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn subscribe(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Subscribers>,
) -> Result<Json<Acknowledged>, Problem> {
    let number = shapes::number(&app, body.number.as_deref())?;
    for (place, who) in body.add.iter().enumerate() {
        shapes::check_one(&app, who, &format!("add[{place}]"))?;
    }
    let found = shapes::contact(&app, &name).await?;
    let known = found.contact.conversation(&number).map_or(&[][..], |conversation| &conversation.subscribers);
    let stays = |who: &&Who| !body.remove_all && !body.remove.contains(who) && !body.add.contains(who);
    if known.iter().filter(stays).count() + body.add.len() > MAX_SUBSCRIBERS {
        return Err(Problem::invalid("add", format!("a conversation has {MAX_SUBSCRIBERS} subscribers at most")));
    }
    let command = AgentCommand::Subscribe { add: body.add, remove: body.remove, remove_all: body.remove_all };
    act(&app, &name, &headers, "subscribe", number, command).await
}

async fn act(
    app: &Arc<App>,
    name: &str,
    headers: &HeaderMap,
    what: &str,
    number: steps::ids::NumberId,
    command: AgentCommand,
) -> Result<Json<Acknowledged>, Problem> {
    let found = shapes::contact(app, name).await?;
    let key = idempotency::event_key(headers, app)?;
    let event = shapes::event(app, format!("{what}:{key}"), Some(number.clone()), EventKind::Agent(command));
    shapes::bring(app, &Whom::Contact(found.id.clone()), event).await?;
    let now = shapes::contact(app, found.id.as_str()).await?;
    let conversation = now.contact.conversation(&number);
    let human = conversation.and_then(|conversation| contacts::human(conversation, app.now()));
    let owner = conversation.and_then(|conversation| conversation.owner.clone());
    let subscribers = conversation.map(|conversation| conversation.subscribers.clone()).unwrap_or_default();
    Ok(Json(Acknowledged { contact: now.id.to_string(), human, owner, subscribers }))
}
