//! Whether a day stands in a text: by its figures, its weekday, its month, or its distance from today.

use std::sync::LazyLock;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use regex::Regex;

use super::{fold_all, words};
use crate::expression::find;

/// How far from today a day lies at most whose year nobody wrote.
const NEAR_DAYS: i32 = 366;

/// Greetings that hold a word for a day, folded.
const GREETINGS: [&str; 5] = ["bom dia", "buen dia", "buenos dias", "bons dias", "good day"];

/// Words that tell of a day and not of which, folded.
const VAGUE: &[&str] = &[
    "dia",
    "dias",
    "day",
    "days",
    "date",
    "data",
    "fecha",
    "semana",
    "semanas",
    "week",
    "weeks",
    "weekend",
    "finde",
    "mes",
    "meses",
    "month",
    "months",
    "proximo",
    "proxima",
    "next",
    "quinzena",
    "quincena",
    "fortnight",
    "natal",
    "navidad",
    "nochebuena",
    "christmas",
    "xmas",
    "reveillon",
    "pascoa",
    "pascua",
    "easter",
    "carnaval",
    "carnival",
    "feriado",
    "festivo",
    "holiday",
    "ano",
    "anos",
    "year",
    "years",
    "agora",
    "ahora",
    "now",
    "tag",
    "tage",
    "tagen",
    "woche",
    "wochen",
    "monat",
    "jahr",
    "jour",
    "jours",
    "semaine",
    "semaines",
    "noel",
    "giorno",
    "giorni",
    "settimana",
    "settimane",
    "prossimo",
    "prossima",
];

/// Words by which a year is told without its number, folded.
const YEARS: [&str; 7] = ["ano", "anos", "year", "years", "annee", "jahr", "anno"];

/// The evening of today, folded.
const TONIGHT: [&str; 7] = ["tonight", "esta noche", "esta noite", "esta tarde", "this evening", "this afternoon", "esta manana"];

/// Names of months that are other words too: they are taken for a month, and none is refused for them.
const UNSURE: [&str; 8] = ["may", "marco", "april", "june", "august", "mai", "mars", "march"];

/// Short names of weekdays, folded, from Monday on. Some are other words too: none is refused for them.
const SHORT: [&[&str]; 7] = [
    &["seg", "2a", "lun", "mon"],
    &["ter", "3a", "mar", "tue", "tues"],
    &["qua", "4a", "mie", "wed"],
    &["qui", "5a", "jue", "thu", "thur", "thurs"],
    &["sex", "6a", "vie", "fri"],
    &["sab", "sat"],
    &["dom", "sun"],
];

/// Whether the text tells the day, and nothing in it tells another one. Without today, what is told by the distance from it is believed.
pub(super) fn stands_in(text: &str, date: &str, today: Option<Date>) -> bool {
    let told = Told::new(text);
    match date.get(..10).and_then(|day| day.parse::<Date>().ok()) {
        Some(date) => told.tells(date, today) && told.is_near(date, today),
        // Not in the form in which dates are kept: that it is none, others say.
        None => told.tells_any(),
    }
}

/// A day as figures tell it.
struct Marked {
    day: i8,
    month: Option<i8>,
    /// With all its digits, or the last two.
    year: Option<i16>,
}

impl Marked {
    fn is(&self, date: Date) -> bool {
        let is_year = |year: i16| year == date.year() || year < 100 && year == date.year() % 100;
        self.day == date.day() && self.month.is_none_or(|month| month == date.month()) && self.year.is_none_or(is_year)
    }
}

/// What a text tells of days.
struct Told {
    distances: Vec<i64>,
    weekdays: Vec<Weekday>,
    short_weekdays: Vec<Weekday>,
    months: Vec<i8>,
    marked: Vec<Marked>,
    /// Numbers that say not of what.
    numbers: Vec<i8>,
    years: Vec<i16>,
    is_vague: bool,
    is_year_told: bool,
}

impl Told {
    fn new(text: &str) -> Self {
        let text = GREETINGS.iter().fold(fold_all(text), |text, greeting| text.replace(greeting, " "));
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
        let mut distances = find::distances(&text);
        distances.extend(TONIGHT.iter().any(|evening| text.contains(evening)).then_some(0));
        let month = |word: &&str| find::month_named(word).filter(|_| word.len() > 3 && !UNSURE.contains(word));
        let short = |word: &&str| {
            let offset = SHORT.iter().position(|names| names.contains(word))?;
            Weekday::from_monday_zero_offset(i8::try_from(offset).ok()?).ok()
        };
        Self {
            distances,
            weekdays: words.iter().filter_map(|word| find::weekday_named(word)).collect(),
            short_weekdays: words.iter().filter_map(short).collect(),
            months: words.iter().filter_map(month).collect(),
            marked: marked(&text),
            numbers: numbers(&text),
            years: words.iter().filter(|word| word.len() == 4).filter_map(|word| word.parse().ok()).collect(),
            is_vague: has(VAGUE) || has(&UNSURE),
            is_year_told: has(&YEARS),
        }
    }

    fn tells_any(&self) -> bool {
        let by_name = self.is_vague || !self.weekdays.is_empty() || !self.short_weekdays.is_empty() || !self.months.is_empty();
        by_name || !self.distances.is_empty() || !self.marked.is_empty() || !self.numbers.is_empty()
    }

    fn tells(&self, date: Date, today: Option<Date>) -> bool {
        let is_at = |days: &i64| today.is_none_or(|today| today.checked_add(days.days()).is_ok_and(|day| day == date));
        if self.distances.iter().any(is_at) {
            return true;
        }
        let is_marked = self.marked.iter().any(|marked| marked.is(date));
        let is_weekday = self.weekdays.contains(&date.weekday());
        if !self.marked.is_empty() && !is_marked
            || !self.weekdays.is_empty() && !is_weekday
            || !self.months.is_empty() && !self.months.contains(&date.month())
        {
            return false;
        }
        let by_name = is_weekday || self.short_weekdays.contains(&date.weekday()) || self.is_vague || !self.months.is_empty();
        // A number alone tells a day where no word does.
        is_marked || by_name || self.distances.is_empty() && self.numbers.contains(&date.day())
    }

    /// Whether the year is told, or is this one, as far as people think ahead.
    fn is_near(&self, date: Date, today: Option<Date>) -> bool {
        let is_told = self.is_year_told || self.years.contains(&date.year());
        let is_marked = self.marked.iter().any(|marked| marked.year.is_some() && marked.is(date));
        let is_near = |today: Date| date.since(today).is_ok_and(|span| span.get_days().abs() <= NEAR_DAYS);
        is_told || is_marked || today.is_none_or(is_near)
    }
}

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern, compiled by the tests")
}

/// The days that stand in a folded text as such: `5/12`, `2026-12-05`, `dia 5`, `5 de maio`, `May 5th`, `20261205`.
fn marked(text: &str) -> Vec<Marked> {
    static YEAR_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})(?:[^0-9]|$)"));
    static PARTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b([0-9]{1,2})\s?(?:/\s?([0-9]{1,2})\b(?:\s?/\s?([0-9]{4}|[0-9]{2})\b)?|[-.]\s?([0-9]{1,2})\s?[-.]\s?([0-9]{4}|[0-9]{2})\b)",
        )
    });
    static TOGETHER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2}))\b"));
    static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"\b([0-9]{1,2})(?:o|a|st|nd|rd|th|er)?\.?\s?(?:de\s|of\s|[-/]\s?)?([a-z]{3,12})\b\.?",
            r"(?:[-/]\s?([0-9]{4}|[0-9]{2})\b|(?:\s|,\s?)(?:de\s|del\s)?([0-9]{4})\b|\sdel?\s([0-9]{2})\b)?"
        ))
    });
    static MONTH_FIRST: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b([a-z]{3,12})\.?\s(?:the\s)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?:(?:\s|,\s?)([0-9]{4})\b)?"));
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"\b(?:dias?|day|el)\s([0-9]{1,2})\b(?:\s?(?:e|y|ou|o|u|and|or|a|al|ao|,|-)\s?(?:el\s|dia\s)?([0-9]{1,2})\b)?",
            r"|\b(?:the\s)([0-9]{1,2})(?:st|nd|rd|th)\b"
        ))
    });
    let number = |found: &regex::Captures<'_>, place: usize| found.get(place).and_then(|part| part.as_str().parse::<i16>().ok());
    let small = |found: &regex::Captures<'_>, place: usize| number(found, place).and_then(|part| i8::try_from(part).ok());
    let mut days = Vec::new();
    let mut add = |day: Option<i8>, month: Option<i8>, year: Option<i16>| {
        days.extend(day.filter(|day| (1..=31).contains(day)).map(|day| Marked { day, month, year }));
    };
    for found in YEAR_FIRST.captures_iter(text) {
        add(small(&found, 3), small(&found, 2), number(&found, 1));
    }
    for found in PARTED.captures_iter(text) {
        let (first, second) = (small(&found, 1), small(&found, 2).or(small(&found, 4)));
        let year = number(&found, 3).or(number(&found, 5));
        // Which is the month, the language tells, which nobody knows here.
        add(first, second, year);
        add(second, first, year);
    }
    for found in TOGETHER.captures_iter(text) {
        add(small(&found, 3), small(&found, 2), number(&found, 1));
        add(small(&found, 4), small(&found, 5), number(&found, 6));
    }
    for found in DAY_FIRST.captures_iter(text) {
        if let Some(month) = find::month_named(&found[2]) {
            add(small(&found, 1), Some(month), (3..=5).find_map(|place| number(&found, place)));
        }
    }
    for found in MONTH_FIRST.captures_iter(text) {
        if let Some(month) = find::month_named(&found[1]) {
            add(small(&found, 2), Some(month), number(&found, 3));
        }
    }
    for found in DAY.captures_iter(text) {
        (1..=3).for_each(|place| add(small(&found, place), None, None));
    }
    days.retain(|marked| marked.month.is_none_or(|month| (1..=12).contains(&month)));
    days
}

/// Numbers that may be days of a month, in figures or words; those of hours are none.
fn numbers(text: &str) -> Vec<i8> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^0-9:])([0-9]{1,2})(?:[^0-9:h]|$)"));
    let in_words = words::numbers(text).into_iter().filter(|number| number.fract() == 0.0 && (1.0..=31.0).contains(number));
    let mut numbers: Vec<i8> = in_words.map(|number| number as i8).collect();
    let mut at = 0;
    while let Some(found) = NUMBER.captures_at(text, at).and_then(|found| found.get(1)) {
        numbers.extend(found.as_str().parse::<i8>().ok());
        at = found.end();
    }
    numbers
}
