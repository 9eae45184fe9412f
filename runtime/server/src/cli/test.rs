//! `salesbot test`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;
use editor_preview::text::draw;
use interpreter::dialog::{Dialog, Dialogs, Failure, Line, Report, run as play};
use serde_json::{Value, json};
use steps::{
    check::{Colour, Diagnostic, render},
    environment::Environment,
};

use super::{
    Account, Exit, Terminal, bots,
    terminal::{BAD, BOLD, BOT, GOOD, indented},
    trace,
};
use crate::bots::source::{self, Unreadable};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot test bots
  salesbot test bots/welcome.json --filter \"after a day\"
  salesbot test bots --json | jq '.bots[].dialogs[] | select(.passed | not)'

The dialogs of bots/welcome.json are in bots/welcome.test.json. They run in a moment: their time passes only by their `pass` lines.
Other bots of the folder can be called.

Exit codes: 0 all passed; 1 some failed, or a bot has errors; 2 what was named is not there, or there was nothing to run.";

/// The most lines of a trace that are shown: its end is where it went wrong.
const TRACE: usize = 40;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Bots, their dialog tests, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only dialogs whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

/// What became of a bot's dialogs.
struct Tested {
    path: PathBuf,
    /// Why no dialog could run: the text for the terminal.
    problem: Option<String>,
    reports: Vec<(Dialog, Report)>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let environment = Arc::new(arguments.account.settings(terminal)?.environment([0; 32]));
    let mut reader = bots::Reader::new(environment.clone());
    let files = files(&arguments.paths)?;
    let colour = if arguments.json { Colour::Never } else { terminal.colour() };
    let mut tested = Vec::new();
    for path in &files {
        tested.push(test(path, &mut reader, &environment, arguments.filter.as_deref(), colour));
    }
    let reports = || tested.iter().flat_map(|bot| &bot.reports);
    let failed = reports().filter(|(_, report)| report.failure.is_some()).count();
    let passed = reports().count() - failed;
    let broken = tested.iter().filter(|bot| bot.problem.is_some()).count();
    if passed + failed + broken == 0 {
        match &arguments.filter {
            Some(filter) => bail!("no dialog has {filter:?} in its name"),
            None => bail!("there are no dialog tests: those of welcome.json are in welcome.test.json"),
        }
    }
    if arguments.json {
        let bots: Vec<Value> = tested.iter().map(as_json).collect();
        terminal.json(&json!({"bots": bots, "passed": passed, "failed": failed + broken}))?;
    } else {
        for bot in &tested {
            show(bot, terminal)?;
        }
        let result = format!("{passed} passed, {} failed", failed + broken);
        terminal.line(terminal.paint(if failed + broken == 0 { GOOD } else { BAD }, &result))?;
    }
    Ok(if failed + broken == 0 { Exit::Well } else { Exit::Problems })
}

/// The bots to test: those named, and those whose dialogs are.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let found = bots::find(paths)?;
    for path in paths.iter().filter(|path| path.is_file()) {
        let tests = bots::tests_of(path);
        if found.bots.contains(path) && !tests.is_file() {
            bail!("{} has no dialog tests: they would be in {}", path.display(), tests.display());
        }
    }
    let mut files = found.bots;
    files.extend(found.tests.iter().map(|tests| bots::bot_of(tests)));
    files.sort();
    files.dedup();
    Ok(files)
}

fn test(path: &Path, reader: &mut bots::Reader, environment: &Arc<Environment>, filter: Option<&str>, colour: Colour) -> Tested {
    let mut tested = Tested { path: path.to_owned(), problem: None, reports: Vec::new() };
    let tests = bots::tests_of(path);
    let loaded = reader.read(path);
    let Some(bot) = loaded.checked.bot else {
        let diagnostics: Vec<_> = loaded.checked.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        tested.problem = Some(render(&diagnostics, &loaded.source, &path.display().to_string(), colour));
        return tested;
    };
    if !tests.is_file() {
        return tested;
    }
    let source = match source::read(&tests, bot.id.as_str()) {
        Ok(source) => source,
        Err(Unreadable { source, diagnostic, .. }) => {
            tested.problem = Some(render(&[*diagnostic], &source, &tests.display().to_string(), colour));
            return tested;
        }
    };
    let dialogs = match Dialogs::read(&source) {
        Ok(dialogs) => dialogs.dialogs,
        Err(error) => {
            tested.problem = Some(format!("{}: {error}", tests.display()));
            return tested;
        }
    };
    let others = reader.called_by(&bot, path);
    let chosen = dialogs.into_iter().filter(|dialog| filter.is_none_or(|filter| dialog.name.contains(filter)));
    tested.reports = chosen
        .map(|dialog| {
            let report = play(&bot, &others, environment, &dialog, &|code| whatsapp::errors::new(code, ""));
            (dialog, report)
        })
        .collect();
    tested
}

fn show(tested: &Tested, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    if tested.problem.is_none() && tested.reports.is_empty() {
        return Ok(());
    }
    terminal.line(terminal.paint(BOLD, &tested.path.display().to_string()))?;
    if let Some(problem) = &tested.problem {
        terminal.line(format!("  {}  the bot can't be tested", terminal.paint(BAD, "FAILED")))?;
        terminal.line(indented(problem, 4))?;
    }
    for (dialog, report) in &tested.reports {
        match &report.failure {
            None => terminal.line(format!("  {}  {}", terminal.paint(GOOD, "passed"), report.dialog))?,
            Some(failure) => {
                terminal.line(format!("  {}  {}", terminal.paint(BAD, "FAILED"), report.dialog))?;
                show_failure(dialog, report, failure, terminal)?;
            }
        }
    }
    terminal.line("")?;
    Ok(())
}

fn show_failure(dialog: &Dialog, report: &Report, failure: &Failure, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    terminal.line(indented(&transcript(dialog, report, failure, terminal), 4))?;
    let line = match dialog.steps.get(failure.line) {
        Some(line) => format!("line {}: {}", failure.line + 1, written(line)),
        None => "at the end".to_owned(),
    };
    terminal.line(format!("    {line}"))?;
    terminal.line(format!("    {}", terminal.paint(BAD, &failure.message)))?;
    let lines = trace::lines(&report.trace);
    if !lines.is_empty() {
        terminal.note("    trace")?;
        let hidden = lines.len().saturating_sub(TRACE);
        if hidden > 0 {
            terminal.note(&format!("      … {hidden} lines before"))?;
        }
        for line in lines.iter().skip(hidden) {
            terminal.note(&format!("      {line}"))?;
        }
    }
    Ok(())
}

/// What was said up to the failure. Up to there each `bot` line named one message, in order.
fn transcript(dialog: &Dialog, report: &Report, failure: &Failure, terminal: &Terminal<'_>) -> String {
    let mut said = report.said.iter();
    let mut out = Vec::new();
    let bot = terminal.paint(BOT, "bot");
    let says = |said: &interpreter::rehearsal::Said, out: &mut Vec<String>| {
        let message = indented(&draw(&said.message), 10);
        out.push(format!("{bot}       {}", message.trim_start()));
    };
    for line in dialog.steps.iter().take(failure.line + 1) {
        match line {
            Line::Bot(_) => {
                if let Some(message) = said.next() {
                    says(message, &mut out);
                }
            }
            Line::Expect(_) => {}
            other => {
                let (word, value) = parts(other);
                out.push(format!("{word:<8}  {value}"));
            }
        }
    }
    for message in said {
        says(message, &mut out);
    }
    out.join("\n")
}

/// A line's word and what it says.
fn parts(line: &Line) -> (String, String) {
    let written = serde_json::to_value(line)
        .ok()
        .and_then(|line| line.as_object().and_then(|line| line.iter().next()).map(|(word, value)| (word.clone(), value.clone())));
    let (word, value) = written.unwrap_or_default();
    (word, value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

fn as_json(tested: &Tested) -> Value {
    let dialogs: Vec<Value> = tested
        .reports
        .iter()
        .map(|(dialog, report)| match &report.failure {
            None => json!({"name": report.dialog, "passed": true}),
            Some(failure) => json!({
                "name": report.dialog, "passed": false, "line": failure.line + 1, "expected": dialog.steps.get(failure.line),
                "message": failure.message, "got": failure.got, "trace": report.trace,
            }),
        })
        .collect();
    json!({"file": tested.path.display().to_string(), "problem": tested.problem, "dialogs": dialogs})
}
