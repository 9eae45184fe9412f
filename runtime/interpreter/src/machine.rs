//! Runs sessions: from step to step until they wait or end. Frames of called bots, failures and their branches, who listens.

mod calls;
mod ending;
mod waits;

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};
use steps::{
    bot::{Bot, WhenListening},
    contact::{AnswerWait, FirstWait, Frame, MAX_DEFERRED, Pending, PendingCall, Purpose, Timer, Wait, Work},
    event::{CallResult, Delivery, Inbound},
    fact::Fact,
    ids::{BotId, EntryId, NumberId, SessionId, StepId},
    moment::{DAY, Moment},
    step::{Child, shared::Timeout},
    trace::Traced,
    turn::{Alternative, Change, Failure, Need, Next, Stop, Turn},
};

use crate::{Bots, Receipt};

/// A loop without a wait ends with an error after so many steps in one turn (`bot-language` §7): at the first step beyond them that ran there
/// before. Steps that follow each other are no loop, however many they are.
pub const MAX_STEPS_PER_TURN: u32 = 200;
/// How deep bots may call each other (`bot-language` §5, `start_bot`).
pub const MAX_DEPTH: usize = 8;
/// How long a session may be idle, where its bot does not say.
pub const DEFAULT_EXPIRES: i64 = 7 * DAY;

/// One turn's run over the sessions of a contact.
pub(crate) struct Machine<'a> {
    pub turn: Turn<'a>,
    pub bots: &'a Bots,
    pub receipt: Option<Receipt>,
    /// Steps that each session ran so far in this turn.
    pub steps: BTreeMap<SessionId, u32>,
    /// Steps that each session ran beyond those that are counted.
    pub beyond: BTreeMap<SessionId, HashSet<(BotId, StepId)>>,
    /// Changes that triggers have seen.
    pub changes_seen: usize,
    /// Bots that a change has started in this turn: none starts twice, or two could feed each other for ever.
    pub started_by_change: Vec<BotId>,
    /// The bot that the customer's message started in this turn, and how many changes there were before.
    pub started_by_message: Option<(BotId, usize)>,
    /// Sessions that waited for another one to stop listening, and may go on now.
    released: Vec<SessionId>,
    /// What customers wrote to a session that ended before it could take it: whoever is next gets it.
    left: VecDeque<(NumberId, Inbound)>,
    /// What the CRM knows, or is about to know. None: no CRM is connected.
    pub crm_before: Option<Box<steps::crm::Profile>>,
    /// The CRM was asked in this turn what it has of the customer.
    pub looked_at_crm: bool,
    /// Sessions of bots that the CRM handed a conversation to, and that have ended.
    pub crm_ended: Vec<steps::crm::CrmChange>,
}

/// Where a session stands.
enum At {
    Step(StepId),
    Next(Next),
}

/// How a bot or session ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub outcome: String,
    /// `completed`, `failed`, `stopped`, `replaced`, `expired`.
    pub status: &'static str,
}

impl End {
    pub fn new(status: &'static str) -> Self {
        End { outcome: status.to_owned(), status }
    }
}

/// Why a session's running bot cannot go on from here.
type Stopped = Result<Option<At>, Need>;

impl<'a> Machine<'a> {
    pub fn new(turn: Turn<'a>, bots: &'a Bots) -> Self {
        Machine {
            turn,
            bots,
            receipt: None,
            steps: BTreeMap::new(),
            beyond: BTreeMap::new(),
            changes_seen: 0,
            started_by_change: Vec::new(),
            started_by_message: None,
            released: Vec::new(),
            left: VecDeque::new(),
            crm_before: None,
            looked_at_crm: false,
            crm_ended: Vec::new(),
        }
    }

    pub fn now(&self) -> Moment {
        self.turn.now()
    }

    /// Makes a session the one that runs: its number, its bot in its version.
    pub fn focus(&mut self, session: SessionId) -> Result<Option<Arc<Bot>>, Need> {
        let Some((number, version, step)) = self.turn.contact().session(session).and_then(|found| {
            let frame = found.frame()?;
            Some((found.number.clone(), frame.version.clone(), frame.step.clone()))
        }) else {
            return Ok(None);
        };
        let bot = self.version(&version)?;
        let state = self.turn.state_mut();
        state.session = Some(session);
        state.number = number;
        state.bot.clone_from(&bot);
        self.turn.step = step;
        if bot.is_none() {
            // Only a store that lost its records leads here. The session can't be run, and must not block the contact.
            self.turn.alert("version_missing", format!("version {version} of this session's bot is missing; the session ends"));
            self.end_session(session, &End::new("failed"));
        }
        Ok(bot)
    }

    /// A version of a bot; None when it is nowhere.
    pub fn version(&self, version: &steps::ids::Version) -> Result<Option<Arc<Bot>>, Need> {
        match self.bots.version(version) {
            Some(bot) => Ok(Some(bot.clone())),
            None if self.turn.supplied.missing_versions.iter().any(|missing| missing == version.as_str()) => Ok(None),
            None => Err(Need::Version(version.clone())),
        }
    }

    /// Runs a session from a step.
    pub fn go(&mut self, session: SessionId, step: StepId) -> Result<(), Need> {
        self.run(session, At::Step(step))
    }

    /// Goes on with what a step's behaviour said.
    pub fn go_on(&mut self, session: SessionId, said: Result<Next, Stop>) -> Result<(), Need> {
        match said {
            Ok(next) => self.run(session, At::Next(next)),
            Err(stop) => match self.stopped(session, stop)? {
                Some(at) => self.run(session, at),
                None => self.run_released(),
            },
        }
    }

    /// A failure that comes from outside of the step: a send that failed later.
    pub fn fail_at(&mut self, session: SessionId, step: &StepId, failure: Failure) -> Result<(), Need> {
        self.turn.step = step.clone();
        self.go_on(session, Err(Stop::Failed(failure)))
    }

    fn run(&mut self, session: SessionId, mut at: At) -> Result<(), Need> {
        if self.focus(session)?.is_none() {
            return self.run_released();
        }
        let now = self.now();
        if let Some(session) = self.turn.contact_mut().session_mut(session) {
            session.active = now;
        }
        loop {
            let went_on = match at {
                At::Step(step) => self.step(session, step)?,
                At::Next(next) => self.follow(session, next)?,
            };
            match went_on {
                Some(next) => at = next,
                None => return self.run_released(),
            }
        }
    }

    /// Sessions whose turn to listen has come. Where a person has the conversation they wait on, in their place.
    fn run_released(&mut self) -> Result<(), Need> {
        while let Some(session) = self.released.pop() {
            let found = self.turn.contact().session(session);
            let place = found.and_then(|found| Some((found.number.clone(), found.frame()?.step.clone())));
            let Some((number, step)) = place else { continue };
            if self.human_has(&number) {
                self.turn.contact_mut().conversation_mut(&number).queue.insert(0, session);
                continue;
            }
            self.run(session, At::Step(step))?;
        }
        Ok(())
    }

    /// Lets the next session of the queue listen, if none does.
    pub fn call_next_listener(&mut self, number: &NumberId) {
        let contact = self.turn.contact();
        let Some(conversation) = contact.conversation(number).filter(|conversation| !conversation.queue.is_empty()) else {
            return;
        };
        if conversation.listener.is_none_or(|listener| contact.session(listener).is_none()) {
            self.released.push(self.turn.contact_mut().conversation_mut(number).queue.remove(0));
        }
    }

    /// What an event leads to beyond itself: whoever may listen now, messages that a session left, triggers that watch what changed.
    pub fn finish(&mut self) -> Result<(), Need> {
        loop {
            self.run_released()?;
            if let Some((number, inbound)) = self.left.pop_front() {
                self.unfocus();
                self.turn.state_mut().number = number;
                self.take_over(&inbound)?;
            } else if self.changes_seen < self.turn.changes.len() {
                self.settle_changes()?;
            } else {
                return Ok(());
            }
        }
    }

    /// One step.
    fn step(&mut self, session: SessionId, id: StepId) -> Stopped {
        let steps = self.steps.entry(session).or_default();
        *steps += 1;
        let is_beyond = *steps > MAX_STEPS_PER_TURN;
        self.clear_wait(session);
        self.turn.step = id.clone();
        let goes_round = is_beyond && self.is_known(session, &id);
        if goes_round {
            let text = format!("{MAX_STEPS_PER_TURN} steps ran in one turn without waiting: the bot goes round in a loop");
            return self.stopped(session, Stop::Limit(Failure::new("loop", text)));
        }
        let Some(bot) = self.turn.bot().cloned() else { return Ok(None) };
        if let Some(frame) = self.turn.frame_mut() {
            frame.step = id.clone();
        }
        let Some(step) = bot.step(&id) else {
            return self.stopped(session, Stop::Limit(Failure::new("no_such_step", format!("there is no step `{id}`"))));
        };
        if step.common.disabled {
            self.turn.trace.push(Some(session), Traced::Skipped { step: id });
            return Ok(Some(At::Next(Next::Go(step.passed_by()))));
        }
        if step.behaviour.waits() && !self.listen(session, &bot)? {
            return Ok(None);
        }
        self.turn.trace.push(Some(session), Traced::Step { step: id, kind: step.kind.into() });
        match step.behaviour.run(&mut self.turn) {
            Ok(next) => Ok(Some(At::Next(next))),
            Err(stop) => self.stopped(session, stop),
        }
    }

    /// Whether a session ran this step already, since its steps are not counted any more.
    fn is_known(&mut self, session: SessionId, step: &StepId) -> bool {
        let Some(bot) = self.turn.bot().map(|bot| bot.id.clone()) else { return false };
        !self.beyond.entry(session).or_default().insert((bot, step.clone()))
    }

    /// Makes a session the listener of its conversation, by what its bot says to do with the one that is. False: it may not go on now.
    fn listen(&mut self, session: SessionId, bot: &Bot) -> Result<bool, Need> {
        let number = self.turn.state.number.clone();
        let listener = self.turn.contact().conversation(&number).and_then(|conversation| conversation.listener);
        if let Some(other) = listener.filter(|other| *other != session && self.turn.contact().session(*other).is_some()) {
            match bot.document.defaults.when_listening.unwrap_or_default() {
                WhenListening::Replace => self.end_session(other, &End::new("replaced")),
                WhenListening::Queue => {
                    let queue = &mut self.turn.contact_mut().conversation_mut(&number).queue;
                    if !queue.contains(&session) {
                        queue.push(session);
                    }
                    let step = self.turn.step.clone();
                    let why = "another bot listens, and `when_listening` is `queue`".into();
                    self.turn.trace.push(Some(session), Traced::Waiting { step, why });
                    return Ok(false);
                }
                WhenListening::Ignore => {
                    let reason = crate::start::LISTENS.into();
                    self.turn.trace.push(Some(session), Traced::NotStarted { bot: bot.id.clone(), reason });
                    self.end_session(session, &End { outcome: "ignored".into(), status: "stopped" });
                    return Ok(false);
                }
            }
        }
        self.turn.contact_mut().conversation_mut(&number).listener = Some(session);
        Ok(true)
    }

    /// Does what a step said.
    fn follow(&mut self, session: SessionId, next: Next) -> Stopped {
        match next {
            Next::Go(Some(step)) => Ok(Some(At::Step(step))),
            Next::Go(None) => self.end_bot(session, End::new("completed")),
            Next::Answer { wait, fresh } => self.wait_for_answer(session, wait, fresh),
            Next::First(alternatives) => self.wait_for_first(session, &alternatives),
            Next::Call(call) => {
                if let Some(failure) = self.over_budget(session, &call) {
                    return self.stopped(session, Stop::Failed(failure));
                }
                self.wait_for_call(session, *call);
                Ok(None)
            }
            Next::StartBot { bot, switch, variables } => self.start_called(session, &bot, switch, variables),
            Next::Handoff(handoff) => {
                self.hand_over(session, handoff);
                Ok(None)
            }
            Next::Stop { outcome, close, all } => {
                if close {
                    let number = self.turn.state.number.clone();
                    self.turn.contact_mut().conversation_mut(&number).closed = true;
                }
                let status = if outcome.as_deref() == Some("failed") { "failed" } else { "completed" };
                let end = End { outcome: outcome.unwrap_or_else(|| status.to_owned()), status };
                if all {
                    self.end_all(session, end);
                    return Ok(None);
                }
                self.end_bot(session, end)
            }
        }
    }

    /// Takes the customer's answer, if the running session's step can take one.
    pub fn answer(&mut self, inbound: &Inbound) -> Option<Result<Next, Stop>> {
        let frame = self.turn.frame()?;
        let step = frame.step.clone();
        let takes = match &frame.wait {
            Some(Wait::Answer(_)) => true,
            Some(Wait::First(first)) => first.message.is_some(),
            _ => false,
        };
        let bot = self.turn.bot().cloned()?;
        let behaviour = bot.step(&step).map(|step| step.behaviour.clone()).filter(|_| takes)?;
        self.turn.step = step;
        if let Some(session) = self.turn.session_id().and_then(|session| self.turn.contact_mut().session_mut(session)) {
            session.forget_tool_calls();
        }
        Some(behaviour.answer(&mut self.turn, inbound))
    }

    /// Hands a message to a session. False: it waits for none.
    pub fn deliver(&mut self, session: SessionId, inbound: &Inbound) -> Result<bool, Need> {
        if self.focus(session)?.is_none() {
            return Ok(false);
        }
        if let Some(Wait::Call { .. }) = self.turn.frame().and_then(|frame| frame.wait.as_ref()) {
            if let Some(session) = self.turn.contact_mut().session_mut(session)
                && session.deferred.len() < MAX_DEFERRED
            {
                session.deferred.push(inbound.clone());
            }
            let reason = "a call is under way: the message answers what the bot says next".into();
            self.turn.trace.push(Some(session), Traced::Ignored { reason });
            return Ok(true);
        }
        match self.answer(inbound) {
            Some(said) => {
                self.go_on(session, said)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// One of the alternatives of a `wait` happened.
    pub fn happened(&mut self, session: SessionId, alternative: usize) -> Result<(), Need> {
        let Some(bot) = self.focus(session)? else { return Ok(()) };
        let Some(behaviour) = bot.step(&self.turn.step).map(|step| step.behaviour.clone()) else { return Ok(()) };
        let said = behaviour.happened(&mut self.turn, alternative);
        self.go_on(session, said)
    }

    fn start_called(
        &mut self,
        session: SessionId,
        id: &BotId,
        switch: bool,
        variables: serde_json::Map<String, serde_json::Value>,
    ) -> Stopped {
        let Some(bot) = self.bots.live(id).cloned() else {
            return self.stopped(session, Stop::Failed(Failure::new("bot_unknown", format!("there is no published bot `{id}`"))));
        };
        let depth = self.turn.contact().session(session).map_or(0, |session| session.frames.len());
        if depth >= MAX_DEPTH && !switch {
            let text = format!("bots call each other {MAX_DEPTH} deep; no deeper");
            return self.stopped(session, Stop::Failed(Failure::new("too_deep", text)));
        }
        let vars = match bot.variables_with(variables, self.now()) {
            Ok(vars) => vars,
            Err(unfit) => return self.stopped(session, Stop::Failed(unfit.failure)),
        };
        let mut frame = new_frame(&bot, None, vars);
        frame.id = self.turn.contact_mut().take_id();
        let step = frame.step.clone();
        if !switch {
            self.set_wait(Wait::Child);
        }
        self.turn
            .trace
            .push(Some(session), Traced::Started { bot: bot.id.clone(), version: bot.version.clone(), on: "start_bot".into() });
        if let Some(session) = self.turn.contact_mut().session_mut(session) {
            if switch {
                session.frames.pop();
            }
            session.frames.push(frame);
        }
        self.turn.state_mut().bot = Some(bot);
        Ok(Some(At::Step(step)))
    }

    /// Triggers that watch what this turn changed, until nothing new happens.
    pub fn settle_changes(&mut self) -> Result<(), Need> {
        while self.changes_seen < self.turn.changes.len() {
            let change: Change = self.turn.changes[self.changes_seen].clone();
            self.changes_seen += 1;
            self.changed(&change)?;
        }
        Ok(())
    }
}

/// Which alternative of a wait a message's status brings.
pub(crate) fn reached(first: &FirstWait, state: Delivery) -> Option<usize> {
    let read = first.read.filter(|_| state >= Delivery::Read);
    read.or(first.delivered.filter(|_| state >= Delivery::Delivered))
}

/// A bot at its beginning, with what its variables begin with ([`Bot::variables_with`]).
pub(crate) fn new_frame(bot: &Bot, start: Option<&StepId>, vars: serde_json::Map<String, serde_json::Value>) -> Frame {
    Frame {
        id: 0,
        bot: bot.id.clone(),
        version: bot.version.clone(),
        step: start.unwrap_or(&bot.document.start).clone(),
        vars,
        wait: None,
        answer: None,
        flow: serde_json::Map::new(),
        error: None,
        failing: false,
        tool_calls: Vec::new(),
    }
}
