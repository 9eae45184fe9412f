//! Versions that follow each other, pinned ones and missing ones; and whatever follows, no session is lost.

use std::{collections::BTreeSet, slice, sync::Arc};

use interpreter::{Bots, Need, Succession, Successor, Successors, Supplied, turn};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::Contact,
    event::EventKind,
    fact::Fact,
    ids::{BotId, Version},
    moment::HOUR,
};

use super::{ask, begun, by_name, published};
use crate::story::{NOW, bot, bots, contact, environment, event, message, rehearse, run, say, shop, texts};

#[test]
fn a_session_keeps_the_version_that_it_started_with() {
    let old = shop();
    let mut rehearsal = rehearse(slice::from_ref(&old));
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
    let contact = run(contact("c1"), &bots, &message("wamid.1", NOW, "shop"), NOW).contact;
    let need = turn(&Bots::default(), &environment(), contact, &message("wamid.2", NOW, "Bye"), NOW, &Supplied::default());
    assert!(matches!(need, Err(Need::Version(version)) if version == shop().version));
}

#[test]
fn a_version_is_asked_for_and_one_that_is_nowhere_moves_nothing() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Buy", "New bye")));
    let rehearsal = begun(&old);
    let mut bots = bots(slice::from_ref(&old));
    let follows = Successor { to: new.version.clone(), how: Succession::Move, at: NOW };
    bots.set_successors(&old.id, Successors::from([(old.version.clone(), follows)]));
    let event = event("due", EventKind::Due);
    let run = |contact: &Contact, supplied: &Supplied| turn(&bots, &environment(), contact.clone(), &event, NOW, supplied);
    let need = run(&rehearsal.contact, &Supplied::default()).unwrap_err();
    assert!(matches!(&need, Need::Version(version) if *version == new.version), "{need:?}");
    let supplied = Supplied { missing_versions: vec![new.version.to_string()], ..Supplied::default() };
    let turned = run(&rehearsal.contact, &supplied).unwrap();
    assert_eq!(turned.contact.sessions, rehearsal.contact.sessions);
}

#[test]
fn versions_follow_each_other_and_a_restart_on_the_way_is_one() {
    let id = BotId::new("shop").unwrap();
    let follows = |to: &str, how| Successor { to: Version::new(to), how, at: NOW };
    let mut bots = Bots::default();
    bots.set_successors(
        &id,
        Successors::from([
            (Version::new("1"), follows("2", Succession::Move)),
            (Version::new("2"), follows("3", Succession::Move)),
            (Version::new("3"), follows("4", Succession::Restart)),
            (Version::new("8"), follows("9", Succession::Move)),
            (Version::new("9"), follows("8", Succession::Move)),
        ]),
    );
    let of = |version: &str| bots.successor(&id, &Version::new(version)).map(|found| (found.to.to_string(), found.how));
    assert_eq!(of("1"), Some(("4".into(), Succession::Restart)));
    assert_eq!(of("4"), None);
    // A circle, which no publication makes, ends somewhere.
    assert!(of("8").is_none_or(|(to, _)| to == "9"));
}

/// A bot of five questions, those that are left out gone, the first of others another kind.
fn questions(kinds: &[u8], mark: &str) -> Arc<Bot> {
    let mut steps = Map::new();
    for (place, kind) in kinds.iter().enumerate() {
        let (text, next) = (format!("{mark}{place}"), format!("q{}", place + 1));
        let step = match kind {
            0 => json!({"type": "ask", "text": text, "save": "vars.x", "next": next}),
            1 => json!({"type": "message", "text": text, "buttons": [{"title": "Go"}], "next": next}),
            2 => json!({"type": "start_bot", "bot": "shop", "next": next}),
            _ => json!({"type": "wait", "for": {"delay": "1h"}, "next": next}),
        };
        steps.insert(format!("q{place}"), step);
    }
    steps.insert(format!("q{}", kinds.len()), json!({"type": "message", "text": "end", "outside_window": "skip"}));
    bot("shop", json!({"triggers": [{"on": "message", "keywords": ["shop"]}], "start": "q0", "steps": Value::Object(steps)}))
}

proptest! {
    /// Whatever versions follow each other and whatever happens: a session is in one version of its bot, at steps that it has, and none
    /// is lost.
    #[test]
    fn no_session_is_lost_or_runs_half(
        versions in prop::collection::vec(prop::collection::vec(0_u8..4, 1..5), 2..5),
        how in prop::collection::vec(prop::bool::ANY, 4),
        happens in prop::collection::vec(0_u8..5, 1..25),
    ) {
        let versions: Vec<Arc<Bot>> = versions.iter().enumerate().map(|(place, kinds)| {
            // A bot that calls itself at once would only go down.
            let kinds: Vec<u8> = kinds.iter().enumerate().map(|(place, kind)| if place == 0 { kind % 2 } else { *kind }).collect();
            questions(&kinds, &format!("v{place} "))
        }).collect();
        let mut rehearsal = begun(&versions[0]);
        let mut live = 0;
        for what in happens {
            match what {
                0 if live + 1 < versions.len() => {
                    live += 1;
                    let succession = if how[live - 1] { Succession::Move } else { Succession::Restart };
                    let old: Vec<&Arc<Bot>> = versions[..live].iter().filter(|old| old.version != versions[live].version).collect();
                    rehearsal.publish(published(&old, &versions[live], succession, rehearsal.now, &[]));
                }
                1 => drop(rehearsal.tap("Go")),
                2 => drop(rehearsal.pass(HOUR)),
                3 => drop(say(&mut rehearsal, "shop")),
                _ => drop(say(&mut rehearsal, "words")),
            }
            for session in &rehearsal.contact.sessions {
                for frame in &session.frames {
                    let bot = versions.iter().find(|bot| bot.version == frame.version).unwrap();
                    prop_assert!(bot.step(&frame.step).is_some(), "{} has no {}", frame.version, frame.step);
                }
            }
            let count = |is: fn(&Fact) -> bool| rehearsal.story().filter(|(_, fact)| is(fact)).count();
            let started = count(|fact| matches!(fact, Fact::SessionStarted { .. }));
            let ended = count(|fact| matches!(fact, Fact::SessionEnded { .. }));
            prop_assert_eq!(started - ended, rehearsal.contact.sessions.len());
            let alerts: BTreeSet<&str> = rehearsal.story().filter_map(|(_, fact)| match fact {
                Fact::Alert { name, .. } => Some(name.as_str()),
                _ => None,
            }).collect();
            prop_assert!(!alerts.contains("version_missing") && !alerts.contains("no_such_step"), "{alerts:?}");
        }
    }
}
