//! `salesbot test --record`: what a model answers becomes `reply` lines of the dialog, so that it is a test which needs no model.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use interpreter::dialog::{Answers, Dialog, Dialogs, Report};
use serde_json::{Value, json};
use steps::{bot::Bot, environment::Environment};

use super::{
    super::{
        Exit, Terminal, bots,
        models::{Rehearser, Spent},
        terminal::{BAD, GOOD, count},
    },
    Arguments, Cast, exit, show_head, show_result, shown,
};
use crate::bots::dialogs::{file, recording};

/// What became of a bot's dialogs.
struct Taken<'c> {
    cast: &'c Cast,
    reports: Vec<(Report, Spent)>,
    /// Why nothing could be written.
    unwritten: Option<String>,
}

pub(super) fn run(
    arguments: &Arguments,
    casts: &[Cast],
    rehearser: &Rehearser,
    environment: &Arc<Environment>,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Exit> {
    let mut taken = Vec::new();
    for cast in casts {
        let takes = cast.plays().map(|(bot, dialog)| take(arguments.again, cast, bot, dialog, environment, rehearser));
        let reports = rehearser.run(stream::iter(takes).buffered(rehearser.at_once()).collect::<Vec<_>>());
        let unwritten = write(cast, &reports, environment).err();
        taken.push(Taken { cast, reports, unwritten });
    }
    report(arguments, &taken, terminal)
}

/// Plays a dialog with a model, where something is to be recorded.
async fn take(
    again: bool,
    cast: &Cast,
    bot: &Arc<Bot>,
    dialog: &Dialog,
    environment: &Arc<Environment>,
    rehearser: &Rehearser,
) -> (Report, Spent) {
    if !again {
        let written = cast.by_lines(bot, environment, dialog);
        if written.failure.is_none() {
            return (written, Spent::default());
        }
    }
    let answers = if again { Answers::Anew } else { Answers::Missing };
    cast.with_model(bot, environment, dialog, answers, rehearser).await
}

/// Writes what was recorded in the dialogs that passed; as they are written then, they pass without a model.
fn write(cast: &Cast, reports: &[(Report, Spent)], environment: &Arc<Environment>) -> Result<(), String> {
    let Some(bot) = &cast.bot else { return Ok(()) };
    let passed = cast.dialogs.iter().zip(reports).filter(|(_, (report, _))| report.failure.is_none());
    let recorded: Vec<_> = passed.map(|((place, _), (report, _))| (*place, report.recorded.as_slice())).collect();
    if recorded.iter().all(|(_, recorded)| recorded.is_empty()) {
        return Ok(());
    }
    let text = recording::written(&cast.source, &recorded)?;
    let dialogs = Dialogs::read(&text).map_err(|error| error.to_string())?.dialogs;
    for (place, _) in recorded.iter().filter(|(_, recorded)| !recorded.is_empty()) {
        let Some(dialog) = dialogs.get(*place) else { continue };
        if let Some(failure) = cast.by_lines(bot, environment, dialog).failure {
            return Err(format!(
                "as it would be recorded, {:?} fails in line {}: {}",
                dialog.name,
                failure.line + 1,
                failure.message
            ));
        }
    }
    file::replace(&bots::tests_of(&cast.path), &cast.source, &text)
}

fn report(arguments: &Arguments, taken: &[Taken<'_>], terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let all = || taken.iter().flat_map(|taken| &taken.reports);
    let passed = all().filter(|(report, _)| report.failure.is_none()).count();
    let broken = taken.iter().filter(|taken| taken.cast.problem.is_some() || taken.unwritten.is_some()).count();
    let failed = all().count() - passed + broken;
    let spent = Spent::all(all().map(|(_, spent)| spent.clone()));
    if arguments.json {
        let bots: Value = taken.iter().map(Taken::as_json).collect();
        terminal.json(&json!({"bots": bots, "passed": passed, "failed": failed, "spent": spent.as_json()}))?;
    } else {
        for taken in taken.iter().filter(|taken| taken.cast.problem.is_some() || !taken.reports.is_empty()) {
            taken.show(terminal)?;
        }
        terminal.line(spent.to_string())?;
        show_result(passed, failed, terminal)?;
    }
    Ok(exit(failed))
}

impl Taken<'_> {
    fn show(&self, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
        show_head(self.cast, terminal)?;
        for ((report, _), (_, dialog)) in self.reports.iter().zip(&self.cast.dialogs) {
            match &report.failure {
                None => {
                    let answers = match report.recorded.len() {
                        0 => "nothing to record".to_owned(),
                        answers => format!("{} recorded", count(answers, "answer")),
                    };
                    terminal.line(format!("  {}  {}: {answers}", terminal.paint(GOOD, "passed"), report.dialog))?;
                }
                Some(failure) => {
                    terminal.line(format!("  {}  {}: not recorded", terminal.paint(BAD, "FAILED"), report.dialog))?;
                    shown::failure(dialog, report, failure, terminal)?;
                }
            }
        }
        if let Some(unwritten) = &self.unwritten {
            let tests = bots::tests_of(&self.cast.path);
            terminal.line(format!(
                "  {}  nothing was written to {}: {unwritten}",
                terminal.paint(BAD, "FAILED"),
                tests.display()
            ))?;
        }
        Ok(terminal.line("")?)
    }

    fn as_json(&self) -> Value {
        let dialogs = self.reports.iter().map(|(report, spent)| match &report.failure {
            None => {
                let replies: Vec<_> = report.recorded.iter().map(|recorded| &recorded.reply).collect();
                json!({"name": report.dialog, "passed": true, "recorded": replies, "spent": spent.as_json()})
            }
            Some(failure) => json!({
                "name": report.dialog, "passed": false, "line": failure.line + 1, "message": failure.message, "got": failure.got,
                "played": report.played, "trace": report.trace, "spent": spent.as_json(),
            }),
        });
        json!({
            "file": self.cast.path.display().to_string(), "problem": self.cast.problem.as_ref().or(self.unwritten.as_ref()),
            "dialogs": dialogs.collect::<Value>(),
        })
    }
}
