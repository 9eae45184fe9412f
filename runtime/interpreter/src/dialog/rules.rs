//! What a text may be, where not all of its words are known: `{contains}`, `{not_contains}`, `{matches}`, `{any_of}`. Several in one object
//! all have to hold.

use regex::Regex;
use serde_json::{Map, Value};

use super::{lines::unknown, matching::same};

const RULES: [&str; 4] = ["contains", "not_contains", "matches", "any_of"];

/// Whether an object is rules, and no object that names what matters.
pub(super) fn is_rules(rule: &Map<String, Value>) -> bool {
    RULES.iter().any(|name| rule.contains_key(*name))
}

/// Whether what was got follows all rules; else the first that it does not.
pub(super) fn follows(path: &str, rules: &Map<String, Value>, got: &Value) -> Result<(), String> {
    rules.iter().try_for_each(|(name, rule)| match name.as_str() {
        "any_of" => any_of(path, rule, got),
        "contains" => of_text(path, name, got, |text| {
            let missing = parts(name, rule)?.into_iter().find(|part| !text.contains(part));
            Ok(missing.map(|part| format!("to contain {part:?}")))
        }),
        "not_contains" => of_text(path, name, got, |text| {
            let there = parts(name, rule)?.into_iter().find(|part| text.contains(part));
            Ok(there.map(|part| format!("not to contain {part:?}")))
        }),
        "matches" => of_text(path, name, got, |text| {
            let pattern = rule.as_str().ok_or_else(|| format!("`matches` is a pattern, not {rule}"))?;
            let regex = Regex::new(pattern).map_err(|error| format!("{pattern:?} is no regular expression: {error}"))?;
            Ok((!regex.is_match(text)).then(|| format!("to match {pattern:?}")))
        }),
        other => Err(unknown("what a text may be", other, &RULES)),
    })
}

/// `expected` says what the text should have been, where it is not.
fn of_text(
    path: &str,
    rule: &str,
    got: &Value,
    expected: impl FnOnce(&str) -> Result<Option<String>, String>,
) -> Result<(), String> {
    let Some(text) = got.as_str() else { return Err(format!("`{path}` is {got}, and `{rule}` is for texts")) };
    match expected(text)? {
        None => Ok(()),
        Some(expected) => Err(format!("`{path}` is {text:?}, expected it {expected}")),
    }
}

/// One text, or several.
fn parts<'r>(name: &str, rule: &'r Value) -> Result<Vec<&'r str>, String> {
    let parts = match rule {
        Value::String(part) => Some(vec![part.as_str()]),
        Value::Array(parts) if !parts.is_empty() => parts.iter().map(Value::as_str).collect(),
        _ => None,
    };
    parts.ok_or_else(|| format!("`{name}` is a text or a list of texts, not {rule}"))
}

fn any_of(path: &str, rule: &Value, got: &Value) -> Result<(), String> {
    let Some(all) = rule.as_array().filter(|all| !all.is_empty()) else {
        return Err(format!("`any_of` is a list of what may be, not {rule}"));
    };
    if all.iter().any(|expected| same(path, expected, got).is_ok()) {
        return Ok(());
    }
    Err(format!("`{path}` is {got}, expected any of {rule}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_rules_of_an_object_have_to_hold() {
        let text = json!("We open at 9 on Saturdays.");
        for rules in [
            json!({"contains": "Saturday"}),
            json!({"contains": ["9", "Saturday"]}),
            json!({"not_contains": "sorry"}),
            json!({"contains": "9", "not_contains": ["sorry", "Sunday"], "matches": "(?i)^we open"}),
            json!({"any_of": ["No.", {"contains": "open"}]}),
        ] {
            assert_eq!(same("text", &rules, &text), Ok(()), "{rules}");
        }
        for (rules, said) in [
            (json!({"contains": ["9", "Sunday"]}), "expected it to contain \"Sunday\""),
            (json!({"not_contains": ["Sunday", "open"]}), "expected it not to contain \"open\""),
            (json!({"contains": "9", "matches": "^9"}), "expected it to match \"^9\""),
            (json!({"any_of": ["No.", {"contains": "closed"}]}), "expected any of"),
        ] {
            let error = same("text", &rules, &text).unwrap_err();
            assert!(error.starts_with("`text` is \"We open") && error.contains(said), "{error}");
        }
    }

    #[test]
    fn rules_that_say_nothing_are_told() {
        let text = json!("Oi");
        for (rules, said) in [
            (json!({"contains": []}), "`contains` is a text or a list of texts"),
            (json!({"contains": ["O", 7]}), "`contains` is a text or a list of texts"),
            (json!({"matches": "("}), "no regular expression"),
            (json!({"any_of": []}), "`any_of` is a list"),
            (json!({"contains": "O", "not_contain": "x"}), "did you mean `not_contains`?"),
        ] {
            let error = same("text", &rules, &text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        assert!(same("vars.size", &json!({"contains": "7"}), &json!(7)).unwrap_err().contains("is for texts"));
    }

    #[test]
    fn any_value_may_be_one_of_several() {
        assert_eq!(same("vars.size", &json!({"any_of": [7, 8]}), &json!(8)), Ok(()));
        assert!(same("vars.size", &json!({"any_of": [7, 8]}), &json!(9)).is_err());
        let named = json!({"any_of": "a key of a value"});
        assert_eq!(same("vars.map", &named, &named), Ok(()));
    }
}
