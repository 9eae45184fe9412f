//! `contact_request`: asks the customer for their phone number.

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

/// Asks the customer for a phone number, with a button that shares it.
///
/// For customers who are known by their user name alone. `save` keeps the number in E.164 (`+5511999999999`), also where it was typed. The text
/// has up to 1,024 characters. Only inside the customer service window.
///
/// ```json
/// {"type": "contact_request", "text": "Qual é o seu telefone?", "save": "contact.phone", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRequest {
    /// The message's text: 1,024 characters.
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Text,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

impl ContactRequest {
    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        Ok(Message::ContactRequest { text: turn.text("text", &self.text)? }.into())
    }
}

impl Behaviour for ContactRequest {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let content = |turn: &mut Turn<'_>, _| self.content(turn);
        let expect = Expect { expected: &Expected::Kind(ExpectedKind::Phone), min: None, max: None };
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
