//! The fields `messages` and `standby` (a customer's messages, statuses, errors of the number) and `smb_message_echoes` (what a
//! person wrote in the phone app).

use serde_json::{Value, json};
use steps::{
    event::{Content, EventKind, Identity, IdentityChange, Inbound, Referral},
    ids::{EventId, MessageId},
    moment::Moment,
};

use super::{
    Change, Found, Item, content,
    identity::{self, complete, is_known},
    json::{Look, Malformed, kind},
    notice, statuses,
};

pub(super) fn read(change: Change, items: &mut Vec<Item>) {
    let value = change.value;
    if !value.is_object() {
        items.push(change.quarantined("value", value, &format!("should be an object and is {}", kind(Some(value)))));
        return;
    }
    let before = items.len();
    for list in ["messages", "statuses"] {
        if let Some(other) = value.get(list).filter(|other| !other.is_array()) {
            items.push(change.quarantined(list, other, &format!("should be a list and is {}", kind(Some(other)))));
        }
    }
    for message in value.list("messages") {
        change.push(items, "messages", message, || inbound(change, message));
    }
    for status in value.list("statuses") {
        change.push(items, "statuses", status, || statuses::read(change, status));
    }
    for error in value.list("errors") {
        items.push(Item::Notice(notice::of_error(change, error)));
    }
    if items.len() == before {
        items.push(notice::read(change));
    }
}

/// Echoes have the customer in `to`.
pub(super) fn read_echoes(change: Change, items: &mut Vec<Item>) {
    let echoes = change.value.list("message_echoes");
    if echoes.is_empty() {
        items.push(notice::read(change));
    }
    for message in echoes {
        change.push(items, "message_echoes", message, || echo(change, message));
    }
}

fn inbound(change: Change, message: &Value) -> Result<Found, Malformed> {
    let id = message.id("id")?;
    let customer = sender(change, message)?;
    let at = message.moment("timestamp", change.arrived);
    if message.str("type") == Some("system") {
        return system(message, id, customer, at);
    }
    let context = &message["context"];
    let inbound = Inbound {
        id: MessageId::new(id),
        at,
        from: customer.clone(),
        content: content::read(message, change.value.list("errors"))?,
        reply_to: context.id("id").ok().map(MessageId::new),
        forwarded: context.flag("forwarded") || context.flag("frequently_forwarded"),
        referral: message.get("referral").filter(|value| value.is_object()).map(referral),
        product: context.get("referred_product").filter(|value| value.is_object()).map(product),
        group: message.word("group_id"),
        standby: change.field == "standby",
    };
    Ok(Found::Event { id: EventId::new(id), customer, contact: None, kind: EventKind::Message(inbound) })
}

fn sender(change: Change, message: &Value) -> Result<Identity, Malformed> {
    let from = message.word("from");
    let named = identity::of(from.as_deref(), message.str("from_user_id"), message.str("from_parent_user_id"));
    let customer = complete(named, change.value.list("contacts"));
    if is_known(&customer) {
        Ok(customer)
    } else {
        Err(Malformed("names no sender, neither by number nor by user id".to_owned()))
    }
}

/// Meta's own messages about a customer: a new number, a new user id, a new device.
fn system(message: &Value, id: &str, customer: Identity, at: Moment) -> Result<Found, Malformed> {
    let system = &message["system"];
    let what = system.str("type").unwrap_or("unknown");
    let new_number = system.word("wa_id").or_else(|| system.word("new_wa_id"));
    let new_ids = identity::of(new_number.as_deref(), system.str("user_id"), system.str("parent_user_id"));
    let previous = |key| system.str(key);
    let (new, old) = match what {
        // On the message itself stands the number that is given up.
        "user_changed_number" | "customer_changed_number" | "user_changed_user_id" => {
            let mut old =
                identity::of(customer.wa_id.as_deref(), previous("previous_user_id"), previous("previous_parent_user_id"));
            // Which user id the message carries, the old or the new one, Meta doesn't say; the new one is told apart by `system`.
            if old.user_id.is_none() && customer.user_id != new_ids.user_id {
                old.user_id = customer.user_id;
                old.parent_user_id = customer.parent_user_id;
            }
            let mut new = new_ids;
            if new.wa_id.is_none() {
                new.wa_id.clone_from(&old.wa_id);
                new.phone.clone_from(&old.phone);
            }
            new.name = customer.name;
            new.username = customer.username;
            (new, old)
        }
        // The same names on a new device.
        "customer_identity_changed" => (customer.clone(), customer),
        other => {
            let content = Content::Unknown { what: format!("system {other}") };
            let inbound = plain(id, at, customer.clone(), content);
            return Ok(Found::Event { id: EventId::new(id), customer, contact: None, kind: EventKind::Message(inbound) });
        }
    };
    if !is_known(&new) || !is_known(&old) {
        return Err(Malformed(format!("system message {what} names no old or no new customer")));
    }
    let kind = EventKind::Identity(IdentityChange { at, new, old: old.clone() });
    Ok(Found::Event { id: EventId::new(id), customer: old, contact: None, kind })
}

fn plain(id: &str, at: Moment, from: Identity, content: Content) -> Inbound {
    Inbound {
        id: MessageId::new(id),
        at,
        from,
        content,
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    }
}

fn echo(change: Change, message: &Value) -> Result<Found, Malformed> {
    let id = message.id("id")?;
    let business =
        change.number().and_then(|number| number.display).map(|display| display.replace([' ', '+', '-', '(', ')'], ""));
    // Seen the wrong way round in a library's recording: whichever is not the business is the customer.
    let customer = match message.word("to") {
        to if to.is_some() && to == business => message.word("from"),
        to => to,
    };
    let named = identity::of(customer.as_deref(), message.str("to_user_id"), message.str("to_parent_user_id"));
    let customer = complete(named, change.value.list("contacts"));
    if !is_known(&customer) {
        return Err(Malformed("names no recipient, neither by number nor by user id".to_owned()));
    }
    let at = message.moment("timestamp", change.arrived);
    let content = content::read(message, &[])?;
    let kind = EventKind::Echo { message_id: MessageId::new(id), at, content };
    Ok(Found::Event { id: EventId::new(id), customer, contact: None, kind })
}

fn referral(value: &Value) -> Referral {
    Referral {
        source_type: value.word("source_type"),
        source_id: value.word("source_id"),
        source_url: value.word("source_url"),
        headline: value.word("headline"),
        body: value.word("body"),
        ctwa_clid: value.word("ctwa_clid"),
    }
}

fn product(value: &Value) -> Value {
    json!({ "catalog_id": value.word("catalog_id"), "product_retailer_id": value.word("product_retailer_id") })
}
