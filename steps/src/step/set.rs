//! `set`: values are written, all of them or none.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    data::Data,
    ids::StepId,
    path::Path,
    turn::{Next, Stop, Turn},
};

/// Writes values: variables, and what is known of the contact, the lead and the company.
///
/// A text that is exactly one `{{ }}` keeps its value's type; `null` clears. Values see what was there before the step. If one can't be
/// converted to what its place holds, none is written and the step fails.
///
/// ```json
/// {"type": "set", "fields": {"vars.score": "{{ (vars.score ?? 0) + 10 }}", "contact.fields.city": "Recife", "lead.price": 1200}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Set {
    /// Values by path: `vars.x`, `contact.email`, `contact.fields.x`, `lead.price`, `lead.fields.x`, `company.x`, …
    pub fields: IndexMap<Path, Data>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Set {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let values = self.fields.iter().map(|(path, data)| Ok((path.clone(), turn.data(data)?)));
        let values = values.collect::<Result<Vec<_>, Stop>>()?;
        turn.set_all(values)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
