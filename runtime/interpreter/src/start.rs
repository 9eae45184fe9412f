//! Triggers: which bots an occasion starts, and why the others are not started.

mod by_message;
mod conditions;
mod occasion;
mod watch;

use jiff::Zoned;
use serde_json::{Map, Value, json};
use std::{cell::LazyCell, collections::BTreeSet, sync::Arc};
use steps::{
    bot::Bot,
    contact::{Contact, Lead, Pending, Purpose, Session, Timer, TriggerRecord, Work},
    event::{Content, Inbound, LeadData, Referral, Trigger as Happening},
    expression::{Locals, fold, same_but_for_spaces},
    fact::Fact,
    ids::{BotId, EntryId, NumberId, SessionId, StepId},
    moment::{DAY, Moment},
    path::Path,
    trace::Traced,
    trigger::{HoursFilter, KeywordMatch, On, Owned, StageEvent, TagEvent, Trigger},
    turn::{Change, Need, Stop},
};

use crate::machine::{DEFAULT_EXPIRES, Machine, new_frame};

pub(crate) use conditions::{Asked, LISTENS};
pub(crate) use occasion::Occasion;

/// Sessions of one contact at a time. A further start is refused, and says so.
pub const MAX_SESSIONS: usize = 16;

/// What a session starts with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    pub on: String,
    pub data: Value,
    pub step: Option<StepId>,
    /// All of them, as [`Bot::variables_with`] gives them.
    pub variables: Map<String, Value>,
}

impl Machine<'_> {
    /// A trigger that comes from outside.
    pub fn trigger(&mut self, trigger: &Happening) -> Result<(), Need> {
        match trigger {
            Happening::Stage { lead, previous_stage, created } => self.lead_entered(lead, previous_stage.as_deref(), *created),
            Happening::Run { bot, start, variables, data } => self.run_bot(bot, start.as_ref(), variables, data),
            Happening::Preview { bot, start, variables } => self.preview_bot(bot, start.as_ref(), variables),
            Happening::Crm(news) => self.crm_news(news),
            Happening::Schedule { bot, trigger } => self.scheduled(bot, *trigger),
            Happening::Tags { of, add, remove } => {
                let (add, remove) = (add.clone(), remove.clone());
                if let Err(stop) = steps::step::tags::change(&mut self.turn, *of, add, remove) {
                    self.ignore(&format!("the tags were not changed: {stop}"));
                }
                Ok(())
            }
            Happening::Fields { fields } => {
                let set = crate::fields::read(&self.turn.state, fields).map_err(|problem| problem.to_string());
                let set = set.and_then(|values| self.turn.set_all(values).map_err(|stop| stop.to_string()));
                if let Err(reason) = set {
                    self.ignore(&format!("no field was set: {reason}"));
                }
                Ok(())
            }
        }
    }

    fn lead_entered(&mut self, data: &LeadData, previous: Option<&str>, created: bool) -> Result<(), Need> {
        let pipeline =
            self.turn.contact().leads.iter().find(|lead| lead.id == data.id.as_str()).map(|lead| lead.pipeline.clone());
        let before = self.merge_lead(data);
        // Whoever tells of it has it.
        self.remember_for_crm();
        // Not always the current one: an older deal may be closed while a newer one is open.
        let lead = self.turn.contact().leads.last().cloned().unwrap_or_default();
        let stays = previous == Some(lead.stage.as_str()) && pipeline.is_none_or(|known| known == lead.pipeline);
        if stays && !created {
            self.refuse_all_by_stage("same_stage");
            return Ok(());
        }
        let from = previous.map(Into::into).unwrap_or(before);
        self.turn.facts.push(Fact::StageChanged {
            lead: lead.id.clone(),
            pipeline: lead.pipeline.clone(),
            from: from.clone(),
            to: lead.stage.clone(),
        });
        let previous = Some(from.to_string()).filter(|from| !from.is_empty());
        let (pipeline, stage) = (lead.pipeline.to_string(), lead.stage.to_string());
        self.fire(&Occasion::Stage { pipeline, stage, previous, created }, None)?;
        Ok(())
    }

    fn refuse_all_by_stage(&mut self, reason: &str) {
        let waits = |bot: &&Arc<Bot>| bot.document.triggers.iter().any(|trigger| matches!(trigger.on, On::Stage { .. }));
        let bots: Vec<BotId> = self.bots.live_bots().filter(waits).map(|bot| bot.id.clone()).collect();
        bots.iter().for_each(|bot| self.refuse(bot, reason));
    }

    fn run_bot(&mut self, id: &BotId, start: Option<&StepId>, variables: &Map<String, Value>, data: &Value) -> Result<(), Need> {
        let Some(bot) = self.bot_to_run(id, start) else { return Ok(()) };
        let asked = Asked { step: start.cloned(), variables: variables.clone() };
        let by_api = bot.document.triggers.iter().enumerate().filter(|(_, trigger)| matches!(trigger.on, On::Api {}));
        let by_api: Vec<usize> = by_api.map(|(index, _)| index).collect();
        if by_api.is_empty() {
            return self.start_asked(&bot, "api", data, asked);
        }
        let mut refused = None;
        for index in by_api {
            match self.try_start(&bot, index, data, &asked)? {
                Ok(()) => return Ok(()),
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        if let Some(reason) = refused {
            self.refuse(id, &reason);
        }
        Ok(())
    }

    fn preview_bot(&mut self, id: &BotId, start: Option<&StepId>, variables: &Map<String, Value>) -> Result<(), Need> {
        let Some(bot) = self.bot_to_run(id, start) else { return Ok(()) };
        let asked = Asked { step: start.cloned(), variables: variables.clone() };
        self.start_asked(&bot, "preview", &Value::Null, asked)
    }

    /// The live bot that someone asks for, at a step that it has; None: it is refused.
    pub(crate) fn bot_to_run(&mut self, id: &BotId, start: Option<&StepId>) -> Option<Arc<Bot>> {
        let Some(bot) = self.bots.live(id).cloned() else {
            self.refuse(id, "no such published bot");
            return None;
        };
        if let Some(step) = start.filter(|step| bot.step(step).is_none()) {
            self.refuse(id, &format!("it has no step `{step}`"));
            return None;
        }
        Some(bot)
    }

    fn scheduled(&mut self, id: &BotId, index: usize) -> Result<(), Need> {
        let Some(bot) = self.bots.live(id).cloned() else { return Ok(()) };
        let Some(trigger) = bot.document.triggers.get(index) else { return Ok(()) };
        if let On::Schedule { audience: Some(audience), .. } = &trigger.on {
            self.turn.state_mut().bot = Some(bot.clone());
            let belongs = self.turn.is_true(audience, Locals::none());
            self.unfocus();
            match belongs {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(Stop::Needs(need)) => return Err(need),
                Err(Stop::Failed(failure) | Stop::Limit(failure)) => {
                    self.refuse(id, &format!("`audience` failed: {}", failure.text));
                    return Ok(());
                }
            }
        }
        self.start_if_allowed(&bot, index, &Value::Null)?;
        Ok(())
    }

    pub fn refuse(&mut self, bot: &BotId, reason: &str) {
        self.turn.trace.push(None, Traced::NotStarted { bot: bot.clone(), reason: reason.into() });
    }

    /// Starts every bot whose trigger fits an occasion; says how many. `only`: of these bots.
    pub fn fire(&mut self, occasion: &Occasion, only: Option<&[BotId]>) -> Result<usize, Need> {
        let bots: Vec<Arc<Bot>> = self.bots.live_bots().cloned().collect();
        let names = self.turn.environment().crm_names.clone();
        let mut started = 0;
        for bot in bots {
            if only.is_some_and(|only| !only.contains(&bot.id)) {
                continue;
            }
            let mut reason = None;
            for (index, trigger) in bot.document.triggers.iter().enumerate() {
                match occasion.fits(&trigger.on, &names) {
                    None => {}
                    Some(Err(why)) => reason = reason.or(Some(why)),
                    Some(Ok(())) => {
                        reason = None;
                        if self.start_or_delay(&bot, index, trigger, occasion)? {
                            started += 1;
                            if only.is_some() {
                                self.started_by_change.push(bot.id.clone());
                            }
                        }
                        break;
                    }
                }
            }
            if let Some(reason) = reason {
                self.refuse(&bot.id, &reason);
            }
        }
        Ok(started)
    }

    fn start_or_delay(&mut self, bot: &Arc<Bot>, index: usize, trigger: &Trigger, occasion: &Occasion) -> Result<bool, Need> {
        let data = occasion.data();
        if let On::Stage { delay: Some(delay), .. } = &trigger.on
            && delay.millis() > 0
        {
            let due = self.now().plus(delay.millis());
            self.arm_start(bot, index, due, data);
            self.refuse(&bot.id, "delayed");
            return Ok(false);
        }
        self.start_if_allowed(bot, index, &data)
    }

    /// A trigger whose time has come after a delay.
    pub fn start_delayed(&mut self, id: &BotId, index: usize, data: &Value) -> Result<(), Need> {
        let Some(bot) = self.bots.live(id).cloned() else { return Ok(()) };
        let Some(trigger) = bot.document.triggers.get(index) else { return Ok(()) };
        let now = self.now();
        let conversation = self.turn.state.conversation();
        let last = conversation.and_then(|conversation| conversation.last_customer);
        // What was waited for is looked at again: a person may have held it for long, a call may have renewed the window, and another
        // version of the bot may have other triggers in this place.
        let due = match &trigger.on {
            On::Stage { .. } => {
                let at = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default();
                let names = &self.turn.environment().crm_names;
                let pipeline = names.pipeline(at("pipeline"));
                let stage = names.stage(pipeline, at("stage"));
                let stays = |lead: &Lead| lead.pipeline == pipeline && lead.stage == stage;
                self.turn.contact().leads.iter().any(stays).then_some(now).ok_or("the lead has left that stage")
            }
            On::Silence { after } => last.map(|last| last.plus(after.millis())).ok_or("the customer never wrote"),
            On::WindowClosing { before } => {
                let open = conversation.is_some_and(|conversation| conversation.window_open(now));
                let closes_at = last.filter(|_| open).map(steps::window::closes_at);
                closes_at.map(|closes_at| closes_at.plus(-before.millis())).ok_or("the window is closed already")
            }
            On::Schedule { field: Some(_), .. } => Ok(now),
            _ => Err("the bot's triggers have changed"),
        };
        match due {
            Err(reason) => {
                self.refuse(id, reason);
                return Ok(());
            }
            Ok(due) if due > now => {
                self.arm_start(&bot, index, due, data.clone());
                return Ok(());
            }
            Ok(_) => {}
        }
        self.start_if_allowed(&bot, index, data)?;
        Ok(())
    }

    /// Starts a bot.
    pub fn start(&mut self, bot: &Arc<Bot>, start: &Start) -> Result<(), Need> {
        self.look_at_crm_for(start)?;
        let session = self.new_session(bot, start);
        let step = start.step.clone().unwrap_or_else(|| bot.document.start.clone());
        self.go(session, step)
    }

    /// A session at its bot's beginning, not yet run.
    pub fn new_session(&mut self, bot: &Arc<Bot>, start: &Start) -> SessionId {
        let (now, number) = (self.now(), self.turn.state.number.clone());
        let id = SessionId(self.turn.contact_mut().take_id());
        let session = Session {
            id,
            number,
            started: now,
            active: now,
            trigger: TriggerRecord { on: start.on.as_str().into(), data: start.data.clone() },
            frames: vec![new_frame(bot, start.step.as_ref(), start.variables.clone())],
            spent: 0.0,
            tokens: 0,
            deferred: Vec::new(),
        };
        self.turn.contact_mut().sessions.push(session);
        let expires = bot.document.defaults.expires.map_or(DEFAULT_EXPIRES, |expires| expires.millis());
        self.arm(id, now.plus(expires), Purpose::Expire);
        let on = start.on.as_str();
        self.turn.trace.push(Some(id), Traced::Started { bot: bot.id.clone(), version: bot.version.clone(), on: on.into() });
        self.turn.facts.push(Fact::SessionStarted {
            session: id,
            bot: bot.id.clone(),
            version: bot.version.clone(),
            on: on.into(),
        });
        id
    }
}

impl Machine<'_> {
    /// Writes what a pipeline says of a lead; gives the stage that it was in.
    fn merge_lead(&mut self, data: &LeadData) -> compact_str::CompactString {
        let environment = self.turn.state.environment.clone();
        let default = environment.first_stage();
        let contact = self.turn.contact_mut();
        if contact.name.is_none() && contact.identity.name.is_none() {
            contact.name.clone_from(&data.contact_name);
        }
        let place = contact.leads.iter().position(|lead| lead.id == data.id.as_str());
        let place = place.unwrap_or_else(|| {
            contact.make_room_for_a_lead();
            contact.leads.push(Lead { id: data.id.as_str().into(), ..Lead::default() });
            contact.leads.len() - 1
        });
        // The lead that its pipeline speaks of is the current one.
        let mut lead = contact.leads.remove(place);
        let before = lead.stage.clone();
        if data.name.is_some() {
            lead.name.clone_from(&data.name);
        }
        let names = &environment.crm_names;
        let pipeline = data.pipeline.as_deref().map(|named| names.pipeline(named).into());
        lead.pipeline = pipeline.unwrap_or_else(|| pick(&lead.pipeline, &default.0));
        let stage = data.stage.as_deref().map(|named| names.stage(&lead.pipeline, named).into());
        lead.stage = stage.unwrap_or_else(|| pick(&lead.stage, &default.1));
        let fields = data.fields.iter().filter_map(|(name, to)| {
            let name = names.lead_field(name);
            let from = lead.fields.insert(name.to_owned(), to.clone()).unwrap_or_default();
            let path = format!("lead.fields.{name}").parse().ok()?;
            (from != *to).then(|| Change::Field { path, from, to: to.clone() })
        });
        let changes: Vec<Change> = fields.collect();
        lead.closed = environment.is_closed(&lead.pipeline, &lead.stage);
        contact.leads.push(lead);
        for change in changes {
            if let Change::Field { path, from, to } = &change {
                self.turn.facts.push(Fact::Changed { path: path.to_string().into(), from: from.clone(), to: to.clone() });
            }
            self.turn.changes.push(change);
        }
        before
    }
}

fn pick(known: &str, default: &str) -> compact_str::CompactString {
    if known.is_empty() { default.into() } else { known.into() }
}

/// The number that a contact's triggers without one belong to: where they last wrote, else the account's default.
pub(crate) fn number_of(contact: &Contact, default: &NumberId) -> NumberId {
    let latest = contact.conversations.iter().max_by_key(|(_, conversation)| conversation.last_customer);
    latest.map_or_else(|| default.clone(), |(number, _)| number.clone())
}
