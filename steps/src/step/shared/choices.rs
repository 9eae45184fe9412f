//! Options as the customer sees them: those written in the bot and those made by `each`, those whose `when` holds, page by page.
//!
//! An option's *key* names it inside its step: its `id`, else its place (`0`; `1_2` for the third row of the second section). An
//! option made by `each` has its element's index behind a hyphen (`size-3`), one for each `each` around it (`1_0-2-5`).

use serde_json::Value;

use crate::{
    contact::Shown,
    expression::{Expression, Locals, Text},
    limits,
    message::{ListRow, Reply},
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
    fn shown(&self) -> Option<Shown> {
        self.made_by_each.then(|| Shown { key: self.key.as_str().into(), title: self.title.clone(), value: self.value.clone() })
    }
}

impl Content {
    /// A message that shows these options: its wait remembers those that `each` made.
    pub fn with(message: crate::message::Message, offered: &[Offered<'_>]) -> Self {
        Content { message, shown: offered.iter().filter_map(Offered::shown).collect() }
    }
}

/// One element of an `each` around options; the default: there is none.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub locals: Locals,
    /// What it adds to the keys of its options.
    pub suffix: String,
}

/// What comes of an `each` without elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// The step fails: the customer would see a menu without options.
    Fails,
    /// No options: they were shown before, and the list has emptied since.
    IsNone,
}

/// The elements of an `each` inside of `outer`; without an `each`, `outer` itself.
pub fn elements(turn: &mut Turn<'_>, each: Option<&Expression>, outer: &Element, empty: Empty) -> Result<Vec<Element>, Stop> {
    let Some(each) = each else { return Ok(vec![outer.clone()]) };
    let items = match turn.evaluate(each, &outer.locals)? {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        _ => return Err(Failure::new("conversion", format!("`each` ({}) gave no list", each.source())).into()),
    };
    if items.is_empty() && empty == Empty::Fails {
        return Err(Failure::new("empty", format!("`each` ({}) gave an empty list", each.source())).into());
    }
    at_most(items.len())?;
    let element = |(index, item): (usize, &Value)| Element {
        locals: outer.locals.clone().with("item", item).with("index", &Value::from(index)),
        suffix: format!("{}-{index}", outer.suffix),
    };
    Ok(items.iter().enumerate().map(element).collect())
}

fn at_most(options: usize) -> Result<(), Stop> {
    if options > MAX_OPTIONS {
        return Err(Failure::new("limit", format!("{options} options; a step can show at most {MAX_OPTIONS}")).into());
    }
    Ok(())
}

/// An option with its key, as a list of options gives it.
#[derive(Clone, Debug)]
pub struct Keyed<'a> {
    pub key: String,
    pub index: usize,
    pub choice: &'a Choice,
}

/// The options of a list with their keys; `group` is their section, if they have one.
pub fn keyed(choices: &[Choice], group: Option<usize>) -> impl Iterator<Item = Keyed<'_>> {
    choices.iter().enumerate().map(move |(index, choice)| Keyed { key: key_of(choice, index, group), index, choice })
}

/// The key of the option at `index` of a list of options.
pub fn key_of(choice: &Choice, index: usize, group: Option<usize>) -> String {
    match (&choice.id, group) {
        (Some(id), _) => id.as_str().to_owned(),
        (None, None) => index.to_string(),
        (None, Some(group)) => place_key(group, index),
    }
}

/// The key of a card's button: always its place, because the buttons of alike cards have alike ids.
pub fn place_key(group: usize, index: usize) -> String {
    format!("{group}_{index}")
}

/// A key without the indices of elements.
pub fn base_key(key: &str) -> &str {
    key.split('-').next().unwrap_or(key)
}

/// The option of a list that a key names, whichever element it is of.
pub fn find<'a>(choices: &'a [Choice], key: &str, group: Option<usize>) -> Option<&'a Choice> {
    let base = base_key(key);
    keyed(choices, group).find(|keyed| keyed.key == base).map(|keyed| keyed.choice)
}

/// The options that are shown now. `place` is their list's key in the step: `buttons`.
pub fn offer<'a>(
    turn: &mut Turn<'_>,
    options: impl IntoIterator<Item = Keyed<'a>>,
    place: &str,
    outer: &Element,
    empty: Empty,
) -> Result<Vec<Offered<'a>>, Stop> {
    let mut offered = Vec::new();
    for Keyed { key, index, choice } in options {
        let name = choice.id.as_ref().map_or_else(|| index.to_string(), |id| id.to_string());
        let place = format!("{place}.{name}");
        for element in elements(turn, choice.each.as_ref(), outer, empty)? {
            offered.extend(offer_one(turn, choice, &key, &place, element)?);
        }
    }
    at_most(offered.len())?;
    Ok(offered)
}

fn offer_one<'a>(
    turn: &mut Turn<'_>,
    choice: &'a Choice,
    key: &str,
    place: &str,
    element: Element,
) -> Result<Option<Offered<'a>>, Stop> {
    let Element { locals, suffix } = element;
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
    let value = value_of(turn, choice, &locals)?;
    let made_by_each = !suffix.is_empty();
    let (key, place) = (format!("{key}{suffix}"), place.to_owned());
    Ok(Some(Offered { key, choice, place, title, description, locals, value, made_by_each }))
}

/// What `save` keeps of an option: its value, else its title in the bot's own language, so that it does not depend on who chose it.
/// Null where it has neither.
pub fn value_of(turn: &Turn<'_>, choice: &Choice, locals: &Locals) -> Result<Value, Stop> {
    Ok(match (&choice.value, &choice.title) {
        (Some(value), _) => turn.data_with(value, locals)?,
        (None, Some(title)) => Value::from(title.render(&turn.facts_view(), locals)?),
        (None, None) => Value::Null,
    })
}

/// One page of options.
#[derive(Debug)]
pub struct Page<'a, 'o> {
    pub options: &'o [Offered<'a>],
    /// How many options the pages before have.
    pub start: usize,
    /// There are further pages, and so a row that leads on.
    pub more: bool,
}

/// Cuts options into pages of at most `limit` rows, the row that leads on included. The page after the last is the first again.
pub fn page<'a, 'o>(offered: &'o [Offered<'a>], limit: usize, number: u32) -> Page<'a, 'o> {
    if offered.len() <= limit {
        return Page { options: offered, start: 0, more: false };
    }
    let each = limit.saturating_sub(1).max(1);
    let pages = offered.len().div_ceil(each);
    let start = (number as usize % pages) * each;
    let end = (start + each).min(offered.len());
    Page { options: &offered[start..end], start, more: true }
}

impl Page<'_, '_> {
    /// Its options as rows, each with its place among all options. None: the row that leads on.
    ///
    /// # Errors
    /// `limit` where there are further pages, and no `more` to lead to them.
    pub fn rows(&self, turn: &Turn<'_>, all: usize, more: Option<&Text>) -> Result<Vec<(Option<usize>, ListRow)>, Stop> {
        let options = self.options.iter().enumerate().map(|(index, offered)| {
            let reply = Reply { id: turn.reply_id(&offered.key), title: offered.title.clone() };
            (Some(self.start + index), ListRow { reply, description: offered.description.clone() })
        });
        let mut rows: Vec<_> = options.collect();
        if self.more {
            let too_many =
                || Failure::new("limit", format!("{all} options; a list shows {}, and the step has no `more`", limits::ROWS));
            let title = turn.text("more", more.ok_or_else(too_many)?)?;
            rows.push((None, ListRow { reply: Reply { id: turn.reply_id(MORE), title }, description: None }));
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(choice: &Choice, count: usize) -> Vec<Offered<'_>> {
        let one = |index: usize| Offered {
            key: index.to_string(),
            choice,
            place: String::new(),
            title: String::new(),
            description: None,
            locals: Locals::default(),
            value: Value::Null,
            made_by_each: false,
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn pages_leave_room_for_the_row_that_leads_on() {
        let choice = Choice::default();
        let ten = offered(&choice, 10);
        assert!(!page(&ten, 10, 0).more);
        let eleven = offered(&choice, 11);
        let sizes: Vec<_> =
            (0..3).map(|number| page(&eleven, 10, number)).map(|page| (page.start, page.options.len(), page.more)).collect();
        assert_eq!(sizes, [(0, 9, true), (9, 2, true), (0, 9, true)]);
    }

    #[test]
    fn keys_name_options_through_their_elements() {
        let choices = [Choice { id: Some(crate::ids::OptionId::new("size").unwrap()), ..Choice::default() }, Choice::default()];
        assert_eq!(find(&choices, "size-3", Some(2)), Some(&choices[0]));
        assert_eq!(find(&choices, "2_1-0-5", Some(2)), Some(&choices[1]));
        assert_eq!(find(&choices, "2_1", Some(1)), None);
    }
}
