//! Asks Kommo's API: with the token of the moment, at the account's pace, which all servers on the store keep together.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use reqwest::{Method, Response, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret;
use serde_json::Value;
use store::{Lease, Rate, Store};
use tokio::time::Instant;

use super::token::Token;
use crate::{app::Clock, settings::kommo::Kommo as Settings};

/// Requests that an account may make in a second (Kommo, API limitations).
const REQUESTS_PER_SECOND: i64 = 7;
/// One fewer than that: requests arrive less evenly than they leave, and who asks too fast is shut out.
const INTERVAL: i64 = 1_000_000 / (REQUESTS_PER_SECOND - 1);
/// How far ahead a request may take its moment, in microseconds.
const AHEAD: i64 = 2_000_000;
/// How long one request may take, its answer included.
const DEADLINE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);
/// The most bytes of an answer: 250 leads with all their fields.
const MAX_ANSWER: usize = 8 << 20;
/// Characters of what Kommo says of an error that people are shown.
const MAX_REASON: usize = 400;
/// The pause after Kommo was asked too fast, in milliseconds, and the longest that a read waits for it.
const TOO_FAST: i64 = 1_500;
const LONGEST_PAUSE: i64 = 10_000;
/// The pause after Kommo has shut an account out for having asked too fast.
const SHUT_OUT: i64 = 5 * 60 * 1_000;

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// For now: no connection, no whole answer, too fast, out of order.
    Later { reason: String, after: Option<i64> },
    /// For good: what Kommo said.
    Refused(String),
    /// For good, since there is no such thing (404): what Kommo said.
    Gone(String),
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub method: Method,
    /// From `/api` on.
    pub path: &'a str,
    pub query: Vec<(&'a str, String)>,
    pub body: Option<&'a Value>,
    /// Whatever else waits for the account's pace comes first.
    pub gives_way: bool,
}

impl<'a> Ask<'a> {
    pub fn get(path: &'a str) -> Self {
        Ask { method: Method::GET, path, query: Vec::new(), body: None, gives_way: false }
    }

    pub fn with(method: Method, path: &'a str, body: &'a Value) -> Self {
        Ask { method, path, query: Vec::new(), body: Some(body), gives_way: false }
    }

    pub fn giving_way(mut self) -> Self {
        self.gives_way = true;
        self
    }

    pub fn query(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

pub struct Client {
    http: reqwest::Client,
    base: String,
    account: String,
    token: Token,
    store: Arc<dyn Store>,
    begun: Instant,
}

impl Client {
    pub fn new(settings: &Settings, store: Arc<dyn Store>, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            // A token goes nowhere else.
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(DEADLINE)
            .user_agent(concat!("salesbot/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Client {
            token: Token::new(settings, http.clone(), store.clone(), clock),
            http,
            base: settings.url(),
            account: settings.account(),
            store,
            begun: Instant::now(),
        })
    }

    /// The answer's JSON; null where Kommo has nothing to say (204).
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Value, ApiError> {
        Ok(self.answer(&ask).await?)
    }

    /// The same for what not every user may read; None: the token's user may not. Where somebody else has used up the account's pace, a
    /// command beside a server for one, it is asked once more.
    pub async fn ask_if_allowed(&self, ask: Ask<'_>) -> Result<Option<Value>, ApiError> {
        let answer = match self.answer(&ask).await {
            Err(Answered::TooFast { after }) => {
                let pause = after.unwrap_or(TOO_FAST).min(LONGEST_PAUSE);
                tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
                self.answer(&ask).await
            }
            answer => answer,
        };
        match answer {
            Err(Answered::Forbidden { .. }) => Ok(None),
            answer => Ok(Some(answer?)),
        }
    }

    async fn answer(&self, ask: &Ask<'_>) -> Result<Value, Answered> {
        match self.try_once(ask).await {
            Err(Answered::Unauthorized) if self.token.is_renewable() => {
                self.token.renew().await?;
                self.try_once(ask).await
            }
            answer => answer,
        }
    }

    async fn try_once(&self, ask: &Ask<'_>) -> Result<Value, Answered> {
        let token = self.token.current().await?;
        self.wait_for_pace(ask.gives_way).await;
        let url = format!("{}{}", self.base, ask.path);
        let mut request = self.http.request(ask.method.clone(), url).query(&ask.query).bearer_auth(token.expose_secret());
        if let Some(body) = ask.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(broken)?;
        let (status, after) = (response.status(), retry_after(&response));
        if status == StatusCode::UNAUTHORIZED {
            return Err(Answered::Unauthorized);
        }
        let body = read(response).await?;
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        match status {
            StatusCode::NO_CONTENT => Ok(Value::Null),
            // Some answers are plain text, such as that of a bot that goes on.
            status if status.is_success() => Ok(json),
            StatusCode::TOO_MANY_REQUESTS => Err(Answered::TooFast { after }),
            StatusCode::FORBIDDEN => Err(Answered::Forbidden { after }),
            StatusCode::NOT_FOUND => Err(Answered::Error(ApiError::Gone(said(status, &json)))),
            StatusCode::PAYMENT_REQUIRED => Err(later("Kommo's account is not paid (402)".to_owned(), after)),
            status if status.is_server_error() => Err(later(format!("Kommo is out of order ({})", status.as_u16()), after)),
            status => Err(Answered::Error(ApiError::Refused(said(status, &json)))),
        }
    }

    /// Waits for a moment of the account's budget. Where the store can't be asked, the pace is kept by this server alone.
    async fn wait_for_pace(&self, gives_way: bool) {
        let rate = Rate { interval: INTERVAL, burst: 1, longest_debt: AHEAD };
        loop {
            let now = i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX);
            let budget = format!("kommo:{}", self.account);
            // Who gives way takes a moment that nobody has, and none ahead of time.
            let ahead = if gives_way { 0 } else { AHEAD };
            let lease = Lease { budget, rate, wanted: 1, spent: 0, ahead, slow_for: 0, now };
            let (granted, wait) = match self.store.lease(&lease).await {
                Ok(leased) => (leased.granted > 0, leased.first),
                Err(_) => (true, INTERVAL),
            };
            tokio::time::sleep(Duration::from_micros(u64::try_from(wait.max(0)).unwrap_or_default())).await;
            if granted {
                return;
            }
            // Of those who got none, none asks without a pause.
            tokio::time::sleep(Duration::from_micros(INTERVAL.unsigned_abs())).await;
        }
    }
}

enum Answered {
    Unauthorized,
    Forbidden { after: Option<i64> },
    TooFast { after: Option<i64> },
    Error(ApiError),
}

impl From<Answered> for ApiError {
    fn from(answered: Answered) -> Self {
        match answered {
            Answered::Unauthorized => {
                let reason =
                    "Kommo does not take the token (401): make a new one in the integration's settings, and set KOMMO_TOKEN";
                ApiError::Later { reason: reason.to_owned(), after: None }
            }
            Answered::Forbidden { after } => {
                let reason = "Kommo shuts this account out (403), or the integration lacks a right".to_owned();
                ApiError::Later { reason, after: after.or(Some(SHUT_OUT)) }
            }
            Answered::TooFast { after } => ApiError::Later { reason: "Kommo is asked too fast (429)".to_owned(), after },
            Answered::Error(error) => error,
        }
    }
}

impl From<ApiError> for Answered {
    fn from(error: ApiError) -> Self {
        Answered::Error(error)
    }
}

fn later(reason: String, after: Option<i64>) -> Answered {
    Answered::Error(ApiError::Later { reason, after })
}

/// Without the address: it may hold what a customer is called.
pub fn broken(error: reqwest::Error) -> ApiError {
    let what = if error.is_connect() { "no connection to Kommo" } else { "no whole answer of Kommo" };
    ApiError::Later { reason: format!("{what}: {}", error.without_url()), after: None }
}

/// Milliseconds that Kommo wants to be left alone.
fn retry_after(response: &Response) -> Option<i64> {
    let seconds: i64 = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.clamp(0, 24 * 3_600) * 1_000)
}

/// The whole answer, as far as it is not too large.
pub async fn read(response: Response) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(broken)?;
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(ApiError::Refused(format!("Kommo's answer has more than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What Kommo said, of which it repeats no value: the title, and the places that it does not like.
fn said(status: StatusCode, problem: &Value) -> String {
    let title = problem["detail"].as_str().or(problem["title"].as_str()).unwrap_or("no reason is given");
    let errors = problem["validation-errors"].as_array().into_iter().flatten();
    let errors = errors.flat_map(|of| of["errors"].as_array().into_iter().flatten());
    let places = errors.map(|error| {
        let text = |key: &str| error[key].as_str().unwrap_or_default();
        format!("{} {}: {}", text("code"), text("path"), text("detail"))
    });
    let all: Vec<String> = std::iter::once(title.to_owned()).chain(places).collect();
    let text: String = all.join("; ").chars().take(MAX_REASON).collect();
    format!("{} {text}", status.as_u16())
}
