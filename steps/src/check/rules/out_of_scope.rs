//! `secrets`, `reply`, `child`, `found`, `item` and `index` are read where they are.

use super::{Page, Rule};
use crate::check::{diagnostic::Diagnostic, place::Key, subject::Subject, walk::Site};

pub(super) const RULE: Rule = Rule {
    code: "out_of_scope",
    page: Page {
        happened: "An expression reads a value that is not there in this place.",
        why: "`secrets` live in what `http` steps send, `reply` in `http` steps only, `child` where a called bot comes back (`start_bot`), `found` where something was looked for (`find`), `item` and `index` inside what an `each` \
              repeats. Elsewhere they are always missing.",
        to_do: "Keep what you need in a variable with `save` where the value is there, and read the variable here.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, meaning) in &subject.sites {
        for read in meaning.reads() {
            let root = read.path.split('.').next().unwrap_or_default();
            let Some(place) = lives_in(root).filter(|_| !is_there(subject, site, root)) else { continue };
            let span = subject.within(site, read.offset, read.len);
            let message = format!("`{root}` is not there: it lives in {place} only");
            let help = match root {
                "secrets" => "a secret never leaves the server: send it from an `http` step",
                "item" | "index" => "add `each` to the option, row or card, or read the list itself",
                _ => "keep what you need with `save` in that step, and read the variable here",
            };
            problems.push(Diagnostic::error(RULE.code, &site.place, span, message).help(help));
        }
    }
}

/// Whether a string is a part of what an `http` step sends.
fn is_sent(site: &Site<'_>) -> bool {
    matches!(site.place.keys().get(2), Some(Key::Name("url" | "headers" | "query" | "json" | "form" | "text")))
}

fn lives_in(root: &str) -> Option<&'static str> {
    Some(match root {
        "secrets" => "what `http` steps send",
        "reply" => "`http` steps",
        "child" => "`start_bot` steps",
        "found" => "`find` steps",
        "item" | "index" => "what an `each` repeats",
        _ => return None,
    })
}

fn is_there(subject: &Subject<'_>, site: &Site<'_>, root: &str) -> bool {
    let step = match site.place.keys() {
        [Key::Name("steps"), Key::Name(id), ..] => subject.steps.get(id),
        // A translation is a text of some step, whose own text is checked.
        [Key::Name("translations"), ..] => return true,
        _ => None,
    };
    match root {
        "reply" => step.is_some_and(|step| step.is("http")),
        "secrets" => step.is_some_and(|step| step.is("http")) && is_sent(site),
        "child" => step.is_some_and(|step| step.is("start_bot")),
        "found" => step.is_some_and(|step| step.is("find")),
        _ => site.in_each,
    }
}
