//! A source becomes an expression: parsed, lowered, checked for names, and remembered by its text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rhai::{AST, Dynamic, Scope};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Value;
use super::convert::{to_json, write_plain};
use super::diagnose;
use super::engine::{ENGINE, limits, run};
use super::error::{CompileError, EvaluationError};
use super::facts::{Facts, Locals};
use super::lower::{self, Mode};
use super::simple::{self, SimpleForm};

/// A compiled expression, such as `vars.score >= 50 && contact.first_name != ""`. In JSON it is its source. Cheap to clone; equal when the
/// sources are.
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

/// A path that an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The path as far as it is constant, by dots: `vars.score`; `vars` for `vars[answer]`.
    pub path: String,
    /// Whether the path goes on with a key that is known only when the expression runs.
    pub open: bool,
    /// Where the path begins, in bytes from the start of the source.
    pub offset: usize,
    /// How many bytes of source it covers.
    pub len: usize,
}

pub(crate) struct Compiled {
    pub(crate) source: Arc<str>,
    pub(crate) ast: AST,
    pub(crate) reads: Box<[Reference]>,
    pub(crate) writes: Box<[String]>,
}

impl Compiled {
    pub(crate) fn new(source: &str, mode: Mode) -> Result<Self, CompileError> {
        if source.len() > limits::SOURCE_BYTES {
            return Err(CompileError::new(
                format!(
                    "This is too long: {} bytes, where at most {} are allowed. Split it over several steps.",
                    source.len(),
                    limits::SOURCE_BYTES
                ),
                0,
                0,
            ));
        }
        let parsed = match mode {
            Mode::Expression => ENGINE.compile_expression(source),
            Mode::Script => ENGINE.compile(source),
        }
        .map_err(|error| diagnose::compile(source, mode, &error))?;
        let lowered = lower::lower(source, mode, &parsed)?;
        Ok(Self { source: source.into(), ast: lowered.ast, reads: lowered.reads.into(), writes: lowered.writes.into() })
    }

    pub(crate) fn error(&self, message: String) -> EvaluationError {
        EvaluationError { message, offset: None, position: None, expression: Arc::clone(&self.source) }
    }

    pub(crate) fn run(&self, facts: &Arc<dyn Facts>, scope: &mut Scope) -> Result<Dynamic, EvaluationError> {
        run(&self.ast, facts, scope).map_err(|error| diagnose::evaluation(&self.source, &error))
    }
}

/// How many expressions are remembered: a thousand bots of fifty expressions, most of which are alike.
const REMEMBERED: usize = 50_000;

/// The expressions compiled so far, by source, so that the same one in many bots or versions is compiled and kept once.
static COMPILED: LazyLock<Mutex<HashMap<Arc<str>, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

impl Expression {
    /// Compiles a source. The error points into it.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        let remembered = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = remembered().get(source) {
            return Ok(Self(Arc::clone(compiled)));
        }
        // Compiled outside the lock, so that bots can be loaded on several cores.
        let compiled = Arc::new(Compiled::new(source, Mode::Expression)?);
        let mut all = remembered();
        if all.len() >= REMEMBERED {
            // What is in use lives on in the bots that use it.
            all.clear();
        }
        all.insert(Arc::clone(&compiled.source), Arc::clone(&compiled));
        Ok(Self(compiled))
    }

    /// The source, as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The paths it reads, in the order of the source.
    pub fn reads(&self) -> &[Reference] {
        &self.0.reads
    }

    /// What was compiled, as it runs.
    pub(crate) fn statements(&self) -> &[rhai::Stmt] {
        self.0.ast.statements()
    }

    /// The rows that the editor shows, if this is a condition of the simple form.
    pub fn simple(&self) -> Option<SimpleForm> {
        simple::rows(self.source())
    }

    /// What it gives: `null` when that is missing.
    pub fn evaluate(&self, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<Value, EvaluationError> {
        let value = self.dynamic(facts, locals)?;
        to_json(&value).map_err(|message| self.0.error(message))
    }

    /// Whether the condition holds; a missing one does not. Anything but true, false and missing is an error.
    pub fn is_true(&self, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<bool, EvaluationError> {
        let value = self.dynamic(facts, locals)?;
        if value.is_unit() {
            return Ok(false);
        }
        value.as_bool().map_err(|_| {
            self.0.error(format!(
                "A condition must be true or false, and this one is {}. Compare it with something, as in `… != ()`.",
                diagnose::kind(&value)
            ))
        })
    }

    /// Appends what it gives as plain text.
    pub(crate) fn write(&self, out: &mut String, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<(), EvaluationError> {
        let value = self.dynamic(facts, locals)?;
        write_plain(out, &value).map_err(|message| self.0.error(message))
    }

    fn dynamic(&self, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<Dynamic, EvaluationError> {
        let mut scope = Scope::new();
        for (name, value) in locals.iter() {
            scope.push_constant_dynamic(*name, value.clone());
        }
        self.0.run(facts, &mut scope)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.source() == other.source()
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source())
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.source())
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Cow::<str>::deserialize(deserializer)?;
        Self::compile(&source).map_err(de::Error::custom)
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "x-kind": "expression"})
    }

    fn inline_schema() -> bool {
        true
    }
}
