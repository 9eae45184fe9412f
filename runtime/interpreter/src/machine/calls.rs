//! Calls that steps yield: the session waits, and the result brings it on.

use super::*;
use steps::{
    asked::{AI_BUDGET, Asked, Asker},
    contact::Call,
};

impl Machine<'_> {
    /// A session waits for the result of a call. What the customer writes meanwhile is for whoever they wrote to: where no other bot
    /// listens, the one that their message started does.
    pub(super) fn wait_for_call(&mut self, session: SessionId, call: Call) {
        let entry = self.queue_call(Some(session), self.asker(), call);
        self.set_wait(Wait::Call { entry });
        let by_customer = self.turn.contact().session(session).is_some_and(|session| session.trigger.by_customer());
        if by_customer && self.listener().is_none() {
            let number = self.turn.state.number.clone();
            self.turn.contact_mut().conversation_mut(&number).listener = Some(session);
        }
    }

    /// Why a call to a model is not made: the session has no tokens left that its bot allows.
    pub(super) fn over_budget(&self, session: SessionId, call: &Call) -> Option<Failure> {
        let bot = self.turn.bot().filter(|_| !matches!(call, Call::Http(_) | Call::Find(_)))?;
        let allowed = bot.document.limits.tokens_per_session?;
        if self.turn.contact().session(session)?.tokens < allowed {
            return None;
        }
        // The same for every session of the day, so that the team is told once.
        let text = format!(
            "a session of bot `{}` has used up its {allowed} tokens (`limits.tokens_per_session`); the next session begins anew",
            bot.id
        );
        Some(Failure::new(AI_BUDGET, text))
    }

    /// The running step, as whoever asks a model is named.
    pub fn asker(&self) -> Option<Asker> {
        let (session, bot) = self.turn.session_id().zip(self.turn.bot())?;
        Some(Asker { session, bot: bot.id.clone(), step: self.turn.step.clone() })
    }

    /// A call that is to be made for whoever asks; of no session where nothing waits for it.
    pub fn queue_call(&mut self, session: Option<SessionId>, asker: Option<Asker>, call: Call) -> EntryId {
        let (now, step) = (self.now(), self.turn.step.clone());
        let entry = EntryId(self.turn.contact_mut().take_id());
        let work = Work::Call(Box::new(PendingCall { step, asker, call, queued: now, due: now, attempts: 0, claim: None }));
        self.turn.contact_mut().pending.push(Pending { id: entry, session, work });
        self.turn.trace.push(session, Traced::Called { entry });
        entry
    }

    /// The result of a call, and what a model was asked for it.
    pub fn called(
        &mut self,
        entry: EntryId,
        queued: Option<Moment>,
        result: &CallResult,
        asked: Option<&Asked>,
    ) -> Result<(), Need> {
        if let Some(asked) = asked {
            self.asked(asked);
        }
        let pending = &self.turn.contact().pending;
        let is_it = |work: &Work| matches!(work, Work::Call(call) if queued.is_none_or(|queued| queued == call.queued));
        let Some(place) = pending.iter().position(|pending| pending.id == entry && is_it(&pending.work)) else {
            self.too_late(asked.and_then(|asked| asked.asker.as_ref()).map(|asker| asker.session));
            return Ok(());
        };
        if self.is_summary(entry) {
            if let Work::Call(made) = self.turn.contact_mut().pending.remove(place).work {
                self.summed_up(entry, &made.call, result);
            }
            return Ok(());
        }
        if let Work::Call(made) = &self.turn.contact().pending[place].work
            && let Call::Transcribe(call) = &made.call
        {
            let call = call.clone();
            self.turn.contact_mut().pending.remove(place);
            return self.transcribed(entry, call, result);
        }
        let pending = &self.turn.contact().pending;
        let session = pending[place].session.and_then(|session| self.turn.contact().session(session));
        if session.is_some_and(|session| self.human_has(&session.number)) {
            let session = pending[place].session;
            self.too_late(session);
            return Ok(());
        }
        let pending = &mut self.turn.contact_mut().pending;
        let Pending { session: Some(session), work: Work::Call(made), .. } = pending.remove(place) else { return Ok(()) };
        let Some(bot) = self.focus(session)? else { return Ok(()) };
        let waits = self.turn.frame().and_then(|frame| frame.wait.as_ref()) == Some(&Wait::Call { entry });
        let behaviour = bot.step(&self.turn.step).map(|step| step.behaviour.clone()).filter(|_| waits);
        let Some(behaviour) = behaviour else { return Ok(()) };
        let said = behaviour.resume(&mut self.turn, &made.call, result);
        self.go_on(session, said)
    }

    /// Tells what a model was asked, and counts it: whatever becomes of the answer.
    fn asked(&mut self, asked: &Asked) {
        // None: a call from before askers were known.
        let Some(Asker { session, bot, step }) = asked.asker.clone() else { return };
        let (model, tokens, cost) = (asked.model.clone(), asked.tokens, asked.cost.clone());
        self.turn.facts.push(Fact::Asked { session, bot, step: step.clone(), model, tokens, cost });
        if let Some(session) = self.turn.contact_mut().session_mut(session) {
            session.tokens = session.tokens.saturating_add(tokens.total());
        }
        let asked = Box::new(Asked { asker: None, ..asked.clone().bounded() });
        self.turn.trace.push(Some(session), Traced::Asked { step, asked });
    }

    /// A result that is dropped; says why, in the trace of the session that wanted it.
    fn too_late(&mut self, session: Option<SessionId>) {
        let running = session.map(|id| self.turn.contact().session(id).map(|session| session.number.clone()));
        let reason = match running {
            Some(Some(number)) if self.human_has(&number) => "a late result of a call: an agent has the conversation",
            Some(Some(_)) => "a late result of a call: the session has gone on without it",
            Some(None) => "a late result of a call: its session has ended",
            None => "a late result of a call: nobody waits for it any more",
        };
        self.turn.trace.push(session, Traced::Ignored { reason: reason.to_owned() });
    }
}
