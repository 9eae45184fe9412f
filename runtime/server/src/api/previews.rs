//! Previews: a draft plays what was done to it, as a dialog test would, and it is told what the customer sees and why.
//!
//! A preview is a function of its request: nothing is kept here, so any server answers, two people can preview one draft, and "back" is
//! the same request with fewer lines. No call goes out: it waits for its `reply` line.

pub(super) mod model;

use std::{path::PathBuf, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use editor_preview::{
    flow::Flow,
    html,
    story::{self, Told},
    view::Chat,
    words::Language,
};
use interpreter::{
    Bots,
    dialog::{Dialog, DialogContact, Failure, Line, Played, PlayedLine, called_by, preview as play},
    rehearsal::{Ended, Rehearsal, current_session},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::{
    bot::Bot,
    contact::{Call, Contact, Work},
    environment::Environment,
    ids::{BotId, EntryId, NumberId},
    message::{Message, TemplateButton, TemplateMessage},
    moment::Moment,
    secrets::masked_json,
    template::TemplateContent,
    trace::TraceLine,
};
use tokio::sync::Semaphore;

use super::{
    bots::no_bot,
    contacts::{self, ContactView, Window},
    input::JsonBody,
};
use crate::{
    app::App,
    bots::{self, Checked},
    flows,
    problem::Problem,
};

/// The most lines of a preview.
pub(super) const MAX_LINES: usize = 1_000;
/// Previews that are played at a time, the others wait: they must not take the processor from customers' messages.
pub(super) static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A draft, and what is done to it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Preview {
    /// The id that the draft runs under.
    bot: String,
    /// The draft, saved or not; left out: the saved draft, else what is live.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    document: Option<Map<String, Value>>,
    /// Who writes, as the `contact` of a dialog test; left out: a guest.
    #[serde(default)]
    #[schema(value_type = Object)]
    contact: DialogContact,
    /// When it begins, in ISO 8601; left out: now.
    #[serde(default)]
    at: Option<String>,
    /// The language of the drawing's own words: `en`, `es`, `pt`. What bot and customer say is theirs.
    #[serde(default)]
    language: String,
    /// Forms (Flow JSON) by their name, saved or not; they come before those in the folder `flows` beside the bots.
    #[serde(default)]
    #[schema(value_type = Object)]
    flows: Map<String, Value>,
    /// Lines of a dialog test, 1,000 at most. `bot` and `expect` do nothing here.
    #[schema(value_type = Vec<Object>)]
    steps: Vec<Line>,
}

/// How things stand after the last line that could be done.
#[derive(Default, Serialize, utoipa::ToSchema)]
pub(super) struct PreviewAnswer {
    /// What the checker says of the draft. With errors nothing runs.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Value,
    /// What the customer sees; null where nothing ran, as what else tells of a conversation.
    chat: Option<Drawn>,
    /// What each line did.
    turns: Vec<TurnView>,
    /// The session that listens, else the newest, else the one that ended last.
    session: Option<PlayedSession>,
    contact: Option<ContactView>,
    window: Option<Window>,
    /// The clock, in ISO 8601.
    now: String,
    /// When something falls due by itself, in ISO 8601.
    next_timer: Option<String>,
    /// Calls that wait for a `reply` line, in the order in which such lines answer them.
    calls: Vec<CallView>,
    /// The form that the customer can fill in now.
    form: Option<OpenForm>,
    /// The line that could not be done; those before it ran, none behind it.
    error: Option<LineError>,
}

/// A chat as it is drawn everywhere.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Drawn {
    /// A fragment without script and style; its stylesheet is `/assets/chat.css`.
    pub(super) html: String,
}

/// What a line did.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TurnView {
    /// From 0.
    line: usize,
    /// The clock behind it, in ISO 8601.
    at: String,
    #[schema(value_type = Vec<Object>)]
    trace: Vec<TraceLine>,
    /// How things stood behind it, as `session`, `window` and `now` tell it of the last line.
    session: Option<PlayedSession>,
    window: Window,
    now: String,
    /// The line, and what the bot said to it, as lines of a dialog test.
    #[schema(value_type = Vec<Object>)]
    test: Vec<Line>,
}

/// A form that the bot sent and the customer has not submitted.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OpenForm {
    /// Its name or id; null where only a template knows it.
    flow: Option<String>,
    /// Where it begins; null: at its first screen.
    screen: Option<String>,
    /// What the message gives its first screen.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// Its Flow JSON is at hand, so that `POST /api/v1/previews/form` can draw it.
    known: bool,
}

/// A session of the preview.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PlayedSession {
    bot: String,
    step: String,
    #[schema(value_type = Object)]
    vars: Map<String, Value>,
    /// Answers of the last form.
    #[schema(value_type = Object)]
    flow: Map<String, Value>,
    /// `waiting`, `running`, `ended`.
    #[schema(value_type = String)]
    state: &'static str,
    /// `answer`, `first`, `call`, `child`, `human`.
    waits_for: Option<String>,
    /// How it ended: `completed`, `failed`, …
    status: Option<String>,
    outcome: Option<String>,
}

/// A call that waits for its answer.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CallView {
    entry: u32,
    /// `http`, `ai_reply`, `ai_route`, `ai_extract`.
    kind: String,
    /// The step that made it.
    step: Option<String>,
    /// What would go out; secrets by their name.
    #[schema(value_type = Object)]
    request: Value,
}

/// Why a line could not be done.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct LineError {
    /// From 0.
    line: usize,
    message: String,
}

/// Plays a draft: what the customer would see, and what each line did. Nothing is kept, no message and no call goes out.
#[utoipa::path(post, path = "/api/v1/previews", tag = "bots", request_body = Preview,
    responses((status = 200, body = PreviewAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    JsonBody(preview): JsonBody<Preview>,
) -> Result<Json<PreviewAnswer>, Problem> {
    let stage = Stage::set(&app, preview).await?;
    stage.run(|stage| stage.play()).await.map(Json)
}

/// The saved draft, else what is live.
pub(super) async fn saved(app: &Arc<App>, id: &BotId) -> Result<Option<Value>, Problem> {
    if let Some(draft) = bots::draft(app, id).await? {
        return Ok(Some(draft.document));
    }
    Ok(bots::live_document(app, id).await?)
}

/// A preview with what it knows of the account.
struct Stage {
    id: BotId,
    document: Value,
    preview: Preview,
    live: Arc<Bots>,
    environment: Arc<Environment>,
    /// Where the bots' files are, and their forms beside them.
    bots: PathBuf,
    now: Moment,
}

/// A draft that was played, as far as that could be done.
struct Rehearsed {
    diagnostics: Value,
    begin: String,
    /// None: the draft has errors.
    played: Option<(Arc<Bot>, Arc<Environment>, Played)>,
}

impl Stage {
    async fn set(app: &Arc<App>, mut preview: Preview) -> Result<Self, Problem> {
        let id = BotId::new(&preview.bot).map_err(|error| Problem::invalid("bot", error.to_string()))?;
        if preview.steps.len() > MAX_LINES {
            let detail = format!("{} lines; a preview takes {MAX_LINES} at most", preview.steps.len());
            return Err(Problem::invalid("steps", detail));
        }
        let document = match preview.document.take() {
            Some(document) => Value::Object(document),
            None => saved(app, &id).await?.ok_or_else(|| no_bot(&id))?,
        };
        let (live, environment, bots) = (app.bots.load_full(), app.environment.load_full(), app.settings.bots.clone());
        Ok(Stage { id, document, preview, live, environment, bots, now: app.now() })
    }

    /// Plays, when it is its turn.
    async fn run<T: Send + 'static>(
        self,
        play: impl FnOnce(&Stage) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // Two can run; the semaphore is never closed.
        let permit = AT_ONCE.acquire().await.map_err(|error| Problem::busy(error.to_string()))?;
        let played = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            play(&self)
        });
        let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the preview failed");
        played.await.map_err(failed)?
    }

    fn rehearse(&self) -> Result<Rehearsed, Problem> {
        let Checked { bot, diagnostics } = bots::check(self.id.as_str(), &self.document.to_string(), &self.environment);
        let zone = bot.as_ref().map_or(TimeZone::UTC, |bot| bot.zone.clone());
        let begin = self.preview.at.as_deref().map(|at| {
            let detail = || format!("{at:?} is no moment; one is expected such as \"2026-03-02T10:00:00-03:00\"");
            Moment::read(at, &zone).ok_or_else(|| Problem::invalid("at", detail()))
        });
        let begin = begin.transpose()?.unwrap_or(self.now).to_string();
        let Some(bot) = bot else { return Ok(Rehearsed { diagnostics, begin, played: None }) };
        let Preview { contact, steps, .. } = &self.preview;
        let dialog = Dialog { name: String::new(), contact: contact.clone(), at: Some(begin.clone()), steps: steps.clone() };
        let others = called_by(&bot, |name| self.live.live(&BotId::new(name).ok()?).cloned());
        // Forms of a preview are no forms of a customer: their tokens are made with a key of its own.
        let environment = Arc::new(Environment { token_key: [0; 32], ..Environment::clone(&self.environment) });
        let explain = |code| whatsapp::errors::new(code, "");
        let played = play(&bot, &others, &environment, &dialog, &explain);
        let played = played.map_err(|failure| Problem::invalid("contact", failure.message))?;
        Ok(Rehearsed { diagnostics, begin, played: Some((bot, environment, played)) })
    }

    fn play(&self) -> Result<PreviewAnswer, Problem> {
        let Rehearsed { diagnostics, begin, played } = self.rehearse()?;
        let Some((bot, environment, played)) = played else {
            return Ok(PreviewAnswer { diagnostics, now: begin, ..PreviewAnswer::default() });
        };
        let is_known = |name: &str| match self.preview.flows.get(name) {
            Some(document) => Flow::read(document).is_ok(),
            None => flows::find(&self.bots, name).is_some_and(|flow| flow.is_ok()),
        };
        let form = played.rehearsal.open_form().map(|message| open_form(message, &environment, is_known));
        let language = Language::of(&self.preview.language);
        Ok(PreviewAnswer { form, ..answer(&bot, language, &environment, diagnostics, played) })
    }
}

/// What is told of the form in a message.
fn open_form(message: &Message, environment: &Environment, is_known: impl Fn(&str) -> bool) -> OpenForm {
    match message {
        Message::Flow(flow) => OpenForm {
            known: is_known(&flow.flow),
            flow: Some(flow.flow.clone()),
            screen: flow.screen.clone(),
            data: flow.data.clone(),
        },
        Message::Template(template) => {
            let content = environment.template(&template.name, &template.language).and_then(|known| known.content.as_ref());
            let flow = content.and_then(TemplateContent::flow).map(str::to_owned);
            OpenForm { known: flow.as_deref().is_some_and(is_known), flow, screen: None, data: form_data(template) }
        }
        _ => OpenForm { flow: None, screen: None, data: Map::new(), known: false },
    }
}

/// What a template's form begins with.
fn form_data(template: &TemplateMessage) -> Map<String, Value> {
    let data = template.buttons.iter().find_map(|button| match button {
        TemplateButton::Flow { data, .. } => data.clone(),
        _ => None,
    });
    data.unwrap_or_default()
}

fn answer(bot: &Bot, language: Language, environment: &Environment, diagnostics: Value, played: Played) -> PreviewAnswer {
    let Played { rehearsal, turns, failure } = played;
    let (contact, now) = (&rehearsal.contact, rehearsal.now);
    let number = rehearsal.number();
    let name = if bot.document.name.is_empty() { bot.id.as_str() } else { &bot.document.name };
    let mut lines = turns.iter().peekable();
    let story = rehearsal.story().enumerate().map(|(index, (at, fact))| {
        while lines.next_if(|line| line.facts <= index).is_some() {}
        Told { at, turn: lines.peek().map(|line| line.line as u64), fact }
    });
    let chat = Chat::new(name).language(language);
    let mut chat = story::chat(chat, environment, story, now, |at| at.zoned(&bot.zone).strftime("%H:%M").to_string());
    if let Some(passed) = chat.bubbles.last_mut().filter(|last| last.turn.is_none()) {
        // The time that passed at the end is the last line's.
        passed.turn = turns.last().map(|line| line.line as u64);
    }
    let turn = |PlayedLine { line, at, trace, contact, ended, test, .. }: PlayedLine| TurnView {
        line,
        at: at.to_string(),
        trace: trace.0,
        session: session(&contact, ended.as_ref()),
        window: window(&contact, &number, at),
        now: at.to_string(),
        test,
    };
    PreviewAnswer {
        diagnostics,
        chat: Some(Drawn { html: html::chat(&chat) }),
        turns: turns.into_iter().map(turn).collect(),
        session: session(contact, rehearsal.ended.as_ref()),
        contact: Some(contacts::view_at(contact, &number, now)),
        window: Some(window(contact, &number, now)),
        now: now.to_string(),
        next_timer: rehearsal.due().map(|due| due.to_string()),
        calls: rehearsal.calls.iter().map(|(entry, call, _)| call_view(&rehearsal, *entry, call)).collect(),
        form: None,
        error: failure.map(|Failure { line, message, .. }| LineError { line, message }),
    }
}

fn window(contact: &Contact, number: &NumberId, now: Moment) -> Window {
    contact.conversation(number).map(|conversation| contacts::window(conversation, now)).unwrap_or_default()
}

fn session(contact: &Contact, ended: Option<&Ended>) -> Option<PlayedSession> {
    if let Some(frame) = current_session(contact).and_then(|session| session.frame()) {
        return Some(PlayedSession {
            bot: frame.bot.to_string(),
            step: frame.step.to_string(),
            vars: frame.vars.clone(),
            flow: frame.flow.clone(),
            state: if frame.wait.is_some() { "waiting" } else { "running" },
            waits_for: contacts::waits_for(frame),
            status: None,
            outcome: None,
        });
    }
    let ended = ended?;
    Some(PlayedSession {
        bot: ended.bot.to_string(),
        step: ended.step.as_ref().map(ToString::to_string).unwrap_or_default(),
        vars: ended.vars.clone(),
        flow: ended.flow.clone(),
        state: "ended",
        waits_for: None,
        status: Some(ended.status.clone()),
        outcome: Some(ended.outcome.clone()),
    })
}

fn call_view(rehearsal: &Rehearsal, entry: EntryId, call: &Call) -> CallView {
    let step = rehearsal.contact.pending.iter().find(|pending| pending.id == entry).and_then(|pending| match &pending.work {
        Work::Call(call) => Some(call.step.to_string()),
        _ => None,
    });
    let mut request = masked_json(&serde_json::to_value(call).unwrap_or_default());
    let kind = request.as_object_mut().and_then(|request| request.shift_remove("call"));
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    CallView { entry: entry.0, kind, step, request }
}

#[cfg(test)]
mod tests;
