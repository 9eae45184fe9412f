//! Plays a dialog, line by line.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use steps::{
    bot::Bot,
    contact::Lead,
    environment::Environment,
    event::{
        AgentCommand, CallResult, ChannelError, Content, Delivery, EventKind, Identity, InboundMedia, LeadData, Referral, Trigger,
    },
    expression::parse_duration,
    ids::{BotId, MessageId},
    message::{Location, MediaKind, Message},
    moment::Moment,
    trace::Trace,
    trigger::{On, Owned},
    who::Who,
};

use super::{
    lines::{Dialog, DialogContact, Line, unknown},
    matching::{fits, same},
};
use crate::{
    Bots,
    rehearsal::{Rehearsal, Said},
};

/// When a dialog begins that does not say: a Monday morning.
const DEFAULT_BEGIN: &str = "2026-01-05T10:00:00Z";
const DEFAULT_PHONE: &str = "+5511999999999";

/// What a customer does in a line.
const CUSTOMER: [&str; 8] = ["text", "tap", "form", "media", "location", "contacts", "order", "reaction"];

/// What a line may start, with the keys of each beside `on`.
const STARTS: [(&str, &[&str]); 6] = [
    ("stage", &["id", "name", "pipeline", "stage", "fields", "lead", "event", "created", "previous_stage"]),
    ("api", &["bot", "start", "variables", "data"]),
    ("run", &["bot", "start", "variables", "data"]),
    ("field", &["path", "value"]),
    ("tag", &["tag", "of", "event"]),
    ("schedule", &[]),
];

/// How a dialog went.
#[derive(Clone, Debug)]
pub struct Report {
    pub dialog: String,
    /// None: it passed.
    pub failure: Option<Failure>,
    /// All that the bot said, for showing where it went wrong.
    pub said: Vec<Said>,
    pub trace: Trace,
}

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
    fn new(message: impl Into<String>) -> Self {
        Failure { line: 0, message: message.into(), got: None }
    }

    fn with(message: impl Into<String>, got: &Message) -> Self {
        Failure { got: Some(Box::new(got.clone())), ..Failure::new(message) }
    }
}

/// Plays a dialog with a bot. `others` can be called by it, and are started by nothing else. `explain` names a channel's error by its
/// code.
pub fn run(
    bot: &Arc<Bot>,
    others: &[Arc<Bot>],
    environment: &Arc<Environment>,
    dialog: &Dialog,
    explain: &dyn Fn(i64) -> ChannelError,
) -> Report {
    let mut play = match Play::begin(bot, others, environment, dialog, explain) {
        Ok(play) => play,
        Err(failure) => {
            return Report { dialog: dialog.name.clone(), failure: Some(failure), said: Vec::new(), trace: Trace::default() };
        }
    };
    let mut failure = None;
    for (index, line) in dialog.steps.iter().enumerate() {
        if let Err(found) = play.line(line) {
            failure = Some(Failure { line: index, ..found });
            break;
        }
    }
    let failure = failure.or_else(|| play.nothing_unsaid().err().map(|found| Failure { line: dialog.steps.len(), ..found }));
    Report { dialog: dialog.name.clone(), failure, said: play.rehearsal.said, trace: play.rehearsal.trace }
}

/// A dialog under way. The terminal chat plays line by line what a dialog test plays in one go.
pub struct Play<'a> {
    bot: &'a Arc<Bot>,
    pub rehearsal: Rehearsal,
    /// How many of the bot's messages lines have named.
    named: usize,
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
        let mut rehearsal = Rehearsal::new(bots, environment.clone(), identity, now);
        know(&mut rehearsal, contact)?;
        Ok(Play { bot, rehearsal, named: 0, explain })
    }

    fn line(&mut self, line: &Line) -> Result<(), Failure> {
        match line {
            Line::Bot(expected) => return self.bot_says(expected),
            Line::Expect(expected) => return self.expect(expected),
            Line::Status(_) => {}
            _ => self.nothing_unsaid()?,
        }
        self.act(line)
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
                Ok(())
            }
            Line::Start(start) => self.start(start),
            Line::Reply(reply) => self.reply(reply),
            Line::Agent(agent) => self.agent(agent),
            Line::Status(status) => self.status(status),
            Line::Bot(_) | Line::Expect(_) => Ok(()),
        }
    }

    fn nothing_unsaid(&self) -> Result<(), Failure> {
        match self.rehearsal.said.get(self.named) {
            None => Ok(()),
            Some(said) => Err(Failure::with("the bot said something that no `bot` line names", &said.message)),
        }
    }

    fn bot_says(&mut self, expected: &Value) -> Result<(), Failure> {
        let Some(said) = self.rehearsal.said.get(self.named) else {
            let waits = self.rehearsal.calls.last().map(|(_, call, _)| match call {
                steps::contact::Call::Http(_) => "; an `http` call waits for its `reply` line",
                _ => "; a call to an AI waits for its `reply` line",
            });
            let failed = self.rehearsal.facts.iter().rev().find_map(|fact| match fact {
                steps::fact::Fact::Alert { name, text, .. } => Some(format!("; the team was told: {name}: {text}")),
                _ => None,
            });
            return Err(Failure::new(format!("the bot said nothing{}{}", waits.unwrap_or_default(), failed.unwrap_or_default())));
        };
        fits(expected, &said.message).map_err(|differs| Failure::with(differs, &said.message))?;
        self.named += 1;
        Ok(())
    }

    fn expect(&self, expected: &Map<String, Value>) -> Result<(), Failure> {
        expected.iter().try_for_each(|(path, expected)| {
            let got = match path.as_str() {
                "session.outcome" => self.rehearsal.ended.as_ref().map_or(Value::Null, |ended| ended.outcome.as_str().into()),
                "session.status" => self.rehearsal.ended.as_ref().map_or(Value::Null, |ended| ended.status.as_str().into()),
                "session.running" => Value::Bool(!self.rehearsal.contact.sessions.is_empty()),
                "session.step" => {
                    let frame = self.rehearsal.session().and_then(|session| session.frame());
                    frame.map_or(Value::Null, |frame| frame.step.as_str().into())
                }
                _ => self.rehearsal.evaluate(path).map_err(|error| Failure::new(format!("`{path}`: {error}")))?,
            };
            same(path, expected, &got).map_err(Failure::new)
        })
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
        let mut kinds = said.iter().filter(|(key, _)| !matches!(key.as_str(), "referral" | "card"));
        let Some((key, value)) = kinds.next() else {
            return Err(Failure::new(format!("a `customer` object has one of `{}`", CUSTOMER.join("`, `"))));
        };
        if let Some((second, _)) = kinds.next() {
            let all = || CUSTOMER.iter().copied().chain(["referral", "card"]);
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
            "form" => {
                let answers = value.as_object().cloned().ok_or_else(|| Failure::new("`form` is an object of answers"))?;
                self.rehearsal.submit(answers).map_err(Failure::new)?;
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
            _ => return Err(Failure::new(unknown("a customer", key, &CUSTOMER))),
        };
        self.rehearsal.customer(content, None, referral);
        Ok(())
    }

    fn start(&mut self, start: &Map<String, Value>) -> Result<(), Failure> {
        let text = |key: &str| start.get(key).and_then(Value::as_str).map(str::to_owned);
        let map = |key: &str| start.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let on = text("on");
        if let Some((_, keys)) = STARTS.iter().find(|(name, _)| on.as_deref() == Some(*name))
            && let Some(strange) = start.keys().find(|key| key.as_str() != "on" && !keys.contains(&key.as_str()))
        {
            return Err(Failure::new(unknown(&format!("`start` on `{}`", on.unwrap_or_default()), strange, keys)));
        }
        let trigger = match on.as_deref() {
            Some("stage") => {
                let known = self.rehearsal.contact.lead().map(|lead| lead.id.to_string());
                let mut lead = LeadData {
                    id: text("id").or(known).unwrap_or_else(|| "lead-1".into()),
                    name: text("name"),
                    pipeline: text("pipeline"),
                    stage: text("stage"),
                    fields: map("fields"),
                    ..LeadData::default()
                };
                if let Some(more) = start.get("lead").and_then(Value::as_object) {
                    lead.fields.extend(more.get("fields").and_then(Value::as_object).cloned().unwrap_or_default());
                    lead.name = lead.name.or_else(|| more.get("name").and_then(Value::as_str).map(str::to_owned));
                }
                let created =
                    start.get("created").and_then(Value::as_bool).unwrap_or(text("event").as_deref() == Some("created"));
                Trigger::Stage { lead, previous_stage: text("previous_stage"), created }
            }
            Some("api" | "run") => {
                let id = text("bot").unwrap_or_else(|| self.bot.id.to_string());
                let bot = BotId::new(&id).map_err(|error| Failure::new(error.to_string()))?;
                let step = text("start").map(|step| steps::ids::StepId::new(&step)).transpose();
                let start_step = step.map_err(|error| Failure::new(error.to_string()))?;
                let data = start.get("data").cloned().unwrap_or_default();
                Trigger::Run { bot, start: start_step, variables: map("variables"), data }
            }
            Some("field") => {
                let path = text("path").ok_or_else(|| Failure::new("`start` on `field` needs `path` and `value`"))?;
                let value = start.get("value").cloned().unwrap_or_default();
                Trigger::Fields { fields: Map::from_iter([(path, value)]) }
            }
            Some("tag") => {
                let tag = text("tag").ok_or_else(|| Failure::new("`start` on `tag` needs `tag`"))?;
                let of = if text("of").as_deref() == Some("lead") { Owned::Lead } else { Owned::Contact };
                let removed = text("event").as_deref() == Some("removed");
                let (add, remove) = if removed { (Vec::new(), vec![tag]) } else { (vec![tag], Vec::new()) };
                Trigger::Tags { of, add, remove }
            }
            Some("owner") => {
                let owner = start.get("owner").cloned().unwrap_or_else(|| "colleague-1".into());
                let of = if text("of").as_deref() == Some("contact") { "contact" } else { "lead" };
                Trigger::Fields { fields: Map::from_iter([(format!("{of}.owner"), owner)]) }
            }
            Some("schedule") => {
                let place = self.bot.document.triggers.iter().position(|trigger| matches!(trigger.on, On::Schedule { .. }));
                let trigger = place.ok_or_else(|| Failure::new("the bot has no `schedule` trigger"))?;
                Trigger::Schedule { bot: self.bot.id.clone(), trigger }
            }
            other => {
                let shown = other.unwrap_or("nothing");
                return Err(Failure::new(format!(
                    "`start` on {shown}: expected `stage`, `api`, `field`, `tag`, `owner` or `schedule`; messages are `customer` lines"
                )));
            }
        };
        self.rehearsal.event(EventKind::Trigger(trigger));
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
                steps::contact::Call::AiReply(_) => CallResult::Text { text: text("text") },
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
            Value::String(word) if word == "sent" => (Delivery::Sent, None),
            Value::Object(failed) if failed.contains_key("failed") => {
                let code = failed["failed"].as_i64().ok_or_else(|| Failure::new("`failed` is an error code of the Cloud API"))?;
                (Delivery::Failed, Some((self.explain)(code)))
            }
            other => {
                return Err(Failure::new(format!(
                    "{other} is no status; expected \"delivered\", \"read\" or {{\"failed\": code}}"
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
