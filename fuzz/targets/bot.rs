//! Bots: checking ends in diagnostics with places inside the source; a bot without errors runs, whatever the customer says, and survives
//! a few days.

#![no_main]

use std::sync::Arc;

use interpreter::{Bots, rehearsal::Rehearsal};
use libfuzzer_sys::fuzz_target;
use steps::{
    check,
    environment::Environment,
    event::{Content, Identity},
    ids::{BotId, NumberId},
    moment::{DAY, Moment},
};

/// 2026-03-02 10:00 UTC.
const BEGIN: Moment = Moment(1_772_445_600_000);

fuzz_target!(|source: &str| {
    let environment = Environment { default_number: NumberId::new("1"), ..Environment::default() };
    let checked = check::load(&BotId::new("fuzzed").expect("a right id"), source, &environment);
    for diagnostic in &checked.diagnostics {
        assert!(source.get(diagnostic.span.clone()).is_some(), "{diagnostic:?}");
    }
    let _ = check::render(&checked.diagnostics, source, "fuzzed.json", check::Colour::Never);
    let Some(bot) = checked.bot else { return };

    let words = bot.document.triggers.len();
    let mut bots = Bots::default();
    bots.publish(bot);
    let identity = Identity { phone: Some("+5511999999999".into()), name: Some("Ana".into()), ..Identity::default() };
    let mut rehearsal = Rehearsal::new(bots, Arc::new(environment), identity, BEGIN);
    for text in ["hello, I want a quote", "Ana", "ana@example.com", "12", "stop"].into_iter().cycle().take(5 + words.min(5)) {
        rehearsal.customer(Content::Text { text: text.into() }, None, None);
        let shown = rehearsal.said.last().and_then(|said| said.message.replies().first().map(|reply| reply.title.clone()));
        if let Some(title) = shown {
            let _ = rehearsal.tap(&title);
        }
        rehearsal.pass(DAY);
    }
    let stored = serde_json::to_vec(&rehearsal.contact).expect("a contact can always be written");
    let read: steps::contact::Contact = serde_json::from_slice(&stored).expect("what was written can be read");
    assert_eq!(read, rehearsal.contact);
});
