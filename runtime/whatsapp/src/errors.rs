//! The Cloud API's errors: which code means what, the right reaction, and what a person should do about it.
//!
//! Built on `code` and `error_data.details` alone, as Meta asks; the HTTP status says little (400 for rate limits, 500 for settings).

mod table;

use std::ops::RangeInclusive;

use serde_json::Value;
use steps::{
    event::{ChannelError, Reaction},
    limits,
    moment::{MINUTE, SECOND},
};

pub use table::Explanation;

/// Meta gave no code. None of its own has this number.
pub const NO_CODE: i64 = -1;
/// One message in 6 seconds to a customer, passed (see [`steps::pace::PAIR`]).
pub const PAIR_LIMIT: i64 = 131_056;
/// The customer service window is closed.
pub const WINDOW_CLOSED: i64 = 131_047;
/// The access token is invalid or has expired.
pub const TOKEN_INVALID: i64 = 190;

/// Characters of the channel's own words that are kept.
const TEXT: usize = 300;

/// Reads an error object: `error` of an HTTP answer, an element of `errors` in a webhook. Whatever is missing stays empty.
pub fn read(error: &Value) -> ChannelError {
    let code = match &error["code"] {
        Value::Number(number) => number.as_i64().unwrap_or(NO_CODE),
        Value::String(text) => text.parse().unwrap_or(NO_CODE),
        _ => NO_CODE,
    };
    let said = [&error["error_data"]["details"], &error["message"], &error["title"]];
    let text = said.into_iter().find_map(|value| value.as_str().filter(|text| !text.trim().is_empty()));
    new(code, text.unwrap_or_default())
}

/// An error by its code, with what the channel said.
pub fn new(code: i64, said: &str) -> ChannelError {
    let explanation = explain(code);
    let text = if said.is_empty() { explanation.happened } else { limits::cut(said, TEXT) };
    ChannelError { code, name: explanation.name.to_owned(), text: text.to_owned(), reaction: explanation.reaction }
}

/// What a code means, for people: what happened and what to do. Unknown codes have an explanation too.
pub fn explain(code: i64) -> &'static Explanation {
    table::TABLE.iter().find(|entry| entry.codes.contains(&code)).map_or(&table::UNKNOWN, |entry| &entry.explanation)
}

/// Every code with its explanation, by topic; for the reference page.
pub fn all() -> impl Iterator<Item = (RangeInclusive<i64>, &'static Explanation)> {
    table::TABLE.iter().map(|entry| (entry.codes.clone(), &entry.explanation))
}

/// How long to wait, in milliseconds, before a refused send is tried again; None: it must not be repeated.
///
/// `attempt` counts the tries made so far, from 1. Only causes are repeated that refuse a message before it is taken on: a limit, an
/// outage, maintenance. The pair limit waits 4^X seconds as Meta asks; whatever else, a minute, then longer. The caller gives up
/// earlier when the customer service window closes.
pub fn retry_after(error: &ChannelError, attempt: u32) -> Option<i64> {
    const PAUSES: [i64; 5] = [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE];
    /// 4^5 seconds are 17 minutes: more than the whole burst takes to be paid back.
    const PAIR_ATTEMPTS: u32 = 6;
    /// Meta doesn't know itself what went wrong: two or three times, then no more.
    const UNKNOWN_ATTEMPTS: usize = 3;

    if error.reaction != Reaction::Retry {
        return None;
    }
    let before = attempt.saturating_sub(1);
    if error.code == PAIR_LIMIT {
        return (before < PAIR_ATTEMPTS).then(|| 4_i64.pow(before) * SECOND);
    }
    let pauses = if error.code == 131_000 { &PAUSES[..UNKNOWN_ATTEMPTS] } else { &PAUSES[..] };
    pauses.get(before as usize).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_come_before_the_message() {
        let error =
            read(&json!({"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours."}}));
        assert_eq!((error.name.as_str(), error.reaction), ("window_closed", Reaction::Template));
        assert_eq!(error.text, "More than 24 hours.");
    }

    #[test]
    fn an_unknown_or_missing_code_is_no_failure() {
        assert_eq!(read(&json!({"code": 999_999})).name, "unknown");
        assert_eq!(read(&json!("gone")).code, NO_CODE);
        assert_eq!(read(&json!({"code": "131056"})).name, "pair_rate_limit");
        assert!(!read(&json!({})).text.is_empty());
    }

    #[test]
    fn what_the_channel_says_is_bounded() {
        assert_eq!(read(&json!({"code": 100, "message": "ã".repeat(5_000)})).text.chars().count(), TEXT);
    }

    #[test]
    fn every_entry_explains_itself() {
        for entry in table::TABLE {
            let Explanation { name, happened, remedy, .. } = entry.explanation;
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert!(happened.ends_with('.') && remedy.ends_with('.'), "{name}");
            assert!(entry.codes.start() <= entry.codes.end(), "{name}");
        }
    }

    #[test]
    fn no_code_is_hidden_by_an_earlier_entry() {
        for (at, entry) in table::TABLE.iter().enumerate() {
            let first = table::TABLE.iter().position(|other| other.codes.contains(entry.codes.start()));
            assert_eq!(first, Some(at), "{:?}", entry.codes);
        }
    }

    #[test]
    fn only_what_was_not_taken_on_is_repeated() {
        for code in [1, 2, 4, 80_007, 130_429, 131_000, 131_016, 131_056, 131_057, 133_004, 2_494_100] {
            assert!(retry_after(&new(code, ""), 1).is_some(), "{code}");
        }
        for code in [0, 100, 131_026, 131_047, 131_049, 131_050, 132_000, 190, NO_CODE] {
            assert_eq!(retry_after(&new(code, ""), 1), None, "{code}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let pauses = |code| (1..).map_while(|attempt| retry_after(&new(code, ""), attempt)).collect::<Vec<_>>();
        assert_eq!(pauses(131_056), [1, 4, 16, 64, 256, 1_024].map(|seconds| seconds * SECOND));
        assert_eq!(pauses(130_429), [1, 2, 5, 15, 30].map(|minutes| minutes * MINUTE));
        assert_eq!(pauses(131_000).len(), 3);
        assert_eq!(retry_after(&new(131_056, ""), u32::MAX), None);
    }
}
