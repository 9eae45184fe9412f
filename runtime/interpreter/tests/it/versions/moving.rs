//! Sessions that go on in the new version of their bot.

use interpreter::{Succession, Successor, Successors};
use serde_json::{Map, Value, json};
use steps::{
    event::CallResult,
    moment::{HOUR, MINUTE},
};

use super::{ask, begun, by_name, last, moved, moves, published, versions};
use crate::story::{GIVE_BACK, NOW, agent, bot, rehearse, say};

#[test]
fn a_session_goes_on_in_the_new_version_and_an_answer_to_the_old_question_counts() {
    let (old, new) = (by_name("shop", ask("Buy", "Old bye")), by_name("shop", ask("Purchase", "New bye")));
    let mut rehearsal = begun(&old);
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
        let mut rehearsal = begun(&old);
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
        let mut rehearsal = begun(&old);
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
    let mut rehearsal = begun(&old);
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
    let mut rehearsal = begun(&old);
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
        let mut rehearsal = rehearse(&[outer_1.clone(), inner_1.clone()]);
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
    let mut rehearsal = begun(&first);
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
        let mut rehearsal = begun(&old);
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
    let mut rehearsal = begun(&old);
    rehearsal.publish(moved(&old, &new));
    say(&mut rehearsal, "are you there?");
    assert_eq!((rehearsal.said.len(), versions(&rehearsal)), (0, vec![new.version.clone()]), "nothing is said meanwhile");
    agent(&mut rehearsal, GIVE_BACK);
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
    let mut rehearsal = begun(&old);
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
            let mut rehearsal = begun(&old);
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
    let mut rehearsal = begun(&old);
    rehearsal.publish(moved(&old, &new));
    rehearsal.tap("Buy").unwrap();
    assert_eq!(last(&rehearsal), "You said Buy");
}
