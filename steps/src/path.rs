//! Where a value is kept: `vars.score`, `contact.email`, `contact.fields.city`, `lead.price`, …

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::ids::{IdError, check_id};

/// A place that a bot may write to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Path {
    /// `vars.x`: a variable of the session.
    Var(CompactString),
    Contact(ContactProperty),
    /// `contact.fields.x`
    ContactField(CompactString),
    Lead(LeadProperty),
    /// `lead.fields.x`
    LeadField(CompactString),
    /// `company.x`
    Company(CompactString),
}

/// What a bot may write of a contact. The phone is written too: a customer without a number may give one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContactProperty {
    Name,
    Email,
    Phone,
    Language,
    OptedIn,
    Owner,
}

/// What a bot may write of a lead. Pipeline and stage are changed by the `stage` step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LeadProperty {
    Name,
    Price,
    Owner,
}

const CONTACT_PROPERTIES: &[(&str, ContactProperty)] = &[
    ("name", ContactProperty::Name),
    ("email", ContactProperty::Email),
    ("phone", ContactProperty::Phone),
    ("language", ContactProperty::Language),
    ("opted_in", ContactProperty::OptedIn),
    ("owner", ContactProperty::Owner),
];

const LEAD_PROPERTIES: &[(&str, LeadProperty)] =
    &[("name", LeadProperty::Name), ("price", LeadProperty::Price), ("owner", LeadProperty::Owner)];

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error(
        "{0:?} is no place to keep a value; write `vars.x`, `contact.{contact}`, `contact.fields.x`, `lead.{lead}`, `lead.fields.x` or `company.x`",
        contact = names(CONTACT_PROPERTIES), lead = names(LEAD_PROPERTIES)
    )]
    Unknown(String),
    #[error("`{path}`: {error}")]
    Name { path: String, error: IdError },
}

fn names<T>(table: &[(&str, T)]) -> String {
    table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|")
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let unknown = || PathError::Unknown(text.chars().take(80).collect());
        let name = |name: &str| {
            check_id(name).map_err(|error| PathError::Name { path: text.chars().take(80).collect(), error })?;
            Ok(CompactString::from(name))
        };
        let parts: Vec<&str> = text.split('.').collect();
        match parts[..] {
            ["vars", variable] => Ok(Path::Var(name(variable)?)),
            ["contact", "fields", field] => Ok(Path::ContactField(name(field)?)),
            ["lead", "fields", field] => Ok(Path::LeadField(name(field)?)),
            ["company", field] => Ok(Path::Company(name(field)?)),
            ["contact", property] => lookup(CONTACT_PROPERTIES, property).map(Path::Contact).ok_or_else(unknown),
            ["lead", property] => lookup(LEAD_PROPERTIES, property).map(Path::Lead).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

fn lookup<T: Copy>(table: &[(&str, T)], wanted: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
}

fn name_of<T: PartialEq>(table: &[(&'static str, T)], wanted: &T) -> &'static str {
    table.iter().find(|(_, value)| value == wanted).map_or("", |(name, _)| name)
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Var(name) => write!(formatter, "vars.{name}"),
            Path::Contact(property) => write!(formatter, "contact.{}", name_of(CONTACT_PROPERTIES, property)),
            Path::ContactField(name) => write!(formatter, "contact.fields.{name}"),
            Path::Lead(property) => write!(formatter, "lead.{}", name_of(LEAD_PROPERTIES, property)),
            Path::LeadField(name) => write!(formatter, "lead.fields.{name}"),
            Path::Company(name) => write!(formatter, "company.{name}"),
        }
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompactString::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Path {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Path".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(vars|company|contact|lead|contact\\.fields|lead\\.fields)\\.[a-z][a-z0-9_]{0,63}$",
            "x-kind": "path"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_and_print_the_same() {
        for text in ["vars.score", "contact.email", "contact.fields.city", "lead.price", "lead.fields.size", "company.name"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_says_which_are() {
        for text in ["", "score", "vars", "vars.", "vars.a.b", "contact.shoe", "lead.stage", "contact.fields.Ção", "x.y.z.w"] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
        insta::assert_snapshot!("score".parse::<Path>().unwrap_err(), @r#""score" is no place to keep a value; write `vars.x`, `contact.name|email|phone|language|opted_in|owner`, `contact.fields.x`, `lead.name|price|owner`, `lead.fields.x` or `company.x`"#);
    }
}
