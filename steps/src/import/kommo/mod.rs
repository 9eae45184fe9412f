//! Kommo's Salesbots, read as bots of ours.
//!
//! A file is taken apart by [`container`] into programs; [`compile`] makes steps of a program's handlers, and [`graph`] names and orders them.
//! What is sent is in `message` and `send`, how answers are matched in `answer` and `condition`, what changes something in `deed`, `search` and
//! `preset`. Names for Kommo's ids come from the [`Mapping`]. What has no equal is the step `unsupported`, never a silent hole, and the
//! [`Report`] says all that was decided.

mod alias;
mod answer;
mod canvas;
mod compile;
mod condition;
mod container;
mod context;
mod deed;
mod export;
mod field;
mod fit;
mod graph;
mod language;
mod mapping;
mod message;
mod modifier;
mod pattern;
mod pause;
mod placeholder;
mod preset;
mod program;
mod report;
mod search;
mod send;
mod source;
mod subscribers;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use export::{Export, Lost, export};
pub use mapping::{Entry, FILE as MAP_FILE, Kind, Mapping};
pub use report::{Code, Finding, Report};
pub use source::text;

use crate::{
    check::{Diagnostic, load},
    environment::Environment,
    ids::BotId,
};
use compile::Compiler;
use context::Context;
use program::Program;

/// What an import is told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Language of the bots' texts. Left out: what their words tell, else `en`.
    pub language: Option<String>,
    /// IANA time zone. Left out: `UTC`.
    pub timezone: Option<String>,
    /// Mends texts that were read in the wrong encoding.
    pub repair: bool,
    /// Finds titles and synonyms inside of longer answers too.
    pub words: bool,
}

/// What came of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Import {
    pub bots: Vec<Imported>,
    pub report: Report,
}

/// A bot of ours.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    pub id: String,
    pub document: Value,
}

/// Why a file can't be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", place(*line, *column))]
pub struct Refused {
    pub message: String,
    /// Where in the file, from 1; 0: nowhere in particular.
    pub line: usize,
    pub column: usize,
}

fn place(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}

impl Refused {
    fn new(message: impl Into<String>) -> Self {
        Refused { message: message.into(), line: 0, column: 0 }
    }
}

/// The most idle time of an imported bot: Kommo's wait without end, and a customer may answer after weeks.
const EXPIRES: &str = "30d";
/// How many errors of the checker a refusal tells.
const TOLD: usize = 3;

/// How deep a step may nest. Our own: handlers inside of handlers take four levels each, and the importer goes down as deep.
const MOST_NESTED: usize = 60;

/// Whether a value nests no deeper than this.
fn is_at_most(value: &Value, levels: usize) -> bool {
    match (value, levels) {
        (Value::Array(_) | Value::Object(_), 0) => false,
        (Value::Array(items), levels) => items.iter().all(|item| is_at_most(item, levels - 1)),
        (Value::Object(map), levels) => map.values().all(|item| is_at_most(item, levels - 1)),
        _ => true,
    }
}

/// Reads a file of Kommo's. `name` is the file's, for bots that have none. The mapping gets every id that is met.
///
/// # Errors
/// It is no bot, or it would be one that the checker refuses, such as one that runs in circles.
pub fn import(name: &str, source: &str, mapping: &mut Mapping, options: &Options) -> Result<Import, Refused> {
    let mut report = Report::default();
    let programs = container::programs(name, source, options.repair, &mut report)?;
    let mut unique = words::Unique::default();
    let mut bots = Vec::new();
    for program in &programs {
        let id = unique.take(&words::id(&program.name, "bot"));
        if program.steps.values().chain([&program.error]).any(|value| !is_at_most(value, MOST_NESTED)) {
            return Err(Refused::new(format!("{:?} is nested too deeply: {MOST_NESTED} levels at most", program.name)));
        }
        program.steps.values().chain([&program.error]).for_each(|value| count(value, &mut report));
        let document = bot(&id, program, mapping, &mut report, options)?;
        bots.push(Imported { id, document });
    }
    Ok(Import { bots, report })
}

fn bot(id: &str, program: &Program, mapping: &mut Mapping, report: &mut Report, options: &Options) -> Result<Value, Refused> {
    let start = program.start().ok_or_else(|| Refused::new(format!("{:?} has no steps", program.name)))?;
    // What an exported bot knows of itself counts where nobody says otherwise.
    let kept = program.canvas.as_ref().and_then(|canvas| canvas.kept.as_ref());
    let known = options.language.as_deref().or(kept.and_then(|kept| kept.language.as_deref()));
    let found = if known.is_none() && kept.is_none() { language::of(program.steps.values()) } else { None };
    let language = known.or(found).unwrap_or("en");
    let context = Context { language, ..Context::new(id, mapping, report) };
    let mut compiler = Compiler::new(program, context, options.words);
    let (entry, failed) = compiler.run(start);
    let named = compiler.graph.named(entry, failed, program.canvas.as_ref());
    let reached = compiler.reached();
    let is_unread = |step: &&u64| {
        let has_finish = !program.handlers(**step, program::Part::Finish, &mut Vec::new()).is_empty();
        has_finish && !compiler.has_read(**step, program::Part::Finish)
    };
    let unread: Vec<String> = program
        .steps
        .keys()
        .filter(|step| reached.contains(step))
        .filter(is_unread)
        .map(|step| format!("{step}.finish"))
        .collect();
    let context = &mut compiler.context;
    for step in program.steps.keys().filter(|step| !reached.contains(step) && !is_pause_of_no_answer(program, **step)) {
        context.find(Code::Unreachable, &step.to_string(), "nothing leads to this step: it was left out");
    }
    for place in unread {
        context.find(Code::Differs, &place, "no jump leads to what the bot does at its end: it was left out");
    }
    for step in &named.circles {
        context.find(Code::Loop, &step.to_string(), "jumps in a circle without doing anything: the bot ends there");
    }
    if let Some(found) = found.filter(|found| *found != "en") {
        let message = format!("its texts tell that its language is `{found}`: `--language` names another");
        context.find(Code::Language, "", message);
    }
    let mut document = Map::new();
    document.insert("format".to_owned(), json!(crate::bot::FORMAT));
    document.insert("name".to_owned(), graph::without_mark(&program.name).into());
    let timezone = options.timezone.as_deref().or(kept.and_then(|kept| kept.timezone.as_deref()));
    document.insert("language".to_owned(), language.into());
    document.extend(timezone.map(|zone| ("timezone".to_owned(), zone.into())));
    let steps = as_said(named.steps);
    // What stands in no step that is reached needs no variable.
    let written = Value::from(steps.clone()).to_string();
    let used = context.variables.iter().filter(|(name, _)| written.contains(&format!("vars.{name}")));
    let variables: Map<String, Value> = used.map(|(name, kind)| ((*name).to_owned(), json!({"type": kind}))).collect();
    if !variables.is_empty() {
        document.insert("variables".to_owned(), variables.into());
    }
    let mut defaults = Map::new();
    match &named.failed {
        Some(failed) => defaults.insert("failed".to_owned(), failed.as_str().into()),
        // Nothing is lost when the window is closed: it goes out when the customer writes.
        None => defaults.insert("outside_window".to_owned(), "hold".into()),
    };
    defaults.insert("expires".to_owned(), EXPIRES.into());
    document.insert("defaults".to_owned(), defaults.into());
    document.insert("start".to_owned(), named.start.into());
    document.insert("steps".to_owned(), steps.into());
    if !named.layout.is_null() {
        document.insert("layout".to_owned(), named.layout);
    }
    match kept {
        Some(kept) => document.extend(kept.meta.as_ref().map(|meta| ("meta".to_owned(), meta.clone()))),
        None if program.conversation => {
            document.extend([("meta".to_owned(), json!({"imported_from": "kommo", "conversation": true}))]);
        }
        None => document.extend([("meta".to_owned(), json!({"imported_from": "kommo"}))]),
    }
    let document = Value::Object(document);
    located(id, &document, &named.origins, report);
    checked(id, program, &document, &named.origins, report)?;
    Ok(document)
}

/// Steps that read the customer's message as it is, where no title that is shown was cut.
fn as_said(steps: Map<String, Value>) -> Map<String, Value> {
    fn is_cut(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(is_cut),
            Value::Object(map) => map.contains_key("title") && map.contains_key("value") || map.values().any(is_cut),
            _ => false,
        }
    }
    fn read(value: Value) -> Value {
        match value {
            Value::String(text) => text.replace(context::MEANT, context::MESSAGE).into(),
            Value::Array(items) => Value::Array(items.into_iter().map(read).collect()),
            Value::Object(map) => Value::Object(map.into_iter().map(|(key, inner)| (key, read(inner))).collect()),
            other => other,
        }
    }
    if steps.values().any(is_cut) { steps } else { steps.into_iter().map(|(id, step)| (id, read(step))).collect() }
}

/// A step whose timer was taken into the message that it belongs to.
fn is_pause_of_no_answer(program: &Program, step: u64) -> bool {
    let leads = |from: &Value| {
        let target = from.get("no_answer").and_then(|jump| jump.get("params")).and_then(|params| params.get("step"));
        program::integer(target) == Some(step)
    };
    program.steps.values().any(leads)
}

/// Finds the step that each finding is about: the one whose comment says it, else the first that was made of Kommo's step.
fn located(id: &str, document: &Value, origins: &HashMap<String, u64>, report: &mut Report) {
    let empty = Map::new();
    let steps = document["steps"].as_object().unwrap_or(&empty);
    let mut made: HashMap<u64, Vec<(&String, &str, &str)>> = HashMap::new();
    for (step, body) in steps {
        if let Some(number) = origins.get(step.as_str()) {
            let text = |key: &str| body[key].as_str().unwrap_or_default();
            made.entry(*number).or_default().push((step, text("comment"), text("what")));
        }
    }
    for finding in report.findings.iter_mut().filter(|finding| finding.bot == id && finding.step.is_none()) {
        let digits = finding.place.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(finding.place.len());
        let Ok(number) = finding.place[..digits].parse::<u64>() else { continue };
        let said = context::sentence(&finding.message);
        let made = made.get(&number).map(Vec::as_slice).unwrap_or_default();
        let says = |(_, comment, what): &&(&String, &str, &str)| {
            comment.contains(&said) || !what.is_empty() && finding.message.starts_with(&format!("{what} has no equal"))
        };
        finding.step = made.iter().find(says).or(made.first()).map(|(step, ..)| (*step).clone());
    }
}

/// Refuses what the checker refuses, in its words; and tells of loops that only a condition ends.
fn checked(
    id: &str,
    program: &Program,
    document: &Value,
    origins: &HashMap<String, u64>,
    report: &mut Report,
) -> Result<(), Refused> {
    let bot = BotId::new(id).map_err(|error| Refused::new(error.to_string()))?;
    let checked = load(&bot, &document.to_string(), &Environment::default());
    let origin = |diagnostic: &Diagnostic| diagnostic.step.as_ref().and_then(|step| origins.get(step.as_str())).copied();
    for loops in checked.diagnostics.iter().filter(|diagnostic| diagnostic.code == LOOP && !diagnostic.is_error()) {
        let place = origin(loops).map(|step| step.to_string()).unwrap_or_default();
        let (bot, step, message) = (id.to_owned(), loops.step.clone(), loops.message.clone());
        report.findings.push(Finding { code: Code::Loop, bot, place, step, message });
    }
    let errors: Vec<&Diagnostic> = checked.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let from = |diagnostic: &Diagnostic| origin(diagnostic).map(|step| format!("step {step} of Kommo's: ")).unwrap_or_default();
    let told: Vec<String> = errors.iter().take(TOLD).map(|error| format!("{}{}", from(error), error.message)).collect();
    let more = if errors.len() > TOLD { format!("; and {} more", errors.len() - TOLD) } else { String::new() };
    Err(Refused::new(format!("{:?} can't be a bot here: {}{more}", program.name, told.join("; "))))
}

/// What the checker says of a loop that waits for nothing.
const LOOP: &str = "loop_without_wait";

/// Counts handlers, however deep they stand.
fn count(value: &Value, report: &mut Report) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| count(item, report)),
        Value::Object(map) => {
            if let Some(handler) = map.get("handler").and_then(Value::as_str) {
                report.count(handler);
            }
            map.values().for_each(|inner| count(inner, report));
        }
        _ => {}
    }
}
