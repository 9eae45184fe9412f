//! The reference pages, as Markdown: made from the steps, the schema, the functions and the diagnostics, so that none is written by hand.
//! Pure: what is done with the pages is somebody else's.

mod schema_words;

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::{
    check::{codes, codes_across},
    expression::functions,
    schema::document_schema,
    step::{Group, STEPS},
};
use schema_words::{first_sentence, table};

/// A page of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it lies under `docs`: `reference/steps/message.md`.
    pub path: String,
    pub text: String,
}

/// Every page, in the order of the table of contents.
pub fn reference() -> Vec<Page> {
    let mut pages = vec![steps_page(), document_page(), triggers_page(), functions_page(), errors_page()];
    pages.extend(step_schemas().map(|(kind, schema)| step_page(kind, schema)));
    pages.extend(codes().chain(codes_across()).map(|(code, page)| {
        let text = format!(
            "# `{code}`\n\n**What happened.** {}\n\n**Why it matters.** {}\n\n**What to do.** {}\n",
            page.happened, page.why, page.to_do
        );
        Page { path: format!("errors/{code}.md"), text }
    }));
    pages
}

/// The schema of each kind of step, by its word.
fn step_schemas() -> impl Iterator<Item = (&'static str, &'static Map<String, Value>)> {
    let schemas = document_schema().pointer("/$defs/Step/oneOf").and_then(Value::as_array).into_iter().flatten();
    STEPS.iter().map(|step| step.kind).zip(schemas.filter_map(Value::as_object))
}

fn description(schema: &Map<String, Value>) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Send => "Speak",
        Group::Ask => "Ask",
        Group::Decide => "Decide",
        Group::Change => "Change",
        Group::Call => "Call",
        Group::End => "End",
    }
}

fn steps_page() -> Page {
    let mut text = String::from("# Steps\n");
    let mut group = None;
    for (step, (kind, schema)) in STEPS.iter().zip(step_schemas()) {
        if group.replace(step.group) != Some(step.group) {
            // Writing to a string can't fail, here and below.
            let _ = write!(text, "\n## {}\n\n", heading(step.group));
        }
        let _ = writeln!(text, "- [`{kind}`](steps/{kind}.md): {}", first_sentence(description(schema)));
    }
    Page { path: "reference/steps.md".into(), text }
}

fn step_page(kind: &str, schema: &Map<String, Value>) -> Page {
    let text = format!("# `{kind}`\n\n{}\n\n## Keys\n\n{}", description(schema), table(schema, &["type"]));
    Page { path: format!("reference/steps/{kind}.md"), text }
}

fn document_page() -> Page {
    let mut text = String::from("# The document\n\n");
    if let Some(root) = document_schema().as_object() {
        let _ = write!(text, "{}\n\n{}", description(root), table(root, &[]));
    }
    for name in ["Defaults", "Limits", "Variable", "Choice"] {
        let part = document_schema().pointer(&format!("/$defs/{name}")).and_then(Value::as_object);
        if let Some(part) = part {
            let _ = write!(text, "\n## {}\n\n{}\n\n{}", title(name), description(part), table(part, &[]));
        }
    }
    Page { path: "reference/document.md".into(), text }
}

fn title(name: &str) -> &str {
    match name {
        "Defaults" => "`defaults`",
        "Limits" => "`limits`",
        "Variable" => "A variable",
        "Choice" => "An option",
        other => other,
    }
}

fn triggers_page() -> Page {
    let mut text = String::from("# Triggers\n\nA trigger says what starts the bot.\n");
    let kinds = document_schema().pointer("/$defs/Trigger/oneOf").and_then(Value::as_array);
    let kinds: Vec<&Map<String, Value>> = kinds.into_iter().flatten().filter_map(Value::as_object).collect();
    let keys = |kind: &&Map<String, Value>| -> Vec<String> {
        let keys = kind.get("properties").and_then(Value::as_object);
        keys.into_iter().flat_map(|keys| keys.keys().cloned()).collect()
    };
    let all: Vec<Vec<String>> = kinds.iter().map(keys).collect();
    let shared: Vec<&str> = all.first().map_or_else(Vec::new, |first| {
        first.iter().filter(|key| all.iter().all(|keys| keys.contains(key))).map(String::as_str).collect()
    });
    if let Some(first) = kinds.first() {
        let own: Vec<&str> = all[0].iter().map(String::as_str).filter(|key| !shared.contains(key)).chain(["on"]).collect();
        let _ = write!(text, "\n## Keys of all triggers\n\n{}", table(first, &own));
    }
    for kind in &kinds {
        let word = kind.get("properties").and_then(|keys| keys.pointer("/on/const")).and_then(Value::as_str).unwrap_or_default();
        let _ = write!(text, "\n## `{word}`\n\n{}\n", description(kind));
        let own = table(kind, &shared);
        if !own.is_empty() {
            let _ = write!(text, "\n{own}");
        }
    }
    Page { path: "reference/triggers.md".into(), text }
}

fn functions_page() -> Page {
    let mut text = String::from("# Functions\n\nWhat expressions and scripts can call, beside Rhai's operators.\n\n");
    for function in functions() {
        let (example, gives) = function.example;
        let _ = writeln!(text, "- `{}`: {} `{example}` gives `{gives}`.", function.signature, function.doc);
    }
    Page { path: "reference/functions.md".into(), text }
}

fn errors_page() -> Page {
    let mut text = String::from("# What the checker says\n\n");
    for (code, page) in codes().chain(codes_across()) {
        let _ = writeln!(text, "- [`{code}`]({code}.md): {}", first_sentence(page.happened));
    }
    Page { path: "errors/index.md".into(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str) -> String {
        reference().into_iter().find(|page| page.path == path).map(|page| page.text).unwrap_or_default()
    }

    #[test]
    fn every_step_code_and_function_has_its_place() {
        let pages = reference();
        for step in STEPS {
            assert!(page("reference/steps.md").contains(&format!("(steps/{}.md)", step.kind)), "{}", step.kind);
            assert!(page(&format!("reference/steps/{}.md", step.kind)).contains("```json"), "{} shows no example", step.kind);
        }
        let mut paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), pages.len(), "two pages of one path");
        for wanted in pages {
            assert!(wanted.text.starts_with("# ") && wanted.text.len() > 40, "{}", wanted.path);
        }
    }

    #[test]
    fn a_page_tells_each_key_with_its_type_and_meaning() {
        insta::assert_snapshot!(page("reference/steps/template.md"));
    }

    #[test]
    fn triggers_name_their_own_keys() {
        let text = page("reference/triggers.md");
        let silence = text.split("## `silence`").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        assert!(silence.contains("`after`") && !silence.contains("`once_per`"), "{silence}");
    }
}
