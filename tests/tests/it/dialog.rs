//! A conversation from the first word to the handoff, on a bot that uses what sales bots use most.

use serde_json::{Value, json};

use crate::shop::{ANA, Shop, deliver};

fn tours() -> Value {
    json!({
        "name": "Tours",
        "language": "en",
        "country": "BR",
        "variables": {"people": {"type": "integer", "default": 1}, "price": {"type": "integer", "default": 0}},
        "defaults": {"on_human": "pause"},
        "triggers": [{"on": "message", "keywords": ["tour", "trip"]}],
        "start": "which",
        "steps": {
            "which": {
                "type": "list",
                "text": "Hello {{ contact.first_name }}! Where would you like to go?",
                "button": "Tours",
                "sections": [
                    {"title": "By sea", "rows": [
                        {"id": "island", "title": "The island", "description": "A day on the boat"},
                        {"id": "bay", "title": "The bay"}]},
                    {"title": "By land", "rows": [{"id": "hills", "title": "The hills", "synonyms": ["mountains"]}]}
                ],
                "save": "lead.fields.tour",
                "next": "class"
            },
            "class": {
                "type": "message",
                "text": "First or second class?",
                "buttons": [
                    {"id": "first", "title": "First", "synonyms": ["the best one"], "value": "1"},
                    {"id": "second", "title": "Second", "value": "2"}
                ],
                "save": "vars.class",
                "next": "people"
            },
            "people": {
                "type": "ask",
                "text": "How many are you?",
                "expect": "integer",
                "min": 1,
                "max": 12,
                "save": "vars.people",
                "invalid": "A number from 1 to 12, please.",
                "attempts": 2,
                "otherwise": "person",
                "next": "compute"
            },
            "compute": {
                "type": "script",
                "code": "let each = if vars.class == \"1\" { 90 } else { 50 };\nvars.price = each * vars.people;",
                "next": "big"
            },
            "big": {
                "type": "condition",
                "branches": [{"when": "vars.price >= 200", "goto": "tag_big"}],
                "otherwise": "offer"
            },
            "tag_big": {"type": "tags", "on": "lead", "add": ["group"], "next": "move"},
            "move": {"type": "stage", "pipeline": "sales", "stage": "offered", "next": "offer"},
            "offer": {"type": "message", "text": "{{ vars.people }} to {{ lead.fields.tour }}: {{ vars.price }} €.", "next": "person"},
            "person": {"type": "handoff", "to": {"team": "sales"}, "text": "Somebody will write to you."}
        }
    })
}

#[tokio::test]
async fn a_customer_is_led_from_the_first_word_to_a_person() {
    let shop = Shop::with_bot("tours", tours()).await;
    let ana = shop.ana();

    deliver(ana.text("Hi! I'd like a trip, please")).await;
    let list = shop.last_to(ANA, 1).await.body();
    assert_eq!(list["interactive"]["body"]["text"], "Hello Ana! Where would you like to go?");
    assert_eq!(list["interactive"]["action"]["sections"][0]["rows"][0]["title"], "The island");

    deliver(ana.tap("The island").unwrap()).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "First or second class?");

    deliver(ana.text("The best one!")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "How many are you?");

    deliver(ana.text("a lot of us")).await;
    assert_eq!(shop.last_to(ANA, 4).await.text(), "A number from 1 to 12, please.");

    let now = shop.server.contact(ANA).await;
    assert_eq!(now["sessions"][0]["bot"], "tours");
    assert_eq!(now["sessions"][0]["step"], "people");
    assert_eq!(now["sessions"][0]["waits_for"], "answer");

    deliver(ana.text("we are 3")).await;
    let texts = shop.texts_to(ANA, 6).await;
    assert_eq!(texts[4..], ["3 to The island: 270 €.", "Somebody will write to you."]);

    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    assert_eq!((&contact["phone"], &contact["name"]), (&json!(ANA), &json!("Ana Souza")));
    let lead = &contact["leads"][0];
    assert_eq!((&lead["pipeline"], &lead["stage"]), (&json!("sales"), &json!("offered")));
    assert_eq!((&lead["tags"], &lead["fields"]["tour"]), (&json!(["group"]), &json!("The island")));
    let window = &contact["window"];
    assert!(window["open"] == true && window["human"]["since"].is_string(), "{window}");
    assert!(window["seconds_left"].as_i64().is_some_and(|left| (86_000..=86_400).contains(&left)), "{window}");
    assert_eq!(contact["windows"][&shop.mock.account().numbers[0].id], *window);
    assert_eq!(contact["sessions"], json!([]));
    assert_eq!(contact["pending"], 0);
}

#[tokio::test]
async fn a_handoff_silences_the_bot_until_it_is_released() {
    let shop = Shop::with_bot("tours", tours()).await;
    let ana = shop.ana();
    let path = |what: &str| format!("/api/v1/contacts/{}/{what}", ANA.replace('+', "%2B"));

    deliver(ana.text("trip")).await;
    shop.sent_to(ANA, 1).await;
    let handed = shop.server.post(&path("handoff"), &json!({"to": {"user": "rui"}})).await.expect(200);
    assert!(handed["human"]["since"].is_string(), "{handed}");

    deliver(ana.tap("The bay").unwrap()).await;
    deliver(ana.text("tour?")).await;
    shop.is_quiet().await;
    shop.sent_to(ANA, 1).await;

    let written = shop.server.post(&path("messages"), &json!({"text": "This is Rui.", "by": "rui"})).await;
    written.expect(202);
    assert_eq!(shop.last_to(ANA, 2).await.text(), "This is Rui.");

    let released = shop.server.post(&path("release"), &json!({"close": true})).await.expect(200);
    assert!(released["human"].is_null(), "{released}");
    deliver(ana.text("another trip")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "Hello Ana! Where would you like to go?");

    shop.is_quiet().await;
    let transcript = shop.server.get(&path("messages")).await.expect(200);
    let directions: Vec<&str> =
        transcript.as_array().unwrap().iter().rev().map(|line| line["direction"].as_str().unwrap()).collect();
    assert_eq!(directions, ["in", "out", "in", "in", "out", "in", "out"]);
    assert_eq!(transcript[0]["status"], "read");
}

#[tokio::test]
async fn a_tap_on_an_old_message_never_acts_on_the_wrong_step() {
    let shop = Shop::with_bot("tours", tours()).await;
    let ana = shop.ana();
    deliver(ana.text("trip")).await;
    let list = shop.last_to(ANA, 1).await;
    deliver(ana.text("mountains")).await;
    shop.sent_to(ANA, 2).await;
    deliver(ana.tap_on(&list.wamid, "The bay").unwrap()).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "First or second class?", "the old option's own way is followed");
    let lead = shop.server.contact(ANA).await["leads"][0].clone();
    assert_eq!(lead["fields"]["tour"], "The bay");
}
