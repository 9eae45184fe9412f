//! What is wrong with a bot, where, and what to do about it.

use std::ops::Range;

use serde::Serialize;

use super::place::{Key, Place};

/// One thing that is wrong with a bot, or that its designer should know before publishing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Its stable name; the page `docs/errors/CODE.md` explains it.
    pub code: &'static str,
    pub severity: Severity,
    /// Id of the bot.
    pub bot: String,
    /// Id of the step that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Where in the document: `steps.welcome.buttons[0].title`. Empty: the document as a whole.
    pub path: String,
    /// Bytes of the source that it is about.
    pub span: Range<usize>,
    /// Line of the source where it begins, from 1; 0 where there is no source.
    pub line: usize,
    /// Character of that line, from 1.
    pub column: usize,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The known name that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

/// An error keeps a bot from being published; a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, place: &Place<'_>, span: Range<usize>, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            bot: String::new(),
            step: step_of(place),
            path: place.to_string(),
            span,
            line: 0,
            column: 0,
            message: message.into(),
            expected: None,
            help: None,
            nearest: None,
        }
    }

    pub(crate) fn warning(code: &'static str, place: &Place<'_>, span: Range<usize>, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, place, span, message) }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the known name that was probably meant, where there is one.
    pub(crate) fn nearest(mut self, nearest: Option<&str>) -> Self {
        self.nearest = nearest.map(str::to_owned);
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The last line of what people read: what was probably meant, and what to do.
    pub fn advice(&self) -> Option<String> {
        let nearest = self.nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`?"));
        match (nearest, &self.help) {
            (Some(nearest), Some(help)) => Some(format!("{nearest} {help}")),
            (nearest, help) => nearest.or_else(|| help.clone()),
        }
    }
}

fn step_of(place: &Place<'_>) -> Option<String> {
    match place.keys() {
        [Key::Name("steps"), Key::Name(step), ..] => Some((*step).to_owned()),
        _ => None,
    }
}
