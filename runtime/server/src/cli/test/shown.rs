//! How a dialog went wrong, for the person at the terminal.

use editor_preview::text::draw;
use interpreter::{
    dialog::{Dialog, Failure, Line, Report},
    rehearsal::Said,
};

use super::super::{
    Terminal,
    terminal::{BAD, BOT, indented},
    trace,
};

/// The most lines of a trace that are shown: its end is where it went wrong.
const TRACE: usize = 40;

/// What was said, the line that failed and why, and what the bot did.
pub(super) fn failure(dialog: &Dialog, report: &Report, failure: &Failure, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    terminal.line(indented(&transcript(report, terminal), 4))?;
    terminal.line(format!("    {}", place(dialog, failure)))?;
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

/// The line that failed, with its number.
pub(super) fn place(dialog: &Dialog, failure: &Failure) -> String {
    match dialog.steps.get(failure.line) {
        Some(line) => format!("line {}: {}", failure.line + 1, serde_json::to_string(line).unwrap_or_default()),
        None => "at the end".to_owned(),
    }
}

/// What was said up to the failure. Up to there each `bot` line named one message, in order.
pub(super) fn transcript(report: &Report, terminal: &Terminal<'_>) -> String {
    let mut said = report.said.iter();
    let mut out = Vec::new();
    let bot = terminal.paint(BOT, "bot");
    let says = |said: &Said, out: &mut Vec<String>| {
        let message = indented(&draw(&said.message), 10);
        out.push(format!("{bot}       {}", message.trim_start()));
    };
    for line in &report.played {
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
