//! Who is who, what is set aside, and what happens after a crash.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use steps::{
    contact::Contact,
    event::{Content, Event, EventKind, Identity, IdentityChange, Inbound, SendOutcome},
    ids::{ContactId, EventId},
};
use store::Commit;

use super::{Whom, begin_run, end_run, find, process};
use crate::testing::{
    Graph, NOW, Server,
    faults::{Fault, FaultyStore},
    messages, text,
};

fn identity(user_id: Option<&str>, phone: Option<&str>) -> Identity {
    Identity {
        user_id: user_id.map(str::to_owned),
        phone: phone.map(|digits| format!("+{digits}")),
        wa_id: phone.map(str::to_owned),
        ..Identity::default()
    }
}

fn message(server: &Server, id: &str, from: &Identity) -> Event {
    let inbound = Inbound {
        id: id.into(),
        at: NOW,
        from: from.clone(),
        content: Content::Text { text: "Oi".into() },
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    };
    Event { id: EventId::new(id), number: server.app.default_number(), kind: EventKind::Message(inbound) }
}

async fn write(server: &Server, id: &str, from: &Identity) -> ContactId {
    let contact = write_only(server, id, from).await;
    server.settle().await;
    contact
}

/// While a worker runs, which nobody waits for.
async fn write_only(server: &Server, id: &str, from: &Identity) -> ContactId {
    let whom = Whom::Named { identity: from.clone(), create: true };
    process(&server.app, &whom, &[message(server, id, from)]).await.unwrap().contact.unwrap()
}

async fn load(server: &Server, id: &ContactId) -> Contact {
    let stored = server.app.store.load(id.as_str()).await.unwrap().unwrap();
    serde_json::from_slice(&stored.value).unwrap()
}

#[tokio::test]
async fn a_known_phone_gets_its_user_id() {
    let server = Server::sandbox().await;
    let before = write(&server, "1", &identity(None, Some("5511987654321"))).await;
    let with_id = write(&server, "2", &identity(Some("BR.1"), Some("5511987654321"))).await;
    // From now on without a phone number.
    let without_phone = write(&server, "3", &identity(Some("BR.1"), None)).await;
    assert_eq!((&before, &before), (&with_id, &without_phone));
}

/// Two messages of one webhook, of which only the second tells the phone number.
#[tokio::test]
async fn a_name_counts_whichever_message_brings_it() {
    let server = Server::sandbox().await;
    let (first, both) = (identity(Some("BR.1"), None), identity(Some("BR.1"), Some("5511987654321")));
    let events = [message(&server, "1", &first), message(&server, "2", &both)];
    let done = process(&server.app, &Whom::Named { identity: first, create: true }, &events).await.unwrap();
    server.settle().await;
    assert_eq!(done.contact, Some(write(&server, "3", &identity(None, Some("5511987654321"))).await));
}

#[tokio::test]
async fn a_known_phone_with_a_new_user_id_is_a_new_person() {
    let server = Server::sandbox().await;
    let ana = write(&server, "1", &identity(Some("BR.1"), Some("5511987654321"))).await;
    let bia = write(&server, "2", &identity(Some("BR.2"), Some("5511987654321"))).await;
    assert_ne!(ana, bia);
    // The number is hers now, the user id tells them apart.
    let by_phone = Whom::Named { identity: identity(None, Some("5511987654321")), create: false };
    assert_eq!(find(&server.app, &by_phone).await.unwrap(), Some(bia));
    assert_eq!(write(&server, "3", &identity(Some("BR.1"), None)).await, ana);
}

#[tokio::test]
async fn two_contacts_that_are_one_become_one() {
    let server = Server::sandbox().await;
    let by_phone = write(&server, "1", &identity(None, Some("5511987654321"))).await;
    let by_user = write(&server, "2", &identity(Some("BR.1"), None)).await;
    assert_ne!(by_phone, by_user);
    // This message tells that they are the same.
    let both = identity(Some("BR.1"), Some("5511987654321"));
    assert_eq!(write(&server, "3", &both).await, by_user);
    let tombstone = load(&server, &by_phone).await;
    assert_eq!((tombstone.merged_into.as_ref(), tombstone.leads.len()), (Some(&by_user), 0));
    assert_eq!(load(&server, &by_user).await.leads.len(), 2);
    // What reaches either is one contact's, and handing over again changes nothing.
    assert_eq!(write(&server, "4", &identity(None, Some("5511987654321"))).await, by_user);
    let forwarded = process(&server.app, &Whom::Contact(by_phone.clone()), &[message(&server, "5", &both)]).await.unwrap();
    assert_eq!(forwarded.contact.as_ref(), Some(&by_user));
    super::finish_merge(&server.app, &by_phone).await.unwrap();
    assert_eq!(load(&server, &by_user).await.leads.len(), 2);
}

/// The answer to a send comes when its contact was merged already, as a status settled it before. In the other contact its number is
/// that of another send.
#[tokio::test]
async fn a_late_result_of_a_merged_contact_settles_no_other_send() {
    let graph = Graph::start(|_| (429, json!({ "error": { "code": 130_429 } }).to_string())).await;
    let server = Server::connected(&graph.address).await;
    let by_phone = write(&server, "1", &identity(None, Some("5511987654321"))).await;
    let by_user = write(&server, "2", &identity(Some("BR.1"), None)).await;
    write(&server, "3", &identity(Some("BR.1"), Some("5511987654321"))).await;
    let before = load(&server, &by_user).await.pending;
    assert_eq!(before.len(), 3, "all wait to be sent again");
    let outcome = SendOutcome::Accepted { message_id: "wamid.late".into(), wa_id: None, user_id: None };
    let kind = EventKind::Sent { entry: before[0].id, queued: None, attempt: None, outcome };
    let late = Event { id: "sent".into(), number: server.app.default_number(), kind };
    let done = process(&server.app, &Whom::Contact(by_phone), &[late]).await.unwrap();
    assert_eq!(done.contact.as_ref(), Some(&by_user));
    assert_eq!(load(&server, &by_user).await.pending, before);
}

/// Two first messages at once: one has set its alias and is not committed yet, the other one knows the same name and more.
#[tokio::test]
async fn a_contact_that_is_just_being_made_is_not_left_behind() {
    let server = Server::sandbox().await;
    let phone = identity(None, Some("5511987654321"));
    let being_made = find(&server.app, &Whom::Named { identity: phone.clone(), create: true }).await.unwrap().unwrap();
    let whole = write(&server, "1", &identity(Some("BR.1"), Some("5511987654321"))).await;
    assert_ne!(being_made, whole);
    let event = message(&server, "2", &phone);
    let done = process(&server.app, &Whom::Contact(being_made), &[event]).await.unwrap();
    assert_eq!(done.contact, Some(whole.clone()));
    assert_eq!(write(&server, "3", &phone).await, whole);
}

/// A server dies between the message that tells of it and the merge.
#[tokio::test(start_paused = true)]
async fn a_merge_that_was_cut_off_is_taken_up() {
    let server = Server::sandbox().await;
    let by_phone = write(&server, "1", &identity(None, Some("5511987654321"))).await;
    let by_user = interpreter::contact_id(crate::app::ACCOUNT, "user:BR.1");
    super::merge::plan(&server.app, &by_phone, &by_user).await.unwrap();
    let worker = tokio::spawn(super::work_on_merges(server.app.clone()));
    // More than the worker's pause between two looks, and than all its tries.
    let looks = || tokio::time::sleep(Duration::from_secs(120));
    looks().await;
    assert_eq!(load(&server, &by_phone).await.merged_into, None, "there is nobody to merge it into yet");
    assert_eq!(write_only(&server, "2", &identity(Some("BR.1"), None)).await, by_user);
    looks().await;
    worker.abort();
    assert_eq!(load(&server, &by_phone).await.merged_into, Some(by_user));
    let open = server.app.store.get_record(super::MERGE, by_phone.as_str(), NOW.0).await.unwrap();
    assert!(open.is_none(), "it is forgotten once it is done");
}

/// Each of two learns of the other's name: by a message, and by the answer to a send.
#[tokio::test(start_paused = true)]
async fn two_contacts_are_merged_one_way_only() {
    for at_once in [true, false] {
        let server = Server::sandbox().await;
        let (phone, user) = (identity(None, Some("5511987654321")), identity(Some("BR.1"), None));
        let (by_phone, by_user) = (write(&server, "1", &phone).await, write(&server, "2", &user).await);
        for (from, into) in [(&by_phone, &by_user), (&by_user, &by_phone)] {
            super::merge::plan(&server.app, from, into).await.unwrap();
            super::merge::begin(&server.app, from.clone(), into.clone());
            if !at_once {
                server.settle().await;
            }
        }
        server.settle().await;
        let tombstones = [load(&server, &by_phone).await, load(&server, &by_user).await].map(|one| one.merged_into.is_some());
        assert_eq!(tombstones.iter().filter(|is_one| **is_one).count(), 1, "{tombstones:?}");
        assert_eq!(write(&server, "3", &phone).await, write(&server, "4", &user).await);
        for contact in [&by_phone, &by_user] {
            let open = server.app.store.get_record(super::MERGE, contact.as_str(), NOW.0).await.unwrap();
            assert!(open.is_none(), "the merge of {contact} is done or given up");
        }
    }
}

/// A message comes to a contact that was just made a tombstone: what it took before comes first.
#[tokio::test]
async fn what_a_tombstone_holds_goes_before_what_comes_to_it() {
    let server = Server::sandbox().await;
    let phone = identity(None, Some("5511987654321"));
    let by_phone = write(&server, "1", &phone).await;
    let by_user = write(&server, "2", &identity(Some("BR.1"), None)).await;
    let mut buried = load(&server, &by_phone).await;
    buried.merged_into = Some(by_user.clone());
    let commit = Commit {
        key: by_phone.to_string(),
        expected_version: server.app.store.load(by_phone.as_str()).await.unwrap().unwrap().version,
        value: serde_json::to_vec(&buried).ok(),
        due: None,
        journal: Vec::new(),
    };
    server.app.store.commit(commit).await.unwrap();
    assert_eq!(write(&server, "3", &phone).await, by_user);
    assert_eq!(load(&server, &by_user).await.leads.len(), 2, "it was handed over");
    assert_eq!(load(&server, &by_phone).await.identity, Identity::default(), "and nothing is left of it");
}

#[tokio::test]
async fn a_change_of_number_keeps_the_contact() {
    let server = Server::sandbox().await;
    let old = identity(Some("BR.1"), Some("5511987654321"));
    let new = identity(Some("BR.2"), Some("5511912345678"));
    let ana = write(&server, "1", &old).await;
    let kind = EventKind::Identity(IdentityChange { at: NOW, new: new.clone(), old: old.clone() });
    let event = Event { id: "2".into(), number: server.app.default_number(), kind };
    process(&server.app, &Whom::Named { identity: old, create: false }, &[event]).await.unwrap();
    assert_eq!(write(&server, "3", &new).await, ana);
    assert_eq!(load(&server, &ana).await.identity.phone.as_deref(), Some("+5511912345678"));
}

#[tokio::test]
async fn a_contact_that_cannot_be_read_is_parked_alone() {
    let server = Server::sandbox().await;
    let (ana, bia) = (identity(None, Some("5511987654321")), identity(None, Some("5511912345678")));
    let id = write(&server, "1", &ana).await;
    write(&server, "2", &bia).await;
    let version = server.app.store.load(id.as_str()).await.unwrap().unwrap().version;
    let damaged = Commit {
        key: id.to_string(),
        expected_version: version,
        value: Some(b"{\"format\":1,".to_vec()),
        due: Some(NOW.0),
        journal: Vec::new(),
    };
    server.app.store.commit(damaged.clone()).await.unwrap();

    let whom = Whom::Named { identity: ana.clone(), create: true };
    let parked = process(&server.app, &whom, &[message(&server, "3", &ana)]).await.unwrap();
    assert!(parked.parked && parked.dead == 1);
    assert_eq!(server.get("/api/v1/dead").await.json()[0]["event"]["id"], "3");
    let stored = server.app.store.load(id.as_str()).await.unwrap().unwrap();
    assert_eq!(stored.value, damaged.value.unwrap(), "the value is left as it is");
    let other = process(&server.app, &Whom::Named { identity: bia.clone(), create: true }, &[message(&server, "4", &bia)]).await;
    assert_eq!(other.unwrap().traces.len(), 1);
    assert_eq!(server.call("DELETE", &format!("/api/v1/contacts/{id}"), &json!(null)).await.status, 204);
}

#[tokio::test]
async fn a_newer_format_is_left_for_a_newer_server() {
    let server = Server::sandbox().await;
    let ana = identity(None, Some("5511987654321"));
    let id = write(&server, "1", &ana).await;
    let version = server.app.store.load(id.as_str()).await.unwrap().unwrap().version;
    let newer = json!({ "format": 99, "shape": "unknown" }).to_string().into_bytes();
    let commit = Commit { key: id.to_string(), expected_version: version, value: Some(newer), due: None, journal: Vec::new() };
    server.app.store.commit(commit).await.unwrap();
    let whom = Whom::Named { identity: ana.clone(), create: true };
    assert!(process(&server.app, &whom, &[message(&server, "2", &ana)]).await.is_err(), "it has to come again");
}

/// Two servers on one store, each of which keeps what it knows of a contact.
async fn two_servers() -> (Server, Server) {
    let store = store::memory();
    (Server::with("", store.clone()).await, Server::with("", store).await)
}

#[tokio::test]
async fn what_a_server_remembers_gives_way_to_what_another_wrote() {
    let (first, second) = two_servers().await;
    let ana = identity(None, Some("5511987654321"));
    for (number, server) in [&first, &second, &first, &first, &second].into_iter().enumerate() {
        write(server, &number.to_string(), &ana).await;
    }
    let transcript = first.transcript("+5511987654321").await;
    assert_eq!(transcript, ["in: Oi", "out: You said Oi (delivered)"].repeat(5));
}

#[tokio::test]
async fn a_contact_that_another_server_erased_is_made_anew() {
    let (first, second) = two_servers().await;
    let ana = identity(None, Some("5511987654321"));
    let id = write(&first, "1", &ana).await;
    assert_eq!(second.call("DELETE", &format!("/api/v1/contacts/{id}"), &json!(null)).await.status, 204);
    write(&first, "2", &ana).await;
    // Also by its name.
    assert_eq!(second.transcript("+5511987654321").await, ["in: Oi", "out: You said Oi (delivered)"]);
}

#[tokio::test]
async fn a_contact_that_another_server_merged_is_followed() {
    let (first, second) = two_servers().await;
    let by_phone = write(&first, "1", &identity(None, Some("5511987654321"))).await;
    let by_user = write(&second, "2", &identity(Some("BR.1"), None)).await;
    let both = identity(Some("BR.1"), Some("5511987654321"));
    assert_eq!(write(&second, "3", &both).await, by_user);
    assert_eq!(load(&second, &by_phone).await.merged_into.as_ref(), Some(&by_user));
    assert_eq!(write(&first, "4", &identity(None, Some("5511987654321"))).await, by_user);
}

#[tokio::test]
async fn a_number_that_went_to_somebody_else_is_not_remembered_as_the_old_owners() {
    let (first, second) = two_servers().await;
    let phone = identity(None, Some("5511987654321"));
    let ana = write(&first, "1", &phone).await;
    assert_eq!(write(&second, "2", &identity(Some("BR.1"), Some("5511987654321"))).await, ana);
    let bia = write(&second, "3", &identity(Some("BR.2"), Some("5511987654321"))).await;
    assert_eq!(write(&first, "4", &phone).await, bia, "the first server remembers Ana by her number alone");
}

async fn on_a_faulty_store() -> (Server, Arc<FaultyStore>, Graph) {
    let (store, graph) = (FaultyStore::new(), Graph::accepting().await);
    (Server::connected_on(&graph.address, store.clone()).await, store, graph)
}

#[tokio::test]
async fn a_busy_store_sends_the_webhook_back() {
    let (server, store, graph) = on_a_faulty_store().await;
    let body = messages(&[text("wamid.1", "5511987654321", "Oi")]);
    store.fail([Fault::Busy]);
    assert_eq!(server.webhook(&body).await, 503);
    server.settle().await;
    assert_eq!((graph.bodies().len(), server.app.store.count_contacts().await.unwrap()), (0, 0));
    assert_eq!(server.webhook(&body).await, 200);
    server.settle().await;
    assert_eq!(graph.texts(), ["You said Oi"]);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_runs_twice() {
    for fault in [Fault::LostAnswer, Fault::LostRequest, Fault::Overtaken] {
        let (server, store, graph) = on_a_faulty_store().await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", "5511987654321", "Oi")])).await, 200);
        server.settle().await;
        store.fail([fault]);
        assert_eq!(server.webhook(&messages(&[text("wamid.2", "5511987654321", "Tudo bem?")])).await, 200, "{fault:?}");
        server.settle().await;
        assert_eq!(graph.texts(), ["You said Oi", "You said Tudo bem?"], "{fault:?}");
        let transcript = server.transcript("+5511987654321").await;
        assert_eq!(transcript.iter().filter(|line| line.starts_with("in: ")).count(), 2, "{fault:?}: {transcript:?}");
    }
}

#[tokio::test]
async fn who_is_always_overtaken_gives_the_event_back() {
    let (server, store, _) = on_a_faulty_store().await;
    assert_eq!(server.webhook(&messages(&[text("wamid.1", "5511987654321", "Oi")])).await, 200);
    server.settle().await;
    store.fail([Fault::Overtaken; 9]);
    assert_eq!(server.webhook(&messages(&[text("wamid.2", "5511987654321", "?")])).await, 503);
    assert_eq!(server.webhook(&messages(&[text("wamid.2", "5511987654321", "?")])).await, 200);
}

/// The result of a send is committed in the end, though the store fails for a while.
#[tokio::test]
async fn a_result_is_brought_back_again_until_it_is_committed() {
    let (server, store, graph) = on_a_faulty_store().await;
    let graph_answered = server.webhook(&messages(&[text("wamid.1", "5511987654321", "Oi")])).await;
    assert_eq!(graph_answered, 200);
    store.fail([Fault::Busy, Fault::LostAnswer]);
    server.settle().await;
    assert_eq!(graph.bodies().len(), 1);
    assert_eq!(server.transcript("+5511987654321").await[1], "out: You said Oi (accepted)");
}

/// Begins to run an event and dies of it.
async fn die_of(server: &Server, id: &ContactId, event: &Event) {
    let mut tasks = vec![super::turns::Task::new(event)];
    let watch = server.app.probation.watch(&server.app, id, &mut tasks).await.unwrap();
    assert_eq!(tasks[0].plan, super::turns::Plan::Run);
    drop(watch);
}

#[tokio::test]
async fn what_brings_processes_down_does_not_run_for_ever() {
    let store = store::memory();
    let ana = identity(None, Some("5511987654321"));
    let whom = Whom::Named { identity: ana.clone(), create: true };
    let first = Server::with("", store.clone()).await;
    assert!(!begin_run(&first.app).await.unwrap());
    let id = find(&first.app, &whom).await.unwrap().unwrap();
    let event = message(&first, "deadly", &ana);
    die_of(&first, &id, &event).await;
    // From now on on probation: first among others, then alone.
    for _ in 0..4 {
        let next = Server::with("", store.clone()).await;
        assert!(begin_run(&next.app).await.unwrap());
        die_of(&next, &id, &event).await;
    }

    let last = Server::with("", store.clone()).await;
    assert!(begin_run(&last.app).await.unwrap());
    let done = process(&last.app, &whom, &[event, message(&last, "harmless", &ana)]).await.unwrap();
    assert_eq!(done.dead, 1);
    assert_eq!(last.get("/api/v1/dead").await.json()[0]["event"]["id"], "deadly");
    last.settle().await;
    assert_eq!(last.transcript("+5511987654321").await, ["in: Oi", "out: You said Oi (delivered)"]);

    end_run(&last.app).await.unwrap();
    let after = Server::with("", store).await;
    assert!(!begin_run(&after.app).await.unwrap(), "the last one ended well");
}

#[tokio::test(start_paused = true)]
async fn suspects_run_one_by_one_and_hold_up_nothing_else() {
    let store = store::memory();
    let [ana, bob] = ["5511987654321", "5511987654322"].map(|phone| identity(None, Some(phone)));
    let first = Server::with("", store.clone()).await;
    begin_run(&first.app).await.unwrap();
    let mut ids = Vec::new();
    for of in [&ana, &bob] {
        let whom = Whom::Named { identity: of.clone(), create: true };
        ids.push(find(&first.app, &whom).await.unwrap().unwrap());
    }
    let (of_ana, of_bob) = (message(&first, "of ana", &ana), message(&first, "of bob", &bob));
    // The first death puts the next server on probation, of which it dies with both under way.
    let second = Server::with("", store.clone()).await;
    begin_run(&second.app).await.unwrap();
    die_of(&second, &ids[0], &of_ana).await;
    die_of(&second, &ids[1], &of_bob).await;

    let last = Server::with("", store).await;
    begin_run(&last.app).await.unwrap();
    let mut suspect = vec![super::turns::Task::new(&of_ana)];
    let watch = last.app.probation.watch(&last.app, &ids[0], &mut suspect).await.unwrap();
    let whom = Whom::Contact(ids[1].clone());
    let (by_bob, again) = (message(&last, "another of bob", &bob), [of_bob]);
    let harmless = [by_bob];
    let waits = tokio::time::timeout(Duration::from_secs(60), process(&last.app, &whom, &harmless)).await;
    assert_eq!(waits.expect("it waits for no suspect").unwrap().dead, 0);
    let mut other = Box::pin(process(&last.app, &whom, &again));
    assert!(futures_util::poll!(other.as_mut()).is_pending(), "two suspects do not run at the same time");
    watch.end(&last.app).await;
    assert_eq!(other.await.unwrap().dead, 0);
}

#[tokio::test]
async fn an_event_that_runs_in_the_end_was_innocent() {
    let store = store::memory();
    let ana = identity(None, Some("5511987654321"));
    let whom = Whom::Named { identity: ana.clone(), create: true };
    let first = Server::with("", store.clone()).await;
    begin_run(&first.app).await.unwrap();
    let id = find(&first.app, &whom).await.unwrap().unwrap();
    let event = message(&first, "unlucky", &ana);
    for _ in 0..3 {
        let next = Server::with("", store.clone()).await;
        begin_run(&next.app).await.unwrap();
        die_of(&next, &id, &event).await;
    }
    let last = Server::with("", store.clone()).await;
    assert!(begin_run(&last.app).await.unwrap());
    assert_eq!(process(&last.app, &whom, &[event]).await.unwrap().dead, 0);
    last.settle().await;
    assert_eq!(last.transcript("+5511987654321").await, ["in: Oi", "out: You said Oi (delivered)"]);
}
