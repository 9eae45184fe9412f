//! What a turn works on, and what its expressions read: the contact, the running session, the moment.
//!
//! Expressions see it lazily: nothing is copied but the value that is read.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Zoned;
use serde_json::{Map, Value, json};

use crate::{
    bot::Bot,
    catalog::LeadItem,
    contact::{Contact, Conversation, Frame, LastMessage, Lead, Session, Tapped, Task},
    environment::Environment,
    event::{Content, InboundMedia},
    expression::{Facts, Look, find, look_in_json},
    ids::{NumberId, SessionId},
    language,
    moment::Moment,
    secrets::{self, clean, holds_marks, without_marks},
    who::Who,
};

/// All that a turn holds while it runs.
#[derive(Clone, Debug)]
pub struct State {
    pub contact: Contact,
    pub now: Moment,
    /// The business's number of this event.
    pub number: NumberId,
    /// The session that runs.
    pub session: Option<SessionId>,
    /// The bot that runs, in the session's version.
    pub bot: Option<Arc<Bot>>,
    pub environment: Arc<Environment>,
    /// Chance: by contact, event and version.
    pub seed: u64,
    /// Only `http` may read secrets.
    pub secrets_readable: bool,
}

impl State {
    pub fn conversation(&self) -> Option<&Conversation> {
        self.contact.conversation(&self.number)
    }

    pub fn last_message(&self) -> Option<&LastMessage> {
        self.conversation()?.last_message.as_deref()
    }

    pub fn session(&self) -> Option<&Session> {
        self.contact.session(self.session?)
    }

    pub fn frame(&self) -> Option<&Frame> {
        self.session()?.frame()
    }

    fn look_message(&self, path: &[&str]) -> Look {
        let Some(message) = self.last_message() else { return Look::Missing };
        match path {
            [] => Look::Branch,
            ["text"] => message.content.text().map_or(Look::Missing, look_text),
            ["said"] => match (&message.content, &message.tapped) {
                // What was typed is what was said, whatever option it named.
                (Content::Tap { .. }, Some(Tapped { value: Value::String(said), .. })) => look_text(said),
                _ => message.content.text().map_or(Look::Missing, look_text),
            },
            ["type"] => Look::text(message.content.kind()),
            ["id"] => look_text(message.id.as_str()),
            ["tapped"] if message.tapped.is_some() => Look::Branch,
            ["tapped", key] => match (&message.tapped, *key) {
                (Some(tapped), "id") => look_text(&tapped.id),
                (Some(tapped), "title") => look_text(&tapped.title),
                (Some(tapped), "value") => look_data(&tapped.value, &[]),
                _ => Look::Missing,
            },
            ["media", rest @ ..] => match &message.content {
                Content::Media(media) => look_media(media, rest),
                _ => Look::Missing,
            },
            ["location", rest @ ..] => match &message.content {
                Content::Location(location) => look_serialized(location, rest),
                _ => Look::Missing,
            },
            ["order", rest @ ..] => match &message.content {
                Content::Order(order) => look_serialized(order, rest),
                _ => Look::Missing,
            },
            ["contacts", rest @ ..] => match &message.content {
                Content::Contacts { contacts, .. } => look_data(contacts, rest),
                _ => Look::Missing,
            },
            ["referral", rest @ ..] => {
                message.referral.as_ref().map_or(Look::Missing, |referral| look_serialized(referral, rest))
            }
            ["product", rest @ ..] => message.product.as_ref().map_or(Look::Missing, |product| look_data(product, rest)),
            _ => Look::Missing,
        }
    }

    fn look_contact(&self, path: &[&str]) -> Look {
        let (contact, names) = (&self.contact, &self.environment.crm_names);
        match path {
            [] => Look::Branch,
            ["id"] => look_text(contact.id.as_str()),
            ["phone"] => optional(contact.phone()),
            ["name"] => optional(contact.display_name()),
            ["first_name"] => optional(contact.display_name().and_then(|name| name.split_whitespace().next())),
            ["username"] => optional(contact.identity.username.as_deref()),
            ["email"] => optional(contact.email.as_deref()),
            ["language"] => optional(Some(self.language())),
            ["owner"] => optional(contact.owner.as_deref().map(|owner| names.user_as_said(self.bot.as_deref(), owner))),
            ["tags", rest @ ..] => look_texts(&contact.tags, rest),
            ["tasks", rest @ ..] => look_data(&contact.tasks.iter().map(Self::task).collect(), rest),
            ["opted_in"] => contact.opted_in.map_or(Look::Missing, Look::leaf),
            ["fields"] => look_all_known(&contact.fields),
            ["fields", key, rest @ ..] => look_known(contact.fields.get(names.contact_field(key)), rest),
            _ => Look::Missing,
        }
    }

    /// An open task, as expressions read it.
    fn task(task: &Task) -> Value {
        let Task { kind, text, due, owner, lead, .. } = task;
        let owner = owner.as_ref().map(|owner| match owner {
            Who::User(id) | Who::Team(id) => id.to_string(),
            Who::RoundRobin(users) => users.join(", "),
        });
        let due = due.map(|due| due.to_string());
        json!({"kind": kind, "text": text, "due": due, "owner": owner, "lead": lead})
    }

    fn look_lead(&self, path: &[&str]) -> Look {
        let Some(lead) = self.contact.lead() else { return Look::Missing };
        let (names, bot) = (&self.environment.crm_names, self.bot.as_deref());
        match path {
            [] => Look::Branch,
            ["id"] => look_text(&lead.id),
            ["name"] => optional(lead.name.as_deref()),
            ["pipeline"] => look_text(names.pipeline_as_said(bot, &lead.pipeline)),
            ["stage"] => look_text(names.stage_as_said(bot, &lead.pipeline, &lead.stage)),
            ["price"] => lead.price.map_or(Look::Missing, look_number),
            ["tags", rest @ ..] => look_texts(&lead.tags, rest),
            ["owner"] => optional(lead.owner.as_deref().map(|owner| names.user_as_said(bot, owner))),
            ["items", rest @ ..] => look_data(&lead.items.iter().map(LeadItem::json).collect(), rest),
            ["fields"] => look_all_known(&lead.fields),
            ["fields", key, rest @ ..] => look_known(lead.fields.get(names.lead_field(key)), rest),
            _ => Look::Missing,
        }
    }

    fn look_window(&self, path: &[&str]) -> Look {
        let conversation = self.conversation();
        let closes_at = conversation.and_then(|conversation| conversation.window_closes_at());
        let open = conversation.is_some_and(|conversation| conversation.window_open(self.now));
        match path {
            [] => Look::Branch,
            ["open"] => Look::leaf(open),
            ["closes_at"] => closes_at.map_or(Look::Missing, |moment| Look::from(self.zoned(moment))),
            ["seconds_left"] => Look::leaf(closes_at.filter(|_| open).map_or(0, |moment| moment.since(self.now) / 1_000)),
            ["free_entry"] => Look::leaf(conversation.is_some_and(|conversation| conversation.free_entry_open(self.now))),
            _ => Look::Missing,
        }
    }

    fn look_hours(&self, path: &[&str]) -> Look {
        let Some(bot) = &self.bot else { return Look::Missing };
        let now = self.now.zoned(&bot.zone);
        match path {
            [] => Look::Branch,
            ["open"] => Look::leaf(bot.document.hours.is_open(&now)),
            ["opens_at"] => bot.document.hours.opens_at(&now).map_or(Look::Missing, Look::from),
            _ => Look::Missing,
        }
    }

    fn look_conversation(&self, path: &[&str]) -> Look {
        match path {
            [] => Look::Branch,
            ["id"] => look_text(&format!("{}:{}", self.contact.id, self.number)),
            ["number"] => look_text(self.number.as_str()),
            ["channel"] => Look::text("whatsapp"),
            ["count"] => Look::leaf(i64::from(self.conversation().map_or(0, |conversation| conversation.count))),
            ["subscribers", rest @ ..] => {
                let subscribers = self.conversation().map_or(&[][..], |conversation| &conversation.subscribers);
                look_serialized(&subscribers, rest)
            }
            ["human"] => Look::leaf(self.conversation().is_some_and(|conversation| conversation.human.is_some())),
            _ => Look::Missing,
        }
    }

    fn zoned(&self, moment: Moment) -> Zoned {
        moment.zoned(self.bot.as_ref().map_or(&jiff::tz::TimeZone::UTC, |bot| &bot.zone))
    }

    /// The customer's language: what the contact says, else what the phone's country speaks, else the bot's.
    pub fn language(&self) -> &str {
        let own = self.contact.language.as_deref().filter(|language| !language.is_empty());
        own.or_else(|| self.contact.phone().and_then(language::of_phone))
            .or_else(|| self.bot.as_ref().map(|bot| bot.document.language.as_str()))
            .unwrap_or("en")
    }

    /// The language of what the customer reads, for numbers, dates and money in it: the customer's where the bot speaks it, else the bot's.
    pub fn spoken_language(&self) -> &str {
        let wanted = self.language();
        let Some(document) = self.bot.as_ref().map(|bot| &bot.document) else { return wanted };
        let spoken = || document.translations.keys().map(String::as_str).chain([document.language.as_str()]);
        let speaks = language::chain(wanted).any(|tag| spoken().any(|spoken| language::same(spoken, tag)));
        if speaks { wanted } else { &document.language }
    }

    /// The language that the bot is written in: numbers and dates are read by it.
    pub fn own_language(&self) -> &str {
        self.bot.as_ref().map_or_else(|| self.language(), |bot| bot.document.language.as_str())
    }

    /// The current lead, made if there is none.
    pub fn lead_or_new(&mut self) -> &mut Lead {
        if self.contact.lead().is_none() {
            return self.new_lead();
        }
        self.contact.lead_mut().expect("there is a lead: it was just looked for")
    }

    /// A new lead in the default pipeline; from now on the current one.
    pub fn new_lead(&mut self) -> &mut Lead {
        let (pipeline, stage) = self.environment.first_stage();
        self.contact.make_room_for_a_lead();
        let number = self.contact.take_id();
        let id = format!("{}-{number}", self.contact.id);
        self.contact.leads.push(Lead { id: id.into(), pipeline, stage, ..Lead::default() });
        self.contact.leads.last_mut().expect("a lead was just pushed")
    }
}

impl Facts for State {
    fn look(&self, path: &[&str]) -> Look {
        let Some((root, rest)) = path.split_first() else { return Look::Missing };
        match *root {
            "message" => self.look_message(rest),
            "contact" => self.look_contact(rest),
            "lead" => self.look_lead(rest),
            "company" => match rest {
                [] => look_all_known(&self.contact.company),
                [key, rest @ ..] => look_known(self.contact.company.get(*key), rest),
            },
            "conversation" => self.look_conversation(rest),
            "vars" => self.frame().map_or(Look::Missing, |frame| look_map(&frame.vars, rest)),
            "answer" => {
                self.frame().and_then(|frame| frame.answer.as_ref()).map_or(Look::Missing, |answer| look_data(answer, rest))
            }
            "flow" => self.frame().map_or(Look::Missing, |frame| look_map(&frame.flow, rest)),
            "trigger" => match (self.session(), rest) {
                (Some(_), []) => Look::Branch,
                (Some(session), ["on"]) => Look::text(&session.trigger.on),
                (Some(session), ["data", rest @ ..]) => look_data(&session.trigger.data, rest),
                _ => Look::Missing,
            },
            "error" => match (self.frame().and_then(|frame| frame.error.as_ref()), rest) {
                (Some(_), []) => Look::Branch,
                (Some(error), ["name"]) => look_text(&error.name),
                (Some(error), ["code"]) => error.code.map_or(Look::Missing, Look::leaf),
                (Some(error), ["text"]) => look_text(&error.text),
                (Some(error), ["step"]) => Look::text(&error.step),
                _ => Look::Missing,
            },
            "window" => self.look_window(rest),
            "hours" => self.look_hours(rest),
            "bot" => match (&self.bot, rest) {
                (Some(_), []) => Look::Branch,
                (Some(bot), ["id"]) => Look::text(bot.id.as_str()),
                (Some(bot), ["name"]) => Look::text(&bot.document.name),
                (Some(bot), ["version"]) => Look::text(bot.version.as_str()),
                _ => Look::Missing,
            },
            "secrets" if self.secrets_readable => match rest {
                [] => Look::Branch,
                // One that the settings lack is marked too: the call then fails, and does not go out without it.
                [name] => Look::leaf(secrets::marked(&clean(name))),
                _ => Look::Missing,
            },
            _ => Look::Missing,
        }
    }

    fn now(&self) -> Zoned {
        self.zoned(self.now)
    }

    fn language(&self) -> &str {
        self.spoken_language()
    }

    fn own_language(&self) -> &str {
        State::own_language(self)
    }

    fn country(&self) -> Option<&str> {
        let bot = self.bot.as_ref().and_then(|bot| bot.document.country.as_deref());
        bot.or(self.environment.country.as_deref()).or_else(|| find::country_of(self.contact.phone()?))
    }

    fn is_workday(&self, date: jiff::civil::Date) -> bool {
        match &self.bot {
            Some(bot) => bot.document.hours.is_workday(date),
            None => crate::hours::Hours::default().is_workday(date),
        }
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}

fn optional(text: Option<&str>) -> Look {
    text.map_or(Look::Missing, look_text)
}

/// A text of a customer's, a tool's or a CRM's: whatever comes from outside, without the marks that stand for secrets.
fn look_text(text: &str) -> Look {
    Look::text(&clean(text))
}

/// Data that a bot keeps. An empty text in it is a text.
fn look_data(value: &Value, path: &[&str]) -> Look {
    if holds_marks(value) { look_in_json(&without_marks(value), path) } else { look_in_json(value, path) }
}

/// Data by name, as one map or one of them.
fn look_map(map: &Map<String, Value>, path: &[&str]) -> Look {
    match path {
        [] => look_data(&Value::Object(map.clone()), &[]),
        [key, rest @ ..] => map.get(*key).map_or(Look::Missing, |value| look_data(value, rest)),
    }
}

/// All that is known by name, as one map.
fn look_all_known(map: &Map<String, Value>) -> Look {
    let known = map.iter().filter(|(_, value)| value.as_str() != Some(""));
    look_map(&known.map(|(key, value)| (key.clone(), value.clone())).collect(), &[])
}

/// What is known of a contact, lead or company. An empty text is not known.
fn look_known(value: Option<&Value>, path: &[&str]) -> Look {
    match value {
        Some(Value::String(text)) if text.is_empty() => Look::Missing,
        Some(value) => look_data(value, path),
        None => Look::Missing,
    }
}

fn look_texts(texts: &[String], path: &[&str]) -> Look {
    match path {
        [] => Look::json(&texts.iter().map(|text| Value::from(clean(text))).collect()),
        [index] => index.parse::<usize>().ok().and_then(|index| texts.get(index)).map_or(Look::Missing, |text| look_text(text)),
        _ => Look::Missing,
    }
}

fn look_number(number: f64) -> Look {
    // A price of 100 reads as `100`, not as `100.0`.
    if number.fract() == 0.0 && number.abs() < 9e15 { Look::leaf(number as i64) } else { Look::leaf(number) }
}

fn look_media(media: &InboundMedia, path: &[&str]) -> Look {
    match path {
        [] => Look::Branch,
        ["id"] => look_text(&media.id),
        ["kind"] => Look::json(&serde_json::to_value(media.kind).unwrap_or_default()),
        ["filename"] => optional(media.filename.as_deref()),
        ["caption"] => optional(media.caption.as_deref()),
        ["mime_type"] => optional(media.mime_type.as_deref()),
        _ => Look::Missing,
    }
}

fn look_serialized(value: &impl serde::Serialize, path: &[&str]) -> Look {
    // Data of our own types: writing it as JSON can't fail; were it to, the value would read as missing.
    serde_json::to_value(value).map_or(Look::Missing, |value| look_data(&value, path))
}
