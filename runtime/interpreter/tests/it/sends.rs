//! Sends and calls go out in order, none is lost, and none is made twice that must not be.

use interpreter::outbox::{self, Claimed};
use serde_json::json;
use steps::{
    contact::{Call, Contact, Work},
    event::{AgentCommand, Content, Delivery, Event, EventKind, Inbound, Reaction, SendOutcome, Status},
    fact::Fact,
    ids::{MessageId, NumberId},
    message::Message,
    moment::{HOUR, MINUTE, SECOND},
};

use crate::story::{
    NOW, accepted, asker, bot, bots, by_word, caller, claim, claimed_send, contact, echo, event, inbound, message, queued,
    refusal, rehearse, run, say, sent, start, status,
};

#[test]
fn later_sends_of_a_conversation_wait_for_the_first() {
    let two = bot(
        "two",
        json!({"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
            "a": {"type": "message", "text": "one", "next": "b"}, "b": {"type": "message", "text": "two"}
        }}),
    );
    let bots = bots(&[two]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let claimed = claim(&mut contact, NOW);
    let [Claimed::Send { entry, message: first, .. }] = &claimed[..] else { panic!("{claimed:?}") };
    assert_eq!(first.text(), "one");
    assert!(claim(&mut contact, NOW).is_empty());
    let mut contact = run(contact, &bots, &sent("sent:1", *entry, accepted("wamid.a")), NOW).contact;
    let claimed = claim(&mut contact, NOW);
    assert!(matches!(&claimed[..], [Claimed::Send { message, .. }] if message.text() == "two"));
}

#[test]
fn a_send_cut_off_waits_for_a_status_and_then_goes_again() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let mut contact = run(contact, &bots, &sent("sent:1", entry, SendOutcome::Unknown), NOW).contact;
    assert!(claim(&mut contact, NOW.plus(SECOND)).is_empty());
    let due = contact.due().unwrap();
    assert_eq!(due, NOW.plus(outbox::SETTLE));
    let turned = run(contact.clone(), &bots, &event("due", EventKind::Due), due);
    assert!(turned.facts.contains(&Fact::SentAgain { entry }));
    let mut again = turned.contact;
    assert_eq!(claimed_send(&mut again, due), entry);
    // A status that names it settles it: it is not sent again.
    let status = EventKind::Status(status("wamid.x", entry, Delivery::Delivered));
    let settled = run(contact, &bots, &event("status", status), NOW).contact;
    assert!(!settled.pending.iter().any(|pending| pending.id == entry));
    assert_eq!(settled.sent().next().unwrap().state, Some(Delivery::Delivered));
}

/// Who is alone on the store knows of every other claim that its process died: calls are made again at once, or fail where nobody knows
/// whether they were done. Sends wait as ever, for a message may have been on its way.
#[test]
fn calls_of_a_process_that_died_wait_for_no_claim() {
    let restarted = |process: &str| event("restarted", EventKind::Restarted { process: process.into() });
    let says = json!({"type": "message", "text": "done"});
    for (repeat, said) in [(true, None), (false, Some("cut_off"))] {
        let bots = bots(&[caller(repeat, says.clone())]);
        let contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "caller"), NOW).contact;
        let mut contact = run(contact, &bots, &message("wamid.2", NOW, "go"), NOW).contact;
        let first = claim(&mut contact, NOW);
        assert!(matches!(&first[..], [Claimed::Call { .. }]), "{first:?}");
        let ours = run(contact.clone(), &bots, &restarted("me"), NOW);
        assert!(claim(&mut ours.contact.clone(), NOW).is_empty(), "it is still being made");
        let mut theirs = run(contact, &bots, &restarted("other"), NOW);
        assert_eq!(queued(&theirs.facts), Vec::from_iter(said));
        assert_eq!(matches!(&claim(&mut theirs.contact, NOW)[..], [Claimed::Call { .. }]), repeat);
    }
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    claimed_send(&mut contact, NOW);
    let mut contact = run(contact, &bots, &restarted("other"), NOW).contact;
    assert!(claim(&mut contact, NOW).is_empty());
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
            let turned = run(contact, &bots, &sent("cut", entry, SendOutcome::Unknown), now);
            contact = turned.contact;
            facts.extend(turned.facts);
        }
        now = now.plus(10 * SECOND);
    }
    assert!(sends <= 12, "{sends}");
    assert!(facts.iter().any(|fact| matches!(fact, Fact::SendFailed { error, .. } if error.name == "unsettled")));
    assert_eq!(facts.iter().filter(|fact| matches!(fact, Fact::SentAgain { .. })).count(), sends - 1);
}

/// A store that failed over without its last commits gives their entries' numbers again.
#[test]
fn what_comes_back_for_a_lost_entry_is_not_for_the_one_that_has_its_number() {
    let bots = bots(&[echo()]);
    let before = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let later = NOW.plus(SECOND);
    let mut lost = run(before.clone(), &bots, &message("wamid.2", NOW, "lost"), NOW).contact;
    let mut contact = run(before, &bots, &message("wamid.3", later, "kept"), later).contact;
    // The first answer is out in both.
    let first = claimed_send(&mut lost, NOW);
    assert_eq!(claimed_send(&mut contact, later), first);
    let sent = |entry, queued, id: &str| {
        event(id, EventKind::Sent { entry, queued: Some(queued), attempt: None, outcome: accepted(id) })
    };
    let mut contact = run(contact, &bots, &sent(first, NOW, "wamid.a"), later).contact;
    let entry = claimed_send(&mut contact, later);
    let waits = |contact: &Contact| contact.pending.iter().any(|pending| pending.id == entry);
    let status = |queued, id: &str| {
        let status = Status { at: later, queued: Some(queued), ..status(id, entry, Delivery::Delivered) };
        event(id, EventKind::Status(status))
    };
    for of_lost in [sent(entry, NOW, "wamid.lost"), status(NOW, "wamid.lost")] {
        contact = run(contact, &bots, &of_lost, later).contact;
        assert!(waits(&contact), "{of_lost:?}");
    }
    let settled = run(contact.clone(), &bots, &status(later, "wamid.b"), later).contact;
    assert!(!waits(&settled));
    assert!(!waits(&run(contact, &bots, &sent(entry, later, "wamid.b"), later).contact));
}

#[test]
fn a_claim_that_ran_out_is_ambiguous() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let due = contact.due().unwrap();
    assert_eq!(due, NOW.plus(outbox::CLAIM));
    let contact = run(contact, &bots, &event("due", EventKind::Due), due).contact;
    let Work::Send(send) = &contact.pending.iter().find(|pending| pending.id == entry).unwrap().work else { panic!() };
    assert!(send.claim.is_none() && send.settle_until == Some(due.plus(outbox::SETTLE)));
}

#[test]
fn a_tap_on_an_earlier_question_does_not_settle_a_later_one() {
    let steps = json!({"ask": {"type": "message", "text": "Which?", "buttons": [{"id": "a", "title": "A", "goto": "end"}]}, "end": {"type": "stop"}});
    let bots = bots(&[by_word("which", json!({}), "ask", steps)]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "which"), NOW).contact;
    let claimed = claim(&mut contact, NOW);
    let [Claimed::Send { entry, message: Message::Buttons(ref buttons), .. }] = claimed[..] else { panic!("{claimed:?}") };
    let reply = buttons.buttons[0].id.clone();
    let contact = run(contact, &bots, &sent("sent:1", entry, accepted("wamid.a")), NOW).contact;
    let mut contact = run(contact, &bots, &message("wamid.2", NOW, "neither"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let contact = run(contact, &bots, &sent("sent:2", entry, SendOutcome::Unknown), NOW).contact;
    let tap = inbound("wamid.3", NOW, Content::Tap { id: reply, title: "A".into(), description: None });
    let tap = Inbound { reply_to: Some(MessageId::new("wamid.a")), ..tap };
    let contact = run(contact, &bots, &event("wamid.3", EventKind::Message(tap)), NOW).contact;
    assert!(contact.pending.iter().any(|pending| pending.id == entry));
}

#[test]
fn what_may_be_repeated_waits_and_goes_again() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let outcome = SendOutcome::Deferred { error: refusal(130_429, "rate_limit", Reaction::Retry), after: MINUTE };
    let mut contact = run(contact, &bots, &sent("sent", entry, outcome), NOW).contact;
    assert!(claim(&mut contact, NOW.plus(MINUTE - 1)).is_empty());
    let claimed = claim(&mut contact, NOW.plus(MINUTE));
    assert!(matches!(&claimed[..], [Claimed::Send { attempt: 1, .. }]), "{claimed:?}");
}

#[test]
fn to_wait_for_its_number_costs_a_send_no_try() {
    let bots = bots(&[echo()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
    for before in 0..20 {
        let claimed = claim(&mut contact, NOW);
        let [Claimed::Send { entry, attempt, tries: 0, .. }] = claimed[..] else { panic!("{claimed:?}") };
        assert_eq!(attempt, before);
        let outcome = SendOutcome::Postponed { error: refusal(130_429, "rate_limit", Reaction::Retry), after: 0 };
        contact = run(contact, &bots, &sent("sent", entry, outcome), NOW).contact;
    }
    let entry = claimed_send(&mut contact, NOW);
    let contact = run(contact, &bots, &sent("sent", entry, SendOutcome::Unknown), NOW).contact;
    let Work::Send(send) = &contact.pending.iter().find(|pending| pending.id == entry).unwrap().work else { panic!() };
    assert_eq!((send.attempts, send.tries, send.settle_until), (21, 1, Some(NOW.plus(outbox::SETTLE))));
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

#[test]
fn a_stop_reaches_what_a_bot_says_on_another_number() {
    let bots = bots(&[asker("first", "replace")]);
    let other = Event { number: NumberId::new("200"), ..message("wamid.1", NOW, "first") };
    let contact = run(contact("c1"), &bots, &other, NOW).contact;
    let stop = event("stop", EventKind::Agent(AgentCommand::Stop { bot: None, session: None }));
    let mut contact = run(contact, &bots, &stop, NOW).contact;
    assert!(claim(&mut contact, NOW).is_empty());
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
        let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "hi"), NOW).contact;
        let claimed = claim(&mut contact, NOW);
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
        let again = claim(&mut contact, due);
        assert_eq!(again.iter().filter(|claimed| matches!(claimed, Claimed::Call { .. })).count(), expected);
        assert_eq!(queued(&turned.facts).is_empty(), repeat);
    }
}
