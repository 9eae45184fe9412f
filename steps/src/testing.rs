//! Set-ups for tests, of this package and of others (feature `testing`): a bot from JSON, a customer with an open or closed window, a
//! turn of one step.
//!
//! Everything is fixed: the moment, the ids, the version of the bot, chance. What a test does not name, it does not depend on.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{
    bot::{Bot, Document},
    contact::{AnswerWait, Contact, Frame, LastMessage, PendingSend, Wait, Work},
    environment::Environment,
    event::{CallResult, Content, Identity, Inbound},
    ids::{BotId, ContactId, MessageId, NumberId, SessionId, StepId, Version},
    moment::{MINUTE, Moment},
    state::State,
    step::{Behaviour, Child},
    trace::Trace,
    turn::{Change, Need, Next, Stop, Supplied, Turn},
    window,
};

/// Monday, 2 March 2026, 10:00 in São Paulo.
pub const NOW: Moment = Moment(1_772_456_400_000);

/// The version that every bot of a test has, whatever is in it.
pub const VERSION: &str = "aaaaaaaaaaaaaaaa";

/// A bot whose version does not depend on its content, so that reply ids in expected messages stay.
///
/// # Errors
/// What is wrong with the document.
pub fn bot(id: &str, document: Value) -> Result<Arc<Bot>, serde_json::Error> {
    let document: Document = serde_json::from_value(document)?;
    let bot = Bot::new(BotId::new(id).map_err(serde::de::Error::custom)?, document);
    Ok(Arc::new(Bot {
        texts: std::sync::OnceLock::new(),
        id: bot.id.clone(),
        version: Version::new(VERSION),
        document: bot.document.clone(),
        zone: bot.zone.clone(),
        keywords: bot.keywords.clone(),
    }))
}

/// A bot of one step, [`STEP`], and of `parts` of a document beside it (`language`, `variables`, `translations`, …).
///
/// # Errors
/// What is wrong with the document.
pub fn bot_of(step: Value, parts: &Map<String, Value>) -> Result<Arc<Bot>, serde_json::Error> {
    let mut document = json!({"language": "pt-BR", "timezone": "America/Sao_Paulo", "start": STEP, "steps": {STEP: step}});
    merge(&mut document, &Value::Object(parts.clone()));
    bot("test", document)
}

/// The id of the step in [`bot_of`]. Case files name it.
pub const STEP: &str = "here";

/// Ana Souza, who wrote "oi" a minute ago.
pub fn contact() -> Contact {
    let identity = Identity { phone: Some("+5511999999999".into()), name: Some("Ana Souza".into()), ..Identity::default() };
    let mut contact = Contact::new(ContactId::new("c1"), identity, NOW.plus(-MINUTE));
    let conversation = contact.conversation_mut(&NumberId::default());
    conversation.count = 1;
    conversation.last_customer = Some(NOW.plus(-MINUTE));
    conversation.last_message = Some(Box::new(last_message(&inbound(NOW.plus(-MINUTE), Content::Text { text: "oi".into() }))));
    contact
}

/// A customer's message.
pub fn inbound(at: Moment, content: Content) -> Inbound {
    Inbound {
        id: MessageId::new("wamid.1"),
        at,
        from: Identity::default(),
        content,
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    }
}

fn last_message(message: &Inbound) -> LastMessage {
    LastMessage {
        id: message.id.clone(),
        content: message.content.clone(),
        tapped: None,
        referral: message.referral.clone(),
        product: message.product.clone(),
    }
}

/// Lays `over` onto `base`: objects key by key, all else replaced; `null` takes away.
pub fn merge(base: &mut Value, over: &Value) {
    let (Value::Object(base), Value::Object(over)) = (&mut *base, over) else {
        *base = over.clone();
        return;
    };
    for (key, value) in over {
        if value.is_null() {
            base.remove(key);
        } else if value.is_object() && base.get(key).is_some_and(Value::is_object) {
            merge(&mut base[key], value);
        } else {
            base.insert(key.clone(), value.clone());
        }
    }
}

/// A bot's step with all that it meets; its methods are the events that may reach the step.
///
/// Each event is a turn of its own, as in production: a wait that one leaves behind is there for the next.
#[derive(Debug)]
pub struct Scene {
    pub state: State,
    pub step: StepId,
    /// Values of shared counters; where none are left, 0, 1, 2, … come.
    pub supplied: Supplied,
    /// What all turns traced, changed and told so far.
    pub trace: Trace,
    pub changes: Vec<Change>,
    pub facts: Vec<crate::fact::Fact>,
}

impl Scene {
    /// A session of `bot` at its first step.
    pub fn new(bot: Arc<Bot>, mut contact: Contact) -> Self {
        let session = SessionId(contact.take_id());
        let step = bot.document.start.clone();
        // From JSON, as a stored one: what a session has besides keeps its default.
        let stored = json!({
            "id": session, "number": NumberId::default(), "started": NOW, "active": NOW, "trigger": {"on": "message"},
            "frames": [{"bot": bot.id, "version": bot.version, "step": step, "vars": bot.document.initial_variables()}],
        });
        contact.sessions.push(serde_json::from_value(stored).expect("these are all the keys that a stored session must have"));
        let state = State {
            contact,
            now: NOW,
            number: NumberId::default(),
            session: Some(session),
            bot: Some(bot),
            environment: Arc::new(Environment::default()),
            seed: 7,
            secrets_readable: false,
        };
        Scene { state, step, supplied: Supplied::default(), trace: Trace::default(), changes: Vec::new(), facts: Vec::new() }
    }

    /// The customer last wrote so long ago that the window is closed.
    pub fn close_window(&mut self) {
        let closed = self.state.now.plus(-window::CUSTOMER_SERVICE_WINDOW);
        self.state.contact.conversation_mut(&NumberId::default()).last_customer = Some(closed);
    }

    /// Time goes by.
    pub fn pass(&mut self, milliseconds: i64) {
        self.state.now = self.state.now.plus(milliseconds);
    }

    /// The session's running frame.
    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        let session = self.state.session?;
        self.state.contact.session_mut(session)?.frame_mut()
    }

    /// One turn at the scene's step.
    pub fn turn(&mut self, what: &dyn Fn(&dyn Behaviour, &mut Turn<'_>) -> Result<Next, Stop>) -> Result<Next, Stop> {
        let bot = self.state.bot.clone();
        let behaviour = bot.as_ref().and_then(|bot| bot.step(&self.step)).map(|step| step.behaviour.clone());
        let behaviour = behaviour.expect("a scene stands at a step of its bot");
        loop {
            let mut turn = Turn {
                state: Arc::new(self.state.clone()),
                supplied: &self.supplied,
                counters_used: Default::default(),
                step: self.step.clone(),
                trace: Trace::default(),
                facts: Vec::new(),
                changes: Vec::new(),
            };
            let next = what(&*behaviour, &mut turn);
            let Turn { state, trace, facts, changes, .. } = turn;
            if let Err(Stop::Needs(Need::Counter(name))) = &next {
                let values = self.supplied.counters.entry(name.clone()).or_default();
                values.push(values.len() as u64);
                continue;
            }
            self.state = Arc::unwrap_or_clone(state);
            self.trace.0.extend(trace.0);
            self.facts.extend(facts);
            self.changes.extend(changes);
            if let Ok(Next::Answer { wait, .. }) = &next {
                self.wait(wait.clone());
            }
            return next;
        }
    }

    /// The step waits for an answer, with this memory.
    pub fn wait(&mut self, wait: AnswerWait) {
        if let Some(frame) = self.frame_mut() {
            frame.wait = Some(Wait::Answer(wait));
        }
    }

    pub fn run(&mut self) -> Result<Next, Stop> {
        self.turn(&|step, turn| step.run(turn))
    }

    /// The customer's message: it opens the window, is what `message` reads, and comes to the step.
    pub fn answer(&mut self, content: Content) -> Result<Next, Stop> {
        let message = inbound(self.state.now, content);
        let conversation = self.state.contact.conversation_mut(&NumberId::default());
        if message.content.opens_window() {
            conversation.last_customer = Some(message.at);
        }
        conversation.last_message = Some(Box::new(last_message(&message)));
        self.turn(&|step, turn| step.answer(turn, &message))
    }

    /// The tap on an option of the last message that has this title; None: it has no such option.
    pub fn tap_of(&self, title: &str) -> Option<Content> {
        let sends = self.sends();
        let templates = sends.iter().rev().filter_map(|send| send.template.clone()).map(crate::message::Message::Template);
        let messages: Vec<_> = sends.iter().rev().map(|send| send.message.clone()).chain(templates).collect();
        let reply = messages.iter().flat_map(|message| message.replies()).find(|reply| reply.title == title)?;
        Some(Content::Tap { id: reply.id.clone(), title: reply.title.clone(), description: None })
    }

    /// The result of the call that the step yields.
    pub fn result(&mut self, result: &CallResult) -> Result<Next, Stop> {
        let Ok(Next::Call(call)) = self.run() else { panic!("the step makes no call") };
        self.turn(&|step, turn| step.resume(turn, &call, result))
    }

    pub fn returned(&mut self, child: &Child) -> Result<Next, Stop> {
        self.turn(&|step, turn| step.returned(turn, child))
    }

    pub fn happened(&mut self, alternative: usize) -> Result<Next, Stop> {
        self.turn(&|step, turn| step.happened(turn, alternative))
    }

    pub fn released(&mut self) -> Result<Next, Stop> {
        self.turn(&|step, turn| step.released(turn))
    }

    /// What is queued to go out, in order.
    pub fn sends(&self) -> Vec<&PendingSend> {
        let pending = self.state.contact.pending.iter();
        pending.filter_map(|pending| if let Work::Send(send) = &pending.work { Some(&**send) } else { None }).collect()
    }
}
