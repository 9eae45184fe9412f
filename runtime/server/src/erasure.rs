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
    let merged = stored.and_then(|stored| Contact::read(&stored.value).ok()).map(|contact| contact.merged_from);
    for other in merged.unwrap_or_default() {
        erase_one(app, &other).await?;
    }
    erase_one(app, id).await?;
    tracing::info!(contact.id = %id, "contact {id} was erased");
    Ok(())
}

async fn erase_one(app: &Arc<App>, id: &ContactId) -> Result<(), StoreError> {
    let _turn = app.queues.enter(id).await;
    media::erase(app, id).await?;
    let limits = &app.settings.limits;
    forget(app, DEAD, limits.dead_events, |dead: &DeadEvent| dead.contact.as_ref() == Some(id)).await?;
    forget(app, ALERT, limits.alerts, |alert: &Alert| alert.contact.as_ref() == Some(id)).await?;
    app.store.erase(id.as_str()).await.map(drop)
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
