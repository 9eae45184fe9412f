//! How an answer is matched: the `buttons` of an answer part, as options of the message before it or as a condition of its own.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    compile::{Compiler, Then},
    condition::{NEVER, abreast, said},
    graph::{Draft, Link, To, goto},
    pattern,
    placeholder::shown,
    program::{Handler, text},
    report::Code,
    words::{self, Unique, quoted},
};
use crate::expression::fold;

/// A pattern that matches nothing, as an export writes it.
pub(super) const NEVER_MATCHES: &str = "/(?!)/";

/// An answer that can be tapped.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    /// What is shown; as Kommo has it until it is cut.
    pub(super) title: String,
    /// Kommo's title, where another is shown.
    pub(super) full: Option<String>,
    /// What Kommo's branches know it by.
    pub(super) value: String,
    pub(super) description: Option<String>,
    pub(super) section: usize,
}

impl Drawn {
    pub(super) fn new(title: String, value: String, section: usize) -> Self {
        Drawn { title, full: None, value, description: None, section }
    }

    /// The title that Kommo shows.
    pub(super) fn whole(&self) -> &str {
        self.full.as_deref().unwrap_or(&self.title)
    }
}

/// A branch of a `buttons` handler.
pub(super) struct Item<'l> {
    value: Option<String>,
    synonyms: Vec<String>,
    /// The pattern, or why it can't be used, and how it was written.
    pattern: Option<(Result<String, String>, String)>,
    is_else: bool,
    list: Vec<Handler<'l>>,
    place: String,
}

/// What became of branches.
#[derive(Default)]
pub(super) struct Options {
    /// One for each drawn answer.
    pub(super) drawn: Vec<Map<String, Value>>,
    /// Answers that are understood and not drawn.
    pub(super) answers: Vec<Value>,
    /// Where what nothing matched goes; None: the bot keeps waiting.
    pub(super) otherwise: Option<To>,
}

impl<'l> Compiler<'l, '_> {
    /// The branches of a `buttons` handler.
    pub(super) fn items(&mut self, handler: &Handler<'l>) -> Vec<Item<'l>> {
        let items = handler.params.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let place = format!("{}.params[{index}]", handler.place);
            let list = self.inner(item.get("params"), &format!("{place}.params"));
            let words = item.get("synonyms").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let pattern = text(item.get("regex")).filter(|php| !php.trim().is_empty()).map(|php| (pattern::translate(&php), php));
            let value = text(item.get("value")).filter(|value| !value.trim().is_empty());
            let is_else = item.get("type").and_then(Value::as_str) == Some("else");
            if let Some((Err(why), php)) = pattern.as_ref().filter(|(_, php)| php != NEVER_MATCHES) {
                self.context.remark(Code::Pattern, &place, format!("the pattern `{}` never matches here: {why}", shown(php)));
            }
            let synonyms = words.iter().filter_map(|word| text(Some(word))).filter(|word| !word.trim().is_empty());
            let synonyms: Vec<String> = synonyms.collect();
            if value.is_none() && synonyms.is_empty() && pattern.is_none() && !is_else {
                self.context.remark(Code::Malformed, &place, "a branch that names no answer was left out");
                continue;
            }
            found.push(Item { value, synonyms, pattern, is_else, list, place });
        }
        // A word that is what another branch is called belongs to that one, else to the first branch that knows it.
        let values: Vec<Option<String>> = found.iter().map(|item| item.value.as_deref().map(folded)).collect();
        let mut known = HashSet::new();
        for (own, item) in found.iter_mut().enumerate().filter(|(_, item)| !item.is_else) {
            let is_another =
                |word: &String| values.iter().enumerate().any(|(index, value)| index != own && value.as_ref() == Some(word));
            item.synonyms.retain(|word| !is_another(&folded(word)) && known.insert(folded(word)));
        }
        found
    }

    /// The options of a message, from the branches behind it. `rest` is where a branch leads that does not jump.
    pub(super) fn options(&mut self, items: Vec<Item<'l>>, drawn: &[Drawn], rest: To, is_followed: bool) -> Options {
        let mut words = Words::new(drawn);
        let mut ids = Unique::default();
        let mut options = Options { otherwise: is_followed.then_some(rest), ..Options::default() };
        let mut branches: Vec<(Item<'l>, To)> = Vec::new();
        let remarks = std::mem::take(&mut self.context.remarks);
        for item in items {
            let then = self.list(&item.list, Then::Go(rest));
            let to = self.go(then);
            if item.is_else {
                options.otherwise = Some(to);
            } else {
                branches.push((item, to));
            }
        }
        self.context.remarks.splice(0..0, remarks);
        if options.otherwise.is_none() {
            self.context
                .unconfirmed("an answer that no branch matches, where there is no \"another answer\": the bot keeps waiting");
        }
        self.context.unconfirmed("whether upper and lower case count in buttons and synonyms: here they do not");
        let mut used = HashSet::new();
        let known = self.kept_options(drawn.len());
        for (index, shown_option) in drawn.iter().enumerate() {
            let mut option = Map::new();
            let id = known.get(index).cloned().unwrap_or_else(|| words::id(&shown_option.title, "option"));
            option.insert("id".to_owned(), ids.take(&id).into());
            let title = self.context.said("", &shown_option.title);
            option.insert("title".to_owned(), title.into());
            let description = shown_option.description.as_ref().map(|text| self.context.said("", text));
            let description = description.filter(|text| !text.is_empty());
            option.extend(description.map(|text| ("description".to_owned(), text.into())));
            let to_the_letter =
                |item: &Item<'_>| item.value.as_deref().is_some_and(|value| value.trim() == shown_option.value.trim());
            let own = branches.iter().position(|(item, _)| to_the_letter(item));
            let own = own.or_else(|| branches.iter().position(|(item, _)| item.names(shown_option)));
            let found = own.or_else(|| branches.iter().position(|(item, _)| item.matches(shown_option.whole())));
            match (found, options.otherwise) {
                (Some(branch), _) => {
                    let (item, to) = &branches[branch];
                    option.extend(goto(*to));
                    let alone =
                        drawn.iter().filter(|other| item.names(other) || own.is_none() && item.matches(other.whole())).count()
                            == 1;
                    if alone && used.insert(branch) {
                        // What the branch itself is called is one more word for a button of another name.
                        let is_called = |value: &Option<String>| *value == item.value.as_deref().map(folded);
                        let first = branches.iter().position(|(item, _)| is_called(&item.value.as_deref().map(folded)));
                        let value = item.value.as_ref().filter(|_| own.is_none() && first == Some(branch));
                        option.extend(item.more_words(&mut words, index, value));
                    }
                }
                (None, Some(otherwise)) => option.extend(goto(otherwise)),
                (None, None) => {
                    // The bot keeps waiting there; here it asks once more.
                    option.extend(goto(Some(Link::Itself)));
                    let message = format!("the button {:?} has no branch", shown(shown_option.whole()));
                    self.context.remark(Code::Differs, "", message);
                }
            }
            if let Some(full) = &shown_option.full {
                self.keep_full(full, &mut option, words.owns(full, index));
            }
            options.drawn.push(option);
        }
        for (index, (item, to)) in branches.iter().enumerate().filter(|(index, _)| !used.contains(index)) {
            let mut answer = Map::new();
            if let Some(value) = item.value.as_ref().filter(|value| words.take(value, drawn.len() + index)) {
                let title = self.context.said(&item.place, value);
                answer.extend(Some(title).filter(|title| !title.is_empty()).map(|title| ("title".to_owned(), title.into())));
            }
            answer.extend(item.more_words(&mut words, drawn.len() + index, None));
            if answer.is_empty() {
                // An earlier branch takes all of its answers, in Kommo too.
                continue;
            }
            answer.extend(goto(*to));
            options.answers.push(Value::Object(answer));
        }
        options
    }

    /// A title that is shown cut stays what the customer says by a tap, and may write.
    fn keep_full(&mut self, full: &str, option: &mut Map<String, Value>, is_word: bool) {
        let full = self.context.text("", full);
        option.insert("value".to_owned(), full.as_str().into());
        if is_word {
            let others = option.remove("synonyms");
            let others = others.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            let all: Vec<Value> = std::iter::once(Value::from(full)).chain(others).collect();
            option.insert("synonyms".to_owned(), all.into());
        }
    }

    /// The ids that the options of this step had before it was exported.
    fn kept_options(&self, number: usize) -> Vec<String> {
        let kept = self.program.canvas.as_ref().and_then(|canvas| canvas.kept(self.context.step));
        let ids = kept.map(|kept| kept.options.clone()).unwrap_or_default();
        let are_sound = ids.len() == number && ids.iter().all(|id| crate::ids::check_id(id).is_ok());
        if are_sound { ids } else { Vec::new() }
    }

    /// A `buttons` handler that is reached with a message at hand: a condition over it.
    pub(super) fn matched(&mut self, handler: &Handler<'l>, then: Then<'l>) -> To {
        let rest = self.go(then);
        let mut otherwise = rest;
        let mut branches = Vec::new();
        let items = self.items(handler);
        let remarks = std::mem::take(&mut self.context.remarks);
        for item in items {
            let then = self.list(&item.list, Then::Go(rest));
            let to = self.go(then);
            if item.is_else {
                otherwise = to;
                continue;
            }
            let mut branch = Map::from_iter([("when".to_owned(), item.test(self.context.message).into())]);
            branch.extend(goto(to));
            branch.extend(item.value.as_ref().map(|value| ("label".to_owned(), shown(value).replace(['{', '}'], "").into())));
            branches.push(Value::Object(branch));
        }
        if branches.is_empty() {
            return otherwise;
        }
        self.context.remarks = remarks;
        Some(self.step("check answer", Draft::new("condition").with("branches", branches).next("otherwise", otherwise)))
    }
}

impl Item<'_> {
    fn names(&self, drawn: &Drawn) -> bool {
        let value = self.value.as_deref().map(folded);
        value.is_some_and(|value| value == folded(&drawn.value) || value == folded(drawn.whole()))
    }

    /// Whether a tap on a button with this title comes to this branch.
    fn matches(&self, title: &str) -> bool {
        let by_pattern = || match &self.pattern {
            Some((Ok(pattern), _)) => crate::pattern::Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(title)),
            _ => false,
        };
        self.synonyms.iter().any(|word| folded(word) == folded(title)) || by_pattern()
    }

    /// Synonyms and pattern, as an option has them: words that an earlier option has are left out.
    fn more_words(&self, words: &mut Words, owner: usize, value: Option<&String>) -> Map<String, Value> {
        let mut more = Map::new();
        let synonyms: Vec<Value> = value
            .into_iter()
            .chain(&self.synonyms)
            .filter(|word| !word.contains("{{"))
            .filter(|word| words.take(word, owner))
            .map(|word| Value::from(word.trim()))
            .collect();
        if !synonyms.is_empty() {
            more.insert("synonyms".to_owned(), synonyms.into());
        }
        match &self.pattern {
            Some((Ok(pattern), _)) => {
                more.insert("pattern".to_owned(), pattern.as_str().into());
            }
            // The branch stays to be seen, and is never taken.
            Some((Err(_), _)) if self.value.is_none() && more.is_empty() => {
                more.insert("when".to_owned(), NEVER.into());
            }
            Some((Err(_), _)) | None => {}
        }
        more
    }

    /// Whether the message at hand comes to this branch.
    fn test(&self, message: &str) -> String {
        let words = self.value.iter().chain(&self.synonyms).map(|word| said(message, &word.replace(['{', '}'], "")));
        let pattern = self.pattern.iter().map(|(pattern, _)| match pattern {
            Ok(pattern) => format!("matches({message}, {})", quoted(pattern)),
            Err(_) => NEVER.to_owned(),
        });
        abreast(&words.chain(pattern).collect::<Vec<_>>(), " || ")
    }
}

/// A word as answers are compared; one of signs alone as it is.
pub(super) fn folded(word: &str) -> String {
    let folded = fold(word);
    if folded.is_empty() || word.contains("{{") { word.trim().to_owned() } else { folded }
}

/// Words that options have: each belongs to one.
struct Words {
    owners: std::collections::HashMap<String, usize>,
}

impl Words {
    fn new(drawn: &[Drawn]) -> Self {
        let mut owners = std::collections::HashMap::new();
        for (index, drawn) in drawn.iter().enumerate() {
            owners.entry(folded(&drawn.title)).or_insert(index);
        }
        for (index, full) in drawn.iter().enumerate().filter_map(|(index, drawn)| Some((index, drawn.full.as_ref()?))) {
            owners.entry(folded(full)).or_insert(index);
        }
        Words { owners }
    }

    fn owns(&self, word: &str, owner: usize) -> bool {
        !word.contains("{{") && self.owners.get(&folded(word)) == Some(&owner)
    }

    fn take(&mut self, word: &str, owner: usize) -> bool {
        match self.owners.entry(folded(word)) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(owner);
                true
            }
        }
    }
}
