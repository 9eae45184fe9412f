//! Meta's own example sends, where they lie beside the project: what our types can express is built with them, and goes out as Meta
//! wrote it.

use serde_json::{Map, Value, json};
use steps::{
    ids::MessageId,
    limits::violations,
    message::{
        ButtonsMessage, Card, CardButtons, CarouselMessage, ContactCard, FlowMessage, Header, LinkMessage, ListMessage, ListRow,
        ListSection, Location, Media, MediaKind, MediaMessage, MediaSource, Message, ProductListMessage, ProductMessage,
        ProductSection, Reply, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters,
    },
};
use whatsapp::send::{Recipient, mark_as_read, request};

use super::{samples::samples, sends::faults};

#[test]
fn metas_examples_go_out_as_meta_wrote_them() {
    let Some(examples) = samples("reference/meta/examples/send-requests") else { return };
    let mut expressed = 0;
    for (name, bytes) in &examples {
        let mut example: Value = serde_json::from_slice(bytes).unwrap();
        fill(&mut example, &mut 0);
        let Some(body) = rebuild(&example) else { continue };
        expressed += 1;
        assert_eq!(faults(&body), [] as [String; 0], "{name}: {body}");
        // Our contact cards hold less than Meta's.
        if example.get("contacts").is_none() {
            assert_eq!(comparable(&body), comparable(&example), "{name}");
        }
    }
    println!("{expressed} of {} examples", examples.len());
    assert!(expressed >= 67, "only {expressed} of {} examples can be expressed", examples.len());
}

/// Puts values for stand-ins such as `<BUTTON_TITLE_1>`, all different, so that they fit the limits.
fn fill(value: &mut Value, count: &mut usize) {
    match value {
        Value::String(text) if text.contains("://") && !text.contains(' ') && !text.starts_with("https://") => {
            *text = "https://example.com/file".into()
        }
        Value::String(text) if text == "{{Flow-ID}}" => *text = "31".into(),
        Value::String(text) if text == "language-and-locale-code" => *text = "en_US".into(),
        Value::String(text) if text == "template-name" => *text = "template_name".into(),
        Value::String(text) if text.starts_with('<') || text.starts_with("{{") => {
            *count += 1;
            *text = format!("x{count}");
        }
        Value::Array(list) => list.iter_mut().for_each(|element| fill(element, count)),
        Value::Object(map) => map.values_mut().for_each(|element| fill(element, count)),
        _ => {}
    }
}

/// What must be the same: without what says nothing, and with numbers that Meta writes both ways as texts.
fn comparable(body: &Value) -> Value {
    match body {
        Value::Object(map) => {
            let silent = |key: &str, value: &Value| match key {
                "to" | "recipient_type" | "policy" => true,
                "preview_url" => true,
                "flow_action" => value == "navigate",
                "mode" => value == "published",
                _ => false,
            };
            let mut map: Map<String, Value> = map
                .iter()
                .filter(|(key, value)| !silent(key, value))
                .map(|(key, value)| (key.clone(), comparable(value)))
                .collect();
            for key in ["index", "latitude", "longitude"] {
                if let Some(Value::Number(number)) = map.get(key) {
                    map[key] = number.to_string().into();
                }
            }
            if !map.contains_key("type") && map.contains_key("text") && map.contains_key("messaging_product") {
                map.insert("type".to_owned(), "text".into());
            }
            Value::Object(map)
        }
        Value::Array(list) => list.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

/// An example through our types; None where they can't express it.
fn rebuild(example: &Value) -> Option<Value> {
    if example["status"] == "read" {
        return Some(mark_as_read(&MessageId::new(example["message_id"].as_str()?), example.get("typing_indicator").is_some()));
    }
    let known = ["messaging_product", "recipient_type", "to", "context", "type", "biz_opaque_callback_data"];
    let kind = example["type"].as_str().unwrap_or("text");
    if example.as_object()?.keys().any(|key| key != kind && !known.contains(&key.as_str())) {
        return None;
    }
    let message = message(kind, &example[kind])?;
    assert_eq!(violations(&message), [], "{example}");
    let quoted = example["context"]["message_id"].as_str().map(MessageId::new);
    Some(request(&Recipient::Phone("+16505551234".into()), &message, "", quoted.as_ref()))
}

fn message(kind: &str, body: &Value) -> Option<Message> {
    match kind {
        "text" => Some(Message::Text { text: text(&body["body"])? }),
        "image" | "video" | "audio" | "document" | "sticker" => {
            let kind = if body["voice"] == true { "voice" } else { kind };
            Some(Message::Media(MediaMessage { media: media(kind, body)?, caption: text(&body["caption"]) }))
        }
        "location" => Some(Message::Location(location(body)?)),
        "contacts" => {
            let texts =
                |list: &Value, key: &str| list.as_array().into_iter().flatten().filter_map(|entry| text(&entry[key])).collect();
            let cards = body.as_array()?.iter().map(|contact| {
                Some(ContactCard {
                    name: text(&contact["name"]["formatted_name"])?,
                    phones: texts(&contact["phones"], "phone"),
                    emails: texts(&contact["emails"], "email"),
                    company: text(&contact["org"]["company"]),
                })
            });
            Some(Message::Contacts { contacts: cards.collect::<Option<_>>()? })
        }
        "reaction" => {
            Some(Message::Reaction { message_id: MessageId::new(body["message_id"].as_str()?), emoji: text(&body["emoji"])? })
        }
        "interactive" => interactive(body),
        "template" => template(body).map(Message::Template),
        _ => None,
    }
}

fn interactive(body: &Value) -> Option<Message> {
    let action = &body["action"];
    let words = text(&body["body"]["text"]);
    let footer = text(&body["footer"]["text"]);
    let header = || match body.get("header") {
        None => Some(None),
        Some(header) if header["type"] == "text" => Some(Some(Header::Text(text(&header["text"])?))),
        Some(header) => Some(Some(Header::Media(headed(header)?))),
    };
    let text_header = || text(&body["header"]["text"]);
    match body["type"].as_str()? {
        "button" => Some(Message::Buttons(ButtonsMessage {
            header: header()?,
            text: words?,
            footer,
            buttons: action["buttons"].as_array()?.iter().map(|button| reply(&button["reply"])).collect::<Option<_>>()?,
        })),
        "list" => Some(Message::List(ListMessage {
            header: text_header(),
            text: words?,
            footer,
            button: text(&action["button"])?,
            sections: action["sections"].as_array()?.iter().map(list_section).collect::<Option<_>>()?,
        })),
        "cta_url" => {
            let parameters = &action["parameters"];
            Some(Message::Link(LinkMessage {
                header: header()?,
                text: words?,
                footer,
                title: text(&parameters["display_text"])?,
                url: text(&parameters["url"])?,
            }))
        }
        "carousel" => Some(Message::Carousel(CarouselMessage {
            text: words?,
            cards: action["cards"].as_array()?.iter().map(card).collect::<Option<_>>()?,
        })),
        "flow" => {
            let parameters = &action["parameters"];
            if parameters["mode"] == "draft" {
                return None;
            }
            let payload = &parameters["flow_action_payload"];
            Some(Message::Flow(FlowMessage {
                flow: text(&parameters["flow_id"]).or_else(|| text(&parameters["flow_name"]))?,
                button: text(&parameters["flow_cta"])?,
                token: text(&parameters["flow_token"])?,
                screen: text(&payload["screen"]),
                data: payload["data"].as_object().cloned().unwrap_or_default(),
                header: header()?,
                text: words?,
                footer,
            }))
        }
        "location_request_message" => Some(Message::LocationRequest { text: words? }),
        "product" => Some(Message::Product(ProductMessage {
            catalog: text(&action["catalog_id"])?,
            product: text(&action["product_retailer_id"])?,
            text: words,
            footer,
        })),
        "product_list" => {
            if body["header"]["type"] != "text" {
                return None;
            }
            let sections = action["sections"].as_array()?.iter().map(|section| {
                let products = section["product_items"].as_array()?.iter().map(|item| text(&item["product_retailer_id"]));
                Some(ProductSection { title: text(&section["title"]), products: products.collect::<Option<_>>()? })
            });
            Some(Message::ProductList(ProductListMessage {
                catalog: text(&action["catalog_id"])?,
                header: text_header()?,
                text: words?,
                footer,
                sections: sections.collect::<Option<_>>()?,
            }))
        }
        _ => None,
    }
}

fn list_section(section: &Value) -> Option<ListSection> {
    let rows = section["rows"]
        .as_array()?
        .iter()
        .map(|row| Some(ListRow { reply: reply(row)?, description: text(&row["description"]) }));
    Some(ListSection { title: text(&section["title"]), rows: rows.collect::<Option<_>>()? })
}

fn card(card: &Value) -> Option<Card> {
    let action = &card["action"];
    let buttons = match action["buttons"].as_array() {
        // Meta's own ids break the limit of 20 that it documents.
        Some(buttons) => CardButtons::Replies(
            buttons
                .iter()
                .map(|button| reply(&button["quick_reply"]).filter(|reply| reply.id.len() <= 20))
                .collect::<Option<_>>()?,
        ),
        None => {
            CardButtons::Link { title: text(&action["parameters"]["display_text"])?, url: text(&action["parameters"]["url"])? }
        }
    };
    Some(Card { media: headed(card.get("header")?)?, text: text(&card["body"]["text"]), buttons })
}

fn template(body: &Value) -> Option<TemplateMessage> {
    let mut message = TemplateMessage {
        name: text(&body["name"])?,
        language: text(&body["language"]["code"])?,
        header: None,
        parameters: TemplateParameters::default(),
        buttons: vec![],
        cards: vec![],
    };
    for component in body["components"].as_array().into_iter().flatten() {
        let parameters = &component["parameters"];
        match component["type"].as_str()? {
            "header" => {
                message.header = Some(match parameters[0]["type"].as_str()? {
                    "text" => TemplateHeader::Text(texts(parameters)?),
                    "location" => TemplateHeader::Location(location(&parameters[0]["location"])?),
                    _ => TemplateHeader::Media(headed(&parameters[0])?),
                });
            }
            "body" => message.parameters = texts(parameters)?,
            "button" => template_button(component, &mut message.buttons)?,
            "carousel" => {
                for card in component["cards"].as_array()? {
                    let mut read = TemplateCard {
                        header: headed(&card["components"][0]["parameters"][0])?,
                        parameters: TemplateParameters::default(),
                        buttons: vec![],
                    };
                    for component in &card["components"].as_array()?[1..] {
                        match component["type"].as_str()? {
                            "body" => read.parameters = texts(&component["parameters"])?,
                            "button" => template_button(component, &mut read.buttons)?,
                            _ => return None,
                        }
                    }
                    message.cards.push(read);
                }
            }
            _ => return None,
        }
    }
    Some(message)
}

fn template_button(component: &Value, buttons: &mut Vec<TemplateButton>) -> Option<()> {
    let index = component["index"].as_u64().or_else(|| component["index"].as_str()?.parse().ok())?;
    let parameter = &component["parameters"][0];
    let button = match component["sub_type"].as_str()? {
        "quick_reply" => TemplateButton::QuickReply { reply: Reply { id: text(&parameter["payload"])?, title: String::new() } },
        "url" => TemplateButton::Url { suffix: text(&parameter["text"])? },
        "copy_code" => TemplateButton::CopyCode { code: text(&parameter["coupon_code"])? },
        "flow" => TemplateButton::Flow {
            token: text(&parameter["action"]["flow_token"])?,
            data: parameter["action"]["flow_action_data"].as_object().cloned(),
        },
        _ => return None,
    };
    buttons.resize(usize::try_from(index).ok()?, TemplateButton::Fixed);
    buttons.push(button);
    Some(())
}

fn texts(parameters: &Value) -> Option<TemplateParameters> {
    let parameters = parameters.as_array()?;
    let value = |parameter: &Value| (parameter["type"] == "text").then(|| text(&parameter["text"]))?;
    if parameters.iter().any(|parameter| parameter.get("parameter_name").is_some()) {
        let named = parameters.iter().map(|parameter| Some((text(&parameter["parameter_name"])?, value(parameter)?)));
        return Some(TemplateParameters::Named(named.collect::<Option<_>>()?));
    }
    Some(TemplateParameters::Positional(parameters.iter().map(value).collect::<Option<_>>()?))
}

fn headed(header: &Value) -> Option<Media> {
    let kind = header["type"].as_str()?;
    media(kind, header.get(kind)?)
}

fn media(kind: &str, body: &Value) -> Option<Media> {
    let kind: MediaKind = serde_json::from_value(json!(kind)).ok()?;
    let source = match text(&body["id"]) {
        Some(id) => MediaSource::Id(id),
        None => MediaSource::Link(text(&body["link"])?),
    };
    Some(Media { kind, source, filename: text(&body["filename"]) })
}

fn location(body: &Value) -> Option<Location> {
    let degrees = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    Some(Location {
        latitude: degrees(&body["latitude"])?,
        longitude: degrees(&body["longitude"])?,
        name: text(&body["name"]),
        address: text(&body["address"]),
    })
}

fn reply(body: &Value) -> Option<Reply> {
    Some(Reply { id: text(&body["id"])?, title: text(&body["title"])? })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
