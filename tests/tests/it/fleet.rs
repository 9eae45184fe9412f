//! Servers that share a Redis: any of them takes any message, and one that dies, sleeps or loses its store is not missed.

use serde_json::json;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::harness::{Balancer, Server, Setup};
use tests::mock::{Mock, StatusPlan};

use crate::crashes::{counter, each_turn_ran_once_and_in_order, only_what_was_in_flight_is_doubled, phone, under_fire};
use crate::shop::{ANA, bot, deliver, is_quiet};

/// What a Redis keeps on its disk once a second.
const EVERY_SECOND: &str = "appendonly yes\nappendfsync everysec";

/// So many servers on one Redis and one PostgreSQL.
pub(crate) async fn setups(redis: &RedisServer, postgres: &PostgresServer, count: usize) -> Vec<Setup> {
    let journal = postgres.fresh_database().await;
    let setup = Server::with().variable("SALESBOT_STORE", redis.url()).variable("SALESBOT_JOURNAL", journal);
    vec![setup; count]
}

/// One server on Redis, with its journal in a file.
fn alone(redis: &RedisServer) -> Setup {
    Server::with().variable("SALESBOT_STORE", redis.url())
}

#[tokio::test]
async fn a_conversation_goes_on_at_any_server() {
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let mut servers = Vec::new();
    for setup in setups(&redis, &postgres, 2).await {
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
    for setup in setups(&redis, &postgres, 2).await {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_on_redis_loses_nothing_and_doubles_nothing_where_statuses_flow() {
    let redis = RedisServer::start(EVERY_SECOND);
    let plan = StatusPlan { shuffled: true, copies: 2, ..StatusPlan::default() };
    let outcome = under_fire(vec![alone(&redis)], plan, 3).await;
    each_turn_ran_once_and_in_order(&outcome).await;
    assert_eq!(outcome.doubled.len(), 0, "{:?}", outcome.doubled.keys());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_that_die_in_turns_lose_nothing_and_double_nothing_where_statuses_flow() {
    let (redis, postgres) = (RedisServer::start(EVERY_SECOND), PostgresServer::start());
    let plan = StatusPlan { shuffled: true, copies: 2, ..StatusPlan::default() };
    let outcome = under_fire(setups(&redis, &postgres, 3).await, plan, 20_261_126).await;
    each_turn_ran_once_and_in_order(&outcome).await;
    assert_eq!(outcome.doubled.len(), 0, "{:?}", outcome.doubled.keys());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_double_only_what_was_in_flight_where_no_status_tells() {
    let (redis, postgres) = (RedisServer::start(EVERY_SECOND), PostgresServer::start());
    let outcome = under_fire(setups(&redis, &postgres, 2).await, StatusPlan::off(), 11).await;
    each_turn_ran_once_and_in_order(&outcome).await;
    only_what_was_in_flight_is_doubled(&outcome);
}

/// While Redis is away webhooks get 503, so that Meta sends them again; when it is back, work goes on by itself.
#[tokio::test]
async fn without_its_redis_a_server_takes_nothing_on() {
    let (mut redis, mock) = (RedisServer::start("appendonly yes\nappendfsync always"), Mock::start().await);
    let server = alone(&redis).bot("counter", counter()).start(&mock).await;
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

/// One of two servers sleeps while it holds work, and wakes when the other has long done it: nothing is doubled, nothing lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_slept_changes_nothing_when_it_wakes() {
    const CUSTOMERS: usize = 20;
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let mut servers = Vec::new();
    for setup in setups(&redis, &postgres, 2).await {
        servers.push(setup.bot("counter", counter()).start_beside(&mock).await);
    }
    let balancer = Balancer::before(servers.iter().map(Server::address).collect()).await;
    mock.connect(&balancer.webhook_url()).await.unwrap();
    let say = async |text: &str| {
        for customer in 0..CUSTOMERS {
            let message = mock.customer(&phone(customer)).text(text);
            while !message.clone().deliver().await.is_ok_and(|answers| answers.iter().all(|answer| answer.is_success())) {}
        }
    };
    say("m1").await;
    servers[0].freeze();
    // Only the other one answers now.
    mock.connect(&servers[1].webhook_url()).await.unwrap();
    say("m2").await;
    say("m3").await;
    let all = |counts: &tests::mock::Counts| counts.callback_data >= 3 * CUSTOMERS as u64;
    let waited = mock.wait_for_counts(std::time::Duration::from_secs(90), all).await;
    servers[0].wake();
    assert!(waited.is_some(), "{:?}", mock.counts());
    is_quiet(&mock, &servers[0]).await;
    is_quiet(&mock, &servers[1]).await;
    for customer in 0..CUSTOMERS {
        let texts: Vec<String> = mock.messages_to(&phone(customer)).iter().map(|sent| sent.text()).collect();
        assert_eq!(texts, ["1: m1", "2: m2", "3: m3"], "customer {customer}");
    }
}
