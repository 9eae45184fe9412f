//! A variable that is read is declared or written somewhere.

use std::collections::BTreeSet;

use super::{Page, Rule, SUGGESTIONS};
use crate::{
    check::{diagnostic::Diagnostic, json, meaning::Meaning, place::Key, subject::Subject},
    expression::nearest,
    path::Path,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_variable",
    page: Page {
        happened: "A text, condition or script reads a variable that nothing writes.",
        why: "It would always be missing: an empty place in a text, a condition that never holds. Most often its name is misspelt.",
        to_do: "Write the name as it is written elsewhere, or declare it under `variables`. A bot that another calls declares what it is given.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let written = written(subject);
    if written.contains("*") {
        // A script writes names that only running it tells.
        return;
    }
    let mut suggested = 0;
    for (site, meaning) in &subject.sites {
        for read in meaning.reads() {
            let Some(name) = variable(&read.path) else { continue };
            if written.contains(name) {
                continue;
            }
            suggested += 1;
            let near = nearest(name, written.iter().map(String::as_str).filter(|_| suggested <= SUGGESTIONS));
            let span = subject.within(site, read.offset, read.len);
            let message = format!("nothing writes the variable `{name}`");
            let found = Diagnostic::error(RULE.code, &site.place, span, message);
            let near = near.map(|near| format!("vars.{near}"));
            problems.push(match &near {
                Some(near) => found.nearest(Some(near)),
                None => found.help("declare it under `variables`, or write it before with `set`, `save` or a script"),
            });
        }
    }
}

/// The name in `vars.name`, or in `vars.name.more`.
pub(crate) fn variable(path: &str) -> Option<&str> {
    path.strip_prefix("vars.").map(|rest| rest.split('.').next().unwrap_or(rest))
}

/// Every name that is declared or written; `*` where a script writes names that are known only when it runs.
fn written(subject: &Subject<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut keys = |object: Option<&jsonc_parser::ast::Object<'_>>| {
        let keys = object.map_or(&[][..], |object| &object.properties).iter().map(|property| json::key(property).to_owned());
        names.extend(keys);
    };
    keys(json::get_object(subject.root, "variables"));
    for (_, trigger) in subject.triggers() {
        keys(json::get_object(trigger, "variables"));
    }
    for (site, meaning) in &subject.sites {
        match meaning {
            // A path in a trigger is watched; everywhere else it is written.
            Meaning::Path(Path::Var(name)) if !matches!(site.place.keys(), [Key::Name("triggers"), ..]) => {
                names.insert(name.to_string());
            }
            Meaning::Script(script) => names.extend(script.writes().iter().cloned()),
            _ => {}
        }
    }
    names
}
