//! What comes back when a customer taps: the option's id on the wire says which session, bot version, step and option it was, so that
//! an old button, tapped weeks later, never acts on the wrong step.

use std::{fmt, str::FromStr};

use crate::ids::{SessionId, StepId, Version};

/// A button's or row's id: `3.9f86d081884c7d65.welcome.buy`. At most 200 characters fit into a row's id; 160 are ever used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyId {
    pub session: SessionId,
    pub version: Version,
    pub step: StepId,
    /// The option's id, else its place (`0`, `1_2` for section and row); an element of `each` has its index behind a hyphen.
    pub key: String,
}

/// Not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this id was not made here")]
pub struct ForeignId;

impl fmt::Display for ReplyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}.{}", self.session, self.version, self.step, self.key)
    }
}

impl FromStr for ReplyId {
    type Err = ForeignId;

    fn from_str(text: &str) -> Result<Self, ForeignId> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or(ForeignId);
        let session = SessionId(part()?.parse().map_err(|_| ForeignId)?);
        let version = part()?;
        if version.len() != 16 || !version.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ForeignId);
        }
        let version = Version::new(version);
        let step = StepId::new(part()?).map_err(|_| ForeignId)?;
        Ok(ReplyId { session, version, step, key: part()?.to_owned() })
    }
}

/// A card's button has room for 20 characters (Cloud API, Interactive media carousel): `~9f86d0.3.1k.0.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortReplyId {
    pub session: SessionId,
    pub version_prefix: String,
    /// The step's place in the document.
    pub step: usize,
    pub card: usize,
    pub button: usize,
}

impl ShortReplyId {
    /// How much of the version fits.
    const PREFIX: usize = 6;

    pub fn prefix(version: &Version) -> String {
        version.as_str().chars().take(Self::PREFIX).collect()
    }
}

impl fmt::Display for ShortReplyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base36 = |number: u64| to_base36(number);
        write!(
            formatter,
            "~{}.{}.{}.{}.{}",
            self.version_prefix,
            base36(u64::from(self.session.0)),
            base36(self.step as u64),
            base36(self.card as u64),
            base36(self.button as u64)
        )
    }
}

impl FromStr for ShortReplyId {
    type Err = ForeignId;

    fn from_str(text: &str) -> Result<Self, ForeignId> {
        let parts: Vec<&str> = text.strip_prefix('~').ok_or(ForeignId)?.split('.').collect();
        let [version_prefix, session, step, card, button] = parts[..] else { return Err(ForeignId) };
        let number = |text: &str| u64::from_str_radix(text, 36).map_err(|_| ForeignId);
        let place = |text: &str| usize::try_from(number(text)?).map_err(|_| ForeignId);
        if version_prefix.len() != Self::PREFIX || !version_prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ForeignId);
        }
        Ok(ShortReplyId {
            session: SessionId(u32::try_from(number(session)?).map_err(|_| ForeignId)?),
            version_prefix: version_prefix.to_owned(),
            step: place(step)?,
            card: place(card)?,
            button: place(button)?,
        })
    }
}

fn to_base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[usize::try_from(number % 36).unwrap_or_default()]));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_went() {
        let id = ReplyId {
            session: SessionId(3),
            version: Version::new("9f86d081884c7d65"),
            step: StepId::new("welcome").unwrap(),
            key: "buy".into(),
        };
        assert_eq!(id.to_string(), "3.9f86d081884c7d65.welcome.buy");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_short_id_fits_where_a_card_has_20_characters() {
        let id = ShortReplyId { session: SessionId(46_000), version_prefix: "9f86d0".into(), step: 4_999, card: 9, button: 1 };
        assert!(id.to_string().len() <= crate::limits::CARD_BUTTON_ID, "{id}");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn foreign_ids_are_told_apart() {
        for text in [
            "",
            "buy",
            "1.2.3.4",
            "x.9f86d081884c7d65.welcome.buy",
            "3.9f86d081884c7d65.Welcome.buy",
            "~",
            "~9f86d0.1.2.3",
            "~zzzzzz.1.2.3.4",
        ] {
            assert!(text.parse::<ReplyId>().is_err() && text.parse::<ShortReplyId>().is_err(), "{text}");
        }
    }
}
