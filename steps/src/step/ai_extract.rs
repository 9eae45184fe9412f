//! `ai_extract`: a model finds values in what the customer wrote.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{Field, call, field},
    unexpected,
};
use crate::{
    contact::{AiExtractCall, Call},
    event::CallResult,
    expression::{Duration, Facts},
    ids::StepId,
    path::Path,
    turn::{Next, Stop, Turn},
};

/// Lets a model find values in the customer's last message, and keeps them.
///
/// Each value is checked and converted to its type; one that does not fit, and a number, phone, e-mail, address or date that the message does not
/// hold, in figures or in words, is not taken. A date has to be the day that the message tells (its weekday, `tomorrow`, day and month), and lies
/// at most 366 days from today where no year is written. What is not found stays as it was. The bot waits for 30 seconds where `deadline`
/// says nothing, 2 minutes at most.
///
/// ```json
/// {"type": "ai_extract", "fields": {"contact.email": {"type": "email", "description": "the customer's e-mail"}, "vars.people": {"type": "integer", "description": "how many people will use it"}}, "next": "offer", "otherwise": "ask_again"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AiExtract {
    /// What to find, by the path where it is kept.
    pub fields: IndexMap<Path, Field>,
    /// The model that is asked. Left out: the server's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kind" = "model"))]
    pub model: Option<String>,
    /// How long the bot waits. Left out: `30s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Where the bot goes when nothing is found. Left out: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl AiExtract {
    fn nothing(&self, turn: &mut Turn<'_>, why: &str) -> Next {
        let to = self.otherwise.as_ref().or(self.next.as_ref());
        turn.branch(to, why);
        Next::Go(to.cloned())
    }
}

impl Behaviour for AiExtract {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let Some(text) = call::said(turn) else {
            return Ok(self.nothing(turn, "the customer's message has no words"));
        };
        let fields = field::asked_for(&self.fields, turn)?;
        let deadline = call::deadline(self.deadline, call::AI_DEADLINE);
        let call = AiExtractCall { text, fields, model: self.model.clone(), deadline };
        Ok(Next::Call(Box::new(Call::AiExtract(call))))
    }

    fn resume(&self, turn: &mut Turn<'_>, call: &Call, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Fields { fields: found } = result else { return Err(call::failed(result)) };
        let Call::AiExtract(AiExtractCall { text, .. }) = call else {
            return Err(unexpected("the result of another kind of call"));
        };
        let today = Facts::now(&*turn.state).date();
        let mut values = Vec::new();
        for (path, field) in &self.fields {
            let Some(value) = found.get(path.to_string().as_str()).filter(|value| !field::is_empty(value)) else { continue };
            let shown = || field::shown(value);
            match field.kind.convert(turn, value) {
                Some(value) if field::stands_in_on(text, field.kind, &value, today) => values.push((path.clone(), value)),
                Some(_) => turn
                    .branch(None, format!("`{path}`: {:?} does not stand in what the customer wrote, and is not taken", shown())),
                None => turn.branch(None, format!("`{path}`: {:?} is no {}, and is not taken", shown(), field.kind.name())),
            }
        }
        if values.is_empty() {
            return Ok(self.nothing(turn, "nothing was found"));
        }
        turn.set_all(values)?;
        turn.branch(self.next.as_ref(), "values were found");
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
