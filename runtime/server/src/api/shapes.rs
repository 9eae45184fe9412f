//! Shapes that several calls share.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steps::{
    contact::Contact,
    environment::Titled,
    event::{Event, EventKind, Identity},
    expression::nearest,
    ids::{ContactId, EventId, NumberId},
    trace::{Trace, Traced},
    who::Who,
};

use super::input::normal_phone;
use crate::{
    app::App,
    problem::Problem,
    process::{Done, Whom, find, process},
};

/// A contact by a name of theirs: `phone`, or `id`, or `user_id`. One who is not known yet is made, except by `id`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactName {
    /// With country code: `+5511987654321`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    /// As the API gives it; stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// WhatsApp's business-scoped user id, of customers who show no number: `BR.1349120865530274`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
}

/// The longest business-scoped user id that is taken; those of Meta have about 20 characters.
const MAX_USER_ID: usize = 128;

impl ContactName {
    /// Who is meant. `key`: where the name stands in the body.
    pub(super) async fn whom(&self, app: &Arc<App>, key: &str, create: bool) -> Result<Whom, Problem> {
        if let Some(id) = &self.id {
            if self.phone.is_some() || self.user_id.is_some() {
                return Err(Problem::invalid(format!("{key}.id"), "an `id` says it all: leave out `phone` and `user_id`"));
            }
            return by_id(app, ContactId::new(id)).await?.map(|found| Whom::Contact(found.id)).ok_or_else(missing);
        }
        let phone = self.phone.as_deref().map(|phone| super::input::phone(phone, &format!("{key}.phone"))).transpose()?;
        if let Some(user_id) = &self.user_id {
            let fits =
                user_id.contains('.') && user_id.len() <= MAX_USER_ID && user_id.bytes().all(|byte| byte.is_ascii_graphic());
            if !fits {
                let detail = "a business-scoped user id is expected, as webhooks tell it, like \"BR.1349120865530274\"";
                return Err(Problem::invalid(format!("{key}.user_id"), detail));
            }
        }
        if phone.is_none() && self.user_id.is_none() {
            return Err(Problem::invalid(key, "who is meant? One of `phone`, `id` and `user_id` is expected"));
        }
        let identity = Identity { phone, user_id: self.user_id.clone(), name: self.name.clone(), ..Identity::default() };
        Ok(Whom::Named { identity, create })
    }

    /// The same, where the contact must be there already.
    pub(super) async fn found(&self, app: &Arc<App>, key: &str) -> Result<Found, Problem> {
        let whom = self.whom(app, key, false).await?;
        let id = find(app, &whom).await?.ok_or_else(missing)?;
        by_id(app, id).await?.ok_or_else(missing)
    }
}

/// A contact that exists, as it is now.
pub(super) struct Found {
    pub(super) id: ContactId,
    pub(super) contact: Contact,
}

fn missing() -> Problem {
    Problem::not_found("there is no contact with this phone number or id")
}

/// The contact by phone number, by id, or by business-scoped user id.
pub(super) async fn contact(app: &Arc<App>, name: &str) -> Result<Found, Problem> {
    let id = match normal_phone(name).or_else(|| normal_phone(&format!("+{name}"))) {
        Some(phone) => named(app, Identity { phone: Some(phone), ..Identity::default() }).await?.ok_or_else(missing)?,
        None => ContactId::new(name),
    };
    if let Some(found) = by_id(app, id).await? {
        return Ok(found);
    }
    let user = Identity { user_id: Some(name.to_owned()), ..Identity::default() };
    let id = named(app, user).await?.ok_or_else(missing)?;
    by_id(app, id).await?.ok_or_else(missing)
}

async fn by_id(app: &Arc<App>, id: ContactId) -> Result<Option<Found>, Problem> {
    let Some(stored) = app.store.load(id.as_str()).await? else { return Ok(None) };
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
        Some(into) => Box::pin(by_id(app, into)).await,
        None => Ok(Some(Found { id, contact })),
    }
}

/// Refuses colleagues and teams that the settings don't declare, where they declare any. `key`: where `who` stands in the body.
pub(super) fn check_who(app: &App, who: &Who, key: &str) -> Result<(), Problem> {
    let environment = app.environment.load();
    let known = |what: &str, known: &IndexMap<String, Titled>, name: &str, key: String| {
        if known.is_empty() || known.contains_key(name) {
            return Ok(());
        }
        let near = nearest(name, known.keys().map(String::as_str)).map(|near| format!("did you mean {near:?}?"));
        let near =
            near.unwrap_or_else(|| format!("there are: {}", known.keys().map(String::as_str).collect::<Vec<_>>().join(", ")));
        Err(Problem::invalid(key, format!("there is no {what} {name:?} in the settings; {near}")))
    };
    match who {
        Who::User(user) => known("user", &environment.users, user, format!("{key}.user")),
        Who::Team(team) => known("team", &environment.teams, team, format!("{key}.team")),
        Who::RoundRobin(users) if users.is_empty() => {
            Err(Problem::invalid(format!("{key}.round_robin"), "at least one user is expected"))
        }
        Who::RoundRobin(users) => users
            .iter()
            .enumerate()
            .try_for_each(|(place, user)| known("user", &environment.users, user, format!("{key}.round_robin[{place}]"))),
    }
}

/// The same, where one agent or team is meant, and not the next in turn.
pub(super) fn check_one(app: &App, who: &Who, key: &str) -> Result<(), Problem> {
    if matches!(who, Who::RoundRobin(_)) {
        return Err(Problem::invalid(key, "one user or team is expected, such as {\"user\": \"ana\"}"));
    }
    check_who(app, who, key)
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
