//! `salesbot check`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use interpreter::dialog::Dialogs;
use serde_json::{Value, json};
use steps::{
    bot::Bot,
    check::{Diagnostic, Severity, overlaps, render},
};

use super::{
    Account, Exit, Terminal, bots, kommo,
    terminal::{BAD, GOOD, count},
};
use crate::bots::source::{self, Unreadable, of_file};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot check bots
  salesbot check bots/welcome.json --deny-warnings
  salesbot check bots --json | jq '.files[].diagnostics[]'

Exit codes: 0 no errors; 1 errors (with --deny-warnings: or warnings); 2 what was named is not there.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Bots, dialog tests (welcome.test.json), or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    /// Do not ask Kommo for its names
    #[arg(long)]
    offline: bool,
    /// Let warnings fail the check
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    account: Account,
}

/// What was found in one file.
struct Examined {
    path: PathBuf,
    source: String,
    diagnostics: Vec<Diagnostic>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = arguments.account.settings(terminal)?;
    let (environment, notes) = match arguments.offline {
        true => (settings.environment([0; 32]), Vec::new()),
        false => kommo::environment(&settings, terminal)?,
    };
    let mut reader = bots::Reader::new(Arc::new(environment));
    let found = bots::find(&arguments.paths)?;
    let mut examined = Vec::new();
    let mut folders: BTreeMap<PathBuf, Vec<Arc<Bot>>> = BTreeMap::new();
    for path in &found.bots {
        let bots::Loaded { path, source, checked, .. } = reader.read(path);
        let mut diagnostics = checked.diagnostics;
        if let Some(bot) = &checked.bot {
            diagnostics.extend(reader.broken_calls(bot, &path).into_iter().map(|(step, called)| Diagnostic {
                path: format!("steps.{step}.bot"),
                step: Some(step),
                help: Some(format!("mend {called}.json")),
                ..crate::bots::source::of_file(
                    "called_bot",
                    bot.id.as_str(),
                    format!("`{called}` is called here, and has errors"),
                )
            }));
        }
        if let Some(bot) = &checked.bot {
            diagnostics.extend(knowledge(bot, bots::folder_of(&path)));
        }
        folders.entry(bots::folder_of(&path).to_owned()).or_default().extend(checked.bot);
        examined.push(Examined { path, source, diagnostics });
    }
    for (folder, together) in &folders {
        for diagnostic in overlaps(together) {
            let path = folder.join(format!("{}.json", diagnostic.bot));
            if let Some(file) = examined
                .iter_mut()
                .find(|file| file.path.file_name() == path.file_name() && bots::folder_of(&file.path) == folder)
            {
                file.diagnostics.push(diagnostic);
            }
        }
    }
    for path in &found.tests {
        examined.push(tests(path));
    }
    let all = || examined.iter().flat_map(|file| &file.diagnostics);
    let errors = all().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = all().count() - errors;
    if arguments.json {
        let files: Vec<Value> = examined
            .iter()
            .map(|file| json!({"file": file.path.display().to_string(), "diagnostics": file.diagnostics}))
            .collect();
        terminal.json(&json!({"files": files, "errors": errors, "warnings": warnings, "notes": notes}))?;
    } else {
        for file in &examined {
            let text = render(&file.diagnostics, &file.source, &file.path.display().to_string(), terminal.colour());
            write!(terminal.output, "{text}")?;
        }
        for note in &notes {
            terminal.note(note)?;
        }
        let files = match (found.bots.len(), found.tests.len()) {
            (bots, 0) => count(bots, "bot"),
            (0, tests) => count(tests, "file") + " of dialogs",
            (bots, tests) => format!("{} and {} of dialogs", count(bots, "bot"), count(tests, "file")),
        };
        let result = format!("{}, {}", count(errors, "error"), count(warnings, "warning"));
        let result = terminal.paint(if errors == 0 { GOOD } else { BAD }, &result);
        terminal.line(format!("{files} checked: {result}"))?;
    }
    let fails = errors > 0 || arguments.deny_warnings && warnings > 0;
    Ok(if fails { Exit::Problems } else { Exit::Well })
}

/// Sources of knowledge that can't be read. The bot runs all the same, and knows the rest.
fn knowledge<'b>(bot: &'b Bot, folder: &'b Path) -> impl Iterator<Item = Diagnostic> + 'b {
    let problems =
        bot.document.knowledge.iter().flat_map(move |(name, source)| {
            crate::knowledge::check(folder, source).into_iter().map(move |problem| (name, problem))
        });
    problems.map(|(name, problem)| Diagnostic {
        severity: Severity::Warning,
        path: format!("knowledge.{name}"),
        ..of_file("unreadable_knowledge", bot.id.as_str(), format!("knowledge `{name}`: {problem}"))
    })
}

/// Reads a file of dialogs as `test` would.
fn tests(path: &Path) -> Examined {
    let bot = bots::bot_of(path);
    let id = bot.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = match source::read(path, &id) {
        Ok(source) => source,
        Err(Unreadable { source, diagnostic, .. }) => {
            return Examined { path: path.to_owned(), source, diagnostics: vec![*diagnostic] };
        }
    };
    let mut diagnostics = Vec::new();
    if !bot.is_file() {
        let message = format!("there is no {} whose dialogs these could be", bot.display());
        diagnostics.push(of_file("dialog_without_bot", &id, message));
    }
    if let Err(error) = Dialogs::read(&source) {
        let offset = offset(&source, error.line, error.column);
        // Serde stands behind what it could not read.
        let span = offset.saturating_sub(1)..offset;
        diagnostics.push(Diagnostic {
            line: error.line,
            column: error.column.max(1),
            span,
            help: Some("a dialog is {\"name\": …, \"steps\": [lines]}; a line has one of `customer`, `bot`, `pass`, `start`, `reply`, `status`, `agent`, `expect`".to_owned()),
            ..of_file("dialog", &id, error.message)
        });
    }
    Examined { path: path.to_owned(), source, diagnostics }
}

/// The byte at a line and a column of bytes, both from 1.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let before: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (before + column).min(source.len());
    while !source.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}
