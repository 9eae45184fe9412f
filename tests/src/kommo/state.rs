//! What the account holds, and how a change is made: all of it, or none.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::{ANA, NEW, PIPELINE, account::Account, shape};

/// What a request did wrong: a code, a path, a detail.
pub(crate) type Mistake = (String, String, String);

/// A webhook's pairs, nested.
pub(crate) type Told = Value;

#[derive(Default)]
pub(crate) struct State {
    next: u64,
    pub(crate) account: Account,
    pub(crate) leads: BTreeMap<u64, Value>,
    pub(crate) contacts: BTreeMap<u64, Value>,
    pub(crate) companies: BTreeMap<u64, Value>,
    /// Of the one list.
    pub(crate) elements: Vec<Value>,
    pub(crate) notes: Vec<Value>,
    pub(crate) tasks: Vec<Value>,
    pub(crate) continued: Vec<Value>,
    pub(crate) is_off: bool,
    pub(crate) lost: Vec<(String, String)>,
    pub(crate) held: Vec<(String, String)>,
    pub(crate) gate: Arc<Notify>,
    pub(crate) answers: HashMap<u16, usize>,
    pub(crate) requests: Vec<String>,
    /// Of the last second.
    pub(crate) recent: VecDeque<Instant>,
    pub(crate) webhooks: Vec<String>,
    pub(crate) told: Vec<Told>,
    pub(crate) deliveries: (usize, usize),
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

impl State {
    pub(crate) fn take_id(&mut self) -> u64 {
        self.next += 1;
        1_000 + self.next
    }

    fn list(&mut self, entity: &str) -> &mut BTreeMap<u64, Value> {
        match entity {
            "leads" => &mut self.leads,
            "companies" => &mut self.companies,
            _ => &mut self.contacts,
        }
    }

    pub(crate) fn add_company(&mut self, given: &Value) -> u64 {
        let id = self.take_id();
        let mut company = bare(id);
        shape::apply(&mut company, given);
        self.companies.insert(id, company);
        id
    }

    pub(crate) fn add_contact(&mut self, given: &Value) -> u64 {
        let id = self.take_id();
        let mut contact = bare(id);
        shape::apply(&mut contact, given);
        self.contacts.insert(id, contact);
        id
    }

    pub(crate) fn add_lead(&mut self, given: &Value, contact: u64) -> u64 {
        let id = self.take_id();
        let mut lead = bare(id);
        lead["pipeline_id"] = PIPELINE.into();
        lead["status_id"] = NEW.into();
        lead["price"] = 0.into();
        shape::apply(&mut lead, given);
        lead["_embedded"]["contacts"] = json!([{"id": contact, "is_main": true}]);
        self.leads.insert(id, lead);
        id
    }

    /// The leads of a contact.
    pub(crate) fn leads_of(&self, contact: u64) -> Vec<Value> {
        let of = |lead: &&Value| lead["_embedded"]["contacts"].as_array().into_iter().flatten().any(|one| one["id"] == contact);
        self.leads.values().filter(of).map(|lead| json!({"id": lead["id"]})).collect()
    }

    /// Whether the stage that a lead is to be in is there.
    pub(crate) fn check_stage(&self, given: &Value) -> Result<(), Mistake> {
        match given["status_id"].as_u64() {
            Some(stage) if !self.account.stages.iter().any(|(known, _)| *known == stage) => Err((
                "NotSupportedChoice".to_owned(),
                "status_id".to_owned(),
                "The value you selected is not a valid choice.".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Takes a lead or contact away; what webhooks tell of it.
    pub(crate) fn delete(&mut self, entity: &str, id: u64) -> Vec<Told> {
        let Some(gone) = self.list(entity).remove(&id) else { return Vec::new() };
        let mut item = Map::from_iter([("id".to_owned(), json!(id))]);
        for key in ["status_id", "pipeline_id"] {
            item.extend(gone.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        if entity == "contacts" {
            item.insert("type".to_owned(), "contact".into());
        }
        vec![told(entity, "delete", item)]
    }

    /// Changes an entity as a PATCH does; what webhooks tell of it.
    pub(crate) fn change(&mut self, entity: &str, id: u64, given: &Value) -> Result<Vec<Told>, Mistake> {
        shape::check(entity, given, "")?;
        self.check_stage(given)?;
        let place = self.list(entity).get_mut(&id);
        let kept = place.ok_or_else(|| ("NotFound".to_owned(), "id".to_owned(), "Element not found".to_owned()))?;
        let before = kept.clone();
        shape::apply(kept, given);
        kept["updated_at"] = now().into();
        let after = kept.clone();
        if before["status_id"] != after["status_id"] {
            let mut moved = told_of(&after);
            moved.insert("old_status_id".to_owned(), before["status_id"].clone());
            moved.insert("old_pipeline_id".to_owned(), before["pipeline_id"].clone());
            return Ok(vec![told(entity, "status", moved)]);
        }
        if before["responsible_user_id"] != after["responsible_user_id"] {
            return Ok(vec![told(entity, "responsible", told_of(&after))]);
        }
        Ok(vec![told(entity, "update", told_of(&after))])
    }

    /// What webhooks tell of an entity that was made.
    pub(crate) fn told_added(&self, entity: &str, id: u64) -> Told {
        self.told_of(entity, id, "add")
    }

    /// What webhooks tell of an entity.
    pub(crate) fn told_of(&self, entity: &str, id: u64, what: &str) -> Told {
        let list = if entity == "leads" { &self.leads } else { &self.contacts };
        told(entity, what, told_of(&list[&id]))
    }
}

fn bare(id: u64) -> Value {
    let now = now();
    json!({"id": id, "name": "", "responsible_user_id": ANA, "created_at": now, "updated_at": now, "custom_fields_values": null, "_embedded": {"tags": []}})
}

fn told_of(entity: &Value) -> Map<String, Value> {
    let keys = ["id", "name", "status_id", "pipeline_id", "price", "responsible_user_id", "created_at", "updated_at"];
    let mut told: Map<String, Value> =
        keys.iter().filter(|key| entity.get(**key).is_some()).map(|key| ((*key).to_owned(), entity[*key].clone())).collect();
    told.insert("last_modified".to_owned(), entity["updated_at"].clone());
    told
}

fn told(entity: &str, what: &str, item: Map<String, Value>) -> Told {
    let mut told = json!({"account": {"id": "9001", "subdomain": super::SUBDOMAIN}});
    told[entity][what] = json!({"0": item});
    told
}
