//! How a contact stands in the lists of contacts, conversations, sessions and tasks. It is worked out from the contact's value; what a turn
//! changes in the lists is the difference between before and after. Only how a session or task ended no value tells: that stands in its last
//! fact.
//!
//! Times of conversations are told to the minute, so that of the messages of a quick dialog few change a row.

use steps::{
    contact::{Contact, Conversation, Session, Task, Work},
    fact::Fact,
    ids::NumberId,
    moment::{MINUTE, Moment},
    who::{Author, Who},
};
use store::{ConversationState, ListChange, Profile, SessionEnd, TaskEnd};

/// A contact's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    profile: Profile,
    conversations: Vec<store::Conversation>,
    /// Those that run.
    sessions: Vec<store::Session>,
    /// Those that are open.
    tasks: Vec<store::Task>,
}

impl Listing {
    pub fn of(contact: &Contact) -> Self {
        let profile = Profile {
            name: contact.display_name().map(str::to_owned),
            phone: contact.phone().map(str::to_owned),
            user_id: contact.identity.user_id.clone(),
            username: contact.identity.username.clone(),
        };
        let conversations = contact.conversations.iter().map(|(number, found)| row(contact, number, found)).collect();
        let sessions = contact.sessions.iter().filter_map(running).collect();
        Listing { profile, conversations, sessions, tasks: contact.tasks.iter().map(task).collect() }
    }

    /// What has to be written, `before` being how the contact is listed.
    pub fn changes_since(self, before: Option<&Listing>) -> Vec<ListChange> {
        let Listing { profile, conversations, sessions, tasks } = self;
        let profile = Some(profile).filter(|profile| before.is_none_or(|before| before.profile != *profile));
        let is_new = |row: &store::Conversation| before.is_none_or(|before| !before.conversations.contains(row));
        let conversations = conversations.into_iter().filter(is_new).map(ListChange::Conversation);
        let is_new = |session: &store::Session| before.is_none_or(|before| !before.sessions.contains(session));
        let sessions = sessions.into_iter().filter(is_new).map(ListChange::Session);
        let is_new = |task: &store::Task| before.is_none_or(|before| !before.tasks.contains(task));
        let tasks = tasks.into_iter().filter(is_new).map(ListChange::Task);
        profile.map(ListChange::Profile).into_iter().chain(conversations).chain(sessions).chain(tasks).collect()
    }

    /// Whether this session is listed as one that runs.
    pub fn runs(&self, session: &store::Session) -> bool {
        self.sessions.contains(session)
    }
}

/// The sessions and tasks that ended, as these facts of one moment tell it.
pub fn ended(facts: &[Fact], now: Moment) -> impl Iterator<Item = ListChange> {
    facts.iter().filter_map(move |fact| match fact {
        Fact::SessionEnded { session, bot, version, number, on, started, outcome, status, .. } => {
            let ended = SessionEnd { at: now.0, status: status.to_string(), outcome: outcome.to_string() };
            Some(ListChange::Session(store::Session {
                id: session.0,
                number: number.to_string(),
                bot: bot.to_string(),
                version: version.to_string(),
                on: on.to_string(),
                started: started.0,
                ended: Some(ended),
            }))
        }
        Fact::TaskCompleted { task: of, result, by } => {
            let ended = TaskEnd { at: now.0, done: true, result: result.clone(), by: by.as_ref().and_then(author) };
            Some(ListChange::Task(store::Task { ended: Some(ended), ..task(of) }))
        }
        Fact::TaskDropped { task: of } => {
            let ended = TaskEnd { at: now.0, done: false, result: None, by: None };
            Some(ListChange::Task(store::Task { ended: Some(ended), ..task(of) }))
        }
        _ => None,
    })
}

/// A task as the lists tell it, while it is open.
pub fn task(task: &Task) -> store::Task {
    store::Task {
        id: task.id.0,
        kind: task.kind.to_string(),
        text: task.text.clone(),
        due: task.due.map(|due| due.0),
        owner: task.owner.as_ref().and_then(owner),
        lead: task.lead.as_ref().map(ToString::to_string),
        created: task.created.0,
        by: task.by.as_ref().and_then(author),
        ended: None,
    }
}

/// Data of our own types: writing it as JSON can't fail; were it to, nobody would be named.
fn author(author: &Author) -> Option<String> {
    serde_json::to_string(author).ok()
}

/// A session of a contact, under the bot that it began with.
fn running(session: &Session) -> Option<store::Session> {
    let first = session.frames.first()?;
    Some(store::Session {
        id: session.id.0,
        number: session.number.to_string(),
        bot: first.bot.to_string(),
        version: first.version.to_string(),
        on: session.trigger.on.to_string(),
        started: session.started.0,
        ended: None,
    })
}

fn row(contact: &Contact, number: &NumberId, conversation: &Conversation) -> store::Conversation {
    let waits = conversation.waiting_since.is_some();
    let state = if conversation.human.is_some() {
        if waits { ConversationState::Waiting } else { ConversationState::Human }
    } else if contact.sessions.iter().any(|session| session.number == *number) {
        ConversationState::Bot
    } else {
        ConversationState::Idle
    };
    store::Conversation {
        number: number.to_string(),
        owner: conversation.owner.as_ref().and_then(owner),
        state,
        waiting_since: conversation.waiting_since.map(minute),
        window_closes: conversation.window_closes_at().filter(|_| !conversation.window_refused).map(minute),
        last_active: minute(last_active(contact, number, conversation)),
    }
}

/// An owner as the lists name one; None: whoever is next.
pub fn owner(who: &Who) -> Option<String> {
    match who {
        Who::User(user) => Some(format!("user:{user}")),
        Who::Team(team) => Some(format!("team:{team}")),
        Who::RoundRobin(_) => None,
    }
}

/// The other way round.
pub fn who(owner: &str) -> Option<Who> {
    match owner.split_once(':')? {
        (_, "") => None,
        ("user", user) => Some(Who::User(user.into())),
        ("team", team) => Some(Who::Team(team.into())),
        _ => None,
    }
}

/// When something was last said, or a person took over.
fn last_active(contact: &Contact, number: &NumberId, conversation: &Conversation) -> Moment {
    let queued = contact.pending.iter().filter_map(|pending| match &pending.work {
        Work::Send(send) if send.number == *number && !send.held => Some(send.queued),
        _ => None,
    });
    let sent = conversation.sent.last().map(|sent| sent.at);
    let taken = conversation.human.as_ref().map(|human| human.since);
    queued.chain(sent).chain(taken).chain(conversation.last_customer).max().unwrap_or(contact.created)
}

fn minute(moment: Moment) -> i64 {
    moment.0 - moment.0.rem_euclid(MINUTE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::{event::Identity, ids::ContactId};

    use super::*;
    use crate::testing::NOW;

    fn contact(conversation: serde_json::Value) -> Contact {
        let identity = Identity { phone: Some("+5511987654321".into()), name: Some("Ana".into()), ..Identity::default() };
        let mut contact = Contact::new(ContactId::new("c1"), identity, NOW);
        contact.conversations.insert(NumberId::new("1001"), serde_json::from_value(conversation).unwrap());
        contact
    }

    fn state(conversation: serde_json::Value) -> ConversationState {
        Listing::of(&contact(conversation)).conversations[0].state
    }

    #[test]
    fn who_is_to_act_follows_from_who_has_it_and_who_waits() {
        assert_eq!(state(json!({ "waiting_since": NOW })), ConversationState::Idle, "nobody has it, though somebody waits");
        assert_eq!(state(json!({ "human": { "since": NOW } })), ConversationState::Human);
        assert_eq!(state(json!({ "human": { "since": NOW }, "waiting_since": NOW })), ConversationState::Waiting);
    }

    #[test]
    fn a_quick_dialog_changes_few_rows() {
        let start = NOW.0 - NOW.0.rem_euclid(MINUTE);
        let after = |second: i64| Listing::of(&contact(json!({ "last_customer": start + second * 1_000 })));
        let first = after(0).changes_since(None);
        assert!(matches!(first.as_slice(), [ListChange::Profile(_), ListChange::Conversation(_)]), "{first:?}");
        assert_eq!(after(59).changes_since(Some(&after(0))), []);
        let next = after(60).changes_since(Some(&after(0)));
        assert!(matches!(next.as_slice(), [ListChange::Conversation(row)] if row.last_active == start + MINUTE), "{next:?}");
    }

    #[test]
    fn a_session_changes_its_row_when_it_starts_moves_and_ends() {
        let with = |version: &str, step: &str| {
            let frame = json!({ "bot": "shop", "version": version, "step": step });
            let session = json!({
                "id": 7, "number": "1001", "started": NOW, "active": NOW, "trigger": { "on": "message" }, "frames": [frame]
            });
            let mut contact = contact(json!({}));
            contact.sessions.push(serde_json::from_value(session).unwrap());
            Listing::of(&contact)
        };
        let sessions = |changes: Vec<ListChange>| -> Vec<store::Session> {
            changes
                .into_iter()
                .filter_map(|change| if let ListChange::Session(row) = change { Some(row) } else { None })
                .collect()
        };
        let before = Listing::of(&contact(json!({})));
        let started = sessions(with("v1", "greet").changes_since(Some(&before)));
        let [row] = started.as_slice() else { panic!("{started:?}") };
        assert_eq!((row.id, row.bot.as_str(), row.version.as_str(), row.on.as_str()), (7, "shop", "v1", "message"));
        assert_eq!(sessions(with("v1", "ask").changes_since(Some(&with("v1", "greet")))), [], "a step further");
        let moved = sessions(with("v2", "ask").changes_since(Some(&with("v1", "ask"))));
        assert_eq!(moved, [store::Session { version: "v2".into(), ..row.clone() }]);

        let fact = json!({
            "fact": "session_ended", "session": 7, "bot": "shop", "version": "v2", "number": "1001", "on": "message",
            "started": NOW, "outcome": "sold", "status": "completed"
        });
        let end = NOW.plus(5);
        let facts = [Fact::Released, serde_json::from_value(fact).unwrap()];
        let ended = SessionEnd { at: end.0, status: "completed".into(), outcome: "sold".into() };
        assert_eq!(sessions(super::ended(&facts, end).collect()), [store::Session { ended: Some(ended), ..moved[0].clone() }]);
    }

    #[test]
    fn a_task_changes_its_row_when_it_is_made_and_when_it_ends() {
        let task = json!({"id": 7, "kind": "call", "text": "Ring", "due": 9, "owner": {"team": "sales"}, "by": {"user": "ana"}});
        let mut after = contact(json!({}));
        after.tasks.push(serde_json::from_value(task.clone()).unwrap());
        let before = Listing::of(&contact(json!({})));
        let made = Listing::of(&after).changes_since(Some(&before));
        let [ListChange::Task(row)] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!(
            (row.id, row.due, row.owner.as_deref(), row.by.as_deref()),
            (7, Some(9), Some("team:sales"), Some("{\"user\":\"ana\"}"))
        );
        assert_eq!(Listing::of(&after).changes_since(Some(&Listing::of(&after))), []);

        let done = json!({"fact": "task_completed", "task": task, "result": "Reached", "by": {"bot": "shop", "step": "done"}});
        let dropped = json!({"fact": "task_dropped", "task": task});
        let facts = [done, dropped].map(|fact| serde_json::from_value(fact).unwrap());
        let ended: Vec<_> = super::ended(&facts, NOW).collect();
        let end = |done, result: Option<&str>, by: Option<&str>| {
            let ended = TaskEnd { at: NOW.0, done, result: result.map(str::to_owned), by: by.map(str::to_owned) };
            ListChange::Task(store::Task { ended: Some(ended), ..row.clone() })
        };
        let by = "{\"bot\":\"shop\",\"step\":\"done\"}";
        assert_eq!(ended, [end(true, Some("Reached"), Some(by)), end(false, None, None)]);
    }

    #[test]
    fn an_owner_is_read_as_it_is_written() {
        for name in [Who::User("ana".into()), Who::Team("sales:lisbon".into())] {
            assert_eq!(owner(&name).and_then(|owner| who(&owner)), Some(name));
        }
        for wrong in ["ana", "user:", "everybody:x", ""] {
            assert_eq!(who(wrong), None, "{wrong}");
        }
    }
}
