//! What the account has, for whoever designs bots: what the settings declare, and what the CRM has besides.

use std::sync::Arc;

use axum::{Json, extract::State};
use indexmap::IndexMap;
use serde::Serialize;
use steps::{
    bot::{Variable, VariableKind},
    environment::{Pipeline, TaskKind, Titled},
    ids::NumberId,
};

use crate::app::App;

/// What is declared, and what the CRM has besides; where there is nothing, any name is accepted.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Account {
    pipelines: Vec<PipelineView>,
    users: Vec<Named>,
    teams: Vec<Named>,
    task_kinds: Vec<Named>,
    fields: AccountFields,
    /// What `find` and `items` may name.
    catalogs: Vec<Named>,
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

/// A colleague, a team, a kind of task or a catalogue.
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

/// What the account has: pipelines, people, kinds of task, fields, catalogues, numbers, models. What the settings declare, and what the
/// connected CRM has besides.
#[utoipa::path(get, path = "/api/v1/account", operation_id = "show_account", tag = "operation", responses((status = 200, body = Account)))]
pub(super) async fn show(State(app): State<Arc<App>>) -> Json<Account> {
    let settings = &app.settings;
    let environment = app.environment.load();
    let names = &environment.crm_names;
    Json(Account {
        pipelines: environment.pipelines.iter().map(pipeline).collect(),
        users: named(&settings.users, &names.known_users),
        teams: named(&settings.teams, &names.known_groups),
        task_kinds: settings.task_kinds.iter().map(task_kind).collect(),
        fields: AccountFields {
            contact: fields(&settings.contact_fields, &names.known_contact_fields),
            lead: fields(&settings.lead_fields, &names.known_lead_fields),
        },
        numbers: numbers(&app),
        catalogs: named(&environment.catalogs, &IndexMap::new()),
        models: settings.openai.models().into_iter().map(|model| model.name).collect(),
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

/// Those of the settings, and the CRM's behind them.
fn both<'a, T>(declared: &'a IndexMap<String, T>, of_crm: &'a IndexMap<String, T>) -> impl Iterator<Item = (&'a String, &'a T)> {
    declared.iter().chain(of_crm.iter().filter(|(name, _)| !declared.contains_key(*name)))
}

fn named(declared: &IndexMap<String, Titled>, of_crm: &IndexMap<String, Titled>) -> Vec<Named> {
    both(declared, of_crm).map(|(id, titled)| Named { id: id.clone(), name: title(id, titled.title.as_ref()) }).collect()
}

fn task_kind((id, kind): (&String, &TaskKind)) -> Named {
    Named { id: id.clone(), name: title(id, kind.title.as_ref()) }
}

fn fields(declared: &IndexMap<String, Variable>, of_crm: &IndexMap<String, Variable>) -> Vec<Field> {
    let field = |(key, field): (&String, &Variable)| Field {
        key: key.clone(),
        title: title(key, field.title.as_ref()),
        kind: field.kind,
    };
    both(declared, of_crm).map(field).collect()
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
