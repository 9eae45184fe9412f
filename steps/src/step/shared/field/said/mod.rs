//! Whether a value that a model found stands in what the customer wrote. A model may shorten and order, and must not invent.

mod day;
mod number;
mod words;

use jiff::civil::Date;
use serde_json::Value;

use super::FieldKind;
use crate::expression::{fold, plain_text};

/// The last digits by which a phone number is known again, with or without the codes of country and area.
const LOCAL_DIGITS: usize = 7;

/// Whether the text holds the value, as far as that can be told without the day on which it was written: as [`stands_in_on`].
pub fn stands_in(text: &str, kind: FieldKind, value: &Value) -> bool {
    holds(text, kind, value, None)
}

/// Whether a text that was written today holds the value: numbers, phones, e-mails, addresses and dates are looked for, in figures and in the
/// words that people use for them. Other kinds can't be told.
pub fn stands_in_on(text: &str, kind: FieldKind, value: &Value, today: Date) -> bool {
    holds(text, kind, value, Some(today))
}

fn holds(text: &str, kind: FieldKind, value: &Value, today: Option<Date>) -> bool {
    let shown = plain_text(value);
    match kind {
        FieldKind::Email => has_whole(text, &shown, is_email_bounded),
        FieldKind::Url => {
            let bare = shown.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
            has_whole(text, bare, is_url_bounded)
        }
        FieldKind::Phone => has_phone(text, &digits(&shown)),
        FieldKind::Integer | FieldKind::Number => number::stands_in(text, value, kind == FieldKind::Integer),
        FieldKind::Date => day::stands_in(text, &shown, today),
        FieldKind::Text | FieldKind::Boolean | FieldKind::Time | FieldKind::List | FieldKind::Map => true,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Folded, with the signs at its edges, which folding takes away.
fn fold_all(text: &str) -> String {
    let fenced = fold(&format!("a{text}a"));
    fenced.get(1..fenced.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Whether the text has the address with nothing around it that belongs to it, by what stands before and behind.
fn has_whole(text: &str, address: &str, is_bounded: fn(&str, &str) -> bool) -> bool {
    let (text, address) = (fold_all(text), fold_all(address));
    !address.is_empty() && text.match_indices(&address).any(|(at, found)| is_bounded(&text[..at], &text[at + found.len()..]))
}

fn is_email_bounded(before: &str, after: &str) -> bool {
    let goes_before = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '%' | '+' | '-' | '@');
    !before.ends_with(goes_before) && !goes_on(after, &['_', '@'], &['.', '-', '@'])
}

fn is_url_bounded(before: &str, after: &str) -> bool {
    let before = before.strip_suffix("www.").unwrap_or(before);
    let goes_before = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '%' | '=' | '-' | '@');
    let in_path = before.ends_with('/') && !before.ends_with("://");
    !in_path
        && !before.ends_with(goes_before)
        && !goes_on(after, &['_', '@'], &['.', '-', '/', '?', '#', '&', '=', ':', '%', '+', '~'])
}

/// Whether what is behind an address belongs to it: a letter, one of its own signs, or a sign between its letters.
fn goes_on(after: &str, own: &[char], between: &[char]) -> bool {
    let mut letters = after.chars();
    letters.next().is_some_and(|next| {
        let parts = between.contains(&next) && letters.next().is_some_and(char::is_alphanumeric);
        next.is_alphanumeric() || own.contains(&next) || parts
    })
}

/// Whether groups of figures that stand together end as the phone does, and are no longer: `(11) 98765-4321`.
fn has_phone(text: &str, phone: &str) -> bool {
    let Some(local) = phone.get(phone.len().saturating_sub(LOCAL_DIGITS)..).filter(|local| !local.is_empty()) else {
        return false;
    };
    // Some countries write one figure more within the country than from outside.
    let is_phone = |written: &str| written.ends_with(local) && written.trim_start_matches('0').len() <= phone.len() + 1;
    let is_part = |letter: char| {
        letter.is_ascii_digit()
            || matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2011}' | '–' | '.' | '(' | ')' | '/' | '+')
    };
    text.split(|letter| !is_part(letter)).any(|run| {
        let groups: Vec<&str> = run.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        (0..groups.len()).any(|first| (first..groups.len()).any(|last| is_phone(&groups[first..=last].concat())))
    })
}

#[cfg(test)]
mod tests;
