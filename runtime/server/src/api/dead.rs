//! The dead list: what could not be processed, for people who mend the cause and try again.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use steps::event::Event;
use store::Record;

use crate::{
    app::App,
    problem::Problem,
    process::{DEAD, DeadEvent, Whom, process},
    records,
};

/// An entry of the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DeadEntry {
    /// Names it in `retry` and `DELETE`.
    id: String,
    #[serde(flatten)]
    dead: DeadEvent,
}

/// Events that could not be processed, the newest first.
#[utoipa::path(get, path = "/api/v1/dead", operation_id = "list_dead_events", tag = "operation", responses((status = 200, body = Vec<DeadEntry>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<DeadEntry>>, Problem> {
    let records = records::list(&app, DEAD, app.settings.limits.dead_events).await?;
    let entry =
        |record: &Record| Ok(DeadEntry { id: record.key.clone(), dead: records::read(DEAD, &record.key, &record.stored)? });
    records.iter().rev().map(entry).collect::<Result<_, Problem>>().map(Json)
}

/// Processes an entry again, and takes it off the list. One that fails again is put on it anew.
#[utoipa::path(post, path = "/api/v1/dead/{id}/retry", tag = "operation", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn retry(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let record = find(&app, id).await?;
    let DeadEvent { contact, event, .. } = records::read(DEAD, &record.key, &record.stored)?;
    let event = serde_json::from_value::<Event>(event).ok();
    let (Some(contact), Some(event)) = (contact, event) else {
        let detail =
            "this is a part of a webhook that could not be read, so there is no event to process; it can only be dropped";
        return Err(Problem::invalid("id", detail));
    };
    let done = process(&app, &Whom::Contact(contact), &[event]).await?;
    // Removed after the commit: an event that ran is known to its contact, one that was lost is not.
    records::remove(&app, DEAD, &record).await?;
    if done.dead > 0 {
        return Err(Problem::conflict("it failed again, and is on the list anew, with the reason"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an entry off the list, for good.
#[utoipa::path(delete, path = "/api/v1/dead/{id}", tag = "operation", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn remove(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let record = find(&app, id).await?;
    records::remove(&app, DEAD, &record).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(app: &App, id: String) -> Result<Record, Problem> {
    let stored = app.store.get_record(DEAD, &id, app.now().0).await?;
    let missing = || Problem::not_found(format!("there is no dead event {id:?}"));
    Ok(Record { stored: stored.ok_or_else(missing)?, key: id })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use steps::{
        event::{AgentCommand, EventKind},
        ids::{ContactId, EventId},
    };

    use super::*;
    use crate::{process::record_dead, testing::Server};

    const ANA: &str = "+5511987654321";

    async fn ids(server: &Server) -> Vec<String> {
        let list = server.get("/api/v1/dead").await.json();
        list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn an_entry_is_processed_again_once_its_cause_is_mended() {
        let server = Server::sandbox().await;
        let said = server.call("POST", "/api/v1/sandbox/messages", &json!({ "from": ANA, "text": "Oi" })).await.json();
        server.settle().await;
        let contact = ContactId::new(said["contact"].as_str().unwrap());
        let command = AgentCommand::Message { text: "At last".to_owned(), by: None };
        let event = Event { id: EventId::new("late"), number: server.app.default_number(), kind: EventKind::Agent(command) };
        record_dead(&server.app, Some(contact), "a panic".to_owned(), json!(event)).await.unwrap();
        let list = server.get("/api/v1/dead").await.json();
        assert_eq!((&list[0]["reason"], list.as_array().map(Vec::len)), (&json!("a panic"), Some(1)));
        let id = ids(&server).await.remove(0);
        assert_eq!(server.call("POST", &format!("/api/v1/dead/{id}/retry"), &Value::Null).await.status, 204);
        server.settle().await;
        assert!(server.transcript(ANA).await.iter().any(|line| line.contains("At last")));
        assert_eq!(ids(&server).await, Vec::<String>::new());
        assert_eq!(server.call("POST", &format!("/api/v1/dead/{id}/retry"), &Value::Null).await.problem().0, 404);
    }

    #[tokio::test]
    async fn what_is_no_event_can_only_be_dropped() {
        let server = Server::sandbox().await;
        record_dead(&server.app, None, "not readable".to_owned(), json!({"field": "messages"})).await.unwrap();
        let id = ids(&server).await.remove(0);
        assert_eq!(server.call("POST", &format!("/api/v1/dead/{id}/retry"), &Value::Null).await.problem(), (422, "id".into()));
        assert_eq!(server.call("DELETE", &format!("/api/v1/dead/{id}"), &Value::Null).await.status, 204);
        assert_eq!(ids(&server).await, Vec::<String>::new());
    }
}
