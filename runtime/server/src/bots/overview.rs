//! What the list of bots tells of each: what is live, what is being worked on, and what the checker says of it.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{Arc, PoisonError},
};

use serde_json::{Value, json};
use steps::{bot::Bot, environment::Environment, ids::BotId};
use store::StoreError;

use super::{Draft, History, check, document, draft, drafts, histories, history};
use crate::app::App;

/// A bot as it stands.
pub struct Overview {
    pub id: String,
    /// What people call it: as it is live, else as it is being worked on.
    pub name: String,
    /// What runs.
    pub live: Option<Arc<Bot>>,
    pub draft: Option<Draft>,
    pub history: History,
    pub file: Option<PathBuf>,
    /// What is wrong with its file.
    pub problems: Value,
    /// What the checker finds in the draft; without one, in the file, else in what is live.
    pub found: Found,
}

/// How many problems the checker finds in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub errors: usize,
    pub warnings: usize,
}

/// What the checker found lately in a bot.
pub(super) struct Counted {
    /// Names the document that was checked.
    of: String,
    /// What it was checked against: it is another one as soon as anything in it changes.
    environment: Arc<Environment>,
    found: Found,
}

impl Overview {
    /// The number of what is live.
    pub fn number(&self) -> Option<u64> {
        let live = self.live.as_ref()?;
        self.history.latest(live.version.as_str()).map(|published| published.number)
    }
}

/// Whether there is a bot of this id: live, as a file, or as a draft.
pub async fn exists(app: &App, id: &BotId) -> Result<bool, StoreError> {
    let is_there = app.bots.load().live(id).is_some() || app.catalogue.file(id.as_str()).is_some();
    Ok(is_there || draft(app, id).await?.is_some())
}

/// A bot; None: there is none of this id.
pub async fn overview(app: &Arc<App>, id: &BotId) -> Result<Option<Overview>, StoreError> {
    if !exists(app, id).await? {
        return Ok(None);
    }
    let (draft, history) = (draft(app, id).await?, history(app, id).await?);
    of(app, id.to_string(), draft, history).await.map(Some)
}

/// All bots, by id.
pub async fn overviews(app: &Arc<App>) -> Result<Vec<Overview>, StoreError> {
    let (mut drafts, mut histories) = (drafts(app).await?, histories(app).await?);
    let mut ids: BTreeSet<String> = drafts.keys().map(BotId::to_string).collect();
    ids.extend(app.bots.load().live_bots().map(|bot| bot.id.to_string()));
    ids.extend(app.catalogue.problems().into_keys());
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let draft = BotId::new(&id).ok().and_then(|id| drafts.remove(&id));
        let history = histories.remove(&id).unwrap_or_default();
        all.push(of(app, id, draft, history).await?);
    }
    Ok(all)
}

async fn of(app: &Arc<App>, id: String, draft: Option<Draft>, history: History) -> Result<Overview, StoreError> {
    let bot = BotId::new(&id).ok();
    let live = bot.as_ref().and_then(|bot| app.bots.load().live(bot).cloned());
    let file = app.catalogue.file(&id);
    let found = match (&draft, &file, &bot, &live) {
        (Some(draft), ..) => {
            let text = draft.document.to_string();
            let mut hash = DefaultHasher::new();
            text.hash(&mut hash);
            counted(app, &id, format!("draft {:x}", hash.finish()), async || Ok(Some(text))).await?
        }
        (None, Some(file), ..) => count(&file.diagnostics),
        (None, None, Some(bot), Some(live)) => {
            let version = live.version.as_str();
            let text = async || Ok(document(app, bot, version).await?.map(|document| document.to_string()));
            counted(app, &id, format!("version {version}"), text).await?
        }
        (None, None, ..) => Found::default(),
    };
    let name = match (&live, &draft, &file) {
        (Some(live), ..) => live.document.name.clone(),
        (None, Some(draft), _) => name_of(&draft.document),
        (None, None, Some(file)) => {
            let read = file.source.as_ref().and_then(|source| serde_json::from_str(source).ok());
            read.map(|document| name_of(&document)).unwrap_or_default()
        }
        (None, None, None) => String::new(),
    };
    let problems = file.as_ref().map_or_else(|| json!([]), |file| file.diagnostics.clone());
    Ok(Overview { id, name, live, draft, history, file: file.map(|file| file.path), problems, found })
}

fn name_of(document: &Value) -> String {
    document["name"].as_str().unwrap_or_default().to_owned()
}

/// Checks a text, unless it was checked already against the same account. `of` names it.
async fn counted(
    app: &Arc<App>,
    id: &str,
    of: String,
    text: impl AsyncFnOnce() -> Result<Option<String>, StoreError>,
) -> Result<Found, StoreError> {
    let environment = app.environment.load_full();
    let known = || app.catalogue.counted.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(counted) = known().get(id)
        && counted.of == of
        && Arc::ptr_eq(&counted.environment, &environment)
    {
        return Ok(counted.found);
    }
    let Some(text) = text().await? else { return Ok(Found::default()) };
    let (bot, account) = (id.to_owned(), environment.clone());
    let checked = tokio::task::spawn_blocking(move || count(&check(&bot, &text, &account).diagnostics));
    // A check that panicked found nothing that could be told.
    let found = checked.await.unwrap_or_default();
    known().insert(id.to_owned(), Counted { of, environment, found });
    Ok(found)
}

fn count(diagnostics: &Value) -> Found {
    let all = diagnostics.as_array().map(Vec::as_slice).unwrap_or_default();
    let warnings = all.iter().filter(|diagnostic| diagnostic["severity"] == "warning").count();
    Found { errors: all.len() - warnings, warnings }
}
