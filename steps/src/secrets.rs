//! Secrets in calls: a bot names them (`secrets.NAME`), a call holds a mark in their place, and the executor puts the value there at the
//! last moment. So no secret is in a contact, a trace or the journal.
//!
//! The marks are private-use characters that are taken out of everything else that an expression reads: no customer can name a secret.

use std::borrow::Cow;

use serde_json::Value;

/// Stand around the name of a secret until the call is made.
pub const SECRET_MARKS: (char, char) = ('\u{E000}', '\u{E001}');

const BOTH: [char; 2] = [SECRET_MARKS.0, SECRET_MARKS.1];

/// A call names a secret that the settings do not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no secret {0:?}; add it to the settings")]
pub struct UnknownSecret(pub String);

/// What stands for a secret in a call.
pub(crate) fn marked(name: &str) -> String {
    format!("{}{name}{}", SECRET_MARKS.0, SECRET_MARKS.1)
}

/// The text with the values of its secrets, which `lookup` knows by name.
///
/// # Errors
/// A secret that `lookup` does not know.
pub fn reveal<'t>(text: &'t str, lookup: impl Fn(&str) -> Option<String>) -> Result<Cow<'t, str>, UnknownSecret> {
    replace(text, |name, _| lookup(name).ok_or_else(|| UnknownSecret(name.to_owned())))
}

/// The same for a web address: behind the `?` values are percent-encoded, as what is written there is.
///
/// # Errors
/// A secret that `lookup` does not know.
pub fn reveal_url<'t>(url: &'t str, lookup: impl Fn(&str) -> Option<String>) -> Result<Cow<'t, str>, UnknownSecret> {
    replace(url, |name, before| {
        let value = lookup(name).ok_or_else(|| UnknownSecret(name.to_owned()))?;
        Ok(if before.contains('?') { percent_encoded(&value) } else { value })
    })
}

/// The same for every text in a JSON value.
///
/// # Errors
/// A secret that `lookup` does not know.
pub fn reveal_json(value: &Value, lookup: &impl Fn(&str) -> Option<String>) -> Result<Value, UnknownSecret> {
    Ok(match value {
        Value::String(text) => Value::String(reveal(text, lookup)?.into_owned()),
        Value::Array(values) => values.iter().map(|value| reveal_json(value, lookup)).collect::<Result<_, _>>()?,
        Value::Object(values) => {
            let values = values.iter().map(|(key, value)| Ok((key.clone(), reveal_json(value, lookup)?)));
            Value::Object(values.collect::<Result<_, _>>()?)
        }
        other => other.clone(),
    })
}

/// The text for people: `{{ secrets.NAME }}` where a secret will be.
pub fn masked(text: &str) -> Cow<'_, str> {
    let masked = replace(text, |name, _| Ok::<_, UnknownSecret>(shown(name)));
    masked.unwrap_or_default()
}

/// The same for every text in a JSON value.
pub fn masked_json(value: &Value) -> Value {
    reveal_json(value, &|name| Some(shown(name))).unwrap_or_default()
}

/// A secret as people see it.
fn shown(name: &str) -> String {
    format!("{{{{ secrets.{name} }}}}")
}

/// Replaces each marked name by what `with` makes of it and of the text before.
fn replace<'t, E>(text: &'t str, with: impl Fn(&str, &str) -> Result<String, E>) -> Result<Cow<'t, str>, E> {
    if !text.contains(SECRET_MARKS.0) {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(SECRET_MARKS.0) {
        out.push_str(before);
        let Some((name, after)) = after.split_once(SECRET_MARKS.1) else {
            // Half a mark is no name: an expression cut it off.
            rest = after;
            continue;
        };
        let value = with(name, &out)?;
        out.push_str(&value);
        rest = after;
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// A text as it stands in the query of a web address; marks of secrets stay as they are.
pub fn percent_encoded(text: &str) -> String {
    percent_encoded_but(text, "")
}

/// The same, but for these characters.
pub(crate) fn percent_encoded_but(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside_mark = false;
    for character in text.chars() {
        if BOTH.contains(&character) {
            inside_mark = character == SECRET_MARKS.0;
            out.push(character);
        } else if inside_mark || character.is_ascii_alphanumeric() || "-._~".contains(character) || kept.contains(character) {
            out.push(character);
        } else {
            let mut bytes = [0; 4];
            character.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

/// The text without marks.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains(BOTH) { Cow::Owned(text.replace(BOTH, "")) } else { Cow::Borrowed(text) }
}

pub(crate) fn holds_marks(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(BOTH),
        Value::Array(values) => values.iter().any(holds_marks),
        Value::Object(values) => values.iter().any(|(key, value)| key.contains(BOTH) || holds_marks(value)),
        _ => false,
    }
}

pub(crate) fn without_marks(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text).into_owned()),
        Value::Array(values) => values.iter().map(without_marks).collect(),
        Value::Object(values) => {
            Value::Object(values.iter().map(|(key, value)| (clean(key).into_owned(), without_marks(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lookup(name: &str) -> Option<String> {
        (name == "KEY").then(|| "a b&c".to_owned())
    }

    #[test]
    fn a_secret_stands_only_where_it_was_named() {
        let text = format!("Bearer {}!", marked("KEY"));
        assert_eq!(reveal(&text, lookup).unwrap(), "Bearer a b&c!");
        assert_eq!(reveal("KEY", lookup).unwrap(), "KEY");
        assert_eq!(masked(&text), "Bearer {{ secrets.KEY }}!");
        assert_eq!(reveal(&marked("OTHER"), lookup), Err(UnknownSecret("OTHER".into())));
        let json = json!({"a": [marked("KEY"), 1]});
        assert_eq!(reveal_json(&json, &lookup).unwrap(), json!({"a": ["a b&c", 1]}));
    }

    #[test]
    fn the_value_of_a_secret_is_not_looked_through_again() {
        let nested = |name: &str| Some(if name == "KEY" { marked("OTHER") } else { "leaked".into() });
        assert_eq!(reveal(&marked("KEY"), nested).unwrap(), marked("OTHER"));
    }

    #[test]
    fn half_a_mark_is_no_secret() {
        for text in ["\u{E000}KEY", "KEY\u{E001}"] {
            assert!(!reveal(text, lookup).unwrap().contains("a b&c"), "{text:?}");
        }
    }

    #[test]
    fn a_secret_in_a_query_is_encoded() {
        let url = format!("https://{}/?key={}", marked("KEY"), marked("KEY"));
        assert_eq!(reveal_url(&url, lookup).unwrap(), "https://a b&c/?key=a%20b%26c");
        assert_eq!(percent_encoded(&format!("é {}", marked("KEY"))), format!("%C3%A9%20{}", marked("KEY")));
    }

    #[test]
    fn what_comes_from_outside_has_no_marks() {
        assert_eq!(clean(&marked("KEY")), "KEY");
        let json = json!({marked("KEY"): [marked("KEY")]});
        assert!(holds_marks(&json));
        assert_eq!(without_marks(&json), json!({"KEY": ["KEY"]}));
    }
}
