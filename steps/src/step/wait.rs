//! `wait`: the bot waits for a time, for the customer, or for the delivery of what it sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{Question, Sending, Timeout, Waiting, expect::answer_value, until},
};
use crate::{
    event::Inbound,
    expression::{Duration, Expression, Facts},
    ids::StepId,
    moment::Moment,
    turn::{Alternative, Failure, Next, Stop, Turn},
};

/// Waits for a time, the customer's message, business hours, or the delivery of the last message.
///
/// `for` is `message`, `{"delay": "2h"}`, `{"until": expression}`, `open_hours`, `delivered`, `read`, or a list of these, each with its `goto`: the
/// first to happen wins. A time that has passed already does not wait. A message is also matched with `answers`.
///
/// ```json
/// {"type": "wait", "for": [{"for": "message", "goto": "thanks"}, {"for": {"delay": "2h"}, "goto": "remind"}], "save": "vars.reply"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wait {
    /// What the bot waits for.
    #[serde(rename = "for")]
    pub awaited: Awaited,
    /// Where the bot goes on when what has happened has no `goto`. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// One thing, or the first of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Awaited {
    One(For),
    First(#[schemars(length(min = 1, max = 10))] Vec<Way>),
}

/// What a step can wait for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum For {
    /// The customer's next message.
    Message,
    /// How long to wait.
    Delay(Duration),
    /// Until a moment that the expression gives.
    Until(Expression),
    /// Until the business is open.
    OpenHours,
    /// Until the bot's last message is delivered.
    Delivered,
    /// Until the bot's last message is read.
    Read,
}

/// One of several things to wait for, and where the bot goes then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    #[serde(rename = "for")]
    pub awaited: For,
    /// Where the bot goes on. Left out: the step's `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goto: Option<StepId>,
}

impl For {
    fn alternative(&self, turn: &mut Turn<'_>) -> Result<Alternative, Stop> {
        Ok(match self {
            For::Message => Alternative::Message,
            For::Delivered => Alternative::Delivered,
            For::Read => Alternative::Read,
            For::Delay(duration) => Alternative::At(turn.now().plus(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))),
            For::Until(expression) => Alternative::At(until(turn, expression)?),
            For::OpenHours => Alternative::At(opening(turn)?),
        })
    }
}

/// The next moment at which the business is open.
fn opening(turn: &Turn<'_>) -> Result<Moment, Stop> {
    let opens_at = turn.bot().and_then(|bot| bot.document.hours.opens_at(&Facts::now(&*turn.state)));
    let opens_at = opens_at.ok_or_else(|| Failure::new("empty", "by the bot's `hours` the business never opens"))?;
    Ok(opens_at.timestamp().into())
}

impl Wait {
    fn ways(&self) -> Vec<(&For, Option<&StepId>)> {
        match &self.awaited {
            Awaited::One(awaited) => vec![(awaited, self.next.as_ref())],
            Awaited::First(ways) => ways.iter().map(|way| (&way.awaited, way.goto.as_ref().or(self.next.as_ref()))).collect(),
        }
    }

    /// The timeout that holds: a default one only where nothing else ends the wait.
    fn timeout(&self, turn: &Turn<'_>) -> Option<Timeout> {
        let ends = self.ways().iter().any(|(awaited, _)| matches!(awaited, For::Delay(_) | For::Until(_) | For::OpenHours));
        let default = || turn.bot().and_then(|bot| bot.document.defaults.timeout.clone()).filter(|_| !ends);
        self.waiting.timeout.clone().or_else(default)
    }
}

impl Behaviour for Wait {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let mut alternatives = Vec::new();
        for (awaited, _) in self.ways() {
            alternatives.push(awaited.alternative(turn)?);
        }
        if let Some(timeout) = self.timeout(turn)
            && let Some(moment) = timeout.moment(turn)?
        {
            alternatives.push(Alternative::At(moment));
        }
        let now = turn.now();
        let passed = alternatives.iter().position(|alternative| matches!(alternative, Alternative::At(moment) if *moment <= now));
        match passed {
            Some(alternative) => self.happened(turn, alternative),
            None => Ok(Next::First(alternatives)),
        }
    }

    fn happened(&self, turn: &mut Turn<'_>, alternative: usize) -> Result<Next, Stop> {
        let ways = self.ways();
        let (to, why) = match ways.get(alternative) {
            Some((awaited, to)) => {
                let why = match awaited {
                    For::Message => "the customer wrote",
                    For::Delay(_) | For::Until(_) => "the time has come",
                    For::OpenHours => "the business is open",
                    For::Delivered => "the message was delivered",
                    For::Read => "the message was read",
                };
                (to.cloned(), why)
            }
            None => (self.timeout(turn).map(|timeout| timeout.goto), "nothing happened in time"),
        };
        turn.branch(to.as_ref(), why);
        Ok(Next::Go(to))
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let ways = self.ways();
        let to = ways.iter().find(|(awaited, _)| **awaited == For::Message).and_then(|(_, to)| to.cloned());
        let sending = Sending { next: to, ..Sending::default() };
        let question = Question {
            step: self,
            sending: &sending,
            waiting: &self.waiting,
            offered: &|_, _| Ok(Vec::new()),
            as_list: |_| false,
            expect: None,
            invalid: None,
            // Only a question that is asked again needs it.
            content: &|_, _| Err(super::unexpected("a question")),
        };
        if let Some(next) = question.chosen(turn, answer)? {
            return Ok(next);
        }
        match &self.waiting.otherwise {
            Some(otherwise) if !self.waiting.answers.is_empty() => {
                let otherwise = otherwise.clone();
                turn.answered(answer_value(&answer.content));
                turn.branch(Some(&otherwise), "nothing matched");
                Ok(Next::Go(Some(otherwise)))
            }
            _ => question.take(turn, answer_value(&answer.content)),
        }
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn waits(&self) -> bool {
        self.ways().iter().any(|(awaited, _)| **awaited == For::Message)
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
