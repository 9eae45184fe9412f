//! Contacts that turn out to be one: the content of the other comes here, once.

use std::{cmp::Ordering, collections::btree_map::Entry};

use serde_json::Value;
use steps::{
    contact::{Contact, Conversation, Human, MAX_SENT, Pending, Purpose, SendCount, Timer, Wait, Work},
    fact::Fact,
    ids::{BotId, ContactId, EntryId, NumberId, SessionId},
    moment::Moment,
    step::{subscribe::MAX_SUBSCRIBERS, task},
};

use crate::machine::{End, Machine};

impl Machine<'_> {
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
        if contact.company.is_empty() {
            contact.company_crm = contact.company_crm.take().or(other.company_crm);
        }
        for (key, value) in other.company {
            contact.company.entry(key).or_insert(value);
        }
        other.leads.append(&mut contact.leads);
        contact.leads = other.leads;
        contact.tasks.extend(other.tasks);
        // The oldest are dropped first.
        contact.tasks.sort_by_key(|task| task.created);
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
        contact.merged_from.extend(other.merged_from);
        contact.merged_from.push(from.clone());
        crate::identity::complete(contact, other.identity);
        task::drop_oldest(&mut self.turn);
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
    ours.waiting_since = [ours.waiting_since, theirs.waiting_since].into_iter().flatten().min();
    ours.pair = ours.pair.max(theirs.pair);
    ours.closed = (ours.closed || ours.count == 0) && (theirs.closed || theirs.count == 0);
    ours.count = ours.count.max(theirs.count);
    ours.owner = ours.owner.take().or(theirs.owner);
    for subscriber in theirs.subscribers {
        if !ours.subscribers.contains(&subscriber) && ours.subscribers.len() < MAX_SUBSCRIBERS {
            ours.subscribers.push(subscriber);
        }
    }
    ours.last_bot = ours.last_bot.take().or(theirs.last_bot);
    ours.began = ours.began.into_iter().chain(theirs.began).min();
    ours.free_entry = [ours.free_entry.take(), theirs.free_entry].into_iter().flatten().max_by_key(|entry| entry.clicked);
    ours.human = match (ours.human.take(), theirs.human) {
        (Some(ours), Some(theirs)) => Some(Human {
            since: ours.since.min(theirs.since),
            until: ours.until.zip(theirs.until).map(|(ours, theirs)| ours.max(theirs)),
            to: ours.to.or(theirs.to),
            resume: ours.resume.or(theirs.resume),
            summary: ours.summary.or(theirs.summary),
            note: ours.note.or(theirs.note),
        }),
        (ours, theirs) => ours.or(theirs),
    };
    let sent = ours.sent.list_mut();
    sent.extend(theirs.sent.iter().cloned());
    sent.sort_by_key(|sent| sent.at);
    let forgotten = sent.len().saturating_sub(MAX_SENT);
    sent.drain(..forgotten);
    ours.queue.extend(theirs.queue);
    ours.unheard.extend(theirs.unheard);
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
    for task in &mut contact.tasks {
        task.id.0 = task.id.0.saturating_add(shift);
    }
    for pending in &mut contact.pending {
        entry(&mut pending.id);
        if let Work::Write(write) = &mut pending.work {
            write.move_tasks(shift);
        }
        pending.session.iter_mut().for_each(session);
    }
    for conversation in contact.conversations.values_mut() {
        for sent in conversation.sent.list_mut() {
            entry(&mut sent.entry);
            sent.session.iter_mut().for_each(session);
        }
        conversation.listener.iter_mut().for_each(session);
        conversation.queue.iter_mut().for_each(session);
        conversation.unheard.iter_mut().filter_map(|unheard| unheard.call.as_mut()).for_each(entry);
        if let Some(human) = &mut conversation.human {
            human.resume.iter_mut().for_each(session);
            human.summary.iter_mut().for_each(entry);
        }
    }
}
