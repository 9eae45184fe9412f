//! A CRM beside the contact: what it tells comes in as news, what turns change goes out as a pending write.
//!
//! News that say what is here already start nothing: they are the echo of a write. A place whose change is not written yet keeps our
//! value, whatever the news say, for our write comes after them.

mod gone;
mod look;

use compact_str::CompactString;
use serde_json::{Map, Value, json};
use steps::{
    catalog::{LeadItem, MAX_ITEMS},
    contact::{Contact, Lead, Pending, Session, Task, Work},
    crm::{
        COMPANY_NAME, CRM_GAVE_UP, CrmChange, CrmCompany, CrmContact, CrmItems, CrmLead, CrmNews, CrmRun, GIVE_UP, Gone,
        MAX_CHANGES, PendingWrite, Profile, Subject, Written, WrittenTask,
    },
    expression::plain_text,
    fact::Fact,
    ids::EntryId,
    moment::Moment,
    path::{ContactProperty, LeadProperty, Path},
    step::items,
    trigger::Owned,
    turn::{Change, Need},
};

use crate::{
    machine::Machine,
    start::{Asked, Occasion},
};

/// What starts a session whose conversation a bot of the CRM handed over.
const HANDED_OVER: &str = "crm";

impl Machine<'_> {
    /// What the contact is now, the CRM knows: only what changes from here on is written.
    pub fn remember_for_crm(&mut self) {
        self.crm_before = self.turn.state.environment.crm.then(|| Box::new(Profile::of(self.turn.contact())));
    }

    /// What this turn changed waits to be written.
    pub fn gather_writes(&mut self) {
        let Some(before) = self.crm_before.take() else { return };
        let contact = self.turn.contact();
        let mut changes = Profile::of(contact).changes_since(&before);
        let subject = |lead: Option<&CompactString>| lead.map_or(Subject::Contact, |lead| Subject::Lead(lead.clone()));
        changes.extend(self.turn.facts.iter().filter_map(|fact| match fact {
            Fact::Note { text, lead, .. } => Some(CrmChange::Note { of: subject(lead.as_ref()), text: text.clone() }),
            Fact::Task(task) => {
                let Task { id, kind, text, due, owner, lead, .. } = &**task;
                let (of, kind, text, owner) = (subject(lead.as_ref()), kind.clone(), text.clone(), owner.clone());
                Some(CrmChange::Task { of, task: Some(*id), kind, text, due: *due, owner })
            }
            Fact::TaskCompleted { task, result, .. } => {
                Some(CrmChange::CompleteTask { task: task.id, crm: task.crm.clone(), result: result.clone() })
            }
            // Whoever takes the conversation over may read it there.
            Fact::HandedOver { summary: Some(text), .. } | Fact::HandoffSummary { text } => {
                Some(CrmChange::Note { of: subject(contact.lead().map(|lead| &lead.id)), text: text.clone() })
            }
            _ => None,
        }));
        // The CRM's bot reads what was written before it goes on.
        changes.append(&mut self.crm_ended);
        if changes.is_empty() {
            return;
        }
        let now = self.now();
        let contact = self.turn.contact_mut();
        let last = contact.pending.iter_mut().rev().find_map(|pending| match &mut pending.work {
            Work::Write(write) => Some(write),
            _ => None,
        });
        let gathering = last.filter(|write| write.claim.is_none());
        let is_full = match gathering {
            Some(write) => {
                changes.into_iter().for_each(|change| write.add(change));
                let is_full = write.changes.len() > MAX_CHANGES;
                while write.changes.len() > MAX_CHANGES {
                    let oldest = write.changes.iter().position(|change| !change.is_idempotent()).unwrap_or_default();
                    write.changes.remove(oldest);
                }
                is_full
            }
            None => {
                let id = EntryId(contact.take_id());
                let write = PendingWrite { changes, queued: now, due: now, attempts: 0, claim: None };
                contact.pending.push(Pending { id, session: None, work: Work::Write(Box::new(write)) });
                false
            }
        };
        if is_full {
            let text =
                format!("more than {MAX_CHANGES} changes of this contact wait for the CRM: the oldest note or task was dropped");
            self.turn.alert(CRM_GAVE_UP, text);
        }
    }

    /// A write came back.
    pub fn written(&mut self, entry: EntryId, queued: Moment, written: &Written) {
        let now = self.now();
        let contact = self.turn.contact_mut();
        let is_it =
            |pending: &Pending| pending.id == entry && matches!(&pending.work, Work::Write(write) if write.queued == queued);
        let Some(place) = contact.pending.iter().position(is_it) else { return };
        for (gone, _) in &written.gone {
            if *gone == Gone::Contact(contact.crm.clone().unwrap_or_default()) {
                contact.crm = None;
            }
        }
        learn(contact, written);
        let Work::Write(mut write) = contact.pending.remove(place).work else { return };
        write.changes.drain(..written.settled.min(write.changes.len()));
        learn_tasks(&written.tasks, contact, &mut write.changes);
        if let Some(later) = &written.later
            && !write.changes.is_empty()
        {
            let gave_up = now.since(write.queued) > GIVE_UP;
            if gave_up {
                let (count, reason) = (write.changes.len(), &later.reason);
                let text =
                    format!("{count} changes were not written to the CRM in {} days: {reason}", GIVE_UP / steps::moment::DAY);
                self.turn.alert(CRM_GAVE_UP, text);
            } else {
                let pause = later.after.unwrap_or_default().max(write.pause());
                (write.claim, write.attempts, write.due) = (None, write.attempts.saturating_add(1), now.plus(pause));
                // What was gathered meanwhile waits with it.
                let behind = contact.pending.iter().position(|pending| matches!(pending.work, Work::Write(_)));
                if let Some(behind) = behind
                    && let Work::Write(gathered) = contact.pending.remove(behind).work
                {
                    gathered.changes.into_iter().for_each(|change| write.add(change));
                }
                contact.pending.push(Pending { id: entry, session: None, work: Work::Write(write) });
            }
        }
        let waiting = self.unwritten();
        for found in written.leads.iter().filter_map(|made| made.found.as_deref()) {
            self.learn_lead(found, &CrmNews::default(), &waiting);
        }
        for (gone, dropped) in &written.gone {
            self.forget(gone, *dropped);
        }
        self.remember_for_crm();
        for refusal in &written.refused {
            self.turn.alert(&refusal.name, refusal.text.clone());
        }
    }

    /// Whoever claimed a write died or was cut off.
    pub fn write_again(&mut self, entry: EntryId, now: Moment) {
        let mut pending = self.turn.contact_mut().pending.iter_mut();
        if let Some(Work::Write(write)) = pending.find(|pending| pending.id == entry).map(|pending| &mut pending.work) {
            (write.claim, write.attempts, write.due) = (None, write.attempts.saturating_add(1), now);
        }
    }

    /// A session has ended that a bot of the CRM handed its conversation to: that bot goes on.
    pub fn hand_back(&mut self, ended: &Session) {
        let Some(address) = ended.trigger.data.get("return_url").and_then(Value::as_str) else { return };
        if ended.trigger.on == HANDED_OVER && self.turn.state.environment.crm {
            let data = ended.frames.first().map(|frame| frame.vars.clone()).unwrap_or_default();
            self.crm_ended.push(CrmChange::Continue { address: address.to_owned(), data });
        }
    }

    /// What the CRM says of a contact and a lead. Bots that wait for what is new start.
    pub fn crm_news(&mut self, news: &CrmNews) -> Result<(), Need> {
        if let Some(gone) = &news.gone {
            self.forget(gone, 0);
        }
        let waiting = self.unwritten();
        if let Some(contact) = &news.contact {
            self.learn_contact(contact, &waiting);
        }
        let moved = news.lead.as_ref().and_then(|lead| self.learn_lead(lead, news, &waiting));
        self.remember_for_crm();
        if let Some(occasion) = moved {
            self.fire(&occasion, None)?;
        }
        match &news.run {
            Some(run) => self.run_for_crm(run),
            None => Ok(()),
        }
    }

    fn run_for_crm(&mut self, run: &CrmRun) -> Result<(), Need> {
        let data = json!({"data": run.data, "return_url": run.address});
        if let Some(bot) = self.bot_to_run(&run.bot, None) {
            self.start_asked(&bot, HANDED_OVER, &data, Asked::default())?;
        }
        let is_run = |session: &Session| session.trigger.data.get("return_url").and_then(Value::as_str) == Some(&run.address);
        let has_ended = |change: &CrmChange| matches!(change, CrmChange::Continue { address, .. } if *address == run.address);
        if !self.turn.contact().sessions.iter().any(is_run) && !self.crm_ended.iter().any(has_ended) {
            // The CRM's bot waits, whether ours could start or not.
            let data = Map::from_iter([("status".to_owned(), "not_started".into())]);
            self.crm_ended.push(CrmChange::Continue { address: run.address.clone(), data });
        }
        Ok(())
    }

    /// Changes that are not written yet.
    fn unwritten(&self) -> Vec<CrmChange> {
        let pending = self.turn.contact().pending.iter();
        let writes = pending.filter_map(|pending| match &pending.work {
            Work::Write(write) => Some(&write.changes),
            _ => None,
        });
        writes.flatten().cloned().collect()
    }

    fn learn_contact(&mut self, news: &CrmContact, waiting: &[CrmChange]) {
        let contact = self.turn.contact_mut();
        // A CRM's contact has an owner: one without was never read, and what it is then is no change.
        let is_known = contact.crm.is_some() && contact.owner.is_some();
        contact.crm = Some(news.id.clone());
        let of = Subject::Contact;
        let takes = |place: &str| !waits(waiting, &of, place);
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let mut changes = Vec::new();
        let phone =
            news.phones.first().filter(|_| contact.phone().is_none_or(|ours| !news.phones.iter().any(|theirs| theirs == ours)));
        for (property, place, theirs) in [
            (ContactProperty::Name, "name", news.name.as_ref()),
            (ContactProperty::Email, "email", news.email.as_ref()),
            (ContactProperty::Phone, "phone", phone),
        ] {
            let known = match property {
                ContactProperty::Name => contact.display_name(),
                ContactProperty::Email => contact.email.as_deref(),
                _ => contact.phone(),
            };
            // A CRM that does not know it takes nothing away.
            let Some(theirs) = theirs.filter(|theirs| known != Some(theirs.as_str()) && takes(place)) else { continue };
            let from = text(known);
            let kept = match property {
                ContactProperty::Name => &mut contact.name,
                ContactProperty::Email => &mut contact.email,
                _ => &mut contact.phone,
            };
            *kept = Some(theirs.clone());
            changes.push(Change::Field { path: Path::Contact(property), from, to: text(Some(theirs)) });
        }
        if contact.owner != news.owner && takes("owner") {
            contact.owner.clone_from(&news.owner);
            changes.push(Change::Owner { of: Owned::Contact });
        }
        let path = |name: &str| format!("contact.fields.{name}").parse().ok();
        merge_fields(&mut contact.fields, &news.fields, takes, path, &mut changes);
        merge_tags(&mut contact.tags, &news.tags, (Owned::Contact, &of), waiting, &mut changes);
        if let Some(company) = &news.company {
            learn_company(contact, company, waiting, &mut changes);
        }
        if is_known {
            self.tell_changes(changes);
        }
    }

    /// Gives the stage that the lead entered, if it did.
    fn learn_lead(&mut self, theirs: &CrmLead, news: &CrmNews, waiting: &[CrmChange]) -> Option<Occasion> {
        let contact = self.turn.contact_mut();
        let place = contact.leads.iter().position(|lead| lead.crm_id() == Some(&theirs.id));
        let is_here = place.is_some();
        // One that was made here, and that the CRM speaks of for the first time, is learned as a new one is.
        let is_known = place.is_some_and(|place| contact.leads[place].crm_updated.is_some());
        let place = place.unwrap_or_else(|| {
            contact.make_room_for_a_lead();
            contact.leads.push(Lead { id: theirs.id.clone(), ..Lead::default() });
            contact.leads.len() - 1
        });
        if contact.leads[place].crm_updated.is_some_and(|known| theirs.updated < known) {
            // It was read before something that is known here already.
            return None;
        }
        // The lead that its CRM speaks of is the current one.
        let mut lead = contact.leads.remove(place);
        let of = Subject::Lead(lead.id.clone());
        let takes = |place: &str| !waits(waiting, &of, place);
        let mut changes = Vec::new();
        let mut moved = None;
        let mut items_changed = Vec::new();
        if takes("stage") {
            let from = (
                std::mem::replace(&mut lead.pipeline, theirs.pipeline.clone()),
                std::mem::replace(&mut lead.stage, theirs.stage.clone()),
            );
            lead.closed = theirs.closed;
            let is_elsewhere = from != (lead.pipeline.clone(), lead.stage.clone());
            let is_news = match (is_known, is_here) {
                (true, _) => is_elsewhere,
                (false, true) => is_elsewhere && news.previous.is_some(),
                (false, false) => news.created || news.previous.is_some(),
            };
            moved = is_news.then(|| if is_known { from.1.to_string() } else { news.previous.clone().unwrap_or_default() });
        }
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        if lead.name != theirs.name && takes("name") {
            let from = std::mem::replace(&mut lead.name, theirs.name.clone());
            changes.push(Change::Field { path: Path::Lead(LeadProperty::Name), from: text(&from), to: text(&theirs.name) });
        }
        if lead.price.map(f64::round) != theirs.price.map(f64::round) && takes("price") {
            let from = std::mem::replace(&mut lead.price, theirs.price);
            let number = |price: Option<f64>| price.map_or(Value::Null, Value::from);
            changes.push(Change::Field { path: Path::Lead(LeadProperty::Price), from: number(from), to: number(theirs.price) });
        }
        let was_reassigned = if is_known { lead.owner != theirs.owner } else { news.reassigned };
        if takes("owner") {
            lead.owner.clone_from(&theirs.owner);
        }
        let path = |name: &str| format!("lead.fields.{name}").parse().ok();
        merge_fields(&mut lead.fields, &theirs.fields, takes, path, &mut changes);
        merge_tags(&mut lead.tags, &theirs.tags, (Owned::Lead, &of), waiting, &mut changes);
        if let Some(theirs) = &theirs.items {
            let before = lead.items.clone();
            merge_items(&mut lead, theirs, waiting);
            if is_known {
                items_changed = items::facts(&lead.id, &before, &lead.items);
            }
        }
        lead.crm_updated = Some(theirs.updated);
        if !is_known {
            // What a lead is when it is first heard of is no change.
            changes.clear();
        }
        if was_reassigned && takes("owner") {
            changes.push(Change::Owner { of: Owned::Lead });
        }
        let entered = moved.map(|from| (lead.id.clone(), lead.pipeline.clone(), lead.stage.clone(), from));
        contact.leads.push(lead);
        self.turn.facts.extend(items_changed);
        self.tell_changes(changes);
        let (lead, pipeline, stage, from) = entered?;
        let (to, previous) = (stage.clone(), Some(from.clone()).filter(|from| !from.is_empty()));
        self.turn.facts.push(Fact::StageChanged { lead, pipeline: pipeline.clone(), from: from.into(), to });
        let created = news.created && !is_here;
        Some(Occasion::Stage { pipeline: pipeline.to_string(), stage: stage.to_string(), previous, created })
    }

    /// Keeps changes in the journal, and tells them to the triggers that watch.
    fn tell_changes(&mut self, changes: Vec<Change>) {
        for change in changes {
            match &change {
                Change::Field { path, from, to } => {
                    self.turn.facts.push(Fact::Changed { path: path.to_string().into(), from: from.clone(), to: to.clone() });
                }
                Change::Tag { on, tag, added } => {
                    let on = if *on == Owned::Lead { "lead" } else { "contact" };
                    self.turn.facts.push(Fact::TagChanged { on: on.into(), tag: tag.clone(), added: *added });
                }
                Change::Stage { .. } | Change::Owner { .. } => {}
            }
            self.turn.changes.push(change);
        }
    }
}

/// Takes what the CRM has of the contact's company. Another company than before is known by nothing that was known of that one.
fn learn_company(contact: &mut Contact, theirs: &CrmCompany, waiting: &[CrmChange], changes: &mut Vec<Change>) {
    let takes = |place: &str| !waits(waiting, &Subject::Company, place);
    if !takes(COMPANY_NAME) {
        // The contact gets another company by our write.
        return;
    }
    let path = |name: &str| Some(Path::Company(name.into()));
    let is_another = contact.company_crm.as_ref().is_some_and(|known| *known != theirs.id);
    if is_another {
        contact.company.retain(|name, _| !takes(&format!("fields.{name}")));
    }
    contact.company_crm = Some(theirs.id.clone());
    // A CRM that does not know it takes nothing away.
    let name = theirs.name.clone().map(|name| (COMPANY_NAME.to_owned(), name.into()));
    merge_fields(&mut contact.company, &name.into_iter().collect(), |_| true, path, changes);
    merge_fields(&mut contact.company, &theirs.fields, takes, path, changes);
}

/// Takes the items that the CRM has. Those of catalogues that it does not have stay, as those whose change waits.
fn merge_items(lead: &mut Lead, theirs: &CrmItems, waiting: &[CrmChange]) {
    let waits = |of: &LeadItem| {
        waiting.iter().any(|change| {
            matches!(change, CrmChange::Item { lead: whose, catalog, item } if *whose == lead.id && of.is(catalog, item))
        })
    };
    let is_id = |catalog: &str| catalog.bytes().all(|byte| byte.is_ascii_digit());
    let is_theirs = |catalog: &CompactString| is_id(catalog) || theirs.catalogs.contains(catalog);
    let kept = |item: &LeadItem| waits(item) || !is_theirs(&item.catalog);
    let mut items: Vec<LeadItem> = lead.items.iter().filter(|item| kept(item)).cloned().collect();
    for item in theirs.items.iter().filter(|item| !waits(item)) {
        let known = lead.items.iter().find(|known| known.is(&item.catalog, &item.item));
        let (name, price) = known.map(|known| (known.name.clone(), known.price)).unwrap_or_default();
        items.push(LeadItem { name: item.name.clone().or(name), price: item.price.or(price), ..item.clone() });
    }
    items.truncate(MAX_ITEMS);
    lead.items = items;
}

/// What a write found out.
fn learn(contact: &mut Contact, written: &Written) {
    contact.company_crm = written.company.clone().or(contact.company_crm.take());
    contact.crm = written.contact.clone().or(contact.crm.take());
    for made in &written.leads {
        if let Some(lead) = contact.leads.iter_mut().find(|lead| lead.id == made.lead) {
            if lead.crm_id() != Some(&made.crm) {
                lead.crm = Some(made.crm.clone());
            }
            // One that was never read stays so: what it is then is no change.
            lead.crm_updated = lead.crm_updated.map(|known| made.updated.map_or(known, |updated| known.max(updated)));
        }
    }
}

/// What a write found out of tasks: of those that are open, and of those that were completed meanwhile, whose completion waits.
fn learn_tasks(written: &[WrittenTask], contact: &mut Contact, rest: &mut [CrmChange]) {
    for made in written {
        if let Some(task) = contact.tasks.iter_mut().find(|task| task.id == made.task) {
            task.crm = Some(made.crm.clone());
        }
        let gathered = contact.pending.iter_mut().filter_map(|pending| match &mut pending.work {
            Work::Write(write) => Some(&mut write.changes),
            _ => None,
        });
        for change in gathered.flatten().chain(rest.iter_mut()) {
            if let CrmChange::CompleteTask { task, crm, .. } = change
                && *task == made.task
            {
                *crm = Some(made.crm.clone());
            }
        }
    }
}

fn waits(waiting: &[CrmChange], of: &Subject, place: &str) -> bool {
    waiting.iter().any(|change| matches!(change, CrmChange::Value { of: whose, place: at } if whose == of && at == place))
}

/// Takes what the CRM has in its fields. What it has no field for stays.
fn merge_fields(
    ours: &mut Map<String, Value>,
    theirs: &Map<String, Value>,
    takes: impl Fn(&str) -> bool,
    path: impl Fn(&str) -> Option<Path>,
    changes: &mut Vec<Change>,
) {
    for (name, to) in theirs {
        let from = ours.get(name).cloned().unwrap_or_default();
        if is_same(&from, to) || !takes(&format!("fields.{name}")) {
            continue;
        }
        match to {
            Value::Null => ours.shift_remove(name),
            to => ours.insert(name.clone(), to.clone()),
        };
        changes.extend(path(name).map(|path| Change::Field { path, from, to: to.clone() }));
    }
}

/// Whether a CRM's value is what was written: its fields have types of their own, in which `5` is 5.
fn is_same(ours: &Value, theirs: &Value) -> bool {
    if let (Value::Array(ours), Value::Array(theirs)) = (ours, theirs) {
        return ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs));
    }
    let (ours, theirs) = (plain_text(ours), plain_text(theirs));
    let (ours, theirs) = (ours.trim(), theirs.trim());
    let number = |text: &str| text.parse::<f64>().ok();
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    ours == theirs
        || number(ours).is_some_and(|ours| number(theirs) == Some(ours))
        || moment(ours).is_some_and(|ours| moment(theirs) == Some(ours))
}

fn merge_tags(
    ours: &mut Vec<String>,
    theirs: &[String],
    (on, of): (Owned, &Subject),
    waiting: &[CrmChange],
    changes: &mut Vec<Change>,
) {
    let waits = |tag: &str| {
        waiting.iter().any(|change| matches!(change, CrmChange::Tag { of: whose, tag: waiting } if whose == of && waiting == tag))
    };
    let added: Vec<String> = theirs.iter().filter(|tag| !ours.contains(tag) && !waits(tag)).cloned().collect();
    let removed: Vec<String> = ours.iter().filter(|tag| !theirs.contains(tag) && !waits(tag)).cloned().collect();
    ours.retain(|tag| !removed.contains(tag));
    ours.extend(added.iter().cloned());
    let tags = removed.into_iter().map(|tag| (tag, false)).chain(added.into_iter().map(|tag| (tag, true)));
    changes.extend(tags.map(|(tag, added)| Change::Tag { on, tag, added }));
}
