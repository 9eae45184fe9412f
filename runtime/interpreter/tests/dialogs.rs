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
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogs");
    let mut played = 0;
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".test.json") else { continue };
        let dialogs = Dialogs::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let document: Document =
            serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{stem}.json"))).unwrap()).unwrap();
        let bot = Bot::new(BotId::new(stem).unwrap(), document);
        for dialog in &dialogs.dialogs {
            played += 1;
            let report = run(&bot, &[], &environment(), dialog, &explain);
            if let Some(failure) = report.failure {
                failures.push(format!(
                    "{stem}: {}: line {}: {} (got {:?})\n{:#?}",
                    report.dialog, failure.line, failure.message, failure.got, report.trace
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(played > 0);
}
