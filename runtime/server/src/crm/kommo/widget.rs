//! A bot of Kommo's hands its conversation to one of ours (`widget_request`), and goes on when ours has ended.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use steps::{expression::plain_text, ids::BotId, moment::Moment};
use url::Url;

use super::{
    Kommo,
    client::{ApiError, Ask},
    jwt,
    names::Entity,
    webhook::of_account,
};
use crate::problem::Problem;

/// The most handlers, and characters of a text, that go with a bot that goes on (Kommo, Salesbot SDK).
pub const MAX_HANDLERS: usize = 10;
pub const MAX_SHOWN: usize = 80;
/// The variable of a bot that Kommo's shows when it goes on.
const SHOWN: &str = "show";

/// What is handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub entity: Entity,
    pub id: u64,
    pub bot: BotId,
    #[serde(default)]
    pub data: Value,
    pub return_url: String,
}

/// Reads and verifies what Kommo's bot asks for.
pub fn read(kommo: &Kommo, body: &Value, now: Moment) -> Result<Asked, Problem> {
    let token = body["token"].as_str().ok_or_else(|| Problem::bad_request("`token` is expected"))?;
    let claims = jwt::verify(token, kommo.settings.client_secret.expose_secret(), now)
        .map_err(|error| Problem::unauthorized(error.to_string()))?;
    of_account(kommo, &claims["subdomain"])?;
    let return_url = body["return_url"].as_str().unwrap_or_default();
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0);
    let entity = match plain_text(&claims["entity_type"]).as_str() {
        "2" | "lead" | "leads" => Entity::Lead,
        "1" | "contact" | "contacts" => Entity::Contact,
        _ => return Err(Problem::bad_request("the token's `entity_type` is neither lead nor contact")),
    };
    let id =
        number(&claims["entity_id"]).ok_or_else(|| Problem::bad_request("the token's `entity_id` is expected to be a number"))?;
    let bot = body["data"]["bot"].as_str().and_then(|id| BotId::new(id).ok());
    let bot = bot.ok_or_else(|| Problem::bad_request("`data.bot` is expected to be the id of a bot"))?;
    path(kommo, return_url).ok_or_else(|| Problem::bad_request("`return_url` is no address of this Kommo account's API"))?;
    Ok(Asked { entity, id, bot, data: body["data"].clone(), return_url: return_url.to_owned() })
}

/// The path of an address of the account's own, over https: a token goes there.
fn path(kommo: &Kommo, address: &str) -> Option<String> {
    let (url, own) = (Url::parse(address).ok()?, Url::parse(&kommo.settings.url()).ok()?);
    let is_own = url.origin() == own.origin() && url.username().is_empty() && url.password().is_none();
    let is_bare = url.query().is_none() && url.fragment().is_none();
    (is_own && is_bare && url.path().starts_with("/api/v4/")).then(|| url.path().to_owned())
}

/// Kommo's bot goes on: with our bot's variables as `json.*`, and what it is to show.
pub async fn go_on(kommo: &Kommo, address: &str, vars: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(path) = path(kommo, address) else {
        return Err(ApiError::Refused("its address is not the account's".to_owned()));
    };
    let body = going_on(vars);
    kommo.client.ask(Ask::with(Method::POST, &path, &body)).await.map(|_| ())
}

/// An empty text would reach the customer as `{{json.x}}`, so it is left out.
fn going_on(vars: &Map<String, Value>) -> Value {
    let said = |value: &Value| Some(plain_text(value)).filter(|text| !text.trim().is_empty());
    let data = vars.iter().filter_map(|(name, value)| Some((name.clone(), Value::from(said(value)?))));
    let data: Map<String, Value> = data.collect();
    let texts = match vars.get(SHOWN) {
        Some(Value::Array(texts)) => texts.as_slice(),
        Some(text) => std::slice::from_ref(text),
        None => &[],
    };
    let shown = texts.iter().filter_map(said).map(|text| {
        let value: String = text.chars().take(MAX_SHOWN).collect();
        json!({"handler": "show", "params": {"type": "text", "value": value}})
    });
    json!({"data": data, "execute_handlers": shown.take(MAX_HANDLERS).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_it_keeps_kommos_limits() {
        let vars = json!({"budget": 5, "empty": " ", "show": vec!["x".repeat(100); 12]});
        let body = going_on(vars.as_object().unwrap());
        let handlers = body["execute_handlers"].as_array().unwrap();
        assert_eq!((handlers.len(), handlers[0]["params"]["value"].as_str().unwrap().len()), (MAX_HANDLERS, MAX_SHOWN));
        assert_eq!(body["data"]["budget"], "5");
        assert!(body["data"].get("empty").is_none());
    }
}
