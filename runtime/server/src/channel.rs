//! How messages of a number go out: through the Graph API, or on the sandbox, where they are accepted at once.
//!
//! One call is one try: pace, deadline, and what the answer means. Repeats are decided by turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use interpreter::outbox::SEND_DEADLINE;
use reqwest::{Method, Response};
use serde_json::Value;
use steps::{
    event::{ChannelError, Identity, Reaction, SendOutcome},
    ids::{ContactId, EntryId, MessageId, NumberId},
    message::Message,
    moment::{MINUTE, Moment},
    template::Templates,
};
use tokio::time::Instant;
use whatsapp::{
    callback, errors,
    send::{self, Recipient, paths},
    templates,
};

use crate::{
    app::Clock,
    graph_client::{GraphClient, NoAnswer, Request},
    pace::{Pace, Together},
    settings::Number,
};

/// How messages of one number go out.
pub enum Channel {
    /// Accepts all; the transcript is where they can be read.
    Sandbox,
    Graph(Graph),
}

/// A number on the Graph API.
pub struct Graph {
    client: Arc<dyn GraphClient>,
    base: String,
    number: Number,
    pace: Arc<Pace>,
    /// Until when nothing is sent, after an error that more sends would only repeat.
    paused_until: AtomicI64,
}

/// A send that was claimed.
pub struct Send<'s> {
    pub contact: &'s ContactId,
    pub entry: EntryId,
    pub queued: Moment,
    pub to: &'s Identity,
    pub message: &'s Message,
    pub reply_to: Option<&'s MessageId>,
    /// How often it went to the channel before.
    pub tries: u32,
    /// Replies go before it.
    pub bulk: bool,
    pub ends: Ends,
}

/// When a claim ends: from then on its send is another's. Two clocks tell, for the steady one stands still while a machine is suspended, and the
/// other may be set.
#[derive(Clone, Copy)]
pub struct Ends {
    steady: Instant,
    at: Moment,
}

impl Ends {
    /// So many milliseconds from now.
    pub fn after(millis: i64, now: Moment) -> Self {
        Ends { steady: Instant::now() + duration(millis), at: now.plus(millis) }
    }

    fn left(self, now: Moment) -> Duration {
        self.steady.saturating_duration_since(Instant::now()).min(duration(self.at.since(now)))
    }
}

/// None where the time has passed.
fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

const JSON: &str = "application/json";
/// How long a send may take, waiting for its token included.
const SEND_TIMEOUT: Duration = Duration::from_millis(SEND_DEADLINE.unsigned_abs());
/// An answer of the Graph API is well under this; what is longer is no answer of it.
const MAX_ANSWER: usize = 64 * 1024;
/// A page of templates is well under this.
const MAX_LIST: usize = 8 << 20;
/// How long a page of templates, or the address of a medium, may take.
const LIST: Duration = Duration::from_secs(30);
/// How long the largest medium may take: 100 MB at 3 Mbit/s.
const DOWNLOAD: Duration = Duration::from_secs(5 * 60);
/// More pages than this are no list of templates: an account has 6,000 names at most (Cloud API, Template management).
const MAX_PAGES: usize = 1_000;
/// How long a receipt may take.
const RECEIPT: Duration = Duration::from_secs(5);
/// How long a number rests after an error that only people can mend: a token that was revoked, an account that is restricted.
const PAUSE: i64 = MINUTE;
/// The number sends too fast (Cloud API, Error codes). Also what we say ourselves before Meta does.
const RATE_LIMIT: i64 = 130_429;
/// A service is not available (Cloud API, Error codes): what no connection comes down to.
const UNAVAILABLE: i64 = 131_016;
/// The message can't be delivered (Cloud API, Error codes).
const UNDELIVERABLE: i64 = 131_026;

impl Graph {
    pub fn new(client: Arc<dyn GraphClient>, base: String, number: Number) -> Self {
        let pace = Pace::new(number.id.clone(), number.coexistence);
        Graph { client, base, number, pace, paused_until: AtomicI64::default() }
    }

    /// The number's business account.
    pub fn account(&self) -> &str {
        &self.number.business_account_id
    }

    /// The number's pace.
    pub fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// Sends one message, within the deadline that lies inside its claim.
    pub async fn send(&self, order: &Send<'_>, together: Together<'_>, clock: &Clock) -> SendOutcome {
        let Some(recipient) = Recipient::of(order.to) else {
            return SendOutcome::Refused(errors::new(UNDELIVERABLE, "the contact has neither a phone number nor a user id"));
        };
        let paused = self.paused_until.load(Ordering::Relaxed) - clock().0;
        if paused > 0 {
            return SendOutcome::Postponed { error: errors::new(UNAVAILABLE, "the number rests after an error"), after: paused };
        }
        let begun = Instant::now();
        if let Err(after) = self.pace.token(together, order.bulk).await {
            let error = errors::new(RATE_LIMIT, "the number has more to send than it may");
            return SendOutcome::Postponed { error, after };
        }
        let deadline = SEND_TIMEOUT.saturating_sub(begun.elapsed()).min(order.ends.left(clock()));
        if deadline.is_zero() {
            // The server slept while it waited. Where another one has taken over by now, this counts for nothing.
            return SendOutcome::Postponed { error: errors::new(UNAVAILABLE, "the server was held up"), after: 0 };
        }
        let callback = callback::encode(order.contact, order.entry, order.queued).unwrap_or_default();
        let body = send::request(&recipient, order.message, &callback, order.reply_to);
        let outcome = match self.post(&body, deadline).await {
            Ok((status, answer)) => send::answer(status, &answer).outcome,
            Err(NoAnswer::NoConnection(_)) => SendOutcome::Refused(errors::new(UNAVAILABLE, "no connection to the Graph API")),
            Err(NoAnswer::Broken(_)) => SendOutcome::Unknown,
        };
        if matches!(&outcome, SendOutcome::Refused(error) if error.code == RATE_LIMIT) {
            self.pace.slow_down(together);
        }
        self.react(outcome, order.tries, clock())
    }

    /// Marks a message as read. Best effort.
    pub async fn acknowledge(&self, message: &MessageId, typing: bool) {
        let body = send::mark_as_read(message, typing);
        if let Err(error) = self.post(&body, RECEIPT).await {
            tracing::debug!(number.id = %self.number.id, %error, "a receipt was not sent");
        }
    }

    /// The address of the Graph API.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What a medium's id resolves to: status and answer.
    pub async fn medium(&self, id: &str) -> Result<(u16, Vec<u8>), NoAnswer> {
        let url = format!("{}{}", self.base, paths::media(id));
        let query = [("phone_number_id", self.number.id.as_str())];
        self.exchange(Request { query: &query, ..self.get(&url, JSON, LIST) }, MAX_ANSWER).await
    }

    /// Begins a download, with the number's token: the caller knows that the address is Meta's.
    pub async fn download(&self, address: &str) -> Result<Response, NoAnswer> {
        self.client.begin(self.get(address, "*/*", DOWNLOAD)).await
    }

    /// All templates of the number's account, by name.
    pub async fn templates(&self) -> Result<Templates, ChannelError> {
        let (mut known, mut after) = (Templates::default(), None::<String>);
        for _ in 0..MAX_PAGES {
            let url = format!("{}{}", self.base, paths::templates(self.account()));
            let size = templates::PAGE.to_string();
            let mut query = vec![("fields", templates::FIELDS), ("limit", &size)];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let request = Request { query: &query, ..self.get(&url, JSON, LIST) };
            let (status, answer) =
                self.exchange(request, MAX_LIST).await.map_err(|error| errors::new(UNAVAILABLE, &error.to_string()))?;
            let page = templates::read(status, &answer)?;
            for (name, template) in page.templates {
                known.entry(name).or_default().push(template);
            }
            match page.after {
                Some(next) => after = Some(next),
                None => return Ok(known),
            }
        }
        Err(errors::new(UNAVAILABLE, "the list of templates does not end"))
    }

    /// Whether a refusal is for good, and what it means for the number.
    fn react(&self, outcome: SendOutcome, tries: u32, now: Moment) -> SendOutcome {
        let SendOutcome::Refused(error) = outcome else { return outcome };
        if error.reaction == Reaction::Stop {
            self.pause(&error, now);
        }
        match errors::retry_after(&error, tries + 1) {
            Some(after) => SendOutcome::Deferred { error, after },
            None => SendOutcome::Refused(error),
        }
    }

    fn pause(&self, error: &ChannelError, now: Moment) {
        let remedy = errors::explain(error.code).remedy;
        let ChannelError { code, name, .. } = error;
        tracing::error!(
            number.id = %self.number.id, error.code = code, error.name = %name,
            "number {} rests for a minute: {name} ({code}). {remedy}", self.number.id
        );
        self.rest_until(now.plus(PAUSE));
    }

    /// Sends nothing before that moment; [`Moment::default`]: goes on.
    pub fn rest_until(&self, until: Moment) {
        self.paused_until.store(until.0, Ordering::Relaxed);
    }

    async fn post(&self, body: &Value, deadline: Duration) -> Result<(u16, Vec<u8>), NoAnswer> {
        let url = format!("{}{}", self.base, paths::messages(&self.number.id));
        let request = Request { method: &Method::POST, body: Some(body), ..self.get(&url, JSON, deadline) };
        self.exchange(request, MAX_ANSWER).await
    }

    /// A request with the number's token.
    fn get<'r>(&'r self, url: &'r str, accept: &'r str, deadline: Duration) -> Request<'r> {
        let token = &self.number.access_token;
        Request { method: &Method::GET, url, query: &[], body: None, accept, token, deadline }
    }

    /// Status, and the answer as far as it is not longer than an answer can be.
    async fn exchange(&self, request: Request<'_>, max: usize) -> Result<(u16, Vec<u8>), NoAnswer> {
        let response = self.client.begin(request).await?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            answer.extend_from_slice(&chunk?);
            if answer.len() > max {
                break;
            }
        }
        Ok((status, answer))
    }
}

/// The id that the sandbox gives a message.
pub fn sandbox_id(contact: &ContactId, entry: EntryId) -> MessageId {
    MessageId::new(format!("sandbox.{contact}.{entry}"))
}

/// Whether a number of ours is on the sandbox.
pub fn is_sandbox(number: &NumberId) -> bool {
    number.as_str() == crate::settings::SANDBOX_NUMBER
}
