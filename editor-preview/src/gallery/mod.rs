//! One of each kind of message, made up: for looking at the drawings, for their tests, and for the studio's palette.

mod contents;
mod interactive;
mod templates;

use steps::{
    environment::Environment,
    event::{Content, Delivery},
    message::{
        ContactCard, Location, Media, MediaKind, MediaMessage, MediaSource, Message, ProductListMessage, ProductMessage,
        ProductSection, Reply,
    },
};

pub use self::contents::contents;
use self::{interactive::interactive, templates::templates};
use crate::view::{Bubble, Chat, Context, Sender};

/// A message of each kind and of its main forms, each with a name.
pub fn messages() -> Vec<(&'static str, Message)> {
    [texts(), media(), interactive(), templates(), things()].concat()
}

/// The account that the templates among the messages are of.
pub fn environment() -> Environment {
    templates::environment()
}

/// A chat with all of it, and with every state that a bubble can have.
pub fn chat() -> Chat {
    let mut chat = Chat::new("Café Aurora");
    let environment = environment();
    for (index, (name, message)) in messages().into_iter().enumerate() {
        let bubble = Bubble::bot(message).known_in(&environment).id(format!("wamid.{name}").as_str()).at("10:42");
        chat.push(match index % 6 {
            0 => bubble.status(Delivery::Read),
            1 => bubble.status(Delivery::Delivered),
            2 => bubble.status(Delivery::Sent),
            3 => bubble.status(Delivery::Played),
            4 => bubble,
            _ => bubble.failed("the customer service window is closed (131047)"),
        });
    }
    chat.push(Bubble::note("24 hours later: the customer service window is closed"));
    for (name, content) in contents() {
        chat.push(Bubble::customer(content).id(format!("in.{name}").as_str()).at("10:43"));
    }
    let quote = Context::Quote { from: Some(Sender::Bot), text: "Em que podemos ajudar?".into() };
    let tap = Content::Tap { id: "b1".into(), title: "Comprar".into(), description: None };
    chat.push(Bubble::customer(tap).id("in.quoting").at("10:44").context(quote));
    let text = |text: &str| Content::Text { text: text.into() };
    chat.push(Bubble::customer(text("Olhem só esta receita")).at("10:44").context(Context::Forwarded));
    let advert = Context::Advert { headline: Some("Café em dobro".into()), body: Some("Só esta semana".into()) };
    chat.push(Bubble::customer(text("Quero saber mais")).id("in.wrong").at("10:45").context(advert));
    chat.push(Bubble::customer(Content::Edit { original: "in.wrong".into(), text: Some("Quero saber mais!".into()) }));
    chat.push(Bubble::customer(Content::Revoke { original: "in.photo".into() }));
    chat.push(Bubble::customer(Content::Reaction { message_id: "wamid.text".into(), emoji: Some("👍".into()) }));
    chat.push(Bubble::agent(Message::Reaction { message_id: "in.quoting".into(), emoji: "❤️".into() }));
    chat.push(
        Bubble::agent(Message::Text { text: "Oi Ana, aqui é a Marta. Sigo com você!".into() }).at("10:46").status(Delivery::Read),
    );
    chat
}

fn texts() -> Vec<(&'static str, Message)> {
    let markup = "*Olá Ana!* Bem-vinda ao _Café Aurora_ ☕\n\nHoje: ~R$ 45~ *R$ 38,90*, código `CAFE10`\n> Quem compra dois ganha um filtro\n\
                  - Grãos\n- Moído\n1. Escolha\n2. Pague\n```pedido 1042\ntotal 77,80```\nhttps://aurora.example/cafe?id=1&cor=azul.";
    vec![
        ("text", Message::Text { text: "Olá Ana! 2 < 3 & \"tudo\" bem?".into() }),
        ("text_markup", Message::Text { text: markup.into() }),
        (
            "text_long",
            Message::Text { text: "Os cafés desta safra vêm de três fazendas do Sul de Minas. ".repeat(16).trim().into() },
        ),
    ]
}

fn media() -> Vec<(&'static str, Message)> {
    let message = |kind, filename: Option<&str>, caption: Option<&str>| {
        Message::Media(MediaMessage {
            media: Media { filename: filename.map(str::to_owned), ..web(kind, "medium") },
            caption: caption.map(str::to_owned),
        })
    };
    vec![
        ("image", message(MediaKind::Image, None, Some("Nosso *blend* da casa"))),
        ("video", message(MediaKind::Video, None, None)),
        ("audio", message(MediaKind::Audio, None, None)),
        ("voice", message(MediaKind::Voice, None, None)),
        ("document", message(MediaKind::Document, Some("cardápio.pdf"), Some("O cardápio"))),
        ("sticker", message(MediaKind::Sticker, None, None)),
        (
            "uploaded",
            Message::Media(MediaMessage {
                media: Media { kind: MediaKind::Image, source: MediaSource::Id("8300".into()), filename: None },
                caption: None,
            }),
        ),
    ]
}

fn things() -> Vec<(&'static str, Message)> {
    let contact = ContactCard {
        name: "Marta Lima".into(),
        phones: vec!["+55 11 90000-0000".into()],
        emails: vec!["marta@aurora.example".into()],
        company: Some("Café Aurora".into()),
    };
    vec![
        ("location", Message::Location(place())),
        ("location_bare", Message::Location(Location { name: None, address: None, ..place() })),
        ("contacts", Message::Contacts { contacts: vec![contact] }),
        (
            "product",
            Message::Product(ProductMessage {
                catalog: "7001".into(),
                product: "cafe-500g".into(),
                text: Some("O mais pedido".into()),
                footer: Some("Enquanto durar".into()),
            }),
        ),
        (
            "product_list",
            Message::ProductList(ProductListMessage {
                catalog: "7001".into(),
                header: "Para o seu café".into(),
                text: "Escolha à vontade".into(),
                footer: None,
                sections: vec![ProductSection {
                    title: Some("Grãos".into()),
                    products: vec!["cafe-500g".into(), "cafe-1kg".into()],
                }],
            }),
        ),
        ("reaction", Message::Reaction { message_id: "wamid.old".into(), emoji: "👍".into() }),
    ]
}

fn reply(id: &str, title: &str) -> Reply {
    Reply { id: id.into(), title: title.into() }
}

fn web(kind: MediaKind, name: &str) -> Media {
    let link = format!("https://media.example/{}", name.to_lowercase().replace(' ', "-"));
    Media { kind, source: MediaSource::Link(link), filename: None }
}

fn place() -> Location {
    Location {
        latitude: -23.5617,
        longitude: -46.6559,
        name: Some("Café Aurora".into()),
        address: Some("Av. Exemplo, 100".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    /// The `type` of a value as its JSON says it.
    fn kinds<T: serde::Serialize>(values: &[(&str, T)]) -> BTreeSet<String> {
        let kind = |value: &T| serde_json::to_value(value).unwrap()["type"].as_str().unwrap().to_owned();
        values.iter().map(|(_, value)| kind(value)).collect()
    }

    /// The kinds that serde knows: its error for a kind that there isn't names them all.
    fn known<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
        let error = serde_json::from_value::<T>(json!({"type": "?"})).err().unwrap().to_string();
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_kind_is_shown() {
        assert_eq!(kinds(&messages()), known::<Message>());
        assert_eq!(kinds(&contents()), known::<Content>());
    }
}
