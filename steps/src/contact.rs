//! The contact: the unit of state. One value of about a kilobyte of JSON that a person can read: who it is, its leads, the running
//! bots, its conversation with each of the business's numbers, and what is pending.
//!
//! Only the interpreter changes it, and only as a turn. Keys left out hold their default, so that the stored value stays small.

mod lead;
mod pending;
mod rows;
mod sent;
mod session;
mod task;

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    asked::Asker,
    event::{Content, Identity, Referral},
    ids::{BotId, ContactId, EntryId, EventId, MessageId, NumberId, SessionId, StepId, Version},
    message::{Message, TemplateMessage},
    moment::Moment,
    who::Who,
    window,
};

pub use lead::Lead;
pub use pending::*;
pub use rows::{Row, Rows};
pub use sent::{Seen, Sent};
pub use session::*;
pub use task::*;

/// The format of the contact value that this version writes. A newer one is left untouched, an older one is read.
pub const CONTACT_FORMAT: u16 = 2;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A customer, with all that runs for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub format: u16,
    pub id: ContactId,
    pub created: Moment,
    /// Every name that a channel knows the contact by.
    pub identity: Identity,
    /// What a bot, a person or a CRM wrote; else the name from the channel counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What a bot, a person or a CRM wrote, in E.164; else the number that the channel knows counts. Messages go to the channel's number
    /// whatever stands here: a customer may give another phone to be called on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// BCP 47; else the country code of the phone decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub company: Map<String, Value>,
    /// The CRM's id of the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_crm: Option<CompactString>,
    /// Marketing messages: None is "never said".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_in: Option<bool>,
    /// The id of an agent or team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<CompactString>,
    /// The CRM's id of the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm: Option<CompactString>,
    /// Marked by a channel's error: nothing can be delivered to this number.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unreachable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<Lead>,
    /// Those that are open, the oldest first. Bounded by [`MAX_TASKS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conversations: BTreeMap<NumberId, Conversation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// What is still to be done, in the order of the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Pending>,
    /// Short hashes of the message ids of the last days. Bounded by [`MAX_SEEN`].
    #[serde(default, skip_serializing_if = "Rows::is_empty")]
    pub seen: Rows<Seen>,
    /// What the bound on [`Contact::seen`] no longer covers: an older message is stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<Moment>,
    /// When `once_per` triggers last fired, by `bot#trigger`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fired: BTreeMap<CompactString, Moment>,
    /// Sends of this hour, for the limit that guards against loops.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sends: SendCount,
    /// The next number for a session, an entry, a lead or a task.
    #[serde(default)]
    pub next_id: u32,
    /// The last event that was committed: settles a commit whose answer was lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_event: EventId,
    /// Contacts that turned out to be this one: what they left behind goes when this one is erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<ContactId>,
    /// This contact turned out to be another one: whatever reaches it is forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ContactId>,
}

/// How many sent messages a conversation remembers. Beyond it the oldest is forgotten: its late status is journalled, and moves nothing.
pub const MAX_SENT: usize = 24;
/// How many leads a contact remembers. A pipeline that speaks of a forgotten one makes it known again.
pub const MAX_LEADS: usize = 100;
/// How many message ids a contact remembers within [`SEEN_DAYS`].
pub const MAX_SEEN: usize = 512;
/// How many messages a session keeps while it waits for a call; what comes beyond is in the transcript and moves nothing.
pub const MAX_DEFERRED: usize = 20;
/// Meta repeats a webhook for up to 7 days (Webhooks overview); one day more covers clocks that differ.
pub const SEEN_DAYS: i64 = 8;
/// A message older than this runs nothing: Meta repeats no longer.
pub const STALE_DAYS: i64 = 7;

impl Contact {
    pub fn new(id: ContactId, identity: Identity, now: Moment) -> Self {
        Contact {
            format: CONTACT_FORMAT,
            id,
            created: now,
            identity,
            name: None,
            email: None,
            phone: None,
            language: None,
            tags: Vec::new(),
            fields: Map::new(),
            company: Map::new(),
            company_crm: None,
            opted_in: None,
            owner: None,
            crm: None,
            unreachable: false,
            leads: Vec::new(),
            tasks: Vec::new(),
            conversations: BTreeMap::new(),
            sessions: Vec::new(),
            pending: Vec::new(),
            seen: Rows::default(),
            seen_from: None,
            fired: BTreeMap::new(),
            sends: SendCount::default(),
            next_id: 1,
            last_event: EventId::default(),
            merged_from: Vec::new(),
            merged_into: None,
        }
    }

    /// Reads the stored value.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(stored: &[u8]) -> Result<Self, serde_json::Error> {
        // Checked once as a whole, its strings need no check of their own.
        match std::str::from_utf8(stored) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(stored),
        }
    }

    /// Writes the value to store. `like`: how many bytes it was when it was read, to make room for.
    ///
    /// # Errors
    /// None that a contact of ours can cause: its keys are texts and its numbers finite.
    pub fn write(&self, like: usize) -> Result<Vec<u8>, serde_json::Error> {
        let mut stored = Vec::with_capacity(like + 512);
        serde_json::to_writer(&mut stored, self)?;
        Ok(stored)
    }

    /// The name to greet with; None when nobody ever gave one.
    pub fn display_name(&self) -> Option<&str> {
        let own = self.name.as_deref().filter(|name| !name.trim().is_empty());
        own.or(self.identity.name.as_deref().filter(|name| !name.trim().is_empty()))
    }

    /// The phone number to show and to call, in E.164.
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref().or(self.identity.phone.as_deref())
    }

    /// The next number of this contact's own counting.
    pub fn take_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1).max(1);
        id
    }

    /// The current lead: the newest open one, else the newest.
    pub fn lead(&self) -> Option<&Lead> {
        self.leads.get(self.current_lead()?)
    }

    pub fn lead_mut(&mut self) -> Option<&mut Lead> {
        let place = self.current_lead()?;
        self.leads.get_mut(place)
    }

    fn current_lead(&self) -> Option<usize> {
        self.leads.iter().rposition(|lead| !lead.closed).or(self.leads.len().checked_sub(1))
    }

    /// Forgets the oldest lead where there are [`MAX_LEADS`], a closed one if there is one.
    pub fn make_room_for_a_lead(&mut self) {
        while self.leads.len() >= MAX_LEADS {
            let oldest = self.leads.iter().position(|lead| lead.closed).unwrap_or_default();
            self.leads.remove(oldest);
        }
    }

    pub fn has_open_lead(&self) -> bool {
        self.leads.iter().any(|lead| !lead.closed)
    }

    pub fn conversation(&self, number: &NumberId) -> Option<&Conversation> {
        self.conversations.get(number)
    }

    /// The number, where the contact has to do with others too.
    pub fn number_among_several(&self, number: &NumberId) -> Option<NumberId> {
        self.conversations.keys().any(|known| known != number).then(|| number.clone())
    }

    pub fn conversation_mut(&mut self, number: &NumberId) -> &mut Conversation {
        self.conversations.entry(number.clone()).or_default()
    }

    /// The customer has been answered there, by a bot or a person.
    pub fn answered(&mut self, number: &NumberId) {
        if let Some(conversation) = self.conversations.get_mut(number) {
            conversation.waiting_since = None;
        }
    }

    /// The messages that went out, of all conversations.
    pub fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.conversations.values().flat_map(|conversation| conversation.sent.iter())
    }

    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    pub fn session_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    /// When the contact next wants attention: the earliest due time of what is pending.
    pub fn due(&self) -> Option<Moment> {
        self.pending.iter().filter_map(Pending::due).min()
    }
}

/// What goes on between the contact and one of the business's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The customer's latest timestamp: the customer service window is open for 24 hours from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_customer: Option<Moment>,
    /// The customer's oldest message that nobody has answered; after a bot's handoff, the handoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Moment>,
    /// Error 131047 said that the window is closed, whatever we believed; a newer message of the customer's opens it again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub window_refused: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_entry: Option<FreeEntry>,
    /// Pair budget (1 message in 6 s, 45 borrowed): the moment at which it would be whole again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pair: Moment,
    /// The session that listens for the customer's messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<SessionId>,
    /// Sessions that wait for their turn to listen (`when_listening: queue`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<SessionId>,
    /// A person has the conversation; no bot speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human: Option<Human>,
    /// What waits until it is known what was said in a voice note, in the order in which it was accepted: the first one has a call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unheard: Vec<Unheard>,
    /// Whoever the conversation is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// Agents and teams who want to know of the conversation. Bounded by [`crate::step::subscribe::MAX_SUBSCRIBERS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribers: Vec<Who>,
    /// Counts conversations; 0 before the first. A new one begins after the last was closed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub count: u32,
    /// When the present one began: the turn of its first message. None before that, and in values from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed: bool,
    /// The last messages that went out, so that statuses and waits find their step. Bounded by [`MAX_SENT`].
    #[serde(default, skip_serializing_if = "Rows::is_empty")]
    pub sent: Rows<Sent>,
    /// The bot whose session ended last here: its `on_human` holds where none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_bot: Option<BotId>,
    /// What `message` reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Box<LastMessage>>,
}

impl Conversation {
    /// When the customer service window closes, or closed; None when the customer never wrote.
    pub fn window_closes_at(&self) -> Option<Moment> {
        self.last_customer.map(window::closes_at)
    }

    /// Whether the customer service window is open.
    pub fn window_open(&self, now: Moment) -> bool {
        !self.window_refused && window::is_open(self.last_customer, now)
    }

    /// Whether a free-form message may go out now: the window is open, with a margin for Meta's own clock.
    pub fn takes_free_form(&self, now: Moment) -> bool {
        !self.window_refused && window::is_open_for_sending(self.last_customer, now)
    }

    /// Whether what is sent now is free because the customer came by an ad.
    pub fn free_entry_open(&self, now: Moment) -> bool {
        let until = self.free_entry.as_ref().and_then(|entry| window::free_entry_until(entry.clicked, entry.answered?));
        until.is_some_and(|until| now < until)
    }
}

/// A click on an ad or page button; free for 72 hours from the answer, if that comes within 24 hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreeEntry {
    pub clicked: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Moment>,
}

/// A person has the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Human {
    pub since: Moment,
    /// Goes back to the bot then, without a release. None: only a release gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Who>,
    /// The session whose `handoff` step has a `resume`, and goes on when the person closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<SessionId>,
    /// The call that will bring a model's summary for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<EntryId>,
    /// What the person should know: the bot's text, or the model's summary once it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The customer's last message, as expressions read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredMessage", into = "StoredMessage")]
pub struct LastMessage {
    pub id: MessageId,
    pub content: Content,
    /// The option that was chosen, by tap or by words.
    pub tapped: Option<Tapped>,
    pub referral: Option<Referral>,
    pub product: Option<Value>,
}

/// The stored form of [`LastMessage`]: the common kind, a text, is short and quick to read.
#[derive(Serialize, Deserialize)]
struct StoredMessage {
    id: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tapped: Option<Tapped>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    referral: Option<Referral>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<Value>,
}

impl From<StoredMessage> for LastMessage {
    fn from(stored: StoredMessage) -> Self {
        let StoredMessage { id, text, content, tapped, referral, product } = stored;
        let content = content.unwrap_or_else(|| Content::Text { text: text.unwrap_or_default() });
        LastMessage { id, content, tapped, referral, product }
    }
}

impl From<LastMessage> for StoredMessage {
    fn from(message: LastMessage) -> Self {
        let LastMessage { id, content, tapped, referral, product } = message;
        let (text, content) = match content {
            Content::Text { text } => (Some(text), None),
            other => (None, Some(other)),
        };
        StoredMessage { id, text, content, tapped, referral, product }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tapped {
    /// The option's id; empty where it has none.
    pub id: CompactString,
    pub title: String,
    pub value: Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendCount {
    /// Hours since 1970.
    pub hour: i64,
    pub count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_contact_is_small_and_reads_back() {
        let contact = Contact::new(
            ContactId::new("c1"),
            Identity { phone: Some("+5511999999999".into()), ..Identity::default() },
            Moment(0),
        );
        let json = serde_json::to_string(&contact).unwrap();
        assert!(json.len() < 160, "{json}");
        assert_eq!(serde_json::from_str::<Contact>(&json).unwrap(), contact);
    }

    #[test]
    fn the_newest_open_lead_counts() {
        let mut contact = Contact::new(ContactId::new("c1"), Identity::default(), Moment(0));
        contact.leads = vec![
            Lead { id: "1".into(), ..Lead::default() },
            Lead { id: "2".into(), ..Lead::default() },
            Lead { id: "3".into(), closed: true, ..Lead::default() },
        ];
        assert_eq!(contact.lead().unwrap().id, "2");
    }
}
