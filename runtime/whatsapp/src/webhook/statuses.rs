//! What became of a message that the business sent.

use serde_json::Value;
use steps::{
    event::{Delivery, EventKind, Pricing, Status},
    ids::{EventId, MessageId},
};

use super::{
    Change, Found,
    identity::{self, complete},
    json::{Look, Malformed},
};
use crate::{callback, errors};

pub(super) fn read(change: Change, status: &Value) -> Result<Found, Malformed> {
    let id = status.id("id")?;
    let word = status.str("status").unwrap_or("unknown");
    let state = match word {
        "sent" => Delivery::Sent,
        "delivered" => Delivery::Delivered,
        "read" => Delivery::Read,
        "played" => Delivery::Played,
        "failed" => Delivery::Failed,
        // Payments and groups have statuses of their own, and Meta invents new ones.
        other => return Ok(ignored(format!("a status `{other}` that no bot needs"))),
    };
    if status.str("recipient_type") == Some("group") {
        return Ok(ignored(format!("a group message is {word}")));
    }
    let recipient = status.word("recipient_id");
    let parent =
        ["parent_recipient_user_id", "recipient_parent_user_id", "parent_user_id"].into_iter().find_map(|key| status.str(key));
    let named = identity::of(recipient.as_deref(), status.str("recipient_user_id"), parent);
    let callback = status.str("biz_opaque_callback_data").and_then(callback::decode);
    let error = match state {
        Delivery::Failed => Some(status.list("errors").first().map_or_else(|| errors::new(errors::NO_CODE, ""), errors::read)),
        _ => None,
    };
    let pricing = status.get("pricing").filter(|pricing| pricing.is_object()).map(|pricing| Pricing {
        model: pricing.word("pricing_model"),
        kind: pricing.word("type"),
        category: pricing.word("category"),
    });
    let kind = EventKind::Status(Status {
        message_id: MessageId::new(id),
        state,
        at: status.moment("timestamp", change.arrived),
        entry: callback.as_ref().map(|callback| callback.entry),
        queued: callback.as_ref().and_then(|callback| callback.queued),
        error,
        pricing,
    });
    Ok(Found::Event {
        id: EventId::new(format!("{id}:{word}")),
        customer: complete(named, change.value.list("contacts")),
        contact: callback.map(|callback| callback.contact),
        kind,
    })
}

fn ignored(summary: String) -> Found {
    Found::Notice { event: Some("status".to_owned()), summary }
}
