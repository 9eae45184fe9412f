//! What is noted of a call while it is made, so that it is known of a call that was given up, too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use serde_json::Value;
use steps::asked::{Asked, AskedMessage};

use super::{
    asking,
    prompt::{From, Prompt},
};

/// One call, of which a model may be asked several times.
#[derive(Default)]
pub(super) struct Record {
    noted: Option<(Asked, Instant)>,
    tries: Arc<AtomicU32>,
}

impl Record {
    /// The model, by the name that bots use, is asked now.
    pub fn ask(&mut self, model: &str, prompt: &Prompt) {
        let system = AskedMessage { role: "system".into(), text: prompt.system.clone() };
        let lines = prompt.messages.iter().map(|line| {
            let role = match line.from {
                From::Customer => "user",
                From::Business => "assistant",
            };
            AskedMessage { role: role.into(), text: line.text.clone() }
        });
        let exchanges = prompt.exchanges.iter().flat_map(|made| {
            let called = AskedMessage { role: "assistant".into(), text: format!("{}({})", made.name, made.arguments) };
            [called, AskedMessage { role: "tool".into(), text: made.result.clone() }]
        });
        let (asked, _) = self.noted.get_or_insert_with(|| (Asked { model: model.into(), ..Asked::default() }, Instant::now()));
        asked.prompt = std::iter::once(system).chain(lines).chain(exchanges).collect();
    }

    /// Whether a model was asked, so that what went wrong since is the model's.
    pub fn is_begun(&self) -> bool {
        self.noted.is_some()
    }

    /// Counts each try that goes out.
    pub fn tries(&self) -> Arc<AtomicU32> {
        self.tries.clone()
    }

    /// The model's server answered, whatever the answer is worth.
    pub fn answered(&mut self, completion: &Value) {
        let Some((asked, _)) = &mut self.noted else { return };
        let tokens = asking::tokens(completion);
        asked.tokens.prompt = asked.tokens.prompt.saturating_add(tokens.prompt);
        asked.tokens.answer = asked.tokens.answer.saturating_add(tokens.answer);
        asked.answer = asking::written(completion);
    }

    /// The whole of it; None: no model was asked.
    pub fn end(self) -> Option<Box<Asked>> {
        let (asked, begun) = self.noted?;
        let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Some(Box::new(Asked { tries: self.tries.load(Ordering::Relaxed), took, ..asked }))
    }
}
