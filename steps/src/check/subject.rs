//! A bot as the rules see it: its steps, its strings with their meaning, its graph. It holds what could be read, also where the document
//! as a whole can't be.

use std::{ops::Range, sync::Arc};

use indexmap::IndexMap;
use jsonc_parser::ast::{Object, Value};

use super::{
    diagnostic::Diagnostic,
    graph::{self, Edge},
    json,
    kinds::{self, Found},
    meaning::{self, Meaning},
    place::{Key, Place},
    walk::{Named, Site, Walked},
};
use crate::{
    environment::Environment,
    expression::kinds::What,
    step::{Behaviour, Definition, Group, Step},
};

/// What the rules check.
pub(crate) struct Subject<'t> {
    pub(crate) source: &'t str,
    pub(crate) environment: &'t Environment,
    pub(crate) root: &'t Object<'t>,
    pub(crate) steps: IndexMap<&'t str, StepView<'t>>,
    /// In the order of the document.
    pub(crate) sites: Vec<(Site<'t>, Meaning)>,
    pub(crate) objects: Vec<Named<'t>>,
    /// What can't go well in its expressions.
    faults: Vec<Found>,
    /// Where each step leads, in the order of the steps.
    edges: Vec<Vec<Edge<'t>>>,
}

/// A step as the rules see it.
pub(crate) struct StepView<'t> {
    pub(crate) id: &'t str,
    pub(crate) object: &'t Object<'t>,
    pub(crate) key_span: Range<usize>,
    /// None where the step's type is unknown.
    pub(crate) definition: Option<&'static Definition>,
    /// None where the step could not be read.
    pub(crate) behaviour: Option<Arc<dyn Behaviour>>,
    pub(crate) disabled: bool,
    /// Its strings, among those of the bot.
    sites: Range<usize>,
}

impl<'t> Subject<'t> {
    pub(super) fn new(
        source: &'t str,
        environment: &'t Environment,
        root: &'t Object<'t>,
        walked: Walked<'t>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        for hours in walked.objects.iter().filter(|named| named.name == "Hours") {
            meaning::read_hours(hours, problems);
        }
        let sites = walked.sites.into_iter().map(|site| {
            let meaning = meaning::read(source, &site, problems);
            (site, meaning)
        });
        let sites: Vec<_> = sites.collect();
        let mut subject = Subject {
            source,
            environment,
            root,
            steps: IndexMap::new(),
            sites,
            objects: walked.objects,
            faults: Vec::new(),
            edges: Vec::new(),
        };
        subject.read_steps(problems);
        subject.faults = kinds::faults(&subject);
        subject.edges = subject.steps.values().map(|step| graph::edges(&subject, step)).collect();
        subject
    }

    fn read_steps(&mut self, problems: &mut Vec<Diagnostic>) {
        let Some(steps) = json::get_object(self.root, "steps") else { return };
        let broken: std::collections::HashSet<String> = problems.iter().filter_map(|problem| problem.step.clone()).collect();
        let mut next = 0;
        for property in &steps.properties {
            let id = json::key(property);
            let Some(object) = property.value.as_object() else { continue };
            // Sites stand in the order of the document, a step's id before what lies in the step: one pass finds them all.
            let first = next + self.sites[next..].iter().take_while(|(site, _)| !is_id_of(site, id)).count();
            let first = (first + 1).min(self.sites.len());
            let end = first + self.sites[first..].iter().take_while(|(site, _)| is_in(site, id)).count();
            next = end;
            let definition = json::get_text(object, "type").and_then(|kind| Step::definition(&kind.value));
            let read = (!broken.contains(id)).then(|| self.read_step(&property.value)).flatten();
            let behaviour = match read {
                Some(Ok(step)) => Some(step.behaviour),
                Some(Err(error)) => {
                    // What no check of its own found. Rare, so the whole step is the place.
                    let place = Place::of([Key::Name("steps"), Key::Name(id)]);
                    problems.push(Diagnostic::error(super::UNREADABLE, &place, json::head(&property.value), error));
                    None
                }
                None => None,
            };
            let disabled = matches!(json::get(object, "disabled"), Some(Value::BooleanLit(literal)) if literal.value);
            let key_span = json::key_span(property);
            self.steps.insert(id, StepView { id, object, key_span, definition, behaviour, disabled, sites: first..end });
        }
    }

    fn read_step(&self, node: &Value<'_>) -> Option<Result<Step, String>> {
        let text = self.source.get(json::span(node))?;
        Some(serde_json::from_str::<Step>(text).map_err(|error| {
            let text = error.to_string();
            text.split(" at line ").next().unwrap_or(&text).to_owned()
        }))
    }

    /// Where a step leads.
    pub(crate) fn edges(&self, step: &StepView<'t>) -> &[Edge<'t>] {
        let index = self.steps.get_index_of(step.id);
        index.and_then(|index| self.edges.get(index)).map_or(&[], Vec::as_slice)
    }

    /// The strings of a step.
    pub(crate) fn sites_of(&self, step: &StepView<'t>) -> &[(Site<'t>, Meaning)] {
        self.sites.get(step.sites.clone()).unwrap_or_default()
    }

    /// All strings of a kind.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Site<'t>> {
        self.sites.iter().map(|(site, _)| site).filter(move |site| site.kind == kind)
    }

    /// All objects of a type.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Named<'t>> {
        self.objects.iter().filter(move |named| named.name == name)
    }

    /// The object under `defaults`.
    pub(crate) fn defaults(&self) -> Option<&'t Object<'t>> {
        json::get_object(self.root, "defaults")
    }

    /// Whether `defaults` has an answer for a key that a step leaves out.
    pub(crate) fn has_default(&self, key: &str) -> bool {
        self.defaults().is_some_and(|defaults| json::has(defaults, key))
    }

    /// The triggers with their places.
    pub(crate) fn triggers(&self) -> impl Iterator<Item = (Place<'t>, &'t Object<'t>)> {
        let list = json::get_list(self.root, "triggers").iter().enumerate();
        list.filter_map(|(index, trigger)| Some((Place::of([Key::Name("triggers"), Key::Index(index)]), trigger.as_object()?)))
    }

    /// What can't go well in the bot's expressions: the string, the bytes of the expression and those of the fault, and what it is.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&Site<'t>, Range<usize>, Range<usize>, &What)> {
        self.faults.iter().filter_map(|found| {
            let (site, _) = self.sites.get(found.site)?;
            let whole = self.within(site, found.start, found.len);
            let part = self.within(site, found.start + found.fault.offset, found.fault.len);
            Some((site, whole, part, &found.fault.what))
        })
    }

    /// The bytes of a part of a string.
    pub(crate) fn within(&self, site: &Site<'_>, offset: usize, len: usize) -> Range<usize> {
        json::within(self.source, site.literal, offset, len)
    }
}

impl<'t> StepView<'t> {
    pub(crate) fn kind(&self) -> &'static str {
        self.definition.map_or("", |definition| definition.kind)
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind() == kind
    }

    pub(crate) fn place(&self) -> Place<'t> {
        Place::of([Key::Name("steps"), Key::Name(self.id)])
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        json::has(self.object, key)
    }

    /// Where the bot goes on when the step is disabled, as [`Step::passed_by`].
    pub(crate) fn skipped_to(&self) -> Option<String> {
        let written = json::get_text(self.object, "next").map(|next| next.value.to_string());
        written.or_else(|| Some(self.behaviour.as_ref()?.next()?.to_string()))
    }

    /// Whether it stops for the customer's answer. A step that could not be read is taken to, so that nothing follows from it.
    pub(crate) fn waits(&self) -> bool {
        self.behaviour.as_ref().is_none_or(|behaviour| behaviour.waits())
    }

    /// Whether a turn ends here: for an answer, a time, the result of a call, another bot, or for good.
    pub(crate) fn ends_turn(&self) -> bool {
        let calls = self.definition.is_none_or(|definition| definition.group == Group::Call);
        self.waits() || calls || matches!(self.kind(), "wait" | "handoff" | "start_bot" | "stop")
    }

    /// Whether it sends a message of its own that the window must be open for.
    pub(crate) fn sends_freely(&self) -> bool {
        let keeps = self.is("ai_reply") && self.has("save");
        let has_message = self.is("reaction") || self.behaviour.as_ref().is_some_and(|behaviour| behaviour.sending().is_some());
        has_message && !self.is("template") && !keeps
    }

    /// Where a key stands, with its value; the step itself where it has none.
    pub(crate) fn spot(&self, key: &'t str) -> (Place<'t>, Range<usize>) {
        match json::get(self.object, key) {
            Some(value) => (self.place().name(key), json::head(value)),
            None => (self.place(), self.key_span.clone()),
        }
    }
}

fn is_in(site: &Site<'_>, step: &str) -> bool {
    matches!(site.place.keys(), [Key::Name("steps"), Key::Name(id), _, ..] if *id == step)
}

fn is_id_of(site: &Site<'_>, step: &str) -> bool {
    matches!(site.place.keys(), [Key::Name("steps"), Key::Name(id)] if *id == step)
}

impl Site<'_> {
    pub(crate) fn span(&self) -> Range<usize> {
        self.literal.range.start..self.literal.range.end
    }

    pub(crate) fn value(&self) -> &str {
        &self.literal.value
    }
}
