//! A loop waits for something.

use std::collections::HashSet;

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    graph::Way,
    json,
    subject::{StepView, Subject},
};

pub(super) const RULE: Rule = Rule {
    code: "loop_without_wait",
    page: Page {
        happened: "Steps lead in a circle, and none of them waits for an answer, a time or the result of a call.",
        why: "Such a circle runs on in one turn. After 200 steps it is stopped as an error, and whatever it sends has been sent by then. Where no \
              way leads out of it, it can't end well, so it is an error; where a condition may leave it, it is a warning. \
              A `find` that has nothing to look for asks nobody: it waits for nothing.",
        to_do: "Put a step in it that waits, or lead one of the links out of it. A loop that counts is shorter as a `script`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for circle in circles(subject) {
        let members: HashSet<usize> = circle.iter().copied().collect();
        let step = |index: usize| subject.steps.get_index(index).map(|(_, step)| step);
        let leaves = circle.iter().filter_map(|index| step(*index)).any(|step| may_leave(subject, step, &members));
        // Said once, at the member that stands first in the document.
        let Some(first) = circle.iter().min().and_then(|index| step(*index)) else { continue };
        let names: Vec<&str> = circle.iter().filter_map(|index| step(*index)).map(|step| step.id).take(6).collect();
        let shown = if circle.len() > names.len() { format!("{}, …", names.join(", ")) } else { names.join(", ") };
        let message = match leaves {
            true => format!("this loop waits for nothing ({shown}); more than 200 steps in one turn end it as an error"),
            false => format!("this loop never ends ({shown}): none of its steps waits, and none leads out"),
        };
        let mut found = Diagnostic::error(RULE.code, &first.place(), first.key_span.clone(), message);
        if leaves {
            found.severity = crate::check::Severity::Warning;
        }
        problems.push(found.help("put a step in it that waits, or lead a link out of it"));
    }
}

fn may_leave(subject: &Subject<'_>, step: &StepView<'_>, members: &HashSet<usize>) -> bool {
    let outside = |to: &str| subject.steps.get_index_of(to).is_none_or(|index| !members.contains(&index));
    let ends = step.behaviour.as_ref().is_none_or(|behaviour| behaviour.next().is_none());
    ends || subject.edges(step).iter().any(|edge| edge.way != Way::Failed && outside(edge.to))
}

/// The circles of steps that don't end the turn: the strongly connected parts of the graph, by Tarjan's algorithm without recursion.
fn circles(subject: &Subject<'_>) -> Vec<Vec<usize>> {
    let count = subject.steps.len();
    let ways: Vec<Vec<usize>> = subject
        .steps
        .values()
        .map(|step| {
            let edges = subject.edges(step).iter().filter(|edge| edge.way != Way::Failed);
            let edges = edges.filter(|edge| !step.ends_turn() || step.disabled || Some(edge.to) == unasked(step));
            edges.filter_map(|edge| subject.steps.get_index_of(edge.to)).collect()
        })
        .collect();
    let mut state =
        Tarjan { index: vec![None; count], low: vec![0; count], on_stack: vec![false; count], stack: Vec::new(), next: 0 };
    let mut found = Vec::new();
    for root in 0..count {
        if state.index[root].is_none() {
            state.visit(root, &ways, &mut found);
        }
    }
    found.retain(|part| part.len() > 1 || part.first().is_some_and(|only| ways[*only].contains(only)));
    found
}

/// Where a `find` goes on at once because it has nothing to look for; all else that calls waits for the result.
fn unasked<'t>(step: &StepView<'t>) -> Option<&'t str> {
    let to = json::get_text(step.object, "otherwise").or_else(|| json::get_text(step.object, "next"));
    to.filter(|_| step.is("find")).map(|to| to.value.as_ref())
}

struct Tarjan {
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
}

impl Tarjan {
    fn enter(&mut self, node: usize) {
        self.index[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn visit(&mut self, root: usize, ways: &[Vec<usize>], found: &mut Vec<Vec<usize>>) {
        // Each entry: a node and how many of its ways were followed.
        let mut open = vec![(root, 0)];
        self.enter(root);
        while let Some((node, followed)) = open.last_mut() {
            let node = *node;
            if let Some(to) = ways[node].get(*followed).copied() {
                *followed += 1;
                match self.index[to] {
                    None => {
                        self.enter(to);
                        open.push((to, 0));
                    }
                    Some(index) if self.on_stack[to] => self.low[node] = self.low[node].min(index),
                    Some(_) => {}
                }
                continue;
            }
            open.pop();
            if let Some((parent, _)) = open.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            if Some(self.low[node]) == self.index[node] {
                let start = self.stack.iter().rposition(|member| *member == node).unwrap_or(0);
                let mut part = self.stack.split_off(start);
                part.iter().for_each(|member| self.on_stack[*member] = false);
                part.sort_unstable();
                found.push(part);
            }
        }
    }
}
