//! Functions of dates. What is calculated with them stands in `operators`: `now + "2h"`, `date(vars.due) < now`.

use rhai::{Dynamic, Engine};

use super::{Function, Result, found};
use crate::expression::convert::text_of;
use crate::expression::date_value::DateValue;
use crate::expression::engine::current_facts;
use crate::expression::find;
use crate::expression::locale::Locale;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "date",
        signature: "date(text)",
        doc: "The day or moment in a text: ISO 8601, or as people write it, day first by the bot's language (`31/12`, `31 de dezembro`, `amanhã`). Missing when there is none. A date takes durations (`date + \"3d\"`), compares with dates, and has `year`, `month`, `day`, `hour`, `minute` and `weekday`. A date kept in a variable is text: `date(vars.due)` makes it a date again.",
        example: ("date(\"31/12/2026\") + \"1d\"", "\"2027-01-01\""),
    },
    Function {
        name: "time",
        signature: "time(text)",
        doc: "The time of day in a text (`14h30`, `2pm`), as `HH:MM`; missing when there is none.",
        example: ("time(\"at 2pm\")", "\"14:00\""),
    },
    Function {
        name: "days_between",
        signature: "days_between(from, to)",
        doc: "How many days lie from one date to another; negative when the second comes first.",
        example: ("days_between(now, \"05/03/2026\")", "3"),
    },
    Function {
        name: "add_workdays",
        signature: "add_workdays(date, days)",
        doc: "The date so many working days later, or earlier where the number is negative; a moment keeps its time. A working day is one on which the bot's `hours` open; without `hours`, Monday to Friday.",
        example: ("add_workdays(date(\"2026-03-06\"), 3)", "\"2026-03-11\""),
    },
    Function {
        name: "weekday",
        signature: "weekday(date)",
        doc: "The weekday of a date: `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`.",
        example: ("weekday(now)", "\"mon\""),
    },
];

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("date", |value: Dynamic| date_of(&value).map_or(Dynamic::UNIT, Dynamic::from))
        .register_fn("time", |value: Dynamic| {
            let time = match value.read_lock::<DateValue>() {
                Some(date) => Some(date.time()),
                None => text_of(&value).and_then(|text| find::time(&text)),
            };
            found(time.map(|time| time.strftime("%H:%M").to_string()))
        })
        .register_fn("days_between", |from: Dynamic, to: Dynamic| -> Result {
            let (Some(from), Some(to)) = (date_of(&from), date_of(&to)) else {
                return Ok(Dynamic::UNIT);
            };
            let days = from.date().until(to.date()).map_err(|error| error.to_string())?.get_days();
            Ok(i64::from(days).into())
        })
        .register_fn("add_workdays", |date: Dynamic, days: Dynamic| -> Result {
            let (Some(date), Some(days)) = (date_of(&date), super::numbers::number_of(&days)?) else {
                return Ok(Dynamic::UNIT);
            };
            Ok(Dynamic::from(workdays_later(&date, days as i64)?))
        })
        .register_fn("weekday", |value: Dynamic| found(date_of(&value).map(|date| date.weekday())));
}

/// How many working days may be added: about four years.
const MOST_WORKDAYS: i64 = 1_000;
/// How many days in a row are looked through for a working day.
const LONGEST_BREAK: i64 = 60;

/// The date so many working days later. Its time stays.
fn workdays_later(date: &DateValue, days: i64) -> std::result::Result<DateValue, String> {
    if days.abs() > MOST_WORKDAYS {
        return Err(format!("`add_workdays` adds at most {MOST_WORKDAYS} days."));
    }
    let facts = current_facts();
    let mut day = date.date();
    let (mut left, mut passed, mut closed) = (days.abs(), 0, 0);
    while left > 0 {
        let following = if days < 0 { day.yesterday() } else { day.tomorrow() };
        day = following.map_err(|_| "The date lies too far off.".to_owned())?;
        passed += 1;
        if facts.is_workday(day) {
            (left, closed) = (left - 1, 0);
        } else if closed == LONGEST_BREAK {
            return Err(format!("The bot's `hours` have no working day within {LONGEST_BREAK} days."));
        } else {
            closed += 1;
        }
    }
    // A moment on a day that is longer or shorter keeps its time of the day.
    date.days_later(passed * days.signum())
}

fn date_of(value: &Dynamic) -> Option<DateValue> {
    if let Some(date) = value.read_lock::<DateValue>() {
        return Some(date.clone());
    }
    text_of(value).and_then(|text| DateValue::parse(&text, &*current_facts()))
}

/// A date by a pattern. Letters that are no part of it stay as they are.
pub(super) fn format(date: &DateValue, pattern: &str, locale: Locale<'_>) -> String {
    let (day, time) = (date.date(), date.time());
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let run: usize = rest.chars().take_while(|next| *next == letter).map(char::len_utf8).sum();
        let (field, following) = rest.split_at(run);
        match field {
            "d" => out.push_str(&day.day().to_string()),
            "dd" => out.push_str(&format!("{:02}", day.day())),
            "M" => out.push_str(&day.month().to_string()),
            "MM" => out.push_str(&format!("{:02}", day.month())),
            "MMMM" => out.push_str(locale.month(day.month())),
            "yy" => out.push_str(&format!("{:02}", day.year().rem_euclid(100))),
            "yyyy" => out.push_str(&format!("{:04}", day.year())),
            "EEEE" => out.push_str(locale.weekday(day.weekday().to_monday_zero_offset())),
            "H" => out.push_str(&time.hour().to_string()),
            "HH" => out.push_str(&format!("{:02}", time.hour())),
            "mm" => out.push_str(&format!("{:02}", time.minute())),
            "ss" => out.push_str(&format!("{:02}", time.second())),
            other => out.push_str(other),
        }
        rest = following;
    }
    out
}
