//! Due work: timers that fire, sends and calls whose claim ran out.

use steps::{
    contact::{Call, Outside, Pending, PendingSend, Purpose, TRANSCRIPTION_DEADLINE, Timer, Wait, Work},
    event::{CallResult, ChannelError, Reaction},
    fact::Fact,
    ids::{EntryId, NumberId, SessionId},
    moment::Moment,
    turn::{Failure, Need, WINDOW_CLOSED_CODE},
};

use crate::machine::{DEFAULT_EXPIRES, End, Machine};

impl Machine<'_> {
    /// Whatever is due, in the order in which it became due.
    pub fn due(&mut self) -> Result<(), Need> {
        let now = self.now();
        let mut due: Vec<(Moment, EntryId)> =
            self.turn.contact().pending.iter().filter_map(|pending| Some((pending.due()?, pending.id))).collect();
        due.retain(|(at, _)| *at <= now);
        due.sort();
        for (_, entry) in due {
            self.unfocus();
            // An earlier one of this round may have taken it away.
            let Some(pending) = self.turn.contact().pending.iter().find(|pending| pending.id == entry).cloned() else { continue };
            self.run_due(pending, now)?;
        }
        Ok(())
    }

    /// Calls whose process died are due at once. A message that was on its way may still arrive: it waits for its status as long as ever.
    pub fn restarted(&mut self, process: &str) -> Result<(), Need> {
        let now = self.now();
        for pending in &mut self.turn.contact_mut().pending {
            if let Work::Call(call) = &mut pending.work
                // One that waits for good is the answer of a call that is not made again: a person has the conversation.
                && let Some(claim) = call.claim.as_mut().filter(|claim| claim.by != process && claim.until != Moment::MAX)
            {
                claim.until = claim.until.min(now);
            }
        }
        self.due()
    }

    fn run_due(&mut self, pending: Pending, now: Moment) -> Result<(), Need> {
        match pending.work {
            Work::Timer(timer) => self.fire_timer(pending.id, pending.session, timer),
            Work::Send(send) => {
                self.turn.state_mut().number = send.number.clone();
                if send.claim.is_some() {
                    // Whoever claimed it died or was cut off.
                    return self.cut_off(pending.id);
                }
                if let Some(send) = self.pending_send(pending.id)
                    && send.settle_until.is_some_and(|until| until <= now)
                {
                    send.settle_until = None;
                    self.turn.facts.push(Fact::SentAgain { entry: pending.id });
                }
                let open = self.turn.state.conversation().is_some_and(|conversation| conversation.takes_free_form(now));
                let closed = send.message.is_free_form() && !open && send.template.is_none();
                if closed && !matches!(send.outside, Outside::Hold | Outside::Skip) {
                    self.cancel(Some(pending.id));
                    return self.closed_meanwhile(pending.id, pending.session, &send);
                }
                Ok(())
            }
            Work::Write(write) => {
                if write.claim.is_some() {
                    self.write_again(pending.id, now);
                }
                Ok(())
            }
            Work::Call(call) => {
                if call.claim.is_none() {
                    return Ok(());
                }
                let repeat = !matches!(&call.call, Call::Http(call) if !call.repeat);
                if repeat {
                    if let Some(Work::Call(call)) = self
                        .turn
                        .contact_mut()
                        .pending
                        .iter_mut()
                        .find(|found| found.id == pending.id)
                        .map(|found| &mut found.work)
                    {
                        call.claim = None;
                        call.attempts += 1;
                        call.due = now;
                    }
                    return Ok(());
                }
                let text = "the call was cut off, and `repeat` is `false`: nobody knows whether it was done".to_owned();
                self.called(pending.id, None, &CallResult::Failed { name: "cut_off".into(), text }, None)
            }
        }
    }

    /// The window closed before a message could go out.
    fn closed_meanwhile(&mut self, entry: EntryId, session: Option<SessionId>, send: &PendingSend) -> Result<(), Need> {
        let text = "the customer service window closed before the message could go out".to_owned();
        let (code, name) = (WINDOW_CLOSED_CODE, "window_closed".to_owned());
        let error = ChannelError { code, name, text: text.clone(), reaction: Reaction::Template };
        self.turn.facts.push(Fact::SendFailed { entry, error: Box::new(error) });
        // The step must be the running bot's, and no bot speaks while a person has the conversation.
        let silent = self.human_has(&send.number);
        let alive = session.filter(|session| {
            let frame = self.turn.contact().session(*session).and_then(|session| session.frame());
            !silent && frame.is_some_and(|frame| frame.id == send.frame)
        });
        let (Some(session), Some(step)) = (alive, &send.step) else {
            self.turn.alert("window_closed", text);
            return Ok(());
        };
        if self.focus(session)?.is_none() {
            return Ok(());
        }
        if let Outside::Goto(goto) = &send.outside {
            self.turn.branch(Some(goto), "the customer service window closed meanwhile");
            return self.go(session, goto.clone());
        }
        let failure = Failure { name: "window_closed".into(), text, code: Some(WINDOW_CLOSED_CODE) };
        self.fail_at(session, step, failure)
    }

    fn fire_timer(&mut self, entry: EntryId, session: Option<SessionId>, timer: Timer) -> Result<(), Need> {
        if let Some(number) = self.number_of_timer(session, &timer) {
            self.turn.state_mut().number = number;
        }
        let runs_out = matches!(timer.purpose, Purpose::Wait | Purpose::Expire);
        if runs_out && session.is_some_and(|session| self.is_still_to_hear(session)) {
            self.postpone(entry, self.now().plus(TRANSCRIPTION_DEADLINE));
            return Ok(());
        }
        let held = self.human_has_it() && !matches!(timer.purpose, Purpose::Resume { .. } | Purpose::Expire);
        if held {
            // The release lets it run, by a person or by the time that was set.
            self.postpone(entry, Moment::MAX);
            return Ok(());
        }
        self.cancel(Some(entry));
        match (timer.purpose, session) {
            (Purpose::Wait, Some(session)) => self.wait_is_over(session, entry),
            (Purpose::Expire, Some(session)) => self.expire(session),
            (Purpose::Join { messages, first, .. }, _) => self.run_joined(messages, first),
            // A later one runs where the person wrote again.
            (Purpose::Resume { .. }, _) if self.human_has_it() => Ok(()),
            (Purpose::Resume { .. }, _) => self.release(false),
            (Purpose::Start { bot, trigger, data, .. }, _) => self.start_delayed(&bot, trigger, &data),
            (Purpose::Wait | Purpose::Expire, None) => Ok(()),
        }
    }

    fn postpone(&mut self, entry: EntryId, due: Moment) {
        let timer = self.turn.contact_mut().pending.iter_mut().find(|found| found.id == entry);
        if let Some(Work::Timer(timer)) = timer.map(|found| &mut found.work) {
            timer.due = due;
        }
    }

    fn number_of_timer(&self, session: Option<SessionId>, timer: &Timer) -> Option<NumberId> {
        match &timer.purpose {
            Purpose::Join { number, .. } | Purpose::Resume { number } | Purpose::Start { number, .. } => Some(number.clone()),
            Purpose::Wait | Purpose::Expire => Some(self.turn.contact().session(session?)?.number.clone()),
        }
    }

    /// A wait's own timer: the session goes where the wait says. A stale one, whose wait is gone, does nothing.
    fn wait_is_over(&mut self, session: SessionId, entry: EntryId) -> Result<(), Need> {
        let Some(bot) = self.focus(session)? else { return Ok(()) };
        let alternative = match self.turn.frame().and_then(|frame| frame.wait.as_ref()) {
            Some(Wait::Answer(wait)) if wait.timer == Some(entry) => None,
            Some(Wait::First(first)) => match first.timers.iter().find(|(timer, _)| *timer == entry) {
                Some((_, alternative)) => Some(*alternative),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        if let Some(alternative) = alternative {
            return self.happened(session, alternative);
        }
        let own =
            bot.step(&self.turn.step).and_then(|step| step.behaviour.waiting()).and_then(|waiting| waiting.timeout.as_ref());
        let Some(goto) = own.or(bot.document.defaults.timeout.as_ref()).map(|timeout| timeout.goto.clone()) else {
            return Ok(());
        };
        // A question that is still held until the customer writes is not asked any more.
        let step = self.turn.step.clone();
        self.turn.contact_mut().pending.retain(|pending| {
            let of_step = |send: &PendingSend| send.held && send.step.as_ref() == Some(&step);
            !(pending.session == Some(session) && matches!(&pending.work, Work::Send(send) if of_step(send)))
        });
        self.turn.branch(Some(&goto), "no answer in time");
        self.go(session, goto)
    }

    /// The session was idle for too long, unless something of it is still to come.
    fn expire(&mut self, session: SessionId) -> Result<(), Need> {
        let version =
            self.turn.contact().session(session).and_then(|found| found.frames.first()).map(|frame| frame.version.clone());
        let Some(version) = version else { return Ok(()) };
        let bot = self.version(&version)?;
        let expires = bot.and_then(|bot| bot.document.defaults.expires).map_or(DEFAULT_EXPIRES, |expires| expires.millis());
        let Some(found) = self.turn.contact().session(session) else { return Ok(()) };
        let idle_until = found.active.plus(expires);
        let with_person = matches!(found.frame().and_then(|frame| frame.wait.as_ref()), Some(Wait::Human));
        let pending = self.turn.contact().pending.iter().filter(|pending| pending.session == Some(session));
        let own_timer = pending.filter_map(|pending| pending.due()).max();
        let until = own_timer.map_or(idle_until, |due| idle_until.max(due.plus(expires)));
        if self.now() < until || with_person {
            let again = if with_person { self.now().plus(expires) } else { until };
            self.arm(session, again, Purpose::Expire);
            return Ok(());
        }
        self.end_session(session, &End::new("expired"));
        Ok(())
    }
}
