//! Sessions from outside: the list, and one to replay.

use serde_json::{Value, json};
use steps::fact::Fact;
use store::{Commit, JournalEntry, ListChange, Session};

use super::{Happened, MAX_LATER, here};
use crate::testing::Server;

const ANA: &str = "+5511987654321";
const ZOE: &str = "+5511912345678";

async fn send(server: &Server, body: &Value) -> String {
    let answer = server.call("POST", "/api/v1/sandbox/messages", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    server.settle().await;
    answer.json()["contact"].as_str().unwrap().to_owned()
}

/// Gives the contact's id.
async fn say(server: &Server, from: &str, text: &str) -> String {
    send(server, &json!({ "from": from, "name": "Ana Souza", "text": text })).await
}

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn sessions(server: &Server, query: &str) -> Vec<Value> {
    get(server, &format!("/api/v1/sessions?{query}")).await["sessions"].as_array().unwrap().clone()
}

async fn replay(server: &Server, id: &str) -> Value {
    get(server, &format!("/api/v1/sessions/{id}")).await
}

fn ids(sessions: &[Value]) -> Vec<&str> {
    sessions.iter().map(|session| session["id"].as_str().unwrap()).collect()
}

/// The steps that a session ran, turn by turn.
fn steps(session: &Value) -> Vec<Vec<&str>> {
    let turns = session["turns"].as_array().unwrap().iter();
    let lines = turns.map(|turn| turn["trace"].as_array().unwrap().iter().filter(|line| line["what"] == "step"));
    lines.map(|lines| lines.map(|line| line["step"].as_str().unwrap()).collect()).collect()
}

/// What is said in a chat, each bubble with its turn.
fn said(session: &Value) -> Vec<(u64, String)> {
    let html = session["chat"]["html"].as_str().unwrap();
    let bubble = |article: &str| {
        let (turn, rest) = article.split_once("data-turn=\"")?.1.split_once('"')?;
        let text = rest.split_once("<p dir=\"auto\">")?.1.split_once("</p>")?.0;
        Some((turn.parse().ok()?, text.to_owned()))
    };
    html.split("<article").skip(1).filter_map(bubble).collect()
}

#[tokio::test]
async fn every_run_of_a_bot_is_listed() {
    let server = Server::sandbox().await;
    let ana = say(&server, ANA, "Oi").await;
    say(&server, ANA, "please ask").await;
    let zoe = say(&server, ZOE, "please ask").await;

    let all = sessions(&server, "").await;
    assert_eq!(all.len(), 3);
    let [ended] = &sessions(&server, "state=ended").await[..] else { panic!("{all:?}") };
    let version = server.app.bots.load().live_bots().next().unwrap().version.to_string();
    let now = server.app.now().0;
    let expected = json!({
        "id": ended["id"], "contact": { "id": ana, "name": "Ana Souza", "phone": ANA }, "business_number": "sandbox",
        "bot": "echo", "bot_name": "Echo", "version": version, "number": 1, "on": "message",
        "started": now, "ended": now, "status": "completed", "outcome": "completed"
    });
    assert_eq!(*ended, expected);
    let open = sessions(&server, "state=open").await;
    assert_eq!(open.len(), 2);
    assert_eq!((&open[0]["ended"], &open[0]["status"], &open[0]["outcome"]), (&Value::Null, &Value::Null, &Value::Null));

    let of_zoe = sessions(&server, "contact=%2B5511912345678&state=open").await;
    assert_eq!(of_zoe[0]["contact"]["id"], zoe.as_str());
    for (query, count) in [
        ("bot=echo", 3),
        ("bot=other", 0),
        ("status=completed", 1),
        ("status=failed", 0),
        ("outcome=completed&bot=echo", 1),
        ("version=0123456789abcdef", 0),
    ] {
        assert_eq!(sessions(&server, query).await.len(), count, "{query}");
    }
    assert_eq!(sessions(&server, &format!("version={version}")).await.len(), 3);
}

#[tokio::test]
async fn sessions_come_in_pages() {
    let server = Server::sandbox().await;
    for from in [ANA, ZOE, ANA] {
        say(&server, from, "Oi").await;
    }
    let (mut seen, mut before) = (Vec::new(), String::new());
    for page in 1.. {
        let answer = get(&server, &format!("/api/v1/sessions?limit=2{before}")).await;
        seen.extend(ids(answer["sessions"].as_array().unwrap()).into_iter().map(str::to_owned));
        let Some(next) = answer["next"].as_str() else { break };
        before = format!("&before={next}");
        assert!(page < 3, "the list has no end");
    }
    assert_eq!(seen, ids(&sessions(&server, "").await));
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn a_session_is_replayed_on_the_version_that_ran() {
    let server = Server::sandbox().await;
    say(&server, ANA, "please ask").await;
    send(&server, &json!({ "from": ANA, "tap": "Two" })).await;
    say(&server, ANA, "Oi").await;
    server.publish("echo", r#"{"name": "New", "triggers": [{"on": "message", "any": true}], "start": "a", "steps": {"a": {"type": "message", "text": "New"}}}"#).await;

    let asked = sessions(&server, "state=ended").await.pop().unwrap();
    let session = replay(&server, asked["id"].as_str().unwrap()).await;
    assert_eq!(steps(&session), [vec!["ask"], vec!["chosen"]]);
    assert_eq!(session["document"]["steps"]["ask"]["text"], "Which one?", "{}", session["document"]);
    assert_eq!((&session["moved_from"], &session["has_earlier"]), (&Value::Null, &json!(false)));
    assert_eq!((&session["number"], &session["status"], &session["bot_name"]), (&json!(1), &json!("completed"), &json!("New")));
    let turns: Vec<u64> = session["turns"].as_array().unwrap().iter().map(|turn| turn["position"].as_u64().unwrap()).collect();
    let expected = [(turns[0], "please ask"), (turns[0], "Which one?"), (turns[1], "Two"), (turns[1], "You chose Two")];
    assert_eq!(said(&session), expected.map(|(turn, text)| (turn, text.to_owned())));
    let html = session["chat"]["html"].as_str().unwrap();
    assert!(!html.contains("Sending") && html.contains("Delivered"), "what became of the last message is known: {html}");

    let first = get(&server, &format!("/api/v1/sessions/{}?until={}", asked["id"].as_str().unwrap(), turns[0])).await;
    assert_eq!(said(&first), expected[..2].iter().map(|(turn, text)| (*turn, (*text).to_owned())).collect::<Vec<_>>());
    assert_eq!(first["turns"], session["turns"]);
}

#[tokio::test]
async fn what_came_later_does_not_hide_a_session() {
    let server = Server::sandbox().await;
    let ana = say(&server, ANA, "Oi").await;
    let id = sessions(&server, "").await[0]["id"].as_str().unwrap().to_owned();
    let before = replay(&server, &id).await;
    assert_eq!(said(&before).len(), 2, "{before}");

    let stored = server.app.store.load(&ana).await.unwrap().unwrap();
    let facts = (0..2 * MAX_LATER).map(|_| JournalEntry::fact(server.app.now().0, "released", r#"{"fact":"released"}"#));
    let (value, expected_version) = (Some(stored.value), stored.version);
    server.app.store.commit(Commit { key: ana, expected_version, value, due: None, journal: facts.collect() }).await.unwrap();
    assert_eq!(replay(&server, &id).await, before);
}

#[tokio::test]
async fn a_session_that_goes_on_in_another_version_names_both() {
    let server = Server::sandbox().await;
    let ana = say(&server, ANA, "please ask").await;
    let listed = server.app.store.sessions(store::SessionQuery::default()).await.unwrap().remove(0);
    let begun = listed.session.version.clone();
    let stored = server.app.store.load(&ana).await.unwrap().unwrap();
    let moved = Session { version: "0123456789abcdef".into(), ..listed.session };
    let fact = JournalEntry::fact(server.app.now().0, "listed", r#"{"fact":"listed"}"#);
    let journal = vec![fact.with_lists(vec![ListChange::Session(moved)])];
    let commit = Commit { key: ana, expected_version: stored.version, value: Some(stored.value), due: None, journal };
    server.app.store.commit(commit).await.unwrap();

    let session = replay(&server, ids(&sessions(&server, "").await)[0]).await;
    assert_eq!((&session["version"], &session["moved_from"]), (&json!("0123456789abcdef"), &json!(begun)));
    assert_eq!((&session["document"], &session["number"]), (&Value::Null, &Value::Null), "a version that is not kept");
}

#[tokio::test]
async fn what_is_not_there_or_asked_wrongly_is_said() {
    let server = Server::sandbox().await;
    let ana = say(&server, ANA, "Oi").await;
    let id = sessions(&server, "").await[0]["id"].as_str().unwrap().to_owned();
    for (path, expected) in [
        ("sessions?before=yesterday", (422, "before")),
        ("sessions?state=asleep", (422, "state")),
        ("sessions?limit=0", (422, "limit")),
        ("sessions?bots=echo", (422, "bots")),
        ("sessions?contact=nobody", (404, "")),
        ("sessions/7", (422, "session")),
        ("sessions/c1.seven", (422, "session")),
        ("sessions/c1.7", (404, "")),
        (&format!("sessions/{id}?until=end"), (422, "until")),
    ] {
        let problem = server.get(&format!("/api/v1/{path}")).await.problem();
        assert_eq!(problem, (expected.0, expected.1.to_owned()), "{path}");
    }

    // One that turned out to be her, whose sessions are listed no more.
    let mut tombstone: Value = serde_json::from_slice(&server.app.store.load(&ana).await.unwrap().unwrap().value).unwrap();
    tombstone["merged_into"] = json!(ana);
    let value = Some(tombstone.to_string().into_bytes());
    let commit = Commit { key: "c0".into(), expected_version: 0, value, due: None, journal: Vec::new() };
    server.app.store.commit(commit).await.unwrap();
    let merged = server.get("/api/v1/sessions/c0.7").await;
    assert!(merged.status == 404 && merged.text.contains(&ana), "{}", merged.text);

    assert_eq!(server.call("DELETE", &format!("/api/v1/contacts/{ana}"), &Value::Null).await.status, 204);
    assert_eq!(server.get(&format!("/api/v1/sessions/{id}")).await.problem().0, 404);
    assert_eq!(sessions(&server, "").await, Vec::<Value>::new());
}

#[tokio::test]
async fn who_listens_hears_of_starts_and_ends() {
    let server = Server::sandbox().await;
    let mut events = server.app.live.listen();
    say(&server, ANA, "Oi").await;
    let mut facts = Vec::new();
    while let Ok(happened) = events.try_recv() {
        facts.extend(serde_json::to_value(&happened.facts).unwrap().as_array().unwrap().clone());
    }
    let started = facts.iter().find(|fact| fact["fact"] == "session_started").unwrap();
    let ended = facts.iter().find(|fact| fact["fact"] == "session_ended").unwrap();
    assert_eq!((&ended["session"], &ended["version"]), (&started["session"], &started["version"]));
    let expected = (&json!("sandbox"), &json!("message"), &json!(server.app.now()));
    assert_eq!((&ended["number"], &ended["on"], &ended["started"]), expected);
}

#[test]
fn what_was_said_with_another_number_is_left_out() {
    let trace = |session: u32| json!({ "fact": "trace", "event": "e", "trace": [{ "session": session, "what": "skipped", "step": "a" }] });
    let received = |text: &str| {
        let content = json!({ "type": "text", "text": text });
        json!({ "fact": "received", "message": { "id": text, "at": 0, "from": {}, "content": content } })
    };
    let queued = |entry: u32, session: Value| json!({ "fact": "queued", "entry": entry, "message": { "type": "text", "text": "Hi" }, "session": session });
    let facts = [
        (1, received("here")),
        (1, queued(1, json!(7))),
        (1, trace(7)),
        (2, received("elsewhere")),
        (2, queued(2, json!(8))),
        (2, trace(8)),
        (3, queued(3, Value::Null)),
    ];
    let happened = |(position, (turn, fact)): (u64, (u64, Value))| {
        let fact: Fact = serde_json::from_value(fact).unwrap();
        Happened { position, at: crate::testing::NOW, turn: Some(turn * 3 - 1), fact }
    };
    let facts: Vec<Happened> = (0..).zip(facts).map(happened).collect();
    let left = here(facts, &std::iter::once(steps::ids::SessionId(8)).collect());
    assert_eq!(left.iter().map(|happened| happened.position).collect::<Vec<_>>(), [0, 1, 2, 5, 6], "traces name their session");
}
