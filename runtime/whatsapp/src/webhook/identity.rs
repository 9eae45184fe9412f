//! Who wrote: the names on the message itself, completed by the webhook's `contacts`.

use serde_json::Value;
use steps::{event::Identity, limits};

use super::json::Look;

/// Bytes of a business-scoped user id; documented are a country code and 128 characters.
const MAX_USER_ID: usize = 200;
/// Characters of a name that are kept. Customers choose their names freely, also absurdly long ones.
const MAX_NAME: usize = 128;

/// The customer by the names on a message, completed by the contact that they belong to.
pub(super) fn complete(mut identity: Identity, contacts: &[Value]) -> Identity {
    let exact = contacts.iter().find(|contact| is_named(contact, &identity));
    // A single contact is the sender's, even where the ids that Meta gives have nothing in common; but not where they contradict.
    let only = || match contacts {
        [only] => Some(only),
        _ => None,
    };
    let Some(contact) = exact.or_else(only) else {
        return identity;
    };
    let found = of_contact(contact);
    if contradicts(&identity, &found) {
        return identity;
    }
    identity.user_id = identity.user_id.or(found.user_id);
    identity.parent_user_id = identity.parent_user_id.or(found.parent_user_id);
    identity.wa_id = identity.wa_id.or(found.wa_id);
    identity.phone = identity.phone.or(found.phone);
    let profile = &contact["profile"];
    identity.name = profile.word("name").map(|name| limits::cut(&name, MAX_NAME).to_owned());
    identity.username = profile.word("username").map(|name| limits::cut(name.trim_start_matches('@'), MAX_NAME).to_owned());
    identity
}

/// An identity of these ids; each may be missing, empty, or no id at all.
pub(super) fn of(wa_id: Option<&str>, user_id: Option<&str>, parent_user_id: Option<&str>) -> Identity {
    let wa_id = wa_id.and_then(digits);
    Identity {
        phone: wa_id.as_ref().map(|digits| format!("+{digits}")),
        wa_id,
        user_id: user_id.and_then(self::user_id),
        parent_user_id: parent_user_id.and_then(self::user_id),
        ..Identity::default()
    }
}

/// Whether an identity names anybody.
pub(super) fn is_known(identity: &Identity) -> bool {
    identity.wa_id.is_some() || identity.user_id.is_some() || identity.parent_user_id.is_some()
}

fn of_contact(contact: &Value) -> Identity {
    let wa_id = contact.word("wa_id");
    of(wa_id.as_deref(), contact.str("user_id"), contact.str("parent_user_id"))
}

/// Whether a contact carries one of these ids. Compares in place: a webhook may have a thousand messages and as many contacts.
fn is_named(contact: &Value, identity: &Identity) -> bool {
    let is = |key: &str, id: &Option<String>| id.is_some() && contact.str(key) == id.as_deref();
    is("user_id", &identity.user_id) || is("wa_id", &identity.wa_id)
}

/// Whether two sets of ids can't belong to one customer. The stronger alias decides.
fn contradicts(one: &Identity, other: &Identity) -> bool {
    match (&one.user_id, &other.user_id, &one.wa_id, &other.wa_id) {
        (Some(one), Some(other), ..) => one != other,
        (.., Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// The digits of a phone number, as `wa_id` has them.
fn digits(text: &str) -> Option<String> {
    let digits = text.trim().trim_start_matches('+');
    // E.164 allows 15 digits; shorter than five is a short code, which can't be written to.
    let is_number = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.to_owned())
}

fn user_id(text: &str) -> Option<String> {
    let is_id = !text.is_empty() && text.len() <= MAX_USER_ID && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_id.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_phone_number_becomes_e164() {
        let identity = of(Some("5511987654321"), None, None);
        assert_eq!(identity.phone.as_deref(), Some("+5511987654321"));
        assert_eq!(identity.wa_id.as_deref(), Some("5511987654321"));
    }

    #[test]
    fn empty_and_absurd_ids_are_missing() {
        for text in ["", " ", "+", "<PHONE>", "123", "1234567890123456", "551198765432a"] {
            assert_eq!(of(Some(text), None, None).wa_id, None, "{text}");
        }
        assert_eq!(of(None, Some(""), Some("US 1")).user_id, None);
    }

    #[test]
    fn a_contact_completes_the_names() {
        let contacts = [
            json!({"wa_id": "5511900000000", "profile": {"name": "Bia"}}),
            json!({"wa_id": "5511987654321", "user_id": "BR.1", "profile": {"name": "Ana", "username": "@ana"}}),
        ];
        let identity = complete(of(Some("5511987654321"), None, None), &contacts);
        assert_eq!((identity.user_id.as_deref(), identity.name.as_deref()), (Some("BR.1"), Some("Ana")));
        assert_eq!(identity.username.as_deref(), Some("ana"));
    }

    #[test]
    fn a_stranger_among_several_contacts_takes_nobodys_name() {
        let contacts = [json!({"wa_id": "5511900000000"}), json!({"wa_id": "5511900000001"})];
        let identity = complete(of(Some("5511987654321"), None, None), &contacts);
        assert_eq!(identity, of(Some("5511987654321"), None, None));
    }

    #[test]
    fn ids_that_differ_are_not_mixed() {
        let contacts = [json!({"wa_id": "5511987654321", "user_id": "BR.2", "profile": {"name": "Ana"}})];
        let identity = complete(of(None, Some("BR.1"), None), &contacts);
        assert_eq!(identity, of(None, Some("BR.1"), None));
    }

    #[test]
    fn an_absurd_name_is_cut() {
        let contacts = [json!({"wa_id": "5511987654321", "profile": {"name": "x".repeat(70_000)}})];
        assert_eq!(complete(Identity::default(), &contacts).name.unwrap().len(), MAX_NAME);
    }
}
