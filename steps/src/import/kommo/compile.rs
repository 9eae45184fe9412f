//! A program's handlers as steps. Lists are read from their end: what a handler leads to is known when it is made into a step.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use super::{
    condition::NEVER,
    context::{Context, MEANT},
    graph::{Draft, Graph, Link, To, goto},
    placeholder::shown,
    program::{Handler, Part, Program, handlers, integer, text},
    report::Code,
};
use crate::expression::Duration;

/// What comes behind a handler.
#[derive(Clone, Debug)]
pub(super) enum Then<'l> {
    Go(To),
    /// The bot waits: a message before it can ask what is waited for.
    Wait(Wait<'l>),
}

/// What the bot waits for.
#[derive(Clone, Debug)]
pub(super) struct Wait<'l> {
    pub(super) on: On<'l>,
    /// Seconds until it goes on elsewhere.
    pub(super) timer: Option<(u64, To)>,
}

#[derive(Clone, Debug)]
pub(super) enum On<'l> {
    /// The next message goes through the answer part of this step.
    Answers { step: u64, handlers: Vec<Handler<'l>> },
    /// Any message goes on there.
    Message(To),
    /// Only the timer counts.
    Nothing,
}

/// The bot that is made of a program.
pub(super) struct Compiler<'l, 'm> {
    pub(super) program: &'l Program,
    pub(super) context: Context<'m>,
    pub(super) graph: Graph,
    queue: VecDeque<(u64, Part)>,
    known: HashSet<(u64, Part)>,
    /// What answers a message is being read.
    pub(super) is_in_answers: bool,
    /// Titles and synonyms are found inside of longer answers too.
    pub(super) finds_words: bool,
}

impl<'l, 'm> Compiler<'l, 'm> {
    pub(super) fn new(program: &'l Program, mut context: Context<'m>, finds_words: bool) -> Self {
        if program.cuts_titles {
            context.message = MEANT;
        }
        Compiler {
            program,
            context,
            graph: Graph::default(),
            queue: VecDeque::new(),
            known: HashSet::new(),
            is_in_answers: false,
            finds_words,
        }
    }

    /// Reads all that can be reached from here.
    pub(super) fn run(&mut self, start: u64) -> (To, To) {
        let start = self.label(start, Part::Question);
        let mut strange = Vec::new();
        let error = handlers(&self.program.error, "error", &mut strange);
        self.strange(strange);
        let failed = if error.is_empty() {
            None
        } else {
            let then = self.list(&error, Then::Go(None));
            self.go(then)
        };
        while let Some((step, part)) = self.queue.pop_front() {
            self.context.step = step;
            let entry = self.part(step, part);
            self.graph.enter(step, part, entry);
        }
        (Some(start), failed)
    }

    /// Whether a part of a step was read.
    pub(super) fn has_read(&self, step: u64, part: Part) -> bool {
        self.known.contains(&(step, part))
    }

    /// Kommo's steps of which a part was read.
    pub(super) fn reached(&self) -> HashSet<u64> {
        self.known.iter().map(|(step, _)| *step).collect()
    }

    pub(super) fn label(&mut self, step: u64, part: Part) -> Link {
        if self.known.insert((step, part)) {
            self.queue.push_back((step, part));
        }
        Link::Label(step, part)
    }

    fn strange(&mut self, places: Vec<String>) {
        for place in places {
            self.context.find(Code::Malformed, &place, "this is no handler (an object with `handler`), and was left out");
        }
    }

    pub(super) fn handlers(&mut self, step: u64, part: Part) -> Vec<Handler<'l>> {
        let mut strange = Vec::new();
        let program = self.program;
        let found = program.handlers(step, part, &mut strange);
        self.strange(strange);
        found
    }

    pub(super) fn inner(&mut self, list: Option<&'l Value>, place: &str) -> Vec<Handler<'l>> {
        let mut strange = Vec::new();
        let found = list.map(|list| handlers(list, place, &mut strange)).unwrap_or_default();
        self.strange(strange);
        found
    }

    fn part(&mut self, step: u64, part: Part) -> To {
        let list = self.handlers(step, part);
        let then = match part {
            // What comes behind a jump is not reached by it.
            _ if list.iter().any(leads_away) => Then::Go(None),
            Part::Question => self.park(step),
            Part::Answer => Then::Go(self.fall(step)),
            Part::Finish => Then::Go(None),
        };
        let then = self.list(&list, then);
        self.go(then)
    }

    /// What comes behind a question: the wait for its answer, if it has an answer part.
    fn park(&mut self, step: u64) -> Then<'l> {
        let answer = self.handlers(step, Part::Answer);
        if answer.is_empty() {
            return Then::Go(self.fall(step));
        }
        let timer = self.no_answer(step);
        if timer.is_none() {
            self.context.find(Code::NoTimeout, &step.to_string(), "waits for an answer, and nothing happens when none comes");
        }
        Then::Wait(Wait { on: On::Answers { step, handlers: answer }, timer })
    }

    /// Where the bot goes when a step leads nowhere.
    pub(super) fn fall(&mut self, step: u64) -> To {
        if !self.program.falls_through {
            return None;
        }
        self.context
            .unconfirmed("a step without `goto` goes on at the next number (documented bots), or ends the bot (visual ones)");
        let following = self.program.following(step)?;
        Some(self.label(following, Part::Question))
    }

    /// The answers of a step that asks nothing itself, for the message that leads there.
    pub(super) fn only_answers(&mut self, to: To) -> Option<Wait<'l>> {
        let Some(Link::Label(step, Part::Question)) = to else { return None };
        let program = self.program;
        let has = |part: Part| !program.handlers(step, part, &mut Vec::new()).is_empty();
        if has(Part::Question) || !has(Part::Answer) {
            return None;
        }
        match self.park(step) {
            // Answers may send what leads to them again: inside of answers they are a step of their own.
            Then::Wait(wait) if self.is_in_answers => {
                let entry = self.label(step, Part::Answer);
                Some(Wait { on: On::Message(Some(entry)), ..wait })
            }
            Then::Wait(wait) => Some(wait),
            Then::Go(_) => None,
        }
    }

    /// Handlers that run one after the other.
    pub(super) fn list(&mut self, list: &[Handler<'l>], then: Then<'l>) -> Then<'l> {
        let end = list.iter().position(leads_away).map_or(list.len(), |last| last + 1);
        if let Some(left) = list.get(end) {
            self.context.find(Code::Unreachable, &left.place, "stands behind a jump, is never reached, and was left out");
        }
        let mut reached = list[..end].to_vec();
        self.quiet_first(&mut reached, matches!(then, Then::Wait(_)));
        let since = self.graph.len();
        reached.iter().rev().fold(then, |then, handler| self.handler(handler, then, since))
    }

    /// What changes the lead between a message and the wait for its answer is done before the message: our messages wait themselves.
    fn quiet_first(&mut self, list: &mut [Handler<'l>], then_waits: bool) {
        let end = match list.last() {
            Some(last) if matches!(last.name, "waits" | "wait_answer") => list.len() - 1,
            _ if then_waits => list.len(),
            _ => return,
        };
        let quiet = |handler: &Handler<'_>| matches!(handler.name, "action" | "trigger" | "send_internal");
        let start = list[..end].iter().rposition(|handler| !quiet(handler)).map_or(0, |last| last + 1);
        if start == end || start == 0 || !is_sender(&list[start - 1]) {
            return;
        }
        let message = "is done before the message in front of it: a message here waits for its answer by itself";
        let place = list[start].place.clone();
        self.context.find(Code::Differs, &place, message);
        list[start - 1..end].rotate_left(1);
    }

    /// The step that a handler becomes. `since`: how many steps there were before its list.
    fn handler(&mut self, handler: &Handler<'l>, then: Then<'l>, since: usize) -> Then<'l> {
        let place = &handler.place;
        match handler.name {
            name if is_sender(handler) => self.send(name, handler, then),
            "goto" => Then::Go(self.jump(handler.params, place)),
            "waits" | "wait_answer" => {
                let rest = if leads_away(handler) { None } else { self.go(then) };
                match self.wait(handler, rest) {
                    Some(wait) => Then::Wait(wait),
                    None => Then::Go(self.unsupported(handler, "a pause", rest)),
                }
            }
            "condition" | "conditions" | "validations" => Then::Go(self.condition(handler, then, since)),
            "buttons" => Then::Go(self.matched(handler, then)),
            "distribution" => Then::Go(self.distribution(handler, then)),
            "_start" => then,
            _ => {
                let next = self.go(then);
                Then::Go(self.deed(handler, next))
            }
        }
    }

    /// Where a `goto` leads.
    pub(super) fn jump(&mut self, target: &Value, place: &str) -> To {
        let Some(step) = integer(target.get("step")) else {
            self.context.find(Code::Malformed, place, "this jump names no step: the bot ends there");
            return None;
        };
        let part = Part::of(target);
        let named = target.get("type").and_then(Value::as_str).unwrap_or(part.key());
        if named != part.key() {
            let message = format!("the jump's type `{}` is not known: it leads to the step's `question`", shown(named));
            self.context.find(Code::Malformed, place, message);
        }
        let exists = self.program.steps.contains_key(&step);
        if part == Part::Finish {
            let has_part = exists && !self.handlers(step, Part::Finish).is_empty();
            return has_part.then(|| self.label(step, Part::Finish));
        }
        let is_drawn =
            self.program.canvas.as_ref().is_some_and(|canvas| canvas.blocks.get(&step).is_some_and(|block| block.is_finish));
        if !exists {
            if !is_drawn {
                self.context.find(
                    Code::MissingStep,
                    place,
                    format!("leads to step {step}, which is not there: the bot ends there"),
                );
            }
            return None;
        }
        if part == Part::Answer {
            self.context
                .unconfirmed("`goto` of type `answer` runs the other step's answers at once, with the message that is there");
        }
        Some(self.label(step, part))
    }

    /// Makes what is waited for a step of its own, if nothing has asked for it.
    pub(super) fn go(&mut self, then: Then<'l>) -> To {
        let wait = match then {
            Then::Go(to) => return to,
            Then::Wait(wait) => wait,
        };
        let message = match wait.on {
            On::Answers { step, .. } => Some(Some(self.label(step, Part::Answer))),
            On::Message(to) => Some(to),
            On::Nothing => None,
        };
        let (hint, draft) = match (message, wait.timer) {
            (Some(to), None) => ("wait_for_message".to_owned(), Draft::new("wait").with("for", "message").next("next", to)),
            (Some(to), Some((seconds, late))) => {
                let way = |awaited: Value, to: To| {
                    let mut way = serde_json::Map::from_iter([("for".to_owned(), awaited)]);
                    way.extend(goto(to));
                    Value::Object(way)
                };
                let delay = serde_json::json!({"delay": duration(seconds)});
                let ways = Value::Array(vec![way("message".into(), to), way(delay, late)]);
                (format!("wait_{}", duration(seconds)), Draft::new("wait").with("for", ways))
            }
            (None, Some((seconds, late))) => {
                let delay = serde_json::json!({"delay": duration(seconds)});
                (format!("wait_{}", duration(seconds)), Draft::new("wait").with("for", delay).next("next", late))
            }
            (None, None) => return None,
        };
        Some(self.step(&hint, draft))
    }

    /// A finished step of ours, with what is to be said at it.
    pub(super) fn step(&mut self, hint: &str, draft: Draft) -> Link {
        let remarks = std::mem::take(&mut self.context.remarks);
        self.graph.add(self.context.step, hint, draft, &remarks)
    }

    /// Branches, each with its list; what comes behind is where none holds, and where a list leads that does not jump.
    fn condition(&mut self, handler: &Handler<'l>, then: Then<'l>, since: usize) -> To {
        let rest = self.go(then);
        let is_validation = handler.name == "validations";
        let list = self.inner(handler.params.get("result"), &format!("{}.result", handler.place));
        let when = if is_validation { self.context.validations(handler) } else { self.context.tests(handler) };
        let remarks = std::mem::take(&mut self.context.remarks);
        let falls = !list.iter().any(leads_away);
        let then = self.list(&list, Then::Go(rest));
        let mut to = self.go(then);
        if is_validation {
            to = self.remember(handler, to);
        }
        if to == rest && falls && list.is_empty() {
            self.context.find(Code::Malformed, &handler.place, "this condition leads to nothing, and was left out");
            return rest;
        }
        let mut branch = serde_json::Map::from_iter([("when".to_owned(), when.as_str().into())]);
        branch.extend(goto(to));
        let hint = if when == NEVER { "check".to_owned() } else { format!("check {}", self.said_in(handler)) };
        // A chain of conditions is one step with several branches; but a list that comes back would ask itself again.
        // Those with labels are the words of an answer, and stay so.
        let is_plain = |branches: &&mut Vec<Value>| branches.iter().all(|branch| branch.get("label").is_none());
        if let Some(branches) = self.graph.branches(rest, since).filter(|_| !falls).filter(is_plain) {
            branches.insert(0, Value::Object(branch));
            self.graph.comment(rest, &remarks);
            self.graph.rename(rest, &hint);
            return rest;
        }
        self.context.remarks = remarks;
        let draft = Draft::new("condition").with("branches", vec![Value::Object(branch)]).next("otherwise", rest);
        Some(self.step(&hint, draft))
    }

    /// What a condition looks for, for its name.
    fn said_in(&self, handler: &Handler<'_>) -> String {
        let first = handler.params.get("conditions").and_then(|conditions| conditions.get(0)).unwrap_or(handler.params);
        let word = |key: &str| text(first.get(key)).unwrap_or_default();
        if handler.name == "validations" {
            return word("type");
        }
        let plain = |text: String| text.replace("{{", "").replace("}}", "").replace(['.', '_'], " ");
        format!("{} {}", plain(word("term1")).replace("message text", ""), plain(word("term2")))
    }

    /// Keeps what a validation found, where the bot reads it.
    fn remember(&mut self, handler: &Handler<'l>, to: To) -> To {
        if !self.program.reads_validation {
            return to;
        }
        let Some(found) = self.context.found(handler) else { return to };
        self.context.remarks.clear();
        let path = self.context.validated();
        let fields = serde_json::json!({path: format!("{{{{ {found} }}}}")});
        Some(self.step("keep validated", Draft::new("set").with("fields", fields).next("next", to)))
    }

    fn distribution(&mut self, handler: &Handler<'l>, then: Then<'l>) -> To {
        let variants = handler.params.get("variants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if variants.is_empty() {
            let rest = self.go(then);
            return self.unsupported(handler, "a round robin without variants", rest);
        }
        let kind = handler.params.get("type").and_then(Value::as_str).unwrap_or("round_robin");
        let by = if kind == "round_robin" { "round_robin" } else { "random" };
        if kind != "round_robin" && kind != "random" {
            self.context.remark(Code::Differs, &handler.place, format!("`{}` became `random`", shown(kind)));
        }
        let most = crate::step::split::MAX_OPTIONS;
        if variants.len() > most {
            let message = format!("{} variants; the first {most} are dealt out", variants.len());
            self.context.remark(Code::TooLong, &handler.place, message);
        }
        let options = variants.iter().take(most).map(|variant| {
            let mut option = goto(self.jump(variant, &handler.place));
            if let Some(weight) = integer(variant.get("weight")) {
                option.insert("weight".to_owned(), weight.min(u64::from(crate::step::split::MAX_WEIGHT)).into());
            }
            Value::Object(option)
        });
        let options: Vec<Value> = options.collect();
        Some(self.step("split", Draft::new("split").with("by", by).with("options", options)))
    }
}

/// Whether nothing behind this handler is ever reached.
pub(super) fn leads_away(handler: &Handler<'_>) -> bool {
    match handler.name {
        "goto" | "wait_answer" | "stop" | "_stop" | "exits" | "talk_close" => true,
        "distribution" => handler.params.get("variants").and_then(Value::as_array).is_some_and(|variants| !variants.is_empty()),
        "waits" => {
            let conditions = handler.params.get("conditions").and_then(Value::as_array);
            let jumps = |condition: &Value| condition.get("action").is_some_and(Value::is_object);
            conditions.is_some_and(|conditions| !conditions.is_empty() && conditions.iter().all(jumps))
        }
        _ => false,
    }
}

/// Whether it sends to the customer.
pub(super) fn is_sender(handler: &Handler<'_>) -> bool {
    matches!(handler.name, "show" | "send_message" | "send_external_message" | "list_message" | "pay")
}

/// A time as a designer writes it: `1d12h`.
pub(super) fn duration(seconds: u64) -> String {
    let seconds = seconds.min(Duration::MAX.as_secs());
    let mut rest = seconds;
    let mut out = String::new();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= length {
            out.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}
