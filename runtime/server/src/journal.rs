//! Facts as the store's journal keeps them, with what they do to the contact's transcript and to the lists.

use serde::Serialize;
use serde_json::value::RawValue;
use steps::{
    contact::{Contact, Work},
    event::Delivery,
    fact::Fact,
    ids::{EntryId, NumberId},
    moment::Moment,
};
use store::{Direction, JournalEntry, ListChange, MessageChange, NewMessage, Usage};

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
        last.lists.extend(lists);
    }
    entries
}

fn entry(fact: &Fact, contact: &Contact, now: Moment) -> JournalEntry {
    let entry = JournalEntry::fact(now.0, kind(fact), text(fact));
    let entry = entry.with_lists(usage(fact, now).into_iter().collect());
    match change(fact, contact) {
        Some(change) => entry.with_message(change),
        None => entry,
    }
}

/// What a model was used for.
fn usage(fact: &Fact, now: Moment) -> Option<ListChange> {
    let Fact::Asked { bot, model, tokens, cost, .. } = fact else { return None };
    let (cost, currency) = cost.as_ref().map_or((0, ""), |cost| (cost.millionths, cost.currency.as_str()));
    Some(ListChange::Usage(Usage {
        at: now.0,
        bot: bot.to_string(),
        model: model.to_string(),
        prompt_tokens: tokens.prompt,
        answer_tokens: tokens.answer,
        cost,
        currency: currency.to_owned(),
    }))
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
        body: None,
    };
    Some(match fact {
        Fact::Received { message, number, .. } => MessageChange::New(NewMessage {
            id: message.id.to_string(),
            direction: Direction::In,
            body: body(&message.content, number.as_ref()),
            wamid: Some(message.id.to_string()),
            status: None,
        }),
        // A message that its template replaced stands in the transcript once more, under the same id: news belong to the newest.
        Fact::Queued { entry, message, .. } | Fact::Replaced { entry, message } => MessageChange::New(NewMessage {
            id: entry.to_string(),
            direction: Direction::Out,
            body: body(message, number_of(contact, *entry).as_ref()),
            wamid: None,
            status: Some(QUEUED.to_owned()),
        }),
        Fact::Echo { message_id, content, number } => MessageChange::New(NewMessage {
            id: message_id.to_string(),
            direction: Direction::Out,
            body: body(content, number.as_ref()),
            wamid: Some(message_id.to_string()),
            status: Some("sent".to_owned()),
        }),
        Fact::Transcribed { message, content, number } => {
            let body = body(content, number.as_ref());
            MessageChange::Update { id: message.to_string(), wamid: None, status: None, body: Some(body) }
        }
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

/// A message as transcripts hold it, with its number where the contact has to do with several.
#[derive(Serialize)]
struct Numbered<'a, T> {
    #[serde(flatten)]
    message: &'a T,
    number: &'a NumberId,
}

fn body(message: &impl Serialize, number: Option<&NumberId>) -> String {
    match number {
        Some(number) => text(&Numbered { message, number }),
        None => text(message),
    }
}

/// The number that a message goes out from, where the contact has to do with several.
fn number_of(contact: &Contact, entry: EntryId) -> Option<NumberId> {
    let pending = contact.pending.iter().find(|pending| pending.id == entry)?;
    let Work::Send(send) = &pending.work else { return None };
    contact.number_among_several(&send.number)
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
        Fact::Transcribed { .. } => "transcribed",
        Fact::Queued { .. } => "queued",
        Fact::Sent { .. } => "sent",
        Fact::Replaced { .. } => "replaced",
        Fact::Status { .. } => "status",
        Fact::SendFailed { .. } => "send_failed",
        Fact::SentAgain { .. } => "sent_again",
        Fact::Echo { .. } => "echo",
        Fact::SessionStarted { .. } => "session_started",
        Fact::SessionEnded { .. } => "session_ended",
        Fact::Changed { .. } => "changed",
        Fact::LeadCreated { .. } => "lead_created",
        Fact::LeadGone { .. } => "lead_gone",
        Fact::StageChanged { .. } => "stage_changed",
        Fact::TagChanged { .. } => "tag_changed",
        Fact::ItemChanged { .. } => "item_changed",
        Fact::Assigned { .. } => "assigned",
        Fact::Task(_) => "task",
        Fact::TaskCompleted { .. } => "task_completed",
        Fact::TaskDropped { .. } => "task_dropped",
        Fact::Note { .. } => NOTE,
        Fact::SubscribersChanged { .. } => "subscribers_changed",
        Fact::Internal { .. } => "internal",
        Fact::Asked { .. } => "asked",
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

/// The kind of the facts that are notes.
pub const NOTE: &str = "note";
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
        let told =
            MessageChange::Update { id: "4".into(), wamid: Some("wamid.1".into()), status: Some("accepted".into()), body: None };
        assert_eq!(entries[1].message, Some(told));
    }

    #[test]
    fn what_was_said_in_a_voice_note_is_written_into_its_message() {
        let content = json!({"type": "media", "kind": "voice", "id": "7", "transcript": "oi"});
        let content = Box::new(serde_json::from_value(content).unwrap());
        let heard = Fact::Transcribed { message: "wamid.1".into(), content, number: Some(NumberId::new("1001")) };
        let entries = entries(&[heard], &contact(), Vec::new(), NOW);
        let Some(MessageChange::Update { id, status, body, .. }) = &entries[0].message else { panic!() };
        assert_eq!((id.as_str(), status), ("wamid.1", &None));
        let body: serde_json::Value = serde_json::from_str(body.as_deref().unwrap()).unwrap();
        assert_eq!((&body["transcript"], &body["number"]), (&json!("oi"), &json!("1001")));
    }

    #[test]
    fn a_late_status_does_not_step_back() {
        let mut contact = contact();
        let hash = MessageId::new("wamid.1").short_hash();
        let sent = json!([4, hash, NOW, null, null, "read", 0, 0]);
        contact.conversation_mut(&NumberId::new("1001")).sent.push(&serde_json::from_value(sent).unwrap(), 1);
        let status = Status {
            message_id: "wamid.1".into(),
            state: Delivery::Delivered,
            at: NOW,
            entry: None,
            queued: None,
            error: None,
            pricing: None,
        };
        let entries = entries(&[Fact::Status { status: Box::new(status) }], &contact, Vec::new(), NOW);
        let Some(MessageChange::Update { status, .. }) = &entries[0].message else { panic!() };
        assert_eq!(status.as_deref(), Some("read"));
    }
}
