//! Times that a bot waits are given once, and are sane.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, json, meaning::Meaning, subject::Subject},
    expression::Duration,
};

pub(super) const RULE: Rule = Rule {
    code: "time",
    page: Page {
        happened: "A time is nothing, too long for its place, or given in two ways at once.",
        why: "A timeout of nothing would never let the customer answer. A call that may take minutes holds the conversation. `window_closing` lies within the 24 hours \
              of the window.",
        to_do: "Write a time that fits: of `after` and `until` exactly one.",
    },
    check,
};

/// The longest that a call may take. A customer does not wait longer.
const LONGEST_DEADLINE: Duration = Duration::from_secs(120);

/// The customer service window.
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest that quick messages are waited for, to become one.
const LONGEST_JOIN: Duration = Duration::from_secs(60);

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for timeout in subject.named("Timeout") {
        let (after, until) = (json::has(timeout.object, "after"), json::has(timeout.object, "until"));
        if after == until {
            let message = if after { "a timeout has `after` or `until`, not both" } else { "a timeout needs `after` or `until`" };
            let span = timeout.object.range.start..timeout.object.range.start + 1;
            problems.push(Diagnostic::error(RULE.code, &timeout.place, span, message));
        }
    }
    for (site, meaning) in &subject.sites {
        let Meaning::Duration(duration) = meaning else { continue };
        let key = site.place.last_name();
        let longest = match key {
            "deadline" => Some(LONGEST_DEADLINE),
            "join" => Some(LONGEST_JOIN),
            "before" if is_window_closing(subject, site.place.keys()) => Some(WINDOW),
            _ => None,
        };
        let nothing = duration.as_millis() == 0 && !matches!(key, "join" | "delay");
        if nothing {
            let message = format!("`{key}` is a duration of zero");
            problems
                .push(Diagnostic::error(RULE.code, &site.place, site.span(), message).expected("a time such as `10s` or `2h`"));
        } else if let Some(longest) = longest.filter(|longest| duration > longest) {
            let message = format!("`{key}` is {duration}, and {longest} is the longest that makes sense here");
            problems.push(Diagnostic::error(RULE.code, &site.place, site.span(), message));
        }
    }
}

fn is_window_closing(subject: &Subject<'_>, keys: &[crate::check::place::Key<'_>]) -> bool {
    use crate::check::place::Key;
    let [Key::Name("triggers"), Key::Index(index), ..] = keys else { return false };
    let trigger = subject.triggers().nth(*index).map(|(_, trigger)| trigger);
    trigger.and_then(|trigger| json::get_text(trigger, "on")).is_some_and(|on| on.value == "window_closing")
}
