//! A conversation without a channel: a contact, a clock that only moves when told to, and sends that are accepted at once. Dialog
//! tests, the terminal chat and the preview are rehearsals; all of them run the one `turn`.

mod by_hand;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use steps::{
    asked::{Asked, Asker},
    bot::Bot,
    contact::{Call, Contact, Session},
    crm::Written,
    environment::Environment,
    event::{
        Answered, CallResult, ChannelError, Content, Delivery, Event, EventKind, Identity, Inbound, Reaction, Referral,
        SendOutcome, Status,
    },
    expression::{Expression, Facts, Locals},
    fact::Fact,
    ids::{BotId, EntryId, EventId, MessageId, NumberId, SessionId, StepId, Version},
    limits,
    message::{Message, Reply, TemplateButton},
    moment::{MINUTE, Moment},
    state::State,
    trace::{Trace, Traced},
    turn::{Need, Supplied},
};

use crate::{
    Bots, aliases, contact_id,
    outbox::{self, Claimed},
    turn,
};

/// How many due moments one passing of time may hold: a bot that wakes up for ever is stopped here.
const MAX_WAKES: usize = 10_000;
/// How many lines of trace a conversation may have while time passes: the same for one that does much each time.
const MAX_TRACE: usize = 100_000;
/// How long a send waits that the channel refused for now: the pause of most causes.
const RETRY: i64 = MINUTE;
/// The most cards of a carousel, for those that are looked through.
const MAX_CARDS: usize = limits::CARDS;

/// A conversation under way.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    bots: Bots,
    environment: Arc<Environment>,
    pub contact: Contact,
    pub now: Moment,
    /// What the bot said, in order; never shortened.
    pub said: Vec<Said>,
    /// Calls that wait for their result.
    pub calls: Vec<(EntryId, Call, Moment)>,
    /// Whose each call was, its answer come or not.
    askers: BTreeMap<EntryId, Asker>,
    pub facts: Vec<Fact>,
    /// When each of the facts came about.
    times: Vec<Moment>,
    pub trace: Trace,
    /// Time was to pass, and the bot woke up too often for it: it was stopped.
    pub is_restless: bool,
    /// The last session that ended, with its variables.
    pub ended: Option<Ended>,
    /// What the channel answers to the next send, in place of taking it.
    pub refuse_next: Option<ChannelError>,
    supplied_counters: BTreeMap<String, u64>,
    next: u64,
}

/// A message that the bot sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub id: MessageId,
    pub entry: EntryId,
    pub at: Moment,
    pub message: Message,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub session: SessionId,
    pub bot: BotId,
    /// The last step that it ran; None: it ended before its first.
    pub step: Option<StepId>,
    pub outcome: String,
    pub status: String,
    pub vars: Map<String, Value>,
    pub flow: Map<String, Value>,
}

impl Rehearsal {
    pub fn new(bots: Bots, environment: Arc<Environment>, identity: Identity, now: Moment) -> Self {
        let alias = aliases(&identity).into_iter().next().unwrap_or_default();
        let contact = Contact::new(contact_id("rehearsal", &alias), identity, now);
        Rehearsal {
            bots,
            environment,
            contact,
            now,
            said: Vec::new(),
            calls: Vec::new(),
            askers: BTreeMap::new(),
            facts: Vec::new(),
            times: Vec::new(),
            trace: Trace::default(),
            is_restless: false,
            ended: None,
            refuse_next: None,
            supplied_counters: BTreeMap::new(),
            next: 0,
        }
    }

    pub fn number(&self) -> NumberId {
        self.environment.default_number.clone()
    }

    /// The customer writes, taps, submits a form.
    pub fn customer(&mut self, content: Content, reply_to: Option<MessageId>, referral: Option<Referral>) -> Trace {
        let id = self.message_id();
        let from = self.contact.identity.clone();
        let inbound = Inbound {
            id,
            at: self.now,
            from,
            content,
            reply_to,
            forwarded: false,
            referral,
            product: None,
            group: None,
            standby: false,
        };
        self.event(EventKind::Message(inbound))
    }

    /// The customer's last message comes once more, as Meta repeats a webhook that it got no answer to.
    ///
    /// # Errors
    /// Where none has come yet.
    pub fn repeat(&mut self) -> Result<Trace, String> {
        let last = self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Received { message, .. } => Some(Inbound::clone(message)),
            _ => None,
        });
        let last = last.ok_or("the customer has sent nothing that could come again")?;
        Ok(self.event(EventKind::Message(last)))
    }

    /// The customer taps an option of the last message that shows it, found by its title (or its id on the wire).
    ///
    /// # Errors
    /// Where no message shows such an option, with those that there are.
    pub fn tap(&mut self, title: &str) -> Result<Trace, String> {
        self.tap_on(title, None)
    }

    /// The same on one card of a carousel, counted from 1: cards may have alike buttons.
    ///
    /// # Errors
    /// Where no message shows such an option there, with those that there are.
    pub fn tap_on(&mut self, title: &str, card: Option<usize>) -> Result<Trace, String> {
        let Some(found) = self.titled(title, card) else {
            let last = self.said.iter().rev().map(|said| said.message.replies()).find(|replies| !replies.is_empty());
            let known = last.unwrap_or_default().iter().map(|reply| reply.title.clone()).collect::<Vec<_>>().join(", ");
            return Err(format!("no message shows an option {title:?}; the last one that has options shows: {known}"));
        };
        Ok(self.tap_found(found))
    }

    /// The customer taps the option with this id, as it is on the wire and in a drawn message.
    ///
    /// # Errors
    /// Where no message shows it.
    pub fn tap_reply(&mut self, id: &str) -> Result<Trace, String> {
        let found = self.shown(None, |reply| reply.id == id);
        let found = found.ok_or_else(|| format!("no message shows an option with the id {id:?}"))?;
        Ok(self.tap_found(found))
    }

    /// The title of the option with this id, and its card where only that tells it from others. None: a title does not lead to it.
    pub fn title_of(&self, id: &str) -> Option<(String, Option<usize>)> {
        let (reply, _) = self.shown(None, |reply| reply.id == id)?;
        let mut cards = std::iter::once(None).chain((1..=MAX_CARDS).map(Some));
        let card = cards.find(|card| self.titled(&reply.title, *card).is_some_and(|(found, _)| found.id == id))?;
        Some((reply.title, card))
    }

    fn tap_found(&mut self, (reply, message): (Reply, MessageId)) -> Trace {
        let content = Content::Tap { id: reply.id, title: reply.title, description: None };
        self.customer(content, Some(message), None)
    }

    /// The newest option with this title (or id), and the message that shows it.
    fn titled(&self, title: &str, card: Option<usize>) -> Option<(Reply, MessageId)> {
        let wanted = steps::expression::fold(title);
        self.shown(card, |reply| steps::expression::fold(&reply.title) == wanted || reply.id == title)
    }

    fn shown(&self, card: Option<usize>, is_it: impl Fn(&Reply) -> bool) -> Option<(Reply, MessageId)> {
        self.said.iter().rev().find_map(|said| {
            let replies = card.map_or_else(|| said.message.replies(), |card| said.message.replies_on(card));
            let reply = replies.into_iter().find(|reply| is_it(reply))?;
            Some((reply.clone(), said.id.clone()))
        })
    }

    /// The customer submits the last form.
    ///
    /// # Errors
    /// Where none was sent.
    pub fn submit(&mut self, answers: Map<String, Value>) -> Result<Trace, String> {
        let found = self.said.iter().rev().find_map(|said| Some((form_token(&said.message)?.to_owned(), said.id.clone())));
        let (token, message) = found.ok_or("no form was sent that could be submitted")?;
        let content = Content::Form { answers, token: Some(token), name: Some("flow".into()) };
        Ok(self.customer(content, Some(message), None))
    }

    /// The message with the last form, while the customer has not submitted that.
    pub fn open_form(&self) -> Option<&Message> {
        let (message, token) = self.said.iter().rev().find_map(|said| Some((&said.message, form_token(&said.message)?)))?;
        let is_answer = |fact: &Fact| match fact {
            Fact::Received { message, .. } => {
                matches!(&message.content, Content::Form { token: Some(sent), .. } if sent == token)
            }
            _ => false,
        };
        (!self.facts.iter().rev().any(is_answer)).then_some(message)
    }

    /// Runs an event, and everything that follows from it at this moment.
    pub fn event(&mut self, kind: EventKind) -> Trace {
        let before = self.trace.0.len();
        self.take(kind);
        self.deliver();
        Trace(self.trace.0[before..].to_vec())
    }

    /// Time passes: whatever falls due runs at its own moment.
    pub fn pass(&mut self, millis: i64) -> Trace {
        let before = self.trace.0.len();
        let end = self.now.plus(millis.max(0));
        let mut wakes = 0;
        while let Some(due) = self.due().filter(|due| *due <= end) {
            if wakes == MAX_WAKES || self.trace.0.len() > MAX_TRACE {
                self.is_restless = true;
                break;
            }
            wakes += 1;
            self.now = self.now.max(due);
            let late: Vec<EntryId> =
                self.calls.iter().filter(|(_, _, deadline)| *deadline <= self.now).map(|(entry, _, _)| *entry).collect();
            for entry in late {
                let text = "no answer within the deadline".into();
                self.answer_call(entry, CallResult::Failed { name: "timeout".into(), text });
            }
            self.take(EventKind::Due);
            self.deliver();
        }
        self.now = end;
        Trace(self.trace.0[before..].to_vec())
    }

    /// When something falls due by itself: a timer, or a call that nobody has answered.
    pub fn due(&self) -> Option<Moment> {
        let call = self.calls.iter().map(|(_, _, deadline)| *deadline).min();
        self.contact.due().into_iter().chain(call).min()
    }

    /// As if the customer had just written, where they never have: the customer service window opens.
    pub fn open_window(&mut self) {
        let (number, now) = (self.number(), self.now);
        self.contact.conversation_mut(&number).last_customer.get_or_insert(now);
    }

    /// What happened, and when.
    pub fn story(&self) -> impl Iterator<Item = (Moment, &Fact)> {
        self.times.iter().copied().zip(&self.facts)
    }

    /// Answers a call.
    pub fn answer_call(&mut self, entry: EntryId, answered: impl Into<Answered>) -> Trace {
        self.calls.retain(|(waiting, _, _)| *waiting != entry);
        let Answered { result, asked } = answered.into();
        let asker = self.askers.get(&entry).cloned();
        let asked = asked.map(|asked| Box::new(Asked { asker, ..*asked }));
        self.event(EventKind::Called { entry, queued: None, result, asked })
    }

    /// What becomes of a message that the bot sent.
    pub fn status(&mut self, said: &Said, state: Delivery, error: Option<steps::event::ChannelError>) -> Trace {
        let status = Status {
            message_id: said.id.clone(),
            state,
            at: self.now,
            entry: Some(said.entry),
            queued: None,
            error,
            pricing: None,
        };
        self.event(EventKind::Status(status))
    }

    /// The session that listens, else the newest.
    pub fn session(&self) -> Option<&Session> {
        current_session(&self.contact)
    }

    /// The bot that its session runs.
    fn running_bot(&self) -> Option<Arc<Bot>> {
        self.bots.version(&self.session()?.frame()?.version).cloned()
    }

    fn state(&self, contact: Contact, session: Option<SessionId>, bot: Option<Arc<Bot>>) -> State {
        let (number, environment) = (self.number(), self.environment.clone());
        State { contact, now: self.now, number, session, bot, environment, seed: 0, secrets_readable: false }
    }

    /// What an expression gives now; in the session that ended last, if none runs.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let compiled = Expression::compile(expression).map_err(|error| error.to_string())?;
        let mut contact = self.contact.clone();
        let mut session = self.session().map(|session| session.id);
        let mut bot = self.running_bot();
        if session.is_none()
            && let Some(ended) = &self.ended
            && let Some(live) = self.bots.live(&ended.bot)
        {
            // The ended session comes back for this one look.
            let mut frame = crate::machine::new_frame(live, None, ended.vars.clone());
            frame.flow = ended.flow.clone();
            let id = SessionId(contact.take_id());
            contact.sessions.push(Session {
                id,
                number: self.number(),
                started: self.now,
                active: self.now,
                trigger: steps::contact::TriggerRecord::default(),
                frames: vec![frame],
                spent: 0.0,
                tokens: 0,
                deferred: Vec::new(),
            });
            (session, bot) = (Some(id), Some(live.clone()));
        }
        let facts: Arc<dyn Facts> = Arc::new(self.state(contact, session, bot));
        compiled.evaluate(&facts, Locals::none()).map_err(|error| error.to_string())
    }

    pub fn version(&self, version: &Version) -> Option<&Arc<steps::bot::Bot>> {
        self.bots.version(version)
    }

    /// Swaps the bots: what is published from now on.
    pub fn publish(&mut self, bots: Bots) {
        self.bots = bots;
    }

    fn message_id(&mut self) -> MessageId {
        self.next += 1;
        MessageId::new(format!("wamid.{}", self.next))
    }

    /// One turn.
    fn take(&mut self, kind: EventKind) {
        self.next += 1;
        let event = Event { id: EventId::new(format!("event.{}", self.next)), number: self.number(), kind };
        let mut supplied = Supplied::default();
        loop {
            match turn(&self.bots, &self.environment, self.contact.clone(), &event, self.now, &supplied) {
                Ok(turned) => {
                    self.contact = turned.contact;
                    self.trace.0.extend(turned.trace.0);
                    for fact in &turned.facts {
                        if let Fact::SessionEnded { session, bot, outcome, status, vars, flow, .. } = fact {
                            let (session, outcome, status) = (*session, outcome.to_string(), status.to_string());
                            let (bot, vars, flow) = (bot.clone(), vars.clone(), flow.clone());
                            let step = self.last_step(session);
                            self.ended = Some(Ended { session, bot, step, outcome, status, vars, flow });
                        }
                    }
                    self.facts.extend(turned.facts);
                    self.times.resize(self.facts.len(), self.now);
                    return;
                }
                Err(Need::Counter(name)) => {
                    let counter = self.supplied_counters.entry(name.clone()).or_default();
                    supplied.counters.entry(name).or_default().push(*counter);
                    *counter += 1;
                }
                Err(Need::Version(version)) => supplied.missing_versions.push(version.as_str().to_owned()),
                Err(Need::VersionPrefix(prefix)) => supplied.missing_versions.push(prefix),
                // A rehearsal has no CRM beside it.
                Err(Need::Crm(_)) => supplied.crm = Some(Box::default()),
            }
        }
    }

    /// The channel accepts whatever may go out now.
    fn deliver(&mut self) {
        loop {
            let claimed = outbox::claim(&mut self.contact, "rehearsal", self.now, &mut self.facts);
            self.times.resize(self.facts.len(), self.now);
            if claimed.is_empty() {
                // A send whose window has closed waits for a turn to take its branch.
                if self.contact.due().is_some_and(|due| due <= self.now) && self.needs_turn() {
                    let before = self.contact.clone();
                    self.take(EventKind::Due);
                    if self.contact.pending != before.pending {
                        continue;
                    }
                }
                return;
            }
            for work in claimed {
                match work {
                    Claimed::Send { entry, message, .. } => {
                        if let Some(error) = self.refuse_next.take() {
                            let outcome = match error.reaction {
                                Reaction::Retry => SendOutcome::Deferred { error, after: RETRY },
                                _ => SendOutcome::Refused(error),
                            };
                            self.take(EventKind::Sent { entry, queued: None, attempt: None, outcome });
                            continue;
                        }
                        let id = self.message_id();
                        self.said.push(Said { id: id.clone(), entry, at: self.now, message });
                        let outcome = SendOutcome::Accepted { message_id: id, wa_id: None, user_id: None };
                        self.take(EventKind::Sent { entry, queued: None, attempt: None, outcome });
                    }
                    // No CRM hears of a rehearsal.
                    Claimed::Write { entry, order, .. } => {
                        let written = Written { settled: order.changes.len(), ..Written::default() };
                        self.take(EventKind::Written { entry, queued: order.queued, written });
                    }
                    Claimed::Call { entry, asker, call, .. } => {
                        self.askers.extend(asker.map(|asker| (entry, asker)));
                        let deadline = self.now.plus(outbox::deadline(&call));
                        self.calls.push((entry, call, deadline));
                    }
                }
            }
        }
    }

    fn last_step(&self, session: SessionId) -> Option<StepId> {
        self.trace.0.iter().rev().filter(|line| line.session == Some(session)).find_map(|line| match &line.what {
            Traced::Step { step, .. } => Some(step.clone()),
            _ => None,
        })
    }

    fn needs_turn(&self) -> bool {
        self.contact.pending.iter().any(|pending| pending.due().is_some_and(|due| due <= self.now))
    }
}

/// The session that listens, else the newest.
pub fn current_session(contact: &Contact) -> Option<&Session> {
    let listener = contact.conversations.values().find_map(|conversation| conversation.listener);
    listener.and_then(|listener| contact.session(listener)).or(contact.sessions.last())
}

/// The token of a message's form.
fn form_token(message: &Message) -> Option<&str> {
    match message {
        Message::Flow(flow) => Some(&flow.token),
        Message::Template(template) => template.buttons.iter().find_map(|button| match button {
            TemplateButton::Flow { token, .. } => Some(token.as_str()),
            _ => None,
        }),
        _ => None,
    }
}
