//! Media come from one place, over HTTPS; links lead to the web.

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    json,
    subject::Subject,
    walk::{Named, shortened},
};

pub(super) const RULE: Rule = Rule {
    code: "media",
    page: Page {
        happened: "A medium has neither `link` nor `id`, or both, or an address is no web address.",
        why: "Meta fetches media from an HTTPS address, without a login, or takes what was uploaded before. A button opens `https://` and `http://` addresses only.",
        to_do: "Give the medium one of both. Write the whole address, with `https://`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for media in subject.named("Media") {
        let (link, id) = (json::has(media.object, "link"), json::has(media.object, "id"));
        if link == id {
            let message = if link { "a medium has `link` or `id`, not both" } else { "a medium needs a `link` or an `id`" };
            let span = media.object.range.start..media.object.range.start + 1;
            problems.push(Diagnostic::error(RULE.code, &media.place, span, message));
        }
        address(media, "link", &["https://"], problems);
    }
    for link in subject.named("Link") {
        address(link, "url", &["https://", "http://"], problems);
    }
}

fn address(owner: &Named<'_>, key: &'static str, schemes: &[&str], problems: &mut Vec<Diagnostic>) {
    let Some(text) = json::get_text(owner.object, key) else { return };
    let value = text.value.trim_start();
    // What an expression begins is known only when it runs.
    if value.starts_with("{{") || value.is_empty() {
        return;
    }
    let fixed = value.split("{{").next().unwrap_or(value);
    let lower = fixed.to_ascii_lowercase();
    let whole = fixed.len() == value.len();
    let fits = schemes.iter().any(|scheme| lower.starts_with(scheme) && !(whole && lower.len() == scheme.len()));
    if !fits || fixed.trim_end().contains(char::is_whitespace) {
        let message = format!("`{}` is no web address that can be used here", shortened(value));
        let span = text.range.start..text.range.end;
        let expected = format!("an address that begins with `{}`", schemes.join("` or `"));
        problems.push(Diagnostic::error(RULE.code, &owner.place.name(key), span, message).expected(expected));
    }
}
