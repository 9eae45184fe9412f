//! Ids for people, made from texts.

use std::collections::HashSet;

use super::placeholder::{Piece, pieces};
use crate::{
    expression::fold,
    ids::{MAX_ID_LENGTH, check_id},
};

/// How many words of a text make an id.
const WORDS: usize = 5;
/// How long an id that is made of a text may get. There is room behind it for a number.
const LENGTH: usize = 40;

/// An id of the first words of a text, without its placeholders; None where it has no letters that ids have.
pub(super) fn slug(text: &str) -> Option<String> {
    let mut id = String::new();
    let plain: Vec<&str> = pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(literal),
            Piece::Placeholder(_) => None,
        })
        .collect();
    let folded = fold(&plain.join(" "));
    let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words.take(WORDS) {
        if !id.is_empty() && id.len() + word.len() >= LENGTH {
            break;
        }
        if !id.is_empty() {
            id.push('_');
        }
        id.extend(word.chars().take(LENGTH));
    }
    Some(id).filter(|id| id.contains(|letter: char| letter.is_ascii_lowercase()))
}

/// An id that begins with a letter and is no reserved word.
pub(super) fn id(wanted: &str, prefix: &str) -> String {
    let mut id = slug(wanted).unwrap_or_else(|| {
        let digits: String = wanted.chars().filter(char::is_ascii_alphanumeric).take(LENGTH).collect();
        if digits.is_empty() { prefix.to_owned() } else { format!("{prefix}_{}", digits.to_ascii_lowercase()) }
    });
    if !id.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        id = format!("{prefix}_{id}");
    }
    id.truncate(MAX_ID_LENGTH);
    if check_id(&id).is_err() { format!("{prefix}_{}", &id[..id.len().min(LENGTH)]) } else { id }
}

/// Ids that are each given once.
#[derive(Debug, Default)]
pub(super) struct Unique {
    given: HashSet<String>,
}

impl Unique {
    /// This id, or the next free one with a number behind it.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut number = 2;
        while !self.given.insert(id.clone()) {
            id = format!("{}_{number}", &wanted[..wanted.len().min(MAX_ID_LENGTH - 12)]);
            number += 1;
        }
        id
    }
}

/// A text as it stands in an expression.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words() {
        assert_eq!(slug("Olá! Qual é o seu e-mail, por favor?").as_deref(), Some("ola_qual_e_o_seu"));
        assert_eq!(slug("Привет").as_deref(), None);
        assert_eq!(id("Привет", "message"), "message");
        assert_eq!(id("5501", "cf"), "cf_5501");
        assert_eq!(id("1 Prices", "option"), "option_1_prices");
        assert_eq!(id("default", "step"), "step_default");
        for wanted in ["x".repeat(500), "ß".repeat(90), "return".into(), "9".repeat(80)] {
            assert!(check_id(&id(&wanted, "step")).is_ok(), "{}", id(&wanted, "step"));
        }
    }

    #[test]
    fn an_id_is_given_once() {
        let mut unique = Unique::default();
        assert_eq!([unique.take("end"), unique.take("end"), unique.take("end")], ["end", "end_2", "end_3"]);
        let long = "a".repeat(64);
        assert_eq!(unique.take(&long).len(), 64);
        assert!(check_id(&unique.take(&long)).is_ok());
    }

    #[test]
    fn a_quoted_text_is_read_as_it_was() {
        for text in ["plain", "a \"b\" \\ c", "two\nlines\tand\r", "\u{7}", "Grüße 👍", "${x} {{y}}"] {
            let row = crate::expression::Expression::compile(&format!("vars.x == {}", quoted(text))).unwrap().simple().unwrap();
            assert_eq!(row.rows[0].literal, serde_json::Value::from(text));
        }
    }
}
