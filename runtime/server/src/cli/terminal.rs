//! Where a command reads and writes.

use std::io::{BufRead, Result, Write};

use anstyle::{AnsiColor, Style};
use steps::{check::Colour, moment::Moment};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const BOT: Style = AnsiColor::Cyan.on_default().bold();

/// All that a command knows of the world outside its arguments and files.
pub struct Terminal<'t> {
    pub input: &'t mut dyn BufRead,
    pub output: &'t mut dyn Write,
    pub errors: &'t mut dyn Write,
    /// A person types: they are prompted.
    pub is_interactive: bool,
    pub has_colour: bool,
    pub environment: &'t dyn Fn(&str) -> Option<String>,
    /// When the command began.
    pub now: Moment,
}

impl Terminal<'_> {
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> Result<()> {
        writeln!(self.output, "{}", text.as_ref())
    }

    /// What the person should know, beside what was asked for.
    pub(super) fn note(&mut self, text: &str) -> Result<()> {
        let text = self.paint(DIM, text);
        self.line(text)
    }

    pub(super) fn json(&mut self, value: &serde_json::Value) -> Result<()> {
        self.line(format!("{value:#}"))
    }

    pub(super) fn error(&mut self, text: &str) -> Result<()> {
        let head = self.paint(BAD, "error");
        writeln!(self.errors, "{head}: {text}")
    }

    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.has_colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn colour(&self) -> Colour {
        if self.has_colour { Colour::Always } else { Colour::Never }
    }
}

/// The lines of a text, moved to the right.
pub(super) fn indented(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// "1 error", "2 errors".
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
