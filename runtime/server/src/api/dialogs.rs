//! The dialog tests of a bot: those in the file beside its own, and how a draft does with them.

use std::{path::PathBuf, sync::Arc};

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
    bots::{self, Checked},
    problem::Problem,
};

/// The dialog tests of a bot's file.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DialogTests {
    #[schema(value_type = Vec<Object>)]
    dialogs: Vec<Dialog>,
    /// Where they are, or would be; null: the bot has no file.
    file: Option<String>,
    /// Why the file's dialogs can't be read.
    problem: Option<String>,
}

/// The dialog tests of a bot.
#[utoipa::path(get, path = "/api/v1/bots/{id}/tests", operation_id = "list_tests", tag = "bots", params(("id" = String, Path,)),
    responses((status = 200, body = DialogTests)))]
pub(super) async fn list(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<DialogTests>, Problem> {
    let file = file_of(&app, &bot_id(&id)?);
    let shown = file.as_ref().map(|file| file.display().to_string());
    let (dialogs, problem) = match read(file).await? {
        Ok(dialogs) => (dialogs, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    Ok(Json(DialogTests { dialogs, file: shown, problem }))
}

/// What is tested.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestRun {
    /// The draft, saved or not; left out: the saved draft, else what is live.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    document: Option<Map<String, Value>>,
    /// Dialog tests; left out: those of the bot's file.
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
        None => read(file_of(&app, &id)).await?.map_err(|problem| Problem::invalid("dialogs", problem))?,
    };
    let long = dialogs.iter().find(|dialog| dialog.steps.len() > MAX_LINES);
    if let Some(Dialog { name, steps, .. }) = long {
        let detail = format!("{name:?} has {} steps; {MAX_LINES} is the most", steps.len());
        return Err(Problem::invalid("dialogs", detail));
    }
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

/// Where a dialog was written.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeptAnswer {
    file: String,
}

/// Keeps a dialog test in the bot's file of tests: in the place of the one with this name, else behind all.
#[utoipa::path(put, path = "/api/v1/bots/{id}/tests/{name}", operation_id = "keep_test", tag = "bots", params(("id" = String, Path,), ("name" = String, Path,)),
    request_body = KeptDialog,
    responses((status = 200, body = KeptAnswer), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
    JsonBody(dialog): JsonBody<KeptDialog>,
) -> Result<Json<KeptAnswer>, Problem> {
    let id = bot_id(&id)?;
    let no_file = || {
        Problem::conflict(format!("bot {id} has no file, so its tests have no place: publish it into the folder of bots first"))
    };
    let file = file_of(&app, &id).ok_or_else(no_file)?;
    let contact = Value::Object(dialog.contact);
    serde_json::from_value::<DialogContact>(contact.clone()).map_err(|error| Problem::invalid("contact", error.to_string()))?;
    let written = json!({"name": name, "contact": contact, "at": dialog.at, "steps": dialog.steps});
    let shown = file.display().to_string();
    let kept = tokio::task::spawn_blocking(move || bots::dialogs::put(&file, written)).await;
    match kept {
        Ok(Ok(())) => Ok(Json(KeptAnswer { file: shown })),
        Ok(Err(message)) => Err(Problem::conflict(format!("{shown}: {message}"))),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the dialog could not be written")),
    }
}

/// Where a bot's dialog tests are; none: it has no file of its own.
fn file_of(app: &App, id: &BotId) -> Option<PathBuf> {
    app.catalogue.file(id.as_str()).map(|file| bots::dialogs::file_of(&file.path))
}

/// The dialogs of a file, or what is wrong with it.
async fn read(file: Option<PathBuf>) -> Result<Result<Vec<Dialog>, String>, Problem> {
    let Some(file) = file else { return Ok(Ok(Vec::new())) };
    let dialogs = tokio::task::spawn_blocking(move || bots::dialogs::read(&file)).await;
    dialogs.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the dialogs could not be read"))
}

#[cfg(test)]
mod tests;
