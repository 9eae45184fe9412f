//! `note`: what the team should know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, tags};
use crate::{
    expression::Text,
    fact::Fact,
    ids::StepId,
    trigger::Owned,
    turn::{Failure, Next, Stop, Turn},
    who::Author,
    write,
};

/// Writes a note for the team on the contact or lead.
///
/// The customer never sees it.
///
/// ```json
/// {"type": "note", "on": "lead", "text": "Procura: {{ vars.product }}, {{ vars.team_size }} pessoas", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Where the note stands. Left out: on the contact.
    #[serde(default = "contact")]
    pub on: Owned,
    pub text: Text,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

fn contact() -> Owned {
    Owned::Contact
}

impl Behaviour for Note {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let text = turn.own_text(&self.text)?;
        let by = turn.author();
        add(turn, self.on, text, by)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// Writes a note on the contact, or on its current lead, which is made where there is none.
///
/// # Errors
/// `empty`; then nothing is written.
pub fn add(turn: &mut Turn<'_>, on: Owned, text: String, by: Option<Author>) -> Result<(), Failure> {
    if text.trim().is_empty() {
        return Err(Failure::new("empty", "the note's text is empty"));
    }
    let lead = (on == Owned::Lead).then(|| write::lead(turn).id.clone());
    turn.facts.push(Fact::Note { on: tags::name(on).into(), text, lead, by });
    Ok(())
}
