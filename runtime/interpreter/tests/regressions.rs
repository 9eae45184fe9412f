//! What once went wrong, as stories: a message lost or said twice, a timer that never fired, a bot that spoke while a person had the
//! conversation, two contacts made one.

use std::sync::Arc;

use interpreter::{
    Bots, Supplied, Turned,
    outbox::{self, Claimed},
    rehearsal::Rehearsal,
    turn,
};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::{Contact, MAX_LEADS, MAX_SEEN, MAX_SENT, Work},
    environment::Environment,
    event::{
        AgentCommand, CallResult, ChannelError, Content, Delivery, Event, EventKind, Identity, Inbound, LeadData, Reaction,
        SendOutcome, Status, Trigger,
    },
    fact::Fact,
    ids::{BotId, ContactId, EntryId, EventId, MessageId, NumberId},
    message::Message,
    moment::{DAY, HOUR, MINUTE, Moment, SECOND},
    trace::Traced,
};

const NOW: Moment = Moment(1_772_442_000_000);

fn bot(id: &str, document: Value) -> Arc<Bot> {
    Bot::new(BotId::new(id).unwrap(), serde_json::from_value(document).unwrap())
}

/// A bot that a word or the API starts.
fn by_word(id: &str, defaults: Value, start: &str, steps: Value) -> Arc<Bot> {
    bot(id, json!({"defaults": defaults, "triggers": [{"on": "message", "keywords": [id]}], "start": start, "steps": steps}))
}

fn bots(list: &[Arc<Bot>]) -> Bots {
    let mut bots = Bots::default();
    list.iter().for_each(|bot| bots.publish(bot.clone()));
    bots
}

fn environment() -> Arc<Environment> {
    Arc::new(Environment { default_number: number(), ..Environment::default() })
}

fn number() -> NumberId {
    NumberId::new("100")
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

fn agent(rehearsal: &mut Rehearsal, command: AgentCommand) {
    rehearsal.event(EventKind::Agent(command));
}

const TAKE: AgentCommand = AgentCommand::Handoff { to: None };
const GIVE_BACK: AgentCommand = AgentCommand::Release { close: false };

fn start(rehearsal: &mut Rehearsal, id: &str) {
    let trigger = Trigger::Run { bot: BotId::new(id).unwrap(), start: None, variables: Map::new(), data: Value::Null };
    rehearsal.event(EventKind::Trigger(trigger));
}

fn answer_last_call(rehearsal: &mut Rehearsal) {
    let (entry, _, _) = rehearsal.calls.last().unwrap().clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: None, text: String::new() });
}

fn refusal(code: i64, name: &str, reaction: Reaction) -> ChannelError {
    ChannelError { code, name: name.into(), text: "said the channel".into(), reaction }
}

fn inbound(id: &str, at: Moment, content: Content) -> Event {
    let inbound = Inbound {
        id: MessageId::new(id),
        at,
        from: ana(),
        content,
        reply_to: None,
        forwarded: false,
        referral: None,
        product: None,
        group: None,
        standby: false,
    };
    event(id, EventKind::Message(inbound))
}

fn message(id: &str, at: Moment, text: &str) -> Event {
    inbound(id, at, Content::Text { text: text.into() })
}

fn event(id: &str, kind: EventKind) -> Event {
    Event { id: EventId::new(id), number: number(), kind }
}

fn contact(id: &str) -> Contact {
    Contact::new(ContactId::new(id), ana(), NOW)
}

fn run(contact: Contact, bots: &Bots, event: &Event, now: Moment) -> Turned {
    turn(bots, &environment(), contact, event, now, &Supplied::default()).unwrap()
}

fn queued(facts: &[Fact]) -> Vec<String> {
    let text = |fact: &Fact| match fact {
        Fact::Queued { message, .. } => Some(message.text().to_owned()),
        _ => None,
    };
    facts.iter().filter_map(text).collect()
}

fn is_new(turned: &Turned) -> bool {
    turned.facts.iter().any(|fact| matches!(fact, Fact::Received { stale: false, .. }))
}

fn echo() -> Arc<Bot> {
    bot(
        "echo",
        json!({"triggers": [{"on": "message", "any": true}], "start": "say", "steps": {
            "say": {"type": "message", "text": "{{ message.text }}", "next": "listen"},
            "listen": {"type": "wait", "for": "message", "next": "say"}
        }}),
    )
}

/// A bot that calls out about whatever it is told, and waits for more.
fn caller(defaults: Value, repeat: bool, last: Value) -> Arc<Bot> {
    by_word(
        "caller",
        defaults,
        "listen",
        json!({
            "listen": {"type": "wait", "for": "message", "next": "call"},
            "call": {"type": "http", "method": "POST", "url": "https://example.com", "repeat": repeat, "next": "say", "failed": "failed"},
            "say": last,
            "failed": {"type": "message", "text": "{{ error.name }}"}
        }),
    )
}

fn asker(id: &str, when_listening: &str) -> Arc<Bot> {
    by_word(
        id,
        json!({"when_listening": when_listening}),
        "ask",
        json!({
            "ask": {"type": "ask", "text": format!("{id}?"), "save": "vars.x", "next": "done"},
            "done": {"type": "message", "text": format!("{id}!")}
        }),
    )
}

// ---- once in ----

#[test]
fn a_clock_that_goes_ahead_neither_opens_the_window_for_ever_nor_makes_the_rest_stale() {
    let bots = bots(&[]);
    let mut contact = run(contact("c1"), &bots, &message("ahead", Moment::MAX, "hi"), NOW).contact;
    assert_eq!(contact.conversations[&number()].last_customer, Some(NOW));
    for place in 0..MAX_SEEN {
        let now = NOW.plus(place as i64 * SECOND);
        contact = run(contact, &bots, &message(&format!("wamid.{place}"), now, "hi"), now).contact;
    }
    let now = NOW.plus(DAY);
    assert!(is_new(&run(contact, &bots, &message("later", now, "hi"), now)));
}

#[test]
fn the_last_message_that_was_forgotten_is_stale_too() {
    let bots = bots(&[]);
    let mut contact = contact("c1");
    for place in 0..=MAX_SEEN {
        let now = NOW.plus(place as i64 * SECOND);
        contact = run(contact, &bots, &message(&format!("wamid.{place}"), now, "hi"), now).contact;
    }
    assert!(!is_new(&run(contact, &bots, &message("wamid.0", NOW, "hi"), NOW.plus(HOUR))));
}

#[test]
fn chance_is_the_same_in_every_version_of_this_program() {
    let split = bot(
        "split",
        json!({"triggers": [{"on": "message", "any": true}], "start": "split", "steps": {
            "split": {"type": "split", "by": "random", "options": [{"goto": "a"}, {"goto": "b"}, {"goto": "c"}, {"goto": "d"}]},
            "a": {"type": "message", "text": "a"}, "b": {"type": "message", "text": "b"},
            "c": {"type": "message", "text": "c"}, "d": {"type": "message", "text": "d"}
        }}),
    );
    let bots = bots(&[split]);
    let drawn: String = (0..16)
        .map(|place| {
            let turned = run(contact("c1"), &bots, &message(&format!("wamid.{place}"), NOW, "hi"), NOW);
            queued(&turned.facts).concat()
        })
        .collect();
    assert_eq!(drawn, "aabbbabacadcacaa");
}

// ---- nothing lost while a bot is busy ----

#[test]
fn what_the_customer_writes_during_a_call_reaches_a_wait_for_a_message() {
    let last = json!({"type": "message", "text": "about {{ message.text }}", "next": "listen"});
    let mut rehearsal = rehearse(&[caller(json!({}), true, last)]);
    for text in ["caller", "one", "two", "three"] {
        say(&mut rehearsal, text);
    }
    for _ in 0..3 {
        answer_last_call(&mut rehearsal);
    }
    let told: Vec<_> = texts(&rehearsal);
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[1..], ["about two", "about three"]);
}

#[test]
fn what_a_session_did_not_take_before_it_ended_starts_whatever_it_names() {
    let mut rehearsal =
        rehearse(&[caller(json!({}), true, json!({"type": "message", "text": "done"})), asker("order", "replace")]);
    for text in ["caller", "one", "order"] {
        say(&mut rehearsal, text);
    }
    answer_last_call(&mut rehearsal);
    assert_eq!(texts(&rehearsal), ["done", "order?"]);
}

#[test]
fn a_first_message_that_waits_to_be_joined_still_begins_the_conversation() {
    let welcome = bot(
        "welcome",
        json!({"defaults": {"join": "5s"}, "triggers": [{"on": "conversation"}], "start": "say", "steps": {
            "say": {"type": "message", "text": "Welcome!"}
        }}),
    );
    let mut rehearsal = rehearse(&[welcome]);
    say(&mut rehearsal, "hi");
    rehearsal.customer(Content::Contacts { contacts: json!([]), requested: false }, None, None);
    assert_eq!(texts(&rehearsal), ["Welcome!"]);
}

#[test]
fn quick_messages_do_not_wait_for_ever() {
    let joiner = bot(
        "joiner",
        json!({"defaults": {"join": "5s"}, "triggers": [{"on": "message", "any": true}], "start": "say", "steps": {
            "say": {"type": "message", "text": "heard"}
        }}),
    );
    let mut rehearsal = rehearse(&[joiner]);
    for _ in 0..50 {
        say(&mut rehearsal, "and");
        rehearsal.pass(SECOND);
    }
    assert!(!rehearsal.said.is_empty());
}

#[test]
fn a_bot_in_the_queue_has_its_turn_however_the_other_ended() {
    let begin = |first: Arc<Bot>| {
        let mut rehearsal = rehearse(&[first, asker("second", "queue")]);
        say(&mut rehearsal, "hello");
        start(&mut rehearsal, "first");
        start(&mut rehearsal, "second");
        rehearsal
    };
    let mut stopped = begin(asker("first", "replace"));
    agent(&mut stopped, AgentCommand::Stop { bot: Some(BotId::new("first").unwrap()), session: None });
    assert_eq!(texts(&stopped), ["first?", "second?"]);

    let first = by_word("first", json!({"expires": "1h"}), "ask", json!({"ask": {"type": "ask", "text": "first?"}}));
    let mut expired = begin(first);
    expired.pass(2 * HOUR);
    assert_eq!(texts(&expired), ["first?", "second?"]);

    let steps = json!({
        "ask": {"type": "ask", "text": "first?", "next": "later"},
        "later": {"type": "wait", "for": {"delay": "1h"}, "next": "done"},
        "done": {"type": "message", "text": "first!"}
    });
    let mut listens_no_more = begin(by_word("first", json!({}), "ask", steps));
    say(&mut listens_no_more, "blue");
    listens_no_more.pass(2 * HOUR);
    assert_eq!(texts(&listens_no_more), ["first?", "first!", "second?"]);
}

// ---- people ----

#[test]
fn a_bot_in_the_queue_keeps_silent_while_a_person_has_the_conversation() {
    let steps = json!({"ask": {"type": "ask", "text": "first?", "next": "person"}, "person": {"type": "handoff"}});
    let mut rehearsal = rehearse(&[by_word("first", json!({}), "ask", steps), asker("second", "queue")]);
    say(&mut rehearsal, "hello");
    start(&mut rehearsal, "first");
    start(&mut rehearsal, "second");
    say(&mut rehearsal, "a person, please");
    assert_eq!(texts(&rehearsal), ["first?"]);
    agent(&mut rehearsal, GIVE_BACK);
    assert_eq!(texts(&rehearsal), ["first?", "second?"]);
}

#[test]
fn statuses_and_late_failures_move_no_bot_while_a_person_has_the_conversation() {
    let steps = json!({
        "say": {"type": "message", "text": "Offer!", "next": "wait", "failed": "sorry"},
        "wait": {"type": "wait", "for": "read", "next": "seen"},
        "seen": {"type": "message", "text": "You saw it"},
        "sorry": {"type": "message", "text": "Sorry"}
    });
    let offer = by_word("offer", json!({}), "say", steps);
    let mut read = rehearse(std::slice::from_ref(&offer));
    say(&mut read, "offer");
    agent(&mut read, TAKE);
    let said = read.said[0].clone();
    read.status(&said, Delivery::Read, None);
    assert_eq!(texts(&read), ["Offer!"]);
    agent(&mut read, GIVE_BACK);
    assert_eq!(texts(&read), ["Offer!", "You saw it"]);

    let mut failed = rehearse(&[offer]);
    say(&mut failed, "offer");
    agent(&mut failed, TAKE);
    failed.status(&said, Delivery::Failed, Some(refusal(131_053, "media", Reaction::Drop)));
    assert_eq!(texts(&failed), ["Offer!"]);
    assert!(failed.facts.iter().any(|fact| matches!(fact, Fact::Alert { name, .. } if name == "media")));
}

#[test]
fn a_call_that_must_not_be_repeated_is_not_when_the_conversation_comes_back() {
    let mut rehearsal = rehearse(&[caller(json!({}), false, json!({"type": "message", "text": "paid"}))]);
    say(&mut rehearsal, "caller");
    say(&mut rehearsal, "pay");
    agent(&mut rehearsal, TAKE);
    answer_last_call(&mut rehearsal);
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(0);
    assert!(rehearsal.calls.is_empty(), "{:?}", rehearsal.calls);
    assert_eq!(texts(&rehearsal), ["cut_off"]);
}

#[test]
fn held_timers_run_at_an_early_release_and_survive_what_people_write_meanwhile() {
    let nudge = bot(
        "nudge",
        json!({"defaults": {"resume_after": "12h"}, "triggers": [
            {"on": "message", "keywords": ["nudge"]}, {"on": "schedule", "field": "contact.fields.visit", "before": "1h"}
        ], "start": "ask", "steps": {
            "ask": {"type": "ask", "text": "Size?", "timeout": {"after": "1h", "goto": "again"}},
            "again": {"type": "message", "text": "Still there?"}
        }}),
    );
    let field =
        |value: Value| EventKind::Trigger(Trigger::Fields { fields: Map::from_iter([("contact.fields.visit".into(), value)]) });
    let mut rehearsal = rehearse(&[nudge]);
    rehearsal.event(field(json!("2026-09-01")));
    say(&mut rehearsal, "nudge");
    agent(&mut rehearsal, AgentCommand::Message { text: "I take this".into(), by: None });
    rehearsal.pass(2 * HOUR);
    rehearsal.event(field(Value::Null));
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(0);
    assert_eq!(texts(&rehearsal), ["Size?", "I take this", "Still there?"]);
}

/// Why bots did not start, and what was ignored.
fn reasons(turned: &Turned) -> Vec<String> {
    let reason = |line: &steps::trace::TraceLine| match &line.what {
        Traced::NotStarted { reason, .. } => Some(reason.to_string()),
        Traced::Ignored { reason } => Some(reason.clone()),
        _ => None,
    };
    turned.trace.iter().filter_map(reason).collect()
}

#[test]
fn fields_from_outside_are_set_all_or_not_at_all() {
    let environment = environment();
    for (path, value) in [
        ("lead.price", json!("abc")),
        ("vars.x", json!(1)),
        ("contact.phone", json!("+5511988887777")),
        ("contact.email", json!("nonsense")),
        ("contact.language", json!("zz!!")),
        ("contact.shoe", json!(1)),
    ] {
        let fields = Map::from_iter([("contact.fields.a".into(), json!(1)), (path.into(), value)]);
        let ana = contact("c1");
        let problem = interpreter::check_fields(&environment, &ana, NOW, &fields).unwrap_err();
        assert_eq!(problem.path, path);
        let set = run(ana.clone(), &bots(&[]), &event("fields", EventKind::Trigger(Trigger::Fields { fields })), NOW);
        assert!(set.contact.fields.is_empty() && set.contact.leads == ana.leads, "{path}");
        let [reason] = &reasons(&set)[..] else { panic!("{:?}", set.trace) };
        assert!(reason.contains(path) && !reason.contains("Failed("), "{reason}");
    }
    let own = Map::from_iter([("contact.phone".into(), json!("+5511999999999")), ("lead.price".into(), json!("12,5"))]);
    assert_eq!(interpreter::check_fields(&environment, &contact("c1"), NOW, &own), Ok(()));
}

#[test]
fn a_lead_that_was_in_its_stage_before_starts_nothing() {
    let welcome = bot(
        "welcome",
        json!({"triggers": [{"on": "stage", "stage": "new"}], "start": "say", "steps": {"say": {"type": "note", "text": "new"}}}),
    );
    let bots = bots(&[welcome]);
    let enters = |pipeline: &str, previous: Option<&str>| {
        let lead = LeadData { id: "1".into(), pipeline: Some(pipeline.into()), stage: Some("new".into()), ..LeadData::default() };
        let trigger = Trigger::Stage { lead, previous_stage: previous.map(Into::into), created: false };
        event(&format!("{pipeline}{previous:?}"), EventKind::Trigger(trigger))
    };
    let started = |turned: &Turned| turned.facts.iter().any(|fact| matches!(fact, Fact::SessionStarted { .. }));
    let first = run(contact("c1"), &bots, &enters("sales", None), NOW);
    assert!(started(&first));
    let stays = run(first.contact.clone(), &bots, &enters("sales", Some("new")), NOW);
    assert_eq!((started(&stays), reasons(&stays)), (false, vec!["same_stage".to_owned()]));
    assert!(!stays.facts.iter().any(|fact| matches!(fact, Fact::StageChanged { .. })));
    // The stage of another pipeline has the same name.
    assert!(started(&run(first.contact, &bots, &enters("support", Some("new")), NOW)));
}

#[test]
fn a_send_that_failed_is_told_once_with_its_code() {
    let offer = by_word(
        "offer",
        json!({}),
        "say",
        json!({"say": {"type": "message", "text": "Offer!", "next": "wait"}, "wait": {"type": "wait", "for": {"delay": "1h"}}}),
    );
    let mut rehearsal = rehearse(&[offer]);
    say(&mut rehearsal, "offer");
    let said = rehearsal.said[0].clone();
    rehearsal.pass(SECOND);
    rehearsal.status(&said, Delivery::Failed, Some(refusal(131_053, "media", Reaction::Drop)));
    let alerts: Vec<_> = rehearsal.facts.iter().filter(|fact| matches!(fact, Fact::Alert { .. })).collect();
    assert!(matches!(alerts[..], [Fact::Alert { code: Some(131_053), .. }]), "{alerts:?}");
}

#[test]
fn a_stop_reaches_what_a_bot_says_on_another_number() {
    let bots = bots(&[asker("first", "replace")]);
    let other = Event { number: NumberId::new("200"), ..message("wamid.1", NOW, "first") };
    let contact = run(contact("c1"), &bots, &other, NOW).contact;
    let stop = event("stop", EventKind::Agent(AgentCommand::Stop { bot: None, session: None }));
    let mut contact = run(contact, &bots, &stop, NOW).contact;
    assert!(outbox::claim(&mut contact, "me", NOW, &mut Vec::new()).is_empty());
}

// ---- sends and their statuses ----

#[test]
fn a_wait_for_a_delivery_that_has_been_goes_on() {
    let steps = json!({
        "say": {"type": "message", "text": "Offer!", "next": "pause"},
        "pause": {"type": "wait", "for": {"delay": "1m"}, "next": "wait"},
        "wait": {"type": "wait", "for": "delivered", "next": "next"},
        "next": {"type": "message", "text": "And more"}
    });
    let mut rehearsal = rehearse(&[by_word("offer", json!({}), "say", steps)]);
    say(&mut rehearsal, "offer");
    let said = rehearsal.said[0].clone();
    rehearsal.status(&said, Delivery::Delivered, None);
    rehearsal.pass(MINUTE);
    assert_eq!(texts(&rehearsal), ["Offer!", "And more"]);
}

#[test]
fn a_late_failure_moves_only_the_bot_that_sent() {
    let first = by_word(
        "first",
        json!({}),
        "say",
        json!({
            "say": {"type": "message", "text": "from the first", "next": "over"},
            "over": {"type": "start_bot", "bot": "second", "mode": "switch"}
        }),
    );
    let second = by_word(
        "second",
        json!({"failed": "sorry"}),
        "say",
        json!({"say": {"type": "ask", "text": "second?"}, "sorry": {"type": "message", "text": "Sorry"}}),
    );
    let mut rehearsal = rehearse(&[first, second]);
    say(&mut rehearsal, "first");
    let said = rehearsal.said[0].clone();
    rehearsal.status(&said, Delivery::Failed, Some(refusal(131_053, "media", Reaction::Drop)));
    assert_eq!(texts(&rehearsal), ["from the first", "second?"]);
}

#[test]
fn a_window_that_was_closed_after_all_is_as_the_step_says() {
    for (outside, expected) in [(json!("skip"), "done"), (json!({"goto": "other"}), "other"), (json!("fail"), "end")] {
        let steps = json!({
            "ask": {"type": "ask", "text": "Size?", "outside_window": outside, "next": "done", "failed": "end"},
            "done": {"type": "message", "text": "Done"}, "other": {"type": "message", "text": "Elsewhere"}, "end": {"type": "stop"}
        });
        let bots = bots(&[by_word("ask", json!({}), "ask", steps)]);
        let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "ask"), NOW).contact;
        let claimed = outbox::claim(&mut contact, "me", NOW, &mut Vec::new());
        let [Claimed::Send { entry, .. }] = claimed[..] else { panic!("{claimed:?}") };
        let outcome = SendOutcome::Accepted { message_id: MessageId::new("wamid.a"), wa_id: None, user_id: None };
        let contact = run(contact, &bots, &event("sent", EventKind::Sent { entry, attempt: None, outcome }), NOW).contact;
        let error = Some(refusal(131_047, "window_closed", Reaction::Template));
        let status = Status {
            message_id: MessageId::new("wamid.a"),
            state: Delivery::Failed,
            at: NOW,
            entry: Some(entry),
            error,
            pricing: None,
        };
        let turned = run(contact, &bots, &event("failed", EventKind::Status(status)), NOW);
        let ran = turned.trace.0.iter().find_map(|line| match &line.what {
            Traced::Step { step, .. } => Some(step.as_str()),
            _ => None,
        });
        assert_eq!(ran, Some(expected), "{outside}");
    }
}

#[test]
fn a_tap_on_an_earlier_question_does_not_settle_a_later_one() {
    let steps = json!({"ask": {"type": "message", "text": "Which?", "buttons": [{"id": "a", "title": "A", "goto": "end"}]}, "end": {"type": "stop"}});
    let bots = bots(&[by_word("which", json!({}), "ask", steps)]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "which"), NOW).contact;
    let claimed = outbox::claim(&mut contact, "me", NOW, &mut Vec::new());
    let [Claimed::Send { entry, message: Message::Buttons(ref buttons), .. }] = claimed[..] else { panic!("{claimed:?}") };
    let reply = buttons.buttons[0].id.clone();
    let outcome = SendOutcome::Accepted { message_id: MessageId::new("wamid.a"), wa_id: None, user_id: None };
    let contact = run(contact, &bots, &event("sent:1", EventKind::Sent { entry, attempt: None, outcome }), NOW).contact;
    let mut contact = run(contact, &bots, &message("wamid.2", NOW, "neither"), NOW).contact;
    let claimed = outbox::claim(&mut contact, "me", NOW, &mut Vec::new());
    let [Claimed::Send { entry, .. }] = claimed[..] else { panic!("{claimed:?}") };
    let contact =
        run(contact, &bots, &event("sent:2", EventKind::Sent { entry, attempt: None, outcome: SendOutcome::Unknown }), NOW)
            .contact;
    let mut tap = inbound("wamid.3", NOW, Content::Tap { id: reply, title: "A".into(), description: None });
    if let EventKind::Message(inbound) = &mut tap.kind {
        inbound.reply_to = Some(MessageId::new("wamid.a"));
    }
    let contact = run(contact, &bots, &tap, NOW).contact;
    assert!(contact.pending.iter().any(|pending| pending.id == entry));
}

#[test]
fn a_send_that_is_cut_off_every_time_is_repeated_ever_less_and_fails_in_the_end() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let (mut now, mut sends, mut facts) = (NOW, 0, Vec::new());
    while now < NOW.plus(20 * HOUR) {
        for claimed in outbox::claim(&mut contact, "me", now, &mut facts) {
            let Claimed::Send { entry, .. } = claimed else { continue };
            sends += 1;
            let turned =
                run(contact, &bots, &event("cut", EventKind::Sent { entry, attempt: None, outcome: SendOutcome::Unknown }), now);
            contact = turned.contact;
            facts.extend(turned.facts);
        }
        now = now.plus(10 * SECOND);
    }
    assert!(sends <= 12, "{sends}");
    assert!(facts.iter().any(|fact| matches!(fact, Fact::SendFailed { error, .. } if error.name == "unsettled")));
    assert_eq!(facts.iter().filter(|fact| matches!(fact, Fact::SentAgain { .. })).count(), sends - 1);
}

#[test]
fn a_question_that_is_held_is_not_asked_after_its_time() {
    let steps = json!({
        "ask": {"type": "ask", "text": "Size?", "outside_window": "hold", "timeout": {"after": "1h", "goto": "end"}},
        "end": {"type": "stop"}
    });
    let mut rehearsal = rehearse(&[by_word("ask", json!({}), "ask", steps)]);
    start(&mut rehearsal, "ask");
    rehearsal.pass(2 * HOUR);
    say(&mut rehearsal, "hello");
    assert!(rehearsal.said.is_empty());
}

// ---- triggers ----

#[test]
fn a_customer_who_said_stop_gets_no_nudge() {
    let nudge = bot(
        "nudge",
        json!({"defaults": {"join": "5s"}, "triggers": [{"on": "silence", "after": "1h"}, {"on": "message", "any": true}],
            "start": "say", "steps": {"say": {"type": "message", "text": "Still there?"}}}),
    );
    let mut rehearsal = rehearse(&[nudge]);
    say(&mut rehearsal, "hello");
    rehearsal.pass(SECOND);
    say(&mut rehearsal, "stop");
    rehearsal.pass(DAY);
    assert!(rehearsal.said.is_empty(), "{:?}", texts(&rehearsal));
    // A template's own button says it too.
    let mut rehearsal = rehearse(&[]);
    rehearsal.customer(Content::Tap { id: "Stop".into(), title: "Stop".into(), description: None }, None, None);
    assert_eq!(rehearsal.contact.opted_in, Some(false));
}

#[test]
fn a_timer_of_a_trigger_that_is_another_by_now_starts_nothing() {
    let say = json!({"say": {"type": "message", "text": "Still there?"}});
    let silence = |triggers: Value| bot("nudge", json!({"triggers": triggers, "start": "say", "steps": say}));
    let mut rehearsal = rehearse(&[silence(json!([{"on": "silence", "after": "1h"}]))]);
    steps_pass(&mut rehearsal, &[silence(json!([{"on": "message", "keywords": ["x"]}]))], 2 * HOUR);
    assert!(rehearsal.said.is_empty());
    let mut rehearsal = rehearse(&[silence(json!([{"on": "silence", "after": "1h"}]))]);
    steps_pass(&mut rehearsal, &[silence(json!([{"on": "silence", "after": "5h"}]))], 2 * HOUR);
    assert!(rehearsal.said.is_empty());
    rehearsal.pass(4 * HOUR);
    assert_eq!(texts(&rehearsal), ["Still there?"]);
}

/// The customer writes, other bots are published, time passes.
fn steps_pass(rehearsal: &mut Rehearsal, then: &[Arc<Bot>], millis: i64) {
    say(rehearsal, "hello");
    rehearsal.publish(bots(then));
    rehearsal.pass(millis);
}

#[test]
fn a_window_that_closed_while_a_person_had_the_conversation_is_about_to_close_no_more() {
    let closing = bot(
        "closing",
        json!({"triggers": [{"on": "window_closing", "before": "1h"}], "start": "say", "steps": {
            "say": {"type": "template", "name": "hello", "language": "en"}
        }}),
    );
    let mut rehearsal = rehearse(&[closing]);
    say(&mut rehearsal, "hello");
    agent(&mut rehearsal, TAKE);
    rehearsal.pass(30 * HOUR);
    agent(&mut rehearsal, GIVE_BACK);
    rehearsal.pass(HOUR);
    assert!(rehearsal.said.is_empty());
}

#[test]
fn a_condition_that_fails_at_one_change_does_not_hide_the_next() {
    let tagger = by_word("tagger", json!({}), "tag", json!({"tag": {"type": "tags", "on": "contact", "add": ["x", "vip"]}}));
    let watcher = bot(
        "watcher",
        json!({"triggers": [{"on": "tag", "tag": "x", "when": "false"}, {"on": "tag", "tag": "vip"}], "start": "say", "steps": {
            "say": {"type": "message", "text": "A VIP!"}
        }}),
    );
    let mut rehearsal = rehearse(&[tagger, watcher]);
    say(&mut rehearsal, "tagger");
    assert_eq!(texts(&rehearsal), ["A VIP!"]);
}

#[test]
fn a_stage_is_that_of_the_lead_which_entered_it() {
    let won = bot(
        "won",
        json!({"triggers": [{"on": "stage", "stage": "won"}], "start": "say", "steps": {"say": {"type": "message", "text": "Thanks!"}}}),
    );
    let pipelines = json!({"pipelines": {"sales": {"stages": ["new"], "closed": ["won"]}}, "default_number": "100"});
    let environment: Environment = serde_json::from_value(pipelines).unwrap();
    let mut rehearsal = Rehearsal::new(bots(&[won]), Arc::new(environment), ana(), NOW);
    say(&mut rehearsal, "hello");
    let lead = |id: &str, stage: &str| LeadData {
        id: id.into(),
        pipeline: Some("sales".into()),
        stage: Some(stage.into()),
        ..LeadData::default()
    };
    let enters = |lead| EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false });
    rehearsal.event(enters(lead("1", "new")));
    rehearsal.event(enters(lead("2", "new")));
    rehearsal.event(enters(lead("1", "won")));
    assert_eq!(texts(&rehearsal), ["Thanks!"]);
}

#[test]
fn a_date_that_a_pipeline_hands_over_sets_its_timer() {
    let visit = bot(
        "visit",
        json!({"triggers": [{"on": "schedule", "field": "lead.fields.visit", "before": "1h"}], "start": "say", "steps": {
            "say": {"type": "template", "name": "reminder", "language": "en"}
        }}),
    );
    let mut rehearsal = rehearse(&[visit]);
    let fields = Map::from_iter([("visit".to_owned(), json!(NOW.plus(DAY).to_string()))]);
    let lead = LeadData { id: "1".into(), fields, ..LeadData::default() };
    rehearsal.event(EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false }));
    rehearsal.pass(23 * HOUR);
    assert_eq!(rehearsal.said.len(), 1);
}

// ---- bounds ----

#[test]
fn sessions_leads_and_times_of_triggers_are_bounded() {
    let sleeper = by_word("sleeper", json!({}), "wait", json!({"wait": {"type": "wait", "for": {"delay": "1d"}}}));
    let mut rehearsal = rehearse(&[sleeper]);
    for _ in 0..40 {
        start(&mut rehearsal, "sleeper");
    }
    assert_eq!(rehearsal.contact.sessions.len(), 16);

    let mut rehearsal = rehearse(&[]);
    for id in 0..(MAX_LEADS + 20) {
        let lead = LeadData { id: id.to_string(), stage: Some("new".into()), ..LeadData::default() };
        rehearsal.event(EventKind::Trigger(Trigger::Stage { lead, previous_stage: None, created: false }));
    }
    assert_eq!(rehearsal.contact.leads.len(), MAX_LEADS);
    assert_eq!(rehearsal.contact.lead().unwrap().id, (MAX_LEADS + 19).to_string());

    let once = |id: &str| {
        let triggers = json!([{"on": "message", "any": true, "once_per": "1h"}]);
        bot(id, json!({"triggers": triggers, "start": "say", "steps": {"say": {"type": "message", "text": "hi"}}}))
    };
    let mut rehearsal = rehearse(&[]);
    for place in 0..5 {
        rehearsal.publish(bots(&[once(&format!("bot_{place}"))]));
        say(&mut rehearsal, "hi");
    }
    assert_eq!(rehearsal.contact.fired.len(), 1);
}

#[test]
fn a_bot_that_goes_round_in_circles_does_not_take_its_neighbours_along() {
    let round = json!({"a": {"type": "set", "fields": {"vars.x": 1}, "next": "b"}, "b": {"type": "set", "fields": {"vars.x": 2}, "next": "a"}});
    let watch = |id: &str, steps: Value| bot(id, json!({"triggers": [{"on": "tag", "tag": "x"}], "start": "a", "steps": steps}));
    let tagger = by_word("tagger", json!({}), "tag", json!({"tag": {"type": "tags", "on": "contact", "add": ["x"]}}));
    let good = watch("good", json!({"a": {"type": "message", "text": "Still here"}}));
    let mut rehearsal = rehearse(&[tagger, watch("bad", round), good]);
    say(&mut rehearsal, "tagger");
    assert_eq!(texts(&rehearsal), ["Still here"]);
}

// ---- two contacts that are one ----

fn merged(ours: Contact, theirs: &Contact, bots: &Bots) -> Contact {
    let content = serde_json::to_value(theirs).unwrap();
    run(ours, bots, &event("merge", EventKind::Merge { from: theirs.id.clone(), content }), NOW.plus(HOUR)).contact
}

fn tap_on_last(contact: &mut Contact, now: Moment) -> Content {
    let claimed = outbox::claim(contact, "me", now, &mut Vec::new());
    let [Claimed::Send { message: Message::Buttons(ref buttons), .. }] = claimed[..] else { panic!("{claimed:?}") };
    let reply = &buttons.buttons[0];
    Content::Tap { id: reply.id.clone(), title: reply.title.clone(), description: None }
}

#[test]
fn a_button_shown_before_a_merge_answers_the_session_that_showed_it() {
    let steps = json!({
        "name": {"type": "ask", "text": "Name?", "save": "vars.name", "next": "which"},
        "which": {"type": "message", "text": "Which?", "buttons": [{"id": "a", "title": "A", "goto": "end"}]},
        "end": {"type": "message", "text": "Thanks, {{ vars.name }}"}
    });
    let bots = bots(&[by_word("order", json!({}), "name", steps)]);
    let theirs = run(contact("c2"), &bots, &message("wamid.1", NOW, "order"), NOW).contact;
    let mut theirs = theirs;
    theirs.pending.retain(|pending| !matches!(pending.work, Work::Send(_)));
    let mut theirs = run(theirs, &bots, &message("wamid.2", NOW, "Bia"), NOW).contact;
    let tap = tap_on_last(&mut theirs, NOW);
    let ours = run(contact("c1"), &bots, &message("wamid.3", NOW, "hello"), NOW).contact;
    let both = merged(ours, &theirs, &bots);
    let turned = run(both, &bots, &inbound("wamid.4", NOW, tap), NOW.plus(HOUR));
    assert_eq!(queued(&turned.facts), ["Thanks, Bia"]);
}

#[test]
fn merged_contacts_listen_once_wait_in_one_queue_and_nudge_once() {
    let nudge = bot(
        "nudge",
        json!({"triggers": [{"on": "silence", "after": "2h", "once_per": "1d"}], "start": "say", "steps": {
            "say": {"type": "message", "text": "Still there?"}
        }}),
    );
    let bots = bots(&[asker("first", "replace"), asker("second", "queue"), nudge]);
    let of = |id: &str, at: Moment| {
        let contact = run(contact(id), &bots, &message(&format!("{id}.1"), at, "first"), at).contact;
        let second = Trigger::Run { bot: BotId::new("second").unwrap(), start: None, variables: Map::new(), data: Value::Null };
        let mut contact = run(contact, &bots, &event("run", EventKind::Trigger(second)), at).contact;
        contact.phone = Some("+5511888888888".into());
        contact.fired.insert(format!("{id}#0").into(), at);
        contact
    };
    for (ours, theirs) in [("c1", "c2"), ("c2", "c1")] {
        let (at_ours, at_theirs) = (NOW.plus(MINUTE), NOW);
        let mut ours = of(ours, at_ours);
        ours.phone = None;
        let both = merged(ours, &of(theirs, at_theirs), &bots);
        assert_eq!(both.phone.as_deref(), Some("+5511888888888"));
        assert_eq!(both.fired.len(), 2);
        assert_eq!(both.sends.count, 2);
        let conversation = &both.conversations[&number()];
        assert_eq!((both.sessions.len(), conversation.queue.len()), (3, 2), "one listener is replaced, two wait");
        let listener = both.session(conversation.listener.unwrap()).unwrap();
        assert_eq!(listener.active, at_ours, "whoever ran last listens");
        let timers = both.pending.iter().filter(|pending| pending.session.is_none() && matches!(pending.work, Work::Timer(_)));
        assert_eq!(timers.map(|pending| pending.due().unwrap()).collect::<Vec<_>>(), [at_ours.plus(2 * HOUR)]);
    }
}

#[test]
fn merged_contacts_keep_the_newer_of_what_both_know() {
    let bots = bots(&[]);
    let mut old = run(contact("c1"), &bots, &message("wamid.1", NOW, "old"), NOW).contact;
    old.conversations.get_mut(&number()).unwrap().window_refused = true;
    old.identity = Identity { user_id: Some("BR.1".into()), name: Some("Ana".into()), ..Identity::default() };
    let mut new = run(contact("c2"), &bots, &message("wamid.2", NOW.plus(MINUTE), "new"), NOW.plus(MINUTE)).contact;
    new.identity.name = Some("An old name".into());
    new.seen_from = Some(NOW.plus(-DAY));
    for place in 0..(MAX_SENT as u32 + 10) {
        let sent = steps::contact::Sent {
            entry: EntryId(place),
            hash: u64::from(place),
            at: NOW,
            session: None,
            step: None,
            state: None,
            template: false,
            frame: 0,
        };
        new.conversations.get_mut(&number()).unwrap().sent.push(&sent, usize::MAX);
    }
    let both = merged(old, &new, &bots);
    let conversation = &both.conversations[&number()];
    assert!(!conversation.window_refused, "the customer has written since");
    assert_eq!(conversation.last_message.as_ref().unwrap().id, MessageId::new("wamid.2"));
    assert_eq!(conversation.sent.len(), MAX_SENT);
    assert_eq!(both.identity.name.as_deref(), Some("Ana"));
    assert_eq!(both.identity.phone.as_deref(), Some("+5511999999999"));
    assert_eq!(both.seen_from, Some(NOW.plus(-DAY)));
    assert!(!is_new(&run(both, &bots, &message("wamid.9", NOW.plus(-2 * DAY), "forgotten"), NOW)));
}

#[test]
fn a_bot_that_marks_nothing_as_read_does_not_at_its_end_either() {
    let steps = || json!({"ask": {"type": "ask", "text": "Size?", "next": "bye"}, "bye": {"type": "message", "text": "Bye"}});
    for (defaults, marks) in [(json!({"mark_read": false}), false), (json!({}), true)] {
        let bots = bots(&[by_word("size", defaults, "ask", steps())]);
        let begun = run(contact("c1"), &bots, &message("wamid.1", NOW, "size"), NOW);
        assert_eq!(begun.receipt.is_some(), marks);
        let ended = run(begun.contact, &bots, &message("wamid.2", NOW, "42"), NOW);
        assert!(ended.contact.sessions.is_empty());
        assert_eq!(ended.receipt.is_some(), marks, "the message that ends it");
    }
}
