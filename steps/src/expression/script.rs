//! Scripts: statements that read the whole scope and write `vars`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rhai::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::compile::{Compiled, Reference};
use super::convert::{from_json, map_to_json};
use super::error::{CompileError, EvaluationError};
use super::facts::Facts;
use super::lower::Mode;

/// A compiled script, such as `vars.score += 10; vars.rating = if vars.score > 50 { "hot" } else { "cold" };`. In JSON it is its source.
/// Cheap to clone; equal when the sources are.
#[derive(Clone)]
pub struct Script(Arc<Compiled>);

impl Script {
    /// Compiles a source. The error points into it.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        Compiled::new(source, Mode::Script).map(|compiled| Self(Arc::new(compiled)))
    }

    /// The source, as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The paths it reads, in the order of the source.
    pub fn reads(&self) -> &[Reference] {
        &self.0.reads
    }

    /// The names of the variables it writes, sorted; `*` when a name is known only at run time.
    pub fn writes(&self) -> &[String] {
        &self.0.writes
    }

    /// Runs it on the session's variables and gives what they are after it. On an error nothing is written.
    pub fn run(&self, facts: &Arc<dyn Facts>, vars: &Map<String, Value>) -> Result<Map<String, Value>, EvaluationError> {
        const VARS: &str = "vars";
        let mut scope = Scope::new();
        let vars: rhai::Map = vars
            .iter()
            .map(|(name, value)| (name.as_str().into(), from_json(value)))
            .collect();
        scope.push(VARS, vars);
        let _last_value = self.0.run(facts, &mut scope)?;
        let not_a_map = || self.0.error("`vars` must stay a map of variables; write `vars.name = …`.".to_owned());
        let vars = scope.get(VARS).ok_or_else(not_a_map)?;
        let vars = vars.read_lock::<rhai::Map>().ok_or_else(not_a_map)?;
        map_to_json(&vars).map_err(|message| self.0.error(message))
    }
}

impl PartialEq for Script {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Script {}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({:?})", self.source())
    }
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.source())
    }
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Cow::<str>::deserialize(deserializer)?;
        Self::compile(&source).map_err(de::Error::custom)
    }
}

impl JsonSchema for Script {
    fn schema_name() -> Cow<'static, str> {
        "Script".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "x-kind": "script"})
    }

    fn inline_schema() -> bool {
        true
    }
}
