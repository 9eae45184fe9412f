//! One model on an OpenAI-compatible server (`POST /chat/completions`, `POST /embeddings`, `POST /audio/transcriptions`): the only place that knows
//! the library for it. Requests and answers
//! are plain JSON, since servers that speak the API differ in what they add and leave out.
//!
//! How often a call is tried is ours: the library's own repeats would keep a customer waiting unseen.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_openai::{
    Client,
    config::{Config, OpenAIConfig},
    error::OpenAIError,
    middleware::HttpRequestFactory,
};
use axum::body::Bytes;
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Response, StatusCode, header,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tower::Service;

/// How often a call is tried, the first time included.
const TRIES: u32 = 4;
/// The pause after the first try; it doubles with each one.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause that a server may ask for (`retry-after`): beyond it the step's `failed` helps the customer more.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// The most characters of what a server says to a failure.
const MAX_SAID: usize = 300;
/// The fewest letters of a key that is secret.
const SHORTEST_SECRET: usize = 4;
/// The most bytes of an answer that are taken.
const MAX_ANSWER: usize = 1024 * 1024;

/// A server that speaks the API.
#[derive(Clone)]
pub(super) struct Server {
    client: Client<OpenAIConfig>,
    http: reqwest::Client,
    /// It stands in nothing that is kept of what the server says.
    key: SecretString,
}

/// What a model listens to.
pub(super) struct Recording {
    pub bytes: Bytes,
    /// Tells the format by its end.
    pub filename: &'static str,
    /// What is spoken, in two letters (ISO 639-1); None: the model finds it out.
    pub language: Option<String>,
}

/// Why a server gave no completion. What the server says to it may hold words of the conversation: it goes into traces, and into no log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct Refusal {
    /// As steps name errors.
    pub name: &'static str,
    pub text: String,
    pub cause: Cause,
}

/// What a refusal is about, as far as asking otherwise may help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cause {
    /// The server says that the request itself is wrong, as one does that does not know a part of it.
    Request,
    /// The answer has not the form that was asked for, as of a server that leaves out unseen what it does not know.
    Form,
    /// The connection broke.
    Connection,
    #[default]
    Other,
}

impl Server {
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(base_url: &str, key: &SecretString) -> Result<Self, reqwest::Error> {
        // A key goes to the server that it was given for, and follows no redirect.
        let http = reqwest::Client::builder().connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none()).build()?;
        let config = OpenAIConfig::new().with_api_base(base_url.trim_end_matches('/')).with_api_key(key.expose_secret());
        Ok(Server { client: Client::build(http.clone(), config), http, key: key.clone() })
    }

    /// Asks for a completion, as often as it takes, and counts the tries. How long that may take is the caller's.
    pub async fn complete(&self, request: Value, tries: Arc<AtomicU32>) -> Result<Value, Refusal> {
        self.trying(tries).chat().create_byot::<Value, Value>(request).await.map_err(Refusal::of)
    }

    /// Asks for embeddings, in the same way.
    pub async fn embed(&self, request: Value) -> Result<Value, Refusal> {
        self.trying(Arc::default()).embeddings().create_byot::<Value, Value>(request).await.map_err(Refusal::of)
    }

    /// Asks what was said in a recording, as often as it takes. The library's own form would copy the recording at each try.
    pub async fn transcribe(&self, model: &str, recording: &Recording) -> Result<String, Refusal> {
        let config = self.client.config();
        let (http, url, headers) = (self.http.clone(), config.url("/audio/transcriptions"), config.headers());
        let Recording { bytes, filename, language } = recording;
        let (model, bytes, filename, language) = (model.to_owned(), bytes.clone(), *filename, language.clone());
        let request = HttpRequestFactory::new(move || {
            let file = Part::stream_with_length(bytes.clone(), bytes.len() as u64).file_name(filename);
            let mut form = Form::new().text("model", model.clone()).text("response_format", "json").part("file", file);
            if let Some(language) = &language {
                form = form.text("language", language.clone());
            }
            let request = http.post(&url).headers(headers.clone()).multipart(form).build();
            std::future::ready(request.map_err(|error| Refusal::broken(&error).into()))
        });
        let answer = self.tries(Arc::default()).call(request).await.map_err(Refusal::of)?;
        let answer: Value = answer.json().await.map_err(|error| Refusal::broken(&error))?;
        let text = answer["text"].as_str().ok_or_else(|| Refusal::malformed("the model's server answered without a text"))?;
        Ok(text.to_owned())
    }

    fn trying(&self, made: Arc<AtomicU32>) -> Client<OpenAIConfig> {
        self.client.clone().with_http_service(self.tries(made))
    }

    fn tries(&self, made: Arc<AtomicU32>) -> Tries {
        Tries { http: self.http.clone(), key: self.key.clone(), made }
    }
}

impl Refusal {
    pub fn new(name: &'static str, text: String) -> Self {
        Refusal { name, text, cause: Cause::Other }
    }

    /// What the library makes of a failure.
    fn of(error: OpenAIError) -> Self {
        let unanswered =
            |error: &dyn std::fmt::Display| Refusal::new("ai_unavailable", format!("the model's server gave no answer: {error}"));
        match error {
            OpenAIError::Boxed(error) => error.downcast::<Refusal>().map_or_else(|other| unanswered(&other), |refusal| *refusal),
            other => unanswered(&other),
        }
    }

    pub fn malformed(text: &str) -> Self {
        Refusal::new("ai_malformed", text.to_owned())
    }

    pub fn without_form() -> Self {
        Refusal { cause: Cause::Form, ..Refusal::malformed("the model's answer has not the form that was asked for") }
    }

    /// Whether the server knows `max_tokens` by its newer name alone.
    pub fn wants_newer_limit(&self) -> bool {
        self.cause == Cause::Request && self.text.contains("max_completion_tokens")
    }

    /// The model itself does not want to answer.
    pub fn by_model(said: &str) -> Self {
        Refusal::new("ai_refused", format!("the model refuses to answer: {}", shortened(said)))
    }

    pub fn filtered() -> Self {
        Refusal::new("ai_refused", "the model's server holds back a part of the answer (`content_filter`)".to_owned())
    }

    pub fn cut_off() -> Self {
        Refusal::new("too_large", "the model's answer is longer than `max_tokens` allows".to_owned())
    }

    pub fn unknown_model(name: &str) -> Self {
        Refusal::new("ai_unavailable", format!("no model is called {name:?}: the settings name models under [openai.models]"))
    }

    pub fn no_model() -> Self {
        let text = "no model is connected, so AI steps fail: set OPENAI_API_KEY and OPENAI_MODEL (and OPENAI_BASE_URL for another \
                    server than OpenAI's), or [openai] in the settings";
        Refusal::new("ai_unavailable", text.to_owned())
    }

    pub fn too_late(deadline: Duration) -> Self {
        Refusal::new("timeout", format!("the model did not answer within {} s", deadline.as_secs()))
    }

    /// The call got no turn among those that are made at once.
    pub fn no_turn(deadline: Duration, model: &str, waiting: usize, at_once: usize) -> Self {
        let text = format!(
            "the call got no turn within {} s: {waiting} calls were waiting for model {model:?}, which is asked {at_once} at once \
             (`at_once` in the settings)",
            deadline.as_secs()
        );
        Refusal::new("timeout", text)
    }

    /// An answer that is none, without the key: servers repeat one that they do not take.
    fn status(status: StatusCode, body: &[u8], key: &SecretString) -> Self {
        let name = match status {
            StatusCode::TOO_MANY_REQUESTS => "ai_rate_limit",
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "ai_unauthorized",
            status if status.is_server_error() => "ai_unavailable",
            _ => "ai_refused",
        };
        let said = serde_json::from_slice::<Value>(body).ok();
        let said = said.as_ref().and_then(|said| said["error"]["message"].as_str().or(said["error"].as_str()));
        let said = said.map(|said| format!(": {}", shortened(&masked(said, key)))).unwrap_or_default();
        let cause = match status {
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::NOT_IMPLEMENTED => {
                Cause::Request
            }
            _ => Cause::Other,
        };
        Refusal { cause, ..Refusal::new(name, format!("the model's server answered {}{said}", status.as_u16())) }
    }

    /// No answer. Without the address, which may hold a key.
    fn broken(error: &reqwest::Error) -> Self {
        let text =
            if error.is_connect() { "the model's server can't be reached" } else { "the connection to the model's server broke" };
        Refusal { cause: Cause::Connection, ..Refusal::new("ai_unavailable", text.to_owned()) }
    }
}

impl From<Refusal> for OpenAIError {
    fn from(refusal: Refusal) -> Self {
        OpenAIError::Boxed(Box::new(refusal))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_SAID).collect()
}

/// A text without the key.
fn masked(text: &str, key: &SecretString) -> String {
    match key.expose_secret() {
        // It guards nothing, and stands in words: local servers take any.
        key if key.len() < SHORTEST_SECRET => text.to_owned(),
        key => text.replace(key, "…"),
    }
}

/// Sends a request, and again where the server is busy or stumbles.
#[derive(Clone)]
struct Tries {
    http: reqwest::Client,
    key: SecretString,
    made: Arc<AtomicU32>,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

impl Service<HttpRequestFactory> for Tries {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Answer {
        let Tries { http, key, made } = self.clone();
        Box::pin(async move {
            let mut pause = PAUSE;
            let mut left = TRIES - 1;
            loop {
                made.fetch_add(1, Ordering::Relaxed);
                let (refusal, again) = match attempt(&http, request.build().await?, &key).await {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                };
                let asked = match again {
                    Again::Never => LONGEST_PAUSE,
                    Again::Soon => pause,
                    Again::After(asked) => asked,
                };
                if left == 0 || asked >= LONGEST_PAUSE {
                    return Err(refusal.into());
                }
                tokio::time::sleep(asked).await;
                pause *= 2;
                left -= 1;
            }
        })
    }
}

/// When a failed try may be made again.
enum Again {
    Never,
    Soon,
    /// As the server asks.
    After(Duration),
}

/// One try. Whatever breaks on the way may stand the next time.
async fn attempt(http: &reqwest::Client, request: reqwest::Request, key: &SecretString) -> Result<Response, (Refusal, Again)> {
    let answer = http.execute(request).await.map_err(|error| (Refusal::broken(&error), Again::Soon))?;
    let again = match is_passing(answer.status()) {
        true => retry_after(&answer, Timestamp::now()).map_or(Again::Soon, Again::After),
        false => Again::Never,
    };
    whole(answer, key).await.map_err(|refusal| match (refusal.cause, again) {
        (Cause::Connection, Again::Never) => (refusal, Again::Soon),
        (_, again) => (refusal, again),
    })
}

/// Whether a later try may do better.
fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
}

/// How long the server asks to wait: in whole seconds, or until a date (RFC 9110, 10.2.3).
fn retry_after(answer: &Response, now: Timestamp) -> Option<Duration> {
    let asked = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::parse(asked).ok()?;
    Some(date.timestamp().duration_since(now).try_into().unwrap_or(Duration::ZERO))
}

/// A completion with its body read and known to be JSON: of what is not, the library would tell logs.
async fn whole(mut answer: Response, key: &SecretString) -> Result<Response, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Refusal::broken(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Refusal::new("too_large", format!("the model's answer has more than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    if !answer.status().is_success() {
        return Err(Refusal::status(answer.status(), &body, key));
    }
    if let Err(reason) = serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        let at = format!("line {}, column {}", reason.line(), reason.column());
        return Err(Refusal::new("ai_malformed", format!("the model's server answered something that is no JSON ({at})")));
    }
    Ok(Response::from(axum::http::Response::new(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_asks_to_wait_for_seconds_or_until_a_date() {
        let now = "2026-11-27T21:05:00Z".parse().unwrap();
        let asked = |value: &str| {
            let answer = axum::http::Response::builder().header(header::RETRY_AFTER, value).body("").unwrap();
            retry_after(&Response::from(answer), now).map(|pause| pause.as_secs())
        };
        assert_eq!(asked("7"), Some(7));
        assert_eq!(asked("Fri, 27 Nov 2026 21:05:03 GMT"), Some(3));
        assert_eq!(asked("Fri, 27 Nov 2026 21:04:00 GMT"), Some(0), "it is over");
        assert_eq!(asked("soon"), None);
    }
}
