//! Bots: what is live, which versions there are, and drafts. A version is its content's hash, immutable, and stays while anything names
//! it; a live pointer says which one runs. All of it is records in the store; what runs is also in memory, compiled.

pub mod dialogs;
mod folder;
pub mod source;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use indexmap::IndexMap;
use interpreter::Bots;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{bot::Bot, environment::Environment, ids::BotId, moment::Moment};
use store::StoreError;

pub use folder::{catch_up, follow, load_all, watch};

use crate::{app::App, metrics as names, records};

/// Records by version: the source that it was made from.
const VERSION: &str = "bot-version";
/// Records by bot: its versions, in the order of their publication.
const HISTORY: &str = "bot-history";
/// Records by bot: which version is live. Also what is announced when one changes.
const LIVE: &str = "bot-live";
/// Records by bot: what its designer is working on.
const DRAFT: &str = "bot-draft";
/// Versions that a bot's history names; older ones stay loadable.
const MAX_HISTORY: usize = 500;
/// More bots than this are not listed.
pub const MAX_BOTS: usize = 10_000;

/// A version's record.
#[derive(Serialize, Deserialize)]
struct VersionRecord {
    bot: String,
    source: String,
}

/// A live pointer's record.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LiveRecord {
    version: String,
    /// It came from a file: when the file goes, the bot goes.
    #[serde(default)]
    file: bool,
}

/// One entry of a bot's history.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Published {
    pub version: String,
    /// Unix milliseconds.
    #[schema(value_type = i64)]
    pub at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A draft's record.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    #[schema(value_type = Object)]
    pub document: Value,
    /// Unix milliseconds.
    #[schema(value_type = i64)]
    pub at: Moment,
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

/// Checks a file as it would be published. What is wrong with its templates is a warning: whether a file goes live does not depend on
/// what Meta's list said last.
pub fn check_file(id: &str, source: &str, environment: &Environment) -> Checked {
    let checked = check(id, source, environment);
    if checked.bot.is_some() || environment.templates.is_empty() {
        return checked;
    }
    let alone = check(id, source, &Environment { templates: IndexMap::new(), ..environment.clone() });
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

/// Makes a version live: its record, the history, the pointer, then what runs here.
pub async fn publish(app: &Arc<App>, bot: Arc<Bot>, source: &str, note: Option<String>, file: bool) -> Result<(), StoreError> {
    store_version(app, &bot, source).await?;
    let id = bot.id.as_str();
    loop {
        let (mut history, version) = records::get::<Vec<Published>>(app, HISTORY, id).await?.unwrap_or_default();
        history.push(Published { version: bot.version.to_string(), at: app.now(), note: note.clone() });
        let excess = history.len().saturating_sub(MAX_HISTORY);
        history.drain(..excess);
        if records::put(app, HISTORY, id, version, &history).await? {
            break;
        }
    }
    records::replace(app, LIVE, id, &LiveRecord { version: bot.version.to_string(), file }).await?;
    tracing::info!(bot.id = %bot.id, bot.version = %bot.version, "bot {} is live in version {}", bot.id, bot.version);
    change(app, |bots| bots.publish(bot.clone()));
    announce(app).await;
    Ok(())
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

async fn store_version(app: &App, bot: &Bot, source: &str) -> Result<(), StoreError> {
    let version = bot.version.as_str();
    if app.store.get_record(VERSION, version, app.now().0).await?.is_none() {
        let record = VersionRecord { bot: bot.id.to_string(), source: source.to_owned() };
        records::put(app, VERSION, version, 0, &record).await?;
    }
    Ok(())
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

/// The source of a version of this bot.
pub async fn source_of(app: &App, id: &BotId, version: &str) -> Result<Option<Value>, StoreError> {
    let record = version_source(app, version, false).await?.filter(|record| record.bot == id.as_str());
    Ok(record.and_then(|record| serde_json::from_str(&record.source).ok()))
}

/// A bot's versions, the newest first.
pub async fn history(app: &App, id: &BotId) -> Result<Vec<Published>, StoreError> {
    let (mut history, _) = records::get::<Vec<Published>>(app, HISTORY, id.as_str()).await?.unwrap_or_default();
    history.reverse();
    Ok(history)
}

pub async fn draft(app: &App, id: &BotId) -> Result<Option<Draft>, StoreError> {
    Ok(records::get(app, DRAFT, id.as_str()).await?.map(|(draft, _)| draft))
}

/// Ids of bots with a draft.
pub async fn drafts(app: &App) -> Result<Vec<String>, StoreError> {
    Ok(records::list(app, DRAFT, MAX_BOTS).await?.into_iter().map(|record| record.key).collect())
}

pub async fn save_draft(app: &App, id: &BotId, document: Value) -> Result<Draft, StoreError> {
    let draft = Draft { document, at: app.now() };
    records::replace(app, DRAFT, id.as_str(), &draft).await?;
    Ok(draft)
}

/// Publishes what the designer made. A bot that came from a file is written back to it, so that the next start and git see it.
pub async fn publish_document(
    app: &Arc<App>,
    bot: Arc<Bot>,
    document: &Value,
    note: Option<String>,
) -> Result<Option<PathBuf>, StoreError> {
    let source = format!("{document:#}\n");
    let file = app.catalogue.file(bot.id.as_str());
    publish(app, bot.clone(), &source, note, file.is_some()).await?;
    let Some(file) = file else { return Ok(None) };
    match folder::rewrite(app, bot.id.as_str(), &file.path, &source).await {
        Ok(()) => Ok(Some(file.path)),
        Err(error) => {
            tracing::warn!(bot.id = %bot.id, %error, "the file of bot {} can't be written: {error}", bot.id);
            Ok(None)
        }
    }
}
