//! Business hours: spans by weekday and, for holidays, by date. A span may pass midnight.

use indexmap::IndexMap;
use jiff::{
    Span, Zoned,
    civil::{Date, Time, Weekday},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// How far ahead [`Hours::opens_at`] looks. A business that is closed for longer has no next opening.
pub const LOOK_AHEAD_DAYS: i32 = 60;

/// When people are there. Empty: always.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hours {
    /// As written, for writing it again.
    source: IndexMap<String, Vec<String>>,
    weekdays: [Vec<OpenSpan>; 7],
    dates: Vec<(Date, Vec<OpenSpan>)>,
}

/// From a time of the day for so many minutes, past midnight too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OpenSpan {
    from: Time,
    minutes: i64,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

const MINUTES_OF_DAY: i64 = 24 * 60;

impl Hours {
    /// Reads `{"mon-fri": ["09:00-18:00"], "2026-12-25": []}`, or says which entry is wrong.
    pub fn new(source: IndexMap<String, Vec<String>>) -> Result<Self, String> {
        let mut hours = Hours::default();
        for (key, spans) in &source {
            let spans = spans.iter().map(|span| read_span(span)).collect::<Result<Vec<_>, _>>()?;
            if let Some(days) = read_days(key) {
                for day in days {
                    hours.weekdays[day].extend(&spans);
                }
            } else if let Ok(date) = key.parse::<Date>() {
                hours.dates.push((date, spans));
            } else {
                return Err(format!(
                    "{key:?} is neither a weekday (`mon`), a span of weekdays (`mon-fri`) nor a date (`2026-12-25`)"
                ));
            }
        }
        hours.source = source;
        Ok(hours)
    }

    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Whether the business is open at this moment. Without hours it always is.
    pub fn is_open(&self, now: &Zoned) -> bool {
        if self.is_empty() {
            return true;
        }
        let today = now.date();
        let minute = i64::from(now.hour()) * 60 + i64::from(now.minute());
        let covers = |date: Date, minute: i64| {
            self.spans(date).iter().any(|span| {
                let from = minutes_of(span.from);
                minute >= from && minute < from + span.minutes
            })
        };
        covers(today, minute) || today.yesterday().is_ok_and(|yesterday| covers(yesterday, minute + MINUTES_OF_DAY))
    }

    /// The moment of the next opening, or now when it is open; None when there is none within [`LOOK_AHEAD_DAYS`].
    pub fn opens_at(&self, now: &Zoned) -> Option<Zoned> {
        if self.is_open(now) {
            return Some(now.clone());
        }
        (0..=LOOK_AHEAD_DAYS).find_map(|days| {
            let date = now.date().checked_add(Span::new().days(days)).ok()?;
            let mut openings: Vec<Zoned> = self
                .spans(date)
                .iter()
                .filter_map(|span| date.to_datetime(span.from).to_zoned(now.time_zone().clone()).ok())
                .filter(|opening| opening > now)
                .collect();
            openings.sort();
            openings.into_iter().next()
        })
    }

    /// Whether the business opens on this day. Without hours it does from Monday to Friday.
    pub fn is_workday(&self, date: Date) -> bool {
        if self.is_empty() {
            return !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        }
        !self.spans(date).is_empty()
    }

    fn spans(&self, date: Date) -> &[OpenSpan] {
        match self.dates.iter().find(|(holiday, _)| *holiday == date) {
            Some((_, spans)) => spans,
            None => &self.weekdays[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())],
        }
    }
}

fn minutes_of(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn read_days(key: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|(short, _)| *short == name);
    match key.split_once('-') {
        None => Some(vec![day(key)?]),
        Some((from, to)) => {
            let (from, to) = (day(from)?, day(to)?);
            let length = (to + 7 - from) % 7;
            Some((0..=length).map(|step| (from + step) % 7).collect())
        }
    }
}

fn read_span(text: &str) -> Result<OpenSpan, String> {
    let wrong = || format!("{text:?} is no span of hours; write it as `09:00-18:00`, past midnight as `22:00-02:00`");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (read_minutes(from).ok_or_else(wrong)?, read_minutes(to).ok_or_else(wrong)?);
    if from == MINUTES_OF_DAY {
        return Err(wrong());
    }
    let minutes = if to > from { to - from } else { to + MINUTES_OF_DAY - from };
    let (hour, minute) = ((from / 60) as i8, (from % 60) as i8);
    Ok(OpenSpan { from: Time::new(hour, minute, 0, 0).map_err(|_| wrong())?, minutes })
}

fn read_minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let in_day = (0..24).contains(&hour) && (0..60).contains(&minute);
    (in_day || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Hours::new(IndexMap::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hours".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Spans such as `09:00-18:00` by weekday (`mon`, `mon-fri`) and, for holidays, by date (`2026-12-25`).",
            "propertyNames": {"pattern": "^((mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?|\\d{4}-\\d{2}-\\d{2})$"},
            "additionalProperties": {"type": "array", "items": {"type": "string", "pattern": "^\\d{1,2}:\\d{2}-\\d{1,2}:\\d{2}$"}},
            "x-kind": "hours"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(json: &str) -> Hours {
        serde_json::from_str(json).unwrap()
    }

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_with_a_break_and_a_holiday() {
        let hours = hours(r#"{"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["09:00-12:00"], "2026-12-25": []}"#);
        assert!(hours.is_open(&at("2026-12-24T09:00[America/Sao_Paulo]")));
        assert!(!hours.is_open(&at("2026-12-24T12:30[America/Sao_Paulo]")));
        assert!(!hours.is_open(&at("2026-12-24T18:00[America/Sao_Paulo]")));
        assert!(!hours.is_open(&at("2026-12-25T10:00[America/Sao_Paulo]")), "a holiday on a Friday");
        let next = hours.opens_at(&at("2026-12-24T19:00[America/Sao_Paulo]")).unwrap();
        assert_eq!(next, at("2026-12-26T09:00[America/Sao_Paulo]"));
    }

    #[test]
    fn a_span_may_pass_midnight() {
        let hours = hours(r#"{"fri-sat": ["20:00-02:00"]}"#);
        assert!(hours.is_open(&at("2026-11-22T01:59[UTC]")), "Sunday, from Saturday's span");
        assert!(!hours.is_open(&at("2026-11-22T02:00[UTC]")));
        assert!(!hours.is_open(&at("2026-11-20T01:00[UTC]")), "Friday, Thursday was closed");
    }

    #[test]
    fn never_open_has_no_opening_and_no_hours_are_always() {
        assert_eq!(hours(r#"{"mon": []}"#).opens_at(&at("2026-11-20T01:00[UTC]")), None);
        assert!(Hours::default().is_open(&at("2026-11-20T01:00[UTC]")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for wrong in [r#"{"monday": []}"#, r#"{"mon": ["9-18"]}"#, r#"{"mon": ["24:00-02:00"]}"#, r#"{"mon": ["09:70-10:00"]}"#] {
            assert!(serde_json::from_str::<Hours>(wrong).is_err(), "{wrong}");
        }
    }
}
