//! Tools: what a model may ask for besides answering. It chooses and fills in; what a tool sets and where it leads is the bot's.

use std::fmt::Write;

use compact_str::CompactString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::shared::{Field, call, field};
use crate::{
    contact::{Tool, ToolCall},
    expression::Text,
    ids::StepId,
    path::Path,
    turn::{Failure, Next, Stop, Turn},
};

/// How many tools a model may call for one message of the customer: who needs more goes round in circles, and each call costs.
pub const MAX_TOOL_CALLS: usize = 5;

/// The function by which a model says that it can't help; no tool may have its name.
pub const CANNOT_HELP: &str = "cannot_help";

/// The most bytes that the values of one call may take, as JSON.
const MAX_ARGUMENTS: usize = 4 * 1024;

/// The most characters of a result that the model is told.
const MAX_RESULT: usize = 2_000;

/// What a model is told where the tool has no `result`.
const DONE: &str = "Done.";

/// Something that the model may do: it keeps values, and leads to a step.
///
/// When the steps behind it come back to this one before the customer has written again, the model is told what it called and what came of it,
/// and can answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyTool {
    /// A short name in code letters, each its own; `cannot_help` is taken.
    #[schemars(with = "String", extend("x-kind" = "id"))]
    pub name: CompactString,
    /// What it does and when to take it, for the model.
    pub description: Text,
    /// What the model fills in, by the path where it is kept. What it leaves out stays as it was.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<Path, Field>,
    /// What the model is told when the bot comes back to this step. Left out: that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Text>,
    /// Where the bot goes: to what the tool does.
    pub goto: StepId,
}

/// The tools as a call offers them.
pub(super) fn offered(tools: &[ReplyTool], turn: &Turn<'_>) -> Result<Vec<Tool>, Stop> {
    let tools = tools.iter().map(|tool| {
        Ok(Tool {
            name: tool.name.clone(),
            description: call::instructions(turn, &tool.description)?,
            parameters: field::asked_for(&tool.parameters, turn)?,
        })
    });
    tools.collect()
}

/// What the model called so far at this step, with what came of the last one: the bot has come back from it.
pub(super) fn called(tools: &[ReplyTool], turn: &mut Turn<'_>) -> Result<Vec<ToolCall>, Stop> {
    let mut calls = turn.frame().map(|frame| frame.tool_calls.clone()).unwrap_or_default();
    for call in calls.iter_mut().filter(|call| call.step == turn.step && call.result.is_none()) {
        let told = tools.iter().find(|tool| tool.name == call.name).and_then(|tool| tool.result.as_ref());
        let told = told.map(|told| turn.own_text(told)).transpose()?.filter(|told| !told.trim().is_empty());
        call.result = Some(told.map_or_else(|| DONE.to_owned(), |told| told.chars().take(MAX_RESULT).collect()));
    }
    if let Some(frame) = turn.frame_mut() {
        frame.tool_calls.clone_from(&calls);
    }
    calls.retain(|call| call.step == turn.step);
    Ok(calls)
}

/// Keeps the values of a call, or none of them, and goes where the tool leads.
pub(super) fn call(tools: &[ReplyTool], turn: &mut Turn<'_>, name: &str, arguments: &Map<String, Value>) -> Result<Next, Stop> {
    let Some(tool) = tools.iter().find(|tool| tool.name == name) else {
        let shown: String = name.chars().take(60).collect();
        return Err(malformed(format!("the model called {shown:?}, which is no tool of this step")));
    };
    if turn.frame().is_some_and(|frame| frame.tool_calls.len() >= MAX_TOOL_CALLS) {
        let text = format!("the model called {MAX_TOOL_CALLS} tools since the customer last wrote; no more");
        return Err(Failure::new("ai_tool_limit", text).into());
    }
    let mut values = Vec::new();
    let mut shown = String::new();
    for (path, field) in &tool.parameters {
        let Some(value) = arguments.get(&path.to_string()).filter(|value| !field::is_empty(value)) else { continue };
        let Some(value) = field.kind.convert(turn, value) else {
            let (kind, given) = (field.kind.name(), field::shown(value));
            return Err(malformed(format!("`{path}` of the tool {name:?}: {given:?} is no {kind}")));
        };
        // Writing to a text can't fail.
        let _ = write!(shown, "{}`{path}` = {:?}", if shown.is_empty() { "" } else { ", " }, field::shown(&value));
        values.push((path.clone(), value));
    }
    let kept: Map<String, Value> = values.iter().map(|(path, value)| (path.to_string(), value.clone())).collect();
    if serde_json::to_string(&kept).map_or(0, |kept| kept.len()) > MAX_ARGUMENTS {
        return Err(malformed(format!("the values for the tool {name:?} are larger than {MAX_ARGUMENTS} bytes")));
    }
    turn.set_all(values).map_err(|stop| match stop {
        Stop::Failed(failure) => malformed(failure.text),
        other => other,
    })?;
    let made = ToolCall { step: turn.step.clone(), name: tool.name.clone(), arguments: kept, result: None };
    if let Some(frame) = turn.frame_mut() {
        frame.tool_calls.push(made);
    }
    let why = match shown.is_empty() {
        true => format!("the model calls {name:?}"),
        false => format!("the model calls {name:?} with {shown}"),
    };
    turn.branch(Some(&tool.goto), why);
    Ok(Next::Go(Some(tool.goto.clone())))
}

fn malformed(text: String) -> Stop {
    Failure::new("ai_malformed", text).into()
}
