//! The promises of the `Store` trait as tests, written once for all stores.

use std::collections::BTreeSet;
use std::sync::Arc;

use store::{
    Commit, Direction, Due, JournalEntry, LANES, MAX_KEY_BYTES, MAX_VALUE_BYTES, MessageChange,
    Millis, NewMessage, Outcome, PutRecord, Store, StoreError, Stored, UPDATABLE_MESSAGES, lane_of,
};

/// A fresh, empty store, and what must live as long as it.
pub(crate) struct Subject {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) _folder: Option<tempfile::TempDir>,
}

/// Makes a module of tests, one for each promise, on stores made by the given expression.
macro_rules! every_store_passes {
    ($name:ident, $subject:expr) => {
        $crate::suite::every_store_passes!($name, $subject,
            a_missing_contact_is_none,
            a_commit_is_read_back,
            a_value_may_be_any_bytes,
            versions_grow_and_never_return,
            a_commit_at_another_version_conflicts_and_changes_nothing,
            a_conflict_on_a_missing_contact_has_no_current_value,
            the_due_index_follows_each_commit,
            due_contacts_come_oldest_first,
            due_contacts_keep_to_their_lane_and_limit,
            the_journal_keeps_its_order,
            the_journal_of_everybody_can_be_followed,
            a_deleted_contact_keeps_its_journal,
            a_transcript_holds_messages_and_their_news,
            news_reaches_only_the_latest_messages,
            an_alias_goes_to_whoever_is_first,
            an_alias_moves_only_from_the_one_named,
            of_many_claims_to_an_alias_one_wins,
            many_tasks_increment_one_contact_to_the_exact_sum,
            contacts_are_listed_and_counted,
            erasing_leaves_nothing,
            records_are_compared_and_set,
            records_expire,
            records_are_listed_by_kind,
            trimming_keeps_the_latest_keys,
            counters_add_up,
            limits_are_errors_that_change_nothing,
            a_store_answers_a_ping
        );
    };
    ($name:ident, $subject:expr, $($promise:ident),+) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let subject = $subject;
                    $crate::suite::$promise(&subject.store).await;
                }
            )+
        }
    };
}
pub(crate) use every_store_passes;

/// A commit of a text value, without due time and journal.
pub(crate) fn put(key: &str, expected_version: u64, value: &str) -> Commit {
    let value = Some(value.as_bytes().to_vec());
    Commit {
        key: key.into(),
        expected_version,
        value,
        due: None,
        journal: Vec::new(),
    }
}

/// The version that a commit which must not conflict gave.
pub(crate) async fn committed(store: &Arc<dyn Store>, commit: Commit) -> u64 {
    let what = format!("{commit:?}");
    match store.commit(commit).await.unwrap() {
        Outcome::Committed { version } => version,
        Outcome::Conflict { current } => panic!("{what} conflicts with {current:?}"),
    }
}

fn fact(number: i64) -> JournalEntry {
    JournalEntry::fact(number, "counted", format!("{{\"number\":{number}}}"))
}

fn message(id: &str) -> MessageChange {
    MessageChange::New(NewMessage {
        id: id.into(),
        direction: Direction::Out,
        body: "{\"text\":\"hi\"}".into(),
        wamid: None,
        status: None,
    })
}

fn status(id: &str, status: &str) -> MessageChange {
    MessageChange::Update {
        id: id.into(),
        wamid: None,
        status: Some(status.into()),
    }
}

fn record(key: &str, expected_version: u64, value: &str) -> PutRecord {
    let value = Some(value.as_bytes().to_vec());
    PutRecord {
        kind: "setting".into(),
        key: key.into(),
        expected_version,
        value,
        expires: None,
        now: 0,
    }
}

async fn due_keys(store: &Arc<dyn Store>, lane: u16, until: Millis) -> Vec<String> {
    store
        .due(lane, until, usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .map(|due| due.key)
        .collect()
}

/// Keys that share the lane of the first one.
fn neighbours(count: usize) -> Vec<String> {
    let lane = lane_of("contact-0");
    let keys = (0..).map(|number| format!("contact-{number}"));
    keys.filter(|key| lane_of(key) == lane)
        .take(count)
        .collect()
}

pub(crate) async fn a_missing_contact_is_none(store: &Arc<dyn Store>) {
    assert_eq!(store.load("ada").await.unwrap(), None);
    assert_eq!(store.alias("+491511").await.unwrap(), None);
    assert_eq!(
        store.get_record("setting", "colour", 0).await.unwrap(),
        None
    );
}

pub(crate) async fn a_commit_is_read_back(store: &Arc<dyn Store>) {
    let version = committed(store, put("ada", 0, "one")).await;
    assert_eq!(
        store.load("ada").await.unwrap(),
        Some(Stored {
            version,
            value: b"one".to_vec()
        })
    );
    let version = committed(store, put("ada", version, "two")).await;
    assert_eq!(
        store.load("ada").await.unwrap(),
        Some(Stored {
            version,
            value: b"two".to_vec()
        })
    );
}

pub(crate) async fn a_value_may_be_any_bytes(store: &Arc<dyn Store>) {
    let noise: Vec<u8> = (0..5_000_u64)
        .map(|number| (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
        .collect();
    for (key, value) in [
        ("empty", vec![]),
        ("zeros", vec![0; 100_000]),
        ("noise", noise),
        ("one", vec![255]),
    ] {
        let commit = Commit {
            value: Some(value.clone()),
            ..put(key, 0, "")
        };
        let version = committed(store, commit).await;
        assert_eq!(
            store.load(key).await.unwrap(),
            Some(Stored { version, value }),
            "{key}"
        );
    }
}

pub(crate) async fn versions_grow_and_never_return(store: &Arc<dyn Store>) {
    let first = committed(store, put("ada", 0, "one")).await;
    let second = committed(store, put("ada", first, "two")).await;
    assert!(0 < first && first < second);

    assert_eq!(
        committed(
            store,
            Commit {
                value: None,
                ..put("ada", second, "")
            }
        )
        .await,
        0
    );
    assert_eq!(store.load("ada").await.unwrap(), None);
    let third = committed(store, put("ada", 0, "three")).await;
    store.erase("ada").await.unwrap();
    let fourth = committed(store, put("ada", 0, "four")).await;
    assert!(
        second < third && third < fourth,
        "a version came back: {second}, {third}, {fourth}"
    );
}

pub(crate) async fn a_commit_at_another_version_conflicts_and_changes_nothing(
    store: &Arc<dyn Store>,
) {
    let first = committed(store, put("ada", 0, "one")).await;
    let second = committed(
        store,
        Commit {
            due: Some(50),
            ..put("ada", first, "two")
        },
    )
    .await;
    let current = Some(Stored {
        version: second,
        value: b"two".to_vec(),
    });

    for expected_version in [0, first, second + 1, u64::MAX] {
        let journal = vec![fact(1).with_message(message("m1"))];
        let late = Commit {
            due: Some(10),
            journal,
            ..put("ada", expected_version, "late")
        };
        assert_eq!(
            store.commit(late).await.unwrap(),
            Outcome::Conflict {
                current: current.clone()
            }
        );
    }
    assert_eq!(store.load("ada").await.unwrap(), current);
    assert_eq!(
        store.due(lane_of("ada"), 100, 10).await.unwrap(),
        [Due {
            key: "ada".into(),
            due: 50
        }]
    );
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap(), []);
    assert_eq!(store.journal_since(0, 10).await.unwrap(), []);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), []);
}

pub(crate) async fn a_conflict_on_a_missing_contact_has_no_current_value(store: &Arc<dyn Store>) {
    assert_eq!(
        store.commit(put("ada", 7, "late")).await.unwrap(),
        Outcome::Conflict { current: None }
    );
    let version = committed(store, put("ada", 0, "one")).await;
    committed(
        store,
        Commit {
            value: None,
            ..put("ada", version, "")
        },
    )
    .await;
    assert_eq!(
        store.commit(put("ada", version, "late")).await.unwrap(),
        Outcome::Conflict { current: None }
    );
    assert_eq!(store.load("ada").await.unwrap(), None);
}

pub(crate) async fn the_due_index_follows_each_commit(store: &Arc<dyn Store>) {
    let lane = lane_of("ada");
    let first = committed(
        store,
        Commit {
            due: Some(100),
            ..put("ada", 0, "one")
        },
    )
    .await;
    assert_eq!(due_keys(store, lane, 99).await, [""; 0]);
    assert_eq!(due_keys(store, lane, 100).await, ["ada"]);

    let second = committed(
        store,
        Commit {
            due: Some(200),
            ..put("ada", first, "two")
        },
    )
    .await;
    assert_eq!(due_keys(store, lane, 199).await, [""; 0]);
    assert_eq!(
        store.due(lane, 300, 10).await.unwrap(),
        [Due {
            key: "ada".into(),
            due: 200
        }]
    );

    let third = committed(store, put("ada", second, "three")).await;
    assert_eq!(due_keys(store, lane, Millis::MAX).await, [""; 0]);

    let fourth = committed(
        store,
        Commit {
            due: Some(-5),
            ..put("ada", third, "four")
        },
    )
    .await;
    assert_eq!(due_keys(store, lane, 0).await, ["ada"]);
    committed(
        store,
        Commit {
            value: None,
            due: Some(1),
            ..put("ada", fourth, "")
        },
    )
    .await;
    assert_eq!(
        due_keys(store, lane, Millis::MAX).await,
        [""; 0],
        "a deleted contact is never due"
    );
}

pub(crate) async fn due_contacts_come_oldest_first(store: &Arc<dyn Store>) {
    let keys = neighbours(5);
    for (key, due) in keys.iter().zip([30, 10, 20, 10, 40]) {
        committed(
            store,
            Commit {
                due: Some(due),
                ..put(key, 0, "waits")
            },
        )
        .await;
    }
    let lane = lane_of(&keys[0]);
    let mut tied = [keys[1].clone(), keys[3].clone()];
    tied.sort();
    let [tied_first, tied_last] = &tied;
    assert_eq!(
        due_keys(store, lane, 30).await,
        [tied_first, tied_last, &keys[2], &keys[0]].map(String::as_str)
    );
}

pub(crate) async fn due_contacts_keep_to_their_lane_and_limit(store: &Arc<dyn Store>) {
    let keys: Vec<String> = (0..200).map(|number| format!("contact-{number}")).collect();
    for key in &keys {
        committed(
            store,
            Commit {
                due: Some(1),
                ..put(key, 0, "waits")
            },
        )
        .await;
    }
    let mut seen = BTreeSet::new();
    for lane in 0..LANES {
        let due = due_keys(store, lane, 1).await;
        assert!(due.iter().all(|key| lane_of(key) == lane));
        assert!(store.due(lane, 1, 1).await.unwrap().len() <= 1);
        seen.extend(due);
    }
    assert_eq!(seen, keys.into_iter().collect());
}

pub(crate) async fn the_journal_keeps_its_order(store: &Arc<dyn Store>) {
    let mut version = 0;
    for start in [1, 4, 7] {
        let journal = vec![fact(start), fact(start + 1), fact(start + 2)];
        version = committed(
            store,
            Commit {
                journal,
                ..put("ada", version, "counts")
            },
        )
        .await;
        committed(
            store,
            Commit {
                journal: vec![fact(0)],
                ..put(&format!("other-{start}"), 0, "x")
            },
        )
        .await;
    }

    let rows = store.journal_of("ada", None, 100).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        [9, 8, 7, 6, 5, 4, 3, 2, 1]
    );
    assert!(
        rows.iter()
            .all(|row| row.contact == "ada" && row.kind == "counted")
    );
    assert_eq!(rows[0].body, "{\"number\":9}");

    let page = store
        .journal_of("ada", Some(rows[3].position), 2)
        .await
        .unwrap();
    assert_eq!(page, rows[4..6]);
    let between = store
        .journal_of("ada", Some(rows[0].position + 1), 1)
        .await
        .unwrap();
    assert_eq!(
        between,
        rows[..1],
        "a page may begin at a position that is nobody's"
    );
    assert_eq!(
        store
            .journal_of("ada", Some(rows[8].position), 10)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.journal_of("nobody", None, 10).await.unwrap(), []);
}

pub(crate) async fn the_journal_of_everybody_can_be_followed(store: &Arc<dyn Store>) {
    for number in 1..=5 {
        let key = format!("contact-{number}");
        committed(
            store,
            Commit {
                journal: vec![fact(number)],
                ..put(&key, 0, "counts")
            },
        )
        .await;
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
    let expected: Vec<_> = (1..=5)
        .map(|number| (format!("contact-{number}"), number))
        .collect();
    assert_eq!(seen, expected);
}

pub(crate) async fn a_deleted_contact_keeps_its_journal(store: &Arc<dyn Store>) {
    let first = Commit {
        journal: vec![fact(1).with_message(message("m1"))],
        ..put("ada", 0, "one")
    };
    let version = committed(store, first).await;
    committed(
        store,
        Commit {
            value: None,
            journal: vec![fact(2)],
            ..put("ada", version, "")
        },
    )
    .await;
    committed(
        store,
        Commit {
            journal: vec![fact(3)],
            ..put("ada", 0, "again")
        },
    )
    .await;

    let times: Vec<_> = store
        .journal_of("ada", None, 10)
        .await
        .unwrap()
        .iter()
        .map(|row| row.at)
        .collect();
    assert_eq!(times, [3, 2, 1]);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap().len(), 1);
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
    let version = committed(
        store,
        Commit {
            journal,
            ..put("ada", 0, "one")
        },
    )
    .await;
    let sent = MessageChange::Update {
        id: "m1".into(),
        wamid: Some("wamid.B".into()),
        status: Some("sent".into()),
    };
    let journal = vec![
        JournalEntry::fact(13, "sent", "{}").with_message(sent),
        JournalEntry::fact(14, "status", "{}").with_message(status("m1", "read")),
        JournalEntry::fact(15, "status", "{}")
            .with_message(status("nothing known of this", "read")),
    ];
    committed(
        store,
        Commit {
            journal,
            ..put("ada", version, "two")
        },
    )
    .await;
    committed(
        store,
        Commit {
            journal: vec![fact(1).with_message(message("m1"))],
            ..put("bob", 0, "x")
        },
    )
    .await;

    let messages = store.messages_of("ada", None, 10).await.unwrap();
    let [newest, oldest] = messages.as_slice() else {
        panic!("expected two messages: {messages:?}")
    };
    assert_eq!(
        (newest.id.as_str(), newest.at, newest.direction),
        ("m1", 12, Direction::Out)
    );
    assert_eq!(
        (newest.wamid.as_deref(), newest.status.as_deref()),
        (Some("wamid.B"), Some("read"))
    );
    assert_eq!(
        (oldest.id.as_str(), oldest.at, oldest.direction),
        ("wamid.A", 10, Direction::In)
    );
    assert_eq!(
        (oldest.body.as_str(), oldest.status.as_deref()),
        ("{\"text\":\"hello\"}", None)
    );

    let rows = store.journal_of("ada", None, 10).await.unwrap();
    assert_eq!(
        (rows[3].position, rows[5].position),
        (newest.position, oldest.position)
    );
    assert_eq!(
        store.messages_of("ada", None, 1).await.unwrap(),
        messages[..1]
    );
    assert_eq!(
        store
            .messages_of("ada", Some(newest.position), 10)
            .await
            .unwrap(),
        messages[1..]
    );
    assert_eq!(
        store.messages_of("bob", None, 10).await.unwrap()[0].status,
        None,
        "bob's m1 is another"
    );
}

pub(crate) async fn news_reaches_only_the_latest_messages(store: &Arc<dyn Store>) {
    let many =
        (0..=UPDATABLE_MESSAGES).map(|number| fact(0).with_message(message(&format!("m{number}"))));
    let version = committed(
        store,
        Commit {
            journal: many.collect(),
            ..put("ada", 0, "one")
        },
    )
    .await;
    let journal = ["m0", "m1"]
        .map(|id| fact(1).with_message(status(id, "read")))
        .to_vec();
    committed(
        store,
        Commit {
            journal,
            ..put("ada", version, "two")
        },
    )
    .await;

    let messages = store.messages_of("ada", None, usize::MAX).await.unwrap();
    let [.., second, first] = messages.as_slice() else {
        panic!("expected many messages")
    };
    assert_eq!(
        (second.id.as_str(), second.status.as_deref()),
        ("m1", Some("read"))
    );
    assert_eq!((first.id.as_str(), first.status.as_deref()), ("m0", None));
}

pub(crate) async fn an_alias_goes_to_whoever_is_first(store: &Arc<dyn Store>) {
    assert_eq!(
        store.set_alias("+491511", "ada", None).await.unwrap(),
        "ada"
    );
    assert_eq!(
        store.set_alias("+491511", "bob", None).await.unwrap(),
        "ada"
    );
    assert_eq!(
        store.set_alias("+491511", "ada", None).await.unwrap(),
        "ada"
    );
    assert_eq!(
        store.alias("+491511").await.unwrap().as_deref(),
        Some("ada")
    );
}

pub(crate) async fn an_alias_moves_only_from_the_one_named(store: &Arc<dyn Store>) {
    store.set_alias("+491511", "ada", None).await.unwrap();
    assert_eq!(
        store
            .set_alias("+491511", "cyd", Some("bob"))
            .await
            .unwrap(),
        "ada"
    );
    assert_eq!(
        store
            .set_alias("+491511", "bob", Some("ada"))
            .await
            .unwrap(),
        "bob"
    );
    assert_eq!(
        store.alias("+491511").await.unwrap().as_deref(),
        Some("bob")
    );
    assert_eq!(
        store
            .set_alias("+491522", "bob", Some("ada"))
            .await
            .unwrap(),
        "bob",
        "free for all"
    );
}

pub(crate) async fn of_many_claims_to_an_alias_one_wins(store: &Arc<dyn Store>) {
    let claims: Vec<_> = (0..32)
        .map(|number| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                store
                    .set_alias("+491511", &format!("contact-{number}"), None)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut holders = BTreeSet::new();
    for claim in claims {
        holders.insert(claim.await.unwrap());
    }
    assert_eq!(
        holders.into_iter().collect::<Vec<_>>(),
        [store.alias("+491511").await.unwrap().unwrap()]
    );
}

pub(crate) async fn many_tasks_increment_one_contact_to_the_exact_sum(store: &Arc<dyn Store>) {
    const TASKS: usize = 16;
    const TURNS: usize = 25;
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in 0..TURNS {
                    increment_contact(&store).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let total = TASKS * TURNS;
    assert_eq!(
        store.load("sum").await.unwrap().unwrap().value,
        total.to_string().into_bytes()
    );
    let numbers = store.journal_of("sum", None, usize::MAX).await.unwrap();
    let numbers: Vec<_> = numbers
        .iter()
        .rev()
        .map(|row| row.body.parse::<usize>().unwrap())
        .collect();
    assert_eq!(
        numbers,
        (1..=total).collect::<Vec<_>>(),
        "each commit has its fact, and no conflict has one"
    );
}

/// Adds one to the number in a contact's value, as often as others are quicker.
async fn increment_contact(store: &Arc<dyn Store>) {
    let mut current = store.load("sum").await.unwrap();
    loop {
        let version = current.as_ref().map_or(0, |stored| stored.version);
        let text = current.map_or("0".to_owned(), |stored| {
            String::from_utf8(stored.value).unwrap()
        });
        let next = (text.parse::<u64>().unwrap() + 1).to_string();
        let journal = vec![JournalEntry::fact(0, "added", next.clone())];
        match store
            .commit(Commit {
                journal,
                ..put("sum", version, &next)
            })
            .await
            .unwrap()
        {
            Outcome::Committed { .. } => return,
            Outcome::Conflict { current: now } => current = now,
        }
    }
}

pub(crate) async fn contacts_are_listed_and_counted(store: &Arc<dyn Store>) {
    for key in ["cyd", "ada", "dan", "bob"] {
        committed(store, put(key, 0, "x")).await;
    }
    let version = store.load("bob").await.unwrap().unwrap().version;
    committed(
        store,
        Commit {
            value: None,
            ..put("bob", version, "")
        },
    )
    .await;
    store.erase("dan").await.unwrap();
    store.erase("nobody").await.unwrap();

    assert_eq!(store.list_contacts(None, 10).await.unwrap(), ["ada", "cyd"]);
    assert_eq!(store.list_contacts(None, 1).await.unwrap(), ["ada"]);
    assert_eq!(store.list_contacts(Some("ada"), 10).await.unwrap(), ["cyd"]);
    assert_eq!(store.list_contacts(Some("bob"), 10).await.unwrap(), ["cyd"]);
    assert_eq!(store.count_contacts().await.unwrap(), 2);

    committed(store, put("bob", 0, "again")).await;
    assert_eq!(store.count_contacts().await.unwrap(), 3);
}

pub(crate) async fn erasing_leaves_nothing(store: &Arc<dyn Store>) {
    let mut version = 0;
    for number in 1..=3 {
        let journal = vec![fact(number).with_message(message("m")), fact(number)];
        version = committed(
            store,
            Commit {
                due: Some(1),
                journal,
                ..put("ada", version, "secret")
            },
        )
        .await;
    }
    let others = Commit {
        due: Some(1),
        journal: vec![fact(9).with_message(message("m"))],
        ..put("bob", 0, "stays")
    };
    committed(store, others).await;
    for (alias, contact) in [
        ("+491511", "ada"),
        ("user-1", "ada"),
        ("+491522", "bob"),
        ("+491533", "ghost"),
    ] {
        store.set_alias(alias, contact, None).await.unwrap();
    }

    assert!(store.erase("ada").await.unwrap());
    assert!(!store.erase("ada").await.unwrap());
    assert!(
        store.erase("ghost").await.unwrap(),
        "an alias alone is something known"
    );

    assert_eq!(store.load("ada").await.unwrap(), None);
    assert_eq!(due_keys(store, lane_of("ada"), Millis::MAX).await, [""; 0]);
    assert_eq!(store.journal_of("ada", None, 10).await.unwrap(), []);
    assert_eq!(store.messages_of("ada", None, 10).await.unwrap(), []);
    for alias in ["+491511", "user-1", "+491533"] {
        assert_eq!(store.alias(alias).await.unwrap(), None);
    }
    let late = store.commit(put("ada", version, "late")).await.unwrap();
    assert_eq!(
        late,
        Outcome::Conflict { current: None },
        "a turn that ran meanwhile brings nothing back"
    );

    let left: Vec<_> = store
        .journal_since(0, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.contact)
        .collect();
    assert_eq!(left, ["bob"]);
    assert_eq!(store.messages_of("bob", None, 10).await.unwrap().len(), 1);
    assert_eq!(due_keys(store, lane_of("bob"), 1).await, ["bob"]);
    assert_eq!(
        store.alias("+491522").await.unwrap().as_deref(),
        Some("bob")
    );
}

pub(crate) async fn records_are_compared_and_set(store: &Arc<dyn Store>) {
    let Outcome::Committed { version } =
        store.put_record(record("colour", 0, "red")).await.unwrap()
    else {
        panic!("the record is new")
    };
    let red = Some(Stored {
        version,
        value: b"red".to_vec(),
    });
    assert_eq!(store.get_record("setting", "colour", 0).await.unwrap(), red);
    assert_eq!(
        store.get_record("draft", "colour", 0).await.unwrap(),
        None,
        "kinds are apart"
    );

    let late = store.put_record(record("colour", 0, "blue")).await.unwrap();
    assert_eq!(
        late,
        Outcome::Conflict {
            current: red.clone()
        }
    );
    let Outcome::Committed { version: second } = store
        .put_record(record("colour", version, "blue"))
        .await
        .unwrap()
    else {
        panic!("the version was right")
    };
    assert!(second > version);

    let gone = PutRecord {
        value: None,
        ..record("colour", second, "")
    };
    assert_eq!(
        store.put_record(gone).await.unwrap(),
        Outcome::Committed { version: 0 }
    );
    assert_eq!(
        store.get_record("setting", "colour", 0).await.unwrap(),
        None
    );
    let Outcome::Committed { version: third } =
        store.put_record(record("colour", 0, "red")).await.unwrap()
    else {
        panic!("the record is new again")
    };
    assert!(third > second, "a version came back");
}

pub(crate) async fn records_expire(store: &Arc<dyn Store>) {
    let key = |expires, now| PutRecord {
        kind: "seen".into(),
        expires: Some(expires),
        now,
        ..record("k", 0, "first")
    };
    let first = store.put_record(key(100, 0)).await.unwrap();
    assert!(matches!(first, Outcome::Committed { .. }));
    assert!(matches!(
        store.put_record(key(200, 99)).await.unwrap(),
        Outcome::Conflict { current: Some(_) }
    ));

    assert!(store.get_record("seen", "k", 99).await.unwrap().is_some());
    assert_eq!(store.get_record("seen", "k", 100).await.unwrap(), None);
    assert_eq!(
        store
            .list_records("seen", None, 99, 10)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(store.list_records("seen", None, 100, 10).await.unwrap(), []);

    let again = store.put_record(key(200, 100)).await.unwrap();
    assert!(
        matches!(again, Outcome::Committed { .. }),
        "an expired record does not stand in the way: {again:?}"
    );
    assert!(store.get_record("seen", "k", 199).await.unwrap().is_some());
}

pub(crate) async fn records_are_listed_by_kind(store: &Arc<dyn Store>) {
    for key in ["b", "a", "c"] {
        store.put_record(record(key, 0, key)).await.unwrap();
    }
    store
        .put_record(PutRecord {
            kind: "draft".into(),
            ..record("a", 0, "other")
        })
        .await
        .unwrap();

    let keys = |records: Vec<store::Record>| {
        records
            .into_iter()
            .map(|record| record.key)
            .collect::<Vec<_>>()
    };
    let all = store.list_records("setting", None, 0, 10).await.unwrap();
    assert!(
        all.iter()
            .all(|record| record.stored.value == record.key.as_bytes())
    );
    assert_eq!(keys(all), ["a", "b", "c"]);
    assert_eq!(
        keys(
            store
                .list_records("setting", Some("a"), 0, 1)
                .await
                .unwrap()
        ),
        ["b"]
    );
    assert_eq!(
        keys(
            store
                .list_records("setting", Some("c"), 0, 1)
                .await
                .unwrap()
        ),
        [""; 0]
    );
    assert_eq!(
        keys(store.list_records("bot", None, 0, 10).await.unwrap()),
        [""; 0]
    );
}

pub(crate) async fn trimming_keeps_the_latest_keys(store: &Arc<dyn Store>) {
    for (key, expires) in [
        ("1", None),
        ("2", None),
        ("3", Some(50)),
        ("4", None),
        ("5", None),
    ] {
        store
            .put_record(PutRecord {
                expires,
                ..record(key, 0, key)
            })
            .await
            .unwrap();
    }
    store
        .put_record(PutRecord {
            kind: "draft".into(),
            ..record("1", 0, "other")
        })
        .await
        .unwrap();

    assert_eq!(store.trim_records("setting", 10, 0).await.unwrap(), 0);
    assert_eq!(
        store.trim_records("setting", 2, 50).await.unwrap(),
        2,
        "the expired one went by itself"
    );
    let left: Vec<_> = store.list_records("setting", None, 0, 10).await.unwrap();
    assert_eq!(
        left.iter()
            .map(|record| record.key.as_str())
            .collect::<Vec<_>>(),
        ["4", "5"]
    );
    assert_eq!(
        store
            .list_records("draft", None, 0, 10)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(store.trim_records("setting", 0, 50).await.unwrap(), 2);
    assert_eq!(
        store.list_records("setting", None, 0, 10).await.unwrap(),
        []
    );
}

pub(crate) async fn counters_add_up(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.increment("turn", 2).await.unwrap() })
        })
        .collect();
    let mut sums = BTreeSet::new();
    for task in tasks {
        sums.insert(task.await.unwrap());
    }
    assert_eq!(sums, (1..=20).map(|number| number * 2).collect());
    assert_eq!(store.increment("turn", 0).await.unwrap(), 40);
    assert_eq!(store.increment("other", 1).await.unwrap(), 1);

    let error = store.increment("turn", u64::MAX).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(store.increment("turn", 0).await.unwrap(), 40);
}

pub(crate) async fn limits_are_errors_that_change_nothing(store: &Arc<dyn Store>) {
    let long = "k".repeat(MAX_KEY_BYTES + 1);
    let large = Some(vec![0; MAX_VALUE_BYTES + 1]);
    let errors = [
        store.commit(put("", 0, "x")).await.unwrap_err(),
        store.commit(put(&long, 0, "x")).await.unwrap_err(),
        store
            .commit(Commit {
                value: large.clone(),
                ..put("ada", 0, "")
            })
            .await
            .unwrap_err(),
        store.put_record(record(&long, 0, "x")).await.unwrap_err(),
        store
            .put_record(PutRecord {
                value: large,
                ..record("colour", 0, "")
            })
            .await
            .unwrap_err(),
        store.set_alias(&long, "ada", None).await.unwrap_err(),
        store.set_alias("+491511", "", None).await.unwrap_err(),
        store.increment("", 1).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert!(
            error.to_string().len() < 200,
            "an error does not repeat all it was given: {error}"
        );
    }
    assert_eq!(store.count_contacts().await.unwrap(), 0);
    assert_eq!(store.alias("+491511").await.unwrap(), None);
    let longest = "k".repeat(MAX_KEY_BYTES);
    committed(store, put(&longest, 0, "fits")).await;
}

pub(crate) async fn a_store_answers_a_ping(store: &Arc<dyn Store>) {
    store.ping().await.unwrap();
}
