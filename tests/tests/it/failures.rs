//! Under load, servers on Redis die, sleep and lose what they stand on. What was accepted is there afterwards, exactly once and in order;
//! where Redis itself may lose it, what it lost is counted, and the rest is right. What is checked stands with each case.

use tests::chaos::case;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_on_redis_loses_nothing_and_doubles_nothing_where_statuses_flow() {
    case::ONE_SERVER.play(12, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_that_die_alone_and_together_lose_nothing_and_double_nothing_where_statuses_flow() {
    case::THREE_SERVERS.play(12, 20_261_126).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_double_only_what_was_in_flight_where_no_status_tells() {
    case::TWO_SERVERS.play(12, 11).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_that_flushes_each_commit_loses_nothing() {
    case::REDIS.play(12, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_forgets_its_last_moments_loses_those_alone() {
    case::REDIS_MACHINE.play(3, 13).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_loses_what_its_replica_lacked_and_nothing_else() {
    case::LAGGING_MASTER.play(2, 17).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_loses_nothing_that_a_replica_was_waited_for() {
    case::WAITING_MASTER.play(2, 19).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_without_one_of_its_masters_loses_what_its_replica_lacked_and_nothing_else() {
    case::LAGGING_NODE.play(3, 23).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_loses_nothing_that_a_replica_was_waited_for() {
    case::WAITING_NODE.play(3, 29).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_sleeps_for_a_minute_changes_nothing_when_it_wakes() {
    case::SLEEPER.play(2, 31).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_sleeps_for_a_minute_doubles_only_what_it_had_in_flight_where_no_status_tells() {
    case::SILENT_SLEEPER.play(2, 37).await;
}
