//! Options of a step can be told apart in every language.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{
    Page, Rule,
    duplicate_option::{plain, room},
    translation,
};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
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
    // Translated titles by place, for each language and step that has any.
    let mut translated: IndexMap<(&str, &str), HashMap<String, Site<'_>>> = IndexMap::new();
    translation::each_text(subject, |step, keys, _, site| {
        if let [Key::Name("translations"), Key::Name(language), _] = site.place.keys() {
            let place = Place::of([Key::Name("steps"), Key::Name(step.id)].into_iter().chain(keys.iter().copied()));
            translated.entry((language, step.id)).or_default().insert(place.to_string(), site.clone());
        }
    });
    if translated.is_empty() {
        return;
    }
    let options = options_by_step(subject);
    for ((language, step), titles) in &translated {
        let mut seen: HashMap<_, Option<&Site<'_>>> = HashMap::new();
        for option in options.get(step).into_iter().flatten() {
            let translation = titles.get(&option.place.name("title").to_string());
            let own = || plain(option.object, "title").map(|title| &*title.value);
            let Some(title) = translation.map(|site| site.value()).or_else(own) else { continue };
            let Some(first) = seen.insert((room(&option.place), fold(title)), translation) else { continue };
            // Where neither is translated, the titles of the bot's own language are the mistake.
            let Some(site) = translation.or(first) else { continue };
            let message = format!("in `{language}` another option of this step has the title `{}`", shortened(title));
            problems.push(Diagnostic::warning(RULE.code, &site.place, site.span(), message));
        }
    }
}

/// Options with conditions may take turns, and a template's titles are Meta's: both are left out.
fn options_by_step<'s, 't>(subject: &'s Subject<'t>) -> HashMap<&'t str, Vec<&'s Named<'t>>> {
    let mut options: HashMap<&str, Vec<&Named<'_>>> = HashMap::new();
    for option in subject.named("Choice").filter(|option| !json::has(option.object, "when") && !room(&option.place).in_template) {
        if let [Key::Name("steps"), Key::Name(step), ..] = option.place.keys() {
            options.entry(step).or_default().push(option);
        }
    }
    options
}
