//! How many tokens a model may use in a day (in UTC), all servers on the store together.
//!
//! The store counts. A pace, which gives tokens back bit by bit, would be no budget with an end. A call is refused when the budget is used up
//! before it begins; so what is used beyond it is what the calls that are under way then take: `at_once` of each server.

use std::sync::Arc;

use steps::{
    asked::{AI_BUDGET, Tokens},
    moment::{DAY, Moment},
};
use store::{Store, StoreError};

use super::client::Refusal;
use crate::app::Clock;

/// Where tokens are counted, and by which clock.
#[derive(Clone)]
pub struct Counting {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
}

/// The budget of one model.
pub(super) struct Budget {
    counting: Counting,
    model: String,
    tokens_per_day: u64,
}

impl Budget {
    /// None: the model may use as many as it takes.
    pub fn new(counting: &Counting, model: &str, tokens_per_day: u64) -> Option<Self> {
        (tokens_per_day > 0).then(|| Budget { counting: counting.clone(), model: model.to_owned(), tokens_per_day })
    }

    /// # Errors
    /// The day's tokens are used up.
    pub async fn check(&self) -> Result<(), Refusal> {
        let now = (self.counting.clock)();
        let used = self.count(now, 0).await;
        if used < self.tokens_per_day {
            return Ok(());
        }
        let Budget { model, tokens_per_day, .. } = self;
        let anew = Moment(day(now)).plus(DAY);
        // The same for every call of the day, so that the team is told once.
        let text = format!(
            "model {model:?} has used up its {tokens_per_day} tokens of the day (`tokens_per_day` in the settings); it is asked again from \
             {anew} on"
        );
        Err(Refusal::new(AI_BUDGET, text))
    }

    /// Counts what a call took.
    pub async fn spend(&self, tokens: Tokens) {
        self.count((self.counting.clock)(), tokens.total()).await;
    }

    /// Adds to the day's tokens; gives their sum. A store that does not answer refuses no call: what it can't count it can't commit
    /// either, so few are made.
    async fn count(&self, now: Moment, tokens: u64) -> u64 {
        let name = format!("model_tokens:{}:{}", self.model, day(now).div_euclid(DAY));
        let counted: Result<u64, StoreError> = self.counting.store.increment(&name, tokens).await;
        counted.unwrap_or_else(|error| {
            tracing::warn!(model = %self.model, %error, "the tokens of model {} can't be counted: {error}", self.model);
            0
        })
    }
}

fn day(now: Moment) -> i64 {
    now.0 - now.0.rem_euclid(DAY)
}
