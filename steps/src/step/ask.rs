//! `ask`: a question, and what its answer has to be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    message::MessageKeys,
    shared::{
        Content, Question, Sending, Waiting, choices,
        expect::{Bound, Expect, Expected, ExpectedKind},
    },
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::Text,
    ids::StepId,
    limits,
    option::Choice,
    turn::{Next, Stop, Turn},
};

/// Asks a question and waits until the answer is what it expects.
///
/// The value is found in the answer: of "it's ana@x.com, thanks" the e-mail alone. With buttons their titles are answers too. An answer
/// that does not fit is asked for again, `attempts` times, then takes `otherwise`. Limits of the text and buttons are those of `message`.
///
/// ```json
/// {"type": "ask", "text": "Qual é o seu e-mail?", "expect": "email", "save": "contact.email", "invalid": "Confira o e-mail, por favor.", "attempts": 2, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ask {
    #[serde(flatten)]
    pub keys: MessageKeys,
    /// What the answer has to be. Left out: any text; with buttons or `answers`, one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expected>,
    /// The lowest number, the earliest date or time, or the fewest characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// The highest number, the latest date or time, or the most characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    /// What is said to an answer that does not fit. Left out: the question again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::TEXT))]
    pub invalid: Option<Text>,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

impl Ask {
    fn content(&self, turn: &mut Turn<'_>, page: u32) -> Result<Content, Stop> {
        self.keys.content(turn, self.waiting.more.as_ref(), page)
    }

    fn expect(&self) -> Option<Expect<'_>> {
        let has_options = !self.keys.buttons.is_empty() || !self.waiting.answers.is_empty();
        let any_text = (!has_options).then_some(&Expected::Kind(ExpectedKind::Text));
        let expected = self.expect.as_ref().or(any_text)?;
        Some(Expect { expected, min: self.min.as_ref(), max: self.max.as_ref() })
    }
}

impl Behaviour for Ask {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn, 0)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let question = Question {
            step: self,
            sending: &self.sending,
            waiting: &self.waiting,
            offered: &|turn, empty| self.keys.offered(turn, empty),
            as_list: MessageKeys::go_out_as_list,
            expect: self.expect(),
            invalid: self.invalid.as_ref(),
            content: &|turn, page| self.content(turn, page),
        };
        question.answer(turn, answer)
    }

    fn sending(&self) -> Option<&Sending> {
        Some(&self.sending)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        choices::find(&self.keys.buttons, key, None).or_else(|| self.sending.choice(key))
    }

    fn waits(&self) -> bool {
        true
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
