//! Options as the customer sees them: those written in the bot and those made by `each`, those whose `when` holds, page by page.
//!
//! An option's *key* names it inside its step: its `id`, else its place (`0`; `1_2` for the third row of the second section). An
//! option made by `each` has its element's index behind a hyphen (`size-3`).

use serde_json::Value;

use crate::{
    contact::Shown,
    expression::{Locals, Text},
    option::Choice,
    step::shared::Content,
    turn::{Failure, Stop, Turn},
};

/// The most options that one step may show, over all pages.
pub const MAX_OPTIONS: usize = 500;

/// The key of the row that leads to the next page.
pub const MORE: &str = "-more";

/// An option on its way to the customer.
#[derive(Clone, Debug)]
pub struct Offered<'a> {
    pub key: String,
    pub choice: &'a Choice,
    /// Its place in the step's JSON, for translations: `buttons.buy`.
    pub place: String,
    pub title: String,
    pub description: Option<String>,
    /// `item` and `index`, where `each` made it.
    pub locals: Locals,
    /// What `save` keeps.
    pub value: Value,
    pub made_by_each: bool,
}

impl Offered<'_> {
    pub fn shown(&self) -> Option<Shown> {
        self.made_by_each.then(|| Shown { key: self.key.as_str().into(), title: self.title.clone(), value: self.value.clone() })
    }
}

/// What a wait has to remember of these options.
pub fn shown(offered: &[Offered<'_>]) -> Vec<Shown> {
    offered.iter().filter_map(Offered::shown).collect()
}

impl Content {
    pub fn with(message: crate::message::Message, offered: &[Offered<'_>]) -> Self {
        Content { message, shown: shown(offered) }
    }
}

/// The key of the option at `index` of a list of options.
pub fn key_of(choice: &Choice, index: usize, group: Option<usize>) -> String {
    match (&choice.id, group) {
        (Some(id), _) => id.as_str().to_owned(),
        (None, None) => index.to_string(),
        (None, Some(group)) => format!("{group}_{index}"),
    }
}

/// The option of a list that a key names; an element's index behind the hyphen does not count.
pub fn find<'a>(choices: &'a [Choice], key: &str, group: Option<usize>) -> Option<&'a Choice> {
    let base = key.split('-').next().unwrap_or(key);
    choices.iter().enumerate().find(|(index, choice)| key_of(choice, *index, group) == base).map(|(_, choice)| choice)
}

/// The options of a list that are shown now: `place` is the list's key in the step (`buttons`), `group` its section or card.
pub fn offer<'a>(turn: &mut Turn<'_>, choices: &'a [Choice], place: &str, group: Option<usize>) -> Result<Vec<Offered<'a>>, Stop> {
    offer_within(turn, choices, place, group, Locals::none())
}

/// The same inside a section or card that `each` made.
pub fn offer_within<'a>(
    turn: &mut Turn<'_>,
    choices: &'a [Choice],
    place: &str,
    group: Option<usize>,
    outer: &Locals,
) -> Result<Vec<Offered<'a>>, Stop> {
    let mut offered = Vec::new();
    for (index, choice) in choices.iter().enumerate() {
        let key = key_of(choice, index, group);
        let name = choice.id.as_ref().map_or_else(|| index.to_string(), |id| id.to_string());
        let place = format!("{place}.{name}");
        let Some(each) = &choice.each else {
            offered.extend(offer_one(turn, choice, key, place, outer.clone(), false)?);
            continue;
        };
        for (index, item) in elements(turn, each, outer)?.iter().enumerate() {
            let locals = outer.clone().with("item", item).with("index", &Value::from(index));
            offered.extend(offer_one(turn, choice, format!("{key}-{index}"), place.clone(), locals, true)?);
        }
    }
    if offered.len() > MAX_OPTIONS {
        return Err(Failure::new("limit", format!("{} options; a step can show at most {MAX_OPTIONS}", offered.len())).into());
    }
    Ok(offered)
}

/// The elements of an `each`. An empty or missing list is a failure: the customer would see a menu without options.
pub fn elements(turn: &mut Turn<'_>, each: &crate::expression::Expression, locals: &Locals) -> Result<Vec<Value>, Stop> {
    match turn.evaluate(each, locals)? {
        Value::Array(items) if !items.is_empty() => Ok(items),
        Value::Array(_) | Value::Null => Err(Failure::new("empty", format!("`each` ({}) gave an empty list", each.source())).into()),
        _ => Err(Failure::new("conversion", format!("`each` ({}) gave no list", each.source())).into()),
    }
}

fn offer_one<'a>(
    turn: &mut Turn<'_>,
    choice: &'a Choice,
    key: String,
    place: String,
    locals: Locals,
    made_by_each: bool,
) -> Result<Option<Offered<'a>>, Stop> {
    if let Some(when) = &choice.when
        && !turn.is_true(when, &locals)?
    {
        return Ok(None);
    }
    let fill = |turn: &Turn<'_>, name: &str, text: &Option<Text>| match text {
        Some(text) => turn.text_with(&format!("{place}.{name}"), text, &locals).map(Some),
        None => Ok(None),
    };
    let title = fill(turn, "title", &choice.title)?.unwrap_or_default();
    let description = fill(turn, "description", &choice.description)?.filter(|text| !text.trim().is_empty());
    let value = match (&choice.value, &choice.title) {
        (Some(value), _) => value.value(&turn.facts_view(), &locals)?,
        // The title in the bot's own language, so that a value does not depend on who chose it.
        (None, Some(title)) => Value::from(title.render(&turn.facts_view(), &locals)?),
        (None, None) => Value::Null,
    };
    Ok(Some(Offered { key, choice, place, title, description, locals, value, made_by_each }))
}

/// One page of options, `limit` at most, with the row that leads to the next when there is one.
pub struct Page<'a, 'o> {
    pub options: &'o [Offered<'a>],
    pub more: bool,
}

/// Cuts options into pages of at most `limit` rows, the row that leads on included. The page after the last is the first again.
pub fn page<'a, 'o>(offered: &'o [Offered<'a>], limit: usize, number: u32) -> Page<'a, 'o> {
    if offered.len() <= limit {
        return Page { options: offered, more: false };
    }
    let each = limit.saturating_sub(1).max(1);
    let pages = offered.len().div_ceil(each);
    let start = (number as usize % pages) * each;
    let end = (start + each).min(offered.len());
    Page { options: &offered[start..end], more: true }
}
