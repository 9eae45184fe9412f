//! Servers that share a Redis: any of them takes any message, and one that dies, sleeps or loses its store is not missed.

use serde_json::json;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::bots::counter;
use tests::harness::Server;
use tests::mock::Mock;

use crate::shop::{ANA, bot, deliver, is_quiet};

#[tokio::test]
async fn a_conversation_goes_on_at_any_server() {
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let mut servers = Vec::new();
    for setup in Server::with().sharing(&redis.url(), &postgres.fresh_database().await, 2) {
        servers.push(setup.bot("counter", counter()).start_beside(&mock).await);
    }
    for (place, text) in ["one", "two", "three", "four"].into_iter().enumerate() {
        mock.connect(&servers[place % 2].webhook_url()).await.unwrap();
        deliver(mock.customer(ANA).text(text)).await;
        is_quiet(&mock, &servers[place % 2]).await;
    }
    let texts: Vec<String> = mock.messages_to(ANA).iter().map(|sent| sent.text()).collect();
    assert_eq!(texts, ["1: one", "2: two", "3: three", "4: four"]);
    for server in &servers {
        let path = format!("/api/v1/contacts/{}/messages", ANA.replace('+', "%2B"));
        let transcript = server.get(&path).await.expect(200);
        assert_eq!(transcript.as_array().map(Vec::len), Some(8), "{transcript}");
    }
}

#[tokio::test]
async fn what_one_server_publishes_runs_at_all() {
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let mut servers = Vec::new();
    for setup in Server::with().sharing(&redis.url(), &postgres.fresh_database().await, 2) {
        servers.push(setup.start_beside(&mock).await);
    }
    let greeting = bot(json!({"hi": {"type": "message", "text": "Hi {{ message.text }}"}}));
    let draft = servers[0].call(reqwest::Method::PUT, "/api/v1/bots/greeting/draft").json(&greeting).send().await;
    assert!(draft.status.is_success(), "{}", draft.text);
    let published = servers[0].post("/api/v1/bots/greeting/publish", &json!({})).await;
    assert!(published.status.is_success(), "{}", published.text);
    let live = async |server: &Server| server.log().contains("another server published it").then_some(());
    servers[1].until("the other server's bot", live).await;
    mock.connect(&servers[1].webhook_url()).await.unwrap();
    deliver(mock.customer(ANA).text("there")).await;
    is_quiet(&mock, &servers[1]).await;
    assert_eq!(mock.messages_to(ANA)[0].text(), "Hi there");
}

/// While Redis is away webhooks get 503, so that Meta sends them again; when it is back, work goes on by itself.
#[tokio::test]
async fn without_its_redis_a_server_takes_nothing_on() {
    let (mut redis, mock) = (RedisServer::start("appendonly yes\nappendfsync always"), Mock::start().await);
    let server = Server::with().on(&redis.url()).bot("counter", counter()).start(&mock).await;
    deliver(mock.customer(ANA).text("one")).await;
    is_quiet(&mock, &server).await;
    redis.kill();
    let refused = mock.customer(ANA).text("two");
    assert_eq!(refused.clone().deliver().await.unwrap().last().map(|status| status.as_u16()), Some(503));
    assert_eq!(server.get("/readyz").await.status, 503);
    redis.start_again();
    let ready = async |server: &Server| server.get("/readyz").await.status.is_success().then_some(());
    server.until("Redis", ready).await;
    deliver(refused).await;
    is_quiet(&mock, &server).await;
    let texts: Vec<String> = mock.messages_to(ANA).iter().map(|sent| sent.text()).collect();
    assert_eq!(texts, ["1: one", "2: two"]);
}
