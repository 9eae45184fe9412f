//! What the lines of a dialog do: each is an event of a rehearsal. Dialog tests, the terminal chat and the preview do lines here, and
//! nowhere else; what a test expects is [`super::test`]'s.

mod start;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use steps::{
    bot::Bot,
    catalog::Found,
    contact::Lead,
    environment::Environment,
    event::{AgentCommand, CallResult, ChannelError, Content, Delivery, EventKind, Identity, InboundMedia, Referral},
    expression::parse_duration,
    ids::MessageId,
    message::{Location, MediaKind, Message},
    moment::Moment,
    who::Who,
};

use super::lines::{Dialog, DialogContact, Line, unknown};
use crate::{Bots, rehearsal::Rehearsal};

/// When a dialog begins that does not say: a Monday morning.
const DEFAULT_BEGIN: &str = "2026-01-05T10:00:00Z";
const DEFAULT_PHONE: &str = "+5511999999999";

/// What a customer does in a line.
const CUSTOMER: [&str; 11] =
    ["text", "tap", "reply", "form", "media", "location", "contacts", "order", "reaction", "unsupported", "again"];
/// What may stand beside it.
const BESIDE: [&str; 3] = ["referral", "card", "quote"];
/// Meta's code for a message that it does not hand on.
const UNSUPPORTED_CODE: i64 = 131_051;

/// Why a dialog failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line, counted from 0; the number of lines where the end was the problem.
    pub line: usize,
    pub message: String,
    /// What the bot said where something else was expected.
    pub got: Option<Box<Message>>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Failure { line: 0, message: message.into(), got: None }
    }

    pub(super) fn with(message: impl Into<String>, got: &Message) -> Self {
        Failure { got: Some(Box::new(got.clone())), ..Failure::new(message) }
    }
}

/// The bots that a bot calls, and those that they call; `find` knows them by their id.
pub fn called_by(bot: &Bot, mut find: impl FnMut(&str) -> Option<Arc<Bot>>) -> Vec<Arc<Bot>> {
    let mut found: Vec<Arc<Bot>> = Vec::new();
    let mut names: Vec<String> = bot.calls().map(str::to_owned).collect();
    while let Some(name) = names.pop() {
        let is_known = name == bot.id.as_str() || found.iter().any(|known| known.id.as_str() == name);
        if let Some(called) = (!is_known).then(|| find(&name)).flatten() {
            names.extend(called.calls().map(str::to_owned));
            found.push(called);
        }
    }
    found
}

/// A dialog under way. `explain` names a channel's error by its code.
pub struct Play<'a> {
    bot: &'a Arc<Bot>,
    pub rehearsal: Rehearsal,
    explain: &'a dyn Fn(i64) -> ChannelError,
}

impl<'a> Play<'a> {
    /// The beginning of a dialog: nobody has said anything. `others` can be called by the bot, and are started by nothing else.
    ///
    /// # Errors
    /// What the dialog says of its contact or its begin can't be read.
    pub fn begin(
        bot: &'a Arc<Bot>,
        others: &[Arc<Bot>],
        environment: &Arc<Environment>,
        dialog: &Dialog,
        explain: &'a dyn Fn(i64) -> ChannelError,
    ) -> Result<Self, Failure> {
        let mut bots = Bots::default();
        for other in others.iter().filter(|other| other.id != bot.id) {
            let mut document = other.document.clone();
            document.triggers.clear();
            bots.publish(Bot::new(other.id.clone(), document));
        }
        bots.publish(bot.clone());
        let begin = dialog.at.as_deref().unwrap_or(DEFAULT_BEGIN);
        let now = Moment::read(begin, &bot.zone)
            .ok_or_else(|| Failure::new(format!("`at` is {begin:?}, expected a moment such as {DEFAULT_BEGIN:?}")))?;
        let contact = &dialog.contact;
        let no_name = contact.phone.is_none() && contact.user_id.is_none();
        let identity = Identity {
            phone: contact.phone.clone().or(no_name.then(|| DEFAULT_PHONE.to_owned())),
            user_id: contact.user_id.clone(),
            name: contact.name.clone(),
            ..Identity::default()
        };
        // A dialog itself says what was said in a voice note.
        let environment = match environment.transcribes {
            true => Arc::new(Environment { transcribes: false, ..Environment::clone(environment) }),
            false => environment.clone(),
        };
        let mut rehearsal = Rehearsal::new(bots, environment, identity, now);
        know(&mut rehearsal, contact)?;
        Ok(Play { bot, rehearsal, explain })
    }

    /// Does what a line says that someone does. `bot` and `expect` only look, so here they do nothing.
    ///
    /// # Errors
    /// The line can't be done: there is nothing to tap, no call to answer, or it can't be read.
    pub fn act(&mut self, line: &Line) -> Result<(), Failure> {
        if matches!(line, Line::Customer(_) | Line::Agent(_)) {
            // No two people act in the same moment: what was written after something happened is later than it.
            self.rehearsal.pass(1);
        }
        match line {
            Line::Customer(said) => self.customer(said),
            Line::Pass(duration) => {
                let millis = parse_duration(duration).map_err(|error| Failure::new(error.to_string()))?;
                self.rehearsal.pass(millis.millis());
                if self.rehearsal.is_restless {
                    return Err(Failure::new("the bot wakes up again and again: time was stopped before all of it had passed"));
                }
                Ok(())
            }
            Line::Start(start) => self.start(start),
            Line::Reply(reply) => self.reply(reply),
            Line::Agent(agent) => self.agent(agent),
            Line::Status(status) => self.status(status),
            Line::FailNext(code) => {
                self.rehearsal.refuse_next = Some((self.explain)(*code));
                Ok(())
            }
            Line::Set(values) => self.rehearsal.set(values).map_err(Failure::new),
            Line::Bot(_) | Line::Expect(_) => Ok(()),
        }
    }

    fn customer(&mut self, said: &Value) -> Result<(), Failure> {
        let Value::Object(said) = said else {
            let Some(text) = said.as_str() else { return Err(Failure::new("a `customer` line is a text or an object")) };
            self.rehearsal.customer(Content::Text { text: text.to_owned() }, None, None);
            return Ok(());
        };
        let referral = match said.get("referral") {
            Some(referral) => Some(read::<Referral>("referral", referral)?),
            None => None,
        };
        let card = said.get("card").and_then(Value::as_u64).and_then(|card| usize::try_from(card).ok());
        let quoted = match said.get("quote") {
            None | Some(Value::Null | Value::Bool(false)) => None,
            Some(Value::Bool(true)) => match self.rehearsal.said.last() {
                Some(last) => Some(last.id.clone()),
                None => return Err(Failure::new("the bot has said nothing that could be quoted")),
            },
            Some(other) => return Err(Failure::new(format!("`quote` is true or false, not {other}"))),
        };
        let mut kinds = said.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str()));
        let Some((key, value)) = kinds.next() else {
            return Err(Failure::new(format!("a `customer` object has one of `{}`", CUSTOMER.join("`, `"))));
        };
        if let Some((second, _)) = kinds.next() {
            let all = || CUSTOMER.iter().chain(&BESIDE).copied();
            let strange = [key, second].into_iter().find(|key| !all().any(|known| known == key.as_str()));
            return Err(Failure::new(match strange {
                Some(strange) => unknown("a customer", strange, &all().collect::<Vec<_>>()),
                None => format!("a customer does one thing in a line, and this has `{key}` and `{second}`"),
            }));
        }
        let text = || value.as_str().map(str::to_owned).ok_or_else(|| Failure::new(format!("`{key}` is a text")));
        let content = match key.as_str() {
            "tap" => {
                self.rehearsal.tap_on(&text()?, card).map_err(Failure::new)?;
                return Ok(());
            }
            "reply" => {
                self.rehearsal.tap_reply(&text()?).map_err(Failure::new)?;
                return Ok(());
            }
            "form" => {
                let answers = value.as_object().cloned().ok_or_else(|| Failure::new("`form` is an object of answers"))?;
                self.rehearsal.submit(answers).map_err(Failure::new)?;
                return Ok(());
            }
            "again" => {
                if *value != Value::Bool(true) {
                    return Err(Failure::new(format!("`again` is true, not {value}")));
                }
                self.rehearsal.repeat().map_err(Failure::new)?;
                return Ok(());
            }
            "text" => Content::Text { text: text()? },
            "media" => Content::Media(media(value)?),
            "location" => Content::Location(read::<Location>("location", value)?),
            "contacts" => Content::Contacts { contacts: value.clone(), requested: true },
            "order" => Content::Order(read("order", &order(value))?),
            "reaction" => {
                let target = self.rehearsal.said.last().map(|said| said.id.clone()).unwrap_or_default();
                Content::Reaction { message_id: target, emoji: Some(text()?) }
            }
            "unsupported" => {
                let what = value.as_str().unwrap_or("unsupported").to_owned();
                Content::Unsupported { what, code: Some(UNSUPPORTED_CODE) }
            }
            _ => return Err(Failure::new(unknown("a customer", key, &CUSTOMER))),
        };
        self.rehearsal.customer(content, quoted, referral);
        Ok(())
    }

    fn reply(&mut self, reply: &Map<String, Value>) -> Result<(), Failure> {
        let Some((entry, call, _)) = self.rehearsal.calls.first().cloned() else {
            return Err(Failure::new("no call waits for a `reply`"));
        };
        let text = |key: &str| reply.get(key).and_then(Value::as_str).map(str::to_owned);
        let result = if let Some(failed) = reply.get("failed") {
            let name = failed.as_str().unwrap_or("failed").to_owned();
            CallResult::Failed { name, text: text("message").unwrap_or_else(|| "the dialog says that the call failed".into()) }
        } else {
            match call {
                steps::contact::Call::Http(_) => {
                    let status = reply.get("status").and_then(Value::as_u64).unwrap_or(200);
                    let status = u16::try_from(status).map_err(|_| Failure::new(format!("{status} is no HTTP status")))?;
                    let json = reply.get("json").cloned();
                    let body = text("text").or_else(|| json.as_ref().map(Value::to_string)).unwrap_or_default();
                    CallResult::Http { status, json, text: body }
                }
                steps::contact::Call::Find(_) => found(reply)?,
                steps::contact::Call::AiReply(_) => match text("tool") {
                    Some(name) => CallResult::Tool { name, arguments: arguments(reply)? },
                    None => CallResult::Text { text: text("text") },
                },
                steps::contact::Call::Summary(_) | steps::contact::Call::Transcribe(_) => CallResult::Text { text: text("text") },
                steps::contact::Call::AiRoute(_) => CallResult::Intent { intent: text("intent") },
                steps::contact::Call::AiExtract(_) => {
                    let fields = reply.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
                    CallResult::Fields { fields }
                }
            }
        };
        self.rehearsal.answer_call(entry, result);
        Ok(())
    }

    fn status(&mut self, status: &Value) -> Result<(), Failure> {
        let Some(said) = self.rehearsal.said.last().cloned() else {
            return Err(Failure::new("the bot has said nothing that could have a status"));
        };
        let (state, error) = match status {
            Value::String(word) if word == "delivered" => (Delivery::Delivered, None),
            Value::String(word) if word == "read" => (Delivery::Read, None),
            Value::String(word) if word == "played" => (Delivery::Played, None),
            Value::String(word) if word == "sent" => (Delivery::Sent, None),
            Value::Object(failed) if failed.contains_key("failed") => {
                let code = failed["failed"].as_i64().ok_or_else(|| Failure::new("`failed` is an error code of the Cloud API"))?;
                (Delivery::Failed, Some((self.explain)(code)))
            }
            other => {
                return Err(Failure::new(format!(
                    "{other} is no status; expected \"delivered\", \"read\", \"played\" or {{\"failed\": code}}"
                )));
            }
        };
        self.rehearsal.status(&said, state, error);
        Ok(())
    }

    fn agent(&mut self, agent: &Value) -> Result<(), Failure> {
        let command = match agent {
            Value::String(word) if word == "release" => AgentCommand::Release { close: false },
            Value::String(word) if word == "close" => AgentCommand::Release { close: true },
            Value::String(word) if word == "stop" => AgentCommand::Stop { bot: None, session: None },
            Value::String(text) => return self.person_writes(text),
            Value::Object(command) => {
                if let Some(text) = command.get("message").and_then(Value::as_str) {
                    return self.person_writes(text);
                }
                if let Some(to) = command.get("handoff") {
                    AgentCommand::Handoff { to: Some(read::<Who>("handoff", to)?) }
                } else if let Some(release) = command.get("release") {
                    AgentCommand::Release { close: release.get("close").and_then(Value::as_bool).unwrap_or(false) }
                } else {
                    return Err(Failure::new("an `agent` object has `message`, `handoff` or `release`"));
                }
            }
            _ => return Err(Failure::new("an `agent` line is a text or an object")),
        };
        self.rehearsal.event(EventKind::Agent(command));
        Ok(())
    }

    fn person_writes(&mut self, text: &str) -> Result<(), Failure> {
        let id = MessageId::new(format!("echo.{}", self.rehearsal.facts.len()));
        let at = self.rehearsal.now;
        self.rehearsal.event(EventKind::Echo { message_id: id, at, content: Content::Text { text: text.to_owned() } });
        Ok(())
    }
}

/// What a `reply` says that was found.
fn found(reply: &Map<String, Value>) -> Result<CallResult, Failure> {
    let found = match reply.get("found") {
        None | Some(Value::Null) => None,
        Some(found) => Some(Box::new(read::<Found>("found", found)?)),
    };
    Ok(CallResult::Found { found })
}

/// The values that a `reply` gives to a tool.
fn arguments(reply: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    match reply.get("arguments") {
        None => Ok(Map::new()),
        Some(Value::Object(arguments)) => Ok(arguments.clone()),
        Some(other) => {
            Err(Failure::new(format!("`arguments` is {other}, expected an object such as {{\"vars.day\": \"2026-03-02\"}}")))
        }
    }
}

fn read<'de, T: Deserialize<'de>>(key: &str, value: &'de Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| Failure::new(format!("`{key}`: {error}")))
}

/// An order in our words; one in Meta's (`catalog_id`, `product_items`) is put into them.
fn order(value: &Value) -> Value {
    fn renamed(value: &Value, names: &[(&str, &str)]) -> Value {
        let Some(object) = value.as_object() else { return value.clone() };
        let ours = |name: &str| names.iter().find(|(meta, _)| *meta == name).map_or(name, |(_, ours)| *ours).to_owned();
        Value::Object(object.iter().map(|(name, value)| (ours(name), value.clone())).collect())
    }
    let mut order = renamed(value, &[("catalog_id", "catalog"), ("product_items", "items")]);
    if let Some(items) = order.get_mut("items").and_then(Value::as_array_mut) {
        for item in items {
            *item = renamed(item, &[("product_retailer_id", "product"), ("item_price", "price")]);
        }
    }
    order
}

fn media(value: &Value) -> Result<InboundMedia, Failure> {
    let kind = value.as_str().map(Value::from).or_else(|| value.get("kind").cloned()).unwrap_or_else(|| "image".into());
    let kind: MediaKind = read("media.kind", &kind).map_err(|failure| Failure::new(failure.message))?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(InboundMedia {
        kind,
        id: text("id").unwrap_or_else(|| "media-1".into()),
        mime_type: text("mime_type"),
        sha256: None,
        filename: text("filename"),
        caption: text("caption"),
        transcript: text("transcript"),
    })
}

/// What the dialog says that is known of the contact.
fn know(rehearsal: &mut Rehearsal, known: &DialogContact) -> Result<(), Failure> {
    if let Some(ago) = &known.last_wrote {
        let ago = parse_duration(ago).map_err(|error| Failure::new(format!("`contact.last_wrote`: {error}")))?;
        let (number, wrote) = (rehearsal.number(), rehearsal.now.plus(-ago.millis()));
        let conversation = rehearsal.contact.conversation_mut(&number);
        (conversation.last_customer, conversation.count) = (Some(wrote), 1);
    }
    let contact = &mut rehearsal.contact;
    contact.email.clone_from(&known.email);
    contact.language = known.language.as_deref().map(Into::into);
    contact.tags.clone_from(&known.tags);
    contact.fields.clone_from(&known.fields);
    contact.opted_in = known.opted_in;
    contact.owner = known.owner.as_deref().map(Into::into);
    if let Some(lead) = &known.lead {
        let mut lead = lead.clone();
        lead.entry("id").or_insert_with(|| "lead-1".into());
        contact.leads.push(read::<Lead>("contact.lead", &Value::Object(lead))?);
    }
    Ok(())
}
