//! What a model costs. Exact: in integers, rounded once a call.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use steps::asked::{Cost, MILLION, Tokens};

/// Decimals that a price may have.
const DECIMALS: usize = 6;

/// What a million tokens cost, in millionths of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(u64);

/// What the tokens of one model cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    pub prompt: Price,
    pub answer: Price,
    /// A label.
    pub currency: String,
}

impl Prices {
    /// What these tokens cost, half a millionth rounded up; None: the model's server counted none.
    pub fn cost(&self, tokens: Tokens) -> Option<Cost> {
        let of = |tokens: u64, price: Price| u128::from(tokens) * u128::from(price.0);
        let exact = of(tokens.prompt, self.prompt) + of(tokens.answer, self.answer);
        let million = u128::from(MILLION);
        let millionths = u64::try_from((exact + million / 2) / million).unwrap_or(u64::MAX);
        (!tokens.is_none()).then(|| Cost { millionths, currency: self.currency.as_str().into() })
    }
}

impl Price {
    /// Of a decimal number such as `0.15`.
    fn read(text: &str) -> Option<Self> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number(whole) || !is_number(rest) || rest.len() > DECIMALS {
            return None;
        }
        let millionths: u64 = format!("{rest:0<DECIMALS$}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(MILLION)?.checked_add(millionths).map(Price)
    }
}

/// A price of the settings; an empty text is none.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Price>, D::Error> {
    struct Text;

    impl de::Visitor<'_> for Text {
        type Value = Option<Price>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a price for a million tokens as text, such as \"0.15\", with at most six decimals")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text.trim() {
                "" => Ok(None),
                text => Price::read(text).map(Some).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self)),
            }
        }
    }

    deserializer.deserialize_str(Text)
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        optional(deserializer)?.ok_or_else(|| de::Error::custom("a price is empty; leave it out, or write one such as \"0.15\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(prompt: &str, answer: &str) -> Prices {
        let read = |text| Price::read(text).unwrap();
        Prices { prompt: read(prompt), answer: read(answer), currency: "USD".into() }
    }

    #[test]
    fn costs_are_exact() {
        let cost = |prices: &Prices, prompt, answer| prices.cost(Tokens { prompt, answer }).map(|cost| cost.millionths);
        let small = prices("0.15", "0.6");
        assert_eq!(cost(&small, 1_000_000, 1_000_000), Some(750_000));
        assert_eq!(cost(&small, 1_234, 56), Some(219), "218.7");
        assert_eq!(cost(&small, 3, 0), Some(0), "0.45");
        assert_eq!(cost(&small, 2, 1), Some(1), "0.9");
        assert_eq!(cost(&small, 0, 0), None, "nothing was counted");
        // What floating point numbers lose.
        assert_eq!(cost(&prices("0.1", "0.2"), 10_000_000, 10_000_000), Some(3_000_000));
        assert_eq!(cost(&prices("18446744073708", "0"), u64::MAX, 0), Some(u64::MAX));
    }

    #[test]
    fn a_price_is_a_decimal_number() {
        for (text, expected) in [("0.15", 150_000), ("3", 3_000_000), ("0.000001", 1), ("15.25", 15_250_000)] {
            assert_eq!(Price::read(text), Some(Price(expected)), "{text}");
        }
        for wrong in ["", ".5", "5.", "0.0000001", "-1", "1e3", "1,5", "99999999999999999999"] {
            assert_eq!(Price::read(wrong), None, "{wrong}");
        }
    }
}
