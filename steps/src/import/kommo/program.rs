//! A program of Kommo's: numbered steps, each with the handlers of its parts.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::canvas::Canvas;
use crate::{expression::fold_but_symbols, limits};

/// A bot as Kommo holds it.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) steps: BTreeMap<u64, Value>,
    /// What runs when a message can't be delivered.
    pub(super) error: Value,
    pub(super) canvas: Option<Canvas>,
    /// A step that leads nowhere goes on at the next number, as the documentation's examples do; in bots of the visual editor it ends the bot.
    pub(super) falls_through: bool,
    /// Somewhere the bot reads what the last validation found.
    pub(super) reads_validation: bool,
    /// Fields whose tick the bot looks for, by their ids.
    pub(super) boxes: HashSet<String>,
    /// Somewhere a title is longer than WhatsApp shows, or another's too: what is tapped is not what Kommo reads.
    pub(super) cuts_titles: bool,
    /// The root key `conversation`, of which nobody knows what it does: it is kept for the way back.
    pub(super) conversation: bool,
}

/// A part of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    Question,
    Answer,
    Finish,
}

impl Part {
    pub(super) fn key(self) -> &'static str {
        match self {
            Part::Question => "question",
            Part::Answer => "answer",
            Part::Finish => "finish",
        }
    }

    /// The part that a `goto` or a `wait_answer` names.
    pub(super) fn of(target: &Value) -> Self {
        match target.get("type").and_then(Value::as_str) {
            Some("answer") => Part::Answer,
            Some("finish") => Part::Finish,
            _ => Part::Question,
        }
    }
}

/// One handler: what it is, with what, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Handler<'l> {
    pub(super) name: &'l str,
    pub(super) params: &'l Value,
    /// `4.question[1]`
    pub(super) place: String,
    /// As it was written.
    pub(super) source: &'l Value,
}

/// The handlers that only the visual editor writes.
const VISUAL: [&str; 9] =
    ["send_message", "waits", "distribution", "trigger", "widget", "send_comment", "opt_in", "list_message", "_stop"];

impl Program {
    pub(super) fn new(name: &str, steps: BTreeMap<u64, Value>, error: Value, canvas: Option<Canvas>) -> Self {
        let has_uuid = steps.values().any(|step| step.get("block_uuid").is_some());
        let is_visual = has_uuid || steps.values().any(holds_visual_handler);
        let knew = canvas.as_ref().and_then(|canvas| canvas.kept.as_ref()).is_some_and(|kept| kept.keeps_validated);
        let reads_validation = knew || steps.values().any(|step| step.to_string().contains("last_validation_result"));
        let boxes = steps.values().flat_map(|step| ticked(&step.to_string())).collect();
        let falls_through = !is_visual && canvas.is_none();
        let cuts_titles = steps.values().chain([&error]).any(holds_cut_title);
        Program {
            name: name.to_owned(),
            steps,
            error,
            falls_through,
            canvas,
            reads_validation,
            boxes,
            cuts_titles,
            conversation: false,
        }
    }

    /// The first step: the canvas says it, else it is `0`, else the only one that may be the first message, else the lowest number.
    pub(super) fn start(&self) -> Option<u64> {
        let drawn = self.canvas.as_ref().and_then(|canvas| canvas.start).filter(|step| self.steps.contains_key(step));
        let marked = || {
            let mut marked = self.steps.iter().filter(|(_, step)| is_starting(step)).map(|(number, _)| *number);
            marked.next().filter(|_| marked.next().is_none())
        };
        let zero = || self.steps.contains_key(&0).then_some(0);
        drawn.or_else(zero).or_else(marked).or_else(|| self.steps.keys().next().copied())
    }

    /// The step behind this one.
    pub(super) fn following(&self, step: u64) -> Option<u64> {
        self.steps.range(step.checked_add(1)?..).next().map(|(number, _)| *number)
    }

    /// The handlers of a step's part. `strange` is told of what is none.
    pub(super) fn handlers(&self, step: u64, part: Part, strange: &mut Vec<String>) -> Vec<Handler<'_>> {
        let list = self.steps.get(&step).and_then(|step| step.get(part.key()));
        list.map(|list| handlers(list, &format!("{step}.{}", part.key()), strange)).unwrap_or_default()
    }
}

/// The fields of which a text reads whether they are ticked: `lead.cf.7.is_checked`.
fn ticked(text: &str) -> Vec<String> {
    let places = text.match_indices(".is_checked").map(|(at, _)| &text[..at]);
    places.filter_map(|before| before.rsplit_once("cf.").map(|(_, id)| id.trim().to_owned())).collect()
}

fn is_starting(step: &Value) -> bool {
    let handlers = step.get("question").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    handlers
        .iter()
        .any(|handler| handler.get("params").and_then(|params| params.get("is_in_starting_block")) == Some(&Value::Bool(true)))
}

fn holds_visual_handler(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_visual_handler),
        Value::Object(map) => {
            map.get("handler").and_then(Value::as_str).is_some_and(|handler| VISUAL.contains(&handler))
                || map.values().any(holds_visual_handler)
        }
        _ => false,
    }
}

fn holds_cut_title(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_cut_title),
        Value::Object(map) => {
            let titles = |key: &str, name: &str| -> Vec<String> {
                let items = map.get(key).and_then(Value::as_array).into_iter().flatten();
                let drawn = items.filter(|item| item.get("url").is_none());
                let titles = drawn.filter_map(|item| text(Some(item)).or_else(|| text(item.get(name))));
                titles.map(|title| title.trim().to_owned()).filter(|title| !title.contains("{{")).collect()
            };
            let is_long = |most: usize| move |title: &String| limits::length(title) > most;
            let (buttons, rows) = (titles("buttons", "text"), titles("rows", "title"));
            let most = if buttons.len() > limits::BUTTONS { limits::ROW_TITLE } else { limits::BUTTON_TITLE };
            let known: HashSet<String> = rows.iter().map(|title| fold_but_symbols(title)).collect();
            buttons.iter().any(is_long(most))
                || rows.iter().any(is_long(limits::ROW_TITLE))
                || known.len() < rows.len()
                || map.values().any(holds_cut_title)
        }
        _ => false,
    }
}

/// The handlers of a list; one alone may stand without its list. `strange` is told where something is none.
pub(super) fn handlers<'l>(list: &'l Value, place: &str, strange: &mut Vec<String>) -> Vec<Handler<'l>> {
    let items = match list {
        Value::Array(items) => items.as_slice(),
        Value::Object(map) if map.is_empty() => &[],
        Value::Object(_) => std::slice::from_ref(list),
        Value::Null | Value::Bool(false) => &[],
        Value::String(nothing) if nothing.is_empty() => &[],
        _ => {
            strange.push(place.to_owned());
            &[]
        }
    };
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("{place}[{index}]");
        match item.get("handler").and_then(Value::as_str) {
            Some(name) => {
                let params = item.get("params").unwrap_or(&Value::Null);
                found.push(Handler { name, params, place, source: item });
            }
            None => strange.push(place),
        }
    }
    found
}

/// An id, which may be a number or a text. A placeholder is none: what it names is known when the bot runs.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty() && !text.contains("{{")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, which may be a text.
pub(super) fn integer(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text; a number as it is written.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn program(steps: &[(u64, Value)], canvas: Option<Canvas>) -> Program {
        Program::new("bot", steps.iter().cloned().collect(), Value::Null, canvas)
    }

    #[test]
    fn the_first_step_is_found_in_the_order_of_what_is_sure() {
        let marked = json!({"question": [{"handler": "send_message", "params": {"is_in_starting_block": true}}]});
        let plain = json!({"question": []});
        let canvas = Canvas { start: Some(4), ..Canvas::default() };
        assert_eq!(program(&[(0, plain.clone()), (4, plain.clone())], Some(canvas)).start(), Some(4));
        assert_eq!(program(&[(0, plain.clone()), (4, marked.clone())], None).start(), Some(0));
        assert_eq!(program(&[(1, plain.clone()), (4, marked.clone())], None).start(), Some(4));
        assert_eq!(program(&[(3, marked.clone()), (4, marked)], None).start(), Some(3));
        assert_eq!(program(&[], None).start(), None);
    }

    #[test]
    fn only_the_documented_dialect_falls_through() {
        let shown = json!({"question": [{"handler": "show", "params": {}}]});
        assert!(program(&[(0, shown.clone())], None).falls_through);
        assert!(!program(&[(0, shown.clone())], Some(Canvas::default())).falls_through);
        let deep = json!({"answer": [{"handler": "buttons", "params": [{"params": [{"handler": "waits"}]}]}]});
        assert!(!program(&[(0, shown), (1, deep)], None).falls_through);
    }
}
