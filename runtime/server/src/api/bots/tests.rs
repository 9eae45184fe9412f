//! Bots over the API: drafts, publishing, versions, what becomes of open sessions.

use serde_json::{Value, json};

use crate::testing::{ECHO, Server, messages, text};

const ANA: &str = "5511987654321";

/// The document of [`ECHO`] with another text at the end of its question.
fn echo(chosen: &str) -> Value {
    let mut document: Value = serde_json::from_str(ECHO).unwrap();
    document["steps"]["chosen"]["text"] = chosen.into();
    document
}

async fn publish(server: &Server, body: &Value) -> Value {
    let answer = server.call("POST", "/api/v1/bots/echo/publish", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn summary(server: &Server) -> Value {
    let all = server.get("/api/v1/bots").await.json();
    all.as_array().unwrap().iter().find(|bot| bot["id"] == "echo").cloned().unwrap_or_default()
}

async fn say(server: &Server, what: &Value) {
    let mut body = what.clone();
    body["from"] = format!("+{ANA}").into();
    let answer = server.call("POST", "/api/v1/sandbox/messages", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    server.settle().await;
}

#[tokio::test]
async fn a_draft_is_there_while_it_is_not_what_is_live() {
    let server = Server::sandbox().await;
    let live: Value = serde_json::from_str(ECHO).unwrap();
    let put = async |document: &Value| server.call("PUT", "/api/v1/bots/echo/draft", document).await.status;
    assert_eq!(put(&live).await, 200);
    assert_eq!(summary(&server).await["has_draft"], false, "it is what is live");

    // No version differs by the canvas alone; it is work all the same.
    let mut placed = live.clone();
    placed["layout"] = json!({ "steps": { "ask": { "x": 80, "y": 40 } } });
    assert_eq!(put(&placed).await, 200);
    assert_eq!(summary(&server).await["has_draft"], true);
    let published = publish(&server, &Value::Null).await;
    assert_eq!(published["number"], 1, "no new version");
    let shown = server.get("/api/v1/bots/echo").await.json();
    assert_eq!((&shown["draft"], &shown["document"]["layout"]), (&Value::Null, &placed["layout"]), "{shown}");
    assert_eq!(shown["has_draft"], false);

    put(&echo("Other")).await;
    assert_eq!(summary(&server).await["has_draft"], true);
    assert_eq!(server.call("DELETE", "/api/v1/bots/echo/draft", &Value::Null).await.status, 204);
    assert_eq!(server.call("DELETE", "/api/v1/bots/echo/draft", &Value::Null).await.status, 204, "it is gone either way");
    assert_eq!(summary(&server).await["has_draft"], false);
    assert_eq!(server.call("DELETE", "/api/v1/bots/No%20Body/draft", &Value::Null).await.problem().0, 422);

    // A draft that somebody went on with stays when another document is published.
    put(&echo("Mine")).await;
    publish(&server, &json!({ "document": echo("Theirs") })).await;
    assert_eq!(server.get("/api/v1/bots/echo").await.json()["draft"]["document"], echo("Mine"));
    publish(&server, &json!({ "document": echo("Mine") })).await;
    assert_eq!(summary(&server).await["has_draft"], false, "the draft is what was published");
}

#[tokio::test]
async fn a_draft_that_somebody_else_changed_is_not_written_over_unknowingly() {
    let put = async |server: &Server, since: &str, text: &str| {
        server.call("PUT", &format!("/api/v1/bots/echo/draft{since}"), &echo(text)).await
    };
    let saved = async |server: &Server, since: &str, text: &str| {
        let answer = put(server, since, text).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["draft"]["at"].as_i64().unwrap()
    };
    let text = async |server: &Server| {
        server.get("/api/v1/bots/echo").await.json()["draft"]["document"]["steps"]["chosen"]["text"].clone()
    };
    let server = Server::sandbox().await;
    let first = saved(&server, "?since=0", "Ana's").await;
    let server = server.later(1).await;
    let second = saved(&server, &format!("?since={first}"), "Ana's again").await;
    assert!(second > first);
    let server = server.later(1).await;
    for since in [0, first] {
        let answer = put(&server, &format!("?since={since}"), "Bia's").await;
        assert!(answer.status == 409 && answer.text.contains("somebody else"), "{}", answer.text);
    }
    assert_eq!(text(&server).await, "Ana's again");
    assert!(saved(&server, &format!("?since={first}"), "Ana's again").await > second, "what is the same is no other one");
    saved(&server, "", "Bia's").await;
    assert_eq!(text(&server).await, "Bia's");
    assert_eq!(put(&server, "?since=soon", "Bia's").await.status, 422);
}

#[tokio::test]
async fn the_list_says_what_each_bot_is_and_what_is_wrong_with_it() {
    let server = Server::sandbox().await;
    let draft = json!({ "name": "Not yet", "start": "nowhere", "steps": { "a": { "type": "message", "text": "Hi" } } });
    server.call("PUT", "/api/v1/bots/second/draft", &draft).await;
    let all = server.get("/api/v1/bots").await.json();
    let of = |id: &str| all.as_array().unwrap().iter().find(|bot| bot["id"] == id).cloned().unwrap();
    let (echo_bot, new) = (of("echo"), of("second"));
    assert_eq!(
        (&echo_bot["name"], &echo_bot["number"], &echo_bot["versions"], &echo_bot["errors"]),
        (&json!("Echo"), &json!(1), &json!(1), &json!(0))
    );
    assert_eq!(
        (&new["name"], &new["number"], &new["versions"], &new["has_draft"]),
        (&json!("Not yet"), &Value::Null, &json!(0), &json!(true))
    );
    assert!(new["errors"].as_u64().is_some_and(|errors| errors > 0), "{new}");
    // What the checker says follows the draft.
    let mut mended = draft.clone();
    mended["start"] = "a".into();
    mended["steps"]["b"] = json!({ "type": "message", "text": "Nobody comes here" });
    server.call("PUT", "/api/v1/bots/second/draft", &mended).await;
    let new = server.get("/api/v1/bots/second").await.json();
    assert_eq!(new["errors"], 0, "{new}");
    assert!(new["warnings"].as_u64().is_some_and(|warnings| warnings > 0), "no step leads to b: {new}");
}

#[tokio::test]
async fn versions_are_counted_and_shown_by_number_and_by_hash() {
    let server = Server::sandbox().await;
    let second = publish(&server, &json!({ "document": echo("Two"), "note": "says two" })).await;
    assert_eq!(second["number"], 2);
    assert_eq!(publish(&server, &json!({ "document": echo("Two") })).await["number"], 2, "it is live already");
    let back = publish(&server, &json!({ "document": serde_json::from_str::<Value>(ECHO).unwrap() })).await;
    assert_eq!(back["number"], 3);

    let versions = server.get("/api/v1/bots/echo/versions").await.json();
    let short =
        |of: &Value| (of["number"].as_u64().unwrap(), of["live"].as_bool().unwrap(), of["note"].as_str().map(str::to_owned));
    let all: Vec<_> = versions.as_array().unwrap().iter().map(short).collect();
    assert_eq!(all, [(3, true, None), (2, false, Some("says two".to_owned())), (1, false, None)]);

    for name in ["2", second["version"].as_str().unwrap()] {
        let shown = server.get(&format!("/api/v1/bots/echo/versions/{name}")).await.json();
        assert_eq!((&shown["number"], &shown["document"]), (&json!(2), &echo("Two")), "{shown}");
    }
    for (path, status) in [("echo/versions/9", 404), ("echo/versions/0000000000000000", 404), ("nobody/versions/1", 404)] {
        assert_eq!(server.get(&format!("/api/v1/bots/{path}")).await.problem().0, status, "{path}");
    }
    // Restoring is saving that document, which is a draft like any other.
    let two = server.get("/api/v1/bots/echo/versions/2").await.json();
    server.call("PUT", "/api/v1/bots/echo/draft", &two["document"]).await;
    assert_eq!(summary(&server).await["has_draft"], true);
}

#[tokio::test]
async fn bots_that_are_alike_to_the_letter_are_two_bots() {
    let store = store::memory();
    let server = Server::with("", store.clone()).await;
    let document: Value = serde_json::from_str(ECHO).unwrap();
    let answer = server.call("POST", "/api/v1/bots/copy/publish", &json!({ "document": document })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(server.get("/api/v1/bots/copy").await.json()["document"], document);
    let next = Server::of(crate::testing::app("", store).await);
    crate::bots::load_all(&next.app).await.unwrap();
    let ids: Vec<Value> = next.get("/api/v1/bots").await.json().as_array().unwrap().iter().map(|bot| bot["id"].clone()).collect();
    assert_eq!(ids, ["copy", "echo"], "also after a restart");
}

#[tokio::test]
async fn what_has_errors_is_never_live_whatever_is_asked_for() {
    let server = Server::sandbox().await;
    let mut wrong = echo("Two");
    wrong["start"] = "nowhere".into();
    server.call("PUT", "/api/v1/bots/echo/draft", &wrong).await;
    for body in [
        Value::Null,
        json!({ "document": wrong }),
        json!({ "document": wrong, "sessions": "move" }),
        json!({ "document": wrong, "dry_run": true }),
        json!({ "document": {} }),
    ] {
        let refused = server.call("POST", "/api/v1/bots/echo/publish", &body).await;
        assert_eq!(refused.problem(), (422, "document".into()), "{body}");
        assert!(refused.json()["diagnostics"][0]["message"].is_string(), "{}", refused.text);
    }
    let unknown = server.call("POST", "/api/v1/bots/echo/publish", &json!({ "sessions": "leave" })).await;
    assert_eq!(unknown.problem(), (422, "sessions".into()));
    let bot = summary(&server).await;
    assert_eq!((&bot["number"], &bot["versions"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let server = Server::sandbox().await;
    server.call("PUT", "/api/v1/bots/echo/draft", &echo("Two")).await;
    let told = publish(&server, &json!({ "dry_run": true, "sessions": "restart" })).await;
    assert_eq!(told["number"], 2);
    let bot = summary(&server).await;
    assert_eq!((&bot["number"], &bot["has_draft"]), (&json!(1), &json!(true)));
    assert!(server.app.bots.load().successors(&steps::ids::BotId::new("echo").unwrap()).is_none());
}

#[tokio::test]
async fn open_sessions_stay_move_or_begin_anew() {
    for (sessions, said, expected) in [
        ("stay", json!({ "tap": "One" }), "You chose One"),
        ("move", json!({ "tap": "One" }), "New"),
        ("restart", json!({ "tap": "One" }), "You said One"),
        ("restart", json!({ "text": "hm" }), "You said hm"),
    ] {
        let server = Server::sandbox().await;
        say(&server, &json!({ "text": "please ask" })).await;
        publish(&server, &json!({ "document": echo("New"), "sessions": sessions })).await;
        say(&server, &said).await;
        let transcript = server.transcript(&format!("+{ANA}")).await;
        assert_eq!(transcript.last().unwrap(), &format!("out: {expected} (delivered)"), "{sessions}");
    }
}

/// A customer whose question came from one version answers another server, which started after the publication and follows its pointer.
#[tokio::test]
async fn what_was_decided_of_sessions_holds_over_a_restart_of_the_server() {
    let graph = crate::testing::Graph::accepting().await;
    let store = store::memory();
    let first = Server::connected_on(&graph.address, store.clone()).await;
    assert_eq!(first.webhook(&messages(&[text("wamid.1", ANA, "ask")])).await, 200);
    first.settle().await;
    publish(&first, &json!({ "document": echo("Moved"), "sessions": "move" })).await;

    let next = Server::of(crate::testing::app(&crate::testing::connected(&graph.address), store).await);
    crate::bots::load_all(&next.app).await.unwrap();
    assert_eq!(next.webhook(&messages(&[text("wamid.2", ANA, "One")])).await, 200);
    next.settle().await;
    assert_eq!(graph.texts(), ["Which one?", "Moved"]);
    let traces = next.get(&format!("/api/v1/contacts/+{ANA}/traces")).await.text;
    assert!(traces.contains("\"what\":\"moved\""), "{traces}");

    // Going back: what followed the restored version does so no more.
    publish(&next, &json!({ "document": serde_json::from_str::<Value>(ECHO).unwrap() })).await;
    assert_eq!(next.webhook(&messages(&[text("wamid.3", ANA, "ask"), text("wamid.4", ANA, "Two")])).await, 200);
    next.settle().await;
    assert_eq!(graph.texts()[2..], ["Which one?", "You chose Two"]);
}

#[tokio::test]
async fn a_file_that_changes_leaves_sessions_and_what_was_decided_of_them() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
    let file = folder.path().join("echo.json");
    std::fs::write(&file, ECHO).unwrap();
    let settings = format!("bots = {:?}", folder.path().display().to_string());
    let start = async || {
        let server = Server::of(crate::testing::app(&settings, store.clone()).await);
        crate::bots::load_all(&server.app).await.unwrap();
        server
    };
    let server = start().await;
    say(&server, &json!({ "text": "ask" })).await;
    publish(&server, &json!({ "document": echo("Moved"), "sessions": "move" })).await;
    let known = |server: &Server| server.app.bots.load().successors(&steps::ids::BotId::new("echo").unwrap()).cloned();
    let decided = known(&server);
    assert!(decided.is_some() && std::fs::read_to_string(&file).unwrap().contains("Moved"));
    assert_eq!(known(&start().await), decided, "a file that is what is live keeps it");
    std::fs::write(&file, echo("By file").to_string()).unwrap();
    let next = start().await;
    assert_eq!(known(&next), decided);
    say(&next, &json!({ "tap": "One" })).await;
    assert_eq!(next.transcript(&format!("+{ANA}")).await.last().unwrap(), "out: Moved (delivered)");
}

#[tokio::test]
async fn other_servers_learn_what_was_decided_of_sessions() {
    let store = store::memory();
    let first = Server::with("", store.clone()).await;
    let second = Server::of(crate::testing::app("", store).await);
    crate::bots::load_all(&second.app).await.unwrap();
    let known = |server: &Server| server.app.bots.load().successors(&steps::ids::BotId::new("echo").unwrap()).cloned();
    publish(&first, &json!({ "document": echo("New") })).await;
    crate::bots::catch_up(&second.app).await.unwrap();
    assert_eq!(known(&second), None);
    // The version is the same; only what becomes of sessions is another.
    publish(&first, &json!({ "document": echo("New"), "sessions": "move" })).await;
    crate::bots::catch_up(&second.app).await.unwrap();
    assert!(known(&second).is_some() && known(&second) == known(&first));
}

#[tokio::test]
async fn samples_come_with_their_dialogs() {
    let server = Server::sandbox().await;
    let all = server.get("/api/v1/samples").await.json();
    let faq = all.as_array().unwrap().iter().find(|sample| sample["id"] == "faq").unwrap();
    assert_eq!((&faq["language"], faq["description"].as_object().map(serde_json::Map::len)), (&json!("en"), Some(3)), "{faq}");
    let faq = server.get("/api/v1/samples/faq").await.json();
    assert!(faq["document"]["steps"].is_object() && faq["dialogs"][0]["steps"].is_array());
    assert_eq!(server.get("/api/v1/samples/nobody").await.problem().0, 404);
}

#[tokio::test]
async fn the_account_says_what_the_settings_declare() {
    let empty = Server::sandbox().await.get("/api/v1/account").await.json();
    assert_eq!(
        (&empty["pipelines"], &empty["users"], &empty["fields"]["lead"], &empty["sandbox"]),
        (&json!([]), &json!([]), &json!([]), &json!(true))
    );
    assert_eq!(empty["numbers"], json!([{ "id": "sandbox", "display": "sandbox", "name": "Sandbox" }]));
    let settings = "[pipelines.sales]\ntitle = \"Sales\"\nstages = [\"new\", \"won\"]\nclosed = [\"won\", \"lost\"]\n\
                    [users.ana]\ntitle = \"Ana Souza\"\n[teams.support]\n[lead_fields.budget]\ntype = \"number\"\ntitle = \"Budget\"\n\
                    [openai]\nmodel = \"gpt-5-mini\"";
    let account = Server::with(settings, store::memory()).await.get("/api/v1/account").await.json();
    let stages: Vec<&str> =
        account["pipelines"][0]["stages"].as_array().unwrap().iter().map(|stage| stage["id"].as_str().unwrap()).collect();
    assert_eq!((&account["pipelines"][0]["title"], stages), (&json!("Sales"), vec!["new", "won", "lost"]));
    assert_eq!(
        (&account["users"][0], &account["teams"][0]),
        (&json!({ "id": "ana", "name": "Ana Souza" }), &json!({ "id": "support", "name": "support" }))
    );
    assert_eq!(account["fields"]["lead"], json!([{ "key": "budget", "title": "Budget", "type": "number" }]));
    assert_eq!(account["models"], json!(["gpt-5-mini"]));
}

#[tokio::test]
async fn open_sessions_are_counted_and_a_dry_run_tells_what_could_move() {
    let server = Server::sandbox().await;
    let phones = ["+5511987654321", "+5511987654322", "+5511987654323"];
    for phone in phones {
        let body = json!({ "from": phone, "text": "ask" });
        assert_eq!(server.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        server.settle().await;
    }
    let bot = summary(&server).await;
    assert_eq!((&bot["open_sessions"], &bot["sessions_7d"]), (&json!(3), &json!(3)), "{bot}");
    let version = bot["version"].clone();

    let fits = publish(&server, &json!({ "document": echo("New"), "dry_run": true })).await;
    assert_eq!(fits["sessions"], json!({ "open": 3, "move": 3, "stay": [], "counted_all": true }));
    let mut other = echo("New");
    let ask = other["steps"]["ask"].clone();
    other["steps"]["ask_again"] = ask;
    other["steps"]["ask"] = json!({ "type": "stop" });
    let stays = publish(&server, &json!({ "document": other, "dry_run": true })).await;
    let expected = json!({ "open": 3, "move": 0, "stay": [{ "version": version, "number": 1, "step": "ask", "count": 3 }], "counted_all": true });
    assert_eq!(stays["sessions"], expected);

    let moved = publish(&server, &json!({ "document": echo("New"), "sessions": "move" })).await;
    assert_eq!(moved["sessions"]["move"], 3);
    say(&server, &json!({ "text": "hm" })).await;
    let versions = server.get("/api/v1/bots/echo/versions").await.json();
    let open: Vec<&Value> = versions.as_array().unwrap().iter().map(|version| &version["open_sessions"]).collect();
    assert_eq!(open, [1, 2], "one customer wrote since, the others move when they do");
    assert_eq!(publish(&server, &json!({ "document": echo("New"), "dry_run": true })).await["sessions"]["open"], 2);
}
