//! Lists and transcripts made again: after damage by a command, and in a store from before there were lists, once, by themselves.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use steps::{
    contact::{CONTACT_FORMAT, Contact},
    fact::Fact,
    moment::Moment,
};
use store::{Commit, Outcome, Rebuilt, Store, StoreError};

use crate::{app::App, due, journal, listing::Listing, records};

/// The record that says that every contact of an older version is listed.
const KIND: &str = "upgrade";
const LISTED: &str = "lists";
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
    if records::get::<Done>(app, KIND, LISTED).await?.is_some() {
        return Ok(());
    }
    let listed = list_older(app.store.as_ref(), app.now()).await?;
    if listed > 0 {
        tracing::info!(contacts = listed, "{listed} contacts of an older version are listed now");
    }
    if app.store.is_shared() {
        return Ok(());
    }
    records::replace(app, KIND, LISTED, &Done {}).await
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
        let Rebuilt { last, contacts, messages, conversations } = store.rebuild(sum.last.as_deref(), TOGETHER).await?;
        if last.is_none() {
            return Ok(sum);
        }
        sum.last = last;
        sum.contacts += contacts;
        sum.messages += messages;
        sum.conversations += conversations;
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
}
