//! The sandbox channel: without a connected number, a customer is whoever writes here. What they write takes the same way as a webhook's
//! messages; what bots answer is accepted at once and stands in the transcript.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Map, Value};
use steps::{
    event::{Content, Event, EventKind, Identity, Inbound},
    ids::{EventId, MessageId, NumberId},
    message::Message,
};
use store::Direction;

use crate::{
    app::App,
    channel::Channel,
    problem::Problem,
    process::{Done, Whom, find, process},
    records,
};

/// How many of the latest messages are looked through for what was tapped.
const LOOK_BACK: usize = 50;

/// Who writes on the sandbox, and what.
pub struct Said {
    /// E.164.
    pub from: String,
    pub name: Option<String>,
    pub content: Content,
    pub reply_to: Option<MessageId>,
}

/// The sandbox's number, if this server has one.
pub fn number(app: &App) -> Result<NumberId, Problem> {
    let sandboxes = app.channels.iter().find(|(_, channel)| matches!(channel, Channel::Sandbox));
    sandboxes.map(|(number, _)| number.clone()).ok_or_else(|| {
        Problem::conflict("this server is connected to WhatsApp: its customers write there, and there is no sandbox")
    })
}

/// A customer's message on the sandbox.
pub async fn say(app: &Arc<App>, said: Said) -> Result<(MessageId, Done), Problem> {
    let number = number(app)?;
    let now = app.now();
    let id = MessageId::new(format!("sandbox.in.{}", records::key_at(app, now)));
    let identity = Identity {
        phone: Some(said.from.clone()),
        wa_id: Some(said.from.trim_start_matches('+').to_owned()),
        name: said.name,
        ..Identity::default()
    };
    let inbound = Inbound {
        id: id.clone(),
        at: now,
        from: identity.clone(),
        content: said.content,
        reply_to: said.reply_to,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    };
    let event = Event { id: EventId::new(id.as_str()), number, kind: EventKind::Message(inbound) };
    let done = process(app, &Whom::Named { identity, create: true }, &[event]).await?;
    Ok((id, done))
}

/// What a tap on the newest option with this title, or with this id, sends. None: there is no such option.
pub async fn tap(app: &Arc<App>, phone: &str, title_or_id: &str) -> Result<Option<(Content, Option<MessageId>)>, Problem> {
    let found = newest(app, phone, |message| {
        let replies = message.replies();
        let reply = replies.into_iter().find(|reply| reply.id == title_or_id || reply.title == title_or_id)?;
        Some(Content::Tap { id: reply.id.clone(), title: reply.title.clone(), description: None })
    });
    found.await
}

/// A form that is submitted: the newest one that was sent, if there is one.
pub async fn form(app: &Arc<App>, phone: &str, answers: Map<String, Value>) -> Result<(Content, Option<MessageId>), Problem> {
    let token = newest(app, phone, |message| match message {
        Message::Flow(form) => Some(form.token.clone()),
        _ => None,
    });
    let (token, reply_to) = token.await?.map_or((None, None), |(token, id)| (Some(token), id));
    Ok((Content::Form { answers, token, name: Some("flow".to_owned()) }, reply_to))
}

/// The newest message of the business that `pick` finds something in.
async fn newest<T>(
    app: &Arc<App>,
    phone: &str,
    pick: impl Fn(&Message) -> Option<T>,
) -> Result<Option<(T, Option<MessageId>)>, Problem> {
    let identity = Identity { phone: Some(phone.to_owned()), ..Identity::default() };
    let Some(contact) = find(app, &Whom::Named { identity, create: false }).await? else { return Ok(None) };
    let messages = app.store.messages_of(contact.as_str(), None, LOOK_BACK).await?;
    let outgoing = messages.into_iter().filter(|message| message.direction == Direction::Out);
    Ok(outgoing.into_iter().find_map(|told| {
        let message = serde_json::from_str(&told.body).ok()?;
        Some((pick(&message)?, told.wamid.map(|id| MessageId::new(&id))))
    }))
}

/// Tells where the sandbox is and how to make a bot answer.
pub fn introduce(app: &App, address: SocketAddr) {
    if number(app).is_err() {
        return;
    }
    let address = if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address };
    let token = if app.settings.api_tokens().next().is_some() { " -H \"Authorization: Bearer $SALESBOT_API_TOKEN\"" } else { "" };
    eprintln!(
        "No WhatsApp number is connected, so this server runs on its sandbox: nothing leaves this machine.\n\
         Open http://{address}/ and chat, or write to a bot from here:\n\n  \
         curl{token} -H 'Content-Type: application/json' \\\n    \
         -d '{{\"from\": \"+5511999990000\", \"name\": \"Ana\", \"text\": \"Oi\"}}' http://{address}/api/v1/sandbox/messages\n\n\
         To connect a number, set WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN and WHATSAPP_PHONE_NUMBER_ID."
    );
}
