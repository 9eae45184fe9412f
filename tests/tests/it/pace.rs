//! The pace of a number that several servers share.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::chaos::phone;
use tests::harness::Server;
use tests::mock::{Mock, StatusPlan};

use crate::shop::{bot, deliver};

/// Customers who write, and what each gets.
const CUSTOMERS: usize = 80;
const ANSWERS: usize = 3;
/// Messages of a number in a second, sent and received (Cloud API, Throughput).
const LIMIT: usize = 80;
/// By so much one message may take longer than another from the server to the mock, on a machine that is busy with other things.
const JITTER: SignedDuration = SignedDuration::from_millis(150);
/// How long all may take: at a third of the pace it would be twelve seconds, besides the start.
const DEADLINE: Duration = Duration::from_secs(60);

/// One server of three gets all the traffic: it may use nearly the whole pace, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_servers_may_use_the_whole_pace_of_their_number() {
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    mock.set_statuses(StatusPlan::off());
    let say = |text: &str, next: Option<&str>| json!({"type": "message", "text": text, "next": next});
    let chatty = bot(json!({"one": say("1", Some("two")), "two": say("2", Some("three")), "three": say("3", None)}));
    let mut servers = Vec::new();
    let journal = postgres.fresh_database().await;
    for _ in 0..3 {
        let setup = Server::with().variable("SALESBOT_STORE", redis.url()).variable("SALESBOT_JOURNAL", &journal);
        servers.push(setup.bot("chatty", chatty.clone()).start_beside(&mock).await);
    }
    let sees_all = async |server: &Server| server.log().contains("3 servers share").then_some(());
    servers[0].until("the other servers", sees_all).await;
    mock.connect(&servers[0].webhook_url()).await.unwrap();

    let mut received = Vec::new();
    for customer in 0..CUSTOMERS {
        received.push(mock.clock().now());
        deliver(mock.customer(&phone(customer)).text("Hi")).await;
    }
    let sent = mock.wait_for(CUSTOMERS * ANSWERS, DEADLINE).await.unwrap();

    let sent: Vec<Timestamp> = sent.iter().map(|sent| sent.at).collect();
    let all: Vec<Timestamp> = sent.iter().chain(&received).copied().collect();
    let second = SignedDuration::from_secs(1) - JITTER;
    for at in &sent {
        let before = all.iter().filter(|other| **other <= *at && at.duration_since(**other) < second).count();
        assert!(before <= LIMIT, "{before} messages until {at}");
    }
    assert_eq!(mock.counts().by_error.get(&130_429), None, "and Meta would have said nothing");
    let (first, last) = (all.iter().min().unwrap(), all.iter().max().unwrap());
    let a_second = all.len() as f64 / last.duration_since(*first).as_secs_f64();
    println!("{a_second:.0} messages a second");
    assert!(a_second > LIMIT as f64 / 2.0, "{a_second} messages a second, of {LIMIT}");
}
