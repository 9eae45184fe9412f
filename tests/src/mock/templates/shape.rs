//! What a template consists of, read from its definition: which parts have variables that a send must fill.

use serde_json::Value;

/// A template without its fixed words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub main: Part,
    /// The cards of a carousel.
    pub cards: Vec<Part>,
    pub limited_time_offer: bool,
}

/// Header, body and buttons of the message or of one card.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub header: Header,
    /// The body's text with its variables; `None` for a card without body.
    pub body: Option<String>,
    pub variables: Vec<String>,
    pub buttons: Vec<Button>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Header {
    None,
    /// Text, with its variables.
    Text(Vec<String>),
    /// `image`, `video`, `document`, `location` or `product`: must be sent each time.
    Object(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Button {
    /// Lower case, as `sub_type` of a send; one-time passwords are sent as `url`.
    pub kind: String,
    pub label: String,
    pub needs_parameter: bool,
}

impl Shape {
    pub(super) fn read(components: &Value, named: bool) -> Result<Self, String> {
        let main = Part::read(components, named)?;
        if main.body.is_none() {
            return Err("it has no BODY component".to_owned());
        }
        let cards = component(components, "carousel").map(|carousel| &carousel["cards"]);
        let cards = cards
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|card| Part::read(&card["components"], named))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { main, cards, limited_time_offer: component(components, "limited_time_offer").is_some() })
    }

    pub(super) fn quick_replies(&self, sent: &Value) -> Vec<(String, String)> {
        let mut replies = self.main.quick_replies(sent);
        let sent_cards = component(sent, "carousel").map_or(&Value::Null, |carousel| &carousel["cards"]);
        for (index, card) in self.cards.iter().enumerate() {
            let sent_card = sent_cards.as_array().into_iter().flatten().find(|sent| sent["card_index"] == index);
            replies.extend(card.quick_replies(sent_card.map_or(&Value::Null, |card| &card["components"])));
        }
        replies
    }
}

impl Part {
    fn read(components: &Value, named: bool) -> Result<Self, String> {
        let header = match component(components, "header") {
            None => Header::None,
            Some(header) => match header["format"].as_str().unwrap_or("TEXT").to_ascii_lowercase().as_str() {
                "text" => Header::Text(variables(header["text"].as_str().unwrap_or_default(), named)?),
                // A GIF is sent as a video.
                "gif" => Header::Object("video".to_owned()),
                format => Header::Object(format.to_owned()),
            },
        };
        let body = component(components, "body").map(|body| {
            // The words of authentication templates are Meta's; their one variable is the code.
            body["text"].as_str().unwrap_or("{{1}}").to_owned()
        });
        let buttons = component(components, "buttons").map(|buttons| &buttons["buttons"]);
        Ok(Self {
            header,
            variables: variables(body.as_deref().unwrap_or_default(), named)?,
            body,
            buttons: buttons.and_then(Value::as_array).into_iter().flatten().map(Button::read).collect(),
        })
    }

    fn quick_replies(&self, sent: &Value) -> Vec<(String, String)> {
        let is_quick_reply = |(_, button): &(usize, &Button)| button.kind == "quick_reply";
        self.buttons
            .iter()
            .enumerate()
            .filter(is_quick_reply)
            .map(|(index, button)| {
                let sent = buttons(sent).find(|sent| button_index(sent) == Some(index));
                let payload = sent.and_then(|sent| sent["parameters"][0]["payload"].as_str());
                (button.label.clone(), payload.unwrap_or(&button.label).to_owned())
            })
            .collect()
    }
}

impl Button {
    fn read(button: &Value) -> Self {
        let kind = button["type"].as_str().unwrap_or_default().to_ascii_lowercase();
        let has_variable = button["url"].as_str().is_some_and(|url| url.contains("{{"));
        let needs_parameter = matches!(kind.as_str(), "copy_code" | "otp" | "mpm") || has_variable;
        let kind = if kind == "otp" { "url".to_owned() } else { kind };
        Self { kind, label: button["text"].as_str().unwrap_or_default().to_owned(), needs_parameter }
    }
}

/// The component of that type, in either case.
pub(super) fn component<'a>(components: &'a Value, kind: &str) -> Option<&'a Value> {
    let is_kind = |component: &&Value| component["type"].as_str().is_some_and(|found| found.eq_ignore_ascii_case(kind));
    components.as_array()?.iter().find(is_kind)
}

/// The button components of a send.
pub(super) fn buttons(components: &Value) -> impl Iterator<Item = &Value> {
    let all = components.as_array().into_iter().flatten();
    all.filter(|component| component["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("button")))
}

/// `index` may be written as a number or as text.
pub(super) fn button_index(component: &Value) -> Option<usize> {
    let index = &component["index"];
    let number = index.as_u64().or_else(|| index.as_str()?.parse().ok())?;
    usize::try_from(number).ok()
}

/// The names between double braces, each once, in order of appearance; positional ones must count from 1.
fn variables(text: &str, named: bool) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = Vec::new();
    for after in text.split("{{").skip(1) {
        let (name, _) = after.split_once("}}").ok_or("a variable has no closing braces")?;
        let name = name.trim().to_owned();
        if name.parse::<u32>().is_ok() == named {
            let format = if named { "NAMED" } else { "POSITIONAL" };
            return Err(format!("the variable {{{{{name}}}}} does not suit the parameter_format {format}"));
        }
        if !found.contains(&name) {
            found.push(name);
        }
    }
    if !named {
        found.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
        let counts_from_one = found.iter().enumerate().all(|(index, name)| *name == (index + 1).to_string());
        if !counts_from_one {
            return Err("positional variables must count from {{1}} without gaps".to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_suit_the_format() {
        assert_eq!(variables("{{2}} y {{1}} y {{1}}", false).unwrap(), ["1", "2"]);
        assert_eq!(variables("Hola {{first_name}}", true).unwrap(), ["first_name"]);
        assert!(variables("{{1}} {{3}}", false).is_err());
        assert!(variables("{{name}}", false).is_err());
        assert!(variables("{{1}}", true).is_err());
        assert!(variables("{{1", false).is_err());
    }

    #[test]
    fn quick_replies_carry_the_payload_of_the_send_or_their_label() {
        let shape = Shape::read(
            &json!([
                {"type": "BODY", "text": "?"},
                {"type": "BUTTONS", "buttons": [
                    {"type": "URL", "text": "Web", "url": "https://example.com"},
                    {"type": "QUICK_REPLY", "text": "Yes"},
                    {"type": "QUICK_REPLY", "text": "No"},
                ]},
            ]),
            false,
        )
        .unwrap();
        let sent = json!([{"type": "button", "sub_type": "quick_reply", "index": "2",
            "parameters": [{"type": "payload", "payload": "bot:no"}]}]);
        let replies = shape.quick_replies(&sent);
        assert_eq!(replies, [("Yes".to_owned(), "Yes".to_owned()), ("No".to_owned(), "bot:no".to_owned())]);
    }
}
