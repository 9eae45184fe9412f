//! An expression that is true or false, as tests of Kommo's. Each that is found is read again: it counts only if the same expression comes
//! of it.

use serde_json::{Value, json};

use super::{Kind, Writer, text};
use crate::import::kommo::{
    answer::NEVER_MATCHES,
    context::{Context, MEANT, MESSAGE},
    mapping::Mapping,
    program::Handler,
    report::Report,
};

/// The tests of a branch.
pub(super) struct Asked {
    pub(super) handler: &'static str,
    pub(super) logic: &'static str,
    pub(super) tests: Vec<Value>,
    pub(super) found: Found,
}

/// What becomes of the value that a branch's last test found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is kept for `last_validation_result`.
    IsKept,
    IsForgotten,
}

impl Writer<'_> {
    /// A condition as tests. `kept` is the value that the step behind it keeps of a validation.
    pub(super) fn asked(&self, when: &str, kept: Option<&str>) -> Option<Asked> {
        let (logic, parts) = joined(when);
        // What is always so, or never, is asked of the value that is kept.
        let client = kept.unwrap_or("message.text");
        let validations = || parts.iter().map(|part| self.validated(part, client)).collect::<Option<Vec<_>>>();
        let conditions = || parts.iter().map(|part| self.test(part)).collect::<Option<Vec<_>>>();
        if kept.is_some()
            && let Some(tests) = validations()
            && self.is_same("validations", logic, &tests, when)
            && self.last_found(logic, &tests).as_deref() == kept
        {
            return Some(Asked { handler: "validations", logic, tests, found: Found::IsKept });
        }
        let validations = if self.keeps_validated { None } else { validations() };
        for (handler, tests) in [("conditions", conditions()), ("validations", validations)] {
            if let Some(tests) = tests.filter(|tests| self.is_same(handler, logic, tests, when)) {
                return Some(Asked { handler, logic, tests, found: Found::IsForgotten });
            }
        }
        None
    }

    /// Whether the tests are read as this expression.
    fn is_same(&self, name: &str, logic: &str, tests: &[Value], when: &str) -> bool {
        let params = json!({"logic": logic, "conditions": tests});
        self.with_context(|context| {
            let handler = Handler { name, params: &params, place: String::new(), source: &Value::Null };
            let read = if name == "conditions" { context.tests(&handler) } else { context.validations(&handler) };
            read == when
        })
    }

    /// What the last of the validations that hold finds.
    fn last_found(&self, logic: &str, tests: &[Value]) -> Option<String> {
        let params = json!({"logic": logic, "conditions": tests});
        let handler = Handler { name: "validations", params: &params, place: String::new(), source: &Value::Null };
        self.with_context(|context| context.found(&handler))
    }

    fn with_context<T>(&self, act: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let (mut mapping, mut report): (Mapping, Report) = (self.mapping.clone(), Report::default());
        let message = if self.cuts_titles { MEANT } else { MESSAGE };
        act(&mut Context { message, ..Context::new("bot", &mut mapping, &mut report) })
    }

    /// One test of `conditions`.
    fn test(&self, part: &str) -> Option<Value> {
        let part = without_parentheses(part);
        let test = |term: &str, operation: &str, wanted: Value| json!({"term1": term, "term2": wanted, "operation": operation, "value_type": "custom_value"});
        if let Some(always) = ["false", "true"].iter().position(|word| *word == part) {
            return Some(test("1", "=", always.to_string().into()));
        }
        if let Some(inner) = part.strip_prefix("!(").and_then(|inner| inner.strip_suffix(')')).filter(|inner| is_whole(inner)) {
            let mut positive = self.test(inner)?;
            positive["operation"] = match positive["operation"].as_str()? {
                "=" => "!=",
                "in" => "not_in",
                "contains" => "not_contains",
                "!=" | "not_empty" => "empty",
                _ => return None,
            }
            .into();
            return Some(positive);
        }
        if let Some(value) = part.strip_prefix('!').and_then(|rest| rest.strip_suffix(".is_empty()")) {
            return Some(test(&self.term(value)?, "not_empty", "".into()));
        }
        if let Some(value) = part.strip_suffix(".is_empty()") {
            return Some(test(&self.term(value)?, "=", "".into()));
        }
        let items = parted(part, " || ");
        if items.len() > 1 {
            return self.one_of(&items);
        }
        if let [least, most] = split(part, " && ").as_slice() {
            return self.between(least, most);
        }
        for operator in [" == ", " != ", " >= ", " <= ", " > ", " < "] {
            if let [left, right] = split(part, operator).as_slice() {
                return self.compared(left, operator.trim(), right);
            }
        }
        self.contained(part)
    }

    /// Several words of which one has to be the value.
    fn one_of(&self, items: &[&str]) -> Option<Value> {
        let mut tests = items.iter().map(|item| self.test(item)).collect::<Option<Vec<_>>>()?.into_iter();
        let mut one = tests.next()?;
        let mut words = one["term2"].as_str()?.to_owned();
        for test in tests {
            if test["term1"] != one["term1"] || test["operation"] != "=" {
                return None;
            }
            words = format!("{words},{}", test["term2"].as_str()?);
        }
        one["term2"] = words.into();
        one["operation"] = "in".into();
        Some(one)
    }

    /// A range of numbers.
    fn between(&self, least: &str, most: &str) -> Option<Value> {
        let (least, most) = (self.test(least)?, self.test(most)?);
        let is_range = least["operation"] == ">=" && most["operation"] == "<=" && least["term1"] == most["term1"];
        is_range.then(
            || json!({"term1": least["term1"], "term2": {"from": least["term2"], "to": most["term2"]}, "operation": "in_range"}),
        )
    }

    fn compared(&self, left: &str, operator: &str, right: &str) -> Option<Value> {
        let test = |term: String, operation: &str, wanted: Value| json!({"term1": term, "term2": wanted, "operation": operation, "value_type": "custom_value"});
        let literal = unquoted(right);
        if operator != "==" && operator != "!=" {
            let left = within(left, "(", " ?? 0)").unwrap_or(left);
            let term = self.term(within(left, "number(", ")").unwrap_or(left))?;
            let bound = match right.parse::<f64>() {
                Ok(_) => right.to_owned(),
                Err(_) => self.term(within(right, "number(", ")").unwrap_or(right))?,
            };
            return Some(test(term, operator, bound.into()));
        }
        if let Ok(flag) = right.parse::<bool>() {
            // A box that is not ticked may be empty, too.
            let wanted = if flag && operator == "==" { "1" } else { "0" };
            return Some(test(self.checked(left)?, "=", wanted.into()));
        }
        let kommo = if operator == "==" { "=" } else { "!=" };
        let left = within(left, "(", " ?? 0)").unwrap_or(left);
        let value = within(left, "fold(text(", "))").or_else(|| within(left, "fold(", ")"));
        let value = value.or_else(|| within(left, "text(", ").trim()")).or_else(|| within(left, "text(", ")")).unwrap_or(left);
        let term = self.term(value)?;
        if let Some(literal) = literal {
            return Some(test(term, kommo, self.named(value, literal)));
        }
        if right.parse::<f64>().is_ok() {
            return Some(test(term, kommo, right.into()));
        }
        let other = within(right, "fold(text(", "))").or_else(|| within(right, "text(", ")")).unwrap_or(right);
        Some(test(term, kommo, self.term(other)?.into()))
    }

    fn contained(&self, part: &str) -> Option<Value> {
        let (left, inner) = part.strip_suffix(')')?.split_once(".contains(")?;
        let is_tag = ["lead.tags", "contact.tags"].contains(&left);
        let value = within(left, "fold(text(", "))").or_else(|| within(left, "text(", ")")).unwrap_or(left);
        let wanted = match unquoted(inner) {
            Some(literal) => literal,
            None => self.term(within(inner, "fold(text(", "))").or_else(|| within(inner, "text(", ")"))?)?,
        };
        let operation = if is_tag { "=" } else { "contains" };
        Some(json!({"term1": self.term(value)?, "term2": wanted, "operation": operation, "value_type": "custom_value"}))
    }

    /// A text of Kommo's for a value: a placeholder, or texts and placeholders put together.
    pub(super) fn term(&self, expression: &str) -> Option<String> {
        if ["lead.tags", "contact.tags"].contains(&expression) {
            return Some(expression.to_owned());
        }
        if let Some(literal) = unquoted(expression) {
            return Some(literal);
        }
        let parts = split(expression, " + ");
        if parts.len() == 1 {
            return Some(format!("{{{{{}}}}}", self.placeholder(expression)?));
        }
        let part = |part: &str| match unquoted(part) {
            Some(literal) => Some(literal),
            None => Some(format!("{{{{{}}}}}", self.placeholder(within(part, "text(", ")")?)?)),
        };
        parts.iter().map(|each| part(each)).collect()
    }

    /// The state of a box.
    fn checked(&self, field: &str) -> Option<String> {
        Some(format!("{{{{{}.is_checked}}}}", self.placeholder(field)?))
    }

    /// The id of what a value is compared with, where Kommo has ids.
    fn named(&self, value: &str, literal: String) -> Value {
        match value {
            "lead.stage" if !literal.is_empty() => self.stage(&literal),
            "lead.owner" | "contact.owner" if !literal.is_empty() => self.id_of(Kind::Users, &literal),
            _ => literal.into(),
        }
    }

    /// One test of `validations`.
    fn validated(&self, part: &str, client: &str) -> Option<Value> {
        let part = without_parentheses(part);
        let test = |client: &str, kind: &str, operation: &str, wanted: Value| {
            let client = self.term(client)?;
            Some(json!({"client_value": client, "type": kind, "operation": operation, "condition_value": wanted}))
        };
        if let Some(inner) = part.strip_prefix("!(").and_then(|inner| inner.strip_suffix(')')).filter(|inner| is_whole(inner)) {
            let mut positive = self.validated(inner, client)?;
            positive["operation"] = match positive["operation"].as_str()? {
                "contains" => "not_contains",
                "equal" => "not_equal",
                _ => return None,
            }
            .into();
            return Some(positive);
        }
        match part {
            "false" => return test(client, "regex", "contains", NEVER_MATCHES.into()),
            "true" => return test(client, "simple", "contains", "".into()),
            _ => {}
        }
        for kind in ["email", "phone"] {
            if let Some(value) = within(part, &format!("{kind}("), ") != ()") {
                return test(value, kind, "contains", "".into());
            }
        }
        if let Some((value, pattern)) = within(part, "matches(", ")").and_then(|inner| inner.split_once(", ")) {
            return test(value, "regex", "contains", text::php(&unquoted(pattern)?).into());
        }
        if let [value, length] = split(part, ".len() == ").as_slice() {
            let length = match length.parse::<f64>() {
                Ok(_) => (*length).to_owned(),
                Err(_) => self.term(within(length, "number(", ")").unwrap_or(length))?,
            };
            return test(within(value, "text(", ")")?, "simple", "length", length.into());
        }
        let found = self.test(part)?;
        let (term, wanted) = (found["term1"].as_str()?, found["term2"].clone());
        let (kind, operation) = match found["operation"].as_str()? {
            "=" => ("simple", "equal"),
            "contains" => ("simple", "contains"),
            "in_range" => ("range_numbers", "contains"),
            ">=" => return test(client_of(part), "range_numbers", "contains", json!({"from": wanted})),
            "<=" => return test(client_of(part), "range_numbers", "contains", json!({"to": wanted})),
            _ => return None,
        };
        Some(json!({"client_value": term, "type": kind, "operation": operation, "condition_value": wanted}))
    }
}

/// The value whose number a test compares.
fn client_of(part: &str) -> &str {
    let left = [" >= ", " <= "].iter().find_map(|sign| split(part, sign).first().copied().filter(|left| left.len() < part.len()));
    let left = left.unwrap_or(part);
    within(left, "number(", ")").unwrap_or(left)
}

/// What the customer has to say for it, and the patterns; None for one that never matches. None: it asks for something else, too.
pub(super) fn said_words(when: &str) -> Option<(Vec<String>, Vec<Option<String>>)> {
    let (mut words, mut patterns) = (Vec::new(), Vec::new());
    for part in parted(when, " || ") {
        let part = part.replace(MEANT, MESSAGE);
        let said = part.strip_prefix("fold(message.text) == ").or_else(|| part.strip_prefix("text(message.text).trim() == "));
        match (said, within(&part, "matches(message.text, ", ")")) {
            (Some(word), _) => words.push(unquoted(word)?),
            (None, Some(pattern)) => patterns.push(Some(unquoted(pattern)?)),
            (None, None) if part == "false" => patterns.push(None),
            (None, None) => return None,
        }
    }
    Some((words, patterns))
}

/// How tests are joined, and each of them.
fn joined(when: &str) -> (&'static str, Vec<String>) {
    let any = parted(when, " || ");
    if any.len() > 1 {
        return ("or", any.into_iter().map(str::to_owned).collect());
    }
    // Two bounds of one value are one test.
    let bounded =
        |part: &str, sign: &str| split(part, sign).first().filter(|left| left.len() < part.len()).map(|left| (*left).to_owned());
    let mut all: Vec<String> = Vec::new();
    for part in parted(when, " && ") {
        let least = all.last().and_then(|last| bounded(last, " >= "));
        match all.last_mut() {
            Some(last) if least.is_some() && least == bounded(part, " <= ") => last.push_str(&format!(" && {part}")),
            _ => all.push(part.to_owned()),
        }
    }
    ("and", all)
}

/// The pieces of an expression at a sign, and those of groups that are joined by it, too.
fn parted<'e>(expression: &'e str, sign: &str) -> Vec<&'e str> {
    let pieces = split(expression, sign);
    if pieces.len() == 1 {
        return pieces;
    }
    let within_groups = |piece: &'e str| match within(piece, "(", ")").map(|inner| parted(inner, sign)) {
        Some(inner) if inner.len() > 1 => inner,
        _ => vec![piece],
    };
    pieces.into_iter().flat_map(within_groups).collect()
}

/// The pieces of an expression at a sign that stands in no text and in no parentheses.
fn split<'e>(expression: &'e str, sign: &str) -> Vec<&'e str> {
    let mut pieces = Vec::new();
    let (mut depth, mut in_text, mut start) = (0_usize, false, 0);
    let mut letters = expression.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
            }
            '"' => in_text = !in_text,
            '(' | '[' if !in_text => depth += 1,
            ')' | ']' if !in_text => depth = depth.saturating_sub(1),
            _ if !in_text && depth == 0 && at >= start && expression[at..].starts_with(sign) => {
                pieces.push(&expression[start..at]);
                start = at + sign.len();
            }
            _ => {}
        }
    }
    pieces.push(&expression[start..]);
    pieces
}

/// Whether parentheses close only what they open.
fn is_whole(expression: &str) -> bool {
    let (mut depth, mut in_text) = (0_i32, false);
    let mut letters = expression.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
            }
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !in_text
}

fn without_parentheses(part: &str) -> &str {
    within(part, "(", ")").unwrap_or(part)
}

/// What stands between these two, if that is a whole expression.
pub(super) fn within<'e>(expression: &'e str, before: &str, after: &str) -> Option<&'e str> {
    expression.strip_prefix(before)?.strip_suffix(after).filter(|inner| is_whole(inner))
}

/// The text in quotes.
pub(super) fn unquoted(expression: &str) -> Option<String> {
    match serde_json::from_str(expression) {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}
