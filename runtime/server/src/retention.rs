//! What is removed by itself because it is old, as `[retention]` says: contacts of which nothing was heard, facts of the journal. Of several
//! servers the one does it that looks after the first lane.

use std::{sync::Arc, time::Duration};

use steps::{
    contact::{CONTACT_FORMAT, Contact},
    ids::ContactId,
    moment::{DAY, Moment},
};
use store::{ContactQuery, StoreError};

use crate::{app::App, erasure};

/// Between two looks: what is removed is days old.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Between two contacts, and between two parts of the journal, so that customers do not wait for it.
const PAUSE: Duration = Duration::from_millis(200);
/// Contacts that are looked at together.
const CONTACTS: usize = 100;
/// Facts that are removed at once.
const FACTS: usize = 1_000;

/// Works until the server stops.
pub async fn work(app: Arc<App>) {
    while !app.is_stopping() {
        if app.fleet.looks_after(&app.process_id, 0)
            && let Err(error) = sweep(&app, app.now(), PAUSE).await
        {
            tracing::warn!(%error, "what is too old is removed later: {error}");
        }
        rest(&app, INTERVAL).await;
    }
}

async fn rest(app: &App, pause: Duration) {
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

/// Removes what is too old at a moment.
async fn sweep(app: &Arc<App>, now: Moment, pause: Duration) -> Result<(), StoreError> {
    let before = |days: u32| (days > 0).then(|| now.plus(-DAY * i64::from(days)));
    let retention = &app.settings.retention;
    if let Some(before) = before(retention.contact_days) {
        let erased = erase_idle(app, before, pause).await?;
        if erased > 0 {
            tracing::info!(contacts = erased, "{erased} contacts were erased of which nothing was heard for so long");
        }
    }
    if let Some(before) = before(retention.journal_days) {
        while !app.is_stopping() && app.store.trim_journal(before.0, FACTS).await? == FACTS as u64 {
            rest(app, pause).await;
        }
    }
    Ok(())
}

/// Erases contacts that were not active since a moment; tells how many.
async fn erase_idle(app: &Arc<App>, before: Moment, pause: Duration) -> Result<u64, StoreError> {
    let (mut erased, mut after) = (0, None);
    loop {
        let query = ContactQuery { search: None, idle_since: Some(before.0), after: after.take(), limit: CONTACTS };
        let idle = app.store.contacts(query).await?;
        let Some(last) = idle.last() else { return Ok(erased) };
        after = Some(last.place());
        for listed in idle {
            if app.is_stopping() {
                return Ok(erased);
            }
            if erasure::erase_if(app, &ContactId::new(&listed.contact), |contact| is_idle(contact, before)).await? {
                erased += 1;
                rest(app, pause).await;
            }
        }
    }
}

/// Whether a contact's own value says that nothing was heard of it since a moment, and that nobody waits for anything.
fn is_idle(contact: &Contact, before: Moment) -> bool {
    let is_quiet = |conversation: &steps::contact::Conversation| {
        conversation.human.is_none() && conversation.last_customer.is_none_or(|last| last < before)
    };
    contact.format <= CONTACT_FORMAT
        && contact.merged_into.is_none()
        && contact.pending.is_empty()
        && contact.sessions.is_empty()
        && contact.created < before
        && contact.conversations.values().all(is_quiet)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::moment::HOUR;

    use super::*;
    use crate::testing::Server;

    const ANA: &str = "+5511987654321";
    const ZOE: &str = "+5511912345678";

    async fn say(server: &Server, from: &str, text: &str) {
        let body = json!({ "from": from, "text": text });
        assert_eq!(server.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        server.settle().await;
    }

    async fn exists(server: &Server, phone: &str) -> bool {
        server.get(&format!("/api/v1/contacts/{}", phone.replace('+', "%2B"))).await.status == 200
    }

    async fn sweep_in(server: &Server, days: i64) {
        sweep(&server.app, server.app.now().plus(days * DAY), Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn contacts_of_which_nothing_is_heard_go_and_those_that_are_waited_for_stay() {
        let server = Server::with("[retention]\ncontact_days = 30", store::memory()).await;
        say(&server, ANA, "Oi").await;
        say(&server, ZOE, "ask").await;
        sweep_in(&server, 30).await;
        assert!(exists(&server, ANA).await && exists(&server, ZOE).await);
        sweep_in(&server, 31).await;
        assert!(!exists(&server, ANA).await, "it was idle");
        assert!(exists(&server, ZOE).await, "a bot waits for her answer");
        assert_eq!(
            server.app.store.journal_since(0, 1_000).await.unwrap().iter().filter(|row| row.body.contains(ANA)).count(),
            0
        );
    }

    #[tokio::test]
    async fn without_a_limit_nothing_goes() {
        let server = Server::sandbox().await;
        say(&server, ANA, "Oi").await;
        sweep_in(&server, 10_000).await;
        assert!(exists(&server, ANA).await);
        assert_ne!(server.app.store.journal_since(0, 1).await.unwrap(), []);
    }

    #[tokio::test]
    async fn old_facts_go_and_the_transcript_stays() {
        let server = Server::with("[retention]\njournal_days = 7", store::memory()).await;
        say(&server, ANA, "Oi").await;
        let transcript = server.transcript(ANA).await;
        sweep_in(&server, 7).await;
        assert_ne!(server.app.store.journal_since(0, 1).await.unwrap(), []);
        sweep(&server.app, server.app.now().plus(7 * DAY + HOUR), Duration::ZERO).await.unwrap();
        assert_eq!(server.app.store.journal_since(0, 1).await.unwrap(), []);
        assert_eq!(server.transcript(ANA).await, transcript);
    }
}
