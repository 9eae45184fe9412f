//! Phone numbers.

use std::sync::LazyLock;

use phonenumber::Mode;
use regex::Regex;

static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\+?\(?[0-9](?:[\s().\-/\u{a0}\u{2010}-\u{2014}]{0,3}[0-9]){6,16}")
        .expect("a constant pattern, compiled by the tests")
});

/// The first valid phone number in a text, in E.164 (`+5511987654321`). One without a country code is of `country` (ISO 3166, two letters);
/// one that is none of that country is tried with its code but without the `+`, as customers and WhatsApp write it.
pub fn phone(text: &str, country: Option<&str>) -> Option<String> {
    let country = country.and_then(|code| code.to_ascii_uppercase().parse().ok());
    CANDIDATE.find_iter(text).find_map(|found| {
        let written = found.as_str();
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        if written.starts_with('+') {
            return valid(None, &format!("+{digits}"));
        }
        country.and_then(|country| valid(Some(country), &digits)).or_else(|| valid(None, &format!("+{digits}")))
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
            ("5511987654321", None, Some("+5511987654321")),
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
