//! Checks a bot: reads its JSON, says everything that is wrong with it at once, each with its place and what to do, and gives the bot
//! where nothing keeps it from running.
//!
//! In order: the JSON with the place of every part ([`json`]); the form, along the published schema ([`walk`]), which also gathers every
//! text, expression and link wherever a step keeps one; their meaning ([`meaning`]); then the [`rules`], one file each. Nothing here knows
//! the keys of a new step: it knows the schema.

mod across;
#[cfg(test)]
mod cases;
mod diagnostic;
mod graph;
mod json;
mod kinds;
mod meaning;
mod pages;
mod place;
mod render;
mod rules;
mod shape;
mod subject;
mod walk;

use std::sync::Arc;

use serde_json::Value;

pub use across::{MAX_CALL_DEPTH, overlaps};
pub use diagnostic::{Diagnostic, Severity};
pub use render::{Colour, render};

use crate::{
    bot::{Bot, Document, FORMAT},
    environment::Environment,
    ids::BotId,
    migrate::{self, MigrationError},
};
use json::Lines;
pub(crate) use pages::{codes, codes_across};
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
    let document = examine(source, environment, &mut diagnostics);
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

fn examine(source: &str, environment: &Environment, problems: &mut Vec<Diagnostic>) -> Option<Document> {
    let root = match json::parse(source) {
        Ok(root) => root,
        Err(error) => {
            problems.push(*error);
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
            let document = examine(&text, environment, &mut found);
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
    let subject = Subject::new(source, environment, object, walked, problems);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(source: &str) -> Checked {
        load(&BotId::new("leads").unwrap(), source, &Environment::default())
    }

    /// A bot that is right, with something of everything that the checker looks into.
    fn sound() -> Value {
        json!({
            "format": 1,
            "language": "pt-BR",
            "timezone": "America/Sao_Paulo",
            "hours": {"mon-fri": ["09:00-18:00"]},
            "variables": {"score": {"type": "integer", "default": 0}},
            "defaults": {"failed": "sorry", "outside_window": "hold", "expires": "24h"},
            "triggers": [
                {"on": "message", "keywords": ["orçamento"], "hours": "open"},
                {"on": "stage", "pipeline": "sales", "stage": "new", "when": "vars.score >= 0"}
            ],
            "start": "welcome",
            "steps": {
                "welcome": {
                    "type": "message",
                    "text": "Olá {{ contact.first_name ?? \"tudo bem\" }}!",
                    "buttons": [
                        {"id": "buy", "title": "Comprar", "goto": "score", "synonyms": ["compra"]},
                        {"id": "help", "title": "Suporte", "goto": "sorry"}
                    ],
                    "timeout": {"after": "2h", "goto": "sorry"},
                    "template": {"name": "boas_vindas", "parameters": {"nome": "{{ contact.name }}"}}
                },
                "score": {"type": "set", "fields": {"vars.score": "{{ vars.score + 1 }}"}, "next": "sorry"},
                "sorry": {"type": "stop", "outcome": "failed"}
            },
            "translations": {"es": {"welcome.buttons.buy.title": "Comprar"}},
            "layout": {"steps": {"welcome": {"x": 80, "y": 40}}}
        })
    }

    #[test]
    fn a_sound_bot_is_loaded_and_loaded_again() {
        let source = sound().to_string();
        let checked = check(&source);
        assert_eq!(checked.diagnostics, []);
        let bot = checked.bot.unwrap();
        let again = load_published(&bot.id, &source).unwrap();
        assert_eq!(again.version, bot.version);
    }

    #[test]
    fn a_published_version_needs_no_rules_but_must_be_readable() {
        let id = BotId::new("leads").unwrap();
        let lost = json!({"start": "a", "steps": {"a": {"type": "stop"}, "b": {"type": "stop"}}});
        assert!(load_published(&id, &lost.to_string()).is_ok());
        assert!(load_published(&id, "{").is_err());
        let newer = json!({"format": 9, "start": "a", "steps": {"a": {"type": "stop"}}});
        assert!(load_published(&id, &newer.to_string()).unwrap_err().contains("format 9"));
    }

    #[test]
    fn diagnostics_are_shown_as_a_compiler_shows_them() {
        let source = "{\n  \"start\": \"welcom\",\n  \"steps\": {\n    \"welcome\": {\"type\": \"message\", \"text\": \"Olá \\\"{{ contct.name }}\\\"\", \"nxt\": \"end\"}\n  }\n}\n";
        let checked = check(source);
        insta::assert_snapshot!(render(&checked.diagnostics, source, "bots/leads.json", Colour::Never));
        assert!(
            render(&checked.diagnostics, source, "bots/leads.json", Colour::Always).contains("\u{1b}[1;31merror[unknown_link]")
        );
    }

    #[test]
    fn a_long_line_is_shown_around_its_caret() {
        let bot = json!({"start": "a", "meta": {"x": "y".repeat(500)}, "steps": {"a": {"type": "message", "text": "Oi {{ contct.name }}"}}});
        let source = bot.to_string();
        let shown = render(&check(&source).diagnostics, &source, "bots/leads.json", Colour::Never);
        let widest = shown.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest < 140 && shown.contains("contct"), "{shown}");
    }

    #[test]
    fn diagnostics_are_json_for_tools() {
        let checked = check(r#"{"start": "a", "steps": {"a": {"type": "mesage"}}}"#);
        let value = serde_json::to_value(&checked.diagnostics).unwrap();
        let first = &value[0];
        assert_eq!(first["code"], "unknown_word");
        assert_eq!((&first["bot"], &first["step"], &first["path"]), (&json!("leads"), &json!("a"), &json!("steps.a.type")));
        assert_eq!((&first["line"], &first["column"], &first["nearest"]), (&json!(1), &json!(40), &json!("message")));
        assert_eq!(first["span"], json!({"start": 39, "end": 47}));
    }

    #[test]
    fn five_thousand_steps_are_checked() {
        let count = 5_000;
        let steps: serde_json::Map<String, Value> = (0..count)
            .map(|at| {
                let step = json!({
                    "type": "message", "text": format!("Pergunta {at}: {{{{ contact.name }}}}?"),
                    "buttons": [{"id": "yes", "title": "Sim", "goto": format!("s{}", (at + 1) % count)}, {"title": "Não", "goto": "s0"}],
                    "timeout": {"after": "2h", "goto": "s0"}, "outside_window": "hold"
                });
                (format!("s{at}"), step)
            })
            .collect();
        let checked = check(&json!({"start": "s0", "steps": steps}).to_string());
        assert_eq!(checked.diagnostics, []);
        assert_eq!(checked.bot.unwrap().document.steps.len(), count);
    }

    /// Changes one part of a bot, however deep: puts something else in its place.
    fn mutate(node: &mut Value, choices: &[u8], with: &Value) {
        let inner = choices.split_first().and_then(|(at, rest)| {
            let at = usize::from(*at);
            match &mut *node {
                Value::Object(map) if !map.is_empty() => Some((at % map.len(), rest)),
                Value::Array(list) if !list.is_empty() => Some((at % list.len(), rest)),
                _ => None,
            }
        });
        match (node, inner) {
            (Value::Object(map), Some((at, rest))) => {
                map.values_mut().skip(at).take(1).for_each(|inner| mutate(inner, rest, with))
            }
            (Value::Array(list), Some((at, rest))) => {
                list.iter_mut().skip(at).take(1).for_each(|inner| mutate(inner, rest, with))
            }
            (node, _) => node.clone_from(with),
        }
    }

    fn mutated(mut bot: Value, choices: &[u8], with: &Value) -> Value {
        mutate(&mut bot, choices, with);
        bot
    }

    fn junk() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            "(\\{\\{|\\}\\}|[a-z.]| |\"|👍){0,12}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({})),
            Just(json!({"goto": "sorry"})),
            Just(json!([{"each": "item", "title": "{{ index }}"}])),
        ]
    }

    proptest! {
        #[test]
        fn any_text_is_checked(source in any::<String>()) {
            let checked = check(&source);
            prop_assert!(checked.bot.is_some() || checked.diagnostics.iter().any(Diagnostic::is_error));
        }

        #[test]
        fn any_json_like_text_is_checked(source in r#"([\[\]{}:,"\\ ue0-9a-z]|"steps"|"type"|"start"){0,60}"#) {
            check(&source);
        }

        #[test]
        fn a_changed_bot_is_checked_and_every_place_lies_in_it(choices in prop::collection::vec(any::<u8>(), 0..7), with in junk()) {
            let source = serde_json::to_string_pretty(&mutated(sound(), &choices, &with)).unwrap();
            let checked = check(&source);
            prop_assert!(checked.bot.is_some() || checked.diagnostics.iter().any(Diagnostic::is_error));
            for diagnostic in &checked.diagnostics {
                prop_assert!(source.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic);
            }
            render(&checked.diagnostics, &source, "bots/leads.json", Colour::Never);
        }

        #[test]
        fn a_cut_bot_is_checked(cut in 0usize..2_000) {
            let source = serde_json::to_string_pretty(&sound()).unwrap();
            let end = (0..=cut.min(source.len())).rev().find(|end| source.is_char_boundary(*end)).unwrap_or(0);
            let checked = check(&source[..end]);
            render(&checked.diagnostics, &source[..end], "bots/leads.json", Colour::Never);
        }
    }
}
