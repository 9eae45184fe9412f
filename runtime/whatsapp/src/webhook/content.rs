//! What a message holds: the object that its `type` names.

use serde_json::{Map, Value};
use steps::{
    event::{Content, InboundMedia, Order, OrderItem},
    ids::MessageId,
    message::{Location, MediaKind},
};

use super::json::{Look, Malformed, kind};
use crate::errors;

/// The key that keeps a form's answers where they are no JSON object.
const RAW_ANSWERS: &str = "response_json";

/// Reads a message's content. `errors` are those of the whole value: Meta puts them there when it can't hand a message on.
pub(super) fn read(message: &Value, errors: &[Value]) -> Result<Content, Malformed> {
    let what = message.str("type").unwrap_or("unknown");
    let body = message.get(what).filter(|body| body.is_object() || body.is_array());
    let error = message.list("errors").first().or(errors.first());
    let Some(body) = body else {
        return bare(message, what, error);
    };
    match what {
        "text" => Ok(Content::Text { text: body.text("body")? }),
        "image" => media(body, MediaKind::Image),
        "video" => media(body, MediaKind::Video),
        "audio" if body.flag("voice") => media(body, MediaKind::Voice),
        "audio" => media(body, MediaKind::Audio),
        "document" => media(body, MediaKind::Document),
        "sticker" => media(body, MediaKind::Sticker),
        "location" => location(body),
        "contacts" => {
            let requested = message.list("contacts").iter().any(|contact| contact.str("origin") == Some("contact_request"));
            Ok(Content::Contacts { contacts: body.clone(), requested })
        }
        "interactive" => interactive(body),
        "button" => template_button(body),
        "order" => order(body),
        "reaction" => Ok(Content::Reaction { message_id: MessageId::new(body.id("message_id")?), emoji: body.word("emoji") }),
        "edit" => {
            Ok(Content::Edit { original: MessageId::new(body.id("original_message_id")?), text: edited_text(&body["message"]) })
        }
        "revoke" => Ok(Content::Revoke { original: MessageId::new(body.id("original_message_id")?) }),
        "unsupported" => {
            Ok(Content::Unsupported { what: body.word("type").unwrap_or_else(|| what.to_owned()), code: error.map(code) })
        }
        other => Ok(Content::Unknown { what: other.to_owned() }),
    }
}

/// A message without the object that its type names: Meta could not hand it on and says so, or its type is one of those without.
fn bare(message: &Value, what: &str, error: Option<&Value>) -> Result<Content, Malformed> {
    const WITH_OBJECT: [&str; 14] = [
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "interactive",
        "button",
        "order",
        "reaction",
        "edit",
        "revoke",
    ];
    match error {
        Some(error) => Ok(Content::Unsupported { what: what.to_owned(), code: Some(code(error)) }),
        None if what == "unsupported" => Ok(Content::Unsupported { what: what.to_owned(), code: None }),
        None if WITH_OBJECT.contains(&what) => {
            Err(Malformed(format!("`{what}` should be an object and is {}", kind(message.get(what)))))
        }
        None => Ok(Content::Unknown { what: what.to_owned() }),
    }
}

fn code(error: &Value) -> i64 {
    errors::read(error).code
}

fn media(body: &Value, kind: MediaKind) -> Result<Content, Malformed> {
    Ok(Content::Media(InboundMedia {
        kind,
        id: body.word("id").ok_or_else(|| Malformed("a medium without `id`".to_owned()))?,
        mime_type: body.word("mime_type"),
        sha256: body.word("sha256"),
        filename: body.word("filename"),
        caption: body.word("caption"),
        transcript: None,
    }))
}

fn location(body: &Value) -> Result<Content, Malformed> {
    let degrees = |key: &str| body.number(key).ok_or_else(|| Malformed(format!("`location.{key}` is no number")));
    Ok(Content::Location(Location {
        latitude: degrees("latitude")?,
        longitude: degrees("longitude")?,
        name: body.word("name"),
        address: body.word("address"),
    }))
}

fn interactive(body: &Value) -> Result<Content, Malformed> {
    let what = body.str("type").unwrap_or("unknown");
    let reply = &body[what];
    match what {
        "nfm_reply" => Ok(form(reply)),
        "call_permission_reply" => Ok(Content::CallPermission { response: reply.text("response")? }),
        "button_reply" | "list_reply" => tap(reply),
        // The answer to a carousel's card is documented nowhere; whatever has an id and a title is a tap.
        _ if reply.str("id").is_some() && reply.str("title").is_some() => tap(reply),
        other => Ok(Content::Unknown { what: format!("interactive {other}") }),
    }
}

fn tap(reply: &Value) -> Result<Content, Malformed> {
    let id = reply.text("id")?;
    let title = reply.word("title").unwrap_or_else(|| id.clone());
    Ok(Content::Tap { id, title, description: reply.word("description") })
}

/// A quick reply of a template. One without a payload of its own gives its label.
fn template_button(body: &Value) -> Result<Content, Malformed> {
    let id = body
        .word("payload")
        .or_else(|| body.word("text"))
        .ok_or_else(|| Malformed("a button without `payload` and `text`".to_owned()))?;
    let title = body.word("text").unwrap_or_else(|| id.clone());
    Ok(Content::Tap { id, title, description: None })
}

/// A submitted form. Its answers are JSON within a text; what is no JSON object is kept as it came.
fn form(reply: &Value) -> Content {
    let parsed = match &reply[RAW_ANSWERS] {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    };
    let mut answers = match parsed {
        Some(Value::Object(answers)) => answers,
        Some(Value::Null) if !reply[RAW_ANSWERS].is_string() => Map::new(),
        _ => Map::from_iter([(RAW_ANSWERS.to_owned(), reply[RAW_ANSWERS].clone())]),
    };
    let token = match answers.remove("flow_token") {
        Some(Value::String(token)) if !token.is_empty() => Some(token),
        _ => None,
    };
    Content::Form { answers, token, name: reply.word("name") }
}

fn order(body: &Value) -> Result<Content, Malformed> {
    let items = body.list("product_items").iter().map(|item| OrderItem {
        product: item.word("product_retailer_id").unwrap_or_default(),
        quantity: item.number("quantity").unwrap_or_default(),
        price: item.number("item_price").unwrap_or_default(),
        currency: item.word("currency").unwrap_or_default(),
    });
    Ok(Content::Order(Order {
        catalog: body.word("catalog_id").unwrap_or_default(),
        text: body.word("text"),
        items: items.collect(),
    }))
}

/// The new text or caption of an edited message.
fn edited_text(message: &Value) -> Option<String> {
    let body = &message[message.str("type")?];
    body.word("body").or_else(|| body.word("caption"))
}
