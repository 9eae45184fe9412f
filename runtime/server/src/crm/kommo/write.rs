//! Makes a write: a lead or contact that Kommo does not have is made, values are set by PATCH, notes and tasks are added.
//!
//! What is set can be set again. What is added, and leads, are looked for first where an earlier try may have added them: by what they
//! say, among what was made since the change was queued.

mod adding;
mod gone;
mod leads;
mod linking;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use compact_str::CompactString;
use interpreter::outbox::WRITE_DEADLINE;
use reqwest::Method;
use serde_json::{Map, Value, json};
use steps::crm::{
    CRM_REFUSED, CRM_UNMAPPED, CrmChange, CrmLead, Later, Refusal, Subject, WriteOrder, Written, WrittenLead, WrittenTask,
};
use tokio::time::Instant;

use super::{
    Kommo,
    client::{ApiError, Ask},
    names::Entity,
    shape, widget,
};

/// How much Kommo's clock may be behind ours, in seconds.
const SKEW: i64 = 60;
/// What is left of the deadline for a change that is begun.
const LAST_CHANGE: Duration = Duration::from_secs(20);

/// One write under way.
struct Run<'a> {
    kommo: &'a Kommo,
    order: &'a WriteOrder,
    written: Written,
    /// Leads that were made with all that they have.
    made: HashSet<CompactString>,
    /// Leads that Kommo does not take: told once, not at every change.
    unmade: HashSet<CompactString>,
    contact_was_made: bool,
    /// Leads of ours that turned out to be ones that Kommo has.
    found: HashMap<CompactString, CrmLead>,
    /// Leads of ours that Kommo does not have any more, with its ids.
    gone: HashMap<CompactString, CompactString>,
    contact_is_gone: bool,
}

pub async fn write(kommo: &Kommo, order: &WriteOrder) -> Written {
    let end = Instant::now() + Duration::from_millis(WRITE_DEADLINE.unsigned_abs());
    let mut run = Run {
        kommo,
        order,
        written: Written::default(),
        made: HashSet::new(),
        unmade: HashSet::new(),
        contact_was_made: false,
        found: HashMap::new(),
        gone: HashMap::new(),
        contact_is_gone: false,
    };
    // What is cut off is looked for at the next try.
    if tokio::time::timeout_at(end, run.make_all(end - LAST_CHANGE)).await.is_err() {
        run.written.later = Some(Later { reason: "Kommo answers too slowly".to_owned(), after: None });
    }
    run.written
}

/// How many of the next changes go out as one.
fn alike(changes: &[CrmChange]) -> usize {
    // Items are links, and no values.
    let whose = |change: &CrmChange| match change {
        CrmChange::Value { of, .. } | CrmChange::Tag { of, .. } => Some((of.clone(), false)),
        CrmChange::Item { lead, .. } => Some((Subject::Lead(lead.clone()), true)),
        _ => None,
    };
    let Some(first) = changes.first().and_then(whose) else { return 1 };
    changes.iter().take_while(|change| whose(change).as_ref() == Some(&first)).count()
}

impl Run<'_> {
    /// All that there is, as far as it is begun in time.
    async fn make_all(&mut self, late: Instant) {
        let changes = &self.order.changes;
        while let Some(rest) = changes.get(self.written.settled..).filter(|rest| !rest.is_empty()) {
            if Instant::now() > late {
                let reason = "there is more to write than fits into a try".to_owned();
                self.written.later = Some(Later { reason, after: Some(0) });
                return;
            }
            if self.drops(&rest[0]) {
                self.written.settled += 1;
                continue;
            }
            let alike = alike(rest);
            let made = self.make(&rest[..alike]).await;
            if let Err(ApiError::Refused(_) | ApiError::Gone(_)) = &made {
                match self.finds_gone(&rest[0]).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(later) => {
                        self.written.later = Some(later);
                        return;
                    }
                }
            }
            let done = match made {
                // One that is refused must not keep the others out.
                Err(ApiError::Refused(_) | ApiError::Gone(_)) if alike > 1 && !self.is_unmade(&rest[0]) => {
                    self.make_each(&rest[..alike]).await
                }
                done => done.map(|()| alike).or_else(|error| self.refused(&rest[0], error).map(|_| alike)),
            };
            match done {
                Ok(settled) => self.written.settled += settled,
                Err(later) => {
                    self.written.later = Some(later);
                    return;
                }
            }
        }
    }

    /// One by one; how many are settled.
    async fn make_each(&mut self, changes: &[CrmChange]) -> Result<usize, Later> {
        for (place, change) in changes.iter().enumerate() {
            if let Err(error) = self.make(std::slice::from_ref(change)).await
                && let Err(later) = self.refused(change, error)
            {
                self.written.settled += place;
                return Err(later);
            }
        }
        Ok(changes.len())
    }

    /// An error of this one change: settled, and told; or to be tried later.
    fn refused(&mut self, change: &CrmChange, error: ApiError) -> Result<usize, Later> {
        match error {
            ApiError::Later { reason, after } => Err(Later { reason, after }),
            ApiError::Refused(said) | ApiError::Gone(said) => {
                let text = format!("Kommo refused {} and it is not tried again: {said}", self.describe(change));
                self.tell(Refusal { name: CRM_REFUSED.into(), text });
                Ok(1)
            }
        }
    }

    /// Whether a change is of a lead that Kommo does not take.
    fn is_unmade(&self, change: &CrmChange) -> bool {
        match change {
            CrmChange::Value { of: Subject::Lead(id), .. }
            | CrmChange::Tag { of: Subject::Lead(id), .. }
            | CrmChange::Item { lead: id, .. } => self.unmade.contains(id),
            _ => false,
        }
    }

    fn tell(&mut self, refusal: Refusal) {
        if !self.written.refused.contains(&refusal) {
            self.written.refused.push(refusal);
        }
    }

    /// A change without its words.
    fn describe(&self, change: &CrmChange) -> String {
        let of = |of: &Subject| match of {
            Subject::Contact => "the contact".to_owned(),
            Subject::Company => "the company".to_owned(),
            Subject::Lead(id) => format!("lead {}", self.lead_id(id).map_or_else(|| id.to_string(), |id| id.to_string())),
        };
        match change {
            CrmChange::Value { of: whose, place } => format!("`{place}` of {}", of(whose)),
            CrmChange::Tag { of: whose, .. } => format!("a tag of {}", of(whose)),
            CrmChange::Item { lead, .. } => format!("an item of {}", of(&Subject::Lead(lead.clone()))),
            CrmChange::Note { of: whose, .. } => format!("a note on {}", of(whose)),
            CrmChange::Task { of: whose, .. } => format!("a task on {}", of(whose)),
            CrmChange::CompleteTask { .. } => "to complete a task".to_owned(),
            CrmChange::Continue { .. } => "to go on with its own bot".to_owned(),
        }
    }

    async fn make(&mut self, changes: &[CrmChange]) -> Result<(), ApiError> {
        match &changes[0] {
            CrmChange::Value { of, .. } | CrmChange::Tag { of, .. } => match of {
                Subject::Contact => self.set_contact(changes).await,
                Subject::Company => self.set_company(changes).await,
                Subject::Lead(id) => self.set_lead(id, changes).await,
            },
            CrmChange::Item { lead, .. } => self.set_items(lead, changes).await,
            CrmChange::Note { of, text } => self.note(of, text).await,
            CrmChange::Task { of, task, kind, text, due, owner } => {
                let made = self.task(of, kind, text, *due, owner.as_ref()).await?;
                let known = task.zip(made).map(|(task, crm)| WrittenTask { task, crm: crm.to_string().into() });
                self.written.tasks.extend(known);
                Ok(())
            }
            CrmChange::CompleteTask { task, crm, result } => {
                let made = self.written.tasks.iter().find(|made| made.task == *task).map(|made| &made.crm);
                match crm.as_ref().or(made).cloned() {
                    Some(crm) => self.complete_task(&crm, result.as_deref()).await,
                    None => Ok(()),
                }
            }
            CrmChange::Continue { address, data } => widget::go_on(self.kommo, address, data).await,
        }
    }

    async fn set_lead(&mut self, id: &CompactString, changes: &[CrmChange]) -> Result<(), ApiError> {
        let order = self.order;
        // A lead that is forgotten here has nothing to be written.
        let Some(lead) = order.profile.lead(id) else { return Ok(()) };
        let crm = self.lead_or_made(id).await?;
        // One that was made just now has all that changed.
        let Some(crm) = crm.filter(|_| !self.made.contains(id)) else { return Ok(()) };
        let mut patch = self.values(Entity::Lead, changes, &lead.fields).await?;
        for place in places(changes) {
            match place {
                // It is where Kommo has it.
                "stage" if self.found.contains_key(id) => {}
                "stage" => {
                    let names = &self.kommo.names();
                    let pipeline = names.pipeline_id(&lead.pipeline);
                    let Some(stage) = names.stage_id(pipeline, &lead.stage) else {
                        self.unmapped(format!("the stage {:?} of pipeline {:?}", lead.stage, lead.pipeline), "kommo.pipelines");
                        continue;
                    };
                    patch.insert("status_id".to_owned(), stage.into());
                    patch.extend(pipeline.map(|id| ("pipeline_id".to_owned(), id.into())));
                }
                "name" => patch.extend(lead.name.clone().map(|name| ("name".to_owned(), name.into()))),
                "price" => {
                    patch.insert("price".to_owned(), shape::whole(lead.price.unwrap_or_default()));
                }
                "owner" => self.owner(lead.owner.as_deref(), &mut patch),
                _ => {}
            }
        }
        tags(changes, &lead.tags, &mut patch);
        let updated = self.patch(Entity::Lead, crm, patch).await?;
        let found = self.found.get(id).cloned().map(Box::new);
        self.written.leads.push(WrittenLead { lead: id.clone(), crm: crm.to_string().into(), updated, found });
        Ok(())
    }

    async fn set_contact(&mut self, changes: &[CrmChange]) -> Result<(), ApiError> {
        let order = self.order;
        let crm = self.contact_or_made().await?;
        if self.contact_was_made {
            return Ok(());
        }
        let profile = &order.profile;
        let mut patch = self.values(Entity::Contact, changes, &profile.fields).await?;
        for place in places(changes) {
            let code = |code, value: Option<&str>| shape::by_its_code(code, value);
            let field = match place {
                "name" => {
                    patch.extend(profile.name.clone().map(|name| ("name".to_owned(), name.into())));
                    continue;
                }
                "owner" => {
                    self.owner(profile.owner.as_deref(), &mut patch);
                    continue;
                }
                "phone" => code("PHONE", profile.phone.as_deref()),
                "email" => code("EMAIL", profile.email.as_deref()),
                _ => continue,
            };
            if let Value::Array(fields) = patch.entry("custom_fields_values").or_insert_with(|| json!([])) {
                fields.push(field);
            }
        }
        tags(changes, &profile.tags, &mut patch);
        self.patch(Entity::Contact, crm, patch).await.map(|_| ())
    }

    /// The fields that changes name, as Kommo takes them.
    async fn values(
        &mut self,
        of: Entity,
        changes: &[CrmChange],
        fields: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ApiError> {
        let changed: Vec<&str> = places(changes).filter_map(|place| place.strip_prefix("fields.")).collect();
        let mut written = Vec::new();
        if !changed.is_empty() {
            let kinds = self.kommo.kinds(of).await?;
            for name in changed {
                let Some(id) = self.kommo.names().field_id(of, name) else {
                    self.unmapped(path(of, name), "kommo.fields");
                    continue;
                };
                let value = fields.get(name).unwrap_or(&Value::Null);
                match shape::write_field(id, shape::kind(&kinds, id), value) {
                    Some(field) => written.push(field),
                    None => {
                        let kind = shape::kind(&kinds, id);
                        let text = format!(
                            "{} is not written to Kommo: its field {id} is {kind}, which the value is not",
                            path(of, name)
                        );
                        self.tell(Refusal { name: CRM_REFUSED.into(), text });
                    }
                }
            }
        }
        let mut patch = Map::new();
        if !written.is_empty() {
            patch.insert("custom_fields_values".to_owned(), written.into());
        }
        Ok(patch)
    }

    fn owner(&mut self, owner: Option<&str>, patch: &mut Map<String, Value>) {
        let Some(owner) = owner else { return };
        match self.kommo.names().user_id(owner) {
            Some(id) => {
                patch.insert("responsible_user_id".to_owned(), id.into());
            }
            None => self.unmapped(format!("the user {owner:?}"), "kommo.users"),
        }
    }

    fn unmapped(&mut self, what: String, setting: &str) {
        // It may be new there: the next change finds it then.
        self.kommo.look_soon();
        let text = format!(
            "{what} is not written to Kommo, which has none of this name: `salesbot kommo` lists its names, and [{setting}] of the settings can pin one"
        );
        self.tell(Refusal { name: CRM_UNMAPPED.into(), text });
    }

    /// Sets values; when the entity changed last.
    async fn patch(&self, of: Entity, id: u64, patch: Map<String, Value>) -> Result<Option<i64>, ApiError> {
        if patch.is_empty() {
            return Ok(None);
        }
        let batch = match of {
            Entity::Lead => &self.kommo.leads,
            Entity::Contact => &self.kommo.contacts,
            Entity::Company => &self.kommo.companies,
        };
        batch.patch(&self.kommo.client, of, id, patch).await
    }

    /// Kommo's id of a lead, where it has it.
    fn lead_id(&self, id: &str) -> Option<u64> {
        let made = self.written.leads.iter().find(|made| made.lead == id).map(|made| made.crm.as_str());
        made.or_else(|| self.order.profile.lead(id)?.crm_id())?.parse().ok()
    }

    async fn lead_or_made(&mut self, id: &str) -> Result<Option<u64>, ApiError> {
        if let Some(crm) = self.lead_id(id) {
            return Ok(Some(crm));
        }
        let order = self.order;
        let Some(lead) = order.profile.lead(id).filter(|lead| !self.unmade.contains(&lead.id)) else { return Ok(None) };
        let made = self.make_lead(lead).await;
        if matches!(made, Err(ApiError::Refused(_) | ApiError::Gone(_))) {
            self.unmade.insert(lead.id.clone());
        }
        made.map(|()| self.lead_id(id))
    }

    /// Whether something was made since the change was queued.
    fn is_since(&self, made: &Value) -> bool {
        made["created_at"].as_i64().is_some_and(|at| at >= self.order.queued.0.div_euclid(1_000) - SKEW)
    }

    /// Kommo's id of the contact: kept here, or found by its phone.
    async fn contact_id(&mut self) -> Result<Option<u64>, ApiError> {
        let before = self.order.profile.crm.as_ref().filter(|_| !self.contact_is_gone);
        let known = self.written.contact.as_ref().or(before);
        if let Some(id) = known.and_then(|id| id.parse().ok()) {
            return Ok(Some(id));
        }
        let Some(phone) = self.order.profile.phone.clone() else { return Ok(None) };
        let ask = Ask::get("/api/v4/contacts").query("query", phone.trim_start_matches('+'));
        let answer = self.kommo.client.ask(ask).await?;
        let found = answer["_embedded"]["contacts"].as_array().into_iter().flatten();
        let same = found.filter(|contact| shape::phones(contact).any(|theirs| theirs == phone));
        // Of several the oldest: what a CRM has of somebody is there.
        let id = same.filter_map(|contact| contact["id"].as_u64()).min();
        self.written.contact = id.map(|id| id.to_string().into());
        Ok(id)
    }

    async fn contact_or_made(&mut self) -> Result<u64, ApiError> {
        if let Some(id) = self.contact_id().await? {
            return Ok(id);
        }
        let kinds = self.kommo.kinds(Entity::Contact).await?;
        let made = shape::new_contact(&self.order.profile, &self.kommo.names(), &kinds);
        let answer = self.kommo.client.ask(Ask::with(Method::POST, "/api/v4/contacts", &json!([made]))).await?;
        let id = answer["_embedded"]["contacts"][0]["id"].as_u64();
        let id = id.ok_or_else(|| ApiError::Refused("its answer names no contact".to_owned()))?;
        self.written.contact = Some(id.to_string().into());
        self.contact_was_made = true;
        Ok(id)
    }
}

/// Where a bot keeps a field's value.
fn path(of: Entity, name: &str) -> String {
    match of {
        Entity::Company => format!("company.{name}"),
        of => format!("{}.fields.{name}", of.word()),
    }
}

fn places(changes: &[CrmChange]) -> impl Iterator<Item = &str> {
    changes.iter().filter_map(|change| match change {
        CrmChange::Value { place, .. } => Some(place.as_str()),
        _ => None,
    })
}

/// Tags go on and off one by one: those that people put on stay.
fn tags(changes: &[CrmChange], now: &[String], patch: &mut Map<String, Value>) {
    let changed = changes.iter().filter_map(|change| match change {
        CrmChange::Tag { tag, .. } => Some(tag),
        _ => None,
    });
    let (on, off): (Vec<&String>, Vec<&String>) = changed.partition(|tag| now.contains(tag));
    for (key, tags) in [("tags_to_add", on), ("tags_to_delete", off)] {
        if !tags.is_empty() {
            patch.insert(key.to_owned(), tags.iter().map(|tag| json!({"name": tag})).collect());
        }
    }
}
