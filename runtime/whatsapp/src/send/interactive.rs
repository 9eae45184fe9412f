//! Interactive messages: what the customer can tap.

use serde_json::{Value, json};
use steps::message::{
    ButtonsMessage, Card, CardButtons, CarouselMessage, FlowMessage, Header, LinkMessage, ListMessage, ListSection, Media,
    ProductListMessage, ProductMessage, Reply,
};

use super::{media, media_kind, put};

/// The only version of flow messages.
const FLOW_MESSAGE_VERSION: &str = "3";

pub(super) fn buttons(message: &ButtonsMessage) -> Value {
    let buttons: Value = message.buttons.iter().map(|button| json!({ "type": "reply", "reply": reply(button) })).collect();
    let frame =
        Frame { header: message.header.as_ref().map(header), text: Some(&message.text), footer: message.footer.as_deref() };
    frame.around("button", json!({ "buttons": buttons }))
}

pub(super) fn list(message: &ListMessage) -> Value {
    let sections: Value = message.sections.iter().map(list_section).collect();
    let header = message.header.as_deref().map(text_header);
    let frame = Frame { header, text: Some(&message.text), footer: message.footer.as_deref() };
    frame.around("list", json!({ "button": message.button, "sections": sections }))
}

fn list_section(section: &ListSection) -> Value {
    let rows = section.rows.iter().map(|row| {
        let mut body = reply(&row.reply);
        put(&mut body, "description", row.description.as_deref());
        body
    });
    let mut body = json!({});
    put(&mut body, "title", section.title.as_deref());
    body["rows"] = rows.collect();
    body
}

pub(super) fn link(message: &LinkMessage) -> Value {
    let frame =
        Frame { header: message.header.as_ref().map(header), text: Some(&message.text), footer: message.footer.as_deref() };
    frame.around("cta_url", link_action(&message.title, &message.url))
}

pub(super) fn carousel(message: &CarouselMessage) -> Value {
    let cards: Value = message.cards.iter().enumerate().map(|(at, card)| carousel_card(at, card)).collect();
    Frame { header: None, text: Some(&message.text), footer: None }.around("carousel", json!({ "cards": cards }))
}

/// A card's `type` stays `cta_url` for quick replies, too.
fn carousel_card(at: usize, card: &Card) -> Value {
    let action = match &card.buttons {
        CardButtons::Link { title, url } => link_action(title, url),
        CardButtons::Replies(replies) => {
            let buttons: Value =
                replies.iter().map(|button| json!({ "type": "quick_reply", "quick_reply": reply(button) })).collect();
            json!({ "buttons": buttons })
        }
    };
    let mut body = json!({ "card_index": at, "type": "cta_url", "header": media_header(&card.media) });
    if let Some(text) = card.text.as_deref().filter(|text| !text.trim().is_empty()) {
        body["body"] = json!({ "text": text });
    }
    body["action"] = action;
    body
}

/// A form: by Meta's id, which has digits only, or by its name. A screen or data ask for `navigate`; without, WhatsApp opens the first
/// screen.
pub(super) fn flow(message: &FlowMessage) -> Value {
    let is_id = message.flow.bytes().all(|byte| byte.is_ascii_digit());
    let mut parameters = json!({
        "flow_message_version": FLOW_MESSAGE_VERSION,
        if is_id { "flow_id" } else { "flow_name" }: message.flow,
        "flow_cta": message.button,
        "flow_token": message.token,
    });
    let mut payload = json!({});
    put(&mut payload, "screen", message.screen.as_deref());
    if !message.data.is_empty() {
        payload["data"] = Value::Object(message.data.clone());
    }
    if payload.as_object().is_some_and(|payload| !payload.is_empty()) {
        parameters["flow_action"] = "navigate".into();
        parameters["flow_action_payload"] = payload;
    }
    let frame =
        Frame { header: message.header.as_ref().map(header), text: Some(&message.text), footer: message.footer.as_deref() };
    frame.around("flow", json!({ "name": "flow", "parameters": parameters }))
}

/// A request for the customer's location or phone number: a text over a button whose label is WhatsApp's.
pub(super) fn request(kind: &str, action: &str, text: &str) -> Value {
    Frame { header: None, text: Some(text), footer: None }.around(kind, json!({ "name": action }))
}

pub(super) fn product(message: &ProductMessage) -> Value {
    let frame = Frame { header: None, text: message.text.as_deref(), footer: message.footer.as_deref() };
    frame.around("product", json!({ "catalog_id": message.catalog, "product_retailer_id": message.product }))
}

pub(super) fn product_list(message: &ProductListMessage) -> Value {
    let sections = message.sections.iter().map(|section| {
        let products: Value = section.products.iter().map(|product| json!({ "product_retailer_id": product })).collect();
        let mut body = json!({});
        put(&mut body, "title", section.title.as_deref());
        body["product_items"] = products;
        body
    });
    let sections: Value = sections.collect();
    let frame =
        Frame { header: Some(text_header(&message.header)), text: Some(&message.text), footer: message.footer.as_deref() };
    frame.around("product_list", json!({ "catalog_id": message.catalog, "sections": sections }))
}

/// What stands around the action: header, text and footer, each left out where it is empty.
struct Frame<'a> {
    header: Option<Value>,
    text: Option<&'a str>,
    footer: Option<&'a str>,
}

impl Frame<'_> {
    fn around(self, kind: &str, action: Value) -> Value {
        let mut body = json!({ "type": kind });
        if let Some(header) = self.header.filter(|header| header["text"] != "") {
            body["header"] = header;
        }
        for (key, text) in [("body", self.text), ("footer", self.footer)] {
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                body[key] = json!({ "text": text });
            }
        }
        body["action"] = action;
        body
    }
}

fn header(header: &Header) -> Value {
    match header {
        Header::Text(text) => text_header(text),
        Header::Media(media) => media_header(media),
    }
}

fn text_header(text: &str) -> Value {
    json!({ "type": "text", "text": text.trim() })
}

fn media_header(header: &Media) -> Value {
    let kind = media_kind(header.kind);
    json!({ "type": kind, kind: media(header) })
}

fn reply(reply: &Reply) -> Value {
    json!({ "id": reply.id, "title": reply.title })
}

fn link_action(title: &str, url: &str) -> Value {
    json!({ "name": "cta_url", "parameters": { "display_text": title, "url": url } })
}
