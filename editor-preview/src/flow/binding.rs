//! What properties are bound to: `${data.x}`, `${form.x}`, `${screen.ID.form.x}`, alone, inside of a text, or in an expression between
//! backticks. What is bound to nothing is missing, as a property that is not there.

use serde_json::{Map, Value};

use super::{component::Component, expression};

/// How deep lists and objects of bound values are followed.
const MAX_DEPTH: usize = 32;

/// What a screen can refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'s> {
    pub data: &'s Map<String, Value>,
    pub form: &'s Map<String, Value>,
    /// The screens before: `{ID: {form, data}}`.
    pub earlier: &'s Map<String, Value>,
}

impl Scope<'_> {
    /// A value with what is bound in it filled in.
    pub fn value(&self, value: &Value) -> Value {
        self.fill(value, 0)
    }

    fn fill(&self, value: &Value, depth: usize) -> Value {
        match value {
            Value::String(text) => self.text_value(text),
            Value::Array(values) if depth < MAX_DEPTH => values.iter().map(|value| self.fill(value, depth + 1)).collect(),
            Value::Object(values) if depth < MAX_DEPTH => {
                values.iter().map(|(key, value)| (key.clone(), self.fill(value, depth + 1))).collect()
            }
            other => other.clone(),
        }
    }

    fn text_value(&self, text: &str) -> Value {
        if let Some(inner) = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
            return expression::evaluate(inner, self).unwrap_or_default();
        }
        if let Some(path) = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).filter(|path| !path.contains("${")) {
            return self.reference(path);
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((path, after)) = after.split_once('}') else { break };
            filled.push_str(before);
            filled.push_str(&plain(&self.reference(path)));
            rest = after;
        }
        filled.push_str(rest);
        Value::String(filled)
    }

    /// What stands at `data.x.y`, `form.x`, `screen.ID.form.x`.
    pub fn reference(&self, path: &str) -> Value {
        let mut parts = path.trim().split('.');
        let root = match parts.next() {
            Some("data") => self.data,
            Some("form") => self.form,
            Some("screen") => self.earlier,
            _ => return Value::Null,
        };
        let Some(first) = parts.next().and_then(|name| root.get(name)) else { return Value::Null };
        parts.try_fold(first, |value, name| value.get(name)).cloned().unwrap_or_default()
    }

    pub fn get(&self, component: &Component, key: &str) -> Value {
        component.get(key).map(|value| self.value(value)).unwrap_or_default()
    }

    /// A property for people; empty where it is missing.
    pub fn text(&self, component: &Component, key: &str) -> String {
        plain(&self.get(component, key))
    }

    pub fn flag(&self, component: &Component, key: &str, default: bool) -> bool {
        match self.get(component, key) {
            Value::Bool(flag) => flag,
            Value::String(word) if word == "true" || word == "false" => word == "true",
            _ => default,
        }
    }

    pub fn number(&self, component: &Component, key: &str) -> Option<usize> {
        let value = self.get(component, key);
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
        usize::try_from(number).ok()
    }

    pub fn list(&self, component: &Component, key: &str) -> Vec<Value> {
        match self.get(component, key) {
            Value::Array(values) => values,
            _ => Vec::new(),
        }
    }

    /// Whether a condition holds: an expression, with or without backticks, or a value that is true.
    pub fn holds(&self, condition: Option<&Value>) -> bool {
        let value = match condition {
            Some(Value::String(text)) => expression::evaluate(text.trim().trim_matches('`'), self).unwrap_or_default(),
            Some(other) => other.clone(),
            None => Value::Null,
        };
        is_true(&value)
    }

    /// A value in words, for the case of a `Switch`.
    pub fn words(&self, value: Option<&Value>) -> String {
        value.map(|value| plain(&self.value(value))).unwrap_or_default()
    }
}

/// A value for people: a text as it is, a list line by line.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(word) => word == "true",
        _ => false,
    }
}
