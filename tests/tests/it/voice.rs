//! Voice notes as text: recordings are read from WhatsApp's media, heard by a model, and answered like what is written.

use serde_json::{Value, json};
use tests::{harness::Server, mock::Person};

use crate::{
    assistant::{Assistant, BROKEN, Heard, KEY, SLOW},
    shop::{ANA, BIA, Shop, bot, deliver},
};

const PATH: &str = "/api/v1/contacts/%2B5511987654321";

/// Says what it read of each message.
fn echo() -> Value {
    bot(json!({"said": {"type": "message", "text": "{{ message.type }}: {{ message.text ?? \"nothing\" }}"}}))
}

async fn shop(ears: &Assistant) -> Shop {
    Shop::open(ears.setup().bot("echo", echo()).variable("SALESBOT_LOG", "debug")).await
}

/// What the customer said, oldest first, as people read it.
async fn read(server: &Server) -> Vec<Value> {
    let messages = server.get(&format!("{PATH}/messages")).await.expect(200);
    let messages = messages.as_array().unwrap().iter().rev().filter(|message| message["direction"] == "in");
    messages.map(|message| message["message"]["transcript"].clone()).collect()
}

#[tokio::test]
async fn speech_is_answered_like_writing() {
    let ears = Assistant::listening().await;
    let steps = json!({
        "ask": {"type": "ask", "text": "How many?", "expect": "integer", "save": "vars.n", "next": "done"},
        "done": {"type": "message", "text": "{{ vars.n }} it is, by {{ message.type }}"}
    });
    let shop = Shop::open(ears.setup().bot("order", bot(steps)).variable("SALESBOT_LOG", "debug")).await;
    deliver(shop.ana().voice(b"a rhubarb cake please")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["How many?"]);
    deliver(shop.ana().voice(b"quero 2, obrigada")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "2 it is, by voice");
    assert_eq!(read(&shop.server).await, ["a rhubarb cake please", "quero 2, obrigada"]);
    let heard = Heard {
        words: "a rhubarb cake please".into(),
        model: "test-ears".into(),
        language: None,
        filename: "recording.ogg".into(),
    };
    assert_eq!(ears.heard()[0], heard);
    shop.is_quiet().await;
    let traces = shop.server.get(&format!("{PATH}/traces")).await.text;
    assert!(traces.contains("understood") && traces.contains("rhubarb"), "{traces}");
    let log = shop.server.log();
    for word in [KEY, "rhubarb", "obrigada"] {
        assert!(!log.contains(word), "{word} stands in the log:\n{log}");
    }
}

#[tokio::test]
async fn messages_keep_their_order_whatever_is_heard_first() {
    let ears = Assistant::listening().await;
    ears.gate.send_replace(false);
    let shop = shop(&ears).await;
    deliver(shop.ana().voice(format!("{SLOW}one").as_bytes())).await;
    deliver(shop.ana().voice(b"two")).await;
    deliver(shop.ana().text("three")).await;
    ears.until_asked(&shop, 2, 0).await;
    let second = async |server: &Server| (read(server).await[1] == "two").then_some(());
    shop.server.until("the second is heard", second).await;
    assert_eq!(shop.mock.messages_to(ANA).len(), 0);
    // Nobody else waits.
    deliver(shop.mock.customer(BIA).text("hello")).await;
    assert_eq!(shop.texts_to(BIA, 1).await, ["text: hello"]);
    ears.gate.send_replace(true);
    assert_eq!(shop.texts_to(ANA, 3).await, ["voice: slowly: one", "voice: two", "text: three"]);
}

#[tokio::test]
async fn what_nobody_understands_is_a_voice_note_without_text() {
    let ears = Assistant::listening().await;
    let shop = shop(&ears).await;
    for (count, recording) in (1..).zip(["  ", BROKEN]) {
        deliver(shop.ana().voice(recording.as_bytes())).await;
        assert_eq!(shop.last_to(ANA, count).await.text(), "voice: nothing");
    }
    deliver(shop.ana().voice(&vec![b'a'; 16 * 1024 * 1024 + 1])).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "voice: nothing");
    assert_eq!(ears.heard().len(), 2, "what is too long goes to no model");
    assert_eq!(read(&shop.server).await, [Value::Null, Value::Null, Value::Null]);
    let traces = shop.server.get(&format!("{PATH}/traces")).await.text;
    for why in ["nothing was said in it", "the model's server answered 400: no audio", "it has more than the 16777216 bytes"] {
        assert!(traces.contains(why), "{why}: {traces}");
    }
}

#[tokio::test]
async fn without_a_model_that_listens_nobody_waits() {
    let shop = Shop::with_bot("echo", echo()).await;
    deliver(shop.ana().voice(b"hello")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["voice: nothing"]);
}

#[tokio::test]
async fn a_person_has_it_at_once_and_reads_what_was_said() {
    let ears = Assistant::listening().await;
    ears.gate.send_replace(false);
    let shop = shop(&ears).await;
    deliver(shop.ana().voice(format!("{SLOW}before").as_bytes())).await;
    ears.until_asked(&shop, 1, 0).await;
    shop.server.post(&format!("{PATH}/handoff"), &json!({})).await.expect(200);
    deliver(shop.ana().voice(format!("{SLOW}after").as_bytes())).await;
    assert_eq!(read(&shop.server).await, [Value::Null, Value::Null]);
    ears.gate.send_replace(true);
    let texts = async |server: &Server| (read(server).await == ["slowly: before", "slowly: after"]).then_some(());
    shop.server.until("both can be read", texts).await;
    shop.is_quiet().await;
    assert_eq!(shop.mock.messages_to(ANA).len(), 0);
}

#[tokio::test]
async fn a_customer_who_is_erased_meanwhile_stays_erased() {
    let ears = Assistant::listening().await;
    ears.gate.send_replace(false);
    let shop = shop(&ears).await;
    deliver(shop.ana().voice(format!("{SLOW}quagga").as_bytes())).await;
    ears.until_asked(&shop, 1, 0).await;
    assert_eq!(shop.server.call(reqwest::Method::DELETE, PATH).send().await.status, 204);
    ears.gate.send_replace(true);
    shop.is_quiet().await;
    shop.server.get(PATH).await.expect(404);
    assert_eq!(shop.mock.messages_to(ANA).len(), 0);
}

#[tokio::test]
async fn two_names_of_one_customer_are_heard_in_turn() {
    const USER_ID: &str = "BR.13491208655302741918";
    let ears = Assistant::listening().await;
    ears.gate.send_replace(false);
    let shop = shop(&ears).await;
    deliver(shop.ana().voice(format!("{SLOW}one").as_bytes())).await;
    deliver(shop.mock.customer_with_user_id(USER_ID).voice(format!("{SLOW}two").as_bytes())).await;
    ears.until_asked(&shop, 2, 0).await;
    let both = Person { user_id: Some(USER_ID.to_owned()), ..Person::with_phone(ANA) };
    deliver(shop.mock.customer_like(both).text("three")).await;
    ears.gate.send_replace(true);
    let mut texts = shop.texts_to(ANA, 3).await;
    texts.sort();
    assert_eq!(texts, ["text: three", "voice: slowly: one", "voice: slowly: two"]);
}
