//! Lists and transcripts made again: after damage by a command, and in a store from before there were lists, once, by themselves.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use steps::{
    contact::{CONTACT_FORMAT, Contact},
    fact::Fact,
    moment::Moment,
};
use store::{Commit, ConversationQuery, ConversationState, Outcome, Rebuilt, SessionQuery, Store, StoreError};

use crate::{app::App, due, journal, listing::Listing, records};

/// The records that say that every contact of an older version is listed, and every session that runs.
const KIND: &str = "upgrade";
const LISTED: &str = "lists";
const SESSIONS: &str = "sessions";
/// Who is to act where a session may run.
const MAY_RUN: [ConversationState; 3] = [ConversationState::Bot, ConversationState::Waiting, ConversationState::Human];
/// More sessions than these has nobody.
const MOST_SESSIONS: usize = 1_000;
/// Contacts that are taken up at once.
const TOGETHER: usize = 100;
/// Tries to list a contact that others are writing: each of their commits may make one in vain.
const TRIES: usize = 10;
/// How long a failed run waits.
const RETRY: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Done {}

/// Lists the contacts of an older version: once in the life of a store that is this server's alone, else at every start, for servers of
/// an older version may still be at work.
pub async fn work(app: Arc<App>) {
    loop {
        match list_older_once(&app).await {
            Ok(()) => return app.stop.cancelled().await,
            Err(error) => tracing::warn!(%error, "contacts of an older version are listed later: {error}"),
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

async fn list_older_once(app: &App) -> Result<(), StoreError> {
    if records::get::<Done>(app, KIND, LISTED).await?.is_none() {
        let listed = list_older(app.store.as_ref(), app.now()).await?;
        if listed > 0 {
            tracing::info!(contacts = listed, "{listed} contacts of an older version are listed now");
        }
        done(app, LISTED).await?;
    }
    if records::get::<Done>(app, KIND, SESSIONS).await?.is_none() {
        let listed = list_running(app.store.as_ref(), app.now()).await?;
        if listed > 0 {
            tracing::info!(contacts = listed, "the sessions of {listed} contacts of an older version are listed now");
        }
        done(app, SESSIONS).await?;
    }
    Ok(())
}

async fn done(app: &App, what: &str) -> Result<(), StoreError> {
    if app.store.is_shared() { Ok(()) } else { records::replace(app, KIND, what, &Done {}).await }
}

/// Lists every contact that no fact of the journal has listed, as its value says; tells how many.
pub async fn list_older(store: &dyn Store, now: Moment) -> Result<u64, StoreError> {
    let (mut listed, mut after) = (0, None::<String>);
    loop {
        let keys = store.unlisted_contacts(after.as_deref(), TOGETHER).await?;
        for key in &keys {
            listed += u64::from(list(store, key, now).await?);
        }
        match keys.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return Ok(listed),
        }
    }
}

/// Lists the sessions that run and that no fact of the journal has listed; tells of how many contacts.
pub async fn list_running(store: &dyn Store, now: Moment) -> Result<u64, StoreError> {
    let mut listed = 0;
    for state in MAY_RUN {
        let mut query = ConversationQuery { state: Some(state), limit: TOGETHER, ..ConversationQuery::default() };
        loop {
            let page = store.conversations(query.clone()).await?;
            let Some(last) = page.last() else { break };
            query.after = last.place(query.sort);
            for conversation in page {
                if runs_unlisted(store, &conversation.contact).await? {
                    listed += u64::from(list(store, &conversation.contact, now).await?);
                }
            }
        }
    }
    Ok(listed)
}

async fn runs_unlisted(store: &dyn Store, key: &str) -> Result<bool, StoreError> {
    let stored = match store.load(key).await {
        Err(StoreError::Unreadable { .. }) => None,
        loaded => loaded?,
    };
    let Some(contact) = stored.and_then(|stored| Contact::read(&stored.value).ok()) else { return Ok(false) };
    let query = SessionQuery { contact: Some(key.to_owned()), open: Some(true), limit: MOST_SESSIONS, ..SessionQuery::default() };
    let (listing, known) = (Listing::of(&contact), store.sessions(query).await?);
    Ok(known.iter().filter(|known| listing.runs(&known.session)).count() < contact.sessions.len().min(MOST_SESSIONS))
}

/// Lists one contact; false for what is none: a tombstone, or a value that can't be read.
async fn list(store: &dyn Store, key: &str, now: Moment) -> Result<bool, StoreError> {
    for _ in 0..TRIES {
        let stored = match store.load(key).await {
            Ok(Some(stored)) => stored,
            Ok(None) | Err(StoreError::Unreadable { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let Ok(contact) = Contact::read(&stored.value) else { return Ok(false) };
        if contact.format > CONTACT_FORMAT || contact.merged_into.is_some() {
            return Ok(false);
        }
        let commit = Commit {
            key: key.to_owned(),
            expected_version: stored.version,
            due: due::next(&contact).map(|due| due.0),
            value: Some(stored.value),
            journal: journal::entries(&[Fact::Listed], &contact, Listing::of(&contact).changes_since(None), now),
        };
        if let Outcome::Committed { .. } = store.commit(commit).await? {
            return Ok(true);
        }
    }
    // Whoever is quicker has it listed by the next change.
    Ok(false)
}

/// Makes transcripts and lists again from the journal, some contacts at a time; tells what was made in all.
pub async fn rebuild(store: &dyn Store) -> Result<Rebuilt, StoreError> {
    let mut sum = Rebuilt::default();
    loop {
        let Rebuilt { last, contacts, messages, conversations, sessions, tasks } =
            store.rebuild(sum.last.as_deref(), TOGETHER).await?;
        if last.is_none() {
            return Ok(sum);
        }
        sum.last = last;
        sum.contacts += contacts;
        sum.messages += messages;
        sum.conversations += conversations;
        sum.sessions += sessions;
        sum.tasks += tasks;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::{ContactQuery, ConversationQuery};

    use super::*;
    use crate::testing::Server;

    #[tokio::test]
    async fn contacts_of_an_older_version_are_listed_once() {
        let server = Server::sandbox().await;
        let body = json!({ "from": "+5511987654321", "text": "Oi", "name": "Zoë Souza" });
        let said = server.call("POST", "/api/v1/sandbox/messages", &body).await.json();
        server.settle().await;
        let store = server.app.store.clone();
        let listed = store.contacts(ContactQuery::default()).await.unwrap();
        let conversations = store.conversations(ConversationQuery::default()).await.unwrap();

        // The same contact in a store that knows no lists, and one that turned out to be another.
        let older = store::memory();
        let key = said["contact"].as_str().unwrap();
        let value = store.load(key).await.unwrap().unwrap().value;
        let mut tombstone: serde_json::Value = serde_json::from_slice(&value).unwrap();
        tombstone["merged_into"] = json!("c1");
        for (key, value) in [(key, value), ("c0", tombstone.to_string().into_bytes())] {
            let commit = Commit { key: key.into(), expected_version: 0, value: Some(value), due: None, journal: Vec::new() };
            older.commit(commit).await.unwrap();
        }
        let now = server.app.now();
        assert_eq!(list_older(older.as_ref(), now).await.unwrap(), 1);
        assert_eq!(older.contacts(ContactQuery::default()).await.unwrap(), listed);
        assert_eq!(older.conversations(ConversationQuery::default()).await.unwrap(), conversations);
        assert_eq!(list_older(older.as_ref(), now).await.unwrap(), 0);
        assert_eq!(rebuild(older.as_ref()).await.unwrap().conversations, 1);
    }

    #[tokio::test]
    async fn sessions_that_ran_before_there_was_a_list_of_them_are_listed_once() {
        let server = Server::sandbox().await;
        let body = json!({ "from": "+5511987654321", "text": "please ask" });
        let said = server.call("POST", "/api/v1/sandbox/messages", &body).await.json();
        server.settle().await;
        let store = server.app.store.clone();
        let running = SessionQuery { open: Some(true), ..SessionQuery::default() };
        let listed = store.sessions(running.clone()).await.unwrap();
        assert_eq!(listed.len(), 1);

        // The same contact in a store whose facts told of a conversation, and of no session.
        let older = store::memory();
        let key = said["contact"].as_str().unwrap();
        let value = store.load(key).await.unwrap().unwrap().value;
        let contact = Contact::read(&value).unwrap();
        let mut lists = Listing::of(&contact).changes_since(None);
        lists.retain(|change| !matches!(change, store::ListChange::Session(_)));
        let now = server.app.now();
        let journal = journal::entries(&[Fact::Listed], &contact, lists, now);
        let commit = Commit { key: key.into(), expected_version: 0, value: Some(value), due: None, journal };
        older.commit(commit).await.unwrap();
        assert_eq!(older.sessions(running.clone()).await.unwrap(), []);

        assert_eq!(list_running(older.as_ref(), now).await.unwrap(), 1);
        let now_listed = older.sessions(running).await.unwrap();
        assert_eq!(now_listed[0].session, listed[0].session);
        assert_eq!(list_running(older.as_ref(), now).await.unwrap(), 0);
    }
}
