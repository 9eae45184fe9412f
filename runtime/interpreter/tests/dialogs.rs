//! Dialogs played on the interpreter: each `dialogs/NAME.json` with its `dialogs/NAME.test.json`.

use std::sync::Arc;

use interpreter::dialog::{Dialogs, run};
use steps::{
    bot::{Bot, Document},
    environment::Environment,
    event::{ChannelError, Reaction},
    ids::{BotId, NumberId},
};

fn environment() -> Arc<Environment> {
    Arc::new(Environment { default_number: NumberId::new("100"), ..Environment::default() })
}

fn explain(code: i64) -> ChannelError {
    let reaction = if code == 131_047 { Reaction::Template } else { Reaction::Drop };
    ChannelError { code, name: "refused".into(), text: "refused by the dialog".into(), reaction }
}

#[test]
fn dialogs_go_as_written() {
    play("tests/dialogs");
}

#[test]
fn the_bots_that_ship_keep_their_dialogs() {
    play("../../bots");
}

/// Plays every `NAME.test.json` of a folder with the `NAME.json` beside it.
fn play(folder: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stems: Vec<String> = names.filter_map(|name| name.strip_suffix(".test.json").map(str::to_owned)).collect();
    let bots: Vec<Arc<Bot>> = stems
        .iter()
        .map(|stem| {
            let document: Document =
                serde_json::from_str(&read(&format!("{stem}.json"))).unwrap_or_else(|error| panic!("{stem}: {error}"));
            Bot::new(BotId::new(stem).unwrap(), document)
        })
        .collect();
    let mut played = 0;
    let mut failures = Vec::new();
    for (stem, bot) in stems.iter().zip(&bots) {
        let dialogs = Dialogs::read(&read(&format!("{stem}.test.json"))).unwrap_or_else(|error| panic!("{stem}: {error}"));
        for dialog in &dialogs.dialogs {
            played += 1;
            let report = run(bot, &bots, &environment(), dialog, &explain);
            if let Some(failure) = report.failure {
                let line = dialog.steps.get(failure.line);
                failures.push(format!(
                    "{stem}: {}: line {} {line:?}: {}\ngot {:?}",
                    report.dialog, failure.line, failure.message, failure.got
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {played}:\n{}", failures.len(), failures.join("\n\n"));
    assert!(played > 0);
}
