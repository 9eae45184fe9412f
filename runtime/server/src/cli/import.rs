//! `salesbot import`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use steps::import::kommo::{Finding, MAP_FILE, Mapping, Options, Report, text};

use super::{
    Account, Exit, Terminal, bots,
    terminal::{BAD, BOLD, GOOD, count},
};
use crate::bots::import::{Brought, kommo};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot import kommo showroom.json
  salesbot import kommo exports/*.json --out bots --language pt-BR --timezone America/Sao_Paulo
  salesbot import kommo showroom.json --json | jq '.files[].report.findings[]'

Each bot becomes OUT/NAME.json with its dialog tests in OUT/NAME.test.json. OUT/kommo.map.toml names Kommo's ids: fill it in, and import
again with --force.

Exit codes: 0 imported; 1 a file was refused (with --deny-warnings: or a bot does not do all that it did); 2 what was named is not there,
or something can't be read or written.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    /// Salesbots of Kommo and amoCRM: exported files, or what "View source" shows
    #[command(after_help = EXAMPLES)]
    Kommo(Kommo),
}

#[derive(Debug, clap::Args)]
struct Kommo {
    /// Exported bots
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder for the bots; left out: the folder of bots
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Names for Kommo's ids; left out: kommo.map.toml in the folder
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Language of the bots' texts, such as pt-BR; left out: what their words tell, else en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Time zone, such as America/Sao_Paulo; left out: UTC
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Mend texts that were read in the wrong encoding ("preÃ§o" for "preço")
    #[arg(long)]
    repair: bool,
    /// Find titles and synonyms of buttons inside of longer answers too
    #[arg(long)]
    words: bool,
    /// Write over bots that are there already
    #[arg(long)]
    force: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    /// Let bots that do not do all that they did fail the import
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    account: Account,
}

/// What came of one file.
struct Read {
    path: PathBuf,
    outcome: Result<(Vec<Brought>, Report), String>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let From::Kommo(arguments) = &arguments.from;
    let settings = arguments.account.settings(terminal)?;
    let out = arguments.out.clone().unwrap_or_else(|| settings.bots.clone());
    let map = arguments.map.clone().unwrap_or_else(|| out.join(MAP_FILE));
    let mut mapping = match fs::read_to_string(&map) {
        Ok(text) => Mapping::read(&text).map_err(|error| anyhow::anyhow!("{} can't be read: {error}", map.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && arguments.map.is_none() => Mapping::default(),
        Err(error) => return Err(error).with_context(|| format!("can't read {}", map.display())),
    };
    let environment = Arc::new(settings.environment([0; 32]));
    let options = Options {
        language: arguments.language.clone(),
        timezone: arguments.timezone.clone(),
        repair: arguments.repair,
        words: arguments.words,
    };
    let mut read = Vec::new();
    for path in &arguments.files {
        let bytes = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let outcome = text(&bytes).and_then(|source| kommo(&name, &source, &mut mapping, &options, &environment));
        let outcome = outcome.map_err(|refused| refused.to_string());
        read.push(Read { path: path.clone(), outcome });
    }
    let written = write(&read, &out, &map, &mapping, arguments.force)?;
    if arguments.json {
        terminal.json(&as_json(&read, &mapping, &map, &out))?;
    } else {
        for file in &read {
            show(file, &out, terminal)?;
        }
        let bots = read.iter().filter_map(|file| file.outcome.as_ref().ok()).flat_map(|(bots, _)| bots);
        let unnamed = mapping.unnamed_in(&bots.map(|bot| bot.id.as_str()).collect::<Vec<_>>());
        if written > 0 && unnamed > 0 {
            terminal.line(format!(
                "{} without a name: fill in {}, and import again with --force",
                count(unnamed, "id"),
                map.display()
            ))?;
        }
        if written > 0 {
            terminal.line(format!("Check and test them: salesbot check {0}; salesbot test {0}", out.display()))?;
        }
    }
    let refused = read.iter().any(|file| file.outcome.is_err());
    let warned = read.iter().filter_map(|file| file.outcome.as_ref().ok()).any(|(_, report)| report.warnings().next().is_some());
    Ok(if refused || arguments.deny_warnings && warned { Exit::Problems } else { Exit::Well })
}

/// Writes the bots, their dialogs and the map; says how many bots there are. Nothing is written where one may not be.
fn write(read: &[Read], out: &Path, map: &Path, mapping: &Mapping, force: bool) -> anyhow::Result<usize> {
    let bots: Vec<&Brought> = read.iter().filter_map(|file| file.outcome.as_ref().ok()).flat_map(|(bots, _)| bots).collect();
    let mut files = BTreeMap::new();
    for bot in &bots {
        let path = out.join(format!("{}.json", bot.id));
        let dialogs = bots::tests_of(&path);
        if files.insert(path, format!("{:#}\n", bot.document)).is_some() {
            bail!("two of the bots are called {:?}: rename one of them in its file", bot.id);
        }
        files.insert(dialogs, format!("{:#}\n", serde_json::to_value(&bot.dialogs)?));
    }
    for (path, text) in &files {
        let differs = fs::read_to_string(path).is_ok_and(|there| there != *text);
        if differs && !force {
            bail!("{} is there already, and is another: --force writes over it", path.display());
        }
    }
    if bots.is_empty() {
        return Ok(0);
    }
    fs::create_dir_all(out).with_context(|| format!("can't make the folder {}", out.display()))?;
    files.insert(map.to_owned(), mapping.write());
    for (path, text) in &files {
        fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(bots.len())
}

fn as_json(read: &[Read], mapping: &Mapping, map: &Path, out: &Path) -> Value {
    let files = read.iter().map(|file| match &file.outcome {
        Ok((bots, report)) => {
            let bots = bots.iter().map(|bot| {
                json!({
                    "id": bot.id,
                    "file": out.join(format!("{}.json", bot.id)).display().to_string(),
                    "steps": steps_of(bot),
                    "dialogs": bot.dialogs.dialogs.len(),
                })
            });
            json!({"file": file.path.display().to_string(), "bots": bots.collect::<Vec<_>>(), "report": report})
        }
        Err(refused) => json!({"file": file.path.display().to_string(), "refused": refused}),
    });
    json!({"files": files.collect::<Vec<_>>(), "map": {"file": map.display().to_string(), "ids": mapping}})
}

fn steps_of(bot: &Brought) -> usize {
    bot.document["steps"].as_object().map_or(0, serde_json::Map::len)
}

fn show(file: &Read, out: &Path, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    terminal.line(terminal.paint(BOLD, &file.path.display().to_string()))?;
    let (bots, report) = match &file.outcome {
        Ok(imported) => imported,
        Err(refused) => {
            terminal.line(format!("  {}  {refused}", terminal.paint(BAD, "REFUSED")))?;
            return Ok(terminal.line("")?);
        }
    };
    for bot in bots {
        let path = out.join(format!("{}.json", bot.id));
        let dialogs = count(bot.dialogs.dialogs.len(), "dialog");
        terminal.line(format!(
            "  {}  {}: {}, {dialogs}",
            terminal.paint(GOOD, "imported"),
            path.display(),
            count(steps_of(bot), "step")
        ))?;
    }
    let handlers: Vec<String> = report.handlers.iter().map(|(name, number)| format!("{name} {number}")).collect();
    terminal.note(&format!("  handlers: {}", handlers.join(", ")))?;
    for finding in report.warnings() {
        terminal.line(format!("  warning: {}{}", at(finding), finding.message))?;
    }
    // Notes say the same of many places: once each, with their number.
    let mut notes: Vec<(&Finding, usize)> = Vec::new();
    for note in report.notes() {
        match notes.iter_mut().find(|(known, _)| known.message == note.message) {
            Some((_, number)) => *number += 1,
            None => notes.push((note, 1)),
        }
    }
    for (note, number) in notes {
        let more = if number > 1 { format!(" (and {} more: --json names them)", number - 1) } else { String::new() };
        terminal.note(&format!("  note: {}{}{more}", at(note), note.message))?;
    }
    for unknown in &report.unconfirmed {
        terminal.note(&format!("  not known of Kommo: {unknown}"))?;
    }
    Ok(terminal.line("")?)
}

fn at(finding: &Finding) -> String {
    if finding.place.is_empty() { String::new() } else { format!("step {}: ", finding.place) }
}
