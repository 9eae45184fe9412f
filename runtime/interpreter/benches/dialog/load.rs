//! Many conversations that go through the dialog side by side.

use std::{fmt, ops::AddAssign, sync::Arc, time::Duration};

use interpreter::{
    Bots, Turned, contact_id,
    outbox::{self, Claimed},
    turn,
};
use steps::{
    contact::Contact,
    environment::Environment,
    event::{Content, Event, EventKind, Identity, Inbound, SendOutcome},
    ids::{EntryId, EventId, MessageId, NumberId},
    message::{Message, Reply},
    moment::{Moment, SECOND},
    trace::Traced,
    turn::Supplied,
};

use crate::clock::Stopwatch;

/// What each customer says, in this order.
const SAYS: [Say; 6] = [
    Say::Text("hi, I want a quote"),
    Say::Text("Ana Souza"),
    Say::Tap(0),
    Say::Text("it's ana at example"),
    Say::Text("ana.souza@example.com"),
    Say::Text("we are 42"),
];
pub const MESSAGES: usize = SAYS.len();

/// 2026-03-02 10:00 UTC: a Monday.
const BEGIN: Moment = Moment(1_772_445_600_000);

enum Say {
    Text(&'static str),
    /// The button of this index on the last message.
    Tap(usize),
}

/// Conversations, with their contacts as the store keeps them.
pub struct Load {
    bots: Bots,
    environment: Arc<Environment>,
    conversations: Vec<Conversation>,
    now: Moment,
    next: u64,
}

#[derive(Default)]
struct Conversation {
    /// None before the first message.
    stored: Option<Vec<u8>>,
    /// The send that is under way.
    sending: Option<EntryId>,
    /// The buttons that were shown last.
    replies: Vec<Reply>,
}

/// Processor time of so many turns.
#[derive(Clone, Copy)]
pub struct Spent {
    pub turns: usize,
    pub cpu: Duration,
}

/// What one load took.
pub struct Played {
    pub inbound: Spent,
    pub results: Spent,
}

/// What the dialog consists of.
#[derive(Default)]
pub struct Shape {
    pub steps: usize,
    pub sends: usize,
    /// The largest that a running session is, as JSON.
    pub session_bytes: usize,
    /// The contact's stored value when all is done.
    pub contact_bytes: usize,
}

impl Load {
    pub fn new(bots: Bots, conversations: usize) -> Self {
        let conversations = (0..conversations).map(|_| Conversation::default()).collect();
        Load { bots, environment: Arc::new(environment()), conversations, now: BEGIN, next: 0 }
    }

    /// Plays the dialog in all conversations, and measures.
    pub fn play(mut self) -> Played {
        let (mut inbound, mut results) = (Spent::NOTHING, Spent::NOTHING);
        for say in &SAYS {
            let events: Vec<Event> = (0..self.conversations.len()).map(|index| self.says(index, say)).collect();
            inbound += self.measure(events.into_iter().enumerate().collect());
            loop {
                let events: Vec<(usize, Event)> =
                    (0..self.conversations.len()).filter_map(|index| Some((index, self.result(index)?))).collect();
                if events.is_empty() {
                    break;
                }
                results += self.measure(events);
            }
            self.now = self.now.plus(20 * SECOND);
        }
        Played { inbound, results }
    }

    /// Plays the dialog in one conversation, and looks at what it consists of.
    pub fn play_once(mut self) -> Shape {
        let mut shape = Shape::default();
        for say in &SAYS {
            let mut event = Some(self.says(0, say));
            while let Some(next) = event {
                let turned = self.take(0, &next);
                shape.steps += turned.trace.0.iter().filter(|entry| matches!(entry.what, Traced::Step { .. })).count();
                shape.sends += usize::from(self.conversations[0].sending.is_some());
                let session =
                    turned.contact.sessions.first().map(|session| serde_json::to_vec(session).map_or(0, |json| json.len()));
                shape.session_bytes = shape.session_bytes.max(session.unwrap_or_default());
                event = self.result(0);
            }
            self.now = self.now.plus(20 * SECOND);
        }
        let stored = self.conversations[0].stored.as_deref().unwrap_or_default();
        let contact: Contact = serde_json::from_slice(stored).expect("written by this bench");
        assert!(contact.sessions.is_empty(), "the dialog has come to its end");
        assert_eq!(contact.lead().and_then(|lead| lead.tags.first()).map(String::as_str), Some("hot"));
        shape.contact_bytes = stored.len();
        shape
    }

    /// Prints what the store keeps after each message and the results of its sends.
    pub fn show(mut self) {
        for say in &SAYS {
            let mut event = Some(self.says(0, say));
            while let Some(next) = event {
                self.take(0, &next);
                event = self.result(0);
            }
            self.now = self.now.plus(20 * SECOND);
            println!("{}\n", String::from_utf8_lossy(self.conversations[0].stored.as_deref().unwrap_or_default()));
        }
    }

    fn measure(&mut self, events: Vec<(usize, Event)>) -> Spent {
        let turns = events.len();
        let watch = Stopwatch::start();
        for (index, event) in &events {
            self.take(*index, event);
        }
        Spent { turns, cpu: watch.stop() }
    }

    /// What a server does for an event, but for the store: read, turn, claim, write.
    fn take(&mut self, index: usize, event: &Event) -> Turned {
        let conversation = &mut self.conversations[index];
        let contact = match &conversation.stored {
            Some(json) => Contact::read(json).expect("written by this bench"),
            None => new_contact(index, self.now),
        };
        let mut turned = turn(&self.bots, &self.environment, contact, event, self.now, &Supplied::default())
            .expect("one version, and no counter in the dialog");
        let claimed = outbox::claim(&mut turned.contact, "bench", self.now, &mut turned.facts);
        let like = conversation.stored.as_ref().map_or(0, Vec::len);
        conversation.stored = Some(turned.contact.write(like).expect("a contact can always be written"));
        conversation.sending = None;
        for work in claimed {
            if let Claimed::Send { entry, message, .. } = work {
                conversation.sending = Some(entry);
                if let Message::Buttons(buttons) = message {
                    conversation.replies = buttons.buttons;
                }
            }
        }
        turned
    }

    fn says(&mut self, index: usize, say: &Say) -> Event {
        let content = match say {
            Say::Text(text) => Content::Text { text: (*text).to_owned() },
            Say::Tap(button) => {
                let reply = &self.conversations[index].replies[*button];
                Content::Tap { id: reply.id.clone(), title: reply.title.clone(), description: None }
            }
        };
        let id = self.message_id();
        let inbound = Inbound {
            id: id.clone(),
            at: self.now,
            from: identity(index),
            content,
            reply_to: None,
            forwarded: false,
            referral: None,
            product: None,
            group: None,
            standby: false,
        };
        Event { id: EventId::new(id.as_str()), number: number(), kind: EventKind::Message(inbound) }
    }

    /// The channel accepts the send that is under way.
    fn result(&mut self, index: usize) -> Option<Event> {
        let entry = self.conversations[index].sending?;
        let outcome = SendOutcome::Accepted { message_id: self.message_id(), wa_id: None, user_id: None };
        Some(Event {
            id: EventId::new(format!("sent:{entry}:0")),
            number: number(),
            kind: EventKind::Sent { entry, queued: None, attempt: None, outcome },
        })
    }

    /// As long as Meta's.
    fn message_id(&mut self) -> MessageId {
        self.next += 1;
        MessageId::new(format!("wamid.HBgNNTUxMTk5OTk5OTk5ORUCABIYFDNBMjBDRkE4Q0{:012X}AA==", self.next))
    }
}

pub fn environment() -> Environment {
    Environment { default_number: number(), ..Environment::default() }
}

fn number() -> NumberId {
    NumberId::new("106540352242922")
}

fn identity(index: usize) -> Identity {
    let digits = format!("5511{:09}", 900_000_000 + index);
    Identity { phone: Some(format!("+{digits}")), wa_id: Some(digits), name: Some("Ana".into()), ..Identity::default() }
}

fn new_contact(index: usize, now: Moment) -> Contact {
    let identity = identity(index);
    let alias = interpreter::aliases(&identity).into_iter().next().expect("it has a phone number");
    Contact::new(contact_id("102290129340398", &alias), identity, now)
}

impl Spent {
    pub const NOTHING: Spent = Spent { turns: 0, cpu: Duration::ZERO };

    /// Seconds a turn.
    pub fn each(self) -> f64 {
        self.cpu.as_secs_f64() / self.turns.max(1) as f64
    }

    pub fn per_second(self) -> f64 {
        1.0 / self.each()
    }
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Spent) {
        self.turns += other.turns;
        self.cpu += other.cpu;
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.0} a second of one core, {:.2} µs each ({} measured)",
            self.per_second(),
            self.each() * 1e6,
            self.turns
        )
    }
}
