//! What the strings of a document mean: texts and expressions compiled, paths and durations read. What can't be is said with the place
//! inside the string.

use std::ops::Range;

use jiff::tz::TimeZone;
use jsonc_parser::ast::StringLit;

use super::{
    diagnostic::Diagnostic,
    json,
    walk::{Named, Site, shortened},
};
use crate::{
    expression::{CompileError, Duration, Expression, Reference, Script, Text, parse_duration},
    hours::Hours,
    ids::check_id,
    path::Path,
    pattern::Pattern,
    step::ai_reply::Host,
};

pub(super) use crate::language::is_tag as is_language;

pub(super) const EXPRESSION: &str = "expression";
pub(super) const PATH: &str = "path";
pub(super) const DURATION: &str = "duration";
pub(super) const PATTERN: &str = "pattern";
pub(super) const ID: &str = "id";
pub(super) const HOURS: &str = "hours";
pub(super) const TIMEZONE: &str = "timezone";
pub(super) const COUNTRY: &str = "country";
pub(super) const LANGUAGE: &str = "language";
pub(super) const CRON: &str = "cron";
pub(super) const HOST: &str = "host";

/// What a string turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    Text(Text),
    Expression(Expression),
    Script(Script),
    Path(Path),
    Duration(Duration),
    /// A name, or a string that could not be read.
    Other,
}

impl Meaning {
    /// The paths that it reads, with their place in the string.
    pub(crate) fn reads(&self) -> Vec<Reference> {
        match self {
            Meaning::Text(text) => text.reads(),
            Meaning::Expression(expression) => expression.reads().to_vec(),
            Meaning::Script(script) => script.reads().to_vec(),
            _ => Vec::new(),
        }
    }
}

/// Reads a string by its kind.
pub(super) fn read(source: &str, site: &Site<'_>, problems: &mut Vec<Diagnostic>) -> Meaning {
    let text = &*site.literal.value;
    let whole = site.literal.range.start..site.literal.range.end;
    let mut problem = |code: &'static str, span: Range<usize>, message: String| {
        problems.push(Diagnostic::error(code, &site.place, span, message));
    };
    let read = match site.kind {
        "text" => Text::compile(text).map(Meaning::Text),
        "expression" => Expression::compile(text).map(Meaning::Expression),
        "script" => Script::compile(text).map(Meaning::Script),
        "path" => match text.parse::<Path>() {
            Ok(path) => return Meaning::Path(path),
            Err(error) => {
                problem(PATH, whole, error.to_string());
                return Meaning::Other;
            }
        },
        "duration" => match parse_duration(text) {
            Ok(duration) => return Meaning::Duration(duration),
            Err(_) => {
                problems.push(
                    Diagnostic::error(DURATION, &site.place, whole, format!("`{}` is no duration", shortened(text)))
                        .expected("a number and a unit: `90s`, `15m`, `2h`, `3d`, or several such as `1d12h`; at most 3650d"),
                );
                return Meaning::Other;
            }
        },
        _ => {
            if let Some((code, message)) = misread(site.kind, text) {
                problem(code, whole, message);
            }
            return Meaning::Other;
        }
    };
    read.unwrap_or_else(|error| {
        let span = error_span(source, site.literal, &error);
        problem(EXPRESSION, span, error.message);
        Meaning::Other
    })
}

/// What is wrong with a string that is kept as it stands.
fn misread(kind: &str, text: &str) -> Option<(&'static str, String)> {
    match kind {
        "link" | "bot" | "option_id" | "id" => check_id(text).err().map(|error| (ID, error.to_string())),
        "pattern" => Pattern::new(text).err().map(|message| (PATTERN, message)),
        "timezone" => TimeZone::get(text).is_err().then(|| {
            (TIMEZONE, format!("there is no time zone `{}`; write an IANA name such as `America/Sao_Paulo`", shortened(text)))
        }),
        "country" => text.parse::<phonenumber::country::Id>().is_err().then(|| {
            (COUNTRY, format!("there is no country `{}`; write its two letters (ISO 3166) such as `BR`", shortened(text)))
        }),
        "language" | "template_language" => (!is_language(text))
            .then(|| (LANGUAGE, format!("`{}` is no language tag; write it as `pt-BR`, `es` or `en_US`", shortened(text)))),
        "host" => (!Host::is_valid(text))
            .then(|| (HOST, format!("`{}` is no host; write its name alone, such as `shop.example`", shortened(text)))),
        "cron" => cron_error(text).map(|message| (CRON, message)),
        _ => None,
    }
}

fn cron_error(text: &str) -> Option<String> {
    use croner::parser::{CronParser, Seconds, Year};
    let advice = "write five fields: minute, hour, day, month, weekday, such as `0 9 * * 1-5` for nine o'clock on working days";
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    match parser.parse(text) {
        Ok(_) => None,
        Err(error) => Some(format!("this is no schedule ({error}); {advice}")),
    }
}

/// Reads business hours entry by entry, so that the wrong one is pointed at.
pub(super) fn read_hours(hours: &Named<'_>, problems: &mut Vec<Diagnostic>) {
    for property in &hours.object.properties {
        let name = json::key(property);
        let mut check = |spans: Vec<String>, span: Range<usize>, place| {
            if let Err(message) = Hours::new([(name.to_owned(), spans)].into_iter().collect()) {
                problems.push(Diagnostic::error(HOURS, &place, span, message));
                return false;
            }
            true
        };
        let place = hours.place.name(name);
        if !check(Vec::new(), json::key_span(property), place.clone()) {
            continue;
        }
        for (index, span) in property.value.as_array().map_or(&[][..], |list| &list.elements).iter().enumerate() {
            if let Some(text) = span.as_string_lit() {
                check(vec![text.value.to_string()], json::span(span), place.child(super::place::Key::Index(index)));
            }
        }
    }
}

fn error_span(source: &str, literal: &StringLit<'_>, error: &CompileError) -> Range<usize> {
    let span = json::within(source, literal, error.offset, error.len);
    if span.is_empty() {
        // A point: the end of the string is its closing quote, which the caret may stand under.
        return span.start..(span.start + 1).min(literal.range.end);
    }
    span
}
