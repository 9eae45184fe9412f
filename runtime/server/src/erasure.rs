//! Erasing a contact: all that any part of the server keeps of it, and of those that turned out to be it.

use std::sync::Arc;

use steps::{contact::Contact, ids::ContactId};
use store::{Record, StoreError};

use crate::{
    alerts::{ALERT, Alert},
    app::App,
    media,
    process::{DEAD, DeadEvent},
    records,
};

/// Removes all that is known of a contact. Can be repeated, also where it was cut off.
///
/// # Errors
/// Those of the store; what was removed until then stays so.
pub async fn erase(app: &Arc<App>, id: &ContactId) -> Result<(), StoreError> {
    // Read before anything goes: they are known from here alone. One that can't be read has none.
    let stored = app.store.load(id.as_str()).await.ok().flatten();
    if let Some(contact) = stored.and_then(|stored| Contact::read(&stored.value).ok()) {
        erase_merged(app, &contact).await?;
    }
    let _turn = app.queues.enter(id).await;
    erase_beside(app, id).await?;
    app.store.erase(id.as_str()).await?;
    app.kept.forget(id);
    tracing::info!(contact.id = %id, "contact {id} was erased");
    Ok(())
}

/// The same for a contact that is found to be as it should be, and is not written meanwhile; tells whether it is gone.
///
/// # Errors
/// As above.
pub async fn erase_if(app: &Arc<App>, id: &ContactId, should: impl Fn(&Contact) -> bool) -> Result<bool, StoreError> {
    let _turn = app.queues.enter(id).await;
    let stored = match app.store.load(id.as_str()).await {
        // Its own trouble, and no other's: it stays.
        Err(StoreError::Unreadable { .. }) => None,
        loaded => loaded?,
    };
    let Some(stored) = stored else { return Ok(false) };
    let contact = Contact::read(&stored.value).ok().filter(|contact| should(contact));
    let Some(contact) = contact else { return Ok(false) };
    // The value goes last: from it what lies beside is found again, should this be cut off.
    erase_merged(app, &contact).await?;
    erase_beside(app, id).await?;
    let is_gone = app.store.erase_at(id.as_str(), stored.version).await?;
    if is_gone {
        app.kept.forget(id);
        tracing::info!(contact.id = %id, "contact {id} was erased");
    }
    Ok(is_gone)
}

/// What those left behind that turned out to be this contact: a tombstone, their journal and their transcript.
async fn erase_merged(app: &Arc<App>, contact: &Contact) -> Result<(), StoreError> {
    for other in &contact.merged_from {
        let _turn = app.queues.enter(other).await;
        erase_beside(app, other).await?;
        app.store.erase(other.as_str()).await?;
        app.kept.forget(other);
    }
    Ok(())
}

/// What lies beside the contact's own value. The caller has its turn.
async fn erase_beside(app: &Arc<App>, id: &ContactId) -> Result<(), StoreError> {
    media::erase(app, id).await?;
    let limits = &app.settings.limits;
    forget(app, DEAD, limits.dead_events, |dead: &DeadEvent| dead.contact.as_ref() == Some(id)).await?;
    forget(app, ALERT, limits.alerts, |alert: &Alert| alert.contact.as_ref() == Some(id)).await
}

/// Removes those entries of a bounded list that are about the contact.
async fn forget<T: serde::de::DeserializeOwned>(
    app: &App,
    kind: &str,
    limit: usize,
    is_about: impl Fn(&T) -> bool,
) -> Result<(), StoreError> {
    for Record { key, stored } in records::list(app, kind, limit).await? {
        // What can't be read is somebody else's to mend.
        if records::read(kind, &key, &stored).is_ok_and(|entry| is_about(&entry)) {
            records::remove(app, kind, &Record { key, stored }).await?;
        }
    }
    Ok(())
}
