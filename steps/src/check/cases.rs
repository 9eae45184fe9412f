//! Runs the checker's cases: `testdata/CODE.json` is a list of bots with what the checker says of them, a file for each code.
//!
//! `UPDATE_CASES=1` writes what it says into the files; then read the difference. A code without a case in which it is said, or a rule
//! without one in which it is silent, fails.
//!
//! A case: `description`; `bot` (the document; without `start` it starts at its first step) or `source` (text that need be no bot);
//! `environment`, and `bots` (the known ids); `expected`: a line for each diagnostic, with the part of the source that the caret is
//! under between `«` and `»`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Diagnostic, Severity, UNREADABLE, codes, load, rules::RULES};
use crate::{environment::Environment, ids::BotId};

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    description: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    bot: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    environment: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bots: Vec<String>,
    #[serde(default)]
    expected: Vec<String>,
}

impl Case {
    fn source(&self) -> String {
        if let Some(source) = &self.source {
            return source.clone();
        }
        let mut bot = self.bot.clone();
        let first = bot.pointer("/steps").and_then(Value::as_object).and_then(|steps| steps.keys().next().cloned());
        if let (Some(map), Some(first)) = (bot.as_object_mut(), first) {
            map.entry("start").or_insert_with(|| first.into());
        }
        serde_json::to_string_pretty(&bot).unwrap()
    }

    fn diagnostics(&self) -> (String, Vec<Diagnostic>) {
        let mut environment: Environment = serde_json::from_value(Value::Object(self.environment.clone())).unwrap();
        environment.bots.clone_from(&self.bots);
        let source = self.source();
        let checked = load(&BotId::new("leads").unwrap(), &source, &environment);
        let failed = checked.diagnostics.iter().any(Diagnostic::is_error);
        assert_eq!(checked.bot.is_some(), !failed, "{}: {:?}", self.description, checked.diagnostics);
        (source, checked.diagnostics)
    }
}

fn line(diagnostic: &Diagnostic, source: &str) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let part: String = source[diagnostic.span.clone()].chars().take(60).collect();
    let mut line = format!("{severity} {} at {} «{part}»: {}", diagnostic.code, diagnostic.path, diagnostic.message);
    if let Some(expected) = &diagnostic.expected {
        line.push_str(&format!(" | expected {expected}"));
    }
    if let Some(advice) = diagnostic.advice() {
        line.push_str(&format!(" | {advice}"));
    }
    line
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/check/testdata")
}

#[test]
fn the_checker_says_what_its_cases_say() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    // What is unreadable is by its nature what no check foresees: there is no bot to show it.
    for code in codes().map(|(code, _)| code).filter(|code| *code != UNREADABLE) {
        let file = folder().join(format!("{code}.json"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{code} needs cases in {}: {error}", file.display()));
        let mut cases: Vec<Case> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (mut said, mut silent) = (false, false);
        for case in &mut cases {
            let (source, diagnostics) = case.diagnostics();
            let says = diagnostics.iter().any(|diagnostic| diagnostic.code == code);
            said |= says;
            silent |= !says;
            let found: Vec<String> = diagnostics.iter().map(|diagnostic| line(diagnostic, &source)).collect();
            if update {
                case.expected = found;
            } else if case.expected != found {
                wrong.push(format!("{code}: {}\n  expected {:#?}\n  found {found:#?}", case.description, case.expected));
            }
        }
        assert!(said, "no case of {code} says it");
        assert!(silent || !RULES.iter().any(|rule| rule.code == code), "no case of {code} is silent");
        if update {
            fs::write(&file, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE_CASES=1 writes what is found; read the difference", wrong.join("\n"));
}

#[test]
fn every_case_file_is_of_a_code() {
    let known: BTreeSet<String> = codes().map(|(code, _)| format!("{code}.json")).collect();
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "{name}");
    }
}
