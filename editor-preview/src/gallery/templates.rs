//! Templates, and what the account knows of them. Of one only its outline is known, as it is without a connected account.

use std::sync::Arc;

use steps::{
    environment::Environment,
    message::{MediaKind, Message, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters},
    template::{self, KnownTemplate, TemplateContent, TemplateContentButton, TemplateContentHeader},
};

use super::{place, reply, web};

/// The account that these templates are of.
pub(super) fn environment() -> Environment {
    let known = |(name, content): (&str, TemplateContent)| {
        let known = KnownTemplate {
            language: "pt_BR".into(),
            category: "utility".into(),
            status: "APPROVED".into(),
            parameters: template::gaps(&content.body),
            content: Some(content),
        };
        (name.to_owned(), vec![known])
    };
    Environment { templates: Arc::new(contents().into_iter().map(known).collect()), ..Environment::default() }
}

fn contents() -> [(&'static str, TemplateContent); 3] {
    let quick_reply = |text: &str| TemplateContentButton::QuickReply { text: text.into() };
    let url = |text: &str, url: &str| TemplateContentButton::Url { text: text.into(), url: url.into() };
    let card = TemplateContent {
        header: Some(TemplateContentHeader::Image),
        body: "Café {{1}}, torrado nesta semana".into(),
        buttons: vec![quick_reply("Quero este"), url("Ver mais", "https://aurora.example{{1}}")],
        ..TemplateContent::default()
    };
    [
        (
            "pedido_pronto",
            TemplateContent {
                header: Some(TemplateContentHeader::Location),
                body: "Seu pedido *{{1}}* está pronto para retirar.".into(),
                footer: Some("Café Aurora".into()),
                buttons: vec![
                    quick_reply("Estou a caminho"),
                    url("Acompanhar", "https://aurora.example/pedidos/{{1}}"),
                    TemplateContentButton::CopyCode { text: "Copiar código".into() },
                    TemplateContentButton::Flow { text: "Avaliar".into(), flow: "avaliacao".into() },
                    TemplateContentButton::PhoneNumber { text: "Ligar para a loja".into(), number: "+551140028922".into() },
                ],
                cards: Vec::new(),
            },
        ),
        (
            "entrega_hoje",
            TemplateContent {
                header: Some(TemplateContentHeader::Text { text: "Pedido {{pedido}}".into() }),
                body: "Oi {{nome}}, entregamos hoje até as {{hora}}. Alguém recebe em {{endereco}}?".into(),
                footer: Some("Responda PARAR para não receber avisos".into()),
                buttons: vec![url("Acompanhar", "https://aurora.example/pedidos/{{1}}"), quick_reply("Hoje não posso")],
                cards: Vec::new(),
            },
        ),
        (
            "cafes_do_mes",
            TemplateContent {
                body: "Os cafés do mês chegaram.".into(),
                cards: vec![card.clone(), card],
                ..TemplateContent::default()
            },
        ),
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
            "template_named",
            Message::Template(TemplateMessage {
                name: "entrega_hoje".into(),
                language: "pt_BR".into(),
                header: Some(TemplateHeader::Text(TemplateParameters::Named(vec![("pedido".into(), "1042".into())]))),
                parameters: TemplateParameters::Named(vec![("nome".into(), "Ana".into()), ("hora".into(), "17h".into())]),
                buttons: vec![TemplateButton::Url { suffix: "1042".into() }],
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
