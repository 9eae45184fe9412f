//! Previews: what the lines of a dialog do to a draft, and what is told of it.

use std::sync::Arc;

use interpreter::{
    dialog::{Dialog, DialogContact, Line, Played, called_by, preview, run},
    rehearsal::current_session,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    contact::Call,
    event::{ChannelError, Content, Delivery, Reaction},
    fact::Fact,
    message::Message,
    trace::Traced,
};

use crate::story::{bot, environment, explain};

/// Buttons, a list, a call, a question.
fn shop() -> Arc<Bot> {
    bot(
        "shop",
        json!({
            "language": "en",
            "variables": {"size": {"type": "integer", "default": 1}},
            "triggers": [{"on": "message", "keywords": ["hi"]}, {"on": "api", "when": "false"}],
            "start": "welcome",
            "steps": {
                "welcome": {"type": "message", "text": "Hello", "buttons": [
                    {"id": "buy", "title": "Buy", "goto": "choose"}, {"id": "ask", "title": "Ask", "goto": "call"}]},
                "choose": {"type": "list", "text": "Which one?", "button": "Show", "sections": [
                    {"rows": [{"id": "a", "title": "Anchor", "goto": "bye"}, {"id": "b", "title": "Bell", "goto": "bye"}]}]},
                "call": {"type": "http", "method": "GET", "url": "https://example.com/price", "next": "told", "failed": "bye"},
                "told": {"type": "message", "text": "Size {{ vars.size }}", "next": "bye"},
                "bye": {"type": "message", "text": "Bye"}
            }
        }),
    )
}

fn dialog(lines: Value) -> Dialog {
    let steps: Vec<Line> = serde_json::from_value(lines).unwrap();
    Dialog { name: String::new(), contact: DialogContact::default(), at: None, steps }
}

fn played(bot: &Arc<Bot>, lines: Value) -> Played {
    preview(bot, &[], &environment(), &dialog(lines), &explain).unwrap()
}

/// The lines of a test that a preview makes.
fn test_of(played: &Played) -> Vec<Value> {
    played.turns.iter().flat_map(|turn| &turn.test).map(|line| serde_json::to_value(line).unwrap()).collect()
}

fn said(played: &Played) -> Vec<&str> {
    played.rehearsal.said.iter().map(|said| said.message.text()).collect()
}

/// The id of an option of the last message.
fn option(played: &Played, title: &str) -> String {
    let last = played.rehearsal.said.last().unwrap();
    last.message.replies().iter().find(|reply| reply.title == title).unwrap().id.clone()
}

#[test]
fn a_tap_names_the_option_that_was_drawn() {
    let shop = shop();
    let buy = option(&played(&shop, json!([{"customer": "hi"}])), "Buy");
    let lines = json!([{"customer": "hi"}, {"customer": {"reply": buy}}]);
    let bell = option(&played(&shop, lines.clone()), "Bell");
    let mut lines = lines.as_array().unwrap().clone();
    lines.push(json!({"customer": {"reply": bell}}));
    let played = played(&shop, lines.into());
    assert_eq!(said(&played), ["Hello", "Which one?", "Bye"]);
    assert!(played.failure.is_none() && played.rehearsal.contact.sessions.is_empty());

    let expected = [
        json!({"customer": "hi"}),
        json!({"bot": {"text": "Hello", "buttons": ["Buy", "Ask"]}}),
        json!({"customer": {"tap": "Buy"}}),
        json!({"bot": {"text": "Which one?", "buttons": ["Anchor", "Bell"]}}),
        json!({"customer": {"tap": "Bell"}}),
        json!({"bot": "Bye"}),
    ];
    assert_eq!(test_of(&played), expected);
    let report = run(&shop, &[], &environment(), &dialog(Value::from(expected.to_vec())), &explain);
    assert!(report.failure.is_none(), "{:?}", report.failure);
}

#[test]
fn a_preview_starts_a_bot_at_any_step_whatever_its_triggers_say() {
    let shop = shop();
    let from_start = played(&shop, json!([{"start": {"on": "preview"}}]));
    assert_eq!(said(&from_start), ["Hello"]);
    let by_api = played(&shop, json!([{"start": {"on": "api"}}]));
    assert!(said(&by_api).is_empty(), "its `api` trigger forbids it");

    let from_here = played(&shop, json!([{"start": {"on": "preview", "step": "told", "variables": {"size": "7"}}}]));
    assert_eq!(said(&from_here), ["Size 7", "Bye"]);
    let started = |played: &Played| {
        let lines = played.turns[0].trace.iter();
        lines.filter(|line| matches!(&line.what, Traced::Started { on, .. } if on == "preview")).count()
    };
    assert_eq!((started(&from_start), started(&from_here)), (1, 1));
}

#[test]
fn a_start_that_makes_no_sense_is_told() {
    let shop = shop();
    for (start, expected) in [
        (json!({"on": "preview", "step": "tolt"}), "did you mean `told`?"),
        (json!({"on": "preview", "step": 7}), "`step` is the id"),
        (json!({"on": "preview", "variables": []}), "`variables` is an object"),
        (json!({"on": "preview", "variables": {"size": "big"}}), "`variables.size`"),
        (json!({"on": "preview", "stp": "told"}), "did you mean `step`?"),
    ] {
        let played = played(&shop, json!([{"start": start}]));
        let message = played.failure.map(|failure| failure.message).unwrap_or_default();
        assert!(message.contains(expected), "{start}: {message}");
        assert!(played.turns.is_empty() && played.rehearsal.said.is_empty());
    }
}

#[test]
fn a_line_that_cannot_be_done_ends_it_and_keeps_what_was_done() {
    let played = played(&shop(), json!([{"customer": "hi"}, {"customer": {"tap": "Sell"}}, {"customer": {"tap": "Buy"}}]));
    let failure = played.failure.as_ref().unwrap();
    assert_eq!(failure.line, 1);
    assert!(failure.message.contains("Buy, Ask"), "{}", failure.message);
    assert_eq!((played.turns.len(), said(&played)), (1, vec!["Hello"]));
}

#[test]
fn a_call_waits_for_its_reply() {
    let lines = json!([{"customer": "hi"}, {"customer": {"tap": "Ask"}}]);
    let waiting = played(&shop(), lines.clone());
    assert!(matches!(&waiting.rehearsal.calls[..], [(_, Call::Http(call), _)] if call.url == "https://example.com/price"));
    let mut lines = lines.as_array().unwrap().clone();
    lines.push(json!({"reply": {"status": 200}}));
    let answered = played(&shop(), lines.into());
    assert_eq!(said(&answered), ["Hello", "Size 1", "Bye"]);
    assert!(answered.rehearsal.calls.is_empty());
}

#[test]
fn time_passes_in_the_story() {
    let played = played(&shop(), json!([{"customer": "hi"}, {"status": "read"}, {"pass": "25h"}]));
    let states = played.rehearsal.story().filter_map(|(at, fact)| match fact {
        Fact::Status { status } => Some((at, status.state)),
        _ => None,
    });
    let begin = played.turns[0].at;
    assert_eq!(states.collect::<Vec<_>>(), [(begin, Delivery::Read)]);
    assert_eq!(played.rehearsal.now, begin.plus(25 * steps::moment::HOUR));
    assert_eq!(said(&played), ["Hello"], "the session has expired, and nobody heard of it");
}

#[test]
fn a_value_changes_by_hand_and_no_trigger_hears_of_it() {
    let shop = shop();
    let asked = json!([
        {"customer": "hi"}, {"customer": {"tap": "Ask"}},
        {"set": {"vars.size": "7", "contact.name": "Ana", "contact.tags": ["vip"], "lead.stage": "new", "lead.price": 12}},
        {"reply": {"status": 200}}
    ]);
    let played = played(&shop, asked);
    assert!(played.failure.is_none(), "{:?}", played.failure);
    assert_eq!(said(&played), ["Hello", "Size 7", "Bye"], "a text is put into the variable's type");
    let contact = &played.rehearsal.contact;
    assert_eq!((contact.display_name(), &contact.tags[..]), (Some("Ana"), &["vip".to_owned()][..]));
    let lead = contact.lead().unwrap();
    assert_eq!((lead.stage.as_str(), lead.price), ("new", Some(12.0)));
    let written = played.turns[2].trace.iter().filter(|line| matches!(line.what, Traced::Set { .. })).count();
    assert_eq!(written, 5);

    let watching = bot(
        "watching",
        json!({"triggers": [{"on": "field", "path": "contact.email"}], "start": "hello", "steps": {"hello": {"type": "message", "text": "!"}}}),
    );
    let lines = json!([{"customer": "hi"}, {"set": {"contact.email": "ana@example.com"}}]);
    assert!(said(&self::played(&watching, lines)).is_empty());
}

#[test]
fn a_value_that_does_not_fit_changes_nothing() {
    let shop = shop();
    for (values, expected) in [
        (json!({"contact.name": "Ana", "vars.size": "big"}), "`vars.size`"),
        (json!({"contact.name": "Ana", "lead.stage": 7}), "`lead.stage`: a text is expected, not 7"),
        (json!({"contact.name": "Ana", "contact.tags": "vip"}), "a list of texts"),
        (json!({"contact.name": "Ana", "price": 7}), "no place to keep a value"),
    ] {
        let played = played(&shop, json!([{"customer": "hi"}, {"set": values}]));
        let message = played.failure.map(|failure| failure.message).unwrap_or_default();
        assert!(message.contains(expected), "{message}");
        assert_eq!(played.rehearsal.contact.display_name(), None);
    }
    let idle = played(&shop, json!([{"set": {"vars.size": 2}}]));
    assert!(idle.failure.unwrap().message.contains("no session runs"));
}

#[test]
fn the_channel_refuses_the_next_message() {
    let played = played(&shop(), json!([{"fail_next": 131_026}, {"customer": "hi"}, {"customer": "hi"}]));
    let failed = played.rehearsal.facts.iter().filter_map(|fact| match fact {
        Fact::SendFailed { error, .. } => Some(error.code),
        _ => None,
    });
    assert_eq!(failed.collect::<Vec<_>>(), [131_026]);
    assert_eq!(said(&played), ["Hello"], "one is refused, the next goes out");
}

#[test]
fn a_refusal_for_now_is_repeated() {
    let busy = |code| ChannelError { reaction: Reaction::Retry, ..explain(code) };
    let lines = dialog(json!([{"fail_next": 130_429}, {"customer": "hi"}]));
    let waiting = preview(&shop(), &[], &environment(), &lines, &busy).unwrap();
    assert!(said(&waiting).is_empty());
    let lines = dialog(json!([{"fail_next": 130_429}, {"customer": "hi"}, {"pass": "1m"}]));
    assert_eq!(said(&preview(&shop(), &[], &environment(), &lines, &busy).unwrap()), ["Hello"]);
}

#[test]
fn a_closed_window_shows_what_did_not_go_out() {
    let lines = json!([{"customer": "hi"}, {"pass": "25h"}, {"start": {"on": "preview", "step": "told"}}]);
    let played = played(&shop(), lines);
    let story: Vec<&Fact> = played.rehearsal.story().map(|(_, fact)| fact).collect();
    let refused = story.iter().find_map(|fact| match fact {
        Fact::SendFailed { entry, error } => Some((*entry, error.code)),
        _ => None,
    });
    let (entry, code) = refused.unwrap();
    assert_eq!(code, 131_047);
    let queued = story
        .iter()
        .any(|fact| matches!(fact, Fact::Queued { entry: of, message, .. } if *of == entry && message.text() == "Size 1"));
    assert!(queued && said(&played) == ["Hello"]);
}

#[test]
fn customers_quote_and_send_what_is_not_handed_on() {
    let lines = json!([
        {"customer": "hi"}, {"customer": {"text": "What?", "quote": true}}, {"customer": {"unsupported": "poll"}},
        {"customer": {"media": {"kind": "document", "filename": "a.pdf", "caption": "See"}}}, {"status": "played"}
    ]);
    let played = played(&shop(), lines);
    assert!(played.failure.is_none(), "{:?}", played.failure);
    let received: Vec<_> = played
        .rehearsal
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Received { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!(received[1].reply_to, Some(played.rehearsal.said[0].id.clone()));
    assert!(matches!(&received[2].content, Content::Unsupported { what, code: Some(131_051) } if what == "poll"));
    assert!(matches!(&received[3].content, Content::Media(media) if media.caption.as_deref() == Some("See")));
    let nothing = self::played(&shop(), json!([{"customer": {"text": "Hello", "quote": true}}]));
    assert!(nothing.failure.unwrap().message.contains("nothing that could be quoted"));
}

#[test]
fn whoever_wrote_before_comes_back() {
    let greets = bot(
        "greets",
        json!({"triggers": [{"on": "conversation"}], "start": "hello", "steps": {"hello": {"type": "message", "text": "Welcome"}}}),
    );
    let wrote = |last_wrote: Option<&str>| {
        let contact = DialogContact { last_wrote: last_wrote.map(str::to_owned), ..DialogContact::default() };
        let dialog = Dialog { contact, ..dialog(json!([{"customer": "hi"}])) };
        preview(&greets, &[], &environment(), &dialog, &explain).map(|played| said(&played).len())
    };
    assert_eq!((wrote(None).unwrap(), wrote(Some("3d")).unwrap()), (1, 0));
    assert!(wrote(Some("long ago")).unwrap_err().message.contains("`contact.last_wrote`"));
}

#[test]
fn it_is_told_how_things_stood_behind_each_line() {
    let played = played(&shop(), json!([{"customer": "hi"}, {"customer": {"tap": "Buy"}}, {"customer": {"tap": "Bell"}}]));
    let steps: Vec<_> = played
        .turns
        .iter()
        .map(|turn| {
            let frame = current_session(&turn.contact).and_then(|session| session.frame());
            (
                frame.map(|frame| frame.step.to_string()),
                turn.ended.as_ref().and_then(|ended| ended.step.as_ref()).map(ToString::to_string),
            )
        })
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(steps, [(text("welcome"), None), (text("choose"), None), (None, text("bye"))]);
    assert!(played.turns.windows(2).all(|turns| turns[0].facts < turns[1].facts));
}

#[test]
fn a_form_is_open_until_it_is_submitted() {
    let form = bot(
        "form",
        json!({"triggers": [{"on": "message", "any": true}], "start": "visit", "steps": {
            "visit": {"type": "flow", "flow": "visit", "button": "Book", "text": "When?", "next": "bye"},
            "bye": {"type": "message", "text": "Thanks"}}}),
    );
    let open = |lines| played(&form, lines).rehearsal.open_form().is_some();
    assert!(!open(json!([])));
    assert!(open(json!([{"customer": "hi"}])));
    assert!(!open(json!([{"customer": "hi"}, {"customer": {"form": {"day": "monday"}}}])));
}

#[test]
fn the_same_lines_give_the_same_answer() {
    let lines = json!([{"customer": "hi"}, {"customer": {"tap": "Ask"}}, {"pass": "1h"}, {"agent": "Hello?"}]);
    let (one, two) = (played(&shop(), lines.clone()), played(&shop(), lines));
    assert_eq!((&one.turns, &one.rehearsal.contact), (&two.turns, &two.rehearsal.contact));
}

#[test]
fn a_bot_that_never_rests_is_stopped_and_told() {
    let restless = bot(
        "restless",
        json!({"triggers": [{"on": "message", "any": true}], "start": "wait", "steps": {
            "wait": {"type": "wait", "for": {"delay": "1s"}, "next": "wait"}}}),
    );
    let played = played(&restless, json!([{"customer": "hi"}, {"pass": "30d"}, {"customer": "still there?"}]));
    let failure = played.failure.unwrap();
    assert_eq!(failure.line, 1);
    assert!(failure.message.contains("wakes up again and again"), "{}", failure.message);
}

#[test]
fn called_bots_are_found_with_those_that_they_call() {
    let caller = |id: &str, calls: &str| {
        let steps = json!({"call": {"type": "start_bot", "bot": calls, "next": "done"}, "done": {"type": "message", "text": id}});
        bot(id, json!({"start": "call", "steps": steps}))
    };
    let (one, two, three) = (caller("one", "two"), caller("two", "three"), caller("three", "one"));
    let live = [&one, &two, &three];
    let found = called_by(&one, |name| live.iter().find(|bot| bot.id.as_str() == name).map(|bot| (*bot).clone()));
    assert_eq!(found.iter().map(|bot| bot.id.as_str()).collect::<Vec<_>>(), ["two", "three"]);
    assert!(called_by(&one, |_| None).is_empty());
}

/// Any JSON, not deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z+:{}\\-0-9é]{0,8}".prop_map(Value::from),
        prop_oneof!["hi", "Buy", "25h", "9999999999d", "release", "preview", "stage", "api", "image"].prop_map(Value::from),
    ];
    let keys = prop_oneof![
        "text",
        "tap",
        "reply",
        "form",
        "media",
        "location",
        "order",
        "reaction",
        "on",
        "step",
        "variables",
        "path",
        "value",
        "status",
        "json",
        "failed",
        "fields",
        "handoff",
        "card",
        "lead",
        "quote",
        "unsupported",
        "vars.size",
        "lead.stage",
        "[a-z]{1,4}"
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..3).prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_lines_a_preview_comes_to_an_end(
        lines in prop::collection::vec(
            (prop_oneof!["customer", "pass", "start", "reply", "status", "agent", "bot", "expect", "set", "fail_next"], anything()), 0..6),
        contact in anything(),
        at in prop::option::of("[0-9TZ:+\\-]{0,20}"),
    ) {
        let lines = std::iter::once(json!({"customer": "hi"})).chain(lines.into_iter().map(|(key, value)| json!({key: value})));
        let steps: Vec<Line> = lines.filter_map(|line| serde_json::from_value(line).ok()).collect();
        let contact: DialogContact = serde_json::from_value(contact).unwrap_or_default();
        let dialog = Dialog { name: String::new(), contact, at, steps };
        if let Ok(played) = preview(&shop(), &[], &environment(), &dialog, &explain) {
            let done = played.failure.as_ref().map_or(dialog.steps.len(), |failure| failure.line);
            prop_assert_eq!(played.turns.len(), done);
            prop_assert!(played.rehearsal.said.iter().all(|said| !matches!(said.message, Message::Template(_))));
        }
    }
}
