//! Dates while an expression runs: a day, or an instant in the bot's zone. Outside they are ISO 8601 text.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Zoned};

use super::duration::parse_duration;
use super::facts::Facts;
use super::find;

/// `date("31/12/2026")`, `now`, and what is calculated from them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DateValue {
    Date(Date),
    Instant(Zoned),
}

impl DateValue {
    /// Reads an ISO 8601 date or moment, or what a person writes for a date: day first by the language, words too. A moment without
    /// an offset is in the bot's zone.
    pub(crate) fn parse(text: &str, facts: &dyn Facts) -> Option<Self> {
        let text = text.trim();
        let now = facts.now();
        if text.len() > 10 {
            if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
                return Some(Self::Instant(timestamp.to_zoned(now.time_zone().clone())));
            }
            if text.as_bytes()[4] == b'-'
                && let Ok(local) = text.parse::<jiff::civil::DateTime>()
                && let Ok(zoned) = local.to_zoned(now.time_zone().clone())
            {
                return Some(Self::Instant(zoned));
            }
        }
        find::date(text, facts.own_language(), now.date()).map(Self::Date)
    }

    pub(crate) fn date(&self) -> Date {
        match self {
            Self::Date(date) => *date,
            Self::Instant(zoned) => zoned.date(),
        }
    }

    /// The time of day; midnight for a day.
    pub(crate) fn time(&self) -> Time {
        match self {
            Self::Date(_) => Time::midnight(),
            Self::Instant(zoned) => zoned.time(),
        }
    }

    /// The weekday as in `hours`: `mon` to `sun`.
    pub(crate) fn weekday(&self) -> &'static str {
        const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        NAMES[self.date().weekday().to_monday_zero_offset() as usize]
    }

    /// Days compare by day, instants by instant; a day with an instant by day.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Instant(a), Self::Instant(b)) => a.timestamp().cmp(&b.timestamp()),
            (a, b) => a.date().cmp(&b.date()),
        }
    }

    /// So many days later, or earlier; a moment at the same time of the day.
    pub(crate) fn days_later(&self, days: i64) -> Result<Self, String> {
        let days = jiff::Span::new().try_days(days).map_err(|error| error.to_string())?;
        let outside = |_| "The date lies too far off.".to_owned();
        match self {
            Self::Date(date) => date.checked_add(days).map(Self::Date).map_err(outside),
            Self::Instant(zoned) => zoned.checked_add(days).map(Self::Instant).map_err(outside),
        }
    }

    /// This and a duration such as `2h`, `sign` times. A day stays a day when the duration is whole days.
    pub(crate) fn add(&self, duration: &str, sign: i64) -> Result<Self, String> {
        let duration = parse_duration(duration).map_err(|error| error.to_string())?;
        let milliseconds = sign * i64::try_from(duration.as_millis()).map_err(|error| error.to_string())?;
        let amount = SignedDuration::from_millis(milliseconds);
        let outside = || "The date lies too far off.".to_owned();
        match self {
            Self::Date(date) => {
                let hours_left = milliseconds % SignedDuration::from_hours(24).as_millis() as i64;
                if hours_left != 0 {
                    return Err("Only whole days can be added to a day; add hours to a moment, such as `now`.".to_owned());
                }
                date.checked_add(amount).map(Self::Date).map_err(|_| outside())
            }
            Self::Instant(zoned) => zoned.checked_add(amount).map(Self::Instant).map_err(|_| outside()),
        }
    }
}

impl fmt::Display for DateValue {
    /// ISO 8601: `2026-12-31`, `2026-03-02T10:00:00-03:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::Instant(zoned) => write!(f, "{}", zoned.strftime("%Y-%m-%dT%H:%M:%S%:z")),
        }
    }
}
