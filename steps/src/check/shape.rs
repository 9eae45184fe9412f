//! The schema of a bot in a form that is quick to walk along: references resolved, alternatives sorted by what they begin with.

use std::{collections::HashMap, sync::LazyLock};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::{path::Path, schema::document_schema};

/// One shape, by its place in [`Shapes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(usize);

/// What a value may be.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Anything,
    /// Any JSON; its strings are texts.
    Data,
    Text(TextShape),
    Number {
        integer: bool,
        least: Option<f64>,
        most: Option<f64>,
    },
    Boolean,
    Null,
    List {
        items: Id,
        least: usize,
        most: usize,
    },
    Object(ObjectShape),
    /// An object of one of several kinds: the word under `tag` says which.
    Tagged {
        tag: &'static str,
        cases: IndexMap<&'static str, Id>,
    },
    Either(Vec<Id>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct TextShape {
    /// What the string means: `text`, `expression`, `link`, …
    pub(super) kind: Option<&'static str>,
    /// The words it must be one of; empty: any.
    pub(super) words: Vec<&'static str>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ObjectShape {
    /// The name of its Rust type, where it has one of its own in the schema.
    pub(super) name: Option<&'static str>,
    pub(super) keys: IndexMap<&'static str, Id>,
    pub(super) required: Vec<&'static str>,
    /// What further keys hold; None: there are none.
    pub(super) rest: Option<Id>,
    /// What further keys mean: `id`, `path`.
    pub(super) key_kind: Option<&'static str>,
    /// `hours`: the whole object has a meaning.
    pub(super) kind: Option<&'static str>,
}

/// All shapes of a bot.
#[derive(Debug)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    pub(super) root: Id,
}

pub(super) static DOCUMENT: LazyLock<Shapes> = LazyLock::new(|| Shapes::of(document_schema()));

impl std::ops::Index<Id> for Shapes {
    type Output = Shape;

    fn index(&self, id: Id) -> &Shape {
        &self.all[id.0]
    }
}

impl Shapes {
    fn of(schema: &'static Value) -> Self {
        let definitions = schema.get("$defs").and_then(Value::as_object);
        let mut reader = Reader { definitions, known: HashMap::new(), all: Vec::new() };
        let root = reader.read(schema, None);
        reader.flatten();
        Shapes { all: reader.all, root }
    }

    /// What a shape is, in words: `a text`, `an object with "goto"`.
    pub(super) fn words(&self, id: Id) -> String {
        match &self[id] {
            Shape::Anything | Shape::Data => "any JSON".into(),
            Shape::Text(text) if !text.words.is_empty() => one_of(&text.words),
            Shape::Text(text) => kind_in_words(text.kind).into(),
            Shape::Number { integer: true, .. } => "a whole number".into(),
            Shape::Number { .. } => "a number".into(),
            Shape::Boolean => "`true` or `false`".into(),
            Shape::Null => "nothing".into(),
            Shape::List { .. } => "a list".into(),
            Shape::Object(object) => match &object.required[..] {
                [] => "an object".into(),
                keys => format!("an object with {}", and(keys)),
            },
            Shape::Tagged { tag, .. } => format!("an object with `{tag}`"),
            Shape::Either(parts) => {
                let parts = parts.iter().filter(|part| !matches!(self[**part], Shape::Null));
                either(parts.map(|part| self.words(*part)).collect())
            }
        }
    }
}

/// A kind of string in words.
pub(super) fn kind_in_words(kind: Option<&str>) -> &'static str {
    match kind {
        Some("link") => "the id of a step",
        Some("expression") => "an expression",
        Some("script") => "a script",
        Some("path") => "a path such as `vars.x`",
        Some("duration") => "a duration such as `90s`, `15m`, `2h` or `3d`",
        Some("pattern") => "a regular expression",
        _ => "a text",
    }
}

pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match &quoted[..] {
        [one] => one.clone(),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

/// Alternatives in words.
pub(super) fn either(words: Vec<String>) -> String {
    match &words[..] {
        [one] => one.clone(),
        _ => format!("either {}", words.join(", or ")),
    }
}

pub(super) fn and(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" and ")
}

struct Reader {
    definitions: Option<&'static Map<String, Value>>,
    known: HashMap<&'static str, Id>,
    all: Vec<Shape>,
}

impl Reader {
    fn add(&mut self, shape: Shape) -> Id {
        self.all.push(shape);
        Id(self.all.len() - 1)
    }

    fn read(&mut self, schema: &'static Value, name: Option<&'static str>) -> Id {
        let id = self.add(Shape::Anything);
        self.fill(id, schema, name);
        id
    }

    /// The shape of a definition. Its place is known before it is read, so that it may hold itself.
    fn definition(&mut self, reference: &'static str) -> Id {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let id = self.add(Shape::Anything);
        self.known.insert(name, id);
        if let Some(schema) = self.definitions.and_then(|definitions| definitions.get(name)) {
            self.fill(id, schema, Some(name));
        }
        id
    }

    fn fill(&mut self, id: Id, schema: &'static Value, name: Option<&'static str>) {
        let shape = self.shape(schema, name);
        self.all[id.0] = shape;
    }

    fn shape(&mut self, schema: &'static Value, name: Option<&'static str>) -> Shape {
        let Some(map) = schema.as_object() else { return Shape::Anything };
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            return Shape::Either(vec![self.definition(reference)]);
        }
        if let Some(parts) = map.get("oneOf").or_else(|| map.get("anyOf")).and_then(Value::as_array) {
            return self.alternatives(parts, name);
        }
        let kind = map.get("x-kind").and_then(Value::as_str);
        if kind == Some("data") {
            return Shape::Data;
        }
        match map.get("type") {
            Some(Value::Array(types)) => {
                let parts = types.iter().filter_map(Value::as_str).map(|one| self.single(one, map, name)).collect::<Vec<_>>();
                Shape::Either(parts.into_iter().map(|shape| self.add(shape)).collect())
            }
            Some(Value::String(one)) => self.single(one, map, name),
            _ if map.contains_key("enum") || map.contains_key("const") => self.single("string", map, name),
            _ => Shape::Anything,
        }
    }

    fn single(&mut self, kind: &str, map: &'static Map<String, Value>, name: Option<&'static str>) -> Shape {
        let size = |key: &str| map.get(key).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        match kind {
            "string" => {
                let words = map.get("enum").and_then(Value::as_array).into_iter().flatten().chain(map.get("const"));
                let kind = map.get("x-kind").and_then(Value::as_str);
                Shape::Text(TextShape { kind, words: words.filter_map(Value::as_str).collect() })
            }
            "integer" | "number" => Shape::Number {
                integer: kind == "integer",
                least: map.get("minimum").and_then(Value::as_f64),
                most: map.get("maximum").and_then(Value::as_f64).or_else(|| match map.get("format").and_then(Value::as_str) {
                    Some("uint8") => Some(f64::from(u8::MAX)),
                    Some("uint16") => Some(f64::from(u16::MAX)),
                    Some("uint32") => Some(f64::from(u32::MAX)),
                    _ => None,
                }),
            },
            "boolean" => Shape::Boolean,
            "null" => Shape::Null,
            "array" => {
                let items = match map.get("items") {
                    Some(items) => self.read(items, None),
                    None => self.add(Shape::Anything),
                };
                Shape::List { items, least: size("minItems").unwrap_or(0), most: size("maxItems").unwrap_or(usize::MAX) }
            }
            "object" => self.object(map, name),
            _ => Shape::Anything,
        }
    }

    fn object(&mut self, map: &'static Map<String, Value>, name: Option<&'static str>) -> Shape {
        let keys = map.get("properties").and_then(Value::as_object).into_iter().flatten();
        let keys = keys.map(|(key, schema)| (key.as_str(), self.read(schema, None))).collect();
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let rest = match map.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(schema @ Value::Object(_)) => Some(self.read(schema, None)),
            _ => Some(self.add(Shape::Anything)),
        };
        let kind = map.get("x-kind").and_then(Value::as_str);
        let names = map.get("propertyNames").filter(|_| kind != Some("hours"));
        let named = |key: &str| names.and_then(|names| names.get(key)).and_then(Value::as_str);
        let key_kind = named("x-kind").or_else(|| named("pattern").map(key_kind));
        Shape::Object(ObjectShape { name, keys, required, rest, key_kind, kind })
    }

    fn alternatives(&mut self, parts: &'static [Value], name: Option<&'static str>) -> Shape {
        if let Some((tag, words)) = tag_of(parts) {
            let cases = words.into_iter().zip(parts).map(|(word, part)| (word, self.read(part, None))).collect();
            return Shape::Tagged { tag, cases };
        }
        Shape::Either(parts.iter().map(|part| self.read(part, name)).collect())
    }

    /// Alternatives within alternatives become one list, and their words one choice of words.
    fn flatten(&mut self) {
        for at in 0..self.all.len() {
            if !matches!(self.all[at], Shape::Either(_)) {
                continue;
            }
            let mut parts = Vec::new();
            self.gather(Id(at), &mut parts, 0);
            let words: Vec<&'static str> = parts.iter().flat_map(|part| self.words_of(*part)).copied().collect();
            let choices = parts.iter().filter(|part| !self.words_of(**part).is_empty()).count();
            if choices > 1 {
                let first = parts.iter().position(|part| !self.words_of(*part).is_empty()).unwrap_or(0);
                let merged = self.add(Shape::Text(TextShape { kind: None, words }));
                parts.retain(|part| self.words_of(*part).is_empty());
                parts.insert(first.min(parts.len()), merged);
            }
            self.all[at] = match parts[..] {
                [one] => self.all[one.0].clone(),
                _ => Shape::Either(parts),
            };
        }
    }

    fn gather(&self, id: Id, parts: &mut Vec<Id>, depth: usize) {
        match &self.all[id.0] {
            // Alternatives are nested by the types' nesting, a handful deep; a type that were only itself would have no value.
            Shape::Either(inner) if depth < 32 => inner.iter().for_each(|part| self.gather(*part, parts, depth + 1)),
            _ => parts.push(id),
        }
    }

    fn words_of(&self, id: Id) -> &[&'static str] {
        match &self.all[id.0] {
            Shape::Text(text) => &text.words,
            _ => &[],
        }
    }
}

/// The key whose constant word tells the alternatives apart, with the words in their order.
fn tag_of(parts: &'static [Value]) -> Option<(&'static str, Vec<&'static str>)> {
    let first = parts.first()?.get("properties")?.as_object()?;
    let constant = |part: &'static Value, key: &str| part.get("properties")?.get(key)?.get("const")?.as_str();
    first.keys().find_map(|key| {
        let words: Option<Vec<&'static str>> = parts.iter().map(|part| constant(part, key)).collect();
        words.map(|words| (key.as_str(), words))
    })
}

/// What the keys of a map mean, told by their pattern.
fn key_kind(pattern: &'static str) -> &'static str {
    static PATH_PATTERN: LazyLock<Option<String>> = LazyLock::new(|| {
        let schema = <Path as schemars::JsonSchema>::json_schema(&mut schemars::SchemaGenerator::default()).to_value();
        schema.get("pattern").and_then(Value::as_str).map(str::to_owned)
    });
    if PATH_PATTERN.as_deref() == Some(pattern) { "path" } else { "id" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(keys: &[&str]) -> (&'static Shapes, Id) {
        let mut id = DOCUMENT.root;
        for key in keys {
            id = match &DOCUMENT[id] {
                Shape::Object(object) => object.keys.get(key).copied().or(object.rest).unwrap(),
                Shape::Tagged { cases, .. } => cases[key],
                Shape::List { items, .. } => *items,
                other => panic!("{key} in {other:?}"),
            };
        }
        (&DOCUMENT, id)
    }

    #[test]
    fn steps_and_triggers_are_told_by_a_word() {
        let (shapes, steps) = at(&["steps", "any"]);
        let Shape::Tagged { tag: "type", cases } = &shapes[steps] else { panic!("{:?}", shapes[steps]) };
        assert_eq!(cases.len(), crate::step::STEPS.len());
        let (shapes, triggers) = at(&["triggers", "any"]);
        assert!(matches!(&shapes[triggers], Shape::Tagged { tag: "on", .. }), "{:?}", shapes[triggers]);
    }

    #[test]
    fn shapes_speak_for_people() {
        let words = |keys: &[&str]| {
            let (shapes, id) = at(keys);
            shapes.words(id)
        };
        assert_eq!(
            words(&["steps", "any", "message", "outside_window"]),
            "either one of `fail`, `hold`, `skip`, or an object with `goto`"
        );
        assert_eq!(words(&["steps", "any", "message", "next"]), "the id of a step");
        assert_eq!(words(&["steps", "any", "message", "save"]), "either a path such as `vars.x`, or an object");
        assert_eq!(words(&["format"]), "a whole number");
    }
}
