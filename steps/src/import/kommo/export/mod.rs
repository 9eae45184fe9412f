//! A bot of ours as a file that Kommo's editor imports: what Kommo can hold, and a list of what it can't.
//!
//! Each step becomes a step of Kommo's that jumps on; a pause without an answer gets a step of its own, as Kommo's editor writes it. What has
//! no place in Kommo and changes nothing of what the bot does (ids, comments, the language) is kept at the nodes of the canvas. In the end the
//! file is imported again: whatever does not come back as it was is listed, too.

mod back;
mod canvas;
mod condition;
mod deed;
mod group;
mod message;
mod search;
mod subscribers;
mod test;
mod text;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    context::MEANT,
    mapping::{Kind, Mapping},
};
use crate::expression::parse_duration;
use group::{Groups, VALIDATED};
use search::another_contact;

/// What came of a bot.
#[derive(Clone, Debug, Serialize)]
pub struct Export {
    /// The file for Kommo.
    pub file: Value,
    /// What Kommo can't hold: by step, in a sentence.
    pub lost: Vec<Lost>,
}

/// Something that Kommo can't hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Empty: the bot as a whole.
    pub step: String,
    pub what: String,
}

/// The step that an import makes where a link has to lead to an end.
const END: &str = "end";

/// Writes a bot as a file for Kommo. Names that the mapping knows become Kommo's ids again.
pub fn export(document: &Value, mapping: &Mapping) -> Export {
    let empty = Map::new();
    let steps = document["steps"].as_object().unwrap_or(&empty);
    let groups = Groups::of(steps);
    let start = document["start"].as_str().unwrap_or_default();
    let mut numbers = HashMap::new();
    // Kommo begins at step 0 where nobody looks at the canvas.
    let first = steps.keys().filter(|id| *id == start);
    for id in first.chain(steps.keys().filter(|id| *id != start)) {
        if !groups.is_inside(id) && (!is_end(id, &steps[id]) || id == start) {
            numbers.insert(id.as_str(), numbers.len());
        }
    }
    let end = numbers.len();
    let mut writer = Writer {
        steps,
        numbers,
        groups,
        end,
        mapping,
        keeps_validated: document.to_string().contains(VALIDATED),
        lost: Vec::new(),
        program: Map::new(),
        pauses: Vec::new(),
        step: String::new(),
        cuts_titles: document.to_string().contains(MEANT),
        first_messages: message::first_messages(steps, start),
    };
    for (id, step) in steps {
        if let Some(number) = writer.number(id) {
            writer.step.clone_from(id);
            let written = writer.write(number, id, step);
            writer.program.insert(number.to_string(), written);
        }
    }
    for (index, pause) in writer.pauses.iter().enumerate() {
        writer.program.insert((end + 1 + index).to_string(), pause.clone());
    }
    if let Some(failed) = document["defaults"]["failed"].as_str() {
        let jump = writer.jump(Some(failed));
        writer.program.insert("error".to_owned(), json!([jump]));
    }
    writer.beside(document);
    writer.program.insert("conversation".to_owned(), (document["meta"]["conversation"] == true).into());
    let positions = writer.canvas(document);
    let text = Value::Object(writer.program).to_string();
    let name = document["name"].as_str().filter(|name| !name.is_empty()).unwrap_or("Bot");
    let file =
        json!({"type_functionality": 0, "model": {"text": text, "name": name, "positions": positions.to_string(), "type": 2}});
    let mut lost = writer.lost;
    back::compare(document, &file, mapping, &mut lost);
    Export { file, lost }
}

/// The id of a block, which Kommo's editor gives by chance.
fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Whether a step is the end that an import makes.
fn is_end(id: &str, step: &Value) -> bool {
    id == END && *step == json!({"type": "stop"})
}

/// A bot on its way.
struct Writer<'d> {
    steps: &'d Map<String, Value>,
    /// The number of each step that becomes one of Kommo's.
    numbers: HashMap<&'d str, usize>,
    groups: Groups<'d>,
    /// The number of the node that ends the bot. No step has it, which ends the bot.
    end: usize,
    mapping: &'d Mapping,
    /// The bot keeps what validations find: each of them does so by itself.
    keeps_validated: bool,
    lost: Vec<Lost>,
    program: Map<String, Value>,
    /// Pauses that got a step of their own, whose numbers come behind the end's.
    pauses: Vec<Value>,
    /// The step that is being written.
    step: String,
    /// Titles are cut to what WhatsApp shows: what a tap says is Kommo's title.
    cuts_titles: bool,
    /// Messages that can be the first.
    first_messages: HashSet<&'d str>,
}

impl Writer<'_> {
    fn lose(&mut self, what: impl Into<String>) {
        let lost = Lost { step: self.step.clone(), what: what.into() };
        if !self.lost.contains(&lost) {
            self.lost.push(lost);
        }
    }

    /// What stands beside the steps and Kommo keeps elsewhere, or not at all.
    fn beside(&mut self, document: &Value) {
        self.step.clear();
        for (key, what) in [
            ("triggers", "triggers: Kommo keeps them outside of the bot"),
            ("translations", "translations: a bot of Kommo's speaks one language"),
            ("hours", "business hours"),
            ("limits", "limits"),
            ("knowledge", "knowledge"),
        ] {
            let there = &document[key];
            if there.as_object().is_some_and(|map| !map.is_empty()) || there.as_array().is_some_and(|list| !list.is_empty()) {
                self.lose(what);
            }
        }
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    fn target(&self, id: Option<&str>) -> Value {
        match id.and_then(|id| self.number(id)) {
            Some(number) => json!({"type": "question", "step": number}),
            // A step that is not there ends the bot.
            None => json!({"type": "finish", "step": self.end}),
        }
    }

    fn jump(&self, id: Option<&str>) -> Value {
        json!({"handler": "goto", "params": self.target(id)})
    }

    fn id_of(&self, kind: Kind, name: &str) -> Value {
        let id = self.mapping.id(kind, name).unwrap_or(name);
        // Only what reads as it was written is a number.
        let number = id.parse::<u64>().ok().filter(|number| number.to_string() == id);
        number.map_or_else(|| Value::from(id), Value::from)
    }

    /// The number of the step that a pause gets.
    fn pause(&mut self, pause: Value) -> usize {
        self.pauses.push(pause);
        self.end + self.pauses.len()
    }

    /// A step as one of Kommo's.
    fn write(&mut self, number: usize, id: &str, step: &Value) -> Value {
        if step["disabled"] == true {
            self.lose("that the step is disabled: Kommo runs it");
        }
        let next = step["next"].as_str();
        let uuid = uuid(number);
        let mut written = match step["type"].as_str().unwrap_or_default() {
            "message" | "ask" | "list" | "template" => self.message(step),
            "wait" => json!({"question": [self.wait(step)]}),
            "condition" => self.condition(step),
            "split" => {
                let variants: Vec<Value> = list(step, "options").map(|option| self.variant(option, next)).collect();
                let kind = step["by"].as_str().unwrap_or("round_robin");
                json!({"question": [{"handler": "distribution", "params": {"type": kind, "seed_id": uuid, "variants": variants}}]})
            }
            "stop" if step["close"] == true => json!({"question": [{"handler": "stop", "params": {"action": "talk-close"}}]}),
            "stop" => match step["outcome"].as_str() {
                Some(outcome) => json!({"question": [{"handler": "exits", "params": {"value": outcome}}]}),
                None => json!({"question": [{"handler": "stop", "params": {}}]}),
            },
            "start_bot" => {
                let bot = self.id_of(Kind::Bots, step["bot"].as_str().unwrap_or_default());
                json!({"question": [{"handler": "stop", "params": {"action": "salesbot-start", "bot": bot}}]})
            }
            "unsupported" => self.unsupported(step),
            "find" if step["in"].get("catalog").is_some() && step["by"].as_str().is_none_or(|by| by == "name") => self.find(step),
            "find" if another_contact(self.steps, step).is_some() => self.find_contact(step),
            kind => match self.preset(id).or_else(|| self.deed(kind, step)) {
                Some(question) => json!({"question": question}),
                None => {
                    self.lose(format!("a step `{kind}`: Kommo has no equal, and goes on behind it"));
                    json!({"question": [self.jump(next)]})
                }
            },
        };
        written["block_uuid"] = uuid.into();
        written
    }

    fn variant(&self, option: &Value, next: Option<&str>) -> Value {
        let mut variant = self.target(option["goto"].as_str().or(next));
        if let Some(weight) = option.get("weight") {
            variant["weight"] = weight.clone();
        }
        variant
    }

    /// What was imported and had no equal is what it was, with its ways as they are now.
    fn unsupported(&mut self, step: &Value) -> Value {
        let (next, failed) = (step["next"].as_str(), step["failed"].as_str());
        let mut source = step["source"].clone();
        if source.get("handler").is_none() {
            self.lose("a step that Kommo does not know: it goes on behind it");
            return json!({"question": [self.jump(failed.or(next))]});
        }
        if source.to_string().contains("\"step\"") {
            self.lose("a step that was imported and holds jumps of its own: Kommo goes on behind it");
            return json!({"question": [self.jump(failed.or(next))]});
        }
        let handler = source["handler"].as_str().unwrap_or_default().to_owned();
        let (place, key, way) = match handler.as_str() {
            // What was found goes on inside, what was not behind it.
            "find" => ("/params/params", "actions", self.found(next, failed)),
            "filter" => ("/params", "actions", self.found(next, failed)),
            "send_message" if failed != next => ("/params", "on_error", self.jump(failed)),
            _ => ("", "", Value::Null),
        };
        if let Some(Value::Object(params)) = source.pointer_mut(place).filter(|_| !way.is_null()) {
            params.insert(key.to_owned(), way);
        }
        let behind = if handler == "send_message" { next } else { failed.or(next) };
        json!({"question": [source, self.jump(behind)]})
    }

    fn found(&self, next: Option<&str>, failed: Option<&str>) -> Value {
        if next == failed { json!([]) } else { json!([self.jump(next)]) }
    }

    fn wait(&mut self, step: &Value) -> Value {
        let next = step["next"].as_str();
        let one = [json!({"for": step["for"]})];
        let ways = step["for"].as_array().map_or(one.as_slice(), Vec::as_slice);
        let mut conditions = Vec::new();
        for way in ways {
            let action = self.target(way["goto"].as_str().or(next));
            match (way["for"].as_str(), seconds(&way["for"]["delay"])) {
                (Some("message"), _) => conditions.push(received(action)),
                (None, Some(delay)) => conditions.push(ended(delay, action)),
                _ => self.lose("a wait for something else than a message or a time"),
            }
        }
        if let Some(delay) = seconds(&step["timeout"]["after"]) {
            let action = self.target(step["timeout"]["goto"].as_str());
            conditions.push(ended(delay, action));
        }
        json!({"handler": "waits", "params": {"logic": "or", "conditions": conditions}})
    }
}

/// A pause's condition: a message came.
fn received(action: Value) -> Value {
    json!({"event": {"source": "message", "action": "received"}, "action": action})
}

/// A pause's condition: so many seconds have passed.
fn ended(delay: u64, action: Value) -> Value {
    json!({"event": {"source": "timer", "action": "ended", "delay": delay}, "action": action})
}

/// The elements of a list in a step.
fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn seconds(duration: &Value) -> Option<u64> {
    Some(parse_duration(duration.as_str()?).ok()?.as_secs())
}
