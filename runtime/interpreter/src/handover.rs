//! Bots and people beside each other: handoffs, persons' messages, releases; and contacts that turn out to be one.

use std::{cmp::Ordering, collections::btree_map::Entry};

use serde_json::Value;
use steps::{
    bot::OnHuman,
    contact::{Call, Contact, Conversation, Human, MAX_SENT, Pending, PendingSend, Purpose, SendCount, Timer, Wait, Work},
    event::{AgentCommand, Content},
    fact::Fact,
    ids::{BotId, ContactId, EntryId, MessageId, NumberId, SessionId},
    message::Message,
    moment::{DAY, Moment},
    turn::{Need, Next, Stop},
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
            AgentCommand::Stop { bot, session } => {
                let sessions = self.turn.contact().sessions.iter().filter(|found| {
                    session.is_none_or(|session| session == found.id)
                        && bot.as_ref().is_none_or(|bot| found.frames.iter().any(|frame| frame.bot == *bot))
                });
                let stopped: Vec<SessionId> = sessions.map(|session| session.id).collect();
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
        self.turn.facts.push(Fact::Echo { message_id: message_id.clone(), content: Box::new(content.clone()) });
        self.person_wrote();
        Ok(())
    }

    /// Does what the bots here say about a person's message: pause, stop, or go on.
    fn person_wrote(&mut self) {
        let number = self.turn.state.number.clone();
        let running: Vec<SessionId> = {
            let sessions = self.turn.contact().sessions.iter().filter(|session| session.number == number);
            sessions.map(|session| session.id).collect()
        };
        let mut resume_after: Option<i64> = None;
        let mut pauses = running.is_empty();
        for session in running {
            let frame = self.turn.contact().session(session).and_then(|session| session.frames.first().cloned());
            let bot = frame.and_then(|frame| self.bots.version(&frame.version).cloned());
            let defaults = bot.as_ref().map(|bot| &bot.document.defaults);
            match defaults.and_then(|defaults| defaults.on_human).unwrap_or_default() {
                OnHuman::Continue => {}
                OnHuman::Stop => {
                    self.end_session(session, &End { outcome: "human".into(), status: "stopped" });
                    self.drop_unsent(Some(session));
                    pauses = true;
                }
                OnHuman::Pause => {
                    pauses = true;
                    let after = defaults.and_then(|defaults| defaults.resume_after).map(|after| after.millis());
                    resume_after = resume_after.max(after);
                }
            }
        }
        if !pauses {
            return;
        }
        let by_handoff = self.turn.state.conversation().and_then(|conversation| conversation.human.as_ref());
        if by_handoff.is_some_and(|human| human.until.is_none()) {
            // Handed over already: only a release gives it back.
            return;
        }
        let until = self.now().plus(resume_after.unwrap_or(DEFAULT_RESUME_AFTER));
        self.pause(None, Some(until));
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
        let to = to.or_else(|| before.and_then(|human| human.to));
        conversation.human = Some(Human { since, until, to, resume });
        if let Some(due) = until {
            let id = EntryId(contact.take_id());
            let work = Work::Timer(Timer { due, purpose: Purpose::Resume { number } });
            contact.pending.push(Pending { id, session: None, work });
        }
    }

    /// A `handoff` step.
    pub fn hand_over(&mut self, session: SessionId, to: Option<Who>, summary: Option<String>, resume: bool) {
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
            self.end_session(session, &End { outcome: "handoff".into(), status: "completed" });
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
        self.pause(to.clone(), None);
        let contact = self.turn.contact_mut();
        let missing =
            kept.into_iter().filter(|kept| !contact.pending.iter().any(|pending| pending.id == kept.id)).collect::<Vec<_>>();
        contact.pending.extend(missing);
        contact.pending.sort_by_key(|pending| pending.id);
        let number = self.turn.state.number.clone();
        if let Some(human) = self.turn.contact_mut().conversation_mut(&number).human.as_mut() {
            human.resume = resume.then_some(session);
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
        }
        let Some(human) = human else { return Ok(()) };
        self.turn.facts.push(Fact::Released);
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
            claim: None,
            held: false,
            frame: 0,
            settle_until: None,
        };
        contact.pending.push(Pending { id, session: None, work: Work::Send(Box::new(send)) });
        let agent = Some(by.unwrap_or("agent").to_owned());
        self.turn.facts.push(Fact::Queued { entry: id, message: Box::new(message), session: None, step: None, agent });
    }

    /// Another contact turned out to be this one: its content comes here, once.
    pub fn merge(&mut self, from: &ContactId, content: &Value) {
        let Ok(mut other) = serde_json::from_value::<Contact>(content.clone()) else {
            self.turn.alert("merge", format!("contact {from} could not be read, and was not merged"));
            return;
        };
        let shift = self.turn.contact().next_id;
        renumber(&mut other, shift);
        let contact = self.turn.contact_mut();
        contact.next_id = shift.saturating_add(other.next_id).max(1);
        contact.name = contact.name.take().or(other.name);
        contact.email = contact.email.take().or(other.email);
        contact.phone = contact.phone.take().or(other.phone);
        contact.language = contact.language.take().or(other.language);
        contact.owner = contact.owner.take().or(other.owner);
        // Whoever said no once is not asked again because of a merge.
        contact.opted_in = if contact.opted_in == Some(false) || other.opted_in == Some(false) {
            Some(false)
        } else {
            contact.opted_in.or(other.opted_in)
        };
        other.tags.retain(|tag| !contact.tags.contains(tag));
        contact.tags.extend(other.tags);
        for (key, value) in other.fields {
            contact.fields.entry(key).or_insert(value);
        }
        for (key, value) in other.company {
            contact.company.entry(key).or_insert(value);
        }
        other.leads.append(&mut contact.leads);
        contact.leads = other.leads;
        contact.sessions.extend(other.sessions);
        let mut replaced: Vec<SessionId> = Vec::new();
        for (number, theirs) in other.conversations {
            match contact.conversations.entry(number) {
                Entry::Vacant(place) => {
                    place.insert(theirs);
                }
                Entry::Occupied(mut place) => {
                    let active =
                        |id: SessionId| contact.sessions.iter().find(|session| session.id == id).map(|found| found.active);
                    replaced.extend(join(place.get_mut(), theirs, active));
                }
            }
        }
        for theirs in other.pending {
            match contact.pending.iter_mut().find(|ours| start_timer(ours).is_some() && start_timer(ours) == start_timer(&theirs))
            {
                // The later one counts: the timer was set anew at each message.
                Some(ours) if ours.due() < theirs.due() => *ours = theirs,
                Some(_) => {}
                None => contact.pending.push(theirs),
            }
        }
        contact.seen.list_mut().extend(other.seen.iter());
        // The oldest are forgotten first.
        contact.seen.list_mut().sort_by_key(|seen| seen.1);
        contact.seen_from = contact.seen_from.max(other.seen_from);
        for (trigger, at) in other.fired {
            let fired = contact.fired.entry(trigger).or_insert(at);
            *fired = at.max(*fired);
        }
        contact.sends = match contact.sends.hour.cmp(&other.sends.hour) {
            Ordering::Less => other.sends,
            Ordering::Greater => contact.sends,
            Ordering::Equal => SendCount { count: contact.sends.count.saturating_add(other.sends.count), ..other.sends },
        };
        crate::identity::complete(contact, other.identity);
        for session in replaced {
            self.end_session(session, &End::new("replaced"));
        }
        self.turn.facts.push(Fact::Merged { from: from.as_str().into() });
    }
}

/// Makes one conversation of two with the same number. Gives the session that listens no more: one does at a time, the one that ran
/// last.
fn join(ours: &mut Conversation, theirs: Conversation, active: impl Fn(SessionId) -> Option<Moment>) -> Option<SessionId> {
    if theirs.last_customer > ours.last_customer {
        ours.last_customer = theirs.last_customer;
        ours.window_refused = theirs.window_refused;
        ours.last_message = theirs.last_message.or(ours.last_message.take());
    } else {
        ours.last_message = ours.last_message.take().or(theirs.last_message);
    }
    ours.pair = ours.pair.max(theirs.pair);
    ours.closed = (ours.closed || ours.count == 0) && (theirs.closed || theirs.count == 0);
    ours.count = ours.count.max(theirs.count);
    ours.owner = ours.owner.take().or(theirs.owner);
    ours.free_entry = [ours.free_entry.take(), theirs.free_entry].into_iter().flatten().max_by_key(|entry| entry.clicked);
    ours.human = match (ours.human.take(), theirs.human) {
        (Some(ours), Some(theirs)) => Some(Human {
            since: ours.since.min(theirs.since),
            until: ours.until.zip(theirs.until).map(|(ours, theirs)| ours.max(theirs)),
            to: ours.to.or(theirs.to),
            resume: ours.resume.or(theirs.resume),
        }),
        (ours, theirs) => ours.or(theirs),
    };
    let sent = ours.sent.list_mut();
    sent.extend(theirs.sent.iter().cloned());
    sent.sort_by_key(|sent| sent.at);
    let forgotten = sent.len().saturating_sub(MAX_SENT);
    sent.drain(..forgotten);
    ours.queue.extend(theirs.queue);
    match (ours.listener, theirs.listener) {
        (Some(first), Some(second)) => {
            let (listens, replaced) = if active(second) > active(first) { (second, first) } else { (first, second) };
            ours.listener = Some(listens);
            Some(replaced)
        }
        (first, second) => {
            ours.listener = first.or(second);
            None
        }
    }
}

/// Which trigger a timer is for; there is one of each.
fn start_timer(pending: &Pending) -> Option<(&BotId, usize, &NumberId)> {
    match &pending.work {
        Work::Timer(Timer { purpose: Purpose::Start { bot, trigger, number, .. }, .. }) => Some((bot, *trigger, number)),
        _ => None,
    }
}

/// Moves a contact's own numbers out of the way of another's.
fn renumber(contact: &mut Contact, shift: u32) {
    let session = |id: &mut SessionId| id.0 = id.0.saturating_add(shift);
    let entry = |id: &mut EntryId| id.0 = id.0.saturating_add(shift);
    for found in &mut contact.sessions {
        session(&mut found.id);
        for frame in &mut found.frames {
            match &mut frame.wait {
                Some(Wait::Answer(wait)) => wait.timer.iter_mut().for_each(entry),
                Some(Wait::First(first)) => {
                    first.timers.iter_mut().for_each(|(timer, _)| entry(timer));
                    first.send.iter_mut().for_each(entry);
                }
                Some(Wait::Call { entry: call }) => entry(call),
                Some(Wait::Child | Wait::Human) | None => {}
            }
        }
    }
    for pending in &mut contact.pending {
        entry(&mut pending.id);
        pending.session.iter_mut().for_each(session);
    }
    for conversation in contact.conversations.values_mut() {
        for sent in conversation.sent.list_mut() {
            entry(&mut sent.entry);
            sent.session.iter_mut().for_each(session);
        }
        conversation.listener.iter_mut().for_each(session);
        conversation.queue.iter_mut().for_each(session);
        if let Some(human) = &mut conversation.human {
            human.resume.iter_mut().for_each(session);
        }
    }
}
