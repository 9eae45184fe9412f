//! What is known of the account's names: read at the start, every hour, and when Kommo speaks of something unknown; kept in the store, so
//! that a start without Kommo knows what the last one knew. Turns and the checker see them as part of the environment.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use compact_str::CompactString;
use serde_json::Value;
use store::StoreError;
use tokio::{sync::Notify, time::Instant};

use super::{
    Kommo,
    client::ApiError,
    directory::{self, Directory, Part, Reading, Unread},
    names::{Entity, Names},
    slug::Both,
};
use crate::{
    alerts::{self, Alert},
    app::App,
    records,
    settings::Settings,
};

/// Records by account: what it has.
const KIND: &str = "kommo-names";
/// The longest time between two looks.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// The pause after a look that read nothing; it doubles with each one, up to [`EVERY`].
const AGAIN: Duration = Duration::from_secs(30);
/// What was read so short a time ago is not read again because somebody said a name that is unknown.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// The name of alerts about names that can't be read.
const NAMES_UNREAD: &str = "crm_names_unread";
/// The name of alerts about names that bots say, and that Kommo does not use any more.
const NAMES_CHANGED: &str = "crm_names_changed";

/// What is known now.
pub struct Known {
    settings: Settings,
    pub directory: ArcSwap<Directory>,
    pub names: ArcSwap<Names>,
    /// The pipeline and stage in which leads begin.
    first: ArcSwap<(CompactString, CompactString)>,
    /// When Kommo was asked last. Whoever holds it asks.
    asked: tokio::sync::Mutex<Option<Instant>>,
    /// Ids that Kommo spoke of, and that a look did not explain.
    unexplained: Mutex<HashSet<(&'static str, u64)>>,
    /// Parts that could not be read at the last look.
    pub unread: ArcSwap<Vec<(Part, Unread)>>,
    /// Something was read.
    changed: Notify,
    /// Something is unknown.
    wanted: Notify,
}

impl Known {
    pub fn new(settings: &Settings) -> Self {
        let known = Known {
            settings: settings.clone(),
            directory: ArcSwap::default(),
            names: ArcSwap::default(),
            first: ArcSwap::default(),
            asked: tokio::sync::Mutex::default(),
            unexplained: Mutex::default(),
            unread: ArcSwap::default(),
            changed: Notify::new(),
            wanted: Notify::new(),
        };
        known.set(Directory::default());
        known
    }

    /// This is the account from now on.
    pub fn set(&self, directory: Directory) {
        let names = Names::new(&self.settings.kommo, &directory);
        let environment = self.settings.environment(<[u8; 32]>::default());
        let known = names.in_environment(environment, &directory, &self.settings.kommo, self.declares_pipelines());
        self.first.store(Arc::new(known.first_stage()));
        self.names.store(Arc::new(names));
        self.directory.store(Arc::new(directory));
    }

    fn unexplained(&self) -> MutexGuard<'_, HashSet<(&'static str, u64)>> {
        self.unexplained.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_first_stage(&self, pipeline: &str, stage: &str) -> bool {
        // One that was made before any stage was known has none.
        stage.is_empty() || *self.first.load_full() == (pipeline.into(), stage.into())
    }

    fn declares_pipelines(&self) -> bool {
        !self.settings.pipelines.is_empty()
    }
}

impl Kommo {
    pub fn names(&self) -> Arc<Names> {
        self.known.names.load_full()
    }

    /// Reads the account, unless that was done after `since`.
    pub async fn look_again(&self, since: Instant) {
        let mut asked = self.known.asked.lock().await;
        if asked.is_some_and(|at| at > since) {
            return;
        }
        *asked = Some(Instant::now());
        let Reading { directory, unread } = directory::read(&self.client, &self.known.directory.load_full()).await;
        self.known.unread.store(Arc::new(unread));
        if directory != *self.known.directory.load_full() {
            self.known.set(directory);
        }
        self.known.changed.notify_one();
    }

    /// The ids of a lead or contact that are unknown, but for those that a look did not explain.
    pub fn unknown(&self, of: Entity, json: &Value) -> Vec<(&'static str, u64)> {
        let unknown = self.known.directory.load().unknown(of, json);
        let unexplained = self.known.unexplained();
        unknown.into_iter().filter(|id| !unexplained.contains(id)).collect()
    }

    /// Reads the account because of these ids. What it does not have is not looked for again until the next look.
    pub async fn look_for(&self, unknown: Vec<(&'static str, u64)>) {
        self.look_again(Instant::now()).await;
        let is_away = |(_, unread): &(Part, Unread)| matches!(unread, Unread::Error(ApiError::Later { .. }));
        if !self.known.unread.load().iter().any(is_away) {
            self.known.unexplained().extend(unknown);
        }
    }

    /// Somebody said a name that nothing has: it may be new.
    pub fn look_soon(&self) {
        self.known.wanted.notify_one();
    }
}

/// Takes up what the store kept: before the first turn, and before files of bots are checked.
pub async fn recall(app: &App) -> Result<(), StoreError> {
    let Some(kommo) = app.crm.kommo() else { return Ok(()) };
    if let Some((directory, _)) = records::get::<Directory>(app, KIND, &kommo.settings.account()).await? {
        kommo.known.set(directory);
    }
    apply(app, kommo);
    Ok(())
}

/// What the store kept, for commands that run no server.
pub async fn kept(store: &dyn store::Store, account: &str, now: steps::moment::Moment) -> Option<Directory> {
    let stored = store.get_record(KIND, account, now.0).await.ok()??;
    serde_json::from_slice(&stored.value).ok()
}

/// Gives new turns what is known.
pub fn apply(app: &App, kommo: &Kommo) {
    let (names, directory) = (kommo.names(), kommo.known.directory.load_full());
    app.environment.rcu(|environment| {
        let environment = steps::environment::Environment::clone(environment);
        names.in_environment(environment, &directory, &kommo.settings, kommo.known.declares_pipelines())
    });
}

/// Follows the account until the server stops. The start does not wait for it.
pub async fn work(app: Arc<App>) {
    let Some(kommo) = app.crm.kommo() else { return app.stop.cancelled().await };
    let (mut last, mut failures) = (kommo.known.directory.load_full(), 0);
    let mut due = Instant::now();
    while !app.is_stopping() {
        if due <= Instant::now() {
            kommo.look_again(Instant::now()).await;
            kommo.known.unexplained().clear();
            let read_nothing = Reading { unread: kommo.known.unread.load_full().to_vec(), ..Reading::default() }.is_empty();
            failures = if read_nothing { failures + 1 } else { 0 };
            due = Instant::now() + if failures == 0 { EVERY } else { EVERY.min(AGAIN * 2_u32.pow((failures - 1).min(7))) };
        }
        settle(&app, kommo, &mut last, failures).await;
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = kommo.known.changed.notified() => {}
            () = kommo.known.wanted.notified() => {
                let asked = (*kommo.known.asked.lock().await).map_or_else(Instant::now, |at| at + FRESH);
                due = due.min(asked);
            }
            () = tokio::time::sleep_until(due) => {}
        }
    }
}

/// Keeps what was read, gives it to turns, and tells the team what has become different.
async fn settle(app: &Arc<App>, kommo: &Kommo, last: &mut Arc<Directory>, failures: u32) {
    // One look that reads nothing may be a moment's outage.
    let unread = if failures == 1 { Arc::default() } else { kommo.known.unread.load_full() };
    for (reason, parts) in by_reason(&unread) {
        let text = format!(
            "names of Kommo can't be read, and the last known ones stay in use: {}: {reason}. What [kommo] of the settings names works all the same",
            parts.join(", ")
        );
        if alerts::record_once_a_day(app, &Alert::of_account(app.now(), NAMES_UNREAD, text.clone())).await {
            tracing::warn!("{text}");
        }
    }
    let now = kommo.known.directory.load_full();
    if now == *last {
        return;
    }
    apply(app, kommo);
    if let Err(error) = records::replace(app, KIND, &kommo.settings.account(), &*now).await {
        tracing::warn!(%error, "the names of Kommo are not kept over a restart: {error}");
    }
    let (before, names) = (Names::new(&kommo.settings, last), kommo.names());
    for text in changes(&before, &names, last, &now) {
        let bots = bots_that_say(app, &text.name);
        if bots.is_empty() {
            tracing::info!("{}", text.words);
            continue;
        }
        let text = format!("{}. It is said by: {}", text.words, bots.join(", "));
        tracing::warn!("{text}");
        alerts::record_once_a_day(app, &Alert::of_account(app.now(), NAMES_CHANGED, text)).await;
    }
    *last = now;
}

/// Parts in words, by the reason why they are unread.
pub fn by_reason(unread: &[(Part, Unread)]) -> Vec<(String, Vec<String>)> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (part, error) in unread {
        let reason = error.reason();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, parts)) => parts.push(part.words()),
            None => reasons.push((reason, vec![part.words()])),
        }
    }
    reasons
}

/// A name that does not hold as it did.
#[derive(Debug, PartialEq, Eq)]
struct Changed {
    name: String,
    words: String,
}

/// What is called otherwise, or is gone.
fn changes(before: &Names, now: &Names, had: &Directory, has: &Directory) -> Vec<Changed> {
    let mut changed = Vec::new();
    let none = Both::default();
    let mut compare = |what: &str, of: &str, before: &Both, now: &Both, has: &dyn Fn(u64) -> bool| {
        let mut names: Vec<(&u64, &String)> = before.names.iter().collect();
        names.sort();
        for (id, name) in names {
            let words = match now.names.get(id).filter(|_| has(*id)) {
                Some(same) if same == name => continue,
                Some(other) => format!(
                    "`{name}` ({what} {id}{of}) has another name in Kommo now, and is `{other}` here. `{name}` goes on working; write \
                     `{other}`, or pin `{name}` in [kommo] of the settings"
                ),
                None => format!("`{name}` ({what} {id}{of}) is gone from Kommo"),
            };
            changed.push(Changed { name: name.clone(), words });
        }
    };
    let pipeline = |directory: &Directory, id: u64| directory.pipelines.iter().find(|known| known.thing.id == id).cloned();
    compare("pipeline", "", &before.pipelines, &now.pipelines, &|id| pipeline(had, id).is_none() || pipeline(has, id).is_some());
    for (id, stages) in &before.stages {
        let has_stage = |directory: &Directory, stage: u64| {
            pipeline(directory, *id).is_some_and(|pipeline| pipeline.stages.iter().any(|known| known.id == stage))
        };
        let of = format!(" of pipeline `{}`", before.pipeline(*id));
        let now = now.stages.get(id).unwrap_or(&none);
        compare("stage", &of, stages, now, &|stage| !has_stage(had, stage) || has_stage(has, stage));
    }
    let is_among = |things: &[directory::Thing], id: u64| things.iter().any(|known| known.id == id);
    compare("user", "", &before.users, &now.users, &|id| !is_among(&had.users, id) || is_among(&has.users, id));
    for (of, fields) in &before.fields {
        let has_field = |directory: &Directory, id: u64| directory.fields(*of).iter().any(|known| known.thing.id == id);
        let now = now.fields.get(of).unwrap_or(&none);
        compare(&format!("{} field", of.word()), "", fields, now, &|id| !has_field(had, id) || has_field(has, id));
    }
    changed
}

/// Live bots in whose text a name stands as a word.
fn bots_that_say(app: &App, name: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let says = |text: &str| {
        text.match_indices(name).any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
    };
    let bots = app.bots.load();
    let bots = bots.live_bots().filter(|bot| serde_json::to_string(&bot.document).is_ok_and(|text| says(&text)));
    bots.map(|bot| bot.id.to_string()).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crm::kommo::directory::{Pipeline, Thing},
        settings::Flags,
    };

    fn directory(stages: &[(u64, &str)]) -> Directory {
        let thing = |id: u64, name: &str| Thing { id, name: name.to_owned(), former: Vec::new() };
        let stages = stages.iter().map(|(id, name)| thing(*id, name)).collect();
        Directory { pipelines: vec![Pipeline { thing: thing(31, "Sales"), stages }], ..Directory::default() }
    }

    fn told(toml: &str, had: &Directory, has: &Directory) -> Vec<String> {
        let toml = format!("[kommo]\nsubdomain = \"acme\"\ntoken = \"t\"\n{toml}");
        let settings = Settings::read(&toml, "test", |_| None, &Flags::default()).unwrap();
        let (before, now) = (Names::new(&settings.kommo, had), Names::new(&settings.kommo, has));
        changes(&before, &now, had, has).into_iter().map(|changed| changed.words).collect()
    }

    #[test]
    fn what_is_called_otherwise_or_gone_is_told() {
        let had = directory(&[(1, "New"), (2, "Quoted"), (3, "Asked")]);
        let has = directory(&[(1, "New"), (2, "Offer")]);
        let told = self::told("", &had, &has);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("`quoted` (stage 2 of pipeline `sales`)") && told[0].contains("write `offer`"), "{told:?}");
        assert_eq!(told[1], "`asked` (stage 3 of pipeline `sales`) is gone from Kommo");
    }

    #[test]
    fn what_is_pinned_keeps_its_name_and_is_told_when_it_is_gone() {
        let pinned = "[kommo.pipelines.sales]\nid = 31\nstages = {quoted = 2}";
        let had = directory(&[(2, "Quoted")]);
        assert_eq!(told(pinned, &had, &directory(&[(2, "Offer")])), Vec::<String>::new());
        assert_eq!(told(pinned, &had, &directory(&[])), ["`quoted` (stage 2 of pipeline `sales`) is gone from Kommo"]);
        assert_eq!(
            told(pinned, &Directory::default(), &had),
            Vec::<String>::new(),
            "what is read for the first time is no change"
        );
    }
}
