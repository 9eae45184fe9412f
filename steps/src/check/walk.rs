//! Walks a document along its schema: says what has the wrong form, and gathers every string that has a meaning (texts, expressions,
//! links, paths, …) with its place, so that no step has to list its own.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, ObjectProp, StringLit, Value};

use super::{
    diagnostic::Diagnostic,
    json,
    place::{Key, Place},
    shape::{self, Id, ObjectShape, Shape, Shapes, either, one_of},
};
use crate::expression::nearest;

pub(super) const DUPLICATE_KEY: &str = "duplicate_key";
pub(super) const UNKNOWN_KEY: &str = "unknown_key";
pub(super) const MISSING_KEY: &str = "missing_key";
pub(super) const WRONG_TYPE: &str = "wrong_type";
pub(super) const UNKNOWN_WORD: &str = "unknown_word";
pub(super) const OUT_OF_RANGE: &str = "out_of_range";

/// A string with a meaning.
#[derive(Clone, Debug)]
pub(crate) struct Site<'t> {
    /// What it means: `text`, `expression`, `link`, `path`, …
    pub(crate) kind: &'static str,
    pub(crate) place: Place<'t>,
    pub(crate) literal: &'t StringLit<'t>,
    /// Inside something that `each` repeats, so that `item` and `index` are there.
    pub(crate) in_each: bool,
}

/// An object of a named type: an option, a medium, a template.
#[derive(Clone, Debug)]
pub(crate) struct Named<'t> {
    pub(crate) name: &'static str,
    pub(crate) place: Place<'t>,
    pub(crate) object: &'t Object<'t>,
}

/// What a walk gives.
#[derive(Debug, Default)]
pub(super) struct Walked<'t> {
    pub(super) sites: Vec<Site<'t>>,
    pub(super) objects: Vec<Named<'t>>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Walks a whole document.
pub(super) fn walk<'t>(root: &'t Value<'t>) -> Walked<'t> {
    let shapes = &*shape::DOCUMENT;
    let mut walk = Walk { shapes, place: Place::default(), each: 0, found: Walked::default() };
    walk.value(shapes.root, root);
    walk.found
}

struct Walk<'t> {
    shapes: &'static Shapes,
    place: Place<'t>,
    each: u32,
    found: Walked<'t>,
}

impl<'t> Walk<'t> {
    fn value(&mut self, id: Id, node: &'t Value<'t>) {
        match (&self.shapes[id], node) {
            (Shape::Anything, _) => self.unique_keys(node),
            (Shape::Data, _) => self.data(node),
            (Shape::Text(shape), Value::StringLit(literal)) => {
                if !shape.words.is_empty() && !shape.words.contains(&&*literal.value) {
                    self.unknown_word(literal, &shape.words);
                } else if let Some(kind) = shape.kind {
                    self.site(kind, literal);
                }
            }
            (Shape::Number { integer, least, most }, Value::NumberLit(literal)) => {
                self.number(id, node, literal.value, *integer, *least, *most);
            }
            (Shape::Boolean, Value::BooleanLit(_)) | (Shape::Null, Value::NullKeyword(_)) => {}
            (Shape::List { items, least, most }, Value::Array(list)) => self.list(*items, node, &list.elements, *least, *most),
            (Shape::Object(shape), Value::Object(object)) => self.object(shape, object, &[]),
            (Shape::Tagged { tag, cases }, Value::Object(object)) => match json::get(object, tag) {
                Some(Value::StringLit(word)) => match cases.get(&*word.value) {
                    Some(case) => self.value(*case, node),
                    None => {
                        let words: Vec<&str> = cases.keys().copied().collect();
                        self.place.push(Key::Name(tag));
                        self.unknown_word(word, &words);
                        self.place.pop();
                    }
                },
                Some(other) => self.wrong_type(other, "a word", Some(tag)),
                None => {
                    let message = format!("`{tag}` is missing: it says what this is");
                    let words: Vec<&str> = cases.keys().copied().collect();
                    let found = Diagnostic::error(MISSING_KEY, &self.place, json::head(node), message).expected(one_of(&words));
                    self.found.problems.push(found);
                }
            },
            (Shape::Either(parts), _) => self.either(id, parts, node),
            _ => self.wrong_type(node, &self.shapes.words(id), None),
        }
    }

    fn site(&mut self, kind: &'static str, literal: &'t StringLit<'t>) {
        let place = self.place.clone();
        self.found.sites.push(Site { kind, place, literal, in_each: self.each > 0 });
    }

    fn wrong_type(&mut self, node: &Value<'_>, expected: &str, key: Option<&'static str>) {
        let place = key.map_or_else(|| self.place.clone(), |key| self.place.name(key));
        let name = place.last_name();
        let what = if name.is_empty() { "this".to_owned() } else { format!("`{name}`") };
        let message = format!("{what} is {}", json::what(node));
        self.found.problems.push(Diagnostic::error(WRONG_TYPE, &place, json::head(node), message).expected(expected));
    }

    fn unknown_word(&mut self, literal: &StringLit<'_>, words: &[&str]) {
        let name = self.place.last_name();
        let span = literal.range.start..literal.range.end;
        let found =
            Diagnostic::error(UNKNOWN_WORD, &self.place, span, format!("`{name}` can't be `{}`", shortened(&literal.value)));
        self.found.problems.push(found.expected(one_of(words)).nearest(nearest(&literal.value, words.iter().copied())));
    }

    fn number(&mut self, id: Id, node: &Value<'_>, text: &str, integer: bool, least: Option<f64>, most: Option<f64>) {
        let number: f64 = text.parse().unwrap_or(f64::NAN);
        if integer && (text.contains(['.', 'e', 'E']) || number.is_nan()) {
            return self.wrong_type(node, &self.shapes.words(id), None);
        }
        let bound = match (least, most) {
            (Some(least), _) if number < least => format!("at least {least}"),
            (_, Some(most)) if number > most => format!("at most {most}"),
            _ => return,
        };
        let message = format!("`{}` is {text}", self.place.last_name());
        self.found.problems.push(Diagnostic::error(OUT_OF_RANGE, &self.place, json::span(node), message).expected(bound));
    }

    fn list(&mut self, items: Id, node: &Value<'_>, elements: &'t [Value<'t>], least: usize, most: usize) {
        if elements.len() < least || elements.len() > most {
            let message = format!("`{}` has {}", self.place.last_name(), counted(elements.len(), "entry", "entries"));
            let expected = match (least, most) {
                (least, usize::MAX) => format!("at least {least}"),
                (0, most) => format!("at most {most}"),
                (least, most) => format!("between {least} and {most}"),
            };
            self.found.problems.push(Diagnostic::error(OUT_OF_RANGE, &self.place, json::head(node), message).expected(expected));
        }
        for (index, element) in elements.iter().enumerate() {
            self.place.push(Key::Index(index));
            self.value(items, element);
            self.place.pop();
        }
    }

    /// `others`: the alternatives that it could have been too.
    fn object(&mut self, shape: &'static ObjectShape, object: &'t Object<'t>, others: &[&'static ObjectShape]) {
        if let Some(name) = shape.name {
            self.found.objects.push(Named { name, place: self.place.clone(), object });
        }
        self.duplicates(object);
        for key in &shape.required {
            if !object.properties.iter().any(|property| json::key(property) == *key) {
                let span = object.range.start..object.range.start + 1;
                let found = Diagnostic::error(MISSING_KEY, &self.place, span, format!("`{key}` is missing"));
                let found = match shape.keys.get(key) {
                    Some(id) => found.expected(self.shapes.words(*id)),
                    None => found,
                };
                self.found.problems.push(found);
            }
        }
        if shape.kind == Some("hours") {
            self.found.objects.push(Named { name: "Hours", place: self.place.clone(), object });
        }
        let repeats = shape.keys.contains_key("each") && json::has(object, "each");
        for property in &object.properties {
            let name = json::key(property);
            self.place.push(Key::Name(name));
            match (shape.keys.get(name), shape.rest) {
                (Some(id), _) => {
                    let inside = u32::from(repeats && name != "each");
                    self.each += inside;
                    self.value(*id, &property.value);
                    self.each -= inside;
                }
                (None, Some(rest)) => {
                    if let (Some(kind), Some(literal)) = (shape.key_kind, json::key_literal(property)) {
                        self.site(kind, literal);
                    }
                    self.value(rest, &property.value);
                }
                (None, None) => self.unknown_key(shape, object, property, others),
            }
            self.place.pop();
        }
    }

    fn unknown_key(
        &mut self,
        shape: &ObjectShape,
        object: &Object<'_>,
        property: &ObjectProp<'_>,
        others: &[&'static ObjectShape],
    ) {
        let name = json::key(property);
        let span = json::key_span(property);
        if let Some(other) = others.iter().find(|other| other.keys.contains_key(name)) {
            // A right key, of another form than this object has.
            let given = || object.properties.iter().map(json::key);
            let (message, help) = match given().find(|key| shape.keys.contains_key(key) && !other.keys.contains_key(key)) {
                Some(rival) => (format!("`{rival}` and `{name}` exclude each other"), "keep one of them".to_owned()),
                None => {
                    let missing: Vec<&str> =
                        other.required.iter().copied().filter(|key| !given().any(|given| given == *key)).collect();
                    (format!("`{name}` does not stand alone"), format!("write {} beside it", shape::and(&missing)))
                }
            };
            self.found.problems.push(Diagnostic::error(UNKNOWN_KEY, &self.place, span, message).help(help));
            return;
        }
        let known = shape.keys.keys().chain(others.iter().flat_map(|other| other.keys.keys())).copied();
        let found = Diagnostic::error(UNKNOWN_KEY, &self.place, span, format!("there is no key `{}` here", shortened(name)));
        self.found.problems.push(match nearest(name, known) {
            Some(near) => found.nearest(Some(near)),
            None if shape.keys.is_empty() => found.expected("no keys"),
            None => found.expected(one_of(&shape.keys.keys().copied().collect::<Vec<_>>())),
        });
    }

    /// Any JSON whose strings are texts.
    fn data(&mut self, node: &'t Value<'t>) {
        match node {
            Value::StringLit(literal) => self.site("text", literal),
            Value::Array(list) => {
                for (index, element) in list.elements.iter().enumerate() {
                    self.place.push(Key::Index(index));
                    self.data(element);
                    self.place.pop();
                }
            }
            Value::Object(object) => {
                self.duplicates(object);
                for property in &object.properties {
                    self.place.push(Key::Name(json::key(property)));
                    self.data(&property.value);
                    self.place.pop();
                }
            }
            _ => {}
        }
    }

    fn unique_keys(&mut self, node: &'t Value<'t>) {
        match node {
            Value::Array(list) => {
                for (index, element) in list.elements.iter().enumerate() {
                    self.place.push(Key::Index(index));
                    self.unique_keys(element);
                    self.place.pop();
                }
            }
            Value::Object(object) => {
                self.duplicates(object);
                for property in &object.properties {
                    self.place.push(Key::Name(json::key(property)));
                    self.unique_keys(&property.value);
                    self.place.pop();
                }
            }
            _ => {}
        }
    }

    fn duplicates(&mut self, object: &'t Object<'t>) {
        let mut seen = HashSet::with_capacity(object.properties.len());
        for property in &object.properties {
            if !seen.insert(json::key(property)) {
                let place = self.place.name(json::key(property));
                let message = format!("the key `{}` stands here twice", shortened(json::key(property)));
                let found = Diagnostic::error(DUPLICATE_KEY, &place, json::key_span(property), message);
                self.found.problems.push(found.help("only one of them would count; take one out, or give it another name"));
            }
        }
    }

    /// One of several shapes: the one whose JSON kind fits, and among objects the one whose keys fit.
    fn either(&mut self, id: Id, parts: &'static [Id], node: &'t Value<'t>) {
        let fitting: Vec<Id> = parts.iter().copied().filter(|part| self.fits(*part, node)).collect();
        match (fitting[..].split_first(), node) {
            (None, _) => self.wrong_type(node, &self.shapes.words(id), None),
            (Some((one, [])), _) => self.value(*one, node),
            (Some(_), Value::Object(object)) => self.choose(&fitting, node, object),
            (Some((first, _)), Value::StringLit(literal)) => {
                // A word among free texts is that word.
                let word = fitting
                    .iter()
                    .copied()
                    .find(|part| matches!(&self.shapes[*part], Shape::Text(text) if text.words.contains(&&*literal.value)));
                let free = fitting
                    .iter()
                    .copied()
                    .find(|part| matches!(&self.shapes[*part], Shape::Text(text) if text.words.is_empty()));
                self.value(word.or(free).unwrap_or(*first), node);
            }
            (Some((first, _)), _) => self.value(*first, node),
        }
    }

    fn fits(&self, id: Id, node: &Value<'_>) -> bool {
        matches!(
            (&self.shapes[id], node),
            (Shape::Anything | Shape::Data | Shape::Either(_), _)
                | (Shape::Text(_), Value::StringLit(_))
                | (Shape::Number { .. }, Value::NumberLit(_))
                | (Shape::Boolean, Value::BooleanLit(_))
                | (Shape::Null, Value::NullKeyword(_))
                | (Shape::List { .. }, Value::Array(_))
                | (Shape::Object(_) | Shape::Tagged { .. }, Value::Object(_))
        )
    }

    fn choose(&mut self, parts: &[Id], node: &'t Value<'t>, object: &'t Object<'t>) {
        let shapes = self.shapes;
        let objects: Vec<&'static ObjectShape> = parts.iter().filter_map(|part| as_object(shapes, *part)).collect();
        let best = objects.iter().copied().enumerate().max_by_key(|(at, shape)| (fit(shape, object), std::cmp::Reverse(*at)));
        match best {
            Some((_, shape)) if objects.len() == parts.len() => {
                let touched = shape.rest.is_some() || object.properties.iter().any(|one| shape.keys.contains_key(json::key(one)));
                if !touched && !object.properties.is_empty() && objects.iter().all(|shape| !shape.required.is_empty()) {
                    return self.no_alternative(parts, &objects, node, object);
                }
                self.object(shape, object, &objects);
            }
            _ => {
                if let Some(first) = parts.first() {
                    self.value(*first, node);
                }
            }
        }
    }

    /// None of the alternatives has even one of the keys.
    fn no_alternative(&mut self, parts: &[Id], objects: &[&'static ObjectShape], node: &Value<'_>, object: &'t Object<'t>) {
        let known = || objects.iter().flat_map(|shape| shape.keys.keys().copied());
        let near =
            object.properties.iter().find_map(|property| nearest(json::key(property), known()).map(|near| (property, near)));
        let (place, span) = match near {
            Some((property, _)) => (self.place.name(json::key(property)), json::key_span(property)),
            None => (self.place.clone(), json::head(node)),
        };
        let expected = either(parts.iter().map(|part| self.shapes.words(*part)).collect());
        let found = Diagnostic::error(UNKNOWN_KEY, &place, span, "this object is of no known form").expected(expected);
        self.found.problems.push(found.nearest(near.map(|(_, near)| near)));
    }
}

fn as_object(shapes: &'static Shapes, id: Id) -> Option<&'static ObjectShape> {
    match &shapes[id] {
        Shape::Object(shape) => Some(shape),
        _ => None,
    }
}

/// How well an object fits a shape: all that it must have, then whether a map is the last resort, then how many keys are known.
fn fit(shape: &ObjectShape, object: &Object<'_>) -> (u8, usize, usize) {
    let keys = || object.properties.iter().map(json::key);
    let known = keys().filter(|key| shape.keys.contains_key(key)).count();
    let complete = shape.required.iter().all(|key| keys().any(|given| given == *key));
    let rank = match (complete, shape.rest.is_some()) {
        (true, false) if !shape.required.is_empty() => 4,
        (true, false) if known == object.properties.len() => 3,
        (_, true) => 2,
        (true, false) => 1,
        (false, false) => 0,
    };
    // Where two are complete, the one with the fewer unknown keys.
    (rank, known, usize::MAX - (object.properties.len() - known))
}

/// A name from the document, short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// How many there are, in words.
pub(super) fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
