//! Whatever happens in whatever order, a contact stays whole: nothing panics, ids stay unique, references point to what is there, and the
//! value reads back as it was written.

use std::sync::{Arc, LazyLock};

use interpreter::{Bots, rehearsal::Rehearsal};
use proptest::prelude::*;
use serde_json::{Map, json};
use steps::{
    bot::{Bot, Document},
    contact::{Contact, Wait},
    environment::Environment,
    event::{AgentCommand, CallResult, ChannelError, Content, Delivery, EventKind, Identity, LeadData, Reaction, Trigger},
    ids::{BotId, NumberId, SessionId},
    moment::Moment,
};

/// What a customer, a channel, a pipeline or a person may do next.
#[derive(Clone, Debug)]
enum Act {
    Say(String),
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
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bots");
    let mut bots = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".json").filter(|stem| !stem.contains('.')) else { continue };
        let document: Document =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        bots.push(Bot::new(BotId::new(stem).unwrap(), document));
    }
    assert!(!bots.is_empty());
    bots.sort_by(|one, other| one.id.cmp(&other.id));
    bots
}

fn perform(rehearsal: &mut Rehearsal, bots: &[Arc<Bot>], act: &Act) {
    match act {
        Act::Say(text) => {
            rehearsal.customer(Content::Text { text: text.clone() }, None, None);
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
                let result = match kind % 5 {
                    0 => CallResult::Http { status: 200, json: Some(json!({"ok": true})), text: "{}".into() },
                    1 => CallResult::Intent { intent: None },
                    2 => CallResult::Text { text: Some("An answer".into()) },
                    3 => CallResult::Fields { fields: Map::new() },
                    _ => CallResult::Failed { name: "timeout".into(), text: "late".into() },
                };
                rehearsal.answer_call(entry, result);
            }
        }
        Act::Status(index, state, code) => {
            if let Some(said) = rehearsal.said.get(index % rehearsal.said.len().max(1)).cloned() {
                let error = (*state == Delivery::Failed).then(|| ChannelError {
                    code: *code,
                    name: "refused".into(),
                    text: "refused".into(),
                    reaction: if *code == 131_047 { Reaction::Template } else { Reaction::Drop },
                });
                rehearsal.status(&said, *state, error);
            }
        }
        Act::Stage(pipeline, stage) => {
            let lead =
                LeadData { id: "7".into(), pipeline: Some(pipeline.clone()), stage: Some(stage.clone()), ..LeadData::default() };
            rehearsal.event(EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false }));
        }
        Act::Run(index) => {
            let bot = bots[index % bots.len()].id.clone();
            rehearsal.event(EventKind::Trigger(Trigger::Run { bot, start: None, variables: Map::new(), data: json!(null) }));
        }
        Act::Handoff => {
            rehearsal.event(EventKind::Agent(AgentCommand::Handoff { to: None }));
        }
        Act::Release(close) => {
            rehearsal.event(EventKind::Agent(AgentCommand::Release { close: *close }));
        }
        Act::Stop => {
            rehearsal.event(EventKind::Agent(AgentCommand::Stop { bot: None, session: None }));
        }
        Act::Echo => {
            let id = steps::ids::MessageId::new(format!("echo.{}", rehearsal.facts.len()));
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
        contact.conversations.values().all(|conversation| conversation.sent.len() <= steps::contact::MAX_SENT)
            && contact.seen.len() <= steps::contact::MAX_SEEN
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_contact_stays_whole(acts in prop::collection::vec(act(), 1..40), phone in prop_oneof![Just("+5511999999999"), Just("+34600111222"), Just("+16505551234")]) {
        static SHIPPED: LazyLock<Vec<Arc<Bot>>> = LazyLock::new(shipped);
        let list = &*SHIPPED;
        let mut bots = Bots::default();
        list.iter().for_each(|bot| bots.publish(bot.clone()));
        let environment = Arc::new(Environment { default_number: NumberId::new("100"), ..Environment::default() });
        let identity = Identity { phone: Some(phone.into()), name: Some("Ana Souza".into()), ..Identity::default() };
        let mut rehearsal = Rehearsal::new(bots, environment, identity, Moment(1_772_442_000_000));
        for act in &acts {
            perform(&mut rehearsal, list, act);
            is_whole(&rehearsal.contact);
        }
    }
}
