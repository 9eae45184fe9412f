//! Texts fit into the message that they go out in.

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        meaning::Meaning,
        place::Key,
        subject::{StepView, Subject},
        walk::{Site, counted},
    },
    expression::Text,
    limits::{self, length},
};

pub(super) const RULE: Rule = Rule {
    code: "too_long",
    page: Page {
        happened: "A text is longer than WhatsApp takes in this place.",
        why: "Nothing is cut silently: the send would be refused, and the customer would get no message. An emoji counts as two characters. Of a text with `{{ }}` \
              only the fixed part is counted here, so it is a warning: it surely does not fit when the rest is filled in.",
        to_do: "Shorten the text. A button's label can say less, with the details in the message.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values() {
        for (site, meaning) in subject.sites_of(step) {
            let Meaning::Text(text) = meaning else { continue };
            let Some(limit) = limit(step, site.place.in_step()) else { continue };
            hold(text, limit, &site.place, site.span(), problems);
            if in_list(step) {
                as_button(step, site.place.in_step(), text, site, problems);
            }
        }
    }
    super::translation::each_text(subject, |step, keys, text, site| {
        if let Some(limit) = limit(step, keys) {
            hold(text, limit, &site.place, site.span(), problems);
            if in_list(step) {
                as_button(step, keys, text, site, problems);
            }
        }
    });
}

/// A row's title that may go out as a button's: where conditions and lists leave 3 options or fewer, there is no list.
fn as_button(step: &StepView<'_>, keys: &[Key<'_>], text: &Text, site: &Site<'_>, problems: &mut Vec<Diagnostic>) {
    let [Key::Name("buttons"), Key::Index(own), Key::Name("title")] = keys else { return };
    let found = fixed_length(text);
    if !matches!(step.kind(), "message" | "ask") || !(limits::BUTTON_TITLE + 1..=limits::ROW_TITLE).contains(&found) {
        return;
    }
    let buttons = json::get_list(step.object, "buttons").iter().enumerate();
    let surely =
        buttons.filter(|(index, button)| index == own || button.as_object().is_none_or(|button| !json::has(button, "when")));
    if surely.count() <= limits::BUTTONS {
        let message = format!(
            "this has {found} characters, and goes out as a button, which shows {}, where 3 options or fewer are left",
            limits::BUTTON_TITLE
        );
        let help = shorten("title", found - limits::BUTTON_TITLE);
        problems.push(Diagnostic::warning(RULE.code, &site.place, site.span(), message).help(help));
    }
}

fn hold(
    text: &Text,
    limit: usize,
    place: &crate::check::place::Place<'_>,
    span: std::ops::Range<usize>,
    problems: &mut Vec<Diagnostic>,
) {
    let found = fixed_length(text);
    if found <= limit {
        return;
    }
    let name = place.last_name();
    let what = if text.is_plain() { "" } else { " without what is filled in" };
    let message = format!("this has {found} characters{what}, and WhatsApp takes {limit} here");
    let help = shorten(name.rsplit('.').next().unwrap_or(name), found - limit);
    let found = match text.is_plain() {
        true => Diagnostic::error(RULE.code, place, span, message),
        false => Diagnostic::warning(RULE.code, place, span, message),
    };
    problems.push(found.help(help));
}

fn shorten(key: &str, by: usize) -> String {
    format!("shorten `{key}` by {}", counted(by, "character", "characters"))
}

/// How long a text is without its expressions.
fn fixed_length(text: &Text) -> usize {
    let source = text.source();
    let holes = text.expressions().map(|(expression, start)| {
        let open = source.get(..start).and_then(|before| before.rfind("{{")).unwrap_or(start);
        let after = start + expression.source().len();
        let close = source.get(after..).and_then(|rest| rest.find("}}")).map_or(after, |at| after + at + 2);
        source.get(open..close).map_or(0, length)
    });
    length(source).saturating_sub(holes.sum())
}

/// How many characters WhatsApp takes of a text in this place of a step.
fn limit(step: &StepView<'_>, keys: &[Key<'_>]) -> Option<usize> {
    use Key::{Index, Name};
    if let [Name("template"), rest @ ..] = keys {
        return template_limit(rest);
    }
    let in_list = || in_list(step);
    Some(match (step.kind(), keys) {
        ("template", keys) => return template_limit(keys),
        ("message" | "ask", [Name("text")]) => match () {
            () if in_list() => limits::LIST_TEXT,
            () if step.has("buttons") || step.has("link") => limits::INTERACTIVE_TEXT,
            () if step.has("media") => limits::CAPTION,
            () => limits::TEXT,
        },
        ("ask", [Name("invalid")]) | ("handoff", [Name("text")]) => limits::TEXT,
        ("list", [Name("text")]) => limits::LIST_TEXT,
        ("carousel" | "flow" | "location_request" | "contact_request" | "product", [Name("text")]) => limits::INTERACTIVE_TEXT,
        ("message" | "ask" | "list" | "flow" | "product", [Name("header")]) => limits::HEADER,
        ("message" | "ask" | "list" | "flow" | "product", [Name("footer")]) => limits::FOOTER,
        ("message" | "ask" | "list", [Name("button")]) => limits::LIST_BUTTON,
        ("flow", [Name("button")]) => limits::FLOW_BUTTON,
        ("message" | "ask", [Name("buttons"), Index(_), Name("title")]) if in_list() => limits::ROW_TITLE,
        ("message" | "ask", [Name("buttons"), Index(_), Name("title")]) => limits::BUTTON_TITLE,
        ("message" | "ask", [Name("buttons"), Index(_), Name("description")]) => limits::ROW_DESCRIPTION,
        ("message" | "ask", [Name("link"), Name("title")]) => limits::BUTTON_TITLE,
        ("list" | "product", [Name("sections"), Index(_), Name("title")]) => limits::SECTION_TITLE,
        ("list", [Name("sections"), Index(_), Name("rows"), Index(_), Name("title")]) => limits::ROW_TITLE,
        ("list", [Name("sections"), Index(_), Name("rows"), Index(_), Name("description")]) => limits::ROW_DESCRIPTION,
        (_, [Name("more")]) => limits::ROW_TITLE,
        ("carousel", [Name("cards"), Index(_), Name("text")]) => limits::CARD_TEXT,
        (
            "carousel",
            [Name("cards"), Index(_), Name("buttons"), Index(_), Name("title")]
            | [Name("cards"), Index(_), Name("buttons"), Name("title")],
        ) => limits::BUTTON_TITLE,
        _ => return None,
    })
}

/// Whether buttons may go out as a list.
pub(super) fn in_list(step: &StepView<'_>) -> bool {
    let buttons = json::get_list(step.object, "buttons");
    let repeated = buttons.iter().filter_map(|button| button.as_object()).any(|button| json::has(button, "each"));
    repeated || buttons.len() > limits::BUTTONS
}

/// Parameters of the body are left out: they are measured with the body's own text, which only Meta knows.
fn template_limit(keys: &[Key<'_>]) -> Option<usize> {
    use Key::{Index, Name};
    let keys = match keys {
        [Name("cards"), Index(_), rest @ ..] => rest,
        keys => keys,
    };
    Some(match keys {
        [Name("header"), Name("link" | "id" | "filename" | "name" | "address")] => return None,
        [Name("header"), _] => limits::TEMPLATE_HEADER,
        [Name("buttons"), Index(_), Name("title")] => limits::TEMPLATE_BUTTON_TITLE,
        [Name("buttons"), Index(_), Name("code")] => limits::COUPON_CODE,
        [Name("buttons"), Index(_), Name("url_suffix")] => limits::TEMPLATE_URL,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_does_not_count() {
        let length = |source: &str| fixed_length(&Text::compile(source).unwrap());
        assert_eq!(length("Olá"), 3);
        assert_eq!(length("Olá {{ contact.name ?? \"}}\" }}!"), 5);
        assert_eq!(length("{{ vars.a }}{{vars.b}}👍"), 2);
    }
}
