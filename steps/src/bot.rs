//! The bot: one JSON document, read once, compiled, and shared by all sessions that run it.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use compact_str::CompactString;
use indexmap::IndexMap;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    crm_names,
    expression::{Duration, Text},
    hours::Hours,
    ids::{BotId, StepId, Version},
    knowledge::Source,
    moment::Moment,
    step::{Step, shared::OutsideWindow, shared::Timeout, template::Template},
    trigger::Trigger,
    turn::Failure,
    write,
};

/// The version of the language that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A bot that is ready to run: its document, under its id and the hash of its content.
#[derive(Debug)]
pub struct Bot {
    pub id: BotId,
    pub version: Version,
    pub document: Document,
    pub zone: TimeZone,
    /// The keywords of each trigger, folded once.
    pub keywords: Vec<Vec<String>>,
    /// See [`Bot::texts_of_expressions`].
    pub(crate) texts: OnceLock<BTreeSet<CompactString>>,
}

/// A bot as its designer writes it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// For editors: where the schema lies. The runtime never reads it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Version of the language. Left out: 1.
    #[serde(default = "first_format")]
    pub format: u32,
    /// What people call the bot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Language that its texts are written in (BCP 47; `pt_BR` and `pt-BR` alike). Left out: `en`.
    #[serde(default = "english")]
    #[schemars(with = "String", extend("x-kind" = "language"))]
    pub language: CompactString,
    /// IANA time zone for hours, dates and schedules. Left out: `UTC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kind" = "timezone"))]
    pub timezone: Option<String>,
    /// Country (ISO 3166, two letters) of phone numbers that are written without a country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "country"))]
    pub country: Option<CompactString>,
    /// Business hours by weekday (`mon-fri`) and, for holidays, by date; spans may pass midnight.
    #[serde(default, skip_serializing_if = "Hours::is_empty")]
    pub hours: Hours,
    /// Variables of a session, with their types.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, Variable>,
    /// What holds for steps that do not say it themselves.
    #[serde(default, skip_serializing_if = "Defaults::is_empty")]
    pub defaults: Defaults,
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Sources for `ai_reply`, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub knowledge: IndexMap<String, Source>,
    /// What starts the bot. With none it starts only from a bot, a broadcast or the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// The first step.
    pub start: StepId,
    pub steps: IndexMap<StepId, Step>,
    /// By language: a text (or the synonyms) by `step.key`, options by their `id`, else index; a list's row also without its section, `step.rows.ID.title`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub translations: IndexMap<CompactLanguage, IndexMap<String, Translation>>,
    /// The canvas of the editor. The runtime never reads it, and no version differs by it alone.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub layout: Value,
    /// Free for tools and importers. The runtime never reads it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

/// A language as a key.
pub type CompactLanguage = String;

fn first_format() -> u32 {
    1
}

fn english() -> CompactString {
    "en".into()
}

/// One text or, for `synonyms`, several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Translation {
    Text(Text),
    Texts(Vec<Text>),
}

/// The other key of a list's row, which names no section: `rows.nine.title` for `sections.0.rows.nine.title`. A row without an id has none, since its
/// place counts inside its section.
pub fn short_key(key: &str) -> Option<&str> {
    let (_, row) = key.strip_prefix("sections.")?.split_once('.')?;
    let name = row.strip_prefix("rows.")?;
    name.starts_with(|letter: char| letter.is_ascii_lowercase()).then_some(row)
}

/// A variable of the session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variable {
    #[serde(rename = "type", default)]
    pub kind: VariableKind,
    /// What it holds at the start. Left out: nothing.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub default: Value,
    /// What people read beside its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    List,
    Map,
}

/// What holds for steps that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Defaults {
    /// Where a step that fails goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<StepId>,
    /// Where an answer goes that nothing matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
    /// What sending steps send when the window is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_window: Option<OutsideWindow>,
    /// What an agent's message does to the bot. Left out: `pause`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_human: Option<OnHuman>,
    /// How long after an agent's message or a `handoff` the bots come back by themselves. Left out: a day after an agent's message; a
    /// `handoff` then ends only by a release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_after: Option<Duration>,
    /// What this bot does to one that already listens. Left out: `replace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when_listening: Option<WhenListening>,
    /// Idle life of a session; never cuts a wait that has its own timer. Left out: 7 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Duration>,
    /// Messages that come this quickly one after the other become one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join: Option<Duration>,
    /// What a tap on an old message does. Left out: `follow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_tap: Option<OldTap>,
    /// Shows "typing…" to the customer before an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typing: Option<bool>,
    /// Marks customers' messages as read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_read: Option<bool>,
}

impl Defaults {
    fn is_empty(&self) -> bool {
        *self == Defaults::default()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnHuman {
    /// The bot keeps silent until the release or `resume_after`.
    #[default]
    Pause,
    /// Its session ends.
    Stop,
    /// The bot goes on beside the agent.
    Continue,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenListening {
    /// The bot that listened ends.
    #[default]
    Replace,
    /// This one waits until the other has ended.
    Queue,
    /// This one does not start.
    Ignore,
}

/// What a tap on an old message's option does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OldTap {
    /// That option's `goto` in its session; if that has ended, in a new session of that version.
    #[default]
    Follow,
    Ignore,
    #[serde(untagged)]
    Goto {
        goto: StepId,
    },
}

/// Guards against a bot that costs too much. Passing one ends the session as `failed` and tells the team; without tokens left the session goes on, and its AI steps fail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Limits {
    /// Sends to one contact in an hour. Left out: 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sends_per_hour: Option<u32>,
    /// What one session may cost, in the account's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_session: Option<f64>,
    /// Tokens that the models of one session may use, of what is asked and of what is answered. With none left AI steps take `failed` (`ai_budget`),
    /// and the session goes on. What models cost is no part of `price_per_session`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_session: Option<u64>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// A value that a variable can't begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub variable: String,
    pub failure: Failure,
}

impl Document {
    /// The values that its variables begin with.
    pub fn initial_variables(&self) -> Map<String, Value> {
        let set = self.variables.iter().filter(|(_, variable)| !variable.default.is_null());
        set.map(|(name, variable)| (name.clone(), variable.default.clone())).collect()
    }
}

impl Bot {
    /// The values that its variables begin with where a caller hands some over: these are converted to the declared types, and a missing
    /// one leaves the default.
    ///
    /// # Errors
    /// The first value that can't be converted.
    pub fn variables_with(&self, given: Map<String, Value>, now: Moment) -> Result<Map<String, Value>, Unfit> {
        let mut variables = self.document.initial_variables();
        for (variable, value) in given {
            match write::handed_over(self, now, &variable, value) {
                Ok(Value::Null) => {}
                Ok(value) => {
                    variables.insert(variable, value);
                }
                Err(failure) => return Err(Unfit { variable, failure }),
            }
        }
        Ok(variables)
    }

    /// The version of a document is the hash of its content without `layout`, so that moving boxes on the canvas makes no new one.
    pub fn new(id: BotId, document: Document) -> Arc<Self> {
        let version = version_of(&document);
        let zone = document.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let keywords = document.triggers.iter().map(Trigger::folded_keywords).collect();
        Arc::new(Bot { id, version, document, zone, keywords, texts: OnceLock::new() })
    }

    /// The texts in quotes of its expressions that speak of a stage, a pipeline or an owner: the names that it says of these.
    pub fn texts_of_expressions(&self) -> &BTreeSet<CompactString> {
        fn walk(value: &Value, found: &mut BTreeSet<CompactString>) {
            match value {
                Value::String(text) => crm_names::quoted(text, found),
                Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
                Value::Object(values) => values.values().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        self.texts.get_or_init(|| {
            let mut found = BTreeSet::new();
            walk(&serde_json::to_value(&self.document).unwrap_or_default(), &mut found);
            found
        })
    }

    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.document.steps.get(id)
    }

    /// The bots that its `start_bot` steps name.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        let starts = self.document.steps.values().filter(|step| step.kind == "start_bot");
        starts.filter_map(|step| step.source().get("bot")?.as_str())
    }
}

fn version_of(document: &Document) -> Version {
    use sha2::{Digest, Sha256};
    let content = Document { layout: Value::Null, schema: None, ..document.clone() };
    // A document that was read from JSON can always be written as JSON; an empty hash input would only make versions alike.
    let bytes = serde_json::to_vec(&content).unwrap_or_default();
    let hash = Sha256::digest(&bytes);
    Version::new(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_an_id_have_a_short_key() {
        assert_eq!(short_key("sections.0.rows.nine.title"), Some("rows.nine.title"));
        assert_eq!(short_key("sections.0.rows.2.title"), None);
        assert_eq!(short_key("sections.0.title"), None);
        assert_eq!(short_key("buttons.nine.title"), None);
    }
}
