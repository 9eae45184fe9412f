//! Messages that can be tapped.

use serde_json::Map;
use steps::message::{
    ButtonsMessage, Card, CardButtons, CarouselMessage, FlowMessage, Header, LinkMessage, ListMessage, ListRow, ListSection,
    MediaKind, Message,
};

use super::{reply, web};

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
