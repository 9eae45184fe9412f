//! Options of a step can be told apart in every language.

use std::collections::HashMap;

use super::{
    Page, Rule,
    duplicate_option::{plain, room},
    translation,
};
use crate::{
    check::json,
    check::{
        diagnostic::Diagnostic,
        place::{Key, Place},
        subject::Subject,
        walk::{Named, Site, shortened},
    },
    expression::fold,
};

pub(super) const RULE: Rule = Rule {
    code: "translated_title",
    page: Page {
        happened: "Two options of one step have the same title in one of the bot's languages.",
        why: "In that language an answer in words always takes the first of them, and WhatsApp refuses a message whose buttons share a title.",
        to_do: "Translate one of them with another word. A title that is not translated stands in the bot's own language.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    // Translated titles by language and place.
    let mut titles: HashMap<(&str, String), Site<'_>> = HashMap::new();
    let mut languages: Vec<(&str, &str)> = Vec::new();
    translation::each_text(subject, |step, keys, _, site| {
        if let [Key::Name("translations"), Key::Name(language), _] = site.place.keys() {
            let place = Place::of([Key::Name("steps"), Key::Name(step.id)].into_iter().chain(keys.iter().copied()));
            titles.insert((language, place.to_string()), site.clone());
            if !languages.contains(&(*language, step.id)) {
                languages.push((*language, step.id));
            }
        }
    });
    for (language, step) in languages {
        let options = subject.named("Choice").filter(|option| is_shown(option, step));
        let mut seen: HashMap<_, Option<&Site<'_>>> = HashMap::new();
        for option in options {
            let translated = titles.get(&(language, option.place.name("title").to_string()));
            let own = || plain(option.object, "title").map(|title| &*title.value);
            let Some(title) = translated.map(|site| site.value()).or_else(own) else { continue };
            let Some(first) = seen.insert((room(&option.place), fold(title)), translated) else { continue };
            // Where neither is translated, the titles of the bot's own language are the mistake.
            let Some(site) = translated.or(first) else { continue };
            let message = format!("in `{language}` another option of this step has the title `{}`", shortened(title));
            problems.push(Diagnostic::warning(RULE.code, &site.place, site.span(), message));
        }
    }
}

/// Options with conditions may take turns, and a template's titles are Meta's.
fn is_shown(option: &Named<'_>, step: &str) -> bool {
    let of_step = matches!(option.place.keys(), [Key::Name("steps"), Key::Name(id), ..] if *id == step);
    of_step && !json::has(option.object, "when") && !room(&option.place).in_template
}
