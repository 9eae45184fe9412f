//! Values of a template's variables as WhatsApp takes them. They come from customers' fields and may be anything: WhatsApp refuses new lines,
//! tabs, more than four spaces in a row and empty values, and with one of them the whole message.

use super::{cut, length};
use crate::message::TemplateParameters;

/// Stands for an empty value; a dash is read as "nothing given".
const EMPTY: &str = "-";

/// The values of one component, normalised; together they stay within what it may hold ([`super::TEMPLATE_TEXT`],
/// [`super::TEMPLATE_HEADER`]). Doing it twice changes nothing.
pub fn template_values(parameters: TemplateParameters, limit: usize) -> TemplateParameters {
    match parameters {
        TemplateParameters::Positional(values) => TemplateParameters::Positional(normal(values, limit)),
        TemplateParameters::Named(named) => {
            let (names, values): (Vec<_>, Vec<_>) = named.into_iter().unzip();
            TemplateParameters::Named(names.into_iter().zip(normal(values, limit)).collect())
        }
    }
}

/// Each value in the room that the earlier ones leave; every later one keeps room for [`EMPTY`] at least.
fn normal(values: Vec<String>, limit: usize) -> Vec<String> {
    let mut left = limit;
    let mut after = values.len();
    let fitted = values.into_iter().map(|value| {
        after -= 1;
        let value = one(&value, left.saturating_sub(after).max(1));
        left = left.saturating_sub(length(&value));
        value
    });
    fitted.collect()
}

/// A value on one line, with single spaces, not empty, not too long.
fn one(value: &str, room: usize) -> String {
    let visible: String = value.chars().filter(|character| character.is_whitespace() || !character.is_control()).collect();
    let one_line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match cut(&one_line, room).trim_end() {
        "" => EMPTY.to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::*, *};

    fn positional<T: ToString>(values: &[T]) -> Vec<String> {
        let values = TemplateParameters::Positional(values.iter().map(T::to_string).collect());
        match template_values(values, TEMPLATE_TEXT) {
            TemplateParameters::Positional(values) => values,
            TemplateParameters::Named(_) => unreachable!(),
        }
    }

    #[test]
    fn values_are_put_on_one_line() {
        assert_eq!(
            positional(&["Rua A, 5\r\nSão Paulo\t SP", "a        b", "\u{0}Ana\u{7}", "  Bia "]),
            ["Rua A, 5 São Paulo SP", "a b", "Ana", "Bia"]
        );
    }

    #[test]
    fn an_empty_value_is_said() {
        assert_eq!(positional(&["", " \n", "Ana"]), ["-", "-", "Ana"]);
        let named = TemplateParameters::Named(vec![("nome".into(), String::new())]);
        assert_eq!(template_values(named, TEMPLATE_TEXT), TemplateParameters::Named(vec![("nome".into(), "-".into())]));
    }

    #[test]
    fn values_together_fit_the_body() {
        let long = "ã".repeat(900);
        let values = positional(&[&long, &long, "Ana"].map(|text| text.to_string()));
        assert_eq!(values.iter().map(|value| length(value)).collect::<Vec<_>>(), [900, 123, 1]);
    }

    proptest! {
        #[test]
        fn any_values_are_accepted_and_stay_as_they_are(values in prop::collection::vec(any::<String>(), 0..8)) {
            let sent = positional(&values);
            let too_wide = " ".repeat(PARAMETER_SPACES + 1);
            prop_assert_eq!(sent.len(), values.len());
            prop_assert!(sent.iter().map(|value| length(value)).sum::<usize>() <= TEMPLATE_TEXT);
            for value in &sent {
                prop_assert!(!value.is_empty() && !value.contains(['\n', '\r', '\t']) && !value.contains(&too_wide), "{:?}", value);
            }
            prop_assert_eq!(positional(&sent), sent);
        }
    }
}
