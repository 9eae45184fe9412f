//! What bots know, as it is now: their sources read, indexed and kept up to date ([`keeping`]), and searched for a customer's question.
//!
//! Each server has its own index in memory. A search is never kept waiting by what changes: it has the index as it was before. What passages
//! and questions say is in no log.

mod embeddings;
mod keeping;
mod reading;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use ::knowledge::{BEST, Index, Passage, Vector};
use serde::Serialize;
use steps::ids::BotId;
use tokio::sync::{Notify, watch};

pub use keeping::{Keeper, Wanted, work};
pub use reading::check;
pub(crate) use reading::{FileState, files};

use crate::{
    http_client::{Access, HttpClient},
    models::Embedder,
    settings::Settings,
};

/// How long a question waits for its embedding. Then words alone have to do.
const EMBEDDING_DEADLINE: Duration = Duration::from_secs(2);

/// How long a question waits for sources that are being read.
const READING_DEADLINE: Duration = Duration::from_secs(5);

/// The knowledge of all bots.
#[derive(Default)]
pub struct Knowledge {
    /// Where files lie.
    folder: PathBuf,
    /// None: no page is fetched.
    client: Option<HttpClient>,
    /// None: full text alone.
    embedder: Option<Embedder>,
    shelves: watch::Sender<HashMap<BotId, Arc<Shelf>>>,
    /// Bots have changed.
    changed: Notify,
}

/// All that one bot knows.
pub struct Shelf {
    index: Index,
    sources: Vec<SourceState>,
}

/// A source as it was read last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceState {
    pub name: String,
    pub passages: usize,
    /// Whether its passages have embeddings.
    pub embedded: bool,
    /// What could not be read of it, and what to do.
    pub problems: Vec<String>,
}

/// What was found for a question.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Found {
    /// The best first.
    pub passages: Vec<Passage>,
    /// Why less was searched than there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Knowledge {
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(settings: &Settings) -> Result<Self, reqwest::Error> {
        Ok(Knowledge {
            folder: settings.bots.clone(),
            client: Some(HttpClient::new(Access::new(settings.http.clone()))?),
            embedder: Embedder::new(&settings.openai)?,
            ..Knowledge::default()
        })
    }

    /// Files are looked for in this folder instead of the settings'.
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Knowledge { folder, ..self }
    }

    /// Bots have changed: their sources are looked at soon.
    pub fn look(&self) {
        self.changed.notify_one();
    }

    /// The sources of a bot; None: it has none, or they were not read yet.
    pub fn shelf(&self, bot: &BotId) -> Option<Arc<Shelf>> {
        self.shelves.borrow().get(bot).cloned()
    }

    /// The best passages for a question, in sources that a bot names.
    pub async fn find(&self, bot: &BotId, names: &[String], question: &str) -> Found {
        // After a start or a publication the sources are being read.
        let mut shelves = self.shelves.subscribe();
        let read = tokio::time::timeout(READING_DEADLINE, shelves.wait_for(|shelves| shelves.contains_key(bot))).await;
        let shelf = read.ok().and_then(|shelves| shelves.ok()?.get(bot).cloned());
        match shelf {
            Some(shelf) => self.find_in(shelf, names.to_vec(), question.to_owned()).await,
            None => Found { note: Some("the sources of knowledge are not read yet".to_owned()), ..Found::default() },
        }
    }

    /// The same on a shelf of one's own.
    pub async fn find_in(&self, shelf: Arc<Shelf>, names: Vec<String>, question: String) -> Found {
        let is_embedded = shelf.sources.iter().any(|source| source.embedded && names.contains(&source.name));
        let (meaning, mut note) = match &self.embedder {
            Some(embedder) if is_embedded && !question.trim().is_empty() => meaning(embedder, &question).await,
            _ => (None, None),
        };
        let search = move || shelf.index.search(&names, &question, meaning.as_ref(), BEST);
        let passages = match tokio::task::spawn_blocking(search).await {
            Ok(Ok(passages)) => passages,
            Ok(Err(error)) => {
                tracing::error!(%error, "{error}");
                note = Some(error.to_string());
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        Found { passages, note }
    }
}

/// What a question means; else why that is not known.
async fn meaning(embedder: &Embedder, question: &str) -> (Option<Vector>, Option<String>) {
    let reason = match tokio::time::timeout(EMBEDDING_DEADLINE, embedder.embed(&[question])).await {
        Ok(Ok(mut vectors)) => return (vectors.pop(), None),
        Ok(Err(reason)) => reason,
        Err(_) => format!("no embedding came within {} s", EMBEDDING_DEADLINE.as_secs()),
    };
    (None, Some(format!("searched by words alone: {reason}")))
}

impl Shelf {
    pub fn sources(&self) -> &[SourceState] {
        &self.sources
    }

    pub fn names(&self) -> Vec<String> {
        self.sources.iter().map(|source| source.name.clone()).collect()
    }
}
