//! Notes for whoever takes a conversation over: written by a model, from that conversation alone, in the language of who reads it.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tests::harness::Server;

use crate::{
    assistant::{Assistant, KEY, SLOW},
    shop::{ANA, BIA, Shop, bot, deliver},
};

/// How long nobody can know that the calls of a server that died are not still under way, and a little more.
const CUT_OFF: Duration = Duration::from_secs(90);

fn path(customer: &str) -> String {
    format!("/api/v1/contacts/{}", customer.replace('+', "%2B"))
}

fn hands_over(to: &Value, summary: &Value) -> Value {
    let mut document = bot(json!({
        "promise": {"type": "message", "text": "A cake for ten by Friday, then.", "next": "hand"},
        "hand": {"type": "handoff", "to": to, "text": "One moment.", "summary": summary}
    }));
    document["language"] = "en".into();
    document
}

async fn summary(server: &Server, customer: &str) -> Option<String> {
    server.contact(customer).await["window"]["human"]["summary"].as_str().map(str::to_owned)
}

async fn summed_up(shop: &Shop, customer: &str) -> String {
    shop.server.until("a summary", async |server: &Server| summary(server, customer).await).await
}

fn words(request: &Value) -> String {
    request["messages"].as_array().unwrap().iter().filter_map(|message| message["content"].as_str()).collect()
}

#[tokio::test]
async fn a_person_reads_what_the_conversation_was_about() {
    let assistant = Assistant::start(|_| Ok("Ana wants a rhubarb cake.".to_owned())).await;
    let settings = "[users.lucia]\nlanguage = \"es\"\n[teams.sales]\nlanguage = \"pt-BR\"\n[secrets]\ncrm = \"CRM_TOKEN\"";
    let setup = assistant.setup().settings(settings).variable("CRM_TOKEN", "crm-secret-value").variable("SALESBOT_LOG", "debug");
    let shop = Shop::open(setup.bot("cakes", hands_over(&json!({"user": "lucia"}), &json!({})))).await;
    deliver(shop.mock.customer(BIA).named("Bia").text("my card is 4111")).await;
    deliver(shop.ana().voice(b"a rhubarb cake?")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["A cake for ten by Friday, then.", "One moment."]);
    assert_eq!(summed_up(&shop, ANA).await, "Ana wants a rhubarb cake.");
    shop.is_quiet().await;
    shop.sent_to(ANA, 2).await;

    let asked: Vec<String> = assistant.asked().iter().map(words).collect();
    let of_ana = asked.iter().find(|words| words.contains("rhubarb")).unwrap();
    for part in [
        "in the language es",
        "what was promised",
        "Ana Souza",
        "Transcript: a rhubarb cake?",
        "Business: A cake for ten by Friday",
    ] {
        assert!(of_ana.contains(part), "{part}: {of_ana}");
    }
    for part in ["4111", "Bia", "crm-secret-value", KEY] {
        assert!(!of_ana.contains(part), "{part}: {of_ana}");
    }
    let log = shop.server.log();
    assert!(!log.contains("rhubarb") && !log.contains(KEY), "{log}");
}

#[tokio::test]
async fn each_reads_it_in_their_language() {
    let assistant = Assistant::start(|_| Ok("A note.".to_owned())).await;
    let settings = "[users.lucia]\nlanguage = \"es\"\n[users.rui]\n[teams.sales]\nlanguage = \"pt-BR\"";
    let own = json!({"instructions": "Name the cake."});
    for (to, language) in
        [(json!({"team": "sales"}), "pt-BR"), (json!({"user": "rui"}), "en"), (json!({"round_robin": ["lucia"]}), "es")]
    {
        let setup = assistant.setup().settings(settings).bot("cakes", hands_over(&to, &own));
        let shop = Shop::open(setup).await;
        deliver(shop.ana().text("a cake?")).await;
        assert_eq!(summed_up(&shop, ANA).await, "A note.");
        let asked = words(assistant.asked().last().unwrap());
        assert!(asked.contains(&format!("in the language {language},")) && asked.contains("Name the cake."), "{asked}");
    }
}

/// Nobody waits for the note; where none comes, what the customer wrote stands for it.
#[tokio::test]
async fn the_handoff_waits_for_no_model() {
    let assistant = Assistant::start(|_| Err(StatusCode::BAD_REQUEST)).await;
    assistant.gate.send_replace(false);
    let setup = assistant.setup().settings("[teams.sales]\nlanguage = \"pt-BR\"");
    let shop = Shop::open(setup.bot("cakes", hands_over(&json!({"team": "sales"}), &json!({})))).await;
    deliver(shop.ana().text("a cake?")).await;
    shop.sent_to(ANA, 2).await;
    assistant.until_asked(&shop, 0, 1).await;
    let human = shop.server.contact(ANA).await["window"]["human"].clone();
    assert_eq!((&human["to"], &human["summary"]), (&json!({"team": "sales"}), &Value::Null));
    let answer = json!({"text": "Rui here.", "by": "rui"});
    shop.server.post(&format!("{}/messages", path(ANA)), &answer).await.expect(202);
    assert_eq!(shop.last_to(ANA, 3).await.text(), "Rui here.");
    assistant.gate.send_replace(true);
    assert_eq!(summed_up(&shop, ANA).await, "O cliente escreveu por último: “a cake?”");
    shop.is_quiet().await;
    shop.sent_to(ANA, 3).await;
}

/// One note and one answer each, though their calls were made twice.
#[tokio::test]
async fn a_crash_repeats_the_calls_and_neither_note_nor_answer() {
    let assistant = Assistant::start(|_| Ok("A note.".to_owned())).await;
    assistant.gate.send_replace(false);
    let mut document = hands_over(&json!({"team": "sales"}), &json!({}));
    document["steps"]["said"] = json!({"type": "message", "text": "You said {{ message.text }}"});
    document["triggers"] = json!([{"on": "message", "keywords": ["slowly"], "start": "said"}, {"on": "message", "any": true}]);
    let mut shop = Shop::open(assistant.setup().bot("cakes", document)).await;
    deliver(shop.ana().text("a cake?")).await;
    shop.sent_to(ANA, 2).await;
    deliver(shop.mock.customer(BIA).voice(format!("{SLOW}two cakes").as_bytes())).await;
    deliver(shop.mock.customer(BIA).text("slowly now")).await;
    assistant.until_asked(&shop, 1, 1).await;
    shop.server.kill9().await;
    assistant.gate.send_replace(true);
    shop.server.start_again().await;
    let sent = shop.mock.wait_for_to(BIA, 2, CUT_OFF).await.unwrap();
    let texts: Vec<String> = sent.iter().map(|sent| sent.text()).collect();
    assert_eq!(texts, ["You said slowly: two cakes", "You said slowly now"]);
    assert_eq!(summed_up(&shop, ANA).await, "A note.");
    shop.is_quiet().await;
    shop.sent_to(ANA, 2).await;
    shop.sent_to(BIA, 2).await;
    assert_eq!((assistant.heard().len(), assistant.asked().len()), (2, 2));
    let facts = shop.server.get(&format!("{}/traces", path(ANA))).await.expect(200).to_string();
    assert!(!facts.contains("late result"), "{facts}");
}
