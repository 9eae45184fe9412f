//! Servers that know less of the API than others, name a part of it otherwise, or break off.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// The ways in which a server was asked.
fn ways(fake: &Fake) -> Vec<Way> {
    let way = |asked: &Value| match (asked.get("response_format"), asked.get("tools")) {
        (Some(_), _) => Way::Schema,
        (None, Some(_)) => Way::Tool,
        (None, None) => Way::Words,
    };
    fake.asked().iter().map(way).collect()
}

#[tokio::test]
async fn a_server_that_leaves_the_form_out_unseen_is_asked_in_words_in_the_end() {
    for (answer, expected) in [("buy", "buy"), ("\"Buy\".", "buy"), ("**ask**", "ask")] {
        let fake = Fake::answering(&[says(answer)]).await;
        let models = fake.models();
        for _ in 0..2 {
            assert_eq!(models.call(&route("?"), Vec::new()).await.result, CallResult::Intent { intent: Some(expected.into()) });
        }
        assert_eq!(ways(&fake), [Way::Schema, Way::Tool, Way::Words, Way::Words], "it is remembered");
    }
    let fake = Fake::answering(&[says("The intent is buy."), says("I'd say buy."), says("{\"intent\": \"buy\"}")]).await;
    assert_eq!(fake.models().call(&route("?"), Vec::new()).await.result, CallResult::Intent { intent: Some("buy".into()) });
    for answer in ["The intent is buy.", "sell", "buy or ask"] {
        let fake = Fake::answering(&[says(answer)]).await;
        assert_eq!(failure(fake.models().call(&route("?"), Vec::new()).await.result).0, "ai_malformed", "{answer}");
    }
}

#[tokio::test]
async fn a_reply_without_its_form_is_asked_for_again() {
    let fake = Fake::answering(&[
        says("Cats purr."),
        counted("Cats purr.", 10, 2),
        counted("{\"helps\": true, \"answer\": \"Sim\"}", 20, 3),
    ])
    .await;
    let answered = fake.models().call(&reply(true), Vec::new()).await;
    assert_eq!(answered.result, CallResult::Text { text: Some("Sim".into()) });
    let asked = answered.asked.unwrap();
    assert_eq!((asked.tries, asked.tokens.total()), (3, 35), "each try counts");
    assert!(fake.asked()[2]["messages"][0]["content"].as_str().unwrap().contains("JSON object"));
    // A server that never gives it answers all the same.
    let fake = Fake::answering(&[says("Cats purr.")]).await;
    assert_eq!(fake.models().call(&reply(true), Vec::new()).await.result, CallResult::Text { text: Some("Cats purr.".into()) });
    assert_eq!(ways(&fake), Way::ALL);
    let fake = Fake::answering(&[says("{\"helps\": tr")]).await;
    assert_eq!(failure(fake.models().call(&reply(true), Vec::new()).await.result).0, "ai_malformed");
}

#[tokio::test]
async fn the_limit_is_named_as_the_server_knows_it() {
    let unknown = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let fake = Fake::answering(&[(400, json!({"error": {"message": unknown}})), says("Sim")]).await;
    let models = fake.models();
    for _ in 0..2 {
        assert_eq!(models.call(&reply(false), Vec::new()).await.result, CallResult::Text { text: Some("Sim".into()) });
    }
    let limits: Vec<[Value; 2]> =
        fake.asked().iter().map(|asked| [asked["max_tokens"].clone(), asked["max_completion_tokens"].clone()]).collect();
    let newer = [Value::Null, json!(300)];
    assert_eq!(limits, [[json!(300), Value::Null], newer.clone(), newer], "it is remembered");
}

#[tokio::test]
async fn a_key_that_a_server_repeats_is_kept_nowhere() {
    for before in [0, 275, 290] {
        let text = format!("{}Incorrect API key provided: {KEY}. You can find yours online.", "x".repeat(before));
        let fake = Fake::answering(&[(401, json!({"error": {"message": text}}))]).await;
        let answered = fake.models().call(&reply(false), Vec::new()).await;
        let (name, text) = failure(answered.result.clone());
        assert_eq!(name, "ai_unauthorized");
        assert!(!text.contains(&KEY[..5]), "{text}");
        assert!(before > 0 || text.contains("Incorrect API key provided: …. You"), "{text}");
        assert!(!format!("{answered:?}").contains(KEY));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let body = says("Sim").1.to_string();
        let whole = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        // Closed before an answer, and within one; then whole.
        for answer in ["", &whole[..whole.len() - 9], whole.as_str()] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 64 * 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let models = models(&format!("[openai]\nbase_url = {address:?}\nmodel = \"m\""));
    let answered = models.call(&reply(false), Vec::new()).await;
    assert_eq!(answered.result, CallResult::Text { text: Some("Sim".into()) });
    assert_eq!(answered.asked.unwrap().tries, 3);
}
