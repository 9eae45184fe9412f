//! What becomes of sends: statuses never step back, and a failure takes the branch of the bot that sent.

use serde_json::json;
use steps::{
    event::{Delivery, EventKind, Reaction, SendOutcome, Status},
    fact::Fact,
    moment::{MINUTE, SECOND},
    trace::Traced,
};

use crate::story::{
    NOW, accepted, alerts, bots, by_word, claimed_send, contact, echo, event, message, queued, refusal, rehearse, run, say, sent,
    shop, status, texts,
};

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
fn a_refused_send_takes_the_steps_branch_and_tells_the_team() {
    let bots = bots(&[shop()]);
    let mut contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "shop"), NOW).contact;
    let entry = claimed_send(&mut contact, NOW);
    let outcome = SendOutcome::Refused(refusal(131_026, "bad_number", Reaction::Drop));
    let turned = run(contact, &bots, &sent("sent", entry, outcome), NOW);
    assert_eq!(queued(&turned.facts), ["Sorry: bad_number"]);
    assert_eq!(alerts(&turned.facts), ["bad_number"]);
    assert!(turned.contact.unreachable);
    assert!(turned.contact.sessions.is_empty());
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
        let entry = claimed_send(&mut contact, NOW);
        let contact = run(contact, &bots, &sent("sent", entry, accepted("wamid.a")), NOW).contact;
        let error = Some(refusal(131_047, "window_closed", Reaction::Template));
        let status = Status { error, ..status("wamid.a", entry, Delivery::Failed) };
        let turned = run(contact, &bots, &event("failed", EventKind::Status(status)), NOW);
        let ran = turned.trace.0.iter().find_map(|line| match &line.what {
            Traced::Step { step, .. } => Some(step.as_str()),
            _ => None,
        });
        assert_eq!(ran, Some(expected), "{outside}");
    }
}
