//! Checks a bot: reads its JSON, says everything that is wrong with it at once, each with its place and what to do, and gives the bot
//! where nothing keeps it from running.
//!
//! In order: the JSON with the place of every part ([`json`]); the form, along the published schema ([`walk`]), which also gathers every
//! text, expression and link wherever a step keeps one; their meaning ([`meaning`]); then the [`rules`], one file each. Nothing here knows
//! the keys of a new step: it knows the schema.

mod diagnostic;
mod json;
mod meaning;
mod place;
mod render;
mod rules;
mod shape;
mod subject;
mod walk;

use std::sync::Arc;

use serde_json::Value;

pub use diagnostic::{Diagnostic, Severity};
pub use render::{Colour, render};

use crate::{
    bot::{Bot, Document, FORMAT},
    environment::Environment,
    ids::BotId,
    migrate::{self, MigrationError},
};
use json::Lines;
use place::Place;
use subject::Subject;

const FORMAT_CODE: &str = "format";
const UNREADABLE: &str = "unreadable";

/// What a check gives.
#[derive(Debug)]
pub struct Checked {
    /// The bot, where no diagnostic is an error.
    pub bot: Option<Arc<Bot>>,
    /// By place in the source.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and checks a bot. Never panics, whatever the source; says all problems at once.
pub fn load(id: &BotId, source: &str, environment: &Environment) -> Checked {
    let mut diagnostics = Vec::new();
    let document = examine(id, source, environment, &mut diagnostics);
    let diagnostics = placed(diagnostics, id, source);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let bot = document.filter(|_| !failed).map(|document| Bot::new(id.clone(), document));
    Checked { bot, diagnostics }
}

/// Reads a version that was checked when it was published: no rules, only what running it needs.
///
/// # Errors
/// The JSON, its form, or an expression in it is wrong, or its format is newer than this program.
pub fn load_published(id: &BotId, source: &str) -> Result<Arc<Bot>, String> {
    let document = match serde_json::from_str::<Document>(source) {
        Ok(document) if document.format == FORMAT => document,
        read => {
            // An older format may have another form: it is migrated first.
            let value: Value = serde_json::from_str(source).map_err(|error| error.to_string())?;
            let migrated = migrate::migrate(value).map_err(|error| error.to_string())?;
            match migrated {
                Some(value) => serde_json::from_value(value).map_err(|error| error.to_string())?,
                None => read.map_err(|error| error.to_string())?,
            }
        }
    };
    Ok(Bot::new(id.clone(), document))
}

fn examine(id: &BotId, source: &str, environment: &Environment, problems: &mut Vec<Diagnostic>) -> Option<Document> {
    let root = match json::parse(source) {
        Ok(root) => root,
        Err(error) => {
            problems.push(error);
            return None;
        }
    };
    let value: Value = match serde_json::from_str(source) {
        Ok(value) => value,
        Err(error) => {
            problems.push(json::refused(source, &error));
            return None;
        }
    };
    match migrate::migrate(value) {
        Ok(None) => {}
        Ok(Some(migrated)) => {
            let text = serde_json::to_string(&migrated).ok()?;
            let mut found = Vec::new();
            let document = examine(id, &text, environment, &mut found);
            // The places are those of the migrated text, which nobody sees: only the path is left.
            problems.extend(found.into_iter().map(|problem| Diagnostic { span: 0..0, ..problem }));
            return document;
        }
        Err(error) => {
            problems.push(format_problem(&root, &error));
            return None;
        }
    }
    let mut walked = walk::walk(&root);
    problems.append(&mut walked.problems);
    let object = root.as_object()?;
    let subject = Subject::new(id, source, environment, object, walked, problems);
    rules::check(&subject, problems);
    if problems.iter().any(Diagnostic::is_error) {
        return None;
    }
    match serde_json::from_str(source) {
        Ok(document) => Some(document),
        Err(error) => {
            problems.push(Diagnostic { code: UNREADABLE, ..json::refused(source, &error) });
            None
        }
    }
}

fn format_problem(root: &jsonc_parser::ast::Value<'_>, error: &MigrationError) -> Diagnostic {
    let format = root.as_object().and_then(|root| json::get(root, "format"));
    let span = format.map_or(0..1, json::span);
    let place = Place::of([place::Key::Name("format")]);
    Diagnostic::error(FORMAT_CODE, &place, span, error.to_string())
}

/// Sorts diagnostics by place, and says where each is for people.
fn placed(mut diagnostics: Vec<Diagnostic>, id: &BotId, source: &str) -> Vec<Diagnostic> {
    let lines = Lines::new(source);
    for diagnostic in &mut diagnostics {
        id.as_str().clone_into(&mut diagnostic.bot);
        if !diagnostic.span.is_empty() || diagnostic.path.is_empty() {
            (diagnostic.line, diagnostic.column) = lines.place(diagnostic.span.start);
        }
    }
    diagnostics.sort_by(|a, b| (a.span.start, a.severity, a.code, &a.path).cmp(&(b.span.start, b.severity, b.code, &b.path)));
    diagnostics.dedup();
    diagnostics
}
