//! The JSON of a bot with the place of every part. Strict JSON: comments and trailing commas are errors with a place.

use std::{borrow::Cow, ops::Range};

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{Object, ObjectProp, ObjectPropName, StringLit, Value},
    common::Ranged,
    errors::ParseErrorKind,
    parse_to_ast,
};

use super::{diagnostic::Diagnostic, place::Place};

/// The largest document, in bytes. Ten times what the largest known bot takes.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// The deepest nesting. The language itself needs 12; data may be deeper.
pub(super) const MAX_DEPTH: usize = 100;

pub(super) const CODE: &str = "json";

/// Reads a source, or says where it is no JSON.
pub(super) fn parse(source: &str) -> Result<Value<'_>, Box<Diagnostic>> {
    let nowhere = Place::default();
    if source.len() > MAX_BYTES {
        let message = format!("this document has {} bytes; a bot may have {MAX_BYTES}", source.len());
        let found = Diagnostic::error(CODE, &nowhere, 0..0, message);
        return Err(found.help("split the bot in several, and call them with `start_bot`").into());
    }
    if let Some(at) = too_deep(source) {
        let message = format!("this is nested more than {MAX_DEPTH} deep");
        let found = Diagnostic::error(CODE, &nowhere, at..at + 1, message);
        return Err(found.help("keep deep data elsewhere, and fetch it with `http`").into());
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(source, &CollectOptions::default(), &strict).map_err(|error| {
        let (message, help) = words(error.kind());
        let span = error.range().start.min(source.len())..error.range().end.min(source.len());
        let found = Diagnostic::error(CODE, &nowhere, span, format!("this is no JSON: {message}"));
        Box::new(match help {
            Some(help) => found.help(help),
            None => found,
        })
    })?;
    parsed.value.ok_or_else(|| {
        let found = Diagnostic::error(CODE, &nowhere, 0..source.len(), "this document is empty");
        found.help("a bot is one JSON object; the least is {\"start\": \"a\", \"steps\": {\"a\": {\"type\": \"stop\"}}}").into()
    })
}

/// What the other reader of JSON refuses that the first let pass, such as a line break inside a string.
pub(super) fn refused(source: &str, error: &serde_json::Error) -> Diagnostic {
    let line_start = Lines::new(source).start(error.line());
    let at = (line_start + error.column().saturating_sub(1)).min(source.len());
    let at = (0..=at).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let (text, help) = match text.starts_with("control character") {
        true => ("a line break or another control character inside a string", "write a line break as `\\n`, a tab as `\\t`"),
        false => (text, "mend the place that is shown"),
    };
    Diagnostic::error(CODE, &Place::default(), at..at, format!("this is no JSON: {text}")).help(help)
}

/// Where the nesting passes [`MAX_DEPTH`]. Read before anything recurses into it.
fn too_deep(source: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn words(kind: &ParseErrorKind) -> (String, Option<&'static str>) {
    use ParseErrorKind as Kind;
    match kind {
        Kind::CommentsNotAllowed => {
            ("a comment".into(), Some("JSON has no comments; write it in `comment` or `meta` of the step"))
        }
        Kind::TrailingCommasNotAllowed => ("a comma after the last entry".into(), Some("take the comma out")),
        Kind::ExpectedComma => ("a comma is missing here".into(), Some("separate entries by commas")),
        Kind::UnterminatedObject => ("this `{` is never closed".into(), Some("add the missing `}`")),
        Kind::UnterminatedArray => ("this `[` is never closed".into(), Some("add the missing `]`")),
        Kind::SingleQuotedStringsNotAllowed => ("a string in single quotes".into(), Some("use double quotes")),
        Kind::ExpectedStringObjectProperty => ("a key without quotes".into(), Some("put every key in double quotes")),
        Kind::MultipleRootJsonValues => ("something follows after the document".into(), Some("a bot is one JSON object")),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            let text = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
            (text, None)
        }
    }
}

/// What a value is, with its article.
pub(super) fn what(node: &Value<'_>) -> &'static str {
    match node {
        Value::StringLit(_) => "a text",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(literal) if literal.value => "`true`",
        Value::BooleanLit(_) => "`false`",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "`null`",
    }
}

/// The bytes of a value.
pub(super) fn span(node: &Value<'_>) -> Range<usize> {
    let range = node.range();
    range.start..range.end
}

/// What to point at: a value itself where it is short, else the brace it begins with.
pub(super) fn head(node: &Value<'_>) -> Range<usize> {
    let span = span(node);
    match node {
        Value::Object(_) | Value::Array(_) => span.start..span.start + 1,
        _ => span,
    }
}

/// The name of a property. Strict JSON has no words as names.
pub(super) fn key<'t>(property: &'t ObjectProp<'t>) -> &'t str {
    property.name.as_str()
}

pub(super) fn key_span(property: &ObjectProp<'_>) -> Range<usize> {
    let range = property.name.range();
    range.start..range.end
}

pub(super) fn key_literal<'t>(property: &'t ObjectProp<'t>) -> Option<&'t StringLit<'t>> {
    match &property.name {
        ObjectPropName::String(literal) => Some(literal),
        ObjectPropName::Word(_) => None,
    }
}

/// The value of a key; nothing where it is `null`, which says the same as leaving it out.
pub(super) fn get<'t>(object: &'t Object<'t>, name: &str) -> Option<&'t Value<'t>> {
    let property = object.properties.iter().find(|property| property.name.as_str() == name)?;
    Some(&property.value).filter(|value| !matches!(value, Value::NullKeyword(_)))
}

pub(super) fn get_text<'t>(object: &'t Object<'t>, name: &str) -> Option<&'t StringLit<'t>> {
    get(object, name).and_then(Value::as_string_lit)
}

pub(super) fn get_object<'t>(object: &'t Object<'t>, name: &str) -> Option<&'t Object<'t>> {
    get(object, name).and_then(Value::as_object)
}

/// The elements of a list; none where there is no list.
pub(super) fn get_list<'t>(object: &'t Object<'t>, name: &str) -> &'t [Value<'t>] {
    get(object, name).and_then(Value::as_array).map_or(&[], |list| &list.elements)
}

/// Whether a key has something to say: it is there, and neither empty nor `false`.
pub(super) fn has(object: &Object<'_>, name: &str) -> bool {
    match get(object, name) {
        None => false,
        Some(Value::StringLit(text)) => !text.value.trim().is_empty(),
        Some(Value::Array(list)) => !list.elements.is_empty(),
        Some(Value::BooleanLit(literal)) => literal.value,
        Some(_) => true,
    }
}

/// The bytes of the source that hold a part of a string's value, past the opening quote and its escapes.
pub(super) fn within(source: &str, literal: &StringLit<'_>, offset: usize, len: usize) -> Range<usize> {
    let (start, end) = (literal.range.start + 1, literal.range.end.saturating_sub(1));
    let Some(raw) = source.get(start..end) else { return literal.range.start..literal.range.end };
    if matches!(literal.value, Cow::Borrowed(_)) {
        // Nothing is escaped: value and source run in step.
        let from = (start + offset).min(end);
        return from..(from + len).min(end);
    }
    let find = |wanted: usize| {
        let mut decoded = 0;
        let mut at = 0;
        while at < raw.len() && decoded < wanted {
            let (took, gave) = piece(&raw[at..]);
            at += took;
            decoded += gave;
        }
        start + at
    };
    find(offset)..find(offset + len)
}

/// How many bytes the first character of a raw string takes, and how many it gives.
fn piece(raw: &str) -> (usize, usize) {
    let code = |raw: &str| raw.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    if raw.starts_with("\\u") {
        let Some(first) = code(raw) else { return (2, 1) };
        if (0xd800..0xdc00).contains(&first) {
            return (12.min(raw.len()), 4);
        }
        return (6, char::from_u32(first).map_or(3, char::len_utf8));
    }
    if raw.starts_with('\\') {
        return (2.min(raw.len()), 1);
    }
    let width = raw.chars().next().map_or(1, char::len_utf8);
    (width, width)
}

/// Where the lines of a source begin.
pub(super) struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { source, starts }
    }

    /// The first byte of a line, from 1.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.source.len())
    }

    /// Line and character of a byte, both from 1.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.start(line);
        let before = self.source.get(start..offset.min(self.source.len())).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The text of a line, from 1, without its break.
    pub(super) fn text(&self, line: usize) -> &'a str {
        let end = self.starts.get(line).copied().unwrap_or(self.source.len());
        self.source.get(self.start(line)..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_string_is_found_past_its_escapes() {
        let source = r#"{"a": "x\n\"\u00e9\ud83d\udc4d é{{ here }}"}"#;
        let value = parse(source).unwrap();
        let literal = get_text(value.as_object().unwrap(), "a").unwrap();
        let offset = literal.value.find("here").unwrap();
        assert_eq!(&source[within(source, literal, offset, 4)], "here");
        let plain = r#"{"a": "olá {{ here }}"}"#;
        let value = parse(plain).unwrap();
        let literal = get_text(value.as_object().unwrap(), "a").unwrap();
        assert_eq!(&plain[within(plain, literal, literal.value.find("here").unwrap(), 4)], "here");
    }

    #[test]
    fn what_is_no_json_has_a_place() {
        for (source, at, said) in [
            ("{\"a\": 1, // no\n}", 9, "comment"),
            ("{\"a\": [1,]}", 8, "comma after"),
            ("{'a': 1}", 1, "single quotes"),
            ("{\"a\" 1}", 5, "colon"),
            ("", 0, "empty"),
            ("{} {}", 3, "follows"),
        ] {
            let error = parse(source).unwrap_err();
            assert!(error.message.contains(said), "{source}: {}", error.message);
            assert_eq!(error.span.start, at, "{source}");
        }
        let deep = "[".repeat(30_000);
        assert_eq!(parse(&deep).unwrap_err().span.start, MAX_DEPTH);
    }

    #[test]
    fn lines_and_characters_count_from_one() {
        let lines = Lines::new("a\nçb\r\nd");
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place("a\nç".len()), (2, 2));
        assert_eq!((lines.text(2), lines.text(3)), ("çb", "d"));
        assert_eq!(lines.place(500), (3, 2));
    }
}
