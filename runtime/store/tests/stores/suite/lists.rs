//! The lists of conversations and contacts, and making them again.

use std::sync::Arc;

use store::{
    Commit, ContactQuery, Conversation, ConversationQuery, ConversationSort, ConversationState, JournalEntry, ListChange,
    ListedConversation, OwnedBy, Profile, Store,
};

use super::{committed, fact, message, put};

const HOUR: i64 = 3_600_000;

pub(crate) fn profile(name: &str, phone: &str) -> ListChange {
    ListChange::Profile(Profile { name: Some(name.into()), phone: Some(phone.into()), ..Profile::default() })
}

/// A conversation with number 1001, last active at 10.
fn conversation(state: ConversationState) -> Conversation {
    Conversation { number: "1001".into(), owner: None, state, waiting_since: None, window_closes: Some(100), last_active: 10 }
}

/// Writes a contact whose one fact lists it so.
pub(crate) async fn list(store: &Arc<dyn Store>, key: &str, at: i64, changes: Vec<ListChange>) -> u64 {
    let journal = vec![JournalEntry::fact(at, "received", "{}").with_lists(changes)];
    committed(store, Commit { journal, ..put(key, 0, "x") }).await
}

async fn list_conversation(store: &Arc<dyn Store>, key: &str, row: Conversation) {
    list(store, key, 0, vec![ListChange::Conversation(row)]).await;
}

async fn keys(store: &Arc<dyn Store>, query: ConversationQuery) -> Vec<String> {
    store.conversations(query).await.unwrap().into_iter().map(|listed| listed.contact).collect()
}

async fn found(store: &Arc<dyn Store>, search: &str) -> Vec<String> {
    let query = ContactQuery { search: Some(search.into()), ..ContactQuery::default() };
    store.contacts(query).await.unwrap().into_iter().map(|listed| listed.contact).collect()
}

pub(crate) async fn conversations_are_listed_by_who_is_to_act(store: &Arc<dyn Store>) {
    let waiting = Conversation { waiting_since: Some(5), ..conversation(ConversationState::Waiting) };
    list_conversation(store, "ada", Conversation { owner: Some("user:ana".into()), ..waiting.clone() }).await;
    list_conversation(store, "bob", waiting).await;
    list_conversation(store, "cyd", conversation(ConversationState::Bot)).await;
    list_conversation(store, "dan", Conversation { number: "1002".into(), ..conversation(ConversationState::Human) }).await;
    list_conversation(store, "eve", Conversation { window_closes: None, ..conversation(ConversationState::Idle) }).await;

    let query = ConversationQuery::default;
    assert_eq!(keys(store, query()).await, ["eve", "dan", "cyd", "bob", "ada"]);
    assert_eq!(keys(store, ConversationQuery { waiting: true, ..query() }).await, ["bob", "ada"]);
    let mine = OwnedBy::Owner("user:ana".into());
    assert_eq!(keys(store, ConversationQuery { owner: mine, ..query() }).await, ["ada"]);
    let unassigned = ConversationQuery { owner: OwnedBy::Nobody, waiting: true, ..query() };
    assert_eq!(keys(store, unassigned).await, ["bob"]);
    assert_eq!(keys(store, ConversationQuery { number: Some("1002".into()), ..query() }).await, ["dan"]);
    assert_eq!(keys(store, ConversationQuery { state: Some(ConversationState::Bot), ..query() }).await, ["cyd"]);
    assert_eq!(keys(store, ConversationQuery { window_before: Some(101), ..query() }).await, ["dan", "cyd", "bob", "ada"]);
    assert_eq!(keys(store, ConversationQuery { window_before: Some(100), ..query() }).await, [""; 0]);
    assert_eq!(keys(store, ConversationQuery { window_from: Some(101), ..query() }).await, [""; 0]);

    let version = store.load("bob").await.unwrap().unwrap().version;
    let answered = ListChange::Conversation(Conversation { last_active: 20, ..conversation(ConversationState::Human) });
    let journal = vec![fact(1), JournalEntry::fact(2, "queued", "{}").with_lists(vec![profile("Bob", "+491522"), answered])];
    committed(store, Commit { journal, ..put("bob", version, "y") }).await;
    assert_eq!(keys(store, ConversationQuery { waiting: true, ..query() }).await, ["ada"]);
    let first = store.conversations(ConversationQuery { limit: 1, ..query() }).await.unwrap().remove(0);
    let expected = Conversation { last_active: 20, ..conversation(ConversationState::Human) };
    let profile = Profile { name: Some("Bob".into()), phone: Some("+491522".into()), ..Profile::default() };
    assert_eq!(first, ListedConversation { contact: "bob".into(), profile, conversation: expected });
}

pub(crate) async fn conversations_come_in_order_and_in_pages(store: &Arc<dyn Store>) {
    for (key, waiting_since, window_closes, last_active) in
        [("ada", 30, 100, 7), ("bob", 10, 300, 7), ("cyd", 20, 200, 7), ("dan", 10, 200, 9)]
    {
        let row = Conversation {
            waiting_since: Some(waiting_since),
            window_closes: Some(window_closes),
            last_active,
            ..conversation(ConversationState::Waiting)
        };
        list_conversation(store, key, row).await;
    }
    list_conversation(store, "eve", Conversation { window_closes: None, ..conversation(ConversationState::Idle) }).await;

    for (sort, expected) in [
        (ConversationSort::Waiting, vec!["bob", "dan", "cyd", "ada"]),
        (ConversationSort::Window, vec!["ada", "cyd", "dan", "bob"]),
        (ConversationSort::Active, vec!["eve", "dan", "cyd", "bob", "ada"]),
    ] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let query = ConversationQuery { sort, after: after.take(), limit: 2, ..ConversationQuery::default() };
            let page = store.conversations(query).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.place(sort);
            seen.extend(page.into_iter().map(|listed| listed.contact));
        }
        assert_eq!(seen, expected, "{sort:?}");
    }
}

pub(crate) async fn contacts_are_found_by_parts_of_name_and_number(store: &Arc<dyn Store>) {
    let zoe = Profile {
        name: Some("Zoë Müller-Souza".into()),
        phone: Some("+5511987654321".into()),
        user_id: Some("BR.1349120865530274".into()),
        username: Some("zoe.m".into()),
    };
    let version = list(store, "zoe", 0, vec![ListChange::Profile(zoe.clone())]).await;
    list(store, "ana", 0, vec![profile("Ana Souza", "+5511912345678")]).await;

    for search in ["zoe", "ZOË", "müll", "ouza MULLER", "987654321", "+55 (11) 98765-4321", "1349120865530274", "zoe.m"] {
        assert_eq!(found(store, search).await, ["zoe"], "{search}");
    }
    assert_eq!(found(store, "souza").await, ["zoe", "ana"]);
    assert_eq!(found(store, "5511").await, ["zoe", "ana"]);
    for search in ["zoes", "ana muller", "z%e", "_oe", "zoe' OR 'a", "13491208655302749"] {
        assert_eq!(found(store, search).await, [""; 0], "{search}");
    }
    assert_eq!(found(store, "%").await, ["zoe", "ana"], "no word, no condition");
    let listed = store.contacts(ContactQuery { search: Some("zoe".into()), ..ContactQuery::default() }).await.unwrap();
    assert_eq!(listed[0].profile, zoe);

    let journal = vec![fact(1).with_lists(vec![profile("Maria", "+5511987654321")])];
    committed(store, Commit { journal, ..put("zoe", version, "y") }).await;
    assert_eq!(found(store, "zoe").await, [""; 0], "nobody is found by the name before");
    assert_eq!(found(store, "maria").await, ["zoe"]);
}

pub(crate) async fn contacts_come_by_when_they_were_active(store: &Arc<dyn Store>) {
    for (key, hour) in [("ada", 5), ("bob", 7), ("cyd", 6), ("dan", 7)] {
        list(store, key, hour * HOUR + 1, vec![profile(key, "+491511")]).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.contacts(ContactQuery { after: after.take(), limit: 3, ..ContactQuery::default() }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        seen.extend(page.into_iter().map(|listed| (listed.contact, listed.last_active / HOUR)));
    }
    assert_eq!(seen, [("dan", 7), ("bob", 7), ("cyd", 6), ("ada", 5)].map(|(key, hour)| (key.to_owned(), hour)));

    let version = store.load("ada").await.unwrap().unwrap().version;
    committed(store, Commit { journal: vec![fact(9 * HOUR + 7)], ..put("ada", version, "y") }).await;
    let idle = ContactQuery { idle_since: Some(7 * HOUR), ..ContactQuery::default() };
    let idle: Vec<_> = store.contacts(idle).await.unwrap().into_iter().map(|listed| listed.contact).collect();
    assert_eq!(idle, ["cyd"], "a fact of any kind is a sign of life");
    let all = store.contacts(ContactQuery::default()).await.unwrap();
    assert_eq!((all[0].contact.as_str(), all[0].last_active), ("ada", 9 * HOUR));
}

pub(crate) async fn who_is_not_listed_is_told(store: &Arc<dyn Store>) {
    for key in ["cyd", "ada", "dan", "bob"] {
        committed(store, Commit { journal: vec![fact(5 * HOUR)], ..put(key, 0, "x") }).await;
    }
    assert_eq!(store.unlisted_contacts(None, 3).await.unwrap(), ["ada", "bob", "cyd"]);
    let version = store.load("bob").await.unwrap().unwrap().version;
    let journal = vec![JournalEntry::fact(0, "listed", "{}").with_lists(vec![profile("Bob", "+491522")])];
    committed(store, Commit { journal, ..put("bob", version, "y") }).await;
    assert_eq!(store.unlisted_contacts(None, 3).await.unwrap(), ["ada", "cyd", "dan"]);
    assert_eq!(store.unlisted_contacts(Some("ada"), 1).await.unwrap(), ["cyd"]);
    let listed = store.contacts(ContactQuery::default()).await.unwrap();
    assert_eq!(listed[0].last_active, 5 * HOUR, "its journal is older than its row");
}

pub(crate) async fn rows_go_with_their_contact(store: &Arc<dyn Store>) {
    let rows = || vec![profile("Ada Rhubarb", "+491511"), ListChange::Conversation(conversation(ConversationState::Bot))];
    let version = list(store, "ada", 0, rows()).await;
    list(store, "bob", 0, rows()).await;
    let journal = vec![fact(1).with_lists(vec![ListChange::Unlisted])];
    committed(store, Commit { journal, ..put("ada", version, "merged into bob") }).await;
    assert_eq!(found(store, "rhubarb").await, ["bob"]);
    assert_eq!(keys(store, ConversationQuery::default()).await, ["bob"]);

    assert!(store.erase("bob").await.unwrap());
    assert_eq!(found(store, "rhubarb").await, [""; 0]);
    assert_eq!(keys(store, ConversationQuery::default()).await, [""; 0]);
    list(store, "bob", 0, vec![profile("Bob", "+491522")]).await;
    assert_eq!(found(store, "bob").await, ["bob"]);
    assert_eq!(found(store, "rhubarb").await, [""; 0]);
}

/// All that can be made again.
async fn read_models(store: &Arc<dyn Store>) -> String {
    let messages = [store.messages_of("ada", None, 10).await.unwrap(), store.messages_of("bob", None, 10).await.unwrap()];
    let conversations = store.conversations(ConversationQuery::default()).await.unwrap();
    format!("{messages:?}\n{conversations:?}\n{:?}", store.contacts(ContactQuery::default()).await.unwrap())
}

async fn rebuild(store: &Arc<dyn Store>) -> (u64, u64, u64) {
    let (mut sums, mut after) = ((0, 0, 0), None);
    loop {
        let rebuilt = store.rebuild(after.as_deref(), 1).await.unwrap();
        sums = (sums.0 + rebuilt.contacts, sums.1 + rebuilt.messages, sums.2 + rebuilt.conversations);
        after = rebuilt.last;
        if after.is_none() {
            return sums;
        }
    }
}

async fn talk(store: &Arc<dyn Store>) {
    for key in ["ada", "bob"] {
        let rows = vec![profile(key, "+491511"), ListChange::Conversation(conversation(ConversationState::Bot))];
        let mut version = list(store, key, 3 * HOUR, rows).await;
        for number in 0..3 {
            let row = Conversation { last_active: number, ..conversation(ConversationState::Human) };
            let news =
                store::MessageChange::Update { id: "m".into(), wamid: None, status: Some(format!("{number}")), body: None };
            let journal = vec![
                fact(number).with_message(message("m")).with_lists(vec![ListChange::Conversation(row)]),
                fact(number * HOUR).with_message(news),
            ];
            version = committed(store, Commit { journal, ..put(key, version, "y") }).await;
        }
    }
}

pub(crate) async fn making_the_read_models_again_changes_nothing(store: &Arc<dyn Store>) {
    talk(store).await;
    let before = read_models(store).await;
    assert_eq!(rebuild(store).await, (2, 6, 2));
    assert_eq!(read_models(store).await, before);
    assert_eq!(rebuild(store).await, (2, 6, 2));
    assert_eq!(read_models(store).await, before);
}

pub(crate) async fn old_facts_go_and_what_is_read_from_them_stays(store: &Arc<dyn Store>) {
    talk(store).await;
    let (before, journal) = (read_models(store).await, store.journal_since(0, 100).await.unwrap());
    assert_eq!(store.trim_journal(0, 100).await.unwrap(), 0);
    // The first fact of all is of hour 3, and stays; the next two of its contact are older.
    let removed = store.trim_journal(HOUR, 3).await.unwrap();
    let left = store.journal_since(0, 100).await.unwrap();
    assert_eq!(left.len() as u64, journal.len() as u64 - removed);
    assert!(removed > 0 && left.iter().all(|row| journal.contains(row)));
    assert_eq!(read_models(store).await, before);

    while store.trim_journal(i64::MAX, 5).await.unwrap() == 5 {}
    assert_eq!(store.journal_since(0, 100).await.unwrap(), []);
    assert_eq!(store.journal_of("ada", None, 100).await.unwrap(), []);
    assert_eq!(read_models(store).await, before);
    rebuild(store).await;
    assert_eq!(read_models(store).await, before, "what the journal does not tell any more stays");

    let version = store.load("ada").await.unwrap().unwrap().version;
    let said = vec![fact(9).with_message(message("n"))];
    committed(store, Commit { journal: said, ..put("ada", version, "z") }).await;
    let rows = store.journal_of("ada", None, 100).await.unwrap();
    assert!(rows.len() == 1 && rows[0].position > journal.last().unwrap().position, "positions are not given again");
    assert_eq!(store.messages_of("ada", None, 100).await.unwrap().len(), 4);
    assert!(store.erase("ada").await.unwrap());
    assert_eq!(store.messages_of("ada", None, 100).await.unwrap(), []);
}
