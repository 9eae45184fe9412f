//! Nothing that a customer says is lost while a bot is busy, and bots wait for each other.

use std::sync::Arc;

use serde_json::json;
use steps::{
    bot::Bot,
    event::{AgentCommand, CallResult, Content, Delivery},
    ids::BotId,
    moment::{HOUR, SECOND},
};

use crate::story::{agent, answer_last_call, asker, bot, by_word, caller, rehearse, say, shop, start, texts};

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
fn what_the_customer_writes_during_a_call_reaches_a_wait_for_a_message() {
    let last = json!({"type": "message", "text": "about {{ message.text }}", "next": "listen"});
    let mut rehearsal = rehearse(&[caller(true, last)]);
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
    let mut rehearsal = rehearse(&[caller(true, json!({"type": "message", "text": "done"})), asker("order", "replace")]);
    for text in ["caller", "one", "order"] {
        say(&mut rehearsal, text);
    }
    answer_last_call(&mut rehearsal);
    assert_eq!(texts(&rehearsal), ["done", "order?"]);
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
