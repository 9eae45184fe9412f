//! What models are used for: told by traces, sums and metrics, held by budgets, and no burden to other bots.

use serde_json::{Value, json};
use tests::harness::{Answer, Server};

use crate::{
    models::Model,
    shop::{ANA, BIA, Shop, deliver},
};

const PRICES: &str = "[openai]\nprompt_price = \"2\"\nanswer_price = \"8\"\ncurrency = \"BRL\"";

async fn traces(shop: &Shop, customer: &str) -> Answer {
    shop.server.get(&format!("/api/v1/contacts/{}/traces", customer.replace('+', "%2B"))).await
}

/// The lines of the newest session's replay that tell of models.
async fn replayed(shop: &Shop) -> Vec<Value> {
    let listed = shop.server.get("/api/v1/sessions").await.expect(200);
    let session = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
    let replay = shop.server.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    let turns = replay["turns"].as_array().unwrap().iter();
    let lines = turns.flat_map(|turn| turn["trace"].as_array().unwrap().clone());
    lines.filter(|line| line["what"] == "asked" || line["what"] == "ignored").collect()
}

#[tokio::test]
async fn what_was_asked_is_in_the_trace_and_in_no_log() {
    let model = Model::saying(|_: &Value| Ok("Marzipan-answer".to_owned())).await;
    let steps = json!({"answer": {"type": "ai_reply", "instructions": "Quince-prompt: be kind."}});
    let shop = Shop::open(model.setup(steps).settings(PRICES).variable("SALESBOT_LOG", "debug")).await;
    deliver(shop.ana().text("Fig-question")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Marzipan-answer"]);
    shop.is_quiet().await;

    let lines = replayed(&shop).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let asked = &line["asked"];
    assert_eq!(
        (&line["step"], &asked["model"], &asked["answer"]),
        (&json!("answer"), &json!("test-model"), &json!("Marzipan-answer"))
    );
    assert!(asked["prompt"][0]["text"].as_str().unwrap().contains("Quince-prompt"), "{asked}");
    assert_eq!(asked["prompt"][1], json!({"role": "user", "text": "Fig-question"}));
    assert_eq!((&asked["tokens"], &asked["tries"]), (&json!({"prompt": 10, "answer": 5}), &json!(1)));
    let cost = json!({"millionths": 60, "currency": "BRL"});
    assert_eq!(asked["cost"], cost);
    assert!(traces(&shop, ANA).await.text.contains("Marzipan-answer"));

    let usage = shop.server.get("/api/v1/usage").await.expect(200);
    let [row] = usage.as_array().unwrap().as_slice() else { panic!("{usage}") };
    let expected = json!({
        "day": row["day"], "bot": "clever", "model": "test-model", "calls": 1, "tokens": {"prompt": 10, "answer": 5}, "cost": cost
    });
    assert_eq!(row, &expected);
    assert_eq!(shop.server.metric("salesbot_model_calls_total", "model=\"test-model\",outcome=\"answered\"").await, 1.0);
    assert_eq!(shop.server.metric("salesbot_model_tokens_total", "model=\"test-model\",part=\"prompt\"").await, 10.0);
    let (log, metrics) = (shop.server.log(), shop.server.get("/metrics").await.text);
    for word in ["Marzipan", "Quince", "Fig-question"] {
        assert!(!log.contains(word), "{word} stands in the log:\n{log}");
        assert!(!metrics.contains(word), "{word} stands in the metrics");
    }

    // The sums name nobody, and stay.
    let erased = shop.server.call(reqwest::Method::DELETE, &format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"))).send().await;
    assert!(erased.status.is_success(), "{}", erased.text);
    assert_eq!(shop.server.get("/api/v1/usage").await.expect(200), json!([expected]));
}

#[tokio::test]
async fn a_call_that_comes_too_late_is_counted_and_says_why() {
    let model = Model::saying(|_: &Value| Ok("Too late".to_owned())).await;
    model.gate.send_replace(false);
    let shop = Shop::open(model.setup(json!({"answer": {"type": "ai_reply", "instructions": "Be kind."}}))).await;
    deliver(shop.ana().text("hi")).await;
    model.until_asked(&shop, 1).await;
    let stopped = shop.server.post("/api/v1/bots/clever/stop", &json!({"contact": {"phone": ANA}})).await;
    assert!(stopped.status.is_success(), "{}", stopped.text);
    model.gate.send_replace(true);
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(ANA).len(), 0);
    let lines = replayed(&shop).await;
    let [asked, ignored] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(asked["asked"]["answer"], "Too late");
    assert_eq!(ignored["reason"], "a late result of a call: its session has ended");
    assert_eq!(shop.server.get("/api/v1/usage").await.expect(200)[0]["tokens"], json!({"prompt": 10, "answer": 5}));
}

#[tokio::test]
async fn a_budget_ends_clearly_and_the_team_is_told_once() {
    let model = Model::saying(|_: &Value| Ok("Yes".to_owned())).await;
    let steps = json!({
        "answer": {"type": "ai_reply", "instructions": "Be kind.", "failed": "sorry"},
        "sorry": {"type": "message", "text": "{{ error.name }}: {{ error.text }}"}
    });
    let shop = Shop::open(model.setup(steps).settings("[openai]\ntokens_per_day = 15")).await;
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Yes"]);
    for customer in [ANA, BIA] {
        deliver(shop.mock.customer(customer).text("and now?")).await;
        let count = if customer == ANA { 2 } else { 1 };
        let said = shop.last_to(customer, count).await.text();
        assert!(said.starts_with("ai_budget: model \"test-model\" has used up its 15 tokens of the day"), "{said}");
    }
    shop.is_quiet().await;
    assert_eq!(model.asked().len(), 1);
    let alerts = shop.server.alerts().await;
    assert!(matches!(alerts.as_slice(), [alert] if alert["name"] == "ai_budget"), "{alerts:?}");
}

/// By order, and not by time: what is quick is answered while every slow one still waits.
#[tokio::test]
async fn two_hundred_that_wait_for_a_model_hold_up_nobody_and_get_one_reply_each() {
    const SLOW: usize = 200;
    let model = Model::saying(|_: &Value| Ok("At last.".to_owned())).await;
    model.gate.send_replace(false);
    let steps = json!({
        "sort": {"type": "condition", "branches": [{"when": "message.text == \"slow\"", "goto": "answer"}], "otherwise": "quick"},
        "answer": {"type": "ai_reply", "instructions": "Be kind.", "deadline": "60s"},
        "quick": {"type": "message", "text": "At once."}
    });
    let shop = Shop::open(model.setup(steps).settings(&format!("[openai]\nat_once = {SLOW}"))).await;
    let slow: Vec<String> = (0..SLOW).map(|number| format!("+55119000{number:05}")).collect();
    for customer in &slow {
        deliver(shop.mock.customer(customer).text("slow")).await;
    }
    model.until_asked(&shop, SLOW).await;
    for number in 0..10 {
        let customer = format!("+55118000{number:05}");
        deliver(shop.mock.customer(&customer).text("quick")).await;
        assert_eq!(shop.texts_to(&customer, 1).await, ["At once."]);
    }
    assert_eq!(shop.mock.messages().len(), 10, "no slow one was answered before");
    model.gate.send_replace(true);
    shop.server.until("all are answered", async |_: &Server| (shop.mock.messages().len() >= SLOW + 10).then_some(())).await;
    shop.is_quiet().await;
    for customer in &slow {
        assert_eq!(shop.texts_to(customer, 1).await, ["At last."]);
    }
    assert_eq!((model.asked().len(), shop.mock.messages().len()), (SLOW, SLOW + 10));
}
