//! Two contacts that turned out to be one person. The lesser becomes a tombstone that still holds its content; the content goes to the
//! other as an event; then the tombstone is emptied. It is due until then, so a worker ends what a crash cut off, and the other
//! remembers that it consumed the merge.

use std::{sync::Arc, time::Duration};

use interpreter::aliases;
use steps::{
    contact::{Contact, Pending, Work},
    event::{Event, EventKind, Identity},
    ids::{ContactId, EventId},
};
use store::{Commit, Outcome};

use super::{Rejected, Whom, process, turns};
use crate::app::App;

/// Tries before a merge is left to the worker, which finds the tombstone, or to the next message, which begins it again.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(3);

/// Merges `from` into `into`, in the background.
pub(super) fn begin(app: &Arc<App>, from: ContactId, into: ContactId) {
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        for _ in 0..TRIES {
            match bury(&app, &from, &into).await.map(|buried| (buried, &into)) {
                Ok((true, _)) => break,
                Ok((false, _)) => {}
                Err(error) => tracing::warn!(contact.id = %from, %error, "contact {from} can't be merged yet: {error}"),
            }
            tokio::select! {
                biased;
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        if let Err(error) = finish(&app, &from).await {
            tracing::warn!(contact.id = %from, %error, "the merge of contact {from} goes on later: {error}");
        }
    });
}

/// Makes a tombstone in place of a contact that has a name and no value yet: whoever is about to make it is led on. False: it was made
/// meanwhile.
pub(super) async fn lead_on(app: &Arc<App>, from: &ContactId, into: &ContactId) -> Result<bool, Rejected> {
    let commit = Commit {
        key: from.as_str().to_owned(),
        expected_version: 0,
        value: serde_json::to_vec(&tombstone(Contact::new(from.clone(), Identity::default(), app.now()), into.clone())).ok(),
        due: None,
        journal: Vec::new(),
    };
    Ok(matches!(app.store.commit(commit).await?, Outcome::Committed { .. }))
}

/// What is left of a contact that was merged.
fn tombstone(contact: Contact, into: ContactId) -> Contact {
    let mut tombstone = Contact::new(contact.id, Identity::default(), contact.created);
    tombstone.last_event = contact.last_event;
    tombstone.merged_into = Some(into);
    tombstone
}

/// Makes a contact a tombstone; false while something of it is under way, whose result would not find its entry any more.
async fn bury(app: &Arc<App>, from: &ContactId, into: &ContactId) -> Result<bool, Rejected> {
    let _turn = app.queues.enter(from).await;
    let Some(stored) = app.store.load(from.as_str()).await? else { return Ok(true) };
    let Ok(mut contact) = turns::decode(&stored.value) else { return Ok(true) };
    if contact.merged_into.is_some() {
        return Ok(true);
    }
    if contact.pending.iter().any(is_under_way) {
        return Ok(false);
    }
    contact.merged_into = Some(into.clone());
    let commit = Commit {
        key: from.as_str().to_owned(),
        expected_version: stored.version,
        value: serde_json::to_vec(&contact).ok(),
        due: Some(app.now().0),
        journal: Vec::new(),
    };
    Ok(matches!(app.store.commit(commit).await?, Outcome::Committed { .. }))
}

fn is_under_way(pending: &Pending) -> bool {
    match &pending.work {
        // One that was cut off, too: a status that settles it names its entry.
        Work::Send(send) => send.claim.is_some() || send.settle_until.is_some(),
        Work::Call(call) => call.claim.is_some(),
        Work::Timer(_) => false,
    }
}

/// Hands over what a tombstone still holds, and empties it. Can be repeated; does nothing for a contact that is none.
pub async fn finish(app: &Arc<App>, from: &ContactId) -> Result<bool, Rejected> {
    let Some(stored) = app.store.load(from.as_str()).await? else { return Ok(false) };
    let Ok(mut contact) = turns::decode(&stored.value) else { return Ok(false) };
    let Some(into) = contact.merged_into.take() else { return Ok(false) };
    let names = aliases(&contact.identity);
    let Ok(content) = serde_json::to_value(&contact) else { return Ok(false) };
    let event = Event {
        id: EventId::new(format!("merge:{from}")),
        number: app.default_number(),
        kind: EventKind::Merge { from: from.clone(), content },
    };
    // A future inside of itself needs a box.
    Box::pin(process(app, &Whom::Contact(into.clone()), &[event])).await?;
    for alias in &names {
        app.store.set_alias(alias, into.as_str(), Some(from.as_str())).await?;
    }
    let commit = Commit {
        key: from.as_str().to_owned(),
        expected_version: stored.version,
        value: serde_json::to_vec(&tombstone(contact, into)).ok(),
        due: None,
        journal: Vec::new(),
    };
    app.store.commit(commit).await?;
    Ok(true)
}
