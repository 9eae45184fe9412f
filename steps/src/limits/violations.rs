//! Holds a finished message against the limits and against the rules that have no number: unique ids and titles, alike cards, no
//! caption on a voice note. The first place that the Cloud API would refuse is found here, before anything is queued.

mod cards;
mod check;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::message::{ContactCard, FlowMessage, Header, ListMessage, MediaMessage, Message, ProductListMessage};
use check::{Check, Unique};

/// A place in a message that the Cloud API would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Where in the message: `buttons[0].title`.
    pub path: String,
    /// The number that is allowed; the least one where something is missing.
    pub limit: usize,
    /// The number that was found.
    pub found: usize,
    /// What is wrong and what to do, for people.
    pub message: String,
}

/// Everything in a message that the Cloud API would refuse; empty: it can be sent.
///
/// Optional texts that are empty (a footer whose expression gave nothing) are no violation: they are left out when it is sent. The
/// texts of template parameters are none either: they are normalised ([`template_values`]), since they come from customers' fields.
pub fn violations(message: &Message) -> Vec<Violation> {
    let mut check = Check::default();
    match message {
        Message::Text { text } => check.text("text", text, TEXT),
        Message::Media(message) => check.media_message(message),
        Message::Buttons(message) => {
            check.header(message.header.as_ref());
            check.text("text", &message.text, INTERACTIVE_TEXT);
            check.at_most("footer", message.footer.as_deref(), FOOTER);
            check.count("buttons", message.buttons.len(), 1, BUTTONS, "buttons");
            check.replies("buttons", &message.buttons, BUTTON_ID);
        }
        Message::List(message) => check.list(message),
        Message::Link(message) => {
            check.header(message.header.as_ref());
            check.text("text", &message.text, INTERACTIVE_TEXT);
            check.at_most("footer", message.footer.as_deref(), FOOTER);
            check.text("title", &message.title, BUTTON_TITLE);
            check.web_address("url", &message.url);
        }
        Message::Carousel(message) => check.carousel(message),
        Message::Template(message) => check.template(message),
        Message::Flow(message) => check.flow(message),
        Message::LocationRequest { text } | Message::ContactRequest { text } => check.text("text", text, INTERACTIVE_TEXT),
        Message::Location(location) => check.location("", location),
        Message::Contacts { contacts } => check.contacts(contacts),
        Message::Product(message) => {
            check.required("catalog", &message.catalog);
            check.required("product", &message.product);
            check.at_most("text", message.text.as_deref(), INTERACTIVE_TEXT);
            check.at_most("footer", message.footer.as_deref(), FOOTER);
        }
        Message::ProductList(message) => check.product_list(message),
        Message::Reaction { message_id, emoji } => {
            check.required("message_id", message_id.as_str());
            if !emoji.is_empty() && !is_one_emoji(emoji) {
                check.report(
                    "emoji",
                    1,
                    emoji.graphemes(true).count(),
                    format!("a reaction is one emoji, or empty to take it back; this is {emoji:?}"),
                );
            }
        }
    }
    check.found
}

impl Check {
    fn media_message(&mut self, message: &MediaMessage) {
        self.media("media", &message.media);
        let caption = message.caption.as_deref().unwrap_or_default();
        if !caption.is_empty() && !message.media.kind.takes_caption() {
            self.report(
                "caption",
                0,
                length(caption),
                "WhatsApp shows no caption with audio, voice notes and stickers; send the text on its own".into(),
            );
        } else {
            self.at_most("caption", Some(caption), CAPTION);
        }
    }

    fn list(&mut self, message: &ListMessage) {
        self.at_most("header", message.header.as_deref(), HEADER);
        self.text("text", &message.text, LIST_TEXT);
        self.at_most("footer", message.footer.as_deref(), FOOTER);
        self.text("button", &message.button, LIST_BUTTON);
        self.count("sections", message.sections.len(), 1, SECTIONS, "sections");
        let rows = message.sections.iter().map(|section| section.rows.len()).sum();
        self.count("sections", rows, 1, ROWS, "rows over all sections");
        let mut ids = Unique::default();
        for (at, section) in message.sections.iter().enumerate() {
            self.section_title(at, section.title.as_deref(), message.sections.len());
            self.least_one(format_args!("sections[{at}].rows"), section.rows.len(), "rows");
            for (row_at, row) in section.rows.iter().enumerate() {
                let path = format_args!("sections[{at}].rows[{row_at}]");
                self.text(format_args!("{path}.id"), &row.reply.id, ROW_ID);
                self.text(format_args!("{path}.title"), &row.reply.title, ROW_TITLE);
                self.at_most(format_args!("{path}.description"), row.description.as_deref(), ROW_DESCRIPTION);
                self.unique(&mut ids, format_args!("{path}.id"), &row.reply.id);
            }
        }
    }

    fn flow(&mut self, message: &FlowMessage) {
        self.header(message.header.as_ref());
        self.text("text", &message.text, INTERACTIVE_TEXT);
        self.at_most("footer", message.footer.as_deref(), FOOTER);
        self.required("flow", &message.flow);
        self.required("token", &message.token);
        self.text("button", &message.button, FLOW_BUTTON);
        let emoji = emoji(&message.button);
        if emoji > 0 {
            self.report("button", 0, emoji, "the label that opens a form can't hold emoji; take them out".into());
        }
    }

    fn contacts(&mut self, contacts: &[ContactCard]) {
        self.count("contacts", contacts.len(), 1, CONTACTS, "contacts");
        for (at, contact) in contacts.iter().enumerate() {
            self.required(format_args!("contacts[{at}].name"), &contact.name);
        }
    }

    fn product_list(&mut self, message: &ProductListMessage) {
        self.required("catalog", &message.catalog);
        self.text("header", &message.header, HEADER);
        self.text("text", &message.text, INTERACTIVE_TEXT);
        self.at_most("footer", message.footer.as_deref(), FOOTER);
        self.count("sections", message.sections.len(), 1, SECTIONS, "sections");
        let products = message.sections.iter().map(|section| section.products.len()).sum();
        self.count("sections", products, 1, PRODUCTS, "products over all sections");
        for (at, section) in message.sections.iter().enumerate() {
            self.section_title(at, section.title.as_deref(), message.sections.len());
            self.least_one(format_args!("sections[{at}].products"), section.products.len(), "products");
            for (product_at, product) in section.products.iter().enumerate() {
                self.required(format_args!("sections[{at}].products[{product_at}]"), product);
            }
        }
    }

    fn header(&mut self, header: Option<&Header>) {
        match header {
            Some(Header::Text(text)) => self.at_most("header", Some(text), HEADER),
            Some(Header::Media(media)) => self.header_media("header", media),
            None => {}
        }
    }

    fn section_title(&mut self, at: usize, title: Option<&str>, sections: usize) {
        let path = format_args!("sections[{at}].title");
        if sections > 1 {
            self.text(path, title.unwrap_or_default(), SECTION_TITLE);
        } else {
            self.at_most(path, title, SECTION_TITLE);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The paths of what is wrong with a message, written as its JSON.
    fn paths(message: Value) -> Vec<String> {
        let message = serde_json::from_value(message).unwrap();
        violations(&message).into_iter().map(|violation| violation.path).collect()
    }

    fn row(id: &str) -> Value {
        json!({"id": id, "title": "Amanhã"})
    }

    #[test]
    fn what_fits_has_no_violation() {
        assert!(paths(json!({"type": "text", "text": "x".repeat(4_096)})).is_empty());
        assert!(paths(json!({"type": "reaction", "message_id": "wamid.1", "emoji": "👩‍👩‍👧"})).is_empty());
        assert!(paths(json!({"type": "reaction", "message_id": "wamid.1", "emoji": ""})).is_empty());
        assert!(
            paths(json!({"type": "buttons", "text": "Ok?", "footer": "", "buttons": [{"id": "a", "title": "Sim"}]})).is_empty()
        );
        let rows: Vec<Value> = (0..10).map(|at| row(&at.to_string())).collect();
        assert!(paths(json!({"type": "list", "text": "Quando?", "button": "Ver", "sections": [{"rows": rows}]})).is_empty());
    }

    #[test]
    fn a_violation_says_where_and_how_much() {
        let message = serde_json::from_value(
            json!({"type": "buttons", "text": "Ok?", "buttons": [{"id": "a", "title": "Confirmar agendamento"}]}),
        );
        let found = violations(&message.unwrap());
        assert_eq!((found[0].path.as_str(), found[0].limit, found[0].found), ("buttons[0].title", 20, 21));
        assert!(found[0].message.contains("shorten"), "{}", found[0].message);
    }

    #[test]
    fn rows_count_over_all_sections() {
        let section = |from: usize| json!({"title": from.to_string(), "rows": (from..from + 6).map(|at| row(&at.to_string())).collect::<Vec<_>>()});
        let message = json!({"type": "list", "text": "Quando?", "button": "Ver", "sections": [section(0), section(6)]});
        assert_eq!(paths(message), ["sections"]);
    }

    #[test]
    fn two_sections_need_titles_and_rows_of_their_own() {
        let message = json!({"type": "list", "text": "Quando?", "button": "Ver", "sections": [{"rows": [row("a")]}, {"title": "B", "rows": [row("a")]}, {"title": "C", "rows": []}]});
        assert_eq!(paths(message), ["sections[0].title", "sections[1].rows[0].id", "sections[2].rows"]);
    }

    #[test]
    fn buttons_differ_in_id_and_title() {
        let button = json!({"id": "a", "title": "Sim"});
        assert_eq!(
            paths(json!({"type": "buttons", "text": "Ok?", "buttons": [button, button]})),
            ["buttons[1].id", "buttons[1].title"]
        );
        assert_eq!(paths(json!({"type": "buttons", "text": " ", "buttons": []})), ["text", "buttons"]);
    }

    #[test]
    fn media_rules() {
        assert_eq!(paths(json!({"type": "media", "media": {"kind": "voice", "id": "1"}, "caption": "Oi"})), ["caption"]);
        assert_eq!(paths(json!({"type": "media", "media": {"kind": "image", "link": "ftp://x"}})), ["media.link"]);
        let message = json!({"type": "buttons", "header": {"media": {"kind": "sticker", "id": "1"}}, "text": "Ok?", "buttons": [{"id": "a", "title": "Sim"}]});
        assert_eq!(paths(message), ["header"]);
    }

    #[test]
    fn cards_are_alike() {
        let card =
            |kind: &str, buttons: Value| json!({"media": {"kind": kind, "id": "1"}, "text": "a\nb\nc", "buttons": buttons});
        let reply = |id: &str| json!({"replies": [{"id": id, "title": "Quero"}]});
        let good = json!({"type": "carousel", "text": "Veja", "cards": [card("image", reply("a")), card("image", reply("b"))]});
        assert!(paths(good).is_empty());
        let link = json!({"link": {"title": "Ver", "url": "https://example.com"}});
        let bad = json!({"type": "carousel", "text": "Veja", "cards": [card("image", reply("a")), card("video", reply("a")), card("image", link)]});
        assert_eq!(paths(bad), ["cards[1].media", "cards[1].buttons[0].id", "cards[2].buttons"]);
        let one = json!({"type": "carousel", "text": "Veja", "cards": [{"media": {"kind": "image", "id": "1"}, "text": "a\nb\nc\nd", "buttons": reply(&"x".repeat(21))}]});
        assert_eq!(paths(one), ["cards", "cards[0].text", "cards[0].buttons[0].id"]);
    }

    #[test]
    fn templates_and_forms() {
        let template = json!({"type": "template", "name": "Boas-vindas", "language": "português", "parameters": {"named": [["nome", "Ana"], ["nome", ""]]},
            "buttons": [{"copy_code": {"code": "x".repeat(21)}}]});
        assert_eq!(paths(template), ["name", "language", "parameters[1]", "buttons[0].code"]);
        let flow = json!({"type": "flow", "flow": "1", "button": "Agendar 📅", "token": "t", "text": "Escolha"});
        assert_eq!(paths(flow), ["button"]);
    }

    #[test]
    fn places_lie_on_earth() {
        assert_eq!(paths(json!({"type": "location", "latitude": 91.0, "longitude": -46.6})), ["latitude"]);
    }
}
