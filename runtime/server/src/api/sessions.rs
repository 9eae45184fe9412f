//! Sessions: the list of all, and one to replay: what its turns did, on the version that ran, beside the chat.
//!
//! A session is read from its contact's journal, from its last fact back to its first: what came before costs nothing, and what came later
//! is looked at only for what became of its messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::Arc,
};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use editor_preview::{
    html,
    story::{self, Told},
    view::Chat,
    words::Language,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{
    environment::Environment,
    fact::Fact,
    ids::{BotId, EntryId, SessionId},
    moment::{MINUTE, Moment},
    trace::{Trace, TraceLine},
};
use store::{JournalRow, ListedSession, SessionEnd, SessionPlace, SessionQuery};

use super::{input::Query, previews::Drawn, shapes};
use crate::{app::App, bots, problem::Problem};

/// Facts that are read of one session, its latest: more than a customer's conversation has, and no load.
const MAX_FACTS: usize = 5_000;
/// Facts behind the end of a session that are looked through one by one.
const MAX_LATER: usize = 2_000;
/// Facts that are read at once.
const PAGE: usize = 1_000;
/// Other sessions of a contact that are looked at for whether they are of another number of the business.
const MAX_OTHERS: usize = 1_000;

/// `open`: it runs; `ended`: it does no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionState {
    Open,
    Ended,
}

/// Which sessions are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Sessions {
    /// Only those that began with this bot.
    bot: Option<String>,
    /// Only those with this version of it.
    version: Option<String>,
    #[param(inline)]
    state: Option<SessionState>,
    /// Only those that ended so: `completed`, `failed`, `expired`, `replaced`, `stopped`, …
    status: Option<String>,
    /// Only those with this outcome, as the bot names it.
    outcome: Option<String>,
    /// Only those of this contact: a phone number or an id.
    contact: Option<String>,
    /// The value of `next` on the page before.
    before: Option<String>,
    /// 100 if left out, 1,000 at most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<NonZeroUsize>,
}

/// A part of the list of sessions.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SessionPage {
    sessions: Vec<SessionRow>,
    /// For `before`; none: this is the last page.
    next: Option<String>,
}

/// A session in the list: one run of a bot.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionRow {
    /// The contact's id, a dot, and the session's number within the contact.
    id: String,
    contact: SessionContact,
    /// The number of the business that the conversation is with.
    business_number: String,
    /// The bot that it began with.
    bot: String,
    bot_name: String,
    /// The bot's version; after a move, the one that it goes on in.
    version: String,
    /// The how-manieth publication of the bot that version is; null where it was never published, or too long ago.
    number: Option<u64>,
    /// What started it: `message`, `conversation`, `stage`, `api`, …
    on: String,
    /// Unix milliseconds.
    started: i64,
    /// Unix milliseconds; null: it runs.
    ended: Option<i64>,
    /// `completed`, `failed`, `expired`, `replaced`, `stopped`, …; null: it runs.
    status: Option<String>,
    /// As the bot names it; null: it runs.
    outcome: Option<String>,
}

/// Whom a session is with.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionContact {
    id: String,
    name: Option<String>,
    phone: Option<String>,
}

/// Sessions, those first that started last.
#[utoipa::path(get, path = "/api/v1/sessions", operation_id = "list_sessions", tag = "sessions", params(Sessions),
    responses((status = 200, body = SessionPage), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Sessions>) -> Result<Json<SessionPage>, Problem> {
    let contact = match asked.contact.as_deref() {
        Some(name) => Some(shapes::contact(&app, name).await?.id.to_string()),
        None => None,
    };
    let limit = asked.limit.map_or(100, NonZeroUsize::get).min(1_000);
    let query = SessionQuery {
        contact,
        id: None,
        bot: asked.bot,
        version: asked.version,
        open: asked.state.map(|state| state == SessionState::Open),
        status: asked.status,
        outcome: asked.outcome,
        before: asked.before.as_deref().map(place).transpose()?,
        limit,
    };
    let found = app.store.sessions(query).await?;
    let next = found.last().filter(|_| found.len() == limit).map(ListedSession::place);
    let next = next.map(|place| format!("{}~{}~{}", place.started, place.contact, place.id));
    Ok(Json(SessionPage { sessions: rows(&app, found).await?, next }))
}

fn place(before: &str) -> Result<SessionPlace, Problem> {
    let read = || {
        let (started, rest) = before.split_once('~')?;
        let (contact, id) = rest.rsplit_once('~')?;
        Some(SessionPlace { started: started.parse().ok()?, contact: contact.to_owned(), id: id.parse().ok()? })
    };
    read().ok_or_else(|| Problem::invalid("before", "give the value of `next` on the page before, unchanged"))
}

async fn rows(app: &App, found: Vec<ListedSession>) -> Result<Vec<SessionRow>, Problem> {
    let mut numbers = BTreeMap::new();
    for listed in &found {
        let bot = &listed.session.bot;
        if !numbers.contains_key(bot) {
            numbers.insert(bot.clone(), publications(app, bot).await?);
        }
    }
    let bots = app.bots.load();
    let name = |bot: &str| {
        let live = BotId::new(bot).ok().and_then(|id| bots.live(&id)).map(|live| live.document.name.clone());
        live.filter(|name| !name.is_empty()).unwrap_or_else(|| bot.to_owned())
    };
    let row = |listed: ListedSession| {
        let ListedSession { contact, profile, session, .. } = listed;
        let (ended, how) = session.ended.map(|SessionEnd { at, status, outcome }| (at, (status, outcome))).unzip();
        let (status, outcome) = how.unzip();
        SessionRow {
            id: format!("{contact}.{}", session.id),
            contact: SessionContact { id: contact, name: profile.name, phone: profile.phone },
            business_number: session.number,
            bot_name: name(&session.bot),
            number: numbers.get(&session.bot).and_then(|numbers| numbers.get(&session.version).copied()),
            bot: session.bot,
            version: session.version,
            on: session.on,
            started: session.started,
            ended,
            status,
            outcome,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// The number of each version of a bot: of its latest publication.
async fn publications(app: &App, bot: &str) -> Result<BTreeMap<String, u64>, Problem> {
    let Ok(id) = BotId::new(bot) else { return Ok(BTreeMap::new()) };
    let history = bots::history(app, &id).await?;
    // Of a version that was published again the latest counts.
    Ok(history.newest_first().rev().map(|published| (published.version.to_string(), published.number)).collect())
}

/// What is drawn of a session.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Replay {
    /// The chat as it was after the turn at this position; left out: to its end.
    until: Option<u64>,
    /// The language of the drawing's own words: `en`, `es`, `pt`.
    #[serde(default)]
    language: String,
}

/// A session to replay.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SessionReplay {
    #[serde(flatten)]
    row: SessionRow,
    /// The version that it started in, where it went on in another.
    moved_from: Option<String>,
    /// The bot in the version that ran; null where that is not kept any more.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    /// Its turns, in order.
    turns: Vec<SessionTurn>,
    /// There were turns before these: they are too many to show, or were removed because they are old.
    has_earlier: bool,
    /// The conversation from its first turn to its last. A bubble's `data-turn` is the position of the turn in which it was said.
    chat: Drawn,
}

/// What a turn did.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionTurn {
    /// Its place in the journal, for `until`.
    position: u64,
    /// ISO 8601.
    at: String,
    /// The event that it was about.
    event: String,
    /// What happened, without what other sessions did in the same turn.
    #[schema(value_type = Vec<Object>)]
    trace: Vec<TraceLine>,
}

/// One session, to replay: its turns on the version that ran, and the chat, to its end or as it was after one of its turns.
#[utoipa::path(get, path = "/api/v1/sessions/{session}", operation_id = "show_session", tag = "sessions", params(("session" = String, Path,), Replay),
    responses((status = 200, body = SessionReplay), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Replay { until, language }): Query<Replay>,
) -> Result<Json<SessionReplay>, Problem> {
    let listed = find(&app, &id).await?;
    let history = History::read(&app, &listed).await?;
    let document = match BotId::new(&listed.session.bot) {
        Ok(bot) => bots::document(&app, &bot, &listed.session.version).await?,
        Err(_) => None,
    };
    let row = rows(&app, vec![listed.clone()]).await?.pop().ok_or_else(|| missing(&id))?;
    let (name, now, environment) = (row.bot_name.clone(), app.now(), app.environment.load_full());
    let zone = document.as_ref().and_then(|document| document["timezone"].as_str()).and_then(|zone| TimeZone::get(zone).ok());
    let drawn = tokio::task::spawn_blocking(move || {
        let chat = Chat { took_place: true, ..Chat::new(name).language(Language::of(&language)) };
        let chat = history.chat(chat, &environment, until, now, &zone.unwrap_or(TimeZone::UTC));
        (history, Drawn { html: chat })
    });
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the session could not be drawn");
    let (history, chat) = drawn.await.map_err(failed)?;
    let moved_from = history.started_in().filter(|version| *version != row.version);
    Ok(Json(SessionReplay { row, moved_from, document, turns: history.turns, has_earlier: history.has_earlier, chat }))
}

fn missing(id: &str) -> Problem {
    Problem::not_found(format!("there is no session {id:?}; its contact may have been erased, or it is too old to be kept"))
}

async fn find(app: &Arc<App>, id: &str) -> Result<ListedSession, Problem> {
    let read = || {
        let (contact, number) = id.rsplit_once('.')?;
        Some((contact.to_owned(), number.parse().ok()?))
    };
    let detail = "a session is named as the list names it: the contact's id, a dot, and a number";
    let (contact, number) = read().ok_or_else(|| Problem::invalid("session", detail))?;
    let query = SessionQuery { contact: Some(contact.clone()), id: Some(number), limit: 1, ..SessionQuery::default() };
    if let Some(found) = app.store.sessions(query).await?.pop() {
        return Ok(found);
    }
    match shapes::contact(app, &contact).await {
        Ok(found) if found.id.as_str() != contact => {
            let into = found.id;
            Err(Problem::not_found(format!(
                "contact {contact} turned out to be contact {into}; the sessions that ran then go on there: \
                 GET /api/v1/sessions?contact={into}"
            )))
        }
        _ => Err(missing(id)),
    }
}

/// What the journal tells of a session and the conversation around it, in order.
struct History {
    facts: Vec<Happened>,
    turns: Vec<SessionTurn>,
    /// See [`SessionReplay::has_earlier`].
    has_earlier: bool,
    session: SessionId,
    /// When it ended; `None`: it runs.
    ended: Option<Moment>,
}

/// A fact with its turn.
struct Happened {
    position: u64,
    at: Moment,
    /// The position of the trace that its turn ended with.
    turn: Option<u64>,
    fact: Fact,
}

impl History {
    async fn read(app: &App, listed: &ListedSession) -> Result<Self, Problem> {
        let (contact, session) = (&listed.contact, SessionId(listed.session.id));
        let ended = listed.session.ended.as_ref().map(|ended| Moment(ended.at));
        let end = ended.map_or(u64::MAX, |_| listed.told);
        let mut span = Span { session, started: Moment(listed.session.started), start: None, facts: Vec::new() };
        let (mut later, mut looked_at, mut before) = (Vec::new(), 0, None);
        loop {
            let rows = app.store.journal_of(contact, before, PAGE).await?;
            let Some(last) = rows.last() else { break };
            before = Some(last.position);
            let (behind, within) = rows.split_at(rows.partition_point(|row| row.position > end));
            later.extend(behind.iter().filter_map(|row| news(row, session)));
            if within.iter().any(|row| span.take(row)) || span.facts.len() >= MAX_FACTS {
                break;
            }
            looked_at += behind.len();
            if within.is_empty() && looked_at >= MAX_LATER {
                // Messages go out within moments, so that is seen in what happened next, whoever it happened to.
                let next = app.store.journal_since(end, PAGE).await?;
                later = next.iter().rev().filter(|row| row.contact == *contact).filter_map(|row| news(row, session)).collect();
                before = Some(end.saturating_add(1));
            }
        }
        let has_earlier = span.start.is_none();
        let elsewhere = elsewhere(app, listed).await?;
        let said = said(&span.facts);
        later.retain(|happened: &Happened| becomes_of(&happened.fact).is_none_or(|entry| said.contains(&entry)));
        let facts: Vec<Happened> = later.into_iter().chain(span.facts).rev().collect();
        Ok(History { turns: turns(&facts, session), facts: here(facts, &elsewhere), has_earlier, session, ended })
    }

    /// The version that it started in, as far as that is told.
    fn started_in(&self) -> Option<String> {
        self.facts.iter().find_map(|happened| match &happened.fact {
            Fact::SessionStarted { session, version, .. } if *session == self.session => Some(version.to_string()),
            _ => None,
        })
    }

    /// The chat, drawn into an empty one: up to a turn, with whether the messages went out that had been said by then; else to the session's end, or until
    /// now.
    fn chat(&self, chat: Chat, environment: &Environment, until: Option<u64>, now: Moment, zone: &TimeZone) -> String {
        let until = until.unwrap_or(u64::MAX);
        let (so_far, _) = self.facts.split_at(self.facts.partition_point(|happened| happened.position <= until));
        let said = said(so_far);
        let is_told = |happened: &&Happened| {
            happened.position <= until || becomes_of(&happened.fact).is_some_and(|entry| said.contains(&entry))
        };
        let told = self.facts.iter().filter(is_told).map(|Happened { at, turn, fact, .. }| Told { at: *at, turn: *turn, fact });
        let end = match until {
            u64::MAX => self.ended.unwrap_or(now),
            _ => so_far.last().map(|happened| happened.at).unwrap_or_default(),
        };
        let clock = |at: Moment| at.zoned(zone).strftime("%H:%M").to_string();
        html::chat(&story::chat(chat, environment, told, end, clock))
    }
}

/// The messages of the business that these facts say.
fn said(facts: &[Happened]) -> BTreeSet<EntryId> {
    let entry = |happened: &Happened| if let Fact::Queued { entry, .. } = happened.fact { Some(entry) } else { None };
    facts.iter().filter_map(entry).collect()
}

/// The message of the business of which a fact tells whether, and as what, it went out.
fn becomes_of(fact: &Fact) -> Option<EntryId> {
    match fact {
        Fact::Sent { entry, .. } | Fact::SendFailed { entry, .. } | Fact::Replaced { entry, .. } => Some(*entry),
        _ => None,
    }
}

/// What a fact from behind a session's end tells of its messages, and of calls that came back too late.
fn news(row: &JournalRow, session: SessionId) -> Option<Happened> {
    let fact = serde_json::from_str::<Fact>(&row.body).ok()?;
    let is_news = match &fact {
        Fact::Status { .. } => true,
        Fact::Trace { trace, .. } => trace.iter().any(|line| line.session == Some(session)),
        _ => becomes_of(&fact).is_some(),
    };
    is_news.then(|| Happened { position: row.position, at: Moment(row.at), turn: None, fact })
}

/// A contact's facts, gathered from the newest back until the turn is whole in which a session started.
struct Span {
    session: SessionId,
    started: Moment,
    /// The moment of the turn in which it started, once that was met.
    start: Option<Moment>,
    /// The newest first.
    facts: Vec<Happened>,
}

impl Span {
    /// Takes the fact before; true: there is no more to take.
    fn take(&mut self, row: &JournalRow) -> bool {
        let at = Moment(row.at);
        // A fact of a newer version, or one that was damaged, is not told.
        let fact = serde_json::from_str::<Fact>(&row.body).ok();
        let is_trace = matches!(fact, Some(Fact::Trace { .. }));
        // What began with it came behind the trace of the turn before. Servers' clocks differ a little.
        let is_before = match self.start {
            Some(start) => is_trace || at != start,
            None => at < self.started.plus(-MINUTE),
        };
        if is_before {
            return true;
        }
        let Some(fact) = fact else { return false };
        if matches!(&fact, Fact::SessionStarted { session, .. } if *session == self.session) {
            self.start = Some(at);
        }
        // The facts of a commit have one moment, and its turns end with their traces.
        let behind = self.facts.last().filter(|behind| behind.at == at);
        let turn = if is_trace { Some(row.position) } else { behind.and_then(|behind| behind.turn) };
        self.facts.push(Happened { position: row.position, at, turn, fact });
        false
    }
}

/// The turns in which a session ran.
fn turns(facts: &[Happened], session: SessionId) -> Vec<SessionTurn> {
    let turn = |happened: &Happened| {
        let Fact::Trace { event, trace: Trace(lines) } = &happened.fact else { return None };
        lines.iter().any(|line| line.session == Some(session)).then(|| SessionTurn {
            position: happened.position,
            at: happened.at.to_string(),
            event: event.to_string(),
            trace: lines.iter().filter(|line| line.session.is_none_or(|of| of == session)).cloned().collect(),
        })
    };
    facts.iter().filter_map(turn).collect()
}

/// The contact's sessions with other numbers of the business.
async fn elsewhere(app: &App, listed: &ListedSession) -> Result<BTreeSet<SessionId>, Problem> {
    if app.channels.len() < 2 {
        return Ok(BTreeSet::new());
    }
    let query = SessionQuery { contact: Some(listed.contact.clone()), limit: MAX_OTHERS, ..SessionQuery::default() };
    let others = app.store.sessions(query).await?.into_iter().map(|other| other.session);
    Ok(others.filter(|other| other.number != listed.session.number).map(|other| SessionId(other.id)).collect())
}

/// Leaves out what was said with another number, as far as a session tells it: facts themselves name no number.
fn here(facts: Vec<Happened>, elsewhere: &BTreeSet<SessionId>) -> Vec<Happened> {
    if elsewhere.is_empty() {
        return facts;
    }
    let mut turns_elsewhere = BTreeSet::new();
    for happened in &facts {
        if let Fact::Trace { trace, .. } = &happened.fact {
            let mut sessions = trace.iter().filter_map(|line| line.session).peekable();
            if sessions.peek().is_some() && sessions.all(|session| elsewhere.contains(&session)) {
                turns_elsewhere.insert(happened.position);
            }
        }
    }
    let is_here = |happened: &Happened| match &happened.fact {
        Fact::Queued { session: Some(session), .. } => !elsewhere.contains(session),
        Fact::Received { .. } | Fact::HandedOver { .. } | Fact::Alert { .. } => {
            happened.turn.is_none_or(|turn| !turns_elsewhere.contains(&turn))
        }
        _ => true,
    };
    facts.into_iter().filter(is_here).collect()
}

#[cfg(test)]
mod tests;
