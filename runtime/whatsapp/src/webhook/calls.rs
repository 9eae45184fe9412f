//! The field `calls`: a customer's call opens the customer service window; what becomes of it is not a bot's.

use serde_json::Value;
use steps::{
    event::{Content, EventKind, Inbound},
    ids::{EventId, MessageId},
};

use super::{
    Change, Found, Item,
    identity::{self, complete, is_known},
    json::{Look, Malformed},
    notice,
};

pub(super) fn read(change: Change, items: &mut Vec<Item>) {
    let before = items.len();
    for call in change.value.list("calls") {
        change.push(items, "calls", call, || read_call(change, call));
    }
    for status in change.value.list("statuses") {
        let summary = format!("a call is {}", status.str("status").unwrap_or("in an unknown state").to_lowercase());
        items.push(Item::Notice(notice::of_number(change, status.word("status"), summary)));
    }
    if items.len() == before {
        items.push(notice::read(change));
    }
}

fn read_call(change: Change, call: &Value) -> Result<Found, Malformed> {
    let id = call.id("id")?;
    let event = call.str("event").unwrap_or("unknown");
    if call.str("direction") == Some("BUSINESS_INITIATED") {
        let event = Some(event.to_owned());
        return Ok(Found::Notice { event, summary: "a call that the business made".to_owned() });
    }
    let from = call.word("from");
    let named = identity::of(from.as_deref(), call.str("from_user_id"), call.str("from_parent_user_id"));
    let customer = complete(named, change.value.list("contacts"));
    if !is_known(&customer) {
        return Err(Malformed("names no caller, neither by number nor by user id".to_owned()));
    }
    // The window counts from the call, not from its end.
    let key = if call.get("start_time").is_some() { "start_time" } else { "timestamp" };
    let inbound = Inbound {
        id: MessageId::new(id),
        at: call.moment(key, change.arrived),
        from: customer.clone(),
        content: Content::Call { event: event.to_owned() },
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    };
    Ok(Found::Event { id: EventId::new(format!("{id}:{event}")), customer, contact: None, kind: EventKind::Message(inbound) })
}
