//! Our names and Kommo's ids. What the settings pin goes by that name, the rest by one that is made of Kommo's own (`slug.rs`); and all goes
//! by its id, too: a stage `4420`, a pipeline `31`, a user `77`, a field `cf_5501`, as bots that were imported from Kommo write them.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use steps::{
    bot::{Variable, VariableKind},
    crm_names::{CrmNames, Former, Others},
    environment::{Environment, Pipeline, Titled},
};

use super::{
    directory::{Directory, Field, Thing},
    slug::{Both, FIELD as FIELD_WORD},
};
use crate::settings::kommo::{CLOSED_STAGES, Kommo as Settings};

/// How a field without a name begins.
const FIELD: &str = "cf_";

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    Lead,
    Contact,
    Company,
}

impl Entity {
    /// As addresses and webhooks name it.
    pub fn plural(self) -> &'static str {
        match self {
            Entity::Lead => "leads",
            Entity::Contact => "contacts",
            Entity::Company => "companies",
        }
    }

    /// As our paths name it.
    pub fn word(self) -> &'static str {
        match self {
            Entity::Lead => "lead",
            Entity::Contact => "contact",
            Entity::Company => "company",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) pipelines: Both,
    /// By pipeline's id.
    pub(super) stages: HashMap<u64, Both>,
    pub(super) fields: HashMap<Entity, Both>,
    pub(super) users: Both,
    pub(super) groups: Both,
    /// Lists that the settings name.
    catalogs: Both,
}

impl Names {
    pub fn new(settings: &Settings, directory: &Directory) -> Self {
        let unnamed = |_| None;
        let pipelines = settings.pipelines.iter().map(|(name, pipeline)| (name.as_str(), pipeline.id));
        let ids = pipelines.clone().map(|(_, id)| id).chain(directory.pipelines.iter().map(|pipeline| pipeline.thing.id));
        let stages = ids.map(|id| {
            let pinned = settings.pipelines.values().filter(|pipeline| pipeline.id == id).flat_map(|pipeline| &pipeline.stages);
            let known = directory.pipelines.iter().filter(|pipeline| pipeline.thing.id == id);
            let known = known.flat_map(|pipeline| &pipeline.stages);
            (id, Both::of(pinned.map(|(name, id)| (name.as_str(), *id)), known, closing, "stage"))
        });
        let fields = [Entity::Lead, Entity::Contact, Entity::Company].map(|of| {
            let pinned =
                settings.fields.iter().filter_map(|(name, id)| Some((name.strip_prefix(of.word())?.strip_prefix('.')?, *id)));
            let known = directory.fields(of).iter().filter(|field| field.is_own()).map(|field| &field.thing);
            (of, Both::of(pinned, known, unnamed, FIELD_WORD))
        });
        let users = settings.users.iter().map(|(name, id)| (name.as_str(), *id));
        Names {
            stages: stages.collect(),
            pipelines: Both::of(pipelines, directory.pipelines.iter().map(|pipeline| &pipeline.thing), unnamed, "pipeline"),
            fields: fields.into(),
            users: Both::of(users, directory.users.iter(), unnamed, "user"),
            groups: Both::of(std::iter::empty(), directory.groups.iter(), unnamed, "group"),
            catalogs: Both::of(
                settings.catalogs.iter().map(|(name, id)| (name.as_str(), *id)),
                std::iter::empty(),
                unnamed,
                "list",
            ),
        }
    }

    pub fn pipeline_id(&self, name: &str) -> Option<u64> {
        id(&self.pipelines, name)
    }

    pub fn pipeline(&self, id: u64) -> String {
        name(&self.pipelines, id)
    }

    pub fn stage_id(&self, pipeline: Option<u64>, name: &str) -> Option<u64> {
        match pipeline.and_then(|pipeline| self.stages.get(&pipeline)) {
            Some(stages) => id(stages, name),
            None => name.parse().ok(),
        }
    }

    pub fn stage(&self, pipeline: u64, id: u64) -> String {
        self.stages.get(&pipeline).map_or_else(|| id.to_string(), |stages| name(stages, id))
    }

    /// None: Kommo has no such field, as far as is known.
    pub fn field_id(&self, of: Entity, name: &str) -> Option<u64> {
        let named = self.fields.get(&of).and_then(|fields| fields.ids.get(name)).copied();
        named.or_else(|| name.strip_prefix(FIELD)?.parse().ok())
    }

    pub fn field(&self, of: Entity, id: u64) -> String {
        let named = self.fields.get(&of).and_then(|fields| fields.names.get(&id));
        named.cloned().unwrap_or_else(|| format!("{FIELD}{id}"))
    }

    pub fn user_id(&self, name: &str) -> Option<u64> {
        id(&self.users, name)
    }

    pub fn user(&self, id: u64) -> String {
        name(&self.users, id)
    }

    /// Kommo's id of a list; None: Kommo has no such catalogue, as far as the settings say.
    pub fn catalog_id(&self, name: &str) -> Option<u64> {
        id(&self.catalogs, name)
    }

    pub fn catalog(&self, id: u64) -> String {
        name(&self.catalogs, id)
    }

    /// The lists that have a name.
    pub fn catalogs(&self) -> impl Iterator<Item = &String> {
        self.catalogs.ids.keys()
    }

    pub fn group(&self, id: u64) -> String {
        name(&self.groups, id)
    }

    /// What turns and the checker know of the account, with these names in it. `declares_pipelines`: the settings do so themselves.
    pub fn in_environment(
        &self,
        environment: Environment,
        directory: &Directory,
        settings: &Settings,
        declares_pipelines: bool,
    ) -> Environment {
        let pipelines = if declares_pipelines { environment.pipelines.clone() } else { self.pipelines(directory, settings) };
        Environment { pipelines, crm_names: self.crm_names(directory).into(), ..environment }
    }

    /// The pipelines, those that the settings pin first. A new lead begins in the first stage: the first that is pinned, else Kommo's first.
    fn pipelines(&self, directory: &Directory, settings: &Settings) -> IndexMap<String, Pipeline> {
        let mut named = IndexMap::new();
        let pinned = settings.pipelines.values().map(|pipeline| pipeline.id);
        for id in pinned.chain(directory.pipelines.iter().map(|pipeline| pipeline.thing.id)) {
            let known = directory.pipelines.iter().find(|known| known.thing.id == id);
            let pinned = settings.pipelines.values().find(|pipeline| pipeline.id == id);
            let mut stages: Vec<u64> = pinned.into_iter().flat_map(|pinned| pinned.stages.values().copied()).collect();
            let more = known.into_iter().flat_map(|known| &known.stages).map(|stage| stage.id);
            let more: Vec<u64> = more.filter(|stage| !stages.contains(stage)).collect();
            stages.extend(more);
            stages.sort_by_key(|stage| CLOSED_STAGES.contains(stage));
            let closed = stages.iter().filter(|stage| CLOSED_STAGES.contains(stage)).map(|stage| self.stage(id, *stage));
            let pipeline = Pipeline {
                title: known.map(|known| known.thing.name.clone()),
                closed: closed.collect(),
                stages: stages.iter().map(|stage| self.stage(id, *stage)).collect(),
            };
            named.entry(self.pipeline(id)).or_insert(pipeline);
        }
        named
    }

    fn crm_names(&self, directory: &Directory) -> CrmNames {
        let titled = |both: &Both, things: &[Thing]| {
            let titled = things
                .iter()
                .map(|thing| (name(both, thing.id), Titled { title: Some(thing.name.clone()), ..Titled::default() }));
            titled.collect()
        };
        let fields = |of: Entity| {
            let own = directory.fields(of).iter().filter(|field| field.is_own());
            own.map(|field| (self.field(of, field.thing.id), variable(field))).collect()
        };
        let plain = |id: u64| id.to_string();
        let field = |id: u64| format!("{FIELD}{id}");
        let both = |of: Entity| self.fields.get(&of).cloned().unwrap_or_default();
        let (lead_fields, contact_fields) = (both(Entity::Lead), both(Entity::Contact));
        let stages = self.stages.iter().map(|(id, stages)| (self.pipeline(*id).into(), others(stages, plain)));
        let mut former = Vec::new();
        let stage_names = self.stages.values().map(|stages| ("stage", stages));
        let rest = [
            ("pipeline", &self.pipelines),
            ("user", &self.users),
            ("contact field", &contact_fields),
            ("lead field", &lead_fields),
        ];
        for (what, both) in stage_names.chain(rest) {
            former.extend(
                both.former
                    .iter()
                    .filter_map(|(name, id)| Some(Former { what, name: name.into(), now: both.names.get(id)?.into() })),
            );
        }
        CrmNames {
            known_users: titled(&self.users, &directory.users),
            known_groups: titled(&self.groups, &directory.groups),
            known_contact_fields: fields(Entity::Contact),
            known_lead_fields: fields(Entity::Lead),
            pipelines: others(&self.pipelines, plain),
            stages: stages.collect(),
            users: others(&self.users, plain),
            contact_fields: others(&contact_fields, field),
            lead_fields: others(&lead_fields, field),
            former,
        }
    }
}

/// Stages that every pipeline has, by the names that imported bots write.
fn closing(id: u64) -> Option<&'static str> {
    match id {
        id if id == CLOSED_STAGES[0] => Some("won"),
        id if id == CLOSED_STAGES[1] => Some("lost"),
        _ => None,
    }
}

fn id(both: &Both, name: &str) -> Option<u64> {
    both.ids.get(name).copied().or_else(|| name.parse().ok())
}

fn name(both: &Both, id: u64) -> String {
    both.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

/// The names that lead to those in use.
fn others(both: &Both, by_id: impl Fn(u64) -> String) -> Others {
    let in_use = |id: &u64, other: &str| both.names.get(id).filter(|name| *name != other).map(|name| name.as_str().into());
    let by_name = both.ids.iter().filter_map(|(other, id)| Some((other.as_str().into(), in_use(id, other)?)));
    let by_id = both.names.keys().map(|id| (by_id(*id), id)).filter(|(other, _)| !both.ids.contains_key(other));
    let by_id = by_id.filter_map(|(other, id)| Some((other.as_str().into(), in_use(id, &other)?)));
    by_id.chain(by_name).collect()
}

fn variable(field: &Field) -> Variable {
    let kind = match field.kind.as_str() {
        "numeric" | "monetary" => VariableKind::Number,
        "checkbox" => VariableKind::Boolean,
        "date" | "date_time" | "birthday" => VariableKind::Date,
        "multiselect" => VariableKind::List,
        _ => VariableKind::Text,
    };
    Variable { kind, default: serde_json::Value::Null, title: Some(field.thing.name.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Flags, Settings as All};

    fn settings(toml: &str) -> All {
        All::read(&format!("[kommo]\nsubdomain = \"acme\"\ntoken = \"t\"\n{toml}"), "test", |_| None, &Flags::default()).unwrap()
    }

    fn thing(id: u64, name: &str) -> Thing {
        Thing { id, name: name.to_owned(), former: Vec::new() }
    }

    fn directory() -> Directory {
        let stages =
            vec![thing(1, "New"), thing(2, "Proposta enviada"), thing(142, "Ganho"), thing(143, "Perdido"), thing(9, "Incoming")];
        Directory {
            pipelines: vec![super::super::directory::Pipeline { thing: thing(31, "Sales"), stages }],
            users: vec![thing(77, "Ana Souza")],
            lead_fields: vec![Field { thing: thing(5501, "Budget"), kind: "numeric".to_owned(), ..Field::default() }],
            contact_fields: vec![Field { thing: thing(5, "Phone"), code: Some("PHONE".to_owned()), ..Field::default() }],
            ..Directory::default()
        }
    }

    const PINNED: &str = "[kommo.pipelines.sales]\nid = 31\nstages = {new = 1, won = 142}\n[kommo.fields]\n\"lead.budget\" = 5501\n[kommo.users]\nana = 77";

    #[test]
    fn names_lead_to_ids_and_back_and_ids_are_names_too() {
        let settings = settings(PINNED);
        let names = Names::new(&settings.kommo, &Directory::default());
        assert_eq!((names.pipeline_id("sales"), names.pipeline_id("32"), names.pipeline_id("x")), (Some(31), Some(32), None));
        assert_eq!((names.stage_id(Some(31), "won"), names.stage_id(Some(32), "4420")), (Some(142), Some(4420)));
        assert_eq!((names.stage(31, 1), names.stage(31, 9), names.pipeline(31)), ("new".into(), "9".into(), "sales".into()));
        assert_eq!(names.field_id(Entity::Lead, "budget"), Some(5501));
        assert_eq!((names.field_id(Entity::Contact, "budget"), names.field_id(Entity::Contact, "cf_7")), (None, Some(7)));
        assert_eq!((names.field(Entity::Lead, 5501), names.field(Entity::Contact, 5501)), ("budget".into(), "cf_5501".into()));
        assert_eq!((names.user_id("ana"), names.user(77), names.user(78)), (Some(77), "ana".into(), "78".into()));
        let pipelines = names.pipelines(&Directory::default(), &settings.kommo);
        assert_eq!(
            (&pipelines["sales"].stages[..], &pipelines["sales"].closed[..]),
            (&["new".to_owned(), "won".to_owned()][..], &["won".to_owned()][..])
        );
    }

    #[test]
    fn what_is_not_pinned_has_a_name_of_kommos_own() {
        let settings = settings("");
        let names = Names::new(&settings.kommo, &directory());
        assert_eq!(
            (names.pipeline(31), names.stage(31, 2), names.stage(31, 142)),
            ("sales".into(), "proposta_enviada".into(), "won".into())
        );
        assert_eq!((names.field(Entity::Lead, 5501), names.user(77)), ("budget".into(), "ana_souza".into()));
        assert_eq!((names.stage_id(Some(31), "2"), names.stage_id(Some(31), "ganho")), (Some(2), Some(142)));
        let known = names.in_environment(settings.environment([0; 32]), &directory(), &settings.kommo, false);
        assert_eq!(known.pipelines["sales"].stages, ["new", "proposta_enviada", "incoming", "won", "lost"]);
        assert_eq!(known.first_stage(), ("sales".into(), "new".into()));
        let others = &known.crm_names;
        assert_eq!(
            (others.stage("sales", "2"), others.stage("31", "ganho"), others.pipeline("31")),
            ("proposta_enviada", "won", "sales")
        );
        assert_eq!((others.lead_field("cf_5501"), others.user("77")), ("budget", "ana_souza"));
        assert!(others.known_contact_fields.is_empty(), "the phone has a place of its own");
    }

    #[test]
    fn a_stage_that_is_pinned_goes_by_kommos_name_as_well() {
        let settings = settings("[kommo.pipelines.deals]\nid = 31\nstages = {quoted = 2}");
        let names = Names::new(&settings.kommo, &directory());
        let known = names.in_environment(settings.environment([0; 32]), &directory(), &settings.kommo, false);
        assert_eq!(known.pipelines["deals"].stages, ["quoted", "new", "incoming", "won", "lost"]);
        let others = &known.crm_names;
        assert_eq!(
            (others.pipeline("sales"), others.stage("deals", "proposta_enviada"), others.stage("deals", "2")),
            ("deals", "quoted", "quoted")
        );
        assert!(others.former.is_empty());
    }
}
