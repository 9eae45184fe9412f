//! Who a contact is: its aliases by strength, and the id that is made from the strongest.

use sha2::{Digest, Sha256};
use steps::{
    contact::Contact,
    event::{Identity, IdentityChange},
    fact::Fact,
    ids::ContactId,
};

/// The names by which a contact is found, the strongest first: the business-scoped user id, then the phone number, then WhatsApp's
/// own writing of it (which differs in Brazil, Argentina and Mexico). Empty: nobody.
///
/// ```
/// use steps::event::Identity;
/// let ana = Identity { phone: Some("+5511999999999".into()), user_id: Some("BR.1".into()), ..Identity::default() };
/// assert_eq!(interpreter::aliases(&ana), ["user:BR.1", "phone:+5511999999999"]);
/// ```
pub fn aliases(identity: &Identity) -> Vec<String> {
    let given = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    let mut aliases: Vec<String> = Vec::new();
    aliases.extend(given(&identity.user_id).map(|id| format!("user:{id}")));
    aliases.extend(given(&identity.phone).map(|phone| format!("phone:{phone}")));
    aliases.extend(given(&identity.wa_id).map(|id| format!("phone:+{}", id.trim_start_matches('+'))));
    aliases.extend(given(&identity.parent_user_id).map(|id| format!("user:{id}")));
    let mut known = Vec::new();
    aliases.retain(|alias| {
        let new = !known.contains(alias);
        known.push(alias.clone());
        new
    });
    aliases
}

/// The id of the contact that is first met by this alias, within an account.
pub fn contact_id(account: &str, alias: &str) -> ContactId {
    let mut hash = Sha256::new();
    hash.update(account.as_bytes());
    hash.update([0]);
    hash.update(alias.as_bytes());
    let hex: String = hash.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    ContactId::new(format!("c{hex}"))
}

/// Takes over what a message says about who wrote it: newer names win, what it leaves out stays.
pub(crate) fn learn(contact: &mut Contact, from: &Identity) {
    let known = &mut contact.identity;
    let fields = [
        (&mut known.user_id, &from.user_id),
        (&mut known.parent_user_id, &from.parent_user_id),
        (&mut known.wa_id, &from.wa_id),
        (&mut known.username, &from.username),
        (&mut known.name, &from.name),
    ];
    for (known, new) in fields {
        if let Some(new) = new.as_deref().filter(|new| !new.is_empty())
            && known.as_deref() != Some(new)
        {
            *known = Some(new.to_owned());
        }
    }
    // WhatsApp's own writing is kept only where it differs.
    if known.wa_id.as_deref().is_some_and(|id| from.phone.as_deref().or(known.phone.as_deref()) == Some(&format!("+{id}"))) {
        known.wa_id = None;
    }
    // A phone that a person wrote as E.164 is not replaced by WhatsApp's own writing of the same number.
    if known.phone.is_none() {
        known.phone.clone_from(&from.phone);
    }
}

/// Takes over the names of another contact that this one lacks.
pub(crate) fn complete(contact: &mut Contact, other: Identity) {
    let known = &mut contact.identity;
    let fields = [
        (&mut known.user_id, other.user_id),
        (&mut known.parent_user_id, other.parent_user_id),
        (&mut known.wa_id, other.wa_id),
        (&mut known.phone, other.phone),
        (&mut known.username, other.username),
        (&mut known.name, other.name),
    ];
    for (known, new) in fields {
        if known.is_none() {
            *known = new;
        }
    }
}

/// A change of number or user id that Meta tells of.
pub(crate) fn change(contact: &mut Contact, change: &IdentityChange) -> Fact {
    let shown = |identity: &Identity| aliases(identity).into_iter().next().unwrap_or_default();
    let fact = Fact::IdentityChanged { old: shown(&change.old), new: shown(&change.new) };
    let known = &mut contact.identity;
    let new = &change.new;
    if new.phone.is_some() {
        known.phone.clone_from(&new.phone);
        known.wa_id.clone_from(&new.wa_id);
    }
    if new.user_id.is_some() {
        known.user_id.clone_from(&new.user_id);
    }
    if new.parent_user_id.is_some() {
        known.parent_user_id.clone_from(&new.parent_user_id);
    }
    fact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_stands_once() {
        let identity = Identity { phone: Some("+551".into()), wa_id: Some("551".into()), ..Identity::default() };
        assert_eq!(aliases(&identity), ["phone:+551"]);
        assert!(aliases(&Identity::default()).is_empty());
    }

    #[test]
    fn ids_differ_by_account_and_alias() {
        assert_ne!(contact_id("a", "phone:+1"), contact_id("b", "phone:+1"));
        assert_ne!(contact_id("a", "phone:+1"), contact_id("a", "phone:+2"));
        assert_eq!(contact_id("a", "phone:+1").as_str().len(), 21);
    }
}
