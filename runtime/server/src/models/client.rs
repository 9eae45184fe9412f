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
/// The most bytes of an answer that are taken.
const MAX_ANSWER: usize = 1024 * 1024;

/// A server that speaks the API.
#[derive(Clone)]
pub(super) struct Server {
    client: Client<OpenAIConfig>,
    http: reqwest::Client,
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
    /// The server says that the request itself is wrong, as one does that does not know a part of it.
    pub is_of_the_request: bool,
}

impl Server {
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(base_url: &str, key: &SecretString) -> Result<Self, reqwest::Error> {
        // A key goes to the server that it was given for, and follows no redirect.
        let http = reqwest::Client::builder().connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none()).build()?;
        let config = OpenAIConfig::new().with_api_base(base_url.trim_end_matches('/')).with_api_key(key.expose_secret());
        Ok(Server { client: Client::build(http.clone(), config), http })
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
        let answer = Tries { http: self.http.clone(), made: Arc::default() }.call(request).await.map_err(Refusal::of)?;
        let answer: Value = answer.json().await.map_err(|error| Refusal::broken(&error))?;
        let text = answer["text"].as_str().ok_or_else(|| Refusal::malformed("the model's server answered without a text"))?;
        Ok(text.to_owned())
    }

    fn trying(&self, made: Arc<AtomicU32>) -> Client<OpenAIConfig> {
        self.client.clone().with_http_service(Tries { http: self.http.clone(), made })
    }
}

impl Refusal {
    pub fn new(name: &'static str, text: String) -> Self {
        Refusal { name, text, is_of_the_request: false }
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

    /// The model itself does not want to answer.
    pub fn by_model(said: &str) -> Self {
        Refusal::new("ai_refused", format!("the model refuses to answer: {}", shortened(said)))
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

    /// An answer that is none.
    fn status(status: StatusCode, body: &[u8]) -> Self {
        let name = match status {
            StatusCode::TOO_MANY_REQUESTS => "ai_rate_limit",
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "ai_unauthorized",
            status if status.is_server_error() => "ai_unavailable",
            _ => "ai_refused",
        };
        let said = serde_json::from_slice::<Value>(body).ok();
        let said = said.as_ref().and_then(|said| said["error"]["message"].as_str().or(said["error"].as_str()));
        let said = said.map(|said| format!(": {}", shortened(said))).unwrap_or_default();
        let is_of_the_request = matches!(
            status,
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::NOT_IMPLEMENTED
        );
        Refusal { is_of_the_request, ..Refusal::new(name, format!("the model's server answered {}{said}", status.as_u16())) }
    }

    /// No answer. Without the address, which may hold a key.
    fn broken(error: &reqwest::Error) -> Self {
        let text =
            if error.is_connect() { "the model's server can't be reached" } else { "the connection to the model's server broke" };
        Refusal::new("ai_unavailable", text.to_owned())
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

/// Sends a request, and again where the server is busy or stumbles.
#[derive(Clone)]
struct Tries {
    http: reqwest::Client,
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
        let (http, made) = (self.http.clone(), self.made.clone());
        Box::pin(async move {
            let mut pause = PAUSE;
            let mut left = TRIES - 1;
            loop {
                made.fetch_add(1, Ordering::Relaxed);
                let answer = http.execute(request.build().await?).await;
                let asked = match &answer {
                    Ok(answer) if is_passing(answer.status()) => retry_after(answer).unwrap_or(pause),
                    Err(error) if error.is_connect() => pause,
                    _ => LONGEST_PAUSE,
                };
                if left == 0 || asked >= LONGEST_PAUSE {
                    let answer = answer.map_err(|error| Refusal::broken(&error))?;
                    return Ok(whole(answer).await?);
                }
                tokio::time::sleep(asked).await;
                pause *= 2;
                left -= 1;
            }
        })
    }
}

/// Whether a later try may do better.
fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
}

/// How long the server asks to wait, in whole seconds (RFC 9110, 10.2.3).
fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A completion with its body read and known to be JSON: of what is not, the library would tell logs.
async fn whole(mut answer: Response) -> Result<Response, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Refusal::broken(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Refusal::new("too_large", format!("the model's answer has more than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    if !answer.status().is_success() {
        return Err(Refusal::status(answer.status(), &body));
    }
    if let Err(reason) = serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        let at = format!("line {}, column {}", reason.line(), reason.column());
        return Err(Refusal::new("ai_malformed", format!("the model's server answered something that is no JSON ({at})")));
    }
    Ok(Response::from(axum::http::Response::new(body)))
}
