//! Template messages: the values for an approved template's variables.
//!
//! A component is sent only where it has a variable part.

use serde_json::{Value, json};
use steps::{
    limits::{TEMPLATE_HEADER, TEMPLATE_TEXT, template_values},
    message::{Media, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters},
};

use super::{location, media, media_kind};

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

/// The values of a component. A bot's were normalised when its step filled them in; what comes over the API is here.
fn texts(parameters: &TemplateParameters, limit: usize) -> Vec<Value> {
    match template_values(parameters.clone(), limit) {
        TemplateParameters::Positional(values) => {
            values.into_iter().map(|value| json!({ "type": "text", "text": value })).collect()
        }
        TemplateParameters::Named(values) => {
            let named = values.into_iter();
            named.map(|(name, value)| json!({ "type": "text", "parameter_name": name, "text": value })).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_normalised_whoever_gives_them() {
        let values = TemplateParameters::Named(vec![("rua".into(), "Rua A\n5".into()), ("nome".into(), String::new())]);
        let sent = texts(&values, TEMPLATE_TEXT);
        assert_eq!(sent[0], json!({ "type": "text", "parameter_name": "rua", "text": "Rua A 5" }));
        assert_eq!(sent[1]["text"], "-");
    }
}
