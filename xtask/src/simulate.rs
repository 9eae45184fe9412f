//! `cargo xtask simulate`: the whole server under simulated time, network and store. Many runs with faults, one run with its log, or a day
//! with a million conversations. The work is done by the package `simulation`.

use anyhow::Result;

use crate::shell::{Shell, cargo};

#[derive(clap::Args)]
pub struct Arguments {
    /// How many runs, each with a seed of its own; left out: one with `--seed`, else 2000
    #[arg(long)]
    runs: Option<u64>,
    /// The first seed; where it is the only one, its log is printed
    #[arg(long)]
    seed: Option<u64>,
    /// A day without faults instead, and what it costs
    #[arg(long)]
    day: bool,
    /// How many conversations the day has; left out: 1000000
    #[arg(long, requires = "day")]
    conversations: Option<u64>,
}

/// True: every promise was kept.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    let mut line = cargo("run --release --quiet --package simulation --").args(arguments.day.then_some("--day"));
    let numbers = [("--runs", arguments.runs), ("--seed", arguments.seed), ("--conversations", arguments.conversations)];
    for (name, number) in numbers {
        line = line.args(number.map(|number| format!("{name}={number}")));
    }
    shell.passes(&line)
}
