//! Bots and people beside each other: handoffs, persons' messages, releases.

use steps::{
    bot::{Defaults, OnHuman},
    contact::{Call, Human, Pending, PendingSend, Purpose, Timer, Wait, Work},
    event::{AgentCommand, Content},
    fact::Fact,
    ids::{EntryId, MessageId, NumberId, SessionId},
    message::Message,
    moment::{DAY, Moment},
    turn::{Handoff, Need, Next, Stop, Summary},
    who::Who,
};

use crate::{
    machine::{End, Machine},
    start::Occasion,
};

/// After a person's message from the phone app, with no bot that says otherwise, the bots come back by themselves after this time: the
/// phone app has no button to give a conversation back.
pub const DEFAULT_RESUME_AFTER: i64 = DAY;

impl Machine<'_> {
    /// Whether a person has the conversation.
    pub fn human_has_it(&self) -> bool {
        self.human_has(&self.turn.state.number)
    }

    /// The same for one of the business's numbers.
    pub fn human_has(&self, number: &NumberId) -> bool {
        let human = self.turn.contact().conversation(number).and_then(|conversation| conversation.human.as_ref());
        human.is_some_and(|human| human.until.is_none_or(|until| self.now() < until))
    }

    /// What a person of the business does.
    pub fn agent(&mut self, command: &AgentCommand) -> Result<(), Need> {
        match command {
            AgentCommand::Handoff { to } => {
                self.pause(to.clone(), None);
                self.turn.facts.push(Fact::HandedOver { to: to.clone(), summary: None });
                Ok(())
            }
            AgentCommand::Release { close } => self.release(*close),
            AgentCommand::Message { text, by } => {
                self.queue_agent_message(text, by.as_deref());
                self.person_wrote();
                Ok(())
            }
            AgentCommand::AddTask { .. }
            | AgentCommand::CompleteTask { .. }
            | AgentCommand::AddNote { .. }
            | AgentCommand::Subscribe { .. } => {
                self.keep(command);
                Ok(())
            }
            AgentCommand::Stop { bot, session } => {
                let sessions = self.turn.contact().sessions.iter().filter(|found| {
                    session.is_none_or(|session| session == found.id)
                        && bot.as_ref().is_none_or(|bot| found.frames.iter().any(|frame| frame.bot == *bot))
                });
                let stopped: Vec<SessionId> = sessions.map(|session| session.id).collect();
                // What waits to be said to it goes with it.
                if (bot.is_none() && session.is_none()) || self.listener().is_some_and(|listener| stopped.contains(&listener)) {
                    self.forget_unheard();
                }
                for session in stopped {
                    self.end_session(session, &End::new("stopped"));
                    self.drop_unsent(Some(session));
                }
                Ok(())
            }
        }
    }

    /// A message that a person wrote in the phone app.
    pub fn echo(&mut self, message_id: &MessageId, at: Moment, content: &Content) -> Result<(), Need> {
        let hash = message_id.short_hash();
        let own = self.turn.contact().sent().any(|sent| sent.hash == hash);
        if own || self.is_repeat(hash) || !self.is_new(hash, at) {
            self.ignore("an echo of our own message, or one that was here before");
            return Ok(());
        }
        let number = self.turn.contact().number_among_several(&self.turn.state.number);
        self.turn.facts.push(Fact::Echo { message_id: message_id.clone(), content: Box::new(content.clone()), number });
        self.person_wrote();
        Ok(())
    }

    /// Does what the bots here say about a person's message: pause, stop, or go on.
    fn person_wrote(&mut self) {
        let number = self.turn.state.number.clone();
        self.turn.contact_mut().answered(&number);
        let running: Vec<SessionId> = {
            let sessions = self.turn.contact().sessions.iter().filter(|session| session.number == number);
            sessions.map(|session| session.id).collect()
        };
        let mut said: Vec<(OnHuman, Option<i64>)> = Vec::new();
        for session in &running {
            let frame = self.turn.contact().session(*session).and_then(|session| session.frames.first());
            let bot = frame.and_then(|frame| self.bots.version(&frame.version));
            let (on_human, resume_after) = bot.map(|bot| when_human(&bot.document.defaults)).unwrap_or_default();
            said.push((on_human, resume_after));
            if on_human == OnHuman::Stop {
                self.end_session(*session, &End { outcome: "human".into(), status: "stopped" });
                self.drop_unsent(Some(*session));
            }
        }
        if running.is_empty() {
            said.push(self.when_nobody_runs(&number));
        }
        let pausing = said.iter().filter(|(on_human, _)| *on_human != OnHuman::Continue);
        let Some(resume_after) = pausing.map(|(_, resume_after)| *resume_after).max() else { return };
        let human = self.turn.state.conversation().and_then(|conversation| conversation.human.as_ref());
        let until = self.now().plus(resume_after.unwrap_or(DEFAULT_RESUME_AFTER));
        match human.map(|human| human.until) {
            // Handed over already, and only a release gives it back.
            Some(None) => {}
            Some(Some(before)) => self.pause(None, Some(until.max(before))),
            None => self.pause(None, Some(until)),
        }
    }

    /// What a person's message does where no bot runs: what the bot says that ran last here; else what all bots agree on
    /// that something may start.
    fn when_nobody_runs(&self, number: &NumberId) -> (OnHuman, Option<i64>) {
        let last = self.turn.contact().conversation(number).and_then(|conversation| conversation.last_bot.as_ref());
        if let Some(bot) = last.and_then(|last| self.bots.live(last)) {
            return when_human(&bot.document.defaults);
        }
        let live = self.bots.live_bots().filter(|bot| !bot.document.triggers.is_empty());
        let mut live = live.map(|bot| when_human(&bot.document.defaults));
        let first = live.next().unwrap_or_default();
        if live.all(|other| other == first) { first } else { <(OnHuman, Option<i64>)>::default() }
    }

    /// A person has the conversation from now on: nothing is said, what was not said yet is dropped, calls are forgotten.
    fn pause(&mut self, to: Option<Who>, until: Option<Moment>) {
        let (now, number) = (self.now(), self.turn.state.number.clone());
        self.drop_unsent(None);
        let contact = self.turn.contact_mut();
        let here: Vec<SessionId> =
            contact.sessions.iter().filter(|session| session.number == number).map(|session| session.id).collect();
        contact.pending.retain_mut(|pending| match &mut pending.work {
            Work::Call(call) => {
                let silenced = pending.session.is_some_and(|session| here.contains(&session));
                match (&call.call, &mut call.claim) {
                    // Begun, and not to be done twice: its step fails when the conversation comes back.
                    (Call::Http(http), Some(claim)) if silenced && !http.repeat => {
                        claim.until = Moment::MAX;
                        true
                    }
                    _ => !silenced,
                }
            }
            Work::Timer(Timer { purpose: Purpose::Resume { number: of } | Purpose::Join { number: of, .. }, .. }) => {
                *of != number
            }
            _ => true,
        });
        let conversation = contact.conversation_mut(&number);
        let before = conversation.human.take();
        let since = before.as_ref().map_or(now, |human| human.since);
        if to.is_some() {
            conversation.owner.clone_from(&to);
        }
        let resume = before.as_ref().and_then(|human| human.resume);
        let summary = before.as_ref().and_then(|human| human.summary);
        let note = before.as_ref().and_then(|human| human.note.clone());
        let to = to.or_else(|| before.and_then(|human| human.to));
        conversation.human = Some(Human { since, until, to, resume, summary, note });
        // The person reads it in the transcript.
        conversation.unheard.clear();
        if let Some(due) = until {
            let id = EntryId(contact.take_id());
            let work = Work::Timer(Timer { due, purpose: Purpose::Resume { number } });
            contact.pending.push(Pending { id, session: None, work });
        }
    }

    /// A `handoff` step.
    pub fn hand_over(&mut self, session: SessionId, handoff: Handoff) {
        let Handoff { to, summary, resume } = handoff;
        // The session may end here; what its summary takes is counted for it all the same.
        let asker = self.asker();
        let resume_after = self.turn.bot().and_then(|bot| bot.document.defaults.resume_after);
        let until = resume_after.map(|after| self.now().plus(after.millis()));
        let to = match &to {
            Some(Who::RoundRobin(users)) => users.first().cloned().map(Who::User),
            _ => to,
        };
        let said: Vec<EntryId> = self
            .turn
            .contact()
            .pending
            .iter()
            .filter(|pending| pending.session == Some(session))
            .map(|pending| pending.id)
            .collect();
        self.clear_wait(session);
        if resume {
            if let Some(frame) = self.turn.frame_mut() {
                frame.wait = Some(Wait::Human);
            }
        } else {
            self.end_all(session, End { outcome: "handoff".into(), status: "completed" });
        }
        // What this bot said before still goes out; only other bots are silenced.
        let kept: Vec<Pending> = self
            .turn
            .contact()
            .pending
            .iter()
            .filter(|pending| said.contains(&pending.id) && matches!(pending.work, Work::Send(_)))
            .cloned()
            .collect();
        self.pause(to.clone(), until);
        let contact = self.turn.contact_mut();
        let missing =
            kept.into_iter().filter(|kept| !contact.pending.iter().any(|pending| pending.id == kept.id)).collect::<Vec<_>>();
        contact.pending.extend(missing);
        contact.pending.sort_by_key(|pending| pending.id);
        // The customer waits for no model: its summary follows when it comes.
        let (summary, call) = match summary {
            Some(Summary::Text(text)) => (Some(text), None),
            Some(Summary::Call(call)) => (None, Some(self.queue_call(None, asker, *call))),
            None => (None, None),
        };
        let (now, number) = (self.now(), self.turn.state.number.clone());
        // One of an earlier handoff would tell less.
        let earlier = self.turn.state.conversation().and_then(|conversation| conversation.human.as_ref()?.summary);
        self.cancel(earlier);
        let conversation = self.turn.contact_mut().conversation_mut(&number);
        // Whatever the bot said: from here on the customer waits for a person.
        conversation.waiting_since.get_or_insert(now);
        if let Some(human) = conversation.human.as_mut() {
            human.resume = resume.then_some(session);
            human.summary = call;
            human.note.clone_from(&summary);
        }
        self.turn.facts.push(Fact::HandedOver { to, summary });
    }

    /// A person gives the conversation back, or their time is over.
    pub fn release(&mut self, close: bool) -> Result<(), Need> {
        let number = self.turn.state.number.clone();
        let now = self.now();
        let contact = self.turn.contact_mut();
        let human = contact.conversation_mut(&number).human.take();
        if close {
            contact.conversation_mut(&number).closed = true;
            contact.answered(&number);
        }
        let Some(human) = human else { return Ok(()) };
        self.turn.facts.push(Fact::Released);
        self.cancel(human.summary);
        let contact = self.turn.contact_mut();
        contact.pending.retain(|pending| {
            !matches!(&pending.work, Work::Timer(Timer { purpose: Purpose::Resume { number: of }, .. }) if *of == number)
        });
        // Timers that were held run now, and calls that were cut off fail.
        let here: Vec<SessionId> =
            contact.sessions.iter().filter(|session| session.number == number).map(|session| session.id).collect();
        for pending in &mut contact.pending {
            let is_here = pending.session.is_some_and(|session| here.contains(&session));
            match &mut pending.work {
                Work::Timer(timer) if timer.due == Moment::MAX => {
                    let started_here = matches!(&timer.purpose, Purpose::Start { number: of, .. } if *of == number);
                    if is_here || started_here {
                        timer.due = now;
                    }
                }
                Work::Call(call) if is_here => {
                    if let Some(claim) = call.claim.as_mut().filter(|claim| claim.until == Moment::MAX) {
                        claim.until = now;
                    }
                }
                _ => {}
            }
        }
        if let Some(session) = human.resume {
            self.resume_after_handoff(session)?;
        }
        self.wake_by_past_statuses(&number)?;
        self.repeat_dropped_calls(&number)?;
        self.call_next_listener(&number);
        self.unfocus();
        self.fire(&Occasion::HandoffClosed, None)?;
        Ok(())
    }

    fn resume_after_handoff(&mut self, session: SessionId) -> Result<(), Need> {
        let Some(bot) = self.focus(session)? else { return Ok(()) };
        let Some(behaviour) = bot.step(&self.turn.step).map(|step| step.behaviour.clone()) else { return Ok(()) };
        let said: Result<Next, Stop> = behaviour.released(&mut self.turn);
        self.go_on(session, said)
    }

    /// A call that was dropped while a person had the conversation is made again: its step runs once more.
    fn repeat_dropped_calls(&mut self, number: &NumberId) -> Result<(), Need> {
        let contact = self.turn.contact();
        let here = contact.sessions.iter().filter(|session| session.number == *number);
        let lost = here.filter_map(|session| match &session.frame()?.wait {
            Some(Wait::Call { entry }) if !contact.pending.iter().any(|pending| pending.id == *entry) => {
                Some((session.id, session.frame()?.step.clone()))
            }
            _ => None,
        });
        let lost: Vec<_> = lost.collect();
        for (session, step) in lost {
            self.go(session, step)?;
        }
        Ok(())
    }

    fn queue_agent_message(&mut self, text: &str, by: Option<&str>) {
        let (now, number) = (self.now(), self.turn.state.number.clone());
        let message = Message::Text { text: text.to_owned() };
        let contact = self.turn.contact_mut();
        let id = EntryId(contact.take_id());
        let send = PendingSend {
            number,
            step: None,
            message: message.clone(),
            template: None,
            outside: steps::contact::Outside::Fail,
            queued: now,
            due: now,
            attempts: 0,
            tries: 0,
            claim: None,
            held: false,
            frame: 0,
            settle_until: None,
            bulk: false,
        };
        contact.pending.push(Pending { id, session: None, work: Work::Send(Box::new(send)) });
        let agent = Some(by.unwrap_or("agent").to_owned());
        self.turn.facts.push(Fact::Queued { entry: id, message: Box::new(message), session: None, step: None, agent });
    }
}

/// What a bot says of a person's message: what it does, and after which time the bots come back.
fn when_human(defaults: &Defaults) -> (OnHuman, Option<i64>) {
    (defaults.on_human.unwrap_or_default(), defaults.resume_after.map(|after| after.millis()))
}
