//! Sends that go wrong: each error has its reaction, the team is told by name, and nothing is sent twice that went out once.

use std::time::Duration;

use serde_json::{Value, json};
use tests::harness::{DEADLINE, Server};
use tests::mock::{Counts, Fault, Mock, StatusPlan};

use crate::shop::{ANA, BIA, Shop, bot, deliver};

/// A third customer.
const EVA: &str = "+5511955554444";

fn offer() -> Value {
    bot(json!({
        "offer": {
            "type": "message",
            "text": "Our offer.",
            "template": {"name": "offer", "language": "en"},
            "failed": "note",
            "next": "more"
        },
        "more": {"type": "ask", "text": "Any questions?", "expect": "text", "outside_window": "hold", "save": "vars.question"},
        "note": {"type": "tags", "on": "contact", "add": ["unreachable"]}
    }))
}

async fn open() -> Shop {
    let template =
        json!({"name": "offer", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "Our offer."}]});
    let mock = Mock::builder().template(&template).unwrap().start().await.unwrap();
    Shop::open_at(mock, Server::with().bot("offer", offer())).await
}

async fn alerts(shop: &Shop) -> Vec<String> {
    shop.server.alerts().await.iter().map(|alert| alert["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_number_without_whatsapp_takes_the_branch_and_alerts() {
    let shop = open().await;
    shop.mock.inject(Fault::refuse(131026));
    deliver(shop.ana().text("hi")).await;
    shop.is_quiet().await;
    assert_eq!(shop.server.contact(ANA).await["tags"], json!(["unreachable"]));
    assert_eq!(alerts(&shop).await, ["bad_number"]);
    let alert = &shop.server.alerts().await[0];
    assert_eq!((&alert["bot"], &alert["step"]), (&json!("offer"), &json!("offer")));
    assert_eq!(shop.mock.rejections().len(), 1, "it is not tried again");
}

#[tokio::test]
async fn a_window_that_was_closed_after_all_is_answered_by_the_template() {
    let shop = open().await;
    shop.mock.inject(Fault::fail_later(131047));
    deliver(shop.ana().text("hi")).await;
    let templates = |counts: &Counts| counts.by_type.get("template").copied().unwrap_or_default();
    let counts = shop.mock.wait_for_counts(DEADLINE, |counts| templates(counts) > 0).await.expect("a template is sent");
    shop.is_quiet().await;
    assert_eq!(templates(&counts), 1);
    let said: Vec<String> = shop.mock.messages_to(ANA).iter().map(|sent| sent.text()).collect();
    // The question after it went out before the failure was known, or waits until the customer writes.
    assert_eq!(said.iter().filter(|text| *text != "Any questions?").collect::<Vec<_>>(), ["Our offer.", "offer"]);
    assert_eq!(shop.server.contact(ANA).await["window"]["open"], false, "Meta's word counts");
    assert_eq!(shop.mock.repeated().len(), 0);
}

#[tokio::test]
async fn templates_that_are_missing_or_paused_alert_by_name() {
    for (code, name) in [(132001, "template_missing"), (132015, "template_paused")] {
        let shop = open().await;
        shop.mock.inject(Fault::refuse(code));
        let run = json!({"contact": {"phone": ANA}});
        shop.server.post("/api/v1/bots/offer/run", &run).await.expect(202);
        let alert = async |_: &Server| alerts(&shop).await.into_iter().find(|found| found == name);
        shop.server.until(name, alert).await;
        shop.is_quiet().await;
        assert_eq!(shop.server.contact(ANA).await["tags"], json!(["unreachable"]));
        assert_eq!(shop.mock.rejections().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_pair_limit_is_waited_out() {
    let shop = open().await;
    shop.mock.inject(Fault::refuse(131056));
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["Our offer.", "Any questions?"]);
    assert_eq!(shop.mock.rejections().len(), 1);
    assert_eq!(alerts(&shop).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_revoked_token_alerts_and_the_number_rests() {
    let shop = open().await;
    shop.mock.inject(Fault::refuse(190).always());
    deliver(shop.ana().text("hi")).await;
    shop.is_quiet().await;
    deliver(shop.mock.customer(BIA).text("hi")).await;
    shop.is_quiet().await;
    assert!(alerts(&shop).await.contains(&"token_invalid".to_owned()));
    assert_eq!(shop.mock.rejections().len(), 1, "no send after the first is even tried");
    assert_eq!(shop.mock.counts().accepted, 0);
    assert!(!shop.server.log().contains(&shop.mock.account().access_token));
}

/// How long a send waits that nobody knows about, or that a limit refused, with time to spare: 30 seconds, and a minute.
const SETTLED: Duration = Duration::from_secs(100);

#[tokio::test]
async fn what_was_not_taken_is_sent_again_later_and_once() {
    let shop = open().await;
    shop.mock.inject(Fault::refuse(130429).to(ANA));
    shop.mock.inject(Fault::answer(500, "").to(BIA));
    shop.mock.inject(Fault::answer(502, "<html>Bad Gateway</html>").to(EVA));
    for customer in [ANA, BIA, EVA] {
        deliver(shop.mock.customer(customer).text("hi")).await;
    }
    shop.mock.wait_for(6, SETTLED).await.unwrap();
    shop.is_quiet().await;
    for customer in [ANA, BIA, EVA] {
        assert_eq!(shop.texts_to(customer, 2).await, ["Our offer.", "Any questions?"], "{customer}");
    }
    assert_eq!(alerts(&shop).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_got_lost_is_settled_by_the_status() {
    let shop = open().await;
    shop.mock.inject(Fault::hang_up().but_accepted());
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["Our offer.", "Any questions?"]);
    shop.is_quiet().await;
    assert_eq!(shop.mock.repeated().len(), 0);
}

#[tokio::test]
async fn an_answer_that_got_lost_without_any_status_is_sent_once_more_and_counted() {
    let shop = open().await;
    shop.mock.set_statuses(StatusPlan::off());
    shop.mock.inject(Fault::hang_up().but_accepted());
    deliver(shop.ana().text("hi")).await;
    let sent = shop.mock.wait_for_to(ANA, 3, SETTLED).await.unwrap();
    let texts: Vec<String> = sent.iter().map(|sent| sent.text()).collect();
    assert_eq!(texts, ["Our offer.", "Our offer.", "Any questions?"]);
    let waited = sent[1].at.duration_since(sent[0].at);
    assert!(waited.as_secs() >= 25, "it waited {waited:?} for a status");
    let again: Vec<u64> = shop.mock.repeated().into_values().collect();
    assert_eq!(again, [2]);
}
