//! `task`: something for a colleague to do.

use compact_str::CompactString;
use jiff::civil;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign};
use crate::{
    expression::{Facts, Text, find, parse_duration},
    fact::Fact,
    ids::StepId,
    moment::Moment,
    turn::{Failure, Next, Stop, Turn},
    who::Who,
};

/// A task that is due on a day is due at its end, in the bot's time zone.
const END_OF_DAY: civil::Time = civil::time(23, 59, 0, 0);

/// What a task is when the step names no kind.
const FOLLOW_UP: &str = "follow_up";

/// Gives a colleague something to do, such as calling the customer back.
///
/// `due` is a time from now (`2h`), a date (`31/12`, `31/12 14h`, `amanhã`) or an expression that gives one. A day without a time is due at
/// its end.
///
/// ```json
/// {"type": "task", "kind": "call", "text": "Ligar para {{ contact.name }}", "due": "2h", "owner": {"user": "ana"}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// The kind of task in the CRM. Left out: `follow_up`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "task_kind"))]
    pub kind: Option<CompactString>,
    pub text: Text,
    /// When it has to be done. Left out: no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Text>,
    /// Who does it. Left out: whoever owns the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Task {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let text = turn.own_text(&self.text)?;
        if text.trim().is_empty() {
            return Err(Failure::new("empty", "the task's text is empty").into());
        }
        let due = match &self.due {
            Some(due) => due_at(turn, &turn.own_text(due)?)?,
            None => None,
        };
        let owner = match &self.owner {
            Some(owner) => Some(assign::chosen(turn, owner)?),
            None => turn.contact().lead().and_then(|lead| lead.owner.clone()).map(Who::User),
        };
        let kind = self.kind.clone().unwrap_or_else(|| FOLLOW_UP.into());
        turn.facts.push(Fact::Task { kind, text, due, owner });
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// The moment that a text names; None for an empty one.
fn due_at(turn: &Turn<'_>, text: &str) -> Result<Option<Moment>, Stop> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(duration) = parse_duration(text) {
        return Ok(Some(turn.now().plus(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))));
    }
    let now = Facts::now(&*turn.state);
    let exact = || Moment::read(text, now.time_zone()).filter(|_| text.contains(':'));
    let found = || {
        let date = find::date(text, turn.state.own_language(), now.date())?;
        let local = date.to_datetime(find::time(text).unwrap_or(END_OF_DAY));
        local.to_zoned(now.time_zone().clone()).ok().map(|zoned| Moment::from(zoned.timestamp()))
    };
    exact().or_else(found).map(Some).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Failure::new("conversion", format!("`due` is a time from now (`2h`) or a date; {shown:?} is neither")).into()
    })
}
