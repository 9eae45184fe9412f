//! The dialog tests of a bot: those in the file beside its own; where it has no file, those that the store keeps for it. What the store
//! keeps stays there when the bot gets a file, and stands behind what that holds.

pub mod file;
pub mod recording;

use std::path::{Path, PathBuf};

use interpreter::dialog::Dialog;
use serde_json::Value;
use steps::ids::BotId;
use store::StoreError;

use crate::{app::App, records};

/// Records by bot: its dialogs, without those of a file.
const TESTS: &str = "bot-tests";

/// The dialog tests of a bot.
pub struct Kept {
    pub dialogs: Vec<Dialog>,
    /// Where they are, or would be; none: the store keeps them.
    pub file: Option<PathBuf>,
    /// Why those of the file can't be read.
    pub problem: Option<String>,
}

/// Why tests could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its file holds something else, or can't be written.
    #[error("{}: {reason}", file.display())]
    File { file: PathBuf, reason: String },
}

/// The dialog tests of a bot. One of the store that has the name of one in the file is not among them.
pub async fn kept(app: &App, id: &BotId) -> Result<Kept, Unkept> {
    let stored = records::get::<Vec<Dialog>>(app, TESTS, id.as_str()).await?.unwrap_or_default().0;
    let Some(file) = file_of(app, id) else { return Ok(Kept { dialogs: stored, file: None, problem: None }) };
    let (mut dialogs, problem) = match in_file(&file, file::read).await {
        Ok(dialogs) => (dialogs, None),
        Err(Unkept::File { reason, .. }) => (Vec::new(), Some(reason)),
        Err(unkept) => return Err(unkept),
    };
    let behind: Vec<Dialog> = stored.into_iter().filter(|known| dialogs.iter().all(|dialog| dialog.name != known.name)).collect();
    dialogs.extend(behind);
    Ok(Kept { dialogs, file: Some(file), problem })
}

/// Keeps a dialog, in the place of the one that has its name, else behind all; gives the file that it is in.
pub async fn put(app: &App, id: &BotId, dialog: Value) -> Result<Option<PathBuf>, Unkept> {
    let put = move |dialogs: &mut Vec<Value>| match dialogs.iter().position(|known| known["name"] == dialog["name"]) {
        Some(place) => dialogs[place] = dialog.clone(),
        None => dialogs.push(dialog.clone()),
    };
    match file_of(app, id) {
        Some(path) => in_file(&path, move |path| file::change(path, put)).await.map(|()| Some(path)),
        None => change_stored(app, id, put).await.map(|()| None),
    }
}

/// Removes the dialogs of a name, wherever they are.
pub async fn remove(app: &App, id: &BotId, name: &str) -> Result<(), Unkept> {
    let name = name.to_owned();
    let remove = move |dialogs: &mut Vec<Value>| dialogs.retain(|known| known["name"] != name);
    if let Some(path) = file_of(app, id) {
        let remove = remove.clone();
        in_file(&path, move |path| file::change(path, remove)).await?;
    }
    change_stored(app, id, remove).await
}

/// Removes what the store keeps for a bot.
pub(super) async fn forget(app: &App, id: &BotId) -> Result<(), StoreError> {
    records::discard(app, TESTS, id.as_str()).await
}

/// Where a bot's dialogs are; none: it has no file of its own.
fn file_of(app: &App, id: &BotId) -> Option<PathBuf> {
    app.catalogue.file(id.as_str()).map(|bot| file::beside(&bot.path))
}

/// Reads or writes a file, which may take a while.
async fn in_file<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> Result<T, String> + Send + 'static,
) -> Result<T, Unkept> {
    let file = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&file)).await;
    let done = done.unwrap_or_else(|_| Err("the server failed on it".to_owned()));
    done.map_err(|reason| Unkept::File { file: path.to_owned(), reason })
}

/// Changes what the store keeps for a bot. Of two who do it at once, the second one does it again.
async fn change_stored(app: &App, id: &BotId, change: impl Fn(&mut Vec<Value>)) -> Result<(), Unkept> {
    loop {
        let (before, version) = records::get::<Vec<Value>>(app, TESTS, id.as_str()).await?.unwrap_or_default();
        let mut dialogs = before.clone();
        change(&mut dialogs);
        if dialogs == before || records::put(app, TESTS, id.as_str(), version, &dialogs).await? {
            return Ok(());
        }
    }
}
