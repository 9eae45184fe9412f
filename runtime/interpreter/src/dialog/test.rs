//! Dialog tests: a dialog is played, and each of the bot's messages must be one that a `bot` line names.
//!
//! A test stops where a model is to answer a call, and goes on with what the caller brings: who asks it is no matter of a dialog.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use steps::{
    bot::Bot,
    contact::Call,
    environment::Environment,
    event::{CallResult, ChannelError},
    fact::Fact,
    ids::EntryId,
    trace::Trace,
};

use super::{
    answers::{self, Answers, Recorded},
    lines::{Dialog, Line},
    matching::{fits, same},
    play::{Failure, Play},
};
use crate::rehearsal::{Rehearsal, Said};

/// The most calls of one dialog that a model answers: a bot that asks in a loop is stopped here.
const MAX_RECORDED: usize = 100;

/// How a dialog went.
#[derive(Clone, Debug)]
pub struct Report {
    pub dialog: String,
    /// None: it passed.
    pub failure: Option<Failure>,
    /// The lines that were played, with a model's answers among them; the last one is that of the failure.
    pub played: Vec<Line>,
    /// What a model answered, in order.
    pub recorded: Vec<Recorded>,
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
    match Test::begin(bot, others, environment, dialog, explain, Answers::Written) {
        // By lines alone nobody is asked, so it goes on to its end.
        Ok(mut test) => {
            test.play();
            test.report()
        }
        Err(failure) => Report::unplayed(dialog, failure),
    }
}

impl Report {
    /// Of a dialog that could not begin.
    pub fn unplayed(dialog: &Dialog, failure: Failure) -> Self {
        Report {
            dialog: dialog.name.clone(),
            failure: Some(failure),
            played: Vec::new(),
            recorded: Vec::new(),
            said: Vec::new(),
            trace: Trace::default(),
        }
    }
}

/// A dialog test under way.
pub struct Test<'a> {
    play: Play<'a>,
    dialog: &'a Dialog,
    answers: Answers,
    /// The line that comes next.
    next: usize,
    /// How many of the bot's messages lines have named.
    named: usize,
    /// The lines that made the calls which wait; none where a model's answer did.
    made: BTreeMap<EntryId, Option<usize>>,
    /// As the dialog is written: the lines that make calls to models, and the last line that answers one of them.
    written: BTreeMap<usize, Option<usize>>,
    /// Whether the dialog passes as it is written.
    passes: bool,
    played: Vec<Line>,
    recorded: Vec<Recorded>,
    failure: Option<Failure>,
}

impl<'a> Test<'a> {
    /// The beginning of a dialog; the arguments are those of [`run`].
    ///
    /// # Errors
    /// What the dialog says of its contact or its begin can't be read.
    pub fn begin(
        bot: &'a Arc<Bot>,
        others: &[Arc<Bot>],
        environment: &Arc<Environment>,
        dialog: &'a Dialog,
        explain: &'a dyn Fn(i64) -> ChannelError,
        answers: Answers,
    ) -> Result<Self, Failure> {
        let begin = |answers| -> Result<Self, Failure> {
            Ok(Test {
                play: Play::begin(bot, others, environment, dialog, explain)?,
                dialog,
                answers,
                next: 0,
                named: 0,
                made: BTreeMap::new(),
                written: BTreeMap::new(),
                passes: false,
                played: Vec::new(),
                recorded: Vec::new(),
                failure: None,
            })
        };
        if answers == Answers::Written {
            return begin(answers);
        }
        let mut written = begin(Answers::Written)?;
        written.play();
        Ok(Test { passes: written.failure.is_none(), written: written.written, ..begin(answers)? })
    }

    /// Plays on to where a model is to answer a call, which [`Test::answer`] brings; None: the test has ended.
    pub fn play(&mut self) -> Option<Call> {
        let dialog = self.dialog;
        while self.failure.is_none() && self.next <= dialog.steps.len() {
            if let Some(call) = self.asks() {
                return Some(call.clone());
            }
            let done = match dialog.steps.get(self.next) {
                Some(line) => self.line(line),
                None => self.nothing_unsaid(),
            };
            self.done(done);
            self.next += 1;
        }
        None
    }

    /// The result of the call that [`Test::play`] stopped at.
    pub fn answer(&mut self, result: &CallResult) {
        let Some(call) = self.asks().cloned() else { return };
        if let CallResult::Failed { name, text } = result {
            return self.done(Err(Failure::new(format!("the model gave no answer: {name}: {text}"))));
        }
        if self.recorded.len() == MAX_RECORDED {
            return self.done(Err(Failure::new(format!("the bot asks a model more than {MAX_RECORDED} times in one dialog"))));
        }
        let reply = answers::reply(result);
        let replaces = matches!(self.dialog.steps.get(self.next), Some(Line::Reply(written)) if answers::is_for(&call, written));
        self.recorded.push(Recorded { line: self.next, replaces, reply: reply.clone() });
        let line = Line::Reply(reply);
        self.played.push(line.clone());
        let done = self.act(&line, None);
        self.done(done);
        self.next += usize::from(replaces);
    }

    /// How things stand.
    pub fn rehearsal(&self) -> &Rehearsal {
        &self.play.rehearsal
    }

    pub fn report(self) -> Report {
        let Test { play: Play { rehearsal, .. }, dialog, failure, played, recorded, .. } = self;
        Report { dialog: dialog.name.clone(), failure, played, recorded, said: rehearsal.said, trace: rehearsal.trace }
    }

    fn done(&mut self, done: Result<(), Failure>) {
        self.failure = done.err().map(|found| Failure { line: self.next, ..found });
    }

    /// The call that a model is to answer before the next line.
    fn asks(&self) -> Option<&Call> {
        let (entry, call, _) = self.play.rehearsal.calls.first()?;
        // What it said before comes first: a line has to name it.
        if self.answers == Answers::Written || !answers::is_to_model(call) || self.nothing_unsaid().is_err() {
            return None;
        }
        let is_asked = match self.dialog.steps.get(self.next) {
            Some(Line::Reply(reply)) if answers::is_for(call, reply) => {
                self.answers == Answers::Anew && !reply.contains_key("failed")
            }
            Some(Line::Reply(_)) => true,
            _ => !self.is_left_to_lines(*entry, call),
        };
        is_asked.then_some(call)
    }

    /// Whether a later line answers a call; or none does, and that is what the dialog is about.
    fn is_left_to_lines(&self, entry: EntryId, call: &Call) -> bool {
        let made = self.made.get(&entry).copied().flatten();
        match made.and_then(|made| self.written.get(&made)) {
            Some(Some(reply)) if *reply >= self.next => return true,
            Some(None) if self.passes => return true,
            _ => {}
        }
        let looks = |line: &&Line| matches!(line, Line::Bot(_) | Line::Expect(_) | Line::Status(_) | Line::FailNext(_));
        let acts = self.dialog.steps.iter().skip(self.next).find(|line| !looks(line));
        matches!(acts, Some(Line::Reply(reply)) if answers::is_for(call, reply))
    }

    fn line(&mut self, line: &Line) -> Result<(), Failure> {
        if let Line::Reply(reply) = line
            && self.answers == Answers::Anew
            && !self.is_awaited(reply)
        {
            // The model has answered by now, or has led the bot where it asks nothing.
            return Ok(());
        }
        self.played.push(line.clone());
        match line {
            Line::Bot(expected) => return self.bot_says(expected),
            Line::Expect(expected) => return self.expect(expected),
            Line::Status(_) => {}
            _ => self.nothing_unsaid()?,
        }
        self.act(line, Some(self.next))
    }

    /// Whether a call waits that a written answer is for, or it is one of no model.
    fn is_awaited(&self, reply: &Map<String, Value>) -> bool {
        let waits = self.play.rehearsal.calls.first();
        waits.map_or_else(|| answers::is_of_no_model(reply), |(_, call, _)| answers::is_for(call, reply))
    }

    /// Does what a line says; `place` is where it stands, where it is one of the dialog's.
    fn act(&mut self, line: &Line, place: Option<usize>) -> Result<(), Failure> {
        let first = self.play.rehearsal.calls.first();
        let answered = first.filter(|(_, call, _)| matches!(line, Line::Reply(_)) && answers::is_to_model(call));
        let answered = answered.and_then(|(entry, ..)| self.made.get(entry).copied().flatten());
        self.play.act(line)?;
        let made: Vec<_> = self.play.rehearsal.calls.iter().filter(|(entry, ..)| !self.made.contains_key(entry)).collect();
        if self.answers == Answers::Written {
            let asks = made.iter().any(|(_, call, _)| answers::is_to_model(call));
            self.written.extend(answered.map(|made| (made, place)));
            self.written.extend(place.filter(|_| asks).map(|place| (place, None)));
        }
        self.made.extend(made.into_iter().map(|(entry, ..)| (*entry, place)));
        Ok(())
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
                Call::Find(_) => "; a `find` waits for its `reply` line",
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
