//! `POST /{phone_number_id}/messages`: sending, marking as read, the typing indicator.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::media::references;
use crate::mock::error::GraphError;
use crate::mock::faults::{Effect, Fault};
use crate::mock::payload::Number;
use crate::mock::record::{Read, Rejection, Sent};
use crate::mock::server::Shared;
use crate::mock::statuses::Fate;
use crate::mock::wire::Hangup;
use crate::mock::{lock, rules, schema};

/// Members that only `marketing_messages` knows (Marketing Messages API).
const MARKETING_MEMBERS: [&str; 2] = ["product_policy", "message_activity_sharing"];

/// What a call says before its body: whose number it is, and with which right.
type Asked = (State<Arc<Shared>>, ConnectInfo<Hangup>, Path<(String, String)>, HeaderMap);

pub(super) async fn messages(asked: Asked, body: Bytes) -> Response {
    answer(asked, body, false).await
}

pub(super) async fn marketing_messages(asked: Asked, body: Bytes) -> Response {
    answer(asked, body, true).await
}

async fn answer(asked: Asked, body: Bytes, marketing: bool) -> Response {
    let (State(shared), ConnectInfo(hangup), Path((version, number)), headers) = asked;
    match shared.number_of_call(&version, &number, &headers) {
        Ok(number) => Call { shared: &shared, number, hangup, marketing }.answer(body).await,
        Err(error) => refuse(&shared, &number, error, &body).into_response(),
    }
}

/// Records a refusal and hands the error on.
fn refuse(shared: &Shared, number: &str, error: GraphError, body: &[u8]) -> GraphError {
    shared.records.reject(Rejection {
        number: number.to_owned(),
        at: shared.clock.now(),
        error: error.clone(),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
    });
    error
}

struct Call<'a> {
    shared: &'a Arc<Shared>,
    number: &'a Number,
    hangup: Hangup,
    marketing: bool,
}

/// A message that passed every check.
struct Passed {
    fate: Fate,
    /// Of the template, in lower case; `None` for free-form.
    category: Option<String>,
    held: bool,
}

/// To whom a message goes.
struct Recipient {
    /// As it was written.
    input: String,
    /// The `wa_id`, user id or group id.
    key: String,
    group: bool,
    by_user_id: bool,
}

impl Call<'_> {
    async fn answer(self, body: Bytes) -> Response {
        let Ok(mut message) = serde_json::from_slice::<Value>(&body) else {
            return self.refuse(GraphError::new(100, "Invalid JSON in request body"), &body);
        };
        if message.get("status").is_some() {
            return self.mark_read(&message, &body);
        }
        if let Some(members) = message.as_object_mut().filter(|_| self.marketing) {
            members.retain(|name, _| !MARKETING_MEMBERS.contains(&name.as_str()));
        }
        let recipient = self.recipient(&message);
        let faults = lock(&self.shared.faults).take(&recipient.key);
        for fault in &faults {
            if let Effect::Delay { milliseconds } = fault.effect {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            }
        }
        if let Some(answer) = faults.iter().filter(|fault| !fault.accepted).find_map(|fault| self.fault_answer(fault, &body)) {
            return answer;
        }
        match self.pass(&message, &recipient, &faults) {
            Ok(passed) => {
                let answer = self.accept(&message, &recipient, passed, body.clone());
                let trouble = faults.iter().filter(|fault| fault.accepted);
                trouble.into_iter().find_map(|fault| self.fault_answer(fault, &body)).unwrap_or(answer)
            }
            Err(error) => self.refuse(error, &body),
        }
    }

    fn refuse(&self, error: GraphError, body: &[u8]) -> Response {
        refuse(self.shared, &self.number.id, error, body).into_response()
    }

    fn mark_read(&self, message: &Value, body: &[u8]) -> Response {
        if let Err(error) = schema::check(message) {
            return self.refuse(error, body);
        }
        self.shared.records.read(Read {
            number: self.number.id.clone(),
            wamid: message["message_id"].as_str().unwrap_or_default().to_owned(),
            typing: message.get("typing_indicator").is_some(),
        });
        Json(json!({"success": true})).into_response()
    }

    /// The answer of a fault that gives one; refusals of messages that aren't accepted are recorded as such.
    fn fault_answer(&self, fault: &Fault, body: &[u8]) -> Option<Response> {
        match &fault.effect {
            Effect::Refuse { .. } => {
                let error = fault.effect.error()?;
                Some(if fault.accepted { error.into_response() } else { self.refuse(error, body) })
            }
            Effect::Answer { http, body } => {
                let status = StatusCode::from_u16(*http).unwrap_or(StatusCode::BAD_GATEWAY);
                Some((status, body.clone()).into_response())
            }
            Effect::HangUp => {
                self.hangup.hang_up();
                // Never seen: the connection breaks when it is to be written.
                Some(StatusCode::BAD_GATEWAY.into_response())
            }
            Effect::Delay { .. } | Effect::FailLater { .. } => None,
        }
    }

    fn recipient(&self, message: &Value) -> Recipient {
        let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        let group = message["recipient_type"] == "group";
        let to = text("to");
        if group {
            return Recipient { key: to.clone(), input: to, group, by_user_id: false };
        }
        if to.is_empty() {
            let user = text("recipient");
            return Recipient { key: user.clone(), input: user, group, by_user_id: true };
        }
        Recipient { key: self.shared.wa_id(&to), input: to, group, by_user_id: false }
    }

    fn pass(&self, message: &Value, recipient: &Recipient, faults: &[Fault]) -> Result<Passed, GraphError> {
        if self.shared.checks_this_one() {
            schema::check(message)?;
            rules::check(message)?;
        }
        if recipient.key == self.number.display {
            return Err(GraphError::new(131021, "The sender and the recipient are the same number"));
        }
        let strictness = lock(&self.shared.strictness).clone();
        let direct = message.get("category").is_some();
        if direct && !strictness.direct_send {
            return Err(GraphError::new(100, "Param category: this account may not send without a template"));
        }
        let passed = self.content(message, recipient, strictness.accept_unknown_templates)?;
        let now = self.shared.clock.now();
        if strictness.limits && !recipient.group {
            lock(&self.shared.limits).take(self.number, &recipient.key, now)?;
        }
        if let Some(code) = faults.iter().find_map(fail_later) {
            return Ok(Passed { fate: Fate::fails(code, "The mock was asked to let this message fail."), ..passed });
        }
        let free_form = passed.category.is_none() && !recipient.group && !direct;
        let windows = lock(&self.shared.windows);
        if free_form && strictness.windows && !windows.is_open(&self.number.id, &recipient.key, now) {
            let details =
                "Message failed to send because more than 24 hours have passed since the customer last replied to this number.";
            return Ok(Passed { fate: Fate::fails(131047, details), ..passed });
        }
        if passed.category.as_deref() == Some("marketing") && windows.opted_out(&recipient.key) {
            return Ok(Passed { fate: Fate::fails(131050, "The user has stopped marketing messages."), ..passed });
        }
        drop(windows);
        if let Some(problem) = self.media_problem(message, strictness.accept_unknown_media) {
            return Ok(Passed { fate: Fate::fails(131053, problem), ..passed });
        }
        Ok(passed)
    }

    /// Checks the template, if there is one.
    fn content(&self, message: &Value, recipient: &Recipient, accept_unknown: bool) -> Result<Passed, GraphError> {
        let sent = &message["template"];
        if sent.is_null() {
            if self.marketing {
                return Err(GraphError::new(100, "Message must be a template message."));
            }
            return Ok(Passed { fate: Fate::Arrives, category: None, held: false });
        }
        let templates = lock(&self.shared.templates);
        let template = templates.check(sent, accept_unknown)?;
        let category = template.map_or_else(|| "utility".to_owned(), |template| template.category.to_ascii_lowercase());
        if self.marketing && template.is_some() && category != "marketing" {
            return Err(GraphError::new(134100, "Only marketing templates can be sent by this call."));
        }
        if category == "authentication" && recipient.by_user_id {
            return Err(GraphError::new(131062, "Authentication templates need the phone number of the recipient."));
        }
        let held = template.is_some_and(|template| template.held);
        Ok(Passed { fate: Fate::Arrives, category: Some(category), held })
    }

    fn media_problem(&self, message: &Value, accept_unknown: bool) -> Option<String> {
        if message.get("text").is_some() {
            return None;
        }
        let now = self.shared.clock.now();
        let media = lock(&self.shared.media);
        let (ids, links) = references(message);
        if let Some(link) = links.iter().find(|link| media.is_broken(link)) {
            return Some(format!("Downloading media from {link} failed."));
        }
        let unknown = ids.iter().find(|id| !accept_unknown && !media.knows(id, now))?;
        Some(format!("Media {unknown} does not exist or has expired."))
    }

    fn accept(&self, message: &Value, recipient: &Recipient, passed: Passed, raw: Bytes) -> Response {
        let shared = self.shared;
        let kind = message["type"].as_str().unwrap_or("text").to_owned();
        let is_template = kind == "template";
        let sent = shared.records.accept(Sent {
            wamid: shared.chance.wamid(),
            number: self.number.id.clone(),
            to: recipient.key.clone(),
            kind,
            at: shared.clock.now(),
            callback_data: message["biz_opaque_callback_data"].as_str().map(str::to_owned),
            raw,
        });
        let mut answer = json!({"id": sent.wamid});
        if is_template {
            let status = if passed.held { "held_for_quality_assessment" } else { "accepted" };
            answer["message_status"] = status.into();
        }
        if recipient.group {
            answer["group_id"] = recipient.key.as_str().into();
        }
        let contact = if recipient.by_user_id {
            json!({"input": recipient.input, "user_id": recipient.key})
        } else {
            json!({"input": recipient.input, "wa_id": recipient.key})
        };
        if passed.fate == Fate::Arrives {
            lock(&shared.windows).answered(&self.number.id, &recipient.key, sent.at);
        }
        match passed.category {
            Some(category) if passed.held && passed.fate == Fate::Arrives => {
                let name = message["template"]["name"].as_str().unwrap_or_default();
                shared.hold(name, self.number.clone(), sent, category);
            }
            category => shared.report(self.number, &sent, &passed.fate, category.as_deref()),
        }
        Json(json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [answer]})).into_response()
    }
}

fn fail_later(fault: &Fault) -> Option<u32> {
    match fault.effect {
        Effect::FailLater { code } => Some(code),
        _ => None,
    }
}
