//! Whatever happens in whatever order, a contact stays whole: nothing panics, ids stay unique, references point to what is there, and the
//! value reads back as it was written.

use std::sync::{Arc, LazyLock};

use interpreter::rehearsal::Rehearsal;
use proptest::prelude::*;
use serde_json::{Map, json};
use steps::{
    bot::Bot,
    contact::{Contact, MAX_SEEN, MAX_SENT, Unheard, Wait},
    environment::Environment,
    event::{AgentCommand, CallResult, Content, Delivery, EventKind, Identity, LeadData},
    ids::{MessageId, SessionId},
};

use crate::{
    dialogs::written,
    story::{NOW, TAKE, agent, ana, bots, enters, explain, number, say, start},
};

/// What a customer, a channel, a pipeline or a person may do next.
#[derive(Clone, Debug)]
enum Act {
    Say(String),
    Speak,
    Tap(usize),
    Form,
    Pass(i64),
    Result(u8),
    Status(usize, Delivery, i64),
    Stage(String, String),
    Run(usize),
    Handoff,
    Release(bool),
    Stop,
    Echo,
}

fn act() -> impl Strategy<Value = Act> {
    let words = prop_oneof![
        Just("oi".to_owned()),
        Just("menu".to_owned()),
        Just("preço".to_owned()),
        Just("ana@example.com".to_owned()),
        Just("7".to_owned()),
        Just("stop".to_owned()),
        "\\PC{0,20}",
    ];
    let state = prop_oneof![Just(Delivery::Sent), Just(Delivery::Delivered), Just(Delivery::Read), Just(Delivery::Failed)];
    let code = prop_oneof![Just(131_047_i64), Just(131_026), Just(131_050), Just(0)];
    prop_oneof![
        4 => words.prop_map(Act::Say),
        2 => Just(Act::Speak),
        4 => any::<usize>().prop_map(Act::Tap),
        1 => Just(Act::Form),
        2 => (0_i64..200_000_000).prop_map(Act::Pass),
        2 => any::<u8>().prop_map(Act::Result),
        2 => (any::<usize>(), state, code).prop_map(|(index, state, code)| Act::Status(index, state, code)),
        1 => ("(sales|vendas|ventas)", "(new|won|novo|nuevo|cart)").prop_map(|(pipeline, stage)| Act::Stage(pipeline, stage)),
        1 => any::<usize>().prop_map(Act::Run),
        1 => Just(Act::Handoff),
        1 => any::<bool>().prop_map(Act::Release),
        1 => Just(Act::Stop),
        1 => Just(Act::Echo),
    ]
}

/// The bots that ship.
fn shipped() -> Vec<Arc<Bot>> {
    let mut bots: Vec<Arc<Bot>> = written("../../bots").into_iter().map(|(bot, _)| bot).collect();
    assert!(!bots.is_empty());
    bots.sort_by(|one, other| one.id.cmp(&other.id));
    bots
}

fn perform(rehearsal: &mut Rehearsal, bots: &[Arc<Bot>], act: &Act) {
    match act {
        Act::Say(text) => {
            say(rehearsal, text);
        }
        Act::Speak => {
            let media = json!({"type": "media", "kind": "voice", "id": "v1"});
            rehearsal.customer(serde_json::from_value(media).unwrap(), None, None);
        }
        Act::Tap(index) => {
            let titles: Vec<String> =
                rehearsal.said.iter().flat_map(|said| said.message.replies()).map(|reply| reply.id.clone()).collect();
            if let Some(title) = titles.get(index % titles.len().max(1)) {
                rehearsal.tap(title).unwrap();
            }
        }
        Act::Form => {
            let _no_form_yet = rehearsal.submit(Map::from_iter([("name".to_owned(), json!("Ana"))]));
        }
        Act::Pass(millis) => {
            rehearsal.pass(*millis);
        }
        Act::Result(kind) => {
            if let Some((entry, _, _)) = rehearsal.calls.first().cloned() {
                let result = match kind % 6 {
                    0 => CallResult::Http { status: 200, json: Some(json!({"ok": true})), text: "{}".into() },
                    1 => CallResult::Intent { intent: None },
                    2 => CallResult::Text { text: Some("An answer".into()) },
                    4 => CallResult::Found { found: Some(Box::default()) },
                    3 => CallResult::Fields { fields: Map::new() },
                    _ => CallResult::Failed { name: "timeout".into(), text: "late".into() },
                };
                rehearsal.answer_call(entry, result);
            }
        }
        Act::Status(index, state, code) => {
            if let Some(said) = rehearsal.said.get(index % rehearsal.said.len().max(1)).cloned() {
                let error = (*state == Delivery::Failed).then(|| explain(*code));
                rehearsal.status(&said, *state, error);
            }
        }
        Act::Stage(pipeline, stage) => {
            let lead =
                LeadData { id: "7".into(), pipeline: Some(pipeline.clone()), stage: Some(stage.clone()), ..LeadData::default() };
            rehearsal.event(enters(lead));
        }
        Act::Run(index) => {
            let bot = &bots[index % bots.len()].id;
            start(rehearsal, bot.as_str());
        }
        Act::Handoff => {
            agent(rehearsal, TAKE);
        }
        Act::Release(close) => {
            agent(rehearsal, AgentCommand::Release { close: *close });
        }
        Act::Stop => {
            agent(rehearsal, AgentCommand::Stop { bot: None, session: None });
        }
        Act::Echo => {
            let id = MessageId::new(format!("echo.{}", rehearsal.facts.len()));
            let at = rehearsal.now;
            rehearsal.event(EventKind::Echo { message_id: id, at, content: Content::Text { text: "oi".into() } });
        }
    }
}

fn is_whole(contact: &Contact) {
    let json = serde_json::to_vec(contact).unwrap();
    assert_eq!(&serde_json::from_slice::<Contact>(&json).unwrap(), contact, "reads back as it was written");
    let sessions: Vec<SessionId> = contact.sessions.iter().map(|session| session.id).collect();
    for conversation in contact.conversations.values() {
        assert!(conversation.listener.is_none_or(|listener| sessions.contains(&listener)), "a listener that is not there");
        assert!(conversation.queue.iter().all(|queued| sessions.contains(queued)), "a queued session that is not there");
        let asked = |unheard: &Unheard| unheard.call.is_none_or(|call| contact.pending.iter().any(|pending| pending.id == call));
        assert!(conversation.unheard.iter().all(asked), "a message that waits for nothing");
        assert!(conversation.unheard.first().is_none_or(|first| first.call.is_some()), "a message that waits behind nothing");
    }
    let mut entries: Vec<_> = contact.pending.iter().map(|pending| pending.id).collect();
    let count = entries.len();
    entries.sort();
    entries.dedup();
    assert_eq!(entries.len(), count, "two entries with one id");
    for session in &contact.sessions {
        let frame = session.frame().expect("a session has a bot");
        assert!(
            frame.wait.is_some() || contact.conversations.values().any(|conversation| conversation.queue.contains(&session.id)),
            "a session that waits for nothing: {session:?}"
        );
        if let Some(Wait::Answer(wait)) = &frame.wait {
            assert!(wait.timer.is_none_or(|timer| entries.contains(&timer)), "a wait whose timer is gone");
        }
    }
    assert!(
        contact.conversations.values().all(|conversation| conversation.sent.len() <= MAX_SENT) && contact.seen.len() <= MAX_SEEN
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_contact_stays_whole(acts in prop::collection::vec(act(), 1..40), phone in prop_oneof![Just("+5511999999999"), Just("+34600111222"), Just("+16505551234")]) {
        static SHIPPED: LazyLock<Vec<Arc<Bot>>> = LazyLock::new(shipped);
        let list = &*SHIPPED;
        let environment = Arc::new(Environment { default_number: number(), transcribes: true, ..Environment::default() });
        let identity = Identity { phone: Some(phone.into()), ..ana() };
        let mut rehearsal = Rehearsal::new(bots(list), environment, identity, NOW);
        for act in &acts {
            perform(&mut rehearsal, list, act);
            is_whole(&rehearsal.contact);
        }
    }
}
