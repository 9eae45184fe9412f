//! The rules that a bot of the right form must keep. One file each: what it checks, and the page that explains it.

mod arguments;
mod bounds;
mod card;
mod comparison;
mod condition;
mod customer_words;
mod dead_end;
mod duplicate_option;
mod emoji;
mod http_parts;
mod knowledge;
mod location;
mod loop_without_wait;
mod media;
mod message_parts;
mod no_effect;
mod no_value;
mod option_count;
mod option_title;
mod out_of_scope;
mod product;
mod start;
mod template;
mod time;
mod too_long;
mod tool;
mod translated_title;
mod translation;
mod trigger;
mod unknown_link;
mod unknown_name;
pub(crate) mod unknown_property;
pub(crate) mod unknown_variable;
mod unreachable;
mod variable;
mod window;

use super::{diagnostic::Diagnostic, subject::Subject};

/// How many unknown names of one kind get a suggestion: looking through thousands of names for each of thousands would take minutes.
const SUGGESTIONS: usize = 50;

/// A rule, with the page that people read when it is broken.
pub(crate) struct Rule {
    /// The code of its diagnostics.
    pub(crate) code: &'static str,
    pub(crate) page: Page,
    pub(crate) check: fn(&Subject<'_>, &mut Vec<Diagnostic>),
}

/// What people read of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) happened: &'static str,
    pub(crate) why: &'static str,
    pub(crate) to_do: &'static str,
}

/// Every rule, in the order of the reference: the graph, what starts it, the window, expressions, names, messages, times, languages.
pub(crate) const RULES: &[Rule] = &[
    start::RULE,
    unknown_link::RULE,
    unreachable::RULE,
    loop_without_wait::RULE,
    dead_end::RULE,
    trigger::RULE,
    window::RULE,
    unknown_variable::RULE,
    out_of_scope::RULE,
    unknown_property::RULE,
    no_value::RULE,
    condition::RULE,
    comparison::RULE,
    arguments::RULE,
    variable::RULE,
    unknown_name::RULE,
    duplicate_option::RULE,
    option_title::RULE,
    too_long::RULE,
    message_parts::RULE,
    media::RULE,
    location::RULE,
    emoji::RULE,
    option_count::RULE,
    card::RULE,
    product::RULE,
    http_parts::RULE,
    tool::RULE,
    customer_words::RULE,
    knowledge::RULE,
    template::RULE,
    bounds::RULE,
    no_effect::RULE,
    time::RULE,
    translation::RULE,
    translated_title::RULE,
];

/// Checks them all.
pub(super) fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for rule in RULES {
        (rule.check)(subject, problems);
    }
}
