//! The trace of a turn: which steps ran, why each branch was taken, what each expression gave. For the preview, the replay of a
//! session, and whoever asks why a bot did what it did.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::asked::Asked;
use crate::ids::{BotId, EntryId, SessionId, StepId, Version};

/// What happened in one turn, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trace(pub Vec<TraceLine>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    #[serde(flatten)]
    pub what: Traced,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Traced {
    Started {
        bot: BotId,
        version: Version,
        on: CompactString,
    },
    /// A session's bot goes on in another version: where it is published so that open sessions move.
    Moved {
        bot: BotId,
        from: Version,
        to: Version,
    },
    /// A bot that could have started, and why it did not.
    NotStarted {
        bot: BotId,
        reason: CompactString,
    },
    Step {
        step: StepId,
        kind: CompactString,
    },
    /// A step that is disabled.
    Skipped {
        step: StepId,
    },
    /// Which way a step went, and why.
    Branch {
        step: StepId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<StepId>,
        why: String,
    },
    /// What an expression gave.
    Evaluated {
        expression: String,
        value: Value,
    },
    Set {
        path: CompactString,
        value: Value,
    },
    Sent {
        entry: EntryId,
    },
    Called {
        entry: EntryId,
    },
    /// What a model was asked for a step, and what it answered; whatever became of the answer.
    Asked {
        step: StepId,
        asked: Box<Asked>,
    },
    Waiting {
        step: StepId,
        why: CompactString,
    },
    Failed {
        step: StepId,
        name: CompactString,
        text: String,
    },
    /// What was said in a voice note.
    Understood {
        text: String,
    },
    /// A voice note goes on without text, and why.
    NotUnderstood {
        why: String,
    },
    /// Something arrived that moved nothing, and why: stale, a repeat, a late result, an old tap.
    Ignored {
        reason: String,
    },
    Ended {
        outcome: CompactString,
        status: CompactString,
    },
}

impl Trace {
    pub fn push(&mut self, session: Option<SessionId>, what: Traced) {
        self.0.push(TraceLine { session, what });
    }

    pub fn iter(&self) -> impl Iterator<Item = &TraceLine> {
        self.0.iter()
    }
}
