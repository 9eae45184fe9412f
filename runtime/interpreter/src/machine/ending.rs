//! How steps fail and bots end: the branch of a failure, the bot that called, what goes with a session.

use super::*;

impl Machine<'_> {
    /// A step stopped: takes its branch, or ends the session.
    pub(super) fn stopped(&mut self, session: SessionId, stop: Stop) -> Stopped {
        let (failure, may_branch) = match stop {
            Stop::Needs(need) => return Err(need),
            Stop::Failed(failure) => (failure, true),
            Stop::Limit(failure) => (failure, false),
        };
        let step = self.turn.step.clone();
        self.turn.trace.push(
            Some(session),
            Traced::Failed { step: step.clone(), name: failure.name.as_str().into(), text: failure.text.clone() },
        );
        let bot = self.turn.bot().cloned();
        let own = bot.as_ref().and_then(|bot| bot.step(&step)).and_then(|step| step.common.failed.clone());
        let default = bot.as_ref().and_then(|bot| bot.document.defaults.failed.clone());
        let failing = self.turn.frame().is_some_and(|frame| frame.failing);
        if let Some(frame) = self.turn.frame_mut() {
            frame.error = Some(steps::contact::ErrorRecord {
                name: failure.name.as_str().into(),
                code: failure.code,
                text: failure.text.clone(),
                step: step.as_str().into(),
            });
        }
        let branch =
            if may_branch { own.or_else(|| default.filter(|_| !failing).inspect(|_| self.mark_failing())) } else { None };
        match branch {
            Some(step) => {
                if failure.name == steps::asked::AI_BUDGET {
                    self.turn.alert_of(&failure.name, failure.text.clone(), failure.code);
                }
                self.turn.branch(Some(&step), format!("the step failed: {}", failure.name));
                Ok(Some(At::Step(step)))
            }
            None => {
                self.turn.alert_of(&failure.name, failure.text, failure.code);
                if may_branch {
                    return self.end_bot(session, End::new("failed"));
                }
                self.end_session(session, &End::new("failed"));
                Ok(None)
            }
        }
    }

    pub(super) fn mark_failing(&mut self) {
        if let Some(frame) = self.turn.frame_mut() {
            frame.failing = true;
        }
    }

    /// The running bot of a session ended: the one that called it goes on, or the session ends.
    pub(super) fn end_bot(&mut self, session: SessionId, end: End) -> Stopped {
        let end = self.as_it_ends(end);
        let depth = self.turn.contact().session(session).map_or(0, |session| session.frames.len());
        if depth <= 1 {
            self.end_session(session, &end);
            return Ok(None);
        }
        self.clear_wait(session);
        let frame = self.turn.contact_mut().session_mut(session).and_then(|session| session.frames.pop());
        let vars = frame.map(|frame| frame.vars).unwrap_or_default();
        self.turn.trace.push(Some(session), Traced::Ended { outcome: end.outcome.as_str().into(), status: end.status.into() });
        let Some(bot) = self.focus(session)? else { return Ok(None) };
        let Some(behaviour) = bot.step(&self.turn.step).map(|step| step.behaviour.clone()) else { return Ok(None) };
        self.set_no_wait();
        let child = Child { vars, outcome: end.outcome.clone(), status: end.status };
        match behaviour.returned(&mut self.turn, &child) {
            Ok(next) => Ok(Some(At::Next(next))),
            Err(stop) => self.stopped(session, stop),
        }
    }

    /// The bots of a session end by their own doing, all of them.
    pub fn end_all(&mut self, session: SessionId, end: End) {
        let end = self.as_it_ends(end);
        self.end_session(session, &end);
    }

    /// A path that a default `failed` began ends as failed, however it ends; a name that the bot gave its outcome stays.
    fn as_it_ends(&self, end: End) -> End {
        let failing = self.turn.frame().is_some_and(|frame| frame.failing);
        match end {
            End { outcome, status: "completed" } if failing && outcome == "completed" => End::new("failed"),
            End { outcome, status: "completed" } if failing => End { outcome, status: "failed" },
            end => end,
        }
    }

    /// Ends a session: its timers and calls go with it, so that a late result finds nothing; what it already said still goes out.
    pub fn end_session(&mut self, session: SessionId, end: &End) {
        let contact = self.turn.contact_mut();
        let Some(place) = contact.sessions.iter().position(|found| found.id == session) else { return };
        let ended = contact.sessions.remove(place);
        self.hand_back(&ended);
        let contact = self.turn.contact_mut();
        contact.pending.retain(|pending| pending.session != Some(session) || matches!(pending.work, Work::Send(_)));
        let conversation = contact.conversation_mut(&ended.number);
        conversation.queue.retain(|queued| *queued != session);
        if let Some(human) = conversation.human.as_mut().filter(|human| human.resume == Some(session)) {
            human.resume = None;
        }
        if conversation.listener == Some(session) {
            conversation.listener = None;
        }
        self.call_next_listener(&ended.number);
        if matches!(end.status, "completed" | "failed") {
            self.left.extend(ended.deferred.into_iter().map(|inbound| (ended.number.clone(), inbound)));
        }
        if let Some(frame) = ended.frames.into_iter().next() {
            self.turn.contact_mut().conversation_mut(&ended.number).last_bot = Some(frame.bot.clone());
            let (outcome, status) = (end.outcome.as_str().into(), end.status.into());
            let Frame { bot, version, vars, flow, .. } = frame;
            let (number, started, on) = (ended.number, ended.started, ended.trigger.on);
            self.turn.facts.push(Fact::SessionEnded { session, bot, version, number, on, started, outcome, status, vars, flow });
        }
        self.turn.trace.push(Some(session), Traced::Ended { outcome: end.outcome.as_str().into(), status: end.status.into() });
        if self.turn.session_id() == Some(session) {
            let state = self.turn.state_mut();
            state.session = None;
            state.bot = None;
        }
    }
}
