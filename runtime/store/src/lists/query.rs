//! What is asked of the lists, and in which order they answer.

use super::{Conversation, ConversationState, Profile};
use crate::Millis;

/// Which conversations are listed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationQuery {
    /// Only those with this number of the business.
    pub number: Option<String>,
    /// Only those that are assigned so.
    pub owner: OwnedBy,
    /// Only those in this state.
    pub state: Option<ConversationState>,
    /// Only those whose customer waits for an answer.
    pub waiting: bool,
    /// Only those whose window closes at this moment or later.
    pub window_from: Option<Millis>,
    /// Only those whose window closes before this moment.
    pub window_before: Option<Millis>,
    /// The order; it leaves out conversations that have nothing to be ordered by.
    pub sort: ConversationSort,
    /// Only what comes after this place.
    pub after: Option<ConversationPlace>,
    /// How many at most.
    pub limit: usize,
}

impl Default for ConversationQuery {
    fn default() -> Self {
        Self {
            number: None,
            owner: OwnedBy::Anyone,
            state: None,
            waiting: false,
            window_from: None,
            window_before: None,
            sort: ConversationSort::Active,
            after: None,
            limit: 100,
        }
    }
}

/// Whose conversations are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnedBy {
    /// All.
    Anyone,
    /// Those that are assigned to nobody.
    Nobody,
    /// Those of this owner, as [`Conversation::owner`] names it.
    Owner(String),
}

/// The order of conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationSort {
    /// Who has waited longest comes first.
    Waiting,
    /// Whose window closes next comes first.
    Window,
    /// What was said last comes first.
    Active,
}

impl ConversationSort {
    /// What a conversation is ordered by; `None`: it has no place in this order.
    pub fn key(self, conversation: &Conversation) -> Option<Millis> {
        match self {
            Self::Waiting => conversation.waiting_since,
            Self::Window => conversation.window_closes,
            Self::Active => Some(conversation.last_active),
        }
    }

    /// Whether the highest key comes first.
    pub(crate) fn is_descending(self) -> bool {
        self == Self::Active
    }
}

/// A place in a list of conversations: what it is ordered by, then contact and number. It stays where it is
/// when other rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConversationPlace {
    /// See [`ConversationSort::key`].
    pub key: Millis,
    /// The contact's id.
    pub contact: String,
    /// The business's number.
    pub number: String,
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedConversation {
    /// The contact's id.
    pub contact: String,
    /// Whom it is with, if the contact is listed.
    pub profile: Profile,
    /// The row.
    pub conversation: Conversation,
}

impl ListedConversation {
    /// Where it stands; `None`: nowhere in this order.
    pub fn place(&self, sort: ConversationSort) -> Option<ConversationPlace> {
        let key = sort.key(&self.conversation)?;
        Some(ConversationPlace { key, contact: self.contact.clone(), number: self.conversation.number.clone() })
    }
}

impl ConversationQuery {
    /// Whether a row is asked for, wherever it stands.
    pub(crate) fn includes(&self, row: &Conversation) -> bool {
        let is_owned = match &self.owner {
            OwnedBy::Anyone => true,
            OwnedBy::Nobody => row.owner.is_none(),
            OwnedBy::Owner(owner) => row.owner.as_ref() == Some(owner),
        };
        is_owned
            && self.number.as_ref().is_none_or(|number| *number == row.number)
            && self.state.is_none_or(|state| state == row.state)
            && (!self.waiting || row.waiting_since.is_some())
            && self.window_from.is_none_or(|from| row.window_closes.is_some_and(|closes| closes >= from))
            && self.window_before.is_none_or(|before| row.window_closes.is_some_and(|closes| closes < before))
    }
}

/// Which contacts are listed: who was active last comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactQuery {
    /// Words, or digits of a number: only contacts that have each of them, in their name, their number or
    /// their user name, at the start of a word or, from three letters or four digits on, within one.
    pub search: Option<String>,
    /// Only those that were not active at this moment or later.
    pub idle_since: Option<Millis>,
    /// Only what comes after this place.
    pub after: Option<ContactPlace>,
    /// How many at most.
    pub limit: usize,
}

impl Default for ContactQuery {
    fn default() -> Self {
        Self { search: None, idle_since: None, after: None, limit: 100 }
    }
}

/// A place in a list of contacts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContactPlace {
    /// See [`ListedContact::last_active`].
    pub last_active: Millis,
    /// The contact's id.
    pub contact: String,
}

/// A contact in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedContact {
    /// The contact's id.
    pub contact: String,
    /// The row.
    pub profile: Profile,
    /// The time of the contact's newest fact, to the hour.
    pub last_active: Millis,
}

impl ListedContact {
    /// Where it stands.
    pub fn place(&self) -> ContactPlace {
        ContactPlace { last_active: self.last_active, contact: self.contact.clone() }
    }
}
