//! Values that a person changes by hand while a bot waits: in the preview, and in a dialog test as what happened elsewhere meanwhile.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use steps::{
    path::Path,
    trace::{Trace, Traced},
    turn::{Supplied, Turn},
    write,
};

use super::{Rehearsal, current_session};

/// What a hand may change beside the paths that a bot may write to; these a bot changes by steps of their own.
const BESIDE_PATHS: [&str; 4] = ["lead.pipeline", "lead.stage", "contact.tags", "lead.tags"];

impl Rehearsal {
    /// Writes values to their places, each converted to what its place holds. No trigger hears of it: nothing happened to the contact, it
    /// is as if it had always been so.
    ///
    /// # Errors
    /// Why one of them can't be written; then none is.
    pub fn set(&mut self, values: &Map<String, Value>) -> Result<(), String> {
        let number = self.number();
        let session = current_session(&self.contact).map(|session| session.id);
        let state = self.state(self.contact.clone(), session, self.running_bot());
        let mut turn = Turn {
            state: Arc::new(steps::state::State { number, ..state }),
            supplied: &Supplied::default(),
            counters_used: BTreeMap::new(),
            step: crate::turn::nowhere(),
            trace: Trace::default(),
            facts: Vec::new(),
            changes: Vec::new(),
        };
        for (path, value) in values {
            set(&mut turn, path, value.clone()).map_err(|why| format!("`{path}`: {why}"))?;
        }
        self.trace.0.extend(turn.trace.0);
        self.facts.extend(turn.facts);
        self.times.resize(self.facts.len(), self.now);
        self.contact = Arc::try_unwrap(turn.state).map_or_else(|shared| shared.contact.clone(), |state| state.contact);
        Ok(())
    }
}

fn set(turn: &mut Turn<'_>, path: &str, value: Value) -> Result<(), String> {
    if BESIDE_PATHS.contains(&path) {
        return set_beside(turn, path, value);
    }
    let place: Path = path.parse().map_err(|error: steps::path::PathError| error.to_string())?;
    if matches!(place, Path::Var(_)) && turn.frame().is_none() {
        return Err("no session runs whose variables could be changed".to_owned());
    }
    turn.set(&place, value).map_err(|stop| stop.to_string())
}

fn set_beside(turn: &mut Turn<'_>, path: &str, value: Value) -> Result<(), String> {
    let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("a text is expected, not {value}"));
    let list =
        || serde_json::from_value::<Vec<String>>(value.clone()).map_err(|_| format!("a list of texts is expected, not {value}"));
    if path != "contact.tags" && turn.contact().lead().is_none() {
        write::new_lead(turn);
    }
    match path {
        "contact.tags" => turn.contact_mut().tags = list()?,
        "lead.tags" => turn.state_mut().lead_or_new().tags = list()?,
        "lead.pipeline" => turn.state_mut().lead_or_new().pipeline = text()?.into(),
        _ => turn.state_mut().lead_or_new().stage = text()?.into(),
    }
    let session = turn.session_id();
    turn.trace.push(session, Traced::Set { path: path.into(), value });
    Ok(())
}
