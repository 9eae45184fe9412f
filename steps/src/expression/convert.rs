//! Values between JSON and the engine, and as the plain text that a customer reads.

use std::fmt::Write;

use rhai::{Dynamic, ImmutableString};
use serde_json::{Number, Value};

use super::date_value::DateValue;
use super::engine::limits;
use super::facts::Look;

/// The engine's value for a JSON value; `null` is the missing value.
pub fn from_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => Dynamic::from_array(list.iter().map(from_json).collect()),
        Value::Object(map) => Dynamic::from_map(map.iter().map(|(key, value)| (key.as_str().into(), from_json(value))).collect()),
    }
}

/// The JSON of an engine's value: a missing value, and a number that JSON can't hold, is `null`; a date is ISO 8601 text.
/// What has no JSON at all (a function), or is nested too deep, is named in the error.
pub fn to_json(value: &Dynamic) -> Result<Value, String> {
    nested_to_json(value, limits::DATA_DEPTH)
}

fn nested_to_json(value: &Dynamic, depth_left: usize) -> Result<Value, String> {
    let below = || {
        depth_left
            .checked_sub(1)
            .ok_or_else(|| format!("Lists and maps are more than {} deep inside each other, the limit.", limits::DATA_DEPTH))
    };
    Ok(match value.as_immutable_string_ref() {
        Ok(text) => Value::String(text.to_string()),
        Err(_) if value.is_unit() => Value::Null,
        Err(_) => {
            if let Ok(integer) = value.as_int() {
                integer.into()
            } else if let Ok(float) = value.as_float() {
                Number::from_f64(float).map_or(Value::Null, Value::Number)
            } else if let Ok(boolean) = value.as_bool() {
                Value::Bool(boolean)
            } else if let Ok(letter) = value.as_char() {
                Value::String(letter.to_string())
            } else if let Some(list) = value.read_lock::<rhai::Array>() {
                let depth_left = below()?;
                let elements = list.iter().map(|element| nested_to_json(element, depth_left));
                Value::Array(elements.collect::<Result<_, _>>()?)
            } else if let Some(map) = value.read_lock::<rhai::Map>() {
                let depth_left = below()?;
                let entries = map.iter().map(|(key, value)| Ok((key.to_string(), nested_to_json(value, depth_left)?)));
                Value::Object(entries.collect::<Result<_, String>>()?)
            } else if let Some(moment) = value.read_lock::<DateValue>() {
                Value::String(moment.to_string())
            } else if let Some(view) = value.read_lock::<super::engine::View>() {
                return Err(format!(
                    "`{}` is no value by itself; name one of its properties, such as `{}.name`.",
                    view.path(),
                    view.path()
                ));
            } else if value.is::<std::ops::Range<i64>>() || value.is::<std::ops::RangeInclusive<i64>>() {
                return Err("A range is no value; loop over it, or make a list.".to_owned());
            } else {
                return Err("A closure is no value; give what it returns.".to_owned());
            }
        }
    })
}

/// A value as a customer reads it: numbers plain (`2.5`, `3`), `true` and `false`, lists joined by `, `, a missing value
/// empty, a map as JSON.
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.to_string(),
            None => plain_number(number.as_f64().unwrap_or_default()),
        },
        Value::Array(list) => list.iter().map(plain_text).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

/// A number without trailing zeros: `3.0` is `3`; `0.1 + 0.2` is `0.3`, for no customer wants the rounding of binary fractions.
pub(crate) fn plain_number(number: f64) -> String {
    // Sixteen digits and more are noise of binary fractions; fifteen are always exact.
    const EXACT_DIGITS: usize = 15;
    if !number.is_finite() {
        return String::new();
    }
    let short = format!("{:.*e}", EXACT_DIGITS - 1, number);
    short.parse::<f64>().map_or(short, |rounded| {
        // `-0` reads odd.
        let rounded = if rounded == 0.0 { 0.0 } else { rounded };
        rounded.to_string()
    })
}

/// Appends an engine's value to a text; the same as [`plain_text`] of its JSON, without making the JSON where that is easy.
pub(crate) fn write_plain(out: &mut String, value: &Dynamic) -> Result<(), String> {
    if let Ok(text) = value.as_immutable_string_ref() {
        out.push_str(&text);
    } else if value.is_unit() {
    } else if let Ok(integer) = value.as_int() {
        let _ = write!(out, "{integer}");
    } else {
        out.push_str(&plain_text(&to_json(value)?));
    }
    Ok(())
}

/// What stands at a path inside an engine's value; the counterpart of `look_in_json`.
pub(crate) fn look_in_dynamic(value: &Dynamic, path: &[&str]) -> Look {
    let Some((segment, rest)) = path.split_first() else {
        return if value.is_unit() { Look::Missing } else { Look::Leaf(value.clone()) };
    };
    if let Some(map) = value.read_lock::<rhai::Map>() {
        map.get(*segment).map_or(Look::Missing, |value| look_in_dynamic(value, rest))
    } else if let Some(list) = value.read_lock::<rhai::Array>() {
        segment
            .parse::<usize>()
            .ok()
            .and_then(|index| list.get(index))
            .map_or(Look::Missing, |value| look_in_dynamic(value, rest))
    } else {
        Look::Missing
    }
}

/// The text of an engine's value for functions that read one; `None` when it is missing or has no text.
pub(crate) fn text_of(value: &Dynamic) -> Option<ImmutableString> {
    if value.is_unit() {
        return None;
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(text.clone());
    }
    let mut out = String::new();
    write_plain(&mut out, value).ok()?;
    Some(out.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_a_person_writes_them() {
        assert_eq!(plain_text(&json!(3)), "3");
        assert_eq!(plain_text(&json!(3.0)), "3");
        assert_eq!(plain_text(&json!(2.50)), "2.5");
        assert_eq!(plain_text(&json!(0.1 + 0.2)), "0.3");
        assert_eq!(plain_text(&json!(-0.0)), "0");
        assert_eq!(plain_text(&json!(1_000_000.0)), "1000000");
        assert_eq!(plain_text(&json!(null)), "");
        assert_eq!(plain_text(&json!(["a", 1, true])), "a, 1, true");
    }

    #[test]
    fn json_survives_the_engine() {
        let value = json!({"a": [1, 2.5, "x", null, true], "b": {"c": {}}});
        assert_eq!(to_json(&from_json(&value)), Ok(value));
    }
}
