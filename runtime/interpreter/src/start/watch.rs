//! Triggers that watch: changes of fields, tags, stages and owners, silence, the window's end, dates in fields.

use super::*;

impl Machine<'_> {
    /// Triggers that wait for the customer's silence, or for the window's end, are set anew at every message.
    pub fn arm_quiet_triggers(&mut self) {
        let number = self.turn.state.number.clone();
        let conversation = self.turn.contact().conversation(&number);
        let Some(last) = conversation.and_then(|conversation| conversation.last_customer) else { return };
        let mut wanted: Vec<(Arc<Bot>, usize, Moment)> = Vec::new();
        for bot in self.bots.live_bots() {
            for (index, trigger) in bot.document.triggers.iter().enumerate() {
                match &trigger.on {
                    On::Silence { after } => wanted.push((bot.clone(), index, last.plus(after.millis()))),
                    On::WindowClosing { before } => {
                        wanted.push((bot.clone(), index, steps::window::closes_at(last).plus(-before.millis())));
                    }
                    _ => {}
                }
            }
        }
        self.arm_starts(wanted.into_iter().map(|(bot, index, due)| (bot, index, Some(due))).collect(), &Value::Null);
    }

    pub(super) fn arm_start(&mut self, bot: &Arc<Bot>, index: usize, due: Moment, data: Value) {
        self.arm_starts(vec![(bot.clone(), index, Some(due))], &data);
    }

    /// Sets triggers' timers, in place of those that may be running; without a moment there is none any more.
    pub(super) fn arm_starts(&mut self, wanted: Vec<(Arc<Bot>, usize, Option<Moment>)>, data: &Value) {
        if wanted.is_empty() {
            return;
        }
        let number = self.turn.state.number.clone();
        let places: BTreeSet<(&BotId, usize)> = wanted.iter().map(|(bot, index, _)| (&bot.id, *index)).collect();
        let contact = self.turn.contact_mut();
        contact.pending.retain(|pending| match &pending.work {
            Work::Timer(Timer { purpose: Purpose::Start { bot, trigger, number: at, .. }, .. }) => {
                *at != number || !places.contains(&(bot, *trigger))
            }
            _ => true,
        });
        for (bot, index, due) in &wanted {
            let Some(due) = *due else { continue };
            let id = EntryId(contact.take_id());
            let purpose = Purpose::Start { bot: bot.id.clone(), trigger: *index, number: number.clone(), data: data.clone() };
            contact.pending.push(Pending { id, session: None, work: Work::Timer(Timer { due, purpose }) });
        }
    }

    /// Triggers that watch a change of the contact or lead.
    pub fn changed(&mut self, change: &Change) -> Result<(), Need> {
        let occasion = match change {
            Change::Field { path, from, to } => {
                self.arm_date_triggers(path, to);
                Occasion::Field { path: path.clone(), from: from.clone(), to: to.clone() }
            }
            Change::Tag { on, tag, added } => Occasion::Tag { of: *on, tag: tag.clone(), added: *added },
            Change::Owner { of } => Occasion::Owner { of: *of },
            Change::Stage { pipeline, from, to, created } => Occasion::Stage {
                pipeline: pipeline.to_string(),
                stage: to.to_string(),
                previous: Some(from.to_string()).filter(|from| !from.is_empty()),
                created: *created,
            },
        };
        self.unfocus();
        let names = self.turn.environment().crm_names.clone();
        let fits = |trigger: &Trigger| matches!(occasion.fits(&trigger.on, &names), Some(Ok(())));
        let watching = self.bots.live_bots().filter(|bot| bot.document.triggers.iter().any(fits));
        let (again, fresh): (Vec<BotId>, Vec<BotId>) =
            watching.map(|bot| bot.id.clone()).partition(|id| self.started_by_change.contains(id));
        for bot in &again {
            self.refuse(bot, "a change started it in this turn already");
        }
        // What the message itself changed, such as its contact's first lead, is no reason to begin the bot that it started once more.
        let (twice, fresh): (Vec<BotId>, Vec<BotId>) = fresh.into_iter().partition(|id| {
            self.started_by_message.as_ref().is_some_and(|(bot, before)| bot == id && self.changes_seen <= *before)
        });
        for bot in &twice {
            self.refuse(bot, "running");
        }
        if fresh.is_empty() {
            return Ok(());
        }
        self.fire(&occasion, Some(&fresh))?;
        Ok(())
    }

    /// `schedule` by a field that holds a date.
    pub(super) fn arm_date_triggers(&mut self, path: &Path, value: &Value) {
        let names = self.turn.environment().crm_names.clone();
        let mut wanted: Vec<(Arc<Bot>, usize, Option<Moment>)> = Vec::new();
        for bot in self.bots.live_bots() {
            for (index, trigger) in bot.document.triggers.iter().enumerate() {
                if let On::Schedule { field: Some(field), before, after, .. } = &trigger.on
                    && names.path(field) == *path
                {
                    let shift = after.map_or(0, |after| after.millis()) - before.map_or(0, |before| before.millis());
                    let at = value.as_str().and_then(|text| Moment::read(text, &bot.zone));
                    wanted.push((bot.clone(), index, at.map(|at| at.plus(shift))));
                }
            }
        }
        // A date that is long gone starts nothing; no date takes the timer away.
        let long_gone = self.now().plus(-DAY);
        for (_, _, due) in &mut wanted {
            *due = due.filter(|due| *due > long_gone);
        }
        self.arm_starts(wanted, &Value::Null);
    }
}
