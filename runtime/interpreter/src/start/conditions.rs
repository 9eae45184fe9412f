//! The conditions of a trigger, what its bot begins with, and what whoever asks for a start may say of it.

use super::*;
use steps::{
    bot::WhenListening,
    step::{Group, Step},
};

/// Why a bot that gives way does not start.
pub(crate) const LISTENS: &str = "another bot listens, and `when_listening` is `ignore`";

/// What whoever asks for a start says of it: more than the trigger's own `start` and `variables`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub step: Option<StepId>,
    pub variables: Map<String, Value>,
}

impl Machine<'_> {
    /// Starts a bot by a trigger if its conditions hold, else says why not in the trace.
    pub(super) fn start_if_allowed(&mut self, bot: &Arc<Bot>, index: usize, data: &Value) -> Result<bool, Need> {
        match self.try_start(bot, index, data, &Asked::default())? {
            Ok(()) => Ok(true),
            Err(reason) => {
                self.refuse(&bot.id, &reason);
                Ok(false)
            }
        }
    }

    /// Starts a bot by a trigger if its conditions hold; else why not.
    pub(super) fn try_start(
        &mut self,
        bot: &Arc<Bot>,
        index: usize,
        data: &Value,
        asked: &Asked,
    ) -> Result<Result<(), String>, Need> {
        let Some(trigger) = bot.document.triggers.get(index) else { return Ok(Err("no such trigger".into())) };
        if let Err(reason) = self.allows(bot, index, trigger, data)? {
            return Ok(Err(reason));
        }
        let step = asked.step.clone().or_else(|| trigger.start.clone());
        if let Err(reason) = self.can_listen(bot, step.as_ref()) {
            return Ok(Err(reason));
        }
        let mut given = match self.trigger_variables(bot, trigger, data) {
            Ok(given) => given,
            Err(Stop::Needs(need)) => return Err(need),
            Err(Stop::Failed(failure) | Stop::Limit(failure)) => {
                return Ok(Err(format!("its `variables` failed: {}", failure.text)));
            }
        };
        given.extend(asked.variables.clone());
        let variables = match bot.variables_with(given, self.now()) {
            Ok(variables) => variables,
            Err(unfit) => return Ok(Err(format!("its `variables` failed: {}", unfit.failure.text))),
        };
        if trigger.once_per.is_some() {
            self.has_fired(bot, index);
        }
        let start = Start { on: trigger.on.name().into(), data: data.clone(), step, variables };
        self.start(bot, &start)?;
        Ok(Ok(()))
    }

    /// Starts a bot by no trigger of its own, because the API, a broadcast or a preview (`on`) asks for it; else says why not in the trace.
    pub(crate) fn start_asked(&mut self, bot: &Arc<Bot>, on: &str, data: &Value, asked: Asked) -> Result<(), Need> {
        let ready = self.has_room().and_then(|()| self.can_listen(bot, asked.step.as_ref()));
        let variables = ready.and_then(|()| {
            let variables = bot.variables_with(asked.variables, self.now());
            variables.map_err(|unfit| format!("its `variables` failed: {}", unfit.failure.text))
        });
        match variables {
            Ok(variables) => self.start(bot, &Start { on: on.into(), data: data.clone(), step: asked.step, variables }),
            Err(reason) => {
                self.refuse(&bot.id, &reason);
                Ok(())
            }
        }
    }

    /// Remembers when a `once_per` trigger fired, and forgets what does not count any more.
    fn has_fired(&mut self, bot: &Bot, index: usize) {
        let now = self.now();
        let bots = self.bots;
        let fired = &mut self.turn.contact_mut().fired;
        fired.retain(|key, at| {
            let place = key.rsplit_once('#').and_then(|(bot, index)| Some((BotId::new(bot).ok()?, index.parse().ok()?)));
            let trigger = place.and_then(|(bot, index): (_, usize)| bots.live(&bot)?.document.triggers.get(index));
            trigger.and_then(|trigger| trigger.once_per).is_some_and(|once_per| now < at.plus(once_per.millis()))
        });
        fired.insert(fired_key(bot, index).into(), now);
    }

    fn trigger_variables(&mut self, bot: &Arc<Bot>, trigger: &Trigger, data: &Value) -> Result<Map<String, Value>, Stop> {
        let locals = Locals::default().with("trigger", &json!({"on": trigger.on.name(), "data": data}));
        self.turn.state_mut().bot = Some(bot.clone());
        let filled = trigger.variables.iter().map(|(name, data)| Ok((name.clone(), self.turn.data_with(data, &locals)?)));
        let filled = filled.collect();
        self.unfocus();
        filled
    }

    /// What holds for every start: no person has the conversation, and the contact has not too many sessions.
    fn has_room(&self) -> Result<(), String> {
        if self.human_has_it() {
            return Err("human".into());
        }
        if self.turn.contact().sessions.len() >= MAX_SESSIONS {
            return Err("too_many_sessions".into());
        }
        Ok(())
    }

    /// A bot that gives way to one that listens (`when_listening: ignore`) says nothing at all where its first steps surely lead to a
    /// question.
    fn can_listen(&self, bot: &Bot, start: Option<&StepId>) -> Result<(), String> {
        if bot.document.defaults.when_listening != Some(WhenListening::Ignore) || self.listener().is_none() {
            return Ok(());
        }
        let mut next = Some(start.unwrap_or(&bot.document.start));
        for _ in 0..bot.document.steps.len() {
            let Some(step) = next.and_then(|id| bot.step(id)) else { return Ok(()) };
            if step.behaviour.waits() && !step.common.disabled {
                return Err(LISTENS.into());
            }
            let goes_on = Step::definition(step.kind).is_some_and(|known| matches!(known.group, Group::Send | Group::Change));
            if !goes_on {
                return Ok(());
            }
            next = step.behaviour.next();
        }
        Ok(())
    }

    /// Whether a trigger's conditions hold; else why not.
    fn allows(&mut self, bot: &Arc<Bot>, index: usize, trigger: &Trigger, data: &Value) -> Result<Result<(), String>, Need> {
        let now = self.now();
        if !trigger.numbers.is_empty() && !trigger.numbers.iter().any(|number| number == self.turn.state.number.as_str()) {
            return Ok(Err("other_number".into()));
        }
        if let Err(reason) = self.has_room() {
            return Ok(Err(reason));
        }
        if let Some(filter) = trigger.hours {
            let local: Zoned = now.zoned(&bot.zone);
            if bot.document.hours.is_open(&local) != (filter == HoursFilter::Open) {
                return Ok(Err(if filter == HoursFilter::Open { "outside_hours" } else { "inside_hours" }.into()));
            }
        }
        if let Some(once_per) = trigger.once_per {
            let fired = self.turn.contact().fired.get(fired_key(bot, index).as_str()).copied();
            if fired.is_some_and(|fired| now < fired.plus(once_per.millis())) {
                return Ok(Err("once_per".into()));
            }
        }
        let Some(when) = &trigger.when else { return Ok(Ok(())) };
        let locals = Locals::default().with("trigger", &json!({"on": trigger.on.name(), "data": data}));
        self.turn.state_mut().bot = Some(bot.clone());
        let holds = self.turn.is_true(when, &locals);
        self.unfocus();
        match holds {
            Ok(true) => Ok(Ok(())),
            Ok(false) => Ok(Err("when".into())),
            Err(Stop::Needs(need)) => Err(need),
            Err(Stop::Failed(failure) | Stop::Limit(failure)) => Ok(Err(format!("`when` failed: {}", failure.text))),
        }
    }
}

fn fired_key(bot: &Bot, index: usize) -> String {
    format!("{}#{index}", bot.id)
}
