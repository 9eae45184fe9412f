//! Numbers, as people write them.

use std::sync::LazyLock;

use regex::Regex;

use super::super::locale::Locale;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<sign>[-−])?
        (?P<digits>
            [0-9]{1,3} (?:[\x20\u{a0}\u{2009}\u{202f}][0-9]{3})+\b (?:[.,][0-9]+)?
            | [0-9]+ (?:[.,'’][0-9]+)*
        )
        (?P<scale> \s?(?: k\b | mil\b | mi(?:lh[ãa]o|lh[õo]es|ll[óo]n|llones|llion|llions)\b ) )?
    ",
    )
    .expect("a constant pattern, compiled by the tests")
});

/// The first number in a text. `1.234,56` and `1,234.56` are both understood; where one sign alone could mean either (`1.500`), the language
/// decides. Spaces may stand between thousands (`1 000`). `10k`, `10 mil` and `2 milhões` count. Digits inside a word (`a1`) are no number.
pub fn number(text: &str, language: &str) -> Option<f64> {
    NUMBER.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        let inside_a_word = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
            || after.is_some_and(|letter| letter.is_alphabetic() || letter == '_');
        if inside_a_word {
            return None;
        }
        let digits = plain_digits(found.name("digits")?.as_str(), Locale::new(language))?;
        let value: f64 = digits.parse().ok()?;
        let scale = match found.name("scale").map(|scale| scale.as_str().trim()) {
            None => 1.0,
            Some("k" | "mil") => 1_000.0,
            Some(_) => 1_000_000.0,
        };
        // After a letter or digit a minus is a dash: `10-20`.
        let sign = if found.name("sign").is_some() { -1.0 } else { 1.0 };
        Some(sign * value * scale)
    })
}

/// The first number in a text, if it has no fraction.
pub fn integer(text: &str, language: &str) -> Option<i64> {
    /// Beyond it not every integer has a floating-point number of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number(text, language).filter(|number| number.fract() == 0.0 && number.abs() <= EXACT).map(|number| number as i64)
}

/// The number that a text is, and nothing else: `"10"` and `" 1.500,00 "`, but not `"10 apples"`.
pub fn whole_number(text: &str, language: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '−']).unwrap_or(text);
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits {
        return text.replacen('−', "-", 1).parse().ok();
    }
    let is_number = |found: regex::Match<'_>| found.start() == 0 && found.end() == text.len();
    NUMBER.find(text).filter(|found| is_number(*found)).and_then(|_| number(text, language))
}

/// The digits with a decimal point, if any, and nothing between thousands.
fn plain_digits(written: &str, locale: Locale<'_>) -> Option<String> {
    let signs: Vec<char> = written.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let last = *signs.last().unwrap_or(&' ');
    let decimal = match last {
        '.' | ',' => {
            let both = signs.iter().any(|sign| *sign != last);
            let repeated = signs.iter().filter(|sign| **sign == last).count() > 1;
            let fraction = written.rsplit(last).next().unwrap_or_default();
            let whole = &written[..written.len() - fraction.len() - 1];
            let usual_point = if locale.decimal_comma() { ',' } else { '.' };
            // Three digits after a sign, and one to three before it, may be thousands.
            let may_be_thousands = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
            if repeated {
                None
            } else if both || !may_be_thousands || last == usual_point {
                Some(last)
            } else {
                None
            }
        }
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(sign) => written.rsplit_once(sign)?,
        None => (written, ""),
    };
    let mut digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if !fraction.is_empty() {
        digits.push('.');
        digits.push_str(fraction);
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_two_worlds() {
        for (text, language, found) in [
            ("1.234,56", "pt-BR", Some(1234.56)),
            ("1,234.56", "pt-BR", Some(1234.56)),
            ("R$ 1.500", "pt-BR", Some(1500.0)),
            ("R$ 1.500", "en", Some(1.5)),
            ("$1,500", "en", Some(1500.0)),
            ("1,5", "en", Some(1.5)),
            ("0.500", "pt-BR", Some(0.5)),
            ("1.234.567", "en", Some(1_234_567.0)),
            ("1 000", "pt-BR", Some(1000.0)),
            ("R$ 1\u{2009}234\u{2009}567,89", "pt-BR", Some(1_234_567.89)),
            ("1\u{202f}500", "fr", Some(1500.0)),
            ("11 98765", "pt-BR", Some(11.0)),
            ("1000 200", "pt-BR", Some(1000.0)),
            ("10 20", "pt-BR", Some(10.0)),
            ("somos 12 pessoas", "pt", Some(12.0)),
            ("uns 10 mil", "pt", Some(10_000.0)),
            ("10k", "en", Some(10_000.0)),
            ("2 milhões", "pt", Some(2_000_000.0)),
            ("-3", "pt", Some(-3.0)),
            ("entre 10 e 20.", "pt", Some(10.0)),
            ("50%", "pt", Some(50.0)),
            ("a1", "pt", None),
            ("3kg", "pt", None),
            ("nenhum", "pt", None),
        ] {
            assert_eq!(number(text, language), found, "{text} in {language}");
        }
    }

    #[test]
    fn integers_have_no_fraction() {
        assert_eq!(integer("são 3", "pt"), Some(3));
        assert_eq!(integer("3,0", "pt"), Some(3));
        assert_eq!(integer("3,5", "pt"), None);
    }

    #[test]
    fn a_whole_number_is_the_text() {
        assert_eq!(whole_number(" 10 ", "pt"), Some(10.0));
        assert_eq!(whole_number("-1.500,00", "pt"), Some(-1500.0));
        assert_eq!(whole_number("10 apples", "en"), None);
        assert_eq!(whole_number("", "en"), None);
        assert_eq!(whole_number("-", "en"), None);
    }
}
