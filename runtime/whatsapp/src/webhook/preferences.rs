//! The field `user_preferences`: a customer switches marketing messages off or on in WhatsApp itself.

use serde_json::Value;
use steps::event::EventKind;

use super::{
    Change, Found, Item,
    identity::{self, complete, is_known},
    json::{Look, Malformed},
    notice,
};

pub(super) fn read(change: Change, items: &mut Vec<Item>) {
    let preferences = change.value.list("user_preferences");
    if preferences.is_empty() {
        items.push(notice::read(change));
    }
    for preference in preferences {
        change.push(items, "user_preferences", preference, || read_preference(change, preference));
    }
}

fn read_preference(change: Change, preference: &Value) -> Result<Found, Malformed> {
    let category = preference.str("category").unwrap_or("unknown");
    let opted_in = match (category, preference.str("value")) {
        ("marketing_messages", Some("stop")) => false,
        // `signup`: the customer came by a sign-up link.
        ("marketing_messages", Some("resume" | "signup")) => true,
        _ => {
            return Ok(Found::Notice { event: None, summary: format!("a customer's preference on {category}, not understood") });
        }
    };
    let wa_id = preference.word("wa_id");
    let named = identity::of(wa_id.as_deref(), preference.str("user_id"), preference.str("parent_user_id"));
    let customer = complete(named, change.value.list("contacts"));
    if !is_known(&customer) {
        return Err(Malformed("names no customer, neither by number nor by user id".to_owned()));
    }
    let at = preference.moment("timestamp", change.arrived);
    let kind = EventKind::MarketingPreference { opted_in, at };
    Ok(Found::Event { id: change.hash(preference), customer, contact: None, kind })
}
