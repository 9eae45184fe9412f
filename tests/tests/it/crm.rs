//! A CRM beside the shop: Kommo's stages start bots, what bots change stands in Kommo, and while it is out of order nothing is lost.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::harness::{Server, Setup};
use tests::kommo::{self, Kommo};
use tests::mock::Mock;
use tokio::time::Instant;

use crate::shop::{ANA, BIA, Shop, deliver, is_quiet};

/// A try that was cut off is made again when its claim has run out.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn qualify() -> Value {
    json!({
        "name": "Qualify",
        "language": "en",
        "triggers": [{"on": "stage", "pipeline": "sales", "stage": "quoted"}],
        "start": "ask",
        "steps": {
            "ask": {"type": "ask", "text": "{{ contact.first_name }}, what is your budget?", "expect": "number", "save": "lead.fields.budget", "next": "move"},
            "move": {"type": "stage", "pipeline": "sales", "stage": "won", "next": "tag"},
            "tag": {"type": "tags", "on": "lead", "add": ["asked"], "next": "note"},
            "note": {"type": "note", "on": "lead", "text": "The budget is {{ lead.fields.budget }}.", "next": "task"},
            "task": {"type": "task", "text": "Call {{ contact.name }}", "due": "2h", "next": "thanks"},
            "thanks": {"type": "message", "text": "Thank you."}
        }
    })
}

fn setup(kommo: &Kommo) -> Setup {
    Server::with().settings(&kommo.settings()).bot("qualify", qualify())
}

pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn budget(lead: &Value) -> &Value {
    &lead["custom_fields_values"][0]["values"][0]["value"]
}

/// A customer whom Kommo knows, with a lead, and who has just written.
pub(crate) async fn known(kommo: &Kommo, shop: &Shop, phone: &str, name: &str) -> u64 {
    let contact = kommo.add_contact(name, phone);
    let lead = kommo.add_lead("Deal", contact);
    deliver(shop.mock.customer(phone).named(name).text("hi")).await;
    let read = format!("GET /api/v4/leads/{lead}");
    until("the lead is found", || kommo.requests().contains(&read).then_some(())).await;
    shop.is_quiet().await;
    lead
}

pub(crate) fn is_done(kommo: &Kommo, lead: u64, budget_is: i64) -> bool {
    let lead = kommo.lead(lead);
    let is_won = lead["status_id"] == kommo::WON && *budget(&lead) == budget_is;
    is_won && lead["_embedded"]["tags"][0]["name"] == "asked"
}

#[tokio::test]
async fn a_lead_that_is_moved_starts_a_bot_whose_changes_stand_in_kommo() {
    let kommo = Kommo::start().await;
    let shop = Shop::open(setup(&kommo).variable("SALESBOT_LOG", "debug")).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana, what is your budget?"]);
    // A copy of the webhook is no second move.
    kommo.tell_again();
    deliver(shop.ana().text("about 5000")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Thank you.");
    until("all is written", || (is_done(&kommo, lead, 5000) && kommo.tasks().len() == 1).then_some(())).await;
    until("the echoes have come", || (kommo.deliveries().0 >= 3).then_some(())).await;
    shop.is_quiet().await;
    assert_eq!((kommo.leads().len(), kommo.contacts().len()), (1, 1));
    assert_eq!((kommo.notes(), kommo.tasks()), (vec!["The budget is 5000.".to_owned()], vec!["Call Ana Souza".to_owned()]));
    assert_eq!(shop.mock.messages_to(ANA).len(), 2, "an echo starts nothing");
    assert_eq!(kommo.answers(400) + kommo.answers(429), 0);
    assert_eq!(shop.server.alerts().await, Vec::<Value>::new());
    let log = shop.server.log();
    for word in [kommo::TOKEN, kommo::SECRET, kommo::KEY, "Ana Souza", "5000"] {
        assert!(!log.contains(word), "{word} stands in the log:\n{log}");
    }
}

#[tokio::test]
async fn while_kommo_is_out_of_order_nothing_is_lost_and_nothing_doubled() {
    let kommo = Kommo::start().await;
    let shop = Shop::open(setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let (ana, bia) = (known(&kommo, &shop, ANA, "Ana Souza").await, known(&kommo, &shop, BIA, "Bia Lima").await);
    kommo.move_lead(ana, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    kommo.switch(false);
    // The conversation goes on without it, and what happens there waits.
    deliver(shop.ana().text("5000")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Thank you.");
    kommo.move_lead(bia, kommo::QUOTED);
    until("both were tried in vain", || (kommo.answers(503) >= 3).then_some(())).await;
    assert_eq!(kommo.lead(ana)["status_id"], kommo::QUOTED);
    kommo.switch(true);
    until("all is written", || (is_done(&kommo, ana, 5000) && kommo.tasks().len() == 1).then_some(())).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["Bia, what is your budget?"]);
    shop.is_quiet().await;
    assert_eq!((kommo.notes().len(), kommo.tasks().len(), kommo.leads().len()), (1, 1, 2));
    assert_eq!((shop.mock.messages_to(ANA).len(), shop.mock.messages_to(BIA).len()), (2, 1));
}

#[tokio::test]
async fn an_answer_that_is_lost_doubles_nothing() {
    let kommo = Kommo::start().await;
    let mut story = qualify();
    story["triggers"] = json!([{"on": "message", "any": true}]);
    story["steps"]["ask"]["text"] = json!("Budget?");
    let shop = Shop::open(Server::with().settings(&kommo.settings()).bot("qualify", story)).await;
    kommo.connect(&[shop.server.url("")]);
    for (method, end) in [("POST", "/leads/complex"), ("POST", "/notes"), ("POST", "/tasks")] {
        kommo.lose_answer(method, end);
    }
    deliver(shop.ana().text("hi")).await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().text("70")).await;
    let made = until("a lead", || kommo.leads().first().and_then(|lead| lead["id"].as_u64())).await;
    until("all is written", || (is_done(&kommo, made, 70) && kommo.tasks().len() == 1).then_some(())).await;
    until("the lost answers were tried again", || {
        (kommo.requests().iter().filter(|made| *made == "GET /api/v4/tasks").count() >= 1).then_some(())
    })
    .await;
    shop.is_quiet().await;
    let counts = (kommo.leads().len(), kommo.contacts().len(), kommo.notes().len(), kommo.tasks().len());
    assert_eq!(counts, (1, 1, 1, 1));
    assert_eq!(kommo.contacts()[0]["name"], "Ana Souza");
}

#[tokio::test]
async fn a_crash_between_a_write_and_its_result_doubles_nothing() {
    let kommo = Kommo::start().await;
    let mut shop = Shop::open(setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    kommo.hold("POST", "/notes");
    deliver(shop.ana().text("5000")).await;
    until("the note is there, and its answer under way", || (kommo.notes().len() == 1).then_some(())).await;
    shop.server.kill9().await;
    kommo.release();
    shop.server.start_again().await;
    until("the rest is written", || (kommo.tasks().len() == 1).then_some(())).await;
    shop.is_quiet().await;
    assert!(is_done(&kommo, lead, 5000));
    assert_eq!((kommo.notes().len(), kommo.tasks().len(), kommo.leads().len()), (1, 1, 1));
}

#[tokio::test]
async fn what_is_refused_for_good_is_told_and_the_rest_goes_on() {
    let kommo = Kommo::start().await;
    let settings = kommo.settings().replace(&format!("won = {}", kommo::WON), "won = 999");
    let shop = Shop::open(Server::with().settings(&settings).bot("qualify", qualify())).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().text("5000")).await;
    until("the rest is written", || (kommo.tasks().len() == 1).then_some(())).await;
    assert_eq!((budget(&kommo.lead(lead)), &kommo.lead(lead)["status_id"]), (&json!(5000), &json!(kommo::QUOTED)));
    let told = shop.server.until("an alert", async |server: &Server| server.alerts().await.into_iter().next()).await;
    assert_eq!(told["name"], "crm_refused");
    let text = told["text"].as_str().unwrap();
    assert!(text.contains(&format!("`stage` of lead {lead}")) && text.contains("NotSupportedChoice"), "{text}");
}

#[tokio::test]
async fn two_servers_start_a_bot_once() {
    let (kommo, redis, postgres, mock) =
        (Kommo::start().await, RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let mut servers = Vec::new();
    for server in setup(&kommo).sharing(&redis.url(), &postgres.fresh_database().await, 2) {
        servers.push(server.start_beside(&mock).await);
    }
    mock.connect(&servers[0].webhook_url()).await.unwrap();
    kommo.connect(&[servers[0].url(""), servers[1].url("")]);
    let phones: Vec<String> = (0..6).map(|number| format!("+55119876500{number:02}")).collect();
    let leads: Vec<u64> = phones.iter().map(|phone| kommo.add_lead("Deal", kommo.add_contact("Caro", phone))).collect();
    for phone in &phones {
        deliver(mock.customer(phone).named("Caro").text("hi")).await;
    }
    for lead in &leads {
        let read = format!("GET /api/v4/leads/{lead}");
        until("the lead is found", || kommo.requests().contains(&read).then_some(())).await;
    }
    for lead in &leads {
        kommo.move_lead(*lead, kommo::QUOTED);
        kommo.tell_again();
    }
    for (phone, lead) in phones.iter().zip(&leads) {
        until("the bot has started", || (!mock.messages_to(phone).is_empty()).then_some(())).await;
        deliver(mock.customer(phone).text("9")).await;
        until("all is written", || is_done(&kommo, *lead, 9).then_some(())).await;
    }
    until("all tasks", || (kommo.tasks().len() == leads.len()).then_some(())).await;
    is_quiet(&mock, &servers[0]).await;
    assert!(phones.iter().all(|phone| mock.messages_to(phone).len() == 2));
    assert_eq!((kommo.notes().len(), kommo.leads().len(), kommo.answers(429)), (leads.len(), leads.len(), 0));
}

async fn post(shop: &Shop, path: &str, kind: &str, body: &str) -> StatusCode {
    let request = reqwest::Client::builder().no_proxy().build().unwrap().post(shop.server.url(path));
    request.header("content-type", kind).body(body.to_owned()).send().await.unwrap().status()
}

#[tokio::test]
async fn what_does_not_come_from_the_account_has_no_effect() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let kommo = Kommo::start().await;
    let shop = Shop::open(setup(&kommo)).await;
    let lead = kommo.add_lead("Deal", kommo.add_contact("Ana Souza", ANA));
    let path = format!("/webhooks/kommo/{}", kommo::KEY);
    let told = |subdomain: &str| {
        format!(
            "account[subdomain]={subdomain}&leads[status][0][id]={lead}&leads[status][0][old_status_id]={}&leads[status][0][last_modified]=1",
            kommo::NEW
        )
    };
    assert_eq!(post(&shop, "/webhooks/kommo/guess", FORM, &told("acme")).await, 404);
    assert_eq!(post(&shop, &path, FORM, &told("other")).await, 403);
    for malformed in ["account[subdomain]=acme&leads=1", "a[b", "account[subdomain]=acme&leads[add][0][id]=x"] {
        assert_eq!(post(&shop, &path, FORM, malformed).await, 400, "{malformed}");
    }
    let widget = format!("{path}/widget");
    let own = format!("{}/api/v4/salesbot/1/continue/2", kommo.url());
    let ask =
        |token: String, address: &str| json!({"token": token, "data": {"bot": "qualify"}, "return_url": address}).to_string();
    for algorithm in ["none", "RS256"] {
        let token = kommo.token(algorithm, "acme", kommo::SECRET, lead);
        assert_eq!(post(&shop, &widget, "application/json", &ask(token, &own)).await, 401, "{algorithm}");
    }
    let token = |subdomain: &str, secret: &str| kommo.token("HS256", subdomain, secret, lead);
    assert_eq!(post(&shop, &widget, "application/json", &ask(token("acme", "guess"), &own)).await, 401);
    assert_eq!(post(&shop, &widget, "application/json", &ask(token("other", kommo::SECRET), &own)).await, 403);
    for foreign in ["https://evil.example/api/v4/salesbot/1/continue/2", "http://127.0.0.1:1/api/v4/x", "x"] {
        assert_eq!(post(&shop, &widget, "application/json", &ask(token("acme", kommo::SECRET), foreign)).await, 400, "{foreign}");
    }
    shop.is_quiet().await;
    let of_a_lead = |made: &String| made.starts_with("GET /api/v4/leads/") && !made.ends_with("/pipelines");
    assert!(!kommo.requests().iter().any(|made| of_a_lead(made) && !made.ends_with("/custom_fields")));
    let log = shop.server.log();
    assert!(!log.contains(kommo::KEY) && !log.contains("guess"), "a key stands in the log:\n{log}");
}

#[tokio::test]
async fn a_bot_of_kommo_hands_a_conversation_over_and_gets_it_back() {
    let kommo = Kommo::start().await;
    let helper = json!({
        "name": "Helper",
        "language": "en",
        "start": "ask",
        "steps": {"ask": {"type": "ask", "text": "How many, {{ trigger.data.data.greeting }}?", "expect": "number", "save": "vars.number"}}
    });
    let shop = Shop::open(setup(&kommo).bot("helper", helper)).await;
    kommo.connect(&[shop.server.url("")]);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    let widget = format!("/webhooks/kommo/{}/widget", kommo::KEY);
    for (algorithm, continued) in [("HS256", 1), ("HS512", 2)] {
        let address = format!("{}/api/v4/salesbot/1/continue/{continued}", kommo.url());
        let token = kommo.token(algorithm, "acme", kommo::SECRET, lead);
        let json = json!({"token": token, "data": {"bot": "helper", "greeting": "friend"}, "return_url": address}).to_string();
        let form = format!("token={token}&data%5Bbot%5D=helper&data%5Bgreeting%5D=friend&return_url={address}");
        for _ in 0..2 {
            let (kind, body) =
                if continued == 1 { ("application/json", &json) } else { ("application/x-www-form-urlencoded", &form) };
            assert_eq!(post(&shop, &widget, kind, body).await, 200);
        }
        assert_eq!(shop.last_to(ANA, continued).await.text(), "How many, friend?");
        deliver(shop.ana().text("12")).await;
        until("Kommo's bot goes on", || (kommo.continued().len() == continued).then_some(())).await;
        assert_eq!(kommo.continued()[continued - 1]["data"]["number"], "12");
    }
    shop.is_quiet().await;
    assert_eq!((kommo.continued().len(), shop.mock.messages_to(ANA).len()), (2, 2));
}
