//! What a CRM calls the things that it has. Each has one name by which contacts keep it, and others that bots may say as well: its id, and
//! what it was called before.
//!
//! What a bot writes or waits for is led to the name that is kept, and what it reads is given to it by the name that it says itself
//! ([`CrmNames::stage_as_said`] and its like): `lead.stage == "4420"` holds in a bot that was imported, though the stage is called
//! `quoted` here.

use std::{collections::HashMap, fmt::Write as _};

use compact_str::CompactString;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::{
    bot::{Bot, Variable},
    contact::{Contact, Work},
    crm::{CrmChange, Subject},
    environment::Titled,
    path::Path,
};

/// By another name: the name that is kept.
pub type Others = HashMap<CompactString, CompactString>;

/// The names of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrmNames {
    /// Users, by the name that is kept.
    pub known_users: IndexMap<String, Titled>,
    /// Groups of users.
    pub known_groups: IndexMap<String, Titled>,
    /// Fields of contacts. Their kinds are for people: what is written there is not converted here.
    pub known_contact_fields: IndexMap<String, Variable>,
    pub known_lead_fields: IndexMap<String, Variable>,
    pub pipelines: Others,
    /// By pipeline, as it is kept.
    pub stages: HashMap<CompactString, Others>,
    pub users: Others,
    pub contact_fields: Others,
    pub lead_fields: Others,
    /// The checker warns of these.
    pub former: Vec<Former>,
}

/// A name that the CRM does not use any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// `pipeline`, `stage`, `user`, `contact field`, `lead field`.
    pub what: &'static str,
    pub name: CompactString,
    /// What it is called now.
    pub now: CompactString,
}

fn kept<'n>(others: &'n Others, name: &'n str) -> &'n str {
    others.get(name).map_or(name, CompactString::as_str)
}

impl CrmNames {
    /// Whether the CRM has told what it has.
    pub fn is_known(&self) -> bool {
        !self.known_users.is_empty() || !self.known_lead_fields.is_empty() || !self.stages.is_empty()
    }

    /// Whether nothing has a second name.
    fn has_one_name_each(&self) -> bool {
        let maps = [&self.pipelines, &self.users, &self.contact_fields, &self.lead_fields];
        maps.into_iter().chain(self.stages.values()).all(HashMap::is_empty)
    }

    pub fn pipeline<'n>(&'n self, name: &'n str) -> &'n str {
        kept(&self.pipelines, name)
    }

    /// A stage of a pipeline that goes by any of its names. Without a pipeline it is what all pipelines call it that have such a stage.
    pub fn stage<'n>(&'n self, pipeline: &str, name: &'n str) -> &'n str {
        if pipeline.is_empty() {
            let mut found = self.stages.values().filter_map(|stages| stages.get(name));
            let Some(first) = found.next() else { return name };
            return if found.all(|other| other == first) { first } else { name };
        }
        self.stages.get(self.pipeline(pipeline)).map_or(name, |stages| kept(stages, name))
    }

    pub fn user<'n>(&'n self, name: &'n str) -> &'n str {
        kept(&self.users, name)
    }

    pub fn contact_field<'n>(&'n self, name: &'n str) -> &'n str {
        kept(&self.contact_fields, name)
    }

    pub fn lead_field<'n>(&'n self, name: &'n str) -> &'n str {
        kept(&self.lead_fields, name)
    }

    /// Where a path leads to.
    pub fn path(&self, path: &Path) -> Path {
        match path {
            Path::ContactField(name) => Path::ContactField(self.contact_field(name).into()),
            Path::LeadField(name) => Path::LeadField(self.lead_field(name).into()),
            other => other.clone(),
        }
    }

    /// The lead's pipeline by the name that this bot says.
    pub fn pipeline_as_said<'n>(&self, bot: Option<&'n Bot>, name: &'n str) -> &'n str {
        said(bot, name, |said| self.pipelines.get(said).is_some_and(|kept| kept == name))
    }

    /// The lead's stage by the name that this bot says.
    pub fn stage_as_said<'n>(&self, bot: Option<&'n Bot>, pipeline: &str, name: &'n str) -> &'n str {
        let Some(stages) = self.stages.get(pipeline) else { return name };
        said(bot, name, |said| stages.get(said).is_some_and(|kept| kept == name))
    }

    /// An owner by the name that this bot says.
    pub fn user_as_said<'n>(&self, bot: Option<&'n Bot>, name: &'n str) -> &'n str {
        said(bot, name, |said| self.users.get(said).is_some_and(|kept| kept == name))
    }

    /// What a contact was kept by before a name was known is kept by that name from now on.
    pub fn adopt(&self, contact: &mut Contact) {
        if self.has_one_name_each() {
            return;
        }
        rename(&mut contact.fields, &self.contact_fields);
        if let Some(owner) = contact.owner.as_ref().and_then(|owner| self.users.get(owner)) {
            contact.owner = Some(owner.clone());
        }
        for lead in &mut contact.leads {
            if let Some(pipeline) = self.pipelines.get(&lead.pipeline) {
                lead.pipeline = pipeline.clone();
            }
            if let Some(stage) = self.stages.get(&lead.pipeline).and_then(|stages| stages.get(&lead.stage)) {
                lead.stage = stage.clone();
            }
            if let Some(owner) = lead.owner.as_ref().and_then(|owner| self.users.get(owner)) {
                lead.owner = Some(owner.clone());
            }
            rename(&mut lead.fields, &self.lead_fields);
        }
        let writes = contact.pending.iter_mut().filter_map(|pending| match &mut pending.work {
            Work::Write(write) => Some(&mut write.changes),
            _ => None,
        });
        for change in writes.flatten() {
            let CrmChange::Value { of, place } = change else { continue };
            let others = if *of == Subject::Contact { &self.contact_fields } else { &self.lead_fields };
            if let Some(kept) = place.strip_prefix("fields.").and_then(|name| others.get(name)) {
                *place = format!("fields.{kept}").into();
            }
        }
    }
}

/// Moves values to the names that are kept; what stands there already is newer.
fn rename(fields: &mut Map<String, Value>, others: &Others) {
    if others.is_empty() || !fields.keys().any(|name| others.contains_key(name.as_str())) {
        return;
    }
    for (name, value) in std::mem::take(fields) {
        match others.get(name.as_str()) {
            Some(kept) => {
                fields.entry(kept.as_str()).or_insert(value);
            }
            None => {
                fields.insert(name, value);
            }
        }
    }
}

/// The kept name, unless the bot says another one of the same thing and not this one.
fn said<'n>(bot: Option<&'n Bot>, kept: &'n str, is_it: impl Fn(&str) -> bool) -> &'n str {
    let Some(bot) = bot else { return kept };
    let said = bot.texts_of_expressions();
    if said.contains(kept) {
        return kept;
    }
    said.iter().find(|said| is_it(said)).map_or(kept, CompactString::as_str)
}

/// The texts in quotes, of the expressions in a text that speaks of a stage, a pipeline or an owner.
pub(crate) fn quoted(source: &str, found: &mut std::collections::BTreeSet<CompactString>) {
    if ![".stage", ".pipeline", ".owner"].iter().any(|name| source.contains(name)) {
        return;
    }
    let mut letters = source.chars();
    while let Some(letter) = letters.next() {
        if !matches!(letter, '"' | '\'' | '`') {
            continue;
        }
        let mut text = CompactString::default();
        let mut is_closed = false;
        while let Some(next) = letters.next() {
            match next {
                next if next == letter => {
                    is_closed = true;
                    break;
                }
                '\\' => {
                    let _ = letters.next().map(|escaped| text.write_char(escaped));
                }
                next => {
                    let _ = text.write_char(next);
                }
            }
        }
        if is_closed {
            found.insert(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        bot::Document,
        contact::{Lead, Pending},
        crm::PendingWrite,
        event::Identity,
        ids::{BotId, ContactId, EntryId},
        moment::Moment,
    };

    fn names() -> CrmNames {
        let one = |from: &str, to: &str| Others::from([(from.into(), to.into())]);
        CrmNames {
            pipelines: one("31", "sales"),
            stages: HashMap::from([("sales".into(), one("4420", "quoted"))]),
            users: one("77", "ana"),
            contact_fields: one("cf_2", "city"),
            lead_fields: one("cf_1", "budget"),
            ..CrmNames::default()
        }
    }

    fn bot(condition: &str) -> std::sync::Arc<Bot> {
        let document =
            json!({"start": "a", "steps": {"a": {"type": "condition", "branches": [{"when": condition, "goto": "a"}]}}});
        Bot::new(BotId::new("b").unwrap(), serde_json::from_value::<Document>(document).unwrap())
    }

    #[test]
    fn what_a_contact_was_kept_by_becomes_the_name() {
        let mut contact = Contact::new(ContactId::new("c"), Identity::default(), Moment::default());
        contact.owner = Some("77".into());
        contact.fields = Map::from_iter([("cf_2".into(), json!("Rio")), ("size".into(), json!(1))]);
        let fields = Map::from_iter([("budget".into(), json!(2)), ("cf_1".into(), json!(1))]);
        contact.leads.push(Lead { pipeline: "31".into(), stage: "4420".into(), fields, ..Lead::default() });
        let of = Subject::Lead("1".into());
        let changes = vec![CrmChange::Value { of, place: "fields.cf_1".into() }];
        let write = PendingWrite { changes, queued: Moment::default(), due: Moment::default(), attempts: 0, claim: None };
        contact.pending.push(Pending { id: EntryId(1), session: None, work: Work::Write(Box::new(write)) });
        names().adopt(&mut contact);
        let Work::Write(write) = &contact.pending[0].work else { panic!() };
        assert!(matches!(&write.changes[0], CrmChange::Value { place, .. } if place == "fields.budget"));
        let lead = &contact.leads[0];
        assert_eq!((lead.pipeline.as_str(), lead.stage.as_str()), ("sales", "quoted"));
        assert_eq!((contact.owner.as_deref(), json!(contact.fields)), (Some("ana"), json!({"city": "Rio", "size": 1})));
        assert_eq!(json!(lead.fields), json!({"budget": 2}), "what stands by its name is newer");
    }

    #[test]
    fn a_bot_reads_the_name_that_it_says() {
        let names = names();
        let by_id = bot(r#"lead.stage == "4420" || lead.stage == "9""#);
        assert_eq!(names.stage_as_said(Some(&by_id), "sales", "quoted"), "4420");
        assert_eq!(names.stage_as_said(Some(&by_id), "sales", "new"), "new");
        let by_name = bot(r#"lead.stage == "quoted""#);
        assert_eq!(names.stage_as_said(Some(&by_name), "sales", "quoted"), "quoted");
        assert_eq!(names.stage_as_said(None, "sales", "quoted"), "quoted");
    }

    #[test]
    fn a_stage_without_a_pipeline_is_what_all_call_it() {
        let mut names = names();
        assert_eq!(
            (names.stage("", "4420"), names.stage("31", "4420"), names.stage("other", "4420")),
            ("quoted", "quoted", "4420")
        );
        names.stages.insert("other".into(), Others::from([("4420".into(), "asked".into())]));
        assert_eq!(names.stage("", "4420"), "4420");
    }

    #[test]
    fn quoted_texts_are_found_where_an_expression_speaks_of_a_stage() {
        let mut found = std::collections::BTreeSet::new();
        quoted(r#"lead.stage in ["1", 'it\'s', `c`] && "open"#, &mut found);
        quoted(r#"vars.x == "no""#, &mut found);
        assert_eq!(found.iter().map(CompactString::as_str).collect::<Vec<_>>(), ["1", "c", "it's"]);
    }
}
