//! The canvas that is drawn of a bot. Its nodes keep what has no other place in Kommo.

use serde_json::{Value, json};

use super::{END, Writer, list};
use crate::import::kommo::canvas::{KEPT, Kept, KeptBot};

/// How far apart the blocks of a bot stand that has no layout.
const BESIDE: usize = 400;

impl Writer<'_> {
    /// The nodes: the start, a block for each step, and one that ends the bot.
    pub(super) fn canvas(&self, document: &Value) -> Value {
        let text = |key: &str| document[key].as_str().map(str::to_owned);
        let bot = KeptBot {
            language: text("language"),
            timezone: text("timezone"),
            meta: document.get("meta").cloned(),
            keeps_validated: self.keeps_validated,
        };
        let start = document["start"].as_str().unwrap_or_default();
        let goto = self.number(start).map(|number| json!({"block": number + 1}));
        let places = &document["layout"]["steps"];
        let mut nodes = vec![json!({"id": 0, "type": "start", "step": -1, "x": 0, "y": 0, "deletable": true, "goto": goto,
            "actions": [{"id": -3, "sort": 0, "params": {"handler": "_start", "params": []}, "links": []}], KEPT: bot})];
        for (order, (id, step)) in self.steps.iter().enumerate() {
            let Some(number) = self.number(id) else { continue };
            let mut kept = self.kept(id, order, step);
            kept.is_unplaced = places.get(id).is_none();
            kept.more = self.more(id, places);
            nodes.push(node("question", number, &places[id], kept));
        }
        let order = self.steps.keys().position(|id| id == END).unwrap_or(usize::MAX);
        let kept = Kept { id: END.to_owned(), order, is_unplaced: places.get(END).is_none(), ..Kept::default() };
        nodes.push(node("finish", self.end, &places[END], kept));
        for pause in 0..self.pauses.len() {
            let number = self.end + 1 + pause;
            nodes.push(json!({"id": number + 1, "type": "question", "step": number, "name": "Pause", "deletable": true,
                "x": BESIDE * (number + 1), "y": 0, "goto": null, "actions": []}));
        }
        Value::Array(nodes)
    }

    /// What a node keeps of its step.
    fn kept(&self, id: &str, order: usize, step: &Value) -> Kept {
        let text = |key: &str| step[key].as_str().map(str::to_owned);
        let rows = list(step, "sections").flat_map(|section| list(section, "rows"));
        let options = list(step, "buttons").chain(rows).map(|option| option["id"].as_str().unwrap_or_default().to_owned());
        let options: Vec<String> = options.collect();
        Kept {
            id: id.to_owned(),
            order,
            label: text("label"),
            comment: text("comment"),
            meta: step.get("meta").cloned(),
            options: if options.iter().all(|id| !id.is_empty()) { options } else { Vec::new() },
            ..Kept::default()
        }
    }

    /// What the node keeps of the steps that stand in the same block.
    fn more(&self, id: &str, places: &Value) -> Vec<Kept> {
        let inside = self.steps.iter().enumerate().filter(|(_, (other, _))| self.groups.block(other) == Some(id));
        let kept = inside.map(|(order, (id, step))| {
            let place = places.get(id).map(|place| (coordinate(place, "x"), coordinate(place, "y")));
            Kept { place, is_unplaced: place.is_none(), ..self.kept(id, order, step) }
        });
        kept.collect()
    }
}

fn coordinate(place: &Value, key: &str) -> f64 {
    place[key].as_f64().unwrap_or_default()
}

fn node(kind: &str, number: usize, place: &Value, kept: Kept) -> Value {
    let at = |key: &str, fallback: usize| place.get(key).cloned().unwrap_or_else(|| fallback.into());
    json!({"id": number + 1, "type": kind, "step": number, "name": kept.name(), "deletable": true, "x": at("x", BESIDE * (number + 1)),
        "y": at("y", 0), "goto": null, "actions": [], KEPT: kept})
}
