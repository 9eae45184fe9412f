//! How the connection to WhatsApp stands, as a list of checks for whoever sets it up. Each says what is known, and what to do where
//! something is missing; nothing is asked of Meta for it.

use std::sync::Arc;

use axum::{Json, extract::State};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use steps::moment::Moment;
use whatsapp::errors;

use super::account::{NumberView, numbers};
use crate::{app::App, connection::Failure, settings::Number};

/// Where Meta's webhooks come in.
const WEBHOOKS: &str = "/webhooks/whatsapp";

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ConnectionView {
    /// Whether the server runs without WhatsApp.
    sandbox: bool,
    checks: Vec<Check>,
    /// The business's numbers, the default first.
    numbers: Vec<NumberView>,
    /// Where Meta's webhooks come in, below the server's public address.
    webhook_path: String,
    /// The program's version.
    version: String,
    /// `embedded`, `redis`, `redis+sentinel`, `redis+cluster`.
    store: String,
}

/// One thing that the connection needs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Check {
    /// `token`, `number`, `app_secret`, `verify_token`, `webhook`, `business_account`, `templates`, `sending`.
    #[schema(value_type = String)]
    id: &'static str,
    state: Standing,
    /// What is known.
    detail: String,
    /// What to do, where something is to be done.
    help: Option<String>,
    /// When that was seen, in ISO 8601.
    at: Option<String>,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Ok,
    Warning,
    Error,
    /// Nothing was seen of it since the server started.
    Unknown,
    /// The server runs without it.
    Off,
}

/// How the connection to WhatsApp stands.
#[utoipa::path(get, path = "/api/v1/connection", operation_id = "show_connection", tag = "operation", responses((status = 200, body = ConnectionView)))]
pub(super) async fn show(State(app): State<Arc<App>>) -> Json<ConnectionView> {
    let sandbox = !app.settings.is_connected();
    let store = app.settings.store.split_once("://").map_or("embedded", |(scheme, _)| scheme);
    Json(ConnectionView {
        sandbox,
        checks: if sandbox { without_whatsapp() } else { checks(&app) },
        numbers: numbers(&app),
        webhook_path: WEBHOOKS.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        store: store.replacen("rediss", "redis", 1),
    })
}

/// Every check, in the order in which the connection is set up.
const CHECKS: &[&str] = &["token", "number", "app_secret", "verify_token", "webhook", "business_account", "templates", "sending"];

fn without_whatsapp() -> Vec<Check> {
    let check = |id: &'static str| {
        let detail = "The server runs on its sandbox: nothing reaches WhatsApp.".to_owned();
        let help = (id == "number").then(|| {
            "Set WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_ACCESS_TOKEN and WHATSAPP_APP_SECRET, and start the server again.".to_owned()
        });
        Check { id, state: Standing::Off, detail, help, at: None }
    };
    CHECKS.iter().copied().map(check).collect()
}

fn checks(app: &App) -> Vec<Check> {
    let numbers = app.settings.numbers();
    CHECKS
        .iter()
        .copied()
        .map(|id| match id {
            "token" => of_numbers(id, &numbers, |number| token(app, number)),
            "number" => of_numbers(id, &numbers, |number| known_number(app, number)),
            "app_secret" => app_secret(app),
            "verify_token" => verify_token(app),
            "webhook" => of_numbers(id, &numbers, |number| webhook(app, number)),
            "business_account" => of_numbers(id, &numbers, business_account),
            "templates" => of_numbers(id, &numbers, |number| templates(app, number)),
            _ => of_numbers(id, &numbers, |number| sending(app, number)),
        })
        .collect()
}

/// A check of one number, not yet named.
struct Seen {
    state: Standing,
    detail: String,
    help: Option<String>,
    at: Option<Moment>,
}

impl Seen {
    fn new(state: Standing, detail: impl Into<String>) -> Self {
        Seen { state, detail: detail.into(), help: None, at: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Seen { help: Some(help.into()), ..self }
    }

    fn at(self, at: Moment) -> Self {
        Seen { at: Some(at), ..self }
    }

    fn named(self, id: &'static str) -> Check {
        let Seen { state, detail, help, at } = self;
        Check { id, state, detail, help, at: at.map(|at| at.to_string()) }
    }
}

/// A check over all numbers: the worst one counts, and is named where there are several.
fn of_numbers(id: &'static str, numbers: &[Number], check: impl Fn(&Number) -> Seen) -> Check {
    let rank = |state: Standing| match state {
        Standing::Error => 0,
        Standing::Warning => 1,
        Standing::Unknown => 2,
        Standing::Ok => 3,
        Standing::Off => 4,
    };
    let all = numbers.iter().map(|number| (number, check(number)));
    let Some((number, mut worst)) = all.min_by_key(|(_, seen)| rank(seen.state)) else {
        return Seen::new(Standing::Off, "No number is connected.").named(id);
    };
    if numbers.len() > 1 && worst.state != Standing::Ok {
        worst.detail = format!("Number {}: {}", number.id, worst.detail);
    }
    worst.named(id)
}

/// What a failure is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Token,
    Number,
    Sending,
}

/// Codes of tokens that are invalid or may not do this, and of numbers that are not there (Cloud API, Error codes).
fn about(code: i64) -> About {
    match code {
        0 | 3 | 10 | 190 | 200..=299 => About::Token,
        33 => About::Number,
        _ => About::Sending,
    }
}

fn failure(app: &App, number: &Number, about_what: About) -> Option<Failure> {
    app.connection.failure_of(&number.id).filter(|failure| about(failure.error.code) == about_what)
}

fn told(failure: &Failure, state: Standing) -> Seen {
    let detail = format!("WhatsApp refused a message: {} ({})", failure.error.text, failure.error.code);
    Seen::new(state, detail).help(errors::explain(failure.error.code).remedy).at(failure.at)
}

fn is_empty(secret: &SecretString) -> bool {
    secret.expose_secret().is_empty()
}

fn token(app: &App, number: &Number) -> Seen {
    if is_empty(&number.access_token) {
        return Seen::new(Standing::Error, "No access token is set.")
            .help("Make a system user's token that does not expire, and set WHATSAPP_ACCESS_TOKEN.");
    }
    if let Some(failure) = failure(app, number, About::Token) {
        return told(&failure, Standing::Error);
    }
    if let Some(error) = app.templates.failure_of(&number.business_account_id).filter(|error| about(error.code) == About::Token) {
        let detail = format!("WhatsApp refused the token: {} ({})", error.text, error.code);
        return Seen::new(Standing::Error, detail).help(errors::explain(error.code).remedy);
    }
    if let Some(at) = app.connection.accepted_of(&number.id) {
        return Seen::new(Standing::Ok, "WhatsApp takes messages with it.").at(at);
    }
    if app.templates.count_of(&number.business_account_id).is_some() {
        return Seen::new(Standing::Ok, "WhatsApp gave the account's templates for it.");
    }
    Seen::new(Standing::Unknown, "It is set. Whether WhatsApp takes it shows with the first message.")
}

fn known_number(app: &App, number: &Number) -> Seen {
    if let Some(failure) = failure(app, number, About::Number) {
        return told(&failure, Standing::Error);
    }
    let seen = app.connection.accepted_of(&number.id).max(app.connection.webhook_of(&number.id));
    let display = app.connection.display(&number.id).unwrap_or_else(|| number.id.to_string());
    match seen {
        Some(at) => Seen::new(Standing::Ok, format!("{display} is in use.")).at(at),
        None => Seen::new(Standing::Unknown, format!("{} is set; no message of it was seen yet.", number.id))
            .help("Write to the number from your phone. It is the phone number ID, not the phone number."),
    }
}

fn app_secret(app: &App) -> Check {
    const ID: &str = "app_secret";
    if app.meta_apps.iter().any(|meta| meta.secrets.is_empty()) {
        return Seen::new(Standing::Error, "No app secret is set, so no webhook is accepted.")
            .help("Copy the app secret from the app's basic settings into WHATSAPP_APP_SECRET.")
            .named(ID);
    }
    let (refused, accepted) = (app.connection.last_refused(), app.connection.last_webhook());
    match (refused, accepted) {
        (Some(refused), accepted) if accepted.is_none_or(|accepted| accepted < refused) => {
            Seen::new(Standing::Warning, "The last webhook was signed with another secret, and was refused.")
                .help("Compare the app secret with that of the app that sends the webhooks. A stranger who calls the address looks the same.")
                .at(refused)
                .named(ID)
        }
        (_, Some(at)) => Seen::new(Standing::Ok, "Webhooks are signed with it.").at(at).named(ID),
        (_, None) => Seen::new(Standing::Unknown, "It is set. Whether it fits shows with the first webhook.").named(ID),
    }
}

fn verify_token(app: &App) -> Check {
    const ID: &str = "verify_token";
    if is_empty(&app.settings.whatsapp.verify_token) {
        return Seen::new(Standing::Warning, "No verify token is set, so the webhook's address can't be verified.")
            .help("Make up a text that is hard to guess, set WHATSAPP_VERIFY_TOKEN, and enter the same text beside the callback URL.")
            .named(ID);
    }
    let (right, wrong) = (app.connection.last_verified(), app.connection.last_misverified());
    match (right, wrong) {
        (right, Some(wrong)) if right.is_none_or(|right| right < wrong) => {
            Seen::new(Standing::Warning, "The address was asked for with another verify token.")
                .help("Enter the text of WHATSAPP_VERIFY_TOKEN beside the callback URL, and verify again.")
                .at(wrong)
                .named(ID)
        }
        (Some(at), _) => Seen::new(Standing::Ok, "Meta has verified the address.").at(at).named(ID),
        (None, _) => Seen::new(Standing::Unknown, "It is set. Meta has not asked for it since the server started.").named(ID),
    }
}

fn webhook(app: &App, number: &Number) -> Seen {
    match app.connection.webhook_of(&number.id) {
        Some(at) => Seen::new(Standing::Ok, "Webhooks come in.").at(at),
        None => Seen::new(Standing::Unknown, "No webhook came in since the server started.").help(format!(
            "Enter https://your-host{WEBHOOKS} as callback URL, subscribe to the field messages, subscribe the app to the business account, \
             then write to the number."
        )),
    }
}

fn business_account(number: &Number) -> Seen {
    if number.business_account_id.is_empty() {
        return Seen::new(Standing::Warning, "No business account is set, so no template is known.")
            .help("Set WHATSAPP_BUSINESS_ACCOUNT_ID.");
    }
    Seen::new(Standing::Ok, format!("{} is set.", number.business_account_id))
}

fn templates(app: &App, number: &Number) -> Seen {
    let account = &number.business_account_id;
    if account.is_empty() {
        return Seen::new(Standing::Off, "Templates are read once the business account is set.");
    }
    let count = app.templates.count_of(account);
    if let Some(error) = app.templates.failure_of(account) {
        let known = if count.is_some() { ", and the last known ones stay in use" } else { "" };
        let detail = format!("The templates can't be loaded{known}: {} ({})", error.text, error.code);
        return Seen::new(Standing::Error, detail).help(errors::explain(error.code).remedy);
    }
    match count {
        Some(1) => Seen::new(Standing::Ok, "1 template is known."),
        Some(count) => Seen::new(Standing::Ok, format!("{count} templates are known.")),
        None => Seen::new(Standing::Unknown, "The templates were not loaded yet."),
    }
}

fn sending(app: &App, number: &Number) -> Seen {
    if let Some(failure) = app.connection.failure_of(&number.id) {
        let state = if failure.error.reaction == steps::event::Reaction::Stop { Standing::Error } else { Standing::Warning };
        return told(&failure, state);
    }
    match app.connection.accepted_of(&number.id) {
        Some(at) => Seen::new(Standing::Ok, "The last message was accepted.").at(at),
        None => Seen::new(Standing::Unknown, "No message was sent since the server started."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        templates,
        testing::{Graph, Server, accepted, messages, text},
    };

    const ANA: &str = "5511987654321";

    /// By check: how it stands.
    async fn states(server: &Server) -> Vec<String> {
        let connection = server.get("/api/v1/connection").await.json();
        let state = |check: &Value| format!("{} {}", check["id"].as_str().unwrap(), check["state"].as_str().unwrap());
        connection["checks"].as_array().unwrap().iter().map(state).collect()
    }

    async fn check(server: &Server, id: &str) -> Value {
        let connection = server.get("/api/v1/connection").await.json();
        connection["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).cloned().unwrap()
    }

    #[tokio::test]
    async fn on_the_sandbox_all_is_off() {
        let server = Server::sandbox().await;
        let connection = server.get("/api/v1/connection").await.json();
        assert_eq!((&connection["sandbox"], &connection["webhook_path"]), (&json!(true), &json!("/webhooks/whatsapp")));
        assert!(states(&server).await.iter().all(|state| state.ends_with(" off")));
        assert!(check(&server, "number").await["help"].as_str().is_some_and(|help| help.contains("WHATSAPP_PHONE_NUMBER_ID")));
    }

    #[tokio::test]
    async fn what_was_seen_is_told() {
        let graph = Graph::accepting().await;
        graph.set_templates(vec![json!({ "name": "hi", "language": "en", "category": "UTILITY", "status": "APPROVED", "components": [{ "type": "BODY", "text": "Hi" }] })]);
        let server = Server::connected(&graph.address).await;
        let unknown = ["token", "number", "app_secret", "verify_token", "webhook"].map(|id| format!("{id} unknown"));
        let states_before = states(&server).await;
        assert_eq!(states_before[..5], unknown);
        assert_eq!(states_before[5..], ["business_account ok", "templates unknown", "sending unknown"]);

        assert!(templates::refresh(&server.app).await);
        let verify = "/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1";
        assert_eq!(server.get(verify).await.status, 200);
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "Oi")])).await, 200);
        server.settle().await;
        assert!(states(&server).await.iter().all(|state| state.ends_with(" ok")), "{:?}", states(&server).await);
        let connection = server.get("/api/v1/connection").await.json();
        assert_eq!(connection["numbers"], json!([{ "id": "1001", "display": "15550001001", "name": "15550001001" }]));
        assert!(check(&server, "webhook").await["at"].is_string());
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_with_the_cure() {
        let refused = json!({ "error": { "message": "Session has expired", "code": 190 } }).to_string();
        let graph = Graph::start(move |place| if place == 0 { (401, refused.clone()) } else { (200, accepted(place)) }).await;
        let server = Server::connected(&graph.address).await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "Oi")])).await, 200);
        server.settle().await;
        let token = check(&server, "token").await;
        assert_eq!(token["state"], "error");
        assert!(token["detail"].as_str().unwrap().contains("Session has expired (190)") && token["help"].is_string(), "{token}");
        assert_eq!(check(&server, "sending").await["state"], "error");

        assert_eq!(server.signed("sha256=00", "{}").await.status, 401);
        assert_eq!(server.get("/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=other&hub.challenge=1").await.status, 403);
        // The clock stands still: what came at the same time as the last good webhook tells nothing against it.
        assert_eq!(check(&server, "app_secret").await["state"], "ok");
        let verify = check(&server, "verify_token").await;
        assert_eq!(verify["state"], "warning", "{verify}");

        let fresh = Server::connected(&graph.address).await;
        assert_eq!(fresh.signed("sha256=00", "{}").await.status, 401);
        assert_eq!(check(&fresh, "app_secret").await["state"], "warning");
    }

    #[tokio::test]
    async fn what_is_not_set_is_told() {
        let settings = "[whatsapp]\nphone_number_id = \"1001\"\naccess_token = \"token\"\napp_secret = \"s\"\n\
                        [[whatsapp.numbers]]\nphone_number_id = \"1002\"\nname = \"Support\"\n";
        let server = Server::with(settings, store::memory()).await;
        for (id, state) in [("verify_token", "warning"), ("business_account", "warning"), ("templates", "off")] {
            assert_eq!(check(&server, id).await["state"], state, "{id}");
        }
        let account = check(&server, "business_account").await;
        assert!(account["detail"].as_str().unwrap().starts_with("Number 1001"), "{account}");
    }
}
