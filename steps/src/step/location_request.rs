//! `location_request`: asks the customer to share a location.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{
        Content, Question, Sending, Waiting,
        expect::{Expect, Expected, ExpectedKind},
    },
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::Text,
    ids::StepId,
    limits,
    message::Message,
    option::Choice,
    turn::{Next, Stop, Turn},
};

/// Asks the customer for a location, with a button that shares it.
///
/// `save` keeps it with its parts: `latitude`, `longitude`, `name`, `address`. A text that is typed instead is an answer that nothing matched.
/// The text has up to 1,024 characters. Only inside the customer service window.
///
/// ```json
/// {"type": "location_request", "text": "Onde fica a entrega?", "save": "vars.place", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LocationRequest {
    /// The message's text: 1,024 characters.
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Text,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

impl LocationRequest {
    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        Ok(Message::LocationRequest { text: turn.text("text", &self.text)? }.into())
    }
}

impl Behaviour for LocationRequest {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let content = |turn: &mut Turn<'_>, _| self.content(turn);
        let expect = Expect { expected: &Expected::Kind(ExpectedKind::Location), min: None, max: None };
        let question = Question::without_options(self, &self.sending, &self.waiting, &content);
        Question { expect: Some(expect), ..question }.answer(turn, answer)
    }

    fn sending(&self) -> Option<&Sending> {
        Some(&self.sending)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        self.sending.choice(key)
    }

    fn waits(&self) -> bool {
        true
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
