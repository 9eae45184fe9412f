//! Media that customers send: fetched from Meta in the background, since it forgets them after 7 days, and kept as files in a
//! folder, which all servers on a store share. One record a medium tells how far it is, so a fetch that a crash cut off goes on at the next start.

mod fetch;

use std::{path::PathBuf, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use steps::{
    event::{Content, Event, EventKind, InboundMedia},
    ids::{ContactId, NumberId},
    message::MediaKind,
};
use store::{Record, StoreError};
use tokio::sync::Semaphore;

use crate::{
    app::App,
    channel::{Channel, Graph},
    records,
};
use fetch::Failure;

/// Records by medium.
const MEDIA: &str = "media";
/// Records by contact and medium: what goes when the contact goes.
const OF_CONTACT: &str = "media-of";
/// Media that are fetched at the same time.
const AT_ONCE: usize = 4;
/// Records that are looked through together.
const TOGETHER: usize = 500;
/// Between the tries of a fetch: from a hiccup to an outage. After the last one the medium counts as lost.
const PAUSES: &[Duration] = &[
    Duration::from_secs(2),
    Duration::from_secs(15),
    Duration::from_secs(2 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(2 * 60 * 60),
];

/// How often a medium is asked for that somebody waits for, and the pause after the first try.
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Where media are kept, and how many are fetched at once.
pub struct Media {
    /// None: none is named, and the store has none.
    folder: Option<PathBuf>,
    room: Semaphore,
}

impl Media {
    pub fn new(folder: Option<PathBuf>) -> Self {
        Media { folder, room: Semaphore::new(AT_ONCE) }
    }
}

/// A medium's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Medium {
    /// Meta's id.
    pub id: String,
    pub contact: ContactId,
    pub number: NumberId,
    pub kind: MediaKind,
    pub state: State,
    /// As Meta names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
}

/// How far a medium is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Kept,
    /// It could not be had, and is not tried again.
    Failed,
}

/// The key of a medium's record and the name of its file: nothing that others choose names a file.
fn key(id: &str) -> String {
    hex::encode(digest(&SHA256, id.as_bytes()))
}

fn key_of_contact(contact: &ContactId, key: &str) -> String {
    format!("{contact}/{key}")
}

/// Sees to the media of events that were committed. An error: they have to come again, else a medium would be forgotten.
pub async fn remember(app: &Arc<App>, contact: &ContactId, events: &[Event]) -> Result<(), StoreError> {
    if app.media.folder.is_none() {
        return Ok(());
    }
    for event in events {
        let EventKind::Message(message) = &event.kind else { continue };
        let Content::Media(media) = &message.content else { continue };
        if let Some(Channel::Graph(_)) = app.channels.get(&event.number) {
            note(app, contact, &event.number, media).await?;
        }
    }
    Ok(())
}

async fn note(app: &Arc<App>, contact: &ContactId, number: &NumberId, media: &InboundMedia) -> Result<(), StoreError> {
    let InboundMedia { kind, id, mime_type, .. } = media.clone();
    let (contact, number, key) = (contact.clone(), number.clone(), key(&id));
    // First whose it is: what nobody owns could not be erased.
    records::put(app, OF_CONTACT, &key_of_contact(&contact, &key), 0, &()).await?;
    let medium = Medium { id, contact, number, kind, state: State::Pending, mime_type };
    if records::put(app, MEDIA, &key, 0, &medium).await? {
        begin(app, medium);
    }
    Ok(())
}

fn begin(app: &Arc<App>, medium: Medium) {
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        // A server that stops leaves the medium pending.
        let stop = app.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = keep(&app, medium, PAUSES) => {}
        }
    });
}

/// Goes on with what the last run left: once, at the start.
pub async fn resume(app: &Arc<App>) -> Result<(), StoreError> {
    if app.media.folder.is_none() {
        if app.settings.is_connected() {
            tracing::warn!("media of customers are not kept: name a folder for them by the setting `media`");
        }
        return Ok(());
    }
    let mut after = None::<String>;
    loop {
        let page = app.store.list_records(MEDIA, after.as_deref(), app.now().0, TOGETHER).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.clone());
        for Record { key, stored } in &page {
            let medium: Medium = records::read(MEDIA, key, stored)?;
            if medium.state == State::Pending {
                begin(app, medium);
            }
        }
    }
}

/// Fetches a medium, again after each pause, and settles its record.
async fn keep(app: &Arc<App>, medium: Medium, pauses: &[Duration]) {
    let Some(path) = path(app, &medium.id) else { return };
    let mut pauses = pauses.iter();
    loop {
        let failure = match app.channels.get(&medium.number) {
            Some(Channel::Graph(graph)) => match fetch_once(app, graph, &medium, &path).await {
                Ok(mime_type) => {
                    let mime_type = mime_type.or(medium.mime_type.clone());
                    return settle(app, Medium { state: State::Kept, mime_type, ..medium }).await;
                }
                Err(failure) => failure,
            },
            _ => Failure::ForGood("its number is not connected any more".to_owned()),
        };
        let (text, pause) = match failure {
            Failure::Passing(text) => (text, pauses.next()),
            Failure::ForGood(text) => (text, None),
        };
        match pause {
            Some(pause) => {
                tracing::info!(contact.id = %medium.contact, "a medium is fetched again in {} seconds: {text}", pause.as_secs());
                tokio::time::sleep(*pause).await;
            }
            None => {
                tracing::warn!(contact.id = %medium.contact, "a medium of contact {} is lost: {text}", medium.contact);
                return settle(app, Medium { state: State::Failed, ..medium }).await;
            }
        }
    }
}

async fn fetch_once(app: &App, graph: &Graph, medium: &Medium, path: &std::path::Path) -> Result<Option<String>, Failure> {
    let Ok(_room) = app.media.room.acquire().await else { return Err(Failure::Passing("the server stops".to_owned())) };
    fetch::fetch(graph, medium, path).await
}

/// Reads a medium from Meta into memory, with some tries in a row. What is kept is left alone.
///
/// # Errors
/// Why it can't be had, without its address.
pub async fn read(graph: &Graph, media: &InboundMedia) -> Result<Vec<u8>, String> {
    let mut tries = 1;
    loop {
        match fetch::read(graph, &media.id, media.kind).await {
            Ok(bytes) => return Ok(bytes),
            Err(Failure::Passing(_)) if tries < TRIES => tokio::time::sleep(BETWEEN_TRIES * tries).await,
            Err(Failure::Passing(text) | Failure::ForGood(text)) => return Err(text),
        }
        tries += 1;
    }
}

/// Writes down what became of a medium; one whose contact was erased meanwhile goes.
async fn settle(app: &Arc<App>, medium: Medium) {
    let _turn = app.queues.enter(&medium.contact).await;
    if let Err(error) = settle_in_turn(app, &medium).await {
        tracing::warn!(contact.id = %medium.contact, %error, "a medium is fetched again at the next start: {error}");
    }
}

async fn settle_in_turn(app: &App, medium: &Medium) -> Result<(), StoreError> {
    if app.store.load(medium.contact.as_str()).await?.is_none() {
        return forget(app, &medium.contact, &key(&medium.id)).await;
    }
    records::replace(app, MEDIA, &key(&medium.id), medium).await
}

/// The medium's record.
pub async fn find(app: &App, id: &str) -> Result<Option<Medium>, StoreError> {
    Ok(records::get(app, MEDIA, &key(id)).await?.map(|(medium, _)| medium))
}

/// The file of a medium; None where media are not kept.
pub fn path(app: &App, id: &str) -> Option<PathBuf> {
    Some(app.media.folder.as_ref()?.join(key(id)))
}

/// Removes all media of a contact. The caller has its turn.
pub async fn erase(app: &App, contact: &ContactId) -> Result<(), StoreError> {
    let prefix = key_of_contact(contact, "");
    loop {
        let page = app.store.list_records(OF_CONTACT, Some(&prefix), app.now().0, TOGETHER).await?;
        let keys: Vec<&str> = page.iter().map_while(|record| record.key.strip_prefix(&prefix)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for key in keys {
            forget(app, contact, key).await?;
        }
    }
}

/// Removes a medium: the file first, so that no file is left that nothing names.
async fn forget(app: &App, contact: &ContactId, key: &str) -> Result<(), StoreError> {
    if let Some(folder) = &app.media.folder {
        match tokio::fs::remove_file(folder.join(key)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Unavailable { reason: format!("the file of a medium can't be removed: {error}") });
            }
            _ => {}
        }
    }
    for (kind, key) in [(MEDIA, key.to_owned()), (OF_CONTACT, key_of_contact(contact, key))] {
        if let Some(stored) = app.store.get_record(kind, &key, app.now().0).await? {
            records::remove(app, kind, &Record { key, stored }).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
