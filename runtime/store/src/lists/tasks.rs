//! Tasks as a list shows them: what has to be done, for whom and until when, and what was done.

use super::{OwnedBy, Profile};
use crate::Millis;

/// Something for a person of the business to do, or that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id within the contact.
    pub id: u32,
    /// In the words of the writer ("call", …).
    pub kind: String,
    /// What is to be done.
    pub text: String,
    /// Until when; `None`: there is no time.
    pub due: Option<Millis>,
    /// Who does it, in the words of the writer.
    pub owner: Option<String>,
    /// The lead that it is for; `None`: for the contact.
    pub lead: Option<String>,
    /// When it was made.
    pub created: Millis,
    /// Who made it, as JSON text.
    pub by: Option<String>,
    /// How it ended; `None`: it is open.
    pub ended: Option<TaskEnd>,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEnd {
    /// When.
    pub at: Millis,
    /// Whether it was done; else it was dropped.
    pub done: bool,
    /// What came of it.
    pub result: Option<String>,
    /// Who ended it, as JSON text.
    pub by: Option<String>,
}

/// How it stands with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// It is to be done.
    Open,
    /// It was done.
    Completed,
    /// It was never done: its contact had too many.
    Dropped,
}

impl TaskState {
    /// How it is stored. Part of every stored format.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Completed => 1,
            Self::Dropped => 2,
        }
    }
}

/// After all tasks that have a time stand those that have none.
const NO_TIME: Millis = Millis::MAX;

impl Task {
    /// How it stands with it.
    pub fn state(&self) -> TaskState {
        match &self.ended {
            None => TaskState::Open,
            Some(TaskEnd { done: true, .. }) => TaskState::Completed,
            Some(TaskEnd { done: false, .. }) => TaskState::Dropped,
        }
    }

    /// What it is ordered by, and stored as.
    pub(crate) fn due_or_never(&self) -> Millis {
        self.due.unwrap_or(NO_TIME)
    }
}

/// The other way round.
pub(crate) fn due_of(stored: Millis) -> Option<Millis> {
    Some(stored).filter(|due| *due != NO_TIME)
}

/// Which tasks are listed: what is due first comes first, what has no time comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQuery {
    /// Only those of this contact.
    pub contact: Option<String>,
    /// Only those of this owner.
    pub owner: OwnedBy,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those with which it stands so.
    pub state: Option<TaskState>,
    /// Only those that are due before this moment.
    pub due_before: Option<Millis>,
    /// Only what comes after this place.
    pub after: Option<TaskPlace>,
    /// How many at most.
    pub limit: usize,
}

impl Default for TaskQuery {
    fn default() -> Self {
        Self { contact: None, owner: OwnedBy::Anyone, kind: None, state: None, due_before: None, after: None, limit: 100 }
    }
}

impl TaskQuery {
    /// Whether a task is asked for, wherever it stands.
    pub(crate) fn includes(&self, contact: &str, task: &Task) -> bool {
        let is_owned = match &self.owner {
            OwnedBy::Anyone => true,
            OwnedBy::Nobody => task.owner.is_none(),
            OwnedBy::Owner(owner) => task.owner.as_ref() == Some(owner),
        };
        is_owned
            && self.contact.as_deref().is_none_or(|wanted| wanted == contact)
            && self.kind.as_ref().is_none_or(|kind| *kind == task.kind)
            && self.state.is_none_or(|state| state == task.state())
            && self.due_before.is_none_or(|before| task.due_or_never() < before)
    }
}

/// A place in a list of tasks. It stays where it is when other rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskPlace {
    /// When it is due, or the latest moment that there is.
    pub due: Millis,
    /// The contact's id.
    pub contact: String,
    /// See [`Task::id`].
    pub id: u32,
}

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTask {
    /// The contact's id.
    pub contact: String,
    /// Whom it is for, if the contact is listed.
    pub profile: Profile,
    /// The row.
    pub task: Task,
}

impl ListedTask {
    /// Where it stands.
    pub fn place(&self) -> TaskPlace {
        TaskPlace { due: self.task.due_or_never(), contact: self.contact.clone(), id: self.task.id }
    }
}
