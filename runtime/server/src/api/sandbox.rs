//! Writing as a customer on the sandbox.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};
use steps::event::Content;

use super::input::{JsonBody, phone};
use crate::{
    app::App,
    problem::Problem,
    sandbox::{self, Said},
};

/// What a customer does: exactly one of `text`, `tap`, `form` and `content`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Say {
    /// With country code.
    from: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    text: Option<String>,
    /// Title or id of an option of an earlier message.
    #[serde(default)]
    tap: Option<String>,
    /// Answers of a form.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    form: Option<Map<String, Value>>,
    /// Any content, as the transcript shows it: `{"type": "location", "latitude": …}`.
    #[serde(default, deserialize_with = "content")]
    #[schema(value_type = Option<Object>)]
    content: Option<Content>,
}

/// An object alone: the reader of tagged types takes a list, too.
fn content<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Content>, D::Error> {
    let content = Option::<Map<String, Value>>::deserialize(deserializer)?;
    content.map(|content| Content::deserialize(Value::Object(content))).transpose().map_err(D::Error::custom)
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SaidAnswer {
    contact: String,
    /// Id of the customer's message.
    message: String,
}

/// Writes to the business as a customer. Only where no number is connected; what bots answer stands in the contact's messages.
#[utoipa::path(post, path = "/api/v1/sandbox/messages", tag = "sandbox", request_body = Say,
    responses((status = 200, body = SaidAnswer), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn say(State(app): State<Arc<App>>, JsonBody(say): JsonBody<Say>) -> Result<Json<SaidAnswer>, Problem> {
    sandbox::number(&app)?;
    let from = phone(&say.from, "from")?;
    let (content, reply_to) = match (say.text, say.tap, say.form, say.content) {
        (Some(text), None, None, None) => (Content::Text { text }, None),
        (None, Some(tap), None, None) => sandbox::tap(&app, &from, &tap)
            .await?
            .ok_or_else(|| Problem::invalid("tap", "no message of this conversation has an option with this title or id"))?,
        (None, None, Some(answers), None) => sandbox::form(&app, &from, answers).await?,
        (None, None, None, Some(content)) => (content, None),
        _ => return Err(Problem::invalid("text", "exactly one of `text`, `tap`, `form` and `content` is expected")),
    };
    let (message, done) = sandbox::say(&app, Said { from, name: say.name, content, reply_to }).await?;
    let contact = done.contact.map(|contact| contact.to_string()).unwrap_or_default();
    Ok(Json(SaidAnswer { contact, message: message.to_string() }))
}
