//! Phone numbers.

use std::sync::LazyLock;

use phonenumber::Mode;
use regex::Regex;

/// Digits with what stands between those of phone numbers: one number, or several beside each other.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\+?\(?[0-9](?:[\s().+\-/\u{a0}\u{2010}-\u{2014}]{0,3}[0-9])*")
        .expect("a constant pattern, compiled by the tests")
});

/// The fewest and most digits of a phone number: national ones without an area, and international ones behind `00` (ITU-T E.164 allows 15).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=17;

/// The most words of a run that are looked at: nobody writes more numbers in a row, and each part of them is tried.
const WORDS: usize = 12;

/// The first valid phone number in a text, in E.164 (`+5511987654321`). With `+` or `00` it is of any country, else of `country` (ISO 3166, two
/// letters), with or without that country's code.
pub fn phone(text: &str, country: Option<&str>) -> Option<String> {
    let country = country.and_then(|code| code.to_ascii_uppercase().parse().ok());
    RUN.find_iter(text).find_map(|found| in_run(found.as_str(), country))
}

/// The number in a run of digits: the longest of its parts that is one, so that what stands beside it (a code, the number of an order) does not
/// hide it.
fn in_run(run: &str, country: Option<phonenumber::country::Id>) -> Option<String> {
    let words: Vec<&str> = run.split_whitespace().take(WORDS).collect();
    let parts = (1..=words.len()).rev().flat_map(|length| words.windows(length));
    let mut candidates: Vec<String> = parts
        .map(|part| part.concat())
        .filter(|part| DIGITS.contains(&part.bytes().filter(u8::is_ascii_digit).count()))
        .collect();
    candidates.sort_by_key(|part| std::cmp::Reverse(part.bytes().filter(u8::is_ascii_digit).count()));
    candidates.iter().find_map(|part| one(part, country))
}

fn one(written: &str, country: Option<phonenumber::country::Id>) -> Option<String> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if written.contains('+') {
        return written.trim_start_matches('(').starts_with('+').then(|| valid(None, &format!("+{digits}"))).flatten();
    }
    if let Some(international) = digits.strip_prefix("00") {
        return valid(None, &format!("+{international}"));
    }
    let country = country?;
    valid(Some(country), &digits).or_else(|| {
        let code = phonenumber::metadata::DATABASE.by_id(country.as_ref())?.country_code().to_string();
        digits.starts_with(&code).then(|| valid(None, &format!("+{digits}"))).flatten()
    })
}

/// Whether these two letters are a country's (ISO 3166), whatever their case.
pub fn is_country(code: &str) -> bool {
    code.to_ascii_uppercase().parse::<phonenumber::country::Id>().is_ok()
}

fn valid(country: Option<phonenumber::country::Id>, digits: &str) -> Option<String> {
    let number = phonenumber::parse(country, digits).ok()?;
    number.is_valid().then(|| number.format().mode(Mode::E164).to_string())
}

/// The country (ISO 3166, two letters) of a number in E.164.
pub fn country_of(phone: &str) -> Option<&'static str> {
    let number = phonenumber::parse(None, phone).ok()?;
    let database = &*phonenumber::metadata::DATABASE;
    let id = number.country().id()?;
    database.by_id(id.as_ref()).map(phonenumber::Metadata::id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_in_e164() {
        for (text, country, found) in [
            ("meu número é (11) 98765-4321", Some("BR"), Some("+5511987654321")),
            ("011 98765 4321", Some("BR"), Some("+5511987654321")),
            ("+55 11 98765-4321", None, Some("+5511987654321")),
            ("5511987654321", Some("BR"), Some("+5511987654321")),
            ("5511987654321", None, None),
            ("meu cpf é 123.456.789-09 e o tel é 11 98765-4321", Some("BR"), Some("+5511987654321")),
            ("123.456.789-09 11 98765-4321", Some("BR"), Some("+5511987654321")),
            ("123.456.789-09", Some("BR"), None),
            ("pedido 12345678 11 98765-4321", Some("BR"), Some("+5511987654321")),
            ("11987654321 ou 11912345678", Some("BR"), Some("+5511987654321")),
            ("0034600111222", Some("BR"), Some("+34600111222")),
            ("00 34 600 111 222", None, Some("+34600111222")),
            ("34600111222", Some("BR"), None),
            ("1234567890123456789", Some("BR"), None),
            ("55 1234 5678", Some("mx"), Some("+525512345678")),
            ("+1 (415) 555-2671", Some("BR"), Some("+14155552671")),
            ("12345678", Some("BR"), None),
            ("98765-4321", None, None),
            ("no phone", Some("BR"), None),
        ] {
            assert_eq!(phone(text, country).as_deref(), found, "{text}");
        }
    }
}
