//! Fields and their answers: what each holds at first, how an answer is written, and what is wrong with one.

use jiff::civil::{Date, Weekday};
use serde_json::{Map, Value};
use steps::pattern::Pattern;

use super::{
    binding::{Scope, is_true, plain},
    component::Placed,
};
use crate::words::{FormWords, fill};

/// How long an answer may be, where the field does not say (Flow JSON, Components: TextInput, TextArea).
const MAX_TEXT: usize = 80;
const MAX_AREA: usize = 600;
/// How many files may be added, where the field does not say (Flow JSON, Components: PhotoPicker, DocumentPicker).
const MAX_FILES: usize = 30;

/// What kind of answer a component asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line, of the type that the component names.
    Line,
    Area,
    /// One of its options.
    One,
    /// Some of its options.
    Several,
    Agreement,
    Date,
    /// A first and a last day.
    Range,
    /// Names of files.
    Files,
}

/// The kind of a component; None: it asks for nothing.
pub(super) fn kind(placed: &Placed<'_>, scope: &Scope<'_>) -> Option<Kind> {
    placed.component.name()?;
    Some(match placed.component.kind() {
        "TextInput" => Kind::Line,
        "TextArea" => Kind::Area,
        "RadioButtonsGroup" | "Dropdown" => Kind::One,
        "CheckboxGroup" | "ChipsSelector" => Kind::Several,
        "OptIn" => Kind::Agreement,
        "DatePicker" => Kind::Date,
        "CalendarPicker" if scope.text(placed.component, "mode") == "range" => Kind::Range,
        "CalendarPicker" => Kind::Date,
        "PhotoPicker" | "DocumentPicker" => Kind::Files,
        _ => return None,
    })
}

/// The answers of a screen: those that were given, written as a form sends them, and the first values of the others.
pub(super) fn answers(fields: &[Placed<'_>], given: &Map<String, Value>, scope: &Scope<'_>) -> Map<String, Value> {
    let mut answers = Map::new();
    for field in fields {
        let (Some(kind), Some(name)) = (kind(field, scope), field.component.name()) else { continue };
        // A field may stand in two branches.
        if !answers.contains_key(name) {
            answers.insert(name.to_owned(), given_to(name, kind, given).unwrap_or_else(|| first(field, name, kind, scope)));
        }
    }
    answers
}

/// What a browser's form says of a field, as the form sends it.
fn given_to(name: &str, kind: Kind, given: &Map<String, Value>) -> Option<Value> {
    if kind == Kind::Range && !given.contains_key(name) {
        let day = |end: &str| given.get(&format!("{name}.{end}"));
        let (start, end) = (day("start-date"), day("end-date"));
        return start.or(end).is_some().then(|| range(start, end));
    }
    given.get(name).map(|value| written(kind, value))
}

fn written(kind: Kind, value: &Value) -> Value {
    match kind {
        Kind::Agreement => Value::Bool(is_true(value) || value.as_str() == Some("on")),
        Kind::Several => match value {
            Value::Array(values) => values.iter().map(|value| Value::String(plain(value))).collect(),
            Value::Null => Value::Array(Vec::new()),
            Value::String(text) if text.is_empty() => Value::Array(Vec::new()),
            one => Value::Array(vec![plain(one).into()]),
        },
        Kind::Files => {
            let names = plain(value);
            names.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
        }
        Kind::Range => range(value.get("start-date"), value.get("end-date")),
        Kind::Line | Kind::Area | Kind::One | Kind::Date => Value::String(plain(value)),
    }
}

fn range(start: Option<&Value>, end: Option<&Value>) -> Value {
    let day = |day: Option<&Value>| Value::String(day.map(plain).unwrap_or_default());
    Value::Object(Map::from_iter([("start-date".to_owned(), day(start)), ("end-date".to_owned(), day(end))]))
}

/// What a field holds before anybody answers: its own `init-value`, else its form's.
fn first(field: &Placed<'_>, name: &str, kind: Kind, scope: &Scope<'_>) -> Value {
    let own = scope.get(field.component, "init-value");
    let of_form = || field.form.map(|form| scope.get(form, "init-values")[name].clone()).unwrap_or_default();
    written(kind, &if own.is_null() { of_form() } else { own })
}

/// What is wrong with the answer to a field, in words; None: it fits.
pub(super) fn problem(field: &Placed<'_>, answer: &Value, scope: &Scope<'_>, words: &FormWords) -> Option<String> {
    let kind = kind(field, scope)?;
    let component = field.component;
    if !scope.flag(component, "enabled", true) {
        return None;
    }
    let checked = Checked { field, answer, scope, words };
    if is_empty(kind, answer) {
        return match kind {
            _ if !checked.is_required(kind) => None,
            Kind::Agreement => Some(words.must_agree.to_owned()),
            Kind::Several => Some(words.too_few.of(checked.limit("min-selected-items").unwrap_or(1).max(1))),
            _ => Some(words.required.to_owned()),
        };
    }
    match kind {
        Kind::Line => checked.line(),
        Kind::Area => checked.length(None, checked.limit("max-length").unwrap_or(count(MAX_AREA))),
        Kind::One => checked.options(std::slice::from_ref(answer)),
        Kind::Several => {
            let chosen = answer.as_array().map(Vec::as_slice).unwrap_or_default();
            let number = chosen.len();
            checked.options(chosen).or_else(|| checked.between(number, "min-selected-items", "max-selected-items", i64::MAX))
        }
        Kind::Agreement => None,
        Kind::Date => checked.day(&plain(answer)),
        Kind::Range => checked.range(),
        Kind::Files => {
            let (least, most) = match component.kind() {
                "PhotoPicker" => ("min-uploaded-photos", "max-uploaded-photos"),
                _ => ("min-uploaded-documents", "max-uploaded-documents"),
            };
            checked.between(answer.as_array().map_or(0, Vec::len), least, most, count(MAX_FILES))
        }
    }
}

fn is_empty(kind: Kind, answer: &Value) -> bool {
    match kind {
        Kind::Agreement => !is_true(answer),
        Kind::Range => answer.as_object().is_none_or(|days| days.values().all(|day| plain(day).trim().is_empty())),
        _ => plain(answer).trim().is_empty(),
    }
}

/// An answer under examination.
struct Checked<'c> {
    field: &'c Placed<'c>,
    answer: &'c Value,
    scope: &'c Scope<'c>,
    words: &'c FormWords,
}

impl Checked<'_> {
    fn is_required(&self, kind: Kind) -> bool {
        let component = self.field.component;
        match kind {
            // Files have a least number instead.
            Kind::Files => {
                ["min-uploaded-photos", "min-uploaded-documents"].iter().any(|key| self.limit(key).is_some_and(|least| least > 0))
            }
            Kind::Range => match self.scope.get(component, "required") {
                Value::Object(days) => days.values().any(is_true),
                required => is_true(&required),
            },
            _ => self.scope.flag(component, "required", false),
        }
    }

    fn limit(&self, key: &str) -> Option<i64> {
        self.scope.number(self.field.component, key).map(count)
    }

    fn line(&self) -> Option<String> {
        let text = plain(self.answer);
        let component = self.field.component;
        let typed = match self.scope.text(component, "input-type").as_str() {
            "number" => text.trim().replace(',', ".").parse::<f64>().is_err().then_some(self.words.no_number),
            "email" => (!is_email(text.trim())).then_some(self.words.no_email),
            "phone" => (!is_phone(&text)).then_some(self.words.no_phone),
            "passcode" => (!text.chars().all(|digit| digit.is_ascii_digit())).then_some(self.words.no_passcode),
            _ => None,
        };
        let other_pattern = || {
            let pattern = self.scope.text(component, "pattern");
            // A pattern that is none says nothing; Meta refuses it when the form is published.
            let pattern = Pattern::new(&format!("^(?-i:{pattern})$")).ok().filter(|_| !pattern.is_empty())?;
            (!pattern.is_match(&text)).then(|| self.error_text().unwrap_or_else(|| self.words.other_pattern.to_owned()))
        };
        typed
            .map(|problem| self.error_text().unwrap_or_else(|| problem.to_owned()))
            .or_else(other_pattern)
            .or_else(|| self.length(self.limit("min-chars"), self.limit("max-chars").unwrap_or(count(MAX_TEXT))))
    }

    /// The field's own text for an answer that does not fit: its helper text says more than we can where it has a pattern.
    fn error_text(&self) -> Option<String> {
        let own = self.scope.text(self.field.component, "error-message");
        Some(own).filter(|text| !text.is_empty())
    }

    fn length(&self, least: Option<i64>, most: i64) -> Option<String> {
        let length = count(plain(self.answer).chars().count());
        match least {
            Some(least) if length < least => Some(self.words.too_short.of(least)),
            _ if length > most => Some(self.words.too_long.of(most)),
            _ => None,
        }
    }

    fn between(&self, number: usize, least: &str, most: &str, otherwise: i64) -> Option<String> {
        let number = count(number);
        let (least, most) = (self.limit(least).unwrap_or_default(), self.limit(most).unwrap_or(otherwise));
        if number < least {
            return Some(self.words.too_few.of(least));
        }
        (number > most).then(|| self.words.too_many.of(most))
    }

    /// Only what is offered can be chosen.
    fn options(&self, chosen: &[Value]) -> Option<String> {
        let offered = self.scope.list(self.field.component, "data-source");
        let is_offered = |id: &Value| {
            let option = offered.iter().find(|option| plain(&option["id"]) == plain(id));
            option.is_some_and(|option| option.get("enabled") != Some(&Value::Bool(false)))
        };
        chosen.iter().find(|id| !is_offered(id)).map(|id| fill(self.words.no_such_option, &plain(id)))
    }

    fn day(&self, text: &str) -> Option<String> {
        let component = self.field.component;
        let Some(day) = date(text) else { return Some(self.words.no_date.to_owned()) };
        let bound = |key: &str| date(&self.scope.text(component, key));
        if let Some(first) = bound("min-date").filter(|first| day < *first) {
            return Some(fill(self.words.too_early, &first.to_string()));
        }
        if let Some(last) = bound("max-date").filter(|last| day > *last) {
            return Some(fill(self.words.too_late, &last.to_string()));
        }
        let taken = self.scope.list(component, "unavailable-dates").iter().any(|taken| date(&plain(taken)) == Some(day));
        let weekdays = self.scope.list(component, "include-days");
        let open = weekdays.is_empty() || weekdays.iter().any(|name| plain(name) == weekday(day));
        (taken || !open).then(|| self.words.not_that_day.to_owned())
    }

    fn range(&self) -> Option<String> {
        let end = |key: &str| plain(&self.answer[key]);
        let (first, last) = (end("start-date"), end("end-date"));
        if first.trim().is_empty() || last.trim().is_empty() {
            return Some(self.words.required.to_owned());
        }
        if let Some(problem) = self.day(&first).or_else(|| self.day(&last)) {
            return Some(problem);
        }
        let (first, last) = (date(&first)?, date(&last)?);
        if last < first {
            return Some(self.words.end_before_start.to_owned());
        }
        let days = i64::from((last - first).get_days()) + 1;
        match (self.limit("min-days"), self.limit("max-days")) {
            (Some(least), _) if days < least => Some(self.words.too_few_days.of(least)),
            (_, Some(most)) if days > most => Some(self.words.too_many_days.of(most)),
            _ => None,
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A day as Flow JSON writes it: `2026-03-02`, before version 5.0 the milliseconds since 1970.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let of_millis =
        || jiff::Timestamp::from_millisecond(text.parse().ok()?).ok().map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date());
    text.parse().ok().or_else(of_millis)
}

/// As `include-days` names it.
fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// Something before and after one `@`, with a dot behind it: what a phone can tell without asking.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| {
        let dotted = host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty());
        !name.is_empty() && dotted && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.chars().all(|character| character.is_ascii_digit() || "+-() .".contains(character))
}
