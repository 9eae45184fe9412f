//! Two contacts that turned out to be one person. The lesser becomes a tombstone that still holds its content; the content goes to the
//! other as an event; then the tombstone is emptied. A record tells what is to be merged until that is done, so a worker ends what a
//! crash cut off, and the other remembers that it consumed the merge.

use std::{sync::Arc, time::Duration};

use interpreter::aliases;
use steps::{
    contact::{Contact, Pending, Work},
    event::{Event, EventKind, Identity},
    fact::Fact,
    ids::{ContactId, EventId},
};
use store::{Commit, ListChange, Outcome, Record, StoreError};

use super::{MAX_FORWARDS, Rejected, Whom, process, turns};
use crate::{app::App, journal, records};

/// Records by contact: the one that it is to be merged into.
pub const MERGE: &str = "merge";
/// Tries before a merge is left to the worker.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(3);
/// How often the worker looks what is still to be merged.
const LOOK: Duration = Duration::from_secs(60);
/// Merges that are taken up at a look.
const BATCH: usize = 100;

/// Takes up what was not merged yet, until the server stops.
pub async fn work(app: Arc<App>) {
    loop {
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        match records::list(&app, MERGE, BATCH).await {
            Ok(open) => open.into_iter().for_each(|record| resume(&app, &record)),
            Err(error) => tracing::warn!(%error, "merges wait: {error}"),
        }
    }
}

fn resume(app: &Arc<App>, record: &Record) {
    match records::read(MERGE, &record.key, &record.stored) {
        Ok(into) => begin(app, ContactId::new(&record.key), into),
        Err(error) => tracing::error!(contact.id = %record.key, %error, "contact {} can't be merged: {error}", record.key),
    }
}

/// Writes down that `from` is to be merged into `into`: before the commit after which nothing else would tell.
pub(super) async fn plan(app: &App, from: &ContactId, into: &ContactId) -> Result<(), StoreError> {
    records::put(app, MERGE, from.as_str(), 0, into).await.map(|_| ())
}

/// Merges `from` into `into`, in the background.
pub(super) fn begin(app: &Arc<App>, from: ContactId, into: ContactId) {
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        for _ in 0..TRIES {
            match bury(&app, &from, &into).await {
                Ok(Buried::Done) => break,
                Ok(Buried::NotYet) => {}
                Ok(Buried::Never) => {
                    if let Err(error) = remove(&app, &from).await {
                        tracing::warn!(contact.id = %from, %error, "a merge of contact {from} is forgotten later: {error}");
                    }
                    return;
                }
                Err(error) => tracing::warn!(contact.id = %from, %error, "contact {from} can't be merged yet: {error}"),
            }
            tokio::select! {
                biased;
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        let finished = async {
            finish(&app, &from).await?;
            forget(&app, &from).await
        };
        if let Err(error) = finished.await {
            tracing::warn!(contact.id = %from, %error, "the merge of contact {from} goes on later: {error}");
        }
    });
}

/// Forgets a merge that is done: its contact holds nothing any more.
async fn forget(app: &App, from: &ContactId) -> Result<(), Rejected> {
    let stored = app.store.load(from.as_str()).await?;
    let contact = stored.and_then(|stored| turns::decode(&stored.value).ok());
    if contact.is_some_and(|contact| contact.merged_into.is_none()) {
        return Ok(());
    }
    Ok(remove(app, from).await?)
}

async fn remove(app: &App, from: &ContactId) -> Result<(), StoreError> {
    if let Some(stored) = app.store.get_record(MERGE, from.as_str(), app.now().0).await? {
        records::remove(app, MERGE, &Record { key: from.to_string(), stored }).await?;
    }
    Ok(())
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

/// What became of making a contact a tombstone.
enum Buried {
    /// It is one.
    Done,
    /// Something of it is under way, whose result would not find its entry any more; or there is nobody to merge it into yet.
    NotYet,
    /// The other one is merged into it.
    Never,
}

/// Makes a contact a tombstone.
async fn bury(app: &Arc<App>, from: &ContactId, into: &ContactId) -> Result<Buried, Rejected> {
    let _turn = app.queues.enter(from).await;
    let Some(stored) = app.store.load(from.as_str()).await? else { return Ok(Buried::Done) };
    let Ok(mut contact) = turns::decode(&stored.value) else { return Ok(Buried::Done) };
    if contact.merged_into.is_some() {
        return Ok(Buried::Done);
    }
    match end_of(app, into).await? {
        // The commit that makes it may have failed, and comes again with its message.
        None => return Ok(Buried::NotYet),
        Some(end) if end == *from => return Ok(Buried::Never),
        Some(_) => {}
    }
    // Each of two may learn of the other's name: then one way is given up, the same at every server.
    let other_way = records::get::<ContactId>(app, MERGE, into.as_str()).await?;
    if from < into && other_way.is_some_and(|(other, _)| other == *from) {
        return Ok(Buried::Never);
    }
    if contact.pending.iter().any(is_under_way) {
        return Ok(Buried::NotYet);
    }
    contact.merged_into = Some(into.clone());
    let commit = Commit {
        key: from.as_str().to_owned(),
        expected_version: stored.version,
        value: serde_json::to_vec(&contact).ok(),
        due: Some(app.now().0),
        journal: journal::entries(
            &[Fact::MergedInto { into: into.as_str().into() }],
            &contact,
            vec![ListChange::Unlisted],
            app.now(),
        ),
    };
    let outcome = app.store.commit(commit).await?;
    Ok(if matches!(outcome, Outcome::Committed { .. }) { Buried::Done } else { Buried::NotYet })
}

/// Who stands at the end of a row of tombstones; None: nobody yet.
async fn end_of(app: &App, first: &ContactId) -> Result<Option<ContactId>, Rejected> {
    let mut end = first.clone();
    for _ in 0..MAX_FORWARDS {
        let Some(stored) = app.store.load(end.as_str()).await? else { return Ok(None) };
        match turns::decode(&stored.value) {
            Ok(Contact { merged_into: Some(next), .. }) => end = next,
            _ => break,
        }
    }
    Ok(Some(end))
}

fn is_under_way(pending: &Pending) -> bool {
    match &pending.work {
        // One that was cut off, too: a status that settles it names its entry.
        Work::Send(send) => send.claim.is_some() || send.settle_until.is_some(),
        Work::Call(call) => call.claim.is_some(),
        Work::Write(write) => write.claim.is_some(),
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
