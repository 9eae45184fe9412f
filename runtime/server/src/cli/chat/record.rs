//! What was said in a chat, as the lines of a dialog test.

use std::{fs, path::Path};

use anyhow::{Context, anyhow, bail};
use interpreter::{
    dialog::{Dialog, Dialogs, Line, expected},
    rehearsal::Said,
};
use serde_json::{Map, Value, json};

use crate::bots::source;

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<Line>);

impl Record {
    /// Keeps a line, and what the bot said to it.
    pub(super) fn line(&mut self, line: &Line, said: &[Said]) {
        self.0.push(line.clone());
        self.0.extend(said.iter().map(|said| Line::Bot(expected(&said.message))));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Writes the chat as a dialog, behind those that the file has; gives the dialog.
    ///
    /// # Errors
    /// Nothing was said, or the file holds something else, or can't be written.
    pub(super) fn save(&self, file: &Path, name: &str, begin: &Dialog) -> anyhow::Result<Dialog> {
        if self.0.is_empty() {
            bail!("nothing was said that could be saved");
        }
        let mut document = if file.exists() {
            let source = source::read(file, "").map_err(|wrong| anyhow!("{}: {}", file.display(), wrong.diagnostic.message))?;
            Dialogs::read(&source).with_context(|| format!("{} holds no dialogs", file.display()))?;
            serde_json::from_str(&source)?
        } else {
            json!({"dialogs": []})
        };
        let contact = [("phone", &begin.contact.phone), ("name", &begin.contact.name), ("language", &begin.contact.language)];
        let contact = contact.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?.into())));
        let contact: Map<String, Value> = contact.collect();
        let dialog = json!({"name": name, "contact": contact, "at": begin.at, "steps": self.0});
        if let Some(dialogs) = document["dialogs"].as_array_mut() {
            dialogs.push(dialog);
        }
        fs::write(file, written(&document)).with_context(|| format!("can't write {}", file.display()))?;
        Ok(Dialog { name: name.to_owned(), steps: self.0.clone(), ..begin.clone() })
    }
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
fn spaced(value: &Value) -> String {
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
}
