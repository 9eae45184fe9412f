//! What the team has to know: failures without a branch, errors of configuration, limits that were passed. A bounded list of the latest;
//! the journal keeps them all.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steps::{
    event::Reaction,
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
    /// WhatsApp's code, where a send failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// What to do, where a send failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Alert {
    /// Something that is about the account, and no contact's.
    pub fn of_account(at: Moment, name: &str, text: String) -> Self {
        Alert { at, name: name.to_owned(), text, contact: None, bot: None, step: None, code: None, remedy: None }
    }
}

/// What to do about a send that failed with this code. It is not tried again any more, whatever the code's own advice is for the time
/// before.
pub fn remedy(code: i64) -> &'static str {
    let explanation = whatsapp::errors::explain(code);
    if explanation.reaction == Reaction::Retry {
        return "It is not tried again. If this goes on, look at Meta's status page and at how much this number sends; a step's `failed` can tell the customer.";
    }
    explanation.remedy
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
        key: records::key_at(app, alert.at),
        expected_version: 0,
        value: Some(records::json(alert)?),
        expires: None,
        now: app.now().0,
    };
    app.store.put_record(put).await?;
    app.store.trim_records(ALERT, app.settings.limits.alerts, app.now().0).await.map(|_| ())
}
