//! What turns promise: once in, in order, nothing said twice, nothing lost, nothing after a person took over.

use std::sync::Arc;

use interpreter::{
    Bots, Need, Supplied,
    outbox::{self, Claimed},
    rehearsal::Rehearsal,
    turn,
};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::{Call, Contact, Work},
    environment::Environment,
    event::{
        AgentCommand, CallResult, ChannelError, Content, Delivery, Event, EventKind, Identity, Inbound, LeadData, Reaction,
        Referral, SendOutcome, Status, Trigger,
    },
    fact::Fact,
    ids::{BotId, ContactId, EntryId, EventId, MessageId, NumberId},
    message::Message,
    moment::{DAY, HOUR, MINUTE, Moment, SECOND},
    trace::Traced,
    who::Who,
};

const NOW: Moment = Moment(1_772_442_000_000);

fn bot(id: &str, document: Value) -> Arc<Bot> {
    Bot::new(BotId::new(id).unwrap(), serde_json::from_value(document).unwrap())
}

fn bots(list: &[Arc<Bot>]) -> Bots {
    let mut bots = Bots::default();
    list.iter().for_each(|bot| bots.publish(bot.clone()));
    bots
}

fn environment() -> Arc<Environment> {
    Arc::new(Environment { default_number: NumberId::new("100"), ..Environment::default() })
}

fn ana() -> Identity {
    Identity { phone: Some("+5511999999999".into()), name: Some("Ana Souza".into()), ..Identity::default() }
}

fn rehearse(list: &[Arc<Bot>]) -> Rehearsal {
    Rehearsal::new(bots(list), environment(), ana(), NOW)
}

fn texts(rehearsal: &Rehearsal) -> Vec<&str> {
    rehearsal.said.iter().map(|said| said.message.text()).collect()
}

fn say(rehearsal: &mut Rehearsal, text: &str) {
    rehearsal.customer(Content::Text { text: text.into() }, None, None);
}

fn message(id: &str, at: Moment, text: &str) -> Event {
    let inbound = Inbound {
        id: MessageId::new(id),
        at,
        from: ana(),
        content: Content::Text { text: text.into() },
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    };
    Event { id: EventId::new(id), number: NumberId::new("100"), kind: EventKind::Message(inbound) }
}

fn event(id: &str, kind: EventKind) -> Event {
    Event { id: EventId::new(id), number: NumberId::new("100"), kind }
}

fn contact() -> Contact {
    Contact::new(ContactId::new("c1"), ana(), NOW)
}

/// A bot that repeats whatever it is told.
fn echo() -> Arc<Bot> {
    bot(
        "echo",
        json!({
            "triggers": [{"on": "message", "any": true}],
            "start": "say",
            "steps": {
                "say": {"type": "message", "text": "{{ message.text }}", "next": "listen"},
                "listen": {"type": "wait", "for": "message", "next": "say"}
            }
        }),
    )
}

/// A question with two buttons, an `http` call behind one of them.
fn shop() -> Arc<Bot> {
    bot(
        "shop",
        json!({
            "triggers": [{"on": "message", "keywords": ["shop"]}, {"on": "stage", "stage": "new"}],
            "defaults": {"failed": "sorry"},
            "start": "ask",
            "steps": {
                "ask": {
                    "type": "message", "text": "What would you like?",
                    "buttons": [{"id": "stock", "title": "Stock", "goto": "look_up"}, {"id": "bye", "title": "Bye", "goto": "bye"}],
                    "template": {"name": "hello", "language": "en", "buttons": [{"id": "yes", "title": "Yes", "goto": "bye"}]}
                },
                "look_up": {"type": "http", "method": "GET", "url": "https://example.com/stock", "save": {"vars.stock": "reply.json.stock"}, "next": "tell"},
                "tell": {"type": "message", "text": "{{ vars.stock }} left", "next": "ask"},
                "bye": {"type": "message", "text": "Bye!"},
                "sorry": {"type": "message", "text": "Sorry: {{ error.name }}"}
            }
        }),
    )
}

fn run(contact: Contact, bots: &Bots, event: &Event, now: Moment) -> interpreter::Turned {
    turn(bots, &environment(), contact, event, now, &Supplied::default()).unwrap()
}

fn queued(facts: &[Fact]) -> Vec<String> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Queued { message, .. } => Some(message.text().to_owned()),
            _ => None,
        })
        .collect()
}

fn alerts(facts: &[Fact]) -> Vec<&str> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Alert { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_same_message_runs_once() {
    let bots = bots(&[echo()]);
    let first = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(queued(&first.facts), ["hi"]);
    let again = run(first.contact.clone(), &bots, &message("wamid.1", NOW, "hi"), NOW);
    assert!(queued(&again.facts).is_empty());
    assert_eq!(again.contact.pending, first.contact.pending);
}

#[test]
fn a_message_older_than_meta_repeats_is_kept_and_runs_nothing() {
    let bots = bots(&[echo()]);
    let late = run(contact(), &bots, &message("wamid.1", NOW.plus(-7 * DAY - SECOND), "hi"), NOW);
    assert!(queued(&late.facts).is_empty());
    assert!(late.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: true, .. })));
    assert_eq!(late.contact.conversations.len(), 0);
}

#[test]
fn what_was_forgotten_of_the_seen_is_stale() {
    let bots = bots(&[]);
    let mut contact = contact();
    for number in 0..(steps::contact::MAX_SEEN as i64 + 10) {
        contact =
            run(contact, &bots, &message(&format!("wamid.{number}"), NOW.plus(number * SECOND), "hi"), NOW.plus(HOUR)).contact;
    }
    assert_eq!(contact.seen.len(), steps::contact::MAX_SEEN);
    let turned = run(contact, &bots, &message("wamid.0", NOW, "hi"), NOW.plus(HOUR));
    assert!(turned.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: true, .. })));
}

#[test]
fn a_turn_is_deterministic() {
    let bots = bots(&[shop(), echo()]);
    let one = run(contact(), &bots, &message("wamid.1", NOW, "shop"), NOW);
    let two = run(contact(), &bots, &message("wamid.1", NOW, "shop"), NOW);
    assert_eq!(serde_json::to_string(&one.contact).unwrap(), serde_json::to_string(&two.contact).unwrap());
    assert_eq!(one.facts, two.facts);
}

#[test]
fn the_stored_contact_reads_back_the_same() {
    let turned = run(contact(), &bots(&[shop()]), &message("wamid.1", NOW, "shop"), NOW);
    let json = serde_json::to_vec(&turned.contact).unwrap();
    assert_eq!(serde_json::from_slice::<Contact>(&json).unwrap(), turned.contact);
}

#[test]
fn the_window_is_that_of_the_latest_customers_timestamp() {
    let bots = bots(&[]);
    let contact = run(contact(), &bots, &message("wamid.1", NOW, "b"), NOW).contact;
    let contact = run(contact, &bots, &message("wamid.2", NOW.plus(-HOUR), "a"), NOW).contact;
    assert_eq!(contact.conversations[&NumberId::new("100")].last_customer, Some(NOW));
}

#[test]
fn later_sends_of_a_conversation_wait_for_the_first() {
    let two = bot(
        "two",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "message", "text": "one", "next": "b"}, "b": {"type": "message", "text": "two"}
        }}),
    );
    let bots = bots(&[two]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let mut facts = Vec::new();
    let claimed = outbox::claim(&mut contact, "me", NOW, &mut facts);
    let [Claimed::Send { entry, message: first, .. }] = &claimed[..] else { panic!("{claimed:?}") };
    assert_eq!(first.text(), "one");
    assert!(outbox::claim(&mut contact, "me", NOW, &mut facts).is_empty());
    let outcome = SendOutcome::Accepted { message_id: MessageId::new("wamid.a"), wa_id: None, user_id: None };
    let mut contact =
        run(contact, &bots, &event("sent:1", EventKind::Sent { entry: *entry, attempt: None, outcome }), NOW).contact;
    let claimed = outbox::claim(&mut contact, "me", NOW, &mut facts);
    assert!(matches!(&claimed[..], [Claimed::Send { message, .. }] if message.text() == "two"));
}

fn claimed_send(contact: &mut Contact, now: Moment) -> EntryId {
    match &outbox::claim(contact, "me", now, &mut Vec::new())[..] {
        [Claimed::Send { entry, .. }] => *entry,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_send_cut_off_waits_for_a_status_and_then_goes_again() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let mut contact =
        run(contact, &bots, &event("sent:1", EventKind::Sent { entry, attempt: None, outcome: SendOutcome::Unknown }), NOW)
            .contact;
    assert!(outbox::claim(&mut contact, "me", NOW.plus(SECOND), &mut Vec::new()).is_empty());
    let due = contact.due().unwrap();
    assert_eq!(due, NOW.plus(outbox::SETTLE));
    let turned = run(contact.clone(), &bots, &event("due", EventKind::Due), due);
    assert!(turned.facts.contains(&Fact::SentAgain { entry }));
    let mut again = turned.contact;
    assert_eq!(claimed_send(&mut again, due), entry);
    // A status that names it settles it: it is not sent again.
    let status = Status {
        message_id: MessageId::new("wamid.x"),
        state: Delivery::Delivered,
        at: NOW,
        entry: Some(entry),
        error: None,
        pricing: None,
    };
    let settled = run(contact, &bots, &event("status", EventKind::Status(status)), NOW).contact;
    assert!(!settled.pending.iter().any(|pending| pending.id == entry));
    assert_eq!(settled.sent().next().unwrap().state, Some(Delivery::Delivered));
}

#[test]
fn a_claim_that_ran_out_is_ambiguous() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let due = contact.due().unwrap();
    assert_eq!(due, NOW.plus(outbox::CLAIM));
    let contact = run(contact, &bots, &event("due", EventKind::Due), due).contact;
    let Work::Send(send) = &contact.pending.iter().find(|pending| pending.id == entry).unwrap().work else { panic!() };
    assert!(send.claim.is_none() && send.settle_until == Some(due.plus(outbox::SETTLE)));
}

fn refusal(code: i64, name: &str, reaction: Reaction) -> ChannelError {
    ChannelError { code, name: name.into(), text: "said the channel".into(), reaction }
}

#[test]
fn what_may_be_repeated_waits_and_goes_again() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let outcome = SendOutcome::Deferred { error: refusal(130_429, "rate_limit", Reaction::Retry), after: MINUTE };
    let mut contact = run(contact, &bots, &event("sent", EventKind::Sent { entry, attempt: None, outcome }), NOW).contact;
    assert!(outbox::claim(&mut contact, "me", NOW.plus(MINUTE - 1), &mut Vec::new()).is_empty());
    let claimed = outbox::claim(&mut contact, "me", NOW.plus(MINUTE), &mut Vec::new());
    assert!(matches!(&claimed[..], [Claimed::Send { attempt: 1, .. }]), "{claimed:?}");
}

#[test]
fn to_wait_for_its_number_costs_a_send_no_try() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let sent = |entry, outcome| event("sent", EventKind::Sent { entry, attempt: None, outcome });
    for before in 0..20 {
        let claimed = outbox::claim(&mut contact, "me", NOW, &mut Vec::new());
        let [Claimed::Send { entry, attempt, tries: 0, .. }] = claimed[..] else { panic!("{claimed:?}") };
        assert_eq!(attempt, before);
        let outcome = SendOutcome::Postponed { error: refusal(130_429, "rate_limit", Reaction::Retry), after: 0 };
        contact = run(contact, &bots, &sent(entry, outcome), NOW).contact;
    }
    let entry = claimed_send(&mut contact, NOW);
    let contact = run(contact, &bots, &sent(entry, SendOutcome::Unknown), NOW).contact;
    let Work::Send(send) = &contact.pending.iter().find(|pending| pending.id == entry).unwrap().work else { panic!() };
    assert_eq!((send.attempts, send.tries, send.settle_until), (21, 1, Some(NOW.plus(outbox::SETTLE))));
}

#[test]
fn a_refused_send_takes_the_steps_branch_and_tells_the_team() {
    let bots = bots(&[shop()]);
    let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "shop"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let outcome = SendOutcome::Refused(refusal(131_026, "bad_number", Reaction::Drop));
    let turned = run(contact, &bots, &event("sent", EventKind::Sent { entry, attempt: None, outcome }), NOW);
    assert_eq!(queued(&turned.facts), ["Sorry: bad_number"]);
    assert_eq!(alerts(&turned.facts), ["bad_number"]);
    assert!(turned.contact.unreachable);
    assert!(turned.contact.sessions.is_empty());
}

#[test]
fn a_late_failure_after_the_customer_wrote_moves_no_session() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    let first = rehearsal.said[0].clone();
    rehearsal.pass(MINUTE);
    say(&mut rehearsal, "what?");
    assert_eq!(texts(&rehearsal), ["What would you like?", "What would you like?"]);
    rehearsal.status(&first, Delivery::Failed, Some(refusal(131_053, "media", Reaction::Drop)));
    assert_eq!(texts(&rehearsal).len(), 2);
    assert_eq!(alerts(&rehearsal.facts), ["media"]);
}

#[test]
fn statuses_never_step_back_whatever_their_order() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut rehearsal = rehearse(&[echo()]);
        say(&mut rehearsal, "hi");
        let said = rehearsal.said[0].clone();
        let states = [Delivery::Sent, Delivery::Delivered, Delivery::Read];
        for index in order.into_iter().chain(order) {
            rehearsal.status(&said, states[index], None);
        }
        assert_eq!(rehearsal.contact.sent().next().unwrap().state, Some(Delivery::Read));
        rehearsal.status(&said, Delivery::Failed, Some(refusal(131_000, "unknown", Reaction::Drop)));
        assert_eq!(
            rehearsal.contact.sent().next().unwrap().state,
            Some(Delivery::Read),
            "a failure after `delivered` is ignored"
        );
        assert!(alerts(&rehearsal.facts).is_empty());
    }
}

#[test]
fn a_person_silences_the_bot_at_once_late_results_included() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    rehearsal.tap("Stock").unwrap();
    let (entry, _, _) = rehearsal.calls[0].clone();
    rehearsal.event(EventKind::Agent(AgentCommand::Handoff { to: Some(Who::User("bia".into())) }));
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: Some(json!({"stock": 3})), text: String::new() });
    assert_eq!(texts(&rehearsal), ["What would you like?"]);
    say(&mut rehearsal, "shop");
    assert_eq!(texts(&rehearsal).len(), 1, "no trigger fires while a person has it");
    // Given back, the call is made again and the conversation goes on.
    rehearsal.event(EventKind::Agent(AgentCommand::Release { close: false }));
    let (entry, _, _) = rehearsal.calls.last().unwrap().clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: Some(json!({"stock": 3})), text: String::new() });
    assert_eq!(texts(&rehearsal), ["What would you like?", "3 left", "What would you like?"]);
}

#[test]
fn a_stage_is_refused_while_a_person_has_the_conversation() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "hello");
    rehearsal.event(EventKind::Agent(AgentCommand::Handoff { to: None }));
    let lead = LeadData { id: "7".into(), stage: Some("new".into()), ..LeadData::default() };
    let trace = rehearsal.event(EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false }));
    assert!(trace.iter().any(|line| matches!(&line.what, Traced::NotStarted { reason, .. } if reason == "human")), "{trace:?}");
}

#[test]
fn timers_are_held_while_a_person_has_it_and_run_at_the_release() {
    let nudge = bot(
        "nudge",
        json!({"triggers": [{"on": "message", "any": true}], "start": "ask", "steps": {
            "ask": {"type": "ask", "text": "Size?", "save": "vars.size", "timeout": {"after": "1h", "goto": "again"}, "next": "done"},
            "again": {"type": "message", "text": "Still there?"}, "done": {"type": "stop"}
        }}),
    );
    let mut rehearsal = rehearse(&[nudge]);
    say(&mut rehearsal, "hi");
    rehearsal.event(EventKind::Agent(AgentCommand::Handoff { to: None }));
    rehearsal.pass(5 * HOUR);
    assert_eq!(texts(&rehearsal), ["Size?"]);
    rehearsal.event(EventKind::Agent(AgentCommand::Release { close: false }));
    rehearsal.pass(0);
    assert_eq!(texts(&rehearsal), ["Size?", "Still there?"]);
}

#[test]
fn messages_during_a_call_answer_what_comes_next() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    rehearsal.tap("Stock").unwrap();
    say(&mut rehearsal, "bye");
    let (entry, _, _) = rehearsal.calls[0].clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: Some(json!({"stock": 3})), text: String::new() });
    assert_eq!(texts(&rehearsal), ["What would you like?", "3 left", "What would you like?", "Bye!"]);
}

#[test]
fn opting_out_ends_the_bots_and_later_templates_stay_home() {
    let mut rehearsal = rehearse(&[shop()]);
    say(&mut rehearsal, "shop");
    say(&mut rehearsal, "STOP");
    assert_eq!(rehearsal.contact.opted_in, Some(false));
    assert!(rehearsal.contact.sessions.is_empty());
    rehearsal.pass(2 * DAY);
    let lead = LeadData { id: "7".into(), stage: Some("new".into()), ..LeadData::default() };
    rehearsal.event(EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false }));
    assert!(!rehearsal.said.iter().any(|said| matches!(said.message, Message::Template(_))));
}

#[test]
fn quick_messages_become_one_where_the_bot_wants_that() {
    let joiner = bot(
        "joiner",
        json!({"defaults": {"join": "5s"}, "triggers": [{"on": "message", "any": true}], "start": "say", "steps": {
            "say": {"type": "message", "text": "{{ message.text }}"}
        }}),
    );
    let mut rehearsal = rehearse(&[joiner]);
    say(&mut rehearsal, "I would");
    rehearsal.pass(3 * SECOND);
    say(&mut rehearsal, "like a cake");
    rehearsal.pass(4 * SECOND);
    assert!(rehearsal.said.is_empty());
    rehearsal.pass(2 * SECOND);
    assert_eq!(texts(&rehearsal), ["I would\nlike a cake"]);
}

#[test]
fn a_loop_without_a_wait_ends_as_failed() {
    let round = bot(
        "round",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "set", "fields": {"vars.x": 1}, "next": "b"}, "b": {"type": "set", "fields": {"vars.x": 2}, "next": "a"}
        }}),
    );
    let turned = run(contact(), &bots(&[round]), &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(alerts(&turned.facts), ["loop"]);
    assert!(turned.contact.sessions.is_empty());
}

#[test]
fn too_many_sends_in_an_hour_end_the_session() {
    let chatty = bot(
        "chatty",
        json!({"limits": {"sends_per_hour": 3}, "triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "message", "text": "again", "next": "a"}
        }}),
    );
    let turned = run(contact(), &bots(&[chatty]), &message("wamid.1", NOW, "hi"), NOW);
    assert_eq!(queued(&turned.facts).len(), 3);
    assert_eq!(alerts(&turned.facts), ["sends_per_hour"]);
}

#[test]
fn a_session_keeps_the_version_that_it_started_with() {
    let old = shop();
    let mut rehearsal = rehearse(std::slice::from_ref(&old));
    say(&mut rehearsal, "shop");
    let mut document = serde_json::to_value(&old.document).unwrap();
    document["steps"]["bye"]["text"] = json!("Farewell!");
    let new = bot("shop", document);
    assert_ne!(new.version, old.version);
    let mut swapped = bots(&[old]);
    swapped.publish(new);
    rehearsal.publish(swapped);
    rehearsal.tap("Bye").unwrap();
    assert_eq!(texts(&rehearsal), ["What would you like?", "Bye!"]);
    say(&mut rehearsal, "shop");
    rehearsal.tap("Bye").unwrap();
    assert_eq!(rehearsal.said.last().unwrap().message.text(), "Farewell!");
}

#[test]
fn a_pinned_version_that_is_not_loaded_is_asked_for() {
    let bots = bots(&[shop()]);
    let contact = run(contact(), &bots, &message("wamid.1", NOW, "shop"), NOW).contact;
    let need = turn(&Bots::default(), &environment(), contact, &message("wamid.2", NOW, "Bye"), NOW, &Supplied::default());
    assert!(matches!(need, Err(Need::Version(version)) if version == shop().version));
}

#[test]
fn owners_of_new_contacts_come_in_turn() {
    let environment = Arc::new(Environment {
        default_number: NumberId::new("100"),
        new_contact_owners: vec!["ana".into(), "bia".into()],
        ..Environment::default()
    });
    let bots = Bots::default();
    let hello = message("wamid.1", NOW, "hi");
    let need = turn(&bots, &environment, contact(), &hello, NOW, &Supplied::default()).unwrap_err();
    let Need::Counter(name) = need else { panic!("{need:?}") };
    let mut supplied = Supplied::default();
    supplied.counters.insert(name, vec![3]);
    let turned = turn(&bots, &environment, contact(), &hello, NOW, &supplied).unwrap();
    assert_eq!(turned.contact.owner.as_deref(), Some("bia"));
    assert_eq!(turned.contact.leads.len(), 1);
}

#[test]
fn an_ad_opens_the_free_entry_point_once_it_is_answered() {
    let mut rehearsal = rehearse(&[echo()]);
    let referral = Referral { source_id: Some("ad-1".into()), ..Referral::default() };
    rehearsal.customer(Content::Text { text: "hi".into() }, None, Some(referral));
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(true)));
    rehearsal.pass(71 * HOUR);
    assert_eq!(rehearsal.evaluate("window.open"), Ok(Value::Bool(false)));
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(true)));
    rehearsal.pass(2 * HOUR);
    assert_eq!(rehearsal.evaluate("window.free_entry"), Ok(Value::Bool(false)));
}

#[test]
fn a_reaction_moves_nothing_and_opens_no_window() {
    let mut rehearsal = rehearse(&[echo()]);
    rehearsal.customer(Content::Reaction { message_id: MessageId::new("x"), emoji: Some("👍".into()) }, None, None);
    assert!(rehearsal.said.is_empty());
    assert_eq!(rehearsal.evaluate("window.open"), Ok(Value::Bool(false)));
}

#[test]
fn groups_and_standby_keep_the_bot_silent() {
    let bots = bots(&[echo()]);
    for change in [|inbound: &mut Inbound| inbound.group = Some("g".into()), |inbound: &mut Inbound| inbound.standby = true] {
        let mut event = message("wamid.1", NOW, "hi");
        if let EventKind::Message(inbound) = &mut event.kind {
            change(inbound);
        }
        assert!(queued(&run(contact(), &bots, &event, NOW).facts).is_empty());
    }
}

#[test]
fn one_message_starts_one_bot_and_the_others_are_outranked() {
    let by_word = bot(
        "zebra",
        json!({"triggers": [{"on": "message", "keywords": ["hi"]}], "start": "a", "steps": {"a": {"type": "message", "text": "zebra"}}}),
    );
    let mut rehearsal = rehearse(&[echo(), by_word]);
    say(&mut rehearsal, "hi there");
    assert_eq!(texts(&rehearsal), ["zebra"]);
    assert!(rehearsal.trace.iter().any(|line| matches!(&line.what, Traced::NotStarted { reason, .. } if reason == "outranked")));
}

#[test]
fn waits_race_and_the_first_wins() {
    let race = bot(
        "race",
        json!({"triggers": [{"on": "message", "any": true}], "start": "say", "steps": {
            "say": {"type": "message", "text": "Offer!", "next": "race"},
            "race": {"type": "wait", "for": [{"for": "read", "goto": "seen"}, {"for": {"delay": "1h"}, "goto": "late"}]},
            "seen": {"type": "message", "text": "You saw it"}, "late": {"type": "message", "text": "Too late"}
        }}),
    );
    let mut rehearsal = rehearse(std::slice::from_ref(&race));
    say(&mut rehearsal, "hi");
    let said = rehearsal.said[0].clone();
    rehearsal.status(&said, Delivery::Read, None);
    rehearsal.pass(2 * HOUR);
    assert_eq!(texts(&rehearsal), ["Offer!", "You saw it"]);

    let mut rehearsal = rehearse(&[race]);
    say(&mut rehearsal, "hi");
    rehearsal.pass(HOUR);
    let said = rehearsal.said[0].clone();
    rehearsal.status(&said, Delivery::Read, None);
    assert_eq!(texts(&rehearsal), ["Offer!", "Too late"]);
}

#[test]
fn a_bot_beside_another_waits_listens_or_leaves_as_it_says() {
    let asker = |id: &str, policy: &str| {
        bot(
            id,
            json!({"defaults": {"when_listening": policy}, "triggers": [], "start": "ask", "steps": {
                "ask": {"type": "ask", "text": format!("{id}?"), "save": "vars.x", "next": "done"}, "done": {"type": "message", "text": format!("{id}!")}
            }}),
        )
    };
    let start = |rehearsal: &mut Rehearsal, id: &str| {
        let trigger = Trigger::Run { bot: BotId::new(id).unwrap(), start: None, variables: Map::new(), data: Value::Null };
        rehearsal.event(EventKind::Trigger(trigger))
    };
    let begin = |policy: &str| {
        let mut rehearsal = rehearse(&[asker("first", "replace"), asker("second", policy)]);
        say(&mut rehearsal, "hello");
        start(&mut rehearsal, "first");
        start(&mut rehearsal, "second");
        say(&mut rehearsal, "blue");
        say(&mut rehearsal, "red");
        rehearsal
    };
    assert_eq!(texts(&begin("replace")), ["first?", "second?", "second!"]);
    assert_eq!(texts(&begin("queue")), ["first?", "first!", "second?", "second!"]);
    assert_eq!(texts(&begin("ignore")), ["first?", "first!"]);
}

#[test]
fn a_called_bot_comes_back_with_what_it_found() {
    let child = bot(
        "child",
        json!({"start": "ask", "steps": {"ask": {"type": "ask", "text": "Colour?", "save": "vars.colour", "next": "end"}, "end": {"type": "stop", "outcome": "chosen"}}}),
    );
    let parent = bot(
        "parent",
        json!({"triggers": [{"on": "message", "any": true}], "start": "call", "steps": {
            "call": {"type": "start_bot", "bot": "child", "save": {"vars.colour": "child.vars.colour", "vars.how": "child.outcome"}, "next": "tell"},
            "tell": {"type": "message", "text": "{{ vars.colour }} ({{ vars.how }})"}
        }}),
    );
    let mut rehearsal = rehearse(&[child, parent]);
    say(&mut rehearsal, "hi");
    say(&mut rehearsal, "blue");
    assert_eq!(texts(&rehearsal), ["Colour?", "blue (chosen)"]);
}

#[test]
fn two_bots_that_feed_each_other_stop() {
    let flip = |id: &str, from: &str, to: &str| {
        bot(
            id,
            json!({"triggers": [{"on": "tag", "tag": from}], "start": "a", "steps": {
                "a": {"type": "tags", "on": "contact", "add": [to], "remove": [from]}
            }}),
        )
    };
    let start = bot(
        "start",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {"a": {"type": "tags", "on": "contact", "add": ["x"]}}}),
    );
    let turned =
        run(contact(), &bots(&[flip("one", "x", "y"), flip("two", "y", "x"), start]), &message("wamid.1", NOW, "hi"), NOW);
    let started = turned.facts.iter().filter(|fact| matches!(fact, Fact::SessionStarted { .. })).count();
    assert_eq!(started, 3);
}

#[test]
fn merged_contacts_keep_what_both_had() {
    let bots = bots(&[shop()]);
    let other = run(
        Contact::new(ContactId::new("c2"), Identity { user_id: Some("BR.1".into()), ..Identity::default() }, NOW),
        &bots,
        &message("wamid.9", NOW, "shop"),
        NOW,
    )
    .contact;
    let mut ours = run(contact(), &bots, &message("wamid.1", NOW, "hello"), NOW).contact;
    ours.tags = vec!["vip".into()];
    let content = serde_json::to_value(&other).unwrap();
    let merged = run(ours, &bots, &event("merge", EventKind::Merge { from: ContactId::new("c2"), content }), NOW).contact;
    assert_eq!(merged.sessions.len(), 1);
    let conversation = &merged.conversations[&NumberId::new("100")];
    assert_eq!(conversation.listener, Some(merged.sessions[0].id));
    assert_eq!(merged.leads.len(), 2);
    let ids: std::collections::HashSet<_> = merged.pending.iter().map(|pending| pending.id).collect();
    assert_eq!(ids.len(), merged.pending.len());
    // And the session goes on.
    let turned = run(merged, &bots, &message("wamid.2", NOW.plus(SECOND), "bye"), NOW.plus(SECOND));
    assert_eq!(queued(&turned.facts), ["Bye!"]);
}

#[test]
fn a_call_whose_process_died_is_made_again_unless_the_step_forbids_it() {
    for (repeat, expected) in [(true, 1), (false, 0)] {
        let caller = bot(
            "caller",
            json!({"triggers": [{"on": "message", "any": true}], "start": "call", "steps": {
                "call": {"type": "http", "method": "POST", "url": "https://example.com", "repeat": repeat, "next": "done", "failed": "failed"},
                "done": {"type": "stop"}, "failed": {"type": "message", "text": "{{ error.name }}"}
            }}),
        );
        let bots = bots(&[caller]);
        let mut contact = run(contact(), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
        let claimed = outbox::claim(&mut contact, "me", NOW, &mut Vec::new());
        assert!(matches!(&claimed[..], [Claimed::Call { call: Call::Http(_), .. }]));
        let due = contact
            .pending
            .iter()
            .filter(|pending| matches!(pending.work, Work::Call(_)))
            .filter_map(|pending| pending.due())
            .min()
            .unwrap();
        let turned = run(contact, &bots, &event("due", EventKind::Due), due);
        let mut contact = turned.contact;
        let again = outbox::claim(&mut contact, "me", due, &mut Vec::new());
        assert_eq!(again.iter().filter(|claimed| matches!(claimed, Claimed::Call { .. })).count(), expected);
        assert_eq!(queued(&turned.facts).is_empty(), repeat);
    }
}
