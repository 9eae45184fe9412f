//! `ai_route`: a model finds out what the customer wants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, shared::call};
use crate::{
    contact::{AiRouteCall, Call, Intent},
    event::CallResult,
    expression::{Duration, Text},
    ids::StepId,
    turn::{Next, Stop, Turn},
};

/// Lets a model find out what the customer wants, and goes there.
///
/// The model reads the customer's last message and names one of the intents, or none. Only an intent of this list is ever taken. The bot waits for 30 seconds where
/// `deadline` says nothing, 2 minutes at most.
///
/// ```json
/// {"type": "ai_route", "intents": [{"name": "buy", "description": "wants to buy or asks for a price", "examples": ["quanto custa?"], "goto": "sales"}, {"name": "help", "description": "has a problem with an order", "goto": "support"}], "otherwise": "menu"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AiRoute {
    #[schemars(length(min = 1, max = 50))]
    pub intents: Vec<RouteIntent>,
    /// Where the bot goes when no intent fits, or the customer wrote nothing. Left out: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// The model that is asked. Left out: the server's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kind" = "model"))]
    pub model: Option<String>,
    /// How long the bot waits. Left out: `30s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Used where `otherwise` is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// Something that a customer may want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RouteIntent {
    /// A short name, each its own.
    pub name: String,
    /// What the customer wants then, for the model.
    pub description: Text,
    /// What customers write then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Text>,
    pub goto: StepId,
}

impl AiRoute {
    fn otherwise(&self, turn: &mut Turn<'_>, why: String) -> Next {
        turn.branch(self.next(), why);
        Next::Go(self.next().cloned())
    }
}

impl Behaviour for AiRoute {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let Some(text) = call::said(turn) else {
            return Ok(self.otherwise(turn, "the customer's message has no words".into()));
        };
        let intents = self.intents.iter().map(|intent| {
            Ok(Intent {
                name: intent.name.clone(),
                description: call::instructions(turn, &intent.description)?,
                examples: intent.examples.iter().map(|example| call::instructions(turn, example)).collect::<Result<_, _>>()?,
            })
        });
        let intents = intents.collect::<Result<_, Stop>>()?;
        let deadline = call::deadline(self.deadline, call::AI_DEADLINE);
        let call = AiRouteCall { text, intents, model: self.model.clone(), deadline };
        Ok(Next::Call(Box::new(Call::AiRoute(call))))
    }

    fn resume(&self, turn: &mut Turn<'_>, _: &Call, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Intent { intent } = result else { return Err(call::failed(result)) };
        let Some(name) = intent else { return Ok(self.otherwise(turn, "no intent fits".into())) };
        let Some(intent) = self.intents.iter().find(|intent| intent.name == name.trim()) else {
            let shown: String = name.chars().take(60).collect();
            return Ok(self.otherwise(turn, format!("the model named {shown:?}, which is no intent here")));
        };
        turn.branch(Some(&intent.goto), format!("the customer wants {:?}", intent.name));
        Ok(Next::Go(Some(intent.goto.clone())))
    }

    fn next(&self) -> Option<&StepId> {
        self.otherwise.as_ref().or(self.next.as_ref())
    }
}
