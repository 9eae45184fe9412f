//! Short lists: what the team has to know, and the templates that bots can send.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Serialize, de::DeserializeOwned};
use steps::template::{KnownTemplate, TemplateContent};

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

/// A template of the account, in one of its languages.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TemplateView {
    name: String,
    language: String,
    /// `marketing`, `utility`, `authentication`.
    category: String,
    /// `APPROVED` can be sent.
    status: String,
    /// Names of the body's parameters; positional ones are numbered `1`, `2`, …
    parameters: Vec<String>,
    /// What it says: `header`, `body`, `footer`, `buttons`, `cards`, with gaps like `{{1}}`. Left out while only its outline is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    content: Option<TemplateContent>,
}

/// The templates of the connected accounts, as far as they are known. They are asked of WhatsApp at the start, when one changes, and
/// every six hours.
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates", responses((status = 200, body = Vec<TemplateView>)))]
pub(super) async fn templates(State(app): State<Arc<App>>) -> Json<Vec<TemplateView>> {
    let environment = app.environment.load();
    let view = |name: &String, known: &KnownTemplate| {
        let KnownTemplate { language, category, status, parameters, content } = known.clone();
        TemplateView { name: name.clone(), language, category, status, parameters, content }
    };
    let all = environment.templates.iter();
    Json(all.flat_map(|(name, languages)| languages.iter().map(move |known| view(name, known))).collect())
}
