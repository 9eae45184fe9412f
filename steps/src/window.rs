//! When the business may write freely, and what a message is expected to cost: arithmetic over plain moments.
//!
//! A customer's message or call opens the customer service window between that customer and one of the business's numbers; an ad
//! opens a free entry point once it is answered. Prices follow dated tables, because Meta's rules change; what was charged in the
//! end, the status tells ([`crate::event::Pricing`]). The contact keeps the moments, the interpreter asks.

use serde::{Deserialize, Serialize};

use crate::moment::{DAY, HOUR, MINUTE, Moment};

/// How long a customer's message keeps the window open (Cloud API, Send messages: customer service windows).
pub const CUSTOMER_SERVICE_WINDOW: i64 = 24 * HOUR;

/// How long everything is free once a customer who came by an ad or a page button was answered (Pricing: free entry point windows).
pub const FREE_ENTRY_POINT: i64 = 72 * HOUR;

/// How soon such a customer must be answered for the free entry point to open (Pricing: free entry point windows).
pub const FREE_ENTRY_POINT_ANSWER: i64 = DAY;

/// How long before the window closes the sender stops to trust it. Meta decides by its own clock, and a send takes its time;
/// a message that comes too late fails (131047) where the template would have arrived.
pub const SEND_MARGIN: i64 = 2 * MINUTE;

/// When the customer service window closes, by the customer's latest message.
pub fn closes_at(last_customer: Moment) -> Moment {
    last_customer.plus(CUSTOMER_SERVICE_WINDOW)
}

/// Whether a step may choose a free-form message; None: the customer never wrote.
pub fn is_open(last_customer: Option<Moment>, now: Moment) -> bool {
    last_customer.is_some_and(|last| now < closes_at(last))
}

/// Whether the sender may still send a free-form message: open, with [`SEND_MARGIN`] to spare.
pub fn is_open_for_sending(last_customer: Option<Moment>, now: Moment) -> bool {
    is_open(last_customer, now.plus(SEND_MARGIN))
}

/// Until when everything is free for a customer who came by an ad at `referred` and was first answered at `answered`; None where
/// the answer came too late.
pub fn free_entry_until(referred: Moment, answered: Moment) -> Option<Moment> {
    (answered.since(referred) < FREE_ENTRY_POINT_ANSWER).then(|| answered.plus(FREE_ENTRY_POINT))
}

/// What Meta charges by. Free-form messages are `Service`; templates have the category that Meta gave them, which can differ from
/// the one they were written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Service,
    Marketing,
    Utility,
    Authentication,
}

/// What is counted: conversations of 24 hours, or messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PricingModel {
    /// By conversation: a charged message opens one of its category, further ones of the category in it cost nothing more.
    #[serde(rename = "CBP")]
    Conversation,
    /// By delivered message.
    #[serde(rename = "PMP")]
    Message,
}

/// Why a message is charged or free, in the words of a status's `pricing.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricingKind {
    Regular,
    FreeCustomerService,
    FreeEntryPoint,
}

/// What a send is expected to cost, before Meta says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    pub charged: bool,
    pub model: PricingModel,
    pub kind: PricingKind,
}

/// A table of prices and the day that it begins.
struct Tariff {
    from: Moment,
    model: PricingModel,
    /// Whether free-form messages are charged.
    service: bool,
    /// Whether utility templates are charged while the window is open.
    utility_in_window: bool,
}

/// Newest first. Meta names days, not hours; UTC midnight is taken, so in the first hours of a table an expectation may differ from
/// what is charged. Sources: Pricing on the WhatsApp Business Platform; Pricing updates.
const TARIFFS: &[Tariff] = &[
    // 1 October 2026: service messages and utility templates in the window are charged too.
    Tariff { from: Moment(1_790_812_800_000), model: PricingModel::Message, service: true, utility_in_window: true },
    // 1 July 2025: by message.
    Tariff { from: Moment(1_751_328_000_000), model: PricingModel::Message, service: false, utility_in_window: false },
    // 1 November 2024: service conversations are free.
    Tariff { from: Moment(1_730_419_200_000), model: PricingModel::Conversation, service: false, utility_in_window: true },
    Tariff { from: Moment(i64::MIN), model: PricingModel::Conversation, service: true, utility_in_window: true },
];

/// What a message of this category, sent at this moment, is expected to cost.
///
/// `window_open`: the customer service window is open; `free_entry`: a free entry point is.
///
/// ```
/// use steps::{moment::Moment, window::{Category, PricingKind, price}};
/// let march_2026 = Moment(1_772_323_200_000);
/// assert_eq!(price(march_2026, Category::Utility, true, false).kind, PricingKind::FreeCustomerService);
/// assert!(price(march_2026, Category::Marketing, true, false).charged);
/// ```
pub fn price(at: Moment, category: Category, window_open: bool, free_entry: bool) -> Expectation {
    let tariff = TARIFFS.iter().find(|tariff| tariff.from <= at).unwrap_or(&TARIFFS[TARIFFS.len() - 1]);
    let free_in_window = match category {
        Category::Service => !tariff.service,
        Category::Utility => window_open && !tariff.utility_in_window,
        Category::Marketing | Category::Authentication => false,
    };
    let kind = if free_entry {
        PricingKind::FreeEntryPoint
    } else if free_in_window {
        PricingKind::FreeCustomerService
    } else {
        PricingKind::Regular
    };
    Expectation { charged: kind == PricingKind::Regular, model: tariff.model, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Moment {
        format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn the_window_closes_to_the_millisecond() {
        let last = day("2026-11-20");
        assert!(is_open(Some(last), last));
        assert!(is_open(Some(last), last.plus(CUSTOMER_SERVICE_WINDOW - 1)));
        assert!(!is_open(Some(last), last.plus(CUSTOMER_SERVICE_WINDOW)));
        assert!(!is_open(None, last));
    }

    #[test]
    fn the_sender_keeps_a_margin() {
        let last = day("2026-11-20");
        let nearly = last.plus(CUSTOMER_SERVICE_WINDOW - SEND_MARGIN);
        assert!(is_open(Some(last), nearly));
        assert!(!is_open_for_sending(Some(last), nearly));
        assert!(is_open_for_sending(Some(last), nearly.plus(-1)));
    }

    #[test]
    fn a_free_entry_point_opens_with_a_timely_answer() {
        let referred = day("2026-11-20");
        let answered = referred.plus(HOUR);
        assert_eq!(free_entry_until(referred, answered), Some(answered.plus(FREE_ENTRY_POINT)));
        assert_eq!(free_entry_until(referred, referred.plus(DAY)), None);
    }

    #[test]
    fn far_moments_do_not_overflow() {
        assert!(is_open(Some(Moment::MAX), Moment(0)));
        assert!(!is_open_for_sending(Some(Moment(i64::MIN)), Moment::MAX));
    }

    #[test]
    fn tables_begin_on_their_day() {
        let from: Vec<Moment> = TARIFFS.iter().map(|tariff| tariff.from).collect();
        assert_eq!(from[..3], [day("2026-10-01"), day("2025-07-01"), day("2024-11-01")]);
        assert!(from.is_sorted_by(|newer, older| newer > older));
    }

    #[test]
    fn prices_follow_the_time_of_the_send() {
        let charged = |on: &str, category, window_open| price(day(on), category, window_open, false).charged;
        // By conversation: any template is charged, free-form is not since November 2024.
        assert!(charged("2024-06-01", Category::Service, true));
        assert!(!charged("2025-06-30", Category::Service, true));
        assert!(charged("2025-06-30", Category::Utility, true));
        // By message: utility is free inside the window.
        assert!(!charged("2025-07-01", Category::Utility, true));
        assert!(charged("2025-07-01", Category::Utility, false));
        assert!(!charged("2026-09-30", Category::Service, true));
        // From October 2026 only what Meta gives away is free.
        assert!(charged("2026-10-01", Category::Service, true));
        assert!(charged("2026-10-01", Category::Utility, true));
        for on in ["2024-06-01", "2025-06-30", "2025-07-01", "2026-10-01"] {
            assert!(charged(on, Category::Marketing, true) && charged(on, Category::Authentication, true), "{on}");
            assert_eq!(price(day(on), Category::Marketing, false, true).kind, PricingKind::FreeEntryPoint, "{on}");
        }
    }

    #[test]
    fn an_expectation_reads_like_a_status() {
        let json = serde_json::to_string(&price(day("2026-10-01"), Category::Service, true, false)).unwrap();
        assert_eq!(json, r#"{"charged":true,"model":"PMP","kind":"regular"}"#);
    }
}
