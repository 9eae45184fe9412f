//! Sessions that are open: how many there are of each version, and what a publication would do to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use steps::{
    bot::Bot,
    contact::{Contact, Frame, Session},
    ids::{BotId, StepId, Version},
    moment::DAY,
};
use store::{ListedSession, SessionCount, SessionQuery, StoreError};

use super::{History, load_version};
use crate::app::App;

/// Sessions that a publication looks at one by one.
const MAX_LOOKED_AT: usize = 10_000;
const PAGE: usize = 500;
/// Contacts that are loaded at the same time.
const AT_ONCE: usize = 16;
/// What counts as lately.
const LATELY: i64 = 7 * DAY;

/// How many sessions there are, by bot and version.
pub struct SessionCounts(Vec<SessionCount>);

impl SessionCounts {
    /// Of a bot: those that run, and those that started lately.
    pub fn of_bot(&self, id: &str) -> (u64, u64) {
        let of_bot = self.0.iter().filter(|count| count.bot == id);
        of_bot.fold((0, 0), |(open, since), count| (open + count.open, since + count.since))
    }

    /// Those that run of a version.
    pub fn open_of_version(&self, id: &BotId, version: &Version) -> u64 {
        let of_version = self.0.iter().filter(|count| count.bot == id.as_str() && count.version == version.as_str());
        of_version.map(|count| count.open).sum()
    }
}

pub async fn session_counts(app: &App) -> Result<SessionCounts, StoreError> {
    app.store.session_counts(app.now().plus(-LATELY).0).await.map(SessionCounts)
}

/// What becomes of the sessions that are open in older versions of a bot, where they are to move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OpenSessionsView {
    /// All of them.
    open: u64,
    /// Those that can go on in the new version.
    #[serde(rename = "move")]
    moves: u64,
    /// Those that can't, by where they are: that step is gone, is of another kind, or waits for other things.
    stay: Vec<Staying>,
    /// False: there are more than were looked at.
    counted_all: bool,
}

/// Sessions that would stay at a step of an older version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
struct Staying {
    version: String,
    /// The number of that version.
    number: Option<u64>,
    step: String,
    count: u64,
}

/// Looks at the sessions that are open in other versions than the one that is to be published.
pub async fn look_at_open(app: &Arc<App>, new: &Bot, history: &History) -> Result<OpenSessionsView, StoreError> {
    let (listed, counted_all) = open_sessions(app, new).await?;
    let mut by_contact: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for row in listed {
        by_contact.entry(row.contact).or_default().insert(row.session.id);
    }
    let load = |(contact, ids): (String, BTreeSet<u32>)| async move { sessions_of(app, &contact, &ids).await };
    let loaded: Vec<Vec<Session>> = stream::iter(by_contact).map(load).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut told = OpenSessionsView { counted_all, ..OpenSessionsView::default() };
    let mut staying: BTreeMap<(Version, StepId), u64> = BTreeMap::new();
    for session in loaded.iter().flatten() {
        let older = |frame: &&Frame| frame.bot == new.id && frame.version != new.version;
        let frames: Vec<&Frame> = session.frames.iter().filter(older).collect();
        if frames.is_empty() {
            continue;
        }
        told.open += 1;
        for frame in &frames {
            if app.bots.load().version(&frame.version).is_none() {
                load_version(app, frame.version.as_str(), false).await?;
            }
        }
        let bots = app.bots.load();
        match interpreter::stays(frames, new, |version| bots.version(version).cloned()) {
            None => told.moves += 1,
            Some(frame) => *staying.entry((frame.version.clone(), frame.step.clone())).or_default() += 1,
        }
    }
    told.stay = staying
        .into_iter()
        .map(|((version, step), count)| Staying {
            number: history.latest(version.as_str()).map(|published| published.number),
            version: version.to_string(),
            step: step.to_string(),
            count,
        })
        .collect();
    Ok(told)
}

/// Open sessions in which the bot may run: those that began with it, and where another bot calls it, all; and whether these are all.
async fn open_sessions(app: &App, new: &Bot) -> Result<(Vec<ListedSession>, bool), StoreError> {
    let is_called = app.bots.load().live_bots().any(|bot| bot.calls().any(|called| called == new.id.as_str()));
    let bot = (!is_called).then(|| new.id.to_string());
    let mut listed: Vec<ListedSession> = Vec::new();
    while listed.len() < MAX_LOOKED_AT {
        let before = listed.last().map(ListedSession::place);
        let query = SessionQuery { bot: bot.clone(), open: Some(true), before, limit: PAGE, ..SessionQuery::default() };
        let page = app.store.sessions(query).await?;
        let is_last = page.len() < PAGE;
        listed.extend(page);
        if is_last {
            return Ok((listed, true));
        }
    }
    Ok((listed, false))
}

/// These sessions of a contact as they are now; one that has ended meanwhile is none.
async fn sessions_of(app: &App, contact: &str, ids: &BTreeSet<u32>) -> Result<Vec<Session>, StoreError> {
    let Some(stored) = app.store.load(contact).await? else { return Ok(Vec::new()) };
    // Whoever writes to this contact is told that it can't be read; a publication does not depend on it.
    let Ok(read) = Contact::read(&stored.value) else { return Ok(Vec::new()) };
    Ok(read.sessions.into_iter().filter(|session| ids.contains(&session.id.0)).collect())
}
