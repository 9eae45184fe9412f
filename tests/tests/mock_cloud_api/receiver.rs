//! A stand-in for the server under test: takes webhooks, checks their signature, answers what it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;
use tests::mock::{Mock, payload};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::DEADLINE;

pub(crate) struct Receiver {
    pub url: String,
    seen: Arc<Seen>,
    _server: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    secret: String,
    verify_token: String,
    bodies: Mutex<Vec<Value>>,
    /// Answers to the next POSTs; 200 when there are none left.
    answers: Mutex<VecDeque<u16>>,
    badly_signed: Mutex<usize>,
    changes: watch::Sender<usize>,
}

impl Receiver {
    /// A receiver to which `mock` is connected.
    pub(crate) async fn of(mock: &Mock) -> Self {
        let receiver = Self::start(&mock.account().app_secret, &mock.account().verify_token).await;
        mock.connect(&receiver.url).await.unwrap();
        receiver
    }

    pub(crate) async fn start(secret: &str, verify_token: &str) -> Self {
        let seen = Arc::new(Seen { secret: secret.to_owned(), verify_token: verify_token.to_owned(), ..Seen::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", get(verify).post(take)).with_state(Arc::clone(&seen));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, _server: server }
    }

    /// Answers the next POSTs with these statuses.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.seen.answers.lock().unwrap().extend(statuses);
    }

    /// The bodies of all POSTs, after at least `count` have come.
    pub(crate) async fn bodies(&self, count: usize) -> Vec<Value> {
        let mut changes = self.seen.changes.subscribe();
        let enough = changes.wait_for(|posts| *posts >= count);
        let waited = tokio::time::timeout(DEADLINE, enough).await.map(|_| ());
        let bodies = self.seen.bodies.lock().unwrap().clone();
        assert!(waited.is_ok(), "{count} webhooks expected, there are {bodies:#?}");
        assert_eq!(*self.seen.badly_signed.lock().unwrap(), 0, "badly signed");
        bodies
    }

    /// All changes, after at least `count` POSTs.
    pub(crate) async fn changes(&self, count: usize) -> Vec<Value> {
        let bodies = self.bodies(count).await;
        let of_body = |body: &Value| body["entry"][0]["changes"].as_array().unwrap().clone();
        bodies.iter().flat_map(of_body).collect()
    }

    /// All statuses, after at least `count` POSTs.
    pub(crate) async fn statuses(&self, count: usize) -> Vec<Value> {
        let changes = self.changes(count).await;
        let of_change = |change: &Value| change["value"]["statuses"].as_array().cloned();
        changes.iter().filter_map(of_change).flatten().collect()
    }

    /// The last message, after at least `count` POSTs.
    pub(crate) async fn message(&self, count: usize) -> Value {
        let changes = self.changes(count).await;
        changes.last().unwrap()["value"]["messages"][0].clone()
    }

    pub(crate) fn badly_signed(&self) -> usize {
        *self.seen.badly_signed.lock().unwrap()
    }
}

#[derive(Deserialize)]
struct Verification {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.challenge")]
    challenge: String,
    #[serde(rename = "hub.verify_token")]
    token: String,
}

async fn verify(State(seen): State<Arc<Seen>>, Query(call): Query<Verification>) -> Result<String, StatusCode> {
    if call.mode == "subscribe" && call.token == seen.verify_token { Ok(call.challenge) } else { Err(StatusCode::FORBIDDEN) }
}

async fn take(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(payload::SIGNATURE_HEADER).and_then(|value| value.to_str().ok());
    let answer = if signature == Some(payload::sign(&seen.secret, &body).as_str()) {
        seen.answers.lock().unwrap().pop_front().unwrap_or(200)
    } else {
        *seen.badly_signed.lock().unwrap() += 1;
        401
    };
    seen.bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap_or(Value::Null));
    seen.changes.send_modify(|posts| *posts += 1);
    StatusCode::from_u16(answer).unwrap()
}
