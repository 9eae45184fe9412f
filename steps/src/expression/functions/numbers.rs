//! Functions that read and write numbers.

use rhai::{Dynamic, Engine};

use super::{Function, Result, found};
use crate::expression::convert::text_of;
use crate::expression::date_value::DateValue;
use crate::expression::engine::current_facts;
use crate::expression::find;
use crate::expression::locale::Locale;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "number",
        signature: "number(text)",
        doc: "The first number in a text, as people of the bot's language write it; missing when there is none.",
        example: ("number(\"about R$ 1.234,56\")", "1234.56"),
    },
    Function {
        name: "money",
        signature: "money(amount, currency)",
        doc: "An amount of money as the bot's language writes it. The currency is its code of three letters.",
        example: ("money(1234.5, \"BRL\")", "\"R$ 1.234,50\""),
    },
    Function {
        name: "format",
        signature: "format(value, pattern)",
        doc: "A number with that many decimals, or a date by a pattern of `dd`, `MM`, `MMMM` (the month's name), `yy`, `yyyy`, `EEEE` (the weekday's name), `HH`, `mm`, `ss`.",
        example: (
            "format(1234.5, 2) + \", \" + format(now, \"EEEE, dd/MM/yyyy HH:mm\")",
            "\"1.234,50, segunda-feira, 02/03/2026 10:00\"",
        ),
    },
    Function {
        name: "round",
        signature: "round(number, decimals)",
        doc: "The nearest number with that many decimals; left out, the nearest whole one.",
        example: ("round(2.345, 1) + round(0.5)", "3.3"),
    },
];

/// More decimals than a number of the language can hold.
const MOST_DECIMALS: i64 = 15;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("number", |text: Dynamic| {
            if text.is_int() || text.is_float() {
                return text;
            }
            let facts = current_facts();
            found(text_of(&text).and_then(|text| find::number(&text, facts.own_language())).map(number))
        })
        .register_fn("money", |amount: Dynamic, currency: Dynamic| -> Result {
            let (Some(amount), Some(currency)) = (number_of(&amount)?, text_of(&currency)) else {
                return Ok(Dynamic::UNIT);
            };
            Ok(Locale::new(current_facts().language()).money(amount, &currency).into())
        })
        .register_fn("format", format)
        .register_fn("round", |value: Dynamic| round(&value, 0))
        .register_fn("round", |value: Dynamic, decimals: Dynamic| -> Result {
            match number_of(&decimals)? {
                Some(decimals) => round(&value, decimals as i64),
                None => Ok(Dynamic::UNIT),
            }
        });
}

/// A number of the engine: an integer where it has no fraction.
pub(super) fn number(value: f64) -> Dynamic {
    /// Beyond it not every integer has a floating-point number of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT { (value as i64).into() } else { value.into() }
}

/// The number that a value is, or that its text is; none when it is missing.
pub(super) fn number_of(value: &Dynamic) -> Result<Option<f64>> {
    if value.is_unit() {
        return Ok(None);
    }
    let plain = value.as_float().or_else(|_| value.as_int().map(|integer| integer as f64));
    if let Ok(plain) = plain {
        return Ok(Some(plain));
    }
    let facts = current_facts();
    text_of(value)
        .and_then(|text| find::whole_number(&text, facts.own_language()))
        .map(Some)
        .ok_or_else(|| "A number was expected here. `number(…)` finds one in a text.".into())
}

fn format(value: Dynamic, pattern: Dynamic) -> Result {
    if value.is_unit() {
        return Ok(Dynamic::UNIT);
    }
    let facts = current_facts();
    let locale = Locale::new(facts.language());
    if let Ok(decimals) = pattern.as_int() {
        let decimals = usize::try_from(decimals.clamp(0, MOST_DECIMALS)).unwrap_or_default();
        return Ok(found(number_of(&value)?.map(|number| locale.number(number, decimals))));
    }
    let Some(pattern) = text_of(&pattern) else {
        return Err("`format` needs the number of decimals, or a date's pattern such as \"dd/MM/yyyy\".".into());
    };
    let date = match value.read_lock::<DateValue>() {
        Some(date) => Some(date.clone()),
        None => text_of(&value).and_then(|text| DateValue::parse(&text, &*facts)),
    };
    date.map(|date| super::dates::format(&date, &pattern, locale).into())
        .ok_or_else(|| "`format` with a pattern needs a date, and this is none.".into())
}

fn round(value: &Dynamic, decimals: i64) -> Result {
    let Some(value) = number_of(value)? else {
        return Ok(Dynamic::UNIT);
    };
    let scale = 10_f64.powi(i32::try_from(decimals.clamp(0, MOST_DECIMALS)).unwrap_or_default());
    Ok(number((value * scale).round() / scale))
}
