//! Dialogs played on the interpreter: each `dialogs/NAME.json` with its `dialogs/NAME.test.json`.

use std::{path::Path, sync::Arc};

use interpreter::dialog::{Dialog, Dialogs, run};
use serde_json::json;
use steps::bot::Bot;

use crate::story::{bot, environment, explain};

#[test]
fn dialogs_go_as_written() {
    play("tests/dialogs");
}

#[test]
fn the_bots_that_ship_keep_their_dialogs() {
    play("../../bots");
}

/// The bots of a folder, each `NAME.json` with the dialogs of the `NAME.test.json` beside it.
pub fn written(folder: &str) -> Vec<(Arc<Bot>, Vec<Dialog>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stems = names.filter_map(|name| name.strip_suffix(".test.json").map(str::to_owned));
    let written = stems.map(|stem| {
        let document = serde_json::from_str(&read(&format!("{stem}.json"))).unwrap_or_else(|error| panic!("{stem}: {error}"));
        let dialogs = Dialogs::read(&read(&format!("{stem}.test.json"))).unwrap_or_else(|error| panic!("{stem}: {error}"));
        (bot(&stem, document), dialogs.dialogs)
    });
    written.collect()
}

/// Plays all dialogs of a folder.
fn play(folder: &str) {
    let written = written(folder);
    let bots: Vec<Arc<Bot>> = written.iter().map(|(bot, _)| bot.clone()).collect();
    let mut played = 0;
    let mut failures = Vec::new();
    for (bot, dialogs) in &written {
        for dialog in dialogs {
            played += 1;
            let report = run(bot, &bots, &environment(), dialog, &explain);
            if let Some(failure) = report.failure {
                let line = dialog.steps.get(failure.line);
                failures.push(format!(
                    "{}: {}: line {} {line:?}: {}\ngot {:?}",
                    bot.id, report.dialog, failure.line, failure.message, failure.got
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {played}:\n{}", failures.len(), failures.join("\n\n"));
    assert!(played > 0);
}

/// What a dialog says when it goes wrong: each of these lines is a mistake of its author, or of the bot.
#[test]
fn a_wrong_line_says_what_was_expected() {
    let bot = bot(
        "hello",
        json!({
            "triggers": [{"on": "message", "any": true}], "start": "say",
            "steps": {"say": {"type": "message", "text": "Hello"}}
        }),
    );
    let cases = [
        (r#"[{"customer": 7}]"#, "a text or an object"),
        (r#"[{"customer": {"tab": "Yes"}}]"#, "a customer has no `tab`"),
        (r#"[{"customer": {}}]"#, "`text`, `tap`"),
        (r#"[{"customer": {"tap": "Yes", "foo": 1}}]"#, "a customer has no `foo`"),
        (r#"[{"customer": {"text": "Yes", "referal": {}}}]"#, "did you mean `referral`?"),
        (r#"[{"customer": {"text": "Yes", "tap": "Yes"}}]"#, "one thing in a line"),
        (r#"[{"start": {"on": "stage", "piepline": "x"}}]"#, "did you mean `pipeline`?"),
        (r#"[{"start": {"on": "schedule", "at": "x"}}]"#, "has no `at`"),
        (r#"[{"start": {"on": "preview", "step": "sya"}}]"#, "did you mean `say`?"),
        (r#"[{"customer": {"reply": "x"}}]"#, "no message shows an option with the id"),
        (r#"[{"customer": {"tap": "Yes"}}]"#, "no message shows an option"),
        (r#"[{"customer": {"form": {"a": 1}}}]"#, "no form was sent"),
        (r#"[{"customer": {"media": {"kind": "film"}}}]"#, "unknown variant `film`"),
        (r#"[{"customer": {"location": {"latitude": 1.0}}}]"#, "missing field `longitude`"),
        (r#"[{"customer": "hi"}, {"bot": "Bye"}]"#, "expected \"Bye\""),
        (r#"[{"customer": "hi"}, {"customer": "again"}]"#, "no `bot` line names"),
        (r#"[{"bot": "Hello"}]"#, "the bot said nothing"),
        (r#"[{"pass": "soon"}]"#, "soon"),
        (r#"[{"start": {"on": "moon"}}]"#, "expected `stage`"),
        (r#"[{"start": {"on": "schedule"}}]"#, "no `schedule` trigger"),
        (r#"[{"start": {"on": "field"}}]"#, "needs `path`"),
        (r#"[{"start": {"on": "tag"}}]"#, "needs `tag`"),
        (r#"[{"reply": {"status": 200}}]"#, "no call waits"),
        (r#"[{"customer": {"again": true}}]"#, "nothing that could come again"),
        (r#"[{"customer": "hi"}, {"bot": "Hello"}, {"customer": {"again": 2}}]"#, "`again` is true, not 2"),
        (r#"[{"status": "read"}]"#, "nothing that could have a status"),
        (r#"[{"customer": "hi"}, {"bot": "Hello"}, {"status": "eaten"}]"#, "no status"),
        (r#"[{"agent": 7}]"#, "a text or an object"),
        (r#"[{"agent": {"sings": true}}]"#, "`message`, `handoff` or `release`"),
        (r#"[{"expect": {"vars.": 1}}]"#, "vars."),
        (r#"[{"expect": {"contact.name": "Bia"}}]"#, "expected \"Bia\""),
    ];
    for (steps, expected) in cases {
        let dialogs = Dialogs::read(&format!(r#"{{"dialogs": [{{"name": "x", "steps": {steps}}}]}}"#)).unwrap();
        let failure = run(&bot, &[], &environment(), &dialogs.dialogs[0], &explain).failure;
        let message = failure.unwrap_or_else(|| panic!("{steps} passed")).message;
        assert!(message.contains(expected), "{steps}: {message}");
    }
}

#[test]
fn what_comes_again_is_answered_once() {
    let bot = bot(
        "once",
        json!({
            "triggers": [{"on": "message", "any": true}],
            "variables": {"asked": {"type": "integer", "default": 0}},
            "start": "count",
            "steps": {
                "count": {"type": "set", "fields": {"vars.asked": "{{ vars.asked + 1 }}"}, "next": "ask"},
                "ask": {
                    "type": "message", "text": "Sure? ({{ vars.asked }})", "buttons": [{"id": "yes", "title": "Yes", "goto": "done"}],
                    "otherwise": "count"
                },
                "done": {"type": "message", "text": "Done"}
            }
        }),
    );
    let steps = r#"[
        {"customer": "hi"}, {"bot": {"text": "Sure? (1)"}},
        {"customer": {"again": true}}, {"expect": {"vars.asked": 1, "session.step": "ask"}},
        {"customer": "what?"}, {"bot": {"text": "Sure? (2)"}},
        {"pass": "3h"}, {"customer": {"again": true}}, {"customer": {"again": true}}, {"expect": {"vars.asked": 2}},
        {"customer": {"tap": "Yes"}}, {"bot": "Done"},
        {"customer": {"again": true}}, {"expect": {"session.running": false}}
    ]"#;
    let dialogs = Dialogs::read(&format!(r#"{{"dialogs": [{{"name": "x", "steps": {steps}}}]}}"#)).unwrap();
    let failure = run(&bot, &[], &environment(), &dialogs.dialogs[0], &explain).failure;
    assert!(failure.is_none(), "{failure:?}");
}

#[test]
fn customers_send_more_than_texts_and_people_command() {
    let bot = bot(
        "kinds",
        json!({
            "triggers": [{"on": "message", "any": true}, {"on": "tag", "tag": "vip"}, {"on": "field", "path": "contact.fields.city"}],
            "start": "say", "steps": {"say": {"type": "message", "text": "{{ message.type ?? trigger.on }}"}}
        }),
    );
    let steps = r#"[
        {"customer": {"media": "image"}}, {"bot": "image"},
        {"customer": {"media": {"kind": "document", "filename": "a.pdf", "caption": "see"}}}, {"bot": "document"},
        {"customer": {"location": {"latitude": -23.5, "longitude": -46.6}}}, {"bot": "location"},
        {"customer": {"contacts": [{"phones": [{"wa_id": "5511988887777"}]}]}}, {"bot": "contacts"},
        {"customer": {"order": {"catalog": "c", "items": [{"product": "p", "quantity": 1, "price": 2.5, "currency": "BRL"}]}}}, {"bot": "order"},
        {"customer": {"order": {"catalog_id": "c", "product_items": [{"product_retailer_id": "p", "quantity": 1, "item_price": 2.5, "currency": "BRL"}]}}}, {"bot": "order"},
        {"expect": {"message.order.items[0].product": "p", "message.order.items[0].price": 2.5}},
        {"customer": {"reaction": "👍"}},
        {"customer": {"text": "hi", "referral": {"source_id": "ad"}}}, {"bot": "text"},
        {"start": {"on": "tag", "tag": "vip"}}, {"bot": "text"},
        {"start": {"on": "field", "path": "contact.fields.city", "value": "Recife"}}, {"bot": "text"},
        {"start": {"on": "api", "variables": {"x": 1}}}, {"bot": "text"},
        {"agent": {"handoff": {"user": "bia"}}}, {"expect": {"conversation.human": true}},
        {"agent": {"release": {"close": true}}}, {"expect": {"conversation.human": false}},
        {"agent": {"message": "Oi"}}, {"expect": {"conversation.human": true}},
        {"agent": "close"}, {"agent": "stop"}
    ]"#;
    let dialogs = Dialogs::read(&format!(r#"{{"dialogs": [{{"name": "x", "contact": {{"phone": "+5511999999999", "lead": {{"stage": "new"}}}}, "steps": {steps}}}]}}"#)).unwrap();
    let report = run(&bot, &[], &environment(), &dialogs.dialogs[0], &explain);
    assert!(report.failure.is_none(), "{:?}", report.failure);
}
