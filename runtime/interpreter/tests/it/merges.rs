//! Two contacts that turn out to be one: it has what both had, once.

use std::collections::HashSet;

use interpreter::{Bots, outbox::Claimed};
use serde_json::json;
use steps::{
    contact::{Contact, MAX_SENT, Sent, Work},
    event::{Content, EventKind, Identity},
    ids::{ContactId, EntryId, MessageId},
    message::Message,
    moment::{DAY, HOUR, MINUTE, Moment, SECOND},
};

use crate::story::{
    NOW, asker, bot, bots, by_api, by_word, claim, contact, event, inbound, is_new, message, number, queued, run, shop,
};

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
    let mut ours = run(contact("c1"), &bots, &message("wamid.1", NOW, "hello"), NOW).contact;
    ours.tags = vec!["vip".into()];
    let content = serde_json::to_value(&other).unwrap();
    let merged = run(ours, &bots, &event("merge", EventKind::Merge { from: ContactId::new("c2"), content }), NOW).contact;
    assert_eq!(merged.sessions.len(), 1);
    let conversation = &merged.conversations[&number()];
    assert_eq!(conversation.listener, Some(merged.sessions[0].id));
    assert_eq!(merged.leads.len(), 2);
    let ids: HashSet<_> = merged.pending.iter().map(|pending| pending.id).collect();
    assert_eq!(ids.len(), merged.pending.len());
    // And the session goes on.
    let turned = run(merged, &bots, &message("wamid.2", NOW.plus(SECOND), "bye"), NOW.plus(SECOND));
    assert_eq!(queued(&turned.facts), ["Bye!"]);
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
        let sent = Sent {
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
        let mut contact = run(contact, &bots, &event("run", by_api("second")), at).contact;
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
fn a_button_shown_before_a_merge_answers_the_session_that_showed_it() {
    let steps = json!({
        "name": {"type": "ask", "text": "Name?", "save": "vars.name", "next": "which"},
        "which": {"type": "message", "text": "Which?", "buttons": [{"id": "a", "title": "A", "goto": "end"}]},
        "end": {"type": "message", "text": "Thanks, {{ vars.name }}"}
    });
    let bots = bots(&[by_word("order", json!({}), "name", steps)]);
    let mut theirs = run(contact("c2"), &bots, &message("wamid.1", NOW, "order"), NOW).contact;
    theirs.pending.retain(|pending| !matches!(pending.work, Work::Send(_)));
    let mut theirs = run(theirs, &bots, &message("wamid.2", NOW, "Bia"), NOW).contact;
    let tap = tap_on_last(&mut theirs, NOW);
    let ours = run(contact("c1"), &bots, &message("wamid.3", NOW, "hello"), NOW).contact;
    let both = merged(ours, &theirs, &bots);
    let tap = event("wamid.4", EventKind::Message(inbound("wamid.4", NOW, tap)));
    let turned = run(both, &bots, &tap, NOW.plus(HOUR));
    assert_eq!(queued(&turned.facts), ["Thanks, Bia"]);
}

fn merged(ours: Contact, theirs: &Contact, bots: &Bots) -> Contact {
    let content = serde_json::to_value(theirs).unwrap();
    run(ours, bots, &event("merge", EventKind::Merge { from: theirs.id.clone(), content }), NOW.plus(HOUR)).contact
}

fn tap_on_last(contact: &mut Contact, now: Moment) -> Content {
    let claimed = claim(contact, now);
    let [Claimed::Send { message: Message::Buttons(ref buttons), .. }] = claimed[..] else { panic!("{claimed:?}") };
    let reply = &buttons.buttons[0];
    Content::Tap { id: reply.id.clone(), title: reply.title.clone(), description: None }
}
