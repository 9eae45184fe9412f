//! Functions that find something in a text, or compare it.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use rhai::{Dynamic, Engine, ImmutableString};

use super::{Function, Result, found};
use crate::expression::convert::text_of;
use crate::expression::engine::current_facts;
use crate::expression::{find, fold};

pub(super) const ALL: &[Function] = &[
    Function {
        name: "email",
        signature: "email(text)",
        doc: "The first e-mail address in a text; missing when there is none.",
        example: ("email(\"it's ana@x.com, thanks\")", "\"ana@x.com\""),
    },
    Function {
        name: "phone",
        signature: "phone(text, country)",
        doc: "The first valid phone number in a text, in E.164. The country (two letters) is for numbers without a code; left out, it is the bot's.",
        example: ("phone(\"call (11) 98765-4321\")", "\"+5511987654321\""),
    },
    Function {
        name: "url",
        signature: "url(text)",
        doc: "The first web address in a text; missing when there is none.",
        example: ("url(\"see www.example.com!\")", "\"https://www.example.com\""),
    },
    Function {
        name: "fold",
        signature: "fold(text)",
        doc: "The text without case, accents, repeated spaces and edge punctuation, as answers are compared.",
        example: ("fold(\" Orçamento, já! \") == \"orcamento, ja\"", "true"),
    },
    Function {
        name: "matches",
        signature: "matches(text, pattern)",
        doc: "Whether a regular expression matches somewhere in a text. A missing text matches nothing.",
        example: ("matches(\"order 1234\", \"[0-9]{4}\")", "true"),
    },
    Function {
        name: "capture",
        signature: "capture(text, pattern)",
        doc: "What the first group of a regular expression matches in a text, or all that it matches where it has no group; missing when nothing does.",
        example: ("capture(\"order 1234\", \"order ([0-9]+)\")", "\"1234\""),
    },
    Function {
        name: "trim",
        signature: "text.trim()",
        doc: "The text without the spaces around it.",
        example: ("\"  hi \".trim()", "\"hi\""),
    },
    Function {
        name: "replace",
        signature: "text.replace(what, with)",
        doc: "The text with every occurrence of one text replaced by another.",
        example: ("\"12-34\".replace(\"-\", \"\")", "\"1234\""),
    },
    Function {
        name: "text",
        signature: "text(value)",
        doc: "The value as plain text, as `{{ }}` would show it; empty when it is missing.",
        example: ("text(10 / 4) + text(vars.nothing)", "\"2.5\""),
    },
];

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("email", |text: Dynamic| found(text_of(&text).and_then(|text| find::email(&text))))
        .register_fn("url", |text: Dynamic| found(text_of(&text).and_then(|text| find::url(&text))))
        .register_fn("phone", |text: Dynamic| {
            let facts = current_facts();
            found(text_of(&text).and_then(|text| find::phone(&text, facts.country())))
        })
        .register_fn("phone", |text: Dynamic, country: Dynamic| {
            let country = text_of(&country);
            found(text_of(&text).and_then(|text| find::phone(&text, country.as_deref())))
        })
        .register_fn("fold", |text: Dynamic| found(text_of(&text).map(|text| fold(&text))))
        .register_fn("matches", matches)
        .register_fn("capture", capture)
        // Rhai's own change a text in place; only the exact types come before those.
        .register_fn("trim", |text: ImmutableString| text.trim().to_owned())
        .register_fn("trim", |(): ()| ())
        .register_fn("replace", |text: ImmutableString, what: ImmutableString, with: ImmutableString| {
            // Replacing nothing would put the other text between all letters.
            if what.is_empty() { text } else { text.replace(what.as_str(), &with).into() }
        })
        .register_fn("replace", |(): (), _: Dynamic, _: Dynamic| ())
        .register_fn("text", |value: Dynamic| text_of(&value).unwrap_or_default());
}

fn matches(text: Dynamic, pattern: Dynamic) -> Result<bool> {
    let (Some(text), Some(pattern)) = (text_of(&text), text_of(&pattern)) else {
        return Ok(false);
    };
    compiled(&pattern).map(|pattern| pattern.is_match(&text)).map_err(Into::into)
}

fn capture(text: Dynamic, pattern: Dynamic) -> Result {
    let (Some(text), Some(pattern)) = (text_of(&text), text_of(&pattern)) else {
        return Ok(Dynamic::UNIT);
    };
    let pattern = compiled(&pattern)?;
    let captures = pattern.captures(&text);
    Ok(found(captures.and_then(|captures| captures.get(1).or_else(|| captures.get(0)).map(|group| group.as_str().to_owned()))))
}

/// How many patterns are remembered, and how large one may be when compiled, in bytes.
const REMEMBERED: usize = 1_000;
const PATTERN_BYTES: usize = 1 << 20;

fn compiled(pattern: &str) -> std::result::Result<Regex, String> {
    static PATTERNS: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let patterns = || PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = patterns().get(pattern) {
        return Ok(regex.clone());
    }
    let regex = RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES)
        .build()
        .map_err(|_| format!("`{pattern}` is not a regular expression that can be used: it is malformed or too large."))?;
    let mut all = patterns();
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}
