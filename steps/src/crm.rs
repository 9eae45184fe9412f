//! A CRM beside the contacts: what is to be written there, what came of it, and what it tells of its own leads and contacts.
//!
//! A change that waits names a place, not a value: what is written is what stands there when the write is made. So changes of one place
//! that wait are one, and a write that is made twice changes nothing the second time.

mod news;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    catalog::LeadItem,
    contact::{Claim, Contact, Lead},
    ids::TaskId,
    moment::{DAY, MINUTE, Moment, SECOND},
    who::Who,
};

pub use news::*;

/// The name of alerts about a change that the CRM refused for good.
pub const CRM_REFUSED: &str = "crm_refused";
/// The name of alerts about a place that the CRM has no field for. The same for all contacts, so the team is told once a day.
pub const CRM_UNMAPPED: &str = "crm_unmapped";
/// The name of alerts about changes that could not be written for [`GIVE_UP`].
pub const CRM_GAVE_UP: &str = "crm_gave_up";

/// The name of alerts about changes of a lead that the CRM does not have any more.
pub const CRM_GONE: &str = "crm_gone";

/// Under this key a company has its name; what else it has are fields.
pub const COMPANY_NAME: &str = "name";

/// How long a write is tried again: longer than a weekend on which nobody renews a token.
pub const GIVE_UP: i64 = 4 * DAY;
/// The pause after the first try that came to nothing; each further one is twice as long.
const FIRST_PAUSE: i64 = 5 * SECOND;
const LONGEST_PAUSE: i64 = 15 * MINUTE;
/// Changes of one contact that wait at a time. Beyond it the oldest note or task is dropped, with an alert.
pub const MAX_CHANGES: usize = 200;

/// Whose change it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Contact,
    /// The contact's.
    Company,
    /// By our own id.
    Lead(CompactString),
}

/// A change that the CRM does not have yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrmChange {
    /// What stands at this place of it: `name`, `stage`, `fields.budget`.
    Value {
        of: Subject,
        place: CompactString,
    },
    /// On or off, as it is by then.
    Tag {
        of: Subject,
        tag: String,
    },
    /// An item that a lead has or has not, as it is by then.
    Item {
        /// By our own id.
        lead: CompactString,
        catalog: CompactString,
        item: CompactString,
    },
    Note {
        of: Subject,
        text: String,
    },
    Task {
        of: Subject,
        /// Its id here; none in values from before tasks were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskId>,
        kind: CompactString,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Moment>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Who>,
    },
    /// A task is done. One that the CRM does not have stays ours.
    CompleteTask {
        task: TaskId,
        /// The CRM's id of it, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crm: Option<CompactString>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<String>,
    },
    /// A bot that the CRM handed a conversation to has ended: the CRM's own goes on from this address.
    Continue {
        address: String,
        data: Map<String, Value>,
    },
}

impl CrmChange {
    /// Whether making it a second time changes nothing.
    pub fn is_idempotent(&self) -> bool {
        matches!(self, CrmChange::Value { .. } | CrmChange::Tag { .. } | CrmChange::Item { .. } | CrmChange::CompleteTask { .. })
    }
}

/// Changes that wait to be written: one entry a contact gathers them, one may be under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingWrite {
    pub changes: Vec<CrmChange>,
    pub queued: Moment,
    pub due: Moment,
    /// Tries that came to nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl PendingWrite {
    /// Adds a change, unless the same place waits already.
    pub fn add(&mut self, change: CrmChange) {
        if !change.is_idempotent() || !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Tasks that it names count from here on, since their contact's own counting moved.
    pub fn move_tasks(&mut self, shift: u32) {
        for change in &mut self.changes {
            match change {
                CrmChange::Task { task: Some(task), .. } | CrmChange::CompleteTask { task, .. } => {
                    task.0 = task.0.saturating_add(shift);
                }
                _ => {}
            }
        }
    }

    /// The pause before the next try, in milliseconds.
    pub fn pause(&self) -> i64 {
        FIRST_PAUSE.saturating_mul(1 << self.attempts.min(16)).min(LONGEST_PAUSE)
    }
}

/// What of a contact a CRM keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The CRM's id of the contact.
    pub crm: Option<CompactString>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// In E.164.
    pub phone: Option<String>,
    pub owner: Option<CompactString>,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
    pub company: Map<String, Value>,
    /// The CRM's id of the company.
    pub company_crm: Option<CompactString>,
    pub leads: Vec<Lead>,
}

impl Profile {
    pub fn of(contact: &Contact) -> Self {
        Profile {
            crm: contact.crm.clone(),
            name: contact.display_name().map(str::to_owned),
            email: contact.email.clone(),
            phone: contact.phone().map(str::to_owned),
            owner: contact.owner.clone(),
            tags: contact.tags.clone(),
            fields: contact.fields.clone(),
            company: contact.company.clone(),
            company_crm: contact.company_crm.clone(),
            leads: contact.leads.clone(),
        }
    }

    pub fn lead(&self, id: &str) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.id == id)
    }

    /// What is known of the company besides its name.
    pub fn company_fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.company.iter().filter(|(name, _)| *name != COMPANY_NAME)
    }

    /// What has become different since `before`, in the order in which it is written.
    pub fn changes_since(&self, before: &Profile) -> Vec<CrmChange> {
        let mut changes = Vec::new();
        let own = [
            ("name", self.name != before.name),
            ("email", self.email != before.email),
            ("phone", self.phone != before.phone),
            ("owner", self.owner != before.owner),
        ];
        push(&mut changes, &Subject::Contact, &own, (&before.fields, &self.fields), (&before.tags, &self.tags));
        if self.company != before.company {
            let own = [(COMPANY_NAME, self.company.get(COMPANY_NAME) != before.company.get(COMPANY_NAME))];
            let fields = |of: &Profile| of.company_fields().map(|(name, value)| (name.clone(), value.clone())).collect();
            push(&mut changes, &Subject::Company, &own, (&fields(before), &fields(self)), (&Vec::new(), &Vec::new()));
        }
        for lead in &self.leads {
            let known = before.lead(&lead.id);
            let empty = Lead::default();
            let from = known.unwrap_or(&empty);
            let of = Subject::Lead(lead.id.clone());
            let own = [
                ("stage", known.is_none() || (&from.pipeline, &from.stage) != (&lead.pipeline, &lead.stage)),
                ("name", from.name != lead.name),
                ("price", from.price != lead.price),
                ("owner", from.owner != lead.owner),
            ];
            push(&mut changes, &of, &own, (&from.fields, &lead.fields), (&from.tags, &lead.tags));
            changes.extend(items(&lead.id, &from.items, &lead.items));
        }
        changes
    }
}

/// Items that are there now and were not, or in another quantity; and those that are gone.
fn items(lead: &CompactString, before: &[LeadItem], now: &[LeadItem]) -> Vec<CrmChange> {
    let quantity = |of: &[LeadItem], item: &LeadItem| {
        of.iter().find(|known| known.is(&item.catalog, &item.item)).map(|known| known.quantity)
    };
    let gone = before.iter().filter(|item| quantity(now, item).is_none());
    let changed = now.iter().filter(|item| quantity(before, item) != Some(item.quantity));
    let change = |item: &LeadItem| CrmChange::Item { lead: lead.clone(), catalog: item.catalog.clone(), item: item.item.clone() };
    gone.chain(changed).map(change).collect()
}

type Both<'a, T> = (&'a T, &'a T);

fn push(
    changes: &mut Vec<CrmChange>,
    of: &Subject,
    own: &[(&str, bool)],
    fields: Both<'_, Map<String, Value>>,
    tags: Both<'_, Vec<String>>,
) {
    let own = own.iter().filter(|(_, is_changed)| *is_changed).map(|(place, _)| CompactString::from(*place));
    let (before, now) = fields;
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    let written = now.iter().filter(|(key, value)| before.get(*key) != Some(*value)).map(|(key, _)| key);
    let fields = written.chain(gone).map(|key| format!("fields.{key}").into());
    changes.extend(own.chain(fields).map(|place| CrmChange::Value { of: of.clone(), place }));
    let (before, now) = tags;
    let added = now.iter().filter(|tag| !before.contains(tag));
    let removed = before.iter().filter(|tag| !now.contains(tag));
    changes.extend(added.chain(removed).map(|tag| CrmChange::Tag { of: of.clone(), tag: tag.clone() }));
}

/// A write to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteOrder {
    pub profile: Profile,
    pub changes: Vec<CrmChange>,
    pub queued: Moment,
    /// It was tried before: what can't be repeated has to be looked for first.
    pub is_repeat: bool,
}

/// What came of a write.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// How many of its changes, from the first, are settled: written, or refused for good.
    pub settled: usize,
    /// The CRM's id of the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<CompactString>,
    /// The CRM's id of the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<WrittenLead>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<WrittenTask>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
    /// What turned out to be gone, with how many of its changes were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<(Gone, usize)>,
    /// Why the rest waits: refused for now, or no connection. None: all is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
}

/// A lead as the CRM has it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WrittenLead {
    /// Our id.
    pub lead: CompactString,
    /// The CRM's.
    pub crm: CompactString,
    /// When it changed last, by the CRM's clock, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<i64>,
    /// One that the CRM had already, as it is there: our own, which nothing says more of, is that lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Box<CrmLead>>,
}

/// A task that the CRM has now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenTask {
    /// Our id.
    pub task: TaskId,
    /// The CRM's.
    pub crm: CompactString,
}

/// A change that the CRM does not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The name of the alert.
    pub name: CompactString,
    /// Lead, change, what the CRM said, and what to do.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    pub reason: String,
    /// Not before so many milliseconds, where the CRM says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}

/// What a CRM does not have any more, by its id there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    Lead(CompactString),
    Contact(CompactString),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lead(id: &str, stage: &str) -> Lead {
        Lead { id: id.into(), stage: stage.into(), ..Lead::default() }
    }

    #[test]
    fn what_became_different_is_told_by_its_place() {
        let before = Profile {
            tags: vec!["old".into()],
            fields: Map::from_iter([("size".into(), json!(3)), ("gone".into(), json!(1))]),
            leads: vec![lead("1", "new")],
            ..Profile::default()
        };
        let mut now = before.clone();
        now.email = Some("ana@x.com".into());
        now.tags = vec!["vip".into()];
        now.fields.insert("size".into(), json!(4));
        now.fields.remove("gone");
        now.leads[0].stage = "won".into();
        now.leads.push(lead("2", ""));
        let told = serde_json::to_value(now.changes_since(&before)).unwrap();
        let value = |of: Value, place: &str| json!({"value": {"of": of, "place": place}});
        let tag = |tag: &str| json!({"tag": {"of": "contact", "tag": tag}});
        assert_eq!(
            told,
            json!([
                value(json!("contact"), "email"),
                value(json!("contact"), "fields.size"),
                value(json!("contact"), "fields.gone"),
                tag("vip"),
                tag("old"),
                value(json!({"lead": "1"}), "stage"),
                value(json!({"lead": "2"}), "stage"),
            ])
        );
        assert_eq!(now.changes_since(&now), []);
    }

    #[test]
    fn items_and_the_company_are_places_too() {
        let item = |item: &str, quantity| LeadItem { catalog: "menu".into(), item: item.into(), quantity, ..LeadItem::default() };
        let mut before = Profile { leads: vec![lead("1", "")], ..Profile::default() };
        before.leads[0].items = vec![item("tea", 1.0), item("cake", 2.0), item("pie", 1.0)];
        let mut now = before.clone();
        now.leads[0].items = vec![item("tea", 1.0), item("cake", 3.0), LeadItem { name: Some("Bun".into()), ..item("bun", 1.0) }];
        now.company = Map::from_iter([("name".into(), json!("Acme")), ("size".into(), json!(5))]);
        let told = serde_json::to_value(now.changes_since(&before)).unwrap();
        let changed = |item: &str| json!({"item": {"lead": "1", "catalog": "menu", "item": item}});
        let value = |place: &str| json!({"value": {"of": "company", "place": place}});
        assert_eq!(told, json!([value("name"), value("fields.size"), changed("pie"), changed("cake"), changed("bun")]));
    }

    #[test]
    fn pauses_grow_and_end() {
        let pause = |attempts| {
            let at = Moment::default();
            PendingWrite { changes: Vec::new(), queued: at, due: at, attempts, claim: None }.pause()
        };
        assert_eq!((pause(0), pause(1), pause(40)), (5_000, 10_000, LONGEST_PAUSE));
    }
}
