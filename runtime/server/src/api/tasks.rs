//! Tasks of the business's people: those of all contacts as a list, and what people do with those of one.

use std::{num::NonZeroUsize, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use steps::{
    contact::{Contact, MAX_TASK_TEXT, Task},
    event::{AgentCommand, EventKind},
    expression::nearest,
    ids::TaskId,
    moment::Moment,
    who::Who,
};
use store::{ListedTask, TaskPlace, TaskQuery, TaskState};

use super::{
    idempotency,
    inbox::{self, Listed},
    input::{JsonBody, OptionalBody, Query},
    shapes,
};
use crate::{app::App, journal, listing, problem::Problem, process::Whom};

/// The longest kind of task, in characters. Our own: it is a word, not a sentence.
const MAX_KIND: usize = 64;

/// Something for a person of the business to do.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TaskView {
    /// Within the contact.
    id: u32,
    /// `call`, `follow_up`, …
    kind: String,
    text: String,
    /// ISO 8601; none: there is no time.
    due: Option<String>,
    /// It is open, and its time is over.
    overdue: bool,
    /// `{"user": "ana"}` or `{"team": "sales"}`; none: whoever comes.
    #[schema(value_type = Option<Object>)]
    owner: Option<Who>,
    /// The lead that it is for; none: it is for the contact.
    lead: Option<String>,
    /// ISO 8601.
    created: String,
    /// Who made it: `{"user": "ana"}`, or `{"bot": "welcome", "step": "remind"}`; none: a person who gave no name.
    #[schema(value_type = Option<Object>)]
    by: Option<Box<RawValue>>,
}

impl TaskView {
    /// An open task.
    pub(super) fn new(task: &Task, now: Moment) -> Self {
        Self::of(listing::task(task), now)
    }

    fn of(task: store::Task, now: Moment) -> Self {
        TaskView {
            id: task.id,
            kind: task.kind,
            text: task.text,
            due: task.due.map(|due| Moment(due).to_string()),
            overdue: task.ended.is_none() && task.due.is_some_and(|due| Moment(due) < now),
            owner: task.owner.as_deref().and_then(listing::who),
            lead: task.lead,
            created: Moment(task.created).to_string(),
            by: task.by.as_deref().map(journal::raw),
        }
    }
}

/// How it stands with a task: `open`; `completed`; `dropped`: it was never done, for its contact had more open ones than are kept.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    #[default]
    Open,
    Completed,
    Dropped,
}

impl From<Standing> for TaskState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Open => Self::Open,
            Standing::Completed => Self::Completed,
            Standing::Dropped => Self::Dropped,
        }
    }
}

impl From<TaskState> for Standing {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Open => Self::Open,
            TaskState::Completed => Self::Completed,
            TaskState::Dropped => Self::Dropped,
        }
    }
}

/// Which tasks are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Tasks {
    /// Only those of `user:ana` or `team:sales`, or of nobody: `none`.
    owner: Option<String>,
    /// Only those of this kind.
    kind: Option<String>,
    /// `open` if left out.
    #[param(inline)]
    state: Option<Standing>,
    /// Only those that are due before this moment (ISO 8601).
    due_before: Option<String>,
    /// `true`: only those whose time is over.
    overdue: Option<bool>,
    /// Only those of this contact: phone number or id.
    contact: Option<String>,
    /// The value of `next` on the page before.
    after: Option<String>,
    /// 100 if left out, 1,000 at most.
    #[param(value_type = Option<usize>, minimum = 1)]
    limit: Option<NonZeroUsize>,
}

/// A part of the list of tasks.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TaskPage {
    tasks: Vec<TaskRow>,
    /// For `after`; none: this is the last page.
    next: Option<String>,
}

/// A task in a list.
#[derive(Serialize, utoipa::ToSchema)]
struct TaskRow {
    contact: Listed,
    #[serde(flatten)]
    task: TaskView,
    #[schema(inline)]
    state: Standing,
    /// ISO 8601; none: it is open.
    ended: Option<String>,
    /// What came of it.
    result: Option<String>,
    /// Who completed it, as `by`.
    #[schema(value_type = Option<Object>)]
    ended_by: Option<Box<RawValue>>,
}

impl TaskRow {
    fn new(listed: ListedTask, now: Moment) -> Self {
        let ListedTask { contact, profile, task } = listed;
        let (state, ended) = (task.state().into(), task.ended.clone());
        TaskRow {
            contact: Listed::new(contact, profile),
            task: TaskView::of(task, now),
            state,
            ended: ended.as_ref().map(|ended| Moment(ended.at).to_string()),
            ended_by: ended.as_ref().and_then(|ended| ended.by.as_deref()).map(journal::raw),
            result: ended.and_then(|ended| ended.result),
        }
    }
}

/// Tasks, of all contacts: what is due first comes first, what has no time comes last.
#[utoipa::path(get, path = "/api/v1/tasks", operation_id = "list_tasks", tag = "tasks", params(Tasks),
    responses((status = 200, body = TaskPage), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(State(app): State<Arc<App>>, Query(asked): Query<Tasks>) -> Result<Json<TaskPage>, Problem> {
    let now = app.now();
    let query = asked.query(&app, now).await?;
    let limit = query.limit;
    let found = app.store.tasks(query).await?;
    let last = found.last().filter(|_| found.len() == limit).map(ListedTask::place);
    let next = last.map(|place| format!("{}~{}~{}", place.due, place.contact, place.id));
    Ok(Json(TaskPage { tasks: found.into_iter().map(|task| TaskRow::new(task, now)).collect(), next }))
}

impl Tasks {
    async fn query(self, app: &Arc<App>, now: Moment) -> Result<TaskQuery, Problem> {
        let before = self.due_before.as_deref().map(|before| inbox::moment(before, "due_before")).transpose()?;
        let overdue = (self.overdue == Some(true)).then_some(now);
        let contact = match &self.contact {
            Some(name) => Some(shapes::contact(app, name).await?.id.to_string()),
            None => None,
        };
        Ok(TaskQuery {
            contact,
            owner: inbox::owned_by(app, self.owner.as_deref())?,
            kind: self.kind,
            state: Some(self.state.unwrap_or_default().into()),
            due_before: before.into_iter().chain(overdue).min().map(|before| before.0),
            after: self.after.as_deref().map(place).transpose()?,
            limit: inbox::limit(self.limit),
        })
    }
}

fn place(after: &str) -> Result<TaskPlace, Problem> {
    let (due, rest) = inbox::place(after)?;
    let (contact, id) = rest.rsplit_once('~').ok_or_else(inbox::no_place)?;
    Ok(TaskPlace { due, contact: contact.to_owned(), id: id.parse().map_err(|_| inbox::no_place())? })
}

/// A task for somebody.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTask {
    /// One of the kinds that the settings declare, where they declare any. Left out: `follow_up`.
    #[serde(default)]
    kind: Option<String>,
    text: String,
    /// ISO 8601. Left out: no time.
    #[serde(default)]
    due: Option<String>,
    /// `{"user": "ana"}` or `{"team": "sales"}`. Left out: whoever comes.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    owner: Option<Who>,
    /// The id of the contact's lead that it is for. Left out: the current one, where there is one.
    #[serde(default)]
    lead: Option<String>,
    /// Who makes it: a user's id.
    #[serde(default)]
    by: Option<String>,
}

impl NewTask {
    fn command(&self, app: &App, contact: &Contact) -> Result<AgentCommand, Problem> {
        if self.text.trim().is_empty() {
            return Err(Problem::invalid("text", "a task needs a text"));
        }
        fits(&self.text, "text")?;
        if let Some(kind) = &self.kind {
            check_kind(app, kind)?;
        }
        if let Some(owner) = &self.owner {
            shapes::check_one(app, owner, "owner")?;
        }
        if let Some(lead) = &self.lead
            && !contact.leads.iter().any(|known| known.id == *lead)
        {
            return Err(Problem::invalid("lead", format!("the contact has no lead {lead:?}")));
        }
        let due = self.due.as_deref().map(|due| inbox::moment(due, "due")).transpose()?;
        let short = |text: &Option<String>| text.as_deref().map(CompactString::from);
        let (kind, lead, by) = (short(&self.kind), short(&self.lead), short(&self.by));
        Ok(AgentCommand::AddTask { kind, text: self.text.clone(), due, owner: self.owner.clone(), lead, by })
    }
}

fn fits(text: &str, key: &str) -> Result<(), Problem> {
    if text.chars().count() > MAX_TASK_TEXT {
        return Err(Problem::invalid(key, format!("a text of a task has {MAX_TASK_TEXT} characters at most")));
    }
    Ok(())
}

fn check_kind(app: &App, kind: &str) -> Result<(), Problem> {
    if kind.trim().is_empty() || kind.chars().count() > MAX_KIND {
        return Err(Problem::invalid("kind", format!("a kind of task has 1 to {MAX_KIND} characters")));
    }
    let known = &app.settings.task_kinds;
    if known.is_empty() || known.contains_key(kind) {
        return Ok(());
    }
    let all = known.keys().map(String::as_str);
    let near = nearest(kind, all.clone()).map(|near| format!("did you mean {near:?}?"));
    let near = near.unwrap_or_else(|| format!("there are: {}", all.collect::<Vec<_>>().join(", ")));
    Err(Problem::invalid("kind", format!("there is no kind of task {kind:?} in the settings; {near}")))
}

/// A task that was made or completed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TaskDone {
    contact: String,
    task: TaskView,
}

/// Makes a task for somebody.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/tasks", operation_id = "add_task", tag = "tasks", request_body = NewTask, params(("contact" = String, Path,)),
    responses((status = 202, body = TaskDone), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewTask>,
) -> Result<Response, Problem> {
    let found = shapes::contact(&app, &name).await?;
    let command = body.command(&app, &found.contact)?;
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let event = shapes::event(&app, format!("task:{key}"), None, EventKind::Agent(command));
        shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
        let now = shapes::contact(&app, found.id.as_str()).await?;
        // The newest that is as it was asked for: should two be made at once that are alike, either is right.
        let made = now.contact.tasks.iter().rev().find(|task| task.text == body.text && task.owner == body.owner);
        let made = made.ok_or_else(|| Problem::conflict("the task was made, and completed or dropped at once"))?;
        Ok(json!(TaskDone { contact: now.id.to_string(), task: TaskView::new(made, app.now()) }))
    };
    idempotency::once(&app, &headers, &format!("task:{}", found.id), &body, call).await
}

/// How a task was completed.
#[derive(Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Completion {
    /// What came of it.
    #[serde(default)]
    result: Option<String>,
    /// Who completed it: a user's id.
    #[serde(default)]
    by: Option<String>,
}

/// Completes an open task of a contact.
#[utoipa::path(post, path = "/api/v1/contacts/{contact}/tasks/{id}/complete", operation_id = "complete_task", tag = "tasks", request_body = Completion,
    params(("contact" = String, Path,), ("id" = u32, Path,)),
    responses((status = 202, body = TaskDone), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn complete(
    State(app): State<Arc<App>>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<Completion>,
) -> Result<Response, Problem> {
    if let Some(result) = &body.result {
        fits(result, "result")?;
    }
    let found = shapes::contact(&app, &name).await?;
    let key = idempotency::event_key(&headers, &app)?;
    let call = async {
        let open = id.parse().ok().and_then(|id| found.contact.tasks.iter().find(|task| task.id == TaskId(id)));
        let missing =
            || Problem::not_found(format!("the contact has no open task {id:?}: GET /api/v1/tasks?contact= lists them"));
        let task = open.ok_or_else(missing)?;
        let by = body.by.as_deref().map(CompactString::from);
        let command = AgentCommand::CompleteTask { task: task.id, result: body.result.clone(), by };
        let event = shapes::event(&app, format!("complete:{key}"), None, EventKind::Agent(command));
        let done = shapes::bring(&app, &Whom::Contact(found.id.clone()), event).await?;
        let contact = done.contact.unwrap_or_else(|| found.id.clone());
        Ok(json!(TaskDone { contact: contact.to_string(), task: TaskView::new(task, app.now()) }))
    };
    idempotency::once(&app, &headers, &format!("complete:{}:{id}", found.id), &body, call).await
}
