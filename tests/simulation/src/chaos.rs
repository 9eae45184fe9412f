//! Crashes, sleep and outages, each at a moment of its own in the time of troubles.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use crate::{meta::Meta, server::Servers, world::World};

/// Begins all troubles of the plan; they are over when the set is empty, and then every server runs.
pub fn begin(world: &Arc<World>, servers: &Arc<Servers>, meta: &Arc<Meta>) -> JoinSet<()> {
    let mut troubles = JoinSet::new();
    let place = || usize::try_from(world.chance.number()).unwrap_or_default() % world.plan.servers;
    for _ in 0..world.plan.crashes {
        let (servers, meta, at, place) = (servers.clone(), meta.clone(), world.moment_of_trouble(), place());
        let down = world.chance.millis(500..=40_000);
        troubles.spawn(async move {
            sleep(at).await;
            if servers.crash(place).await {
                sleep(down).await;
                servers.start(place, &meta).await;
            }
        });
    }
    for _ in 0..world.plan.stops {
        let (servers, meta, at, place) = (servers.clone(), meta.clone(), world.moment_of_trouble(), place());
        troubles.spawn(async move {
            sleep(at).await;
            if servers.stop(place).await {
                servers.start(place, &meta).await;
            }
        });
    }
    for _ in 0..world.plan.sleeps {
        let (servers, at, place) = (servers.clone(), world.moment_of_trouble(), place());
        let time = world.chance.millis(500..=90_000);
        troubles.spawn(async move {
            sleep(at).await;
            servers.freeze(place, time).await;
        });
    }
    for _ in 0..world.plan.store.outages {
        let (servers, at, time) = (servers.clone(), world.moment_of_trouble(), outage(world));
        let places = if world.chance.one_in(2) { 0..world.plan.servers } else { place()..world.plan.servers };
        troubles.spawn(async move {
            sleep(at).await;
            places.for_each(|place| servers.lose_store(place, time));
        });
    }
    for _ in 0..world.plan.graph.outages {
        let (world, at, time) = (world.clone(), world.moment_of_trouble(), outage(world));
        troubles.spawn(async move {
            sleep(at).await;
            let until = world.now().plus(i64::try_from(time.as_millis()).unwrap_or_default());
            world.log(|| format!("the Graph API is away for {} ms", time.as_millis()));
            world.graph_away_until.store(until.0, Ordering::Relaxed);
        });
    }
    troubles
}

fn outage(world: &World) -> Duration {
    world.chance.millis(1_000..=40_000)
}
