//! The way back: the file is imported again, and what is not as it was is listed.

use serde_json::{Map, Value};

use super::Lost;
use crate::import::kommo::{Mapping, Options, import};

/// What stands beside the steps and comes back. All else is listed where it is written.
const KEYS: [&str; 9] = ["name", "language", "timezone", "country", "variables", "defaults", "start", "layout", "meta"];

/// How much of a value is told.
const SHOWN: usize = 80;

/// Lists what does not come back. A step of which something is listed already is left alone.
pub(super) fn compare(document: &Value, file: &Value, mapping: &Mapping, lost: &mut Vec<Lost>) {
    let mut lose = |step: &str, what: String| lost.push(Lost { step: step.to_owned(), what });
    let returned = match import("bot", &file.to_string(), &mut mapping.clone(), &Options::default()) {
        Ok(import) => import.bots.into_iter().next().map(|bot| bot.document).unwrap_or_default(),
        Err(refused) => return lose("", format!("the file can't be imported here again: {refused}")),
    };
    for key in KEYS.into_iter().filter(|key| document.get(*key) != returned.get(*key)) {
        lose("", changed(key, returned.get(key)));
    }
    let empty = Map::new();
    let steps = |document: &'_ Value| document["steps"].as_object().cloned().unwrap_or_else(|| empty.clone());
    let (before, after) = (steps(document), steps(&returned));
    let listed: Vec<String> = lost.iter().map(|lost| lost.step.clone()).collect();
    let mut lose = |step: &str, what: String| lost.push(Lost { step: step.to_owned(), what });
    for (id, step) in before.iter().filter(|(id, _)| !listed.contains(id)) {
        let Some(after) = after.get(id).and_then(Value::as_object) else {
            lose(id, "the step does not come back from there".to_owned());
            continue;
        };
        let step = step.as_object().unwrap_or(&empty);
        let keys = step.keys().chain(after.keys().filter(|key| !step.contains_key(*key)));
        for key in keys.filter(|key| step.get(*key) != after.get(*key)) {
            lose(id, changed(key, after.get(key)));
        }
    }
    for id in after.keys().filter(|id| !before.contains_key(*id)) {
        lose(id, "this step comes back from there, and was not in the bot".to_owned());
    }
    let known = |steps: &Map<String, Value>, others: &Map<String, Value>| {
        steps.keys().filter(|id| others.contains_key(*id)).cloned().collect::<Vec<_>>()
    };
    if known(&before, &after) != known(&after, &before) {
        lose("", "the steps come back in another order".to_owned());
    }
}

fn changed(key: &str, after: Option<&Value>) -> String {
    match after.map(Value::to_string) {
        Some(value) => {
            let short: String = value.chars().take(SHOWN).collect();
            let more = if short.len() < value.len() { "…" } else { "" };
            format!("`{key}` comes back as {short}{more}")
        }
        None => format!("`{key}` does not come back"),
    }
}
