//! `find`: looks for an item of a catalogue, or for a contact.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{Save, call},
    unexpected,
};
use crate::{
    catalog::{FindIn, Nearness},
    contact::{Call, FindCall},
    event::CallResult,
    expression::{Duration, Locals, Text},
    ids::StepId,
    turn::{Failure, Next, Stop, Turn},
};

/// The longest text that is looked for, in characters. Our own: no name is longer, and customers paste whole chats.
pub const MAX_VALUE: usize = 500;

/// Looks for an item of a catalogue, or for a contact, and says what it found.
///
/// Catalogues are declared in `salesbot.toml`: price lists, promo codes, branches. Names are compared without case and accents: one that is the same as the value
/// comes first; with `"match": "words"` (left out, the same) one in whose name all words of the value stand comes next. Anything but a name has to be the same.
///
/// What was found is `found` in `save`: `found.id`, `found.name`, `found.price` and `found.fields` of an item; of a contact no more than `found.id`, `found.name`
/// and `found.is_self`, for it may be another customer. Another contact comes before the one that the bot talks with. The bot waits 10 seconds where `deadline` says
/// nothing, 2 minutes at most; a catalogue that can't be read goes to `failed`.
///
/// ```json
/// {"type": "find", "in": {"catalog": "promo"}, "value": "{{ message.text }}", "match": "exact", "save": {"vars.code": "found.id"}, "next": "valid", "otherwise": "no_such_code"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Find {
    /// Where it is looked for: `{"catalog": name}`, or `contacts`.
    #[serde(rename = "in")]
    pub place: FindIn,
    /// What is compared with the value: `name`, `id` or a field of the catalogue; of contacts `name`, `phone`, `email` or a field's key. Left out: `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub by: Option<CompactString>,
    /// What is looked for. Left out: what the customer last wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// `exact` finds only a name that is the same. Left out: `words`.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub nearness: Option<Nearness>,
    /// How long the bot waits. Left out: `10s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Where what was found is kept: a path for all of it, or expressions by path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// Where the bot goes when nothing is found. Left out: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Where the bot goes on when something is found. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// By what is compared where the step does not say.
const NAME: &str = "name";

impl Find {
    fn nothing(&self, turn: &mut Turn<'_>, why: &str) -> Next {
        let to = self.otherwise.as_ref().or(self.next.as_ref());
        turn.branch(to, why);
        Next::Go(to.cloned())
    }
}

impl Behaviour for Find {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let value = match &self.value {
            Some(value) => turn.own_text(value)?,
            None => call::said(turn).unwrap_or_default(),
        };
        let value = value.trim();
        if value.is_empty() {
            return Ok(self.nothing(turn, "there is nothing to look for"));
        }
        if value.chars().count() > MAX_VALUE {
            return Ok(self.nothing(turn, "what is looked for is longer than any name"));
        }
        if let FindIn::Catalog(name) = &self.place
            && !turn.environment().has_catalog(name)
        {
            return Err(Failure::new("unknown_catalog", format!("there is no catalogue {name:?}")).into());
        }
        let is_contacts = self.place == FindIn::Contacts;
        let call = FindCall {
            place: self.place.clone(),
            by: self.by.clone().unwrap_or_else(|| CompactString::const_new(NAME)),
            value: value.to_owned(),
            nearness: self.nearness.unwrap_or_default(),
            own: turn.contact().crm.clone().filter(|_| is_contacts),
            deadline: call::deadline(self.deadline, call::FIND_DEADLINE),
        };
        Ok(Next::Call(Box::new(Call::Find(call))))
    }

    fn resume(&self, turn: &mut Turn<'_>, call: &Call, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Found { found } = result else { return Err(call::failed(result)) };
        let Call::Find(FindCall { place, .. }) = call else { return Err(unexpected("the result of another kind of call")) };
        let Some(found) = found else { return Ok(self.nothing(turn, "nothing was found")) };
        if let Some(save) = &self.save {
            let found = found.json(place);
            let locals = Locals::default().with("found", &found);
            save.keep(turn, &found, &locals)?;
        }
        turn.branch(self.next.as_ref(), format!("{:?} was found", found.id.as_str()));
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
