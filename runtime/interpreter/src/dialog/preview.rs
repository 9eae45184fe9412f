//! The preview of a bot: lines are played, and it is kept what each of them did. Nothing is expected, so `bot` and `expect` lines do
//! nothing, and a test can be looked at as it is.

use std::sync::Arc;

use serde_json::{Value, json};
use steps::{bot::Bot, contact::Contact, environment::Environment, event::ChannelError, moment::Moment, trace::Trace};

use super::{
    lines::{Dialog, Line},
    matching::expected,
    play::{Failure, Play},
};
use crate::rehearsal::{Ended, Rehearsal};

/// How many lines of trace a preview shows: it ends behind the line that brings more.
const MAX_TRACE: usize = 50_000;

/// How a preview went.
#[derive(Clone, Debug)]
pub struct Played {
    /// How things stand after the last line that could be done: contact, clock, chat, calls that wait.
    pub rehearsal: Rehearsal,
    pub turns: Vec<PlayedLine>,
    /// The line that could not be done; none behind it was tried.
    pub failure: Option<Failure>,
}

/// A line that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayedLine {
    /// Which line it was, counted from 0.
    pub line: usize,
    /// The clock behind it.
    pub at: Moment,
    pub trace: Trace,
    /// The contact behind it, with the sessions that run.
    pub contact: Contact,
    /// The session that had ended last.
    pub ended: Option<Ended>,
    /// How many facts the story has behind it.
    pub facts: usize,
    /// The line as a dialog test has it, and what the bot said to it.
    pub test: Vec<Line>,
}

/// Plays the lines of a dialog with a bot, as far as they can be done. `others` can be called by it, and are started by nothing else.
/// The same arguments give the same answer.
///
/// # Errors
/// What the dialog says of its contact or its begin can't be read.
pub fn preview(
    bot: &Arc<Bot>,
    others: &[Arc<Bot>],
    environment: &Arc<Environment>,
    dialog: &Dialog,
    explain: &dyn Fn(i64) -> ChannelError,
) -> Result<Played, Failure> {
    let mut play = Play::begin(bot, others, environment, dialog, explain)?;
    let mut turns = Vec::new();
    let mut failure = None;
    for (index, line) in dialog.steps.iter().enumerate() {
        let (traced, said) = (play.rehearsal.trace.0.len(), play.rehearsal.said.len());
        if traced > MAX_TRACE {
            let message =
                format!("the preview ends here: what the bot did has {traced} lines already, and {MAX_TRACE} are shown at most");
            failure = Some(Failure { line: index, ..Failure::new(message) });
            break;
        }
        let mut test = vec![by_title(line, &play.rehearsal)];
        if let Err(found) = play.act(line) {
            failure = Some(Failure { line: index, ..found });
            break;
        }
        let rehearsal = &play.rehearsal;
        test.extend(rehearsal.said[said..].iter().map(|said| Line::Bot(expected(&said.message))));
        turns.push(PlayedLine {
            line: index,
            at: rehearsal.now,
            trace: Trace(rehearsal.trace.0[traced..].to_vec()),
            contact: rehearsal.contact.clone(),
            ended: rehearsal.ended.clone(),
            facts: rehearsal.facts.len(),
            test,
        });
    }
    Ok(Played { rehearsal: play.rehearsal, turns, failure })
}

/// A tap by the id that a drawn message has names the option by its title: the id changes with the bot.
fn by_title(line: &Line, rehearsal: &Rehearsal) -> Line {
    let Line::Customer(said) = line else { return line.clone() };
    let id = said.get("reply").and_then(Value::as_str);
    match id.and_then(|id| rehearsal.title_of(id)) {
        Some((title, None)) => Line::Customer(json!({"tap": title})),
        Some((title, Some(card))) => Line::Customer(json!({"tap": title, "card": card})),
        None => line.clone(),
    }
}
