//! How the deeds of customers become webhook messages.
//!
//! Answers are made from what the business really sent: a tap names a button of a message that exists, a form returns the
//! token it was sent with. A test that taps a button which isn't there is wrong, and gets an error instead of a webhook.

use std::sync::Arc;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::act::{Act, TesterError};
use super::choices::{self, Choice};
use super::graph::media::address_of;
use super::payload::{self, Message, Number, Person};
use super::record::Sent;
use super::server::Shared;
use super::{lock, windows};

/// A webhook change in the making; messages get their time when they are delivered.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Message { message: Message, id: String, field: &'static str, contact: bool, opens_window: bool, from_ad: bool },
    Change(Value),
}

/// Who does it, and to which number.
pub(crate) struct Scene<'a> {
    pub shared: &'a Shared,
    pub number: &'a Number,
    pub person: &'a Person,
}

impl Scene<'_> {
    pub(crate) fn drafts(&self, act: Act) -> Result<Vec<Draft>, TesterError> {
        let message = match act {
            Act::Text { text, reply_to } => self.quoting(payload::text(&text), reply_to.as_deref()),
            Act::Tap { choice, message } => self.tap(&choice, message.as_deref())?,
            Act::Form { response, message } => self.form(response, message.as_deref())?,
            Act::Location { latitude, longitude, name, address } => self.location(latitude, longitude, name, address),
            Act::ShareContact { phone } => self.share_contact(&phone)?,
            Act::Media { kind, mime, data, caption, filename, voice } => {
                let mut media = self.file(&mime, &data)?;
                put(&mut media, "caption", caption);
                put(&mut media, "filename", filename);
                if voice {
                    media["voice"] = true.into();
                }
                Message::new(kind.name(), media)
            }
            Act::Album { mime, pictures, mut caption } => {
                let picture = |data: &String| {
                    let mut media = self.file(&mime, data)?;
                    put(&mut media, "caption", caption.take());
                    Ok(self.draft(Message::new("image", media)))
                };
                return pictures.iter().map(picture).collect();
            }
            Act::Contacts { contacts } => Message::new("contacts", contacts.into()),
            Act::Order { catalog_id, product_items, text } => {
                let mut order = json!({"catalog_id": catalog_id, "product_items": product_items});
                put(&mut order, "text", text);
                Message::new("order", order)
            }
            Act::Reaction { message, emoji } => {
                return Ok(vec![self.silent(payload::reaction(&message, emoji.as_deref()))]);
            }
            Act::Ad { text, referral } => {
                let referral = referral.unwrap_or_else(made_up_referral);
                return Ok(vec![Draft::Message {
                    message: payload::text(&text).member("referral", referral),
                    id: self.shared.chance.wamid(),
                    field: "messages",
                    contact: true,
                    opens_window: true,
                    from_ad: true,
                }]);
            }
            Act::Edit { original, text } => {
                let message = json!({"type": "text", "text": {"body": text}});
                let edit = json!({"original_message_id": original, "message": message});
                return Ok(vec![self.silent(Message::new("edit", edit))]);
            }
            Act::Revoke { original } => {
                return Ok(vec![self.silent(Message::new("revoke", json!({"original_message_id": original})))]);
            }
            Act::Unsupported { kind } => payload::unsupported(&kind),
            Act::ChangeNumber { phone, user_id } => {
                return Ok(vec![self.change_number(&phone, user_id)]);
            }
            Act::Marketing { allowed } => return Ok(vec![self.marketing(allowed)]),
            Act::Echo { text } => return Ok(vec![self.echo(&text)]),
            Act::Standby { text } => {
                return Ok(vec![Draft::Message {
                    message: payload::text(&text),
                    id: self.shared.chance.wamid(),
                    field: "standby",
                    contact: true,
                    opens_window: true,
                    from_ad: false,
                }]);
            }
            Act::Other { kind, content } => Message::new(&kind, content),
        };
        Ok(vec![self.draft(message)])
    }

    fn draft(&self, message: Message) -> Draft {
        let id = self.shared.chance.wamid();
        Draft::Message { message, id, field: "messages", contact: true, opens_window: true, from_ad: false }
    }

    /// A message that opens no window. For reactions Meta leaves it open; the mock takes the stricter reading.
    fn silent(&self, message: Message) -> Draft {
        let id = self.shared.chance.wamid();
        Draft::Message { message, id, field: "messages", contact: true, opens_window: false, from_ad: false }
    }

    fn quoting(&self, message: Message, wamid: Option<&str>) -> Message {
        match wamid {
            Some(wamid) => message.in_reply_to(self.number, wamid),
            None => message,
        }
    }

    fn tap(&self, choice: &str, wamid: Option<&str>) -> Result<Message, TesterError> {
        let sent = self.answerable(wamid)?;
        let choices = choices::of(&lock(&self.shared.templates), &sent.body());
        let by_id: Vec<&Choice> = choices.iter().filter(|candidate| candidate.id == choice).collect();
        let by_title: Vec<&Choice> = choices.iter().filter(|candidate| candidate.title == choice).collect();
        let found = if by_id.is_empty() { by_title } else { by_id };
        let wamid = sent.wamid.clone();
        match found.as_slice() {
            [one] => Ok(one.message().in_reply_to(self.number, &wamid)),
            [] => Err(TesterError::NoSuchChoice { wamid, choice: choice.to_owned(), there: choices::list(&choices) }),
            _ => Err(TesterError::Ambiguous { wamid, choice: choice.to_owned(), there: choices::list(&choices) }),
        }
    }

    fn form(&self, mut response: Map<String, Value>, wamid: Option<&str>) -> Result<Message, TesterError> {
        let sent = self.answerable(wamid)?;
        let body = sent.body();
        let reply = if body["interactive"]["type"] == "address_message" {
            payload::form_reply("address_message", &response.into())
        } else {
            let token = choices::flow_token(&lock(&self.shared.templates), &body)
                .ok_or_else(|| TesterError::NotAsked { wamid: sent.wamid.clone(), what: "a form" })?;
            response.insert("flow_token".to_owned(), token.into());
            payload::form_reply("flow", &response.into())
        };
        Ok(reply.in_reply_to(self.number, &sent.wamid))
    }

    fn location(&self, latitude: f64, longitude: f64, name: Option<String>, address: Option<String>) -> Message {
        let mut place = json!({"latitude": latitude, "longitude": longitude});
        put(&mut place, "name", name);
        put(&mut place, "address", address);
        let message = Message::new("location", place);
        let request = self.answerable(None).ok();
        let request = request.filter(|sent| sent.body()["interactive"]["type"] == "location_request_message");
        self.quoting(message, request.as_ref().map(|sent| sent.wamid.as_str()))
    }

    fn share_contact(&self, phone: &str) -> Result<Message, TesterError> {
        let sent = self.answerable(None)?;
        if sent.body()["interactive"]["type"] != "request_contact_info" {
            return Err(TesterError::NotAsked { wamid: sent.wamid.clone(), what: "a contact" });
        }
        let digits = payload::digits(phone);
        let contact = json!([{
            "origin": "contact_request",
            "name": {"formatted_name": self.person.name, "first_name": self.person.name},
            "phones": [{"phone": format!("+{digits}"), "wa_id": digits, "type": "MOBILE"}],
        }]);
        Ok(Message::new("contacts", contact).in_reply_to(self.number, &sent.wamid))
    }

    fn file(&self, mime: &str, data: &str) -> Result<Value, TesterError> {
        let bytes = STANDARD.decode(data).map_err(|error| TesterError::NotBase64(error.to_string()))?;
        let now = self.shared.clock.now();
        let id = self.shared.chance.object_id();
        let mut media = lock(&self.shared.media).receive(id.clone(), Bytes::from(bytes), mime, now);
        put(&mut media, "url", address_of(self.shared, &id));
        Ok(media)
    }

    fn change_number(&self, phone: &str, user_id: Option<String>) -> Draft {
        let (old, new) = (self.person.phone.clone().unwrap_or_default(), payload::digits(phone));
        let body = format!("User {} changed from {old} to {new}", self.person.name);
        let mut system = json!({"type": "user_changed_number", "body": body, "wa_id": new});
        if user_id.is_some() {
            put(&mut system, "previous_user_id", self.person.user_id.clone());
        }
        put(&mut system, "user_id", user_id);
        Draft::Message {
            message: Message::new("system", system),
            id: self.shared.chance.wamid(),
            field: "messages",
            contact: false,
            opens_window: false,
            from_ad: false,
        }
    }

    fn marketing(&self, allowed: bool) -> Draft {
        lock(&self.shared.windows).set_opt_out(self.person, !allowed);
        let value = if allowed { "resume" } else { "stop" };
        let mut preference = json!({
            "detail": format!("User requested to {value} marketing messages"),
            "category": "marketing_messages",
            "value": value,
            "timestamp": self.shared.clock.now().as_second(),
        });
        put(&mut preference, "wa_id", self.person.phone.clone());
        put(&mut preference, "user_id", self.person.user_id.clone());
        let mut change = payload::other_change(self.number, "user_preferences", "user_preferences", json!([preference]));
        let mut contact = json!({});
        put(&mut contact, "wa_id", self.person.phone.clone());
        put(&mut contact, "user_id", self.person.user_id.clone());
        change["value"]["contacts"] = json!([contact]);
        Draft::Change(change)
    }

    fn echo(&self, text: &str) -> Draft {
        let mut echo = json!({
            "from": self.number.display,
            "id": self.shared.chance.wamid(),
            "timestamp": self.shared.clock.now().as_second().to_string(),
            "type": "text",
            "text": {"body": text},
        });
        put(&mut echo, "to", self.person.phone.clone());
        put(&mut echo, "to_user_id", self.person.user_id.clone());
        Draft::Change(payload::other_change(self.number, "smb_message_echoes", "message_echoes", json!([echo])))
    }

    /// The given message to this customer, or the last one that can be answered.
    fn answerable(&self, wamid: Option<&str>) -> Result<Arc<Sent>, TesterError> {
        let names: Vec<String> = windows::names(self.person).collect();
        let customer = names.first().cloned().unwrap_or_default();
        if let Some(wamid) = wamid {
            let sent = self.shared.records.find(wamid).filter(|sent| names.contains(&sent.to));
            return sent.ok_or_else(|| TesterError::NoSuchMessage { wamid: wamid.to_owned(), customer });
        }
        let last = names.iter().filter_map(|name| self.shared.records.last_answerable(&self.number.id, name));
        last.max_by_key(|sent| sent.at).ok_or_else(|| TesterError::NothingToAnswer { customer, number: self.number.id.clone() })
    }
}

fn put(object: &mut Value, name: &str, value: Option<String>) {
    if let Some(value) = value {
        object[name] = value.into();
    }
}

fn made_up_referral() -> Value {
    json!({
        "source_url": "https://fb.me/example",
        "source_id": "120000000000000000",
        "source_type": "ad",
        "headline": "Chat with us",
        "body": "Our summer offer",
        "media_type": "image",
        "image_url": "https://example.com/ad.jpg",
        "ctwa_clid": "made-up-click-id",
    })
}
