//! Bots change while they run: files, drafts, versions; and conversations go on in the version that they began with.

use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::Server;

use crate::shop::{ANA, BIA, Shop, bot, deliver};

/// Asks, and says goodbye; both name the edition.
fn edition(number: u32) -> Value {
    bot(json!({
        "ask": {"type": "ask", "text": format!("How are you? (edition {number})"), "expect": "text", "save": "vars.mood", "next": "bye"},
        "bye": {"type": "message", "text": format!("Goodbye. (edition {number})")}
    }))
}

fn write(shop: &Shop, text: &str) {
    std::fs::write(shop.server.bots().join("greeter.json"), text).unwrap();
}

async fn greeter(server: &Server) -> Value {
    server.get("/api/v1/bots/greeter").await.expect(200)
}

/// Waits until another version than that is live.
async fn version_after(shop: &Shop, before: &Value) -> Value {
    let newer = async |server: &Server| Some(greeter(server).await["version"].clone()).filter(|version| version != before);
    shop.server.until("a new version", newer).await
}

#[tokio::test]
async fn a_file_that_breaks_leaves_the_last_good_version_in_service() {
    let shop = Shop::with_bot("greeter", edition(1)).await;
    let first = greeter(&shop.server).await;
    assert_eq!(first["problems"], json!([]));

    write(&shop, "{\"name\": \"Greeter\", \"start\": \"nowhere\", \"steps\": {}}");
    let problems = async |server: &Server| Some(greeter(server).await).filter(|bot| bot["problems"] != json!([]));
    let broken = shop.server.until("problems of the file", problems).await;
    assert_eq!(broken["version"], first["version"]);
    assert!(broken["problems"].to_string().contains("nowhere"), "{}", broken["problems"]);
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["How are you? (edition 1)"]);

    write(&shop, "not even JSON");
    let worse = async |server: &Server| Some(greeter(server).await).filter(|bot| bot["problems"] != broken["problems"]);
    assert_eq!(shop.server.until("the new problem", worse).await["version"], first["version"]);

    write(&shop, &edition(2).to_string());
    version_after(&shop, &first["version"]).await;
    assert_eq!(greeter(&shop.server).await["problems"], json!([]));
    deliver(shop.mock.customer(BIA).text("hi")).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["How are you? (edition 2)"]);
}

#[tokio::test]
async fn a_conversation_ends_in_the_version_in_which_it_began() {
    let mut shop = Shop::with_bot("greeter", edition(1)).await;
    let first = greeter(&shop.server).await["version"].clone();
    deliver(shop.ana().text("hi")).await;
    deliver(shop.mock.customer(BIA).text("hi")).await;
    shop.mock.wait_for(2, tests::harness::DEADLINE).await.unwrap();

    write(&shop, &edition(2).to_string());
    let second = version_after(&shop, &first).await;
    deliver(shop.ana().text("well")).await;
    assert_eq!(shop.texts_to(ANA, 2).await[1], "Goodbye. (edition 1)");
    deliver(shop.ana().text("hi again")).await;
    assert_eq!(shop.texts_to(ANA, 3).await[2], "How are you? (edition 2)");

    // After a crash, too: then the old version has to be loaded.
    shop.is_quiet().await;
    shop.server.kill9().await;
    shop.server.start_again().await;
    assert_eq!(greeter(&shop.server).await["version"], second);
    deliver(shop.mock.customer(BIA).text("well")).await;
    assert_eq!(shop.texts_to(BIA, 2).await[1], "Goodbye. (edition 1)");
    let versions = shop.server.get("/api/v1/bots/greeter/versions").await.expect(200);
    let versions: Vec<&Value> = versions.as_array().unwrap().iter().map(|entry| &entry["version"]).collect();
    assert_eq!(versions, [&second, &first]);
}

#[tokio::test]
async fn a_draft_is_saved_with_its_mistakes_and_published_without() {
    let shop = Shop::with_bot("greeter", edition(1)).await;
    let put = |document: Value| shop.server.call(Method::PUT, "/api/v1/bots/greeter/draft").json(&document).send();

    let mut wrong = edition(2);
    wrong["steps"]["ask"]["next"] = json!("nowhere");
    let saved = put(wrong).await.expect(200);
    assert_eq!(saved["publishable"], false);
    let problem = shop.server.call(Method::POST, "/api/v1/bots/greeter/publish").send().await.expect(422);
    assert!(problem["diagnostics"].to_string().contains("nowhere"), "{problem}");
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["How are you? (edition 1)"]);

    assert_eq!(put(edition(2)).await.expect(200)["publishable"], true);
    let published = shop.server.call(Method::POST, "/api/v1/bots/greeter/publish").send().await.expect(200);
    assert_eq!(greeter(&shop.server).await["version"], published["version"]);
    let file = std::fs::read_to_string(shop.server.bots().join("greeter.json")).unwrap();
    assert!(file.contains("edition 2"), "git sees what the designer did: {file}");
    deliver(shop.mock.customer(BIA).text("hi")).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["How are you? (edition 2)"]);
}

#[tokio::test]
async fn a_bot_goes_with_its_file_and_its_conversations_go_on() {
    let shop = Shop::with_bot("greeter", edition(1)).await;
    deliver(shop.ana().text("hi")).await;
    shop.sent_to(ANA, 1).await;
    std::fs::remove_file(shop.server.bots().join("greeter.json")).unwrap();
    let gone = async |server: &Server| (server.get("/api/v1/bots").await.expect(200) == json!([])).then_some(());
    shop.server.until("the end of the bot", gone).await;
    deliver(shop.mock.customer(BIA).text("hi")).await;
    deliver(shop.ana().text("well")).await;
    assert_eq!(shop.texts_to(ANA, 2).await[1], "Goodbye. (edition 1)");
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(BIA).len(), 0);
}
