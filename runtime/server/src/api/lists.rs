//! Lists that people look at when something went wrong.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::de::DeserializeOwned;

use crate::{
    alerts::{ALERT, Alert},
    app::App,
    problem::Problem,
    records,
};

/// What the team has to know, the newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "operation", responses((status = 200, body = Vec<Alert>)))]
pub(super) async fn alerts(State(app): State<Arc<App>>) -> Result<Json<Vec<Alert>>, Problem> {
    newest(&app, ALERT, app.settings.limits.alerts).await.map(Json)
}

async fn newest<T: DeserializeOwned>(app: &App, kind: &str, limit: usize) -> Result<Vec<T>, Problem> {
    let mut records = records::list(app, kind, limit).await?;
    records.reverse();
    records.iter().map(|record| Ok(records::read(kind, &record.key, &record.stored)?)).collect()
}
