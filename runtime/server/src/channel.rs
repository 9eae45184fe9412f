//! How messages of a number go out: through the Graph API, or on the sandbox, where they are accepted at once.
//!
//! One call is one try: pace, deadline, and what the answer means. Repeats are decided by turns.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
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
    pace,
};
use whatsapp::{
    callback, errors,
    send::{self, Recipient, paths},
    templates,
};

use crate::{
    graph_client::{GraphClient, NoAnswer, Request},
    settings::Number,
    templates::Known,
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
    budget: Mutex<Budget>,
    /// Until when nothing is sent, after an error that more sends would only repeat.
    paused_until: AtomicI64,
}

/// What a number may send, in microseconds.
#[derive(Default)]
struct Budget {
    /// When it would be whole again ([`pace`]).
    whole_at: i64,
    /// When the last of those that were sent away comes back: one after the other, at the number's pace.
    queue_until: i64,
}

/// A send that was claimed.
pub struct Send<'s> {
    pub contact: &'s ContactId,
    pub entry: EntryId,
    pub to: &'s Identity,
    pub message: &'s Message,
    pub reply_to: Option<&'s MessageId>,
    /// From 1.
    pub attempt: u32,
}

const JSON: &str = "application/json";
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
/// The part of the deadline that a send may spend waiting for the number's pace.
const MAX_PACE: i64 = SEND_DEADLINE / 2;
/// The number sends too fast (Cloud API, Error codes): what we say ourselves before Meta does.
const RATE_LIMIT: i64 = 130_429;
/// A service is not available (Cloud API, Error codes): what no connection comes down to.
const UNAVAILABLE: i64 = 131_016;
/// The message can't be delivered (Cloud API, Error codes).
const UNDELIVERABLE: i64 = 131_026;

impl Graph {
    pub fn new(client: Arc<dyn GraphClient>, base: String, number: Number) -> Self {
        Graph { client, base, number, budget: Mutex::default(), paused_until: AtomicI64::default() }
    }

    /// The number's business account.
    pub fn account(&self) -> &str {
        &self.number.business_account_id
    }

    /// Sends one message, within the deadline that lies inside its claim. `servers`: how many share the number's pace.
    pub async fn send(&self, order: &Send<'_>, servers: usize, now: Moment) -> SendOutcome {
        let Some(recipient) = Recipient::of(order.to) else {
            return SendOutcome::Refused(errors::new(UNDELIVERABLE, "the contact has neither a phone number nor a user id"));
        };
        let paused = self.paused_until.load(Ordering::Relaxed) - now.0;
        if paused > 0 {
            return SendOutcome::Deferred { error: errors::new(UNAVAILABLE, "the number rests after an error"), after: paused };
        }
        let wait = match self.reserve(servers, now) {
            Ok(wait) => wait,
            Err(after) => {
                return SendOutcome::Deferred {
                    error: errors::new(RATE_LIMIT, "the number has more to send than it may"),
                    after,
                };
            }
        };
        if wait > 0 {
            tokio::time::sleep(millis(wait)).await;
        }
        let callback = callback::encode(order.contact, order.entry).unwrap_or_default();
        let body = send::request(&recipient, order.message, &callback, order.reply_to);
        let outcome = match self.post(&body, millis(SEND_DEADLINE - wait)).await {
            Ok((status, answer)) => send::answer(status, &answer).outcome,
            Err(NoAnswer::NoConnection(_)) => SendOutcome::Refused(errors::new(UNAVAILABLE, "no connection to the Graph API")),
            Err(NoAnswer::Broken(_)) => SendOutcome::Unknown,
        };
        self.react(outcome, order.attempt, now)
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
    pub async fn templates(&self) -> Result<Known, ChannelError> {
        let (mut known, mut after) = (Known::default(), None::<String>);
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

    /// A place in the number's pace: milliseconds to wait; or, where that would pass the deadline, when to try again.
    fn reserve(&self, servers: usize, now: Moment) -> Result<i64, i64> {
        let pace = if self.number.coexistence { pace::SHARED_NUMBER } else { pace::NUMBER }.shared_by(servers);
        let micros = now.0.saturating_mul(1_000);
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = rounded_up(pace.wait_micros(budget.whole_at, micros));
        if wait > MAX_PACE {
            budget.queue_until = pace.spend_micros(budget.queue_until.max(budget.whole_at), micros);
            return Err(rounded_up(budget.queue_until.saturating_sub(micros)));
        }
        budget.whole_at = pace.spend_micros(budget.whole_at, micros);
        Ok(wait)
    }

    /// Whether a refusal is for good, and what it means for the number.
    fn react(&self, outcome: SendOutcome, attempt: u32, now: Moment) -> SendOutcome {
        let SendOutcome::Refused(error) = outcome else { return outcome };
        if error.reaction == Reaction::Stop {
            self.pause(&error, now);
        }
        match errors::retry_after(&error, attempt) {
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

/// Microseconds as milliseconds.
fn rounded_up(micros: i64) -> i64 {
    micros.saturating_add(999) / 1_000
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, network};

    fn graph(coexistence: bool) -> Graph {
        let number = Number {
            id: NumberId::new("1001"),
            name: String::new(),
            access_token: "token".into(),
            business_account_id: String::new(),
            coexistence,
        };
        Graph::new(network(), "http://127.0.0.1:1".to_owned(), number)
    }

    #[test]
    fn a_number_keeps_its_pace() {
        for (coexistence, a_second) in [(false, 80), (true, 20)] {
            let graph = graph(coexistence);
            let waits: Vec<i64> = (0..3 * a_second).map_while(|_| graph.reserve(1, NOW).ok()).collect();
            let within = |from: i64, to: i64| waits.iter().filter(|wait| (from..to).contains(*wait)).count();
            // Meta counts by the second: the burst is no more than a quarter of it.
            assert!(within(0, 1_000) <= a_second + a_second / 4, "{coexistence}: {waits:?}");
            assert_eq!(within(1_000, 2_000), a_second, "{coexistence}");
        }
    }

    #[test]
    fn what_passes_the_deadline_comes_back_one_after_the_other() {
        let graph = graph(false);
        while graph.reserve(1, NOW).is_ok() {}
        let back: Vec<i64> = (0..800).filter_map(|_| graph.reserve(1, NOW).err()).collect();
        assert_eq!(back.len(), 800);
        assert!(back.windows(2).all(|pair| pair[0] <= pair[1]) && back[0] > MAX_PACE, "{back:?}");
        assert!((9_900..10_100).contains(&(back[799] - back[0])), "{} to {}", back[0], back[799]);
    }
}
