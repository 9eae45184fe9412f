//! Looking into JSON that may be anything: what has the wrong type counts as missing, an empty text too.

use serde_json::Value;
use steps::moment::Moment;

/// Bytes of an id that we take from outside; Meta's longest known have some 140.
pub(super) const MAX_ID: usize = 512;

/// Why a part of a webhook can't be read.
#[derive(Debug)]
pub(super) struct Malformed(pub(super) String);

pub(super) trait Look {
    /// A text that is not empty.
    fn str(&self, key: &str) -> Option<&str>;
    /// A text that is not empty, or a number, as text: Meta writes ids both ways.
    fn word(&self, key: &str) -> Option<String>;
    /// A text, perhaps empty, that must be there.
    fn text(&self, key: &str) -> Result<String, Malformed>;
    /// An id that must be there.
    fn id(&self, key: &str) -> Result<&str, Malformed>;
    /// A number, or a text that is one.
    fn number(&self, key: &str) -> Option<f64>;
    fn flag(&self, key: &str) -> bool;
    /// A list; empty where there is none.
    fn list(&self, key: &str) -> &[Value];
    /// A moment of Meta's, in seconds as text or number: not after `arrived`, which stands in for a missing one.
    fn moment(&self, key: &str, arrived: Moment) -> Moment;
}

impl Look for Value {
    fn str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    fn word(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) if !text.is_empty() => Some(clean(text)),
            _ => None,
        }
    }

    fn text(&self, key: &str) -> Result<String, Malformed> {
        match self.get(key) {
            Some(Value::String(text)) => Ok(clean(text)),
            other => Err(Malformed(format!("`{key}` should be a text and is {}", kind(other)))),
        }
    }

    fn id(&self, key: &str) -> Result<&str, Malformed> {
        match self.str(key) {
            Some(id) if id.len() <= MAX_ID && !id.contains('\0') => Ok(id),
            Some(_) => Err(Malformed(format!("`{key}` is no id: it is longer than {MAX_ID} bytes or holds a NUL"))),
            None => Err(Malformed(format!("`{key}` should be an id and is {}", kind(self.get(key))))),
        }
    }

    fn number(&self, key: &str) -> Option<f64> {
        let number = match self.get(key)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    fn list(&self, key: &str) -> &[Value] {
        self.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn moment(&self, key: &str, arrived: Moment) -> Moment {
        let seconds = self.get(key).and_then(|value| value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()));
        seconds.filter(|seconds| *seconds > 0).map_or(arrived, |seconds| Moment::from_seconds(seconds).min(arrived))
    }
}

/// What a value is, for people; without its content, which may be a customer's words.
pub(super) fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "missing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a text",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    }
}

/// Without NUL, which PostgreSQL's texts can't hold and nobody types.
fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}
