//! Under load, servers on Redis die, sleep and lose what they stand on. What was accepted is there afterwards, exactly once and in order;
//! where Redis itself may lose it, what it lost is counted.

use std::time::Duration;

use servers::cluster::Cluster;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use servers::sentinel::Sentinels;
use tests::chaos::{Outcome, Plan, Target, under_fire};
use tests::harness::{Server, Setup};

/// On its disk once a second.
const EVERY_SECOND: &str = "appendonly yes\nappendfsync everysec";
/// On its disk before it answers.
const ALWAYS: &str = "appendonly yes\nappendfsync always";
/// How long a replica is cut off before its master dies.
const LAG: Duration = Duration::from_millis(300);

/// So many servers, with a PostgreSQL of their own.
async fn fleet(setup: Setup, redis: &str, count: usize) -> (PostgresServer, Vec<Setup>) {
    let postgres = PostgresServer::start();
    let setups = setup.sharing(redis, &postgres.fresh_database().await, count);
    (postgres, setups)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_on_redis_loses_nothing_and_doubles_nothing_where_statuses_flow() {
    let redis = RedisServer::start(EVERY_SECOND);
    let outcome = under_fire(vec![Server::with().on(&redis.url())], Target::Servers, Plan::new(12, 3)).await;
    outcome.assert_whole();
    outcome.assert_nothing_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_that_die_alone_and_together_lose_nothing_and_double_nothing_where_statuses_flow() {
    let redis = RedisServer::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &redis.url(), 3).await;
    let outcome = under_fire(setups, Target::Servers, Plan::new(12, 20_261_126)).await;
    outcome.assert_whole();
    outcome.assert_nothing_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_double_only_what_was_in_flight_where_no_status_tells() {
    let redis = RedisServer::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &redis.url(), 2).await;
    let outcome = under_fire(setups, Target::Servers, Plan::new(12, 11).without_statuses()).await;
    outcome.assert_whole();
    outcome.assert_only_in_flight_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_that_flushes_each_commit_loses_nothing() {
    let server = RedisServer::start(ALWAYS);
    let (_postgres, setups) = fleet(Server::with(), &server.url(), 3).await;
    let outcome = under_fire(setups, Target::Redis { server, forgets: 0 }, Plan::new(12, 5)).await;
    outcome.assert_whole();
    outcome.assert_nothing_doubled();
}

/// What the kernel did not write when its machine died: with `everysec` that may be a second of commits. The rest stays right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_forgets_its_last_moments_loses_those_alone() {
    const FORGETS: u64 = 8_192;
    let server = RedisServer::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &server.url(), 2).await;
    let outcome = under_fire(setups, Target::Redis { server, forgets: FORGETS }, Plan::new(3, 13)).await;
    assert!(outcome.figures.lost > 0, "{FORGETS} bytes hold some turns: {}", outcome.figures);
    assert_the_rest_is_right(&outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_loses_what_its_replica_lacked_and_nothing_else() {
    let sentinels = Sentinels::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &sentinels.url(0), 3).await;
    let outcome = under_fire(setups, Target::Sentinels { sentinels, lag: LAG }, Plan::new(2, 17)).await;
    assert!(outcome.figures.lost > 0, "turns were committed while the replica was cut off: {}", outcome.figures);
    assert_the_rest_is_right(&outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_loses_nothing_that_a_replica_was_waited_for() {
    let sentinels = Sentinels::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(waiting(), &sentinels.url(0), 3).await;
    let outcome = under_fire(setups, Target::Sentinels { sentinels, lag: LAG }, Plan::new(2, 19)).await;
    assert_eq!(outcome.figures.lost, 0, "{}", outcome.figures);
    assert_the_rest_is_right(&outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_without_one_of_its_masters_loses_what_its_replica_lacked_and_nothing_else() {
    let cluster = Cluster::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &cluster.url(), 3).await;
    let outcome = under_fire(setups, Target::Cluster { cluster, lag: LAG }, Plan::new(3, 23)).await;
    assert!(outcome.figures.lost > 0, "turns were committed while the replica was cut off: {}", outcome.figures);
    assert_the_rest_is_right(&outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_loses_nothing_that_a_replica_was_waited_for() {
    let cluster = Cluster::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(waiting(), &cluster.url(), 3).await;
    let outcome = under_fire(setups, Target::Cluster { cluster, lag: LAG }, Plan::new(3, 29)).await;
    assert_eq!(outcome.figures.lost, 0, "{}", outcome.figures);
    assert_the_rest_is_right(&outcome);
}

/// A server that accepts a webhook when a replica has its commit.
fn waiting() -> Setup {
    Server::with().settings("[redis]\nwait_replicas = 1")
}

/// What was not lost ran once, in its order, and was answered.
fn assert_the_rest_is_right(outcome: &Outcome) {
    let figures = outcome.figures;
    assert_eq!((figures.doubled_turns, figures.out_of_order, figures.unsaid), (0, 0, 0), "{figures}");
    assert_eq!(outcome.dead, Vec::<serde_json::Value>::new());
    outcome.assert_hard();
}

/// A minute is longer than every claim: the others do what it had begun, and when it wakes its own results come too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_sleeps_for_a_minute_changes_nothing_when_it_wakes() {
    let redis = RedisServer::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &redis.url(), 3).await;
    let outcome = under_fire(setups, Target::sleep(Duration::from_secs(60)), Plan::unhurried(31)).await;
    outcome.assert_whole();
    outcome.assert_nothing_doubled();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_sleeps_for_a_minute_doubles_only_what_it_had_in_flight_where_no_status_tells() {
    let redis = RedisServer::start(EVERY_SECOND);
    let (_postgres, setups) = fleet(Server::with(), &redis.url(), 3).await;
    let plan = Plan::unhurried(37).without_statuses();
    let outcome = under_fire(setups, Target::sleep(Duration::from_secs(60)), plan).await;
    outcome.assert_whole();
    outcome.assert_only_in_flight_doubled();
}
