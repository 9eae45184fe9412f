//! What these stories are told with: a moment, a number, Ana, bots, and what happens to them.

use std::sync::Arc;

use interpreter::{
    Bots, Supplied, Turned,
    outbox::{self, Claimed},
    rehearsal::Rehearsal,
    turn,
};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::Contact,
    environment::Environment,
    event::{
        AgentCommand, CallResult, ChannelError, Content, Delivery, Event, EventKind, Identity, Inbound, LeadData, Reaction,
        SendOutcome, Status, Trigger,
    },
    fact::Fact,
    ids::{BotId, ContactId, EntryId, EventId, MessageId, NumberId},
    moment::Moment,
    trace::Trace,
};

/// 2 March 2026, 09:00 UTC.
pub const NOW: Moment = Moment(1_772_442_000_000);

pub fn number() -> NumberId {
    NumberId::new("100")
}

pub fn environment() -> Arc<Environment> {
    Arc::new(Environment { default_number: number(), ..Environment::default() })
}

pub fn ana() -> Identity {
    Identity { phone: Some("+5511999999999".into()), name: Some("Ana Souza".into()), ..Identity::default() }
}

pub fn contact(id: &str) -> Contact {
    Contact::new(ContactId::new(id), ana(), NOW)
}

// ---- bots ----

pub fn bot(id: &str, document: Value) -> Arc<Bot> {
    let document = serde_json::from_value(document).unwrap_or_else(|error| panic!("{id}: {error}"));
    Bot::new(BotId::new(id).unwrap(), document)
}

/// A bot that its own name starts, or the API.
pub fn by_word(id: &str, defaults: Value, start: &str, steps: Value) -> Arc<Bot> {
    bot(id, json!({"defaults": defaults, "triggers": [{"on": "message", "keywords": [id]}], "start": start, "steps": steps}))
}

/// A bot that repeats whatever it is told.
pub fn echo() -> Arc<Bot> {
    bot(
        "echo",
        json!({"triggers": [{"on": "message", "any": true}], "start": "say", "steps": {
            "say": {"type": "message", "text": "{{ message.text }}", "next": "listen"},
            "listen": {"type": "wait", "for": "message", "next": "say"}
        }}),
    )
}

/// A bot with one question, and what it does while another listens.
pub fn asker(id: &str, when_listening: &str) -> Arc<Bot> {
    by_word(
        id,
        json!({"when_listening": when_listening}),
        "ask",
        json!({
            "ask": {"type": "ask", "text": format!("{id}?"), "save": "vars.x", "next": "done"},
            "done": {"type": "message", "text": format!("{id}!")}
        }),
    )
}

/// A bot that calls out about whatever it is told.
pub fn caller(repeat: bool, last: Value) -> Arc<Bot> {
    by_word(
        "caller",
        json!({}),
        "listen",
        json!({
            "listen": {"type": "wait", "for": "message", "next": "call"},
            "call": {"type": "http", "method": "POST", "url": "https://example.com", "repeat": repeat, "next": "say", "failed": "failed"},
            "say": last,
            "failed": {"type": "message", "text": "{{ error.name }}"}
        }),
    )
}

/// A question with two buttons, an `http` call behind one of them.
pub fn shop() -> Arc<Bot> {
    bot(
        "shop",
        json!({
            "triggers": [{"on": "message", "keywords": ["shop"]}, {"on": "stage", "stage": "new"}],
            "defaults": {"failed": "sorry"},
            "start": "ask",
            "steps": {
                "ask": {
                    "type": "message", "text": "What would you like?",
                    "buttons": [{"id": "stock", "title": "Stock", "goto": "look_up"}, {"id": "bye", "title": "Bye", "goto": "bye"}],
                    "template": {"name": "hello", "language": "en", "buttons": [{"id": "yes", "title": "Yes", "goto": "bye"}]}
                },
                "look_up": {"type": "http", "method": "GET", "url": "https://example.com/stock", "save": {"vars.stock": "reply.json.stock"}, "next": "tell"},
                "tell": {"type": "message", "text": "{{ vars.stock }} left", "next": "ask"},
                "bye": {"type": "message", "text": "Bye!"},
                "sorry": {"type": "message", "text": "Sorry: {{ error.name }}"}
            }
        }),
    )
}

pub fn bots(list: &[Arc<Bot>]) -> Bots {
    let mut bots = Bots::default();
    list.iter().for_each(|bot| bots.publish(bot.clone()));
    bots
}

// ---- one turn ----

pub fn event(id: &str, kind: EventKind) -> Event {
    Event { id: EventId::new(id), number: number(), kind }
}

pub fn inbound(id: &str, at: Moment, content: Content) -> Inbound {
    Inbound { id: MessageId::new(id), from: ana(), ..steps::testing::inbound(at, content) }
}

pub fn message(id: &str, at: Moment, text: &str) -> Event {
    event(id, EventKind::Message(inbound(id, at, Content::Text { text: text.into() })))
}

/// The API starts a bot.
pub fn by_api(id: &str) -> EventKind {
    let bot = BotId::new(id).unwrap();
    EventKind::Trigger(Trigger::Run { bot, start: None, variables: Map::new(), data: Value::Null })
}

/// A pipeline says that a lead entered its stage.
pub fn enters(lead: LeadData) -> EventKind {
    EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false })
}

pub fn sent(id: &str, entry: EntryId, outcome: SendOutcome) -> Event {
    event(id, EventKind::Sent { entry, queued: None, attempt: None, outcome })
}

pub fn accepted(id: &str) -> SendOutcome {
    SendOutcome::Accepted { message_id: MessageId::new(id), wa_id: None, user_id: None }
}

pub fn status(id: &str, entry: EntryId, state: Delivery) -> Status {
    Status { message_id: MessageId::new(id), state, at: NOW, entry: Some(entry), queued: None, error: None, pricing: None }
}

pub fn run(contact: Contact, bots: &Bots, event: &Event, now: Moment) -> Turned {
    turn(bots, &environment(), contact, event, now, &Supplied::default()).unwrap()
}

/// What may go out now.
pub fn claim(contact: &mut Contact, now: Moment) -> Vec<Claimed> {
    outbox::claim(contact, "me", now, &mut Vec::new())
}

/// The one send that may go out now.
pub fn claimed_send(contact: &mut Contact, now: Moment) -> EntryId {
    match &claim(contact, now)[..] {
        [Claimed::Send { entry, .. }] => *entry,
        other => panic!("{other:?}"),
    }
}

/// A message of the customer runs: it is neither too old nor one that ran before.
pub fn is_new(turned: &Turned) -> bool {
    turned.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: false, .. }))
}

/// The texts that are to be sent.
pub fn queued(facts: &[Fact]) -> Vec<&str> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Queued { message, .. } => Some(message.text()),
            _ => None,
        })
        .collect()
}

pub fn alerts(facts: &[Fact]) -> Vec<&str> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Alert { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

pub fn refusal(code: i64, name: &str, reaction: Reaction) -> ChannelError {
    ChannelError { code, name: name.into(), text: "said the channel".into(), reaction }
}

/// What dialogs know of the channel's codes.
pub fn explain(code: i64) -> ChannelError {
    let reaction = if code == 131_047 { Reaction::Template } else { Reaction::Drop };
    ChannelError { code, name: "refused".into(), text: "refused by the dialog".into(), reaction }
}

// ---- rehearsals ----

pub fn rehearse(list: &[Arc<Bot>]) -> Rehearsal {
    Rehearsal::new(bots(list), environment(), ana(), NOW)
}

pub fn say(rehearsal: &mut Rehearsal, text: &str) -> Trace {
    rehearsal.customer(Content::Text { text: text.into() }, None, None)
}

pub fn texts(rehearsal: &Rehearsal) -> Vec<&str> {
    rehearsal.said.iter().map(|said| said.message.text()).collect()
}

pub const TAKE: AgentCommand = AgentCommand::Handoff { to: None };
pub const GIVE_BACK: AgentCommand = AgentCommand::Release { close: false };

pub fn agent(rehearsal: &mut Rehearsal, command: AgentCommand) {
    rehearsal.event(EventKind::Agent(command));
}

pub fn start(rehearsal: &mut Rehearsal, id: &str) -> Trace {
    rehearsal.event(by_api(id))
}

pub fn answer_last_call(rehearsal: &mut Rehearsal) {
    let (entry, _, _) = rehearsal.calls.last().unwrap().clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: None, text: String::new() });
}
