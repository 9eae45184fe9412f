//! The folder of bots: one file a bot. A file is published at the start only if its content never was, so that servers of two versions
//! that start one after the other do not take turns in publishing; a file that changes is published then. One that has errors, or can't
//! be read, leaves the last good version in service: only a file that is gone takes its bot along.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use interpreter::Successors;
use notify::RecursiveMode;
use serde_json::{Value, json};
use steps::{bot::Bot, environment::Environment, ids::BotId};
use store::StoreError;

use super::{
    Checked, File, LIVE, LiveRecord, MAX_BOTS, change, check_file, history, publish, put_live, records, retire, source,
    version_source,
};
use crate::{app::App, watching::Changes};

/// How often it is looked what other servers made live, for announcements may be lost.
const FOLLOW: Duration = Duration::from_secs(15);
/// Records that are written at the same time.
const AT_ONCE: usize = 64;

/// A file as it was read.
struct Found {
    id: String,
    path: PathBuf,
    /// Else a list of what is wrong with it.
    source: Result<String, Value>,
}

impl Found {
    fn is(&self, known: &File) -> bool {
        match &self.source {
            Ok(source) => known.source.as_ref() == Some(source),
            Err(diagnostics) => known.source.is_none() && known.diagnostics == *diagnostics,
        }
    }
}

/// Loads every bot, of files and of the store.
pub async fn load_all(app: &Arc<App>) -> Result<(), StoreError> {
    let pointers = pointers(app).await?;
    let found = read_folder(app).await;
    let is_readable = found.is_some();
    let found = found.unwrap_or_default();
    let mut ids: BTreeSet<String> = pointers.keys().cloned().collect();
    ids.extend(found.iter().map(|file| file.id.clone()));
    app.environment.rcu(|environment| Environment { bots: ids.iter().cloned().collect(), ..Environment::clone(environment) });

    let checked = check_all(app, found).await;
    let mut unchanged = Vec::new();
    let mut changed = Vec::new();
    let mut of_store: BTreeMap<String, LiveRecord> = pointers.clone();
    for (file, source, bot) in checked {
        match (bot, pointers.get(&file)) {
            (Some(bot), Some(live)) if live.version == bot.version.as_str() => {
                of_store.remove(&file);
                unchanged.push((bot, live.successors.clone()));
            }
            (Some(bot), live) => {
                let was_published = live.is_some() && history(app, &bot.id).await?.latest(bot.version.as_str()).is_some();
                if !was_published {
                    of_store.remove(&file);
                    changed.push((bot, source));
                }
            }
            (None, _) => {}
        }
    }
    change(app, |bots| {
        for (bot, successors) in &unchanged {
            bots.publish(bot.clone());
            bots.set_successors(&bot.id, successors.clone());
        }
    });
    let publications = changed.into_iter().map(|(bot, source)| async move { publish(app, bot, &source, None, true).await });
    stream::iter(publications).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    for (id, live) in of_store {
        let is_gone = live.file && is_readable && app.catalogue.file(&id).is_none();
        let Ok(bot) = BotId::new(&id) else { continue };
        if is_gone {
            retire(app, &bot).await?;
        } else {
            revive(app, &bot, &live).await?;
        }
    }
    Ok(())
}

/// Follows what other servers make live, until the server stops.
pub async fn follow(app: Arc<App>) {
    if !app.store.is_shared() {
        return app.stop.cancelled().await;
    }
    let mut announcements = app.store.announcements();
    loop {
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = announcements.of(LIVE) => {}
            () = tokio::time::sleep(FOLLOW) => {}
        }
        if let Err(error) = catch_up(&app).await {
            tracing::warn!(%error, "what other servers published is seen later: {error}");
        }
    }
}

/// Runs here what the pointers say.
pub async fn catch_up(app: &Arc<App>) -> Result<(), StoreError> {
    let pointers = pointers(app).await?;
    let running = app.bots.load();
    for (id, live) in &pointers {
        let Ok(id) = BotId::new(id) else { continue };
        let runs = running.live(&id).is_some_and(|bot| bot.version.as_str() == live.version);
        if !runs {
            if revive(app, &id, live).await? {
                tracing::info!(bot.id = %id, bot.version = %live.version, "bot {id} is live in version {}: another server published it", live.version);
            }
        } else if *running.successors(&id).unwrap_or(&Successors::default()) != live.successors {
            change(app, |bots| bots.set_successors(&id, live.successors.clone()));
        }
    }
    for bot in running.live_bots().filter(|bot| !pointers.contains_key(bot.id.as_str())) {
        tracing::info!(bot.id = %bot.id, "bot {} is not live any more: another server took it out of service", bot.id);
        change(app, |bots| bots.retire(&bot.id));
    }
    Ok(())
}

/// Makes a version live here that the pointer names, if it is there and can be run.
async fn revive(app: &Arc<App>, id: &BotId, live: &LiveRecord) -> Result<bool, StoreError> {
    let Some(record) = version_source(app, &live.version, false).await? else { return Ok(false) };
    match steps::check::load_published(id, &record.source) {
        Ok(bot) => put_live(app, &bot, &live.successors),
        Err(error) => {
            let version = &live.version;
            tracing::error!(bot.id = %id, bot.version = %version, "version {version} of bot {id} can't be run any more: {error}");
            return Ok(false);
        }
    }
    Ok(true)
}

async fn pointers(app: &App) -> Result<BTreeMap<String, LiveRecord>, StoreError> {
    let all = records::list(app, LIVE, MAX_BOTS).await?;
    all.into_iter().map(|record| Ok((record.key.clone(), records::read(LIVE, &record.key, &record.stored)?))).collect()
}

/// Follows the folder's changes until the server stops.
pub async fn watch(app: Arc<App>) {
    let mut changes = Changes::of(&app.settings.bots, RecursiveMode::NonRecursive);
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = changes.next() => {}
        }
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, "changed bots are published later: {error}");
        }
    }
}

/// Publishes what has changed since the last look.
async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let Some(found) = read_folder(app).await else { return Ok(()) };
    let ids: BTreeSet<String> = found.iter().map(|file| file.id.clone()).collect();
    let gone: Vec<String> = app.catalogue.lock().keys().filter(|id| !ids.contains(*id)).cloned().collect();
    let is_new = |file: &Found| app.catalogue.file(&file.id).is_none_or(|known| !file.is(&known));
    let changed: Vec<Found> = found.into_iter().filter(is_new).collect();
    for (_, source, bot) in check_all(app, changed).await {
        let Some(bot) = bot else { continue };
        let is_live = app.bots.load().live(&bot.id).is_some_and(|live| live.version == bot.version);
        if !is_live {
            publish(app, bot, &source, None, true).await?;
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

/// Checks files on all cores, and writes down what is wrong with them. Gives their ids and sources, with the bot where there is one.
async fn check_all(app: &Arc<App>, files: Vec<Found>) -> Vec<(String, String, Option<Arc<Bot>>)> {
    let environment = app.environment.load_full();
    let checked = tokio::task::spawn_blocking(move || check_on_all_cores(files, &environment)).await.unwrap_or_default();
    checked
        .into_iter()
        .map(|(Found { id, path, source }, Checked { bot, diagnostics })| {
            if bot.is_none() {
                tracing::error!(
                    bot.id = %id,
                    "{} has errors, and is not published; the last good version stays: {}", path.display(), first_error(&diagnostics)
                );
            }
            let source = source.ok();
            let file = File { path, source: source.clone(), diagnostics, is_valid: bot.is_some() };
            app.catalogue.lock().insert(id.clone(), file);
            (id, source.unwrap_or_default(), bot)
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
                        let checked = match &file.source {
                            Ok(source) => check_file(&file.id, source, environment),
                            Err(diagnostics) => Checked { bot: None, diagnostics: diagnostics.clone() },
                        };
                        (file, checked)
                    };
                    share.into_iter().map(check).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// The bots of the folder, by their files' stems; None where it can't be read, or not to its end.
async fn read_folder(app: &App) -> Option<Vec<Found>> {
    let folder = app.settings.bots.clone();
    let read =
        tokio::task::spawn_blocking(move || found_in(&folder)).await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)));
    let problem = read.as_ref().err().map(ToString::to_string);
    let mut known = app.catalogue.folder.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = problem.as_ref().filter(|_| *known != problem) {
        let folder = app.settings.bots.display();
        tracing::warn!(error, "the folder of bots {folder} can't be read, so bots stay as they are: {error}");
    }
    *known = problem;
    read.ok()
}

fn found_in(folder: &Path) -> std::io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        found.extend(read_file(&entry?.path()));
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

/// `name.json` is a bot; `name.test.json` holds its dialog tests, and other files are not ours.
fn read_file(path: &Path) -> Option<Found> {
    let id = path.file_name()?.to_str()?.strip_suffix(".json").filter(|stem| !stem.contains('.'))?.to_owned();
    let source = match source::read(path, &id) {
        Ok(source) => Ok(source),
        Err(unreadable) if unreadable.is_gone => return None,
        Err(unreadable) => Err(json!([unreadable.diagnostic])),
    };
    Some(Found { id, path: path.to_owned(), source })
}

/// The first error with its place, and how many more there are.
fn first_error(diagnostics: &Value) -> String {
    let all = diagnostics.as_array().map(Vec::as_slice).unwrap_or_default();
    // What comes without a severity is an error: a name that is no id.
    let mut errors = all.iter().filter(|diagnostic| diagnostic["severity"] != "warning");
    let Some(first) = errors.next() else { return "it is no bot".to_owned() };
    let place = match (first["line"].as_u64(), first["column"].as_u64()) {
        (Some(line @ 1..), Some(column)) => format!("line {line}, column {column}: "),
        _ => String::new(),
    };
    let more = match errors.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!("{place}{}{more}", first["message"].as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bots::OpenSessions,
        testing::{ECHO, app, faults::FaultyStore},
    };

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
    async fn a_file_that_cannot_be_read_leaves_the_last_good_version() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        let file = folder.path().join("echo.json");
        std::fs::write(&file, ECHO).unwrap();
        let first = server(folder.path(), &store).await;
        let version = live(&first, "echo");
        let no_text = || std::fs::write(&file, b"{\n\"n\xe9\": 1}").unwrap();
        let a_folder = || std::fs::remove_file(&file).and_then(|()| std::fs::create_dir(&file)).unwrap();
        for (what, spoil) in [("no text", &no_text as &dyn Fn()), ("a folder", &a_folder)] {
            spoil();
            look(&first).await.unwrap();
            assert_eq!(live(&first, "echo"), version, "{what}");
            assert_eq!(first.catalogue.problems()["echo"][0]["code"], "unreadable", "{what}");
            let second = server(folder.path(), &store).await;
            assert_eq!(live(&second, "echo"), version, "{what}: also at a start");
            assert!(second.catalogue.problems().contains_key("echo"), "{what}");
        }
        std::fs::remove_dir(&file).unwrap();
        std::fs::write(&file, format!("\u{feff}{ECHO}")).unwrap();
        look(&first).await.unwrap();
        assert!(first.catalogue.problems().is_empty());
        assert_eq!(live(&first, "echo"), version);
    }

    #[test]
    fn a_reload_error_has_its_place() {
        let diagnostics = json!([
            { "severity": "warning", "line": 1, "column": 1, "message": "odd" },
            { "severity": "error", "line": 3, "column": 7, "message": "no" },
            { "severity": "error", "line": 4, "column": 1, "message": "nor that" },
        ]);
        assert_eq!(first_error(&diagnostics), "line 3, column 7: no (and 1 more)");
        assert_eq!(first_error(&json!([{ "code": "id", "message": "no id" }])), "no id");
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
        let written = super::super::publish_document(&app, bot, &document, None, OpenSessions::Stay).await.unwrap().file;
        assert_eq!(written.as_deref(), Some(file.as_path()));
        assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap(), document);
        look(&app).await.unwrap();
        assert_eq!(live(&app, "echo"), Some(version.clone()));
        assert_eq!(live(&server(folder.path(), &store).await, "echo"), Some(version));
    }

    /// Two servers on a store; the second one follows the first.
    #[tokio::test(start_paused = true)]
    async fn what_another_server_publishes_runs_at_once_or_at_the_next_look() {
        let store: Arc<dyn store::Store> = FaultyStore::shared();
        let (first, second) = (app("", store.clone()).await, app("", store).await);
        tokio::spawn(follow(second.clone()));
        tokio::task::yield_now().await;
        let begun = tokio::time::Instant::now();
        let publish = async |source: &str| {
            let bot = check_file("echo", source, &first.environment.load()).bot.unwrap();
            publish(&first, bot.clone(), source, None, false).await.unwrap();
            bot.version.to_string()
        };
        let runs = async |version: &str| {
            for _ in 0..1_000 {
                if live(&second, "echo").as_deref() == Some(version) {
                    return true;
                }
                tokio::task::yield_now().await;
            }
            false
        };
        let version = publish(ECHO).await;
        assert!(runs(&version).await);
        assert_eq!(begun.elapsed(), Duration::ZERO, "nobody waited");

        // A pointer that changes without a word.
        let other = publish(OTHER).await;
        assert!(runs(&other).await);
        records::replace(&first, LIVE, "echo", &LiveRecord { version: version.clone(), ..LiveRecord::default() }).await.unwrap();
        assert!(!runs(&version).await);
        tokio::time::sleep(FOLLOW).await;
        assert!(runs(&version).await);
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
