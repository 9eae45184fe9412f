//! Pauses: what is waited for, and where a message finds the pause behind it.

use serde_json::Value;

use super::{
    compile::{Compiler, On, Wait, leads_away},
    graph::{Link, To},
    placeholder::shown,
    program::{Handler, Part, integer},
    report::Code,
};

/// How many plain gotos are followed to look for a pause behind a message.
const PEEKED: usize = 8;

impl<'l> Compiler<'l, '_> {
    /// The timer of the branch "No answer": that of the pause which it leads to.
    pub(super) fn no_answer(&mut self, step: u64) -> Option<(u64, To)> {
        let program = self.program;
        let written = program.steps.get(&step)?.get("no_answer").filter(|written| !written.is_null())?;
        let place = format!("{step}.no_answer");
        let target = written.get("params").and_then(|params| integer(params.get("step")));
        let wait = target.and_then(|target| self.peeked(Some(Link::Label(target, Part::Question))));
        if wait.as_ref().is_some_and(|wait| wait.timer.is_some() && !matches!(wait.on, On::Nothing)) {
            let message = "the branch \"no answer\" waits for a message, too: here an answer is one to the question";
            self.context.find(Code::Differs, &place, message);
        }
        let timer = wait.and_then(|wait| wait.timer);
        if timer.is_none() {
            self.context.find(
                Code::Differs,
                &place,
                "the branch \"no answer\" does not begin with a timer, so it is never taken here: give the step a `timeout`",
            );
        }
        timer
    }

    /// The pause that a link leads to at once.
    pub(super) fn peeked(&mut self, mut to: To) -> Option<Wait<'l>> {
        for _ in 0..PEEKED {
            if let Some(Link::Node(index)) = to {
                let (on, timer) = self.graph.waited(index)?;
                return Some(Wait { on: On::Message(on), timer });
            }
            let Some(Link::Label(step, Part::Question)) = to else { return None };
            let program = self.program;
            let first = program.handlers(step, Part::Question, &mut Vec::new()).into_iter().next()?;
            match first.name {
                // Where a condition leads behind the pause, only the step itself knows what stands there.
                "waits" | "wait_answer" if leads_away(&first) => {
                    let before = std::mem::replace(&mut self.context.step, step);
                    let wait = self.wait(&first, None);
                    self.context.step = before;
                    return wait;
                }
                "goto" if Part::of(first.params) == Part::Question => {
                    to = integer(first.params.get("step")).map(|step| Link::Label(step, Part::Question));
                }
                _ => return None,
            }
        }
        None
    }

    /// What a pause waits for; None: for nothing that there is here.
    pub(super) fn wait(&mut self, handler: &Handler<'l>, rest: To) -> Option<Wait<'l>> {
        if handler.name == "wait_answer" {
            let to = self.jump(handler.params, &handler.place);
            self.context.find(Code::NoTimeout, &handler.place, "waits for an answer, and nothing happens when none comes");
            return Some(Wait { on: On::Message(to), timer: None });
        }
        let conditions = handler.params.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if handler.params.get("conditions").is_some_and(|conditions| !conditions.is_array()) {
            self.context.remark(
                Code::Malformed,
                &handler.place,
                "the `conditions` of this pause are no list: it waits for nothing",
            );
        }
        let mut wait = Wait { on: On::Nothing, timer: None };
        for (index, condition) in conditions.iter().enumerate() {
            let place = format!("{}.conditions[{index}]", handler.place);
            let to = match condition.get("action").filter(|action| action.is_object()) {
                Some(action) => self.jump(action, &place),
                None => rest,
            };
            let event = condition.get("event").unwrap_or(&Value::Null);
            match event.get("source").and_then(Value::as_str).unwrap_or_default() {
                "message" | "message_received" => {
                    if matches!(wait.on, On::Nothing) {
                        wait.on = On::Message(to);
                    }
                }
                "timer" => match integer(event.get("delay")) {
                    Some(seconds) => {
                        // The first to happen wins.
                        if wait.timer.is_some() {
                            let message = "the pause has several timers: the shortest ends it, and the others never do";
                            self.context.find(Code::Unreachable, &place, message);
                        }
                        if wait.timer.is_none_or(|(known, _)| seconds < known) {
                            wait.timer = Some((seconds, to));
                        }
                    }
                    None => self.context.remark(Code::Malformed, &place, "a timer without a `delay` was left out of this pause"),
                },
                other => {
                    let message = format!("the pause also ends on `{}`, which has no equal here and never happens", shown(other));
                    self.context.remark(Code::Unsupported, &place, message);
                }
            }
        }
        if matches!((&wait.on, wait.timer), (On::Nothing, None)) {
            return None;
        }
        if wait.timer.is_none() {
            self.context.find(Code::NoTimeout, &handler.place, "waits for a message, and nothing happens when none comes");
        }
        Some(wait)
    }
}
