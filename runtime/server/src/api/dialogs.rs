//! The dialog tests of a bot, and how a draft does with them.

use std::{path::Path as FilePath, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use interpreter::dialog::{Dialog, DialogContact, Failure, Line, called_by, run as play};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use steps::ids::BotId;

use super::{
    bots::{bot_id, no_bot},
    input::{JsonBody, OptionalBody},
    previews::{AT_ONCE, MAX_LINES, saved},
};
use crate::{
    app::App,
    bots::{
        self, Checked,
        dialogs::{Kept, Unkept},
    },
    problem::Problem,
};

/// The dialog tests of a bot.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DialogTests {
    #[schema(value_type = Vec<Object>)]
    dialogs: Vec<Dialog>,
    /// Where they are, or would be; null: the bot has no file, and the store keeps them.
    file: Option<String>,
    /// Why the file's dialogs can't be read.
    problem: Option<String>,
}

/// The dialog tests of a bot: those in the file beside its own, then those that the store keeps.
#[utoipa::path(get, path = "/api/v1/bots/{id}/tests", operation_id = "list_tests", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = DialogTests)))]
pub(super) async fn list(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<DialogTests>, Problem> {
    let Kept { dialogs, file, problem } = bots::dialogs::kept(&app, &bot_id(&id)?).await?;
    Ok(Json(DialogTests { dialogs, file: file.as_deref().map(shown), problem }))
}

/// What is tested.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestRun {
    /// The draft, saved or not; left out: the saved draft, else what is live.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    document: Option<Map<String, Value>>,
    /// Dialog tests; left out: those of the bot.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    dialogs: Option<Vec<Dialog>>,
}

/// How a draft did.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TestAnswer {
    /// What the checker says of the draft. With errors no dialog runs.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Value,
    results: Vec<TestResult>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TestResult {
    name: String,
    passed: bool,
    failure: Option<TestFailure>,
}

/// Why a dialog failed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TestFailure {
    /// Which of the dialog's steps, from 0; their number where the end was the problem.
    line: usize,
    message: String,
    /// What the bot said where something else was expected, as a dialog test has it.
    #[schema(value_type = Option<Object>)]
    got: Option<Value>,
}

/// Runs dialog tests with a draft. Nothing is kept, no message and no call goes out.
#[utoipa::path(post, path = "/api/v1/bots/{id}/tests", operation_id = "run_tests", tag = "bots", params(("id" = String, Path,)), request_body = TestRun,
    responses((status = 200, body = TestAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn run(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    OptionalBody(run): OptionalBody<TestRun>,
) -> Result<Json<TestAnswer>, Problem> {
    let id = bot_id(&id)?;
    let dialogs = match run.dialogs {
        Some(dialogs) => dialogs,
        None => match bots::dialogs::kept(&app, &id).await? {
            Kept { problem: Some(problem), .. } => return Err(Problem::invalid("dialogs", problem)),
            Kept { dialogs, .. } => dialogs,
        },
    };
    dialogs.iter().try_for_each(|dialog| check_length("dialogs", &dialog.name, &dialog.steps))?;
    let document = match run.document {
        Some(document) => Value::Object(document),
        None => saved(&app, &id).await?.ok_or_else(|| no_bot(&id))?,
    };
    let (live, environment) = (app.bots.load_full(), app.environment.load_full());
    // The semaphore is never closed.
    let permit = AT_ONCE.acquire().await.map_err(|error| Problem::busy(error.to_string()))?;
    let played = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let Checked { bot, diagnostics } = bots::check(id.as_str(), &document.to_string(), &environment);
        let Some(bot) = bot else { return TestAnswer { diagnostics, results: Vec::new() } };
        let others = called_by(&bot, |name| live.live(&BotId::new(name).ok()?).cloned());
        let explain = |code| whatsapp::errors::new(code, "");
        let result = |dialog: &Dialog| result(dialog, play(&bot, &others, &environment, dialog, &explain).failure);
        TestAnswer { diagnostics, results: dialogs.iter().map(result).collect() }
    });
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the tests failed to run");
    Ok(Json(played.await.map_err(failed)?))
}

fn result(dialog: &Dialog, failure: Option<Failure>) -> TestResult {
    let failure = failure.map(|Failure { line, message, got }| TestFailure {
        line,
        message,
        got: got.map(|message| interpreter::dialog::expected(&message)),
    });
    TestResult { name: dialog.name.clone(), passed: failure.is_none(), failure }
}

/// A dialog without its name, which is in the address.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptDialog {
    /// Who writes.
    #[serde(default)]
    #[schema(value_type = Object)]
    contact: Map<String, Value>,
    /// When it begins, in ISO 8601.
    #[serde(default)]
    at: Option<String>,
    #[schema(value_type = Vec<Object>)]
    steps: Vec<Line>,
}

/// Where a dialog is kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeptAnswer {
    /// Null: in the store.
    file: Option<String>,
}

/// Keeps a dialog test of a bot, in the place of the one with this name, else behind all: in the file beside the bot's own; of a bot that
/// has no file, in the store.
#[utoipa::path(put, path = "/api/v1/bots/{id}/tests/{name}", operation_id = "keep_test", tag = "bots", params(("id" = String, Path,), ("name" = String, Path,)),
    request_body = KeptDialog,
    responses((status = 200, body = KeptAnswer), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
    JsonBody(dialog): JsonBody<KeptDialog>,
) -> Result<Json<KeptAnswer>, Problem> {
    let id = bot_id(&id)?;
    check_length("steps", &name, &dialog.steps)?;
    let contact = Value::Object(dialog.contact);
    serde_json::from_value::<DialogContact>(contact.clone()).map_err(|error| Problem::invalid("contact", error.to_string()))?;
    if !bots::exists(&app, &id).await? {
        return Err(no_bot(&id));
    }
    let written = json!({"name": name, "contact": contact, "at": dialog.at, "steps": dialog.steps});
    let file = bots::dialogs::put(&app, &id, written).await?;
    Ok(Json(KeptAnswer { file: file.as_deref().map(shown) }))
}

/// Removes the dialog tests of a bot that have this name.
#[utoipa::path(delete, path = "/api/v1/bots/{id}/tests/{name}", operation_id = "delete_test", tag = "bots", params(("id" = String, Path,), ("name" = String, Path,)),
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn remove(State(app): State<Arc<App>>, Path((id, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    bots::dialogs::remove(&app, &bot_id(&id)?, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(file: &FilePath) -> String {
    file.display().to_string()
}

/// Refuses a dialog that could not be played.
fn check_length(key: &str, name: &str, steps: &[Line]) -> Result<(), Problem> {
    if steps.len() > MAX_LINES {
        return Err(Problem::invalid(key, format!("{name:?} has {} steps; {MAX_LINES} is the most", steps.len())));
    }
    Ok(())
}

impl From<Unkept> for Problem {
    fn from(unkept: Unkept) -> Self {
        match unkept {
            Unkept::Store(error) => error.into(),
            Unkept::File { .. } => Problem::conflict(unkept.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
