//! Facts as the store's journal keeps them, with what they do to the contact's transcript and to the lists.

use serde::Serialize;
use serde_json::value::RawValue;
use steps::{contact::Contact, event::Delivery, fact::Fact, ids::EntryId, moment::Moment};
use store::{Direction, JournalEntry, ListChange, MessageChange, NewMessage};

/// Status of a message in a transcript, before and beside WhatsApp's own (`sent`, `delivered`, `read`, `played`, `failed`).
pub const QUEUED: &str = "queued";
pub const ACCEPTED: &str = "accepted";

/// The facts of a commit, and what all of them together change in the lists. `contact` is as it is after them: it knows how far a message
/// came, whatever the order of its statuses.
pub fn entries(facts: &[Fact], contact: &Contact, lists: Vec<ListChange>, now: Moment) -> Vec<JournalEntry> {
    let mut entries: Vec<JournalEntry> = facts.iter().map(|fact| entry(fact, contact, now)).collect();
    if entries.is_empty() && !lists.is_empty() {
        entries.push(entry(&Fact::Listed, contact, now));
    }
    if let Some(last) = entries.last_mut() {
        last.lists = lists;
    }
    entries
}

fn entry(fact: &Fact, contact: &Contact, now: Moment) -> JournalEntry {
    let entry = JournalEntry::fact(now.0, kind(fact), text(fact));
    match change(fact, contact) {
        Some(change) => entry.with_message(change),
        None => entry,
    }
}

/// Data of our own types: writing it as JSON can't fail; were it to, the fact would stand there by its kind alone.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

fn change(fact: &Fact, contact: &Contact) -> Option<MessageChange> {
    let update = |entry: EntryId, wamid: Option<String>, status: &str| MessageChange::Update {
        id: entry.to_string(),
        wamid,
        status: Some(status.to_owned()),
    };
    Some(match fact {
        Fact::Received { message, .. } => MessageChange::New(NewMessage {
            id: message.id.to_string(),
            direction: Direction::In,
            body: text(&message.content),
            wamid: Some(message.id.to_string()),
            status: None,
        }),
        // A message that its template replaced stands in the transcript once more, under the same id: news belong to the newest.
        Fact::Queued { entry, message, .. } | Fact::Replaced { entry, message } => MessageChange::New(NewMessage {
            id: entry.to_string(),
            direction: Direction::Out,
            body: text(message),
            wamid: None,
            status: Some(QUEUED.to_owned()),
        }),
        Fact::Echo { message_id, content } => MessageChange::New(NewMessage {
            id: message_id.to_string(),
            direction: Direction::Out,
            body: text(content),
            wamid: Some(message_id.to_string()),
            status: Some("sent".to_owned()),
        }),
        Fact::Sent { entry, message_id, .. } => {
            // A status can come before the answer to the send.
            let state = contact.sent().find(|sent| sent.entry == *entry).and_then(|sent| sent.state);
            update(*entry, Some(message_id.to_string()), state.map_or(ACCEPTED, word))
        }
        Fact::Status { status } => {
            let hash = status.message_id.short_hash();
            let sent = contact.sent().find(|sent| sent.hash == hash || status.entry == Some(sent.entry));
            let entry = sent.map(|sent| sent.entry).or(status.entry)?;
            let state = sent.and_then(|sent| sent.state).map_or(status.state, |known| known.max(status.state));
            update(entry, Some(status.message_id.to_string()), word(state))
        }
        Fact::SendFailed { entry, .. } => update(*entry, None, word(Delivery::Failed)),
        _ => return None,
    })
}

/// How far a message came, in the words of the API.
pub fn word(state: Delivery) -> &'static str {
    match state {
        Delivery::Sent => "sent",
        Delivery::Failed => "failed",
        Delivery::Delivered => "delivered",
        Delivery::Read => "read",
        Delivery::Played => "played",
    }
}

/// The kind of a fact: the same word that stands in its JSON.
fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::ContactCreated => "contact_created",
        Fact::Received { .. } => "received",
        Fact::Queued { .. } => "queued",
        Fact::Sent { .. } => "sent",
        Fact::Replaced { .. } => "replaced",
        Fact::Status { .. } => "status",
        Fact::SendFailed { .. } => "send_failed",
        Fact::SentAgain { .. } => "sent_again",
        Fact::Echo { .. } => "echo",
        Fact::SessionStarted { .. } => "session_started",
        Fact::SessionMoved { .. } => "session_moved",
        Fact::SessionEnded { .. } => "session_ended",
        Fact::Changed { .. } => "changed",
        Fact::LeadCreated { .. } => "lead_created",
        Fact::StageChanged { .. } => "stage_changed",
        Fact::TagChanged { .. } => "tag_changed",
        Fact::Assigned { .. } => "assigned",
        Fact::Task { .. } => "task",
        Fact::Note { .. } => "note",
        Fact::Internal { .. } => "internal",
        Fact::OptedIn { .. } => "opted_in",
        Fact::HandedOver { .. } => "handed_over",
        Fact::HandoffSummary { .. } => "handoff_summary",
        Fact::Released => "released",
        Fact::Alert { .. } => "alert",
        Fact::IdentityChanged { .. } => "identity_changed",
        Fact::Merged { .. } => "merged",
        Fact::MergedInto { .. } => "merged_into",
        Fact::Listed => "listed",
        Fact::Trace { .. } => TRACE,
    }
}

/// The kind of the facts that hold a turn's trace.
pub const TRACE: &str = "trace";

/// A transcript's body as the API shows it: what the store keeps is JSON already.
pub fn raw(body: &str) -> Box<RawValue> {
    RawValue::from_string(body.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::{
        event::{Identity, Status},
        ids::{ContactId, MessageId, NumberId},
        message::Message,
    };

    use super::*;
    use crate::testing::NOW;

    fn contact() -> Contact {
        Contact::new(ContactId::new("c1"), Identity::default(), NOW)
    }

    #[test]
    fn a_kind_is_the_word_in_the_json() {
        for fact in
            [Fact::ContactCreated, Fact::Released, Fact::SentAgain { entry: EntryId(1) }, Fact::OptedIn { opted_in: true }]
        {
            assert!(text(&fact).contains(&format!("\"fact\":\"{}\"", kind(&fact))), "{fact:?}");
        }
    }

    #[test]
    fn a_message_is_appended_and_its_sending_tells_its_id() {
        let queued = Fact::Queued {
            entry: EntryId(4),
            message: Box::new(Message::Text { text: "Oi".into() }),
            session: None,
            step: None,
            agent: None,
        };
        let sent = Fact::Sent { entry: EntryId(4), message_id: "wamid.1".into(), at: NOW, expected_price: "".into() };
        let entries = entries(&[queued, sent], &contact(), Vec::new(), NOW);
        let Some(MessageChange::New(new)) = &entries[0].message else { panic!() };
        assert_eq!((new.id.as_str(), new.body.as_str()), ("4", "{\"type\":\"text\",\"text\":\"Oi\"}"));
        let told = MessageChange::Update { id: "4".into(), wamid: Some("wamid.1".into()), status: Some("accepted".into()) };
        assert_eq!(entries[1].message, Some(told));
    }

    #[test]
    fn a_late_status_does_not_step_back() {
        let mut contact = contact();
        let hash = MessageId::new("wamid.1").short_hash();
        let sent = json!([4, hash, NOW, null, null, "read", 0, 0]);
        contact.conversation_mut(&NumberId::new("1001")).sent.push(&serde_json::from_value(sent).unwrap(), 1);
        let status =
            Status { message_id: "wamid.1".into(), state: Delivery::Delivered, at: NOW, entry: None, error: None, pricing: None };
        let entries = entries(&[Fact::Status { status: Box::new(status) }], &contact, Vec::new(), NOW);
        let Some(MessageChange::Update { status, .. }) = &entries[0].message else { panic!() };
        assert_eq!(status.as_deref(), Some("read"));
    }
}
