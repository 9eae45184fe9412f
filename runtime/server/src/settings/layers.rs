//! Flags over the environment over the file over the defaults. Remembers where each setting came from, so that a mistake is told by the
//! name of its source.

use std::{
    collections::HashMap,
    fmt,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Table, Value};

use super::{DEFAULTS, FILE, Flags, Settings, VARIABLES};

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("can't read the settings file {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: std::io::Error },
    #[error("{file}: {reason}")]
    Malformed { file: String, reason: String },
    /// One setting is wrong.
    #[error("{setting} ({origin}): {reason}")]
    Setting { setting: String, origin: String, reason: String },
    /// Several settings don't go together.
    #[error("{0}")]
    Contradiction(String),
}

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Flag(&'static str),
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) => write!(formatter, "from the flag --{name}"),
            Origin::Variable(name) => write!(formatter, "from the environment variable {name}"),
        }
    }
}

/// Where settings came from, by path; what is not named came from the file, or is a default.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    file: String,
    others: HashMap<&'static str, Origin>,
}

impl Origins {
    /// The source of a setting, in words.
    pub fn of(&self, path: &str) -> String {
        self.others.get(path).map_or_else(|| format!("from {}", self.file), ToString::to_string)
    }
}

impl Settings {
    /// The settings for this process: reads the file that `flags` name, or [`FILE`] where there is one.
    pub fn load(flags: &Flags, environment: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Self::load_account(flags, environment)?.check()
    }

    /// The same for commands that run no server: what only a server needs, such as the app's secret, may be missing.
    pub fn load_account(flags: &Flags, environment: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let path = flags.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && flags.config.is_none() => String::new(),
            Err(reason) => return Err(SettingsError::Unreadable { path, reason }),
        };
        Self::parse(&text, &path.display().to_string(), environment, flags)
    }

    /// The settings from a file's text, the environment and the flags.
    pub fn read(
        text: &str,
        file: &str,
        environment: impl Fn(&str) -> Option<String>,
        flags: &Flags,
    ) -> Result<Self, SettingsError> {
        Self::parse(text, file, environment, flags)?.check()
    }

    fn parse(text: &str, file: &str, environment: impl Fn(&str) -> Option<String>, flags: &Flags) -> Result<Self, SettingsError> {
        let mut table = defaults();
        let own: Table = toml::from_str(text)
            .map_err(|error| SettingsError::Malformed { file: file.to_owned(), reason: error.to_string() })?;
        overlay(&mut table, own);
        let mut origins = Origins { file: file.to_owned(), others: HashMap::new() };
        let variables = VARIABLES.iter().map(|(name, path)| (*path, Origin::Variable(name), environment(name)));
        let flags = [("listen", &flags.listen), ("bots", &flags.bots), ("store", &flags.store), ("log", &flags.log)];
        let flags = flags.into_iter().map(|(path, value)| (path, Origin::Flag(path), value.clone()));
        for (path, origin, value) in variables.chain(flags) {
            let Some(value) = value.filter(|value| !is_empty(value)) else { continue };
            set(&mut table, path, value.trim()).map_err(|reason| SettingsError::Setting {
                setting: path.to_owned(),
                origin: origin.to_string(),
                reason,
            })?;
            origins.others.insert(path, origin);
        }
        let settings: Settings = serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
            let setting = error.path().to_string();
            SettingsError::Setting { origin: origins.of(&setting), setting, reason: plain(&error.into_inner()) }
        })?;
        Ok(Settings { origins, ..settings })
    }
}

pub(super) fn defaults() -> Table {
    toml::from_str(DEFAULTS).expect("the default settings are TOML: a test reads them")
}

/// Puts `own` over `table`, table by table. An empty text counts as not set.
fn overlay(table: &mut Table, own: Table) {
    for (key, value) in own {
        match value {
            Value::String(text) if is_empty(&text) => {}
            Value::Table(above) => match table.entry(key).or_insert_with(|| Value::Table(Table::new())) {
                Value::Table(below) => overlay(below, above),
                other => *other = Value::Table(above),
            },
            Value::Array(items) => {
                table.insert(key, Value::Array(items.into_iter().filter_map(set_in_list).collect()));
            }
            value => {
                table.insert(key, value);
            }
        }
    }
}

/// An entry of a list, with what is set in it; None: nothing.
fn set_in_list(value: Value) -> Option<Value> {
    match value {
        Value::String(text) if is_empty(&text) => None,
        Value::Table(own) => {
            let mut table = Table::new();
            overlay(&mut table, own);
            Some(Value::Table(table))
        }
        value => Some(value),
    }
}

fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}

/// Sets the setting at a path from text, converted to the type that its default has.
fn set(table: &mut Table, path: &str, text: &str) -> Result<(), String> {
    let (parents, key) = path.rsplit_once('.').map_or((None, path), |(parents, key)| (Some(parents), key));
    let table = match parents {
        None => table,
        Some(parent) => match table.get_mut(parent) {
            Some(Value::Table(inner)) => inner,
            _ => return Err(format!("`{parent}` is not a table in the settings file")),
        },
    };
    let value = match table.get(key) {
        Some(Value::Boolean(_)) => text.parse().map(Value::Boolean).map_err(|_| "true or false is expected".to_owned())?,
        Some(Value::Integer(_)) => text.parse().map(Value::Integer).map_err(|_| "a whole number is expected".to_owned())?,
        _ => Value::String(text.to_owned()),
    };
    table.insert(key.to_owned(), value);
    Ok(())
}

/// An address with its port. `localhost` is this machine, whatever its resolver says of that name.
pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let local = text.to_ascii_lowercase().strip_prefix("localhost:").and_then(|port| port.parse().ok());
    match (text.parse(), local) {
        (Ok(address), _) => Ok(address),
        (Err(_), Some(port)) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        (Err(_), None) => Err(D::Error::custom(format!(
            "{text:?} is no address with a port; write one such as 127.0.0.1:8080 or localhost:8080"
        ))),
    }
}

/// What was wrong, without the reader's own framing.
fn plain(error: &toml::de::Error) -> String {
    error.message().trim().to_owned()
}
