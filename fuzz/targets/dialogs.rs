//! Dialog tests: whatever the document, reading and playing it ends in a report.

#![no_main]

use std::sync::{Arc, LazyLock};

use interpreter::dialog::{Dialogs, run};
use libfuzzer_sys::fuzz_target;
use steps::{bot::Bot, check, environment::Environment, ids::BotId};

/// A bot that asks, sends buttons, calls and waits, so that every kind of line meets something.
const BOT: &str = r#"{
  "variables": {"score": {"type": "integer", "default": 0}},
  "triggers": [{"on": "message", "any": true}, {"on": "stage", "pipeline": "sales", "stage": "new"}],
  "start": "welcome",
  "steps": {
    "welcome": {"type": "message", "text": "Hi!", "buttons": [{"id": "a", "title": "Yes"}, {"id": "b", "title": "No", "goto": "bye"}], "template": {"name": "hello", "language": "en"}, "next": "ask"},
    "ask": {"type": "ask", "text": "How many?", "expect": "integer", "save": "vars.score", "timeout": {"after": "2h", "goto": "bye"}, "next": "call"},
    "call": {"type": "http", "method": "POST", "url": "https://example.com/x", "json": {"score": "{{ vars.score }}"}, "save": {"lead.price": "reply.json.price"}, "failed": "bye", "next": "wait"},
    "wait": {"type": "wait", "for": {"delay": "1h"}, "next": "bye"},
    "bye": {"type": "message", "text": "Bye {{ contact.first_name ?? \"you\" }}."}
  }
}"#;

static LOADED: LazyLock<Arc<Bot>> = LazyLock::new(|| {
    let id = BotId::new("fuzzed").expect("a right id");
    check::load_published(&id, BOT).expect("the target's own bot is right")
});

fuzz_target!(|source: &str| {
    let Ok(dialogs) = Dialogs::read(source) else { return };
    let environment = Arc::new(Environment::default());
    for dialog in dialogs.dialogs.iter().take(4) {
        let _ = run(&LOADED, &[], &environment, dialog, &|code| whatsapp::errors::new(code, ""));
    }
});
