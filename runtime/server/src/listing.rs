//! How a contact stands in the lists of contacts and conversations. It is worked out from the contact's value alone; what a turn changes
//! in the lists is the difference between before and after.
//!
//! Times of conversations are told to the minute, so that of the messages of a quick dialog few change a row.

use steps::{
    contact::{Contact, Conversation, Work},
    ids::NumberId,
    moment::{MINUTE, Moment},
    who::Who,
};
use store::{ConversationState, ListChange, Profile};

/// A contact's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    profile: Profile,
    conversations: Vec<store::Conversation>,
}

impl Listing {
    pub fn of(contact: &Contact) -> Self {
        let profile = Profile {
            name: contact.display_name().map(str::to_owned),
            phone: contact.phone().map(str::to_owned),
            user_id: contact.identity.user_id.clone(),
            username: contact.identity.username.clone(),
        };
        let conversations = contact.conversations.iter();
        Listing { profile, conversations: conversations.map(|(number, found)| row(contact, number, found)).collect() }
    }

    /// What has to be written, `before` being how the contact is listed.
    pub fn changes_since(self, before: Option<&Listing>) -> Vec<ListChange> {
        let Listing { profile, conversations } = self;
        let profile = Some(profile).filter(|profile| before.is_none_or(|before| before.profile != *profile));
        let is_new = |row: &store::Conversation| before.is_none_or(|before| !before.conversations.contains(row));
        let conversations = conversations.into_iter().filter(is_new).map(ListChange::Conversation);
        profile.map(ListChange::Profile).into_iter().chain(conversations).collect()
    }
}

fn row(contact: &Contact, number: &NumberId, conversation: &Conversation) -> store::Conversation {
    let waits = conversation.waiting_since.is_some();
    let state = if conversation.human.is_some() {
        if waits { ConversationState::Waiting } else { ConversationState::Human }
    } else if contact.sessions.iter().any(|session| session.number == *number) {
        ConversationState::Bot
    } else {
        ConversationState::Idle
    };
    store::Conversation {
        number: number.to_string(),
        owner: conversation.owner.as_ref().and_then(owner),
        state,
        waiting_since: conversation.waiting_since.map(minute),
        window_closes: conversation.window_closes_at().filter(|_| !conversation.window_refused).map(minute),
        last_active: minute(last_active(contact, number, conversation)),
    }
}

/// An owner as the lists name one; None: whoever is next.
pub fn owner(who: &Who) -> Option<String> {
    match who {
        Who::User(user) => Some(format!("user:{user}")),
        Who::Team(team) => Some(format!("team:{team}")),
        Who::RoundRobin(_) => None,
    }
}

/// The other way round.
pub fn who(owner: &str) -> Option<Who> {
    match owner.split_once(':')? {
        (_, "") => None,
        ("user", user) => Some(Who::User(user.into())),
        ("team", team) => Some(Who::Team(team.into())),
        _ => None,
    }
}

/// When something was last said, or a person took over.
fn last_active(contact: &Contact, number: &NumberId, conversation: &Conversation) -> Moment {
    let queued = contact.pending.iter().filter_map(|pending| match &pending.work {
        Work::Send(send) if send.number == *number && !send.held => Some(send.queued),
        _ => None,
    });
    let sent = conversation.sent.last().map(|sent| sent.at);
    let taken = conversation.human.as_ref().map(|human| human.since);
    queued.chain(sent).chain(taken).chain(conversation.last_customer).max().unwrap_or(contact.created)
}

fn minute(moment: Moment) -> i64 {
    moment.0 - moment.0.rem_euclid(MINUTE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::{event::Identity, ids::ContactId};

    use super::*;
    use crate::testing::NOW;

    fn contact(conversation: serde_json::Value) -> Contact {
        let identity = Identity { phone: Some("+5511987654321".into()), name: Some("Ana".into()), ..Identity::default() };
        let mut contact = Contact::new(ContactId::new("c1"), identity, NOW);
        contact.conversations.insert(NumberId::new("1001"), serde_json::from_value(conversation).unwrap());
        contact
    }

    fn state(conversation: serde_json::Value) -> ConversationState {
        Listing::of(&contact(conversation)).conversations[0].state
    }

    #[test]
    fn who_is_to_act_follows_from_who_has_it_and_who_waits() {
        assert_eq!(state(json!({ "waiting_since": NOW })), ConversationState::Idle, "nobody has it, though somebody waits");
        assert_eq!(state(json!({ "human": { "since": NOW } })), ConversationState::Human);
        assert_eq!(state(json!({ "human": { "since": NOW }, "waiting_since": NOW })), ConversationState::Waiting);
    }

    #[test]
    fn a_quick_dialog_changes_few_rows() {
        let start = NOW.0 - NOW.0.rem_euclid(MINUTE);
        let after = |second: i64| Listing::of(&contact(json!({ "last_customer": start + second * 1_000 })));
        let first = after(0).changes_since(None);
        assert!(matches!(first.as_slice(), [ListChange::Profile(_), ListChange::Conversation(_)]), "{first:?}");
        assert_eq!(after(59).changes_since(Some(&after(0))), []);
        let next = after(60).changes_since(Some(&after(0)));
        assert!(matches!(next.as_slice(), [ListChange::Conversation(row)] if row.last_active == start + MINUTE), "{next:?}");
    }

    #[test]
    fn an_owner_is_read_as_it_is_written() {
        for name in [Who::User("ana".into()), Who::Team("sales:lisbon".into())] {
            assert_eq!(owner(&name).and_then(|owner| who(&owner)), Some(name));
        }
        for wrong in ["ana", "user:", "everybody:x", ""] {
            assert_eq!(who(wrong), None, "{wrong}");
        }
    }
}
