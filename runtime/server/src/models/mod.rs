//! The models that answer for `ai_*` steps: any server that speaks OpenAI's API.
//!
//! A call comes from a turn, is made here outside of it, and its result resumes the session as an event. So a crash in between repeats the
//! call, and never the message. Prompts and answers are in traces, and in no log.

mod asking;
mod budget;
mod client;
mod embedding;
pub mod price;
mod prompt;
mod record;
mod rehearsed;
mod speech;
mod summary;
#[cfg(test)]
mod tests;
mod tools;

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use ::knowledge::Passage;
use indexmap::IndexMap;
use jiff::Zoned;
use serde_json::Value;
use steps::{
    asked::Asked,
    contact::Call,
    event::{Answered, CallResult},
};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

use asking::{Said, Way};
use budget::Budget;
pub use budget::Counting;
use client::{Cause, Refusal, Server};
pub use embedding::{BATCH, Embedder};
use price::Prices;
use prompt::Prompt;
pub use prompt::{From, Line};
use record::Record;
pub use rehearsed::{conversation, now};
use speech::Listener;

use crate::{metrics as names, settings::OpenAi};

/// Models by the names that bots use; the first is the default.
#[derive(Default)]
pub struct Models {
    models: IndexMap<String, Model>,
    /// Listens to voice notes.
    speech: Option<Listener>,
}

/// What a model reads beside a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// What was said.
    pub conversation: Vec<Line>,
    /// What is known of the question.
    pub passages: Vec<Passage>,
    /// Why less was searched than is known.
    pub note: Option<String>,
    /// When the call is made, where the bot is; None: it is not told.
    pub now: Option<Zoned>,
}

impl std::convert::From<Vec<Line>> for Context {
    fn from(conversation: Vec<Line>) -> Self {
        Context { conversation, ..Context::default() }
    }
}

/// A passage as traces keep it.
fn shown(passage: &Passage) -> steps::asked::Passage {
    let Passage { source, title, text, score } = passage.clone();
    steps::asked::Passage { source, title, text, score: score.into() }
}

struct Model {
    /// What bots call it.
    name: String,
    /// What its server calls it.
    id: String,
    server: Server,
    /// Calls at a time.
    permits: Semaphore,
    at_once: usize,
    /// Calls that wait for their turn.
    waiting: AtomicUsize,
    prices: Option<Prices>,
    budget: Option<Budget>,
    /// Of [`Way::ALL`], the first that the server is not known to refuse, or to leave out unseen.
    way: AtomicUsize,
    /// The same of [`Way::FUNCTIONS`].
    way_to_functions: AtomicUsize,
    /// The server is known to take `max_tokens` by its newer name alone.
    takes_newer_limit: AtomicBool,
}

impl Models {
    /// The models of the settings; none where no model is named.
    ///
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(settings: &OpenAi, counting: &Counting) -> Result<Self, reqwest::Error> {
        let mut models = IndexMap::new();
        for model in settings.models() {
            let server = Server::new(&model.base_url, &model.api_key)?;
            let made = Model {
                name: model.name.clone(),
                id: model.model,
                server,
                permits: Semaphore::new(model.at_once),
                at_once: model.at_once,
                waiting: AtomicUsize::new(0),
                prices: model.prices,
                budget: Budget::new(counting, &model.name, model.tokens_per_day),
                way: AtomicUsize::new(0),
                way_to_functions: AtomicUsize::new(0),
                takes_newer_limit: AtomicBool::new(false),
            };
            models.insert(model.name, made);
        }
        Ok(Models { models, speech: Listener::new(settings)? })
    }

    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Makes a call, in the context that it asks for.
    pub async fn call(&self, call: &Call, context: impl Into<Context>) -> Answered {
        let mut record = Record::default();
        let context = context.into();
        let (passages, note) = (context.passages.iter().map(shown).collect(), context.note.clone());
        let answer = self.answer(call, context, &mut record).await;
        let failed = |Refusal { name, text, .. }| CallResult::Failed { name: name.to_owned(), text };
        let (result, mut asked) = (answer.unwrap_or_else(failed), record.end());
        if let Some(asked) = &mut asked {
            (asked.passages, asked.note) = (passages, note);
        }
        if let Some(asked) = &mut asked
            && let Some(model) = self.models.get(asked.model.as_str())
        {
            model.end(asked, &result).await;
        }
        Answered { result, asked }
    }

    async fn answer(&self, call: &Call, context: Context, record: &mut Record) -> Result<CallResult, Refusal> {
        let now = context.now.as_ref();
        match call {
            Call::AiRoute(call) => {
                let answer = self.ask(call.model.as_deref(), prompt::route(call).at(now), call.deadline, record).await?;
                Ok(CallResult::Intent { intent: prompt::intent(&json(answer)) })
            }
            Call::AiExtract(call) => {
                let answer = self.ask(call.model.as_deref(), prompt::extract(call).at(now), call.deadline, record).await?;
                Ok(CallResult::Fields { fields: prompt::values(call, &json(answer)) })
            }
            Call::AiReply(call) => {
                let prompt = prompt::reply(call, context.conversation, &context.passages).at(now);
                let seen = prompt.messages.clone();
                let text = match self.ask(call.model.as_deref(), prompt, call.deadline, record).await? {
                    Said::Text(text) if text.is_empty() => return Err(Refusal::malformed("the model's answer is empty")),
                    Said::Text(text) => Some(text),
                    Said::Json(answer) => prompt::answer(&answer),
                    Said::Call { name, arguments } => return tools::called(call, &seen, &name, &arguments),
                };
                Ok(CallResult::Text { text })
            }
            Call::Summary(call) => {
                let answer = self.ask(None, summary::summary(call, &context.conversation), call.deadline, record).await?;
                Ok(CallResult::Text { text: answer.text() })
            }
            Call::Http(_) | Call::Find(_) | Call::Transcribe(_) => Err(Refusal::malformed("this call is for no model")),
        }
    }

    async fn ask(&self, name: Option<&str>, prompt: Prompt, deadline: i64, record: &mut Record) -> Result<Said, Refusal> {
        let model = match name {
            Some(name) => self.models.get(name).ok_or_else(|| Refusal::unknown_model(name))?,
            None => self.models.first().map(|(_, model)| model).ok_or_else(Refusal::no_model)?,
        };
        let deadline = Duration::from_millis(u64::try_from(deadline).unwrap_or_default());
        match tokio::time::timeout(deadline, model.ask(&prompt, record)).await {
            Ok(said) => said,
            Err(_) if record.is_begun() => Err(Refusal::too_late(deadline)),
            Err(_) => {
                let refusal = model.too_many(deadline);
                model.count_call(refusal.name);
                Err(refusal)
            }
        }
    }
}

impl Model {
    async fn ask(&self, prompt: &Prompt, record: &mut Record) -> Result<Said, Refusal> {
        // The semaphore is never closed.
        let _permit = self.turn().await.map_err(|_| Refusal::no_model())?;
        if let Some(budget) = &self.budget {
            budget.check().await.inspect_err(|refusal| self.count_call(refusal.name))?;
        }
        record.ask(&self.name, prompt);
        let (ways, known): (&[Way], _) = match (&prompt.form, prompt.functions.is_empty()) {
            (Some(_), _) => (&Way::ALL, Some(&self.way)),
            (None, false) => (&Way::FUNCTIONS, Some(&self.way_to_functions)),
            // A plain text leaves nothing out that another way could.
            (None, true) => (&[Way::Words], None),
        };
        let first = known.map_or(0, |known| known.load(Ordering::Relaxed));
        let mut refused: Option<Refusal> = None;
        for (place, way) in ways.iter().copied().enumerate().skip(first) {
            match self.complete(way, prompt, record).await {
                Ok(completion) => {
                    record.answered(&completion);
                    let said = asking::read(&completion, prompt, way);
                    let is_told = refused.as_ref().is_some_and(|refusal| refusal.cause == Cause::Request);
                    // A form may be missed by chance, what a server refuses may not.
                    if let Some(known) = known.filter(|_| is_told || said.is_ok()) {
                        known.store(place, Ordering::Relaxed);
                    }
                    match said {
                        Err(refusal) if refusal.cause == Cause::Form => refused = Some(refusal),
                        said => return said,
                    }
                }
                Err(refusal) if refusal.cause == Cause::Request && known.is_some() => refused = Some(refusal),
                Err(refusal) => return Err(refusal),
            }
        }
        Err(refused.unwrap_or_else(Refusal::no_model))
    }

    /// Asks in one way, with `max_tokens` by the name that the server knows.
    async fn complete(&self, way: Way, prompt: &Prompt, record: &Record) -> Result<Value, Refusal> {
        let mut request = asking::request(&self.id, prompt, way);
        if self.takes_newer_limit.load(Ordering::Relaxed) {
            asking::rename_limit(&mut request);
        }
        match self.server.complete(request.clone(), record.tries()).await {
            Err(refusal) if refusal.wants_newer_limit() && asking::rename_limit(&mut request) => {
                self.takes_newer_limit.store(true, Ordering::Relaxed);
                self.server.complete(request, record.tries()).await
            }
            completion => completion,
        }
    }

    /// Waits for a place among the calls that are made at once.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        let _waiting = Waiting::of(self);
        self.permits.acquire().await
    }

    /// A call that did not get its turn.
    fn too_many(&self, deadline: Duration) -> Refusal {
        // With the one that gives up.
        let waiting = self.waiting.load(Ordering::Relaxed) + 1;
        Refusal::no_turn(deadline, &self.name, waiting, self.at_once)
    }

    /// A model was asked: what that cost is known now, and counted.
    async fn end(&self, asked: &mut Asked, result: &CallResult) {
        asked.cost = self.prices.as_ref().and_then(|prices| prices.cost(asked.tokens));
        if let Some(budget) = &self.budget {
            budget.spend(asked.tokens).await;
        }
        self.count_call(match result {
            CallResult::Failed { name, .. } => name,
            _ => "answered",
        });
        let took = Duration::from_millis(u64::try_from(asked.took).unwrap_or_default());
        metrics::histogram!(names::MODEL_DURATION, "model" => self.name.clone()).record(took.as_secs_f64());
        for (part, tokens) in [("prompt", asked.tokens.prompt), ("answer", asked.tokens.answer)] {
            metrics::counter!(names::MODEL_TOKENS, "model" => self.name.clone(), "part" => part).increment(tokens);
        }
    }

    fn count_call(&self, outcome: &str) {
        metrics::counter!(names::MODEL_CALLS, "model" => self.name.clone(), "outcome" => outcome.to_owned()).increment(1);
    }
}

/// A call that waits for its turn; it does no more when this is dropped.
struct Waiting<'m>(&'m Model);

impl<'m> Waiting<'m> {
    fn of(model: &'m Model) -> Self {
        model.waiting.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!(names::MODEL_WAITING, "model" => model.name.clone()).increment(1.0);
        Waiting(model)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!(names::MODEL_WAITING, "model" => self.0.name.clone()).decrement(1.0);
    }
}

impl Said {
    fn text(self) -> Option<String> {
        match self {
            Said::Text(text) => Some(text),
            Said::Json(_) | Said::Call { .. } => None,
        }
    }
}

fn json(said: Said) -> Value {
    match said {
        Said::Json(value) => value,
        Said::Text(_) | Said::Call { .. } => Value::Null,
    }
}
