//! Texts that a customer reads, with expressions between `{{ }}`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Value;
use super::compile::{Expression, Reference};
use super::engine::limits;
use super::error::{CompileError, EvaluationError};
use super::facts::{Facts, Locals};
use super::scan::{self, Piece};

/// A compiled text, such as `Olá {{ contact.first_name ?? "tudo bem" }}!`. In JSON it is its source. Cheap to clone; equal when the sources are.
#[derive(Clone, Default)]
pub struct Text {
    source: Arc<str>,
    /// Empty when the text holds no expression.
    parts: Arc<[Part]>,
}

enum Part {
    Literal(Box<str>),
    Expression {
        expression: Expression,
        /// The first byte of its source in the text's.
        start: usize,
    },
}

impl Text {
    /// Compiles a source. The error points into it.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        let pieces = scan::pieces(source)?;
        let plain = !pieces.iter().any(|piece| matches!(piece, Piece::Expression { .. }));
        let parts = if plain { Arc::default() } else { pieces.into_iter().map(Part::compile).collect::<Result<_, _>>()? };
        Ok(Self { source: source.into(), parts })
    }

    /// The source, as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it holds no expression, and so is always the same.
    pub fn is_plain(&self) -> bool {
        self.parts.is_empty()
    }

    /// The paths that its expressions read, in the order of the source.
    pub fn reads(&self) -> Vec<Reference> {
        self.expressions()
            .flat_map(|(expression, start)| {
                expression.reads().iter().map(move |read| Reference { offset: read.offset + start, ..read.clone() })
            })
            .collect()
    }

    /// Its expressions, each with the offset of its source in the text's.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expression, usize)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression { expression, start } => Some((expression, *start)),
            Part::Literal(_) => None,
        })
    }

    /// What stands between its expressions.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        let whole = self.is_plain().then_some(&*self.source);
        whole.into_iter().chain(self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(&**text),
            Part::Expression { .. } => None,
        }))
    }

    /// What the customer reads. A missing value is empty.
    pub fn render(&self, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<String, EvaluationError> {
        if self.is_plain() {
            return Ok(self.source.to_string());
        }
        let mut out = String::with_capacity(self.source.len());
        for part in &*self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Expression { expression, start } => {
                    expression.write(&mut out, facts, locals).map_err(|error| error.shifted(*start))?
                }
            }
            if out.len() > limits::RENDERED_BYTES {
                return Err(EvaluationError {
                    message: format!("The text grew beyond {} bytes, the limit.", limits::RENDERED_BYTES),
                    offset: None,
                    position: None,
                    expression: Arc::clone(&self.source),
                });
            }
        }
        Ok(out)
    }

    /// The same, with each value rewritten by what stands before it: for web addresses.
    pub(crate) fn render_with(
        &self,
        facts: &Arc<dyn Facts>,
        locals: &Locals,
        rewrite: impl Fn(&str, &str) -> String,
    ) -> Result<String, EvaluationError> {
        if self.is_plain() {
            return Ok(self.source.to_string());
        }
        let mut out = String::with_capacity(self.source.len());
        for part in &*self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Expression { expression, start } => {
                    let mut value = String::new();
                    expression.write(&mut value, facts, locals).map_err(|error| error.shifted(*start))?;
                    let value = rewrite(&out, &value);
                    out.push_str(&value);
                }
            }
        }
        Ok(out)
    }

    /// What is kept or sent as data: a text that is exactly one `{{ }}` gives the value itself, any other its rendered text.
    pub fn value(&self, facts: &Arc<dyn Facts>, locals: &Locals) -> Result<Value, EvaluationError> {
        match &*self.parts {
            [Part::Expression { expression, start }] => expression.evaluate(facts, locals).map_err(|error| error.shifted(*start)),
            _ => self.render(facts, locals).map(Value::String),
        }
    }
}

impl Part {
    fn compile(piece: Piece<'_>) -> Result<Self, CompileError> {
        match piece {
            Piece::Literal(text) => Ok(Self::Literal(text.into())),
            Piece::Expression { source, start } => {
                let trimmed = source.trim();
                let start = start + (source.len() - source.trim_start().len());
                let expression = Expression::compile(trimmed).map_err(|error| error.shifted(start))?;
                Ok(Self::Expression { expression, start })
            }
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.source)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Cow::<str>::deserialize(deserializer)?;
        Self::compile(&source).map_err(de::Error::custom)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "x-kind": "text"})
    }

    fn inline_schema() -> bool {
        true
    }
}
