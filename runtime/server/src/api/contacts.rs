//! Contacts: who they are, what runs for them, and their removal.

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use steps::{
    catalog::LeadItem,
    contact::{Contact, Conversation, Frame, Lead, Session},
    event::{EventKind, Identity, Trigger},
    ids::NumberId,
    moment::Moment,
    trigger::Owned,
    who::Who,
};

use super::{
    idempotency,
    input::{JsonBody, Query},
    shapes,
    tasks::TaskView,
};
use crate::{app::App, erasure, journal, problem::Problem, process::Whom};

/// A contact with what runs for them.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ContactView {
    id: String,
    name: Option<String>,
    phone: Option<String>,
    #[schema(value_type = Object)]
    identity: Identity,
    email: Option<String>,
    language: Option<String>,
    tags: Vec<String>,
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    #[schema(value_type = Object)]
    company: Map<String, Value>,
    owner: Option<String>,
    opted_in: Option<bool>,
    /// Unix milliseconds.
    created: i64,
    /// The current one last.
    leads: Vec<LeadView>,
    /// Those that are open, the oldest first.
    tasks: Vec<TaskView>,
    /// The customer service window of the default number.
    window: Window,
    /// By number of the business.
    windows: BTreeMap<String, Window>,
    sessions: Vec<SessionView>,
    /// Entries that wait: sends, calls, timers.
    pending: usize,
}

/// A deal in the pipeline.
#[derive(Serialize, utoipa::ToSchema)]
struct LeadView {
    id: String,
    name: Option<String>,
    pipeline: String,
    stage: String,
    price: Option<f64>,
    tags: Vec<String>,
    owner: Option<String>,
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// What of catalogues it is about.
    items: Vec<LeadItemView>,
    /// Won or lost.
    closed: bool,
}

impl From<&Lead> for LeadView {
    fn from(lead: &Lead) -> Self {
        LeadView {
            id: lead.id.to_string(),
            name: lead.name.clone(),
            pipeline: lead.pipeline.to_string(),
            stage: lead.stage.to_string(),
            price: lead.price,
            tags: lead.tags.clone(),
            owner: lead.owner.as_ref().map(ToString::to_string),
            fields: lead.fields.clone(),
            items: lead.items.iter().map(LeadItemView::from).collect(),
            closed: lead.closed,
        }
    }
}

/// An item of a catalogue that a lead is about.
#[derive(Serialize, utoipa::ToSchema)]
struct LeadItemView {
    catalog: String,
    /// Its id in the catalogue.
    item: String,
    name: Option<String>,
    price: Option<f64>,
    quantity: f64,
}

impl From<&LeadItem> for LeadItemView {
    fn from(item: &LeadItem) -> Self {
        LeadItemView {
            catalog: item.catalog.to_string(),
            item: item.item.to_string(),
            name: item.name.clone(),
            price: item.price,
            quantity: item.quantity,
        }
    }
}

/// A customer service window.
#[derive(Default, Serialize, utoipa::ToSchema)]
pub(super) struct Window {
    open: bool,
    /// ISO 8601; when it closes or closed. None: the customer never wrote.
    closes_at: Option<String>,
    seconds_left: i64,
    /// What is sent now is free, because the customer came by an ad.
    free_entry: bool,
    /// The person who has the conversation; none: the bots have it.
    human: Option<HumanView>,
    /// Whoever the conversation is assigned to: `{"user": "ana"}` or `{"team": "sales"}`.
    #[schema(value_type = Option<Object>)]
    owner: Option<Who>,
    /// Agents and teams who want to know of the conversation, as `owner` is written.
    #[schema(value_type = Vec<Object>)]
    subscribers: Vec<Who>,
}

/// A person of the business who has the conversation.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HumanView {
    /// Whom it was handed to: `{"user": "ana"}`, `{"team": "sales"}`; none: whoever comes.
    #[schema(value_type = Option<Object>)]
    to: Option<Who>,
    /// ISO 8601.
    since: String,
    /// ISO 8601; when the bots come back by themselves. None: when it is given back.
    until: Option<String>,
    /// What the person should know: the bot's text, or the model's summary once it came.
    summary: Option<String>,
}

/// Who has a conversation now.
pub(super) fn human(conversation: &Conversation, now: Moment) -> Option<HumanView> {
    let human = conversation.human.as_ref().filter(|human| human.until.is_none_or(|until| now < until))?;
    let (since, until) = (human.since.to_string(), human.until.map(|until| until.to_string()));
    Some(HumanView { to: human.to.clone(), since, until, summary: human.note.clone() })
}

/// A running bot.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SessionView {
    id: u32,
    bot: String,
    version: String,
    step: String,
    number: String,
    /// Unix milliseconds.
    started: i64,
    active: i64,
    /// What it waits for: `answer`, `first`, `call`, `child`, `human`.
    waits_for: Option<String>,
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
}

pub(super) fn window(conversation: &Conversation, now: Moment) -> Window {
    let closes_at = conversation.window_closes_at();
    let open = conversation.window_open(now);
    Window {
        open,
        closes_at: closes_at.map(|at| at.to_string()),
        seconds_left: closes_at.filter(|_| open).map_or(0, |at| at.since(now) / 1_000),
        free_entry: conversation.free_entry_open(now),
        human: human(conversation, now),
        owner: conversation.owner.clone(),
        subscribers: conversation.subscribers.clone(),
    }
}

fn session(session: &Session) -> SessionView {
    let frame = session.frame();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    SessionView {
        id: session.id.0,
        bot: text(frame.map(|frame| frame.bot.as_str())),
        version: text(frame.map(|frame| frame.version.as_str())),
        step: text(frame.map(|frame| frame.step.as_str())),
        number: session.number.to_string(),
        started: session.started.0,
        active: session.active.0,
        waits_for: frame.and_then(waits_for),
        variables: frame.map(|frame| frame.vars.clone()).unwrap_or_default(),
    }
}

/// What a running bot waits for, in a word.
pub(super) fn waits_for(frame: &Frame) -> Option<String> {
    // The word of a wait is the key of its JSON, or all of it.
    match serde_json::to_value(frame.wait.as_ref()?).ok()? {
        Value::String(word) => Some(word),
        Value::Object(object) => object.keys().next().cloned(),
        _ => None,
    }
}

fn view(app: &App, contact: &Contact) -> ContactView {
    view_at(contact, &app.default_number(), app.now())
}

/// A contact as it is at a moment; `number` is the default one.
pub(super) fn view_at(contact: &Contact, number: &NumberId, now: Moment) -> ContactView {
    let windows: BTreeMap<String, Window> =
        contact.conversations.iter().map(|(number, conversation)| (number.to_string(), window(conversation, now))).collect();
    let default = contact.conversation(number).map(|conversation| window(conversation, now));
    ContactView {
        id: contact.id.to_string(),
        name: contact.display_name().map(str::to_owned),
        phone: contact.phone().map(str::to_owned),
        identity: contact.identity.clone(),
        email: contact.email.clone(),
        language: contact.language.as_ref().map(ToString::to_string),
        tags: contact.tags.clone(),
        fields: contact.fields.clone(),
        company: contact.company.clone(),
        owner: contact.owner.as_ref().map(ToString::to_string),
        opted_in: contact.opted_in,
        created: contact.created.0,
        leads: contact.leads.iter().map(LeadView::from).collect(),
        tasks: contact.tasks.iter().map(|task| TaskView::new(task, now)).collect(),
        window: default.unwrap_or_default(),
        windows,
        sessions: contact.sessions.iter().map(session).collect(),
        pending: contact.pending.len(),
    }
}

/// A contact by phone number or id: leads, windows, sessions.
#[utoipa::path(get, path = "/api/v1/contacts/{contact}", operation_id = "show_contact", tag = "contacts", params(("contact" = String, Path, description = "phone number or id")),
    responses((status = 200, body = ContactView), (status = 404, body = Problem)))]
pub(super) async fn show(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<ContactView>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    Ok(Json(view(&app, &found.contact)))
}

/// What changes of a contact or its lead.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    /// Values to set, by path: `contact.fields.budget`, `lead.price`, `lead.owner`, …
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Tags of the contact.
    #[serde(default)]
    tags: Option<TagChange>,
    #[serde(default)]
    lead: Option<LeadChange>,
}

/// What changes of the current lead.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LeadChange {
    tags: TagChange,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TagChange {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// Sets fields, all or none, and tags of a contact or its lead; bots that watch them start.
#[utoipa::path(patch, path = "/api/v1/contacts/{contact}", tag = "contacts", request_body = Fields, params(("contact" = String, Path,)),
    responses((status = 200, body = ContactView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Fields>,
) -> Result<Json<ContactView>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    interpreter::check_fields(&app.environment.load_full(), &found.contact, app.now(), &body.fields)
        .map_err(|problem| Problem::invalid(format!("fields.{}", problem.path), problem.reason))?;
    let key = idempotency::event_key(&headers, &app)?;
    let tags = |of, tags: Option<TagChange>| tags.map(|TagChange { add, remove }| Trigger::Tags { of, add, remove });
    let changes = [
        ("fields", Some(body.fields).filter(|fields| !fields.is_empty()).map(|fields| Trigger::Fields { fields })),
        ("tags", tags(Owned::Contact, body.tags)),
        ("lead_tags", tags(Owned::Lead, body.lead.map(|lead| lead.tags))),
    ];
    for (what, trigger) in changes {
        let Some(trigger) = trigger else { continue };
        let event = shapes::event(&app, format!("{what}:{key}"), None, EventKind::Trigger(trigger));
        shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
    }
    let now = shapes::contact(&app, found.id.as_str()).await?;
    Ok(Json(view(&app, &now.contact)))
}

/// Removes all that is known of a contact: value, names, media, journal, transcript, entries of the dead list and alerts; also of those
/// that turned out to be this one. Cannot be undone.
#[utoipa::path(delete, path = "/api/v1/contacts/{contact}", tag = "contacts", params(("contact" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn erase(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    // One that can't be read can be erased all the same, by its id.
    let id = match shapes::contact(&app, &name).await {
        Ok(found) => found.id,
        Err(problem) if problem.status == StatusCode::INTERNAL_SERVER_ERROR.as_u16() => steps::ids::ContactId::new(&name),
        Err(problem) => return Err(problem),
    };
    erasure::erase(&app, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The running sessions of a contact.
#[utoipa::path(get, path = "/api/v1/contacts/{contact}/sessions", tag = "sessions", params(("contact" = String, Path,)),
    responses((status = 200, body = Vec<SessionView>), (status = 404, body = Problem)))]
pub(super) async fn sessions(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Json<Vec<SessionView>>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    Ok(Json(found.contact.sessions.iter().map(session).collect()))
}

/// A part of a list, newest first.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Only what lies before this position.
    pub(super) before: Option<u64>,
    /// 100 if left out, 1,000 at most.
    #[param(value_type = Option<usize>, minimum = 1)]
    pub(super) limit: Option<NonZeroUsize>,
}

impl Page {
    pub(super) fn limit(&self) -> usize {
        self.limit.map_or(100, NonZeroUsize::get).min(1_000)
    }
}

/// What a turn did.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TraceView {
    /// For `before`.
    position: u64,
    /// Unix milliseconds.
    at: i64,
    #[schema(value_type = Object)]
    trace: Box<RawValue>,
}

/// What ran for a contact and why: the traces of its turns, newest first.
#[utoipa::path(get, path = "/api/v1/contacts/{contact}/traces", tag = "sessions", params(("contact" = String, Path,), Page),
    responses((status = 200, body = Vec<TraceView>), (status = 404, body = Problem)))]
pub(super) async fn traces(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<TraceView>>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    let (mut traces, mut before) = (Vec::new(), page.before);
    while traces.len() < page.limit() {
        let rows = app.store.journal_of(found.id.as_str(), before, page.limit()).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.position);
        let found = rows.into_iter().filter(|row| row.kind == journal::TRACE);
        traces.extend(found.map(|row| TraceView { position: row.position, at: row.at, trace: journal::raw(&row.body) }));
    }
    traces.truncate(page.limit());
    Ok(Json(traces))
}
