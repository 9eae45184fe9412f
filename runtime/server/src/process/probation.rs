//! After an unclean exit, events run one by one for a while, each written down before it runs: one that brings the process down again
//! is known at the next start, and goes to the dead list instead of running a third time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use steps::{
    event::EventKind,
    ids::ContactId,
    moment::{MINUTE, Moment},
};
use store::{PutRecord, StoreError};
use tokio::sync::{Mutex, MutexGuard};

use super::turns::{Plan, Task};
use crate::{app::App, records};

/// How long a server is on probation.
const PROBATION: i64 = MINUTE;
/// Records of this kind: a process that runs, and did not end well if it is found at a start.
const RUNNING: &str = "running";
/// Records of this kind: what a process on probation is about to run.
const SUSPECT: &str = "suspect";
/// More suspects than this are not looked at: there is one for each process.
const MAX_SUSPECTS: usize = 100;

/// Whether this process is on probation, and what it knows from its predecessor's end.
#[derive(Default)]
pub struct Probation {
    until: AtomicI64,
    one_by_one: Mutex<()>,
    /// By contact: the event that was running when a process died.
    guilty: std::sync::Mutex<HashMap<String, String>>,
}

/// Events that run under watch.
pub(super) struct Suspicion<'p> {
    contact: Option<String>,
    version: u64,
    _alone: Option<MutexGuard<'p, ()>>,
}

impl Probation {
    pub(super) fn is_on(&self, now: Moment) -> bool {
        now.0 < self.until.load(Ordering::Relaxed)
    }

    /// Writes down what is about to run, while on probation; and plans around what brought a process down before.
    pub(super) async fn watch(
        &self,
        app: &Arc<App>,
        contact: &ContactId,
        tasks: &mut [Task<'_>],
    ) -> Result<Suspicion<'_>, StoreError> {
        let now = app.now();
        if !self.is_on(now) {
            return Ok(Suspicion { contact: None, version: 0, _alone: None });
        }
        let alone = self.one_by_one.lock().await;
        let guilty = self.guilty.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(contact.as_str()).cloned();
        for task in tasks.iter_mut().filter(|task| guilty.as_deref().is_some_and(|guilty| guilty == name_of(task))) {
            task.plan = Plan::Stop("the process died while this event ran".to_owned());
        }
        // On probation events run one by one.
        let name = tasks.iter().find(|task| task.plan == Plan::Run).map(name_of).unwrap_or_default();
        let put = |version, value| PutRecord {
            kind: SUSPECT.to_owned(),
            key: contact.as_str().to_owned(),
            expected_version: version,
            value,
            expires: None,
            now: now.0,
        };
        let value = name.into_bytes();
        let mut version = 0;
        for _ in 0..2 {
            match app.store.put_record(put(version, Some(value.clone()))).await? {
                store::Outcome::Committed { version: written } => {
                    return Ok(Suspicion { contact: Some(contact.to_string()), version: written, _alone: Some(alone) });
                }
                store::Outcome::Conflict { current } => version = current.map_or(0, |current| current.version),
            }
        }
        Ok(Suspicion { contact: None, version: 0, _alone: Some(alone) })
    }
}

impl Suspicion<'_> {
    /// The events ran, and the process lives.
    pub(super) async fn clear(self, app: &App) {
        let Some(contact) = self.contact else { return };
        let put = PutRecord {
            kind: SUSPECT.to_owned(),
            key: contact,
            expected_version: self.version,
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
        EventKind::Due => "due".to_owned(),
        _ => task.event.id.to_string(),
    }
}

/// Notes that this process runs. If an earlier one did not end well, its probation begins.
pub async fn begin(app: &Arc<App>) -> Result<bool, StoreError> {
    let now = app.now();
    let before = records::list(app, RUNNING, MAX_SUSPECTS).await?;
    let suspects = records::list(app, SUSPECT, MAX_SUSPECTS).await?;
    if !before.is_empty() {
        app.probation.until.store(now.plus(PROBATION).0, Ordering::Relaxed);
        let mut guilty = app.probation.guilty.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        guilty.extend(
            suspects.iter().map(|record| (record.key.clone(), String::from_utf8_lossy(&record.stored.value).into_owned())),
        );
    }
    for record in before {
        records::remove(app, RUNNING, &record).await?;
    }
    let put = PutRecord {
        kind: RUNNING.to_owned(),
        key: app.process_id.to_string(),
        expected_version: 0,
        value: Some(now.to_string().into_bytes()),
        expires: None,
        now: now.0,
    };
    app.store.put_record(put).await?;
    Ok(app.probation.is_on(now))
}

/// Notes that this process ended well.
pub async fn end(app: &Arc<App>) -> Result<(), StoreError> {
    for record in records::list(app, RUNNING, MAX_SUSPECTS).await? {
        if record.key == app.process_id.as_str() {
            records::remove(app, RUNNING, &record).await?;
        }
    }
    Ok(())
}
