//! `salesbot export`.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use steps::import::kommo::{MAP_FILE, Mapping, export};

use super::{
    Account, Exit, Terminal, bots,
    terminal::{GOOD, count},
};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot export kommo bots/showroom_router.json --out showroom.json
  salesbot export kommo showroom_router | jq .model.name

The file is what Kommo's editor imports. What Kommo can't hold is listed, step by step.

Exit codes: 0 all of the bot is in the file; 1 Kommo can't hold some of it, or the bot has errors; 2 what was named is not there, or can't be
written.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    to: To,
}

#[derive(Debug, clap::Subcommand)]
enum To {
    /// A Salesbot of Kommo
    #[command(after_help = EXAMPLES)]
    Kommo(Kommo),
}

#[derive(Debug, clap::Args)]
struct Kommo {
    /// The bot: its file, or its id in the folder of bots
    #[arg(value_name = "BOT")]
    bot: String,
    /// Where the file is written; left out: it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Names for Kommo's ids; left out: kommo.map.toml beside the bot
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    account: Account,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let To::Kommo(arguments) = &arguments.to;
    let settings = arguments.account.settings(terminal)?;
    let path = bots::named(&arguments.bot, &settings.bots)?;
    let mut reader = bots::Reader::new(std::sync::Arc::new(settings.environment([0; 32])));
    let loaded = reader.read(&path);
    if loaded.checked.bot.is_none() {
        bail!("{} has errors: `salesbot check {0}` names them", path.display());
    }
    let document: Value = serde_json::from_str(&loaded.source).with_context(|| format!("can't read {}", path.display()))?;
    let map = arguments.map.clone().unwrap_or_else(|| path.with_file_name(MAP_FILE));
    let mapping = match fs::read_to_string(&map) {
        Ok(text) => Mapping::read(&text).map_err(|error| anyhow::anyhow!("{} can't be read: {error}", map.display()))?,
        Err(_) if arguments.map.is_none() => Mapping::default(),
        Err(error) => return Err(error).with_context(|| format!("can't read {}", map.display())),
    };
    let written = export(&document, &mapping);
    match &arguments.out {
        Some(out) => {
            fs::write(out, format!("{:#}\n", written.file)).with_context(|| format!("can't write {}", out.display()))?;
            let said = format!("{} written, {} left out", out.display(), count(written.lost.len(), "thing"));
            terminal.line(terminal.paint(GOOD, &said))?;
            for lost in &written.lost {
                let at = if lost.step.is_empty() { String::new() } else { format!("{}: ", lost.step) };
                terminal.line(format!("  left out: {at}{}", lost.what))?;
            }
        }
        None => {
            terminal.json(&written.file)?;
            for lost in &written.lost {
                writeln!(terminal.errors, "left out: {}", json!(lost))?;
            }
        }
    }
    Ok(if written.lost.is_empty() { Exit::Well } else { Exit::Problems })
}
