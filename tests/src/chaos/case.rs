//! What is shown, case by case: who dies, on which store, and what must hold afterwards. Tests play each with few deaths,
//! `cargo xtask endure` with many.

use std::time::Duration;

use serde_json::Value;
use servers::cluster::Cluster;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use servers::sentinel::Sentinels;

use super::{Outcome, Plan, Target, under_fire};
use crate::harness::{Server, Setup};

/// On its disk once a second.
const EVERY_SECOND: &str = "appendonly yes\nappendfsync everysec";
/// On its disk before it answers.
const ALWAYS: &str = "appendonly yes\nappendfsync always";
/// What a disk does not have yet when the power fails, in bytes: some turns.
const UNWRITTEN: u64 = 8_192;
/// Longer than every claim: the others do what a server had begun that sleeps, and when it wakes its own results come too late.
const SLEEP: Duration = Duration::from_secs(60);

/// A case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub dies: Dies,
    pub servers: usize,
    /// Whether statuses tell what became of sends.
    pub statuses: bool,
}

/// Who dies, and where it matters, what it can take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dies {
    Servers,
    Sleeper,
    /// Redis, with every commit on its disk.
    Redis,
    /// Redis and its machine: the last second may be gone.
    RedisMachine,
    /// A Sentinel master, whose replica has all, or lags; and is waited for or not.
    Master(Replica),
    /// The same with one of a Cluster's.
    Node(Replica),
}

/// The state of a replica when its master dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replica {
    UpToDate,
    Lagging,
    LaggingAndWaitedFor,
}

const fn case(name: &'static str, dies: Dies, servers: usize) -> Case {
    Case { name, dies, servers, statuses: true }
}

const fn without_statuses(name: &'static str, dies: Dies, servers: usize) -> Case {
    Case { name, dies, servers, statuses: false }
}

pub const ONE_SERVER: Case = case("one server is killed", Dies::Servers, 1);
pub const TWO_SERVERS: Case = without_statuses("two servers, some killed, no statuses", Dies::Servers, 2);
pub const THREE_SERVERS: Case = case("three servers, some killed", Dies::Servers, 3);
pub const REDIS: Case = case("Redis is killed, `always`", Dies::Redis, 3);
pub const REDIS_MACHINE: Case = case("Redis loses power, `everysec`", Dies::RedisMachine, 2);
pub const MASTER: Case = case("Sentinel fails over", Dies::Master(Replica::UpToDate), 3);
pub const LAGGING_MASTER: Case = case("Sentinel fails over, replica cut off before", Dies::Master(Replica::Lagging), 3);
pub const WAITING_MASTER: Case =
    case("Sentinel fails over, cut off, `wait_replicas = 1`", Dies::Master(Replica::LaggingAndWaitedFor), 3);
pub const NODE: Case = case("a Cluster fails over", Dies::Node(Replica::UpToDate), 3);
pub const LAGGING_NODE: Case = case("a Cluster fails over, replica cut off before", Dies::Node(Replica::Lagging), 3);
pub const WAITING_NODE: Case =
    case("a Cluster fails over, cut off, `wait_replicas = 1`", Dies::Node(Replica::LaggingAndWaitedFor), 3);
pub const SLEEPER: Case = case("one of three sleeps for a minute", Dies::Sleeper, 3);
pub const SILENT_SLEEPER: Case = without_statuses("one of three sleeps for a minute, no statuses", Dies::Sleeper, 3);

/// Every case in which something is killed.
pub const KILLS: [Case; 11] = [
    ONE_SERVER,
    TWO_SERVERS,
    THREE_SERVERS,
    REDIS,
    REDIS_MACHINE,
    MASTER,
    LAGGING_MASTER,
    WAITING_MASTER,
    NODE,
    LAGGING_NODE,
    WAITING_NODE,
];

/// Every case in which a server sleeps.
pub const SLEEPS: [Case; 2] = [SLEEPER, SILENT_SLEEPER];

impl Case {
    /// Plays it with so many deaths (a server falls asleep and wakes but once), and holds the outcome against what must be.
    ///
    /// # Panics
    /// If it is not so.
    pub async fn play(self, deaths: usize, seed: u64) -> Outcome {
        let postgres = PostgresServer::start();
        let (target, redis) = self.target();
        let setups = self.setup().sharing(&redis, &postgres.fresh_database().await, self.servers);
        let plan = if self.dies == Dies::Sleeper { Plan::unhurried(seed) } else { Plan::new(deaths, seed) };
        let plan = if self.statuses { plan } else { plan.without_statuses() };
        let outcome = under_fire(setups, target, plan).await;
        self.check(&outcome);
        outcome
    }

    /// Whether something that was accepted may be lost.
    fn may_lose(&self) -> bool {
        use Replica::{Lagging, UpToDate};
        matches!(self.dies, Dies::RedisMachine | Dies::Master(Lagging | UpToDate) | Dies::Node(Lagging | UpToDate))
    }

    fn check(&self, outcome: &Outcome) {
        let figures = outcome.figures;
        // Whatever was lost, the rest ran once, in its order, and was answered.
        assert_eq!((figures.doubled_turns, figures.out_of_order, figures.unsaid), (0, 0, 0), "{figures}");
        assert_eq!(outcome.dead, Vec::<Value>::new());
        outcome.assert_hard();
        if !self.may_lose() {
            assert_eq!(figures.lost, 0, "{figures}");
        }
        match self.dies {
            Dies::RedisMachine | Dies::Master(Replica::Lagging) | Dies::Node(Replica::Lagging) => {
                assert!(figures.lost > 0, "turns were committed that nothing kept: {figures}");
            }
            // What a failover takes back goes out again.
            Dies::Master(_) | Dies::Node(_) => {}
            Dies::Servers | Dies::Sleeper | Dies::Redis if self.statuses => outcome.assert_nothing_doubled(),
            Dies::Servers | Dies::Sleeper | Dies::Redis => outcome.assert_only_in_flight_doubled(),
        }
    }

    /// Who dies, and the address of the store.
    fn target(&self) -> (Target, String) {
        let redis = |settings: &str, forgets: u64| {
            let server = RedisServer::start(settings);
            let url = server.url();
            (Target::Redis { server, forgets }, url)
        };
        match self.dies {
            Dies::Servers => {
                let redis = RedisServer::start(EVERY_SECOND);
                let url = redis.url();
                (Target::Servers { _redis: Some(redis) }, url)
            }
            Dies::Sleeper => {
                let redis = RedisServer::start(EVERY_SECOND);
                let url = redis.url();
                (Target::Sleeper { _redis: redis, lasts: SLEEP, asleep: None }, url)
            }
            Dies::Redis => redis(ALWAYS, 0),
            Dies::RedisMachine => redis(EVERY_SECOND, UNWRITTEN),
            Dies::Master(replica) => {
                let sentinels = Sentinels::start(EVERY_SECOND);
                let url = sentinels.url(0);
                (Target::Sentinels { sentinels, lags: replica != Replica::UpToDate }, url)
            }
            Dies::Node(replica) => {
                let cluster = Cluster::start(EVERY_SECOND);
                let url = cluster.url();
                (Target::Cluster { cluster, lags: replica != Replica::UpToDate }, url)
            }
        }
    }

    fn setup(&self) -> Setup {
        match self.dies {
            Dies::Master(Replica::LaggingAndWaitedFor) | Dies::Node(Replica::LaggingAndWaitedFor) => {
                Server::with().settings("[redis]\nwait_replicas = 1")
            }
            _ => Server::with(),
        }
    }
}
