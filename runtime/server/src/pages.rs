//! Pages without scripts: a chat on the sandbox, and the list of bots where there is no studio.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use editor_preview::{
    html,
    view::{Bubble, Chat, Said as Speech},
};
use serde::Deserialize;
use steps::{
    event::{Content, Delivery, Identity},
    message::Message,
    moment::Moment,
};
use store::Direction;

use crate::{
    api::normal_phone,
    app::App,
    journal,
    problem::Problem,
    process::{Whom, find},
    sandbox::{self, Said},
};

/// Who chats when the list is followed to the sandbox: a number that nobody has.
const GUEST: &str = "+5511999990000";
/// Messages that a chat shows.
const SHOWN: usize = 100;
/// Nothing but our own style, forms that post here, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The head of the list of bots.
const WITHOUT_STUDIO: &str = "<h1>Bots</h1>\n\
    <p>This server was built without the studio, the editor for bots. To get it, install <a href=\"https://nodejs.org\">Node</a>, which brings \
    <code>npm</code>, and start the server again with <code>cargo run --release</code>.</p>\n";

/// The pages; with the studio it has the first word.
pub fn router(has_studio: bool) -> Router<Arc<App>> {
    let router = Router::new().route("/sandbox/{phone}", get(chat).post(say));
    if has_studio { router } else { router.route("/", get(bots)) }
}

/// The look of chats, which is the same for everybody.
pub fn style_router() -> Router<Arc<App>> {
    Router::new().route("/assets/chat.css", get(style))
}

/// Text in a page.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(character),
        }
    }
    out
}

fn page(title: &str, body: &str) -> Response {
    let title = escaped(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/assets/chat.css\">\n</head>\n<body class=\"sb-page\">\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(page)).into_response()
}

async fn style() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    ([kind, (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))], html::STYLE)
}

/// The list of bots, for a server without the studio; says how to get it.
async fn bots(State(app): State<Arc<App>>) -> Response {
    let mut body = String::from(WITHOUT_STUDIO);
    let bots = app.bots.load();
    let items: String = bots
        .live_bots()
        .map(|bot| {
            let name = if bot.document.name.is_empty() { bot.id.as_str() } else { &bot.document.name };
            let triggers: Vec<&str> = bot.document.triggers.iter().map(|trigger| trigger.on.name()).collect();
            let starts = if triggers.is_empty() { "another bot, a broadcast or the API".to_owned() } else { triggers.join(", ") };
            format!("<li><b>{}</b> ({}, version {}): started by {}</li>\n", escaped(name), bot.id, bot.version, starts)
        })
        .collect();
    if items.is_empty() {
        let folder = escaped(&app.settings.bots.display().to_string());
        body.push_str(&format!("<p>No bot is live yet. Put one into the folder <code>{folder}</code>.</p>\n"));
    } else {
        body.push_str(&format!("<ul>\n{items}</ul>\n"));
    }
    for (id, diagnostics) in app.catalogue.problems() {
        let reason = diagnostics[0]["message"].as_str().unwrap_or("it is no bot");
        body.push_str(&format!("<p><b>{}</b> has errors and was not published: {}</p>\n", escaped(&id), escaped(reason)));
    }
    if sandbox::number(&app).is_ok() {
        body.push_str(&format!(
            "<p><a href=\"/sandbox/{GUEST}\">Chat with them</a> on the sandbox: nothing leaves this machine.</p>\n"
        ));
    }
    page("Salesbot", &body)
}

async fn chat(State(app): State<Arc<App>>, Path(phone): Path<String>) -> Result<Response, Problem> {
    sandbox::number(&app)?;
    let phone = normal_phone(&phone).ok_or_else(|| Problem::not_found("a sandbox chat is at /sandbox/ and a phone number"))?;
    let mut chat = Chat::new("Sandbox");
    let identity = Identity { phone: Some(phone.clone()), ..Identity::default() };
    if let Some(contact) = find(&app, &Whom::Named { identity, create: false }).await? {
        let messages = app.store.messages_of(contact.as_str(), None, SHOWN).await?;
        let environment = app.environment.load();
        messages.iter().rev().filter_map(bubble).for_each(|bubble| chat.push(bubble.known_in(&environment)));
    }
    let address = escaped(&phone);
    let body = format!(
        "<p><a href=\"/\">Bots</a></p>\n<form method=\"post\" action=\"/sandbox/{address}\">\n{}</form>\n\
         <form method=\"post\" action=\"/sandbox/{address}\">\n<label>Message <input name=\"text\" autocomplete=\"off\" autofocus required></label>\n\
         <button>Send</button>\n</form>\n<p><a href=\"/sandbox/{address}\">Look for answers</a></p>\n",
        html::chat(&chat)
    );
    Ok(page("Sandbox chat", &body))
}

fn bubble(message: &store::Message) -> Option<Bubble> {
    let said = match message.direction {
        Direction::In => Speech::Customer(serde_json::from_str::<Content>(&message.body).ok()?),
        Direction::Out => Speech::Bot(serde_json::from_str::<Message>(&message.body).ok()?),
    };
    let mut bubble = Bubble::new(said).at(Moment(message.at).timestamp().strftime("%H:%M").to_string());
    if let Some(id) = &message.wamid {
        bubble = bubble.id(id.as_str());
    }
    let states = [Delivery::Sent, Delivery::Failed, Delivery::Delivered, Delivery::Read, Delivery::Played];
    bubble.status = states.into_iter().find(|state| message.status.as_deref() == Some(journal::word(*state)));
    Some(bubble)
}

/// What a form of the chat posts: a text, or the id of a tapped option.
#[derive(Deserialize)]
struct Posted {
    text: Option<String>,
    reply: Option<String>,
}

async fn say(State(app): State<Arc<App>>, Path(phone): Path<String>, Form(posted): Form<Posted>) -> Result<Redirect, Problem> {
    sandbox::number(&app)?;
    let from = normal_phone(&phone).ok_or_else(|| Problem::not_found("a sandbox chat is at /sandbox/ and a phone number"))?;
    let said = match (posted.reply, posted.text.filter(|text| !text.trim().is_empty())) {
        (Some(reply), _) => sandbox::tap(&app, &from, &reply).await?,
        (None, text) => text.map(|text| (Content::Text { text }, None)),
    };
    if let Some((content, reply_to)) = said {
        sandbox::say(&app, Said { from: from.clone(), name: None, content, reply_to }).await?;
    }
    Ok(Redirect::to(&format!("/sandbox/{from}")))
}
