//! Days, as people write them in Portuguese, Spanish and English.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::super::fold;
use super::super::locale::{Locale, MONTHS, WEEKDAYS};

/// The first day in a text: ISO 8601; `31/12/2026` (day first but where the language writes the month first), `31/12`; `31 de dezembro de 2026`,
/// `December 31st`; `hoje`, `amanhã`, `pasado mañana`, `in 3 days`; weekdays.
///
/// A day without a year, and a weekday, is the next one that comes: today counts for a day, not for a weekday. A year of two digits lies
/// less than 80 years back or 20 years ahead.
pub fn date(text: &str, language: &str, today: Date) -> Option<Date> {
    let text = fold(text);
    iso(&text)
        .or_else(|| numeric(&text, Locale::new(language), today))
        .or_else(|| named_month(&text, today))
        .or_else(|| relative(&text, today))
        .or_else(|| weekday(&text, today))
        .or_else(|| day_alone(&text, today))
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern, compiled by the tests")
}

fn iso(text: &str) -> Option<Date> {
    static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})(?:\b|t)"));
    let found = ISO.captures(text)?;
    Date::new(found[1].parse().ok()?, found[2].parse().ok()?, found[3].parse().ok()?).ok()
}

fn numeric(text: &str, locale: Locale<'_>, today: Date) -> Option<Date> {
    static NUMERIC: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b([0-9]{1,2})\s?([/.-])\s?([0-9]{1,2})(?:\s?([/.-])\s?([0-9]{4}|[0-9]{2}))?\b"));
    NUMERIC.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        if matches!(before, Some('/' | '.' | '-' | ',')) || matches!(after, Some('/' | '-' | ',')) {
            return None;
        }
        let year = found.get(5).map(|year| year.as_str());
        // `10.5` and `10-20` are a number and a range.
        let separator = &found[2];
        if year.is_none() && separator != "/" || found.get(4).is_some_and(|second| second.as_str() != separator) {
            return None;
        }
        let (a, b): (i8, i8) = (found[1].parse().ok()?, found[3].parse().ok()?);
        let (day, month) = if locale.month_first() { (b, a) } else { (a, b) };
        let (day, month) = if month > 12 { (month, day) } else { (day, month) };
        with_year(day, month, year, today)
    })
}

fn named_month(text: &str, today: Date) -> Option<Date> {
    static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b([0-9]{1,2})(?:o|º|ª|st|nd|rd|th)?\.?\s?(?:de\s|of\s|-\s?)?([a-z]{3,12})\b\.?(?:(?:\s|,\s?)(?:de\s|del\s)?([0-9]{4}))?",
        )
    });
    static MONTH_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b([a-z]{3,12})\.?\s(?:the\s)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?:(?:\s|,\s?)([0-9]{4}))?"));
    let day_first = DAY_FIRST.captures_iter(text).find_map(|found| {
        let month = month_named(&found[2])?;
        with_year(found[1].parse().ok()?, month, found.get(3).map(|year| year.as_str()), today)
    });
    day_first.or_else(|| {
        MONTH_FIRST.captures_iter(text).find_map(|found| {
            let month = month_named(&found[1])?;
            with_year(found[2].parse().ok()?, month, found.get(3).map(|year| year.as_str()), today)
        })
    })
}

/// The month of a folded name, or of its first three letters.
fn month_named(word: &str) -> Option<i8> {
    let index = MONTHS.iter().find_map(|names| {
        names.iter().position(|name| {
            let name = fold(name);
            word == name
                || word == &name[..3]
                || word == "sept" && name.starts_with("sept")
                || word == "setiembre" && name == "septiembre"
        })
    })?;
    i8::try_from(index + 1).ok()
}

fn relative(text: &str, today: Date) -> Option<Date> {
    // The longer names come first: "amanha" stands in "depois de amanha".
    const NAMES: [(&str, i64); 15] = [
        ("depois de amanha", 2),
        ("pasado manana", 2),
        ("day after tomorrow", 2),
        ("anteontem", -2),
        ("anteayer", -2),
        ("day before yesterday", -2),
        ("amanha", 1),
        ("manana", 1),
        ("tomorrow", 1),
        ("ontem", -1),
        ("ayer", -1),
        ("yesterday", -1),
        ("hoje", 0),
        ("hoy", 0),
        ("today", 0),
    ];
    static IN_DAYS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:em|en|in|dentro\sde|daqui\sa)\s([0-9]{1,3})\s(dias?|days?|semanas?|weeks?)\b"));
    // "Por la mañana" is the morning.
    let text = text.replace("por la manana", " ").replace("de la manana", " ").replace("en la manana", " ");
    let named = NAMES.iter().find(|(name, _)| has_words(&text, name)).map(|(_, days)| *days);
    let days = named.or_else(|| {
        let found = IN_DAYS.captures(&text)?;
        let count: i64 = found[1].parse().ok()?;
        let week = found[2].starts_with(['s', 'w']);
        Some(if week { count * 7 } else { count })
    })?;
    today.checked_add(days.days()).ok()
}

fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn weekday(text: &str, today: Date) -> Option<Date> {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    let offset = words.find_map(|word| {
        WEEKDAYS.iter().find_map(|names| {
            names.iter().position(|name| {
                let name = fold(name);
                // "Segunda" stands for "segunda-feira".
                word.len() > 4 && (word == name || name.strip_suffix("-feira") == Some(word))
            })
        })
    })?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(offset).ok()?).ok()?;
    today.nth_weekday(1, weekday).ok()
}

/// `dia 15`, `el 15`, `on the 15th`: the next such day.
fn day_alone(text: &str, today: Date) -> Option<Date> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:\bdia\s([0-9]{1,2})|\bthe\s([0-9]{1,2})(?:st|nd|rd|th))\b"));
    let found = DAY.captures(text)?;
    let day: i8 = found.get(1).or_else(|| found.get(2))?.as_str().parse().ok()?;
    // The longest run of months without a 31st is one; without a 30th or 29th too.
    (0..=2).find_map(|months: i64| {
        let month = today.first_of_month().checked_add(months.months()).ok()?;
        Date::new(month.year(), month.month(), day).ok().filter(|date| *date >= today)
    })
}

fn with_year(day: i8, month: i8, year: Option<&str>, today: Date) -> Option<Date> {
    let Some(year) = year else {
        return (0..=8).find_map(|years| Date::new(today.year() + years, month, day).ok().filter(|date| *date >= today));
    };
    let mut full: i16 = year.parse().ok()?;
    if year.len() == 2 {
        full += today.year() / 100 * 100;
        if full > today.year() + 20 {
            full -= 100;
        } else if full <= today.year() - 80 {
            full += 100;
        }
    }
    Date::new(full, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    const TODAY: Date = jiff::civil::date(2026, 3, 2);

    fn check(language: &str, cases: &[(&str, Option<&str>)]) {
        for (text, found) in cases {
            let date = date(text, language, TODAY).map(|date| date.to_string());
            assert_eq!(date.as_deref(), *found, "{text} in {language}");
        }
    }

    #[test]
    fn portuguese() {
        check(
            "pt-BR",
            &[
                ("31/12/2026", Some("2026-12-31")),
                ("pode ser 5/4?", Some("2026-04-05")),
                ("1/2", Some("2027-02-01")),
                ("01.02.85", Some("1985-02-01")),
                ("31 de dezembro de 2026", Some("2026-12-31")),
                ("31 dez", Some("2026-12-31")),
                ("1º de março", Some("2027-03-01")),
                ("amanhã de manhã", Some("2026-03-03")),
                ("depois de amanhã", Some("2026-03-04")),
                ("hoje", Some("2026-03-02")),
                ("na sexta", Some("2026-03-06")),
                ("segunda-feira", Some("2026-03-09")),
                ("dia 15", Some("2026-03-15")),
                ("dia 1", Some("2026-04-01")),
                ("daqui a 3 dias", Some("2026-03-05")),
                ("em 2 semanas", Some("2026-03-16")),
                ("29/02", Some("2028-02-29")),
                ("31/02/2026", None),
                ("10.5", None),
                ("quero 3", None),
                ("", None),
            ],
        );
    }

    #[test]
    fn spanish() {
        check(
            "es",
            &[
                ("31 de diciembre de 2026", Some("2026-12-31")),
                ("el miércoles", Some("2026-03-04")),
                ("mañana", Some("2026-03-03")),
                ("pasado mañana", Some("2026-03-04")),
                ("mañana por la mañana", Some("2026-03-03")),
                ("a las 9 de la mañana", None),
                ("5 de setiembre", Some("2026-09-05")),
            ],
        );
    }

    #[test]
    fn english() {
        check(
            "en-US",
            &[
                ("12/31/2026", Some("2026-12-31")),
                ("4/5", Some("2026-04-05")),
                ("31/12/2026", Some("2026-12-31")),
                ("December 31st, 2026", Some("2026-12-31")),
                ("the 31st of december", Some("2026-12-31")),
                ("tomorrow", Some("2026-03-03")),
                ("next monday", Some("2026-03-09")),
                ("2026-12-31T10:00:00", Some("2026-12-31")),
                ("on the 15th", Some("2026-03-15")),
                ("in 3 days", Some("2026-03-05")),
            ],
        );
        check("en-GB", &[("4/5", Some("2026-05-04"))]);
    }
}
