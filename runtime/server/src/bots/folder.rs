//! The folder of bots: one file a bot. A file is published at the start only if its content never was, so that servers of two versions
//! that start one after the other do not take turns in publishing; a file that changes is published then. One that has errors leaves
//! the last good version in service.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use notify::{RecursiveMode, Watcher};
use serde_json::Value;
use steps::{bot::Bot, environment::Environment, ids::BotId};
use store::StoreError;
use tokio::sync::mpsc;

use super::{Checked, File, LIVE, LiveRecord, MAX_BOTS, change, check_file, history, load_version, publish, records, retire};
use crate::app::App;

/// Quiet time after a change: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How often the folder is looked at even if nothing tells of a change: some file systems don't.
const LOOK: Duration = Duration::from_secs(30);
/// Records that are written at the same time.
const AT_ONCE: usize = 64;

/// A file as it was read.
struct Found {
    id: String,
    path: PathBuf,
    source: String,
}

/// Loads every bot, of files and of the store.
pub async fn load_all(app: &Arc<App>) -> Result<(), StoreError> {
    let pointers = pointers(app).await?;
    let found = read_folder(&app.settings.bots).await;
    let is_readable = found.is_some();
    let found = found.unwrap_or_default();
    let mut ids: BTreeSet<String> = pointers.keys().cloned().collect();
    ids.extend(found.iter().map(|file| file.id.clone()));
    app.environment.rcu(|environment| Environment { bots: ids.iter().cloned().collect(), ..Environment::clone(environment) });

    let checked = check_all(app, found).await;
    let mut unchanged = Vec::new();
    let mut changed = Vec::new();
    let mut of_store: BTreeMap<String, LiveRecord> = pointers.clone();
    for (file, bot) in checked {
        match (bot, pointers.get(&file.id)) {
            (Some(bot), Some(live)) if live.version == bot.version.as_str() => {
                of_store.remove(&file.id);
                unchanged.push(bot);
            }
            (Some(bot), live) => {
                let was_published = live.is_some()
                    && history(app, &bot.id).await?.iter().any(|published| published.version == bot.version.as_str());
                if !was_published {
                    of_store.remove(&file.id);
                    changed.push((bot, file.source));
                }
            }
            (None, _) => {}
        }
    }
    change(app, |bots| unchanged.iter().for_each(|bot| bots.publish(bot.clone())));
    let publications = changed.into_iter().map(|(bot, source)| async move { publish(app, bot, &source, None, true).await });
    stream::iter(publications).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    for (id, live) in of_store {
        let is_gone = live.file && is_readable && app.catalogue.file(&id).is_none();
        let Ok(bot) = BotId::new(&id) else { continue };
        if is_gone {
            retire(app, &bot).await?;
        } else {
            revive(app, &live.version).await?;
        }
    }
    Ok(())
}

/// Makes a version live here that the pointer names.
async fn revive(app: &Arc<App>, version: &str) -> Result<(), StoreError> {
    if load_version(app, version, false).await? {
        let bot = app.bots.load().version(&version.into()).cloned();
        if let Some(bot) = bot {
            change(app, |bots| bots.publish(bot.clone()));
        }
    }
    Ok(())
}

async fn pointers(app: &App) -> Result<BTreeMap<String, LiveRecord>, StoreError> {
    let all = records::list(app, LIVE, MAX_BOTS).await?;
    all.into_iter().map(|record| Ok((record.key.clone(), records::read(LIVE, &record.key, &record.stored)?))).collect()
}

/// Follows the folder's changes until the server stops.
pub async fn watch(app: Arc<App>) {
    let (tell, mut told) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |_| {
        // A full channel says that a look is due already.
        let _ = tell.try_send(());
    })
    .and_then(|mut watcher| watcher.watch(&app.settings.bots, RecursiveMode::NonRecursive).map(|()| watcher));
    if let Err(error) = &watcher {
        tracing::info!(%error, "the folder of bots is looked at every {} seconds: {error}", LOOK.as_secs());
    }
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            Some(()) = told.recv(), if watcher.is_ok() => tokio::time::sleep(QUIET).await,
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, "changed bots are published later: {error}");
        }
    }
}

/// Publishes what has changed since the last look.
async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let Some(found) = read_folder(&app.settings.bots).await else { return Ok(()) };
    let ids: BTreeSet<String> = found.iter().map(|file| file.id.clone()).collect();
    let gone: Vec<String> = app.catalogue.lock().keys().filter(|id| !ids.contains(*id)).cloned().collect();
    let is_new = |file: &Found| app.catalogue.file(&file.id).is_none_or(|known| known.source != file.source);
    let changed: Vec<Found> = found.into_iter().filter(is_new).collect();
    for (file, bot) in check_all(app, changed).await {
        let Some(bot) = bot else { continue };
        let is_live = app.bots.load().live(&bot.id).is_some_and(|live| live.version == bot.version);
        if !is_live {
            publish(app, bot, &file.source, None, true).await?;
        }
    }
    for id in gone {
        app.catalogue.lock().remove(&id);
        if let Ok(id) = BotId::new(&id) {
            retire(app, &id).await?;
        }
    }
    Ok(())
}

/// Checks files on all cores, and writes down what is wrong with them.
async fn check_all(app: &Arc<App>, files: Vec<Found>) -> Vec<(Found, Option<Arc<Bot>>)> {
    let environment = app.environment.load_full();
    let checked = tokio::task::spawn_blocking(move || check_on_all_cores(files, &environment)).await.unwrap_or_default();
    checked
        .into_iter()
        .map(|(found, Checked { bot, diagnostics })| {
            if bot.is_none() {
                tracing::error!(
                    bot.id = %found.id,
                    "{} has errors, and is not published: {}", found.path.display(), first_message(&diagnostics)
                );
            }
            let file = File { path: found.path.clone(), source: found.source.clone(), diagnostics, is_valid: bot.is_some() };
            app.catalogue.lock().insert(found.id.clone(), file);
            (found, bot)
        })
        .collect()
}

fn check_on_all_cores(files: Vec<Found>, environment: &Environment) -> Vec<(Found, Checked)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(cores).max(1);
    let mut files = files.into_iter();
    let shares: Vec<Vec<Found>> = std::iter::from_fn(|| {
        let share: Vec<Found> = files.by_ref().take(share).collect();
        (!share.is_empty()).then_some(share)
    })
    .collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || {
                    let check = |file: Found| {
                        let checked = check_file(&file.id, &file.source, environment);
                        (file, checked)
                    };
                    share.into_iter().map(check).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// The bots of a folder, by their files' stems; None where there is no folder to read.
async fn read_folder(folder: &Path) -> Option<Vec<Found>> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || {
        let entries = std::fs::read_dir(&folder)
            .inspect_err(|error| tracing::warn!(%error, "the folder of bots {} can't be read: {error}", folder.display()))
            .ok()?;
        let mut found: Vec<Found> = entries.filter_map(|entry| read_file(&entry.ok()?.path())).collect();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Some(found)
    })
    .await
    .ok()
    .flatten()
}

/// `name.json` is a bot; `name.test.json` holds its dialog tests, and other files are not ours.
fn read_file(path: &Path) -> Option<Found> {
    let id = path.file_name()?.to_str()?.strip_suffix(".json").filter(|stem| !stem.contains('.'))?.to_owned();
    match std::fs::read_to_string(path) {
        Ok(source) => Some(Found { id, path: path.to_owned(), source }),
        Err(error) => {
            tracing::error!(%error, "{} can't be read: {error}", path.display());
            None
        }
    }
}

/// Writes a bot's file anew: first beside it, so that nobody reads half of it.
pub(super) async fn rewrite(app: &App, id: &str, path: &Path, source: &str) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    tokio::fs::write(&beside, source).await?;
    if let Some(file) = app.catalogue.lock().get_mut(id) {
        (file.source, file.is_valid, file.diagnostics) = (source.to_owned(), true, Value::Array(Vec::new()));
    }
    tokio::fs::rename(&beside, path).await
}

fn first_message(diagnostics: &Value) -> &str {
    diagnostics[0]["message"].as_str().unwrap_or("it is no bot")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ECHO, app};

    const OTHER: &str = r#"{"start": "bye", "steps": {"bye": {"type": "stop"}}}"#;

    async fn server(folder: &Path, store: &Arc<dyn store::Store>) -> Arc<App> {
        let app = app(&format!("bots = {:?}", folder.display().to_string()), store.clone()).await;
        load_all(&app).await.unwrap();
        app
    }

    fn live(app: &Arc<App>, id: &str) -> Option<String> {
        app.bots.load().live(&BotId::new(id).unwrap()).map(|bot| bot.version.to_string())
    }

    #[tokio::test]
    async fn files_are_published_once_and_their_changes_as_they_come() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        let file = folder.path().join("echo.json");
        std::fs::write(&file, ECHO).unwrap();
        std::fs::write(folder.path().join("echo.test.json"), "[]").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "").unwrap();

        let first = server(folder.path(), &store).await;
        let version = live(&first, "echo").unwrap();
        assert_eq!(first.bots.load().live_bots().count(), 1);
        std::fs::write(&file, OTHER).unwrap();
        look(&first).await.unwrap();
        let changed = live(&first, "echo").unwrap();
        assert_ne!(changed, version);

        // An older server's file does not take the place of what was published after it.
        std::fs::write(&file, ECHO).unwrap();
        let second = server(folder.path(), &store).await;
        assert_eq!(live(&second, "echo"), Some(changed));
    }

    #[tokio::test]
    async fn a_broken_file_leaves_the_last_good_version() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        let file = folder.path().join("echo.json");
        std::fs::write(&file, ECHO).unwrap();
        let first = server(folder.path(), &store).await;
        let version = live(&first, "echo");
        std::fs::write(&file, "{ \"start\": ").unwrap();
        look(&first).await.unwrap();
        assert_eq!(live(&first, "echo"), version);
        assert!(first.catalogue.problems().contains_key("echo"));

        let second = server(folder.path(), &store).await;
        assert_eq!(live(&second, "echo"), version, "also after a restart");
        std::fs::write(&file, ECHO).unwrap();
        look(&second).await.unwrap();
        assert!(second.catalogue.problems().is_empty());
    }

    #[tokio::test]
    async fn a_file_that_goes_takes_its_bot_along() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        for name in ["echo.json", "other.json"] {
            std::fs::write(folder.path().join(name), OTHER).unwrap();
        }
        let first = server(folder.path(), &store).await;
        std::fs::remove_file(folder.path().join("echo.json")).unwrap();
        look(&first).await.unwrap();
        assert_eq!(live(&first, "echo"), None);
        std::fs::remove_file(folder.path().join("other.json")).unwrap();
        assert_eq!(live(&server(folder.path(), &store).await, "other"), None);
    }

    #[tokio::test]
    async fn publishing_rewrites_the_file_that_a_bot_came_from() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        let file = folder.path().join("echo.json");
        std::fs::write(&file, ECHO).unwrap();
        let app = server(folder.path(), &store).await;
        let document: Value = serde_json::from_str(OTHER).unwrap();
        let bot = check_file("echo", OTHER, &app.environment.load()).bot.unwrap();
        let version = bot.version.to_string();
        let written = super::super::publish_document(&app, bot, &document, None).await.unwrap();
        assert_eq!(written.as_deref(), Some(file.as_path()));
        assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap(), document);
        look(&app).await.unwrap();
        assert_eq!(live(&app, "echo"), Some(version.clone()));
        assert_eq!(live(&server(folder.path(), &store).await, "echo"), Some(version));
    }

    #[tokio::test]
    async fn without_a_folder_the_bots_of_the_store_stay() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        std::fs::write(folder.path().join("echo.json"), ECHO).unwrap();
        server(folder.path(), &store).await;
        let elsewhere = folder.path().join("nowhere");
        assert!(live(&server(&elsewhere, &store).await, "echo").is_some());
    }
}
