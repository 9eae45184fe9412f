//! The keys of steps that wait for the customer. How an answer is matched is in [`super::question`].

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    expression::{Duration, Expression, Locals, Text},
    ids::StepId,
    limits,
    moment::Moment,
    option::Choice,
    path::Path,
    turn::{Failure, Stop, Turn},
};

/// Keys that all waiting steps share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Waiting {
    /// Answers that are understood and not drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Choice>,
    /// Where an answer goes that nothing matched. Left out: `defaults.otherwise`; with none, the bot keeps waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Where the bot goes when no answer comes. Left out: `defaults.timeout`; with none, it waits until `expires`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
    /// Where the answer is kept: a path, or expressions by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// How often the question is asked again before `otherwise`. Left out: 0 where the step or `defaults` has `otherwise`, else 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// `words` finds titles and synonyms inside a longer answer too. Left out: `exact`.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matching: Option<Matching>,
    /// The title of the row that leads to the next page, when there are more options than WhatsApp shows. Without it, more options than that fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::ROW_TITLE))]
    pub more: Option<Text>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    #[default]
    Exact,
    Words,
}

/// When the bot stops waiting, and where it goes then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeout {
    /// How long after the question the bot stops waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// The moment at which the bot stops waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Expression>,
    pub goto: StepId,
}

impl Timeout {
    /// When it runs out, counted from now; None: the step names no time.
    ///
    /// # Errors
    /// `conversion` when `until` gives no moment.
    pub fn moment(&self, turn: &mut Turn<'_>) -> Result<Option<Moment>, Stop> {
        let after = self.after.map(|after| turn.now().plus(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)));
        let until = self.until.as_ref().map(|expression| until(turn, expression)).transpose()?;
        Ok(match (after, until) {
            (Some(after), Some(until)) => Some(after.min(until)),
            (after, until) => after.or(until),
        })
    }
}

/// The moment that an expression gives, in the bot's time zone where it names none; of a date the first.
///
/// # Errors
/// `conversion` when it gives none.
pub fn until(turn: &mut Turn<'_>, expression: &Expression) -> Result<Moment, Stop> {
    let value = turn.evaluate(expression, Locals::none())?;
    let zone = turn.bot().map_or(TimeZone::UTC, |bot| bot.zone.clone());
    let moment = value.as_str().and_then(|text| Moment::read(text, &zone));
    moment.ok_or_else(|| Failure::new("conversion", format!("`until` ({}) gave no moment", expression.source())).into())
}

/// Where a value is kept: a path, or expressions by path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Save {
    Path(Path),
    Expressions(IndexMap<Path, Expression>),
}

impl Save {
    /// Keeps `value`, or what the expressions give.
    pub fn keep(&self, turn: &mut Turn<'_>, value: &Value, locals: &Locals) -> Result<(), Stop> {
        match self {
            Save::Path(path) => turn.set(path, value.clone()),
            Save::Expressions(expressions) => {
                // All are evaluated before any is written, so that a failure half way leaves nothing behind.
                let values =
                    expressions.values().map(|expression| turn.evaluate(expression, locals)).collect::<Result<Vec<_>, _>>()?;
                turn.set_all(expressions.keys().cloned().zip(values).collect())
            }
        }
    }
}
