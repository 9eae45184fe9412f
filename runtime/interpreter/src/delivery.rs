//! What becomes of sends: accepted, refused, cut off, and the statuses that follow, in any order and any number.

use steps::{
    contact::{MAX_SENT, Outside, PendingSend, Sent, Wait, Work},
    event::{ChannelError, Delivery, Inbound, Reaction, SendOutcome, Status},
    fact::Fact,
    ids::{EntryId, MessageId, NumberId, SessionId, StepId},
    message::Message,
    moment::Moment,
    reply_id::ReplyId,
    trace::Traced,
    turn::{Dispatched, Failure, Need, Next, OPTED_OUT_CODE, Outgoing, Stop, WINDOW_CLOSED_CODE},
    window,
};

use crate::{
    machine::{Machine, reached},
    outbox::{SETTLE, SETTLE_TEMPLATE},
    start::Occasion,
};

/// Not deliverable: no WhatsApp account, terms not accepted, an old client (`whatsapp-cloud-api` §16).
pub const UNDELIVERABLE_CODE: i64 = 131_026;

/// How often a send is tried that is cut off every time.
const MAX_TRIES: u32 = 10;
/// How often the time doubles in which a status may settle a send that is cut off again.
const MAX_DOUBLINGS: u32 = 5;

/// A send that failed for good.
struct Failed {
    entry: EntryId,
    session: Option<SessionId>,
    step: Option<StepId>,
    number: NumberId,
    /// When it went out or was queued: has the customer written since?
    at: Moment,
    free_form: bool,
    /// The frame whose step sent it.
    frame: u32,
    error: ChannelError,
}

impl Machine<'_> {
    /// The channel answered a send.
    pub fn sent(
        &mut self,
        entry: EntryId,
        queued: Option<Moment>,
        attempt: Option<u32>,
        outcome: &SendOutcome,
    ) -> Result<(), Need> {
        let now = self.now();
        if self.is_of_another(entry, queued) {
            self.ignore("the answer to a send that the store lost: another has its number now");
            return Ok(());
        }
        let is_accepted = matches!(outcome, SendOutcome::Accepted { .. });
        let is_late = self.pending_send(entry).is_some_and(|send| attempt.is_some_and(|attempt| attempt != send.attempts + 1));
        if is_late && !is_accepted {
            // A server that slept over its claim: by now another try is under way, and this one's failure says nothing of it.
            self.ignore(&format!("the answer to an earlier try of send {entry}"));
            return Ok(());
        }
        match outcome {
            SendOutcome::Accepted { message_id, wa_id, user_id } => {
                let identity = &mut self.turn.contact_mut().identity;
                // The channel's own names for the recipient: answers may come under them.
                if identity.wa_id.is_none() {
                    identity.wa_id.clone_from(wa_id);
                }
                if identity.user_id.is_none() {
                    identity.user_id.clone_from(user_id);
                }
                self.accepted(entry, message_id, now);
                Ok(())
            }
            SendOutcome::Deferred { after, error } | SendOutcome::Postponed { after, error } => {
                if let Some(send) = self.pending_send(entry) {
                    send.claim = None;
                    send.attempts += 1;
                    send.tries += u32::from(matches!(outcome, SendOutcome::Deferred { .. }));
                    send.due = now.plus(*after);
                }
                self.ignore(&format!("send {entry} is to be repeated: {}", error.name));
                Ok(())
            }
            SendOutcome::Refused(error) => self.refused(entry, error),
            SendOutcome::Unknown => self.cut_off(entry),
        }
    }

    pub fn pending_send(&mut self, entry: EntryId) -> Option<&mut PendingSend> {
        self.turn.contact_mut().pending.iter_mut().find(|pending| pending.id == entry).and_then(|pending| {
            match &mut pending.work {
                Work::Send(send) => Some(&mut **send),
                _ => None,
            }
        })
    }

    /// Whether the send that waits under this number is not the one that was queued then.
    fn is_of_another(&mut self, entry: EntryId, queued: Option<Moment>) -> bool {
        self.pending_send(entry).is_some_and(|send| queued.is_some_and(|queued| queued != send.queued))
    }

    /// Nobody knows whether it went out: for a while a status may settle it, then it is sent again.
    /// Each time it waits for longer; in the end it fails, for it can't be sent again and again.
    pub fn cut_off(&mut self, entry: EntryId) -> Result<(), Need> {
        let now = self.now();
        let Some(send) = self.pending_send(entry) else { return Ok(()) };
        if send.tries >= MAX_TRIES {
            let text = format!("{} times nobody knew whether the message went out; it is not sent again", send.tries);
            let error = ChannelError { code: 0, name: "unsettled".into(), text, reaction: Reaction::Drop };
            return self.refused(entry, &error);
        }
        let settle = if send.message.is_free_form() { SETTLE } else { SETTLE_TEMPLATE };
        let settle = settle << send.tries.min(MAX_DOUBLINGS);
        send.claim = None;
        send.attempts += 1;
        send.tries += 1;
        send.settle_until = Some(now.plus(settle));
        send.due = now.plus(settle);
        Ok(())
    }

    /// It went out: from pending to sent. Nothing happens where that is known already.
    fn accepted(&mut self, entry: EntryId, message_id: &MessageId, at: Moment) {
        let contact = self.turn.contact_mut();
        let place = contact.pending.iter().position(|pending| pending.id == entry && matches!(pending.work, Work::Send(_)));
        let Some(place) = place else { return };
        let pending = contact.pending.remove(place);
        let Work::Send(send) = pending.work else { return };
        let conversation = contact.conversation_mut(&send.number);
        let window_open = conversation.window_open(at);
        if let Some(free_entry) = conversation.free_entry.as_mut().filter(|entry| entry.answered.is_none())
            && window::free_entry_until(free_entry.clicked, at).is_some()
        {
            free_entry.answered = Some(at);
        }
        let free_entry = conversation.free_entry_open(at);
        let template = !send.message.is_free_form();
        let sent = Sent {
            entry,
            hash: message_id.short_hash(),
            at,
            session: pending.session,
            step: send.step,
            state: None,
            template,
            frame: send.frame,
        };
        conversation.sent.push(&sent, MAX_SENT);
        let category = self.turn.environment().category(&send.message);
        let expected = window::price(at, category, window_open, free_entry);
        let expected_price = if expected.charged { "charged" } else { "free" }.into();
        self.turn.facts.push(Fact::Sent { entry, message_id: message_id.clone(), at, expected_price });
    }

    fn refused(&mut self, entry: EntryId, error: &ChannelError) -> Result<(), Need> {
        let contact = self.turn.contact_mut();
        let place = contact.pending.iter().position(|pending| pending.id == entry && matches!(pending.work, Work::Send(_)));
        let Some(place) = place else { return Ok(()) };
        let pending = contact.pending.remove(place);
        let Work::Send(send) = pending.work else { return Ok(()) };
        let (at, free_form) = (send.queued, send.message.is_free_form());
        let (step, number) = (send.step, send.number);
        self.failed_for_good(Failed {
            entry,
            session: pending.session,
            step,
            number,
            at,
            free_form,
            frame: send.frame,
            error: error.clone(),
        })
    }

    /// A status of a message that went out. Repeats and disorder change nothing.
    pub fn status(&mut self, status: &Status) -> Result<(), Need> {
        let named = status.entry.filter(|entry| !self.is_of_another(*entry, status.queued));
        if let Some(entry) = named.filter(|entry| self.pending_send(*entry).is_some()) {
            // The status came before the HTTP answer, or in place of one that was cut off.
            self.accepted(entry, &status.message_id, status.at);
        }
        let hash = status.message_id.short_hash();
        let conversations = &mut self.turn.contact_mut().conversations;
        // A send that went out twice has two message ids and one entry.
        let is_it = |sent: &Sent| sent.hash == hash || named == Some(sent.entry);
        let found = conversations
            .iter_mut()
            .find_map(|(number, conversation)| Some((number, conversation.sent.list_mut().iter_mut().find(|sent| is_it(sent))?)));
        let Some((number, sent)) = found else {
            self.turn.facts.push(Fact::Status { status: Box::new(status.clone()) });
            return Ok(());
        };
        if sent.state.is_some_and(|state| status.state <= state) {
            self.ignore("a status that was here before, or that steps back");
            return Ok(());
        }
        sent.state = Some(status.state);
        let (number, sent) = (number.clone(), sent.clone());
        self.turn.facts.push(Fact::Status { status: Box::new(status.clone()) });
        self.turn.state_mut().number = number.clone();
        if status.state == Delivery::Failed {
            let error = status.error.clone().unwrap_or_else(unnamed);
            return self.failed_for_good(Failed {
                entry: sent.entry,
                session: sent.session,
                step: sent.step,
                number,
                at: sent.at,
                free_form: !sent.template,
                frame: sent.frame,
                error,
            });
        }
        self.wake_by_status(sent.entry, status.state)?;
        let on = match status.state {
            Delivery::Delivered => "delivered",
            Delivery::Read => "read",
            _ => return Ok(()),
        };
        if sent.session.is_some() {
            self.unfocus();
            let data = serde_json::json!({"message_id": status.message_id, "step": sent.step});
            self.fire(&Occasion::Status { on, data }, None)?;
        }
        Ok(())
    }

    /// Sessions that wait for this message to be delivered or read.
    fn wake_by_status(&mut self, entry: EntryId, state: Delivery) -> Result<(), Need> {
        let waiting: Vec<(SessionId, usize)> = self
            .turn
            .contact()
            .sessions
            .iter()
            .filter_map(|session| match &session.frame()?.wait {
                Some(Wait::First(first)) if first.send == Some(entry) && !self.human_has(&session.number) => {
                    Some((session.id, reached(first, state)?))
                }
                _ => None,
            })
            .collect();
        for (session, alternative) in waiting {
            self.happened(session, alternative)?;
        }
        Ok(())
    }

    /// Sessions whose message was delivered or read while a person had the conversation.
    pub fn wake_by_past_statuses(&mut self, number: &NumberId) -> Result<(), Need> {
        let sent = self.turn.contact().conversation(number).map(|conversation| &conversation.sent);
        let reached: Vec<_> = sent.into_iter().flatten().filter_map(|sent| Some((sent.entry, sent.state?))).collect();
        reached.into_iter().try_for_each(|(entry, state)| self.wake_by_status(entry, state))
    }

    /// A send failed: its template where the window was the reason, else its step's `failed` while the session lives and the customer
    /// has not written since; after that it is an alert and a `failed` trigger. The team is told in any case.
    fn failed_for_good(&mut self, failed: Failed) -> Result<(), Need> {
        let error = &failed.error;
        self.turn.facts.push(Fact::SendFailed { entry: failed.entry, error: Box::new(error.clone()) });
        let conversation = self.turn.contact_mut().conversation_mut(&failed.number);
        let written_since = conversation.last_customer.is_some_and(|last| last > failed.at);
        let window_closed = error.code == WINDOW_CLOSED_CODE || error.reaction == Reaction::Template;
        if window_closed && !written_since {
            conversation.window_refused = true;
        }
        match error.code {
            UNDELIVERABLE_CODE => self.turn.contact_mut().unreachable = true,
            OPTED_OUT_CODE => self.opted(false),
            _ => {}
        }
        self.turn.state_mut().number = failed.number.clone();
        // The step must be the running bot's: one that was called meanwhile, or has come back, has other steps. And while a person has
        // the conversation no bot says anything, not even that something failed.
        let silent = self.human_has(&failed.number);
        let alive = failed.session.filter(|session| {
            let frame = self.turn.contact().session(*session).and_then(|session| session.frame());
            !silent && frame.is_some_and(|frame| frame.id == failed.frame)
        });
        if let (Some(session), Some(step), false) = (alive, &failed.step, written_since) {
            if window_closed && failed.free_form && (self.send_stand_in(session, step)? || self.go_outside(session, step)?) {
                return Ok(());
            }
            if self.focus(session)?.is_some() {
                self.tell(error, &failed);
                let failure = Failure { name: error.name.as_str().into(), text: error.text.clone(), code: Some(error.code) };
                return self.fail_at(session, step, failure);
            }
        }
        self.unfocus();
        self.tell(error, &failed);
        let data =
            serde_json::json!({"step": failed.step, "error": {"name": error.name, "code": error.code, "text": error.text}});
        self.fire(&Occasion::Status { on: "failed", data }, None)?;
        Ok(())
    }

    fn tell(&mut self, error: &ChannelError, failed: &Failed) {
        if let Some(step) = &failed.step {
            self.turn.step = step.clone();
        }
        self.turn.alert_of(&error.name, error.text.clone(), Some(error.code));
    }

    /// Sends the step's template in place of what the window refused. False: it has none.
    fn send_stand_in(&mut self, session: SessionId, step: &StepId) -> Result<bool, Need> {
        let Some(bot) = self.focus(session)? else { return Ok(false) };
        let Some(sending) = bot.step(step).and_then(|step| step.behaviour.sending()) else { return Ok(false) };
        let waits_at = self.turn.frame().is_some_and(|frame| frame.step == *step);
        self.turn.step = step.clone();
        let template = match sending.stand_in(&mut self.turn) {
            Ok(Some(template)) => template,
            Ok(None) => return Ok(false),
            Err(Stop::Needs(need)) => return Err(need),
            Err(_) => return Ok(false),
        };
        let outgoing = Outgoing { message: Message::Template(template), template: None, outside: Outside::Fail };
        match self.turn.send(outgoing) {
            Ok(Dispatched::Queued { .. }) => {}
            Ok(_) => return Ok(false),
            Err(Stop::Needs(need)) => return Err(need),
            Err(_) => return Ok(false),
        }
        self.turn.branch(None, "the window was closed after all: the template goes out instead");
        if let Some(Wait::Answer(wait)) = self.turn.frame_mut().filter(|_| waits_at).and_then(|frame| frame.wait.as_mut()) {
            wait.stand_in = true;
        }
        self.unfocus();
        Ok(true)
    }

    /// Does what a step without a template says of a closed window, now that a message of it came too late. False: it fails.
    fn go_outside(&mut self, session: SessionId, step: &StepId) -> Result<bool, Need> {
        let Some(bot) = self.focus(session)? else { return Ok(false) };
        let Some(behaviour) = bot.step(step).map(|step| step.behaviour.clone()) else { return Ok(false) };
        let Some(sending) = behaviour.sending().filter(|sending| sending.template_or_default(&self.turn).is_none()) else {
            return Ok(false);
        };
        let outside = sending.outside(&self.turn);
        let frame = self.turn.frame_mut().filter(|frame| frame.step == *step);
        let wait = frame.and_then(|frame| frame.wait.as_mut());
        match (outside, wait) {
            (Outside::Goto(goto), _) => {
                self.turn.step = step.clone();
                self.turn.branch(Some(&goto), "the customer service window was closed after all");
                self.go(session, goto)?;
            }
            (Outside::Skip, Some(Wait::Answer(_))) => {
                self.turn.branch(behaviour.next(), "the window was closed after all: not sent (`outside_window: skip`)");
                self.go_on(session, Ok(Next::Go(behaviour.next().cloned())))?;
            }
            (Outside::Skip, _) => {}
            // It is asked when the customer next writes.
            (Outside::Hold, Some(Wait::Answer(wait))) => wait.stand_in = true,
            (Outside::Hold | Outside::Fail, _) => return Ok(false),
        }
        self.unfocus();
        Ok(true)
    }

    /// A tap or reply on a message that nobody knew to have gone out: it did.
    pub fn settle_by_reply(&mut self, inbound: &Inbound) {
        let steps::event::Content::Tap { id, .. } = &inbound.content else { return };
        let (Ok(reply), Some(message_id)) = (id.parse::<ReplyId>(), &inbound.reply_to) else { return };
        let hash = message_id.short_hash();
        if self.turn.contact().sent().any(|sent| sent.hash == hash) {
            // A step may have asked before: what is tapped is that message.
            return;
        }
        let unsettled = self.turn.contact().pending.iter().find(|pending| {
            pending.session == Some(reply.session)
                && matches!(&pending.work, Work::Send(send)
                    if send.step.as_ref() == Some(&reply.step) && (send.settle_until.is_some() || send.claim.is_some()))
        });
        if let Some(entry) = unsettled.map(|pending| pending.id) {
            self.turn.trace.push(None, Traced::Ignored { reason: format!("the tap settles send {entry}: it went out") });
            self.accepted(entry, message_id, inbound.at);
        }
    }

    /// Takes away what a session has not said yet; None: what all sessions have not said to this number. What is under way can't be called back.
    pub fn drop_unsent(&mut self, session: Option<SessionId>) {
        let number = self.turn.state.number.clone();
        self.turn.contact_mut().pending.retain(|pending| match &pending.work {
            Work::Send(send) => {
                let silenced = session
                    .map_or(pending.session.is_some() && send.number == number, |session| pending.session == Some(session));
                !(silenced && send.claim.is_none() && send.settle_until.is_none())
            }
            _ => true,
        });
    }
}

fn unnamed() -> ChannelError {
    ChannelError {
        code: 0,
        name: "unknown".into(),
        text: "the channel says that the message failed, and not why".into(),
        reaction: Reaction::Drop,
    }
}
