//! Messages that can be tapped.

use serde_json::Map;
use steps::message::{
    ButtonsMessage, Card, CardButtons, CarouselMessage, FlowMessage, Header, LinkMessage, ListMessage, ListRow, ListSection,
    MediaKind, Message, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters,
};

use super::{place, reply, web};

pub(super) fn interactive() -> Vec<(&'static str, Message)> {
    let row =
        |id, title, description: Option<&str>| ListRow { reply: reply(id, title), description: description.map(str::to_owned) };
    let card = |text: &str, buttons| Card { media: web(MediaKind::Image, text), text: Some(text.into()), buttons };
    let flavours = ["Bourbon amarelo", "Catuaí vermelho", "Arara"];
    let tapped = |(index, text): (usize, &&str)| {
        card(
            text,
            CardButtons::Replies(vec![reply(&format!("c{index}a"), "Quero este"), reply(&format!("c{index}b"), "Saber mais")]),
        )
    };
    let linked =
        |text: &&str| card(text, CardButtons::Link { title: "Ver na loja".into(), url: "https://aurora.example/loja".into() });
    vec![
        (
            "buttons",
            Message::Buttons(ButtonsMessage {
                header: Some(Header::Text("Atendimento".into())),
                text: "Em que podemos ajudar?".into(),
                footer: Some("Respondemos em 1 minuto".into()),
                buttons: vec![reply("b1", "Comprar"), reply("b2", "Suporte"), reply("b3", "Falar com alguém")],
            }),
        ),
        (
            "buttons_image",
            Message::Buttons(ButtonsMessage {
                header: Some(Header::Media(web(MediaKind::Image, "vitrine"))),
                text: "Leva *dois*?".into(),
                footer: None,
                buttons: vec![reply("y", "Sim"), reply("n", "Não")],
            }),
        ),
        (
            "list",
            Message::List(ListMessage {
                header: Some("Entrega".into()),
                text: "Quando entregamos?".into(),
                footer: Some("Frete grátis".into()),
                button: "Ver horários".into(),
                sections: vec![
                    ListSection {
                        title: Some("Hoje".into()),
                        rows: vec![row("r1", "Manhã", Some("Das 9h às 12h")), row("r2", "Tarde", None)],
                    },
                    ListSection { title: Some("Amanhã".into()), rows: vec![row("r3", "Manhã", None)] },
                ],
            }),
        ),
        (
            "link",
            Message::Link(LinkMessage {
                header: None,
                text: "Pague pelo site:".into(),
                footer: Some("Pix ou cartão".into()),
                title: "Pagar agora".into(),
                url: "https://aurora.example/pagar/1042".into(),
            }),
        ),
        (
            "carousel",
            Message::Carousel(CarouselMessage {
                text: "Os cafés do mês".into(),
                cards: flavours.iter().enumerate().map(tapped).collect(),
            }),
        ),
        (
            "carousel_link",
            Message::Carousel(CarouselMessage {
                text: "Direto na loja".into(),
                cards: flavours.iter().take(2).map(linked).collect(),
            }),
        ),
        (
            "flow",
            Message::Flow(FlowMessage {
                flow: "agendamento".into(),
                button: "Agendar".into(),
                token: "s1.agendar".into(),
                screen: None,
                data: Map::new(),
                header: None,
                text: "Marque a sua visita".into(),
                footer: None,
            }),
        ),
        ("location_request", Message::LocationRequest { text: "Onde entregamos?".into() }),
        ("contact_request", Message::ContactRequest { text: "Quem recebe o pedido?".into() }),
    ]
}

pub(super) fn templates() -> Vec<(&'static str, Message)> {
    let card = |name: &str, id: &str| TemplateCard {
        header: web(MediaKind::Image, name),
        parameters: TemplateParameters::Positional(vec![name.to_owned()]),
        buttons: vec![quick_reply(id, "Quero este"), TemplateButton::Url { suffix: format!("/{id}") }],
    };
    vec![
        (
            "template",
            Message::Template(TemplateMessage {
                name: "boas_vindas".into(),
                language: "pt_BR".into(),
                header: Some(TemplateHeader::Text(TemplateParameters::Positional(vec!["Ana".into()]))),
                parameters: TemplateParameters::Named(vec![("nome".into(), "Ana".into()), ("desconto".into(), "10 %".into())]),
                buttons: vec![quick_reply("q1", "Quero"), quick_reply("q2", "Agora não")],
                cards: Vec::new(),
            }),
        ),
        (
            "template_many_buttons",
            Message::Template(TemplateMessage {
                name: "pedido_pronto".into(),
                language: "pt_BR".into(),
                header: Some(TemplateHeader::Location(place())),
                parameters: TemplateParameters::Positional(vec!["1042".into()]),
                buttons: vec![
                    quick_reply("q1", "Estou a caminho"),
                    TemplateButton::Url { suffix: "1042".into() },
                    TemplateButton::CopyCode { code: "CAFE10".into() },
                    TemplateButton::Flow { token: "s1.nota".into(), data: None },
                    TemplateButton::Fixed,
                ],
                cards: Vec::new(),
            }),
        ),
        (
            "template_carousel",
            Message::Template(TemplateMessage {
                name: "cafes_do_mes".into(),
                language: "pt_BR".into(),
                header: None,
                parameters: TemplateParameters::default(),
                buttons: Vec::new(),
                cards: vec![card("Bourbon", "k1"), card("Arara", "k2")],
            }),
        ),
    ]
}

fn quick_reply(id: &str, title: &str) -> TemplateButton {
    TemplateButton::QuickReply { reply: reply(id, title) }
}
