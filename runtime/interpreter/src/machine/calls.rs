//! Calls that steps yield: the session waits, and the result brings it on.

use super::*;
use steps::contact::Call;

impl Machine<'_> {
    /// A session waits for the result of a call. What the customer writes meanwhile is for whoever they wrote to: where no other bot
    /// listens, the one that their message started does.
    pub(super) fn wait_for_call(&mut self, session: SessionId, call: Call) {
        let entry = self.queue_call(Some(session), call);
        self.set_wait(Wait::Call { entry });
        let by_customer = self.turn.contact().session(session).is_some_and(|session| session.trigger.by_customer());
        if by_customer && self.listener().is_none() {
            let number = self.turn.state.number.clone();
            self.turn.contact_mut().conversation_mut(&number).listener = Some(session);
        }
    }

    /// A call of the running step that is to be made; of no session where nothing waits for it.
    pub fn queue_call(&mut self, session: Option<SessionId>, call: Call) -> EntryId {
        let (now, step) = (self.now(), self.turn.step.clone());
        let entry = EntryId(self.turn.contact_mut().take_id());
        let work = Work::Call(Box::new(PendingCall { step, call, due: now, attempts: 0, claim: None }));
        self.turn.contact_mut().pending.push(Pending { id: entry, session, work });
        self.turn.trace.push(session, Traced::Called { entry });
        entry
    }

    /// The result of a call.
    pub fn called(&mut self, entry: EntryId, result: &CallResult) -> Result<(), Need> {
        let pending = &self.turn.contact().pending;
        let Some(place) = pending.iter().position(|pending| pending.id == entry && matches!(pending.work, Work::Call(_))) else {
            self.ignore("a late result of a call: nobody waits for it any more");
            return Ok(());
        };
        if self.is_summary(entry) {
            self.turn.contact_mut().pending.remove(place);
            self.summed_up(entry, result);
            return Ok(());
        }
        let pending = &self.turn.contact().pending;
        let session = pending[place].session.and_then(|session| self.turn.contact().session(session));
        if session.is_some_and(|session| self.human_has(&session.number)) {
            self.ignore("a late result of a call: a person has the conversation");
            return Ok(());
        }
        let pending = &mut self.turn.contact_mut().pending;
        let Pending { session, .. } = pending.remove(place);
        let Some(session) = session else { return Ok(()) };
        let Some(bot) = self.focus(session)? else { return Ok(()) };
        let waits = self.turn.frame().and_then(|frame| frame.wait.as_ref()) == Some(&Wait::Call { entry });
        let behaviour = bot.step(&self.turn.step).map(|step| step.behaviour.clone()).filter(|_| waits);
        let Some(behaviour) = behaviour else { return Ok(()) };
        let said = behaviour.resume(&mut self.turn, result);
        self.go_on(session, said)
    }
}
