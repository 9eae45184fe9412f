//! Keeps what bots know up to date: a bot's new version, a changed file, a page that is due. Only what changed is read and embedded again;
//! then the bots that have it get a new index.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use ::knowledge::{Index, MAX_PASSAGES, Part, Vector};
use futures_util::future::join_all;
use indexmap::IndexMap;
use notify::RecursiveMode;
use serde_json::Value;
use steps::{
    bot::Bot,
    expression::Duration,
    ids::BotId,
    knowledge::{Origin, REFRESH, Source},
    moment::Moment,
};
use store::Store;

use super::{
    Knowledge, Shelf, SourceState, embeddings,
    reading::{self, FileState, Text},
};
use crate::{app::App, watching::Changes};

/// When what failed is tried again, if it is not due before.
const RETRY: Duration = Duration::from_secs(5 * 60);
/// Sources that are read at the same time.
const AT_ONCE: usize = 4;

/// Keeps the knowledge of all live bots up to date, until the server stops.
pub async fn work(app: Arc<App>) {
    let mut keeper = Keeper::default();
    let mut changes = Changes::of(&app.settings.bots, RecursiveMode::Recursive);
    loop {
        let bots = app.bots.load().live_bots().cloned().collect::<Vec<_>>();
        let wanted = bots.iter().filter_map(|bot| {
            let is_file = app.catalogue.file(bot.id.as_str()).is_some();
            Wanted::of(bot, &app.settings.knowledge, is_file)
        });
        keeper.keep(&app.knowledge, &*app.store, app.now(), wanted.collect()).await;
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.knowledge.changed.notified() => {}
            () = changes.next() => {}
        }
    }
}

/// The sources that a bot may name.
pub struct Wanted {
    bot: BotId,
    /// By name: the source, its language, and whether it may lie in files.
    sources: BTreeMap<String, (Source, String, bool)>,
}

impl Wanted {
    /// Its own, and those of all bots that it names; None: it knows nothing. A bot that is no file names no files.
    pub fn of(bot: &Bot, shared: &IndexMap<String, Source>, is_file: bool) -> Option<Self> {
        let language = |source: &Source| source.language.as_ref().unwrap_or(&bot.document.language).to_string();
        let named: HashSet<&str> = bot
            .document
            .steps
            .values()
            .filter_map(|step| step.source().get("knowledge")?.as_array())
            .flat_map(|names| names.iter().filter_map(Value::as_str))
            .collect();
        let shared = shared.iter().filter(|(name, _)| named.contains(name.as_str())).map(|named| (named, true));
        let own = bot.document.knowledge.iter().map(|named| (named, is_file));
        // A bot's own source hides that of all bots with the same name.
        let sources: BTreeMap<_, _> = shared
            .chain(own)
            .map(|((name, source), has_files)| (name.clone(), (source.clone(), language(source), has_files)))
            .collect();
        (!sources.is_empty()).then(|| Wanted { bot: bot.id.clone(), sources })
    }
}

/// What was read, and of what the indexes were made.
#[derive(Default)]
pub struct Keeper {
    read: HashMap<Key, Read>,
    shelved: HashMap<BotId, Vec<Shelved>>,
}

/// The name of a source, its language, and what it held.
type Shelved = (String, String, Arc<Content>);

/// A source, whichever bots have it. It is the same text in every language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: Source,
    has_files: bool,
}

struct Read {
    files: Vec<FileState>,
    content: Arc<Content>,
    /// When it is read again, changed or not.
    again: Option<Moment>,
}

#[derive(Debug, Default)]
struct Content {
    text: Text,
    vectors: Arc<[Vector]>,
    /// Beside those of the text: why it has no embeddings, or why it is an old one.
    problem: Option<String>,
}

impl Keeper {
    /// Reads what is new, changed or due, and indexes it. Bots that are not named any more know nothing.
    pub async fn keep(&mut self, knowledge: &Knowledge, store: &dyn Store, now: Moment, wanted: Vec<Wanted>) {
        let sources = wanted.iter().flat_map(|wanted| wanted.sources.values());
        let keys: HashSet<Key> =
            sources.map(|(source, _, has_files)| Key { source: source.clone(), has_files: *has_files }).collect();
        let mut before = std::mem::take(&mut self.read);
        let keys: Vec<Key> = keys.into_iter().collect();
        for keys in keys.chunks(AT_ONCE) {
            let reads = keys.iter().map(|key| refreshed(knowledge, store, now, key, before.remove(key)));
            let reads = join_all(reads.collect::<Vec<_>>()).await;
            self.read.extend(keys.iter().cloned().zip(reads));
        }

        self.shelved.retain(|bot, _| wanted.iter().any(|wanted| wanted.bot == *bot));
        let mut shelves: HashMap<BotId, Arc<Shelf>> = HashMap::clone(&knowledge.shelves.borrow());
        shelves.retain(|bot, _| self.shelved.contains_key(bot));
        for Wanted { bot, sources } in wanted {
            let contents: Vec<Shelved> = sources
                .into_iter()
                .filter_map(|(name, (source, language, has_files))| {
                    Some((name, language, self.read.get(&Key { source, has_files })?.content.clone()))
                })
                .collect();
            if self.shelved.get(&bot).is_some_and(|before| are_same(before, &contents)) {
                continue;
            }
            if let Some(shelf) = shelf(&bot, contents.clone()).await {
                shelves.insert(bot.clone(), Arc::new(shelf));
                self.shelved.insert(bot, contents);
            }
        }
        knowledge.shelves.send_replace(shelves);
    }
}

fn are_same(before: &[Shelved], now: &[Shelved]) -> bool {
    let is_same = |(one, other): (&Shelved, &Shelved)| one.0 == other.0 && one.1 == other.1 && Arc::ptr_eq(&one.2, &other.2);
    before.len() == now.len() && before.iter().zip(now).all(is_same)
}

/// A source as it is now: as it was before, where nothing says that it changed.
async fn refreshed(knowledge: &Knowledge, store: &dyn Store, now: Moment, key: &Key, before: Option<Read>) -> Read {
    let is_due = before.as_ref().is_none_or(|before| before.again.is_some_and(|again| again <= now));
    let (files, text, failed) = match key.source.origin() {
        Some(Origin::Url(_)) if !is_due => return before.unwrap_or_else(Read::nothing),
        Some(Origin::Url(url)) => match reading::page(knowledge.client.as_ref(), url).await {
            Ok(text) => (Vec::new(), text, None),
            // What was there before is better than nothing.
            Err(problem) => {
                let text = before.as_ref().map(|before| before.content.text.clone()).unwrap_or_default();
                (Vec::new(), text, Some(problem))
            }
        },
        _ => match lying_here(knowledge, key).await {
            Ok(files) if !is_due && before.as_ref().is_some_and(|before| before.files == files) => {
                return before.unwrap_or_else(Read::nothing);
            }
            Ok(files) => {
                let (source, read) = (key.source.clone(), files.clone());
                let text = tokio::task::spawn_blocking(move || reading::of_files(&source, &read)).await.unwrap_or_default();
                (files, text, None)
            }
            Err(problem) => (Vec::new(), Text { parts: Vec::new(), problems: vec![problem] }, None),
        },
    };
    let refresh = key.source.url.as_ref().map(|_| key.source.refresh.unwrap_or(REFRESH));
    let old = before.filter(|before| before.content.text == text && before.content.problem == failed);
    let content = match old {
        Some(before) => before.content,
        None => Arc::new(embedded(knowledge, store, now, text, failed).await),
    };
    let again = match (&content.problem, refresh) {
        (Some(_), Some(refresh)) => Some(refresh.min(RETRY)),
        (Some(_), None) => Some(RETRY),
        (None, refresh) => refresh,
    };
    Read { files, content, again: again.map(|after| now.plus(after.millis())) }
}

impl Read {
    fn nothing() -> Self {
        Read { files: Vec::new(), content: Arc::default(), again: None }
    }
}

/// The files of a source that lies here.
async fn lying_here(knowledge: &Knowledge, key: &Key) -> Result<Vec<FileState>, String> {
    if key.source.is_of_files() && !key.has_files {
        return Err(
            "this bot is kept in the store alone, so it has no files beside it: write the knowledge into `text`, or name a page \
                    under `url`"
                .to_owned(),
        );
    }
    let (folder, source) = (knowledge.folder.clone(), key.source.clone());
    let files = tokio::task::spawn_blocking(move || reading::files(Path::new(&folder), &source)).await;
    files.unwrap_or_else(|_| Err("its files can't be read".to_owned()))
}

async fn embedded(knowledge: &Knowledge, store: &dyn Store, now: Moment, text: Text, failed: Option<String>) -> Content {
    let vectors = match &knowledge.embedder {
        Some(embedder) => embeddings::of_parts(embedder, store, now, &text.parts).await,
        None => Ok(Vec::new()),
    };
    match vectors {
        Ok(vectors) => Content { text, vectors: vectors.into(), problem: failed },
        Err(reason) => {
            let problem = failed.unwrap_or_else(|| format!("it is searched by words alone: {reason}"));
            Content { text, vectors: Arc::default(), problem: Some(problem) }
        }
    }
}

/// Indexes what a bot knows; None: there is no memory for it, and what was there before stays.
async fn shelf(bot: &BotId, contents: Vec<Shelved>) -> Option<Shelf> {
    let mut left = MAX_PASSAGES;
    let (mut sources, mut states) = (Vec::new(), Vec::new());
    for (name, language, content) in contents {
        let parts: Arc<[Part]> = content.text.parts.iter().take(left).cloned().collect();
        left -= parts.len();
        let mut problems: Vec<String> = content.text.problems.iter().chain(&content.problem).cloned().collect();
        if parts.len() < content.text.parts.len() {
            problems.push(format!("the bot has more than {MAX_PASSAGES} passages: the rest of this source is not found"));
        }
        for problem in &problems {
            tracing::warn!(bot.id = %bot, source = name, "knowledge {name} of bot {bot}: {problem}");
        }
        states.push(SourceState { name: name.clone(), passages: parts.len(), embedded: !content.vectors.is_empty(), problems });
        sources.push(::knowledge::Source { name, language, parts, vectors: content.vectors.clone() });
    }
    let count = MAX_PASSAGES - left;
    match tokio::task::spawn_blocking(move || Index::new(sources)).await {
        Ok(Ok(index)) => {
            tracing::info!(bot.id = %bot, passages = count, "bot {bot} knows {count} passages");
            Some(Shelf { index, sources: states })
        }
        Ok(Err(error)) => {
            tracing::error!(bot.id = %bot, %error, "bot {bot}: {error}");
            None
        }
        Err(_) => None,
    }
}
