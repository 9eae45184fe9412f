//! What the mock knows of its customers: their service windows, free entry points and opt-outs.
//!
//! Pure: the time is an argument. A window belongs to a business number and a customer; a customer known by phone
//! number and by user id has one window under both names.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::payload::Person;

/// How long free-form messages may be sent after the customer's last one (Cloud API, Customer service windows).
pub const SERVICE_WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// How long the business may take to answer a click on an ad (Cloud API, Pricing, Free entry point windows).
const FREE_ENTRY_ANSWER: SignedDuration = SignedDuration::from_hours(24);
/// How long messages are free after that answer (same page).
const FREE_ENTRY: SignedDuration = SignedDuration::from_hours(72);
/// From here on service messages, and utility templates inside the window, are charged: 1 October 2026, at midnight
/// UTC (announced in May 2026).
const SERVICE_CHARGED_FROM: Timestamp = Timestamp::constant(1_790_812_800, 0);

/// Customers by business number.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    known: HashMap<(String, String), Known>,
    /// Who takes no marketing, by customer.
    opted_out: HashSet<String>,
    people: HashMap<String, Person>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    wrote: Option<Timestamp>,
    clicked: Option<Timestamp>,
    free_until: Option<Timestamp>,
}

impl Windows {
    /// The customer wrote at `at`; a time ahead of `now` counts as now. `from_ad`: the message came from an ad or a page.
    pub(crate) fn wrote(&mut self, number: &str, person: &Person, at: Timestamp, now: Timestamp, from_ad: bool) {
        let at = at.min(now);
        for name in names(person) {
            let known = self.known.entry((number.to_owned(), name)).or_default();
            known.wrote = known.wrote.max(Some(at));
            if from_ad {
                known.clicked = Some(at);
            }
        }
    }

    /// Remembers how webhooks are to name this customer.
    pub(crate) fn meet(&mut self, person: &Person) {
        for name in names(person) {
            if self.people.get(&name) != Some(person) {
                self.people.insert(name, person.clone());
            }
        }
    }

    /// The customer of that name (digits of the phone number or user id), as webhooks name them.
    pub(crate) fn person(&self, customer: &str) -> Person {
        self.people
            .get(customer)
            .cloned()
            .unwrap_or_else(|| if is_user_id(customer) { Person::with_user_id(customer) } else { Person::with_phone(customer) })
    }

    /// The business sent something, which starts the free time after a click on an ad.
    pub(crate) fn answered(&mut self, number: &str, customer: &str, now: Timestamp) {
        let Some(known) = self.known.get_mut(&(number.to_owned(), customer.to_owned())) else {
            return;
        };
        if known.clicked.take().is_some_and(|clicked| now.duration_since(clicked) < FREE_ENTRY_ANSWER) {
            known.free_until = now.checked_add(FREE_ENTRY).ok();
        }
    }

    pub(crate) fn is_open(&self, number: &str, customer: &str, now: Timestamp) -> bool {
        self.of(number, customer).wrote.is_some_and(|wrote| now.duration_since(wrote) < SERVICE_WINDOW)
    }

    pub(crate) fn set_opt_out(&mut self, person: &Person, out: bool) {
        for name in names(person) {
            if out {
                self.opted_out.insert(name);
            } else {
                self.opted_out.remove(&name);
            }
        }
    }

    pub(crate) fn opted_out(&self, customer: &str) -> bool {
        self.opted_out.contains(customer)
    }

    /// The `pricing` of a status (from version 24 of the API); `category` is that of the template, `None` for free-form.
    pub(crate) fn pricing(&self, number: &str, customer: &str, category: Option<&str>, now: Timestamp) -> Value {
        if self.of(number, customer).free_until.is_some_and(|until| now < until) {
            return pricing(false, "free_entry_point", "referral_conversion");
        }
        let in_window = self.is_open(number, customer, now);
        match category {
            None if now < SERVICE_CHARGED_FROM => pricing(false, "free_customer_service", "service"),
            Some("utility") if in_window && now < SERVICE_CHARGED_FROM => pricing(false, "free_customer_service", "utility"),
            category => pricing(true, "regular", category.unwrap_or("service")),
        }
    }

    fn of(&self, number: &str, customer: &str) -> Known {
        self.known.get(&(number.to_owned(), customer.to_owned())).copied().unwrap_or_default()
    }
}

/// Business-scoped user ids have a dot after the country (`US.1349…`); phone numbers have none.
pub(crate) fn is_user_id(customer: &str) -> bool {
    customer.contains('.')
}

/// The names under which webhooks and sends know a customer: `wa_id`, then user id.
pub(crate) fn names(person: &Person) -> impl Iterator<Item = String> + use<> {
    [person.phone.clone(), person.user_id.clone()].into_iter().flatten()
}

fn pricing(billable: bool, kind: &str, category: &str) -> Value {
    json!({"billable": billable, "pricing_model": "PMP", "type": kind, "category": category})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-06-01T00:00:00Z
    const NOW: Timestamp = Timestamp::constant(1_780_272_000, 0);

    fn hours(hours: i64) -> Timestamp {
        NOW + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_window_lasts_a_day_from_the_customers_time_for_that_number() {
        let mut windows = Windows::default();
        let person = Person { user_id: Some("US.1".to_owned()), ..Person::with_phone("34") };
        windows.wrote("1", &person, hours(-1), NOW, false);
        assert!(windows.is_open("1", "34", hours(22)));
        assert!(windows.is_open("1", "US.1", hours(22)));
        assert!(!windows.is_open("1", "34", hours(23)));
        assert!(!windows.is_open("2", "34", NOW));
    }

    #[test]
    fn a_time_ahead_of_the_clock_opens_no_longer_window() {
        let mut windows = Windows::default();
        windows.wrote("1", &Person::with_phone("34"), hours(10), NOW, false);
        assert!(!windows.is_open("1", "34", hours(24)));
    }

    #[test]
    fn prices_follow_window_entry_point_and_date() {
        let mut windows = Windows::default();
        let kind = |windows: &Windows, category, at| windows.pricing("1", "34", category, at)["type"].clone();
        assert_eq!(kind(&windows, Some("utility"), NOW), "regular");
        windows.wrote("1", &Person::with_phone("34"), NOW, NOW, true);
        assert_eq!(kind(&windows, Some("utility"), NOW), "free_customer_service");
        assert_eq!(kind(&windows, Some("marketing"), NOW), "regular");
        assert_eq!(kind(&windows, None, NOW), "free_customer_service");
        assert_eq!(kind(&windows, None, SERVICE_CHARGED_FROM), "regular");
        windows.answered("1", "34", hours(1));
        assert_eq!(kind(&windows, Some("marketing"), hours(72)), "free_entry_point");
        assert_eq!(kind(&windows, Some("marketing"), hours(73)), "regular");
    }
}
