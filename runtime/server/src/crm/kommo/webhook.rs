//! `POST /webhooks/kommo/{key}`: what happened in Kommo is written down, and answered; a worker makes events of it.
//!
//! Kommo waits 2 seconds for the answer, and tries five times (Kommo, Webhooks). The key in the address is all that shows who sends it, so
//! it stands in no log.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Kommo, form, inbox, names::Entity, widget};
use crate::{app::App, body, metrics as names, problem::Problem};

/// The largest body that is read.
const MAX_BYTES: usize = 2 << 20;
/// How long a webhook may take until it is answered: Kommo waits 2 seconds.
const DEADLINE: Duration = Duration::from_millis(1_800);

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/webhooks/kommo/{key}", post(receive)).route("/webhooks/kommo/{key}/widget", post(hand_over))
}

/// Something that happened to a lead or contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    pub entity: Entity,
    pub id: u64,
    pub what: What,
    /// When, by Kommo's clock, in Unix seconds.
    pub at: i64,
    /// Where the lead was moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Add,
    Status,
    Responsible,
    Update,
    /// Deleted, or made part of another one.
    Delete,
}

/// A stage of a pipeline, by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub pipeline: u64,
    pub stage: u64,
}

async fn receive(State(app): State<Arc<App>>, Path(key): Path<String>, request: Request) -> Response {
    answered(tokio::time::timeout(DEADLINE, take(&app, &key, request)).await)
}

async fn hand_over(State(app): State<Arc<App>>, Path(key): Path<String>, request: Request) -> Response {
    answered(tokio::time::timeout(DEADLINE, take_widget(&app, &key, request)).await)
}

fn answered(answer: Result<Result<(), Problem>, tokio::time::error::Elapsed>) -> Response {
    let answer = answer.unwrap_or_else(|_| Err(Problem::busy("the store is too slow; send it again")));
    let status = answer.as_ref().map_or_else(|problem| problem.status, |()| StatusCode::OK.as_u16());
    metrics::counter!(names::WEBHOOKS, "answer" => status.to_string()).increment(1);
    match answer {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => {
            tracing::warn!(status, "a webhook of Kommo's was refused ({status}): {}", problem.detail);
            problem.into_response()
        }
    }
}

async fn take(app: &Arc<App>, key: &str, request: Request) -> Result<(), Problem> {
    let kommo = opened(app, key)?;
    let body = read(app, request).await?;
    let form = form::read(&body).map_err(|error| Problem::bad_request(error.to_string()))?;
    of_account(kommo, form.get("account").map_or(&Value::Null, |account| &account["subdomain"]))?;
    let happened = happened(&form)?;
    inbox::put(app, kommo, happened).await
}

async fn take_widget(app: &Arc<App>, key: &str, request: Request) -> Result<(), Problem> {
    let kommo = opened(app, key)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.to_ascii_lowercase().starts_with("application/json");
    let body = read(app, request).await?;
    // A JSON body can be sent under a form's name, too.
    let json = if is_json || body.first() == Some(&b'{') {
        serde_json::from_slice(&body).map_err(|error| {
            Problem::bad_request(format!("the body is no JSON: line {}, column {}", error.line(), error.column()))
        })?
    } else {
        Value::from(form::read(&body).map_err(|error| Problem::bad_request(error.to_string()))?)
    };
    let asked = widget::read(kommo, &json, app.now())?;
    inbox::put_widget(app, kommo, asked).await
}

/// The account whose key it is. Whoever has none learns nothing, not even whether Kommo is connected.
fn opened<'a>(app: &'a App, key: &str) -> Result<&'a Kommo, Problem> {
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    let given = hash(key);
    let kommo = app.crm.kommo().filter(|kommo| {
        let keys = kommo.settings.webhook_keys.iter();
        // All of them are compared, so that the time tells nothing.
        let fits = keys.filter(|key| verify_slices_are_equal(given.as_ref(), hash(key.expose_secret()).as_ref()).is_ok());
        fits.count() > 0
    });
    kommo.ok_or_else(|| Problem::not_found("there is nothing at this address"))
}

async fn read(app: &App, request: Request) -> Result<Vec<u8>, Problem> {
    let Ok(_room) = app.unverified.try_acquire() else {
        return Err(Problem::busy("too many webhooks are being read; send it again"));
    };
    body::read(request.into_body(), MAX_BYTES, DEADLINE).await
}

/// Refuses what another account sends.
pub fn of_account(kommo: &Kommo, subdomain: &Value) -> Result<(), Problem> {
    let given = subdomain.as_str().unwrap_or_default().to_ascii_lowercase();
    if given == kommo.settings.account() {
        return Ok(());
    }
    Err(Problem::forbidden("this is the webhook of another Kommo account: account[subdomain] is not that of kommo.subdomain"))
}

/// What a webhook tells, in its order. What no bot can wait for is left out.
fn happened(form: &Map<String, Value>) -> Result<Vec<Happened>, Problem> {
    let mut all = Vec::new();
    for entity in [Entity::Lead, Entity::Contact] {
        let Some(changes) = form.get(entity.plural()) else { continue };
        let changes = changes.as_object().ok_or_else(|| Problem::bad_request(format!("`{}` has no parts", entity.plural())))?;
        for (name, items) in changes {
            let what = match (name.as_str(), entity) {
                ("add", _) => What::Add,
                // One that was deleted and is there again is read as it is.
                ("update" | "restore", _) => What::Update,
                ("delete", _) => What::Delete,
                ("status", Entity::Lead) => What::Status,
                ("responsible", _) => What::Responsible,
                _ => continue,
            };
            let place = format!("{}[{name}]", entity.plural());
            let items = items.as_object().ok_or_else(|| Problem::bad_request(format!("`{place}` is no list")))?;
            for (number, item) in items {
                // A company comes among the contacts.
                if item["type"] == "company" {
                    continue;
                }
                let place = format!("{place}[{number}]");
                all.push(one(entity, what, item, &place)?);
            }
        }
    }
    Ok(all)
}

fn one(entity: Entity, what: What, item: &Value, place: &str) -> Result<Happened, Problem> {
    let number = |key: &str| item[key].as_str().and_then(|text| text.trim().parse::<u64>().ok());
    let id = number("id").filter(|id| *id > 0);
    let id = id.ok_or_else(|| Problem::bad_request(format!("`{place}[id]` is expected to be a number")))?;
    let at = ["last_modified", "updated_at", "date_create", "created_at"].iter().find_map(|key| number(key));
    let at_stage = |pipeline: &str, stage: &str| Some(Place { pipeline: number(pipeline)?, stage: number(stage)? });
    let to = at_stage("pipeline_id", "status_id").filter(|_| entity == Entity::Lead && what == What::Status);
    let from = number("old_status_id").map(|stage| {
        let pipeline = number("old_pipeline_id").or_else(|| number("pipeline_id")).unwrap_or_default();
        Place { pipeline, stage }
    });
    let at = at.and_then(|at| i64::try_from(at).ok()).unwrap_or_default();
    Ok(Happened { entity, id, what, at, to, from })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(body: &str) -> Result<Vec<Happened>, Problem> {
        happened(&form::read(body.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))?)
    }

    #[test]
    fn a_move_names_both_stages() {
        let body = "leads[status][0][id]=7&leads[status][0][status_id]=2&leads[status][0][pipeline_id]=31&leads[status][0][old_status_id]=1\
                    &leads[status][0][old_pipeline_id]=31&leads[status][0][last_modified]=1763700000&leads[note][0][note][id]=1";
        let place = |stage| Some(Place { pipeline: 31, stage });
        let moved = Happened { entity: Entity::Lead, id: 7, what: What::Status, at: 1_763_700_000, to: place(2), from: place(1) };
        assert_eq!(told(body).unwrap(), [moved]);
    }

    #[test]
    fn what_is_deleted_is_told_and_what_is_restored_is_read() {
        let body = "leads[delete][0][id]=7&leads[delete][0][status_id]=2&contacts[restore][0][id]=8&contacts[delete][0][id]=9&contacts[delete][0][type]=company";
        let found: Vec<(Entity, u64, What)> = told(body).unwrap().into_iter().map(|one| (one.entity, one.id, one.what)).collect();
        assert_eq!(found, [(Entity::Lead, 7, What::Delete), (Entity::Contact, 8, What::Update)]);
    }

    #[test]
    fn what_is_malformed_says_where() {
        for (body, detail) in [
            ("leads=1", "`leads` has no parts"),
            ("leads[add]=1", "`leads[add]` is no list"),
            ("leads[add][0]=1", "`leads[add][0][id]` is expected to be a number"),
            ("contacts[update][3][id]=x", "`contacts[update][3][id]` is expected to be a number"),
        ] {
            let problem = told(body).unwrap_err();
            assert_eq!((problem.status, problem.detail.as_str()), (400, detail));
        }
    }

    proptest! {
        #[test]
        fn no_form_panics(body in r"((leads|contacts|unsorted)(\[(status|add|update|0|id|status_id|old_status_id|type)\]){0,4}=(-?[0-9]{0,24}|company|%ff)&){0,10}") {
            let _ = told(&body);
        }
    }
}
