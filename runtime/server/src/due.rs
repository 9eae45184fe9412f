//! Due work: a worker looks who is due, lane by lane, and brings each an event. A commit that sets an earlier moment wakes it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use interpreter::outbox::CLAIM;
use steps::{
    contact::{Contact, Work},
    event::{Event, EventKind},
    ids::{ContactId, EventId, NumberId},
    moment::{MINUTE, Moment, SECOND},
    step::shared::call::MAX_DEADLINE,
};
use store::LANES;
use tokio::sync::{Notify, Semaphore};

use crate::{
    app::App,
    metrics as names,
    process::{Done, Rejected, Whom, finish_merge, process},
};

/// The longest time between two looks: other processes set due times, too.
const INTERVAL: i64 = SECOND;
/// So often all lanes are looked at, not only this server's own: servers come and go, and may for a moment disagree whose a lane is.
const ROUND: i64 = 10 * SECOND;
/// Contacts of a lane that are taken up at a look.
const BATCH: usize = 256;
/// Contacts that are worked on at the same time.
const AT_ONCE: usize = 64;
/// How long a call may be claimed at most: its deadline, and what a claim holds beyond that.
const LONGEST_CLAIM: i64 = MAX_DEADLINE + CLAIM;
/// How long a contact rests that was due and is still.
const REST: i64 = SECOND;
/// How long a contact rests that can't be read or committed.
const LONG_REST: i64 = MINUTE;

/// Wakes the worker.
pub struct Wake {
    /// When it looks next.
    next: AtomicI64,
    notify: Notify,
}

impl Default for Wake {
    fn default() -> Self {
        Wake { next: AtomicI64::new(i64::MAX), notify: Notify::new() }
    }
}

impl Wake {
    /// A contact is due then.
    pub fn at(&self, due: Moment) {
        if due.0 < self.next.fetch_min(due.0, Ordering::Relaxed) {
            self.notify.notify_one();
        }
    }
}

/// When a contact next wants attention: its timers and calls, and of each conversation the first send that is not held back. Later
/// ones wait for that one's result.
pub fn next(contact: &Contact) -> Option<Moment> {
    let mut first_of: Vec<&NumberId> = Vec::new();
    let due = |pending: &'_ steps::contact::Pending| match &pending.work {
        Work::Send(send) => Some(match (&send.claim, send.settle_until) {
            (Some(claim), _) => claim.until,
            (None, Some(until)) => until.max(send.due),
            (None, None) => send.due,
        }),
        Work::Call(_) | Work::Write(_) | Work::Timer(_) => pending.due(),
    };
    let (mut next, mut writes) = (None, false);
    for pending in &contact.pending {
        // Of the writes to a CRM the first one counts, too.
        if matches!(pending.work, Work::Write(_)) && std::mem::replace(&mut writes, true) {
            continue;
        }
        if let Work::Send(send) = &pending.work {
            if send.held || first_of.contains(&&send.number) {
                continue;
            }
            first_of.push(&send.number);
        }
        next = next.into_iter().chain(due(pending)).min();
    }
    next
}

/// Who is worked on or rests, until when.
#[derive(Default)]
struct Busy(Mutex<HashMap<String, Moment>>);

impl Busy {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Moment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Works until the server stops.
pub async fn work(app: Arc<App>) {
    let busy = Arc::new(Busy::default());
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut round_at = Moment::default();
    // Who is alone on the store knows that nobody makes the calls that were under way, and waits for none of their claims.
    if !app.store.is_shared() {
        let now = app.now();
        let restarted = EventKind::Restarted { process: app.process_id.clone() };
        if let Err(error) = look(&app, &busy, &room, (0..LANES).collect(), now.plus(LONGEST_CLAIM), &restarted).await {
            tracing::warn!(%error, "calls that were under way wait for their claims: {error}");
        }
    }
    while !app.is_stopping() {
        let now = app.now();
        app.wake.next.store(now.plus(INTERVAL).0, Ordering::Relaxed);
        let all = round_at <= now;
        if all {
            round_at = now.plus(ROUND);
        }
        let lanes = (0..LANES).filter(|lane| all || app.fleet.looks_after(&app.process_id, *lane)).collect();
        if let Err(error) = look(&app, &busy, &room, lanes, now, &EventKind::Due).await {
            tracing::warn!(%error, "due work waits: {error}");
        }
        let until = app.wake.next.load(Ordering::Relaxed);
        let pause = Duration::from_millis(u64::try_from(until - app.now().0).unwrap_or_default());
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = app.wake.notify.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Takes up who is due in these lanes at a moment, with the event that they are brought, and sets the alarm for who is due next.
async fn look(
    app: &Arc<App>,
    busy: &Arc<Busy>,
    room: &Arc<Semaphore>,
    lanes: Vec<u16>,
    now: Moment,
    kind: &EventKind,
) -> Result<(), Rejected> {
    busy.lock().retain(|_, until| *until > now);
    let limit = BATCH + busy.lock().len();
    for lane in lanes {
        for due in app.store.due(lane, now.plus(INTERVAL).0, limit).await? {
            if due.due > now.0 {
                app.wake.next.fetch_min(due.due, Ordering::Relaxed);
                continue;
            }
            if app.is_stopping() {
                return Ok(());
            }
            if busy.lock().contains_key(&due.key) {
                continue;
            }
            busy.lock().insert(due.key.clone(), Moment::MAX);
            let Ok(permit) = room.clone().acquire_owned().await else { return Ok(()) };
            let (app, busy, kind) = (app.clone(), busy.clone(), kind.clone());
            app.clone().tasks.spawn(async move {
                let rest = take_up(&app, &due.key, now, kind).await;
                drop(permit);
                let mut busy = busy.lock();
                match rest {
                    0 => busy.remove(&due.key),
                    rest => busy.insert(due.key, app.now().plus(rest)),
                };
            });
        }
    }
    Ok(())
}

/// Brings a contact its event; tells how long it should rest.
async fn take_up(app: &Arc<App>, key: &str, now: Moment, kind: EventKind) -> i64 {
    metrics::counter!(names::DUE).increment(1);
    let contact = ContactId::new(key);
    match bring(app, &contact, now, kind).await {
        // Still due: it waits for something that a look can't give it.
        Ok(done) if done.due.is_some_and(|due| due <= now) => REST,
        Ok(done) if done.parked || done.contact.is_none() => LONG_REST,
        Ok(_) => 0,
        Err(error) => {
            tracing::warn!(contact.id = %contact, %error, "contact {contact} is due and waits: {error}");
            REST
        }
    }
}

async fn bring(app: &Arc<App>, contact: &ContactId, now: Moment, kind: EventKind) -> Result<Done, Rejected> {
    let event = Event { id: EventId::new(format!("due:{}", now.0)), number: app.default_number(), kind };
    let done = process(app, &Whom::Contact(contact.clone()), &[event]).await?;
    if done.contact.as_ref().is_some_and(|reached| reached != contact) {
        // A tombstone is due while it still has to hand over its content.
        finish_merge(app, contact).await?;
        return Ok(Done { contact: done.contact, ..Done::default() });
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::event::Identity;

    use super::*;
    use crate::testing::{NOW, Server};

    fn contact(pending: serde_json::Value) -> Contact {
        let mut contact = Contact::new(ContactId::new("c1"), Identity::default(), NOW);
        contact.pending = serde_json::from_value(pending).unwrap();
        contact
    }

    fn send(id: u32, number: &str, due: i64, more: serde_json::Value) -> serde_json::Value {
        let mut send = json!({ "number": number, "message": { "type": "text", "text": "Oi" }, "queued": 0, "due": due });
        send.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "id": id, "work": { "send": send } })
    }

    #[test]
    fn later_sends_of_a_conversation_wait_for_the_first() {
        let claimed = json!({ "claim": { "by": "p", "until": 50 } });
        let waiting = contact(json!([send(1, "1001", 10, claimed), send(2, "1001", 10, json!({}))]));
        assert_eq!(next(&waiting), Some(Moment(50)));
        let other = contact(json!([send(1, "1001", 30, json!({})), send(2, "1002", 20, json!({}))]));
        assert_eq!(next(&other), Some(Moment(20)));
        let held = contact(json!([send(1, "1001", 10, json!({ "held": true })), send(2, "1001", 40, json!({}))]));
        assert_eq!(next(&held), Some(Moment(40)));
        let unsettled = contact(json!([send(1, "1001", 10, json!({ "settle_until": 70 }))]));
        assert_eq!(next(&unsettled), Some(Moment(70)));
        assert_eq!(next(&contact(json!([]))), None);
    }

    /// Due work of a server that died: its successor brings it to an end.
    #[tokio::test]
    async fn what_is_due_is_taken_up() {
        let server = Server::sandbox().await;
        server.app.stop.cancel();
        let body = json!({ "from": "+5511987654321", "text": "Oi" });
        assert_eq!(server.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        server.settle().await;
        assert_eq!(server.transcript("+5511987654321").await[1], "out: You said Oi (queued)");

        let next = Server::with("", server.app.store.clone()).await;
        let (busy, room) = (Arc::default(), Arc::new(Semaphore::new(AT_ONCE)));
        look(&next.app, &busy, &room, (0..LANES).collect(), NOW, &EventKind::Due).await.unwrap();
        next.settle().await;
        assert_eq!(next.transcript("+5511987654321").await[1], "out: You said Oi (delivered)");
    }
}
