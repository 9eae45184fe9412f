//! Dialog tests: a dialog is played, and each of the bot's messages must be one that a `bot` line names.

use std::sync::Arc;

use serde_json::{Map, Value};
use steps::{bot::Bot, contact::Call, environment::Environment, event::ChannelError, fact::Fact, trace::Trace};

use super::{
    lines::{Dialog, Line},
    matching::{fits, same},
    play::{Failure, Play},
};
use crate::rehearsal::Said;

/// How a dialog went.
#[derive(Clone, Debug)]
pub struct Report {
    pub dialog: String,
    /// None: it passed.
    pub failure: Option<Failure>,
    /// All that the bot said, for showing where it went wrong.
    pub said: Vec<Said>,
    pub trace: Trace,
}

/// Plays a dialog with a bot, and holds what happens against what its lines expect. `others` can be called by it, and are started by
/// nothing else. `explain` names a channel's error by its code.
pub fn run(
    bot: &Arc<Bot>,
    others: &[Arc<Bot>],
    environment: &Arc<Environment>,
    dialog: &Dialog,
    explain: &dyn Fn(i64) -> ChannelError,
) -> Report {
    let play = match Play::begin(bot, others, environment, dialog, explain) {
        Ok(play) => play,
        Err(failure) => {
            return Report { dialog: dialog.name.clone(), failure: Some(failure), said: Vec::new(), trace: Trace::default() };
        }
    };
    let mut test = Test { play, named: 0 };
    let mut failure = None;
    for (index, line) in dialog.steps.iter().enumerate() {
        if let Err(found) = test.line(line) {
            failure = Some(Failure { line: index, ..found });
            break;
        }
    }
    let failure = failure.or_else(|| test.nothing_unsaid().err().map(|found| Failure { line: dialog.steps.len(), ..found }));
    let rehearsal = test.play.rehearsal;
    Report { dialog: dialog.name.clone(), failure, said: rehearsal.said, trace: rehearsal.trace }
}

/// A dialog test under way.
struct Test<'a> {
    play: Play<'a>,
    /// How many of the bot's messages lines have named.
    named: usize,
}

impl Test<'_> {
    fn line(&mut self, line: &Line) -> Result<(), Failure> {
        match line {
            Line::Bot(expected) => return self.bot_says(expected),
            Line::Expect(expected) => return self.expect(expected),
            Line::Status(_) => {}
            _ => self.nothing_unsaid()?,
        }
        self.play.act(line)
    }

    fn nothing_unsaid(&self) -> Result<(), Failure> {
        match self.play.rehearsal.said.get(self.named) {
            None => Ok(()),
            Some(said) => Err(Failure::with("the bot said something that no `bot` line names", &said.message)),
        }
    }

    fn bot_says(&mut self, expected: &Value) -> Result<(), Failure> {
        let rehearsal = &self.play.rehearsal;
        let Some(said) = rehearsal.said.get(self.named) else {
            let waits = rehearsal.calls.last().map(|(_, call, _)| match call {
                Call::Http(_) => "; an `http` call waits for its `reply` line",
                _ => "; a call to an AI waits for its `reply` line",
            });
            let failed = rehearsal.facts.iter().rev().find_map(|fact| match fact {
                Fact::Alert { name, text, .. } => Some(format!("; the team was told: {name}: {text}")),
                _ => None,
            });
            return Err(Failure::new(format!("the bot said nothing{}{}", waits.unwrap_or_default(), failed.unwrap_or_default())));
        };
        fits(expected, &said.message).map_err(|differs| Failure::with(differs, &said.message))?;
        self.named += 1;
        Ok(())
    }

    fn expect(&self, expected: &Map<String, Value>) -> Result<(), Failure> {
        let rehearsal = &self.play.rehearsal;
        expected.iter().try_for_each(|(path, expected)| {
            let got = match path.as_str() {
                "session.outcome" => rehearsal.ended.as_ref().map_or(Value::Null, |ended| ended.outcome.as_str().into()),
                "session.status" => rehearsal.ended.as_ref().map_or(Value::Null, |ended| ended.status.as_str().into()),
                "session.running" => Value::Bool(!rehearsal.contact.sessions.is_empty()),
                "session.step" => {
                    let frame = rehearsal.session().and_then(|session| session.frame());
                    frame.map_or(Value::Null, |frame| frame.step.as_str().into())
                }
                _ => rehearsal.evaluate(path).map_err(|error| Failure::new(format!("`{path}`: {error}")))?,
            };
            same(path, expected, &got).map_err(Failure::new)
        })
    }
}
