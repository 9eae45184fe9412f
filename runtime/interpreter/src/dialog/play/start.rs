//! `start` lines: a trigger as it comes from outside, or the bot itself at any of its steps.

use serde_json::{Map, Value};
use steps::{
    event::{EventKind, LeadData, Trigger},
    expression::nearest,
    ids::{BotId, StepId},
    trigger::{On, Owned},
};

use super::{Failure, Play};
use crate::dialog::lines::unknown;

/// What a line may start, with the keys of each beside `on`.
const STARTS: [(&str, &[&str]); 7] = [
    ("stage", &["id", "name", "pipeline", "stage", "fields", "lead", "event", "created", "previous_stage"]),
    ("api", &["bot", "start", "variables", "data"]),
    ("run", &["bot", "start", "variables", "data"]),
    ("field", &["path", "value"]),
    ("tag", &["tag", "of", "event"]),
    ("schedule", &[]),
    ("preview", &["step", "variables"]),
];

impl Play<'_> {
    /// Starts what a line says, by its trigger.
    pub(super) fn start(&mut self, start: &Map<String, Value>) -> Result<(), Failure> {
        let text = |key: &str| start.get(key).and_then(Value::as_str).map(str::to_owned);
        let map = |key: &str| start.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let on = text("on");
        if let Some((_, keys)) = STARTS.iter().find(|(name, _)| on.as_deref() == Some(*name))
            && let Some(strange) = start.keys().find(|key| key.as_str() != "on" && !keys.contains(&key.as_str()))
        {
            return Err(Failure::new(unknown(&format!("`start` on `{}`", on.unwrap_or_default()), strange, keys)));
        }
        let trigger = match on.as_deref() {
            Some("stage") => {
                let known = self.rehearsal.contact.lead().map(|lead| lead.id.to_string());
                let mut lead = LeadData {
                    id: text("id").or(known).unwrap_or_else(|| "lead-1".into()),
                    name: text("name"),
                    pipeline: text("pipeline"),
                    stage: text("stage"),
                    fields: map("fields"),
                    ..LeadData::default()
                };
                if let Some(more) = start.get("lead").and_then(Value::as_object) {
                    lead.fields.extend(more.get("fields").and_then(Value::as_object).cloned().unwrap_or_default());
                    lead.name = lead.name.or_else(|| more.get("name").and_then(Value::as_str).map(str::to_owned));
                }
                let created =
                    start.get("created").and_then(Value::as_bool).unwrap_or(text("event").as_deref() == Some("created"));
                Trigger::Stage { lead, previous_stage: text("previous_stage"), created }
            }
            Some("api" | "run") => {
                let id = text("bot").unwrap_or_else(|| self.bot.id.to_string());
                let bot = BotId::new(&id).map_err(|error| Failure::new(error.to_string()))?;
                let step = text("start").map(|step| StepId::new(&step)).transpose();
                let start_step = step.map_err(|error| Failure::new(error.to_string()))?;
                let data = start.get("data").cloned().unwrap_or_default();
                Trigger::Run { bot, start: start_step, variables: map("variables"), data }
            }
            Some("field") => {
                let path = text("path").ok_or_else(|| Failure::new("`start` on `field` needs `path` and `value`"))?;
                let value = start.get("value").cloned().unwrap_or_default();
                Trigger::Fields { fields: Map::from_iter([(path, value)]) }
            }
            Some("tag") => {
                let tag = text("tag").ok_or_else(|| Failure::new("`start` on `tag` needs `tag`"))?;
                let of = if text("of").as_deref() == Some("lead") { Owned::Lead } else { Owned::Contact };
                let removed = text("event").as_deref() == Some("removed");
                let (add, remove) = if removed { (Vec::new(), vec![tag]) } else { (vec![tag], Vec::new()) };
                Trigger::Tags { of, add, remove }
            }
            Some("owner") => {
                let owner = start.get("owner").cloned().unwrap_or_else(|| "colleague-1".into());
                let of = if text("of").as_deref() == Some("contact") { "contact" } else { "lead" };
                Trigger::Fields { fields: Map::from_iter([(format!("{of}.owner"), owner)]) }
            }
            Some("schedule") => {
                let place = self.bot.document.triggers.iter().position(|trigger| matches!(trigger.on, On::Schedule { .. }));
                let trigger = place.ok_or_else(|| Failure::new("the bot has no `schedule` trigger"))?;
                Trigger::Schedule { bot: self.bot.id.clone(), trigger }
            }
            Some("preview") => self.preview(start)?,
            other => {
                let shown = other.unwrap_or("nothing");
                return Err(Failure::new(format!(
                    "`start` on {shown}: expected `stage`, `api`, `field`, `tag`, `owner`, `schedule` or `preview`; messages are `customer` lines"
                )));
            }
        };
        self.rehearsal.event(EventKind::Trigger(trigger));
        Ok(())
    }

    /// The bot itself, at its start or at the step that is named, whatever its triggers say.
    fn preview(&mut self, start: &Map<String, Value>) -> Result<Trigger, Failure> {
        let step = match start.get("step") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(self.step(name)?),
            Some(other) => return Err(Failure::new(format!("`step` is the id of a step, not {other}"))),
        };
        let variables = match start.get("variables") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables.clone(),
            Some(other) => return Err(Failure::new(format!("`variables` is an object, not {other}"))),
        };
        let fit = self.bot.variables_with(variables.clone(), self.rehearsal.now);
        fit.map_err(|unfit| Failure::new(format!("`variables.{}`: {}", unfit.variable, unfit.failure.text)))?;
        self.rehearsal.open_window();
        Ok(Trigger::Preview { bot: self.bot.id.clone(), start: step, variables })
    }

    fn step(&self, name: &str) -> Result<StepId, Failure> {
        let steps = &self.bot.document.steps;
        steps.keys().find(|step| step.as_str() == name).cloned().ok_or_else(|| {
            let near = nearest(name, steps.keys().map(StepId::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Failure::new(format!("the bot has no step `{name}`{near}"))
        })
    }
}
