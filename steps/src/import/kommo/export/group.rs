//! Steps that are one handler of Kommo's: a preset that asks for phone and e-mail, and what keeps the value that a validation found.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{Writer, list, search::another_contact};
use crate::import::kommo::preset::{KEPT_FIELDS, QUESTIONS};

/// Which steps stand inside of the block of another.
#[derive(Debug, Default)]
pub(super) struct Groups<'d> {
    /// The step that the block begins with, by a step inside.
    blocks: HashMap<&'d str, &'d str>,
    presets: HashMap<&'d str, Preset<'d>>,
}

/// A preset that asks until both are there.
#[derive(Debug)]
struct Preset<'d> {
    /// The questions, in the order of the preset's texts.
    asked: Vec<&'d str>,
    /// Where it goes on when all is there.
    done: Option<&'d str>,
}

/// The variable that keeps what a validation found.
pub(super) const VALIDATED: &str = "vars.validated";

impl<'d> Groups<'d> {
    pub(super) fn of(steps: &'d Map<String, Value>) -> Self {
        let mut groups = Groups::default();
        let leads = leading(steps);
        for (id, step) in steps {
            if let Some((preset, check)) = preset(steps, id, step) {
                let inside: Vec<&str> = preset.asked.iter().copied().chain([check]).collect();
                // Nobody else may lead into it.
                let is_closed = inside
                    .iter()
                    .all(|inner| leads.get(inner).into_iter().flatten().all(|from| from == id || inside.contains(from)));
                if is_closed {
                    groups.blocks.extend(inside.into_iter().map(|inner| (inner, id.as_str())));
                    groups.presets.insert(id, preset);
                }
            }
            if let Some(another) = another_contact(steps, step) {
                // What asks whether it is somebody else belongs to the search.
                let check = step["next"].as_str().and_then(|check| Some(steps.get_key_value(check)?.0.as_str()));
                let check = check.filter(|check| leads.get(check).is_some_and(|from| from.as_slice() == [id.as_str()]));
                groups.blocks.extend(check.filter(|_| another.goes_on != another.stays).map(|check| (check, id.as_str())));
            }
            for branch in list(step, "branches").filter_map(|branch| branch["goto"].as_str()) {
                let is_kept = steps.get(branch).is_some_and(|to| kept_value(to).is_some());
                if is_kept && leads.get(branch).is_some_and(|from| from.as_slice() == [id.as_str()]) {
                    groups.blocks.insert(branch, id);
                }
            }
        }
        groups
    }

    /// Whether a step is no block of its own.
    pub(super) fn is_inside(&self, id: &str) -> bool {
        self.blocks.contains_key(id)
    }

    /// The step that the block of a step inside begins with.
    pub(super) fn block(&self, id: &str) -> Option<&'d str> {
        self.blocks.get(id).copied()
    }
}

/// The steps that lead to each step.
fn leading(steps: &Map<String, Value>) -> HashMap<&str, Vec<&str>> {
    let mut leads: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, step) in steps {
        each_text(step, &mut |text| {
            if let Some((to, _)) = steps.get_key_value(text) {
                let from = leads.entry(to.as_str()).or_default();
                if !from.contains(&id.as_str()) {
                    from.push(id);
                }
            }
        });
    }
    leads
}

/// Any text may be a link: one too many only makes a block of its own.
fn each_text(value: &Value, act: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, act)),
        Value::Object(map) => map.values().for_each(|inner| each_text(inner, act)),
        _ => {}
    }
}

/// The value that a step keeps of a validation, if it does nothing else.
pub(super) fn kept_value(step: &Value) -> Option<&str> {
    let fields = step["fields"].as_object().filter(|fields| step["type"] == "set" && fields.len() == 1)?;
    fields.get(VALIDATED)?.as_str()?.strip_prefix("{{ ")?.strip_suffix(" }}")
}

/// The preset that begins with this step, and the step that looks what is missing.
fn preset<'d>(steps: &'d Map<String, Value>, id: &str, step: &'d Value) -> Option<(Preset<'d>, &'d str)> {
    let fields = step["fields"].as_object().filter(|_| step["type"] == "set")?;
    let is_kept = fields.len() == KEPT_FIELDS.len()
        && KEPT_FIELDS.iter().all(|(path, value)| fields.get(*path).is_some_and(|there| there == value));
    let check = step["next"].as_str().filter(|_| is_kept)?;
    let step = steps.get(check)?;
    let branches: Vec<&Value> = list(step, "branches").collect();
    let [done, missing @ ..] = branches.as_slice() else { return None };
    let asked: Vec<&str> =
        missing.iter().map(|branch| &branch["goto"]).chain([&step["otherwise"]]).filter_map(Value::as_str).collect();
    let leads_back = |asked: &&str| steps.get(*asked).is_some_and(|asked| asked["next"].as_str() == Some(id));
    if asked.len() != QUESTIONS.len() || !asked.iter().all(leads_back) {
        return None;
    }
    let done = done["goto"].as_str();
    Some((Preset { asked, done }, check))
}

impl Writer<'_> {
    /// The handlers of a preset that begins with this step.
    pub(super) fn preset(&mut self, id: &str) -> Option<Vec<Value>> {
        let preset = self.groups.presets.get(id)?;
        let asked: Vec<Option<String>> =
            preset.asked.iter().map(|asked| self.steps[*asked]["text"].as_str().map(str::to_owned)).collect();
        let done = self.jump(preset.done);
        let mut params = Map::new();
        for ((key, _), text) in QUESTIONS.iter().zip(asked) {
            if let Some(text) = text {
                params.insert((*key).to_owned(), self.kommo(&text).into());
            }
        }
        Some(vec![json!({"handler": "preset", "params": {"name": "contacts.validate_base_info", "params": params}}), done])
    }
}
