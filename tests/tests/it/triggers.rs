//! Starting bots from outside: a lead enters a stage, a program runs a bot. What goes out depends on the customer service window.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::{DEADLINE, Server};
use tests::mock::Mock;

use crate::shop::{ANA, BIA, Shop, deliver};

fn follow_up() -> Value {
    json!({
        "name": "Follow-up",
        "language": "en",
        "triggers": [{"on": "stage", "pipeline": "sales", "stage": "quoted"}],
        "start": "ask",
        "steps": {
            "ask": {
                "type": "message",
                "text": "Hello {{ contact.first_name ?? \"there\" }}, did you like {{ lead.fields.offer }}?",
                "buttons": [{"id": "yes", "title": "Yes", "goto": "good"}, {"id": "no", "title": "No", "goto": "bad"}],
                "template": {
                    "name": "quote_follow_up",
                    "language": "en",
                    "parameters": ["{{ contact.first_name ?? \"there\" }}"],
                    "buttons": [{"id": "liked", "title": "Yes", "goto": "good"}, {"id": "disliked", "title": "No", "goto": "bad"}]
                }
            },
            "good": {"type": "stage", "pipeline": "sales", "stage": "won", "next": "thanks"},
            "thanks": {"type": "message", "text": "Wonderful."},
            "bad": {"type": "stop", "outcome": "lost"}
        }
    })
}

async fn open() -> Shop {
    let template = json!({
        "name": "quote_follow_up",
        "language": "en",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": "Hello {{1}}, did you like our offer?", "example": {"body_text": [["Ana"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}, {"type": "QUICK_REPLY", "text": "No"}]}
        ]
    });
    let mock = Mock::builder().template(&template).unwrap().start().await.unwrap();
    Shop::open_at(mock, Server::with().bot("follow_up", follow_up())).await
}

fn quoted(lead: &str, phone: &str) -> Value {
    json!({"lead": {
        "id": lead, "name": "Quote 7", "pipeline": "sales", "stage": "quoted", "previous_stage": "new",
        "contact": {"phone": phone, "name": "Ana Souza"},
        "fields": {"offer": "the blue one"},
    }})
}

const STAGE: &str = "/api/v1/triggers/stage";

#[tokio::test]
async fn who_never_wrote_gets_the_template_and_can_answer_it() {
    let shop = open().await;
    let answer = shop.server.post(STAGE, &quoted("7", ANA)).await.expect(202);
    assert_eq!(answer["started"][0]["bot"], "follow_up");
    assert_eq!(answer["not_started"], json!([]));

    let template = shop.last_to(ANA, 1).await.body();
    assert_eq!((&template["type"], &template["template"]["name"]), (&json!("template"), &json!("quote_follow_up")));
    assert_eq!(template["template"]["components"][0]["parameters"][0]["text"], "Ana");
    let contact = shop.server.contact(ANA).await;
    assert_eq!((&contact["window"]["open"], &contact["leads"][0]["stage"]), (&json!(false), &json!("quoted")));

    deliver(shop.ana().tap("Yes").unwrap()).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "Wonderful.");
    let contact = shop.server.contact(ANA).await;
    assert_eq!((&contact["window"]["open"], &contact["leads"][0]["stage"]), (&json!(true), &json!("won")));
}

#[tokio::test]
async fn the_window_decides_between_free_form_and_template() {
    let shop = open().await;
    let hours_ago = |hours| Timestamp::now() - SignedDuration::from_hours(hours);
    deliver(shop.mock.customer(ANA).text("hello").at(hours_ago(25))).await;
    deliver(shop.mock.customer(BIA).text("hello").at(hours_ago(23))).await;

    shop.server.post(STAGE, &quoted("1", ANA)).await.expect(202);
    shop.server.post(STAGE, &quoted("2", BIA)).await.expect(202);

    assert_eq!(shop.last_to(ANA, 1).await.kind, "template", "25 hours after the last message");
    let free = shop.last_to(BIA, 1).await;
    assert_eq!((free.kind.as_str(), free.text().as_str()), ("interactive", "Hello Ana, did you like the blue one?"));
    shop.is_quiet().await;
    assert_eq!(shop.mock.counts().rejected, 0);
}

#[tokio::test]
async fn a_repeated_idempotency_key_starts_nothing_twice() {
    let shop = open().await;
    let post = |key: &'static str, body: Value| {
        let request = shop.server.call(Method::POST, STAGE).header("idempotency-key", key).json(&body);
        request.send()
    };
    let first = post("lead-7-quoted", quoted("7", ANA)).await;
    let again = post("lead-7-quoted", quoted("7", ANA)).await;
    assert_eq!(first.expect(202), again.expect(202));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    post("lead-7-quoted", quoted("8", ANA)).await.expect(422);

    let eight = [(); 8].map(|()| post("lead-9-quoted", quoted("9", BIA)));
    let mut taken = 0;
    for answer in join_all(eight).await {
        // One that comes while the first is being answered is told so.
        assert!(matches!(answer.status.as_u16(), 202 | 409), "{}", answer.text);
        taken += usize::from(answer.status == 202);
    }
    assert!(taken >= 1);
    shop.mock.wait_for(2, DEADLINE).await.unwrap();
    shop.is_quiet().await;
    assert_eq!((shop.mock.messages_to(ANA).len(), shop.mock.messages_to(BIA).len()), (1, 1));
}

#[tokio::test]
async fn what_does_not_start_says_why() {
    let shop = open().await;
    let other = json!({"lead": {"id": "7", "pipeline": "sales", "stage": "lost", "contact": {"phone": ANA}}});
    let answer = shop.server.post(STAGE, &other).await.expect(202);
    assert_eq!(answer["started"], json!([]));
    assert_eq!(answer["not_started"], json!([{"bot": "follow_up", "reason": "other_stage"}]));

    shop.server.post(STAGE, &quoted("7", ANA)).await.expect(202);
    let path = format!("/api/v1/contacts/{}/handoff", ANA.replace('+', "%2B"));
    shop.server.post(&path, &json!({})).await.expect(200);
    let refused = shop.server.post(STAGE, &quoted("8", ANA)).await.expect(202);
    assert_eq!(refused["not_started"], json!([{"bot": "follow_up", "reason": "human"}]));

    let no_phone = json!({"lead": {"id": "7", "stage": "quoted", "contact": {"phone": "next door"}}});
    let problem = shop.server.post(STAGE, &no_phone).await.expect(422);
    assert_eq!(problem["key"], "lead.contact.phone");
}

#[tokio::test]
async fn a_program_runs_a_bot_and_stops_it() {
    let shop = open().await;
    let run = json!({"contact": {"phone": ANA, "name": "Ana"}});
    let answer = shop.server.post("/api/v1/bots/follow_up/run", &run).await.expect(202);
    assert_eq!(answer["started"][0]["bot"], "follow_up");
    shop.sent_to(ANA, 1).await;
    assert_eq!(shop.server.contact(ANA).await["sessions"].as_array().unwrap().len(), 1);
    shop.server.post("/api/v1/bots/follow_up/stop", &json!({"contact": {"phone": ANA}})).await.expect(200);
    assert_eq!(shop.server.contact(ANA).await["sessions"], json!([]));
    shop.server.post("/api/v1/bots/nobody/run", &run).await.expect(404);
}
