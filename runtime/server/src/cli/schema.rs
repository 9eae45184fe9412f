//! `salesbot schema`.

use std::{fs, path::PathBuf};

use anyhow::Context;
use steps::schema::document_schema;

use super::{Exit, Terminal};

pub(super) const EXAMPLES: &str = "\
Example: salesbot schema --out bots/bot.schema.json

A bot that begins with {\"$schema\": \"bot.schema.json\"} is then completed and checked by editors as it is typed.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write it to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    match &arguments.out {
        None => terminal.json(document_schema())?,
        Some(path) => {
            fs::write(path, format!("{:#}\n", document_schema())).with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    Ok(Exit::Well)
}
