//! What a fleet stands on dies under load, and afterwards everything is counted.
//!
//! Customers write numbered messages through a random live server, and Meta sends again whatever was not answered with 200. Meanwhile a
//! [`Target`] dies and comes back at moments of chance: servers, Redis, the master of a failover. [`under_fire`] plays it, and
//! [`Outcome`] is what is there when all has come to rest; its [`Figures`] say what was lost, doubled or out of order. What may be, and
//! what may not, is for the test to say.

pub mod case;
mod figures;
mod load;
mod outcome;
mod target;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

pub use figures::Figures;
pub use load::phone;
pub use outcome::Outcome;
pub use target::Target;

use crate::bots::counter;
use crate::harness::{Balancer, Server, Setup};
use crate::mock::chance::Chance;
use crate::mock::{Mock, StatusPlan};
use load::Progress;

/// Customers who write at the same time, each in a conversation of their own.
pub(crate) const CONVERSATIONS: usize = 40;
/// The longest time by which a death comes later than the message that it is to meet, in milliseconds.
const JITTER: u64 = 20;

/// What is to happen.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Messages of each customer.
    pub rounds: usize,
    /// How often something dies.
    pub deaths: usize,
    /// Which statuses follow the sends.
    pub statuses: StatusPlan,
    /// How long a customer waits between two messages.
    pub pause: Duration,
    /// Makes the moments of the deaths repeatable, as far as a machine is.
    pub seed: u64,
}

impl Plan {
    /// Statuses flow, doubled and in disorder; a message finds much that dies on its way.
    pub fn new(deaths: usize, seed: u64) -> Self {
        let statuses = StatusPlan { shuffled: true, copies: 2, ..StatusPlan::default() };
        Self { rounds: deaths.max(12), deaths, statuses, pause: Duration::ZERO, seed }
    }

    /// Customers take their time, so that some write during all of a minute: for a server that sleeps. It falls asleep and wakes once.
    pub fn unhurried(seed: u64) -> Self {
        Self { rounds: 24, pause: Duration::from_secs(1), ..Self::new(2, seed) }
    }

    /// No status tells what became of a send.
    #[must_use]
    pub fn without_statuses(self) -> Self {
        Self { statuses: StatusPlan::off(), ..self }
    }

    /// All messages.
    pub(crate) fn messages(&self) -> usize {
        CONVERSATIONS * self.rounds
    }
}

/// Plays a plan. A setup for each server: those of one call share a store, if there are several.
///
/// # Panics
/// If a server doesn't start, what died does not come back, or the fleet never comes to rest.
pub async fn under_fire(setups: Vec<Setup>, target: Target, plan: Plan) -> Outcome {
    let builder = Mock::builder().limits(false).statuses(plan.statuses).status_senders(4, 10);
    let mock = Arc::new(builder.retry(500, Duration::from_millis(20)).start().await.expect("127.0.0.1 has a free port"));
    let mut servers = Vec::new();
    for setup in setups {
        servers.push(setup.bot("counter", counter()).start_beside(&mock).await);
    }
    let balancer = Balancer::before(servers.iter().map(Server::address).collect()).await;
    mock.connect(&balancer.webhook_url()).await.expect("the servers answer the verification call");

    let (progress, (allow, allowed)) = (watch::Sender::new(Progress::default()), watch::channel(0));
    let killer =
        Killer { servers, target, balancer, chance: Chance::seeded(plan.seed), plan: plan.clone(), story: Story::default() };
    let killer = tokio::spawn(killer.run(progress.subscribe(), allow));
    load::write(&mock, &plan, &progress, &allowed).await;
    let Killer { servers, target, balancer, mut story, .. } = killer.await.expect("what died comes back");
    story.refused = progress.borrow().refused;
    let mock = Arc::into_inner(mock).expect("the customers are done");
    Outcome::at_rest(mock, servers, target, balancer, &plan, story).await
}

/// What happened meanwhile.
#[derive(Debug, Default)]
struct Story {
    deaths: Vec<Timestamp>,
    /// Deaths that met no message on its way.
    idle_deaths: usize,
    /// Deliveries that were answered by something else than 200, or not at all.
    refused: u64,
}

/// Lets the target die at its moments.
struct Killer {
    servers: Vec<Server>,
    target: Target,
    balancer: Balancer,
    chance: Chance,
    plan: Plan,
    story: Story,
}

impl Killer {
    /// Kills as often as planned, each time while a message is on its way. `allowed` is how many messages may be begun: a death is waited
    /// for before all are, and some go on while what died comes back.
    async fn run(mut self, mut progress: watch::Receiver<Progress>, allowed: watch::Sender<usize>) -> Self {
        let group = self.plan.messages() / (self.plan.deaths + 1);
        for death in 0..self.plan.deaths {
            let begin = death * group;
            allowed.send_replace(begin + group);
            let moment = begin + self.chance.within(group as u64 / 4..group as u64 * 3 / 4) as usize;
            wait(&mut progress, |progress| progress.begun > moment).await;
            tokio::time::sleep(Duration::from_millis(self.chance.within(0..JITTER))).await;
            wait(&mut progress, |progress| progress.begun > progress.accepted || progress.accepted == begin + group).await;
            self.story.idle_deaths += usize::from(progress.borrow().begun == progress.borrow().accepted);
            self.story.deaths.push(Timestamp::now());
            let dead = self.target.kill(&mut self.servers, &self.balancer, &self.chance, &progress).await;
            allowed.send_replace(begin + group + group / 4);
            self.target.recover(dead, &mut self.servers).await;
        }
        allowed.send_replace(self.plan.messages());
        self
    }
}

async fn wait(progress: &mut watch::Receiver<Progress>, until: impl Fn(&Progress) -> bool) {
    progress.wait_for(until).await.expect("the customers write until all has died");
}
