//! One run: a world from a seed, servers, customers and troubles in it, and the promises at its end.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use interpreter::contact_id;
use salesbot::{app::ACCOUNT, process::MERGE};
use steps::moment::MINUTE;
use store::{LANES, MemoryStore, Store};
use tokio::{
    runtime::Builder,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    chaos,
    customer::Customer,
    log,
    meta::Meta,
    plan::Plan,
    promises::{self, Broken},
    server::Servers,
    webhook,
    world::World,
};

/// How long everything may take to come to its end, once nothing goes wrong any more. The longest chain of repeats takes an hour.
const LIVENESS: Duration = Duration::from_secs(3 * 60 * 60);
/// Between two looks whether it has.
const LOOK: Duration = Duration::from_secs(5);
/// What is due only after that is not waited for: sessions that expire.
const SOON: i64 = 30 * MINUTE;

/// What came of a run.
pub struct Outcome {
    pub seed: u64,
    pub broken: Vec<Broken>,
    pub lines: Vec<String>,
    pub figures: Figures,
}

/// What is counted, in one run or in many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub runs: u64,
    pub events: u64,
    pub messages: u64,
    pub accepted: u64,
    pub sends: u64,
    pub doubled: u64,
    pub crashes: u64,
    pub sleeps: u64,
    pub faults: u64,
    pub webhooks: u64,
    pub refused: u64,
    /// Of simulated time.
    pub seconds: u64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Figures) {
        self.runs += other.runs;
        self.events += other.events;
        self.messages += other.messages;
        self.accepted += other.accepted;
        self.sends += other.sends;
        self.doubled += other.doubled;
        self.crashes += other.crashes;
        self.sleeps += other.sleeps;
        self.faults += other.faults;
        self.webhooks += other.webhooks;
        self.refused += other.refused;
        self.seconds += other.seconds;
    }
}

impl Outcome {
    /// The same for two runs in which the same happened.
    pub fn hash(&self) -> u64 {
        log::hash(&self.lines)
    }

    /// The last lines of the log that are about a customer.
    pub fn last_lines(&self, customer: Option<usize>, count: usize) -> Vec<&str> {
        let names = customer.map_or_else(Vec::new, |customer| {
            let aliases = [format!("phone:+{}", webhook::phone(customer)), format!("user:{}", webhook::user_id(customer))];
            let contacts = aliases.iter().map(|alias| contact_id(ACCOUNT, alias).to_string());
            contacts.chain([format!("customer {customer}:"), format!(" {customer}x")]).collect()
        });
        let mentions = |line: &&String| names.is_empty() || names.iter().any(|name| line.contains(name));
        let lines: Vec<&str> = self.lines.iter().filter(mentions).map(String::as_str).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }
}

/// Runs what the plan says, from begin to end.
pub fn run(plan: Plan) -> anyhow::Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().context("can't start the runtime")?;
    runtime.block_on(live(plan))
}

async fn live(plan: Plan) -> anyhow::Result<Outcome> {
    let world = World::begin(plan, true);
    let meta = Meta::new(&world);
    let servers = Servers::new(&world)?;
    meta.connect(&servers);
    let starts = (0..world.plan.servers).map(|place| servers.start(place, &meta));
    futures_util::future::join_all(starts).await;

    let mut troubles = chaos::begin(&world, &servers, &meta);
    let mut customers = JoinSet::new();
    for number in 0..world.plan.customers {
        customers.spawn(Customer::new(number, &meta).live());
    }
    sleep(world.plan.troubles).await;
    world.heal();
    while troubles.join_next().await.is_some() {}

    let mut broken = Vec::new();
    let settled = timeout(LIVENESS, async {
        while let Some(lived) = customers.join_next().await {
            lived.context("a customer panicked")?;
        }
        while !(meta.is_done() && is_quiet(&world, &servers.store).await) {
            sleep(LOOK).await;
        }
        anyhow::Ok(())
    });
    match settled.await {
        Ok(settled) => settled?,
        Err(_) => {
            let what = format!("something was still to be done {} seconds after all was well", LIVENESS.as_secs());
            broken.push(Broken { promise: "everything comes to its end", customer: None, what });
        }
    }
    broken.extend(promises::check(&world, &servers.store).await);
    let figures = figures(&world);
    Ok(Outcome { seed: world.plan.seed, broken, lines: world.log.lines(), figures })
}

/// Whether no contact is due now or soon.
pub(crate) async fn is_quiet(world: &World, store: &MemoryStore) -> bool {
    for lane in 0..LANES {
        let due = store.due(lane, world.now().plus(SOON).0, 1).await;
        if due.is_ok_and(|due| !due.is_empty()) {
            return false;
        }
    }
    // A merge waits until nothing of the contact is under way.
    let merges = store.list_records(MERGE, None, world.now().0, 1).await;
    merges.is_ok_and(|merges| merges.is_empty())
}

fn figures(world: &Arc<World>) -> Figures {
    let records = world.ledger.lock();
    let accepted = records.messages.values().filter(|written| written.accepted.is_some()).count();
    Figures {
        runs: 1,
        events: world.log.count(),
        messages: records.messages.len() as u64,
        accepted: accepted as u64,
        sends: records.taken.len() as u64,
        doubled: promises::doubled(&records).len() as u64,
        crashes: records.crashes,
        sleeps: records.sleeps,
        faults: records.faults,
        webhooks: records.webhooks,
        refused: records.refused_webhooks,
        seconds: u64::try_from(world.now().since(crate::world::START) / 1_000).unwrap_or_default(),
    }
}
