//! Dialog tests over the API: what the studio keeps beside a bot, and what it is told of them.

use std::{fs, sync::Arc};

use serde_json::{Value, json};

use crate::{bots, testing::Server};

const SHOP: &str = r#"{"name": "Shop", "triggers": [{"on": "message", "any": true}], "start": "hi", "steps": {"hi": {"type": "message", "text": "Hello"}}}"#;

/// A server with a bot `shop` that has a file.
async fn server(folder: &tempfile::TempDir) -> Server {
    server_on(folder, store::memory()).await
}

async fn server_on(folder: &tempfile::TempDir, store: Arc<dyn store::Store>) -> Server {
    fs::write(folder.path().join("shop.json"), SHOP).unwrap();
    let settings = format!("bots = {:?}", folder.path().display().to_string());
    let server = Server::with(&settings, store).await;
    bots::load_all(&server.app).await.unwrap();
    server
}

fn greeted(text: &str) -> Value {
    json!({"contact": {"name": "Ana"}, "at": "2026-03-02T10:00:00Z", "steps": [{"customer": "hi"}, {"bot": text}]})
}

#[tokio::test]
async fn a_conversation_is_kept_as_a_test_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let none = server.get("/api/v1/bots/shop/tests").await.json();
    assert_eq!(none["dialogs"], json!([]));
    let file = folder.path().join("shop.test.json").display().to_string();
    assert_eq!(none["file"], json!(file));

    let kept = server.call("PUT", "/api/v1/bots/shop/tests/greets%20a%2Fb", &greeted("Hello")).await;
    assert_eq!((kept.status, kept.json()), (200, json!({"file": file})));
    server.call("PUT", "/api/v1/bots/shop/tests/late", &greeted("Bye")).await;
    let dialogs = server.get("/api/v1/bots/shop/tests").await.json()["dialogs"].clone();
    assert_eq!(dialogs[0]["name"], "greets a/b");
    assert_eq!(dialogs[1]["steps"], json!([{"customer": "hi"}, {"bot": "Bye"}]));

    let run = server.call("POST", "/api/v1/bots/shop/tests", &json!({})).await.json();
    assert_eq!(run["results"][0], json!({"name": "greets a/b", "passed": true, "failure": null}));
    let failure = &run["results"][1]["failure"];
    assert_eq!((&failure["line"], &failure["got"]), (&json!(1), &json!("Hello")), "{failure}");

    let mut draft: Value = serde_json::from_str(SHOP).unwrap();
    draft["steps"]["hi"]["text"] = "Bye".into();
    let run = server.call("POST", "/api/v1/bots/shop/tests", &json!({"document": draft})).await.json();
    assert_eq!((&run["results"][0]["passed"], &run["results"][1]["passed"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn tests_of_a_bot_without_a_file_are_kept_in_the_store() {
    let server = Server::with("", store::memory()).await;
    let draft: Value = serde_json::from_str(SHOP).unwrap();
    assert_eq!(server.call("PUT", "/api/v1/bots/drawn/draft", &draft).await.status, 200);
    let put = async |name: &str, text: &str| {
        let answer = server.call("PUT", &format!("/api/v1/bots/drawn/tests/{name}"), &greeted(text)).await;
        assert_eq!((answer.status, answer.json()), (200, json!({"file": null})));
    };
    put("late", "Bye").await;
    put("greets", "Hello").await;
    put("late", "Hello").await;
    assert_eq!(names(&server, "drawn").await, ["late", "greets"]);
    let run = server.call("POST", "/api/v1/bots/drawn/tests", &json!({})).await.json();
    assert_eq!((&run["results"][0]["passed"], &run["results"][1]["passed"]), (&json!(true), &json!(true)), "{run}");

    let remove = async || server.call("DELETE", "/api/v1/bots/drawn/tests/late", &Value::Null).await.status;
    assert_eq!((remove().await, remove().await), (204, 204));
    assert_eq!(names(&server, "drawn").await, ["greets"]);
}

#[tokio::test]
async fn a_bot_that_goes_takes_its_tests_with_it_and_one_that_is_live_keeps_them() {
    let server = Server::with("", store::memory()).await;
    let draft: Value = serde_json::from_str(SHOP).unwrap();
    let discard = async || assert_eq!(server.call("DELETE", "/api/v1/bots/drawn/draft", &Value::Null).await.status, 204);
    let make = async || {
        server.call("PUT", "/api/v1/bots/drawn/draft", &draft).await;
        assert_eq!(server.call("PUT", "/api/v1/bots/drawn/tests/greets", &greeted("Hello")).await.status, 200);
    };
    make().await;
    discard().await;
    assert!(names(&server, "drawn").await.is_empty());

    make().await;
    assert_eq!(server.call("POST", "/api/v1/bots/drawn/publish", &json!({})).await.status, 200);
    discard().await;
    assert_eq!(names(&server, "drawn").await, ["greets"]);
}

#[tokio::test]
async fn people_who_keep_tests_at_once_lose_none() {
    let (folder, stored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = server_on(&folder, store::open(stored.path()).unwrap()).await;
    server.call("PUT", "/api/v1/bots/drawn/draft", &serde_json::from_str(SHOP).unwrap()).await;
    for bot in ["drawn", "shop"] {
        let (server, hello) = (&server, &greeted("Hello"));
        let put = async |test: usize| server.call("PUT", &format!("/api/v1/bots/{bot}/tests/{test}"), hello).await.status;
        assert_eq!(tokio::join!(put(0), put(1), put(2), put(3)), (200, 200, 200, 200));
        let mut kept = names(server, bot).await;
        kept.sort();
        assert_eq!(kept, ["0", "1", "2", "3"], "{bot}");
    }
}

#[tokio::test]
async fn a_bot_that_gets_a_file_loses_no_test() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("bots = {:?}", folder.path().display().to_string());
    let server = Server::with(&settings, store::memory()).await;
    server.call("PUT", "/api/v1/bots/shop/draft", &serde_json::from_str(SHOP).unwrap()).await;
    for name in ["greets", "late"] {
        server.call("PUT", &format!("/api/v1/bots/shop/tests/{name}"), &greeted("Hello")).await;
    }
    fs::write(folder.path().join("shop.json"), SHOP).unwrap();
    bots::load_all(&server.app).await.unwrap();
    server.call("PUT", "/api/v1/bots/shop/tests/late", &greeted("Bye")).await;
    let listed = server.get("/api/v1/bots/shop/tests").await.json()["dialogs"].clone();
    assert_eq!((&listed[0]["name"], &listed[0]["steps"][1]["bot"]), (&json!("late"), &json!("Bye")));
    assert_eq!(names(&server, "shop").await, ["late", "greets"]);

    for name in ["late", "greets"] {
        assert_eq!(server.call("DELETE", &format!("/api/v1/bots/shop/tests/{name}"), &Value::Null).await.status, 204);
    }
    assert!(names(&server, "shop").await.is_empty(), "the store's are gone as well");
}

async fn names(server: &Server, bot: &str) -> Vec<String> {
    let listed = server.get(&format!("/api/v1/bots/{bot}/tests")).await.json();
    listed["dialogs"].as_array().unwrap().iter().filter_map(|dialog| Some(dialog["name"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn what_cannot_be_tested_or_kept_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let broken = json!({"document": {"start": "x", "steps": {}}, "dialogs": []});
    let run = server.call("POST", "/api/v1/bots/shop/tests", &broken).await.json();
    assert!(run["diagnostics"].as_array().is_some_and(|all| !all.is_empty()), "{run}");

    let no_bot = server.call("PUT", "/api/v1/bots/other/tests/a", &greeted("Hello")).await;
    assert_eq!(no_bot.status, 404, "{}", no_bot.text);
    let long = json!({"steps": vec![json!({"customer": "hi"}); 1_001]});
    assert_eq!(server.call("PUT", "/api/v1/bots/shop/tests/a", &long).await.problem().0, 422);
    let strange = json!({"contact": {"shoe": 43}, "steps": []});
    assert_eq!(server.call("PUT", "/api/v1/bots/shop/tests/a", &strange).await.status, 422);

    fs::write(folder.path().join("shop.test.json"), "[]").unwrap();
    let listed = server.get("/api/v1/bots/shop/tests").await.json();
    assert!(listed["problem"].as_str().is_some_and(|problem| problem.starts_with("it holds no dialogs")), "{listed}");
    assert_eq!(server.call("PUT", "/api/v1/bots/shop/tests/a", &greeted("Hello")).await.status, 409);
    assert_eq!(server.call("DELETE", "/api/v1/bots/shop/tests/a", &Value::Null).await.status, 409);
    assert_eq!(server.get("/api/v1/bots/nobody/tests").await.json()["file"], Value::Null);
}
