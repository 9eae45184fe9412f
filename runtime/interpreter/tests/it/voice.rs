//! Voice notes whose text a call brings: they run when it comes, and what the customer writes meanwhile waits behind them.

use std::sync::Arc;

use interpreter::rehearsal::Rehearsal;
use serde_json::{Value, json};
use steps::{
    contact::{Call, Contact, TRANSCRIPTION_DEADLINE},
    environment::Environment,
    event::{AgentCommand, CallResult, Content, EventKind, InboundMedia},
    fact::Fact,
    ids::{ContactId, EntryId},
    message::MediaKind,
    moment::{MINUTE, SECOND},
    trace::{Trace, Traced},
};

use crate::story::{GIVE_BACK, NOW, TAKE, agent, ana, bot, bots, number, say, texts};

/// Says what it read of each message, and takes "menu" by a keyword.
fn listener() -> Value {
    json!({
        "triggers": [{"on": "message", "keywords": ["menu"], "start": "menu"}, {"on": "message", "any": true}],
        "start": "said",
        "steps": {
            "said": {"type": "message", "text": "{{ message.type }}: {{ message.text ?? \"nothing\" }}"},
            "menu": {"type": "message", "text": "The menu"}
        }
    })
}

/// Ana and a bot, where calls tell what was said in voice notes.
fn transcribed(document: Value) -> Rehearsal {
    let environment = Environment { default_number: number(), transcribes: true, ..Environment::default() };
    Rehearsal::new(bots(&[bot("a", document)]), Arc::new(environment), ana(), NOW)
}

fn recording(id: &str) -> InboundMedia {
    InboundMedia {
        kind: MediaKind::Voice,
        id: id.into(),
        mime_type: Some("audio/ogg; codecs=opus".into()),
        sha256: None,
        filename: None,
        caption: None,
        transcript: None,
    }
}

/// Sends a voice note; gives the call that asks what was said in it.
fn speak(rehearsal: &mut Rehearsal, id: &str) -> EntryId {
    rehearsal.customer(Content::Media(recording(id)), None, None);
    let call = |call: &Call| matches!(call, Call::Transcribe(call) if call.media.id == id);
    rehearsal.calls.iter().find(|(_, made, _)| call(made)).expect("it is asked what was said").0
}

fn heard(rehearsal: &mut Rehearsal, call: EntryId, text: &str) -> Trace {
    rehearsal.answer_call(call, CallResult::Text { text: Some(text.into()) })
}

fn failed(rehearsal: &mut Rehearsal, call: EntryId) -> Trace {
    rehearsal.answer_call(call, CallResult::Failed { name: "timeout".into(), text: "no answer".into() })
}

#[test]
fn a_voice_note_runs_with_what_was_said_in_it() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    assert_eq!(texts(&rehearsal), [""; 0]);
    let conversation = rehearsal.contact.conversation(&number()).unwrap();
    assert!(conversation.window_open(NOW), "the window opens when it arrives");
    rehearsal.pass(5 * SECOND);
    let trace = heard(&mut rehearsal, call, " quero dois ");
    assert_eq!(texts(&rehearsal), ["voice: quero dois"]);
    assert!(trace.iter().any(|line| line.what == Traced::Understood { text: "quero dois".into() }));
    let content = Content::Media(InboundMedia { transcript: Some("quero dois".into()), ..recording("v1") });
    let told = rehearsal.facts.iter().any(|fact| matches!(fact, Fact::Transcribed { content: told, .. } if **told == content));
    assert!(told, "the transcript of the conversation reads it, too");
    let received = rehearsal.facts.iter().filter(|fact| matches!(fact, Fact::Received { .. }));
    assert_eq!(received.count(), 1);
    let call = speak(&mut rehearsal, "v2");
    heard(&mut rehearsal, call, "o menu, por favor");
    assert_eq!(texts(&rehearsal)[1], "The menu", "triggers match speech");
}

#[test]
fn what_is_written_meanwhile_waits_behind_it() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    say(&mut rehearsal, "and this");
    say(&mut rehearsal, "and that");
    assert_eq!(texts(&rehearsal), [""; 0]);
    heard(&mut rehearsal, call, "first");
    assert_eq!(texts(&rehearsal), ["voice: first", "text: and this", "text: and that"]);
}

#[test]
fn two_voice_notes_run_in_their_order_whichever_is_heard_first() {
    let mut rehearsal = transcribed(listener());
    let first = speak(&mut rehearsal, "v1");
    let second = speak(&mut rehearsal, "v2");
    say(&mut rehearsal, "third");
    heard(&mut rehearsal, second, "second");
    assert_eq!(texts(&rehearsal), [""; 0]);
    heard(&mut rehearsal, first, "first");
    assert_eq!(texts(&rehearsal), ["voice: first", "voice: second", "text: third"]);
    heard(&mut rehearsal, first, "once more");
    assert_eq!(texts(&rehearsal).len(), 3, "a result that comes twice runs once");
}

#[test]
fn one_that_nobody_understands_goes_on_without_text() {
    for result in [
        CallResult::Failed { name: "timeout".into(), text: "no answer".into() },
        CallResult::Text { text: Some("  ".into()) },
        CallResult::Text { text: None },
        CallResult::Text { text: Some("a".repeat(16_385)) },
    ] {
        let mut rehearsal = transcribed(listener());
        let call = speak(&mut rehearsal, "v1");
        say(&mut rehearsal, "hello?");
        let trace = rehearsal.answer_call(call, result);
        assert_eq!(texts(&rehearsal), ["voice: nothing", "text: hello?"]);
        assert!(trace.iter().any(|line| matches!(line.what, Traced::NotUnderstood { .. })));
    }
}

#[test]
fn nobody_waits_longer_than_the_deadline() {
    let mut rehearsal = transcribed(listener());
    speak(&mut rehearsal, "v1");
    rehearsal.pass(TRANSCRIPTION_DEADLINE);
    assert_eq!(texts(&rehearsal), ["voice: nothing"]);
}

#[test]
fn a_customer_who_writes_very_much_is_answered_without() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    for number in 1..20 {
        say(&mut rehearsal, &number.to_string());
    }
    assert_eq!(texts(&rehearsal), [""; 0]);
    say(&mut rehearsal, "20");
    assert_eq!(texts(&rehearsal).len(), 21, "none is lost");
    assert_eq!((texts(&rehearsal)[0], texts(&rehearsal)[20]), ("voice: nothing", "text: 20"));
    heard(&mut rehearsal, call, "late");
    assert_eq!(texts(&rehearsal).len(), 21);
    assert!(rehearsal.facts.iter().any(|fact| matches!(fact, Fact::Transcribed { .. })), "people can read it");
}

#[test]
fn speech_answers_a_question_and_its_time_does_not_run_out_meanwhile() {
    let document = json!({
        "triggers": [{"on": "message", "any": true}],
        "start": "ask",
        "steps": {
            "ask": {"type": "ask", "text": "How many?", "expect": "integer", "save": "vars.n", "next": "done", "timeout": {"after": "1m", "goto": "late"}},
            "done": {"type": "message", "text": "{{ vars.n }} it is"},
            "late": {"type": "message", "text": "Too late"}
        }
    });
    let mut rehearsal = transcribed(document.clone());
    say(&mut rehearsal, "hi");
    rehearsal.pass(50 * SECOND);
    let call = speak(&mut rehearsal, "v1");
    rehearsal.pass(20 * SECOND);
    heard(&mut rehearsal, call, "quero 2, obrigada");
    assert_eq!(texts(&rehearsal), ["How many?", "2 it is"]);
    let mut rehearsal = transcribed(document);
    say(&mut rehearsal, "hi");
    rehearsal.pass(2 * MINUTE);
    assert_eq!(texts(&rehearsal), ["How many?", "Too late"]);
}

#[test]
fn quick_messages_and_voice_notes_keep_their_order() {
    let document = json!({"defaults": {"join": "5s"}, "triggers": [{"on": "message", "any": true}], "start": "said",
        "steps": {"said": {"type": "message", "text": "{{ message.text }}"}}});
    let mut rehearsal = transcribed(document);
    say(&mut rehearsal, "one");
    let call = speak(&mut rehearsal, "v1");
    say(&mut rehearsal, "three");
    say(&mut rehearsal, "four");
    heard(&mut rehearsal, call, "two");
    rehearsal.pass(MINUTE);
    assert_eq!(texts(&rehearsal), ["one", "two", "three\nfour"]);
}

#[test]
fn a_person_who_took_over_keeps_the_message_and_reads_it() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    say(&mut rehearsal, "hello?");
    agent(&mut rehearsal, TAKE);
    let late = speak(&mut rehearsal, "v2");
    agent(&mut rehearsal, GIVE_BACK);
    heard(&mut rehearsal, call, "first");
    heard(&mut rehearsal, late, "second");
    assert_eq!(texts(&rehearsal), [""; 0], "what was said to the person is not answered by the bot");
    let read = rehearsal.facts.iter().filter(|fact| matches!(fact, Fact::Transcribed { .. }));
    assert_eq!(read.count(), 2);
    assert_eq!(rehearsal.evaluate("message.text").unwrap(), "second");
    say(&mut rehearsal, "back");
    assert_eq!(texts(&rehearsal), ["text: back"]);
}

/// Whoever stops the bot that listens stops what is said to it; so does an event that fails on it.
#[test]
fn a_stop_lets_go_of_what_waits() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    agent(&mut rehearsal, AgentCommand::Stop { bot: None, session: None });
    heard(&mut rehearsal, call, "first");
    assert_eq!(texts(&rehearsal), [""; 0]);
    say(&mut rehearsal, "hello");
    assert_eq!(texts(&rehearsal), ["text: hello"]);
}

#[test]
fn a_no_is_heard_too() {
    let mut rehearsal = transcribed(listener());
    let call = speak(&mut rehearsal, "v1");
    heard(&mut rehearsal, call, "Stop.");
    assert_eq!(rehearsal.contact.opted_in, Some(false));
    assert_eq!(texts(&rehearsal), [""; 0]);
    say(&mut rehearsal, "hello");
    assert_eq!(texts(&rehearsal), ["text: hello"]);
    // One that is written drops what waits, as it drops all that was to be said.
    let call = speak(&mut rehearsal, "v2");
    say(&mut rehearsal, "stop");
    failed(&mut rehearsal, call);
    assert_eq!(texts(&rehearsal).len(), 1);
}

#[test]
fn what_has_a_text_or_is_no_speech_asks_nobody() {
    let mut rehearsal = transcribed(listener());
    let spoken = InboundMedia { transcript: Some("oi".into()), ..recording("v1") };
    rehearsal.customer(Content::Media(spoken), None, None);
    let picture = InboundMedia { kind: MediaKind::Image, caption: Some("look".into()), ..recording("i1") };
    rehearsal.customer(Content::Media(picture), None, None);
    assert_eq!(texts(&rehearsal), ["voice: oi", "image: look"]);
    assert!(rehearsal.calls.is_empty());
}

/// Two contacts that turn out to be one, while each has something that is still to be heard.
#[test]
fn a_merge_keeps_what_waits() {
    let mut rehearsal = transcribed(listener());
    let first = speak(&mut rehearsal, "v1");
    let mut other = transcribed(listener());
    speak(&mut other, "v2");
    say(&mut other, "third");
    let content = serde_json::to_value(&other.contact).unwrap();
    rehearsal.event(EventKind::Merge { from: ContactId::new("c2"), content });
    let calls = |contact: &Contact| -> Vec<EntryId> { contact.pending.iter().map(|pending| pending.id).collect() };
    let [ours, theirs] = calls(&rehearsal.contact)[..] else { panic!("both calls are there") };
    assert_eq!(ours, first);
    heard(&mut rehearsal, theirs, "second");
    assert_eq!(texts(&rehearsal), [""; 0]);
    heard(&mut rehearsal, ours, "first");
    assert_eq!(texts(&rehearsal), ["voice: first", "voice: second", "text: third"]);
}
