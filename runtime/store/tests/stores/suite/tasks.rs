//! The list of tasks.

use std::sync::Arc;

use store::{
    Commit, JournalEntry, ListChange, ListedTask, OwnedBy, Profile, Store, Task, TaskEnd, TaskPlace, TaskQuery, TaskState,
};

use super::lists::{list, profile};
use super::{committed, fact, put};

/// An open call of nobody's.
pub(crate) fn task(id: u32, due: Option<i64>) -> Task {
    let (kind, text) = ("call".into(), format!("task {id}"));
    Task { id, kind, text, due, owner: None, lead: None, created: 1, by: None, ended: None }
}

fn of(owner: &str, task: Task) -> Task {
    Task { owner: Some(owner.into()), ..task }
}

pub(crate) fn ended(task: Task, at: i64, done: bool) -> Task {
    let (result, by) = (done.then(|| "well".to_owned()), done.then(|| "{\"user\":\"ana\"}".to_owned()));
    Task { ended: Some(TaskEnd { at, done, result, by }), ..task }
}

/// Appends a fact to a contact that tells of tasks so.
async fn tell(store: &Arc<dyn Store>, contact: &str, at: i64, tasks: Vec<Task>) {
    let version = store.load(contact).await.unwrap().map_or(0, |stored| stored.version);
    let changes = tasks.into_iter().map(ListChange::Task).collect();
    let journal = vec![fact(at), JournalEntry::fact(at, "trace", "{}").with_lists(changes)];
    committed(store, Commit { journal, ..put(contact, version, "x") }).await;
}

async fn found(store: &Arc<dyn Store>, query: TaskQuery) -> Vec<(String, u32)> {
    store.tasks(query).await.unwrap().into_iter().map(|listed| (listed.contact, listed.task.id)).collect()
}

fn rows<const N: usize>(rows: [(&str, u32); N]) -> Vec<(String, u32)> {
    rows.map(|(contact, id)| (contact.to_owned(), id)).to_vec()
}

async fn six_tasks(store: &Arc<dyn Store>) {
    let visit = |task: Task| Task { kind: "visit".into(), ..task };
    tell(store, "ada", 10, vec![of("user:ana", task(1, Some(50))), task(2, None), ended(task(3, Some(20)), 10, true)]).await;
    tell(store, "bob", 20, vec![of("user:ana", visit(task(1, Some(40)))), of("team:sales", task(2, Some(50)))]).await;
    tell(store, "cyd", 30, vec![ended(of("user:ana", task(1, Some(60))), 30, false)]).await;
}

pub(crate) async fn a_task_is_listed_until_it_ends_and_then_as_ended(store: &Arc<dyn Store>) {
    list(store, "ada", 5, vec![profile("Ada", "+491511")]).await;
    let whole = Task { lead: Some("l1".into()), by: Some("{\"bot\":\"shop\"}".into()), ..of("user:ana", task(7, Some(10))) };
    tell(store, "ada", 10, vec![whole.clone()]).await;
    let profile = Profile { name: Some("Ada".into()), phone: Some("+491511".into()), ..Profile::default() };
    let listed = |task| vec![ListedTask { contact: "ada".into(), profile: profile.clone(), task }];
    let all = async || store.tasks(TaskQuery::default()).await.unwrap();
    assert_eq!(all().await, listed(whole.clone()));
    let later = Task { due: None, ..whole };
    tell(store, "ada", 20, vec![later.clone()]).await;
    assert_eq!(all().await, listed(later.clone()));
    tell(store, "ada", 30, vec![ended(later.clone(), 30, true)]).await;
    assert_eq!(all().await, listed(ended(later, 30, true)));
    assert_eq!(found(store, TaskQuery { state: Some(TaskState::Open), ..TaskQuery::default() }).await, rows([]));
}

pub(crate) async fn tasks_are_found_by_what_they_are(store: &Arc<dyn Store>) {
    six_tasks(store).await;
    let query = TaskQuery::default;
    let (open, ana) = (Some(TaskState::Open), OwnedBy::Owner("user:ana".into()));
    for (query, expected) in [
        (query(), rows([("ada", 3), ("bob", 1), ("ada", 1), ("bob", 2), ("cyd", 1), ("ada", 2)])),
        (TaskQuery { state: open, ..query() }, rows([("bob", 1), ("ada", 1), ("bob", 2), ("ada", 2)])),
        (TaskQuery { state: Some(TaskState::Completed), ..query() }, rows([("ada", 3)])),
        (TaskQuery { state: Some(TaskState::Dropped), ..query() }, rows([("cyd", 1)])),
        (TaskQuery { owner: ana.clone(), ..query() }, rows([("bob", 1), ("ada", 1), ("cyd", 1)])),
        (TaskQuery { owner: ana, state: open, due_before: Some(50), ..query() }, rows([("bob", 1)])),
        (TaskQuery { owner: OwnedBy::Nobody, state: open, ..query() }, rows([("ada", 2)])),
        (TaskQuery { owner: OwnedBy::Owner("ana".into()), ..query() }, rows([])),
        (TaskQuery { kind: Some("visit".into()), ..query() }, rows([("bob", 1)])),
        (TaskQuery { contact: Some("ada".into()), state: open, ..query() }, rows([("ada", 1), ("ada", 2)])),
        (TaskQuery { due_before: Some(i64::MAX), state: open, ..query() }, rows([("bob", 1), ("ada", 1), ("bob", 2)])),
    ] {
        assert_eq!(found(store, query.clone()).await, expected, "{query:?}");
    }
}

pub(crate) async fn tasks_come_in_pages(store: &Arc<dyn Store>) {
    six_tasks(store).await;
    let (mut seen, mut after) = (Vec::new(), None::<TaskPlace>);
    loop {
        let page = store.tasks(TaskQuery { after: after.take(), limit: 2, ..TaskQuery::default() }).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.place());
        seen.extend(page.iter().map(|listed| (listed.contact.clone(), listed.task.id)));
    }
    assert_eq!(seen, rows([("ada", 3), ("bob", 1), ("ada", 1), ("bob", 2), ("cyd", 1), ("ada", 2)]));
}

pub(crate) async fn tasks_go_with_their_contact(store: &Arc<dyn Store>) {
    six_tasks(store).await;
    let version = store.load("ada").await.unwrap().unwrap().version;
    let journal = vec![fact(50).with_lists(vec![ListChange::Unlisted])];
    committed(store, Commit { journal, ..put("ada", version, "merged into bob") }).await;
    tell(store, "bob", 50, vec![task(8, Some(5))]).await;
    assert_eq!(found(store, TaskQuery::default()).await, rows([("bob", 8), ("bob", 1), ("bob", 2), ("cyd", 1)]));
    assert!(store.erase("bob").await.unwrap());
    assert_eq!(found(store, TaskQuery::default()).await, rows([("cyd", 1)]));
}

pub(crate) async fn making_tasks_again_changes_nothing(store: &Arc<dyn Store>) {
    six_tasks(store).await;
    let before = store.tasks(TaskQuery::default()).await.unwrap();
    let rebuilt = store.rebuild(None, 10).await.unwrap();
    assert_eq!((rebuilt.contacts, rebuilt.tasks), (3, 6));
    assert_eq!(store.tasks(TaskQuery::default()).await.unwrap(), before);
}

pub(crate) async fn tasks_that_ended_too_long_ago_go_with_their_facts(store: &Arc<dyn Store>) {
    six_tasks(store).await;
    assert!(store.trim_journal(30, 100).await.unwrap() > 0);
    let left = rows([("bob", 1), ("ada", 1), ("bob", 2), ("cyd", 1), ("ada", 2)]);
    assert_eq!(found(store, TaskQuery::default()).await, left, "one that ended then, and those that are open, stay");
    while store.trim_journal(i64::MAX, 1).await.unwrap() == 1 {}
    store.rebuild(None, 10).await.unwrap();
    assert_eq!(found(store, TaskQuery::default()).await, rows([("bob", 1), ("ada", 1), ("bob", 2), ("ada", 2)]));
}
