//! Forms (Flow JSON): which there are, and how a customer fills one in. A preview alone: nothing is sent, nothing is kept.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use editor_preview::{
    flow::{Act, Answer, Asked, Flow, NoFlow},
    words::Language,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::input::JsonBody;
use crate::{app::App, flows, problem::Problem};

/// A form whose Flow JSON lies beside the bots.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FlowSummary {
    /// As a bot's `flow` step names it.
    name: String,
    screens: usize,
    /// The version of its Flow JSON; null where it can't be drawn.
    version: Option<String>,
    /// Why it can't be drawn.
    problem: Option<String>,
}

/// A screen of a form, and what the customer does there.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewForm {
    /// The form's name, or its Flow JSON.
    #[schema(value_type = Object)]
    flow: Value,
    /// The screen that is shown; left out: the first.
    #[serde(default)]
    screen: Option<String>,
    /// The screen's data, at first what the message gives it; for what is left out stand the examples that the form declares.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// What the fields hold, by their names, as the drawn form sends it.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// `earlier` of the answer before.
    #[serde(default)]
    #[schema(value_type = Object)]
    earlier: Map<String, Value>,
    /// The language of the drawing's own words: `en`, `es`, `pt`.
    #[serde(default)]
    language: String,
    /// What the customer does; left out: nothing, the screen is drawn.
    #[serde(default)]
    action: Option<FormAction>,
}

/// What the customer does in a form.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FormAction {
    /// `navigate`, `complete`, `data_exchange`, `update_data`, `open_url`: the button's `data-action`.
    name: String,
    /// The button's `data-next`.
    #[serde(default)]
    next: Option<String>,
    /// The button's `data-at`; left out: the first button with this action.
    #[serde(default)]
    at: Option<String>,
    /// For `data_exchange`, the screen that the form's endpoint would show next; left out: the form stays where it is, and `exchange` tells what would be
    /// asked.
    #[serde(default)]
    screen: Option<String>,
    /// For `data_exchange`, the data that the endpoint would give.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// A screen that was drawn. `data`, `values` and `earlier` go into the next request.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DrawnForm {
    /// A fragment without script and style: a form whose buttons have the class `sb-form-action` and name their action by `data-action`,
    /// `data-next` and `data-at`.
    html: String,
    screen: String,
    title: String,
    terminal: bool,
    /// What is wrong with answers, by field; the action was not taken then.
    #[schema(value_type = Object)]
    errors: Map<String, Value>,
    /// The ids of all screens.
    screens: Vec<String>,
    /// What the form sends, once it is filled in.
    #[schema(value_type = Option<Object>)]
    answers: Option<Map<String, Value>>,
    /// What the form's endpoint would be asked: `{screen, data}`.
    #[schema(value_type = Option<Object>)]
    exchange: Option<Value>,
    /// The web address that would be opened.
    url: Option<String>,
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    #[schema(value_type = Object)]
    earlier: Map<String, Value>,
}

/// Forms whose Flow JSON lies beside the bots: `flows/NAME.json` in their folder.
#[utoipa::path(get, path = "/api/v1/flows", operation_id = "list_flows", tag = "bots", responses((status = 200, body = Vec<FlowSummary>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<FlowSummary>>, Problem> {
    let bots = app.settings.bots.clone();
    let found = tokio::task::spawn_blocking(move || flows::all(&bots)).await.map_err(failed)?;
    Ok(Json(found.into_iter().map(|(name, flow)| summary(name, flow)).collect()))
}

fn summary(name: String, flow: Result<Flow, NoFlow>) -> FlowSummary {
    match flow {
        Ok(flow) => {
            let screens = flow.screens().len();
            FlowSummary { name, screens, version: Some(flow.version), problem: None }
        }
        Err(why) => FlowSummary { name, screens: 0, version: None, problem: Some(why.to_string()) },
    }
}

/// Draws a screen of a form, after the customer's action if there is one. Nothing is kept: the same request gives the same answer.
#[utoipa::path(post, path = "/api/v1/previews/form", operation_id = "preview_form", tag = "bots", request_body = PreviewForm,
    responses((status = 200, body = DrawnForm), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    JsonBody(form): JsonBody<PreviewForm>,
) -> Result<Json<DrawnForm>, Problem> {
    let bots = app.settings.bots.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let PreviewForm { flow, screen, data, values, earlier, language, action } = form;
        let flow = match &flow {
            Value::String(name) => flows::find(&bots, name)
                .ok_or_else(|| Problem::not_found(format!("there is no form {name:?} in the folder `flows` beside the bots")))?,
            document => Flow::read(document),
        };
        let action = action.map(|FormAction { name, next, at, screen, data }| Act { name, next, at, screen, data });
        let asked = Asked { screen, data, values, earlier, action };
        let answer = flow.and_then(|flow| flow.answer(asked, Language::of(&language)));
        answer.map_err(|why| Problem::invalid("flow", why.to_string()))
    });
    Ok(Json(drawn.await.map_err(failed)??.into()))
}

fn failed(_: tokio::task::JoinError) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the form could not be drawn")
}

impl From<Answer> for DrawnForm {
    fn from(answer: Answer) -> Self {
        let Answer { html, screen, title, terminal, errors, screens, answers, exchange, url, data, values, earlier } = answer;
        DrawnForm { html, screen, title, terminal, errors, screens, answers, exchange, url, data, values, earlier }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    /// One question and its answer.
    fn question() -> serde_json::Value {
        json!({"version": "7.1", "screens": [{"id": "ASK", "title": "Question", "terminal": true, "layout": {"type": "SingleColumnLayout", "children": [
            {"type": "TextInput", "name": "day", "label": "Which day?", "required": true},
            {"type": "Footer", "label": "Send", "on-click-action": {"name": "complete", "payload": {"day": "${form.day}"}}}]}}]})
    }

    #[tokio::test]
    async fn a_form_is_drawn_and_submitted() {
        let server = Server::sandbox().await;
        let ask = |request: serde_json::Value| {
            let server = server.clone();
            async move { server.call("POST", "/api/v1/previews/form", &request).await }
        };
        let first = ask(json!({"flow": question(), "language": "pt-BR"})).await.json();
        assert_eq!((&first["screen"], &first["title"], &first["screens"]), (&json!("ASK"), &json!("Question"), &json!(["ASK"])));
        assert!(first["html"].as_str().unwrap().starts_with("<form class=\"sb-form\""), "{first}");
        let action = json!({"name": "complete"});
        let empty = ask(json!({"flow": question(), "action": action, "language": "pt"})).await.json();
        assert_eq!((&empty["errors"]["day"], &empty["answers"]), (&json!("Preencha este campo"), &json!(null)));
        let done = ask(json!({"flow": question(), "action": action, "values": {"day": "Monday"}})).await.json();
        assert_eq!(done["answers"], json!({"day": "Monday"}));

        assert_eq!(ask(json!({"flow": "gone"})).await.problem().0, 404);
        assert_eq!(ask(json!({"flow": {"version": "1.0"}})).await.problem(), (422, "flow".to_owned()));
        assert_eq!(ask(json!({"flow": question(), "screen": "GONE"})).await.problem(), (422, "flow".to_owned()));
    }

    #[tokio::test]
    async fn forms_lie_in_a_folder_beside_the_bots() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::with(&format!("bots = {:?}", folder.path()), store::memory()).await;
        let list = || async { server.call("GET", "/api/v1/flows", &json!({})).await.json() };
        assert_eq!(list().await, json!([]));
        std::fs::create_dir(folder.path().join("flows")).unwrap();
        std::fs::write(folder.path().join("flows/visit.json"), question().to_string()).unwrap();
        std::fs::write(folder.path().join("flows/broken.json"), "{").unwrap();
        let listed = list().await;
        assert_eq!(
            (&listed[1]["name"], &listed[1]["screens"], &listed[1]["version"]),
            (&json!("visit"), &json!(1), &json!("7.1"))
        );
        assert!(listed[0]["problem"].as_str().unwrap().contains("no JSON"), "{listed}");
        let drawn = server.call("POST", "/api/v1/previews/form", &json!({"flow": "visit"})).await.json();
        assert_eq!(drawn["screen"], "ASK");
        assert_eq!(
            server.call("POST", "/api/v1/previews/form", &json!({"flow": "broken"})).await.problem(),
            (422, "flow".to_owned())
        );
    }
}
