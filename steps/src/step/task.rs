//! `task`: something for an agent to do.

use compact_str::CompactString;
use jiff::civil;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign};
use crate::{
    contact::{MAX_TASK_TEXT, MAX_TASKS, Task as Open},
    expression::{Facts, Text, find, parse_duration},
    fact::Fact,
    ids::{StepId, TaskId},
    moment::Moment,
    turn::{Failure, Next, Stop, Turn},
    who::{Author, Who},
};

/// A task that is due on a day is due at its end, in the bot's time zone.
const END_OF_DAY: civil::Time = civil::time(23, 59, 0, 0);

/// What a task is when nothing names its kind.
const FOLLOW_UP: &str = "follow_up";
/// The name of alerts about tasks of which a contact has too many.
pub const TASK_DROPPED: &str = "task_dropped";

/// Gives an agent something to do, such as calling the customer back.
///
/// The task is for the current lead, or for the contact where there is none. It is open until a person or a `complete_tasks` step completes it. A
/// contact remembers up to 100 open tasks, each with a text of up to 4,096 characters.
///
/// `due` is a time from now (`2h`), a date (`31/12`, `31/12 14h`, `amanhã`) or an expression that gives one. A day without a time is due at
/// its end.
///
/// ```json
/// {"type": "task", "kind": "call", "text": "Ligar para {{ contact.name }}", "due": "2h", "owner": {"user": "ana"}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// The kind of task, such as `call`. Left out: `follow_up`.
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
        let due = match &self.due {
            Some(due) => due_at(turn, &turn.own_text(due)?)?,
            None => None,
        };
        let owner = match &self.owner {
            Some(owner) => Some(assign::chosen(turn, owner)?),
            None => turn.contact().lead().and_then(|lead| lead.owner.clone()).map(Who::User),
        };
        let by = turn.author();
        add(turn, NewTask { kind: self.kind.clone(), text, due, owner, lead: None, by })?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// A task as it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// None: `follow_up`.
    pub kind: Option<CompactString>,
    pub text: String,
    pub due: Option<Moment>,
    pub owner: Option<Who>,
    /// None: the current one, else the contact itself.
    pub lead: Option<CompactString>,
    pub by: Option<Author>,
}

/// Makes a task.
///
/// # Errors
/// `empty` or `too_large`; then none is made.
pub fn add(turn: &mut Turn<'_>, task: NewTask) -> Result<TaskId, Failure> {
    let NewTask { kind, text, due, owner, lead, by } = task;
    if text.trim().is_empty() {
        return Err(Failure::new("empty", "the task's text is empty"));
    }
    if text.chars().count() > MAX_TASK_TEXT {
        return Err(Failure::new("too_large", format!("a task's text has at most {MAX_TASK_TEXT} characters")));
    }
    let created = turn.now();
    let contact = turn.contact_mut();
    let lead = lead.or_else(|| contact.lead().map(|lead| lead.id.clone()));
    let id = TaskId(contact.take_id());
    let kind = kind.unwrap_or_else(|| FOLLOW_UP.into());
    let task = Open { id, kind, text, due, owner, lead, created, by, crm: None };
    contact.tasks.push(task.clone());
    turn.facts.push(Fact::Task(Box::new(task)));
    drop_oldest(turn);
    Ok(id)
}

/// Drops the oldest tasks of which there are more than [`MAX_TASKS`], and tells the team.
pub fn drop_oldest(turn: &mut Turn<'_>) {
    let beyond = turn.contact().tasks.len().saturating_sub(MAX_TASKS);
    if beyond == 0 {
        return;
    }
    let dropped: Vec<Open> = turn.contact_mut().tasks.drain(..beyond).collect();
    turn.facts.extend(dropped.into_iter().map(|task| Fact::TaskDropped { task: Box::new(task) }));
    turn.alert(TASK_DROPPED, format!("this contact had more than {MAX_TASKS} open tasks: the oldest was dropped, undone"));
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
