//! Bots: what is live, which versions there are, and drafts. A version is its content's hash, immutable, and stays while anything names
//! it; a live pointer says which one runs. All of it is records in the store; what runs is also in memory, compiled.

pub mod dialogs;
mod drafts;
mod folder;
mod history;
pub mod import;
mod open_sessions;
mod overview;
mod publishing;
pub mod samples;
pub mod source;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use interpreter::{Bots, Successors};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{bot::Bot, environment::Environment, ids::BotId};
use store::StoreError;

pub use drafts::{Draft, discard_draft, draft, drafts, save_draft};
pub use folder::{catch_up, follow, load_all, watch};
pub use history::{History, Published, histories, history};
pub use open_sessions::{OpenSessionsView, SessionCounts, look_at_open, session_counts};
pub use overview::{Overview, exists, overview, overviews};
pub use publishing::{OpenSessions, next_number, publish, publish_document};

use crate::{app::App, metrics as names, records};

/// Records by version: the source that it was made from.
const VERSION: &str = "bot-version";
/// Records by bot: which version is live. Also what is announced when one changes.
const LIVE: &str = "bot-live";
/// More bots than this are not listed.
pub const MAX_BOTS: usize = 10_000;

/// A version's record.
#[derive(Serialize, Deserialize)]
struct VersionRecord {
    bot: String,
    source: String,
}

/// A live pointer's record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct LiveRecord {
    version: String,
    /// It came from a file: when the file goes, the bot goes.
    #[serde(default)]
    file: bool,
    /// What becomes of the sessions of older versions.
    #[serde(default, skip_serializing_if = "Successors::is_empty")]
    successors: Successors,
}

/// A document that was checked.
pub struct Checked {
    /// None: it has errors.
    pub bot: Option<Arc<Bot>>,
    /// A list; empty when all is well.
    pub diagnostics: Value,
}

/// What is known of a bot's file.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub path: PathBuf,
    /// None: it can't be read.
    pub source: Option<String>,
    /// What is wrong with it: then the last good version stays live.
    pub diagnostics: Value,
    pub is_valid: bool,
}

/// Files of bots, by bot.
#[derive(Default)]
pub struct Catalogue {
    files: Mutex<BTreeMap<String, File>>,
    /// Why the folder itself can't be read. Told once.
    folder: Mutex<Option<String>>,
    /// What the checker said lately of each bot.
    counted: Mutex<BTreeMap<String, overview::Counted>>,
}

impl Catalogue {
    pub fn file(&self, id: &str) -> Option<File> {
        self.lock().get(id).cloned()
    }

    /// Bots whose file can't be published, with the reasons.
    pub fn problems(&self) -> BTreeMap<String, Value> {
        self.lock().iter().filter(|(_, file)| !file.is_valid).map(|(id, file)| (id.clone(), file.diagnostics.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, File>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks a document as it would be published.
pub fn check(id: &str, source: &str, environment: &Environment) -> Checked {
    let id = match BotId::new(id) {
        Ok(id) => id,
        Err(error) => {
            return Checked { bot: None, diagnostics: serde_json::json!([{ "code": "id", "message": error.to_string() }]) };
        }
    };
    let steps::check::Checked { bot, diagnostics } = steps::check::load(&id, source, environment);
    Checked { bot, diagnostics: serde_json::to_value(diagnostics).unwrap_or_default() }
}

/// Checks a file as it would be published. What is wrong with its templates, or with names of the CRM's, is a warning: whether a file goes
/// live does not depend on what Meta's list or the CRM said last.
pub fn check_file(id: &str, source: &str, environment: &Environment) -> Checked {
    let checked = check(id, source, environment);
    let is_told = !environment.templates.is_empty() || environment.crm_names.is_known();
    if checked.bot.is_some() || !is_told {
        return checked;
    }
    let mut alone = Environment { templates: Arc::default(), ..environment.clone() };
    if environment.crm_names.is_known() {
        (alone.crm_names, alone.pipelines) = Default::default();
    }
    let alone = check(id, source, &alone);
    if alone.bot.is_none() {
        return checked;
    }
    let mut diagnostics = checked.diagnostics;
    for diagnostic in diagnostics.as_array_mut().into_iter().flatten() {
        if diagnostic["severity"] == "error" {
            diagnostic["severity"] = "warning".into();
        }
    }
    Checked { bot: alone.bot, diagnostics }
}

/// Takes a bot out of service. Sessions that run go on in their version.
async fn retire(app: &Arc<App>, id: &BotId) -> Result<(), StoreError> {
    for record in records::list(app, LIVE, MAX_BOTS).await? {
        if record.key == id.as_str() {
            records::remove(app, LIVE, &record).await?;
        }
    }
    tracing::info!(bot.id = %id, "bot {id} is not live any more: its file is gone");
    change(app, |bots| bots.retire(id));
    announce(app).await;
    Ok(())
}

/// Tells the other servers that live pointers have changed. One that does not hear it finds out by itself, a little later.
async fn announce(app: &App) {
    if let Err(error) = app.store.announce(LIVE).await {
        tracing::warn!(%error, "other servers learn later what is live now: {error}");
    }
}

/// Changes what runs here.
fn change(app: &App, change: impl Fn(&mut Bots)) {
    app.bots.rcu(|bots| {
        let mut bots = Bots::clone(bots);
        change(&mut bots);
        bots
    });
    let ids: Vec<String> = app.bots.load().live_bots().map(|bot| bot.id.to_string()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a count of bots")]
    metrics::gauge!(names::BOTS).set(ids.len() as f64);
    app.environment.rcu(|environment| Environment { bots: ids.clone(), ..Environment::clone(environment) });
    app.knowledge.look();
}

/// Makes a bot live here, with what is said of the sessions of its older versions.
fn put_live(app: &App, bot: &Arc<Bot>, successors: &Successors) {
    change(app, |bots| {
        bots.publish(bot.clone());
        bots.set_successors(&bot.id, successors.clone());
    });
}

/// Loads a version that a session names: by its hash, or (`prefix`) by how its hash begins. False: there is none.
pub async fn load_version(app: &Arc<App>, version: &str, prefix: bool) -> Result<bool, StoreError> {
    let Some(source) = version_source(app, version, prefix).await? else { return Ok(false) };
    let id = BotId::new(&source.bot).map_err(|error| error.to_string());
    let bot = match id.and_then(|id| steps::check::load_published(&id, &source.source)) {
        Ok(bot) => bot,
        Err(error) => {
            let VersionRecord { bot, .. } = source;
            tracing::error!(bot.id = %bot, bot.version = version, "version {version} of bot {bot} can't be run any more: {error}");
            return Ok(false);
        }
    };
    app.bots.rcu(|bots| {
        let mut bots = Bots::clone(bots);
        bots.add_version(bot.clone());
        bots
    });
    Ok(true)
}

async fn version_source(app: &App, version: &str, prefix: bool) -> Result<Option<VersionRecord>, StoreError> {
    if !prefix {
        return Ok(records::get(app, VERSION, version).await?.map(|(record, _)| record));
    }
    // Keys come in order: the first one at or after the prefix is the only one that can begin so.
    let mut found = app.store.list_records(VERSION, Some(version), app.now().0, 1).await?;
    let Some(record) = found.pop().filter(|record| record.key.starts_with(version)) else { return Ok(None) };
    records::read(VERSION, &record.key, &record.stored).map(Some)
}

/// The document of a version of this bot. Bots that are alike to the letter have the same versions, whose record names one of them.
pub async fn document(app: &App, id: &BotId, version: &str) -> Result<Option<Value>, StoreError> {
    let Some(record) = version_source(app, version, false).await? else { return Ok(None) };
    let is_of_bot = record.bot == id.as_str() || history(app, id).await?.latest(version).is_some();
    Ok(if is_of_bot { serde_json::from_str(&record.source).ok() } else { None })
}

/// What is live of a bot, as its designer wrote it.
pub async fn live_document(app: &App, id: &BotId) -> Result<Option<Value>, StoreError> {
    let version = app.bots.load().live(id).map(|bot| bot.version.clone());
    match version {
        Some(version) => document(app, id, version.as_str()).await,
        None => Ok(None),
    }
}
