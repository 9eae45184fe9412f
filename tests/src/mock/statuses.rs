//! What becomes of an accepted message: the statuses that report it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chance::Chance;
use super::error::GraphError;
use super::payload::{self, Number, Person};
use super::record::Sent;

/// Which statuses follow an accepted message, and how. Can be changed while the mock runs; it holds for the sends
/// that come after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusPlan {
    /// Whether statuses are sent at all, failures included.
    pub enabled: bool,
    /// Whether `delivered` is among them; Meta may skip it when `read` comes at once.
    pub delivered: bool,
    /// Whether `read` is among them; users may switch receipts off.
    pub read: bool,
    /// Sends them in a random order.
    pub shuffled: bool,
    /// How often each is sent; 2 makes every status a duplicate.
    pub copies: u8,
    /// Real time between the answer to the send and its statuses, in milliseconds.
    pub delay_milliseconds: u64,
    /// Keeps statuses back until they are released.
    pub held: bool,
}

impl Default for StatusPlan {
    fn default() -> Self {
        Self { enabled: true, delivered: true, read: true, shuffled: false, copies: 1, delay_milliseconds: 0, held: false }
    }
}

impl StatusPlan {
    /// No statuses.
    pub fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }
}

/// What happens to an accepted message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives,
    Fails { code: u32, details: String },
}

impl Fate {
    pub(crate) fn fails(code: u32, details: impl Into<String>) -> Self {
        Self::Fails { code, details: details.into() }
    }
}

/// What statuses tell.
pub(crate) struct Report<'a> {
    pub number: &'a Number,
    pub recipient: &'a Person,
    pub sent: &'a Sent,
    pub fate: &'a Fate,
    pub pricing: Value,
    pub at: Timestamp,
}

/// The changes that make a report, one for each status, in the order in which they go out.
pub(crate) fn changes(plan: &StatusPlan, chance: &Chance, report: Report<'_>) -> Vec<Value> {
    let Report { number, recipient, sent, fate, pricing, at } = report;
    let base = |name: &str| {
        let mut status = payload::status(&sent.wamid, name, at, recipient);
        if let Some(data) = &sent.callback_data {
            status["biz_opaque_callback_data"] = data.as_str().into();
        }
        status
    };
    let mut changes = match fate {
        Fate::Fails { code, details } => {
            let mut status = base("failed");
            status["errors"] = json!([GraphError::in_status(*code, details)]);
            vec![payload::change_without_contact(number, "statuses", vec![status])]
        }
        Fate::Arrives => {
            // Only a `sent` status follows a reaction (Cloud API, Reaction messages).
            let reaction = sent.kind == "reaction";
            let names = [("sent", true), ("delivered", plan.delivered && !reaction), ("read", plan.read && !reaction)];
            let mut priced = 0;
            names
                .into_iter()
                .filter(|(_, wanted)| *wanted)
                .map(|(name, _)| {
                    let mut status = base(name);
                    // Pricing comes with `sent` and with one of the two others.
                    priced += 1;
                    if priced <= 2 {
                        status["pricing"] = pricing.clone();
                    }
                    payload::status_change(number, recipient, vec![status])
                })
                .collect()
        }
    };
    changes = changes.into_iter().flat_map(|change| std::iter::repeat_n(change, usize::from(plan.copies.max(1)))).collect();
    if plan.shuffled {
        chance.shuffle(&mut changes);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    fn names(plan: &StatusPlan, kind: &str, fate: &Fate) -> Vec<String> {
        let sent = Sent {
            wamid: "wamid.A".to_owned(),
            number: "1".to_owned(),
            to: "34".to_owned(),
            kind: kind.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            callback_data: Some("step-7".to_owned()),
            raw: Bytes::new(),
        };
        let number = Number::new("1", "15550000000");
        let person = Person::with_phone("34");
        let pricing = json!({"type": "regular"});
        let at = Timestamp::UNIX_EPOCH;
        let report = Report { number: &number, recipient: &person, sent: &sent, fate, pricing, at };
        let changes = changes(plan, &Chance::seeded(2), report);
        changes
            .iter()
            .map(|change| {
                let status = &change["value"]["statuses"][0];
                assert_eq!(status["biz_opaque_callback_data"], "step-7");
                let failed = status["status"] == "failed";
                assert_eq!(change["value"].get("contacts").is_none(), failed, "failed ones have no contact");
                let priced = if status.get("pricing").is_some() { " priced" } else { "" };
                format!("{}{priced}", status["status"].as_str().unwrap())
            })
            .collect()
    }

    #[test]
    fn the_usual_three_and_their_variants() {
        let plan = StatusPlan::default();
        assert_eq!(names(&plan, "text", &Fate::Arrives), ["sent priced", "delivered priced", "read"]);
        let skipped = StatusPlan { delivered: false, ..plan };
        assert_eq!(names(&skipped, "text", &Fate::Arrives), ["sent priced", "read priced"]);
        let doubled = StatusPlan { read: false, copies: 2, ..plan };
        assert_eq!(
            names(&doubled, "text", &Fate::Arrives),
            ["sent priced", "sent priced", "delivered priced", "delivered priced"]
        );
        assert_eq!(names(&plan, "reaction", &Fate::Arrives), ["sent priced"]);
        assert_eq!(names(&plan, "text", &Fate::fails(131026, "")), ["failed"]);
    }

    #[test]
    fn shuffling_changes_the_order_only() {
        let plan = StatusPlan { shuffled: true, ..StatusPlan::default() };
        let mut shuffled = names(&plan, "text", &Fate::Arrives);
        assert_ne!(shuffled, ["sent priced", "delivered priced", "read"]);
        shuffled.sort();
        assert_eq!(shuffled, ["delivered priced", "read", "sent priced"]);
    }
}
