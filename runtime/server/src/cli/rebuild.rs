//! `salesbot rebuild`: transcripts and lists made again from the journal.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use super::{Exit, Terminal, terminal::count};
use crate::{
    read_models,
    settings::{Flags, Settings},
};

pub(super) const EXAMPLES: &str = "\
Example: salesbot rebuild --store redis://10.0.0.1:6379 --config /etc/salesbot.toml

Transcripts, conversations, contacts, sessions and tasks are read from tables that are made from the journal. Should they ever be damaged or emptied, this
makes them again, some contacts at a time: whoever reads meanwhile sees each contact as it was or as it is, never half. With Redis and
PostgreSQL the servers go on meanwhile; where the journal is a folder, stop the server that has it first.

What the journal does not tell any more stays as it is. Contacts that it never told of are listed as their stored values say.

Settings are those of `salesbot serve`: flags, then environment variables, then salesbot.toml.

Exit codes: 0 done; 2 the store can't be opened, or is in use by a server that has it to itself.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// File of settings; left out: `salesbot.toml`, if it is there
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the embedded store, or address of a Redis
    #[arg(long, value_name = "FOLDER|ADDRESS")]
    store: Option<String>,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let flags = Flags { config: arguments.config.clone(), store: arguments.store.clone(), ..Flags::default() };
    let settings = Settings::load(&flags, terminal.environment)?;
    let now = terminal.now;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("can't start the runtime")?;
    let (rebuilt, listed) = runtime.block_on(async {
        let store = store::connect(&settings.store, &settings.store_options()).await?;
        let rebuilt = read_models::rebuild(store.as_ref()).await?;
        let older = read_models::list_older(store.as_ref(), now).await?;
        let listed = older + read_models::list_running(store.as_ref(), now).await?;
        anyhow::Ok((rebuilt, listed))
    })?;
    if arguments.json {
        let counts = json!({
            "contacts": rebuilt.contacts,
            "messages": rebuilt.messages,
            "conversations": rebuilt.conversations,
            "sessions": rebuilt.sessions,
            "tasks": rebuilt.tasks,
            "listed": listed,
        });
        terminal.line(counts.to_string())?;
        return Ok(Exit::Well);
    }
    let (contacts, messages) = (count(rebuilt.contacts as usize, "contact"), count(rebuilt.messages as usize, "message"));
    let conversations = count(rebuilt.conversations as usize, "conversation");
    let (sessions, tasks) = (count(rebuilt.sessions as usize, "session"), count(rebuilt.tasks as usize, "task"));
    terminal.line(format!("Rebuilt {contacts}: {messages}, {conversations}, {sessions}, {tasks}."))?;
    if listed > 0 {
        let contacts = count(listed as usize, "contact");
        terminal.line(format!("Listed {contacts} that the journal had not told of."))?;
    }
    Ok(Exit::Well)
}
