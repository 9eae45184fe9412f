//! What people of the business have to do for a contact.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::is_default;
use crate::{
    ids::TaskId,
    moment::Moment,
    who::{Author, Who},
};

/// How many open tasks a contact remembers. Our own: beyond it the oldest is dropped, and the team is told.
pub const MAX_TASKS: usize = 100;
/// The longest text of a task and of its result, in characters. Our own: as long as a message of WhatsApp's.
pub const MAX_TASK_TEXT: usize = 4_096;

/// A task. It stands on its contact until it is completed; then the journal and the list of tasks alone know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Within the contact. Journals from before tasks were kept know none.
    #[serde(default)]
    pub id: TaskId,
    pub kind: CompactString,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// An agent or a team; None: whoever comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// The lead that it is for; None: for the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<CompactString>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub created: Moment,
    /// Who made it; None: a person who gave no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Author>,
    /// The CRM's id of it, once it was written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm: Option<CompactString>,
}
