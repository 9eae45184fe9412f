//! Scripts: statements that read the whole scope and write `vars`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rhai::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::compile::{Compiled, Reference};
use super::convert::{from_json, to_json};
use super::engine::limits;
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
        let vars: rhai::Map = vars.iter().map(|(name, value)| (name.as_str().into(), from_json(value))).collect();
        scope.push(VARS, vars);
        let _last_value = self.0.run(facts, &mut scope)?;
        let vars = scope.get(VARS).map_or(Ok(Value::Null), to_json);
        match vars.map_err(|message| self.0.error(message))? {
            Value::Object(vars) => {
                self.check_size(&vars)?;
                Ok(vars)
            }
            _ => Err(self.0.error("`vars` must stay a map of variables; write `vars.name = …`.".to_owned())),
        }
    }

    /// The engine limits each value as it grows, but not a map that is filled by its keys.
    fn check_size(&self, vars: &Map<String, Value>) -> Result<(), EvaluationError> {
        let mut size = Size::default();
        size.add_map(vars);
        let message = if size.entries > limits::MAP_ENTRIES {
            format!("The variables grew beyond {} entries, the limit.", limits::MAP_ENTRIES)
        } else if size.elements > limits::LIST_ELEMENTS {
            format!("The lists in the variables grew beyond {} elements, the limit.", limits::LIST_ELEMENTS)
        } else if size.bytes > limits::RENDERED_BYTES {
            format!("The texts in the variables grew beyond {} bytes, the limit.", limits::RENDERED_BYTES)
        } else {
            return Ok(());
        };
        Err(self.0.error(message))
    }
}

/// What a JSON value holds in all.
#[derive(Default)]
struct Size {
    entries: usize,
    elements: usize,
    bytes: usize,
}

impl Size {
    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.bytes += text.len(),
            Value::Array(list) => {
                self.elements += list.len();
                list.iter().for_each(|element| self.add(element));
            }
            Value::Object(map) => self.add_map(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add_map(&mut self, map: &Map<String, Value>) {
        self.entries += map.len();
        for (key, value) in map {
            self.bytes += key.len();
            self.add(value);
        }
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
