//! The lists that people look through: conversations, as an inbox shows them; contacts, found by a part
//! of their name or number; sessions, of which each is one run of a bot; tasks of people. And what models were used for.
//!
//! All are read models. A fact of the journal says how a row is after it ([`ListChange`]), always the whole
//! row, and the row is written in the transaction that appends the fact. So a list is what the journal's
//! latest facts say, and can be made from it again ([`Store::rebuild`](crate::Store::rebuild)).

mod query;
mod sessions;
mod tasks;
mod usage;
mod words;

pub use self::query::{
    ContactPlace, ContactQuery, ConversationPlace, ConversationQuery, ConversationSort, ListedContact, ListedConversation,
    OwnedBy,
};
pub use self::sessions::{ListedSession, Session, SessionCount, SessionEnd, SessionPlace, SessionQuery};
pub(crate) use self::tasks::due_of;
pub use self::tasks::{ListedTask, Task, TaskEnd, TaskPlace, TaskQuery, TaskState};
pub use self::usage::{Usage, UsageSum};
pub(crate) use self::words::{parts_of, words};

use crate::Millis;

/// What a fact does to the lists: a row as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// The contact is listed so.
    Profile(Profile),
    /// The contact's conversation with one of the business's numbers is listed so.
    Conversation(Conversation),
    /// A session of the contact is listed so.
    Session(Session),
    /// A task of the contact is listed so.
    Task(Task),
    /// A model was asked. One fact tells of one call.
    Usage(Usage),
    /// The contact, its conversations, sessions and tasks are listed no more: it turned out to be another one.
    Unlisted,
}

/// Whom a list of contacts shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// As people of the business call the contact.
    pub name: Option<String>,
    /// In E.164.
    pub phone: Option<String>,
    /// The channel's own id of the customer.
    pub user_id: Option<String>,
    /// The name by which the channel lets the customer be found.
    pub username: Option<String>,
}

/// A conversation between a contact and one of the business's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The business's number.
    pub number: String,
    /// Whom it is assigned to, in the words of the writer.
    pub owner: Option<String>,
    /// Who is to act.
    pub state: ConversationState,
    /// The time of the customer's oldest message that nobody has answered.
    pub waiting_since: Option<Millis>,
    /// When the customer service window closes or closed; `None` where the customer never wrote.
    pub window_closes: Option<Millis>,
    /// When something was last said.
    pub last_active: Millis,
}

/// Who is to act in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationState {
    /// Nobody: no bot runs, and no person has it.
    Idle,
    /// A bot runs.
    Bot,
    /// A person has it, and the customer waits for their answer.
    Waiting,
    /// A person has it, and the customer has been answered.
    Human,
}

impl ConversationState {
    const ALL: [Self; 4] = [Self::Idle, Self::Bot, Self::Waiting, Self::Human];

    /// How it is stored. Part of every stored format.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Idle => 0,
            Self::Bot => 1,
            Self::Waiting => 2,
            Self::Human => 3,
        }
    }

    /// The other way round.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// When a contact was last active is told to the hour, so that few commits move it in its index.
const HOUR: Millis = 3_600_000;

/// A fact's time as the list of contacts tells it.
pub(crate) fn active_at(at: Millis) -> Millis {
    at - at.rem_euclid(HOUR)
}

/// What [`Store::rebuild`](crate::Store::rebuild) made again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// The last contact whose rows were made; `None` when there was none left.
    pub last: Option<String>,
    /// Contacts whose journal was read.
    pub contacts: u64,
    /// Messages of their transcripts.
    pub messages: u64,
    /// Their conversations.
    pub conversations: u64,
    /// Their sessions.
    pub sessions: u64,
    /// Their tasks.
    pub tasks: u64,
}
