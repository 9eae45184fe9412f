//! What models answer, and what comes of it: against a server that answers what a test says.

mod servers;
mod tools;

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Map, json};
use steps::contact::{AiExtractCall, AiReplyCall, AiRouteCall, Intent};
use tokio::net::TcpListener;

use super::*;
use crate::settings::{Flags, Settings};

const KEY: &str = "sk-never-told";

/// A server that gives its answers one after the other, the last one again and again.
struct Fake {
    address: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

#[derive(Clone)]
struct Answers {
    left: Arc<Mutex<Vec<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Fake {
    async fn answering(answers: &[(u16, Value)]) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Mutex::new(answers.iter().rev().cloned().collect()));
        let app = Router::new().route("/v1/chat/completions", post(complete)).with_state(Answers { left, asked: asked.clone() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Fake { address, asked }
    }

    fn models(&self) -> Models {
        models(&format!("[openai]\nbase_url = {:?}\nmodel = \"m\"\napi_key = {KEY:?}", self.address))
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn complete(State(answers): State<Answers>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], format!("Bearer {KEY}"));
    answers.asked.lock().unwrap().push(request);
    let mut left = answers.left.lock().unwrap();
    let (status, body) = if left.len() > 1 { left.pop() } else { left.last().cloned() }.unwrap();
    let status = StatusCode::from_u16(status).unwrap();
    match body {
        Value::String(text) => (status, text).into_response(),
        body => (status, [(header::RETRY_AFTER, "0")], Json(body)).into_response(),
    }
}

fn counting() -> Counting {
    Counting { store: store::memory(), clock: Arc::new(|| crate::testing::NOW) }
}

fn models(settings: &str) -> Models {
    let settings = Settings::read(settings, "salesbot.toml", |_| None, &Flags::default()).unwrap();
    Models::new(&settings.openai, &counting()).unwrap()
}

fn says(text: &str) -> (u16, Value) {
    (200, json!({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}))
}

fn route(text: &str) -> Call {
    let intent = |name: &str| Intent { name: name.into(), description: format!("wants to {name}"), examples: vec!["oi".into()] };
    Call::AiRoute(AiRouteCall { text: text.into(), intents: vec![intent("buy"), intent("ask")], model: None, deadline: 5_000 })
}

fn extract() -> Call {
    let field = |path: &str, kind: &str| (path.to_owned(), kind.to_owned(), String::new());
    let fields = vec![field("vars.people", "integer"), field("contact.email", "email"), field("vars.date", "date")];
    Call::AiExtract(AiExtractCall { text: "Somos 3, ana@example.com".into(), fields, model: None, deadline: 5_000 })
}

fn reply(may_decline: bool) -> Call {
    Call::AiReply(AiReplyCall {
        instructions: "Sell coffee.".into(),
        text: "Abrem hoje?".into(),
        knowledge: Vec::new(),
        bot: None,
        history: 20,
        number: steps::ids::NumberId::default(),
        since: steps::moment::Moment(0),
        model: None,
        max_tokens: Some(300),
        tools: Vec::new(),
        tool_calls: Vec::new(),
        may_decline,
        deadline: 5_000,
    })
}

fn failure(result: CallResult) -> (String, String) {
    let CallResult::Failed { name, text } = result else { panic!("an answer: {result:?}") };
    (name, text)
}

#[tokio::test]
async fn an_intent_is_asked_for_by_schema_and_read() {
    for (answer, expected) in [("{\"intent\": \"buy\"}", Some("buy")), ("{\"intent\": null}", None), ("{}", None)] {
        let fake = Fake::answering(&[says(answer)]).await;
        let result = fake.models().call(&route("quanto custa?"), Vec::new()).await.result;
        assert_eq!(result, CallResult::Intent { intent: expected.map(str::to_owned) });
        let asked = &fake.asked()[0];
        let names = &asked["response_format"]["json_schema"]["schema"]["properties"]["intent"]["enum"];
        assert_eq!(*names, json!(["buy", "ask", null]));
        assert_eq!(asked["messages"][1], json!({"role": "user", "content": "quanto custa?"}));
        assert!(!asked["messages"][0]["content"].as_str().unwrap().contains("quanto custa?"), "customer's words apart");
    }
}

#[tokio::test]
async fn values_come_by_their_paths() {
    let fake =
        Fake::answering(&[says("{\"vars_people\": 3, \"contact_email\": \"ana@example.com\", \"vars_date\": null}")]).await;
    let CallResult::Fields { fields } = fake.models().call(&extract(), Vec::new()).await.result else { panic!("no fields") };
    assert_eq!(Value::from(fields), json!({"vars.people": 3, "contact.email": "ana@example.com"}));
    assert_eq!(
        fake.asked()[0]["response_format"]["json_schema"]["schema"]["properties"]["vars_people"]["type"],
        json!(["integer", "null"])
    );
}

#[tokio::test]
async fn a_reply_reads_the_conversation() {
    let fake = Fake::answering(&[says(" Abrimos às 9h. ")]).await;
    let conversation =
        vec![Line::of_customer("oi"), Line { from: From::Business, text: "Olá!".into() }, Line::of_customer("Abrem hoje?")];
    let result = fake.models().call(&reply(false), conversation).await.result;
    assert_eq!(result, CallResult::Text { text: Some("Abrimos às 9h.".into()) });
    let asked = &fake.asked()[0];
    let roles: Vec<&str> = asked["messages"].as_array().unwrap().iter().map(|line| line["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!((&asked["max_tokens"], asked.get("response_format")), (&json!(300), None));
    assert!(asked["messages"][0]["content"].as_str().unwrap().contains("Sell coffee."));
}

#[tokio::test]
async fn a_reply_knows_what_was_found() {
    let Call::AiReply(call) = reply(false) else { panic!() };
    let knows = Call::AiReply(AiReplyCall { knowledge: vec!["faq".into()], ..call });
    let passage = Passage { source: "faq".into(), title: "Horário".into(), text: "Das 9h às 18h.".into(), score: 1.0 };
    for (passages, expected) in
        [(vec![passage], "[1] Horário\nDas 9h às 18h."), (Vec::new(), "Nothing is known of what the customer asks")]
    {
        let fake = Fake::answering(&[says("Sim")]).await;
        fake.models().call(&knows, Context { passages, ..Context::default() }).await;
        let system = fake.asked()[0]["messages"][0]["content"].as_str().unwrap().to_owned();
        assert!(system.contains(expected), "{system}");
    }
    let fake = Fake::answering(&[says("Sim")]).await;
    fake.models().call(&reply(false), Vec::new()).await;
    assert!(!fake.asked()[0]["messages"][0]["content"].as_str().unwrap().contains("# Knowledge"));
}

#[tokio::test]
async fn a_model_is_told_when_it_is_where_the_bot_is() {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    let now = "2026-11-28T00:05:00Z".parse::<jiff::Timestamp>().unwrap().to_zoned(zone);
    for call in [route("amanhã"), extract(), reply(false)] {
        let fake = Fake::answering(&[says("{}")]).await;
        let asked = fake.models().call(&call, Context { now: Some(now.clone()), ..Context::default() }).await.asked.unwrap();
        let system = fake.asked()[0]["messages"][0]["content"].as_str().unwrap().to_owned();
        assert!(system.contains("\nNow it is Friday, 2026-11-27, 21:05 (America/Sao_Paulo)."), "{system}");
        assert_eq!(asked.prompt[0].text, system, "traces show it too");
    }
    let fake = Fake::answering(&[says("Sim")]).await;
    let now = now.with_time_zone(jiff::tz::TimeZone::UTC);
    fake.models().call(&reply(false), Context { now: Some(now), ..Context::default() }).await;
    assert!(fake.asked()[0]["messages"][0]["content"].as_str().unwrap().contains("Saturday, 2026-11-28, 00:05 (UTC)."));
}

#[tokio::test]
async fn a_model_may_say_that_it_cannot_help() {
    for (answer, expected) in [
        ("{\"helps\": false, \"answer\": null}", None),
        ("{\"helps\": false, \"answer\": \"I can't\"}", None),
        ("{\"helps\": true, \"answer\": \"Sim\"}", Some("Sim".to_owned())),
    ] {
        let fake = Fake::answering(&[says(answer)]).await;
        assert_eq!(fake.models().call(&reply(true), Vec::new()).await.result, CallResult::Text { text: expected });
    }
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_by_tool_and_one_without_both_in_words() {
    let refused = (400, json!({"error": {"message": "unknown parameter"}}));
    let arguments = "{\"intent\": \"ask\"}";
    let called =
        (200, json!({"choices": [{"message": {"tool_calls": [{"function": {"name": "intent", "arguments": arguments}}]}}]}));
    let fake = Fake::answering(&[refused.clone(), called]).await;
    let models = fake.models();
    for _ in 0..2 {
        assert_eq!(models.call(&route("?"), Vec::new()).await.result, CallResult::Intent { intent: Some("ask".into()) });
    }
    let tools: Vec<bool> = fake.asked().iter().map(|asked| asked["tools"].is_array()).collect();
    assert_eq!(tools, [false, true, true], "what a server does not know is asked of it once");

    let fake = Fake::answering(&[refused.clone(), refused, says("Here it is:\n```json\n{\"intent\": \"buy\"}\n```")]).await;
    assert_eq!(fake.models().call(&route("?"), Vec::new()).await.result, CallResult::Intent { intent: Some("buy".into()) });
    assert!(fake.asked()[2]["messages"][0]["content"].as_str().unwrap().contains("JSON object"));
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_an_outage_fails() {
    let busy = |status| (status, json!({"error": {"message": "busy"}}));
    let fake = Fake::answering(&[busy(429), busy(503), says("Sim")]).await;
    assert_eq!(fake.models().call(&reply(false), Vec::new()).await.result, CallResult::Text { text: Some("Sim".into()) });
    for (status, expected) in [(429, "ai_rate_limit"), (500, "ai_unavailable")] {
        let fake = Fake::answering(&[busy(status)]).await;
        let (name, text) = failure(fake.models().call(&reply(false), Vec::new()).await.result);
        assert_eq!((name.as_str(), fake.asked().len()), (expected, 4));
        assert!(text.contains("busy") && text.contains(&status.to_string()), "{text}");
    }
    let (name, _) = failure(
        models("[openai]\nbase_url = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"").call(&reply(false), Vec::new()).await.result,
    );
    assert_eq!(name, "ai_unavailable");
}

#[tokio::test]
async fn what_is_no_answer_fails_with_the_reason() {
    let choice = |message: Value, finish: &str| (200, json!({"choices": [{"message": message, "finish_reason": finish}]}));
    for (answer, expected) in [
        ((200, json!("<html>")), "ai_malformed"),
        ((200, json!({"choices": []})), "ai_malformed"),
        (says(""), "ai_malformed"),
        (choice(json!({"content": "Ab"}), "length"), "too_large"),
        (choice(json!({"refusal": "No."}), "stop"), "ai_refused"),
        (choice(json!({"content": "Ab"}), "content_filter"), "ai_refused"),
        ((401, json!({"error": {"message": "bad key"}})), "ai_unauthorized"),
        ((400, json!({"error": {"message": "no such model", "code": 7}})), "ai_refused"),
        ((200, json!("x".repeat(2 * 1024 * 1024))), "too_large"),
    ] {
        let fake = Fake::answering(std::slice::from_ref(&answer)).await;
        let (name, text) = failure(fake.models().call(&reply(false), Vec::new()).await.result);
        assert_eq!(name, expected, "{text}");
        assert!(!text.contains(KEY) && text.len() < 500, "{text}");
    }
    let fake = Fake::answering(&[says("I'd say buy")]).await;
    assert_eq!(failure(fake.models().call(&route("?"), Vec::new()).await.result).0, "ai_malformed");
}

#[tokio::test]
async fn models_are_chosen_by_name() {
    let (one, other) = (Fake::answering(&[says("{}")]).await, Fake::answering(&[says("{}")]).await);
    let settings = format!(
        "[openai]\nbase_url = {:?}\nmodel = \"large\"\napi_key = {KEY:?}\n[openai.models.quick]\nmodel = \"tiny\"\nbase_url = {:?}",
        one.address, other.address
    );
    let models = models(&settings);
    let named = |model: Option<&str>| match route("?") {
        Call::AiRoute(call) => Call::AiRoute(AiRouteCall { model: model.map(str::to_owned), ..call }),
        other => other,
    };
    models.call(&named(None), Vec::new()).await;
    models.call(&named(Some("large")), Vec::new()).await;
    models.call(&named(Some("quick")), Vec::new()).await;
    assert_eq!((one.asked().len(), other.asked().len(), &other.asked()[0]["model"]), (2, 1, &json!("tiny")));
    let (name, text) = failure(models.call(&named(Some("huge")), Vec::new()).await.result);
    assert_eq!(name, "ai_unavailable");
    assert!(text.contains("\"huge\"") && text.contains("[openai.models]"), "{text}");
}

#[test]
fn values_that_nobody_asked_for_are_left_out() {
    let Call::AiExtract(call) = extract() else { panic!() };
    let found = prompt::values(&call, &json!({"value_9": 1, "vars.people": 2, "contact.email": "x", "vars_people": 5}));
    assert_eq!(found, Map::from_iter([("vars.people".to_owned(), json!(5))]));
}

/// An answer that the server counted the tokens of.
fn counted(text: &str, prompt: u64, answer: u64) -> (u16, Value) {
    let usage = json!({"prompt_tokens": prompt, "completion_tokens": answer});
    (200, json!({"choices": [{"message": {"content": text}}], "usage": usage}))
}

#[tokio::test]
async fn a_call_brings_what_was_asked_and_what_it_took() {
    let busy = (503, json!({"error": {"message": "busy"}}));
    let fake = Fake::answering(&[busy, counted(" Abrimos às 9h. ", 1_234, 56)]).await;
    let priced = format!(
        "[openai]\nbase_url = {:?}\nmodel = \"m\"\napi_key = {KEY:?}\nprompt_price = \"0.15\"\nanswer_price = \"0.6\"",
        fake.address
    );
    let conversation = vec![Line { from: From::Business, text: "Olá!".into() }, Line::of_customer("Abrem hoje?")];
    let asked = models(&priced).call(&reply(false), conversation).await.asked.unwrap();
    let said: Vec<(&str, &str)> =
        asked.prompt[1..].iter().map(|message| (message.role.as_str(), message.text.as_str())).collect();
    assert_eq!(said, [("assistant", "Olá!"), ("user", "Abrem hoje?")]);
    assert!(asked.prompt[0].role == "system" && asked.prompt[0].text.contains("Sell coffee."));
    assert_eq!((asked.model.as_str(), asked.answer.as_str(), asked.tries), ("m", " Abrimos às 9h. ", 2));
    assert_eq!((asked.tokens.prompt, asked.tokens.answer), (1_234, 56));
    assert_eq!(asked.cost.unwrap().to_string(), "0.000219 USD");
    assert_eq!(fake.models().call(&reply(false), Vec::new()).await.asked.unwrap().cost, None, "no price, no cost");
}

#[tokio::test]
async fn a_call_that_failed_tells_what_it_took_and_one_that_was_not_made_nothing() {
    let fake = Fake::answering(&[counted("I'd say buy", 100, 5)]).await;
    let answered = fake.models().call(&route("?"), Vec::new()).await;
    let asked = answered.asked.unwrap();
    assert_eq!((failure(answered.result).0.as_str(), asked.tokens.total()), ("ai_malformed", 3 * 105), "in each of three ways");
    assert_eq!(asked.answer, "I'd say buy");

    let fake = Fake::answering(&[(401, json!({}))]).await;
    let asked = fake.models().call(&route("?"), Vec::new()).await.asked.unwrap();
    assert_eq!((asked.tries, asked.tokens.total(), asked.answer.as_str()), (1, 0, ""));
    assert_eq!(models("").call(&route("?"), Vec::new()).await.asked, None);
}

#[tokio::test]
async fn a_model_without_tokens_left_is_not_asked_until_the_next_day() {
    let fake = Fake::answering(&[counted("Sim", 60, 40)]).await;
    let text = format!("[openai]\nbase_url = {:?}\nmodel = \"m\"\napi_key = {KEY:?}\ntokens_per_day = 150", fake.address);
    let settings = Settings::read(&text, "test", |_| None, &Flags::default()).unwrap();
    let now = Arc::new(std::sync::atomic::AtomicI64::new(crate::testing::NOW.0));
    let clock = now.clone();
    let clock: crate::app::Clock = Arc::new(move || steps::moment::Moment(clock.load(Ordering::Relaxed)));
    let counting = Counting { store: store::memory(), clock };
    // Two servers on one store.
    let [one, other] = [(); 2].map(|()| Models::new(&settings.openai, &counting).unwrap());
    for models in [&one, &other] {
        assert_eq!(models.call(&reply(false), Vec::new()).await.result, CallResult::Text { text: Some("Sim".into()) });
    }
    for models in [&one, &other] {
        let answered = models.call(&reply(false), Vec::new()).await;
        assert_eq!(answered.asked, None);
        let (name, text) = failure(answered.result);
        assert_eq!(name, steps::asked::AI_BUDGET);
        let next = crate::testing::NOW.0.div_euclid(steps::moment::DAY) + 1;
        let anew = steps::moment::Moment(next * steps::moment::DAY).to_string();
        assert!(text.contains("\"m\"") && text.contains("150 tokens") && text.contains(&anew), "{text}");
    }
    assert_eq!(fake.asked().len(), 2);
    now.fetch_add(steps::moment::DAY, Ordering::Relaxed);
    assert_eq!(one.call(&reply(false), Vec::new()).await.result, CallResult::Text { text: Some("Sim".into()) });
}

#[tokio::test]
async fn a_call_that_gets_no_turn_says_how_many_were_waiting() {
    let fake = Fake::answering(&[says("Sim")]).await;
    let models = fake.models();
    let (_, model) = models.models.first().unwrap();
    let held = model.permits.acquire_many(u32::try_from(model.at_once).unwrap()).await.unwrap();
    let Call::AiReply(call) = reply(false) else { panic!() };
    let hurried = Call::AiReply(AiReplyCall { deadline: 0, ..call });
    let answered = models.call(&hurried, Vec::new()).await;
    assert_eq!(answered.asked, None);
    let (name, text) = failure(answered.result);
    assert_eq!(name, "timeout");
    assert!(text.contains("1 calls were waiting for model \"m\"") && text.contains("16 at once"), "{text}");
    assert_eq!((fake.asked().len(), model.waiting.load(Ordering::Relaxed)), (0, 0));
    drop(held);
    assert_eq!(models.call(&reply(false), Vec::new()).await.result, CallResult::Text { text: Some("Sim".into()) });
}
