//! The account's names for people: as a table, as `[kommo]` of the settings, and as the file that names ids for imported bots.

use std::{collections::BTreeMap, fmt::Write as _};

use indexmap::IndexMap;
use serde::Serialize;
use toml::Value;

use super::{
    directory::{Directory, Field},
    names::{Entity, Names},
};

/// One name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// `pipeline`, `stage`, `lead field`, `contact field`, `company field`, `user`, `group`, `task type`.
    pub kind: &'static str,
    /// What bots say.
    pub name: String,
    pub id: u64,
    /// What Kommo says.
    pub title: String,
}

/// Everything, the stages behind their pipeline.
pub fn rows(directory: &Directory, names: &Names) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut push = |kind: &'static str, name: String, id: u64, title: &str| {
        rows.push(Row { kind, name, id, title: title.to_owned() });
    };
    for pipeline in &directory.pipelines {
        let id = pipeline.thing.id;
        push("pipeline", names.pipeline(id), id, &pipeline.thing.name);
        for stage in &pipeline.stages {
            push("stage", names.stage(id, stage.id), stage.id, &stage.name);
        }
    }
    let titled = |field: &Field| format!("{} ({})", field.thing.name, field.kind);
    for (kind, of) in [("lead field", Entity::Lead), ("contact field", Entity::Contact)] {
        for field in directory.fields(of).iter().filter(|field| field.is_own()) {
            push(kind, names.field(of, field.thing.id), field.thing.id, &titled(field));
        }
    }
    for field in directory.company_fields.iter().filter(|field| field.is_own()) {
        push("company field", names.field(Entity::Company, field.thing.id), field.thing.id, &titled(field));
    }
    for user in &directory.users {
        push("user", names.user(user.id), user.id, &user.name);
    }
    for group in &directory.groups {
        push("group", names.group(group.id), group.id, &group.name);
    }
    for kind in &directory.task_types {
        push("task type", kind.id.to_string(), kind.id, &kind.name);
    }
    rows
}

/// `[kommo.pipelines]`, `[kommo.fields]` and `[kommo.users]`: every name pinned.
pub fn toml(directory: &Directory, names: &Names) -> String {
    let mut out = String::from("# Names of Kommo, pinned: they stay, whatever Kommo calls these things later.\n");
    // Writing to a text never fails.
    for pipeline in &directory.pipelines {
        let id = pipeline.thing.id;
        let _ =
            writeln!(out, "\n[kommo.pipelines.{}]  # {}\nid = {id}", key(&names.pipeline(id)), one_line(&pipeline.thing.name));
        let stages = pipeline.stages.iter().map(|stage| format!("{} = {}", key(&names.stage(id, stage.id)), stage.id));
        let _ = writeln!(out, "stages = {{{}}}", stages.collect::<Vec<_>>().join(", "));
    }
    let mut section = |name: &str, rows: Vec<(String, u64, &str)>| {
        if !rows.is_empty() {
            let _ = writeln!(out, "\n[kommo.{name}]");
        }
        for (name, id, title) in rows {
            let _ = writeln!(out, "{} = {id}  # {}", key(&name), one_line(title));
        }
    };
    let fields = [Entity::Lead, Entity::Contact].into_iter().flat_map(|of| {
        let own = directory.fields(of).iter().filter(|field| field.is_own());
        own.map(move |field| {
            (format!("{}.{}", of.word(), names.field(of, field.thing.id)), field.thing.id, field.thing.name.as_str())
        })
    });
    section("fields", fields.collect());
    section("users", directory.users.iter().map(|user| (names.user(user.id), user.id, user.name.as_str())).collect());
    out
}

/// `kommo.map.toml`: names for the ids in imported bots.
pub fn map(directory: &Directory, names: &Names) -> String {
    type Ids = BTreeMap<u64, String>;
    let stages = directory
        .pipelines
        .iter()
        .flat_map(|pipeline| pipeline.stages.iter().map(|stage| (stage.id, names.stage(pipeline.thing.id, stage.id))));
    let fields = |of: Entity| -> Ids {
        directory
            .fields(of)
            .iter()
            .filter(|field| field.is_own())
            .map(|field| (field.thing.id, names.field(of, field.thing.id)))
            .collect()
    };
    let all = directory.lead_fields.iter().chain(&directory.contact_fields).chain(&directory.company_fields);
    let options = all.flat_map(|field| &field.options).map(|option| (option.id, option.name.clone()));
    let kinds: [(&str, Ids); 7] = [
        (
            "pipelines",
            directory.pipelines.iter().map(|pipeline| (pipeline.thing.id, names.pipeline(pipeline.thing.id))).collect(),
        ),
        ("stages", stages.collect()),
        ("users", directory.users.iter().map(|user| (user.id, names.user(user.id))).collect()),
        ("groups", directory.groups.iter().map(|group| (group.id, names.group(group.id))).collect()),
        ("contact_fields", fields(Entity::Contact)),
        ("lead_fields", fields(Entity::Lead)),
        ("options", options.collect()),
    ];
    let tables = kinds.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(kind, ids)| {
        let ids = ids.into_iter().map(|(id, name)| (id.to_string(), name));
        (kind.to_owned(), ids.collect::<IndexMap<String, String>>())
    });
    let tables: IndexMap<String, IndexMap<String, String>> = tables.collect();
    toml::to_string(&tables).unwrap_or_default()
}

/// A key as TOML writes it.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_bare { name.to_owned() } else { Value::String(name.to_owned()).to_string() }
}

/// What can stand in a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use steps::import::kommo::{Kind, Mapping};

    use super::{
        super::directory::{Pipeline, Thing},
        *,
    };
    use crate::settings::{Flags, Settings};

    fn directory() -> Directory {
        let thing = |id: u64, name: &str| Thing { id, name: name.to_owned(), former: Vec::new() };
        let field = |id: u64, name: &str| Field { thing: thing(id, name), kind: "select".to_owned(), ..Field::default() };
        Directory {
            pipelines: vec![Pipeline {
                thing: thing(31, "Vendas"),
                stages: vec![thing(4420, "Отправлено"), thing(142, "Ganho")],
            }],
            users: vec![thing(77, "Ana\n\"Aninha\"")],
            lead_fields: vec![Field { options: vec![thing(9, "Azul = \"blue\"")], ..field(5501, "Cor") }],
            ..Directory::default()
        }
    }

    fn names(toml: &str) -> Names {
        let text = format!("[kommo]\nsubdomain = \"acme\"\ntoken = \"t\"\n{toml}");
        let settings = Settings::read(&text, "test", |_| None, &Flags::default()).unwrap();
        Names::new(&settings.kommo, &directory())
    }

    #[test]
    fn what_is_printed_pins_the_same_names() {
        let names = self::names("");
        let printed = toml(&directory(), &names);
        assert!(printed.contains("stages = {4420 = 4420, won = 142}"), "{printed}");
        let again = self::names(&printed);
        assert_eq!(rows(&directory(), &again), rows(&directory(), &names), "{printed}");
    }

    #[test]
    fn an_importer_reads_the_map() {
        let map = Mapping::read(&map(&directory(), &names(""))).unwrap();
        assert_eq!(map.id(Kind::LeadFields, "cor"), Some("5501"));
        assert_eq!((map.id(Kind::Stages, "won"), map.id(Kind::Options, "Azul = \"blue\"")), (Some("142"), Some("9")));
    }
}
