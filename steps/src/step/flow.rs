//! `flow`: a form that the customer fills in inside WhatsApp.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Behaviour,
    shared::{Content, Question, Sending, Waiting},
};
use crate::{
    contact::AnswerWait,
    data::Data,
    event::{Content as Received, Inbound},
    expression::Text,
    ids::StepId,
    limits,
    message::{FlowMessage, Header, Message},
    option::Choice,
    reply_id::ReplyId,
    turn::{Failure, Next, Stop, Turn},
};

/// Sends a form (WhatsApp Flow) and waits until it is submitted; its answers are `flow`.
///
/// The form is made in WhatsApp Manager; here stand its id or name, and the data that its first screen gets. The text has up to 1,024
/// characters, header and footer 60, the button 30 without emoji. A text that is typed instead of the form is an answer that nothing matched.
/// Only inside the customer service window; a `template` with a form button goes out instead.
///
/// ```json
/// {"type": "flow", "flow": "agendamento", "button": "Agendar", "text": "Escolha o melhor dia.", "screen": "DAY", "data": {"name": "{{ contact.name }}"}, "save": {"vars.day": "flow.day"}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// The form's id or name in WhatsApp Manager.
    #[schemars(extend("x-kind" = "flow"))]
    pub flow: String,
    /// What opens the form: 30 characters, no emoji.
    #[schemars(extend("x-limit" = limits::FLOW_BUTTON))]
    pub button: Text,
    /// The first screen. Left out: the form's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// What the first screen gets: a map. Its texts are translated by their place: `data.title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// The message's text: 1,024 characters.
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Text,
    /// A line above the text: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::HEADER))]
    pub header: Option<Text>,
    /// A line below the text: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::FOOTER))]
    pub footer: Option<Text>,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

impl Flow {
    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        let data = match &self.data {
            None => Value::Null,
            Some(data) => turn.translated_data("data", data)?,
        };
        let data = match data {
            Value::Object(data) => data,
            Value::Null => serde_json::Map::new(),
            _ => return Err(Failure::new("conversion", "`data` is no map").into()),
        };
        Ok(Message::Flow(FlowMessage {
            flow: self.flow.clone(),
            button: turn.text("button", &self.button)?,
            token: turn.flow_token(),
            screen: self.screen.clone(),
            data,
            header: turn.optional_text("header", self.header.as_ref())?.map(Header::Text),
            text: turn.text("text", &self.text)?,
            footer: turn.optional_text("footer", self.footer.as_ref())?,
        })
        .into())
    }
}

/// Whether a form's token says that this step sent it. A form without a token may be ours: the answer counts.
fn is_of(token: Option<&str>, turn: &Turn<'_>) -> bool {
    token.and_then(|token| token.parse::<ReplyId>().ok()).is_none_or(|place| place.step == turn.step)
}

impl Behaviour for Flow {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let content = |turn: &mut Turn<'_>, _| self.content(turn);
        let question = Question::without_options(self, &self.sending, &self.waiting, &content);
        match &answer.content {
            Received::Form { answers, token, .. } if is_of(token.as_deref(), turn) => {
                if let Some(frame) = turn.frame_mut() {
                    frame.flow = answers.clone();
                }
                question.take(turn, Value::Object(answers.clone()))
            }
            _ => question.answer(turn, answer),
        }
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
