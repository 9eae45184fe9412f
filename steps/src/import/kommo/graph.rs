//! The graph that is being made: steps whose links are not named yet, and how they get their names, their order and their places.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{
    canvas::{Canvas, Kept},
    program::Part,
    words::{self, Unique},
};

/// Where a link leads: to a step of ours, or to a part of a step of Kommo's that is still to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Link {
    Node(usize),
    Label(u64, Part),
    /// To the step that holds the link.
    Itself,
}

/// Where it goes on; None: the bot ends.
pub(super) type To = Option<Link>;

/// Begins a text that stands for a link. It is no letter of any text that people write.
const MARK: char = '\u{f8ff}';

/// The id of the step that ends the bot, where a link has to lead somewhere.
const END: &str = "end";
/// What stands behind the mark of a link to its own step.
const ITSELF: &str = "self";

impl Link {
    fn marked(to: To) -> Value {
        Value::from(match to {
            Some(Link::Node(index)) => format!("{MARK}n{index}"),
            Some(Link::Label(step, part)) => format!("{MARK}{}{step}", &part.key()[..1]),
            Some(Link::Itself) => format!("{MARK}{ITSELF}"),
            None => format!("{MARK}{END}"),
        })
    }

    fn read(text: &str) -> Option<To> {
        let rest = text.strip_prefix(MARK)?;
        let number = || rest.get(1..)?.parse::<u64>().ok();
        Some(match rest.chars().next()? {
            's' => Some(Link::Itself),
            'n' => Some(Link::Node(usize::try_from(number()?).ok()?)),
            'q' => Some(Link::Label(number()?, Part::Question)),
            'a' => Some(Link::Label(number()?, Part::Answer)),
            'f' => Some(Link::Label(number()?, Part::Finish)),
            _ => None,
        })
    }
}

/// A step on its way.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    body: Map<String, Value>,
}

impl Draft {
    pub(super) fn new(kind: &str) -> Self {
        Draft { body: Map::from_iter([("type".to_owned(), kind.into())]) }
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body.insert(key.to_owned(), value.into());
        self
    }

    pub(super) fn with_some<T: Into<Value>>(self, key: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// A link that is left out where the bot ends.
    pub(super) fn next(self, key: &str, to: To) -> Self {
        if to.is_some() { self.with(key, Link::marked(to)) } else { self }
    }

    /// A link that leads to a step that ends the bot where nothing goes on.
    pub(super) fn link(self, key: &str, to: To) -> Self {
        self.with(key, Link::marked(to))
    }
}

/// A link inside of a step: `{"goto": …}`.
pub(super) fn goto(to: To) -> Map<String, Value> {
    Map::from_iter([("goto".to_owned(), Link::marked(to))])
}

/// A finished step, without its name.
#[derive(Clone, Debug)]
struct Node {
    hint: String,
    body: Map<String, Value>,
    /// Kommo's step.
    step: u64,
}

/// All steps of a bot.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    entries: HashMap<(u64, Part), To>,
}

/// What became of the graph.
pub(super) struct Named {
    pub(super) start: String,
    pub(super) steps: Map<String, Value>,
    pub(super) layout: Value,
    /// The step for what a link names, by its mark: for `defaults.failed`.
    pub(super) failed: Option<String>,
    /// Labels that lead in a circle through nothing.
    pub(super) circles: Vec<u64>,
    /// Kommo's step of each step.
    pub(super) origins: HashMap<String, u64>,
}

impl Graph {
    pub(super) fn add(&mut self, step: u64, hint: &str, draft: Draft, remarks: &[String]) -> Link {
        let mut body = draft.body;
        if !remarks.is_empty() {
            body.insert("comment".to_owned(), remarks.join(" ").into());
        }
        body.insert("meta".to_owned(), json!({"kommo_step": step}));
        let link = Link::Node(self.nodes.len());
        body.values_mut().for_each(|value| lead_home(value, link));
        self.nodes.push(Node { hint: hint.to_owned(), body, step });
        link
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The branches of the `condition` that a link leads to, if it is one made behind `since`.
    pub(super) fn branches(&mut self, to: To, since: usize) -> Option<&mut Vec<Value>> {
        let Some(Link::Node(index)) = to else { return None };
        let node = self.nodes.get_mut(index).filter(|_| index >= since)?;
        let is_condition = node.body.get("type").and_then(Value::as_str) == Some("condition");
        node.body.get_mut("branches").filter(|_| is_condition)?.as_array_mut()
    }

    /// Names a step anew.
    pub(super) fn rename(&mut self, to: To, hint: &str) {
        if let Some(Link::Node(index)) = to
            && let Some(node) = self.nodes.get_mut(index)
        {
            hint.clone_into(&mut node.hint);
        }
    }

    /// Adds remarks to the step that a link leads to.
    pub(super) fn comment(&mut self, to: To, remarks: &[String]) {
        let Some(Link::Node(index)) = to else { return };
        let Some(node) = self.nodes.get_mut(index).filter(|_| !remarks.is_empty()) else { return };
        let before = node.body.get("comment").and_then(Value::as_str).unwrap_or_default();
        let all = format!("{} {before}", remarks.join(" "));
        let meta = node.body.shift_remove("meta");
        node.body.insert("comment".to_owned(), all.trim().into());
        node.body.extend(meta.map(|meta| ("meta".to_owned(), meta)));
    }

    pub(super) fn enter(&mut self, step: u64, part: Part, to: To) {
        self.entries.insert((step, part), to);
    }

    /// The step that a link leads to in the end. Labels that lead in a circle lead nowhere.
    fn resolved(&self, mut to: To, circles: &mut Vec<u64>) -> Option<usize> {
        let mut seen = HashSet::new();
        loop {
            match to? {
                Link::Node(index) => return Some(index),
                // It was made a link to the step's own number when the step was added.
                Link::Itself => return None,
                Link::Label(step, part) => {
                    if !seen.insert((step, part)) {
                        if !circles.contains(&step) {
                            circles.push(step);
                        }
                        return None;
                    }
                    to = self.entries.get(&(step, part)).copied().flatten();
                }
            }
        }
    }

    /// Names the steps that can be reached, in the order in which they are; those that were exported get back what their block keeps.
    pub(super) fn named(&self, start: To, failed: To, canvas: Option<&Canvas>) -> Named {
        let mut circles = Vec::new();
        let failed = self.resolved(failed, &mut circles);
        let start = self.resolved(start, &mut circles);
        let (order, needs_end) = self.reached(failed.into_iter().chain(start).collect(), start.is_none(), &mut circles);
        let kept = canvas.map(|canvas| self.kept(canvas, &order)).unwrap_or_default();
        let names = self.names(&order, &kept, needs_end);
        let end = canvas.and_then(Canvas::finish).filter(|_| needs_end);
        let mut ordered = Vec::new();
        let mut labelled = HashSet::new();
        let mut place = 0;
        for index in &order {
            let (node, kept) = (&self.nodes[*index], kept.get(index));
            let mut body = self.linked_map(node, node.body.clone(), &names);
            let label = match kept {
                Some(Known { kept, is_first: false }) => kept.label.clone(),
                _ => canvas.and_then(|canvas| canvas.blocks.get(&node.step)?.name.clone()),
            };
            if let Some(label) = label.filter(|_| labelled.insert(node.step) || kept.is_some()) {
                body.shift_insert(1, "label".to_owned(), label.into());
            }
            if let Some(Known { kept, .. }) = kept {
                keep(&mut body, kept);
                place = kept.order;
            }
            ordered.push((place, names[index].clone(), Value::Object(body)));
        }
        if needs_end {
            let place = end.and_then(|block| block.kept.as_ref()).map_or(usize::MAX, |kept| kept.order);
            ordered.push((place, END.to_owned(), json!({"type": "stop"})));
        }
        ordered.sort_by_key(|(place, ..)| *place);
        let mut places = canvas.map(|canvas| self.places(canvas, &order, &names, &kept, needs_end)).unwrap_or_default();
        // In the order of the steps, as people write them.
        let places: Map<_, _> = ordered.iter().filter_map(|(_, name, _)| places.shift_remove_entry(name)).collect();
        Named {
            start: start.map_or_else(|| END.to_owned(), |index| names[&index].clone()),
            failed: failed.map(|index| names[&index].clone()),
            layout: if places.is_empty() { Value::Null } else { json!({"steps": places}) },
            steps: ordered.into_iter().map(|(_, name, body)| (name, body)).collect(),
            circles,
            origins: order.iter().map(|index| (names[index].clone(), self.nodes[*index].step)).collect(),
        }
    }

    /// The steps that can be reached, the first link of each followed first; and whether some link needs a step that ends the bot.
    fn reached(&self, mut stack: Vec<usize>, mut needs_end: bool, circles: &mut Vec<u64>) -> (Vec<usize>, bool) {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        while let Some(index) = stack.pop() {
            let Some(node) = self.nodes.get(index).filter(|_| seen.insert(index)) else { continue };
            order.push(index);
            let mut links = Vec::new();
            each_link(&node.body, &mut |key, to| {
                let found = self.resolved(to, circles);
                needs_end |= found.is_none() && !may_be_missing(node, key);
                links.extend(found);
            });
            stack.extend(links.into_iter().rev());
        }
        (order, needs_end)
    }

    /// What is kept of steps: of the one that a block begins with, and of those that it holds besides.
    fn kept<'c>(&self, canvas: &'c Canvas, order: &[usize]) -> HashMap<usize, Known<'c>> {
        let mut known = HashMap::new();
        for (step, kept) in canvas.blocks.iter().filter_map(|(step, block)| Some((*step, block.kept.as_ref()?))) {
            let entry = self.entries.get(&(step, Part::Question)).and_then(|to| self.resolved(*to, &mut Vec::new()));
            let Some(entry) = entry.filter(|entry| self.nodes[*entry].step == step) else { continue };
            known.insert(entry, Known { kept, is_first: true });
            let others = order.iter().filter(|index| **index != entry && self.nodes[**index].step == step);
            known.extend(others.zip(&kept.more).map(|(index, kept)| (*index, Known { kept, is_first: false })));
        }
        known
    }

    /// A name for each step: its own if it is known, else one that is made of what it says.
    fn names(&self, order: &[usize], kept: &HashMap<usize, Known<'_>>, needs_end: bool) -> HashMap<usize, String> {
        let mut unique = Unique::default();
        if needs_end {
            unique.take(END);
        }
        let known = |index: &usize| kept.get(index).map(|known| &known.kept.id).filter(|id| crate::ids::check_id(id).is_ok());
        let mut names = HashMap::new();
        for index in order {
            names.extend(known(index).map(|id| (*index, unique.take(id))));
        }
        for index in order {
            names.entry(*index).or_insert_with(|| unique.take(&words::id(&self.nodes[*index].hint, self.kind(*index))));
        }
        names
    }

    fn kind(&self, index: usize) -> &str {
        self.nodes[index].body.get("type").and_then(Value::as_str).unwrap_or("step")
    }

    /// The step with names in place of marks.
    fn linked_map(&self, node: &Node, map: Map<String, Value>, names: &HashMap<usize, String>) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, inner) in map {
            let to = inner.as_str().filter(|text| text.starts_with(MARK)).map(|text| Link::read(text).flatten());
            let Some(to) = to else {
                out.insert(key, self.linked(node, inner, names));
                continue;
            };
            match self.resolved(to, &mut Vec::new()) {
                Some(index) => out.insert(key, names[&index].as_str().into()),
                None if may_be_missing(node, &key) => None,
                None => out.insert(key, END.into()),
            };
        }
        out
    }

    fn linked(&self, node: &Node, value: Value, names: &HashMap<usize, String>) -> Value {
        match value {
            Value::Object(map) => Value::Object(self.linked_map(node, map, names)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.linked(node, item, names)).collect()),
            other => other,
        }
    }

    /// Where steps stand: where their block stood, several of one block below each other.
    fn places(
        &self,
        canvas: &Canvas,
        order: &[usize],
        names: &HashMap<usize, String>,
        kept: &HashMap<usize, Known<'_>>,
        has_end: bool,
    ) -> Map<String, Value> {
        /// How far the steps of one block stand apart.
        const BELOW: f64 = 150.0;
        let mut places = Map::new();
        let mut of_block: HashMap<u64, f64> = HashMap::new();
        for index in order {
            let step = self.nodes[*index].step;
            let Some((x, y)) = canvas.blocks.get(&step).and_then(|block| block.place) else { continue };
            let before = of_block.entry(step).or_default();
            let below = y + *before * BELOW;
            *before += 1.0;
            match kept.get(index) {
                Some(Known { kept, is_first: false }) if kept.is_unplaced => continue,
                Some(Known { kept, is_first: false }) => {
                    places.insert(names[index].clone(), place(kept.place.unwrap_or((x, below))));
                }
                _ => {
                    places.insert(names[index].clone(), place((x, below)));
                }
            }
        }
        if let Some(at) = canvas.finish().and_then(|block| block.place).filter(|_| has_end) {
            places.insert(END.to_owned(), place(at));
        }
        places
    }

    /// What a step of ours waits for, if it waits for a message and perhaps a time.
    pub(super) fn waited(&self, index: usize) -> Option<(To, Option<(u64, To)>)> {
        let body = &self.nodes.get(index)?.body;
        body.get("type").filter(|kind| *kind == "wait")?;
        let link = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map_or(Some(None), Link::read);
        let awaited = body.get("for")?;
        if awaited == "message" {
            return Some((link(&Value::Object(body.clone()), "next")?, None));
        }
        let [message, timer] = awaited.as_array()?.as_slice() else { return None };
        let delay = crate::expression::parse_duration(timer.get("for")?.get("delay")?.as_str()?).ok()?;
        Some((link(message, "goto")?, Some((delay.as_secs(), link(timer, "goto")?))))
    }
}

/// What is kept of a step.
struct Known<'c> {
    kept: &'c Kept,
    /// The block begins with it: its label and its place are the block's.
    is_first: bool,
}

/// Gives a step back what was said of it, with what was found now behind it.
fn keep(body: &mut Map<String, Value>, kept: &Kept) {
    body.shift_remove("meta");
    if let Some(comment) = &kept.comment {
        let found = body.shift_remove("comment").and_then(|found| found.as_str().map(str::to_owned)).unwrap_or_default();
        let all = if comment.contains(&found) { comment.clone() } else { format!("{comment} {found}") };
        body.insert("comment".to_owned(), all.into());
    }
    body.extend(kept.meta.clone().map(|meta| ("meta".to_owned(), meta)));
}

fn place((x, y): (f64, f64)) -> Value {
    let number = |coordinate: f64| crate::write::plain_number(coordinate.round());
    json!({"x": number(x), "y": number(y)})
}

/// Makes links of a step to itself links to its number.
fn lead_home(value: &mut Value, link: Link) {
    match value {
        Value::String(text) if text.strip_prefix(MARK) == Some(ITSELF) => *value = Link::marked(Some(link)),
        Value::Array(items) => items.iter_mut().for_each(|item| lead_home(item, link)),
        Value::Object(map) => map.values_mut().for_each(|inner| lead_home(inner, link)),
        _ => {}
    }
}

/// Links that say by being left out that the bot ends.
fn may_be_missing(node: &Node, key: &str) -> bool {
    key == "next" || key == "otherwise" && node.body.get("type").and_then(Value::as_str) == Some("condition")
}

fn each_link(body: &Map<String, Value>, act: &mut dyn FnMut(&str, To)) {
    fn each(value: &Value, key: &str, act: &mut dyn FnMut(&str, To)) {
        match value {
            Value::String(text) if text.starts_with(MARK) => act(key, Link::read(text).flatten()),
            Value::Array(items) => items.iter().for_each(|item| each(item, key, act)),
            Value::Object(map) => map.iter().for_each(|(key, inner)| each(inner, key, act)),
            _ => {}
        }
    }
    body.iter().for_each(|(key, inner)| each(inner, key, act));
}

/// A text without the letter that marks links.
pub(super) fn without_mark(text: &str) -> String {
    text.replace(MARK, "")
}
