//! Steps that reach out: over HTTP to where they may, and to a model that isn't there.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::any;
use serde_json::{Value, json};
use tests::harness::Server;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::shop::{ANA, Shop, bot, deliver};

/// Nobody says this by chance.
const SECRET: &str = "s3cr3t-7f1c-of-the-crm";
/// A customer's words.
const WORDS: &str = "my cat is called Ziggurat";

/// A system that the bot calls: answers, and keeps what it was asked.
struct Crm {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _server: JoinSet<()>,
}

#[derive(Debug, Clone)]
struct Asked {
    path: String,
    token: String,
    idempotency_key: String,
    body: Value,
}

impl Crm {
    async fn start() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&asked);
        let answer = move |uri: Uri, headers: HeaderMap, body: String| {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            keep.lock().unwrap().push(Asked {
                path: uri.path().to_owned(),
                token: header("authorization"),
                idempotency_key: header("idempotency-key"),
                body: serde_json::from_str(&body).unwrap_or_default(),
            });
            let status = if uri.path() == "/broken" { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
            let hangs = uri.path() == "/hangs-once" && keep.lock().unwrap().len() == 1;
            async move {
                if hangs {
                    std::future::pending::<()>().await;
                }
                (status, axum::Json(json!({"id": 4711, "level": "gold"})))
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, Router::new().fallback(any(answer))).await.unwrap() });
        Self { url, asked, _server: server }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn caller(crm: &Crm, path: &str) -> Value {
    bot(json!({
        "tell": {
            "type": "http",
            "method": "POST",
            "url": format!("{}{path}", crm.url),
            "headers": {"Authorization": "Bearer {{ secrets.crm }}"},
            "json": {"phone": "{{ contact.phone }}", "said": "{{ message.text }}"},
            "deadline": "2s",
            "save": {"contact.fields.level": "reply.json.level"},
            "next": "thanks",
            "failed": "sorry"
        },
        "thanks": {"type": "message", "text": "You are {{ contact.fields.level }}."},
        "sorry": {"type": "message", "text": "Sorry: {{ error.name }}."}
    }))
}

async fn open(crm: &Crm, path: &str, http: &str) -> Shop {
    let settings = format!("[secrets]\ncrm = \"CRM_TOKEN\"\n{http}");
    let setup = Server::with().bot("caller", caller(crm, path)).settings(&settings);
    Shop::open(setup.variable("CRM_TOKEN", SECRET).variable("SALESBOT_LOG", "debug")).await
}

const LOCAL: &str = "[http]\nallow_private = [\"127.0.0.1\"]";

#[tokio::test]
async fn an_answer_comes_back_to_the_conversation() {
    let crm = Crm::start().await;
    let shop = open(&crm, "/contacts", LOCAL).await;
    deliver(shop.ana().text(WORDS)).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["You are gold."]);
    let asked = crm.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/contacts");
    assert_eq!(asked[0].token, format!("Bearer {SECRET}"));
    assert!(!asked[0].idempotency_key.is_empty());
    assert_eq!(asked[0].body, json!({"phone": ANA, "said": WORDS}));
    assert_eq!(shop.server.contact(ANA).await["fields"]["level"], "gold");
}

#[tokio::test]
async fn an_error_takes_its_branch() {
    let crm = Crm::start().await;
    let shop = open(&crm, "/broken", LOCAL).await;
    deliver(shop.ana().text("hi")).await;
    let texts = shop.texts_to(ANA, 1).await;
    assert!(texts[0].starts_with("Sorry: "), "{texts:?}");
}

#[tokio::test]
async fn addresses_inside_are_refused_unless_they_are_allowed() {
    let crm = Crm::start().await;
    let shop = open(&crm, "/contacts", "").await;
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Sorry: address_refused."]);
    assert_eq!(crm.asked().len(), 0, "nobody was asked");
}

#[tokio::test]
async fn secrets_and_customers_words_stay_out_of_the_log() {
    let crm = Crm::start().await;
    for (path, http) in [("/contacts", LOCAL), ("/broken", LOCAL), ("/contacts", "")] {
        let shop = open(&crm, path, http).await;
        deliver(shop.ana().text(WORDS)).await;
        shop.sent_to(ANA, 1).await;
        shop.is_quiet().await;
        let account = shop.mock.account();
        let log = shop.server.log();
        assert!(log.contains("DEBUG") && log.contains("listening on"), "{log}");
        let shown = [SECRET, &account.access_token, &account.app_secret, &account.verify_token, "Ziggurat", &ANA[1..], "Souza"];
        for word in shown {
            assert!(!log.contains(word), "{word} stands in the log:\n{log}");
        }
        let contact = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
        for path in [&*contact, &format!("{contact}/traces"), &format!("{contact}/messages"), "/api/v1/alerts", "/metrics"] {
            assert!(!shop.server.get(path).await.text.contains(SECRET), "the secret stands in {path}");
        }
    }
}

#[tokio::test]
async fn without_a_model_an_ai_step_takes_its_branch() {
    let steps = json!({
        "answer": {"type": "ai_reply", "instructions": "Be kind.", "failed": "person", "next": "end"},
        "end": {"type": "stop"},
        "person": {"type": "message", "text": "Let me ask somebody ({{ error.name }})."}
    });
    let shop = Shop::with_bot("clever", bot(steps)).await;
    deliver(shop.ana().text("Do you deliver to Porto?")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Let me ask somebody (ai_unavailable)."]);
}

#[tokio::test]
async fn a_call_that_a_crash_cut_off_is_made_again_under_the_same_key() {
    let crm = Crm::start().await;
    let mut shop = open(&crm, "/hangs-once", LOCAL).await;
    deliver(shop.ana().text("hi")).await;
    shop.server.until("the call", async |_: &Server| (!crm.asked().is_empty()).then_some(())).await;
    shop.server.kill9().await;
    shop.server.start_again().await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["You are gold."]);
    let asked = crm.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((&asked[0].idempotency_key, &asked[0].body), (&asked[1].idempotency_key, &asked[1].body));
}
