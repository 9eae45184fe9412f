//! What the team has to know: failures without a branch, errors of configuration, limits that were passed. A bounded list of the latest;
//! the journal keeps them all.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steps::{
    ids::{BotId, ContactId, StepId},
    moment::Moment,
};
use store::{PutRecord, StoreError};

use crate::{app::App, records};

/// The kind of its records.
pub const ALERT: &str = "alert";

#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    /// Unix milliseconds.
    #[schema(value_type = i64)]
    pub at: Moment,
    /// A stable word.
    pub name: String,
    /// What happened and what to do.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub contact: Option<ContactId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub bot: Option<BotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub step: Option<StepId>,
}

/// Puts an alert on the list. Best effort: what it tells of is done already.
pub async fn record(app: &Arc<App>, alert: &Alert) {
    if let Err(error) = write(app, alert).await {
        tracing::warn!(%error, alert = %alert.name, "alert {} can't be put on the list: {error}", alert.name);
    }
}

async fn write(app: &App, alert: &Alert) -> Result<(), StoreError> {
    let put = PutRecord {
        kind: ALERT.to_owned(),
        key: records::key_of_now(alert.at),
        expected_version: 0,
        value: Some(records::json(alert)?),
        expires: None,
        now: app.now().0,
    };
    app.store.put_record(put).await?;
    app.store.trim_records(ALERT, app.settings.limits.alerts, app.now().0).await.map(|_| ())
}
