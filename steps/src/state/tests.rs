use serde_json::json;

use super::*;
use crate::{
    catalog::LeadItem,
    contact::{ErrorRecord, Lead, Tapped},
    expression::{Locals, Text, Value},
    ids::MessageId,
    moment::HOUR,
    testing::{NOW, Scene, bot_of, contact},
};

fn scene() -> Scene {
    let parts = json!({
        "name": "Orders", "hours": {"mon": ["09:00-12:00"]}, "country": "BR",
    });
    let mut scene = Scene::new(bot_of(json!({"type": "stop"}), parts.as_object().unwrap()).unwrap(), contact());
    let state = &mut scene.state;
    state.contact.email = Some("ana@example.com".into());
    state.contact.tags = vec!["vip".into(), "new".into()];
    state.contact.fields = json!({"city": "Recife", "address": {"lines": ["a", "b"]}, "empty": ""}).as_object().unwrap().clone();
    state.contact.company = json!({"name": "Acme"}).as_object().unwrap().clone();
    let task = json!({"id": 4, "kind": "call", "text": "Ligar", "due": NOW.plus(HOUR), "owner": {"team": "sales"}, "lead": "l1"});
    state.contact.tasks.push(serde_json::from_value(task).unwrap());
    state.contact.conversation_mut(&NumberId::default()).subscribers.push(Who::User("ana".into()));
    state.contact.leads.push(Lead {
        id: "l1".into(),
        pipeline: "sales".into(),
        stage: "new".into(),
        price: Some(100.0),
        items: vec![LeadItem {
            catalog: "menu".into(),
            item: "p1".into(),
            price: Some(12.5),
            quantity: 2.0,
            ..LeadItem::default()
        }],
        fields: json!({"size": 12}).as_object().unwrap().clone(),
        ..Lead::default()
    });
    let session = state.session.unwrap();
    state.contact.session_mut(session).unwrap().trigger.data = json!({"source": "site"});
    let frame = scene.frame_mut().unwrap();
    frame.vars = json!({"score": 7, "empty": ""}).as_object().unwrap().clone();
    frame.flow = json!({"date": "2026-03-05"}).as_object().unwrap().clone();
    frame.answer = Some(json!("sim"));
    let text = "no answer".to_owned();
    frame.error = Some(ErrorRecord { name: "timeout".into(), code: Some(7), text, step: "ask".into() });
    scene
}

fn read(scene: &Scene, source: &str) -> Value {
    let facts: Arc<dyn Facts> = Arc::new(scene.state.clone());
    Text::compile(&format!("{{{{ {source} }}}}")).unwrap().value(&facts, Locals::none()).unwrap()
}

#[test]
fn every_root_is_found() {
    let scene = scene();
    for (source, expected) in [
        ("contact.id", json!("c1")),
        ("contact.phone", json!("+5511999999999")),
        ("contact.name", json!("Ana Souza")),
        ("contact.first_name", json!("Ana")),
        ("contact.email", json!("ana@example.com")),
        ("contact.language", json!("pt-BR")),
        ("contact.tags", json!(["vip", "new"])),
        ("contact.tags[1]", json!("new")),
        ("contact.tasks[0].kind", json!("call")),
        ("contact.tasks[0].due", json!("2026-03-02T14:00:00Z")),
        ("contact.tasks[0].owner", json!("sales")),
        ("contact.tasks[1]", Value::Null),
        ("contact.tasks.filter(|task| task.kind == \"call\").len()", json!(1)),
        ("conversation.subscribers", json!([{"user": "ana"}])),
        ("contact.fields.city", json!("Recife")),
        ("contact.fields.address.lines[1]", json!("b")),
        ("contact.opted_in", Value::Null),
        ("contact.fields", json!({"city": "Recife", "address": {"lines": ["a", "b"]}})),
        ("lead.fields", json!({"size": 12})),
        ("company", json!({"name": "Acme"})),
        ("vars", json!({"score": 7, "empty": ""})),
        ("flow", json!({"date": "2026-03-05"})),
        ("lead.id", json!("l1")),
        ("lead.pipeline", json!("sales")),
        ("lead.stage", json!("new")),
        ("lead.price", json!(100)),
        ("lead.fields.size", json!(12)),
        ("lead.items[0]", json!({"catalog": "menu", "item": "p1", "name": null, "price": 12.5, "quantity": 2})),
        ("lead.items[0].quantity", json!(2)),
        ("lead.items[1]", Value::Null),
        ("lead.name", Value::Null),
        ("company.name", json!("Acme")),
        ("conversation.id", json!("c1:")),
        ("conversation.channel", json!("whatsapp")),
        ("conversation.count", json!(1)),
        ("vars.score", json!(7)),
        ("flow.date", json!("2026-03-05")),
        ("answer", json!("sim")),
        ("trigger.on", json!("message")),
        ("trigger.data.source", json!("site")),
        ("error.name", json!("timeout")),
        ("error.code", json!(7)),
        ("error.text", json!("no answer")),
        ("error.step", json!("ask")),
        ("window.open", json!(true)),
        ("window.seconds_left", json!(24 * 3_600 - 60)),
        ("window.closes_at", json!("2026-03-03T09:59:00-03:00")),
        ("window.free_entry", json!(false)),
        ("hours.open", json!(true)),
        ("bot.name", json!("Orders")),
        ("bot.id", json!("test")),
        ("now", json!("2026-03-02T10:00:00-03:00")),
        ("message.text", json!("oi")),
        ("message.said", json!("oi")),
        ("message.type", json!("text")),
        ("message.id", json!("wamid.1")),
        ("message.tapped.title", Value::Null),
        ("message.media.id", Value::Null),
    ] {
        assert_eq!(read(&scene, source), expected, "{source}");
    }
}

#[test]
fn what_is_missing_is_missing_at_any_depth() {
    let mut scene = scene();
    scene.state.contact.leads.clear();
    scene.state.contact.conversations.clear();
    for source in [
        "lead.fields.size",
        "lead.stage",
        "message.text",
        "message.media.kind",
        "contact.fields.no.deeper",
        "vars.none",
        "company.none",
    ] {
        assert_eq!(read(&scene, source), Value::Null, "{source}");
    }
    assert_eq!(read(&scene, "window.open"), false);
    assert_eq!(read(&scene, "window.seconds_left"), 0);
}

#[test]
fn an_empty_text_is_missing_but_in_what_a_bot_keeps() {
    let mut scene = scene();
    scene.state.contact.name = Some(" ".into());
    scene.state.contact.identity.name = Some(String::new());
    scene.state.contact.email = Some(String::new());
    for (source, expected) in [
        ("contact.name", Value::Null),
        ("contact.first_name ?? \"cliente\"", json!("cliente")),
        ("contact.email", Value::Null),
        ("contact.fields.empty", Value::Null),
        ("vars.empty", json!("")),
    ] {
        assert_eq!(read(&scene, source), expected, "{source}");
    }
}

#[test]
fn what_the_customer_sent_is_read_by_its_kind() {
    let mut scene = scene();
    for (content, source, expected) in [
        (json!({"type": "media", "kind": "image", "id": "m1", "caption": "look"}), "message.text", json!("look")),
        (json!({"type": "media", "kind": "image", "id": "m1", "caption": "look"}), "message.media.kind", json!("image")),
        (json!({"type": "location", "latitude": -8.05, "longitude": -34.9}), "message.location.latitude", json!(-8.05)),
        (
            json!({"type": "order", "catalog": "k", "items": [{"product": "p", "quantity": 2.0, "price": 9.5, "currency": "BRL"}]}),
            "message.order.items[0].product",
            json!("p"),
        ),
    ] {
        let message = scene.state.contact.conversation_mut(&NumberId::default()).last_message.as_deref_mut().unwrap();
        message.content = serde_json::from_value(content).unwrap();
        assert_eq!(read(&scene, source), expected, "{source}");
    }
}

#[test]
fn outside_the_window_and_the_hours() {
    let mut scene = scene();
    scene.pass(26 * HOUR);
    assert_eq!(read(&scene, "window.open"), false);
    assert_eq!(read(&scene, "window.seconds_left"), 0);
    assert_eq!(read(&scene, "hours.open"), false);
    assert_eq!(read(&scene, "hours.opens_at"), "2026-03-09T09:00:00-03:00");
}

#[test]
fn languages_come_from_the_contact_the_country_or_the_bot() {
    let mut scene = scene();
    assert_eq!(scene.state.language(), "pt-BR");
    scene.state.contact.identity.phone = Some("+34911234567".into());
    assert_eq!(scene.state.language(), "es-ES");
    scene.state.contact.language = Some("fr".into());
    assert_eq!(scene.state.language(), "fr");
    scene.state.contact.language = None;
    scene.state.contact.identity.phone = None;
    assert_eq!(scene.state.language(), "pt-BR", "the bot's");
    assert_eq!(scene.state.own_language(), "pt-BR");
}

/// Conditions mean the same whoever the customer is.
#[test]
fn what_is_read_is_read_by_the_bot_s_own_language() {
    let mut scene = scene();
    scene.state.contact.language = Some("en-US".into());
    assert_eq!(read(&scene, "number(\"1.500\")"), 1500);
    assert_eq!(read(&scene, "\"1.500\" > 1000"), true);
    assert_eq!(read(&scene, "date(\"02/03/2026\").month"), 3);
    assert_eq!(read(&scene, "date(\"02/03/2026\") == \"02/03/2026\""), true);
    assert_eq!(read(&scene, "round(\"1.500\")"), 1500);
}

#[test]
fn secrets_are_read_in_calls_only() {
    let mut scene = scene();
    assert_eq!(read(&scene, "secrets.KEY"), Value::Null);
    scene.state.secrets_readable = true;
    assert_eq!(read(&scene, "secrets.KEY"), "\u{e000}KEY\u{e001}");
}

#[test]
fn nothing_that_comes_from_outside_names_a_secret() {
    let mut scene = scene();
    let stolen = "\u{e000}KEY\u{e001}";
    let state = &mut scene.state;
    state.secrets_readable = true;
    let contact = &mut state.contact;
    contact.name = Some(stolen.into());
    contact.identity.username = Some(stolen.into());
    contact.identity.phone = Some(stolen.into());
    contact.email = Some(stolen.into());
    contact.language = Some(stolen.into());
    contact.owner = Some(stolen.into());
    contact.tags = vec![stolen.into()];
    contact.fields.insert("city".into(), stolen.into());
    contact.company.insert("name".into(), json!({"first": [stolen]}));
    let lead = contact.lead_mut().unwrap();
    lead.id = stolen.into();
    lead.name = Some(stolen.into());
    lead.pipeline = stolen.into();
    lead.stage = stolen.into();
    lead.owner = Some(stolen.into());
    lead.tags = vec![stolen.into()];
    lead.items = vec![LeadItem { item: stolen.into(), name: Some(stolen.into()), ..LeadItem::default() }];
    lead.fields.insert("size".into(), stolen.into());
    let message = contact.conversation_mut(&NumberId::default()).last_message.as_deref_mut().unwrap();
    message.id = MessageId::new(stolen);
    message.content = Content::Text { text: stolen.into() };
    message.tapped = Some(Tapped { id: stolen.into(), title: stolen.into(), value: json!([stolen]) });
    message.product = Some(json!({"id": stolen}));
    let session = state.session.unwrap();
    state.contact.session_mut(session).unwrap().trigger.data = json!({stolen: stolen, "source": stolen});
    let frame = scene.frame_mut().unwrap();
    frame.vars.insert("said".into(), stolen.into());
    frame.flow.insert("field".into(), stolen.into());
    frame.answer = Some(json!({"a": stolen}));
    frame.error = Some(ErrorRecord { text: stolen.into(), name: stolen.into(), ..ErrorRecord::default() });
    let everything = "\
        {{ contact.name }}{{ contact.first_name }}{{ contact.username }}{{ contact.phone }}{{ contact.email }}{{ contact.language }}\
        {{ contact.owner }}{{ contact.tags }}{{ contact.tags[0] }}{{ contact.fields.city }}{{ company.name }}{{ company.name.first[0] }}\
        {{ lead.id }}{{ lead.name }}{{ lead.pipeline }}{{ lead.stage }}{{ lead.owner }}{{ lead.tags }}{{ lead.fields.size }}{{ lead.items }}{{ lead.items[0].name }}\
        {{ message.id }}{{ message.text }}{{ message.said }}{{ message.tapped.id }}{{ message.tapped.title }}{{ message.tapped.value }}{{ message.product }}\
        {{ trigger.data }}{{ trigger.data.source }}{{ vars.said }}{{ flow.field }}{{ answer }}{{ answer.a }}{{ error.text }}{{ error.name }}\
        {{ vars }}{{ flow }}{{ contact.fields }}{{ lead.fields }}{{ company }}";
    let facts: Arc<dyn Facts> = Arc::new(scene.state.clone());
    let read = Text::compile(everything).unwrap().render(&facts, Locals::none()).unwrap();
    assert!(!holds_marks(&Value::from(read.as_str())), "{read:?}");
    assert!(read.matches("KEY").count() >= 36, "{read:?}");
}

#[test]
fn the_current_lead_is_made_once() {
    let mut scene = scene();
    scene.state.contact.leads.clear();
    let first = scene.state.lead_or_new().id.clone();
    assert_eq!(scene.state.lead_or_new().id, first);
    assert_ne!(scene.state.new_lead().id, first);
    assert_eq!(scene.state.now, NOW);
}

#[test]
fn money_and_dates_are_in_the_language_of_the_text() {
    let money = |parts: serde_json::Value, language: &str| {
        let mut scene = Scene::new(bot_of(json!({"type": "stop"}), parts.as_object().unwrap()).unwrap(), contact());
        scene.state.contact.language = Some(language.into());
        read(&scene, "money(1234.5, \"BRL\")")
    };
    let spanish = json!({"language": "pt-BR", "translations": {"es": {}}});
    assert_eq!(money(json!({"language": "pt-BR"}), "en-US"), "R$ 1.234,50");
    assert_eq!(money(spanish.clone(), "es-MX"), "R$1,234.50");
    assert_eq!(money(spanish, "en-US"), "R$ 1.234,50");
    assert_eq!(money(json!({"language": "en-US"}), "pt-BR"), "R$1,234.50");
}
