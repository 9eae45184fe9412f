//! What customers do, and the webhooks it makes.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tests::mock::{Act, MediaKind, Mock, Person, TesterError};

use crate::api::{ANA, Api, buttons, wamid};
use crate::receiver::Receiver;

async fn started() -> (Mock, Receiver) {
    let builder = Mock::builder().limits(false).accept_unknown_templates();
    let mock = builder.statuses(tests::mock::StatusPlan::off()).start().await.unwrap();
    let receiver = Receiver::of(&mock).await;
    (mock, receiver)
}

fn map(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

async fn does(mock: &Mock, receiver: &Receiver, act: Act, posts: usize) -> Value {
    mock.customer(ANA).act(act).unwrap().deliver().await.unwrap();
    receiver.message(posts).await
}

#[tokio::test]
async fn a_text_arrives_signed_at_the_given_time() {
    let (mock, receiver) = started().await;
    let time = Timestamp::constant(1_780_000_000, 0);
    let inbound = mock.customer(ANA).named("Ana María 👋").text("¡Hola!").at(time);
    let ids = inbound.ids();
    assert_eq!(inbound.deliver().await.unwrap(), [200]);
    let change = receiver.changes(1).await.remove(0);
    assert_eq!(change["value"]["contacts"], json!([{"profile": {"name": "Ana María 👋"}, "wa_id": "34600111222"}]));
    assert_eq!(
        change["value"]["messages"],
        json!([{"from": "34600111222", "id": ids[0], "timestamp": "1780000000", "type": "text", "text": {"body": "¡Hola!"}}])
    );
}

#[tokio::test]
async fn buttons_are_tapped_by_title_or_id_if_they_exist() {
    let (mock, receiver) = started().await;
    let api = Api::of(&mock);
    let ana = mock.customer(ANA);
    assert!(matches!(ana.tap("Yes"), Err(TesterError::NothingToAnswer { .. })));
    let first = wamid(&api.send(ANA, "interactive", buttons(&[("1:yes", "Yes"), ("1:no", "No")])).await);
    let second = wamid(&api.send(ANA, "interactive", buttons(&[("2:yes", "Yes")])).await);
    ana.tap("Yes").unwrap().deliver().await.unwrap();
    let tap = receiver.message(1).await;
    assert_eq!(tap["interactive"], json!({"type": "button_reply", "button_reply": {"id": "2:yes", "title": "Yes"}}));
    assert_eq!(tap["context"], json!({"from": "15550783881", "id": second}));
    ana.tap_on(&first, "1:no").unwrap().deliver().await.unwrap();
    assert_eq!(receiver.message(2).await["interactive"]["button_reply"]["title"], "No");
    let error = ana.tap("Maybe").unwrap_err().to_string();
    assert_eq!(error, format!("message {second} has nothing to tap that is called \"Maybe\"; it has \"Yes\" (2:yes)"));
    assert!(matches!(mock.customer("+34999").tap_on(&first, "Yes"), Err(TesterError::NoSuchMessage { .. })));
}

#[tokio::test]
async fn rows_and_cards_are_tapped_too() {
    let (mock, receiver) = started().await;
    let api = Api::of(&mock);
    let ana = mock.customer(ANA);
    let list = json!({"type": "list", "body": {"text": "?"}, "action": {"button": "Open", "sections": [
        {"title": "A", "rows": [{"id": "a", "title": "Same", "description": "first"}]},
        {"title": "B", "rows": [{"id": "b", "title": "Same"}]},
    ]}});
    wamid(&api.send(ANA, "interactive", list).await);
    assert!(matches!(ana.tap("Same"), Err(TesterError::Ambiguous { .. })));
    ana.tap("a").unwrap().deliver().await.unwrap();
    let reply = json!({"type": "list_reply", "list_reply": {"id": "a", "title": "Same", "description": "first"}});
    assert_eq!(receiver.message(1).await["interactive"], reply);
    let card = |index: u32| {
        json!({"card_index": index, "type": "cta_url",
            "header": {"type": "image", "image": {"link": "https://example.com/a.png"}},
            "action": {"buttons": [{"type": "quick_reply", "quick_reply": {"id": format!("buy-{index}"), "title": format!("Buy {index}")}}]}})
    };
    let carousel = json!({"type": "carousel", "body": {"text": "?"}, "action": {"cards": [card(0), card(1)]}});
    wamid(&api.send(ANA, "interactive", carousel).await);
    ana.tap("Buy 1").unwrap().deliver().await.unwrap();
    assert_eq!(receiver.message(2).await["interactive"]["button_reply"]["id"], "buy-1");
}

#[tokio::test]
async fn a_form_returns_its_token() {
    let (mock, receiver) = started().await;
    let api = Api::of(&mock);
    let flow = json!({"type": "flow", "body": {"text": "?"}, "action": {"name": "flow", "parameters": {
        "flow_message_version": "3", "flow_id": "17", "flow_cta": "Open", "flow_token": "session-1:step-2"}}});
    let sent = wamid(&api.send(ANA, "interactive", flow).await);
    let ana = mock.customer(ANA);
    ana.complete_form(map(json!({"email": "ana@example.com"}))).unwrap().deliver().await.unwrap();
    let message = receiver.message(1).await;
    assert_eq!(message["context"]["id"], sent.as_str());
    let reply = &message["interactive"]["nfm_reply"];
    assert_eq!((&reply["name"], &reply["body"]), (&json!("flow"), &json!("Sent")));
    let response: Value = serde_json::from_str(reply["response_json"].as_str().unwrap()).unwrap();
    assert_eq!(response, json!({"email": "ana@example.com", "flow_token": "session-1:step-2"}));
    wamid(&api.send(ANA, "interactive", buttons(&[("a", "Yes")])).await);
    assert!(matches!(ana.complete_form(Map::new()), Err(TesterError::NotAsked { .. })));
}

#[tokio::test]
async fn a_place_answers_a_request_and_stands_alone_without() {
    let (mock, receiver) = started().await;
    let ana = mock.customer(ANA);
    ana.location(41.4, 2.2).deliver().await.unwrap();
    assert_eq!(receiver.message(1).await.get("context"), None);
    let request = json!({"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "send_location"}});
    let sent = wamid(&Api::of(&mock).send(ANA, "interactive", request).await);
    ana.location(41.4, 2.2).deliver().await.unwrap();
    let place = receiver.message(2).await;
    assert_eq!(place["context"]["id"], sent.as_str());
    assert_eq!(place["location"], json!({"latitude": 41.4, "longitude": 2.2}));
}

#[tokio::test]
async fn a_contact_is_shared_when_asked() {
    let (mock, receiver) = started().await;
    let hidden = mock.customer_with_user_id("US.134912");
    let share = || Act::ShareContact { phone: "+34 600 111 222".to_owned() };
    assert!(hidden.act(share()).is_err());
    let request = json!({"messaging_product": "whatsapp", "recipient": "US.134912", "type": "interactive",
        "interactive": {"type": "request_contact_info", "body": {"text": "?"}, "action": {"name": "request_contact_info"}}});
    wamid(&Api::of(&mock).post(request).await);
    hidden.act(share()).unwrap().deliver().await.unwrap();
    let contact = receiver.message(1).await["contacts"][0].clone();
    assert_eq!(contact["origin"], "contact_request");
    assert_eq!(contact["phones"][0]["wa_id"], "34600111222");
}

#[tokio::test]
async fn a_username_only_user_has_no_phone() {
    let (mock, receiver) = started().await;
    mock.customer_with_user_id("US.134912").text("hi").deliver().await.unwrap();
    let change = receiver.changes(1).await.remove(0);
    let contact = &change["value"]["contacts"][0];
    assert_eq!((contact.get("wa_id"), &contact["user_id"]), (None, &json!("US.134912")));
    let message = &change["value"]["messages"][0];
    assert_eq!((message.get("from"), &message["from_user_id"]), (None, &json!("US.134912")));
}

#[tokio::test]
async fn an_album_is_several_messages() {
    let (mock, receiver) = started().await;
    let album = Act::Album {
        mime: "image/png".to_owned(),
        pictures: vec!["AAAA".to_owned(), "BBBB".to_owned(), "CCCC".to_owned()],
        caption: Some("the house".to_owned()),
    };
    let inbound = mock.customer(ANA).act(album).unwrap();
    assert_eq!(inbound.ids().len(), 3);
    inbound.clone().deliver().await.unwrap();
    let changes = receiver.changes(1).await;
    assert_eq!(changes.len(), 3, "three changes in one POST");
    let captions: Vec<Value> = changes.iter().map(|change| change["value"]["messages"][0]["image"]["caption"].clone()).collect();
    assert_eq!(captions, [json!("the house"), Value::Null, Value::Null]);
    assert_eq!(inbound.apart().deliver().await.unwrap(), [200, 200, 200]);
}

#[tokio::test]
async fn the_other_deeds_have_their_documented_forms() {
    let (mock, receiver) = started().await;
    let text = |text: &str| text.to_owned();
    let order = Act::Order {
        catalog_id: text("7"),
        product_items: vec![json!({"product_retailer_id": "p", "quantity": 2, "item_price": 30, "currency": "EUR"})],
        text: None,
    };
    assert_eq!(does(&mock, &receiver, order, 1).await["order"]["product_items"][0]["quantity"], 2);
    let contacts = Act::Contacts { contacts: vec![json!({"name": {"formatted_name": "Bo"}})] };
    assert_eq!(does(&mock, &receiver, contacts, 2).await["contacts"][0]["name"]["formatted_name"], "Bo");
    let removed = Act::Reaction { message: text("wamid.A"), emoji: None };
    assert_eq!(does(&mock, &receiver, removed, 3).await["reaction"], json!({"message_id": "wamid.A"}));
    let ad = Act::Ad { text: text("hi"), referral: None };
    assert_eq!(does(&mock, &receiver, ad, 4).await["referral"]["source_type"], "ad");
    let edit = Act::Edit { original: text("wamid.A"), text: text("better") };
    let edited = does(&mock, &receiver, edit, 5).await["edit"].clone();
    assert_eq!(edited["message"]["text"]["body"], "better");
    let revoke = Act::Revoke { original: text("wamid.A") };
    assert_eq!(does(&mock, &receiver, revoke, 6).await["revoke"]["original_message_id"], "wamid.A");
    let poll = does(&mock, &receiver, Act::Unsupported { kind: text("poll") }, 7).await;
    assert_eq!((&poll["unsupported"]["type"], &poll["errors"][0]["code"]), (&json!("poll"), &json!(131051)));
    let other = Act::Other { kind: text("hologram"), content: json!({"depth": 3}) };
    assert_eq!(does(&mock, &receiver, other, 8).await["hologram"]["depth"], 3);
}

#[tokio::test]
async fn a_changed_number_has_no_contact_and_names_both() {
    let (mock, receiver) = started().await;
    let person = Person { user_id: Some("ES.1".to_owned()), ..Person::with_phone(ANA) };
    let act = Act::ChangeNumber { phone: "+34600333444".to_owned(), user_id: Some("ES.2".to_owned()) };
    mock.customer_like(person).act(act).unwrap().deliver().await.unwrap();
    let value = receiver.changes(1).await.remove(0)["value"].clone();
    assert_eq!(value.get("contacts"), None);
    let system = &value["messages"][0]["system"];
    assert_eq!((&system["type"], &system["wa_id"]), (&json!("user_changed_number"), &json!("34600333444")));
    assert_eq!((&system["user_id"], &system["previous_user_id"]), (&json!("ES.2"), &json!("ES.1")));
}

#[tokio::test]
async fn echoes_and_standby_come_on_their_fields() {
    let (mock, receiver) = started().await;
    let ana = mock.customer(ANA);
    ana.act(Act::Echo { text: "I take over".to_owned() }).unwrap().deliver().await.unwrap();
    ana.act(Act::Standby { text: "hi".to_owned() }).unwrap().deliver().await.unwrap();
    let changes = receiver.changes(2).await;
    assert_eq!(changes[0]["field"], "smb_message_echoes");
    let echo = &changes[0]["value"]["message_echoes"][0];
    assert_eq!((&echo["from"], &echo["to"]), (&json!("15550783881"), &json!("34600111222")));
    assert_eq!(changes[1]["field"], "standby");
    assert_eq!(changes[1]["value"]["messages"][0]["text"]["body"], "hi");
}

#[tokio::test]
async fn a_file_can_be_fetched_from_the_webhook() {
    let (mock, receiver) = started().await;
    mock.customer(ANA).media(MediaKind::Image, "image/png", b"picture", Some("look")).deliver().await.unwrap();
    let image = receiver.message(1).await["image"].clone();
    assert_eq!(image["caption"], "look");
    let api = Api::of(&mock);
    let url = image["url"].as_str().unwrap();
    let bytes = api.client.get(url).bearer_auth(&api.token).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes.as_ref(), b"picture");
}
