//! `salesbot kommo`.

use std::sync::Arc;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use serde_json::json;
use steps::environment::Environment;
use store::Store;

use super::{
    Account, Exit, Terminal,
    terminal::{BAD, BOLD, GOOD},
};
use crate::{
    crm::kommo::{
        inspect::{self, Inspected},
        listing::{self, Row},
    },
    settings::Settings,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot kommo                    # is the connection in order? which names has the account?
  salesbot kommo --toml >> salesbot.toml
  salesbot kommo --map > bots/kommo.map.toml
  salesbot kommo --json | jq '.names[]'

It needs kommo.subdomain in salesbot.toml, and KOMMO_TOKEN. It changes nothing in Kommo.

Exit codes: 0 all that was tried works; 1 something does not; 2 Kommo is not set up, or its store is in use.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print `[kommo]` of salesbot.toml with every name pinned, instead of the table
    #[arg(long, conflicts_with_all = ["map", "json"])]
    toml: bool,
    /// Print kommo.map.toml, which gives names to ids when bots are imported
    #[arg(long, conflicts_with = "json")]
    map: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = arguments.account.settings(terminal)?;
    if !settings.kommo.is_connected() {
        bail!("no Kommo is set up: write `[kommo]` with `subdomain = \"…\"` into salesbot.toml, and set KOMMO_TOKEN");
    }
    settings.kommo.check()?;
    let now = terminal.now;
    let runtime = runtime()?;
    let inspected = runtime.block_on(async {
        let store = store_for(&settings).await?;
        inspect::inspect(&settings, store, Arc::new(move || now)).await.context("can't make the client for Kommo")
    })?;
    let Inspected { tried, directory, names } = &inspected;
    if arguments.toml {
        write!(terminal.output, "{}", listing::toml(directory, names))?;
    } else if arguments.map {
        write!(terminal.output, "{}", listing::map(directory, names))?;
    } else if arguments.json {
        terminal.json(&json!({"account": settings.kommo.host(), "tried": tried, "names": listing::rows(directory, names)}))?;
    } else {
        show(&settings, &inspected, terminal)?;
    }
    let works = tried.iter().all(|tried| tried.works);
    if !works && (arguments.toml || arguments.map) {
        for failed in tried.iter().filter(|tried| !tried.works) {
            terminal.error(&format!("{}: {}", failed.what, failed.text))?;
        }
    }
    Ok(if works { Exit::Well } else { Exit::Problems })
}

fn show(settings: &Settings, inspected: &Inspected, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    let head = terminal.paint(BOLD, &settings.kommo.host());
    terminal.line(head)?;
    for tried in &inspected.tried {
        let mark = if tried.works { terminal.paint(GOOD, "works") } else { terminal.paint(BAD, "fails") };
        terminal.line(format!("  {mark}  {}: {}", tried.what, tried.text))?;
    }
    let rows = listing::rows(&inspected.directory, &inspected.names);
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (kinds, names) = (width(|row| row.kind), width(|row| &row.name));
    let mut before = "";
    for row in &rows {
        // Stages stand below their pipeline.
        if row.kind != before && row.kind != "stage" {
            terminal.line("")?;
        }
        before = if row.kind == "stage" { "pipeline" } else { row.kind };
        terminal.line(format!("{:kinds$}  {:names$}  {:>10}  {}", row.kind, row.name, row.id, row.title))?;
    }
    if !rows.is_empty() {
        terminal.note("\nBots say the names in the second column, or the ids. What [kommo] of salesbot.toml pins keeps its name when Kommo's changes.")?;
    }
    Ok(())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("can't start the runtime")
}

/// A token that is renewed lies in the store; for one that is not, no store is needed.
async fn store_for(settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    if !settings.kommo.token.expose_secret().is_empty() {
        return Ok(store::memory());
    }
    let opened = store::connect(&settings.store, &settings.store_options()).await;
    opened.context("the token of Kommo is kept in the store, which can't be opened; with KOMMO_TOKEN no store is needed")
}

/// What the checker knows of the account: with Kommo's names where they can be had, and a word about it where they can't.
pub(super) fn environment(settings: &Settings, terminal: &Terminal<'_>) -> anyhow::Result<(Environment, Vec<String>)> {
    let declared = settings.environment([0; 32]);
    if !settings.kommo.is_connected() {
        return Ok((declared, Vec::new()));
    }
    if let Err(problem) = settings.kommo.check() {
        return Ok((declared, vec![format!("names are not held against Kommo's, but against those of the settings: {problem}")]));
    }
    let now = terminal.now;
    runtime()?.block_on(async {
        let has_folder = std::path::Path::new(&settings.store).is_dir();
        let store = match store_for(settings).await {
            // What a server read last is there, unless one has it now.
            Ok(store) if has_folder => store::connect(&settings.store, &settings.store_options()).await.unwrap_or(store),
            Ok(store) => store,
            Err(problem) => return Ok((declared, vec![format!("names are not held against Kommo's: {problem:#}")])),
        };
        let (known, unread) = inspect::environment(settings, store, Arc::new(move || now)).await?;
        let from_before = known.crm_names.is_known();
        let unread = unread.into_iter().map(|reason| match from_before {
            true => format!("of Kommo's names some are those of the last look, or unknown: {reason}"),
            false => format!("names are not held against Kommo's, but against those of the settings: {reason}"),
        });
        Ok((known, unread.collect()))
    })
}
