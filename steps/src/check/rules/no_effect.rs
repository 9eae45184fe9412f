//! A key does something where it stands.

use super::{Page, Rule, too_long::in_list};
use crate::check::{
    diagnostic::Diagnostic,
    json,
    place::{Key, Place},
    subject::{StepView, Subject},
};

pub(super) const RULE: Rule = Rule {
    code: "no_effect",
    page: Page {
        happened: "A key is right in itself, and changes nothing where it stands.",
        why: "It belongs to something that this step does not do: a menu's name to a menu, a row's second line to a list, what becomes of an answer to a step that waits for \
              one, a limit of cost to an account with prices. The bot does not do what it seems to say.",
        to_do: "Take the key out, or add what it belongs to.",
    },
    check,
};

/// What becomes of an answer.
const ANSWER_KEYS: [&str; 7] = ["answers", "otherwise", "timeout", "save", "attempts", "match", "more"];

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values() {
        for (key, why) in without_effect(step) {
            let (place, span) = step.spot(key);
            problems.push(Diagnostic::warning(RULE.code, &place, span, format!("`{key}` has no effect here: {why}")));
        }
    }
    for option in subject.named("Choice").filter(|option| !is_row(subject, &option.place)) {
        if let Some(node) = json::get(option.object, "description") {
            let message = "`description` has no effect here: only the rows of a list show a second line";
            let place = option.place.name("description");
            problems.push(Diagnostic::warning(RULE.code, &place, json::head(node), message));
        }
    }
    price(subject, problems);
    tokens(subject, problems);
}

fn without_effect(step: &StepView<'_>) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut tell = |key: &'static str, why: &'static str| {
        if step.has(key) {
            found.push((key, why));
        }
    };
    match step.kind() {
        "message" | "ask" => {
            if !in_list(step) {
                tell("button", "up to 3 buttons are drawn under the message, without a menu");
                tell("more", "up to 3 buttons need no further page");
            }
        }
        "list" => {}
        "wait" => {
            let for_answers = !json::get_list(step.object, "answers").is_empty();
            tell("attempts", "a `wait` asks nothing, and so it asks nothing again");
            tell("more", "a `wait` shows no options");
            if !step.waits() {
                for key in ["answers", "otherwise", "save", "match"] {
                    tell(key, "this step does not wait for a message");
                }
            } else if !for_answers {
                tell("otherwise", "without `answers` every message is the one that is waited for");
                tell("match", "without `answers` nothing is matched");
            }
        }
        _ => tell("more", "only buttons and lists have further pages"),
    }
    if !step.waits() && matches!(step.kind(), "message" | "carousel" | "template" | "product") {
        for key in ANSWER_KEYS.into_iter().filter(|key| *key != "more") {
            tell(key, "this step waits for no answer");
        }
    }
    if step.is("product") && step.has("product") {
        tell("header", "a single product is shown without one");
    }
    found
}

fn is_row(subject: &Subject<'_>, place: &Place<'_>) -> bool {
    match place.keys() {
        [Key::Name("steps"), _, Key::Name("sections"), ..] => true,
        [Key::Name("steps"), Key::Name(step), Key::Name("buttons"), Key::Index(_)] => {
            subject.steps.get(step).is_some_and(in_list)
        }
        _ => false,
    }
}

fn price(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(limits) = json::get_object(subject.root, "limits") else { return };
    let unpriced = subject.environment.is_connected() && subject.environment.prices.is_empty();
    let Some(node) = json::get(limits, "price_per_session").filter(|_| unpriced) else { return };
    let place = Place::of([Key::Name("limits"), Key::Name("price_per_session")]);
    let message = "`price_per_session` has no effect here: the settings name no prices";
    let found = Diagnostic::warning(RULE.code, &place, json::head(node), message);
    problems.push(found.help("write under `prices` in `salesbot.toml` what a message costs"));
}

fn tokens(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(limits) = json::get_object(subject.root, "limits") else { return };
    let asks = |step: &StepView<'_>| matches!(step.kind(), "ai_reply" | "ai_route" | "ai_extract");
    let is_alone = !subject.steps.values().any(asks);
    let Some(node) = json::get(limits, "tokens_per_session").filter(|_| is_alone) else { return };
    let place = Place::of([Key::Name("limits"), Key::Name("tokens_per_session")]);
    let message = "`tokens_per_session` has no effect here: the bot has no AI step";
    let found = Diagnostic::warning(RULE.code, &place, json::head(node), message);
    problems.push(found.help("leave it out, or write it in the bot whose steps ask a model"));
}
