//! What was said in a chat, as the lines of a dialog test.

use std::path::Path;

use anyhow::{anyhow, bail};
use interpreter::{
    dialog::{Dialog, Line, expected},
    rehearsal::Said,
};
use serde_json::{Map, Value, json};

use crate::bots::dialogs;

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
        let contact = [("phone", &begin.contact.phone), ("name", &begin.contact.name), ("language", &begin.contact.language)];
        let contact = contact.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?.into())));
        let contact: Map<String, Value> = contact.collect();
        let dialog = json!({"name": name, "contact": contact, "at": begin.at, "steps": self.0});
        dialogs::file::add(file, dialog).map_err(|message| anyhow!("{}: {message}", file.display()))?;
        Ok(Dialog { name: name.to_owned(), steps: self.0.clone(), ..begin.clone() })
    }
}
