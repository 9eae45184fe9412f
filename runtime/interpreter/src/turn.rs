//! The one entry: an event comes in, a changed contact goes out.

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest, Sha256};
use steps::{
    contact::Contact,
    environment::Environment,
    event::{Event, EventKind},
    fact::Fact,
    ids::{MessageId, NumberId, StepId},
    moment::Moment,
    state::State,
    trace::Trace,
    turn::{Need, Supplied, Turn},
};

use crate::{Bots, machine::Machine};

/// What a turn made of an event.
#[derive(Clone, Debug)]
pub struct Turned {
    pub contact: Contact,
    pub trace: Trace,
    /// For the journal, in order; the last one is the trace, when anything ran.
    pub facts: Vec<Fact>,
    /// The customer's message can be marked as read; best effort, after the commit.
    pub receipt: Option<Receipt>,
}

/// A customer's message that a bot took: two blue ticks, and "typing…" where the bot wants that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub number: NumberId,
    pub message_id: MessageId,
    pub typing: bool,
}

/// Runs one event on one contact.
///
/// Deterministic: the same arguments give the same result. It never fails but by [`Need`]: whatever goes wrong in a bot is a failure
/// of its step, in the trace and in the facts.
///
/// # Errors
/// [`Need`] says what to fetch before the same turn is run again, from the same contact.
pub fn turn(
    bots: &Bots,
    environment: &Arc<Environment>,
    mut contact: Contact,
    event: &Event,
    now: Moment,
    supplied: &Supplied,
) -> Result<Turned, Need> {
    let is_new = contact.last_event.as_str().is_empty();
    environment.crm_names.adopt(&mut contact);
    let number = match event.number.as_str() {
        "" => crate::start::number_of(&contact, &environment.default_number),
        _ => event.number.clone(),
    };
    let state = State {
        seed: seed(&contact, event),
        contact,
        now,
        number,
        session: None,
        bot: None,
        environment: environment.clone(),
        secrets_readable: false,
    };
    let mut machine = Machine::new(
        Turn {
            state: Arc::new(state),
            supplied,
            counters_used: BTreeMap::new(),
            step: nowhere(),
            trace: Trace::default(),
            facts: Vec::new(),
            changes: Vec::new(),
        },
        bots,
    );
    if is_new {
        machine.turn.facts.push(Fact::ContactCreated);
    }
    machine.remember_for_crm();
    machine.move_sessions()?;
    machine.take(event)?;
    machine.finish()?;
    machine.gather_writes();
    machine.turn.contact_mut().last_event = event.id.clone();
    let Machine { turn, receipt, .. } = machine;
    let Turn { state, trace, mut facts, .. } = turn;
    if !trace.0.is_empty() {
        facts.push(Fact::Trace { event: event.id.as_str().into(), trace: trace.clone() });
    }
    let contact = Arc::try_unwrap(state).map_or_else(|shared| shared.contact.clone(), |state| state.contact);
    Ok(Turned { contact, trace, facts, receipt })
}

/// The step of a turn that is in no bot yet.
pub(crate) fn nowhere() -> StepId {
    StepId::new("start").expect("`start` has the form of an id")
}

fn seed(contact: &Contact, event: &Event) -> u64 {
    // A hash that no release of the compiler changes: the same event draws the same in every version of this program.
    let mut hash = Sha256::new();
    hash.update(contact.id.as_str());
    hash.update([0]);
    hash.update(event.id.as_str());
    hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Machine<'_> {
    fn take(&mut self, event: &Event) -> Result<(), Need> {
        match &event.kind {
            EventKind::Message(inbound) => self.receive(inbound),
            EventKind::Status(status) => self.status(status),
            EventKind::Due => self.due(),
            EventKind::Restarted { process } => self.restarted(process),
            EventKind::Trigger(trigger) => self.trigger(trigger),
            EventKind::Sent { entry, queued, attempt, outcome } => self.sent(*entry, *queued, *attempt, outcome),
            EventKind::Called { entry, queued, result, asked } => self.called(*entry, *queued, result, asked.as_deref()),
            EventKind::Written { entry, queued, written } => {
                self.written(*entry, *queued, written);
                Ok(())
            }
            EventKind::Agent(command) => self.agent(command),
            EventKind::Echo { message_id, at, content } => self.echo(message_id, *at, content),
            EventKind::Identity(change) => {
                let fact = crate::identity::change(self.turn.contact_mut(), change);
                self.turn.facts.push(fact);
                Ok(())
            }
            EventKind::MarketingPreference { opted_in, .. } => {
                self.opted(*opted_in);
                Ok(())
            }
            EventKind::Merge { from, content } => {
                self.merge(from, content);
                // What the other one changed is among what it has pending.
                self.remember_for_crm();
                Ok(())
            }
        }
    }
}
