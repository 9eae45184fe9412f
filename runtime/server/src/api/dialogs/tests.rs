//! Dialog tests over the API: what the studio keeps beside a bot, and what it is told of them.

use std::fs;

use serde_json::{Value, json};

use crate::{bots, testing::Server};

const SHOP: &str = r#"{"name": "Shop", "triggers": [{"on": "message", "any": true}], "start": "hi", "steps": {"hi": {"type": "message", "text": "Hello"}}}"#;

/// A server with a bot `shop` that has a file.
async fn server(folder: &tempfile::TempDir) -> Server {
    fs::write(folder.path().join("shop.json"), SHOP).unwrap();
    let settings = format!("bots = {:?}", folder.path().display().to_string());
    let server = Server::with(&settings, store::memory()).await;
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
async fn what_cannot_be_tested_or_kept_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let broken = json!({"document": {"start": "x", "steps": {}}, "dialogs": []});
    let run = server.call("POST", "/api/v1/bots/shop/tests", &broken).await.json();
    assert!(run["diagnostics"].as_array().is_some_and(|all| !all.is_empty()), "{run}");

    let no_file = server.call("PUT", "/api/v1/bots/other/tests/a", &greeted("Hello")).await;
    assert_eq!(no_file.status, 409, "{}", no_file.text);
    let strange = json!({"contact": {"shoe": 43}, "steps": []});
    assert_eq!(server.call("PUT", "/api/v1/bots/shop/tests/a", &strange).await.status, 422);

    fs::write(folder.path().join("shop.test.json"), "[]").unwrap();
    let listed = server.get("/api/v1/bots/shop/tests").await.json();
    assert!(listed["problem"].as_str().is_some_and(|problem| problem.starts_with("it holds no dialogs")), "{listed}");
    assert_eq!(server.call("PUT", "/api/v1/bots/shop/tests/a", &greeted("Hello")).await.status, 409);
    assert_eq!(server.get("/api/v1/bots/nobody/tests").await.json()["file"], Value::Null);
}
