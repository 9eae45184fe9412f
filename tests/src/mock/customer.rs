//! Customers who write to the business, and the webhooks that bring it.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::act::{Act, MediaKind, TesterError};
use super::lock;
use super::payload::{self, Number, Person};
use super::scene::{Draft, Scene};
use super::server::Shared;
use super::webhook::WebhookError;

/// A customer of the business. Everything they do is an [`Inbound`], which goes out when it is delivered.
#[derive(Debug, Clone)]
pub struct Customer {
    shared: Arc<Shared>,
    person: Person,
    number: Number,
}

impl Customer {
    pub(crate) fn new(shared: Arc<Shared>, person: Person) -> Self {
        lock(&shared.windows).meet(&person);
        let number = shared.account.default_number().clone();
        Self { shared, person, number }
    }

    /// With this profile name.
    pub fn named(self, name: &str) -> Self {
        let person = Person { name: name.to_owned(), ..self.person };
        lock(&self.shared.windows).meet(&person);
        Self { person, ..self }
    }

    /// Writes to another business number.
    ///
    /// # Errors
    /// If the mock has no number of that id.
    pub fn writing_to(self, number_id: &str) -> Result<Self, TesterError> {
        let number = self.shared.account.number(number_id).cloned();
        let number = number.ok_or_else(|| TesterError::NoSuchNumber(number_id.to_owned()))?;
        Ok(Self { number, ..self })
    }

    /// How webhooks name this customer.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Anything a customer can do.
    ///
    /// # Errors
    /// If they couldn't: nothing to tap by that name, no form to complete.
    pub fn act(&self, act: Act) -> Result<Inbound, TesterError> {
        let scene = Scene { shared: &self.shared, number: &self.number, person: &self.person };
        let drafts = scene.drafts(act)?;
        let items =
            drafts.into_iter().map(|draft| Item { number: self.number.clone(), person: self.person.clone(), draft, at: None });
        Ok(Inbound { shared: Arc::clone(&self.shared), items: items.collect(), copies: 1, apart: false })
    }

    /// Writes a text.
    pub fn text(&self, text: &str) -> Inbound {
        self.sure(Act::Text { text: text.to_owned(), reply_to: None })
    }

    /// Taps a button, row, card button or quick reply of the last answerable message, named by title or id.
    ///
    /// # Errors
    /// If there is none, or several.
    pub fn tap(&self, choice: &str) -> Result<Inbound, TesterError> {
        self.act(Act::Tap { choice: choice.to_owned(), message: None })
    }

    /// The same on a given message, which may be an old one.
    ///
    /// # Errors
    /// If there is none, or several, or no such message.
    pub fn tap_on(&self, wamid: &str, choice: &str) -> Result<Inbound, TesterError> {
        self.act(Act::Tap { choice: choice.to_owned(), message: Some(wamid.to_owned()) })
    }

    /// Completes the form of the last answerable message.
    ///
    /// # Errors
    /// If that message has none.
    pub fn complete_form(&self, response: Map<String, Value>) -> Result<Inbound, TesterError> {
        self.act(Act::Form { response, message: None })
    }

    /// Shares a place, as an answer if one was asked for.
    pub fn location(&self, latitude: f64, longitude: f64) -> Inbound {
        self.sure(Act::Location { latitude, longitude, name: None, address: None })
    }

    /// Sends a file.
    pub fn media(&self, kind: MediaKind, mime: &str, bytes: &[u8], caption: Option<&str>) -> Inbound {
        self.sure(Act::Media {
            kind,
            mime: mime.to_owned(),
            data: STANDARD.encode(bytes),
            caption: caption.map(str::to_owned),
            filename: None,
            voice: false,
        })
    }

    /// Records a voice note.
    pub fn voice(&self, bytes: &[u8]) -> Inbound {
        self.sure(Act::Media {
            kind: MediaKind::Audio,
            mime: "audio/ogg; codecs=opus".to_owned(),
            data: STANDARD.encode(bytes),
            caption: None,
            filename: None,
            voice: true,
        })
    }

    /// Opens the service window without a message, for tests of what the business sends first.
    pub fn open_window(&self) {
        let now = self.shared.clock.now();
        lock(&self.shared.windows).wrote(&self.number.id, &self.person, now, now, false);
    }

    fn sure(&self, act: Act) -> Inbound {
        self.act(act).expect("what depends on no message of the business can always be done")
    }
}

/// What customers did and no webhook has brought yet.
#[derive(Debug, Clone)]
#[must_use = "nothing arrives until it is delivered"]
pub struct Inbound {
    shared: Arc<Shared>,
    items: Vec<Item>,
    copies: usize,
    apart: bool,
}

#[derive(Debug, Clone)]
struct Item {
    number: Number,
    person: Person,
    draft: Draft,
    /// When it was written; the time of delivery if absent.
    at: Option<Timestamp>,
}

impl Inbound {
    /// Written at that time instead of now; a late webhook has an old time.
    pub fn at(mut self, time: Timestamp) -> Self {
        for item in &mut self.items {
            item.at = Some(time);
        }
        self
    }

    /// Adds what somebody else did, or the same customer, to the same delivery.
    pub fn and(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        self
    }

    /// Delivers the same body so often, at the same time.
    pub fn copies(self, copies: usize) -> Self {
        Self { copies, ..self }
    }

    /// Delivers each message in a POST of its own, at the same time, instead of all in one.
    pub fn apart(self) -> Self {
        Self { apart: true, ..self }
    }

    /// The ids of the messages, in order.
    pub fn ids(&self) -> Vec<String> {
        let ids = self.items.iter().filter_map(|item| match &item.draft {
            Draft::Message { id, .. } => Some(id.clone()),
            Draft::Change(_) => None,
        });
        ids.collect()
    }

    /// Posts it to the webhook, repeating what isn't answered with 200, and returns the status of every POST.
    ///
    /// # Errors
    /// If there is no webhook address, no app is subscribed, or the last attempt got no answer.
    pub async fn deliver(self) -> Result<Vec<StatusCode>, WebhookError> {
        let now = self.shared.clock.now();
        let changes: Vec<Value> = self.items.iter().map(|item| self.change(item, now)).collect();
        let bodies = if self.apart { changes.into_iter().map(|change| vec![change]).collect() } else { vec![changes] };
        let mut posts = Vec::new();
        for body in bodies {
            for _ in 0..self.copies {
                let (hooks, body) = (Arc::clone(&self.shared.hooks), body.clone());
                posts.push(tokio::spawn(async move { hooks.deliver(body).await }));
            }
        }
        let mut statuses = Vec::new();
        for post in posts {
            statuses.extend(post.await.expect("posting does not panic and nobody aborts it")?);
        }
        Ok(statuses)
    }

    /// The change for one item, and what it does to the mock's own books.
    fn change(&self, item: &Item, now: Timestamp) -> Value {
        let Item { number, person, draft, at } = item;
        match draft {
            Draft::Change(change) => change.clone(),
            Draft::Message { message, id, field, contact, opens_window, from_ad } => {
                let at = at.unwrap_or(now);
                if *opens_window {
                    lock(&self.shared.windows).wrote(&number.id, person, at, now, *from_ad);
                }
                lock(&self.shared.limits).received(number, now);
                let message = message.clone().from(person, id, at);
                if *contact {
                    payload::change(number, field, person, vec![message])
                } else {
                    payload::change_without_contact(number, "messages", vec![message])
                }
            }
        }
    }
}
