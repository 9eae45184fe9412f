//! Sessions whose bot is published anew: they go on in the new version where it has their steps, else stay, or begin anew. None is lost,
//! and none runs half in one version.

use std::{collections::BTreeSet, sync::Arc};

use interpreter::{Bots, Need, Succession, Successor, Successors, Supplied, rehearsal::Rehearsal, turn};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::Contact,
    environment::Environment,
    event::{AgentCommand, CallResult, Content, Event, EventKind, Identity, Trigger},
    fact::Fact,
    ids::{BotId, EventId, NumberId, Version},
    moment::{HOUR, MINUTE, Moment},
    trace::Traced,
};

const NOW: Moment = Moment(1_772_442_000_000);

fn bot(id: &str, document: Value) -> Arc<Bot> {
    Bot::new(BotId::new(id).unwrap(), serde_json::from_value(document).unwrap())
}

/// A bot that its own name starts.
fn by_name(id: &str, steps: Value) -> Arc<Bot> {
    bot(id, json!({"triggers": [{"on": "message", "keywords": [id]}], "start": "start", "steps": steps}))
}

fn environment() -> Arc<Environment> {
    Arc::new(Environment { default_number: NumberId::new("100"), ..Environment::default() })
}

fn rehearse(list: &[&Arc<Bot>]) -> Rehearsal {
    let mut bots = Bots::default();
    list.iter().for_each(|bot| bots.publish((*bot).clone()));
    let ana = Identity { phone: Some("+5511999999999".into()), name: Some("Ana Souza".into()), ..Identity::default() };
    Rehearsal::new(bots, environment(), ana, NOW)
}

/// `new` is live in place of `old`, whose sessions follow; `others` are live too.
fn published(old: &[&Arc<Bot>], new: &Arc<Bot>, how: Succession, at: Moment, others: &[&Arc<Bot>]) -> Bots {
    let mut bots = Bots::default();
    old.iter().chain(others).for_each(|bot| bots.publish((*bot).clone()));
    bots.publish(new.clone());
    let follows = |old: &&Arc<Bot>| (old.version.clone(), Successor { to: new.version.clone(), how, at });
    bots.set_successors(&new.id, old.iter().map(follows).collect());
    bots
}

fn moved(old: &Arc<Bot>, new: &Arc<Bot>) -> Bots {
    published(&[old], new, Succession::Move, NOW, &[])
}

fn say(rehearsal: &mut Rehearsal, text: &str) {
    rehearsal.customer(Content::Text { text: text.into() }, None, None);
}

fn last(rehearsal: &Rehearsal) -> &str {
    rehearsal.said.last().map(|said| said.message.text()).unwrap_or_default()
}

fn versions(rehearsal: &Rehearsal) -> Vec<Version> {
    rehearsal.contact.sessions.iter().flat_map(|session| &session.frames).map(|frame| frame.version.clone()).collect()
}

fn moves(rehearsal: &Rehearsal) -> usize {
    rehearsal.trace.iter().filter(|line| matches!(line.what, Traced::Moved { .. })).count()
}

fn ask(title: &str, bye: &str) -> Value {
    json!({
        "start": {"type": "message", "text": "What?", "buttons": [{"id": "buy", "title": title, "goto": "bye"}]},
        "bye": {"type": "message", "text": bye}
    })
}

#[test]
fn a_session_goes_on_in_the_new_version_and_an_answer_to_the_old_question_counts() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Buy").unwrap();
    assert_eq!((last(&rehearsal), moves(&rehearsal)), ("New bye", 1));
    assert_eq!(rehearsal.ended.as_ref().map(|ended| ended.status.as_str()), Some("completed"));
}

#[test]
fn a_session_whose_step_is_gone_or_is_another_kind_stays() {
    let old = by_name("shop", ask("Buy", "Old bye"));
    let gone = json!({"start": {"type": "message", "text": "Hi", "next": "bye"}, "bye": {"type": "message", "text": "New bye"}});
    let renamed = json!({
        "start": {"type": "set", "fields": {"vars.x": 1}, "next": "ask"},
        "ask": {"type": "message", "text": "What?", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}]},
        "bye": {"type": "message", "text": "New bye"}
    });
    let list = json!({"start": {"type": "list", "text": "What?", "sections": [{"rows": [{"id": "buy", "title": "Buy"}]}]}});
    let document = json!({"start": "hi", "steps": {"hi": {"type": "message", "text": "Hi"}}});
    // The last one is still a `message`, and asks nothing any more.
    for new in [by_name("shop", renamed), by_name("shop", list), bot("shop", document), by_name("shop", gone)] {
        let mut rehearsal = rehearse(&[&old]);
        say(&mut rehearsal, "shop");
        rehearsal.publish(moved(&old, &new));
        rehearsal.tap("Buy").unwrap();
        assert_eq!((last(&rehearsal), moves(&rehearsal)), ("Old bye", 0));
    }
}

#[test]
fn options_without_an_id_are_found_by_their_title() {
    let steps = |titles: &[&str]| {
        let buttons: Vec<Value> = titles.iter().map(|title| json!({"title": title, "goto": title.to_lowercase()})).collect();
        json!({
            "start": {"type": "message", "text": "What?", "buttons": buttons},
            "buy": {"type": "message", "text": "Bought"}, "help": {"type": "message", "text": "Helped"}
        })
    };
    let (old, new) = (by_name("shop", steps(&["Buy", "Help"])), by_name("shop", steps(&["Help", "Buy"])));
    for (title, expected) in [("Buy", "Bought"), ("Help", "Helped")] {
        let mut rehearsal = rehearse(&[&old]);
        say(&mut rehearsal, "shop");
        rehearsal.publish(moved(&old, &new));
        rehearsal.tap(title).unwrap();
        assert_eq!((last(&rehearsal), moves(&rehearsal)), (expected, 1));
    }
}

#[test]
fn options_of_a_list_that_an_expression_gave_keep_their_values() {
    let steps = |text: &str| {
        json!({
            "start": {"type": "set", "fields": {"vars.names": "{{ [\"Ana\", \"Bia\"] }}"}, "next": "ask"},
            "ask": {"type": "message", "text": "Who?", "buttons": [{"title": "{{ item }}", "each": "vars.names"}], "save": "vars.who", "next": "bye"},
            "bye": {"type": "message", "text": text}
        })
    };
    let (old, new) = (by_name("shop", steps("Old {{ vars.who }}")), by_name("shop", steps("New {{ vars.who }}")));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Bia").unwrap();
    assert_eq!(last(&rehearsal), "New Bia");
}

#[test]
fn a_card_is_found_though_its_step_has_another_place() {
    let carousel = |bye: &str, before: bool| {
        let card = |title: &str| json!({"media": {"kind": "image", "link": "https://example.com/a.jpg"}, "text": title, "buttons": [{"id": title.to_lowercase(), "title": title}]});
        let mut steps = Map::new();
        if before {
            steps.insert("added".into(), json!({"type": "message", "text": "Added", "next": "start"}));
        }
        steps.insert(
            "start".into(),
            json!({"type": "carousel", "text": "Which?", "cards": [card("One"), card("Two")], "save": "vars.card", "next": "bye"}),
        );
        steps.insert("bye".into(), json!({"type": "message", "text": bye}));
        Value::Object(steps)
    };
    let (old, new) = (by_name("shop", carousel("Old", false)), by_name("shop", carousel("New {{ vars.card }}", true)));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Two").unwrap();
    assert_eq!(last(&rehearsal), "New Two");
}

#[test]
fn a_session_moves_with_all_its_frames_of_a_bot_or_not_at_all() {
    let outer = |name: &str, text: &str| {
        by_name(
            "outer",
            json!({"start": {"type": "message", "text": "Hi", "next": name}, name: {"type": "start_bot", "bot": "inner", "next": "bye"}, "bye": {"type": "message", "text": text}}),
        )
    };
    let inner = |question: &str, text: &str| {
        bot(
            "inner",
            json!({"start": "a", "steps": {
                "a": {"type": "message", "text": question, "buttons": [{"id": "onward", "title": "Go", "goto": "b"}]},
                "b": {"type": "message", "text": text, "buttons": [{"id": "on", "title": "On"}]}
            }}),
        )
    };
    let (outer_1, outer_2, outer_3) = (outer("call", "Old end"), outer("call", "New end"), outer("other_call", "Other end"));
    let (inner_1, inner_2) = (inner("Old question", "Old b"), inner("New question", "New b"));
    for (new_outer, end) in [(&outer_2, "New end"), (&outer_3, "Old end")] {
        let mut rehearsal = rehearse(&[&outer_1, &inner_1]);
        say(&mut rehearsal, "outer");
        let mut bots = published(&[&outer_1], new_outer, Succession::Move, NOW, &[&inner_1, &inner_2]);
        let follows = Successor { to: inner_2.version.clone(), how: Succession::Move, at: NOW };
        bots.set_successors(&inner_2.id, Successors::from([(inner_1.version.clone(), follows)]));
        rehearsal.publish(bots);
        rehearsal.tap("Go").unwrap();
        assert_eq!(last(&rehearsal), "New b");
        rehearsal.tap("On").unwrap();
        assert_eq!(last(&rehearsal), end);
    }
}

#[test]
fn timers_and_late_results_find_the_new_version() {
    let steps = |text: &str, after: &str| {
        json!({
            "start": {"type": "wait", "for": {"delay": after}, "next": "call"},
            "call": {"type": "http", "method": "GET", "url": "https://example.com", "next": "bye"},
            "bye": {"type": "message", "text": text, "outside_window": "skip"}
        })
    };
    let (first, second, third) =
        (by_name("shop", steps("First", "1h")), by_name("shop", steps("Second", "2h")), by_name("shop", steps("Third", "1h")));
    let mut rehearsal = rehearse(&[&first]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&first, &second));
    // The timer that was set stays as it was.
    rehearsal.pass(HOUR);
    assert_eq!((rehearsal.calls.len(), versions(&rehearsal)), (1, vec![second.version.clone()]));
    rehearsal.publish(published(&[&first, &second], &third, Succession::Move, NOW, &[]));
    let (entry, _, _) = rehearsal.calls[0].clone();
    rehearsal.answer_call(entry, CallResult::Http { status: 200, json: None, text: String::new() });
    assert_eq!((last(&rehearsal), moves(&rehearsal)), ("Third", 2));
}

#[test]
fn a_wait_for_other_things_stays() {
    let steps = |ways: Value, text: &str| {
        json!({
            "start": {"type": "wait", "for": ways, "next": "late"},
            "late": {"type": "message", "text": format!("{text} late"), "outside_window": "skip"},
            "soon": {"type": "message", "text": format!("{text} soon"), "outside_window": "skip"}
        })
    };
    let ways = json!([{"for": {"delay": "1h"}, "goto": "late"}, {"for": "message", "goto": "soon"}]);
    let longer = json!([{"for": {"delay": "2h"}, "goto": "late"}, {"for": "message", "goto": "soon"}]);
    let turned = json!([{"for": "message", "goto": "soon"}, {"for": {"delay": "1h"}, "goto": "late"}]);
    let old = by_name("shop", steps(ways, "Old"));
    for (ways, expected) in [(longer, "New late"), (turned, "Old late"), (json!({"delay": "1h"}), "Old late")] {
        let mut rehearsal = rehearse(&[&old]);
        say(&mut rehearsal, "shop");
        rehearsal.publish(moved(&old, &by_name("shop", steps(ways, "New"))));
        rehearsal.pass(2 * HOUR);
        assert_eq!(last(&rehearsal), expected);
    }
}

#[test]
fn what_a_person_has_goes_on_in_the_new_version_when_it_comes_back() {
    let steps = |text: &str| {
        json!({
            "start": {"type": "handoff", "to": {"team": "sales"}, "resume": "back"},
            "back": {"type": "message", "text": text}
        })
    };
    let (old, new) = (by_name("shop", steps("Old back")), by_name("shop", steps("New back")));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    say(&mut rehearsal, "are you there?");
    assert_eq!((rehearsal.said.len(), versions(&rehearsal)), (0, vec![new.version.clone()]), "nothing is said meanwhile");
    rehearsal.event(EventKind::Agent(AgentCommand::Release { close: false }));
    assert_eq!(last(&rehearsal), "New back");
}

#[test]
fn what_the_new_version_declares_begins_as_it_says() {
    let version = |variables: Value, text: &str| {
        bot(
            "shop",
            json!({"variables": variables, "triggers": [{"on": "message", "keywords": ["shop"]}], "start": "start", "steps": ask("Buy", text)}),
        )
    };
    let old = version(json!({"a": {"type": "integer", "default": 1}}), "Old");
    let new = version(
        json!({"a": {"type": "integer", "default": 5}, "b": {"type": "integer", "default": 7}}),
        "{{ vars.a }} and {{ vars.b }}",
    );
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Buy").unwrap();
    assert_eq!(last(&rehearsal), "1 and 7");
}

#[test]
fn an_old_button_of_an_ended_session_leads_into_the_new_version_where_it_is_still_there() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Buy", "New bye")));
    let without = by_name("shop", json!({"start": {"type": "message", "text": "Closed"}}));
    for (new, expected) in [(&new, "New bye"), (&without, "Old bye")] {
        for how in [Succession::Move, Succession::Restart] {
            let mut rehearsal = rehearse(&[&old]);
            say(&mut rehearsal, "shop");
            rehearsal.tap("Buy").unwrap();
            rehearsal.publish(published(&[&old], new, how, rehearsal.now, &[]));
            rehearsal.pass(MINUTE);
            rehearsal.tap("Buy").unwrap();
            assert_eq!((last(&rehearsal), rehearsal.contact.sessions.len()), (expected, 0));
        }
    }
}

#[test]
fn a_button_that_the_new_version_has_no_more_counts_as_its_words() {
    let new = by_name(
        "shop",
        json!({
            "start": {"type": "message", "text": "What?", "buttons": [{"id": "help", "title": "Help"}], "otherwise": "bye"},
            "bye": {"type": "message", "text": "You said {{ message.text }}"}
        }),
    );
    let old = by_name("shop", ask("Buy", "Old bye"));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Buy").unwrap();
    assert_eq!(last(&rehearsal), "You said Buy");
}

#[test]
fn a_version_is_asked_for_and_one_that_is_nowhere_moves_nothing() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Buy", "New bye")));
    let mut rehearsal = rehearse(&[&old]);
    say(&mut rehearsal, "shop");
    let mut bots = Bots::default();
    bots.publish(old.clone());
    let follows = Successor { to: new.version.clone(), how: Succession::Move, at: NOW };
    bots.set_successors(&old.id, Successors::from([(old.version.clone(), follows)]));
    let event = Event { id: EventId::new("due"), number: NumberId::new("100"), kind: EventKind::Due };
    let run = |contact: &Contact, supplied: &Supplied| turn(&bots, &environment(), contact.clone(), &event, NOW, supplied);
    let need = run(&rehearsal.contact, &Supplied::default()).unwrap_err();
    assert!(matches!(&need, Need::Version(version) if *version == new.version), "{need:?}");
    let supplied = Supplied { missing_versions: vec![new.version.to_string()], ..Supplied::default() };
    let turned = run(&rehearsal.contact, &supplied).unwrap();
    assert_eq!(turned.contact.sessions, rehearsal.contact.sessions);
}

#[test]
fn a_session_begins_anew_at_the_customer_s_next_message_and_not_before() {
    let old = by_name(
        "shop",
        json!({
            "start": {"type": "message", "text": "Old question", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}], "timeout": {"after": "1h", "goto": "nudge"}},
            "nudge": {"type": "message", "text": "Old nudge", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}]},
            "bye": {"type": "message", "text": "Old bye"}
        }),
    );
    let new = by_name(
        "shop",
        json!({"start": {"type": "message", "text": "New {{ trigger.on }}", "buttons": [{"id": "buy", "title": "Buy", "goto": "bye"}]}, "bye": {"type": "message", "text": "New bye"}}),
    );
    for tap in [true, false] {
        let mut rehearsal = rehearse(&[&old]);
        say(&mut rehearsal, "shop");
        rehearsal.pass(MINUTE);
        rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[]));
        rehearsal.pass(HOUR);
        assert_eq!(last(&rehearsal), "Old nudge", "a timer restarts nothing");
        match tap {
            true => drop(rehearsal.tap("Buy").unwrap()),
            false => say(&mut rehearsal, "Buy"),
        }
        assert_eq!(last(&rehearsal), "New restart", "the message is no answer");
        let ended = rehearsal.ended.as_ref().unwrap();
        assert_eq!((ended.status.as_str(), ended.outcome.as_str()), ("stopped", "restarted"));
        assert_eq!(versions(&rehearsal), std::slice::from_ref(&new.version));
        say(&mut rehearsal, "Buy");
        assert_eq!((last(&rehearsal), rehearsal.contact.sessions.len()), ("New bye", 0));
    }
}

#[test]
fn what_began_in_the_old_version_later_is_not_begun_again() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Buy", "New bye")));
    let mut rehearsal = rehearse(&[&old]);
    let decided = rehearsal.now;
    rehearsal.pass(MINUTE);
    // A process that has not heard of the publication.
    say(&mut rehearsal, "shop");
    rehearsal.publish(published(&[&old], &new, Succession::Restart, decided, &[]));
    rehearsal.tap("Buy").unwrap();
    assert_ne!(last(&rehearsal), "What?");
}

#[test]
fn an_interrupt_goes_before_a_restart() {
    let agent = bot(
        "agent",
        json!({"triggers": [{"on": "message", "keywords": ["agent"], "interrupt": true}], "start": "a", "steps": {"a": {"type": "message", "text": "Calling one"}}}),
    );
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = rehearse(&[&old, &agent]);
    say(&mut rehearsal, "shop");
    rehearsal.pass(MINUTE);
    rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[&agent]));
    say(&mut rehearsal, "agent");
    assert_eq!(last(&rehearsal), "Calling one");
    say(&mut rehearsal, "well");
    assert_eq!(last(&rehearsal), "What?", "then the bot begins anew");
}

#[test]
fn who_waits_to_listen_goes_on_waiting_behind_what_began_anew() {
    let patient = bot(
        "patient",
        json!({"defaults": {"when_listening": "queue"}, "start": "a", "steps": {"a": {"type": "ask", "text": "My turn?", "save": "vars.x"}}}),
    );
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = rehearse(&[&old, &patient]);
    say(&mut rehearsal, "shop");
    let run = Trigger::Run { bot: patient.id.clone(), start: None, variables: Map::new(), data: Value::Null };
    rehearsal.event(EventKind::Trigger(run));
    rehearsal.pass(MINUTE);
    rehearsal.publish(published(&[&old], &new, Succession::Restart, rehearsal.now, &[&patient]));
    say(&mut rehearsal, "hello");
    assert_eq!(last(&rehearsal), "What?");
    rehearsal.tap("Purchase").unwrap();
    let texts: Vec<&str> = rehearsal.said.iter().rev().take(2).map(|said| said.message.text()).collect();
    assert_eq!(texts, ["My turn?", "New bye"]);
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
        let mut rehearsal = rehearse(&[&versions[0]]);
        say(&mut rehearsal, "shop");
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
                3 => say(&mut rehearsal, "shop"),
                _ => say(&mut rehearsal, "words"),
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
