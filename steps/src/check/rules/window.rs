//! Where a message may find the customer service window closed, the bot says what happens then.

use std::collections::VecDeque;

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    graph::{Way, implied, reads_window},
    json,
    subject::{StepView, Subject},
};

pub(super) const RULE: Rule = Rule {
    code: "window",
    page: Page {
        happened: "A message may be sent when the customer service window is closed, and the bot does not say what happens then.",
        why: "WhatsApp takes free-form messages for 24 hours after the customer last wrote. The step can be reached without a message of the customer in \
              that time: from a trigger that no message fires, or after waiting for a day or more (waits and timeouts on the way add up). The send \
              would then fail.",
        to_do: "Give the step a `template` to send instead, or say in `outside_window` what to do: `hold`, `skip`, `fail` or {\"goto\": step}. \
                `defaults` can say either for the whole bot. A condition over `window.open` before the step counts too, on the way where the \
                window is open.",
    },
    check,
};

/// How long the window stays open after a customer's message, in milliseconds.
const WINDOW: u64 = 24 * 60 * 60 * 1000;

/// How often a step's age may grow before it is taken to grow without end, as in a loop of short waits.
const GROWTHS: u32 = 64;

/// What is known when a step is reached: how long ago the customer wrote, at worst, and what made it so.
#[derive(Clone, Debug)]
struct Reached<'t> {
    age: u64,
    why: Why<'t>,
    growths: u32,
}

#[derive(Clone, Copy, Debug)]
enum Why<'t> {
    Trigger(&'t str),
    Waited { at: &'t str },
}

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    if subject.has_default("outside_window") {
        return;
    }
    let reached = ages(subject);
    for (index, step) in subject.steps.values().enumerate() {
        // No template stands in for a reaction.
        let stands_in = !step.is("reaction") && (step.has("template") || subject.has_default("template"));
        let prepared = stands_in || step.has("outside_window") || step.disabled;
        let Some(reached) = reached[index].as_ref().filter(|reached| reached.age >= WINDOW) else { continue };
        if prepared || !step.sends_freely() {
            continue;
        }
        let because = match reached.why {
            Why::Trigger(on) => format!("the trigger `{on}` starts without a message of the customer"),
            Why::Waited { at } => format!("24 hours may have passed since the customer wrote, waiting in `{at}`"),
        };
        let message = format!("`{}` may find the customer service window closed: {because}", step.id);
        let help = match step.is("reaction") {
            true => "say in `outside_window` what happens then, such as `skip`",
            false => "give it a `template`, or say in `outside_window` what happens then; `defaults` can say it for all steps",
        };
        problems.push(Diagnostic::warning(RULE.code, &step.place(), step.key_span.clone(), message).help(help));
    }
}

/// The greatest age of the customer's last message at each step; None: never reached.
fn ages<'t>(subject: &Subject<'t>) -> Vec<Option<Reached<'t>>> {
    let mut reached: Vec<Option<Reached<'t>>> = vec![None; subject.steps.len()];
    let mut open: VecDeque<usize> = VecDeque::new();
    let enter = |reached: &mut Vec<Option<Reached<'t>>>, open: &mut VecDeque<usize>, to: &str, age: u64, why: Why<'t>| {
        let Some(index) = subject.steps.get_index_of(to) else { return };
        let before = reached[index].as_ref();
        if before.is_some_and(|before| before.age >= age) {
            return;
        }
        let growths = before.map_or(0, |before| before.growths + 1);
        let age = if growths > GROWTHS { WINDOW } else { age.min(WINDOW) };
        if before.is_some_and(|before| before.age >= age) {
            return;
        }
        reached[index] = Some(Reached { age, why, growths });
        open.push_back(index);
    };
    let start = json::get_text(subject.root, "start").map_or("", |start| &*start.value);
    // Without triggers a bot is called by another, as a rule in mid-conversation.
    if json::get_list(subject.root, "triggers").is_empty() {
        enter(&mut reached, &mut open, start, 0, Why::Trigger("call"));
    }
    for (_, trigger) in subject.triggers() {
        let on = json::get_text(trigger, "on").map_or("", |on| &*on.value);
        let to = json::get_text(trigger, "start").map_or(start, |start| &*start.value);
        let when = json::get_text(trigger, "when").map_or("", |when| &*when.value);
        let guarded = implied(when, true).unwrap_or_else(|| reads_window(when));
        let age = if guarded || finds_the_window_open(on) { 0 } else { WINDOW };
        enter(&mut reached, &mut open, to, age, Why::Trigger(on));
    }
    while let Some(index) = open.pop_front() {
        let Some((_, step)) = subject.steps.get_index(index) else { continue };
        let Some(Reached { age, why, .. }) = reached[index].clone() else { continue };
        for edge in subject.edges(step) {
            let (age, why) = after(step, edge.way, age, why);
            enter(&mut reached, &mut open, edge.to, age, why);
        }
    }
    reached
}

fn after<'t>(step: &StepView<'t>, way: Way, age: u64, why: Why<'t>) -> (u64, Why<'t>) {
    let waited = Why::Waited { at: step.id };
    match way {
        Way::Answered | Way::Guarded => (0, why),
        Way::Done | Way::Failed => (age, why),
        Way::Closed => (WINDOW, why),
        Way::Passed(None) => (WINDOW, waited),
        // What made it too old is the wait that it was too old after, not the one before.
        Way::Passed(Some(_)) if age >= WINDOW => (WINDOW, why),
        Way::Passed(Some(time)) => (age.saturating_add(time), waited),
    }
}

/// As [`crate::trigger::On::is_inbound`]; and before the window closes it is open.
fn finds_the_window_open(on: &str) -> bool {
    matches!(on, "conversation" | "message" | "ad" | "flow_submitted" | "opt_out" | "window_closing")
}
