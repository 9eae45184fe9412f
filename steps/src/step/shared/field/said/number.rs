//! Whether a number stands in a text, in figures or in words.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{fold_all, words};

/// Figures with what may stand between them.
static FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]+(?:[.,'’\u{a0}\u{2009}\u{202f}][0-9]+)*").expect("a constant pattern, compiled by the tests")
});

/// Figures in groups of thousands, with spaces between them.
static SPACED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9]{1,3}(?: [0-9]{3})+\b").expect("a constant pattern, compiled by the tests"));

/// Whether the text has the number; of an integer, whether its whole part is that.
pub(super) fn stands_in(text: &str, value: &Value, is_integer: bool) -> bool {
    let wanted = match value {
        Value::String(written) => all(written),
        other => other.as_f64().into_iter().collect(),
    };
    let said = all(text);
    let is_same =
        |said: f64, wanted: f64| said == wanted || is_integer && said.trunc() == wanted && said.fract() != 0.0 && said > 1.0;
    wanted.iter().any(|wanted| said.iter().any(|said| is_same(*said, wanted.abs())))
}

/// All numbers that a text may mean.
fn all(text: &str) -> Vec<f64> {
    let text = fold_all(text);
    // What is within an address is no number.
    let kept: Vec<&str> = text.split(' ').filter(|word| !word.contains('@') && !word.contains("://")).collect();
    let text = kept.join(" ");
    let mut numbers = words::numbers(&text);
    for found in FIGURES.find_iter(&text) {
        let values = values(found.as_str());
        let behind = &text[found.end()..];
        let is_near = behind.starts_with([' ', 'k']);
        let mut after = behind.split(|letter: char| !letter.is_alphanumeric()).filter(|word| is_near && !word.is_empty());
        let next = after.next();
        if let Some(times) = next.and_then(words::times) {
            numbers.extend(values.iter().map(|value| value * times));
        }
        if words::is_half(next.unwrap_or_default()) || after.next().is_some_and(words::is_half) {
            numbers.extend(values.iter().map(|value| value + 0.5));
        }
        numbers.extend(values);
    }
    numbers.extend(SPACED.find_iter(&text).filter_map(|found| found.as_str().replace(' ', "").parse::<f64>().ok()));
    if ["%", "por cento", "por ciento", "percent"].iter().any(|sign| text.contains(sign)) {
        let parts: Vec<f64> = numbers.iter().map(|number| number / 100.0).collect();
        numbers.extend(parts);
    }
    numbers
}

/// What figures may mean: `1.500` a thousand and a half, or one and a half. Groups that are no number together stand for themselves.
fn values(figures: &str) -> Vec<f64> {
    let groups: Vec<&str> = figures.split(|letter: char| !letter.is_ascii_digit()).collect();
    let signs: Vec<char> = figures.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let are_thousands = |groups: &[&str], signs: &[char]| {
        groups.first().is_some_and(|first| first.len() <= 3 || groups.len() == 1)
            && groups.iter().skip(1).all(|group| group.len() == 3)
            && signs.windows(2).all(|pair| pair[0] == pair[1])
    };
    let mut written = Vec::new();
    if are_thousands(&groups, &signs) {
        written.push(groups.concat());
    }
    if let ([whole @ .., fraction], [between @ .., last @ ('.' | ',')]) = (&*groups, &*signs)
        && !whole.is_empty()
        && !between.contains(last)
        && are_thousands(whole, between)
    {
        written.push(format!("{}.{fraction}", whole.concat()));
    }
    if written.is_empty() {
        written.extend(groups.iter().map(|group| (*group).to_owned()));
    }
    written.iter().filter_map(|number| number.parse().ok()).collect()
}
