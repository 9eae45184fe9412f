//! Tasks, notes and subscribers: what people keep of a contact, by commands as bots do by steps, and what becomes of it where a CRM is
//! connected and where two contacts turn out to be one.

use std::sync::Arc;

use interpreter::{Bots, Supplied, Turned, outbox::Claimed, turn};
use serde_json::json;
use steps::{
    contact::{Contact, MAX_TASKS},
    crm::{CrmChange, Subject, Written, WrittenTask},
    environment::Environment,
    event::{AgentCommand, EventKind},
    fact::Fact,
    ids::{ContactId, TaskId},
    step::{subscribe::MAX_SUBSCRIBERS, task::TASK_DROPPED},
    trace::Traced,
    trigger::Owned,
    who::{Author, Who},
};

use crate::story::{NOW, claim, contact, environment, event, number};

/// A contact and what happens to it.
struct Story {
    contact: Contact,
    environment: Environment,
    events: u32,
}

impl Story {
    fn of(id: &str) -> Self {
        Story { contact: contact(id), environment: (*environment()).clone(), events: 0 }
    }

    fn take(&mut self, kind: EventKind) -> Turned {
        self.events += 1;
        let event = event(&format!("e{}", self.events), kind);
        let (bots, environment) = (Bots::default(), Arc::new(self.environment.clone()));
        let now = NOW.plus(self.events.into());
        let turned = turn(&bots, &environment, self.contact.clone(), &event, now, &Supplied::default()).unwrap();
        self.contact = turned.contact.clone();
        turned
    }

    fn add(&mut self, text: &str) -> Turned {
        let text = text.to_owned();
        self.take(EventKind::Agent(AgentCommand::AddTask {
            kind: None,
            text,
            due: None,
            owner: None,
            lead: None,
            by: Some("rui".into()),
        }))
    }

    fn complete(&mut self, task: TaskId) -> Turned {
        let result = Some("done".to_owned());
        self.take(EventKind::Agent(AgentCommand::CompleteTask { task, result, by: None }))
    }

    fn texts(&self) -> Vec<&str> {
        self.contact.tasks.iter().map(|task| task.text.as_str()).collect()
    }

    /// The changes of the write that begins now.
    fn claim(&mut self) -> Vec<CrmChange> {
        let orders = claim(&mut self.contact, NOW.plus(100_000)).into_iter().filter_map(|work| match work {
            Claimed::Write { order, .. } => Some(order.changes),
            _ => None,
        });
        orders.flatten().collect()
    }
}

#[test]
fn a_person_makes_a_task_and_completes_it_once() {
    let mut story = Story::of("ana");
    let turned = story.add("Ring");
    let [Fact::ContactCreated, Fact::Task(task), ..] = turned.facts.as_slice() else { panic!("{:?}", turned.facts) };
    assert_eq!((task.kind.as_str(), &task.by), ("follow_up", &Some(Author::User { user: "rui".into() })));
    assert_eq!(story.contact.tasks, [(**task).clone()]);
    let id = task.id;
    let turned = story.complete(id);
    assert!(matches!(turned.facts.as_slice(), [Fact::TaskCompleted { result: Some(result), by: None, .. }] if result == "done"));
    assert_eq!(story.texts(), [""; 0]);
    assert_eq!(story.complete(id).facts, []);
}

#[test]
fn what_can_not_be_kept_changes_nothing_and_the_trace_says_why() {
    let mut story = Story::of("ana");
    story.add("Ring");
    let before = story.contact.clone();
    let users = (0..=MAX_SUBSCRIBERS).map(|number| Who::User(format!("u{number}").into())).collect();
    for command in [
        AgentCommand::AddTask { kind: None, text: " ".into(), due: None, owner: None, lead: None, by: None },
        AgentCommand::AddNote { on: Owned::Lead, text: String::new(), by: None },
        AgentCommand::Subscribe { add: users, remove: Vec::new(), remove_all: false },
        AgentCommand::CompleteTask { task: before.tasks[0].id, result: Some("x".repeat(5_000)), by: None },
    ] {
        let turned = story.take(EventKind::Agent(command.clone()));
        assert!(turned.trace.0.iter().any(|line| matches!(line.what, Traced::Ignored { .. })), "{command:?}");
        let last_event = story.contact.last_event.clone();
        assert_eq!(story.contact, Contact { last_event, ..before.clone() }, "{command:?}");
    }
}

#[test]
fn of_too_many_tasks_the_oldest_is_dropped_and_the_team_is_told() {
    let mut story = Story::of("ana");
    for number in 0..MAX_TASKS {
        story.add(&number.to_string());
    }
    let turned = story.add("one more");
    assert!(turned.facts.iter().any(|fact| matches!(fact, Fact::TaskDropped { task } if task.text == "0")));
    assert!(turned.facts.iter().any(|fact| matches!(fact, Fact::Alert { name, .. } if name == TASK_DROPPED)));
    assert_eq!((story.contact.tasks.len(), story.texts()[0], story.texts().last()), (MAX_TASKS, "1", Some(&"one more")));
}

#[test]
fn a_merged_contact_keeps_what_both_had() {
    let (mut ana, mut other) = (Story::of("ana"), Story::of("other"));
    let watch = |story: &mut Story, users: [&str; 2]| {
        let add = users.map(|user| Who::User(user.into())).to_vec();
        story.take(EventKind::Agent(AgentCommand::Subscribe { add, remove: Vec::new(), remove_all: false }));
    };
    watch(&mut ana, ["rui", "bia"]);
    watch(&mut other, ["bia", "eva"]);
    ana.add("ours");
    for text in ["theirs", "theirs, too"] {
        other.add(text);
    }
    let content = serde_json::to_value(&other.contact).unwrap();
    ana.take(EventKind::Merge { from: ContactId::new("other"), content });
    assert_eq!(ana.contact.tasks.len(), 3);
    let mut ids: Vec<TaskId> = ana.contact.tasks.iter().map(|task| task.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each has an id of its own");
    let subscribers = &ana.contact.conversations[&number()].subscribers;
    assert_eq!(json!(subscribers), json!([{"user": "rui"}, {"user": "bia"}, {"user": "eva"}]));
    let next = ana.add("later").contact.tasks.last().unwrap().id;
    assert!(!ids.contains(&next));
}

#[test]
fn a_completion_finds_the_task_in_the_crm_whenever_it_was_written_there() {
    let mut story = Story::of("ana");
    story.environment.crm = true;
    story.add("Ring");
    let id = story.contact.tasks[0].id;
    let written = |story: &mut Story, settled: usize| {
        let entry = story.contact.pending[0].id;
        let tasks = vec![WrittenTask { task: id, crm: "77".into() }];
        let written = Written { settled, tasks, ..Written::default() };
        let steps::contact::Work::Write(write) = &story.contact.pending[0].work else { panic!() };
        let queued = write.queued;
        story.take(EventKind::Written { entry, queued, written });
    };
    // While the task is on its way there, somebody completes it.
    let changes = story.claim();
    let [CrmChange::Task { of: Subject::Contact, task: Some(task), .. }] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(*task, id);
    story.complete(id);
    written(&mut story, 1);
    let done = |crm: Option<&str>| CrmChange::CompleteTask { task: id, crm: crm.map(Into::into), result: Some("done".into()) };
    assert_eq!(story.claim(), [done(Some("77"))]);

    // One that is there is known by its id.
    let mut story = Story::of("ana");
    story.environment.crm = true;
    story.add("Ring");
    story.claim();
    written(&mut story, 1);
    assert_eq!(story.contact.tasks[0].crm.as_deref(), Some("77"));
    story.complete(id);
    assert_eq!(story.claim(), [done(Some("77"))]);
}
