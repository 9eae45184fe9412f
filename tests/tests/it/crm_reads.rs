//! What Kommo has of a customer is known when a bot starts, without anybody's waiting; leads and contacts that go away; a lead's other
//! contacts; what a person reads of a handoff.

use serde_json::{Value, json};
use tests::harness::{Server, Setup};
use tests::kommo::{self, Kommo};

use crate::crm::{is_done, known, qualify, until};
use crate::shop::{ANA, BIA, Shop, deliver};

/// Says what it knows of the customer.
fn greet() -> Value {
    json!({
        "name": "Greet",
        "language": "en",
        "triggers": [{"on": "message", "keywords": ["hello"]}],
        "start": "hello",
        "steps": {"hello": {"type": "message", "text": "{{ contact.name }} of {{ contact.fields.city ?? \"nowhere\" }}, {{ lead.stage }}"}}
    })
}

fn setup(kommo: &Kommo) -> Setup {
    Server::with().settings(&kommo.settings()).bot("greet", greet()).bot("qualify", qualify())
}

/// How often this was asked.
fn asked(kommo: &Kommo, request: &str) -> usize {
    kommo.requests().iter().filter(|made| *made == request).count()
}

/// A shop beside a Kommo whose names are read: requests that give way get their moment.
async fn open(kommo: &Kommo, setup: Setup) -> Shop {
    let shop = Shop::open(setup).await;
    until("names are read", || (asked(kommo, "GET /api/v4/companies/custom_fields") == 1).then_some(())).await;
    shop
}

#[tokio::test]
async fn a_customer_whom_kommo_knows_is_known_before_the_first_step() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let contact = kommo.add_contact("Ana Maria Souza", ANA);
    kommo.change_contact(contact, &json!({"custom_fields_values": [{"field_id": kommo::CITY, "values": [{"value": "Recife"}]}]}));
    let lead = kommo.add_lead("Deal", contact);
    kommo.change_lead_silently(lead, &json!({"status_id": kommo::QUOTED}));
    deliver(shop.ana().text("hello")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana Maria Souza of Recife, quoted"]);
    shop.is_quiet().await;
    assert_eq!((kommo.leads().len(), kommo.contacts().len()), (1, 1));
    assert_eq!(kommo.contact(contact)["name"], "Ana Maria Souza");
    assert_eq!(shop.mock.messages_to(ANA).len(), 1, "what is read starts nothing");
}

#[tokio::test]
async fn a_burst_of_starts_reads_once_and_what_webhooks_missed_comes_as_news() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    // No webhook comes.
    let contact = kommo.add_contact("Ana Souza", ANA);
    let lead = kommo.add_lead("Deal", contact);
    deliver(shop.ana().text("hello")).await;
    shop.sent_to(ANA, 1).await;
    let path = format!("GET /api/v4/leads/{lead}");
    let read = asked(&kommo, &path);
    for count in 2..=4 {
        deliver(shop.ana().text("hello")).await;
        shop.sent_to(ANA, count).await;
    }
    shop.is_quiet().await;
    assert_eq!((asked(&kommo, &path), read), (1, 1));
}

#[tokio::test]
async fn a_conversation_does_not_wait_for_a_kommo_that_does_not_answer() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let contact = kommo.add_contact("Ana Maria Souza", ANA);
    let lead = kommo.add_lead("Deal", contact);
    kommo.hold("GET", "/contacts");
    deliver(shop.ana().text("hello")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana Souza of nowhere, new"]);
    kommo.release();
    // Contact and lead are found when the lead is written.
    until("the lead is found", || kommo.requests().contains(&format!("GET /api/v4/leads/{lead}")).then_some(())).await;
    shop.is_quiet().await;
    assert_eq!((kommo.leads().len(), kommo.contacts().len()), (1, 1));
    kommo.switch(false);
    deliver(shop.mock.customer(BIA).named("Bia Lima").text("hello")).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["Bia Lima of nowhere, new"]);
}

#[tokio::test]
async fn a_lead_that_is_deleted_is_forgotten_and_its_session_goes_on() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    kommo.delete_lead(lead);
    let leads = async |server: &Server| server.contact(ANA).await["leads"].as_array().map_or(0, Vec::len);
    shop.server.until("it is forgotten", async |server: &Server| (leads(server).await == 0).then_some(())).await;
    deliver(shop.ana().text("5000")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Thank you.");
    let made = until("a lead of its own", || kommo.leads().first().and_then(|lead| lead["id"].as_u64())).await;
    until("all is written", || (is_done(&kommo, made, 5000) && kommo.tasks().len() == 1).then_some(())).await;
    shop.is_quiet().await;
    assert_eq!((kommo.leads().len(), kommo.contacts().len()), (1, 1));
    assert_eq!(shop.server.alerts().await, Vec::<Value>::new(), "nothing of it waited");
}

#[tokio::test]
async fn changes_of_a_lead_that_is_gone_are_told_once_and_not_tried_for_days() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    kommo.delete_silently("leads", lead);
    deliver(shop.ana().text("5000")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Thank you.");
    let told = shop.server.until("an alert", async |server: &Server| server.alerts().await.into_iter().next()).await;
    shop.is_quiet().await;
    assert_eq!((told["name"].as_str(), shop.server.alerts().await.len()), (Some("crm_gone"), 1));
    assert!(told["text"].as_str().unwrap().contains(&lead.to_string()), "{told}");
    assert_eq!(shop.server.contact(ANA).await["leads"].as_array().map_or(0, Vec::len), 0);
}

#[tokio::test]
async fn a_contact_that_is_gone_is_found_anew_by_its_phone() {
    let lives = json!({
        "name": "Lives",
        "language": "en",
        "triggers": [{"on": "message", "keywords": ["recife"]}],
        "start": "city",
        "steps": {"city": {"type": "set", "fields": {"contact.fields.city": "Recife"}}}
    });
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo).bot("lives", lives)).await;
    kommo.connect(&[shop.server.url("")]);
    known(&kommo, &shop, ANA, "Ana Souza").await;
    let gone = kommo.contacts()[0]["id"].as_u64().unwrap();
    let other = kommo.add_contact("Ana Souza", ANA);
    kommo.delete_contact(gone);
    until("the webhook is taken", || (kommo.deliveries().0 >= 1).then_some(())).await;
    deliver(shop.ana().text("recife")).await;
    let city = || kommo.contact(other)["custom_fields_values"].to_string().contains("Recife");
    until("the other one has it", || city().then_some(())).await;
    assert_eq!(kommo.contacts().len(), 1);
    assert_eq!(shop.server.alerts().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_lead_whose_main_contact_has_no_phone_is_that_of_the_first_who_has_one() {
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = kommo.add_lead("Deal", kommo.add_contact("Office", "by mail only"));
    kommo.add_contact_to(lead, kommo.add_contact("Nobody", "none"));
    kommo.add_contact_to(lead, kommo.add_contact("Ana Souza", ANA));
    kommo.add_contact_to(lead, kommo.add_contact("Bia Lima", BIA));
    deliver(shop.ana().text("hi")).await;
    until("the lead is known", || (asked(&kommo, &format!("GET /api/v4/leads/{lead}")) >= 1).then_some(())).await;
    shop.is_quiet().await;
    kommo.move_lead(lead, kommo::QUOTED);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana, what is your budget?"]);
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(BIA).len(), 0);
}

#[tokio::test]
async fn the_summary_of_a_handoff_is_a_note_in_kommo_once() {
    let help = json!({
        "name": "Help",
        "language": "en",
        "triggers": [{"on": "message", "keywords": ["help"]}],
        "start": "person",
        "steps": {"person": {"type": "handoff", "text": "One moment.", "summary": "Ana wants {{ message.text }}"}}
    });
    let kommo = Kommo::start().await;
    let shop = open(&kommo, setup(&kommo).bot("help", help)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.lose_answer("POST", "/notes");
    deliver(shop.ana().text("help with my order")).await;
    shop.sent_to(ANA, 1).await;
    until("the note is written and looked for", || {
        (asked(&kommo, &format!("GET /api/v4/leads/{lead}/notes")) == 1).then_some(())
    })
    .await;
    shop.is_quiet().await;
    assert_eq!(kommo.notes(), ["Ana wants help with my order"]);
}
