//! The two errors of the expression language, both written for the bot designer.

use std::sync::Arc;

/// An expression, script or text that can't be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// What is wrong and what to do, in plain words.
    pub message: String,
    /// Where it begins, in bytes from the start of the source that was given to `compile`.
    pub offset: usize,
    /// How many bytes it covers; 0 where only a point is known.
    pub len: usize,
}

impl CompileError {
    pub(crate) fn new(message: impl Into<String>, offset: usize, len: usize) -> Self {
        Self { message: message.into(), offset, len }
    }

    /// The same error, seen from a source that holds this one at `start`.
    #[must_use]
    pub fn shifted(mut self, start: usize) -> Self {
        self.offset += start;
        self
    }
}

/// An expression that failed while it ran: a limit that was passed, or an operation that its values don't allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", self.place())]
pub struct EvaluationError {
    /// What happened and what to do, in plain words.
    pub message: String,
    /// Where, in bytes from the start of the source that was given to `compile`, if it is known.
    pub offset: Option<usize>,
    /// Line and column in the expression, counted from 1, if they are known.
    pub position: Option<(usize, usize)>,
    /// The source of the expression.
    pub expression: Arc<str>,
}

impl EvaluationError {
    /// Where it is, for people: the line at fault alone, for a script may be long.
    fn place(&self) -> String {
        let lines = self.expression.lines().count();
        match self.position {
            Some((line, column)) => {
                let text = self.expression.lines().nth(line - 1).unwrap_or_default().trim();
                format!(" (line {line}, column {column}: `{text}`)")
            }
            None if lines > 1 => format!(" (in a script of {lines} lines)"),
            None => format!(" (in `{}`)", self.expression),
        }
    }

    /// The same error, seen from a source that holds the expression at `start`.
    pub(crate) fn shifted(mut self, start: usize) -> Self {
        self.offset = self.offset.map(|offset| offset + start);
        self
    }
}
