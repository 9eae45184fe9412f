//! Whether a message is what a line expects, and what a line expects of a message. A line names only what matters.

use serde_json::{Map, Value, json};
use steps::message::{Card, CardButtons, Header, Message, TemplateButton, TemplateHeader, TemplateParameters};

use super::rules;

/// A message as dialogs name it: texts and titles, no ids.
pub fn view(message: &Message) -> Map<String, Value> {
    let mut view = Map::new();
    let kind = serde_json::to_value(message).ok().and_then(|json| json.get("type").cloned()).unwrap_or_default();
    view.insert("type".into(), kind);
    if !matches!(message, Message::Template(_) | Message::Location(_) | Message::Contacts { .. }) {
        view.insert("text".into(), message.text().into());
    }
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            view.insert(key.into(), value);
        }
    };
    let titles = |message: &Message| message.replies().iter().map(|reply| Value::from(reply.title.as_str())).collect::<Value>();
    match message {
        Message::Text { .. } | Message::LocationRequest { .. } | Message::ContactRequest { .. } => {}
        Message::Media(media) => put("media", json!(media.media)),
        Message::Buttons(buttons) => {
            put("buttons", titles(message));
            put("header", header(buttons.header.as_ref()));
            put("media", header_media(buttons.header.as_ref()));
            put("footer", json!(buttons.footer));
        }
        Message::List(list) => {
            put("buttons", titles(message));
            put("rows", titles(message));
            put("button", json!(list.button));
            put("header", json!(list.header));
            put("footer", json!(list.footer));
            let sections = list.sections.iter().map(|section| {
                let rows: Value = section.rows.iter().map(|row| Value::from(row.reply.title.as_str())).collect();
                json!({"title": section.title, "rows": rows})
            });
            put("sections", sections.collect());
            put(
                "descriptions",
                list.sections.iter().flat_map(|section| &section.rows).map(|row| json!(row.description)).collect(),
            );
        }
        Message::Link(link) => {
            put("link", json!({"title": link.title, "url": link.url}));
            put("url", json!(link.url));
            put("header", header(link.header.as_ref()));
            put("media", header_media(link.header.as_ref()));
            put("footer", json!(link.footer));
        }
        Message::Carousel(carousel) => {
            put("buttons", titles(message));
            put("cards", carousel.cards.iter().map(card).collect());
        }
        Message::Template(template) => {
            put("template", json!(template.name));
            put("language", json!(template.language));
            put("parameters", parameters(&template.parameters));
            put("buttons", titles(message));
            put(
                "header",
                match &template.header {
                    Some(TemplateHeader::Text(texts)) => parameters(texts),
                    Some(TemplateHeader::Media(media)) => json!(media),
                    Some(TemplateHeader::Location(location)) => json!(location),
                    None => Value::Null,
                },
            );
            let fixed = |buttons: &[TemplateButton]| -> Value {
                buttons
                    .iter()
                    .filter_map(|button| match button {
                        TemplateButton::Url { suffix } => Some(json!({"url_suffix": suffix})),
                        TemplateButton::CopyCode { code } => Some(json!({"code": code})),
                        _ => None,
                    })
                    .collect()
            };
            put("filled_buttons", fixed(&template.buttons));
            let cards =
                template.cards.iter().map(|card| json!({"media": card.header, "parameters": parameters(&card.parameters)}));
            put("cards", cards.collect());
        }
        Message::Flow(flow) => {
            put("flow", json!(flow.flow));
            put("button", json!(flow.button));
            put("screen", json!(flow.screen));
            put("data", json!(flow.data));
            put("header", header(flow.header.as_ref()));
            put("footer", json!(flow.footer));
        }
        Message::Location(location) => put("location", json!(location)),
        Message::Contacts { contacts } => put("contacts", json!(contacts)),
        Message::Product(product) => {
            put("catalog", json!(product.catalog));
            put("product", json!(product.product));
            put("footer", json!(product.footer));
        }
        Message::ProductList(list) => {
            put("catalog", json!(list.catalog));
            put("header", json!(list.header));
            put("sections", json!(list.sections));
            put("footer", json!(list.footer));
        }
        Message::Reaction { emoji, .. } => put("reaction", json!(emoji)),
    }
    view
}

fn header(header: Option<&Header>) -> Value {
    match header {
        Some(Header::Text(text)) => text.as_str().into(),
        _ => Value::Null,
    }
}

fn header_media(header: Option<&Header>) -> Value {
    match header {
        Some(Header::Media(media)) => json!(media),
        _ => Value::Null,
    }
}

fn card(card: &Card) -> Value {
    let buttons: Value = match &card.buttons {
        CardButtons::Replies(replies) => replies.iter().map(|reply| Value::from(reply.title.as_str())).collect(),
        CardButtons::Link { title, url } => json!({"title": title, "url": url}),
    };
    json!({"text": card.text, "media": card.media, "buttons": buttons})
}

fn parameters(parameters: &TemplateParameters) -> Value {
    match parameters {
        TemplateParameters::Named(named) => {
            Value::Object(named.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect())
        }
        TemplateParameters::Positional(texts) if texts.is_empty() => Value::Null,
        TemplateParameters::Positional(texts) => json!(texts),
    }
}

/// What a test names of a message, where the message has it: what the customer sees, and nothing that a change elsewhere would break.
const NAMED: &[&str] = &[
    "text",
    "template",
    "parameters",
    "buttons",
    "media",
    "url",
    "flow",
    "location",
    "contacts",
    "catalog",
    "product",
    "reaction",
];

/// A message as a test expects it: what stands behind `bot`.
pub fn expected(message: &Message) -> Value {
    let view = view(message);
    if let Message::Text { text } = message {
        return text.as_str().into();
    }
    let mut named = Map::new();
    for key in NAMED {
        let value = match view.get(*key) {
            Some(Value::String(text)) if text.is_empty() => continue,
            Some(Value::Array(items)) if items.is_empty() => continue,
            // The kind: where a medium lies may change.
            Some(media) if *key == "media" => media["kind"].clone(),
            Some(value) => value.clone(),
            None => continue,
        };
        named.insert((*key).to_owned(), value);
    }
    if named.is_empty() {
        named.insert("type".to_owned(), view["type"].clone());
    }
    Value::Object(named)
}

/// Whether a message fits a line; else what differs.
pub(super) fn fits(expected: &Value, message: &Message) -> Result<(), String> {
    let got = view(message);
    match expected {
        Value::String(text) => same("text", &Value::from(text.as_str()), got.get("text").unwrap_or(&Value::Null)),
        Value::Object(expected) => expected.iter().try_for_each(|(key, expected)| {
            let found = got.get(key);
            // `[]` and `null` say that there is none.
            if found.is_none() && (expected.is_null() || expected.as_array().is_some_and(Vec::is_empty)) {
                return Ok(());
            }
            if found.is_none() {
                let known: Vec<&str> = got.keys().map(String::as_str).collect();
                return Err(format!("it has no `{key}`; it has {}", known.join(", ")));
            }
            // A medium may be named by its kind alone.
            if let (Value::String(kind), Some(Value::Object(media))) = (expected, found)
                && key == "media"
            {
                return same("media.kind", &Value::from(kind.as_str()), media.get("kind").unwrap_or(&Value::Null));
            }
            same(key, expected, found.unwrap_or(&Value::Null))
        }),
        _ => Err("a `bot` line is a text or an object".into()),
    }
}

/// Compares by the rules of dialogs: objects name only what matters, and of a text they may say what it is like ([`rules`]).
pub(super) fn same(path: &str, expected: &Value, got: &Value) -> Result<(), String> {
    let differs = || Err(format!("`{path}` is {got}, expected {expected}"));
    match (expected, got) {
        (Value::Object(rules), got) if !got.is_object() && rules::is_rules(rules) => rules::follows(path, rules, got),
        (Value::Object(expected), Value::Object(got)) => expected
            .iter()
            .try_for_each(|(key, expected)| same(&format!("{path}.{key}"), expected, got.get(key).unwrap_or(&Value::Null))),
        (Value::Array(expected_items), Value::Array(items)) => {
            if expected_items.len() != items.len() {
                return differs();
            }
            expected_items
                .iter()
                .zip(items)
                .enumerate()
                .try_for_each(|(index, (expected, got))| same(&format!("{path}[{index}]"), expected, got))
        }
        (Value::Number(expected), Value::Number(found)) => {
            if expected.as_f64() == found.as_f64() {
                Ok(())
            } else {
                differs()
            }
        }
        _ if expected == got => Ok(()),
        _ => differs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use steps::message::{ButtonsMessage, Reply};

    fn message() -> Message {
        let reply = |title: &str| Reply { id: "1".into(), title: title.into() };
        Message::Buttons(ButtonsMessage {
            header: None,
            text: "Olá Ana!".into(),
            footer: None,
            buttons: vec![reply("Comprar"), reply("Suporte")],
        })
    }

    #[test]
    fn an_empty_list_says_that_there_is_none() {
        let text = Message::Text { text: "Oi".into() };
        assert_eq!(fits(&json!({"buttons": []}), &text), Ok(()));
        assert_eq!(fits(&json!({"template": null}), &text), Ok(()));
        assert!(fits(&json!({"buttons": []}), &message()).is_err());
    }

    #[test]
    fn a_line_names_only_what_matters() {
        for fit in [
            json!("Olá Ana!"),
            json!({"text": {"contains": "Ana"}}),
            json!({"buttons": ["Comprar", "Suporte"]}),
            json!({"text": {"matches": "^Olá"}}),
        ] {
            assert_eq!(fits(&fit, &message()), Ok(()), "{fit}");
        }
        for unfit in [
            json!("Olá"),
            json!({"buttons": ["Comprar"]}),
            json!({"template": "x"}),
            json!({"text": {"contains": "Bia"}}),
            json!(1),
        ] {
            assert!(fits(&unfit, &message()).is_err(), "{unfit}");
        }
    }
}
