//! A look into Kommo when a customer's message begins something. Of a customer whom Kommo never told of here, contact and open lead are read
//! before the bot's first step, and nobody waits longer for that than [`WAIT`]. One whom Kommo told of is read beside, while the bot
//! runs: its webhooks keep the contact up to date, and what they missed comes as news.
//!
//! These requests give way to all others: a look that gets no moment of the account's pace is none.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use steps::{
    crm::{CrmContact, CrmLead, CrmNews, CrmWanted},
    ids::ContactId,
};
use tokio::{sync::Semaphore, time::Instant};

use super::{
    Kommo, inbox,
    names::Entity,
    reading::{Reader, Unread},
};
use crate::{
    app::App,
    crm::{contact_alias, lead_alias},
};

/// How long a conversation waits for Kommo at its beginning.
const WAIT: Duration = Duration::from_secs(1);
/// How long a look beside the conversation may take.
const BESIDE: Duration = Duration::from_secs(30);
/// For how long a look at a contact holds.
const FRESH: Duration = Duration::from_secs(60);
/// Looks at a time. Whoever comes when so many are under way does not wait: more could not be made at Kommo's pace anyway.
const AT_ONCE: usize = 4;
/// Contacts whose look is remembered.
const MAX_REMEMBERED: usize = 10_000;
/// Leads of a contact that are looked at, the newest first.
const MAX_LEADS: usize = 3;

/// Looks that are under way, and those of the last minute.
pub struct Looks {
    at_once: Arc<Semaphore>,
    done: Mutex<HashMap<ContactId, Instant>>,
}

impl Default for Looks {
    fn default() -> Self {
        Looks { at_once: Arc::new(Semaphore::new(AT_ONCE)), done: Mutex::default() }
    }
}

impl Looks {
    /// Whether a contact was looked at so short a time ago that it need not be again; else it counts as looked at from now on.
    fn is_fresh(&self, contact: &ContactId) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if done.get(contact).is_some_and(|at| at.elapsed() < FRESH) {
            return true;
        }
        if done.len() >= MAX_REMEMBERED {
            done.retain(|_, at| at.elapsed() < FRESH);
        }
        // So many starts within a minute are more than can be looked at.
        if done.len() < MAX_REMEMBERED {
            done.insert(contact.clone(), Instant::now());
        }
        false
    }

    /// The next look at this contact is made in any case.
    pub fn forget(&self, contact: &ContactId) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).remove(contact);
    }
}

/// What Kommo has of the contact, as far as the conversation waits for it.
pub async fn look(app: &Arc<App>, kommo: &Kommo, wanted: &CrmWanted) -> CrmNews {
    if kommo.looks.is_fresh(&wanted.contact) {
        return CrmNews::default();
    }
    let Ok(room) = kommo.looks.at_once.clone().try_acquire_owned() else {
        kommo.looks.forget(&wanted.contact);
        return CrmNews::default();
    };
    if let Some(contact) = wanted.crm.as_ref().and_then(|id| id.parse().ok()) {
        let lead = wanted.lead.as_ref().and_then(|id| id.parse().ok());
        let of = lead.map_or((Entity::Contact, contact), |lead| (Entity::Lead, lead));
        let app = app.clone();
        app.clone().tasks.spawn(async move {
            let _room = room;
            // Best effort: what comes of it comes as news.
            let _ = tokio::time::timeout(BESIDE, inbox::look_at(&app, of)).await;
        });
        return CrmNews::default();
    }
    let Some(phone) = &wanted.phone else { return CrmNews::default() };
    let reader = Reader { app, kommo, gives_way: true };
    match tokio::time::timeout(WAIT, by_phone(&reader, phone)).await {
        Ok(Ok(Some((contact, lead)))) => {
            let names = [Some(contact_alias(&contact.id)), lead.as_ref().map(|lead| lead_alias(&lead.id))];
            for name in names.into_iter().flatten() {
                // Without it the contact is found by its phone.
                if let Err(error) = app.store.set_alias(&name, wanted.contact.as_str(), None).await {
                    tracing::warn!(%error, "the CRM's id of contact {} can't be kept: {error}", wanted.contact);
                }
            }
            CrmNews { contact: Some(contact), lead, ..CrmNews::default() }
        }
        Ok(Ok(None)) => CrmNews::default(),
        // Whoever writes the new lead looks for contact and lead again.
        Ok(Err(_)) | Err(_) => {
            kommo.looks.forget(&wanted.contact);
            CrmNews::default()
        }
    }
}

/// The contact with this phone number, and its newest open lead.
async fn by_phone(reader: &Reader<'_>, phone: &str) -> Result<Option<(CrmContact, Option<CrmLead>)>, Unread> {
    let Some((contact, mut leads)) = reader.contact_of(phone).await? else { return Ok(None) };
    leads.sort_unstable_by(|one, other| other.cmp(one));
    for id in leads.into_iter().take(MAX_LEADS) {
        match reader.lead(id).await {
            Ok((lead, _)) if !lead.closed => return Ok(Some((contact, Some(lead)))),
            Ok(_) | Err(Unread::Gone(_)) => {}
            Err(unread) => return Err(unread),
        }
    }
    Ok(Some((contact, None)))
}
