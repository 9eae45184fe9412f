//! Options: what a customer can choose. A button, a row, a card's button, a template's quick reply, or an entry of `answers`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    data::Data,
    expression::{Expression, Text},
    ids::{OptionId, StepId},
    limits,
    pattern::Pattern,
};

/// An answer that the customer can give, by tapping it or in words.
///
/// It is found by its tapped `id`, its `title`, a synonym (of any language), its `pattern`, or its number where titles begin with numbers.
/// Texts are compared without case, accents, spaces and edge punctuation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Choice {
    /// Stable name of the option: taps on old messages find it by this. Without one, its place counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<OptionId>,
    /// What the customer reads and taps: 20 characters on a button, 24 on a row, 25 in a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::ROW_TITLE))]
    pub title: Option<Text>,
    /// Second line of a row: 72 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::ROW_DESCRIPTION))]
    pub description: Option<Text>,
    /// Where the bot goes on. Left out: the step's `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goto: Option<StepId>,
    /// Other words for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<Text>,
    /// Regular expression that the answer matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// What `save` keeps: a text, or any other JSON as it is. Left out: the title in the bot's own language. A text is also what
    /// `message.said` reads after a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Data>,
    /// Shown and matched only if this is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// A list: one option for each of its elements, with `item` and `index` in the texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<Expression>,
}
