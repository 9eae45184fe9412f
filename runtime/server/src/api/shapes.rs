//! Shapes that several calls share.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steps::{
    contact::Contact,
    event::{Event, EventKind, Identity},
    ids::{ContactId, EventId, NumberId},
    trace::{Trace, Traced},
};

use super::input::normal_phone;
use crate::{
    app::App,
    problem::Problem,
    process::{Done, Whom, find, process},
};

/// A contact by name.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactName {
    /// With country code: `+5511987654321`.
    pub(super) phone: String,
    #[serde(default)]
    pub(super) name: Option<String>,
}

/// A contact that exists, as it is now.
pub(super) struct Found {
    pub(super) id: ContactId,
    pub(super) contact: Contact,
}

/// The contact by phone number, by id, or by business-scoped user id.
pub(super) async fn contact(app: &Arc<App>, name: &str) -> Result<Found, Problem> {
    let missing = || Problem::not_found("there is no contact with this phone number or id");
    let mut id = match normal_phone(name).or_else(|| normal_phone(&format!("+{name}"))) {
        Some(phone) => named(app, Identity { phone: Some(phone), ..Identity::default() }).await?.ok_or_else(missing)?,
        None => ContactId::new(name),
    };
    let mut stored = app.store.load(id.as_str()).await?;
    if stored.is_none() {
        let user = Identity { user_id: Some(name.to_owned()), ..Identity::default() };
        id = named(app, user).await?.ok_or_else(missing)?;
        stored = app.store.load(id.as_str()).await?;
    }
    let stored = stored.ok_or_else(missing)?;
    let contact: Contact = serde_json::from_slice(&stored.value).map_err(|error| {
        Problem::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            format!(
                "contact {id} can't be read (line {}, column {}); erase it or restore it from a backup",
                error.line(),
                error.column()
            ),
        )
    })?;
    match contact.merged_into.clone() {
        Some(into) => Box::pin(self::contact(app, into.as_str())).await,
        None => Ok(Found { id, contact }),
    }
}

async fn named(app: &Arc<App>, identity: Identity) -> Result<Option<ContactId>, Problem> {
    Ok(find(app, &Whom::Named { identity, create: false }).await?)
}

/// One of this server's numbers; without a name the default one.
pub(super) fn number(app: &App, name: Option<&str>) -> Result<NumberId, Problem> {
    let Some(name) = name else { return Ok(app.default_number()) };
    let number = NumberId::new(name);
    if app.channels.contains_key(&number) {
        return Ok(number);
    }
    let known: Vec<&str> = app.channels.keys().map(NumberId::as_str).collect();
    Err(Problem::invalid("number", format!("{name:?} is none of this server's numbers: {}", known.join(", "))))
}

/// Brings a contact an event; an event that could not be processed is told.
pub(super) async fn bring(app: &Arc<App>, whom: &Whom, event: Event) -> Result<Done, Problem> {
    let done = process(app, whom, &[event]).await?;
    if done.dead > 0 {
        return Err(Problem::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "this could not be processed, and is on the dead list: GET /api/v1/dead",
        ));
    }
    Ok(done)
}

pub(super) fn event(app: &App, id: String, number: Option<NumberId>, kind: EventKind) -> Event {
    Event { id: EventId::new(id), number: number.unwrap_or_else(|| app.default_number()), kind }
}

/// What a trigger did, for whoever asked: bots that started, and why others did not.
pub(super) fn started(done: &Done) -> Value {
    let lines = || done.traces.iter().flat_map(Trace::iter);
    let started: Vec<Value> = lines()
        .filter_map(|line| match &line.what {
            Traced::Started { bot, version, .. } => Some(json!({ "bot": bot, "version": version, "session": line.session })),
            _ => None,
        })
        .collect();
    let not_started: Vec<Value> = lines()
        .filter_map(|line| match &line.what {
            Traced::NotStarted { bot, reason } => Some(json!({ "bot": bot, "reason": reason })),
            _ => None,
        })
        .collect();
    json!({ "contact": done.contact, "started": started, "not_started": not_started })
}

/// What [`started`] gives, for the description of the API.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Started {
    contact: String,
    started: Vec<StartedBot>,
    not_started: Vec<NotStarted>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct StartedBot {
    bot: String,
    version: String,
    session: u32,
}

#[derive(Serialize, utoipa::ToSchema)]
struct NotStarted {
    bot: String,
    /// Why it did not start.
    reason: String,
}
