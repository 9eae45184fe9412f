//! The API from outside: what each call gives, and what it says to a mistake.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::testing::{ECHO, Graph, Server, messages, text};

const ANA: &str = "+5511987654321";

async fn say(server: &Server, what: &Value) -> Value {
    let mut body = what.clone();
    body["from"] = ANA.into();
    let answer = server.call("POST", "/api/v1/sandbox/messages", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    server.settle().await;
    answer.json()
}

#[tokio::test]
async fn a_customer_on_the_sandbox_writes_and_taps() {
    let server = Server::sandbox().await;
    say(&server, &json!({ "name": "Ana", "text": "please ask" })).await;
    say(&server, &json!({ "tap": "Two" })).await;
    let expected = ["in: please ask", "out: Which one? (delivered)", "in: Two", "out: You chose Two (delivered)"];
    assert_eq!(server.transcript(ANA).await, expected);
    let tap = server.call("POST", "/api/v1/sandbox/messages", &json!({ "from": ANA, "tap": "Three" })).await;
    assert_eq!(tap.problem(), (422, "tap".into()));
}

#[tokio::test]
async fn a_contact_is_found_by_phone_and_by_id() {
    let server = Server::sandbox().await;
    let id = say(&server, &json!({ "name": "Ana", "text": "Oi" })).await["contact"].as_str().unwrap().to_owned();
    for name in [ANA, "5511987654321", "+55%2011%2098765-4321", &id] {
        let contact = server.get(&format!("/api/v1/contacts/{name}")).await.json();
        assert_eq!((contact["id"].as_str(), contact["name"].as_str()), (Some(id.as_str()), Some("Ana")), "{name}");
        assert_eq!(contact["window"]["open"], true);
        assert_eq!(contact["windows"]["sandbox"]["seconds_left"], 86_400);
        assert_eq!(contact["leads"].as_array().map(Vec::len), Some(1));
    }
    for name in ["+5511000000000", "c0000", "user"] {
        assert_eq!(server.get(&format!("/api/v1/contacts/{name}")).await.problem().0, 404, "{name}");
    }
}

#[tokio::test]
async fn mistakes_in_a_body_are_named_and_have_no_effect() {
    let server = Server::sandbox().await;
    let contact = json!({ "phone": ANA });
    let mistakes = [
        ("bots/echo/run", json!({}), (422, "contact")),
        ("bots/echo/run", json!({ "contact": { "name": "Ana" } }), (422, "contact")),
        ("bots/echo/run", json!({ "contact": [ANA] }), (422, "contact")),
        ("bots/echo/run", json!([{ "phone": ANA }]), (422, "")),
        ("bots/echo/run", json!({ "contact": { "phone": ANA, "id": "c1" } }), (422, "contact.id")),
        ("bots/echo/run", json!({ "contact": { "id": "c1" } }), (404, "")),
        ("bots/echo/run", json!({ "contact": { "user_id": "anybody" } }), (422, "contact.user_id")),
        ("bots/nobody/stop", json!({ "contact": contact }), (404, "")),
        ("bots/echo/run", json!({ "contact": { "phone": "98765" } }), (422, "contact.phone")),
        ("bots/echo/run", json!({ "contact": contact, "strat": "ask" }), (422, "strat")),
        ("bots/echo/run", json!({ "contact": contact, "start": "nowhere" }), (422, "start")),
        ("bots/echo/run", json!({ "contact": contact, "number": "1" }), (422, "number")),
        ("bots/echo/run", json!({ "contact": contact, "variables": [] }), (422, "variables")),
        ("bots/nobody/run", json!({ "contact": contact }), (404, "")),
        ("bots/No%20Body/run", json!({ "contact": contact }), (422, "id")),
        ("triggers/stage", json!({ "lead": { "id": "1", "contact": contact } }), (422, "lead.stage")),
        ("triggers/stage", json!({ "lead": { "id": [1], "stage": "new", "contact": contact } }), (422, "lead.id")),
        ("triggers/stage", json!({ "lead": { "id": " ", "stage": "new", "contact": contact } }), (422, "lead.id")),
        ("triggers/stage", json!({ "lead": { "id": "1", "stage": "", "contact": contact } }), (422, "lead.stage")),
        ("triggers/stage", json!({ "lead": ["1", null, null, "new", null, false, [ANA], {}] }), (422, "lead")),
        ("triggers/stage", json!({ "lead": { "id": "1", "stage": "new", "contact": {} } }), (422, "lead.contact")),
        ("triggers/stage", json!({ "lead": { "id": "1", "stage": "new" } }), (422, "lead.contact")),
        ("triggers/stage", json!({ "lead": { "id": "1", "stage": "new", "contact": contact, "stge": 1 } }), (422, "lead.stge")),
        ("sandbox/messages", json!({ "from": ANA }), (422, "text")),
        ("sandbox/messages", json!({ "from": ANA, "text": "a", "tap": "b" }), (422, "text")),
        ("sandbox/messages", json!({ "from": ANA, "content": ["text", "a"] }), (422, "content")),
    ];
    for (path, body, expected) in mistakes {
        let found = server.call("POST", &format!("/api/v1/{path}"), &body).await.problem();
        assert_eq!((found.0, found.1.as_str()), expected, "{path} {body}");
    }
    assert_eq!(server.app.store.count_contacts().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_no_json_body_is_told() {
    let server = Server::sandbox().await;
    let post = |kind: &str, body: Vec<u8>| {
        Request::post("/api/v1/triggers/stage")
            .header("host", "localhost")
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    assert_eq!(server.send(post("text/plain", b"{}".to_vec())).await.problem().0, 415);
    assert_eq!(server.send(post("application/x-www-form-urlencoded", b"a=b".to_vec())).await.problem().0, 415);
    assert_eq!(server.send(post("application/json; charset=utf-8", b"{".to_vec())).await.problem().0, 400);
    assert_eq!(server.send(post("application/json", vec![b' '; super::input::MAX_BODY + 1])).await.problem().0, 413);
    assert_eq!(server.get("/api/v1/nothing").await.problem().0, 404);
    assert_eq!(server.call("DELETE", "/api/v1/bots", &Value::Null).await.problem().0, 405);
    for (query, key) in
        [("limt=1", "limt"), ("limit=abc", "limit"), ("limit=0", "limit"), ("limit=1&limit=2", "limit"), ("before=-1", "before")]
    {
        let found = server.get(&format!("/api/v1/contacts/c1/messages?{query}")).await.problem();
        assert_eq!(found, (422, key.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn errors_of_the_framework_have_the_same_form() {
    let server = Server::sandbox().await;
    let put = server.call("PUT", "/webhooks/whatsapp", &Value::Null).await;
    assert!(put.problem().0 == 405 && put.json()["detail"].as_str().is_some_and(|detail| detail.contains("method")));
    assert_eq!(server.call("POST", "/healthz", &Value::Null).await.problem().0, 405);
    assert_eq!(server.get("/api/v1/contacts/%ff").await.problem().0, 400);
    let form = Request::post(format!("/sandbox/{ANA}")).header("host", "localhost").header("content-type", "text/plain");
    assert_eq!(server.send(form.body(Body::from("text=a")).unwrap()).await.problem().0, 415);
}

#[tokio::test]
async fn no_write_comes_as_another_type_than_json() {
    let server = Server::sandbox().await;
    say(&server, &json!({ "text": "Oi" })).await;
    for (path, kind, body) in [
        (format!("contacts/{ANA}/release"), Some("text/plain"), ""),
        (format!("contacts/{ANA}/release"), Some("application/x-www-form-urlencoded"), "a=b"),
        (format!("contacts/{ANA}/release"), None, "{}"),
        ("dead/1/retry".to_owned(), Some("application/x-www-form-urlencoded"), "a=b"),
    ] {
        let mut request = Request::post(format!("/api/v1/{path}")).header("host", "localhost");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        assert_eq!(server.send(request.body(Body::from(body)).unwrap()).await.problem().0, 415, "{path} {kind:?}");
    }
    assert_eq!(server.call("POST", &format!("/api/v1/contacts/{ANA}/release"), &Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_contact_is_meant_by_phone_by_id_or_by_user_id() {
    let server = Server::sandbox().await;
    let run = |contact: Value| {
        let server = server.clone();
        async move { server.call("POST", "/api/v1/bots/echo/run", &json!({ "contact": contact, "start": "ask" })).await.json() }
    };
    let made = run(json!({ "user_id": "BR.77", "name": "Bia" })).await;
    let id = made["contact"].as_str().unwrap().to_owned();
    assert_eq!(
        (run(json!({ "user_id": "BR.77" })).await["contact"].as_str(), &made["started"][0]["bot"]),
        (Some(id.as_str()), &json!("echo"))
    );
    assert_eq!(run(json!({ "id": id })).await["contact"].as_str(), Some(id.as_str()));
    let stop = server.call("POST", "/api/v1/bots/echo/stop", &json!({ "contact": { "user_id": "BR.77" } })).await;
    assert_eq!((stop.status, stop.json()["sessions"].as_array().map(Vec::len)), (200, Some(0)), "{}", stop.text);
    let lead = json!({ "lead": { "id": "1", "stage": "new", "contact": { "id": id } } });
    let stage = server.call("POST", "/api/v1/triggers/stage", &lead).await;
    assert_eq!((stage.status, stage.json()["contact"].as_str()), (202, Some(id.as_str())), "{}", stage.text);
    let unknown = json!({ "contact": { "user_id": "BR.78" } });
    assert_eq!(server.call("POST", "/api/v1/bots/echo/stop", &unknown).await.problem().0, 404);
}

#[tokio::test]
async fn a_field_that_cannot_be_set_is_named_and_none_is_set() {
    let server = Server::with("[users.ana]", store::memory()).await;
    say(&server, &json!({ "text": "Oi" })).await;
    let path = format!("/api/v1/contacts/{ANA}");
    for (field, value) in [
        ("lead.price", json!("abc")),
        ("vars.x", json!(1)),
        ("contact.phone", json!("+5511988887777")),
        ("contact.email", json!("nonsense")),
        ("contact.language", json!("zz!!")),
        ("contact.owner", json!("anna")),
    ] {
        let body = json!({ "fields": { "contact.fields.a": 1, field: value } });
        assert_eq!(server.call("PATCH", &path, &body).await.problem(), (422, format!("fields.{field}")));
    }
    assert_eq!(server.get(&path).await.json()["fields"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let server = Server::sandbox().await;
    let never = Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
    let request = Request::post("/api/v1/triggers/stage").header("host", "localhost").header("content-type", "application/json");
    assert_eq!(server.send(request.body(never).unwrap()).await.problem().0, 408);
}

#[tokio::test]
async fn a_wrong_token_has_no_effect() {
    let server = Server::with("api_token = \"0123456789abcdef\"", store::memory()).await;
    let body = json!({ "from": ANA, "text": "Oi" });
    for headers in [&[][..], &[("authorization", "Bearer wrong")]] {
        assert_eq!(server.call_with("POST", "/api/v1/sandbox/messages", &body, headers).await.problem().0, 401);
    }
    assert_eq!(server.app.store.count_contacts().await.unwrap(), 0);
    let right = [("authorization", "Bearer 0123456789abcdef")];
    assert_eq!(server.call_with("POST", "/api/v1/sandbox/messages", &body, &right).await.status, 200);
    // Health and webhooks have their own rules.
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/webhooks/whatsapp").await.status, 403);
}

#[tokio::test]
async fn a_bot_runs_once_for_a_key() {
    let server = Server::sandbox().await;
    say(&server, &json!({ "text": "Oi" })).await;
    let body = json!({ "contact": { "phone": ANA }, "start": "ask" });
    let run = |body: Value, key: &'static str| {
        let server = server.clone();
        async move { server.call_with("POST", "/api/v1/bots/echo/run", &body, &[("idempotency-key", key)]).await }
    };
    let first = run(body.clone(), "k1").await;
    assert_eq!((first.status, first.json()["started"][0]["bot"].as_str()), (202, Some("echo")), "{}", first.text);
    let second = run(body.clone(), "k1").await;
    assert_eq!((second.status, second.json()), (202, first.json()));
    assert_eq!(run(json!({ "contact": { "phone": ANA } }), "k1").await.problem(), (422, "Idempotency-Key".into()));
    server.settle().await;
    let asked = |transcript: Vec<String>| transcript.iter().filter(|line| line.contains("Which one?")).count();
    assert_eq!(asked(server.transcript(ANA).await), 1);
    run(body, "k2").await;
    server.settle().await;
    assert_eq!(asked(server.transcript(ANA).await), 2);
}

#[tokio::test]
async fn an_api_trigger_reads_what_the_caller_says() {
    let server = Server::sandbox().await;
    let bot = json!({
        "variables": { "people": { "type": "integer" } },
        "triggers": [{ "on": "api", "when": "trigger.data.ok == true" }],
        "start": "hello",
        "steps": { "hello": { "type": "message", "text": "{{ vars.people }} {{ trigger.data.from }}", "outside_window": "skip" } }
    });
    assert_eq!(server.call("POST", "/api/v1/bots/caller/publish", &json!({ "document": bot })).await.status, 200);
    say(&server, &json!({ "text": "Oi" })).await;
    let run = |variables: Value, data: Value| {
        let server = server.clone();
        let body = json!({ "contact": { "phone": ANA }, "variables": variables, "data": data });
        async move { server.call("POST", "/api/v1/bots/caller/run", &body).await }
    };
    let wrong = run(json!({ "people": "many" }), json!({ "ok": true })).await;
    assert_eq!(wrong.problem(), (422, "variables.people".into()), "{}", wrong.text);
    let refused = run(json!({}), json!({ "ok": false })).await.json();
    assert_eq!((&refused["started"], &refused["not_started"][0]["reason"]), (&json!([]), &json!("when")), "{refused}");
    let started = run(json!({ "people": "we are 12" }), json!({ "ok": true, "from": "site" })).await.json();
    assert_eq!(started["started"][0]["bot"], "caller", "{started}");
    server.settle().await;
    assert_eq!(server.transcript(ANA).await.last().map(String::as_str), Some("out: 12 site (delivered)"));
}

#[tokio::test]
async fn a_stage_tells_what_started_and_why_others_did_not() {
    let server = Server::with("[pipelines.sales]\nstages = [\"new\", \"won\"]", store::memory()).await;
    let bot = json!({
        "triggers": [{ "on": "stage", "pipeline": "sales", "stage": "won" }],
        "start": "hello",
        "steps": { "hello": { "type": "message", "text": "Parabéns", "outside_window": "skip" } }
    });
    assert_eq!(server.call("POST", "/api/v1/bots/winner/publish", &json!({ "document": bot })).await.status, 200);
    let stage = |stage: &str| json!({ "lead": { "id": 77, "pipeline": "sales", "stage": stage, "contact": { "phone": ANA, "name": "Ana" } } });
    let new = server.call("POST", "/api/v1/triggers/stage", &stage("new")).await;
    assert_eq!((new.status, new.json()["started"].as_array().map(Vec::len)), (202, Some(0)), "{}", new.text);
    assert_eq!(new.json()["not_started"][0]["bot"], "winner");
    let won = server.call("POST", "/api/v1/triggers/stage", &stage("won")).await;
    assert_eq!(won.json()["started"][0]["bot"], "winner", "{}", won.text);
    assert_eq!(server.call("POST", "/api/v1/triggers/stage", &stage("gone")).await.problem(), (422, "lead.stage".into()));
    let contact = server.get(&format!("/api/v1/contacts/{ANA}")).await.json();
    assert_eq!((contact["name"].as_str(), contact["leads"][0]["stage"].as_str()), (Some("Ana"), Some("won")), "{contact}");
}

#[tokio::test]
async fn people_take_the_conversation_write_and_give_it_back() {
    let server = Server::with("[users.ana]\n[teams.sales]", store::memory()).await;
    let path = |what: &str| format!("/api/v1/contacts/{ANA}/{what}");
    say(&server, &json!({ "text": "Oi" })).await;
    let taken = server.call("POST", &path("handoff"), &json!({ "to": { "user": "ana" } })).await;
    assert_eq!((taken.status, &taken.json()["human"]["to"]), (200, &json!({ "user": "ana" })), "{}", taken.text);
    let window = server.get(&format!("/api/v1/contacts/{ANA}")).await.json()["window"].clone();
    assert!(window["human"]["since"].is_string() && window["human"]["until"].is_null(), "{window}");
    assert_eq!(window["human"]["to"], json!({ "user": "ana" }));
    for (to, key) in [
        (json!({ "usr": "ana" }), "to"),
        (json!({ "user": "ana", "team": "sales" }), "to"),
        (json!({ "user": "anna" }), "to.user"),
        (json!({ "team": "sails" }), "to.team"),
        (json!({ "round_robin": ["ana", "bob"] }), "to.round_robin[1]"),
        (json!({ "round_robin": [] }), "to.round_robin"),
    ] {
        let refused = server.call("POST", &path("handoff"), &json!({ "to": to })).await;
        assert_eq!(refused.problem(), (422, key.to_owned()), "{}", refused.text);
    }
    let nearest = server.call("POST", &path("handoff"), &json!({ "to": { "user": "anna" } })).await;
    assert!(nearest.text.contains("did you mean \\\"ana\\\""), "{}", nearest.text);
    say(&server, &json!({ "text": "Alguém?" })).await;
    assert_eq!(server.call("POST", &path("messages"), &json!({ "text": "Sou a Ana", "by": "ana" })).await.status, 202);
    assert_eq!(server.call("POST", &path("messages"), &json!({ "text": " " })).await.problem(), (422, "text".into()));
    assert_eq!(
        server.call("POST", &path("messages"), &json!({ "text": "x".repeat(4_097) })).await.problem(),
        (422, "text".into())
    );
    server.settle().await;
    let expected = ["in: Oi", "out: You said Oi (delivered)", "in: Alguém?", "out: Sou a Ana (delivered)"];
    assert_eq!(server.transcript(ANA).await, expected);
    let back = server.call("POST", &path("release"), &Value::Null).await;
    assert_eq!((back.status, &back.json()["human"]), (200, &Value::Null), "{}", back.text);
}

#[tokio::test]
async fn fields_are_set_sessions_stopped_and_a_contact_erased() {
    let server = Server::sandbox().await;
    say(&server, &json!({ "text": "ask" })).await;
    let path = format!("/api/v1/contacts/{ANA}");
    let changed = server.call("PATCH", &path, &json!({ "fields": { "contact.fields.budget": 100 } })).await;
    assert_eq!(changed.json()["fields"]["budget"], 100, "{}", changed.text);
    let tags = json!({ "tags": { "add": ["vip", "new"] }, "lead": { "tags": { "add": ["hot"] } } });
    server.call("PATCH", &path, &tags).await;
    let changed = server.call("PATCH", &path, &json!({ "tags": { "remove": ["new"] } })).await.json();
    assert_eq!((&changed["tags"], &changed["leads"][0]["tags"]), (&json!(["vip"]), &json!(["hot"])), "{changed}");
    let wrong = server.call("PATCH", &path, &json!({ "fields": { "contact. .budget": 1 } })).await;
    assert_eq!(wrong.problem().0, 422);

    let sessions = server.get(&format!("{path}/sessions")).await.json();
    assert_eq!((sessions[0]["bot"].as_str(), sessions[0]["waits_for"].as_str()), (Some("echo"), Some("answer")), "{sessions}");
    let traces = server.get(&format!("{path}/traces")).await.json();
    assert!(traces.as_array().is_some_and(|traces| !traces.is_empty()));
    let stopped = server.call("POST", "/api/v1/bots/echo/stop", &json!({ "contact": { "phone": ANA } })).await;
    assert_eq!(stopped.json()["sessions"], json!([]), "{}", stopped.text);

    assert_eq!(server.call("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(server.get(&path).await.status, 404);
    assert_eq!(server.call("DELETE", &path, &Value::Null).await.problem().0, 404);
}

#[tokio::test]
async fn a_draft_is_saved_checked_and_published() {
    let server = Server::sandbox().await;
    let mut document: Value = serde_json::from_str(ECHO).unwrap();
    document["start"] = "nowhere".into();
    let draft = server.call("PUT", "/api/v1/bots/echo/draft", &document).await;
    assert_eq!((draft.status, draft.json()["publishable"].as_bool()), (200, Some(false)), "{}", draft.text);
    let refused = server.call("POST", "/api/v1/bots/echo/publish", &Value::Null).await;
    assert_eq!(refused.problem().0, 422);
    assert!(refused.json()["diagnostics"][0]["message"].is_string());

    document["start"] = "ask".into();
    server.call("PUT", "/api/v1/bots/echo/draft", &document).await;
    let published = server.call("POST", "/api/v1/bots/echo/publish", &json!({ "note": "asks first" })).await;
    let version = published.json()["version"].as_str().unwrap().to_owned();
    let shown = server.get("/api/v1/bots/echo").await.json();
    assert_eq!((shown["version"].as_str(), shown["document"]["start"].as_str()), (Some(version.as_str()), Some("ask")));
    let versions = server.get("/api/v1/bots/echo/versions").await.json();
    assert_eq!(versions.as_array().map(Vec::len), Some(2));
    assert_eq!((versions[0]["version"].as_str(), versions[0]["note"].as_str()), (Some(version.as_str()), Some("asks first")));
    assert_eq!(server.get("/api/v1/bots/nobody").await.problem().0, 404);
    assert_eq!(server.get("/api/v1/bots/nobody/versions").await.problem().0, 404);
    assert_eq!(server.call("POST", "/api/v1/bots/nobody/publish", &Value::Null).await.problem().0, 404);
    assert_eq!(server.call("PUT", "/api/v1/bots/echo/draft", &json!([])).await.problem().0, 422);

    server.call("PUT", "/api/v1/bots/nobody/draft", &document).await;
    assert_eq!(server.get("/api/v1/bots/nobody/versions").await.json(), json!([]), "it was never published");
}

#[tokio::test]
async fn a_connected_server_has_no_sandbox() {
    let graph = Graph::accepting().await;
    let server = Server::connected(&graph.address).await;
    let answer = server.call("POST", "/api/v1/sandbox/messages", &json!({ "from": ANA, "text": "Oi" })).await;
    assert_eq!(answer.problem().0, 409);
    assert_eq!(server.get("/sandbox/+5511987654321").await.problem().0, 409);
}

#[tokio::test]
async fn the_window_of_a_customer_who_never_wrote_is_closed_to_people() {
    let server = Server::sandbox().await;
    let body = json!({ "contact": { "phone": ANA } });
    assert_eq!(server.call("POST", "/api/v1/bots/echo/run", &body).await.status, 202);
    let path = format!("/api/v1/contacts/{ANA}/messages");
    assert_eq!(server.call("POST", &path, &json!({ "text": "Oi" })).await.problem().0, 409);
    let contact = server.get(&format!("/api/v1/contacts/{ANA}")).await.json();
    assert_eq!((contact["window"]["open"].as_bool(), &contact["window"]["closes_at"]), (Some(false), &Value::Null));
}

#[tokio::test]
async fn pages_show_what_customers_wrote_as_text() {
    let server = Server::sandbox().await;
    say(&server, &json!({ "text": "<script>alert(1)</script>" })).await;
    say(&server, &json!({ "text": "ask" })).await;
    let page = server.get(&format!("/sandbox/{ANA}")).await;
    assert!(page.status == 200 && !page.text.contains("<script"), "{}", page.text);
    assert!(page.text.contains("name=\"reply\""), "buttons can be tapped: {}", page.text);
    assert!(server.get("/").await.text.contains("echo"));

    let form = Request::post(format!("/sandbox/{ANA}")).header("host", "localhost");
    let form = form.header("content-type", "application/x-www-form-urlencoded").body(Body::from("text=Hello+there"));
    assert_eq!(server.send(form.unwrap()).await.status, 303);
    assert!(server.transcript(ANA).await.contains(&"in: Hello there".to_owned()));
}

#[tokio::test]
async fn the_description_names_every_call() {
    let server = Server::sandbox().await;
    let described = server.get("/api/openapi.json").await.json();
    let calls: Vec<String> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    insta::assert_snapshot!(calls.join("\n"));
}

#[tokio::test]
async fn no_two_calls_have_one_id() {
    let described = serde_json::to_value(super::openapi()).unwrap();
    let mut ids: Vec<&str> = described["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|call| call["operationId"].as_str().unwrap())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
}

#[tokio::test]
async fn live_views_get_what_happens() {
    use futures_util::StreamExt;
    let server = Server::sandbox().await;
    let request = Request::get("/api/v1/events").header("host", "localhost").body(Body::empty()).unwrap();
    let mut events = server.open(request).await.into_body().into_data_stream();
    say(&server, &json!({ "text": "Oi" })).await;
    let first = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(first.starts_with("event: commit\n") && first.contains("\"fact\":\"received\""), "{first}");
    // A server that stops ends the view.
    server.app.stop.cancel();
    while events.next().await.is_some() {}
}

#[tokio::test]
async fn webhooks_reach_the_same_contacts_as_the_api() {
    let graph = Graph::accepting().await;
    let server = Server::connected(&graph.address).await;
    server.webhook(&messages(&[text("wamid.1", "5511987654321", "Oi")])).await;
    let answer = server.call("POST", "/api/v1/bots/echo/run", &json!({ "contact": { "phone": ANA }, "start": "ask" })).await;
    assert_eq!(answer.status, 202);
    server.settle().await;
    assert_eq!(server.app.store.count_contacts().await.unwrap(), 1);
    assert_eq!(graph.texts(), ["You said Oi", "Which one?"]);
}
