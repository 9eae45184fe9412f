//! Names that are read from Kommo: nothing but the account is in the settings, and bots go by names; what Kommo calls otherwise breaks
//! none of them, and is told.

use std::process::Command;

use serde_json::{Value, json};
use tests::harness::{Server, Setup, program};
use tests::kommo::{self, Kommo};

use crate::crm::{is_done, known, qualify, until};
use crate::shop::{ANA, BIA, Shop, deliver};

fn setup(kommo: &Kommo) -> Setup {
    Server::with().settings(&kommo.bare_settings()).bot("qualify", qualify())
}

async fn account(server: &Server) -> Value {
    server.get("/api/v1/account").await.expect(200)
}

/// Waits until the studio is offered a stage of this name.
async fn offers(server: &Server, stage: &str) -> Value {
    let has = |account: &Value| {
        let stages = account["pipelines"][0]["stages"].as_array().cloned().unwrap_or_default();
        stages.iter().any(|known| known["id"] == stage)
    };
    server.until("names are read", async |server: &Server| Some(account(server).await).filter(|account| has(account))).await
}

#[tokio::test]
async fn without_names_in_the_settings_all_goes_by_kommos_own() {
    let kommo = Kommo::start().await;
    let shop = Shop::open(setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let offered = offers(&shop.server, "quoted").await;
    let ids = |of: &Value| -> Vec<String> {
        let all = of.as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["id"].as_str().or(one["key"].as_str()).unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(ids(&offered["pipelines"][0]["stages"]), ["new", "quoted", "incoming_leads", "won", "lost"]);
    assert_eq!(
        (ids(&offered["users"]), ids(&offered["teams"])),
        (vec!["ana".to_owned(), "bruno_lima".to_owned()], vec!["sales_team".to_owned()])
    );
    assert_eq!(
        (ids(&offered["fields"]["lead"]), ids(&offered["fields"]["contact"])),
        (vec!["budget".to_owned()], vec!["city".to_owned()])
    );
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana, what is your budget?"]);
    deliver(shop.ana().text("5000")).await;
    until("all is written", || (is_done(&kommo, lead, 5000) && kommo.tasks().len() == 1).then_some(())).await;
    assert_eq!(shop.server.contact(ANA).await["leads"][0]["stage"], "won");
    assert_eq!((kommo.answers(400), kommo.answers(429)), (0, 0));
}

#[tokio::test]
async fn a_bot_that_was_imported_goes_on_by_ids() {
    let by_id = json!({
        "name": "Imported",
        "language": "en",
        "triggers": [{"on": "stage", "pipeline": kommo::PIPELINE.to_string(), "stage": kommo::QUOTED.to_string()}],
        "start": "ask",
        "steps": {
            "ask": {"type": "ask", "text": "Budget?", "expect": "number", "save": format!("lead.fields.cf_{}", kommo::BUDGET), "next": "where"},
            "where": {"type": "condition", "branches": [{"when": format!("lead.stage == \"{}\" && lead.fields.cf_{} > 10", kommo::QUOTED, kommo::BUDGET), "goto": "move"}]},
            "move": {"type": "stage", "stage": kommo::WON.to_string(), "next": "thanks"},
            "thanks": {"type": "message", "text": "Thank you."}
        }
    });
    let kommo = Kommo::start().await;
    let shop = Shop::open(Server::with().settings(&kommo.bare_settings()).bot("imported", by_id)).await;
    kommo.connect(&[shop.server.url("")]);
    offers(&shop.server, "quoted").await;
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().text("70")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Thank you.");
    until("all is written", || (kommo.lead(lead)["status_id"] == kommo::WON).then_some(())).await;
    assert_eq!(kommo.lead(lead)["custom_fields_values"][0]["values"][0]["value"], 70);
    let contact = shop.server.contact(ANA).await;
    assert_eq!(contact["leads"][0]["fields"]["budget"], 70, "{contact:#}");
    assert_eq!(shop.server.alerts().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_stage_that_somebody_makes_is_known_when_a_lead_comes_into_it() {
    let mut story = qualify();
    story["triggers"] = json!([{"on": "stage", "pipeline": "sales", "stage": "agreed"}]);
    let kommo = Kommo::start().await;
    let shop = Shop::open(Server::with().settings(&kommo.bare_settings()).bot("agreed", story)).await;
    kommo.connect(&[shop.server.url("")]);
    offers(&shop.server, "quoted").await;
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.add_stage("Agreed");
    kommo.move_lead(lead, kommo::AGREED);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana, what is your budget?"]);
    let looks = || kommo.requests().iter().filter(|made| *made == "GET /api/v4/leads/pipelines").count();
    assert_eq!(looks(), 2);
    deliver(shop.ana().text("1")).await;
    until("all is written", || (is_done(&kommo, lead, 1)).then_some(())).await;
    assert_eq!(looks(), 2, "what is known is not looked for");
}

#[tokio::test]
async fn a_stage_that_got_another_name_is_told_and_breaks_no_bot() {
    let kommo = Kommo::start().await;
    let mut shop = Shop::open(setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    offers(&shop.server, "quoted").await;
    let (ana, bia) = (known(&kommo, &shop, ANA, "Ana Souza").await, known(&kommo, &shop, BIA, "Bia Lima").await);
    kommo.move_lead(ana, kommo::QUOTED);
    shop.sent_to(ANA, 1).await;
    shop.server.terminate();
    assert!(shop.server.ended().await.success());
    kommo.rename_stage(kommo::QUOTED, "Offer sent");
    shop.server.start_again().await;
    offers(&shop.server, "offer_sent").await;
    let told = shop.server.until("an alert", async |server: &Server| server.alerts().await.into_iter().next()).await;
    assert_eq!(told["name"], "crm_names_changed");
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("`quoted`") && text.contains("`offer_sent`") && text.contains("qualify"), "{text}");
    // The old name leads on, for bots and for contacts.
    assert_eq!(shop.server.contact(ANA).await["leads"][0]["stage"], "quoted", "as it was kept");
    kommo.move_lead(bia, kommo::QUOTED);
    assert_eq!(shop.texts_to(BIA, 1).await, ["Bia, what is your budget?"]);
    deliver(shop.mock.customer(BIA).text("5")).await;
    until("all is written", || is_done(&kommo, bia, 5).then_some(())).await;
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(ANA).len(), 1, "a new name is no move");
}

#[tokio::test]
async fn a_start_without_kommo_knows_what_the_last_one_knew() {
    let kommo = Kommo::start().await;
    let mut shop = Shop::open(setup(&kommo)).await;
    kommo.connect(&[shop.server.url("")]);
    let offered = offers(&shop.server, "quoted").await;
    shop.server.terminate();
    assert!(shop.server.ended().await.success());
    kommo.switch(false);
    shop.server.start_again().await;
    assert_eq!(account(&shop.server).await, offered);
    // The start waited for nothing, and bots run.
    kommo.switch(true);
    let lead = known(&kommo, &shop, ANA, "Ana Souza").await;
    kommo.move_lead(lead, kommo::QUOTED);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Ana, what is your budget?"]);
}

/// What `salesbot` says of a folder with these settings and this bot, and its exit code.
fn says(settings: &str, bot: &Value, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("bots")).unwrap();
    std::fs::write(folder.path().join("salesbot.toml"), settings).unwrap();
    std::fs::write(folder.path().join("bots/qualify.json"), format!("{bot:#}")).unwrap();
    let output = Command::new(program()).args(arguments).current_dir(folder.path()).env_clear().output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
    (said, output.status.code())
}

async fn run(settings: String, bot: Value, arguments: &'static [&'static str]) -> (String, Option<i32>) {
    tokio::task::spawn_blocking(move || says(&settings, &bot, arguments)).await.unwrap()
}

#[tokio::test]
async fn check_holds_names_against_kommos() {
    let kommo = Kommo::start().await;
    let (said, code) = run(kommo.bare_settings(), qualify(), &["check", "bots"]).await;
    assert_eq!(code, Some(0), "{said}");
    let mut wrong = qualify();
    wrong["triggers"][0]["stage"] = "qoted".into();
    wrong["steps"]["ask"]["save"] = "lead.fields.bugdet".into();
    let (said, code) = run(kommo.bare_settings(), wrong.clone(), &["check", "bots"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there is no stage `qoted`") && said.contains("did you mean `quoted`?"), "{said}");
    assert!(said.contains("there is no lead field `bugdet`") && said.contains("did you mean `budget`?"), "{said}");
    let (said, code) = run(kommo.bare_settings(), wrong.clone(), &["check", "bots", "--offline"]).await;
    assert_eq!(code, Some(0), "{said}");
    kommo.switch(false);
    let (said, code) = run(kommo.bare_settings(), wrong, &["check", "bots"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("names are not held against Kommo's") && said.contains("503"), "{said}");
    assert!(!said.contains(kommo::TOKEN), "{said}");
}

#[tokio::test]
async fn the_connection_is_tried_and_names_are_listed() {
    let kommo = Kommo::start().await;
    let all = ["add_lead", "update_lead", "status_lead", "responsible_lead", "delete_lead", "update_contact", "delete_contact"];
    let address = format!("https://bots.example/webhooks/kommo/{}", kommo::KEY);
    kommo.set_webhook(&address, &all, false);
    let (said, code) = run(kommo.bare_settings(), qualify(), &["kommo"]).await;
    assert_eq!(code, Some(0), "{said}");
    for line in ["works  token", "works  webhook", "quoted", "4421", "Closed - won", "ana", "budget", "Meeting"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains(kommo::KEY) && !said.contains(kommo::TOKEN), "{said}");
    let (pinned, code) = run(kommo.bare_settings(), qualify(), &["kommo", "--toml"]).await;
    assert_eq!(code, Some(0), "{pinned}");
    let (said, code) = run(format!("{}\n{pinned}", kommo.bare_settings()), qualify(), &["kommo"]).await;
    assert_eq!(code, Some(0), "{said}");
    for (change, wanted) in [
        ("set_webhook", "is not told of delete_lead"),
        ("disabled", "is switched off"),
        ("elsewhere", "leads here"),
        ("admin", "only administrators may"),
    ] {
        match change {
            "set_webhook" => kommo.set_webhook(
                &address,
                &["add_lead", "update_lead", "status_lead", "responsible_lead", "update_contact", "delete_contact"],
                false,
            ),
            "disabled" => kommo.set_webhook(&address, &all, true),
            "elsewhere" => kommo.set_webhook("https://bots.example/hook", &all, false),
            _ => kommo.set_admin(false),
        }
        let (said, code) = run(kommo.bare_settings(), qualify(), &["kommo"]).await;
        assert!(code == Some(1) && said.contains(wanted), "{change}: {said}");
    }
    let (said, code) = run(kommo.bare_settings().replace(kommo::TOKEN, "expired"), qualify(), &["kommo"]).await;
    assert!(code == Some(1) && said.contains("does not take the token (401)"), "{said}");
    let (said, code) =
        run(kommo.settings().replace(&format!("budget\" = {}", kommo::BUDGET), "budget\" = 1"), qualify(), &["kommo"]).await;
    assert!(code == Some(1) && said.contains("kommo.fields") && said.contains("no such id"), "{said}");
    let (said, code) = run(String::new(), qualify(), &["kommo"]).await;
    assert!(code == Some(2) && said.contains("KOMMO_TOKEN"), "{said}");
}
