//! AI steps against a model: an OpenAI-compatible server that answers by the schema that it is given, late, wrongly, or not at all.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tests::{
    harness::{Server, Setup},
    knowledge::embeddings,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::shop::{ANA, Shop, bot, deliver};

const KEY: &str = "sk-e2e-never-in-a-log";
/// Instructions that nobody says by chance.
const INSTRUCTIONS: &str = "Answer like the owner of Zephyrine's";

/// A model's server.
pub(crate) struct Model {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Value>>>,
    /// Answers wait until it is open.
    pub(crate) gate: watch::Sender<bool>,
    _server: JoinSet<()>,
}

impl Model {
    /// `say` gives the content of an answer to a request (an object: the whole message), or the status of a failure.
    pub(crate) async fn saying<S: Into<Value>>(
        say: impl Fn(&Value) -> Result<S, StatusCode> + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (gate, opened) = watch::channel(true);
        let keep = Arc::clone(&asked);
        let answer = move |Json(request): Json<Value>| {
            let said = say(&request).map(Into::into);
            keep.lock().unwrap().push(request);
            let mut opened = opened.clone();
            async move {
                // The sender lives as long as the server.
                let _ = opened.wait_for(|open| *open).await;
                completion(said)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        let router = Router::new().route("/v1/chat/completions", post(answer)).merge(embeddings::routes());
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked, gate, _server: server }
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn setup(&self, steps: Value) -> Setup {
        let setup =
            Server::with().bot("clever", bot(steps)).variable("OPENAI_API_KEY", KEY).variable("OPENAI_MODEL", "test-model");
        setup.variable("OPENAI_BASE_URL", &self.url)
    }

    pub(crate) async fn until_asked(&self, shop: &Shop, times: usize) {
        shop.server.until("the model is asked", async |_: &Server| (self.asked().len() >= times).then_some(())).await;
    }
}

fn completion(said: Result<Value, StatusCode>) -> Response {
    match said {
        Ok(said) => {
            let message = if said.is_object() { said } else { json!({"role": "assistant", "content": said}) };
            let usage = json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15});
            Json(json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage})).into_response()
        }
        Err(status) => (status, Json(json!({"error": {"message": "down"}}))).into_response(),
    }
}

/// The last message of a request: what the customer wrote.
fn words(request: &Value) -> &str {
    request["messages"]
        .as_array()
        .and_then(|messages| messages.last())
        .and_then(|last| last["content"].as_str())
        .unwrap_or_default()
}

fn schema(request: &Value) -> &Value {
    &request["response_format"]["json_schema"]["schema"]["properties"]
}

/// Answers by the schema: an intent that the customer's words name, the digits and the address in them, else some words of its own.
pub(crate) fn by_schema(request: &Value) -> Result<String, StatusCode> {
    let (words, schema) = (words(request), schema(request));
    if let Some(intents) = schema["intent"]["enum"].as_array() {
        let named = intents.iter().find(|intent| intent.as_str().is_some_and(|name| words.contains(name)));
        return Ok(json!({"intent": named}).to_string());
    }
    let Some(values) = schema.as_object() else { return Ok(format!("You wrote: {words}")) };
    let found = values.iter().map(|(name, schema)| {
        let is_number = schema["type"][0] == "integer";
        let value =
            words.split_whitespace().find(|word| if is_number { word.parse::<i64>().is_ok() } else { word.contains('@') });
        (name.clone(), value.map_or(Value::Null, |word| word.parse::<i64>().map_or_else(|_| json!(word), |number| json!(number))))
    });
    Ok(Value::Object(found.collect()).to_string())
}

pub(crate) fn advisor() -> Value {
    json!({
        "sort": {
            "type": "ai_route",
            "intents": [
                {"name": "table", "description": "wants a table", "goto": "who"},
                {"name": "question", "description": "has a question", "goto": "answer"}
            ],
            "otherwise": "menu"
        },
        "who": {
            "type": "ai_extract",
            "fields": {"vars.people": {"type": "integer", "description": "guests"}, "contact.email": {"type": "email", "description": "e-mail"}},
            "next": "booked",
            "otherwise": "menu"
        },
        "booked": {"type": "message", "text": "A table for {{ vars.people }}; we write to {{ contact.email }}."},
        "answer": {"type": "ai_reply", "instructions": INSTRUCTIONS, "failed": "sorry"},
        "menu": {"type": "message", "text": "Here is the menu."},
        "sorry": {"type": "message", "text": "Sorry: {{ error.name }}."}
    })
}

#[tokio::test]
async fn a_message_is_sorted_read_and_answered() {
    let model = Model::saying(by_schema).await;
    let shop = Shop::open(model.setup(advisor()).variable("SALESBOT_LOG", "debug")).await;
    deliver(shop.ana().text("a table for 4 please, ana@example.com")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["A table for 4; we write to ana@example.com."]);
    deliver(shop.ana().text("a question: is it far?")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "You wrote: a question: is it far?");
    deliver(shop.ana().text("bananas")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "Here is the menu.");

    let asked = model.asked();
    assert_eq!(asked.len(), 5);
    assert!(asked.iter().all(|request| request["model"] == "test-model"));
    let reply = &asked[3]["messages"];
    let roles: Vec<&str> = reply.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"], "the conversation so far");
    assert!(
        reply[0]["content"].as_str().unwrap().contains(INSTRUCTIONS) && !reply[0]["content"].as_str().unwrap().contains("far?")
    );
    let zone = bot(json!({}))["timezone"].as_str().unwrap_or("UTC").to_owned();
    for request in &asked {
        let system = request["messages"][0]["content"].as_str().unwrap();
        assert!(system.contains("\nNow it is ") && system.contains(&format!("({zone}).")), "{system}");
    }
    shop.is_quiet().await;
    let log = shop.server.log();
    for word in [KEY, "Zephyrine", "bananas", "ana@example.com", "You wrote"] {
        assert!(!log.contains(word), "{word} stands in the log:\n{log}");
    }
}

#[tokio::test]
async fn a_long_answer_arrives_whole_and_within_the_limits() {
    let long = "Nossa loja fica no centro, perto da estação. ".repeat(201);
    let model = Model::saying(move |_: &Value| Ok(long.clone())).await;
    let shop = Shop::open(model.setup(json!({"answer": {"type": "ai_reply", "instructions": "Tell all."}}))).await;
    deliver(shop.ana().text("onde fica?")).await;
    let texts = shop.texts_to(ANA, 3).await;
    assert!(texts.iter().all(|text| text.chars().count() <= 4_096));
    assert_eq!(texts.join(" "), "Nossa loja fica no centro, perto da estação. ".repeat(201).trim());
}

#[tokio::test]
async fn an_outage_takes_its_branch() {
    let model = Model::saying(|_: &Value| Err::<String, _>(StatusCode::BAD_GATEWAY)).await;
    let steps = json!({
        "answer": {"type": "ai_reply", "instructions": "Be kind.", "failed": "sorry"},
        "sorry": {"type": "message", "text": "Sorry: {{ error.name }}."}
    });
    let shop = Shop::open(model.setup(steps)).await;
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Sorry: ai_unavailable."]);
    assert!(model.asked().len() > 1, "it was tried again");
}

#[tokio::test]
async fn an_answer_that_comes_after_a_handoff_is_not_sent() {
    let model = Model::saying(|_: &Value| Ok("Too late".to_owned())).await;
    model.gate.send_replace(false);
    let shop = Shop::open(model.setup(json!({"answer": {"type": "ai_reply", "instructions": "Be kind."}}))).await;
    deliver(shop.ana().text("hi")).await;
    model.until_asked(&shop, 1).await;
    let contact = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
    let handed = shop.server.post(&format!("{contact}/handoff"), &json!({"to": {"team": "sales"}})).await;
    assert!(handed.status.is_success(), "{}", handed.text);
    model.gate.send_replace(true);
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(ANA).len(), 0);
    assert!(shop.server.get(&format!("{contact}/traces")).await.text.contains("a late result of a call"));
}

#[tokio::test]
async fn a_crash_repeats_the_call_and_never_the_reply() {
    let model = Model::saying(by_schema).await;
    model.gate.send_replace(false);
    // A server that is alone on its store waits for no deadline of one that died.
    let steps = json!({"answer": {"type": "ai_reply", "instructions": "Be kind.", "deadline": "2m"}});
    let mut shop = Shop::open(model.setup(steps)).await;
    deliver(shop.ana().text("hi")).await;
    model.until_asked(&shop, 1).await;
    shop.server.kill9().await;
    model.gate.send_replace(true);
    shop.server.start_again().await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["You wrote: hi"]);
    shop.is_quiet().await;
    assert_eq!(model.asked().len(), 2);
}

#[tokio::test]
async fn a_slow_model_holds_up_nobody_else() {
    let model = Model::saying(by_schema).await;
    model.gate.send_replace(false);
    let steps = json!({
        "sort": {"type": "condition", "branches": [{"when": "message.text == \"slow\"", "goto": "answer"}], "otherwise": "quick"},
        "answer": {"type": "ai_reply", "instructions": "Be kind."},
        "quick": {"type": "message", "text": "At once."}
    });
    let shop = Shop::open(model.setup(steps)).await;
    let customers: Vec<String> = (0..40).map(|number| format!("+55119000{number:05}")).collect();
    for customer in &customers {
        deliver(shop.mock.customer(customer).text("slow")).await;
    }
    model.until_asked(&shop, 16).await;
    deliver(shop.ana().text("quick")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["At once."]);
    tokio::time::timeout(Duration::from_secs(60), async {
        model.gate.send_replace(true);
        for customer in &customers {
            assert_eq!(shop.texts_to(customer, 1).await, ["You wrote: slow"]);
        }
    })
    .await
    .unwrap();
}
