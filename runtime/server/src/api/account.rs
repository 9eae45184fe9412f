//! What the settings declare of the account, for whoever designs bots.

use std::sync::Arc;

use axum::{Json, extract::State};
use indexmap::IndexMap;
use serde::Serialize;
use steps::{
    bot::{Variable, VariableKind},
    environment::{Pipeline, Titled},
    ids::NumberId,
};

use crate::app::App;

/// What is declared; where nothing is, any name is accepted.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Account {
    pipelines: Vec<PipelineView>,
    users: Vec<Named>,
    teams: Vec<Named>,
    fields: AccountFields,
    /// The business's numbers, the default first.
    numbers: Vec<NumberView>,
    /// Names of models that `ai_…` steps can use.
    models: Vec<String>,
    /// Whether the server runs without WhatsApp.
    sandbox: bool,
}

#[derive(Serialize, utoipa::ToSchema)]
struct PipelineView {
    id: String,
    title: String,
    /// In order; those that close a lead come last.
    stages: Vec<PipelineStage>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct PipelineStage {
    id: String,
    title: String,
}

/// A colleague or a team.
#[derive(Serialize, utoipa::ToSchema)]
struct Named {
    id: String,
    name: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct AccountFields {
    contact: Vec<Field>,
    lead: Vec<Field>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Field {
    key: String,
    title: String,
    /// `text`, `integer`, `number`, `boolean`, `date`, `list`, `map`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: VariableKind,
}

/// One of the business's numbers.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct NumberView {
    /// WhatsApp's id of the number.
    pub(super) id: String,
    /// The phone number as Meta writes it, once a webhook told it; before, the id.
    pub(super) display: String,
    /// As the settings name it; else the phone number.
    pub(super) name: String,
}

/// What the settings declare: pipelines, people, fields, numbers, models.
#[utoipa::path(get, path = "/api/v1/account", operation_id = "show_account", tag = "operation", responses((status = 200, body = Account)))]
pub(super) async fn show(State(app): State<Arc<App>>) -> Json<Account> {
    let settings = &app.settings;
    Json(Account {
        pipelines: settings.pipelines.iter().map(pipeline).collect(),
        users: named(&settings.users),
        teams: named(&settings.teams),
        fields: AccountFields { contact: fields(&settings.contact_fields), lead: fields(&settings.lead_fields) },
        numbers: numbers(&app),
        models: Some(settings.openai.model.clone()).filter(|model| !model.is_empty()).into_iter().collect(),
        sandbox: !settings.is_connected(),
    })
}

fn title(id: &str, title: Option<&String>) -> String {
    title.cloned().filter(|title| !title.is_empty()).unwrap_or_else(|| id.to_owned())
}

fn pipeline((id, pipeline): (&String, &Pipeline)) -> PipelineView {
    let closed = pipeline.closed.iter().filter(|closed| !pipeline.stages.contains(closed));
    let stages = pipeline.stages.iter().chain(closed);
    let stages = stages.map(|stage| PipelineStage { id: stage.clone(), title: stage.clone() });
    PipelineView { id: id.clone(), title: title(id, pipeline.title.as_ref()), stages: stages.collect() }
}

fn named(all: &IndexMap<String, Titled>) -> Vec<Named> {
    all.iter().map(|(id, titled)| Named { id: id.clone(), name: title(id, titled.title.as_ref()) }).collect()
}

fn fields(all: &IndexMap<String, Variable>) -> Vec<Field> {
    let field = |(key, field): (&String, &Variable)| Field {
        key: key.clone(),
        title: title(key, field.title.as_ref()),
        kind: field.kind,
    };
    all.iter().map(field).collect()
}

/// The business's numbers, the default first; on the sandbox the one that stands for them.
pub(super) fn numbers(app: &App) -> Vec<NumberView> {
    let view = |id: &NumberId, name: &str| {
        let display = app.connection.display(id).unwrap_or_else(|| id.to_string());
        let name = if name.is_empty() { display.clone() } else { name.to_owned() };
        NumberView { id: id.to_string(), display, name }
    };
    if !app.settings.is_connected() {
        return vec![view(&app.default_number(), "Sandbox")];
    }
    app.settings.numbers().iter().map(|number| view(&number.id, &number.name)).collect()
}
