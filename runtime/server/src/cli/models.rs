//! The models of the settings, for commands that rehearse: dialog tests and the chat.

use std::fmt;

use anyhow::{Context, bail};
use interpreter::{dialog::Test, rehearsal::Rehearsal};
use serde_json::{Value, json};
use steps::{
    asked::{Cost, Tokens},
    contact::Call,
    event::Answered,
};
use tokio::runtime::Runtime;

use super::terminal::count;
use crate::{
    app::system_clock,
    models::{self, Counting, Models, conversation, now},
    settings::Settings,
};

/// Asks models what rehearsals wait for.
pub(super) struct Rehearser {
    models: Models,
    runtime: Runtime,
    /// Calls at a time that no model has too many of.
    at_once: usize,
}

/// What was asked of models, and what it took.
#[derive(Clone, Debug, Default)]
pub(super) struct Spent {
    calls: usize,
    tokens: Tokens,
    /// None: the settings name no prices.
    cost: Option<Cost>,
}

impl Rehearser {
    /// # Errors
    /// The settings name no model.
    pub(super) fn new(settings: &Settings) -> anyhow::Result<Self> {
        // A day's budget is the server's; here it holds for what one command asks.
        let counting = Counting { store: store::memory(), clock: system_clock() };
        let models = Models::new(&settings.openai, &counting).context("can't make the client for AI steps")?;
        if models.is_empty() {
            bail!(
                "there is no model to ask: set OPENAI_API_KEY and OPENAI_MODEL (and OPENAI_BASE_URL for another server than OpenAI's), or \
                 [openai] in the settings"
            );
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("can't start the runtime")?;
        let at_once = settings.openai.models().iter().map(|model| model.at_once.max(1)).min().unwrap_or(1);
        Ok(Rehearser { models, runtime, at_once })
    }

    pub(super) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Runs what asks models.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Makes a call that a rehearsal waits for.
    pub(super) async fn answer(&self, rehearsal: &Rehearsal, call: &Call) -> Answered {
        let context = models::Context {
            conversation: conversation(rehearsal, call),
            now: Some(now(rehearsal)),
            ..models::Context::default()
        };
        self.models.call(call, context).await
    }

    /// Plays a test to its end.
    pub(super) async fn play(&self, test: &mut Test<'_>) -> Spent {
        let mut spent = Spent::default();
        while let Some(call) = test.play() {
            let answer = self.answer(test.rehearsal(), &call).await;
            spent.calls += 1;
            if let Some(asked) = &answer.asked {
                spent.add(asked.tokens, asked.cost.as_ref());
            }
            test.answer(&answer.result);
        }
        spent
    }
}

impl Spent {
    fn add(&mut self, tokens: Tokens, cost: Option<&Cost>) {
        self.tokens.prompt = self.tokens.prompt.saturating_add(tokens.prompt);
        self.tokens.answer = self.tokens.answer.saturating_add(tokens.answer);
        match (&mut self.cost, cost) {
            (Some(sum), Some(cost)) => sum.millionths = sum.millionths.saturating_add(cost.millionths),
            (None, Some(cost)) => self.cost = Some(cost.clone()),
            (_, None) => {}
        }
    }

    pub(super) fn all(spent: impl IntoIterator<Item = Spent>) -> Self {
        spent.into_iter().fold(Spent::default(), |mut all, one| {
            all.calls += one.calls;
            all.add(one.tokens, one.cost.as_ref());
            all
        })
    }

    pub(super) fn as_json(&self) -> Value {
        json!({"calls": self.calls, "tokens": {"prompt": self.tokens.prompt, "answer": self.tokens.answer}, "cost": self.cost})
    }
}

/// "3 calls to models: 420 tokens asked, 35 answered, 0.0125 USD".
impl fmt::Display for Spent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, Tokens { prompt, answer }) = (count(self.calls, "call"), self.tokens);
        write!(formatter, "{calls} to models: {prompt} tokens asked, {answer} answered")?;
        self.cost.iter().try_for_each(|cost| write!(formatter, ", {cost}"))
    }
}
