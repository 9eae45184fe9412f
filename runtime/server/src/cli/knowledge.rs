//! `salesbot knowledge`.

use std::sync::Arc;

use anyhow::{Context, bail};
use serde_json::json;

use super::{
    Account, Exit, Terminal, bots,
    terminal::{BAD, BOLD, count, indented},
};
use crate::knowledge::{Keeper, Knowledge, Wanted};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot knowledge faq \"how long is delivery?\"
  salesbot knowledge bots/faq.json \"e o frete?\" --source shop
  salesbot knowledge faq \"returns\" --json | jq '.passages[].title'

Pages are fetched, and where a model of embeddings is set, it is asked for all passages.

Exit codes: 0 something was found; 1 nothing was found, or a source has a problem; 2 there is no such bot, or it has errors.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A bot's file, or its id in the folder of bots
    #[arg(value_name = "BOT")]
    bot: String,
    /// What a customer would write
    #[arg(value_name = "QUESTION")]
    question: String,
    /// Sources that are searched; left out: all that the bot has
    #[arg(long = "source", value_name = "NAME")]
    sources: Vec<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = arguments.account.settings(terminal)?;
    let path = bots::named(&arguments.bot, &settings.bots)?;
    let mut reader = bots::Reader::new(Arc::new(settings.environment([0; 32])));
    let Some(bot) = reader.read(&path).checked.bot else {
        bail!("{} has errors: `salesbot check {}` says which", path.display(), path.display());
    };
    let Some(wanted) = Wanted::of(&bot, &settings.knowledge, true) else {
        bail!("{} has no `knowledge`", path.display());
    };
    let knowledge = Knowledge::new(&settings).context("can't make the client for knowledge")?;
    let knowledge = knowledge.in_folder(bots::folder_of(&path).to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("can't start the runtime")?;
    let (shelf, found) = runtime.block_on(async {
        Keeper::default().keep(&knowledge, &*store::memory(), terminal.now, vec![wanted]).await;
        let shelf = knowledge.shelf(&bot.id).context("the index of knowledge can't be made")?;
        let names = if arguments.sources.is_empty() { shelf.names() } else { arguments.sources.clone() };
        if let Some(unknown) = names.iter().find(|name| !shelf.names().contains(name)) {
            bail!("there is no source {unknown:?}; there are: {}", shelf.names().join(", "));
        }
        let found = knowledge.find_in(shelf.clone(), names, arguments.question.clone()).await;
        Ok((shelf, found))
    })?;
    let has_problem = shelf.sources().iter().any(|source| !source.problems.is_empty());
    if arguments.json {
        terminal.json(&json!({
            "question": arguments.question, "passages": found.passages, "note": found.note, "sources": shelf.sources(),
        }))?;
    } else {
        for source in shelf.sources() {
            let meanings = if source.embedded { ", with their meaning" } else { "" };
            terminal.note(&format!("{}: {}{meanings}", source.name, count(source.passages, "passage")))?;
            for problem in &source.problems {
                let problem = terminal.paint(BAD, problem);
                terminal.line(format!("  {problem}"))?;
            }
        }
        if let Some(note) = &found.note {
            terminal.note(note)?;
        }
        for (number, passage) in (1..).zip(&found.passages) {
            let title = if passage.title.is_empty() { &passage.source } else { &passage.title };
            let title = terminal.paint(BOLD, title);
            terminal.line(format!("\n{number}. {title}  ({}, {:.3})", passage.source, passage.score))?;
            terminal.line(indented(&passage.text, 3))?;
        }
        if found.passages.is_empty() {
            terminal.line("\nNothing is found: a model is told that nothing is known of it.")?;
        }
    }
    Ok(if has_problem || found.passages.is_empty() { Exit::Problems } else { Exit::Well })
}
