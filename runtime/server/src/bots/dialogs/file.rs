//! The dialog tests of a bot, in the file beside its own: `bots/NAME.test.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use interpreter::dialog::{Dialog, Dialogs};
use serde_json::{Value, json};

use crate::bots::source;

/// Held while a file is read and written anew, so that two who change it at once lose nothing.
static CHANGING: Mutex<()> = Mutex::new(());

/// Where the dialogs of a bot's file are.
pub fn beside(bot: &Path) -> PathBuf {
    bot.with_extension("test.json")
}

/// The dialogs of a file; none where there is no such file.
///
/// # Errors
/// The file can't be read or holds something else: what is wrong with it, with its place.
pub fn read(file: &Path) -> Result<Vec<Dialog>, String> {
    Ok(document(file)?.0)
}

/// Writes a dialog behind those that the file has.
///
/// # Errors
/// The file holds something else, or can't be written.
pub fn add(file: &Path, dialog: Value) -> Result<(), String> {
    change(file, |dialogs| dialogs.push(dialog))
}

/// Changes the dialogs of a file; one that holds the same after it is not written.
///
/// # Errors
/// As [`add`].
pub(super) fn change(file: &Path, change: impl FnOnce(&mut Vec<Value>)) -> Result<(), String> {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, mut document) = document(file)?;
    let before = document.clone();
    if let Some(dialogs) = document["dialogs"].as_array_mut() {
        change(dialogs);
    }
    if document == before {
        return Ok(());
    }
    write(file, &written(&document))
}

/// Writes a file anew that was read as `before`.
///
/// # Errors
/// It holds something else by now, or can't be written.
pub fn replace(file: &Path, before: &str, after: &str) -> Result<(), String> {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let text = source::read(file, "").map_err(|unreadable| unreadable.diagnostic.message)?;
    if text != before {
        return Err("it was changed meanwhile".to_owned());
    }
    write(file, after)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    // First beside it, so that nobody reads half of it.
    let beside = file.with_extension("json.new");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    written.map_err(|error| format!("it can't be written: {error}"))
}

/// The dialogs, and the document that they stand in.
fn document(file: &Path) -> Result<(Vec<Dialog>, Value), String> {
    let text = match source::read(file, "") {
        Ok(text) => text,
        Err(unreadable) if unreadable.is_gone => return Ok((Vec::new(), json!({"dialogs": []}))),
        Err(unreadable) => return Err(unreadable.diagnostic.message),
    };
    let dialogs = Dialogs::read(&text).map_err(|error| format!("it holds no dialogs: {error}"))?;
    let document = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok((dialogs.dialogs, document))
}

/// Dialogs as people write them: each line of a conversation on a line of its own.
fn written(document: &Value) -> String {
    let mut out = String::from("{\n");
    for (key, value) in document.as_object().into_iter().flatten().filter(|(key, _)| *key != "dialogs") {
        out.push_str(&format!("  {}: {},\n", json!(key), spaced(value)));
    }
    let dialogs: Vec<String> = document["dialogs"].as_array().into_iter().flatten().map(dialog).collect();
    out.push_str(&format!("  \"dialogs\": [\n{}\n  ]\n}}\n", dialogs.join(",\n")));
    out
}

fn dialog(dialog: &Value) -> String {
    let keys = dialog.as_object().into_iter().flatten().map(|(key, value)| match value.as_array() {
        Some(lines) if key == "steps" => {
            let lines: Vec<String> = lines.iter().map(|line| format!("        {}", spaced(line))).collect();
            format!("      \"steps\": [\n{}\n      ]", lines.join(",\n"))
        }
        _ => format!("      {}: {}", json!(key), spaced(value)),
    });
    format!("    {{\n{}\n    }}", keys.collect::<Vec<_>>().join(",\n"))
}

/// A value on one line, with spaces behind colons and commas.
pub(super) fn spaced(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", json!(key), spaced(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialogs_are_written_as_they_are_read() {
        let document =
            json!({"$schema": "x", "dialogs": [{"name": "a \"b\"", "steps": [{"customer": "oi"}, {"bot": {"buttons": ["x"]}}]}]});
        let text = written(&document);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        assert!(text.contains("        {\"customer\": \"oi\"},\n        {\"bot\": {\"buttons\": [\"x\"]}}\n"), "{text}");
    }

    #[test]
    fn a_file_is_written_where_something_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = beside(&folder.path().join("welcome.json"));
        assert_eq!(file, folder.path().join("welcome.test.json"));
        assert_eq!(read(&file), Ok(Vec::new()));
        change(&file, |dialogs| dialogs.clear()).unwrap();
        assert!(!file.exists());
        let dialog = |name: &str| json!({"name": name, "steps": []});
        add(&file, dialog("a")).unwrap();
        add(&file, dialog("a")).unwrap();
        add(&file, dialog("b")).unwrap();
        let names: Vec<String> = read(&file).unwrap().into_iter().map(|dialog| dialog.name).collect();
        assert_eq!(names, ["a", "a", "b"]);
    }

    #[test]
    fn a_file_that_holds_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("welcome.test.json");
        fs::write(&file, "{\"dialogs\": 7}").unwrap();
        let error = add(&file, json!({"name": "a", "steps": []})).unwrap_err();
        assert!(error.starts_with("it holds no dialogs: line 1"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"dialogs\": 7}");
    }
    #[test]
    fn what_was_changed_meanwhile_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("welcome.test.json");
        fs::write(&file, "\u{feff}{\"dialogs\": []}").unwrap();
        assert_eq!(replace(&file, "{\"dialogs\": [7]}", "new"), Err("it was changed meanwhile".to_owned()));
        assert_eq!(replace(&file, "{\"dialogs\": []}", "new"), Ok(()));
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
