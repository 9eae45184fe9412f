//! Notes on a contact or its leads: those of bots and of people, and one more by a person.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use steps::{
    event::{AgentCommand, EventKind},
    fact::Fact,
    trigger::Owned,
    who::Author,
};
use store::JournalRow;

use super::{
    contacts::Page,
    idempotency,
    input::{JsonBody, Query},
    shapes,
};
use crate::{app::App, journal, problem::Problem, process::Whom};

/// The longest note of a person, in characters. Our own: a note is read, not studied.
const MAX_NOTE: usize = 20_000;
/// Facts that are read at once. Of a contact's facts few are notes.
const FACTS: usize = 1_000;

/// A note.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct NoteView {
    /// For `before`.
    position: u64,
    /// Unix milliseconds.
    at: i64,
    /// `contact` or `lead`.
    on: String,
    /// The id of the lead that it is on.
    lead: Option<String>,
    text: String,
    /// Who wrote it: `{"user": "ana"}`, or `{"bot": "welcome", "step": "remember"}`; none: a person who gave no name.
    #[schema(value_type = Option<Object>)]
    by: Option<Author>,
}

impl NoteView {
    /// None: it is no note.
    fn read(row: &JournalRow) -> Option<Self> {
        let fact = (row.kind == journal::NOTE).then(|| serde_json::from_str::<Fact>(&row.body).ok()).flatten()?;
        let Fact::Note { on, text, lead, by } = fact else { return None };
        Some(NoteView {
            position: row.position,
            at: row.at,
            on: on.to_string(),
            lead: lead.map(|lead| lead.to_string()),
            text,
            by,
        })
    }
}

/// The notes on a contact and its leads, newest first, as far back as the journal is kept.
#[utoipa::path(get, path = "/api/v1/contacts/{contact}/notes", operation_id = "list_notes", tag = "contacts", params(("contact" = String, Path,), Page),
    responses((status = 200, body = Vec<NoteView>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<NoteView>>, Problem> {
    let found = shapes::contact(&app, &name).await?;
    let (mut notes, mut before) = (Vec::new(), page.before);
    while notes.len() < page.limit() {
        let rows = app.store.journal_of(found.id.as_str(), before, FACTS).await?;
        let Some(last) = rows.last() else { break };
        before = Some(last.position);
        notes.extend(rows.iter().filter_map(NoteView::read));
    }
    notes.truncate(page.limit());
    Ok(Json(notes))
}

/// A note that a person of the business writes.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    text: String,
    /// `contact` or `lead`, which is the current one. Left out: on the contact.
    #[serde(default = "contact")]
    #[schema(value_type = Option<String>)]
    on: Owned,
    /// Who writes: a user's id.
    #[serde(default)]
    by: Option<String>,
}

fn contact() -> Owned {
    Owned::Contact
}

/// Writes a note on a contact or its lead.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/notes", operation_id = "add_note", tag = "contacts", request_body = NewNote, params(("contact" = String, Path,)),
    responses((status = 202), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewNote>,
) -> Result<Response, Problem> {
    if body.text.trim().is_empty() {
        return Err(Problem::invalid("text", "a note needs a text"));
    }
    if body.text.chars().count() > MAX_NOTE {
        return Err(Problem::invalid("text", format!("a note has {MAX_NOTE} characters at most")));
    }
    let found = shapes::contact(&app, &name).await?;
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let by = body.by.as_deref().map(CompactString::from);
        let command = AgentCommand::AddNote { on: body.on, text: body.text.clone(), by };
        let event = shapes::event(&app, format!("note:{key}"), None, EventKind::Agent(command));
        let done = shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
        Ok(json!({ "contact": done.contact }))
    };
    idempotency::once(&app, &headers, &format!("note:{}", found.id), &body, call).await
}
