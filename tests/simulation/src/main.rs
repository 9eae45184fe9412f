//! `simulation`: many runs, or one with its log. `cargo xtask simulate` calls it.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use simulation::{Figures, Outcome, Plan, day, run};

/// The allocator of the server, so that what is measured is what is run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many lines of a conversation are shown where a promise was broken.
const EXCERPT: usize = 40;
/// Runs, where nothing is said.
const RUNS: u64 = 2_000;
/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);

#[derive(Parser)]
struct Arguments {
    /// How many runs, each with a seed of its own; left out: one with `--seed`, else 2000
    #[arg(long)]
    runs: Option<u64>,
    /// The first seed; where it is the only one, its log is printed
    #[arg(long)]
    seed: Option<u64>,
    /// A day without faults instead, and what it costs
    #[arg(long)]
    day: bool,
    /// How many conversations the day has
    #[arg(long, default_value_t = 1_000_000, requires = "day")]
    conversations: u64,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if arguments.day {
        day(arguments.conversations)?;
        return Ok(ExitCode::SUCCESS);
    }
    match (arguments.seed, arguments.runs) {
        (Some(seed), None) => one(seed),
        (first, runs) => many(first.unwrap_or(1), runs.unwrap_or(RUNS)),
    }
}

/// One run, with its log.
fn one(seed: u64) -> anyhow::Result<ExitCode> {
    println!("{:#?}", Plan::of_seed(seed));
    let outcome = run(Plan::of_seed(seed))?;
    outcome.lines.iter().for_each(|line| println!("{line}"));
    for broken in &outcome.broken {
        println!("BROKEN: {}: {}", broken.promise, broken.what);
    }
    println!("{:?}\nhash {:016x}", outcome.figures, outcome.hash());
    Ok(if outcome.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn many(first: u64, runs: u64) -> anyhow::Result<ExitCode> {
    let (begun, mut told) = (Instant::now(), Instant::now());
    let (mut total, mut failed) = (Figures::default(), 0);
    for seed in first..first + runs {
        let outcome = run(Plan::of_seed(seed))?;
        total += outcome.figures;
        if !outcome.broken.is_empty() {
            failed += 1;
            tell(&outcome);
        }
        if told.elapsed() > PROGRESS {
            told = Instant::now();
            println!("{} of {runs} runs, {} events, {failed} failed", total.runs, total.events);
        }
    }
    println!("{total:#?}\n{failed} of {runs} runs broke a promise; {:.1} s", begun.elapsed().as_secs_f64());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(outcome: &Outcome) {
    println!("\nseed {}:", outcome.seed);
    for broken in &outcome.broken {
        println!("  {}: {}", broken.promise, broken.what);
    }
    if let Some(first) = outcome.broken.first() {
        outcome.last_lines(first.customer, EXCERPT).iter().for_each(|line| println!("    {line}"));
    }
    println!("  again, with the whole log: cargo xtask simulate --seed {}\n", outcome.seed);
}
