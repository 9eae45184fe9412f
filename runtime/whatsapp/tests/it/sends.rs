//! Every kind of message as the Cloud API gets it: valid under the send call's schema, and as it was when last looked at.

use std::{fs, path::PathBuf, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use steps::{
    limits::violations,
    message::{
        ButtonsMessage, Card, CardButtons, CarouselMessage, ContactCard, FlowMessage, Header, LinkMessage, ListMessage, ListRow,
        ListSection, Location, Media, MediaKind, MediaMessage, MediaSource, Message, ProductListMessage, ProductMessage,
        ProductSection, Reply, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters,
    },
};
use whatsapp::send::{Recipient, mark_as_read, request};

/// The contract that the mock of the API holds sends against.
pub(crate) static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/src/mock/send-message.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// What the schema has against a body; empty: it is valid.
pub(crate) fn faults(body: &Value) -> Vec<String> {
    SCHEMA.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn send(message: &Message) -> Value {
    request(&Recipient::Phone("+5511987654321".into()), message, "s1:BR.77:7:00000000", Some(&"wamid.A1".into()))
}

fn reply(id: &str, title: &str) -> Reply {
    Reply { id: id.into(), title: title.into() }
}

fn picture() -> Media {
    Media { kind: MediaKind::Image, source: MediaSource::Link("https://example.com/cacto.png".into()), filename: None }
}

fn uploaded(kind: MediaKind) -> Media {
    Media { kind, source: MediaSource::Id("501".into()), filename: Some("nota.pdf".into()) }
}

fn place() -> Location {
    Location { latitude: -23.56, longitude: -46.65, name: Some("Masp".into()), address: Some("Av. Paulista, 1578".into()) }
}

fn data() -> Map<String, Value> {
    Map::from_iter([("day".to_owned(), json!("2026-11-23"))])
}

fn template() -> TemplateMessage {
    TemplateMessage {
        name: "boas_vindas".into(),
        language: "pt_BR".into(),
        header: None,
        parameters: TemplateParameters::default(),
        buttons: vec![],
        cards: vec![],
    }
}

fn template_card(id: &str) -> TemplateCard {
    TemplateCard {
        header: uploaded(MediaKind::Image),
        parameters: TemplateParameters::Positional(vec!["10%".into()]),
        buttons: vec![TemplateButton::QuickReply { reply: reply(id, "Quero") }, TemplateButton::Url { suffix: id.into() }],
    }
}

/// At least one message of each kind, with and without what is optional.
fn messages() -> Vec<(&'static str, Message)> {
    let buttons = vec![reply("buy", "Comprar"), reply("help", "Suporte")];
    let media =
        |kind, caption: Option<&str>| Message::Media(MediaMessage { media: uploaded(kind), caption: caption.map(str::to_owned) });
    let row = |id: &str, description: Option<&str>| ListRow {
        reply: reply(id, "Amanhã"),
        description: description.map(str::to_owned),
    };
    let card = |id: &str| Card {
        media: picture(),
        text: Some("*Cacto*\nR$ 20".into()),
        buttons: CardButtons::Replies(vec![reply(id, "Quero")]),
    };
    let link_card = |text: Option<&str>| Card {
        media: picture(),
        text: text.map(str::to_owned),
        buttons: CardButtons::Link { title: "Ver".into(), url: "https://example.com/cacto".into() },
    };
    let flow = FlowMessage {
        flow: "31".into(),
        button: "Agendar".into(),
        token: "t1".into(),
        screen: None,
        data: Map::new(),
        header: None,
        text: "Escolha o dia".into(),
        footer: None,
    };
    vec![
        ("text", Message::Text { text: "Oi".into() }),
        ("text with address", Message::Text { text: "Veja https://example.com".into() }),
        ("image", Message::Media(MediaMessage { media: picture(), caption: Some("Meu cacto".into()) })),
        ("video", media(MediaKind::Video, Some(""))),
        ("audio", media(MediaKind::Audio, None)),
        ("voice", media(MediaKind::Voice, None)),
        ("document", media(MediaKind::Document, Some("A nota"))),
        ("sticker", media(MediaKind::Sticker, None)),
        (
            "buttons",
            Message::Buttons(ButtonsMessage { header: None, text: "Ok?".into(), footer: None, buttons: buttons.clone() }),
        ),
        (
            "buttons with picture",
            Message::Buttons(ButtonsMessage {
                header: Some(Header::Media(picture())),
                text: "Ok?".into(),
                footer: Some("Loja".into()),
                buttons: buttons.clone(),
            }),
        ),
        (
            "buttons with document",
            Message::Buttons(ButtonsMessage {
                header: Some(Header::Media(uploaded(MediaKind::Document))),
                text: "Ok?".into(),
                footer: Some(" ".into()),
                buttons,
            }),
        ),
        (
            "list",
            Message::List(ListMessage {
                header: Some("Horários".into()),
                text: "Quando?".into(),
                footer: Some("Loja".into()),
                button: "Ver".into(),
                sections: vec![
                    ListSection { title: Some("Manhã".into()), rows: vec![row("8", Some("8 às 9"))] },
                    ListSection { title: Some("Tarde".into()), rows: vec![row("14", None), row("15", None)] },
                ],
            }),
        ),
        (
            "list without titles",
            Message::List(ListMessage {
                header: Some(String::new()),
                text: "Quando?".into(),
                footer: None,
                button: "Ver".into(),
                sections: vec![ListSection { title: None, rows: vec![row("8", Some(""))] }],
            }),
        ),
        (
            "link",
            Message::Link(LinkMessage {
                header: Some(Header::Text("Oferta".into())),
                text: "Veja".into(),
                footer: Some("Até sexta".into()),
                title: "Abrir".into(),
                url: "https://example.com".into(),
            }),
        ),
        ("carousel of replies", Message::Carousel(CarouselMessage { text: "Veja".into(), cards: vec![card("a"), card("b")] })),
        (
            "carousel of links",
            Message::Carousel(CarouselMessage { text: "Veja".into(), cards: vec![link_card(Some("Cacto")), link_card(None)] }),
        ),
        ("template", Message::Template(template())),
        (
            "template by position",
            Message::Template(TemplateMessage {
                header: Some(TemplateHeader::Text(TemplateParameters::Positional(vec!["Ana".into()]))),
                parameters: TemplateParameters::Positional(vec!["Ana".into(), "Rua A\nSão Paulo".into(), String::new()]),
                buttons: vec![
                    TemplateButton::Fixed,
                    TemplateButton::QuickReply { reply: reply("s1:yes", "Sim") },
                    TemplateButton::Url { suffix: "p/7".into() },
                    TemplateButton::CopyCode { code: "VEM10".into() },
                    TemplateButton::Flow { token: "t1".into(), data: Some(data()) },
                    TemplateButton::Flow { token: "t1".into(), data: None },
                ],
                ..template()
            }),
        ),
        (
            "template by name",
            Message::Template(TemplateMessage {
                header: Some(TemplateHeader::Media(uploaded(MediaKind::Document))),
                parameters: TemplateParameters::Named(vec![("nome".into(), "Ana".into()), ("dia".into(), "sexta".into())]),
                ..template()
            }),
        ),
        (
            "template with place",
            Message::Template(TemplateMessage { header: Some(TemplateHeader::Location(place())), ..template() }),
        ),
        (
            "template with cards",
            Message::Template(TemplateMessage {
                parameters: TemplateParameters::Positional(vec!["Ana".into()]),
                cards: vec![template_card("a"), template_card("b")],
                ..template()
            }),
        ),
        ("flow", Message::Flow(flow.clone())),
        (
            "flow by name",
            Message::Flow(FlowMessage {
                flow: "agenda".into(),
                screen: Some("DAY".into()),
                data: data(),
                header: Some(Header::Text("Agenda".into())),
                footer: Some("Loja".into()),
                ..flow
            }),
        ),
        ("location request", Message::LocationRequest { text: "Onde você está?".into() }),
        ("contact request", Message::ContactRequest { text: "Qual é o seu número?".into() }),
        ("location", Message::Location(place())),
        (
            "contacts",
            Message::Contacts {
                contacts: vec![
                    ContactCard {
                        name: "Bia Lima".into(),
                        phones: vec!["+55 11 98765-4321".into(), "0800 1234".into()],
                        emails: vec!["bia@example.com".into()],
                        company: Some("Loja".into()),
                    },
                    ContactCard { name: "Loja".into(), phones: vec![], emails: vec![], company: None },
                ],
            },
        ),
        (
            "product",
            Message::Product(ProductMessage {
                catalog: "c".into(),
                product: "p".into(),
                text: Some("Gostou?".into()),
                footer: None,
            }),
        ),
        (
            "product alone",
            Message::Product(ProductMessage { catalog: "c".into(), product: "p".into(), text: None, footer: None }),
        ),
        (
            "product list",
            Message::ProductList(ProductListMessage {
                catalog: "c".into(),
                header: "Cactos".into(),
                text: "Veja".into(),
                footer: Some("Loja".into()),
                sections: vec![ProductSection { title: Some("Pequenos".into()), products: vec!["p".into(), "q".into()] }],
            }),
        ),
        ("reaction", Message::Reaction { message_id: "wamid.A1".into(), emoji: "👍".into() }),
        ("reaction taken back", Message::Reaction { message_id: "wamid.A1".into(), emoji: String::new() }),
    ]
}

#[test]
fn every_message_is_valid() {
    for (name, message) in messages() {
        assert_eq!(violations(&message), [], "{name}");
        assert_eq!(faults(&send(&message)), [] as [String; 0], "{name}: {}", send(&message));
    }
}

#[test]
fn every_message_looks_as_it_did() {
    let bodies: Map<String, Value> = messages().into_iter().map(|(name, message)| (name.to_owned(), send(&message))).collect();
    insta::assert_json_snapshot!(bodies);
}

#[test]
fn every_kind_is_among_them() {
    // A new kind of message does not compile until it is named here, and then fails until it is sent above.
    let name = |message: &Message| match message {
        Message::Text { .. } => 0,
        Message::Media(_) => 1,
        Message::Buttons(_) => 2,
        Message::List(_) => 3,
        Message::Link(_) => 4,
        Message::Carousel(_) => 5,
        Message::Template(_) => 6,
        Message::Flow(_) => 7,
        Message::LocationRequest { .. } => 8,
        Message::ContactRequest { .. } => 9,
        Message::Location(_) => 10,
        Message::Contacts { .. } => 11,
        Message::Product(_) => 12,
        Message::ProductList(_) => 13,
        Message::Reaction { .. } => 14,
    };
    let mut kinds: Vec<i32> = messages().iter().map(|(_, message)| name(message)).collect();
    kinds.dedup();
    assert_eq!(kinds, (0..15).collect::<Vec<_>>());
}

#[test]
fn a_send_by_user_id_is_valid() {
    let body = request(&Recipient::UserId("BR.77".into()), &Message::Text { text: "Oi".into() }, "", None);
    assert_eq!(faults(&body), [] as [String; 0]);
}

#[test]
fn read_marks_are_valid() {
    for typing in [true, false] {
        assert_eq!(faults(&mark_as_read(&"wamid.A1".into(), typing)), [] as [String; 0]);
    }
}

#[test]
fn what_is_too_long_is_both_a_violation_and_invalid() {
    let title = "Confirmar agendamento";
    let message =
        Message::Buttons(ButtonsMessage { header: None, text: "Ok?".into(), footer: None, buttons: vec![reply("a", title)] });
    assert_eq!(violations(&message)[0].path, "buttons[0].title");
    assert_eq!(faults(&send(&message)).len(), 1);
}
