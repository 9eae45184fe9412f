//! A day with many conversations, in simulated time and without faults: what it costs, and whether anything grows that should not.

use std::{fs, thread, time::Duration};

use anyhow::{Context, ensure};
use salesbot::process::DEAD;
use store::Store;
use tokio::{runtime::Builder, time::sleep};

use crate::{customer::Customer, meta::Meta, plan::Plan, run::is_quiet, server::Servers, world::World};

/// How much of the day's traffic comes in each hour: little at night, most around noon and in the evening.
const HOURS: [u64; 24] = [1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 7, 7, 7, 7, 8, 8, 8, 7, 5, 3, 2];
/// Between two looks whether all is done.
const LOOK: Duration = Duration::from_secs(60);
/// A page of memory, where nothing else is said.
const PAGE: u64 = 4_096;

/// What the process has used so far.
#[derive(Clone, Copy)]
struct Used {
    /// Bytes in memory.
    resident: u64,
    /// Of the processor.
    time: Duration,
}

impl Used {
    fn now() -> anyhow::Result<Self> {
        // The kernel brings the figure up to date when the thread passes through the scheduler.
        thread::yield_now();
        let first = |line: String, place: usize| line.split_whitespace().nth(place).and_then(|word| word.parse().ok());
        let pages: u64 = first(fs::read_to_string("/proc/self/statm")?, 1).context("/proc/self/statm")?;
        let nanoseconds = first(fs::read_to_string("/proc/self/schedstat")?, 0).context("/proc/self/schedstat")?;
        Ok(Used { resident: pages * PAGE, time: Duration::from_nanos(nanoseconds) })
    }
}

/// Lives through a day, and prints what it took.
pub fn day(conversations: u64) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().context("can't start the runtime")?;
    runtime.block_on(live(conversations))
}

async fn live(conversations: u64) -> anyhow::Result<()> {
    let world = World::begin(Plan::of_a_day(), false);
    let meta = Meta::new(&world);
    let servers = Servers::new(&world)?;
    meta.connect(&servers);
    servers.start(0, &meta).await;
    let before = Used::now()?;
    println!("{conversations} conversations in a day; {} MB before the first", before.resident >> 20);

    let weights: u64 = HOURS.iter().sum();
    let mut number = 0;
    for (hour, weight) in HOURS.iter().enumerate() {
        let come = HOURS[..=hour].iter().sum::<u64>() * conversations / weights - number;
        let gap = Duration::from_secs(60 * 60).div_f64(come.max(1) as f64);
        for _ in 0..come {
            sleep(gap).await;
            let customer = Customer::new(usize::try_from(number)?, &meta);
            number += 1;
            tokio::spawn(customer.live_a_day());
        }
        let (used, records) = (Used::now()?, world.ledger.lock());
        println!(
            "hour {hour:>2}: {weight:>3} %, {number} conversations, {} messages, {} sends, {} MB, {} s of processor",
            records.written,
            records.sends,
            used.resident >> 20,
            (used.time - before.time).as_secs()
        );
    }
    loop {
        sleep(LOOK).await;
        let all_said = {
            let records = world.ledger.lock();
            records.accepted == records.written
        };
        if all_said && meta.is_done() && is_quiet(&world, &servers.store).await {
            break;
        }
    }

    let after = Used::now()?;
    let (messages, accepted, sends, webhooks) = {
        let records = world.ledger.lock();
        (records.written, records.accepted, records.sends, records.webhooks)
    };
    let contacts = servers.store.count_contacts().await?;
    ensure!(contacts == conversations, "{conversations} conversations made {contacts} contacts");
    ensure!(accepted == messages, "of {messages} messages {accepted} were accepted");
    ensure!(servers.store.list_records(DEAD, None, world.now().0, 1).await?.is_empty(), "the dead list is not empty");
    let mut values = 0;
    let mut last: Option<String> = None;
    loop {
        let keys = servers.store.list_contacts(last.as_deref(), 1_000).await?;
        for key in &keys {
            values += servers.store.load(key).await?.map_or(0, |stored| stored.value.len() as u64);
        }
        match keys.into_iter().last() {
            Some(key) => last = Some(key),
            None => break,
        }
    }
    let time = after.time - before.time;
    let grown = after.resident.saturating_sub(before.resident);
    println!(
        "messages {messages}, sends {sends}, webhooks in all {webhooks}, simulated seconds {}",
        world.now().since(crate::world::START) / 1_000
    );
    println!(
        "processor: {:.1} s, {:.0} µs a message, {:.0} µs a webhook",
        time.as_secs_f64(),
        micros(time, messages),
        micros(time, webhooks)
    );
    println!(
        "resident: {} MB before, {} MB after: {} bytes a conversation, of which its stored value is {}",
        before.resident >> 20,
        after.resident >> 20,
        grown / conversations.max(1),
        values / conversations.max(1)
    );
    Ok(())
}

fn micros(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
