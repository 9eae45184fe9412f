//! What customers send.

use serde_json::{Map, Value, json};
use steps::{
    event::{Content, InboundMedia, Order, OrderItem},
    message::MediaKind,
};

use super::place;

/// What customers send, of each kind, each with a name.
pub fn contents() -> Vec<(&'static str, Content)> {
    let medium = |kind, filename: Option<&str>, caption: Option<&str>, transcript: Option<&str>| {
        Content::Media(InboundMedia {
            kind,
            id: "8301".into(),
            mime_type: None,
            sha256: None,
            filename: filename.map(str::to_owned),
            caption: caption.map(str::to_owned),
            transcript: transcript.map(str::to_owned),
        })
    };
    let contacts = json!([{
        "name": {"formatted_name": "Bruno Dias"}, "phones": [{"phone": "+55 21 90000-0001"}], "org": {"company": "Oficina Dias"}
    }]);
    let order = Order {
        catalog: "7001".into(),
        text: Some("Pode entregar hoje?".into()),
        items: vec![
            OrderItem { product: "cafe-500g".into(), quantity: 2.0, price: 38.9, currency: "BRL".into() },
            OrderItem { product: "filtro-103".into(), quantity: 1.0, price: 9.5, currency: "BRL".into() },
        ],
    };
    vec![
        ("text", Content::Text { text: "Oi! Vi o anúncio de vocês <hoje> & gostei".into() }),
        ("tap", Content::Tap { id: "t1".into(), title: "Manhã".into(), description: Some("Das 9h às 12h".into()) }),
        (
            "form",
            Content::Form {
                answers: object(json!({"nome": "Ana Souza", "cores": ["azul", "verde"], "aceita": true})),
                token: None,
                name: Some("agendamento".into()),
            },
        ),
        ("photo", medium(MediaKind::Image, None, Some("Ficou *assim*"), None)),
        ("voice", medium(MediaKind::Voice, None, None, Some("queria saber o preço"))),
        ("document", medium(MediaKind::Document, Some("comprovante.pdf"), None, None)),
        ("sticker", medium(MediaKind::Sticker, None, None, None)),
        ("location", Content::Location(place())),
        ("contacts", Content::Contacts { contacts, requested: true }),
        ("order", Content::Order(order)),
        ("reaction", Content::Reaction { message_id: "wamid.old".into(), emoji: Some("🎉".into()) }),
        ("edit", Content::Edit { original: "wamid.old".into(), text: Some("Amanhã às 10h".into()) }),
        ("revoke", Content::Revoke { original: "wamid.old".into() }),
        ("call_permission", Content::CallPermission { response: "accept".into() }),
        ("call", Content::Call { event: "connect".into() }),
        ("unsupported", Content::Unsupported { what: "poll".into(), code: Some(131_051) }),
        ("unknown", Content::Unknown { what: "hologram".into() }),
    ]
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
