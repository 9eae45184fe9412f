//! The control API under `/mock`: the mock's handle for programs and people that are not in the same process.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::act::{Act, TesterError};
use super::customer::Customer;
use super::faults::Fault;
use super::lock;
use super::server::Shared;
use super::settings::Strictness;
use super::statuses::StatusPlan;
use super::templates::{Template, TemplateStatus};
use super::webhook::WebhookError;
use super::windows::is_user_id;

const HELP: &str = include_str!("control-help.txt");

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(|| async { HELP }))
        .route("/messages", get(messages).delete(clear))
        .route("/counts", get(counts))
        .route("/rejections", get(rejections))
        .route("/reads", get(reads))
        .route("/clock", get(clock).post(set_clock))
        .route("/webhook", post(set_webhook))
        .route("/statuses", get(statuses).post(set_statuses))
        .route("/statuses/release", post(release_statuses))
        .route("/strictness", get(strictness).post(set_strictness))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/links/broken", post(break_link))
        .route("/templates", get(templates).post(put_templates))
        .route("/templates/{name}/release", post(release_template))
        .route("/templates/{name}/{language}", post(change_template))
        .route("/customer/{who}/{deed}", post(act))
}

/// Why a call to the control API failed.
enum Refusal {
    Unreadable(String),
    Tester(TesterError),
    Webhook(WebhookError),
    NotFound(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Unreadable(error) => (StatusCode::BAD_REQUEST, error),
            Self::Tester(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            Self::Webhook(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
            Self::NotFound(error) => (StatusCode::NOT_FOUND, error),
        };
        (status, Json(json!({"error": error}))).into_response()
    }
}

type Answer = Result<Json<Value>, Refusal>;

/// Reads a body; none at all is an empty object. curl's default content type is taken as well.
fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Refusal> {
    let body = if body.trim().is_empty() { "{}" } else { body };
    serde_json::from_str(body).map_err(|error| Refusal::Unreadable(format!("the body can't be read: {error}")))
}

#[derive(Deserialize)]
struct MessageQuery {
    to: Option<String>,
    number: Option<String>,
    /// Skips so many of the fitting messages.
    #[serde(default)]
    after: usize,
}

async fn messages(State(shared): State<Arc<Shared>>, Query(query): Query<MessageQuery>) -> Json<Value> {
    let to = query.to.map(|to| if is_user_id(&to) { to } else { shared.wa_id(&to) });
    let sent = shared.records.sent();
    let fitting = sent.iter().filter(|sent| {
        to.as_ref().is_none_or(|to| *to == sent.to) && query.number.as_ref().is_none_or(|number| *number == sent.number)
    });
    Json(fitting.skip(query.after).map(|sent| sent.to_json()).collect())
}

async fn clear(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.records.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct CountQuery {
    /// Also lists each `biz_opaque_callback_data` that was accepted at least so often.
    callback_data: Option<u64>,
}

async fn counts(State(shared): State<Arc<Shared>>, Query(query): Query<CountQuery>) -> Json<Value> {
    let mut counts = json!({"sends": shared.records.counts(), "webhooks": shared.hooks.counts()});
    if let Some(times) = query.callback_data {
        counts["by_callback_data"] = json!(shared.records.by_callback_data(times));
    }
    Json(counts)
}

async fn rejections(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.records.rejections().iter().map(|rejection| rejection.to_json()).collect())
}

async fn reads(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(shared.records.reads()))
}

async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"now": shared.clock.now().to_string()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    set: Option<Timestamp>,
    advance_seconds: Option<i64>,
    frozen: Option<bool>,
}

async fn set_clock(State(shared): State<Arc<Shared>>, body: String) -> Answer {
    let change: ClockChange = read(&body)?;
    match change.frozen {
        Some(true) => shared.clock.freeze(),
        Some(false) => shared.clock.run(),
        None => {}
    }
    if let Some(time) = change.set {
        shared.clock.set(time);
    }
    if let Some(seconds) = change.advance_seconds {
        shared.clock.advance(SignedDuration::from_secs(seconds));
    }
    Ok(clock(State(shared)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookChange {
    /// `null` stops webhooks.
    url: Option<String>,
    /// Whether to make the verification call first.
    #[serde(default)]
    verify: bool,
}

async fn set_webhook(State(shared): State<Arc<Shared>>, body: String) -> Answer {
    let change: WebhookChange = read(&body)?;
    if let Some(url) = change.url.as_ref().filter(|_| change.verify) {
        shared.hooks.verify(url, &shared.chance.object_id(), None).await.map_err(Refusal::Webhook)?;
    }
    let answer = json!({"url": change.url});
    shared.hooks.set_url(change.url);
    Ok(Json(answer))
}

async fn statuses(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(*lock(&shared.plan)))
}

async fn set_statuses(State(shared): State<Arc<Shared>>, body: String) -> Answer {
    *lock(&shared.plan) = read::<StatusPlan>(&body)?;
    Ok(statuses(State(shared)).await)
}

async fn release_statuses(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"released": shared.release_statuses()}))
}

async fn strictness(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(*lock(&shared.strictness)))
}

async fn set_strictness(State(shared): State<Arc<Shared>>, body: String) -> Answer {
    *lock(&shared.strictness) = read::<Strictness>(&body)?;
    Ok(strictness(State(shared)).await)
}

async fn add_fault(State(shared): State<Arc<Shared>>, body: String) -> Result<StatusCode, Refusal> {
    lock(&shared.faults).add(read::<Fault>(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> StatusCode {
    lock(&shared.faults).clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct BrokenLink {
    link: String,
}

async fn break_link(State(shared): State<Arc<Shared>>, body: String) -> Result<StatusCode, Refusal> {
    let broken: BrokenLink = read(&body)?;
    lock(&shared.media).break_link(&broken.link);
    Ok(StatusCode::NO_CONTENT)
}

async fn templates(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(lock(&shared.templates).list().iter().map(Template::to_json).collect())
}

/// Takes one definition or a list of them.
async fn put_templates(State(shared): State<Arc<Shared>>, body: String) -> Answer {
    let definitions = match read::<Value>(&body)? {
        Value::Array(definitions) => definitions,
        one => vec![one],
    };
    let templates: Result<Vec<Template>, _> = definitions.iter().map(Template::read).collect();
    let templates = templates.map_err(|error| Refusal::Unreadable(error.to_string()))?;
    Ok(Json(templates.into_iter().map(|template| shared.put_template(template)).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateChange {
    status: Option<TemplateStatus>,
    category: Option<String>,
}

async fn change_template(
    State(shared): State<Arc<Shared>>,
    Path((name, language)): Path<(String, String)>,
    body: String,
) -> Result<StatusCode, Refusal> {
    let change: TemplateChange = read(&body)?;
    if shared.change_template(&name, &language, change.status, change.category.as_deref()) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refusal::NotFound(format!("there is no template {name} in {language}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    /// Whether the template passed.
    #[serde(default = "yes")]
    good: bool,
}

fn yes() -> bool {
    true
}

async fn release_template(State(shared): State<Arc<Shared>>, Path(name): Path<String>, body: String) -> Answer {
    let release: Release = read(&body)?;
    Ok(Json(json!({"released": shared.release_template(&name, release.good)})))
}

/// Who writes, beside the path's phone number or user id, and how it is delivered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActQuery {
    number: Option<String>,
    name: Option<String>,
    user_id: Option<String>,
    username: Option<String>,
    at: Option<Timestamp>,
    copies: Option<usize>,
    #[serde(default)]
    apart: bool,
}

async fn act(
    State(shared): State<Arc<Shared>>,
    Path((who, deed)): Path<(String, String)>,
    Query(query): Query<ActQuery>,
    body: String,
) -> Answer {
    let key = if is_user_id(&who) { who } else { shared.wa_id(&who) };
    let mut person = lock(&shared.windows).person(&key);
    person.user_id = query.user_id.or(person.user_id);
    person.username = query.username.or(person.username);
    if let Some(name) = query.name {
        person.name = name;
    }
    let mut customer = Customer::new(Arc::clone(&shared), person);
    if let Some(number) = &query.number {
        customer = customer.writing_to(number).map_err(Refusal::Tester)?;
    }
    if deed == "window" {
        customer.open_window();
        return Ok(Json(json!({"ids": [], "webhook_statuses": []})));
    }
    let act = json!({deed: read::<Value>(&body)?});
    let act: Act = serde_json::from_value(act).map_err(|error| Refusal::Unreadable(error.to_string()))?;
    let mut inbound = customer.act(act).map_err(Refusal::Tester)?.copies(query.copies.unwrap_or(1));
    if let Some(at) = query.at {
        inbound = inbound.at(at);
    }
    if query.apart {
        inbound = inbound.apart();
    }
    let ids = inbound.ids();
    let statuses = inbound.deliver().await.map_err(Refusal::Webhook)?;
    let statuses: Vec<u16> = statuses.iter().map(StatusCode::as_u16).collect();
    Ok(Json(json!({"ids": ids, "webhook_statuses": statuses})))
}
