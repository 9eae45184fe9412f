//! What a model may do is told apart, described, and not called as the server's own function.

use std::collections::HashSet;

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, json, place::Key, subject::Subject},
    step::ai_reply::CANNOT_HELP,
};

pub(super) const RULE: Rule = Rule {
    code: "tool",
    page: Page {
        happened: "Two tools of an `ai_reply` have the same name, a tool is called `cannot_help`, or it has no description.",
        why: "A model chooses a tool by its name and its description alone. `cannot_help` is the function by which it says that it can't help, and leads to `otherwise`.",
        to_do: "Give each tool a name of its own, and describe what it does and when to take it.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("ai_reply")) {
        let mut names = HashSet::new();
        for named in subject.named("ReplyTool").filter(|named| named.place.keys().get(1) == Some(&Key::Name(step.id))) {
            let mut tell = |key: &'static str, message: String, help: &str| {
                if let Some(literal) = json::get_text(named.object, key) {
                    let span = literal.range.start..literal.range.end;
                    problems.push(Diagnostic::error(RULE.code, &named.place.name(key), span, message).help(help));
                }
            };
            let Some(name) = json::get_text(named.object, "name").map(|name| &*name.value) else { continue };
            if name == CANNOT_HELP {
                let message = format!("no tool can be called `{CANNOT_HELP}`: the model says so that it can't help");
                tell("name", message, "give it another name; where a model that can't help goes is `otherwise`");
            } else if !names.insert(name) {
                let message = format!("another tool of this step is called `{name}` already");
                tell("name", message, "the first of them would be taken always; give this one its own");
            }
            if json::get_text(named.object, "description").is_some_and(|text| text.value.trim().is_empty()) {
                let message = format!("the tool `{name}` has no description");
                tell("description", message, "say what it does and when to take it: the model chooses by it");
            }
        }
    }
}
