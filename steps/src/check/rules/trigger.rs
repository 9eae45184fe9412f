//! A trigger says what it waits for.

use jsonc_parser::ast::Object;

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::{Key, Place},
        subject::Subject,
    },
    expression::fold,
};

pub(super) const RULE: Rule = Rule {
    code: "trigger",
    page: Page {
        happened: "A trigger does not say what starts the bot, or says it in two ways.",
        why: "A `message` trigger without keywords, pattern or `any` would never fire, and neither would a `schedule` without a time. `hours` of a bot without business hours always \
              counts as open.",
        to_do: "Give a `message` trigger `keywords`, a `pattern` or `any`; a `schedule` a `cron` with its `audience`, or a `field` with `before` or `after`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let has_hours = json::get_object(subject.root, "hours").is_some_and(|hours| !hours.properties.is_empty());
    for (place, trigger) in subject.triggers() {
        let on = json::get_text(trigger, "on").map_or("", |on| &*on.value);
        let has = |key: &str| json::has(trigger, key);
        let span = trigger.range.start..trigger.range.start + 1;
        if on == "message" {
            opt_out_words(subject, &place, trigger, problems);
        }
        let mut wrong = |message: &str, help: &str| {
            problems.push(Diagnostic::error(RULE.code, &place, span.clone(), message).help(help));
        };
        match on {
            "message" if !has("keywords") && !has("pattern") && !has("any") => {
                wrong("this trigger takes no message", "give it `keywords`, a `pattern`, or `any`");
            }
            "message" if has("any") && (has("keywords") || has("pattern")) => {
                wrong("`any` takes every message, so keywords and patterns say nothing", "keep `any`, or the words");
            }
            "message" if has("any") && has("interrupt") => {
                wrong(
                    "`any` with `interrupt` would take every answer from every bot",
                    "give it keywords, or take `interrupt` out",
                );
            }
            "schedule" => {
                let (cron, field) = (has("cron"), has("field"));
                let offset = has("before") || has("after");
                if cron == field {
                    wrong("a schedule has a `cron` or a `field`", "give it one of them");
                } else if cron && !has("audience") {
                    wrong("a schedule by the clock needs an `audience`", "say whom it is for, as in `\"vip\" in contact.tags`");
                } else if cron && offset {
                    wrong("`before` and `after` belong to `field`", "take them out");
                } else if field && has("before") && has("after") {
                    wrong("a schedule is `before` or `after` its date, not both", "keep one of them");
                }
            }
            "field" => {
                let path = json::get_text(trigger, "path").map_or("", |path| &*path.value);
                if path.starts_with("vars.") {
                    let message = format!("`{path}` lives in a session, so this never fires");
                    wrong(&message, "watch a field of the contact or lead; whoever writes a variable can act on it");
                }
            }
            "stage" if has("stage") && !has("pipeline") && subject.environment.pipelines.len() > 1 => {
                problems.push(
                    Diagnostic::warning(RULE.code, &place, span.clone(), "this fires in every pipeline that has such a stage")
                        .help("name the `pipeline`"),
                );
            }
            _ => {}
        }
        if has("hours") && !has_hours {
            problems.push(
                Diagnostic::warning(RULE.code, &place.name("hours"), span, "the bot has no business hours, so it is always open")
                    .help("write them under `hours` of the bot"),
            );
        }
    }
}

/// Keywords by which a customer opts out, which comes before all triggers.
fn opt_out_words<'t>(subject: &Subject<'t>, place: &Place<'t>, trigger: &Object<'t>, problems: &mut Vec<Diagnostic>) {
    let place = place.name("keywords");
    for (index, keyword) in json::get_list(trigger, "keywords").iter().enumerate() {
        let Some(word) = keyword.as_string_lit().filter(|word| subject.environment.is_opt_out_word(&fold(&word.value))) else {
            continue;
        };
        let message = format!("`{}` alone never starts a bot: it is a word by which customers opt out", word.value);
        let found = Diagnostic::warning(RULE.code, &place.child(Key::Index(index)), json::span(keyword), message);
        problems
            .push(found.help("take another word, or an `opt_out` trigger; the settings name the words under `opt_out_words`"));
    }
}
