//! What tests of several files share: a server without a port, webhooks as Meta sends them, and a small Graph API that records.

pub(crate) mod faults;

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Path, Query},
    http::{HeaderMap, Request, StatusCode},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use steps::moment::Moment;
use tower::ServiceExt;

use crate::{
    app::{App, Clock, Parts, system_random},
    bots,
    caller::NoCalls,
    graph_client::{GraphClient, Network},
    router::with_studio,
    settings::{Flags, Settings},
    studio,
};

/// The moment at which tests begin.
pub(crate) const NOW: Moment = Moment(1_763_700_000_000);
pub(crate) const SECRET: &str = "app-secret";

/// Answers every message with its own text, and asks a question at the word `ask`.
pub(crate) const ECHO: &str = r#"{
    "name": "Echo",
    "triggers": [{"on": "message", "keywords": ["ask"], "start": "ask"}, {"on": "message", "any": true}],
    "start": "answer",
    "steps": {
        "answer": {"type": "message", "text": "You said {{ message.text ?? \"nothing\" }}"},
        "ask": {"type": "message", "text": "Which one?", "buttons": [{"id": "one", "title": "One", "goto": "chosen"}, {"id": "two", "title": "Two", "goto": "chosen"}]},
        "chosen": {"type": "message", "text": "You chose {{ message.text }}"}
    }
}"#;

/// A server that tests call without a port.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) app: Arc<App>,
    router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Status, and the key that a problem names.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.kind, "application/problem+json", "{}", self.text);
        (self.status, self.json()["key"].as_str().unwrap_or_default().to_owned())
    }
}

impl Server {
    /// On the sandbox, with the bot [`ECHO`].
    pub(crate) async fn sandbox() -> Self {
        Self::with("", store::memory()).await
    }

    /// Connected to a number, `1001`, whose Graph API is at `graph`.
    pub(crate) async fn connected(graph: &str) -> Self {
        Self::connected_on(graph, store::memory()).await
    }

    pub(crate) async fn connected_on(graph: &str, store: Arc<dyn store::Store>) -> Self {
        Self::with(&connected(graph), store).await
    }

    pub(crate) async fn with(settings: &str, store: Arc<dyn store::Store>) -> Self {
        let server = Self::of(app(settings, store).await);
        server.publish("echo", ECHO).await;
        server
    }

    pub(crate) fn of(app: Arc<App>) -> Self {
        Self::with_studio(app, |_| None)
    }

    /// With these files of the studio, whatever was built here.
    pub(crate) fn with_studio(app: Arc<App>, files: studio::Files) -> Self {
        Server { router: with_studio(app.clone(), files), app }
    }

    /// The same server so many milliseconds later: what it knows is what the store keeps.
    pub(crate) async fn later(&self, millis: i64) -> Self {
        let (app, now) = (&self.app, self.app.now().plus(millis));
        let parts = Parts {
            settings: app.settings.clone(),
            store: app.store.clone(),
            clock: Arc::new(move || now),
            random: system_random(),
            caller: Arc::new(NoCalls),
            knowledge: Arc::default(),
            graph: network(),
        };
        let app = App::build(parts).await.unwrap();
        bots::load_all(&app).await.unwrap();
        app.set_ready();
        Self::of(app)
    }

    pub(crate) async fn publish(&self, id: &str, source: &str) {
        let checked = bots::check(id, source, &self.app.environment.load());
        let bot = checked.bot.unwrap_or_else(|| panic!("{:#}", checked.diagnostics));
        bots::publish(&self.app, bot, source, None, false).await.unwrap();
    }

    /// The answer before its body is read, from a caller on this machine.
    pub(crate) async fn open(&self, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
        Answer { status, kind, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, body, &[]).await
    }

    pub(crate) async fn call_with(&self, method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = if body.is_null() {
            request.body(Body::empty())
        } else {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        };
        self.send(request.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null).await
    }

    /// A webhook as Meta sends it, signed with the app's secret.
    pub(crate) async fn webhook(&self, body: &Value) -> u16 {
        let body = body.to_string().into_bytes();
        self.signed(&sign(SECRET, &body), body).await.status
    }

    pub(crate) async fn signed(&self, signature: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/webhooks/whatsapp").header("x-hub-signature-256", signature);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Waits until all that was begun has been brought back.
    pub(crate) async fn settle(&self) {
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.tasks.reopen();
    }

    /// The transcript of a contact, oldest first: what was said, with its status.
    pub(crate) async fn transcript(&self, contact: &str) -> Vec<String> {
        let messages = self.get(&format!("/api/v1/contacts/{contact}/messages")).await;
        assert_eq!(messages.status, 200, "{}", messages.text);
        let messages = messages.json();
        let lines = messages.as_array().unwrap().iter().rev().map(|message| {
            let direction = message["direction"].as_str().unwrap();
            let text = message["message"]["text"].as_str().or(message["message"]["title"].as_str()).unwrap_or("?");
            match message["status"].as_str() {
                Some(status) => format!("{direction}: {text} ({status})"),
                None => format!("{direction}: {text}"),
            }
        });
        lines.collect()
    }
}

/// Settings that connect number `1001` to a Graph API.
pub(crate) fn connected(graph: &str) -> String {
    format!(
        "[whatsapp]\nphone_number_id = \"1001\"\nbusiness_account_id = \"5001\"\naccess_token = \"token\"\n\
         app_secret = \"{SECRET}\"\nmore_app_secrets = [\"old-secret\"]\nverify_token = \"verify\"\ngraph_url = \"{graph}\""
    )
}

/// A server's state on a store, at [`NOW`], with no bots.
pub(crate) async fn app(settings: &str, store: Arc<dyn store::Store>) -> Arc<App> {
    app_at(settings, store, Arc::new(|| NOW)).await
}

pub(crate) async fn app_at(settings: &str, store: Arc<dyn store::Store>, clock: Clock) -> Arc<App> {
    let settings = Settings::read(settings, "test", |_| None, &Flags::default()).unwrap();
    let parts = Parts {
        settings,
        store,
        clock,
        random: system_random(),
        caller: Arc::new(NoCalls),
        knowledge: Arc::default(),
        graph: network(),
    };
    let app = App::build(parts).await.unwrap();
    app.set_ready();
    app
}

pub(crate) fn network() -> Arc<dyn GraphClient> {
    Arc::new(Network::new().unwrap())
}

pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac::sign(&Key::new(HMAC_SHA256, secret.as_bytes()), body)))
}

/// A text of a customer's, as an element of `messages`.
pub(crate) fn text(id: &str, from: &str, text: &str) -> Value {
    json!({ "id": id, "from": from, "timestamp": (NOW.0 / 1_000 - 5).to_string(), "type": "text", "text": { "body": text } })
}

/// A whole webhook with these messages.
pub(crate) fn messages(messages: &[Value]) -> Value {
    change(&json!({ "messages": messages }))
}

/// A whole webhook about number 1001.
pub(crate) fn change(value: &Value) -> Value {
    let mut value = value.clone();
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": "15550001001", "phone_number_id": "1001" });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "5001", "changes": [{ "field": "messages", "value": value }] }] })
}

/// A Graph API that answers what it is told to and records what it got.
pub(crate) struct Graph {
    pub(crate) address: String,
    bodies: Arc<Mutex<Vec<Value>>>,
    templates: Arc<Mutex<Vec<Value>>>,
    media: Media,
}

/// By id: the answers of its address, one after the other, and its bytes.
type Media = Arc<Mutex<HashMap<String, (VecDeque<u16>, Vec<u8>)>>>;

/// Ids resolve to addresses here; both want the token.
fn media_routes(address: &str, media: &Media) -> Router {
    let (base, known, stored) = (address.to_owned(), media.clone(), media.clone());
    let resolve = move |Path(id): Path<String>, headers: HeaderMap| async move {
        assert_eq!(headers["authorization"], "Bearer token");
        let name: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        match known.lock().unwrap().contains_key(&id) {
            true => (StatusCode::OK, json!({ "id": id, "url": format!("{base}/files/{name}") }).to_string()),
            false => (StatusCode::BAD_REQUEST, json!({ "error": { "code": 100 } }).to_string()),
        }
    };
    let load = move |Path(id): Path<String>, headers: HeaderMap| async move {
        assert_eq!(headers["authorization"], "Bearer token");
        let mut stored = stored.lock().unwrap();
        let (answers, bytes) = stored.get_mut(&id).unwrap();
        (StatusCode::from_u16(answers.pop_front().unwrap()).unwrap(), bytes.clone())
    };
    Router::new().route("/{id}", get(resolve)).route("/files/{id}", get(load))
}

/// Templates one by one: every list has pages.
fn page(templates: &[Value], place: usize) -> Value {
    let mut paging = json!({ "cursors": { "after": (place + 1).to_string() } });
    if place + 1 < templates.len() {
        paging["next"] = "http://elsewhere.invalid/".into();
    }
    json!({ "data": templates.get(place).into_iter().collect::<Vec<_>>(), "paging": paging })
}

impl Graph {
    /// `answer`: to the n-th send, from 0. Receipts are accepted.
    pub(crate) async fn start(answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        let bodies: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (kept, answer) = (bodies.clone(), Arc::new(answer));
        let handler = move |body: String| async move {
            let body: Value = serde_json::from_str(&body).unwrap();
            if body.get("status").is_some() {
                return (StatusCode::OK, "{\"success\":true}".to_owned());
            }
            let place = {
                let mut kept = kept.lock().unwrap();
                kept.push(body);
                kept.len() - 1
            };
            let (status, text) = answer(place);
            (StatusCode::from_u16(status).unwrap(), text)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let templates: Arc<Mutex<Vec<Value>>> = Arc::default();
        let listed = templates.clone();
        let list = move |Path(account): Path<String>, Query(query): Query<HashMap<String, String>>| async move {
            assert_eq!((account.as_str(), query["fields"].contains("components")), ("5001", true));
            let place = query.get("after").map_or(0, |after| after.parse().unwrap());
            Json(page(&listed.lock().unwrap(), place))
        };
        let media = Media::default();
        let router = Router::new()
            .route("/{id}/messages", post(handler))
            .route("/{id}/message_templates", get(list))
            .merge(media_routes(&address, &media));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Graph { address, bodies, templates, media }
    }

    /// Accepts all.
    pub(crate) async fn accepting() -> Self {
        Self::start(|place| (200, accepted(place))).await
    }

    /// A medium whose address gives these answers, one after the other.
    pub(crate) fn set_medium(&self, id: &str, answers: &[u16], bytes: &[u8]) {
        let medium = (answers.iter().copied().collect(), bytes.to_vec());
        self.media.lock().unwrap().insert(id.to_owned(), medium);
    }

    /// The templates of account 5001.
    pub(crate) fn set_templates(&self, templates: Vec<Value>) {
        *self.templates.lock().unwrap() = templates;
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }

    /// Texts that were sent, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let bodies = self.bodies();
        let text = |body: &Value| {
            body["text"]["body"].as_str().or(body["interactive"]["body"]["text"].as_str()).unwrap_or("?").to_owned()
        };
        bodies.iter().map(text).collect()
    }
}

pub(crate) fn accepted(place: usize) -> String {
    json!({ "messaging_product": "whatsapp", "messages": [{ "id": format!("wamid.out{place}") }] }).to_string()
}
