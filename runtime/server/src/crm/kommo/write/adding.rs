//! What is added, and not set: notes and tasks; and tasks that are done.

use reqwest::Method;
use serde_json::json;
use steps::{
    crm::Subject,
    moment::{DAY, Moment},
    who::Who,
};

use super::{
    super::{
        client::{ApiError, Ask},
        names::Entity,
    },
    Run,
};

/// When a task ends that names no time: Kommo takes none without.
const TASK_DUE: i64 = DAY;
/// Kommo's own types of tasks (Kommo, Tasks).
const FOLLOW_UP: u64 = 1;
const MEETING: u64 = 2;

impl Run<'_> {
    /// Where a note or task goes.
    async fn place(&mut self, of: &Subject) -> Result<Option<(Entity, u64)>, ApiError> {
        Ok(match of {
            // Notes and tasks are on contacts and leads alone.
            Subject::Contact | Subject::Company => Some((Entity::Contact, self.contact_or_made().await?)),
            Subject::Lead(id) => self.lead_or_made(id).await?.map(|id| (Entity::Lead, id)),
        })
    }

    pub(super) async fn note(&mut self, of: &Subject, text: &str) -> Result<(), ApiError> {
        let Some((entity, id)) = self.place(of).await? else { return Ok(()) };
        let path = format!("/api/v4/{}/{id}/notes", entity.plural());
        if self.order.is_repeat {
            let ask = Ask::get(&path).query("filter[note_type]", "common").query("order[id]", "desc");
            let found = self.kommo.client.ask(ask).await?;
            let mut notes = found["_embedded"]["notes"].as_array().into_iter().flatten();
            if notes.any(|note| note["params"]["text"] == text && self.is_since(note)) {
                return Ok(());
            }
        }
        let note = json!([{"note_type": "common", "params": {"text": text}}]);
        self.kommo.client.ask(Ask::with(Method::POST, &path, &note)).await.map(|_| ())
    }

    /// Gives Kommo's id of the task, where it has it.
    pub(super) async fn task(
        &mut self,
        of: &Subject,
        kind: &str,
        text: &str,
        due: Option<Moment>,
        owner: Option<&Who>,
    ) -> Result<Option<u64>, ApiError> {
        let Some((entity, id)) = self.place(of).await? else { return Ok(None) };
        if self.order.is_repeat {
            let ask = Ask::get("/api/v4/tasks")
                .query("filter[entity_type]", entity.plural())
                .query("filter[entity_id][]", id.to_string())
                .query("order[id]", "desc");
            let found = self.kommo.client.ask(ask).await?;
            let mut tasks = found["_embedded"]["tasks"].as_array().into_iter().flatten();
            if let Some(known) = tasks.find(|task| task["text"] == text && self.is_since(task)) {
                return Ok(known["id"].as_u64());
            }
        }
        let until = due.unwrap_or_else(|| self.order.queued.plus(TASK_DUE));
        let kind = match kind {
            "meeting" => MEETING,
            kind => kind.parse().unwrap_or(FOLLOW_UP),
        };
        let mut task = json!({
            "text": text,
            "complete_till": until.0.div_euclid(1_000),
            "entity_id": id,
            "entity_type": entity.plural(),
            "task_type_id": kind,
        });
        let user = match owner {
            Some(Who::User(user)) => self.kommo.names().user_id(user),
            _ => None,
        };
        if let Some(user) = user {
            task["responsible_user_id"] = user.into();
        }
        let answer = self.kommo.client.ask(Ask::with(Method::POST, "/api/v4/tasks", &json!([task]))).await?;
        Ok(answer["_embedded"]["tasks"][0]["id"].as_u64())
    }

    pub(super) async fn complete_task(&mut self, id: &str, result: Option<&str>) -> Result<(), ApiError> {
        let mut patch = json!({"is_completed": true});
        if let Some(result) = result {
            patch["result"] = json!({"text": result});
        }
        self.kommo.client.ask(Ask::with(Method::PATCH, &format!("/api/v4/tasks/{id}"), &patch)).await.map(|_| ())
    }
}
