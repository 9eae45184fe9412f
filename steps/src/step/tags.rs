//! `tags`: tags are put on and taken off.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    expression::Text,
    fact::Fact,
    ids::StepId,
    trigger::Owned,
    turn::{Change, Failure, Next, Stop, Turn},
    write,
};

/// The longest tag, in characters. Our own: a tag is a label, not a note.
pub const MAX_TAG: usize = 255;

/// The most tags of one contact or lead. Our own: a bot that makes tags of customers' words must not grow a contact without end.
pub const MAX_TAGS: usize = 200;

/// Puts tags on the contact or lead, and takes tags off.
///
/// A tag that is there already, or an empty one, changes nothing. A tag has up to 255 characters, a contact or lead up to 200 tags.
///
/// ```json
/// {"type": "tags", "on": "lead", "add": ["whatsapp", "{{ vars.product }}"], "remove": ["new"], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tags {
    /// Whose tags. Left out: the contact's.
    #[serde(default = "contact")]
    pub on: Owned,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Text>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

fn contact() -> Owned {
    Owned::Contact
}

/// Tags filled in: trimmed, each once, without empty ones. Not translated, for reports and triggers know one name of a tag.
pub(super) fn filled(turn: &Turn<'_>, texts: &[Text]) -> Result<Vec<String>, Stop> {
    let mut tags: Vec<String> = Vec::new();
    for text in texts {
        let tag = turn.own_text(text)?.trim().to_owned();
        if tag.chars().count() > MAX_TAG {
            return Err(Failure::new("too_large", format!("a tag has at most {MAX_TAG} characters")).into());
        }
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(Failure::new("too_large", format!("{} tags; at most {MAX_TAGS} are kept", tags.len())).into());
    }
    Ok(tags)
}

/// Puts tags on and takes them off: of a contact, or of its lead. What is there already, or is not there, changes nothing.
///
/// # Errors
/// `too_large` when there would be more than [`MAX_TAGS`]; then none is changed.
pub fn change(turn: &mut Turn<'_>, on: Owned, add: Vec<String>, remove: Vec<String>) -> Result<(), Stop> {
    let there = match on {
        Owned::Contact => turn.contact().tags.clone(),
        Owned::Lead => turn.contact().lead().map(|lead| lead.tags.clone()).unwrap_or_default(),
    };
    let removed: Vec<String> = remove.into_iter().filter(|tag| there.contains(tag)).collect();
    let added: Vec<String> = add.into_iter().filter(|tag| !there.contains(tag)).collect();
    let mut tags = there;
    tags.retain(|tag| !removed.contains(tag));
    tags.extend(added.iter().cloned());
    if tags.len() > MAX_TAGS {
        return Err(Failure::new("too_large", format!("a {} has at most {MAX_TAGS} tags", name(on))).into());
    }
    if !removed.is_empty() || !added.is_empty() {
        match on {
            Owned::Contact => turn.contact_mut().tags = tags,
            Owned::Lead => write::lead(turn).tags = tags,
        }
    }
    let changed = removed.into_iter().map(|tag| (tag, false)).chain(added.into_iter().map(|tag| (tag, true)));
    for (tag, added) in changed {
        turn.facts.push(Fact::TagChanged { on: name(on).into(), tag: tag.clone(), added });
        turn.changes.push(Change::Tag { on, tag, added });
    }
    Ok(())
}

impl Behaviour for Tags {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let (add, remove) = (filled(turn, &self.add)?, filled(turn, &self.remove)?);
        change(turn, self.on, add, remove)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// The word for whose it is, as facts keep it.
pub(super) fn name(on: Owned) -> &'static str {
    match on {
        Owned::Contact => "contact",
        Owned::Lead => "lead",
    }
}
