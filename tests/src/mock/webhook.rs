//! Calling the server under test: signed POSTs with retries, the verification call, and the queue of statuses.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::lock;
use super::payload::{self, SIGNATURE_HEADER};

/// How the mock repeats a webhook that wasn't answered with 200. Meta goes on for days; the mock gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// POSTs of one body at most, the first included.
    pub attempts: u32,
    /// Pause before the second; every further one is twice as long, up to [`LONGEST_PAUSE`].
    pub pause: Duration,
}

/// The longest pause between two POSTs of one body.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, pause: Duration::from_millis(50) }
    }
}

/// The server under test can't be called.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("the mock has no webhook address; give it one with `webhook_url` or `connect`")]
    NoAddress,
    #[error("no app is subscribed to the business account, so no webhooks are sent; POST …/subscribed_apps first")]
    NotSubscribed,
    #[error("{url} did not answer: {reason}")]
    NoAnswer { url: String, reason: String },
    #[error("{url} failed the verification call: {reason}")]
    NotVerified { url: String, reason: String },
}

/// What became of the webhooks so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct WebhookCounts {
    /// POSTs, repetitions included.
    pub posts: u64,
    /// Bodies that were answered with 200.
    pub taken: u64,
    /// Bodies that were not, after all attempts.
    pub given_up: u64,
}

pub(crate) struct Hooks {
    client: reqwest::Client,
    app_secret: String,
    verify_token: String,
    business_account: String,
    retry: Retry,
    target: Mutex<Target>,
    queue: mpsc::UnboundedSender<Value>,
    /// Changes that are queued or under way.
    pending: watch::Sender<usize>,
    posts: AtomicU64,
    taken: AtomicU64,
    given_up: AtomicU64,
}

#[derive(Debug, Clone)]
struct Target {
    url: Option<String>,
    /// Set by `override_callback_uri`.
    override_url: Option<String>,
    subscribed: bool,
}

/// The receiving end of the queue; whoever holds it runs [`send_queued`].
pub(crate) type Queue = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Value>>>;

impl Hooks {
    pub(crate) fn new(
        app_secret: &str,
        verify_token: &str,
        business_account: &str,
        url: Option<String>,
        retry: Retry,
    ) -> reqwest::Result<(Self, Queue)> {
        let (queue, receiver) = mpsc::unbounded_channel();
        let hooks = Self {
            // The server under test is on this machine, whatever proxy the environment names.
            client: reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?,
            app_secret: app_secret.to_owned(),
            verify_token: verify_token.to_owned(),
            business_account: business_account.to_owned(),
            retry,
            target: Mutex::new(Target { url, override_url: None, subscribed: true }),
            queue,
            pending: watch::Sender::new(0),
            posts: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
        };
        Ok((hooks, Arc::new(tokio::sync::Mutex::new(receiver))))
    }

    pub(crate) fn set_url(&self, url: Option<String>) {
        lock(&self.target).url = url;
    }

    pub(crate) fn subscribe(&self, override_url: Option<String>) {
        let mut target = lock(&self.target);
        target.subscribed = true;
        target.override_url = override_url;
    }

    pub(crate) fn unsubscribe(&self) {
        let mut target = lock(&self.target);
        target.subscribed = false;
        target.override_url = None;
    }

    /// Whether an app is subscribed, and where an override sends its messages.
    pub(crate) fn subscription(&self) -> (bool, Option<String>) {
        let target = lock(&self.target);
        (target.subscribed, target.override_url.clone())
    }

    pub(crate) fn counts(&self) -> WebhookCounts {
        WebhookCounts {
            posts: self.posts.load(Ordering::Relaxed),
            taken: self.taken.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
        }
    }

    /// Makes the verification call that Meta makes when the address is saved.
    pub(crate) async fn verify(&self, url: &str, challenge: &str, verify_token: Option<&str>) -> Result<(), WebhookError> {
        let token = verify_token.unwrap_or(&self.verify_token);
        let query = [("hub.mode", "subscribe"), ("hub.challenge", challenge), ("hub.verify_token", token)];
        let no_answer = |error: reqwest::Error| WebhookError::NoAnswer { url: url.to_owned(), reason: error.to_string() };
        let answer = self.client.get(url).query(&query).send().await.map_err(no_answer)?;
        let status = answer.status();
        let body = answer.text().await.map_err(no_answer)?;
        if status == StatusCode::OK && body == challenge {
            return Ok(());
        }
        let reason = format!("expected 200 with the body {challenge}, got {status} with the body {body}");
        Err(WebhookError::NotVerified { url: url.to_owned(), reason })
    }

    /// Sends the changes in one POST, and again until it is answered with 200 or the attempts are used up. Returns
    /// the status of each POST.
    pub(crate) async fn deliver(&self, changes: Vec<Value>) -> Result<Vec<StatusCode>, WebhookError> {
        let url = self.address()?;
        let body = self.body(changes);
        let first = self.post(&url, body.clone()).await;
        self.finish(&url, body, first).await
    }

    /// Sends raw bytes once, signed unless a signature is given.
    pub(crate) async fn deliver_raw(&self, body: Vec<u8>, signature: Option<&str>) -> Result<StatusCode, WebhookError> {
        let url = self.address()?;
        let signature = signature.map_or_else(|| payload::sign(&self.app_secret, &body), str::to_owned);
        self.post_signed(&url, body, &signature).await
    }

    /// Queues one change for the senders.
    pub(crate) fn enqueue(&self, change: Value) {
        self.pending.send_modify(|pending| *pending += 1);
        if self.queue.send(change).is_err() {
            self.done(1);
        }
    }

    /// Waits until nothing is queued or under way; `false` if that takes longer than `deadline`.
    pub(crate) async fn idle(&self, deadline: Duration) -> bool {
        let mut pending = self.pending.subscribe();
        tokio::time::timeout(deadline, pending.wait_for(|pending| *pending == 0)).await.is_ok_and(|waited| waited.is_ok())
    }

    fn done(&self, changes: usize) {
        self.pending.send_modify(|pending| *pending = pending.saturating_sub(changes));
    }

    fn address(&self) -> Result<String, WebhookError> {
        let target = lock(&self.target);
        if !target.subscribed {
            return Err(WebhookError::NotSubscribed);
        }
        target.override_url.clone().or_else(|| target.url.clone()).ok_or(WebhookError::NoAddress)
    }

    fn body(&self, changes: Vec<Value>) -> Vec<u8> {
        payload::bytes(&payload::envelope(&self.business_account, changes))
    }

    async fn post(&self, url: &str, body: Vec<u8>) -> Result<StatusCode, WebhookError> {
        let signature = payload::sign(&self.app_secret, &body);
        self.post_signed(url, body, &signature).await
    }

    async fn post_signed(&self, url: &str, body: Vec<u8>, signature: &str) -> Result<StatusCode, WebhookError> {
        self.posts.fetch_add(1, Ordering::Relaxed);
        let request =
            self.client.post(url).header(CONTENT_TYPE, "application/json").header(SIGNATURE_HEADER, signature).body(body);
        let answer =
            request.send().await.map_err(|error| WebhookError::NoAnswer { url: url.to_owned(), reason: chain(&error) })?;
        let status = answer.status();
        // The body is read so that the connection can be used again.
        if let Err(error) = answer.bytes().await {
            tracing::debug!("the answer of {url} broke off: {error}");
        }
        Ok(status)
    }

    /// The attempts after the first.
    async fn finish(
        &self,
        url: &str,
        body: Vec<u8>,
        first: Result<StatusCode, WebhookError>,
    ) -> Result<Vec<StatusCode>, WebhookError> {
        let mut statuses = Vec::new();
        let mut last = first;
        let mut pause = self.retry.pause;
        let mut attempt = 1;
        loop {
            if let Ok(status) = &last {
                statuses.push(*status);
                if *status == StatusCode::OK {
                    self.taken.fetch_add(1, Ordering::Relaxed);
                    return Ok(statuses);
                }
            }
            if attempt >= self.retry.attempts {
                self.given_up.fetch_add(1, Ordering::Relaxed);
                return last.map(|_| statuses);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempt += 1;
            last = self.post(url, body.clone()).await;
        }
    }
}

/// Sends what is queued, up to `batch` changes in a POST. A failing POST is repeated beside the queue, as Meta does,
/// so that it holds up nothing.
pub(crate) async fn send_queued(hooks: Arc<Hooks>, queue: Queue, batch: usize) {
    loop {
        let mut changes = Vec::new();
        if queue.lock().await.recv_many(&mut changes, batch.max(1)).await == 0 {
            return;
        }
        let count = changes.len();
        let Ok(url) = hooks.address() else {
            hooks.done(count);
            continue;
        };
        let body = hooks.body(changes);
        let first = hooks.post(&url, body.clone()).await;
        if matches!(first, Ok(StatusCode::OK)) {
            hooks.taken.fetch_add(1, Ordering::Relaxed);
            hooks.done(count);
            continue;
        }
        let hooks = Arc::clone(&hooks);
        tokio::spawn(async move {
            if let Err(error) = hooks.finish(&url, body, first).await {
                tracing::warn!("a webhook was given up: {error}");
            }
            hooks.done(count);
        });
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hooks").field("target", &self.target).field("counts", &self.counts()).finish_non_exhaustive()
    }
}

/// An error with its causes; reqwest's own text leaves them out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
