//! What dies, and how it comes back.

use std::time::Duration;

use servers::cluster::Cluster;
use servers::redis::RedisServer;
use servers::sentinel::Sentinels;
use tokio::sync::watch;
use tokio::task::block_in_place;
use tokio::time::Instant;

use super::load::Progress;
use crate::harness::{Balancer, Server};
use crate::mock::chance::Chance;

/// What dies under load, and beside it what stands as long.
pub enum Target {
    /// One of the servers, or several at once (SIGKILL); they are started again. Beside them: the Redis that they share, if any.
    Servers { _redis: Option<RedisServer> },
    /// One of the servers: it is put to sleep for so long (SIGSTOP), while the balancer leaves it out. Falling asleep and waking each
    /// count as a death.
    Sleeper { _redis: RedisServer, lasts: Duration, asleep: Option<(usize, Instant)> },
    /// Redis, which is started again on its files; without their last bytes, where power is to have failed before the disk had them.
    Redis { server: RedisServer, forgets: u64 },
    /// The master, whose replica lags or has all. The Sentinels name the other, and the dead one comes back as its replica.
    Sentinels { sentinels: Sentinels, lags: bool },
    /// One of the Cluster's masters, in the same way.
    Cluster { cluster: Cluster, lags: bool },
}

/// What died, by its places.
pub(super) enum Dead {
    Servers(Vec<usize>),
    Nobody,
    Redis,
    Master(usize),
    Node { dead: usize, replica: usize },
}

impl Target {
    pub(super) async fn kill(
        &mut self,
        servers: &mut [Server],
        balancer: &Balancer,
        chance: &Chance,
        progress: &watch::Receiver<Progress>,
    ) -> Dead {
        match self {
            Self::Servers { .. } => {
                let mut places: Vec<usize> = (0..servers.len()).collect();
                chance.shuffle(&mut places);
                places.truncate(1 + chance.within(0..servers.len() as u64) as usize);
                for place in &places {
                    servers[*place].kill9().await;
                }
                Dead::Servers(places)
            }
            Self::Sleeper { lasts, asleep, .. } => {
                if let Some((place, since)) = asleep.take() {
                    tokio::time::sleep_until(since + *lasts).await;
                    servers[place].wake();
                    balancer.set_servers(servers.iter().map(Server::address).collect());
                } else {
                    let place = chance.within(0..servers.len() as u64) as usize;
                    servers[place].freeze();
                    *asleep = Some((place, Instant::now()));
                    let awake = servers.iter().enumerate().filter(|(server, _)| *server != place);
                    balancer.set_servers(awake.map(|(_, server)| server.address()).collect());
                }
                Dead::Nobody
            }
            Self::Redis { server, forgets } => block_in_place(|| {
                server.kill();
                if *forgets > 0 {
                    server.forget(*forgets);
                }
                Dead::Redis
            }),
            Self::Sentinels { sentinels, lags } => {
                let meanwhile = lags.then_some(|| lag(progress));
                block_in_place(|| Dead::Master(sentinels.kill_master(meanwhile)))
            }
            Self::Cluster { cluster, lags } => {
                let place = chance.within(0..3) as usize;
                let (dead, replica) = block_in_place(|| cluster.kill_master(place, lags.then_some(|| lag(progress))));
                Dead::Node { dead, replica }
            }
        }
    }

    pub(super) async fn recover(&mut self, dead: Dead, servers: &mut [Server]) {
        match (self, dead) {
            (_, Dead::Servers(places)) => {
                for place in places {
                    servers[place].start_again().await;
                }
            }
            (Self::Redis { server, .. }, Dead::Redis) => block_in_place(|| server.start_again()),
            (Self::Sentinels { sentinels, .. }, Dead::Master(dead)) => block_in_place(|| sentinels.recover(dead)),
            (Self::Cluster { cluster, .. }, Dead::Node { dead, replica }) => block_in_place(|| cluster.recover(dead, replica)),
            (_, _) => {}
        }
    }
}

/// Lets so many messages be accepted that a replica will lack, or passes the time if none is accepted without it.
fn lag(progress: &watch::Receiver<Progress>) {
    const MESSAGES: usize = 24;
    const LONGEST: Duration = Duration::from_millis(1_500);
    const LOOK: Duration = Duration::from_millis(5);
    let (enough, until) = (progress.borrow().accepted + MESSAGES, Instant::now() + LONGEST);
    while progress.borrow().accepted < enough && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
}
