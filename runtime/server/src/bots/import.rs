//! Bots of other tools as bots of ours, with the dialog tests that hold them to what they do.

use std::sync::Arc;

use interpreter::dialog::{Dialogs, branches};
use serde_json::Value;
use steps::{
    check::load_published,
    environment::Environment,
    ids::BotId,
    import::kommo::{self, Mapping, Options, Refused, Report},
};

/// A bot that was imported.
#[derive(Clone, Debug)]
pub struct Brought {
    pub id: String,
    pub document: Value,
    pub dialogs: Dialogs,
}

/// Reads a file of Kommo's. The mapping gets every id that is met.
///
/// # Errors
/// It is no bot, or it would be one that can't run.
pub fn kommo(
    name: &str,
    source: &str,
    mapping: &mut Mapping,
    options: &Options,
    environment: &Arc<Environment>,
) -> Result<(Vec<Brought>, Report), Refused> {
    let import = kommo::import(name, source, mapping, options)?;
    let bots = import.bots.into_iter().map(|bot| {
        let dialogs = BotId::new(&bot.id)
            .ok()
            .and_then(|id| load_published(&id, &bot.document.to_string()).ok())
            .map(|bot| branches(&bot, &[], environment, &|code| whatsapp::errors::new(code, "")))
            .unwrap_or_default();
        Brought { id: bot.id, document: bot.document, dialogs }
    });
    Ok((bots.collect(), import.report))
}
