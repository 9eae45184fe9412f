//! The command line: one file a command. Commands read and write through a [`Terminal`], so that tests run them without a process.

mod bots;
mod chat;
mod check;
mod chromium;
mod export;
mod import;
mod knowledge;
mod kommo;
mod models;
mod preview;
mod rebuild;
mod remote;
mod schema;
mod terminal;
mod test;
mod trace;

use std::{
    ffi::OsString,
    io::{self, BufReader, IsTerminal},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use steps::moment::Moment;

pub use terminal::Terminal;

use crate::settings::{Flags, Settings};

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  problems were found: a bot has errors, a dialog failed, the server refused
  2  the command is wrong, or something can't be read or reached

Every command has examples in its own --help.";

/// Sales chatbots on WhatsApp Business: runs them, checks them, tests them.
///
/// Without a command it serves: `salesbot` is `salesbot serve`.
#[derive(Debug, Parser)]
#[command(name = "salesbot", version, after_help = EXIT_CODES, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Flags,
}

/// Every command, in the order of the help: what is run, what is made, what is asked of a running server, what is done to a store.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server: webhooks, API, studio
    #[command(after_help = "Example: salesbot serve --bots bots --listen 127.0.0.1:8080\n\n\
                            Settings: flags, then environment variables, then salesbot.toml.")]
    Serve(Flags),
    /// Talk to a bot in the terminal
    #[command(after_help = chat::EXAMPLES)]
    Chat(chat::Arguments),
    /// Say everything that is wrong with bots and their dialog tests
    #[command(after_help = check::EXAMPLES)]
    Check(check::Arguments),
    /// Run the dialog tests of bots
    #[command(after_help = test::EXAMPLES)]
    Test(test::Arguments),
    /// Show what a bot's knowledge has for a question
    #[command(after_help = knowledge::EXAMPLES)]
    Knowledge(knowledge::Arguments),
    /// Try the connection to Kommo, and list the names that its things have here
    #[command(after_help = kommo::EXAMPLES)]
    Kommo(kommo::Arguments),
    /// Draw the dialogs of a bot as the customer's phone shows them
    #[command(after_help = preview::EXAMPLES)]
    Preview(preview::Arguments),
    /// Print the JSON Schema of bots, for editors
    #[command(after_help = schema::EXAMPLES)]
    Schema(schema::Arguments),
    /// Make bots of those of another tool, with dialog tests
    Import(import::Arguments),
    /// Write a bot as another tool reads it
    Export(export::Arguments),
    /// Start a bot for a contact, on a running server
    #[command(after_help = remote::RUN_EXAMPLES)]
    Run(remote::RunArguments),
    /// End a bot's sessions for a contact, on a running server
    #[command(after_help = remote::STOP_EXAMPLES)]
    Stop(remote::StopArguments),
    /// Events that a running server could not process: list, retry, drop
    #[command(after_help = remote::DEAD_EXAMPLES)]
    Dead(remote::DeadArguments),
    /// Make transcripts and lists again from the journal
    #[command(after_help = rebuild::EXAMPLES)]
    Rebuild(rebuild::Arguments),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Well = 0,
    /// The command did what it should, and found problems.
    Problems = 1,
    /// The command is wrong, or what it needs can't be read or reached.
    Unusable = 2,
}

/// What the account is like, for commands that run bots without a server.
#[derive(Clone, Debug, Default, clap::Args)]
struct Account {
    /// File of settings (pipelines, users, fields); left out: `salesbot.toml`, if it is there
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

impl Account {
    fn settings(&self, terminal: &Terminal<'_>) -> anyhow::Result<Settings> {
        let flags = Flags { config: self.config.clone(), ..Flags::default() };
        Ok(Settings::load_account(&flags, terminal.environment)?)
    }
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let environment = |name: &str| std::env::var(name).ok();
    let colour = |is_terminal: bool| is_terminal && environment("NO_COLOR").is_none_or(|value| value.is_empty());
    let (is_interactive, has_colour) = (io::stdin().is_terminal(), colour(io::stdout().is_terminal()));
    let (mut input, mut output, mut errors) = (BufReader::new(io::stdin()), io::stdout(), io::stderr());
    let mut terminal = Terminal {
        input: &mut input,
        output: &mut output,
        errors: &mut errors,
        is_interactive,
        has_colour,
        environment: &environment,
        now: Moment::from(jiff::Timestamp::now()),
    };
    ExitCode::from(execute(std::env::args_os(), &mut terminal) as u8)
}

/// Runs one command line, its program's name first.
pub fn execute(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>, terminal: &mut Terminal<'_>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(asked) => {
            // `--help` and `--version` come as errors too, for the standard output.
            let text = if terminal.has_colour { asked.render().ansi().to_string() } else { asked.render().to_string() };
            let is_error = asked.use_stderr();
            let to = if is_error { &mut *terminal.errors } else { &mut *terminal.output };
            // Nobody reads on: then nobody is told.
            let _ = to.write_all(text.as_bytes());
            return if is_error { Exit::Unusable } else { Exit::Well };
        }
    };
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(flags) => serve(&flags, terminal),
        Command::Chat(arguments) => chat::run(&arguments, terminal),
        Command::Check(arguments) => check::run(&arguments, terminal),
        Command::Test(arguments) => test::run(&arguments, terminal),
        Command::Knowledge(arguments) => knowledge::run(&arguments, terminal),
        Command::Kommo(arguments) => kommo::run(&arguments, terminal),
        Command::Preview(arguments) => preview::run(&arguments, terminal),
        Command::Schema(arguments) => schema::run(&arguments, terminal),
        Command::Export(arguments) => export::run(&arguments, terminal),
        Command::Import(arguments) => import::run(&arguments, terminal),
        Command::Run(arguments) => remote::run(&arguments, terminal),
        Command::Stop(arguments) => remote::stop(&arguments, terminal),
        Command::Dead(arguments) => remote::dead(&arguments, terminal),
        Command::Rebuild(arguments) => rebuild::run(&arguments, terminal),
    };
    match done {
        Ok(exit) => exit,
        // `salesbot check | head`: whoever read has seen enough.
        Err(error) if is_broken_pipe(&error) => Exit::Well,
        Err(error) => {
            let _ = terminal.error(&format!("{error:#}"));
            Exit::Unusable
        }
    }
}

fn serve(flags: &Flags, terminal: &Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = Settings::load(flags, terminal.environment)?;
    crate::serve::run(settings)?;
    Ok(Exit::Well)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe))
}

#[cfg(test)]
mod tests;
