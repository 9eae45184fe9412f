//! Turns and their commit: load, run, compare and set, and again if somebody else was quicker.

use std::{borrow::Cow, sync::Arc, time::Duration};

use interpreter::{Need, outbox};
use steps::{
    asked::AI_BUDGET,
    contact::Contact,
    crm::CRM_UNMAPPED,
    event::{Event, EventKind, Trigger},
    fact::Fact,
    ids::ContactId,
    moment::Moment,
};
use store::{Commit, Outcome, StoreError, Stored};

use super::{
    Done, Found, Rejected, Whom, dead, identity,
    kept::Known,
    merge,
    turns::{self, Batch, Plan, Task, Tried, attempt},
};
use crate::{
    app::App,
    bots, due, journal,
    listing::{self, Listing},
    metrics as names, sender,
};

/// Conflicts before the event is given back. Inside one process there are none, between a few processes hardly ever two.
const MAX_CONFLICTS: usize = 8;
/// What one turn may ask for before something must be wrong with it.
const MAX_NEEDS: usize = 64;
/// How long it is looked whether an unknown commit was applied.
const SETTLE_PAUSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(50), Duration::from_millis(250), Duration::from_secs(1)];

pub(super) enum Ran {
    Done(Done),
    /// The contact turned out to be this one. `holds`: it still has what it is to hand over.
    Merged {
        into: ContactId,
        holds: bool,
    },
    /// It was found by what this process remembered, and that holds no more.
    Forgotten,
}

/// Runs events on a contact whose turn it is in this process.
pub(super) async fn run(app: &Arc<App>, found: &Found, whom: &Whom, events: &[Event]) -> Result<Ran, Rejected> {
    let id = &found.contact;
    let events = for_this_contact(id, whom, events);
    if events.is_empty() {
        return Ok(Ran::Done(Done { contact: Some(id.clone()), ..Done::default() }));
    }
    let mut tasks: Vec<Task<'_>> = events.iter().map(Task::new).collect();
    let watch = app.probation.watch(app, id, &mut tasks).await?;
    let result = commit_tasks(app, found, whom, &mut tasks).await;
    watch.end(app).await;
    result
}

async fn commit_tasks(app: &Arc<App>, found: &Found, whom: &Whom, tasks: &mut [Task<'_>]) -> Result<Ran, Rejected> {
    let id = &found.contact;
    let (named, newcomer) = match whom {
        Whom::Contact(_) => (None, None),
        Whom::Named { identity, create } => (Some(identity), Some(identity).filter(|_| *create)),
    };
    let (place, mut kept) = app.kept.take(id, app.now(), app.fleet.size() == 1);
    let mut conflict: Option<Option<Stored>> = None;
    let (mut conflicts, mut needs) = (0, 0);
    loop {
        let now = app.now();
        let is_kept = kept.is_some();
        let known = match (kept.take(), conflict.take()) {
            (Some(kept), _) => Ok(Some(kept)),
            (None, Some(current)) => turns::known(current),
            (None, None) => match app.store.load(id.as_str()).await {
                Err(StoreError::Unreadable { reason, .. }) => Err(Tried::Unreadable(reason)),
                loaded => turns::known(loaded?),
            },
        };
        if found.is_remembered && !identity::is_led_by(known.as_ref().ok().and_then(Option::as_ref), named) {
            return Ok(Ran::Forgotten);
        }
        let (version, length) =
            known.as_ref().ok().and_then(Option::as_ref).map_or((0, 0), |known| (known.version, known.length));
        let tried =
            known.map_or_else(|tried| tried, |known| attempt(app, id, known.map(|known| known.contact), newcomer, tasks, now));
        let mut batch = match tried {
            Tried::Turned(batch) => batch,
            Tried::Absent => return Ok(Ran::Done(Done::default())),
            Tried::Merged { into, holds } => return Ok(Ran::Merged { into, holds }),
            Tried::Newer(found) => return Err(Rejected::NewerFormat { contact: id.clone(), found }),
            Tried::Unreadable(reason) => return park(app, id, tasks, &reason).await.map(Ran::Done),
            Tried::Panicked => continue,
            Tried::Need(place, need) => {
                needs += 1;
                if needs > MAX_NEEDS {
                    tasks[place].plan = Plan::Skip(format!("the turn needed {need:?}, and more than {MAX_NEEDS} things before"));
                } else {
                    supply(app, need, &mut tasks[place]).await?;
                }
                continue;
            }
        };
        if is_quiet(tasks, &batch) {
            if is_kept {
                // No commit will tell whether it still holds.
                continue;
            }
            let due = due::next(&batch.contact);
            return Ok(Ran::Done(Done { contact: Some(id.clone()), traces: batch.traces, due, ..Done::default() }));
        }
        let known = (version != 0).then_some(&batch.known);
        let merges = identity::record(app, id, known, &batch.contact.identity).await?;
        for other in &merges {
            merge::plan(app, other, id).await?;
        }
        // A server that stops begins nothing new; whoever comes next claims it.
        let claimed = if app.is_stopping() {
            Vec::new()
        } else {
            outbox::claim(&mut batch.contact, &app.process_id, now, &mut batch.facts)
        };
        let due = due::next(&batch.contact);
        let value = batch.contact.write(length).map_err(|error| cannot_write(id, &error))?;
        let length = value.len();
        let mut lists = Listing::of(&batch.contact).changes_since(batch.listed.as_ref());
        lists.extend(listing::ended(&batch.facts, now));
        let commit = Commit {
            key: id.as_str().to_owned(),
            expected_version: version,
            value: Some(value),
            due: due.map(|due| due.0),
            journal: journal::entries(&batch.facts, &batch.contact, lists, now),
        };
        let settled = match app.store.commit(commit).await {
            Ok(outcome) => settled(outcome),
            Err(StoreError::Refused { reason, .. }) => return park(app, id, tasks, &reason).await.map(Ran::Done),
            Err(StoreError::Unavailable { reason }) => look_again(app, id, &batch.contact, reason).await?,
            Err(error) => return Err(error.into()),
        };
        let (claimed, version) = match settled {
            Settled::Ours(version) => (claimed, Some(version)),
            Settled::Others => (Vec::new(), None),
            Settled::No(current) => {
                metrics::counter!(names::CONFLICTS).increment(1);
                conflicts += 1;
                if conflicts > MAX_CONFLICTS {
                    return Err(Rejected::Conflicts(id.clone()));
                }
                conflict = Some(current);
                continue;
            }
        };
        let dead = dead::of_tasks(app, id, tasks).await?;
        metrics::counter!(names::TURNS).increment(batch.traces.len() as u64);
        let Batch { contact, facts, traces, receipts, .. } = *batch;
        if let Some(version) = version {
            app.kept.put(id, place, Known { version, length, contact }, now);
        }
        after(app, id, &facts, due, now).await;
        sender::begin(app, id, claimed, now);
        sender::acknowledge(app, receipts);
        merges.into_iter().for_each(|other| merge::begin(app, other, id.clone()));
        return Ok(Ran::Done(Done { contact: Some(id.clone()), traces, due, dead, parked: false }));
    }
}

/// What became of a commit.
enum Settled {
    /// By the version that it has now.
    Ours(u64),
    /// The same event was committed, but by somebody else: what was claimed is theirs.
    Others,
    No(Option<Stored>),
}

fn settled(outcome: Outcome) -> Settled {
    match outcome {
        Outcome::Committed { version } => Settled::Ours(version),
        Outcome::Conflict { current } => Settled::No(current),
    }
}

/// Finds out whether a commit was applied whose answer was lost.
async fn look_again(app: &App, id: &ContactId, ours: &Contact, reason: String) -> Result<Settled, Rejected> {
    metrics::counter!(names::UNKNOWN_COMMITS).increment(1);
    for pause in SETTLE_PAUSES {
        tokio::time::sleep(pause).await;
        let Ok(stored) = app.store.load(id.as_str()).await else { continue };
        let Some(current) = &stored else { return Ok(Settled::No(stored)) };
        if serde_json::to_vec(ours).is_ok_and(|ours| ours == current.value) {
            return Ok(Settled::Ours(current.version));
        }
        let last_event = turns::decode(&current.value).ok().map(|contact| contact.last_event);
        return Ok(if last_event.as_ref() == Some(&ours.last_event) { Settled::Others } else { Settled::No(stored) });
    }
    Err(StoreError::Unavailable { reason }.into())
}

/// Puts the events on the dead list: the contact can't be read or written, and all others go on.
async fn park(app: &Arc<App>, id: &ContactId, tasks: &mut [Task<'_>], reason: &str) -> Result<Done, Rejected> {
    tracing::error!(contact.id = %id, reason, "contact {id} is parked: {reason}");
    // Due work stays where it is, and is looked at again; it is no news of anybody's.
    for task in tasks.iter_mut().filter(|task| !matches!(task.event.kind, EventKind::Due | EventKind::Restarted { .. })) {
        task.plan = Plan::Skip(format!("the contact is parked: {reason}"));
    }
    let dead = dead::of_tasks(app, id, tasks).await?;
    Ok(Done { contact: Some(id.clone()), dead, parked: true, ..Done::default() })
}

fn cannot_write(id: &ContactId, error: &serde_json::Error) -> Rejected {
    Rejected::Store(StoreError::Refused { what: format!("contact {id}"), reason: error.to_string() })
}

/// What a turn needs that lies elsewhere. Kept for further tries of the same turn.
async fn supply(app: &Arc<App>, need: Need, task: &mut Task<'_>) -> Result<(), Rejected> {
    let supplied = &mut task.supplied;
    match need {
        Need::Counter(name) => {
            let value = app.store.increment(&name, 1).await?;
            // The store gives the sum, which is 1 at first; a turn counts from 0.
            supplied.counters.entry(name).or_default().push(value.saturating_sub(1));
        }
        Need::Version(version) => {
            if !bots::load_version(app, version.as_str(), false).await? {
                supplied.missing_versions.push(version.as_str().to_owned());
            }
        }
        Need::VersionPrefix(prefix) => {
            if !bots::load_version(app, &prefix, true).await? {
                supplied.missing_versions.push(prefix);
            }
        }
        Need::Crm(wanted) => supplied.crm = Some(Box::new(app.crm.look(app, &wanted).await)),
    }
    Ok(())
}

/// A schedule that started nothing for this contact leaves nothing behind: most contacts are not in most audiences.
fn is_quiet(tasks: &[Task<'_>], batch: &Batch) -> bool {
    let is_schedule =
        |task: &Task<'_>| task.plan == Plan::Run && matches!(task.event.kind, EventKind::Trigger(Trigger::Schedule { .. }));
    tasks.iter().all(is_schedule) && batch.facts.iter().all(|fact| matches!(fact, Fact::Trace { .. }))
}

/// Entries are counted within a contact: in the one that it was merged into they have other numbers. For a status the message's id tells;
/// a result is left out, since a contact is merged only when nothing of it is under way.
fn for_this_contact<'e>(id: &ContactId, whom: &Whom, events: &'e [Event]) -> Cow<'e, [Event]> {
    let forwarded = matches!(whom, Whom::Contact(named) if named != id);
    let is_result =
        |event: &Event| matches!(event.kind, EventKind::Sent { .. } | EventKind::Called { .. } | EventKind::Written { .. });
    let names_an_entry = |event: &Event| matches!(&event.kind, EventKind::Status(status) if status.entry.is_some());
    if !forwarded || !events.iter().any(|event| is_result(event) || names_an_entry(event)) {
        return Cow::Borrowed(events);
    }
    let mut events: Vec<Event> = events.iter().filter(|event| !is_result(event)).cloned().collect();
    for event in &mut events {
        if let EventKind::Status(status) = &mut event.kind {
            status.entry = None;
        }
    }
    Cow::Owned(events)
}

/// What follows a commit and may be lost: live views, alerts, a worker that is woken.
async fn after(app: &Arc<App>, id: &ContactId, facts: &[Fact], due: Option<Moment>, now: Moment) {
    app.live.publish(id, facts, now);
    if let Some(due) = due {
        app.wake.at(due);
    }
    for fact in facts {
        if let Fact::Alert { name, text, bot, step, code } = fact {
            let alert = crate::alerts::Alert {
                at: now,
                name: name.to_string(),
                text: text.clone(),
                contact: Some(id.clone()),
                bot: bot.clone(),
                step: step.clone(),
                code: *code,
                remedy: code.map(|code| crate::alerts::remedy(code).to_owned()),
            };
            let is_told = if *name == AI_BUDGET || *name == CRM_UNMAPPED {
                crate::alerts::record_once_a_day(app, &alert).await
            } else {
                crate::alerts::record(app, &alert).await;
                true
            };
            if is_told {
                metrics::counter!(names::ALERTS).increment(1);
                tracing::warn!(contact.id = %id, alert = %name, "alert {name} for contact {id}");
            }
        }
    }
}
