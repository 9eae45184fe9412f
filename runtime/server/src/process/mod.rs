//! From an event to a committed turn: find the contact, load it, run the turn, commit, begin what was claimed.
//!
//! Any process may do this for any contact; the version in the store is the only guard. Inside one process a contact's events queue up,
//! so that they rarely meet in a conflict. Accepted means committed: an error here means that nothing was, and that the event has to
//! come again.

mod commit;
mod dead;
mod identity;
mod kept;
mod merge;
mod probation;
mod queue;
#[cfg(test)]
mod tests;
mod turns;

use std::sync::Arc;

use steps::{
    event::{Event, EventKind, Identity},
    ids::ContactId,
    moment::Moment,
    trace::Trace,
};
use store::StoreError;

pub use dead::{DEAD, DeadEvent, record as record_dead};
pub use identity::find;
pub use kept::Kept;
pub use merge::{MERGE, finish as finish_merge, work as work_on_merges};
pub use probation::{Probation, begin as begin_run, begin_probation, end as end_run};
pub use queue::Queues;

use crate::app::App;

/// How often an event is forwarded from one merged contact to the next before something must be wrong.
const MAX_FORWARDS: usize = 4;

/// Whose event it is.
#[derive(Clone, Debug)]
pub enum Whom {
    Contact(ContactId),
    /// By name. `create`: a contact is made where nobody has that name.
    Named {
        identity: Identity,
        create: bool,
    },
}

/// What became of events.
#[derive(Debug, Default)]
pub struct Done {
    /// None: nobody has that name, and nobody was to be made.
    pub contact: Option<ContactId>,
    /// One for each event that ran, in order.
    pub traces: Vec<Trace>,
    /// When the contact next wants attention.
    pub due: Option<Moment>,
    /// Events that went to the dead list instead.
    pub dead: usize,
    /// The contact can't be read or written.
    pub parked: bool,
}

/// Why events were not taken on. Nothing was committed; they have to come again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Rejected {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("contact {0} is changed by too many at once")]
    Conflicts(ContactId),
    #[error("contact {contact} was written in format {found} by a newer version of this program, which has to process it")]
    NewerFormat { contact: ContactId, found: u16 },
    #[error("contact {0} was merged in a circle")]
    Circle(ContactId),
}

/// Who was found.
struct Found {
    contact: ContactId,
    /// By what this process remembers, not by what the store says.
    is_remembered: bool,
}

/// Runs a contact's events, in this order, and commits them as one.
pub async fn process(app: &Arc<App>, whom: &Whom, events: &[Event]) -> Result<Done, Rejected> {
    if !app.probation.is_on(app.now()) {
        return take(app, whom, events).await;
    }
    let mut all = Done::default();
    for event in events.chunks(1) {
        let done = take(app, whom, event).await?;
        all.contact = done.contact.or(all.contact);
        all.traces.extend(done.traces);
        (all.due, all.dead, all.parked) = (done.due, all.dead + done.dead, done.parked);
    }
    Ok(all)
}

/// Finds the contact, and runs events on it or on the one that it was merged into.
async fn take(app: &Arc<App>, whom: &Whom, events: &[Event]) -> Result<Done, Rejected> {
    let mut found = match identity::recall(app, whom) {
        Some(contact) => Found { contact, is_remembered: true },
        None => match find(app, whom).await? {
            Some(contact) => Found { contact, is_remembered: false },
            None => return Ok(Done::default()),
        },
    };
    for _ in 0..MAX_FORWARDS {
        let turn = app.queues.enter(&found.contact).await;
        let contact = match commit::run(app, &found, whom, events).await? {
            commit::Ran::Done(done) => return Ok(done),
            commit::Ran::Merged { into, holds } => {
                drop(turn);
                // Else these events would overtake those that the tombstone took before. The merge itself goes straight on.
                if holds && !events.iter().any(|event| matches!(event.kind, EventKind::Merge { .. })) {
                    finish_merge(app, &found.contact).await?;
                }
                into
            }
            commit::Ran::Forgotten => match find(app, whom).await? {
                Some(contact) => contact,
                None => return Ok(Done::default()),
            },
        };
        found = Found { contact, is_remembered: false };
    }
    Err(Rejected::Circle(found.contact))
}
