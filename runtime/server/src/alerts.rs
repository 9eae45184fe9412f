//! What the team has to know: failures without a branch, errors of configuration, limits that were passed. A bounded list of the latest;
//! the journal keeps them all.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use steps::{
    event::Reaction,
    ids::{BotId, ContactId, StepId},
    moment::{DAY, Moment},
};
use store::{Outcome, PutRecord, StoreError};

use crate::{app::App, records};

/// The kind of its records.
pub const ALERT: &str = "alert";
/// The kind of the records that say what was told today.
const TOLD: &str = "alert-told";

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

/// The same, but no second time in one day (in UTC) with the same words: for what would be told of every customer. True: it was the first.
pub async fn record_once_a_day(app: &Arc<App>, alert: &Alert) -> bool {
    let day = alert.at.0.div_euclid(DAY);
    let put = PutRecord {
        kind: TOLD.to_owned(),
        key: format!("{day}-{}", hex::encode(digest(&SHA256, alert.text.as_bytes()))),
        expected_version: 0,
        value: Some(Vec::new()),
        expires: Some((day + 2) * DAY),
        now: app.now().0,
    };
    // Where it is not known it is told: twice is better than never.
    let is_first = !matches!(app.store.put_record(put).await, Ok(Outcome::Conflict { .. }));
    if is_first {
        record(app, alert).await;
    }
    is_first
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, Server};

    #[tokio::test]
    async fn what_is_told_once_a_day_is_told_again_the_next() {
        let server = Server::sandbox().await;
        let alert = |at: Moment, text: &str| Alert::of_account(at, "ai_budget", text.to_owned());
        assert!(record_once_a_day(&server.app, &alert(NOW, "a")).await);
        assert!(!record_once_a_day(&server.app, &alert(NOW, "a")).await);
        assert!(record_once_a_day(&server.app, &alert(NOW, "b")).await);
        assert!(record_once_a_day(&server.app, &alert(NOW.plus(DAY), "a")).await);
        let told = server.get("/api/v1/alerts").await.json();
        assert_eq!(told.as_array().map(Vec::len), Some(3), "{told}");
    }
}
