//! What may go out now: claims the next send of each conversation, and the calls that are due.
//!
//! A claim is written into the contact value before the work begins, so that a crash leaves a trace of it. It checks the customer
//! service window once more, right before sending, and keeps the pace to one customer.

use steps::{
    asked::Asker,
    contact::{Claim, Contact, Outside, TRANSCRIPTION_DEADLINE, Wait, Work},
    crm::{PendingWrite, Profile, WriteOrder},
    event::Identity,
    fact::Fact,
    ids::{EntryId, MessageId, NumberId, SessionId, StepId},
    message::Message,
    moment::{MINUTE, Moment, SECOND},
    pace,
};

pub use steps::contact::Call;

/// How long a send may take, its whole HTTP exchange included.
pub const SEND_DEADLINE: i64 = 20 * SECOND;
/// How long a claim holds: longer than the deadline of what is claimed, so that nobody takes it over while it may still be under way.
pub const CLAIM: i64 = 30 * SECOND;
/// How long a send that was cut off waits for a status that settles it, before it is sent again.
pub const SETTLE: i64 = 30 * SECOND;
/// The same for a template, which may be marketing: a doubled one costs money and goodwill.
pub const SETTLE_TEMPLATE: i64 = 5 * MINUTE;

/// How long a write may take: several requests, each of which may wait for the account's pace.
pub const WRITE_DEADLINE: i64 = 45 * SECOND;

/// Work that was claimed; to be begun once the claim is committed.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    Send {
        entry: EntryId,
        number: NumberId,
        to: Identity,
        message: Message,
        reply_to: Option<MessageId>,
        /// How often it was claimed before: [`steps::contact::PendingSend::attempts`].
        attempt: u32,
        /// [`steps::contact::PendingSend::queued`].
        queued: Moment,
        /// How often it went to the channel before: [`steps::contact::PendingSend::tries`].
        tries: u32,
        /// Replies go before it: [`steps::contact::PendingSend::bulk`].
        bulk: bool,
    },
    Call {
        entry: EntryId,
        asker: Option<Asker>,
        call: Call,
        /// [`steps::contact::PendingCall::queued`].
        queued: Moment,
        idempotency_key: String,
    },
    /// To the CRM.
    Write {
        entry: EntryId,
        /// [`steps::crm::PendingWrite::attempts`].
        attempt: u32,
        order: Box<WriteOrder>,
    },
}

/// Claims what may begin now, for the process `by`: at most one send a conversation, for later ones wait for it, and all calls due.
pub fn claim(contact: &mut Contact, by: &str, now: Moment, facts: &mut Vec<Fact>) -> Vec<Claimed> {
    if contact.pending.is_empty() {
        return Vec::new();
    }
    let mut claimed = Vec::new();
    let mut begun: Vec<NumberId> = Vec::new();
    let mut stood_in: Vec<(SessionId, StepId)> = Vec::new();
    let (identity, id) = (&contact.identity, &contact.id);
    let opted_out = contact.opted_in == Some(false);
    let conversations = &mut contact.conversations;
    let mut writes = Writes::default();
    contact.pending.retain_mut(|pending| {
        match &mut pending.work {
            Work::Timer(_) => {}
            Work::Write(write) => writes.look_at(pending.id, write, by, now),
            Work::Call(call) => {
                if call.claim.is_none() && call.due <= now {
                    let deadline = deadline(&call.call);
                    call.claim = Some(Claim { by: by.into(), until: now.plus(deadline + CLAIM - SEND_DEADLINE) });
                    // With its time: an entry that a store lost may have had the same id.
                    let idempotency_key = format!("{id}-{}-{}", pending.id, call.queued.0);
                    let (asker, call, queued) = (call.asker.clone(), call.call.clone(), call.queued);
                    claimed.push(Claimed::Call { entry: pending.id, asker, call, queued, idempotency_key });
                }
            }
            Work::Send(send) => {
                if send.held || begun.contains(&send.number) {
                    return true;
                }
                // Whatever becomes of this one, what comes behind it in the conversation waits.
                let conversation = conversations.entry(send.number.clone()).or_default();
                let busy = send.claim.is_some() || send.settle_until.is_some_and(|until| until > now) || send.due > now;
                if busy {
                    begun.push(send.number.clone());
                    return true;
                }
                if send.message.is_free_form() && !conversation.takes_free_form(now) {
                    // Whoever opted out gets no template that may be marketing.
                    let template = send.template.take().filter(|_| !opted_out);
                    match (template, &send.outside) {
                        (Some(template), _) => {
                            send.message = Message::Template(template);
                            facts.push(Fact::Replaced { entry: pending.id, message: Box::new(send.message.clone()) });
                            stood_in.extend(pending.session.zip(send.step.clone()));
                        }
                        (None, Outside::Hold) => {
                            send.held = true;
                            stood_in.extend(pending.session.zip(send.step.clone()));
                            return true;
                        }
                        (None, Outside::Skip) => {
                            // Whoever waits for an answer to it asks when the customer writes.
                            stood_in.extend(pending.session.zip(send.step.clone()));
                            return false;
                        }
                        // A turn has to take the step's branch; the entry is due, so a worker brings it one.
                        (None, Outside::Fail | Outside::Goto(_)) => {
                            begun.push(send.number.clone());
                            return true;
                        }
                    }
                }
                begun.push(send.number.clone());
                let wait = pace::PAIR.wait(conversation.pair, now);
                if wait > 0 {
                    send.due = now.plus(wait);
                    return true;
                }
                conversation.pair = pace::PAIR.spend(conversation.pair, now);
                send.claim = Some(Claim { by: by.into(), until: now.plus(CLAIM) });
                if send.settle_until.take().is_some() {
                    facts.push(Fact::SentAgain { entry: pending.id });
                }
                let (number, message) = (send.number.clone(), send.message.clone());
                claimed.push(Claimed::Send {
                    entry: pending.id,
                    number,
                    to: identity.clone(),
                    message,
                    reply_to: None,
                    attempt: send.attempts,
                    queued: send.queued,
                    tries: send.tries,
                    bulk: send.bulk,
                });
            }
        }
        true
    });
    if let Some((entry, write)) = writes.begun {
        let (changes, queued, is_repeat) = (write.changes, write.queued, write.attempts > 0);
        let order = Box::new(WriteOrder { profile: Profile::of(contact), changes, queued, is_repeat });
        claimed.push(Claimed::Write { entry, attempt: write.attempts, order });
    }
    for (session, step) in stood_in {
        let frame = contact.session_mut(session).and_then(|session| session.frame_mut()).filter(|frame| frame.step == step);
        if let Some(Wait::Answer(wait)) = frame.and_then(|frame| frame.wait.as_mut()) {
            wait.stand_in = true;
        }
    }
    claimed
}

/// The writes to a CRM: one at a time, in order. They wait for no conversation, and none waits for them.
#[derive(Default)]
struct Writes {
    is_busy: bool,
    begun: Option<(EntryId, PendingWrite)>,
}

impl Writes {
    fn look_at(&mut self, entry: EntryId, write: &mut PendingWrite, by: &str, now: Moment) {
        // Whatever becomes of this one, what comes behind it waits.
        let is_behind = std::mem::replace(&mut self.is_busy, true);
        if is_behind || write.claim.is_some() || write.due > now {
            return;
        }
        self.begun = Some((entry, write.clone()));
        write.claim = Some(Claim { by: by.into(), until: now.plus(WRITE_DEADLINE + CLAIM - SEND_DEADLINE) });
    }
}

/// How long a call may take, in milliseconds.
pub fn deadline(call: &Call) -> i64 {
    match call {
        Call::Http(call) => call.deadline,
        Call::Find(call) => call.deadline,
        Call::AiReply(call) => call.deadline,
        Call::AiRoute(call) => call.deadline,
        Call::AiExtract(call) => call.deadline,
        Call::Summary(call) => call.deadline,
        Call::Transcribe(_) => TRANSCRIPTION_DEADLINE,
    }
}
