//! Whether a value that a model found stands in what the customer wrote. A model may shorten and order, and must not invent.

use serde_json::Value;

use super::FieldKind;
use crate::expression::{fold, plain_text};

/// The last digits by which a phone number is known again, with or without the codes of country and area.
const LOCAL_DIGITS: usize = 7;

/// Words by which a day is told by its distance, folded, in the languages whose dates are understood.
const DISTANCES: [&str; 8] = ["dia", "day", "seman", "week", "tage", "woche", "jour", "giorn"];

/// Whether the text holds the value, as far as that can be told: numbers, phones, e-mails, addresses and dates are looked for by what of them
/// people write in figures. A number in words, as in "for two", can't be looked for: it is taken where the text has no figure at all.
pub fn stands_in(text: &str, kind: FieldKind, value: &Value) -> bool {
    let shown = plain_text(value);
    match kind {
        FieldKind::Email | FieldKind::Url => {
            let bare = shown.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
            fold(text).contains(&fold(bare))
        }
        FieldKind::Phone => {
            let found = digits(&shown);
            let local = found.get(found.len().saturating_sub(LOCAL_DIGITS)..).unwrap_or_default();
            !local.is_empty() && digits(text).contains(local)
        }
        FieldKind::Integer | FieldKind::Number => !has_digit(text) || has_number(text, &shown),
        FieldKind::Date => !has_digit(text) || has_day(text, &shown),
        FieldKind::Text | FieldKind::Boolean | FieldKind::Time | FieldKind::List | FieldKind::Map => true,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a number of the text begins with the same figures: `10 mil`, `1.500` and `1500,00` hold 10000 and 1500.
fn has_number(text: &str, number: &str) -> bool {
    let whole = number.trim_start_matches('-').split('.').next().unwrap_or_default();
    let significant = whole.trim_end_matches('0');
    figures(text).any(|figures| match significant {
        "" => figures.trim_start_matches('0').is_empty() || number.contains('.'),
        significant => figures.trim_start_matches('0').starts_with(significant),
    })
}

/// The numbers of a text, without what stands between thousands and before decimals.
fn figures(text: &str) -> impl Iterator<Item = String> {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '\'' | '’' | '\u{a0}' | '\u{202f}');
    text.split(move |letter| !is_part(letter)).map(digits).filter(|figures| !figures.is_empty())
}

/// Whether the text has the day of the month, or tells the day by its distance.
fn has_day(text: &str, date: &str) -> bool {
    let Some(day) = date.get(8..10) else { return true };
    let folded = fold(text);
    let by_distance = DISTANCES.iter().any(|word| folded.contains(word));
    let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty());
    by_distance
        || numbers
            .into_iter()
            .any(|number| number.trim_start_matches('0') == day.trim_start_matches('0') || number.ends_with(day))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_text_holds_is_taken_and_what_is_invented_is_not() {
        for (text, kind, value, expected) in [
            ("escreve para Ana@Example.com", FieldKind::Email, json!("ana@example.com"), true),
            ("não tenho e-mail", FieldKind::Email, json!("ana@example.com"), false),
            ("meu zap é (11) 98765-4321", FieldKind::Phone, json!("+5511987654321"), true),
            ("me liga", FieldKind::Phone, json!("+5511987654321"), false),
            ("somos 12", FieldKind::Integer, json!(12), true),
            ("somos 12", FieldKind::Integer, json!(13), false),
            ("somos dois", FieldKind::Integer, json!(2), true),
            ("tenho 10 mil", FieldKind::Number, json!(10_000), true),
            ("custa 1.500,50", FieldKind::Number, json!(1500.5), true),
            ("pedido 7, desconto por favor", FieldKind::Number, json!(50), false),
            ("dia 5 de maio", FieldKind::Date, json!("2026-05-05"), true),
            ("05/12, às 10h", FieldKind::Date, json!("2026-12-05"), true),
            ("20261205", FieldKind::Date, json!("2026-12-05"), true),
            ("em 3 dias", FieldKind::Date, json!("2026-12-08"), true),
            ("pedido 42", FieldKind::Date, json!("2026-12-05"), false),
            ("amanhã", FieldKind::Date, json!("2026-12-05"), true),
            ("veja www.loja.example", FieldKind::Url, json!("https://www.loja.example/"), true),
            ("veja", FieldKind::Url, json!("https://www.loja.example"), false),
            ("azul", FieldKind::Text, json!("blue"), true),
        ] {
            assert_eq!(stands_in(text, kind, &value), expected, "{text}: {value}");
        }
    }
}
