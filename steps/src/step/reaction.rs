//! `reaction`: an emoji on the customer's last message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{OutsideWindow, Sending},
};
use crate::{
    expression::Text,
    ids::StepId,
    message::Message,
    turn::{Dispatched, Failure, Next, Outgoing, Stop, Turn},
};

/// Puts an emoji on the customer's last message.
///
/// One emoji; an empty text takes it back. Only inside the customer service window, and on messages of the last 30 days. No template stands
/// in for it.
///
/// ```json
/// {"type": "reaction", "emoji": "👍", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    pub emoji: Text,
    /// What happens when the window is closed. Left out: `fail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_window: Option<OutsideWindow>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Reaction {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let Some(message_id) = turn.state.last_message().map(|message| message.id.clone()) else {
            return Err(Failure::new("empty", "the customer has not written yet: there is no message to react to").into());
        };
        let emoji = turn.text("emoji", &self.emoji)?.trim().to_owned();
        let outside = Sending { outside_window: self.outside_window.clone(), ..Sending::default() }.outside(turn);
        Ok(match turn.send(Outgoing { message: Message::Reaction { message_id, emoji }, template: None, outside })? {
            Dispatched::Goto(step) => Next::Go(Some(step)),
            Dispatched::Queued { .. } | Dispatched::Held { .. } | Dispatched::Skipped => Next::Go(self.next.clone()),
        })
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
