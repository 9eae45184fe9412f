//! Days, as people write them in Portuguese, Spanish, English, French, German and Italian, and with the year first anywhere.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::super::fold;
use super::super::locale::{Locale, NAMES};

/// The first day in a text: the year first (`2026-12-31`, `2026/12/31`, `2026年12月31日`); `31/12/2026` (day first but where the language writes the
/// month first), `31/12`; `31 de dezembro de 2026`, `31/dez/2026`, `December 31st`; `hoje`, `amanhã`, `pasado mañana`, `in 3 days`; weekdays.
///
/// A day without a year, and a weekday, is the next one that comes: today counts for a day, not for a weekday. A year of two digits lies
/// less than 80 years back or 20 years ahead.
pub fn date(text: &str, language: &str, today: Date) -> Option<Date> {
    let text = fold(text);
    let locale = Locale::new(language);
    year_first(&text, today)
        .or_else(|| numeric(&text, locale, today))
        .or_else(|| named_month(&text, today))
        .or_else(|| relative(&text, locale, today))
        .or_else(|| weekday(&text, today))
        .or_else(|| day_alone(&text, today))
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern, compiled by the tests")
}

/// `2026-12-31`, `2026/4/3`, `2026.4.3`, `2026年4月3日`, `4月3日`: nobody writes the day second where the year is first.
fn year_first(text: &str, today: Date) -> Option<Date> {
    static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?:([0-9]{4})\s?(?:-\s?([0-9]{1,2})\s?-|/\s?([0-9]{1,2})\s?/|\.\s?([0-9]{1,2})\s?\.)\s?([0-9]{1,2})",
            r"|(?:([0-9]{4})\s?年\s?)?([0-9]{1,2})\s?月\s?([0-9]{1,2}))"
        ))
    });
    YEAR_FIRST.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit() || matches!(letter, '/' | '-'));
        if inside(before) || inside(after) {
            return None;
        }
        let part = |places: &[usize]| places.iter().find_map(|place| found.get(*place)).map(|part| part.as_str());
        with_year(part(&[5, 8])?.parse().ok()?, part(&[2, 3, 4, 7])?.parse().ok()?, part(&[1, 6]), today)
    })
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
        pattern(concat!(
            r"\b([0-9]{1,2})(?:o|º|ª|st|nd|rd|th|er)?\.?\s?(?:de\s|of\s|[-/]\s?)?([a-z]{3,12})\b\.?",
            r"(?:[-/]\s?([0-9]{4}|[0-9]{2})\b|(?:\s|,\s?)(?:de\s|del\s)?([0-9]{4}))?"
        ))
    });
    static MONTH_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b([a-z]{3,12})\.?\s(?:the\s)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?:(?:\s|,\s?)([0-9]{4}))?"));
    let day_first = DAY_FIRST.captures_iter(text).find_map(|found| {
        let month = month_named(&found[2])?;
        let year = found.get(3).or_else(|| found.get(4)).map(|year| year.as_str());
        with_year(found[1].parse().ok()?, month, year, today)
    });
    day_first.or_else(|| {
        MONTH_FIRST.captures_iter(text).find_map(|found| {
            let month = month_named(&found[1])?;
            with_year(found[2].parse().ok()?, month, found.get(3).map(|year| year.as_str()), today)
        })
    })
}

/// The month of a folded name, or of its first three letters.
pub(crate) fn month_named(word: &str) -> Option<i8> {
    static FOLDED: LazyLock<Vec<Vec<String>>> =
        LazyLock::new(|| NAMES.iter().map(|names| names.months.iter().map(|name| fold(name)).collect()).collect());
    // What people write beside the names and their first letters. The first three of `juin` and `juillet` tell nothing.
    const OTHERS: [(&str, i8); 4] = [("sept", 9), ("setiembre", 9), ("juil", 7), ("maerz", 3)];
    if word == "jui" {
        return None;
    }
    let other = OTHERS.iter().find(|(other, _)| *other == word).map(|(_, month)| *month);
    other.or_else(|| {
        let is_month = |name: &String| word == name || name.get(..3) == Some(word);
        let index = FOLDED.iter().find_map(|names| names.iter().position(is_month))?;
        i8::try_from(index + 1).ok()
    })
}

fn relative(text: &str, locale: Locale<'_>, today: Date) -> Option<Date> {
    // To Germans `hier` is here.
    let yesterday = || (locale.speaks("fr") && has_words(text, "hier")).then_some(-1);
    let days = distances_in_words(text).first().copied().or_else(yesterday).or_else(|| distance_in_figures(text))?;
    today.checked_add(days.days()).ok()
}

/// How many days away the days are that a folded text tells by words (`tomorrow`), or by a number (`in 3 days`).
pub(crate) fn distances(text: &str) -> Vec<i64> {
    let mut distances = distances_in_words(text);
    distances.extend(distance_in_figures(text));
    distances
}

fn distances_in_words(text: &str) -> Vec<i64> {
    // The longer names come first: "amanha" stands in "depois de amanha".
    const WORDS: [(&str, i64); 36] = [
        ("depois de amanha", 2),
        ("pasado manana", 2),
        ("day after tomorrow", 2),
        ("apres-demain", 2),
        ("apres demain", 2),
        ("ubermorgen", 2),
        ("uebermorgen", 2),
        ("dopodomani", 2),
        ("anteontem", -2),
        ("anteayer", -2),
        ("day before yesterday", -2),
        ("avant-hier", -2),
        ("avant hier", -2),
        ("vorgestern", -2),
        ("altro ieri", -2),
        ("l'altroieri", -2),
        ("amanha", 1),
        ("manana", 1),
        ("tomorrow", 1),
        ("demain", 1),
        ("morgen", 1),
        ("domani", 1),
        ("ontem", -1),
        ("ayer", -1),
        ("yesterday", -1),
        ("gestern", -1),
        ("ieri", -1),
        ("hoje", 0),
        ("hoy", 0),
        ("today", 0),
        ("aujourd'hui", 0),
        ("aujourd’hui", 0),
        ("aujourdhui", 0),
        ("heute", 0),
        ("oggi", 0),
        ("stasera", 0),
    ];
    // In the morning is no day: "por la mañana", "am Morgen".
    let mornings = ["por la manana", "de la manana", "en la manana", "am morgen"];
    let mut text = mornings.iter().fold(text.to_owned(), |text, morning| text.replace(morning, " "));
    let mut distances = Vec::new();
    for (name, days) in WORDS.iter() {
        if has_words(&text, name) {
            distances.push(*days);
            text = text.replace(name, " ");
        }
    }
    distances
}

fn distance_in_figures(text: &str) -> Option<i64> {
    static IN_DAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"\b(?:em|en|in|dentro\sde|daqui\sa|dans|fra|tra)\s([0-9]{1,3})\s",
            r"(dias?|days?|jours?|tage?n?|giorn[oi]|semanas?|weeks?|semaines?|wochen?|settiman[ae])\b"
        ))
    });
    let found = IN_DAYS.captures(text)?;
    let count: i64 = found[1].parse().ok()?;
    let week = found[2].starts_with(['s', 'w']);
    Some(if week { count * 7 } else { count })
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
    today.nth_weekday(1, words.find_map(weekday_named)?).ok()
}

/// The weekday of a folded name.
pub(crate) fn weekday_named(word: &str) -> Option<Weekday> {
    let offset = NAMES.iter().find_map(|names| {
        names.weekdays.iter().position(|name| {
            let name = fold(name);
            // "Segunda" stands for "segunda-feira".
            word.len() > 4 && (word == name || name.strip_suffix("-feira") == Some(word))
        })
    })?;
    Weekday::from_monday_zero_offset(i8::try_from(offset).ok()?).ok()
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
    fn french_german_italian() {
        check(
            "fr",
            &[
                ("le 3 avril", Some("2026-04-03")),
                ("1er août 2026", Some("2026-08-01")),
                ("juin 5", Some("2026-06-05")),
                ("5 juil.", Some("2026-07-05")),
                ("demain", Some("2026-03-03")),
                ("après-demain", Some("2026-03-04")),
                ("aujourd’hui", Some("2026-03-02")),
                ("hier", Some("2026-03-01")),
                ("vendredi", Some("2026-03-06")),
                ("dans 3 jours", Some("2026-03-05")),
            ],
        );
        check(
            "de",
            &[
                ("3. April 2026", Some("2026-04-03")),
                ("3. März", Some("2026-03-03")),
                ("morgen früh", Some("2026-03-03")),
                ("am Morgen", None),
                ("übermorgen", Some("2026-03-04")),
                ("heute", Some("2026-03-02")),
                ("bin hier", None),
                ("Mittwoch", Some("2026-03-04")),
                ("in 2 Wochen", Some("2026-03-16")),
            ],
        );
        check("it", &[("3 aprile", Some("2026-04-03")), ("domani", Some("2026-03-03")), ("venerdì", Some("2026-03-06"))]);
    }

    #[test]
    fn the_year_first_is_read_alike_in_all_languages() {
        for language in ["pt-BR", "en-US", "zh", "ja", "sv"] {
            check(
                language,
                &[
                    ("2026/4/3", Some("2026-04-03")),
                    ("2026.04.03", Some("2026-04-03")),
                    ("2026-4-3", Some("2026-04-03")),
                    ("2026年4月3日", Some("2026-04-03")),
                    ("予約は2026年4月3日です", Some("2026-04-03")),
                    ("4月3日", Some("2026-04-03")),
                    ("2026/13/3", None),
                    ("12026/4/3", None),
                ],
            );
        }
    }

    #[test]
    fn months_between_slashes() {
        check("pt-BR", &[("05/mar/2026", Some("2026-03-05")), ("05-mar-26", Some("2026-03-05")), ("31/dez", Some("2026-12-31"))]);
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
