//! The list of sessions.

use std::sync::Arc;

use store::{
    Commit, JournalEntry, ListChange, ListedSession, Profile, Session, SessionCount, SessionEnd, SessionPlace, SessionQuery,
    Store,
};

use super::lists::{list, profile};
use super::{committed, fact, put};

/// A session that runs, of version v1 of the bot `welcome`.
pub(crate) fn session(id: u32, started: i64) -> Session {
    let [number, bot, version, on] = ["1001", "welcome", "v1", "message"].map(str::to_owned);
    Session { id, number, bot, version, on, started, ended: None }
}

pub(crate) fn ended(session: Session, at: i64, status: &str) -> Session {
    let ended = SessionEnd { at, status: status.into(), outcome: format!("{status} well") };
    Session { ended: Some(ended), ..session }
}

/// Appends a fact to a contact that tells of sessions so, between two that tell of nothing; gives its position.
async fn tell(store: &Arc<dyn Store>, contact: &str, at: i64, sessions: Vec<Session>) -> u64 {
    let version = store.load(contact).await.unwrap().map_or(0, |stored| stored.version);
    let changes = sessions.into_iter().map(ListChange::Session).collect();
    let journal = vec![fact(at), JournalEntry::fact(at, "trace", "{}").with_lists(changes), fact(at)];
    committed(store, Commit { journal, ..put(contact, version, "x") }).await;
    store.journal_of(contact, None, 2).await.unwrap()[1].position
}

async fn found(store: &Arc<dyn Store>, query: SessionQuery) -> Vec<(String, u32)> {
    store.sessions(query).await.unwrap().into_iter().map(|listed| (listed.contact, listed.session.id)).collect()
}

fn rows<const N: usize>(rows: [(&str, u32); N]) -> Vec<(String, u32)> {
    rows.map(|(contact, id)| (contact.to_owned(), id)).to_vec()
}

async fn five_sessions(store: &Arc<dyn Store>) {
    let other = |id, started| Session { bot: "survey".into(), version: "s1".into(), ..session(id, started) };
    tell(store, "ada", 10, vec![session(1, 10), ended(other(2, 10), 10, "completed")]).await;
    tell(store, "ada", 30, vec![ended(session(1, 10), 30, "failed"), other(3, 30)]).await;
    tell(store, "bob", 20, vec![session(1, 20)]).await;
    tell(store, "cyd", 40, vec![Session { version: "v2".into(), ..session(1, 40) }]).await;
}

pub(crate) async fn a_session_is_listed_from_its_start_to_its_end(store: &Arc<dyn Store>) {
    list(store, "ada", 5, vec![profile("Ada", "+491511")]).await;
    let started = tell(store, "ada", 10, vec![session(7, 10)]).await;
    let profile = Profile { name: Some("Ada".into()), phone: Some("+491511".into()), ..Profile::default() };
    let listed = |session, told| vec![ListedSession { contact: "ada".into(), profile: profile.clone(), session, told }];
    assert_eq!(store.sessions(SessionQuery::default()).await.unwrap(), listed(session(7, 10), started));

    let end = tell(store, "ada", 25, vec![ended(session(7, 10), 25, "completed")]).await;
    assert!(end > started);
    assert_eq!(store.sessions(SessionQuery::default()).await.unwrap(), listed(ended(session(7, 10), 25, "completed"), end));
    let version = store.load("ada").await.unwrap().unwrap().version;
    committed(store, Commit { journal: vec![fact(30)], ..put("ada", version, "y") }).await;
    assert_eq!(store.sessions(SessionQuery::default()).await.unwrap()[0].told, end, "a turn that is not its own");
}

pub(crate) async fn sessions_are_found_by_what_they_are(store: &Arc<dyn Store>) {
    five_sessions(store).await;
    let query = SessionQuery::default;
    let text = |text: &str| Some(text.to_owned());
    for (query, expected) in [
        (query(), rows([("cyd", 1), ("ada", 3), ("bob", 1), ("ada", 2), ("ada", 1)])),
        (SessionQuery { contact: text("ada"), ..query() }, rows([("ada", 3), ("ada", 2), ("ada", 1)])),
        (SessionQuery { contact: text("ada"), id: Some(2), ..query() }, rows([("ada", 2)])),
        (SessionQuery { contact: text("ada"), id: Some(9), ..query() }, rows([])),
        (SessionQuery { bot: text("welcome"), ..query() }, rows([("cyd", 1), ("bob", 1), ("ada", 1)])),
        (SessionQuery { bot: text("welcome"), version: text("v1"), ..query() }, rows([("bob", 1), ("ada", 1)])),
        (SessionQuery { open: Some(true), ..query() }, rows([("cyd", 1), ("ada", 3), ("bob", 1)])),
        (SessionQuery { open: Some(false), bot: text("survey"), ..query() }, rows([("ada", 2)])),
        (SessionQuery { status: text("failed"), ..query() }, rows([("ada", 1)])),
        (SessionQuery { outcome: text("completed well"), ..query() }, rows([("ada", 2)])),
        (SessionQuery { outcome: text("completed"), ..query() }, rows([])),
    ] {
        assert_eq!(found(store, query.clone()).await, expected, "{query:?}");
    }
}

pub(crate) async fn sessions_come_in_pages(store: &Arc<dyn Store>) {
    five_sessions(store).await;
    let (mut seen, mut before) = (Vec::new(), None::<SessionPlace>);
    loop {
        let page = store.sessions(SessionQuery { before: before.take(), limit: 2, ..SessionQuery::default() }).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        before = Some(last.place());
        seen.extend(page.iter().map(|listed| (listed.contact.clone(), listed.session.id)));
    }
    assert_eq!(seen, rows([("cyd", 1), ("ada", 3), ("bob", 1), ("ada", 2), ("ada", 1)]));
}

pub(crate) async fn sessions_are_counted_by_bot_and_version(store: &Arc<dyn Store>) {
    assert_eq!(store.session_counts(0).await.unwrap(), []);
    five_sessions(store).await;
    let count = |bot: &str, version: &str, open, since| SessionCount { bot: bot.into(), version: version.into(), open, since };
    let expected = [count("survey", "s1", 1, 1), count("welcome", "v1", 1, 1), count("welcome", "v2", 1, 1)];
    assert_eq!(store.session_counts(20).await.unwrap(), expected);

    tell(store, "bob", 50, vec![ended(session(1, 20), 50, "completed")]).await;
    assert_eq!(store.session_counts(31).await.unwrap(), [count("survey", "s1", 1, 0), count("welcome", "v2", 1, 1)]);
}

pub(crate) async fn sessions_go_with_their_contact(store: &Arc<dyn Store>) {
    five_sessions(store).await;
    let version = store.load("ada").await.unwrap().unwrap().version;
    let journal = vec![fact(50).with_lists(vec![ListChange::Unlisted])];
    committed(store, Commit { journal, ..put("ada", version, "merged into bob") }).await;
    tell(store, "bob", 50, vec![session(1, 20), session(8, 30)]).await;
    assert_eq!(found(store, SessionQuery::default()).await, rows([("cyd", 1), ("bob", 8), ("bob", 1)]));
    assert!(store.erase("bob").await.unwrap());
    assert_eq!(found(store, SessionQuery::default()).await, rows([("cyd", 1)]));
    assert_eq!(store.session_counts(0).await.unwrap().len(), 1);
}

pub(crate) async fn making_sessions_again_changes_nothing(store: &Arc<dyn Store>) {
    five_sessions(store).await;
    let before = store.sessions(SessionQuery::default()).await.unwrap();
    let rebuilt = store.rebuild(None, 10).await.unwrap();
    assert_eq!((rebuilt.contacts, rebuilt.sessions), (3, 5));
    assert_eq!(store.sessions(SessionQuery::default()).await.unwrap(), before);
}

pub(crate) async fn sessions_that_are_too_old_go_with_their_facts(store: &Arc<dyn Store>) {
    five_sessions(store).await;
    assert!(store.trim_journal(30, 100).await.unwrap() > 0);
    let left = rows([("cyd", 1), ("ada", 3), ("bob", 1), ("ada", 1)]);
    assert_eq!(found(store, SessionQuery::default()).await, left, "one that ended then, and those that run, stay");
    while store.trim_journal(i64::MAX, 1).await.unwrap() == 1 {}
    assert_eq!(found(store, SessionQuery::default()).await, rows([("cyd", 1), ("ada", 3), ("bob", 1)]));
    store.rebuild(None, 10).await.unwrap();
    assert_eq!(found(store, SessionQuery::default()).await, rows([("cyd", 1), ("ada", 3), ("bob", 1)]));
}
