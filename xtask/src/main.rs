//! What developers run: `cargo xtask test`, `docs`, `pictures`, `tidy`, `coverage`, `bench`, `endure`, `fuzz`, `knowledge`, `simulate`. Plain Rust, so that it runs wherever the
//! project builds, and small, so that it is built in seconds: what needs the project's own packages runs as a program of theirs.

mod bench;
mod count;
mod coverage;
mod endure;
mod fuzz;
mod needs;
mod pictures;
mod shell;
mod simulate;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use shell::{Shell, cargo};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "What developers of salesbot run", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Every command.
#[derive(Subcommand)]
enum Command {
    /// Install what the tests need, and run them all; the last line is `N passed, N failed`
    Test(test::Arguments),
    /// Write the generated pages under docs/
    Docs {
        /// Change nothing; fail where a page is not what the code says
        #[arg(long)]
        check: bool,
    },
    /// Draw the pictures of the README and the guides anew
    Pictures(pictures::Arguments),
    /// Check the rules of the house that other tools don't know
    Tidy,
    /// Measure which lines of the pure packages the tests run
    Coverage(coverage::Arguments),
    /// Measure speed and size against the marks; writes BENCHMARKS.md
    Bench(bench::Arguments),
    /// Long runs against real servers: deaths by the dozen, sleep, hours of load
    Endure(endure::Arguments),
    /// Fuzz what reads other people's input
    Fuzz(fuzz::Arguments),
    /// Measure how well knowledge is found
    Knowledge {
        /// What is handed on: `--embeddings URL --model MODEL`, `--missed`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the whole server under simulated time, network and store
    Simulate(simulate::Arguments),
}

fn main() -> ExitCode {
    let shell = Shell::at_root();
    match run(&shell, Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// False: the command did its work, and found problems.
fn run(shell: &Shell, command: Command) -> Result<bool> {
    match command {
        Command::Test(arguments) => test::run(shell, &arguments),
        Command::Docs { check } => {
            let check = check.then_some("--check");
            shell.passes(&cargo("run --quiet --package reference --").args(check))
        }
        Command::Pictures(arguments) => pictures::run(shell, &arguments),
        Command::Tidy => tidy::run(shell),
        Command::Coverage(arguments) => coverage::run(shell, &arguments),
        Command::Bench(arguments) => bench::run(shell, &arguments),
        Command::Endure(arguments) => endure::run(shell, &arguments),
        Command::Fuzz(arguments) => fuzz::run(shell, &arguments),
        Command::Knowledge { arguments } => {
            shell.passes(&cargo("run --quiet --package tests --bin measure-knowledge --").args(arguments))
        }
        Command::Simulate(arguments) => simulate::run(shell, &arguments),
    }
}
