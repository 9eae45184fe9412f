//! Previews from outside: what the studio gets for what it asks.

use serde_json::{Value, json};

use crate::testing::Server;

/// Buttons, a list, a call with a secret, a question; by a keyword.
fn draft() -> Value {
    json!({
        "name": "Shop",
        "language": "en",
        "timezone": "America/Sao_Paulo",
        "variables": {"size": {"type": "integer", "default": 1}},
        "triggers": [{"on": "message", "keywords": ["hi"]}],
        "start": "welcome",
        "steps": {
            "welcome": {"type": "message", "text": "Hello {{ contact.first_name ?? \"you\" }}", "buttons": [
                {"id": "buy", "title": "Buy", "goto": "choose"}, {"id": "price", "title": "Price", "goto": "price"}],
                "timeout": {"after": "30h", "goto": "late"}},
            "choose": {"type": "list", "text": "Which one?", "button": "Show", "sections": [
                {"title": "Things", "rows": [{"id": "a", "title": "Anchor", "goto": "bye"}, {"id": "b", "title": "Bell", "goto": "bye"}]}]},
            "price": {"type": "http", "method": "GET", "url": "https://example.com/price",
                "save": {"vars.price": "reply.json.price"}, "next": "told", "failed": "bye"},
            "told": {"type": "message", "text": "It costs {{ vars.price }}, size {{ vars.size }}", "next": "bye"},
            "late": {"type": "message", "text": "Still there?", "failed": "bye_by_template"},
            "bye_by_template": {"type": "template", "name": "back", "language": "en"},
            "bye": {"type": "message", "text": "Bye"}
        }
    })
}

async fn answer(server: &Server, request: &Value) -> Value {
    let answer = server.call("POST", "/api/v1/previews", request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn preview(server: &Server, steps: Value) -> Value {
    let contact = json!({"name": "Ana Souza"});
    let at = "2026-03-02T10:00:00-03:00";
    answer(server, &json!({"bot": "shop", "document": draft(), "contact": contact, "at": at, "steps": steps})).await
}

fn html(answer: &Value) -> &str {
    answer["chat"]["html"].as_str().unwrap()
}

/// The id that a drawn button submits.
fn reply<'a>(html: &'a str, title: &str) -> &'a str {
    let before = html.split(&format!(">{title}</span>")).next().unwrap();
    before.rsplit("value=\"").next().unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn a_conversation_is_drawn_and_taps_name_what_is_drawn() {
    let server = Server::sandbox().await;
    let first = preview(&server, json!([{"customer": "hi"}])).await;
    assert!(html(&first).starts_with("<section class=\"sb-chat\"") && html(&first).contains("Hello Ana"), "{}", html(&first));
    assert!(html(&first).contains("<span>10:00</span>"), "the clock of the bot's time zone: {}", html(&first));
    assert_eq!(first["session"]["step"], "welcome");
    assert_eq!((&first["session"]["state"], &first["session"]["waits_for"]), (&json!("waiting"), &json!("answer")));
    assert_eq!((&first["session"]["bot"], &first["session"]["vars"]["size"]), (&json!("shop"), &json!(1)));

    let buy = reply(html(&first), "Buy");
    let second = preview(&server, json!([{"customer": "hi"}, {"customer": {"reply": buy}}])).await;
    assert!(html(&second).contains("Which one?") && html(&second).contains("sb-sheet"), "{}", html(&second));
    let bell = reply(html(&second), "Bell");
    let third = preview(&server, json!([{"customer": "hi"}, {"customer": {"reply": buy}}, {"customer": {"reply": bell}}])).await;
    let lines: Vec<&Value> = third["turns"].as_array().unwrap().iter().map(|turn| &turn["line"]).collect();
    assert_eq!(lines, [0, 1, 2]);
    assert_eq!(third["turns"][2]["test"], json!([{"customer": {"tap": "Bell"}}, {"bot": "Bye"}]));
    assert_eq!((&third["session"]["state"], &third["session"]["status"]), (&json!("ended"), &json!("completed")));
    assert_eq!(third["session"]["step"], "bye");
    let trace = third["turns"][1]["trace"].as_array().unwrap();
    assert!(
        trace.iter().any(|line| line["what"] == "step" && line["step"] == "choose" && line["session"].is_number()),
        "{trace:?}"
    );
    assert!(third["error"].is_null());
    assert_eq!(server.app.store.count_contacts().await.unwrap(), 0, "nothing is kept");
}

#[tokio::test]
async fn a_day_passes_and_the_window_closes() {
    let server = Server::sandbox().await;
    let open = preview(&server, json!([{"customer": "hi"}, {"status": "read"}])).await;
    assert_eq!((&open["window"]["open"], &open["window"]["seconds_left"]), (&json!(true), &json!(86_400)));
    assert_eq!(open["contact"]["window"], open["window"]);
    assert_eq!(open["next_timer"], "2026-03-03T19:00:00.001Z", "the question's timeout");
    assert!(html(&open).contains("sb-read"), "{}", html(&open));

    let closed = preview(&server, json!([{"customer": "hi"}, {"pass": "24h"}])).await;
    assert_eq!((&closed["window"]["open"], &closed["window"]["closes_at"]), (&json!(false), &json!("2026-03-03T13:00:00.001Z")));
    assert_eq!(closed["now"], "2026-03-03T13:00:00.001Z");
    assert!(html(&closed).contains("24 hours later"), "{}", html(&closed));

    let late = preview(&server, json!([{"customer": "hi"}, {"pass": "31h"}])).await;
    let question = html(&late).split("<article").find(|bubble| bubble.contains("Still there?")).unwrap();
    assert!(question.contains("Not delivered: ") && html(&late).contains("back"), "a template alone may go out: {}", html(&late));
    assert!(html(&late).contains("30 hours later") && html(&late).contains("1 hour later"), "{}", html(&late));

    let start = json!({"on": "preview", "step": "told"});
    let refused = preview(&server, json!([{"customer": "hi"}, {"pass": "25h"}, {"start": start}])).await;
    let told = "Not delivered: More than 24 hours have passed since the customer last wrote. (131047)";
    assert!(html(&refused).contains(told) && !html(&refused).contains("The team is told"), "{}", html(&refused));
    assert!(html(&refused).contains("data-step=\"told\""), "{}", html(&refused));

    let failed = preview(&server, json!([{"customer": "hi"}, {"status": {"failed": 131_026}}])).await;
    assert!(html(&failed).contains("Not delivered:") && html(&failed).contains("131026"), "{}", html(&failed));
}

#[tokio::test]
async fn each_turn_says_how_things_stood_and_is_found_in_the_chat() {
    let server = Server::sandbox().await;
    let lines = json!([{"customer": "hi"}, {"set": {"vars.size": 3}}, {"customer": {"tap": "Buy"}}, {"pass": "25h"}]);
    let answer = preview(&server, lines).await;
    assert!(answer["error"].is_null(), "{}", answer["error"]);
    let turns = answer["turns"].as_array().unwrap();
    let stood: Vec<Value> = turns
        .iter()
        .map(|turn| json!([turn["session"]["step"], turn["session"]["vars"]["size"], turn["window"]["open"]]))
        .collect();
    assert_eq!(
        Value::from(stood),
        json!([["welcome", 1, true], ["welcome", 3, true], ["choose", 3, true], ["choose", 3, false]])
    );
    assert_eq!((&turns[3]["now"], &turns[3]["window"]), (&answer["now"], &answer["window"]));

    let entry = turns[2]["trace"].as_array().unwrap().iter().find(|line| line["what"] == "sent").unwrap()["entry"].to_string();
    let bubble = html(&answer).split("<article").find(|bubble| bubble.contains("Which one?")).unwrap();
    assert!(bubble.contains("data-turn=\"2\"") && bubble.contains("data-step=\"choose\""), "{bubble}");
    assert!(bubble.contains(&format!("data-entry=\"{entry}\"")), "{bubble}");
    let divider = html(&answer).split("<article").last().unwrap();
    assert!(divider.contains("25 hours later") && divider.contains("data-turn=\"3\""), "{divider}");
}

#[tokio::test]
async fn the_drawing_speaks_the_language_that_is_asked_for() {
    let server = Server::sandbox().await;
    let request = json!({"bot": "shop", "document": draft(), "language": "pt-BR", "steps": [
        {"fail_next": 131_026}, {"customer": "hi"}, {"pass": "1h"}]});
    let drawn = answer(&server, &request).await;
    for words in ["Simulado", "Não entregue: ", "1 hora depois"] {
        assert!(html(&drawn).contains(words), "{words}: {}", html(&drawn));
    }
}

#[tokio::test]
async fn an_open_form_is_named() {
    let server = Server::sandbox().await;
    let document = json!({"triggers": [{"on": "message", "any": true}], "start": "ask", "steps": {
        "ask": {"type": "flow", "flow": "visit", "screen": "DAY", "data": {"name": "Ana"}, "button": "Book", "text": "When?", "next": "bye"},
        "bye": {"type": "message", "text": "Thanks"}}});
    let form = |flows: Value, lines: Value| {
        let (server, document) = (server.clone(), document.clone());
        async move {
            answer(&server, &json!({"bot": "visit", "document": document, "flows": flows, "steps": lines})).await["form"].clone()
        }
    };
    let hi = json!({"customer": "hi"});
    let open = form(json!({}), json!([hi])).await;
    assert_eq!(open, json!({"flow": "visit", "screen": "DAY", "data": {"name": "Ana"}, "known": false}));
    let known = json!({"visit": {"version": "7.1", "screens": [{"id": "DAY"}]}});
    assert_eq!(form(known, json!([hi])).await["known"], true);
    assert!(form(json!({}), json!([hi, {"customer": {"form": {"day": "1"}}}])).await.is_null());
}

#[tokio::test]
async fn a_call_is_shown_and_answered_by_a_reply() {
    let server = Server::sandbox().await;
    let lines = json!([{"customer": "hi"}, {"customer": {"tap": "Price"}}]);
    let waiting = preview(&server, lines).await;
    let call = &waiting["calls"][0];
    assert_eq!(
        (&call["kind"], &call["step"], &call["request"]["url"]),
        (&json!("http"), &json!("price"), &json!("https://example.com/price"))
    );
    assert_eq!(waiting["session"]["waits_for"], "call");
    let reply = json!({"reply": {"status": 200, "json": {"price": 12}}});
    let told = preview(&server, json!([{"customer": "hi"}, {"customer": {"tap": "Price"}}, reply])).await;
    assert!(html(&told).contains("It costs 12, size 1"), "{}", html(&told));
    assert_eq!(told["calls"], json!([]));
}

#[tokio::test]
async fn secrets_are_shown_by_their_name() {
    let server = Server::with("[secrets]\nshop_key = \"do not tell\"", store::memory()).await;
    let mut document = draft();
    document["steps"]["price"]["headers"] = json!({"Authorization": "Bearer {{ secrets.shop_key }}"});
    let request = json!({"bot": "shop", "document": document, "steps": [{"start": {"on": "preview", "step": "price"}}]});
    let text = server.call("POST", "/api/v1/previews", &request).await.text;
    assert!(text.contains("Bearer {{ secrets.shop_key }}") && !text.contains("do not tell"), "{text}");
}

#[tokio::test]
async fn it_runs_from_any_step() {
    let server = Server::sandbox().await;
    let start = json!({"on": "preview", "step": "told", "variables": {"size": 7}});
    let answer = preview(&server, json!([{"start": start}])).await;
    assert!(html(&answer).contains("size 7") && html(&answer).contains("Bye"), "{}", html(&answer));
    assert_eq!(answer["window"]["open"], true);
}

#[tokio::test]
async fn a_draft_with_errors_does_not_run() {
    let server = Server::sandbox().await;
    let mut document = draft();
    document["steps"]["bye"]["text"] = json!("{{ vars. }}");
    let request = json!({"bot": "shop", "document": document, "steps": [{"customer": "hi"}]});
    let answer = answer(&server, &request).await;
    assert_eq!((&answer["chat"], &answer["session"], &answer["turns"]), (&Value::Null, &Value::Null, &json!([])));
    let saved = server.call("PUT", "/api/v1/bots/shop/draft", &request["document"]).await.json();
    assert_eq!(answer["diagnostics"], saved["diagnostics"]);
    let mut severities = answer["diagnostics"].as_array().unwrap().iter().map(|diagnostic| &diagnostic["severity"]);
    assert!(severities.any(|severity| severity == "error"), "{}", answer["diagnostics"]);
}

#[tokio::test]
async fn a_line_that_cannot_be_done_is_named_and_those_before_it_ran() {
    let server = Server::sandbox().await;
    let answer = preview(&server, json!([{"customer": "hi"}, {"customer": {"tap": "Sell"}}, {"customer": {"tap": "Buy"}}])).await;
    assert_eq!((&answer["error"]["line"], answer["turns"].as_array().map(Vec::len)), (&json!(1), Some(1)));
    assert!(answer["error"]["message"].as_str().unwrap().contains("Buy, Price"), "{}", answer["error"]);
    assert!(html(&answer).contains("Hello Ana") && !html(&answer).contains("Which one?"));
    let unanswered = preview(&server, json!([{"reply": {"status": 200}}])).await;
    assert_eq!(unanswered["error"], json!({"line": 0, "message": "no call waits for a `reply`"}));
}

#[tokio::test]
async fn the_same_request_gives_the_same_answer() {
    let server = Server::sandbox().await;
    let lines = json!([{"customer": "hi"}, {"customer": {"tap": "Price"}}, {"pass": "1h"}, {"agent": "Hello?"}]);
    let elsewhere = Server::sandbox().await;
    assert_eq!(preview(&server, lines.clone()).await, preview(&elsewhere, lines).await);
}

#[tokio::test]
async fn it_plays_the_saved_draft_else_what_is_live_and_calls_live_bots() {
    let server = Server::sandbox().await;
    let live = answer(&server, &json!({"bot": "echo", "steps": [{"customer": "Oi"}]})).await;
    assert!(html(&live).contains("You said Oi"), "{}", html(&live));
    let steps =
        json!({"call": {"type": "start_bot", "bot": "echo", "next": "done"}, "done": {"type": "message", "text": "Back again"}});
    let caller = json!({"language": "en", "triggers": [{"on": "message", "any": true}], "start": "call", "steps": steps});
    server.call("PUT", "/api/v1/bots/caller/draft", &caller).await;
    let saved = answer(&server, &json!({"bot": "caller", "steps": [{"customer": "Oi"}]})).await;
    assert!(html(&saved).contains("You said Oi") && html(&saved).contains("Back again"), "{}", html(&saved));
    assert_eq!(server.call("POST", "/api/v1/previews", &json!({"bot": "nobody", "steps": []})).await.problem().0, 404);
}

#[tokio::test]
async fn odd_requests_are_refused_by_their_key() {
    let server = Server::sandbox().await;
    let too_many: Vec<Value> = vec![json!({"pass": "1s"}); super::MAX_LINES + 1];
    for (request, key) in [
        (json!({}), "bot"),
        (json!({"bot": "No Body", "steps": []}), "bot"),
        (json!({"bot": "echo"}), "steps"),
        (json!({"bot": "echo", "steps": too_many}), "steps"),
        (json!({"bot": "echo", "steps": {}}), "steps"),
        (json!({"bot": "echo", "steps": [7]}), "steps[0]"),
        (json!({"bot": "echo", "steps": [{}]}), "steps[0]"),
        (json!({"bot": "echo", "steps": [{"custmer": "Oi"}]}), "steps[0]"),
        (json!({"bot": "echo", "steps": [{"customer": "Oi", "pass": "1h"}]}), "steps[0]"),
        (json!({"bot": "echo", "steps": [{"pass": 7}]}), "steps[0].pass"),
        (json!({"bot": "echo", "steps": [], "at": "soon"}), "at"),
        (json!({"bot": "echo", "steps": [], "contact": []}), "contact"),
        (json!({"bot": "echo", "steps": [], "contact": {"fone": "1"}}), "contact.fone"),
        (json!({"bot": "echo", "steps": [], "contact": {"lead": {"price": "much"}}}), "contact"),
        (json!({"bot": "echo", "steps": [], "document": [draft()]}), "document"),
        (json!({"bot": "echo", "steps": [], "language": 7}), "language"),
        (json!({"bot": "echo", "steps": [], "flows": []}), "flows"),
        (json!({"bot": "echo", "steps": [], "colour": "dark"}), "colour"),
    ] {
        let found = server.call("POST", "/api/v1/previews", &request).await.problem();
        assert_eq!(found, (422, key.to_owned()), "{request}");
    }
    let nothing = answer(&server, &json!({"bot": "echo", "steps": []})).await;
    assert_eq!((&nothing["session"], &nothing["turns"], &nothing["error"]), (&Value::Null, &json!([]), &Value::Null));
}
