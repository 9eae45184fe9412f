//! An OpenAI-compatible server that hears voice notes and writes summaries. A recording is its own words: what is said in `oi` is "oi".

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::Multipart,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tests::harness::{Server, Setup};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::shop::Shop;

pub(crate) const KEY: &str = "sk-e2e-never-in-a-log";
/// A recording that begins so, and every summary, waits until the gate is open.
pub(crate) const SLOW: &str = "slowly: ";
/// A recording that the server fails on.
pub(crate) const BROKEN: &str = "broken";

/// What came with a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) words: String,
    pub(crate) model: String,
    pub(crate) language: Option<String>,
    pub(crate) filename: String,
}

pub(crate) struct Assistant {
    url: String,
    pub(crate) heard: Arc<Mutex<Vec<Heard>>>,
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
    pub(crate) gate: watch::Sender<bool>,
    _server: JoinSet<()>,
}

impl Assistant {
    /// `sum_up` gives a summary, or the status of a failure.
    pub(crate) async fn start(sum_up: impl Fn(&Value) -> Result<String, StatusCode> + Clone + Send + Sync + 'static) -> Self {
        let (heard, asked) = (Arc::<Mutex<Vec<Heard>>>::default(), Arc::<Mutex<Vec<Value>>>::default());
        let (gate, opened) = watch::channel(true);
        let (keep, open) = (heard.clone(), opened.clone());
        let listen = move |form: Multipart| {
            let (keep, open) = (keep.clone(), open.clone());
            async move { transcript(form, &keep, open).await }
        };
        let keep = asked.clone();
        let complete = move |Json(request): Json<Value>| {
            let (said, mut opened) = (sum_up(&request), opened.clone());
            keep.lock().unwrap().push(request);
            async move {
                // The sender lives as long as the server.
                let _ = opened.wait_for(|open| *open).await;
                completion(said)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/audio/transcriptions", post(listen)).route("/v1/chat/completions", post(complete));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Assistant { url, heard, asked, gate, _server: server }
    }

    /// One that only listens.
    pub(crate) async fn listening() -> Self {
        Self::start(|_| Err(StatusCode::NOT_FOUND)).await
    }

    /// A server that asks this one.
    pub(crate) fn setup(&self) -> Setup {
        let setup = Server::with().variable("OPENAI_API_KEY", KEY).variable("OPENAI_BASE_URL", &self.url);
        setup.variable("OPENAI_MODEL", "test-model").variable("OPENAI_TRANSCRIPTION_MODEL", "test-ears")
    }

    /// Waits until it was given so many recordings, and asked for so many summaries.
    pub(crate) async fn until_asked(&self, shop: &Shop, recordings: usize, summaries: usize) {
        let is_asked = || self.heard.lock().unwrap().len() >= recordings && self.asked.lock().unwrap().len() >= summaries;
        shop.server.until("the assistant is asked", async |_: &Server| is_asked().then_some(())).await;
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn transcript(mut form: Multipart, keep: &Mutex<Vec<Heard>>, mut opened: watch::Receiver<bool>) -> Response {
    let mut heard = Heard::default();
    while let Some(field) = form.next_field().await.unwrap() {
        match field.name().unwrap() {
            "file" => {
                heard.filename = field.file_name().unwrap().to_owned();
                heard.words = field.text().await.unwrap();
            }
            "model" => heard.model = field.text().await.unwrap(),
            "language" => heard.language = Some(field.text().await.unwrap()),
            "response_format" => assert_eq!(field.text().await.unwrap(), "json"),
            other => panic!("the API knows no {other}"),
        }
    }
    let words = heard.words.clone();
    keep.lock().unwrap().push(heard);
    if words.starts_with(SLOW) {
        // The sender lives as long as the server.
        let _ = opened.wait_for(|open| *open).await;
    }
    if words.starts_with(BROKEN) {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": {"message": "no audio"}}))).into_response();
    }
    Json(json!({"text": words})).into_response()
}

fn completion(said: Result<String, StatusCode>) -> Response {
    match said {
        Ok(content) => {
            let message = json!({"role": "assistant", "content": content});
            Json(json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})).into_response()
        }
        Err(status) => (status, Json(json!({"error": {"message": "down"}}))).into_response(),
    }
}
