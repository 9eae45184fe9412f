//! Operators that differ from plain Rhai's: division, comparison of numbers with texts, missing values, moments.

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};

use super::convert::{plain_number, to_json};
use super::date_value::DateValue;
use super::engine::{View, current_facts};
use super::find;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine) {
    arithmetic(engine);
    comparison(engine);
    missing(engine);
    texts(engine);
    moments(engine);
}

fn arithmetic(engine: &mut Engine) {
    engine
        .register_fn("/", |a: i64, b: i64| divide(a, b))
        .register_fn("/", |a: f64, b: f64| divide_floats(a, b))
        .register_fn("/", |a: i64, b: f64| divide_floats(a as f64, b))
        .register_fn("/", |a: f64, b: i64| divide_floats(a, b as f64))
        .register_fn("/=", |a: &mut Dynamic, b: i64| -> Result<()> {
            *a = match a.as_int() {
                Ok(a) => divide(a, b)?,
                Err(_) => divide_floats(number_of(a)?, b as f64)?,
            };
            Ok(())
        })
        .register_fn("/=", |a: &mut Dynamic, b: f64| -> Result<()> {
            *a = divide_floats(number_of(a)?, b)?;
            Ok(())
        });
}

/// Exact integers stay integers: `10 / 5` is `2`, `10 / 4` is `2.5`.
fn divide(a: i64, b: i64) -> Result<Dynamic> {
    if b == 0 {
        return Err("Nothing can be divided by zero. Check the divisor before, or give a fallback.".into());
    }
    Ok(match a.checked_rem(b) {
        Some(0) => (a / b).into(),
        _ => (a as f64 / b as f64).into(),
    })
}

fn divide_floats(a: f64, b: f64) -> Result<Dynamic> {
    if b == 0.0 {
        return Err("Nothing can be divided by zero. Check the divisor before, or give a fallback.".into());
    }
    Ok((a / b).into())
}

fn number_of(value: &Dynamic) -> Result<f64> {
    value.as_float().or_else(|_| value.as_int().map(|integer| integer as f64)).map_err(|_| "Only a number can be divided.".into())
}

/// Registers the six comparisons of two types by how they order; values that have no order are unequal.
macro_rules! compare {
    ($engine:expr, $a:ty, $b:ty, $order:expr) => {{
        let order = $order;
        $engine
            .register_fn("==", move |a: $a, b: $b| order(&a, &b).is_some_and(|order| order.is_eq()))
            .register_fn("!=", move |a: $a, b: $b| order(&a, &b).is_none_or(|order| order.is_ne()))
            .register_fn("<", move |a: $a, b: $b| order(&a, &b).is_some_and(|order| order.is_lt()))
            .register_fn("<=", move |a: $a, b: $b| order(&a, &b).is_some_and(|order| order.is_le()))
            .register_fn(">", move |a: $a, b: $b| order(&a, &b).is_some_and(|order| order.is_gt()))
            .register_fn(">=", move |a: $a, b: $b| order(&a, &b).is_some_and(|order| order.is_ge()));
    }};
}

fn comparison(engine: &mut Engine) {
    compare!(engine, i64, ImmutableString, |a: &i64, b: &ImmutableString| {
        text_number(b).and_then(|b| (*a as f64).partial_cmp(&b))
    });
    compare!(engine, ImmutableString, i64, |a: &ImmutableString, b: &i64| {
        text_number(a).and_then(|a| a.partial_cmp(&(*b as f64)))
    });
    compare!(engine, f64, ImmutableString, |a: &f64, b: &ImmutableString| { text_number(b).and_then(|b| a.partial_cmp(&b)) });
    compare!(engine, ImmutableString, f64, |a: &ImmutableString, b: &f64| { text_number(a).and_then(|a| a.partial_cmp(b)) });
}

/// The number that a text is, as a whole: `"1.500"` in Portuguese is fifteen hundred, `"10 apples"` is none.
fn text_number(text: &str) -> Option<f64> {
    find::whole_number(text, current_facts().own_language())
}

fn missing(engine: &mut Engine) {
    engine
        .register_fn("!", |(): ()| true)
        // Nothing added is nothing changed; so a counter may begin missing.
        .register_fn("+", |(): (), b: i64| b)
        .register_fn("+", |(): (), b: f64| b)
        .register_fn("+", |a: i64, (): ()| a)
        .register_fn("+", |a: f64, (): ()| a)
        .register_fn("+", |(): (), (): ()| ());
}

fn texts(engine: &mut Engine) {
    engine
        .register_fn("+", |a: ImmutableString, b: f64| a + plain_number(b))
        .register_fn("+", |a: f64, b: ImmutableString| plain_number(a) + b.as_str())
        .register_fn("to_string", |number: f64| plain_number(number))
        .register_fn("to_string", |(): ()| ImmutableString::new())
        .register_fn("to_string", |list: rhai::Array| -> Result<String> { text(&list.into()) })
        .register_fn("to_string", |map: rhai::Map| -> Result<String> { text(&map.into()) })
        .register_fn("to_string", |view: View| -> Result<String> { text(&Dynamic::from(view)) });
}

fn text(value: &Dynamic) -> Result<String> {
    Ok(super::convert::plain_text(&to_json(value)?))
}

fn moments(engine: &mut Engine) {
    compare!(engine, DateValue, DateValue, |a: &DateValue, b: &DateValue| Some(a.compare(b)));
    compare!(engine, DateValue, ImmutableString, |a: &DateValue, b: &ImmutableString| {
        DateValue::parse(b, &*current_facts()).map(|b| a.compare(&b))
    });
    compare!(engine, ImmutableString, DateValue, |a: &ImmutableString, b: &DateValue| {
        DateValue::parse(a, &*current_facts()).map(|a| a.compare(b))
    });
    engine
        .register_type_with_name::<DateValue>("date")
        .register_fn("+", |a: DateValue, b: ImmutableString| -> Result<DateValue> { a.add(&b, 1).map_err(Into::into) })
        .register_fn("-", |a: DateValue, b: ImmutableString| -> Result<DateValue> { a.add(&b, -1).map_err(Into::into) })
        .register_fn("+", |a: ImmutableString, b: DateValue| a + b.to_string())
        .register_fn("to_string", |moment: DateValue| moment.to_string())
        .register_get("year", |moment: &mut DateValue| i64::from(moment.date().year()))
        .register_get("month", |moment: &mut DateValue| i64::from(moment.date().month()))
        .register_get("day", |moment: &mut DateValue| i64::from(moment.date().day()))
        .register_get("hour", |moment: &mut DateValue| i64::from(moment.time().hour()))
        .register_get("minute", |moment: &mut DateValue| i64::from(moment.time().minute()))
        .register_get("weekday", |moment: &mut DateValue| moment.weekday())
        .register_get("date", |moment: &mut DateValue| DateValue::Date(moment.date()))
        .register_get("time", |moment: &mut DateValue| moment.time().strftime("%H:%M").to_string());
}
