//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    serve,
    settings::{Flags, Settings},
};

/// Sales chatbots on WhatsApp Business.
#[derive(Debug, Parser)]
#[command(name = "salesbot", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(Flags),
}

/// Runs the command that the arguments name; without one, the server.
pub fn run() -> ExitCode {
    let Command::Serve(flags) = Arguments::parse().command.unwrap_or(Command::Serve(Flags::default()));
    let result = Settings::load(&flags, |name| std::env::var(name).ok()).map_err(anyhow::Error::from).and_then(serve::run);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("salesbot: {error:#}");
            ExitCode::FAILURE
        }
    }
}
