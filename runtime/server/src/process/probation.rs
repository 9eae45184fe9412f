//! After an unclean exit a server is on probation for a while: events are written down before they run. If it dies again, those that were
//! running are suspects: from the next start on they run one by one, and one that servers die of again and again is found out. It goes to
//! the dead list; no event can bring servers down for ever.
//!
//! A server may die of something else at any moment, and an event that was running then is innocent: to be dropped for it would be to
//! lose a customer's message. So one death proves nothing, and an event that has run is a suspect no more.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use steps::{
    event::EventKind,
    ids::ContactId,
    moment::{MINUTE, Moment},
};
use store::{PutRecord, StoreError};
use tokio::sync::{Mutex, MutexGuard};

use super::turns::{Plan, Task};
use crate::{app::App, fleet, records};

/// How long a server is on probation.
const PROBATION: i64 = MINUTE;
/// How many servers must die while an event runs with no other suspect beside it before it is taken for the cause. What kills a machine
/// now and then hardly hits the same few milliseconds so often.
const PROOF: u8 = 3;
/// Records of this kind: what a process on probation is about to run.
const SUSPECT: &str = "suspect";
/// More than this are not looked at: there are as many suspects as events that run at the same time.
const MAX_SUSPECTS: usize = 10_000;

/// Whether this process is on probation, and what it knows from its predecessors' end.
#[derive(Default)]
pub struct Probation {
    until: AtomicI64,
    one_by_one: Mutex<()>,
    /// By contact: the note that was there when a process died.
    notes: std::sync::Mutex<HashMap<String, Note>>,
}

/// What a process was about to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    event: String,
    /// How often it has run with no other suspect beside it, this time included.
    alone: u8,
}

/// Events that run under watch.
pub(super) struct Watch<'p> {
    /// The contact, with the version of its note.
    note: Option<(String, u64)>,
    /// What runs is the contact's suspect.
    is_suspect: bool,
    _alone: Option<MutexGuard<'p, ()>>,
}

impl Probation {
    pub(super) fn is_on(&self, now: Moment) -> bool {
        now.0 < self.until.load(Ordering::Relaxed)
    }

    /// Writes down what is about to run, while on probation; and plans around what brought a process down.
    pub(super) async fn watch(
        &self,
        app: &Arc<App>,
        contact: &ContactId,
        tasks: &mut [Task<'_>],
    ) -> Result<Watch<'_>, StoreError> {
        let now = app.now();
        let unwatched = |alone| Watch { note: None, is_suspect: false, _alone: alone };
        if !self.is_on(now) {
            return Ok(unwatched(None));
        }
        // The contact's other events wait for nobody: after a crash under load most customers have a suspect, and a minute is long.
        let known = self.lock().get(contact.as_str()).cloned();
        let suspect = known.filter(|known| tasks.iter().any(|task| name_of(task) == known.event));
        let alone = match &suspect {
            Some(_) => Some(self.one_by_one.lock().await),
            None => None,
        };
        if let Some(guilty) = suspect.as_ref().filter(|suspect| suspect.alone >= PROOF) {
            for task in tasks.iter_mut().filter(|task| name_of(task) == guilty.event) {
                task.plan = Plan::Stop("servers died again and again while this event ran".to_owned());
            }
        }
        // On probation the events of a contact run one by one.
        let Some(event) = tasks.iter().find(|task| task.plan == Plan::Run).map(name_of) else {
            return Ok(unwatched(alone));
        };
        let (is_suspect, times) = match suspect {
            Some(suspect) if suspect.event == event => (true, suspect.alone.saturating_add(1)),
            _ => (false, 0),
        };
        let note = records::json(&Note { event, alone: times })?;
        let mut version = 0;
        loop {
            let put = PutRecord {
                kind: SUSPECT.to_owned(),
                key: contact.as_str().to_owned(),
                expected_version: version,
                value: Some(note.clone()),
                expires: None,
                now: now.0,
            };
            match app.store.put_record(put).await? {
                store::Outcome::Committed { version } => {
                    return Ok(Watch { note: Some((contact.to_string(), version)), is_suspect, _alone: alone });
                }
                store::Outcome::Conflict { current } => version = current.map_or(0, |current| current.version),
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch<'_> {
    /// The events ran, and the process lives.
    pub(super) async fn end(self, app: &App) {
        let Some((contact, version)) = self.note else { return };
        if self.is_suspect {
            app.probation.lock().remove(&contact);
        }
        let put = PutRecord {
            kind: SUSPECT.to_owned(),
            key: contact,
            expected_version: version,
            value: None,
            expires: None,
            now: app.now().0,
        };
        if let Err(error) = app.store.put_record(put).await {
            tracing::warn!(%error, "a note of the probation stays: {error}");
        }
    }
}

/// What an event is called from one start to the next: due work has another id each time.
fn name_of(task: &Task<'_>) -> String {
    match task.event.kind {
        EventKind::Due | EventKind::Restarted { .. } => "due".to_owned(),
        _ => task.event.id.to_string(),
    }
}

/// Notes that this process runs. If an earlier one did not end well, its probation begins; on a store that others use, too, only time tells
/// who is dead ([`fleet`]).
pub async fn begin(app: &Arc<App>) -> Result<bool, StoreError> {
    if !app.store.is_shared() {
        let before = records::list(app, fleet::RUNNING, fleet::MAX_SERVERS).await?;
        if !before.is_empty() {
            begin_probation(app).await?;
        }
        for record in before {
            records::remove(app, fleet::RUNNING, &record).await?;
        }
    }
    fleet::join(app).await?;
    Ok(app.probation.is_on(app.now()))
}

/// A process did not end well: for a while this one writes down what it is about to run, and minds what was being run then.
pub async fn begin_probation(app: &Arc<App>) -> Result<(), StoreError> {
    let suspects = records::list(app, SUSPECT, MAX_SUSPECTS).await?;
    let notes = suspects.into_iter().filter_map(|record| Some((record.key, serde_json::from_slice(&record.stored.value).ok()?)));
    app.probation.lock().extend(notes);
    app.probation.until.store(app.now().plus(PROBATION).0, Ordering::Relaxed);
    Ok(())
}

/// Notes that this process ended well.
pub async fn end(app: &Arc<App>) -> Result<(), StoreError> {
    fleet::leave(app).await
}
