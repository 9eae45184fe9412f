//! The dead list: events that could not be processed, kept for people, bounded.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steps::{event::Event, ids::ContactId, moment::Moment};
use store::{PutRecord, StoreError};

use super::turns::{Plan, Task};
use crate::{app::App, metrics as names};

/// The kind of its records.
pub const DEAD: &str = "dead";

/// An event that was taken on and could not be processed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadEvent {
    /// When it was given up: Unix milliseconds.
    #[schema(value_type = i64)]
    pub at: Moment,
    #[schema(value_type = Option<String>)]
    pub contact: Option<ContactId>,
    /// What went wrong.
    pub reason: String,
    /// The event, or the part of a webhook that could not be read. Holds a customer's words.
    #[schema(value_type = Object)]
    pub event: serde_json::Value,
}

/// Puts the tasks that could not run on the list; tells how many.
pub(super) async fn of_tasks(app: &Arc<App>, contact: &ContactId, tasks: &[Task<'_>]) -> Result<usize, StoreError> {
    let mut count = 0;
    for task in tasks {
        let (Plan::Stop(reason) | Plan::Skip(reason)) = &task.plan else { continue };
        let Event { id, number, .. } = task.event;
        tracing::error!(contact.id = %contact, event.id = %id, "event {id} of contact {contact} went to the dead list");
        let event = serde_json::to_value(task.event).unwrap_or_else(|_| serde_json::json!({ "id": id, "number": number }));
        record(app, Some(contact.clone()), reason.clone(), event).await?;
        count += 1;
    }
    Ok(count)
}

/// Puts something on the list, and removes what is too old for it.
pub async fn record(
    app: &Arc<App>,
    contact: Option<ContactId>,
    reason: String,
    event: serde_json::Value,
) -> Result<(), StoreError> {
    let now = app.now();
    metrics::counter!(names::DEAD).increment(1);
    let dead = DeadEvent { at: now, contact, reason, event };
    let put = PutRecord {
        kind: DEAD.to_owned(),
        key: crate::records::key_at(app, now),
        expected_version: 0,
        value: Some(crate::records::json(&dead)?),
        expires: None,
        now: now.0,
    };
    app.store.put_record(put).await?;
    app.store.trim_records(DEAD, app.settings.limits.dead_events, now.0).await?;
    Ok(())
}
