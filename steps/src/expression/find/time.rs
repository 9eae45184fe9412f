//! Times of day.

use std::sync::LazyLock;

use jiff::civil::Time;
use regex::Regex;

use super::super::fold;

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?x)
        \b (?P<at> (?: as | das | a\slas | at | a\sla | la | las )\s )?
        (?P<hour>[0-9]{1,2})
        (?: \s?(?P<between>h|hs|hrs|horas?|uhr|:|\.)\s? (?:[ey]\s)? (?P<minute>[0-9]{2}) (?::[0-9]{2})? (?P<end>\s?(?:min\w*|m|h|hs|hrs|horas?|uhr)\b)?
            | \s?(?P<unit>h|hs|hrs|horas?|heures?|uhr|o'?clock)\b )?
        (?: \s? (?P<half> a\.?m\.?\b | p\.?m\.?\b | (?:da|de\sla|in\sthe)\s(?:manha|manana|morning|tarde|afternoon|noite|noche|evening)\b ) )?
    ").expect("a constant pattern, compiled by the tests")
});

/// The first time of day in a text: `14h30`, `14:30`, `9.30 am`, `18 horas e 30`, `2pm`, `às 9`, `2 da tarde`, `noon`, `meia-noite`. A bare number is an hour only if it is all of the text.
pub fn time(text: &str) -> Option<Time> {
    let text = fold(text);
    if let Some(named) = named(&text) {
        return Some(named);
    }
    TIME.captures_iter(&text).find_map(|found| {
        let whole = found.get(0)?;
        let has = |part: &str| found.name(part).is_some();
        // `9.30` is a number as well: something else has to say that it is a time.
        let dotted = found.name("between").is_some_and(|between| between.as_str() == ".");
        let told = has("at") || has("unit") || has("half") || has("end") || has("minute") && !dotted;
        let alone = whole.len() == text.len();
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        let more_digits =
            || text[whole.end()..].get(1..).and_then(|rest| rest.chars().next()).is_some_and(|next| next.is_ascii_digit());
        let inside = matches!(before, Some('/' | '-' | '.' | ',' | ':'))
            || matches!(after, Some('/' | ':'))
            || matches!(after, Some('.' | ',')) && more_digits()
            || after.is_some_and(char::is_alphanumeric);
        if inside || !(told || alone) {
            return None;
        }
        let hour: i8 = found.name("hour")?.as_str().parse().ok()?;
        let minute: i8 = found.name("minute").map_or(Ok(0), |minute| minute.as_str().parse()).ok()?;
        let hour = match found.name("half").map(|half| half.as_str()) {
            Some(half)
                if half.starts_with('p')
                    || half.ends_with("tarde")
                    || half.ends_with("noon")
                    || half.ends_with("noite")
                    || half.ends_with("noche")
                    || half.ends_with("evening") =>
            {
                if hour < 12 {
                    hour + 12
                } else {
                    hour
                }
            }
            Some(_) if hour == 12 => 0,
            _ => hour,
        };
        Time::new(hour, minute, 0, 0).ok()
    })
}

fn named(text: &str) -> Option<Time> {
    const NAMES: [(&str, i8); 16] = [
        ("meio-dia", 12),
        ("meio dia", 12),
        ("mediodia", 12),
        ("medio dia", 12),
        ("noon", 12),
        ("midday", 12),
        ("midi", 12),
        ("mittag", 12),
        ("mezzogiorno", 12),
        ("meia-noite", 0),
        ("meia noite", 0),
        ("medianoche", 0),
        ("media noche", 0),
        ("midnight", 0),
        ("minuit", 0),
        ("mitternacht", 0),
    ];
    let (_, hour) = NAMES.iter().find(|(name, _)| {
        text.find(name).is_some_and(|at| {
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            // `afternoon` is no noon.
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    })?;
    Time::new(*hour, 0, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, found) in [
            ("14h30", Some("14:30")),
            ("às 14h", Some("14:00")),
            ("14:30", Some("14:30")),
            ("14:30:15", Some("14:30")),
            ("2pm", Some("14:00")),
            ("2:30 p.m.", Some("14:30")),
            ("12am", Some("00:00")),
            ("12 pm", Some("12:00")),
            ("pode ser às 9?", Some("09:00")),
            ("a las 3 de la tarde", Some("15:00")),
            ("8 da noite", Some("20:00")),
            ("10 horas", Some("10:00")),
            ("9", Some("09:00")),
            ("meio-dia", Some("12:00")),
            ("at midnight", Some("00:00")),
            ("meia noite", Some("00:00")),
            ("depois das 18", Some("18:00")),
            ("a medianoche", Some("00:00")),
            ("18 horas e 30", Some("18:30")),
            ("10:30h", Some("10:30")),
            ("10h30min", Some("10:30")),
            ("9.30 am", Some("09:30")),
            ("14.30", Some("14:30")),
            ("às 9.30", Some("09:30")),
            ("custa 9.30", None),
            ("10.12.2026", None),
            ("in the afternoon", None),
            ("25h", None),
            ("31/12", None),
            ("12 pessoas", None),
        ] {
            let time = time(text).map(|time| time.strftime("%H:%M").to_string());
            assert_eq!(time.as_deref(), found, "{text}");
        }
    }
}
