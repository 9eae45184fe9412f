//! What the steps share that ask for one thing with a button of WhatsApp's own: their keys, and all that they do.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Content, Question, Sending, Waiting,
    expect::{Expect, Expected},
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::Text,
    ids::StepId,
    limits,
    message::Message,
    option::Choice,
    step::Behaviour,
    turn::{Next, Stop, Turn},
};

/// The keys of a step that asks for one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestKeys {
    /// The message's text: 1,024 characters.
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Text,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// A step that asks for one thing, with a button that shares it. What it says here is all in which it differs from its like.
pub trait Request: Debug + Send + Sync {
    /// What the button shares.
    const SHARED: Expected;

    fn keys(&self) -> &RequestKeys;

    /// The message with this text, which has the button.
    fn message(text: String) -> Message;
}

impl<R: Request> Behaviour for R {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = content::<R>(self.keys(), turn)?;
        self.keys().sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let keys = self.keys();
        let content = |turn: &mut Turn<'_>, _| content::<R>(keys, turn);
        let expect = Expect { expected: &R::SHARED, min: None, max: None };
        let question = Question::without_options(self, &keys.sending, &keys.waiting, &content);
        Question { expect: Some(expect), ..question }.answer(turn, answer)
    }

    fn sending(&self) -> Option<&Sending> {
        Some(&self.keys().sending)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.keys().waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        self.keys().sending.choice(key)
    }

    fn waits(&self) -> bool {
        true
    }

    fn next(&self) -> Option<&StepId> {
        self.keys().sending.next.as_ref()
    }
}

fn content<R: Request>(keys: &RequestKeys, turn: &mut Turn<'_>) -> Result<Content, Stop> {
    Ok(R::message(turn.text("text", &keys.text)?).into())
}
