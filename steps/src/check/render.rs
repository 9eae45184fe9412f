//! Diagnostics as a terminal shows them: the line of the source, with a caret under what is meant.

use std::fmt::Write;

use super::{
    diagnostic::{Diagnostic, Severity},
    json::Lines,
};

/// The most characters of a line that are shown. A bot that was written by a program may be one line.
const WIDTH: usize = 100;

/// Whether what is shown has colours (ANSI escapes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    #[default]
    Never,
    Always,
}

/// Diagnostics for people, each with its line of the source.
///
/// ```text
/// error[unknown_link]: there is no step `welcom`
///   --> bots/leads.json:4:12  (start)
///    |
///  4 |   "start": "welcom",
///    |            ^^^^^^^^
///    = did you mean `welcome`?
/// ```
pub fn render(diagnostics: &[Diagnostic], source: &str, file: &str, colour: Colour) -> String {
    let lines = Lines::new(source);
    let mut out = String::new();
    for diagnostic in diagnostics {
        one(&mut out, diagnostic, &lines, file, colour);
        out.push('\n');
    }
    out
}

fn one(out: &mut String, diagnostic: &Diagnostic, lines: &Lines<'_>, file: &str, colour: Colour) {
    let paint = |code: &'static str, text: &str| match colour {
        Colour::Never => text.to_owned(),
        Colour::Always => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
    };
    let (word, hue) = match diagnostic.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
    };
    let head = paint(hue, &format!("{word}[{}]", diagnostic.code));
    // Writing to a string can't fail.
    let _ = writeln!(out, "{head}: {}", paint("1", &diagnostic.message));
    let bar = |text: &str| paint("1;34", text);
    let path = if diagnostic.path.is_empty() { String::new() } else { format!("  ({})", diagnostic.path) };
    if diagnostic.line == 0 {
        let _ = writeln!(out, "  {} {file}{path}", bar("-->"));
    } else {
        let number = diagnostic.line.to_string();
        let margin = " ".repeat(number.len());
        let _ = writeln!(out, "{margin} {} {file}:{}:{}{path}", bar("-->"), diagnostic.line, diagnostic.column);
        let (text, before, length) = excerpt(diagnostic, lines);
        let carets = paint(hue, &"^".repeat(length));
        let _ = writeln!(out, "{margin} {}", bar("|"));
        let _ = writeln!(out, "{} {} {text}", bar(&number), bar("|"));
        let _ = writeln!(out, "{margin} {} {}{carets}", bar("|"), " ".repeat(before));
    }
    let margin = " ".repeat(diagnostic.line.max(1).to_string().len());
    if let Some(expected) = &diagnostic.expected {
        let _ = writeln!(out, "{margin} {} expected {expected}", bar("="));
    }
    if let Some(advice) = diagnostic.advice() {
        let _ = writeln!(out, "{margin} {} {advice}", bar("="));
    }
}

/// The part of the line to show, the characters before the caret, and how many carets.
fn excerpt(diagnostic: &Diagnostic, lines: &Lines<'_>) -> (String, usize, usize) {
    let line = lines.text(diagnostic.line);
    // A tab would move the caret away from what it is under.
    let characters: Vec<char> = line.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let from = (diagnostic.column - 1).min(characters.len());
    let (end_line, end_column) = lines.place(diagnostic.span.end);
    let to = if end_line == diagnostic.line { (end_column - 1).min(characters.len()) } else { characters.len() };
    let length = to.saturating_sub(from).max(1);
    let room = WIDTH.saturating_sub(length.min(WIDTH)) / 2;
    let start = if characters.len() > WIDTH { from.saturating_sub(room) } else { 0 };
    let end = (start + WIDTH).min(characters.len());
    let (left, right) = (if start > 0 { "…" } else { "" }, if end < characters.len() { "…" } else { "" });
    let text = format!("{left}{}{right}", characters[start..end].iter().collect::<String>());
    let before = from - start + left.chars().count();
    (text, before, length.min(end.saturating_sub(from).max(1)))
}
