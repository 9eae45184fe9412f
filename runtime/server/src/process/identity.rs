//! From a name to a contact. A contact's id is made from its strongest first alias; aliases are records of their own, written before
//! the contact, so that two who are quick make one.
//!
//! Two different user ids are two people, whatever their phone number says: a number moves on to its new owner.

use std::sync::Arc;

use interpreter::{aliases, contact_id};
use steps::{contact::Contact, event::Identity, ids::ContactId};
use store::StoreError;

use super::{Rejected, Whom, kept::Known, merge, turns};
use crate::app::{ACCOUNT, App};

/// A contact by the name that it was first met by, where this process keeps it and the name is still its strongest. That the name is
/// its own is proved when its version is committed: whatever takes a contact's strongest name from it changes the contact.
pub(super) fn recall(app: &App, whom: &Whom) -> Option<ContactId> {
    let Whom::Named { identity, .. } = whom else { return None };
    let id = contact_id(ACCOUNT, &strongest(identity)?);
    app.kept.is_kept(&id, |contact| strongest(&contact.identity) == strongest(identity)).then_some(id)
}

/// Whether a contact's strongest name is the one that it was looked for by.
pub(super) fn is_led_by(known: Option<&Known>, named: Option<&Identity>) -> bool {
    let (Some(known), Some(named)) = (known, named) else { return false };
    strongest(&known.contact.identity) == strongest(named)
}

/// The contact that is meant; None: nobody has that name, and nobody is to be made.
pub async fn find(app: &Arc<App>, whom: &Whom) -> Result<Option<ContactId>, Rejected> {
    let (identity, create) = match whom {
        Whom::Contact(contact) => return Ok(Some(contact.clone())),
        Whom::Named { identity, create } => (identity, *create),
    };
    let names = aliases(identity);
    let Some(strongest) = names.first() else { return Ok(None) };
    if let Some(holder) = app.store.alias(strongest).await? {
        return Ok(Some(ContactId::new(holder)));
    }
    for weaker in &names[1..] {
        let Some(holder) = app.store.alias(weaker).await? else { continue };
        let holder = ContactId::new(holder);
        let known = load(app, &holder).await?;
        if known.is_none_or(|known| is_somebody_else(&known.identity, identity)) {
            continue;
        }
        if !create {
            return Ok(Some(holder));
        }
        // Known by a weaker name until now.
        let holder = app.store.set_alias(strongest, holder.as_str(), None).await?;
        return Ok(Some(ContactId::new(holder)));
    }
    if !create {
        return Ok(None);
    }
    let id = contact_id(ACCOUNT, strongest);
    Ok(Some(ContactId::new(app.store.set_alias(strongest, id.as_str(), None).await?)))
}

/// Writes down the names that a contact got in its turns; gives those who turned out to be the same person. `known`: the names before,
/// None for a contact that is being made, which has its strongest name alone.
pub(super) async fn record(
    app: &Arc<App>,
    id: &ContactId,
    known: Option<&Identity>,
    identity: &Identity,
) -> Result<Vec<ContactId>, Rejected> {
    if known.is_some_and(|known| is_known(known, identity)) {
        return Ok(Vec::new());
    }
    let names = aliases(identity);
    let (known, mut merges) = (known.map_or_else(|| names.iter().take(1).cloned().collect(), aliases), Vec::new());
    for alias in names.iter().filter(|alias| !known.contains(alias)) {
        merges.extend(claim(app, alias, id, identity).await?);
    }
    Ok(merges)
}

/// Gives an alias to a contact; returns whoever held it and is the same person.
async fn claim(app: &Arc<App>, alias: &str, id: &ContactId, identity: &Identity) -> Result<Option<ContactId>, Rejected> {
    let holder = app.store.set_alias(alias, id.as_str(), None).await?;
    if holder == id.as_str() {
        return Ok(None);
    }
    let other = ContactId::new(&holder);
    match load(app, &other).await? {
        Some(known) if known.merged_into.is_some() => {}
        Some(known) if !is_somebody_else(&known.identity, identity) => return Ok(Some(other)),
        // A contact of this name alone, whose first message is being processed right now or was cut off.
        None if other == contact_id(ACCOUNT, alias) && !merge::lead_on(app, &other, id).await? => return Ok(Some(other)),
        // Somebody else had it before, or nobody is left who has it.
        Some(_) | None => {}
    }
    app.store.set_alias(alias, id.as_str(), Some(&holder)).await?;
    Ok(None)
}

fn strongest(identity: &Identity) -> Option<String> {
    aliases(identity).into_iter().next()
}

/// Whether two user ids say that these are two people.
fn is_somebody_else(known: &Identity, named: &Identity) -> bool {
    matches!((&known.user_id, &named.user_id), (Some(known), Some(named)) if known != named)
}

/// Whether every name of `named` stands in `known`, without making a list of them: true for nearly all messages.
fn is_known(known: &Identity, named: &Identity) -> bool {
    let same = |known: &Option<String>, named: &Option<String>| named.is_none() || known == named;
    same(&known.user_id, &named.user_id)
        && same(&known.wa_id, &named.wa_id)
        && same(&known.phone, &named.phone)
        && same(&known.parent_user_id, &named.parent_user_id)
}

/// A contact as it is; one that can't be read counts as not there.
async fn load(app: &App, id: &ContactId) -> Result<Option<Contact>, Rejected> {
    let stored = match app.store.load(id.as_str()).await {
        Err(StoreError::Unreadable { .. }) => None,
        loaded => loaded?,
    };
    Ok(stored.and_then(|stored| turns::decode(&stored.value).ok()))
}
