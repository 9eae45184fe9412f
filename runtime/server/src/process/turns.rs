//! A contact's events as turns, in memory: from the stored value to the next one. Does no I/O and keeps panics to itself.

use std::panic::{AssertUnwindSafe, catch_unwind};

use interpreter::{Need, Receipt, Supplied, turn};
use serde::Deserialize;
use steps::{
    contact::{CONTACT_FORMAT, Contact, MAX_SEEN, Seen},
    event::{AgentCommand, Event, EventKind, Identity, Trigger},
    fact::Fact,
    ids::{ContactId, NumberId},
    moment::Moment,
    trace::Trace,
};
use store::Stored;

use super::kept::Known;
use crate::{app::App, listing::Listing};

/// What is done with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Run,
    /// It panicked: its session is ended instead.
    Stop(String),
    /// Ending the session panicked too.
    Skip(String),
}

/// An event with what its turn was given, kept over conflicts and tries.
pub(super) struct Task<'e> {
    pub(super) event: &'e Event,
    pub(super) plan: Plan,
    pub(super) supplied: Supplied,
}

impl<'e> Task<'e> {
    pub(super) fn new(event: &'e Event) -> Self {
        Task { event, plan: Plan::Run, supplied: Supplied::default() }
    }
}

/// What came of a try.
pub(super) enum Tried {
    /// The contact does not exist and can't be made.
    Absent,
    /// The contact is a tombstone of this one. `holds`: it still has what it is to hand over.
    Merged {
        into: ContactId,
        holds: bool,
    },
    Unreadable(String),
    Newer(u16),
    /// The task at this place needs something.
    Need(usize, Need),
    /// The task at this place panicked; its plan was changed.
    Panicked,
    Turned(Box<Batch>),
}

/// Turns that wait for their commit.
pub(super) struct Batch {
    pub(super) contact: Contact,
    pub(super) traces: Vec<Trace>,
    pub(super) facts: Vec<Fact>,
    pub(super) receipts: Vec<Receipt>,
    /// Names that the contact had before.
    pub(super) known: Identity,
    /// How it was listed before; None: not at all.
    pub(super) listed: Option<Listing>,
}

/// Reads a contact value.
pub(super) fn decode(value: &[u8]) -> Result<Contact, Tried> {
    #[derive(Deserialize)]
    struct Format {
        format: u16,
    }
    match Contact::read(value) {
        Ok(contact) if contact.format <= CONTACT_FORMAT => Ok(contact),
        Ok(contact) => Err(Tried::Newer(contact.format)),
        // A newer format may have another shape; only its number is sure to be there.
        Err(error) => match serde_json::from_slice::<Format>(value) {
            Ok(Format { format }) if format > CONTACT_FORMAT => Err(Tried::Newer(format)),
            // The place says enough; the text around it is the customer's.
            _ => Err(Tried::Unreadable(format!("line {}, column {}", error.line(), error.column()))),
        },
    }
}

/// A contact as the store gave it.
pub(super) fn known(stored: Option<Stored>) -> Result<Option<Known>, Tried> {
    let Some(Stored { version, value }) = stored else { return Ok(None) };
    Ok(Some(Known { version, length: value.len(), contact: decode(&value)? }))
}

/// Runs the tasks on a contact. `newcomer`: who it would be if there is none.
pub(super) fn attempt(
    app: &App,
    id: &ContactId,
    known: Option<Contact>,
    newcomer: Option<&Identity>,
    tasks: &mut [Task<'_>],
    now: Moment,
) -> Tried {
    let is_known = known.is_some();
    let mut contact = match (known, newcomer) {
        (Some(contact), _) => contact,
        (None, Some(identity)) => Contact::new(id.clone(), identity.clone(), now),
        (None, None) => return Tried::Absent,
    };
    if let Some(into) = contact.merged_into.take() {
        return Tried::Merged { into, holds: contact.identity != Identity::default() };
    }
    let (bots, environment) = (app.bots.load(), app.environment.load());
    let known = contact.identity.clone();
    let listed = is_known.then(|| Listing::of(&contact));
    let (mut traces, mut facts, mut receipts) = (Vec::with_capacity(tasks.len()), Vec::new(), Vec::new());
    for (place, task) in tasks.iter_mut().enumerate() {
        let stop;
        let event = match &task.plan {
            Plan::Run => task.event,
            Plan::Stop(_) => {
                stop = stop_of(task.event, &contact, &environment.default_number);
                &stop
            }
            Plan::Skip(_) => continue,
        };
        let consumed = match &event.kind {
            EventKind::Merge { .. } => Some(mark(event)),
            // A conversation is handed over once.
            EventKind::Trigger(Trigger::Crm(news)) if news.run.is_some() => Some(mark(event)),
            _ => None,
        };
        if consumed.is_some_and(|mark| contact.seen.has(mark)) {
            contact.last_event = event.id.clone();
            continue;
        }
        let turned = guarded(|| turn(&bots, &environment, contact, event, now, &task.supplied));
        match turned {
            Ok(Ok(turned)) => {
                contact = turned.contact;
                if let Some(mark) = consumed {
                    contact.seen.push(&Seen(mark, now), MAX_SEEN);
                }
                traces.push(turned.trace);
                facts.extend(turned.facts);
                receipts.extend(turned.receipt);
            }
            Ok(Err(need)) => return Tried::Need(place, need),
            Err(panic) => {
                task.plan = match task.plan {
                    Plan::Run => Plan::Stop(panic),
                    Plan::Stop(_) | Plan::Skip(_) => Plan::Skip(panic),
                };
                return Tried::Panicked;
            }
        }
    }
    Tried::Turned(Box::new(Batch { contact, traces, facts, receipts, known, listed }))
}

/// Ends the session that the event would have reached, so that the next event does not meet the same fault.
fn stop_of(event: &Event, contact: &Contact, default: &NumberId) -> Event {
    let number = if event.number.as_str().is_empty() { default } else { &event.number };
    let listener = contact.conversation(number).and_then(|conversation| conversation.listener);
    let command = AgentCommand::Stop { bot: None, session: listener };
    Event { id: event.id.clone(), number: event.number.clone(), kind: EventKind::Agent(command) }
}

/// Remembers that a merge was consumed: what hands it over may do so again after a crash.
fn mark(event: &Event) -> u64 {
    use aws_lc_rs::digest::{SHA256, digest};
    let hash = digest(&SHA256, event.id.as_str().as_bytes());
    let first = hash.as_ref().first_chunk().copied();
    first.map_or(0, u64::from_be_bytes)
}

/// Runs a turn; a panic becomes its message. The arguments are values and immutable data, so nothing half-changed is left behind.
fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guarded(|| 1), Ok(1));
        assert_eq!(guarded(|| -> i32 { panic!("told to") }), Err("told to".to_owned()));
        let number = 7;
        assert_eq!(guarded(|| -> i32 { panic!("number {number}") }), Err("number 7".to_owned()));
    }

    #[test]
    fn a_value_of_a_newer_format_is_told_from_a_damaged_one() {
        let newer = json!({"format": CONTACT_FORMAT + 1, "identity": 7}).to_string();
        assert!(matches!(decode(newer.as_bytes()), Err(Tried::Newer(format)) if format == CONTACT_FORMAT + 1));
        let Err(Tried::Unreadable(place)) = decode(b"{\"format\":1,\"id\":\"ada\",") else { panic!() };
        assert!(!place.contains("ada"), "{place}");
    }
}
