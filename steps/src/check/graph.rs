//! The graph of a bot: which step leads to which, and what has to happen on the way. It follows from the links alone, by the keys that the
//! language gives them, so that a new step needs nothing here.

use jsonc_parser::ast::{Object, Value};

use super::{
    json,
    meaning::Meaning,
    place::Key,
    subject::{StepView, Subject},
    walk::Site,
};
use crate::expression::parse_duration;

/// What has to happen for a way to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The step was done.
    Done,
    /// The customer wrote.
    Answered,
    /// So much time passed, in milliseconds; None: a time that only the conversation knows.
    Passed(Option<u64>),
    /// The step failed.
    Failed,
    /// The customer service window was closed.
    Closed,
    /// The window is open, or the designer has thought of it: a condition over `window` holds.
    Guarded,
}

/// A link from a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge<'t> {
    pub(crate) to: &'t str,
    pub(crate) way: Way,
}

/// Where a step leads, the answers of `defaults` included.
pub(super) fn edges<'t>(subject: &Subject<'t>, step: &StepView<'t>) -> Vec<Edge<'t>> {
    let mut links = subject.sites_of(step).iter().map(|(site, _)| site).filter(|site| site.kind == "link");
    if step.disabled {
        let skipped_to = step.skipped_to();
        let link = links.find(|site| Some(text(site)) == skipped_to.as_deref());
        return link.map(|link| Edge { to: text(link), way: Way::Done }).into_iter().collect();
    }
    let mut edges: Vec<Edge<'t>> = links.map(|site| Edge { to: text(site), way: way(step, site) }).collect();
    let Some(defaults) = subject.defaults() else { return edges };
    let mut default = |key: &str, way: Way| {
        let link = match json::get(defaults, key) {
            Some(Value::Object(inner)) => json::get_text(inner, "goto"),
            Some(Value::StringLit(link)) => Some(link),
            _ => None,
        };
        if let Some(link) = link.filter(|_| !step.has(key)) {
            edges.push(Edge { to: &link.value, way });
        }
    };
    default("failed", Way::Failed);
    if step.waits() {
        default("otherwise", Way::Answered);
        default("timeout", timeout(json::get_object(defaults, "timeout")));
    }
    if step.sends_freely() && json::get_object(defaults, "outside_window").is_some() {
        default("outside_window", Way::Closed);
    }
    edges
}

fn text<'t>(site: &Site<'t>) -> &'t str {
    &site.literal.value
}

fn way(step: &StepView<'_>, site: &Site<'_>) -> Way {
    let inside = site.place.in_step();
    match inside {
        [.., Key::Name("failed")] => return Way::Failed,
        [.., Key::Name("timeout"), Key::Name("goto")] => return timeout(json::get_object(step.object, "timeout")),
        [.., Key::Name("outside_window"), Key::Name("goto")] => return Way::Closed,
        // A colleague closes the conversation, hours or days later.
        [Key::Name("resume")] => return Way::Passed(None),
        _ => {}
    }
    if step.is("wait") {
        return match inside {
            [Key::Name("for"), Key::Index(index), ..] => {
                let entry = json::get_list(step.object, "for").get(*index).and_then(Value::as_object);
                waited(entry.and_then(|entry| json::get(entry, "for")))
            }
            _ => match json::get(step.object, "for") {
                Some(Value::Array(list)) => {
                    // `next` is where entries without `goto` lead: the longest of them counts.
                    let ways = list.elements.iter().filter_map(Value::as_object).filter(|entry| !json::has(entry, "goto"));
                    ways.map(|entry| waited(json::get(entry, "for"))).fold(Way::Answered, longer)
                }
                one => waited(one),
            },
        };
    }
    if step.waits() { Way::Answered } else { guard(step, inside).unwrap_or(Way::Done) }
}

/// What a `wait` waits for.
fn waited(node: Option<&Value<'_>>) -> Way {
    match node {
        Some(Value::StringLit(word)) if word.value == "message" => Way::Answered,
        Some(Value::Object(object)) => Way::Passed(json::get_text(object, "delay").and_then(|text| millis(&text.value))),
        _ => Way::Passed(None),
    }
}

fn longer(a: Way, b: Way) -> Way {
    match (a, b) {
        (Way::Passed(None), _) | (_, Way::Passed(None)) => Way::Passed(None),
        (Way::Passed(Some(a)), Way::Passed(Some(b))) => Way::Passed(Some(a.max(b))),
        (passed @ Way::Passed(_), _) | (_, passed @ Way::Passed(_)) => passed,
        (other, _) => other,
    }
}

fn timeout(timeout: Option<&Object<'_>>) -> Way {
    Way::Passed(timeout.and_then(|timeout| json::get_text(timeout, "after")).and_then(|text| millis(&text.value)))
}

fn millis(text: &str) -> Option<u64> {
    parse_duration(text).ok().map(|duration| duration.as_millis())
}

/// What the branches of a step say of the window on one of its ways: the condition of a branch holds on its own way, and those before it do
/// not; on the ways that are taken after all branches, none does.
fn guard(step: &StepView<'_>, inside: &[Key<'_>]) -> Option<Way> {
    let branches = json::get_list(step.object, "branches");
    let when = |branch: &Value<'_>| json::get_text(branch.as_object()?, "when").map(|when| when.value.to_string());
    let failed = |before: &[Value<'_>]| before.iter().filter_map(when).find_map(|when| implied(&when, false));
    match inside {
        [Key::Name("branches"), Key::Index(index), Key::Name("goto")] => {
            let own = branches.get(*index).and_then(when)?;
            let open = implied(&own, true).or_else(|| failed(&branches[..*index]));
            open.map(known).or_else(|| reads_window(&own).then_some(Way::Guarded))
        }
        [Key::Name("otherwise" | "next")] => failed(branches).map(known),
        _ => None,
    }
}

/// That the window is closed is what it was taken to be at worst.
fn known(open: bool) -> Way {
    if open { Way::Guarded } else { Way::Done }
}

/// Whether the window is open where a condition holds, or where it does not; None: the condition does not tell.
pub(super) fn implied(condition: &str, holds: bool) -> Option<bool> {
    // All parts of `a && b` hold with it, and none of `a || b` holds without it.
    let (joins, mixes) = if holds { ("&&", "||") } else { ("||", "&&") };
    if condition.contains(mixes) {
        return None;
    }
    let open = condition.split(joins).find_map(|part| {
        let part: String = part.chars().filter(|letter| !letter.is_whitespace()).collect();
        match part.as_str() {
            "window.open" | "window.open==true" | "window.open!=false" => Some(true),
            "!window.open" | "window.open==false" | "window.open!=true" => Some(false),
            _ => None,
        }
    })?;
    Some(open == holds)
}

pub(super) fn reads_window(source: &str) -> bool {
    let Ok(expression) = crate::expression::Expression::compile(source) else { return false };
    Meaning::Expression(expression).reads().iter().any(|read| read.path == "window" || read.path.starts_with("window."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_tell_of_the_window() {
        for (condition, holds, expected) in [
            ("window.open", true, Some(true)),
            ("window.open", false, Some(false)),
            ("! window.open", true, Some(false)),
            ("!window.open", false, Some(true)),
            ("window.open == false", true, Some(false)),
            ("vars.x && window.open", true, Some(true)),
            ("vars.x && window.open", false, None),
            ("vars.x || !window.open", false, Some(true)),
            ("vars.x || window.open", true, None),
            ("window.seconds_left > 60", true, None),
        ] {
            assert_eq!(implied(condition, holds), expected, "{condition} {holds}");
        }
    }
}
