//! The journal and the transcripts made from it.

use std::sync::Arc;

use store::{Commit, Direction, JournalEntry, MessageChange, NewMessage, Store, UPDATABLE_MESSAGES};

use super::{committed, fact, message, put};

pub(crate) async fn the_journal_keeps_its_order(store: &Arc<dyn Store>) {
    let mut version = 0;
    for start in [1, 4, 7] {
        let journal = vec![fact(start), fact(start + 1), fact(start + 2)];
        version = committed(store, Commit { journal, ..put("ada", version, "counts") }).await;
        committed(store, Commit { journal: vec![fact(0)], ..put(&format!("other-{start}"), 0, "x") }).await;
    }

    let rows = store.journal_of("ada", None, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert!(rows.iter().all(|row| row.contact == "ada" && row.kind == "counted"));
    assert_eq!(rows[0].body, "{\"number\":9}");

    let page = store.journal_of("ada", Some(rows[3].position), 2).await.unwrap();
    assert_eq!(page, rows[4..6]);
    let between = store.journal_of("ada", Some(rows[0].position + 1), 1).await.unwrap();
    assert_eq!(between, rows[..1], "a page may begin at a position that is nobody's");
    assert_eq!(store.journal_of("ada", Some(rows[8].position), 10).await.unwrap(), []);
    assert_eq!(store.journal_of("nobody", None, 10).await.unwrap(), []);
}

pub(crate) async fn the_journal_of_everybody_can_be_followed(store: &Arc<dyn Store>) {
    for number in 1..=5 {
        let key = format!("contact-{number}");
        committed(store, Commit { journal: vec![fact(number)], ..put(&key, 0, "counts") }).await;
    }
    let mut position = 0;
    let mut seen = Vec::new();
    loop {
        let rows = store.journal_since(position, 2).await.unwrap();
        assert!(rows.len() <= 2 && rows.iter().all(|row| row.position > position));
        let Some(last) = rows.last() else { break };
        position = last.position;
        seen.extend(rows.into_iter().map(|row| (row.contact, row.at)));
    }
    // Contacts that are written at about the same time may come in any order.
    seen.sort();
    let expected: Vec<_> = (1..=5).map(|number| (format!("contact-{number}"), number)).collect();
    assert_eq!(seen, expected);
}

pub(crate) async fn a_deleted_contact_keeps_its_journal(store: &Arc<dyn Store>) {
    let first = Commit { journal: vec![fact(1).with_message(message("m1"))], ..put("ada", 0, "one") };
    let version = committed(store, first).await;
    committed(store, Commit { value: None, journal: vec![fact(2)], ..put("ada", version, "") }).await;
    committed(store, Commit { journal: vec![fact(3)], ..put("ada", 0, "again") }).await;

    let times: Vec<_> = store.journal_of("ada", None, 10).await.unwrap().iter().map(|row| row.at).collect();
    assert_eq!(times, [3, 2, 1]);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap().len(), 1);
}

fn status(id: &str, status: &str) -> MessageChange {
    MessageChange::Update { id: id.into(), wamid: None, status: Some(status.into()), body: None }
}

pub(crate) async fn a_transcript_holds_messages_and_their_news(store: &Arc<dyn Store>) {
    let received = MessageChange::New(NewMessage {
        id: "wamid.A".into(),
        direction: Direction::In,
        body: "{\"text\":\"hello\"}".into(),
        wamid: Some("wamid.A".into()),
        status: None,
    });
    let journal = vec![
        JournalEntry::fact(10, "received", "{}").with_message(received),
        JournalEntry::fact(11, "ran", "{}"),
        JournalEntry::fact(12, "queued", "{}").with_message(message("m1")),
    ];
    let version = committed(store, Commit { journal, ..put("ada", 0, "one") }).await;
    let rewritten = "{\"text\":\"hello there\"}";
    let heard = MessageChange::Update { id: "wamid.A".into(), wamid: None, status: None, body: Some(rewritten.into()) };
    let sent = MessageChange::Update { id: "m1".into(), wamid: Some("wamid.B".into()), status: Some("sent".into()), body: None };
    let journal = vec![
        JournalEntry::fact(13, "sent", "{}").with_message(sent),
        JournalEntry::fact(14, "status", "{}").with_message(status("m1", "read")),
        JournalEntry::fact(15, "transcribed", rewritten).with_message(heard),
        JournalEntry::fact(15, "status", "{}").with_message(status("nothing known of this", "read")),
    ];
    committed(store, Commit { journal, ..put("ada", version, "two") }).await;
    committed(store, Commit { journal: vec![fact(1).with_message(message("m1"))], ..put("bob", 0, "x") }).await;

    let messages = store.messages_of("ada", None, 10).await.unwrap();
    let [newest, oldest] = messages.as_slice() else { panic!("expected two messages: {messages:?}") };
    assert_eq!((newest.id.as_str(), newest.at, newest.direction), ("m1", 12, Direction::Out));
    assert_eq!((newest.wamid.as_deref(), newest.status.as_deref()), (Some("wamid.B"), Some("read")));
    assert_eq!((oldest.id.as_str(), oldest.at, oldest.direction), ("wamid.A", 10, Direction::In));
    assert_eq!((oldest.body.as_str(), oldest.status.as_deref()), (rewritten, None), "as it reads now");

    let rows = store.journal_of("ada", None, 10).await.unwrap();
    assert_eq!((rows[4].position, rows[6].position), (newest.position, oldest.position));
    assert_eq!(store.messages_of("ada", None, 1).await.unwrap(), messages[..1]);
    assert_eq!(store.messages_of("ada", Some(newest.position), 10).await.unwrap(), messages[1..]);
    assert_eq!(store.messages_of("bob", None, 10).await.unwrap()[0].status, None, "bob's m1 is another");
}

pub(crate) async fn news_reaches_only_the_latest_messages(store: &Arc<dyn Store>) {
    let many = (0..=UPDATABLE_MESSAGES).map(|number| fact(0).with_message(message(&format!("m{number}"))));
    let version = committed(store, Commit { journal: many.collect(), ..put("ada", 0, "one") }).await;
    let journal = ["m0", "m1"].map(|id| fact(1).with_message(status(id, "read"))).to_vec();
    committed(store, Commit { journal, ..put("ada", version, "two") }).await;

    let messages = store.messages_of("ada", None, usize::MAX).await.unwrap();
    let [.., second, first] = messages.as_slice() else { panic!("expected many messages") };
    assert_eq!((second.id.as_str(), second.status.as_deref()), ("m1", Some("read")));
    assert_eq!((first.id.as_str(), first.status.as_deref()), ("m0", None));
}
