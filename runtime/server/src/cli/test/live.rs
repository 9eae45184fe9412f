//! `salesbot test --live`: dialogs with a model's own answers, several times each, since no two answers are alike.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use futures_util::{StreamExt, stream};
use indexmap::IndexMap;
use interpreter::dialog::{Answers, Dialog, Failure, Report};
use serde_json::{Value, json};
use steps::environment::Environment;

use super::{
    super::{
        Exit, Terminal,
        models::{Rehearser, Spent},
        terminal::{BAD, GOOD, count, indented},
    },
    Arguments, Cast, exit, show_head, show_result, shown,
};

/// How many of a dialog's runs have to pass, in percent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(u32);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = text.strip_suffix('%').unwrap_or(text).trim().parse().ok();
        let percent = percent.filter(|percent| (1..=100).contains(percent));
        percent.map(Share).ok_or_else(|| "expected a percentage from 1% to 100%, such as 80%".to_owned())
    }
}

impl Share {
    fn is_reached(self, passes: usize, times: usize) -> bool {
        passes * 100 >= times * self.0 as usize
    }
}

/// How a dialog went, all its runs together.
struct Went<'c> {
    dialog: &'c Dialog,
    runs: Vec<(Report, Spent)>,
    passes: usize,
    has_passed: bool,
}

/// Runs that failed at the same line.
#[derive(Default)]
struct Failed<'r> {
    /// What was wrong, and how often.
    messages: IndexMap<&'r str, usize>,
    /// The first of them.
    example: Option<(&'r Report, &'r Failure)>,
    times: usize,
}

pub(super) fn run(
    arguments: &Arguments,
    casts: &[Cast],
    rehearser: &Rehearser,
    environment: &Arc<Environment>,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Exit> {
    let times = usize::try_from(arguments.times)?;
    let each = casts.iter().flat_map(|cast| cast.plays().map(move |(bot, dialog)| (cast, bot, dialog)));
    let runs = each.flat_map(|play| std::iter::repeat_n(play, times));
    // As many dialogs at a time as calls: one that waited for its turn would lose some of its deadline.
    let runs = stream::iter(runs)
        .map(|(cast, bot, dialog)| cast.with_model(bot, environment, dialog, Answers::Anew, rehearser))
        .buffered(rehearser.at_once());
    let mut runs = rehearser.run(runs.collect::<Vec<_>>()).into_iter();
    let went = |dialog| {
        let runs: Vec<(Report, Spent)> = runs.by_ref().take(times).collect();
        let passes = runs.iter().filter(|(report, _)| report.failure.is_none()).count();
        Went { dialog, runs, passes, has_passed: arguments.at_least.is_reached(passes, times) }
    };
    let mut went = casts.iter().flat_map(Cast::plays).map(|(_, dialog)| dialog).map(went).collect::<Vec<_>>().into_iter();
    let tested: Vec<(&Cast, Vec<Went<'_>>)> =
        casts.iter().map(|cast| (cast, went.by_ref().take(cast.plays().count()).collect())).collect();
    report(arguments, &tested, terminal)
}

fn report(arguments: &Arguments, tested: &[(&Cast, Vec<Went<'_>>)], terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let all = || tested.iter().flat_map(|(_, went)| went);
    let passed = all().filter(|went| went.has_passed).count();
    let failed = all().count() - passed + tested.iter().filter(|(cast, _)| cast.problem.is_some()).count();
    let spent = Spent::all(all().map(Went::spent));
    if arguments.json {
        let bots = tested.iter().map(|(cast, went)| {
            let dialogs: Value = went.iter().map(Went::as_json).collect();
            json!({"file": cast.path.display().to_string(), "problem": cast.problem, "dialogs": dialogs})
        });
        terminal.json(&json!({"bots": bots.collect::<Value>(), "passed": passed, "failed": failed, "spent": spent.as_json()}))?;
    } else {
        for (cast, went) in tested.iter().filter(|(cast, went)| cast.problem.is_some() || !went.is_empty()) {
            show_head(cast, terminal)?;
            for went in went {
                went.show(terminal)?;
            }
            terminal.line("")?;
        }
        terminal.line(spent.to_string())?;
        show_result(passed, failed, terminal)?;
    }
    Ok(exit(failed))
}

impl Went<'_> {
    fn spent(&self) -> Spent {
        Spent::all(self.runs.iter().map(|(_, spent)| spent.clone()))
    }

    /// The runs that failed, by their lines.
    fn failed(&self) -> BTreeMap<usize, Failed<'_>> {
        let mut failed: BTreeMap<usize, Failed<'_>> = BTreeMap::new();
        for (report, _) in &self.runs {
            let Some(failure) = &report.failure else { continue };
            let same = failed.entry(failure.line).or_default();
            *same.messages.entry(&failure.message).or_default() += 1;
            same.example.get_or_insert((report, failure));
            same.times += 1;
        }
        failed
    }

    fn show(&self, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
        let word = if self.has_passed { terminal.paint(GOOD, "passed") } else { terminal.paint(BAD, "FAILED") };
        terminal.line(format!("  {word}  {} of {}  {}", self.passes, self.runs.len(), self.dialog.name))?;
        for Failed { messages, example, times } in self.failed().into_values() {
            let Some((report, failure)) = example else { continue };
            terminal.line(format!("    {} at {}", count(times, "time"), shown::place(self.dialog, failure)))?;
            for (message, times) in messages {
                let times = if times > 1 { format!("{times} times: ") } else { String::new() };
                terminal.line(format!("      {times}{}", terminal.paint(BAD, message)))?;
            }
            terminal.line(indented(&shown::transcript(report, terminal), 6))?;
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let failures = self.failed().into_iter().map(|(line, Failed { messages, example, times })| {
            let messages = messages.into_iter().map(|(message, times)| json!({"message": message, "times": times}));
            let example =
                example.map(|(report, failure)| json!({"played": report.played, "got": failure.got, "trace": report.trace}));
            json!({
                "line": line + 1, "expected": self.dialog.steps.get(line), "times": times,
                "messages": messages.collect::<Value>(), "example": example,
            })
        });
        json!({
            "name": self.dialog.name, "passed": self.has_passed, "times": self.runs.len(), "passes": self.passes,
            "failures": failures.collect::<Value>(), "spent": self.spent().as_json(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage() {
        for (text, passes, times, reached) in [
            ("80%", 8, 10, true),
            ("80%", 7, 10, false),
            ("80", 4, 5, true),
            ("100%", 4, 5, false),
            ("67%", 2, 3, false),
            ("66%", 2, 3, true),
        ] {
            assert_eq!(text.parse::<Share>().unwrap().is_reached(passes, times), reached, "{text} {passes} {times}");
        }
        for text in ["", "%", "0%", "101%", "0.8", "most"] {
            assert!(text.parse::<Share>().unwrap_err().contains("80%"), "{text}");
        }
    }
}
