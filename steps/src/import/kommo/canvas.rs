//! The canvas of Kommo's editor: where blocks stand, what they are called, and which one is first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::program::{integer, text};

/// The key of a node under which an exported bot keeps what Kommo has no place for and does not read.
pub(super) const KEPT: &str = "salesbot";

/// What the canvas tells beside the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Canvas {
    /// The step that the start node leads to.
    pub(super) start: Option<u64>,
    /// Blocks by their step.
    pub(super) blocks: BTreeMap<u64, Block>,
    /// What the start node keeps of a bot that was exported.
    pub(super) kept: Option<KeptBot>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub(super) name: Option<String>,
    /// None: whoever exported the bot knew no place.
    pub(super) place: Option<(f64, f64)>,
    /// It only ends the bot: the program has no such step.
    pub(super) is_finish: bool,
    /// What it keeps of a step that was exported.
    pub(super) kept: Option<Kept>,
}

/// What a node keeps of a step of ours: nothing that the bot does, so it does no harm where the step was changed in Kommo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) id: String,
    /// Its place among the steps.
    pub(super) order: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<Value>,
    /// The ids of its buttons or rows, as they are drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) options: Vec<String>,
    /// The steps that the same block holds besides, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) more: Vec<Kept>,
    /// Where it stood, where the block does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<(f64, f64)>,
    /// It stood nowhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_unplaced: bool,
}

/// What the start node keeps of a bot of ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptBot {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<Value>,
    /// It keeps what a validation finds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) keeps_validated: bool,
}

/// The names that the editor gives by itself: they say nothing of a block.
const DEFAULT_NAMES: [&str; 12] = [
    "send message",
    "message",
    "pause",
    "condition",
    "set field",
    "change responsible user",
    "round robin",
    "validation",
    "add task",
    "stop bot",
    "custom code",
    "comment",
];

impl Canvas {
    /// Reads the nodes. What is strange in them is left out: they only draw.
    pub(super) fn read(positions: &Value) -> Self {
        let nodes = positions.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut blocks = BTreeMap::new();
        let mut step_of_block = BTreeMap::new();
        for node in nodes {
            let Some(step) = integer(node.get("step")) else { continue };
            if let Some(id) = integer(node.get("id")) {
                step_of_block.insert(id, step);
            }
            let kept: Option<Kept> = read_kept(node);
            let name = node.get("name").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
            let name = match &kept {
                // The name that it got on its way there says nothing new.
                Some(kept) if name.is_none_or(|name| name == kept.name().trim()) => kept.label.clone(),
                _ => name.filter(|name| !DEFAULT_NAMES.contains(&name.to_lowercase().as_str())).map(str::to_owned),
            };
            let coordinate = |key: &str| {
                text(node.get(key))
                    .and_then(|number| number.parse().ok())
                    .filter(|number: &f64| number.is_finite())
                    .unwrap_or_default()
            };
            let is_placed = kept.as_ref().is_none_or(|kept| !kept.is_unplaced);
            let is_finish = node.get("type").and_then(Value::as_str) == Some("finish");
            let place = is_placed.then(|| (coordinate("x"), coordinate("y")));
            blocks.insert(step, Block { name, place, is_finish, kept });
        }
        let start = nodes.iter().find(|node| node.get("type").and_then(Value::as_str) == Some("start"));
        let kept = start.and_then(read_kept);
        let start = start.and_then(|node| integer(node.get("goto")?.get("block")));
        Canvas { start: start.and_then(|block| step_of_block.get(&block).copied()), blocks, kept }
    }

    /// The node that ends the bot, where there is one.
    pub(super) fn finish(&self) -> Option<&Block> {
        self.blocks.values().find(|block| block.is_finish)
    }

    /// What is kept of the step that this one of Kommo's was.
    pub(super) fn kept(&self, step: u64) -> Option<&Kept> {
        self.blocks.get(&step)?.kept.as_ref()
    }
}

impl Kept {
    /// What its block is called in Kommo.
    pub(super) fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.id)
    }
}

/// What an exported node keeps; None: it keeps nothing, or nothing that can be read.
fn read_kept<T: serde::de::DeserializeOwned>(node: &Value) -> Option<T> {
    node.get(KEPT).and_then(|kept| serde_json::from_value(kept.clone()).ok())
}
