//! Publishing: what becomes live, under which number, and what that means for the sessions that are open in older versions.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use interpreter::{Succession, Successor, Successors};
use serde::Deserialize;
use serde_json::Value;
use steps::{bot::Bot, ids::Version, moment::Moment};
use store::StoreError;

use super::{History, LIVE, LiveRecord, VERSION, VersionRecord, announce, drafts::remove_published, history, put_live, records};
use crate::app::App;

/// What becomes of the sessions that are open in older versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenSessions {
    /// They end in the version that they began in, if nothing else was said of it before.
    #[default]
    Stay,
    /// They go on in the new version from their next event, where it has their steps; else they stay.
    Move,
    /// At the customer's next message they end, and the bot begins anew in the new version.
    Restart,
}

/// What was published.
pub struct Publication {
    pub number: u64,
    /// The file that was written anew, where the bot came from one.
    pub file: Option<PathBuf>,
}

/// Makes a version live; sessions stay where they are.
pub async fn publish(app: &Arc<App>, bot: Arc<Bot>, source: &str, note: Option<String>, file: bool) -> Result<(), StoreError> {
    publish_as(app, bot, source, note, file, OpenSessions::Stay).await.map(|_| ())
}

/// Makes a version live: its record, the history, the pointer, then what runs here. Gives its number. What is live already keeps its
/// number: at most its canvas is new, or what becomes of sessions.
pub async fn publish_as(
    app: &Arc<App>,
    bot: Arc<Bot>,
    source: &str,
    note: Option<String>,
    file: bool,
    sessions: OpenSessions,
) -> Result<u64, StoreError> {
    store_version(app, &bot, source).await?;
    let live = records::get::<LiveRecord>(app, LIVE, bot.id.as_str()).await?;
    let is_live = live.is_some_and(|(live, _)| live.version == bot.version.as_str());
    let mut known = history(app, &bot.id).await?;
    if !is_live || known.is_empty() {
        known = super::history::append(app, &bot.id, &bot.version, note.as_deref()).await?;
    }
    let successors = loop {
        let (before, at_version) = records::get::<LiveRecord>(app, LIVE, bot.id.as_str()).await?.unwrap_or_default();
        let successors = successors_after(&before.successors, &known, &bot.version, sessions, app.now());
        let record = LiveRecord { version: bot.version.to_string(), file, successors };
        if records::put(app, LIVE, bot.id.as_str(), at_version, &record).await? {
            break record.successors;
        }
    };
    let number = known.latest(bot.version.as_str()).map_or(0, |published| published.number);
    tracing::info!(bot.id = %bot.id, bot.version = %bot.version, "bot {} is live in version {} (v{number})", bot.id, bot.version);
    put_live(app, &bot, &successors);
    announce(app).await;
    Ok(number)
}

/// What becomes of sessions of older versions once `to` is live. A decision holds for all that is open; without a new one the earlier
/// ones hold. Nothing follows what is live.
pub fn successors_after(before: &Successors, history: &History, to: &Version, sessions: OpenSessions, at: Moment) -> Successors {
    let how = match sessions {
        OpenSessions::Stay => {
            let others = before.iter().filter(|(version, _)| *version != to);
            return others.map(|(version, successor)| (version.clone(), successor.clone())).collect();
        }
        OpenSessions::Move => Succession::Move,
        OpenSessions::Restart => Succession::Restart,
    };
    let older = history.newest_first().map(|published| &published.version).filter(|version| *version != to);
    older.map(|version| (version.clone(), Successor { to: to.clone(), how, at })).collect()
}

/// Keeps a version's source. Two sources of one version differ by spaces and by the canvas alone: the newer one counts.
async fn store_version(app: &App, bot: &Bot, source: &str) -> Result<(), StoreError> {
    let version = bot.version.as_str();
    let record = VersionRecord { bot: bot.id.to_string(), source: source.to_owned() };
    match records::get::<VersionRecord>(app, VERSION, version).await? {
        None => records::put(app, VERSION, version, 0, &record).await.map(|_| ()),
        // The record names the bot that had it first.
        Some((known, _)) if known.bot == record.bot && known.source != record.source => {
            records::replace(app, VERSION, version, &record).await
        }
        Some(_) => Ok(()),
    }
}

/// Publishes what the designer made, and removes the draft that it was. A bot that came from a file is written back to it, so that the
/// next start and git see it.
pub async fn publish_document(
    app: &Arc<App>,
    bot: Arc<Bot>,
    document: &Value,
    note: Option<String>,
    sessions: OpenSessions,
) -> Result<Publication, StoreError> {
    let source = format!("{document:#}\n");
    let file = app.catalogue.file(bot.id.as_str());
    let number = publish_as(app, bot.clone(), &source, note, file.is_some(), sessions).await?;
    remove_published(app, &bot.id, document).await?;
    let Some(file) = file else { return Ok(Publication { number, file: None }) };
    match rewrite(app, bot.id.as_str(), &file.path, &source).await {
        Ok(()) => Ok(Publication { number, file: Some(file.path) }),
        Err(error) => {
            tracing::warn!(bot.id = %bot.id, %error, "the file of bot {} can't be written: {error}", bot.id);
            Ok(Publication { number, file: None })
        }
    }
}

/// Writes a bot's file anew: first beside it, so that nobody reads half of it.
async fn rewrite(app: &App, id: &str, path: &Path, source: &str) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    tokio::fs::write(&beside, source).await?;
    if let Some(file) = app.catalogue.lock().get_mut(id) {
        (file.source, file.is_valid, file.diagnostics) = (Some(source.to_owned()), true, Value::Array(Vec::new()));
    }
    tokio::fs::rename(&beside, path).await
}

/// The number that publishing this would give.
pub async fn next_number(app: &App, bot: &Bot) -> Result<u64, StoreError> {
    let history = history(app, &bot.id).await?;
    let is_live = app.bots.load().live(&bot.id).is_some_and(|live| live.version == bot.version);
    let live = history.latest(bot.version.as_str()).filter(|_| is_live);
    Ok(live.map_or(history.count() + 1, |published| published.number))
}
