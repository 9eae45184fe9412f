//! What a session waits for: the customer's answer, or the first of several things to happen.

use super::*;

impl Machine<'_> {
    pub(super) fn set_no_wait(&mut self) {
        if let Some(frame) = self.turn.frame_mut() {
            frame.wait = None;
        }
    }

    /// Forgets what the running bot waited for, with its timers and calls.
    pub fn clear_wait(&mut self, session: SessionId) {
        let wait = self
            .turn
            .contact_mut()
            .session_mut(session)
            .and_then(|session| session.frame_mut())
            .and_then(|frame| frame.wait.take());
        match wait {
            Some(Wait::Answer(wait)) => self.cancel(wait.timer),
            Some(Wait::First(first)) => first.timers.iter().for_each(|(timer, _)| self.cancel(Some(*timer))),
            Some(Wait::Call { entry }) => self.cancel(Some(entry)),
            Some(Wait::Child | Wait::Human) | None => {}
        }
    }

    pub fn arm(&mut self, session: SessionId, due: Moment, purpose: Purpose) -> EntryId {
        let contact = self.turn.contact_mut();
        let id = EntryId(contact.take_id());
        contact.pending.push(Pending { id, session: Some(session), work: Work::Timer(Timer { due, purpose }) });
        id
    }

    pub fn cancel(&mut self, entry: Option<EntryId>) {
        if let Some(entry) = entry {
            self.turn.contact_mut().pending.retain(|pending| pending.id != entry);
        }
    }

    pub(super) fn set_wait(&mut self, wait: Wait) {
        if let Some(frame) = self.turn.frame_mut() {
            frame.wait = Some(wait);
        }
    }

    pub(super) fn wait_for_answer(&mut self, session: SessionId, mut wait: AnswerWait, fresh: bool) -> Stopped {
        let before = self.turn.answer_wait().timer;
        if fresh {
            self.cancel(before);
            wait.timer = match self.timeout(session) {
                Ok(due) => due.map(|due| self.arm(session, due, Purpose::Wait)),
                Err(stop) => return self.stopped(session, stop),
            };
        } else {
            wait.timer = before;
        }
        let step = self.turn.step.clone();
        self.turn.trace.push(Some(session), Traced::Waiting { step, why: "for the customer's answer".into() });
        self.set_wait(Wait::Answer(wait));
        self.take_deferred(session)
    }

    /// What the customer wrote while a call was under way answers now.
    pub(super) fn take_deferred(&mut self, session: SessionId) -> Stopped {
        let deferred = self
            .turn
            .contact_mut()
            .session_mut(session)
            .and_then(|session| if session.deferred.is_empty() { None } else { Some(session.deferred.remove(0)) });
        let Some(inbound) = deferred else { return Ok(None) };
        // `message` is the one that is answered, not the latest.
        self.remember(&inbound);
        match self.answer(&inbound) {
            Some(Ok(next)) => Ok(Some(At::Next(next))),
            Some(Err(stop)) => self.stopped(session, stop),
            None => Ok(None),
        }
    }

    /// When the step that waits stops waiting.
    pub(super) fn timeout(&mut self, session: SessionId) -> Result<Option<Moment>, Stop> {
        match self.timeout_of_step(session) {
            Some(timeout) => timeout.moment(&mut self.turn),
            None => Ok(None),
        }
    }

    pub(super) fn timeout_of_step(&self, session: SessionId) -> Option<Timeout> {
        let frame = self.turn.contact().session(session)?.frame()?;
        let bot = self.turn.bot()?;
        let waiting = bot.step(&frame.step)?.behaviour.waiting()?;
        waiting.timeout.clone().or_else(|| bot.document.defaults.timeout.clone())
    }

    pub(super) fn wait_for_first(&mut self, session: SessionId, alternatives: &[Alternative]) -> Stopped {
        let mut wait = FirstWait::default();
        for (index, alternative) in alternatives.iter().enumerate() {
            match alternative {
                Alternative::At(_) => {}
                Alternative::Message => wait.message = wait.message.or(Some(index)),
                Alternative::Delivered => wait.delivered = wait.delivered.or(Some(index)),
                Alternative::Read => wait.read = wait.read.or(Some(index)),
            }
        }
        if wait.delivered.is_some() || wait.read.is_some() {
            wait.send = self.last_send(session);
            let so_far = self.turn.contact().sent().find(|sent| Some(sent.entry) == wait.send).and_then(|sent| sent.state);
            if let Some(alternative) = so_far.and_then(|state| reached(&wait, state)) {
                // The status was quicker than the bot.
                return self.take_alternative(session, alternative);
            }
        }
        for (index, alternative) in alternatives.iter().enumerate() {
            if let Alternative::At(due) = alternative {
                wait.timers.push((self.arm(session, *due, Purpose::Wait), index));
            }
        }
        let takes_messages = wait.message.is_some();
        let number = self.turn.state.number.clone();
        let conversation = self.turn.contact_mut().conversation_mut(&number);
        if wait.message.is_some() {
            conversation.listener = Some(session);
        } else if conversation.listener == Some(session) {
            conversation.listener = None;
        }
        let step = self.turn.step.clone();
        self.turn.trace.push(Some(session), Traced::Waiting { step, why: "for the first of several".into() });
        self.set_wait(Wait::First(wait));
        if takes_messages { self.take_deferred(session) } else { Ok(None) }
    }

    pub(super) fn take_alternative(&mut self, session: SessionId, alternative: usize) -> Stopped {
        let step = self.turn.bot().and_then(|bot| bot.step(&self.turn.step));
        let Some(behaviour) = step.map(|step| step.behaviour.clone()) else { return Ok(None) };
        match behaviour.happened(&mut self.turn, alternative) {
            Ok(next) => Ok(Some(At::Next(next))),
            Err(stop) => self.stopped(session, stop),
        }
    }

    /// The session's latest message, sent or still to be sent.
    pub(super) fn last_send(&self, session: SessionId) -> Option<EntryId> {
        let contact = self.turn.contact();
        let pending = contact.pending.iter().filter(|pending| pending.session == Some(session));
        let pending = pending.filter(|pending| matches!(pending.work, Work::Send(_))).map(|pending| pending.id);
        let sent = contact.sent().filter(|sent| sent.session == Some(session)).map(|sent| sent.entry);
        pending.chain(sent).max()
    }
}
