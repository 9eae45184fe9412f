//! Runs that are too long for every change: deaths by the dozen, a server that sleeps for a minute, hours of load. Each prints a table,
//! and fails where a promise is broken. `cargo xtask endure` builds what it needs and starts it.

mod soak;
mod verdict;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use futures_util::FutureExt as _;
use jiff::Timestamp;
use tests::chaos::case::{Case, KILLS, SLEEPS};

use soak::Load;

/// Long runs of servers on Redis and PostgreSQL; all of them if none is named.
#[derive(Parser)]
struct Options {
    /// Load for so many minutes (20 if not said), with memory, lateness of timers and refusals each minute
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, default_missing_value = "20")]
    soak: Option<u32>,
    /// One of three servers sleeps for a minute under load, and wakes
    #[arg(long)]
    freeze: bool,
    /// Servers and stores are killed under load, so often in each case
    #[arg(long, value_name = "DEATHS")]
    kills: Option<usize>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "WORDS", default_value = "")]
    case: String,
    /// Where chance begins; the time if not said
    #[arg(long)]
    seed: Option<u64>,
    /// Customers' messages a second while it soaks
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// Servers while it soaks
    #[arg(long, default_value_t = 2)]
    servers: usize,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let all = options.soak.is_none() && !options.freeze && options.kills.is_none();
    let seed = options.seed.unwrap_or_else(|| Timestamp::now().as_second().unsigned_abs());
    let chosen =
        |cases: &[Case]| -> Vec<Case> { cases.iter().filter(|case| case.name.contains(&options.case)).copied().collect() };
    let mut is_kept = true;
    if let Some(deaths) = options.kills.or(all.then_some(12)) {
        is_kept &= play(&chosen(&KILLS), deaths, seed).await;
    }
    if options.freeze || all {
        is_kept &= play(&chosen(&SLEEPS), 2, seed).await;
    }
    if let Some(minutes) = options.soak.or(all.then_some(20)) {
        is_kept &= soak::run(&Load { minutes, rate: options.rate, servers: options.servers }).await?;
    }
    Ok(if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays cases one after the other, and prints a table of what came of them. True if all that was promised was kept.
async fn play(cases: &[Case], deaths: usize, seed: u64) -> bool {
    let mut rows = Vec::new();
    for case in cases.iter().copied() {
        println!("{}, {} servers, seed {seed}", case.name, case.servers);
        // What is broken ends the case with a panic, which says what.
        let outcome = AssertUnwindSafe(case.play(deaths, seed)).catch_unwind().await;
        rows.push((case, outcome.ok().map(|outcome| outcome.figures)));
    }
    println!("\n| case | servers | accepted | lost | out of order | turns doubled | sends doubled | |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    for (Case { name, servers, .. }, figures) in &rows {
        match figures {
            Some(figures) => println!(
                "| {name} | {servers} | {} | {} | {} | {} | {} | kept |",
                figures.messages, figures.lost, figures.out_of_order, figures.doubled_turns, figures.doubled_sends
            ),
            None => println!("| {name} | {servers} | | | | | | **broken**, see above |"),
        }
    }
    println!();
    rows.iter().all(|(_, figures)| figures.is_some())
}
