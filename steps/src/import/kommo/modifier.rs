//! The modifiers behind a colon in Kommo's placeholders: `{{lead.cf.1:df(d.m.Y)}}`.

use super::words::quoted;

/// The name and the modifiers of a placeholder: parts between colons that stand in no parentheses.
pub(super) fn parts(source: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in source.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&source[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&source[start..]);
    parts
}

/// The expression with the modifier applied.
///
/// # Errors
/// Why it can't be applied, for people.
pub(super) fn apply(modifier: &str, expression: &str) -> Result<String, &'static str> {
    let (name, written) = match modifier.trim_end().split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').unwrap_or(rest)),
        None => (modifier.trim(), ""),
    };
    let argument = written.trim();
    if argument.contains(['{', '}']) {
        return Err("its argument is a placeholder");
    }
    let decimals = || argument.parse::<u8>().map_err(|_| "its argument is no number of decimals");
    Ok(match name.to_ascii_lowercase().as_str() {
        "df" => format!("format(date({expression}), {})", quoted(&date_pattern(argument)?)),
        "upc" => format!("text({expression}).to_upper()"),
        "lwc" => format!("text({expression}).to_lower()"),
        "trim" => format!("text({expression}).trim()"),
        "replace" => {
            let (what, with) = written.split_once(',').ok_or("it names no two texts")?;
            // A space that stands alone is what is meant.
            let meant = |text: &str| quoted(if text.trim().is_empty() { text } else { text.trim() });
            if what.is_empty() {
                return Err("it names no text to look for");
            }
            format!("text({expression}).replace({}, {})", meant(what), meant(with))
        }
        "tonumeric" => format!("number({expression})"),
        "ifempty" => format!("{expression} ?? {}", quoted(argument)),
        "round" if argument.is_empty() => format!("round(number({expression}))"),
        "round" => format!("round(number({expression}), {})", decimals()?),
        "format" => format!("format(number({expression}), {})", decimals()?),
        "addworkdays" => {
            let days: i32 = argument.parse().map_err(|_| "its argument is no number of days")?;
            format!("add_workdays(date({expression}), {days})")
        }
        "currencyconvert" => return Err("there are no exchange rates here"),
        _ => return Err("it has no equal here"),
    })
}

/// What `ifempty` puts in place of an empty value, where it is a placeholder itself.
pub(super) fn fallback(modifier: &str) -> Option<&str> {
    let (name, rest) = modifier.split_once('(')?;
    let argument = rest.trim_end().strip_suffix(')')?.trim();
    (name.trim().eq_ignore_ascii_case("ifempty") && argument.contains("{{")).then_some(argument)
}

/// Letters of PHP's `date`, and what they are in our patterns. A longer one of ours stands before what it begins with.
const DATE_LETTERS: [(char, &str); 12] = [
    ('F', "MMMM"),
    ('l', "EEEE"),
    ('Y', "yyyy"),
    ('d', "dd"),
    ('j', "d"),
    ('m', "MM"),
    ('n', "M"),
    ('y', "yy"),
    ('H', "HH"),
    ('G', "H"),
    ('i', "mm"),
    ('s', "ss"),
];

/// Letters that mean something to PHP's `date` and have no equal here: days and months cut short, weeks, time zones (php.net, `DateTime::format`).
const DATE_LETTERS_OF_PHP: &str = "DNSwzWMtLoXxaABghuveIOPpTZcrU";

/// A pattern of PHP's `date` as one of ours. A letter behind a backslash stays as it is.
///
/// # Errors
/// What of it has no equal, for people.
fn date_pattern(php: &str) -> Result<String, &'static str> {
    let mut ours = String::new();
    let mut letters = php.chars();
    while let Some(letter) = letters.next() {
        let is_literal = letter == '\\';
        let letter = if is_literal { letters.next().unwrap_or(letter) } else { letter };
        match DATE_LETTERS.iter().find(|(known, _)| *known == letter && !is_literal) {
            Some((_, known)) => ours.push_str(known),
            None if is_literal && "dMyEHms".contains(letter) => return Err("it holds letters that are to stay as they are"),
            None if !is_literal && DATE_LETTERS_OF_PHP.contains(letter) => {
                return Err("it holds letters of dates that have no equal here");
            }
            None => ours.push(letter),
        }
    }
    Ok(ours)
}

/// One of our patterns as PHP's.
fn php_date_pattern(ours: &str) -> String {
    let mut php = String::new();
    let mut rest = ours;
    while let Some(first) = rest.chars().next() {
        let (letter, length) = DATE_LETTERS
            .iter()
            .find(|(_, ours)| rest.starts_with(ours))
            .map_or((first, first.len_utf8()), |(letter, ours)| (*letter, ours.len()));
        php.push(letter);
        rest = &rest[length..];
    }
    php
}

/// What a modifier may have been applied to, with the modifier as Kommo writes it, from the outside. [`apply`] tells whether it was.
pub(super) fn candidates(expression: &str) -> Vec<(&str, String)> {
    let unquoted = |text: &str| serde_json::from_str::<String>(text).ok();
    let mut found = Vec::new();
    for (before, after, modifier) in [
        ("text(", ").to_upper()", "upc"),
        ("text(", ").to_lower()", "lwc"),
        ("text(", ").trim()", "trim"),
        ("number(", ")", "toNumeric"),
        ("round(number(", "))", "round"),
    ] {
        let inner = expression.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        found.extend(inner.map(|inner| (inner, modifier.to_owned())));
    }
    for (before, between, modifier) in
        [("round(number(", "), ", "round"), ("format(number(", "), ", "format"), ("add_workdays(date(", "), ", "addworkdays")]
    {
        let inside = expression.strip_prefix(before).and_then(|rest| rest.strip_suffix(')'));
        let parts = inside.and_then(|inside| inside.rsplit_once(between));
        found.extend(parts.map(|(inner, number)| (inner, format!("{modifier}({number})"))));
    }
    if let Some((inner, pattern)) =
        expression.strip_prefix("format(date(").and_then(|rest| rest.strip_suffix(')')?.rsplit_once("), "))
    {
        found.extend(unquoted(pattern).map(|pattern| (inner, format!("df({})", php_date_pattern(&pattern)))));
    }
    if let Some((inner, fallback)) = expression.rsplit_once(" ?? ") {
        found.extend(unquoted(fallback).map(|fallback| (inner, format!("ifempty({fallback})"))));
    }
    if let Some((inner, texts)) =
        expression.strip_prefix("text(").and_then(|rest| rest.strip_suffix(')')?.rsplit_once(").replace("))
    {
        let two = texts
            .split_once("\", \"")
            .and_then(|(what, with)| Some((unquoted(&format!("{what}\""))?, unquoted(&format!("\"{with}"))?)));
        found.extend(two.map(|(what, with)| (inner, format!("replace({what},{with})"))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_found_outside_of_parentheses() {
        assert_eq!(parts("lead.cf.1:df(H:i):trim"), ["lead.cf.1", "df(H:i)", "trim"]);
        assert_eq!(parts("name"), ["name"]);
        assert_eq!(parts("name:replace((,:))"), ["name", "replace((,:))"]);
    }

    #[test]
    fn modifiers_become_functions() {
        for (modifier, ours) in [
            ("df(d.m.Y)", "format(date(x), \"dd.MM.yyyy\")"),
            ("df(H:i)", "format(date(x), \"HH:mm\")"),
            ("upc", "text(x).to_upper()"),
            ("replace(a, b)", "text(x).replace(\"a\", \"b\")"),
            ("replace( ,_)", "text(x).replace(\" \", \"_\")"),
            ("replace(-, )", "text(x).replace(\"-\", \" \")"),
            ("replace(-,)", "text(x).replace(\"-\", \"\")"),
            ("toNumeric", "number(x)"),
            ("ifempty(-)", "x ?? \"-\""),
            ("round(1)", "round(number(x), 1)"),
            ("format(2)", "format(number(x), 2)"),
            ("addworkdays(3)", "add_workdays(date(x), 3)"),
        ] {
            assert_eq!(apply(modifier, "x").as_deref(), Ok(ours));
            // And back.
            let back = candidates(ours).into_iter().find(|(inner, back)| apply(back, inner).as_deref() == Ok(ours));
            assert_eq!(back.map(|(inner, _)| inner), Some("x"), "{ours}");
        }
        for modifier in [
            "addworkdays(x)",
            "currencyConvert(USD)",
            "calc",
            "if(a,b)",
            "round(x)",
            "replace(a)",
            "replace(,a)",
            "df(D, j M)",
            "df(\\d)",
            "",
        ] {
            assert!(apply(modifier, "x").is_err(), "{modifier}");
        }
    }
}
