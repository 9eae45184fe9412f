//! Nobody is forgotten, whatever happens in whatever order: a session that waits can be woken, one that asked hears the answer, one in
//! the queue has somebody to wait for; and no bot says anything while a person has the conversation.

use std::sync::Arc;

use interpreter::rehearsal::Rehearsal;
use proptest::prelude::*;
use serde_json::json;
use steps::{
    bot::Bot,
    contact::{Contact, Wait, Work},
    event::{AgentCommand, CallResult, Delivery, EventKind, Identity},
    fact::Fact,
    ids::BotId,
    moment::Moment,
};

use crate::story::{TAKE, agent, bots, by_word, environment, explain, rehearse, say, start};

#[derive(Clone, Debug)]
enum Act {
    Say(&'static str),
    Tap(usize),
    Run(usize),
    Pass(i64),
    Result(bool),
    Status(usize, Delivery, i64),
    Agent(AgentCommand),
    Merge(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let words = prop::sample::select(vec![
        "asker", "queuer", "caller", "racer", "parent", "hander", "yes", "yes", "yes", "no", "what", "stop",
    ]);
    let state = prop::sample::select(vec![Delivery::Sent, Delivery::Delivered, Delivery::Read, Delivery::Failed]);
    let code = prop::sample::select(vec![131_047_i64, 131_026, 0]);
    let close = |close| AgentCommand::Release { close };
    let command = prop_oneof![
        Just(TAKE),
        any::<bool>().prop_map(close),
        Just(AgentCommand::Stop { bot: BotId::new("asker").ok(), session: None }),
        Just(AgentCommand::Message { text: "A person".into(), by: None }),
    ];
    prop_oneof![
        8 => words.prop_map(Act::Say),
        3 => any::<usize>().prop_map(Act::Tap),
        5 => any::<usize>().prop_map(Act::Run),
        3 => prop::sample::select(vec![0, 1_000, 60_000, 3_600_000, 80_000_000, 200_000_000]).prop_map(Act::Pass),
        2 => any::<bool>().prop_map(Act::Result),
        3 => (any::<usize>(), state, code).prop_map(|(index, state, code)| Act::Status(index, state, code)),
        1 => command.prop_map(Act::Agent),
        1 => any::<bool>().prop_map(Act::Merge),
    ]
}

fn waiting_bots() -> Vec<Arc<Bot>> {
    vec![
        by_word(
            "asker",
            json!({"failed": "sorry"}),
            "ask",
            json!({
                "ask": {"type": "message", "text": "Well?", "outside_window": "hold",
                    "buttons": [{"id": "yes", "title": "Yes", "goto": "later"}, {"id": "no", "title": "No", "goto": "ask"}],
                    "timeout": {"after": "1h", "goto": "sorry"}},
                "later": {"type": "wait", "for": {"delay": "1m"}, "next": "ask"},
                "sorry": {"type": "message", "text": "Sorry"}
            }),
        ),
        by_word(
            "queuer",
            json!({"when_listening": "queue", "expires": "2h"}),
            "ask",
            json!({"ask": {"type": "ask", "text": "And you?", "outside_window": {"goto": "end"}, "next": "end"}, "end": {"type": "stop", "close": true}}),
        ),
        by_word(
            "caller",
            json!({"failed": "listen", "on_human": "stop"}),
            "listen",
            json!({
                "listen": {"type": "wait", "for": "message", "next": "call"},
                "call": {"type": "http", "method": "POST", "url": "https://example.com", "repeat": false, "next": "say"},
                "say": {"type": "message", "text": "{{ message.text }}", "outside_window": "skip", "next": "listen"}
            }),
        ),
        by_word(
            "racer",
            json!({"on_human": "continue"}),
            "say",
            json!({
                "say": {"type": "message", "text": "Offer!", "failed": "race", "template": {"name": "offer", "language": "en"}, "next": "race"},
                "race": {"type": "wait", "for": [{"for": "read", "goto": "say"}, {"for": "message", "goto": "call"}, {"for": {"delay": "3h"}, "goto": "end"}]},
                "call": {"type": "http", "method": "GET", "url": "https://example.com", "next": "race", "failed": "race"},
                "end": {"type": "stop"}
            }),
        ),
        by_word(
            "parent",
            json!({}),
            "over",
            json!({"over": {"type": "start_bot", "bot": "asker", "next": "next", "failed": "next"}, "next": {"type": "start_bot", "bot": "caller", "mode": "switch"}}),
        ),
        by_word(
            "hander",
            json!({"resume_after": "30m"}),
            "ask",
            json!({
                "ask": {"type": "ask", "text": "A person?", "outside_window": "skip", "next": "person"},
                "person": {"type": "handoff", "text": "One moment", "resume": "ask"}
            }),
        ),
    ]
}

fn perform(rehearsal: &mut Rehearsal, list: &[Arc<Bot>], act: &Act) {
    match act {
        Act::Say(text) => {
            say(rehearsal, text);
        }
        Act::Tap(index) => {
            let shown: Vec<String> =
                rehearsal.said.iter().flat_map(|said| said.message.replies()).map(|reply| reply.id.clone()).collect();
            if let Some(id) = shown.get(index % shown.len().max(1)) {
                rehearsal.tap(id).unwrap();
            }
        }
        Act::Run(index) => {
            start(rehearsal, list[index % list.len()].id.as_str());
        }
        Act::Pass(millis) => {
            rehearsal.pass(*millis);
        }
        Act::Result(good) => {
            if let Some((entry, _, _)) = rehearsal.calls.first().cloned() {
                let failed = CallResult::Failed { name: "timeout".into(), text: "late".into() };
                let done = CallResult::Http { status: 200, json: None, text: String::new() };
                rehearsal.answer_call(entry, if *good { done } else { failed });
            }
        }
        Act::Status(index, state, code) => {
            if let Some(said) = rehearsal.said.get(index % rehearsal.said.len().max(1)).cloned() {
                rehearsal.status(&said, *state, (*state == Delivery::Failed).then(|| explain(*code)));
            }
        }
        Act::Agent(command) => {
            agent(rehearsal, command.clone());
        }
        Act::Merge(listens) => {
            // Another contact with a bot of its own turns out to be this one.
            let identity = Identity { user_id: Some("BR.1".into()), ..Identity::default() };
            let mut other = Rehearsal::new(bots(list), environment(), identity, rehearsal.now);
            let text = if *listens { "asker" } else { "hander" };
            say(&mut other, text);
            let content = serde_json::to_value(&other.contact).unwrap();
            rehearsal.event(EventKind::Merge { from: other.contact.id, content });
        }
    }
}

fn human_has(contact: &Contact, now: Moment) -> bool {
    let human = contact.conversations.values().find_map(|conversation| conversation.human.as_ref());
    human.is_some_and(|human| human.until.is_none_or(|until| now < until))
}

fn nobody_is_forgotten(contact: &Contact, now: Moment) {
    let by_person = human_has(contact, now);
    let is_pending = |entry| contact.pending.iter().any(|pending| pending.id == entry);
    for session in &contact.sessions {
        let conversation = &contact.conversations[&session.number];
        let queued = conversation.queue.contains(&session.id);
        let frame = session.frame().unwrap();
        let expires =
            contact.pending.iter().any(|pending| pending.session == Some(session.id) && matches!(pending.work, Work::Timer(_)));
        assert!(expires, "a session that never expires: {session:?}");
        let asked = match &frame.wait {
            Some(Wait::Answer(_)) => true,
            Some(Wait::First(first)) => {
                assert!(first.timers.iter().all(|(timer, _)| is_pending(*timer)), "a timer is gone: {session:?}");
                first.message.is_some()
            }
            Some(Wait::Call { entry }) => {
                assert!(is_pending(*entry) || by_person, "a call is gone: {session:?}");
                false
            }
            Some(Wait::Human) => {
                let resume = conversation.human.as_ref().and_then(|human| human.resume);
                assert_eq!(resume, Some(session.id), "nobody will resume it");
                false
            }
            Some(Wait::Child) => panic!("the last frame waits for a child: {session:?}"),
            None => {
                assert!(queued, "a session that waits for nothing: {session:?}");
                false
            }
        };
        assert!(!asked || conversation.listener == Some(session.id), "it asked, and does not listen: {session:?}");
        assert!(session.deferred.is_empty() || matches!(frame.wait, Some(Wait::Call { .. })), "messages are left: {session:?}");
    }
    for conversation in contact.conversations.values() {
        let others = contact.sessions.iter().filter(|session| !conversation.queue.contains(&session.id)).count();
        assert!(conversation.queue.is_empty() || others > 0 || by_person, "a queue behind nobody");
        let mut queue = conversation.queue.clone();
        queue.sort();
        queue.dedup();
        assert_eq!(queue.len(), conversation.queue.len(), "a session is queued twice");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whoever_waits_is_woken_and_people_are_not_interrupted(acts in prop::collection::vec(act(), 1..60)) {
        let list = waiting_bots();
        let mut rehearsal = rehearse(&list);
        for act in &acts {
            let silent = human_has(&rehearsal.contact, rehearsal.now);
            let said = rehearsal.facts.len();
            perform(&mut rehearsal, &list, act);
            nobody_is_forgotten(&rehearsal.contact, rehearsal.now);
            if silent && human_has(&rehearsal.contact, rehearsal.now) && !matches!(act, Act::Merge(_) | Act::Pass(_)) {
                let by_a_bot = |fact: &Fact| matches!(fact, Fact::Queued { agent: None, .. });
                prop_assert!(!rehearsal.facts[said.min(rehearsal.facts.len())..].iter().any(by_a_bot), "a bot spoke: {act:?}");
            }
        }
    }
}
