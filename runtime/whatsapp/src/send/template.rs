//! Template messages: the values for an approved template's variables.
//!
//! A component is sent only where it has a variable part. Values come from customers' fields and may be anything, so they are
//! normalised here: WhatsApp refuses new lines, tabs, more than four spaces in a row and empty values.

use serde_json::{Value, json};
use steps::{
    limits::{TEMPLATE_HEADER, TEMPLATE_TEXT, cut},
    message::{Media, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters},
};

use super::{location, media, media_kind};

/// Stands for an empty value. WhatsApp refuses an empty one, and with it the whole message; a dash is read as "nothing given".
const EMPTY: &str = "-";

pub(super) fn template(message: &TemplateMessage) -> Value {
    let mut components: Vec<Value> = Vec::new();
    components.extend(message.header.as_ref().and_then(header));
    components.extend(body(&message.parameters));
    components.extend(buttons(&message.buttons));
    if !message.cards.is_empty() {
        let cards: Value = message.cards.iter().enumerate().map(|(at, card)| template_card(at, card)).collect();
        components.push(json!({ "type": "carousel", "cards": cards }));
    }
    // Webhooks and people write `pt-BR`, sends want `pt_BR`.
    let mut template = json!({ "name": message.name, "language": { "code": message.language.replace('-', "_") } });
    if !components.is_empty() {
        template["components"] = components.into();
    }
    template
}

fn template_card(at: usize, card: &TemplateCard) -> Value {
    let mut components = vec![json!({ "type": "header", "parameters": [media_parameter(&card.header)] })];
    components.extend(body(&card.parameters));
    components.extend(buttons(&card.buttons));
    json!({ "card_index": at, "components": components })
}

fn header(header: &TemplateHeader) -> Option<Value> {
    let parameters = match header {
        TemplateHeader::Text(parameters) => texts(parameters, TEMPLATE_HEADER),
        TemplateHeader::Media(media) => vec![media_parameter(media)],
        TemplateHeader::Location(place) => vec![json!({ "type": "location", "location": location(place) })],
    };
    (!parameters.is_empty()).then(|| json!({ "type": "header", "parameters": parameters }))
}

fn media_parameter(header: &Media) -> Value {
    let kind = media_kind(header.kind);
    json!({ "type": kind, kind: media(header) })
}

fn body(parameters: &TemplateParameters) -> Option<Value> {
    let parameters = texts(parameters, TEMPLATE_TEXT);
    (!parameters.is_empty()).then(|| json!({ "type": "body", "parameters": parameters }))
}

/// `index` counts all buttons of the template, also those that are not sent because nothing in them varies.
fn buttons(buttons: &[TemplateButton]) -> impl Iterator<Item = Value> {
    buttons.iter().enumerate().filter_map(|(index, button)| {
        let (kind, parameter) = match button {
            TemplateButton::QuickReply { reply } => ("quick_reply", json!({ "type": "payload", "payload": reply.id })),
            TemplateButton::Url { suffix } => ("url", json!({ "type": "text", "text": suffix })),
            TemplateButton::CopyCode { code } => ("copy_code", json!({ "type": "coupon_code", "coupon_code": code })),
            TemplateButton::Flow { token, data } => {
                let mut action = json!({ "flow_token": token });
                if let Some(data) = data.as_ref().filter(|data| !data.is_empty()) {
                    action["flow_action_data"] = Value::Object(data.clone());
                }
                ("flow", json!({ "type": "action", "action": action }))
            }
            TemplateButton::Fixed => return None,
        };
        Some(json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [parameter] }))
    })
}

/// The values of a component; together they stay within what the whole component may hold.
fn texts(parameters: &TemplateParameters, limit: usize) -> Vec<Value> {
    match parameters {
        TemplateParameters::Positional(values) => values
            .iter()
            .zip(rooms(values.iter(), limit))
            .map(|(value, room)| json!({ "type": "text", "text": normal(value, room) }))
            .collect(),
        TemplateParameters::Named(values) => {
            let rooms = rooms(values.iter().map(|(_, value)| value), limit);
            let named = values
                .iter()
                .zip(rooms)
                .map(|((name, value), room)| json!({ "type": "text", "parameter_name": name, "text": normal(value, room) }));
            named.collect()
        }
    }
}

/// How much room each value has when the earlier ones took theirs; every later one keeps room for [`EMPTY`] at least.
fn rooms<'a>(values: impl ExactSizeIterator<Item = &'a String>, limit: usize) -> Vec<usize> {
    let mut left = limit;
    let mut after = values.len();
    values
        .map(|value| {
            after -= 1;
            let room = left.saturating_sub(after).max(1);
            left = left.saturating_sub(steps::limits::length(&normal(value, room)));
            room
        })
        .collect()
}

/// A value as WhatsApp takes it: on one line, single spaces, not empty, not too long.
fn normal(value: &str, room: usize) -> String {
    let visible: String = value.chars().filter(|character| character.is_whitespace() || !character.is_control()).collect();
    let one_line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match cut(&one_line, room).trim_end() {
        "" => EMPTY.to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use steps::limits::{PARAMETER_SPACES, length};

    use super::*;

    fn positional(values: &[&str]) -> Vec<String> {
        let values = TemplateParameters::Positional(values.iter().map(|&value| value.to_owned()).collect());
        texts(&values, TEMPLATE_TEXT).iter().map(|value| value["text"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn values_are_put_on_one_line() {
        assert_eq!(
            positional(&["Rua A, 5\r\nSão Paulo\t SP", "a        b", "\u{0}Ana\u{7}", "  Bia "]),
            ["Rua A, 5 São Paulo SP", "a b", "Ana", "Bia"]
        );
    }

    #[test]
    fn an_empty_value_is_said() {
        assert_eq!(positional(&["", " \n", "Ana"]), ["-", "-", "Ana"]);
    }

    #[test]
    fn values_together_fit_the_body() {
        let long = "ã".repeat(900);
        let values = positional(&[&long, &long, "Ana"]);
        assert_eq!(values.iter().map(|value| length(value)).collect::<Vec<_>>(), [900, 123, 1]);
    }

    proptest! {
        #[test]
        fn any_values_are_accepted(values in prop::collection::vec(any::<String>(), 0..8)) {
            let sent = positional(&values.iter().map(String::as_str).collect::<Vec<_>>());
            let too_wide = " ".repeat(PARAMETER_SPACES + 1);
            prop_assert_eq!(sent.len(), values.len());
            prop_assert!(sent.iter().map(|value| length(value)).sum::<usize>() <= TEMPLATE_TEXT);
            for value in sent {
                prop_assert!(!value.is_empty() && !value.contains(['\n', '\r', '\t']) && !value.contains(&too_wide), "{:?}", value);
            }
        }
    }
}
