//! Who is who: people of the business, customers without a phone number, numbers and user ids that change.

use serde_json::{Value, json};
use tests::mock::{Act, Person};

use crate::shop::{ANA, Shop, bot, deliver};

/// Counts a customer's messages, so that the answer tells whether it knows them.
async fn open() -> Shop {
    let mut story = bot(json!({
        "count": {"type": "set", "fields": {"contact.fields.n": "{{ (contact.fields.n ?? 0) + 1 }}"}, "next": "tell"},
        "tell": {"type": "message", "text": "Message {{ contact.fields.n }} of {{ contact.first_name }}"}
    }));
    story["defaults"] = json!({"on_human": "pause", "resume_after": "2h"});
    Shop::with_bot("counter", story).await
}

fn with_both(phone: &str, user_id: &str) -> Person {
    Person { user_id: Some(user_id.to_owned()), ..Person::with_phone(phone) }
}

#[tokio::test]
async fn an_answer_from_the_phone_app_silences_the_bot() {
    let shop = open().await;
    deliver(shop.ana().text("a")).await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().act(Act::Echo { text: "Rui here.".to_owned() }).unwrap()).await;
    deliver(shop.ana().text("b")).await;
    shop.is_quiet().await;
    shop.sent_to(ANA, 1).await;
    assert!(shop.server.contact(ANA).await["window"]["human"]["until"].is_string());
    let path = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
    shop.server.post(&format!("{path}/release"), &json!({})).await.expect(200);
    deliver(shop.ana().text("c")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["Message 1 of Ana", "Message 2 of Ana"]);
    let transcript = shop.server.get(&format!("{path}/messages")).await.expect(200).to_string();
    assert!(transcript.contains("Rui here."), "the transcript holds what people wrote: {transcript}");
}

#[tokio::test]
async fn the_bot_is_silent_while_metas_agent_answers() {
    let shop = open().await;
    deliver(shop.ana().act(Act::Standby { text: "hi".to_owned() }).unwrap()).await;
    shop.is_quiet().await;
    assert_eq!(shop.mock.counts().accepted, 0);
    assert_eq!(shop.server.contact(ANA).await["window"]["open"], true);
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Message 1 of Ana"]);
}

#[tokio::test]
async fn a_customer_without_a_phone_number_converses() {
    let shop = open().await;
    let hidden = "BR.13491208655302741918";
    let ana = shop.mock.customer_with_user_id(hidden);
    deliver(ana.text("a")).await;
    deliver(ana.text("b")).await;
    assert_eq!(shop.texts_to(hidden, 2).await, ["Message 1 of Ana", "Message 2 of Ana"]);
    let contact = shop.server.contact(hidden).await;
    assert_eq!((&contact["phone"], &contact["identity"]["user_id"]), (&Value::Null, &json!(hidden)));

    // Later the number is known, too: it is the same person.
    deliver(shop.mock.customer_like(with_both(ANA, hidden)).text("c")).await;
    assert_eq!(shop.last_to(ANA, 1).await.text(), "Message 3 of Ana");
    assert_eq!(shop.server.contact(ANA).await["id"], contact["id"]);
}

#[tokio::test]
async fn a_customer_is_known_after_a_change_of_number() {
    let shop = open().await;
    let new = "+5511977776666";
    deliver(shop.ana().text("a")).await;
    shop.sent_to(ANA, 1).await;
    let before = shop.server.contact(ANA).await;
    deliver(shop.ana().act(Act::ChangeNumber { phone: new.to_owned(), user_id: None }).unwrap()).await;
    deliver(shop.mock.customer(new).text("b")).await;
    assert_eq!(shop.texts_to(new, 1).await, ["Message 2 of Ana"]);
    let after = shop.server.contact(new).await;
    assert_eq!((&after["id"], &after["phone"]), (&before["id"], &json!(new)));
}

#[tokio::test]
async fn a_customer_is_known_after_a_change_of_user_id() {
    let shop = open().await;
    let (old, new) = ("BR.1111111111", "BR.2222222222");
    let ana = shop.mock.customer_like(with_both(ANA, old));
    deliver(ana.text("a")).await;
    shop.sent_to(ANA, 1).await;
    deliver(ana.act(Act::ChangeNumber { phone: ANA.to_owned(), user_id: Some(new.to_owned()) }).unwrap()).await;
    deliver(shop.mock.customer_like(with_both(ANA, new)).text("b")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["Message 1 of Ana", "Message 2 of Ana"]);
}

#[tokio::test]
async fn a_known_number_with_another_user_id_is_somebody_else() {
    let shop = open().await;
    deliver(shop.mock.customer_like(with_both(ANA, "BR.1111111111")).text("a")).await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.mock.customer_like(with_both(ANA, "BR.2222222222")).text("a")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["Message 1 of Ana", "Message 1 of Ana"]);
    let (first, second) = (shop.server.contact("BR.1111111111").await, shop.server.contact("BR.2222222222").await);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(shop.server.contact(ANA).await["id"], second["id"], "the number belongs to whoever wrote from it last");
}

#[tokio::test]
async fn a_choice_about_marketing_in_whatsapps_settings_is_kept() {
    let shop = open().await;
    deliver(shop.ana().text("a")).await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().act(Act::Marketing { allowed: false }).unwrap()).await;
    assert_eq!(shop.server.contact(ANA).await["opted_in"], false);
    deliver(shop.ana().act(Act::Marketing { allowed: true }).unwrap()).await;
    assert_eq!(shop.server.contact(ANA).await["opted_in"], true);
}

#[tokio::test]
async fn an_erased_customer_is_unknown() {
    let shop = open().await;
    deliver(shop.ana().text("a")).await;
    shop.sent_to(ANA, 1).await;
    shop.is_quiet().await;
    let path = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
    assert_eq!(shop.server.call(reqwest::Method::DELETE, &path).send().await.status, 204);
    shop.server.get(&path).await.expect(404);
    deliver(shop.ana().text("b")).await;
    assert_eq!(shop.texts_to(ANA, 2).await[1], "Message 1 of Ana");
}
