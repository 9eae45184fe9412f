//! Moments in time as the contact value keeps them: Unix milliseconds, in the business's zone only when shown.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Arithmetic saturates: an input far off gives a far moment, never a panic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct Moment(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Moment {
    pub const MAX: Moment = Moment(i64::MAX);

    pub fn from_seconds(seconds: i64) -> Self {
        Moment(seconds.saturating_mul(SECOND))
    }

    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Moment(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment; negative when it lies before.
    pub fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As a timestamp, cut to the years that jiff can show.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// Reads ISO 8601: a moment with its offset or zone, else a date, with or without a time, in `zone`.
    pub fn read(text: &str, zone: &TimeZone) -> Option<Self> {
        let text = text.trim();
        let zoned = || text.parse::<Zoned>().ok().map(|zoned| zoned.timestamp());
        let local = || {
            let time = text.parse::<jiff::civil::DateTime>().or_else(|_| Ok(text.parse::<jiff::civil::Date>()?.at(0, 0, 0, 0)));
            let time: Result<_, jiff::Error> = time;
            time.ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
        };
        text.parse::<Timestamp>().ok().or_else(zoned).or_else(local).map(Moment::from)
    }

    pub fn zoned(self, zone: &TimeZone) -> Zoned {
        self.timestamp().to_zoned(zone.clone())
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Moment(timestamp.as_millisecond())
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let expected = Moment(1_798_722_000_000);
        for text in
            ["2026-12-31T10:00:00-03:00", "2026-12-31T13:00:00Z", "2026-12-31T10:00", "2026-12-31T10:00:00[America/Sao_Paulo]"]
        {
            assert_eq!(Moment::read(text, &zone), Some(expected), "{text}");
        }
        assert_eq!(Moment::read("2026-12-31", &zone), Some(expected.plus(-10 * HOUR)));
        assert_eq!(Moment::read("soon", &zone), None);
    }

    #[test]
    fn far_moments_saturate() {
        assert_eq!(Moment::MAX.plus(1), Moment::MAX);
        assert_eq!(Moment(i64::MIN).timestamp(), Timestamp::MIN);
        assert_eq!(Moment::from_seconds(i64::MAX), Moment::MAX);
    }
}
