//! Names for Kommo's ids: of stages, fields, users and whatever else has a number there. People fill them in; `kommo.map.toml` keeps them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::{Deserialize, Serialize};

/// What the file of names is called.
pub const FILE: &str = "kommo.map.toml";

/// What has an id in Kommo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Pipelines,
    Stages,
    Users,
    Groups,
    ContactFields,
    LeadFields,
    CompanyFields,
    /// Options of select fields.
    Options,
    Templates,
    /// Files of Kommo's drive: their names are addresses on the web.
    Files,
    Catalogs,
    Bots,
    Widgets,
    Channels,
    TaskTypes,
}

impl Kind {
    /// What these names have to be, for people.
    pub fn hint(self) -> &'static str {
        match self {
            Kind::Pipelines => "Pipelines: a name that salesbot.toml declares.",
            Kind::Stages => "Stages: a name that salesbot.toml declares.",
            Kind::Users => "Users: their id here.",
            Kind::Groups => "Groups of users: the team's id here.",
            Kind::ContactFields => "Fields of the contact: a key such as `city`; also `name`, `email`, `phone`.",
            Kind::LeadFields => "Fields of the lead: a key such as `product`; also `name`, `price`.",
            Kind::CompanyFields => "Fields of the company: a key such as `size`.",
            Kind::Options => "Options of select fields: the text that is kept.",
            Kind::Templates => "WhatsApp templates: the name in WhatsApp Manager; `name:pt_BR` names the language too.",
            Kind::Files => "Files of Kommo's drive: the HTTPS address where the file lies now.",
            Kind::Catalogs => "Lists: the name of the catalogue in salesbot.toml.",
            Kind::Bots => "Bots: the id of the bot here.",
            Kind::Widgets => "Widgets.",
            Kind::Channels => "Channels.",
            Kind::TaskTypes => "Types of tasks: a name that salesbot.toml declares.",
        }
    }
}

/// The names of ids, and where each id is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    kinds: BTreeMap<Kind, BTreeMap<String, Entry>>,
}

/// One id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Entry {
    /// What it is called here. Empty: not named yet.
    pub name: String,
    /// Where it is used: `showroom_router: step 1`.
    pub used: BTreeSet<String>,
}

/// As people may write an entry: the name alone is enough.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    Entry {
        #[serde(default)]
        name: String,
        #[serde(default)]
        used: BTreeSet<String>,
    },
}

impl From<Written> for Entry {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Entry { name, used: BTreeSet::new() },
            Written::Entry { name, used } => Entry { name, used },
        }
    }
}

impl Mapping {
    /// Reads a file of names.
    ///
    /// # Errors
    /// It is no TOML, or a table or an entry in it is of no known form; with the place.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The name of an id, which is used here.
    pub(super) fn name(&mut self, kind: Kind, id: &str, used: &str) -> Option<String> {
        let entry = self.kinds.entry(kind).or_default().entry(id.to_owned()).or_default();
        entry.used.insert(used.to_owned());
        Some(entry.name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// The id that has this name, for the way back.
    pub fn id(&self, kind: Kind, name: &str) -> Option<&str> {
        self.kinds.get(&kind)?.iter().find(|(_, entry)| entry.name == name).map(|(id, _)| id.as_str())
    }

    /// Ids without a name that one of these bots uses.
    pub fn unnamed_in(&self, bots: &[&str]) -> usize {
        let is_used = |entry: &&Entry| {
            let bots_of = || entry.used.iter().filter_map(|used| used.split_once(": step ")).map(|(bot, _)| bot);
            entry.name.trim().is_empty() && bots_of().any(|bot| bots.contains(&bot))
        };
        self.kinds.values().flat_map(BTreeMap::values).filter(is_used).count()
    }

    /// All ids, by kind.
    pub fn entries(&self) -> impl Iterator<Item = (Kind, &str, &Entry)> {
        self.kinds.iter().flat_map(|(kind, ids)| ids.iter().map(|(id, entry)| (*kind, id.as_str(), entry)))
    }

    /// The file, with what people filled in.
    pub fn write(&self) -> String {
        let mut out = String::from(HEAD);
        for (kind, ids) in self.kinds.iter().filter(|(_, ids)| !ids.is_empty()) {
            let word = serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
            // Writing to a text never fails.
            let _ = write!(out, "\n# {}\n[{word}]\n", kind.hint());
            for (id, entry) in ids {
                let used: Vec<String> = entry.used.iter().map(|used| quoted(used)).collect();
                let _ = writeln!(out, "{} = {{ name = {}, used = [{}] }}", quoted(id), quoted(&entry.name), used.join(", "));
            }
        }
        out
    }
}

const HEAD: &str = "\
# What Kommo's ids are called here. Fill in `name` and import again: the bots then use the names.
# An empty name keeps the one that the import makes of the id.
";

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_filled_in_stays() {
        let mut mapping =
            Mapping::read("[stages]\n4420 = \"qualified\"\n9 = { name = \"lost\", used = [\"old: step 1\"] }\n").unwrap();
        assert_eq!(mapping.name(Kind::Stages, "4420", "router: step 2").as_deref(), Some("qualified"));
        assert_eq!(mapping.name(Kind::LeadFields, "77", "router: step 2"), None);
        let again = Mapping::read(&mapping.write()).unwrap();
        assert_eq!(again, mapping);
        assert_eq!(again.id(Kind::Stages, "lost"), Some("9"));
        assert_eq!((again.unnamed_in(&["router"]), again.unnamed_in(&["old"])), (1, 0));
    }

    #[test]
    fn a_strange_file_is_an_error_with_its_place() {
        assert!(Mapping::read("[stagez]\n1 = \"x\"\n").unwrap_err().contains("stagez"));
        assert!(Mapping::read("[stages\n").unwrap_err().contains("line 1"));
    }
}
