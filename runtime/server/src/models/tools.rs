//! Tools of `ai_reply` as functions that a model may call, and its calls read. Pure, as prompts are.
//!
//! A function's arguments are named by the paths of the tool's parameters, with `_` for the dots. What a call means is checked here as far as
//! the conversation is needed for it, and by the step, which alone knows the bot.

use serde_json::{Map, Value, json};
use steps::{
    contact::AiReplyCall,
    event::CallResult,
    step::{
        ai_reply::CANNOT_HELP,
        shared::{FieldKind, field},
    },
};

use super::{
    client::Refusal,
    prompt::{From, Line, by_path, key, object},
};

/// A function that is offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Function {
    pub name: String,
    pub description: String,
    pub schema: Value,
}

/// A function that was called, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exchange {
    pub name: String,
    pub arguments: Value,
    pub result: String,
}

/// The functions of a call: its tools, and where it may decline among them, that.
pub(super) fn functions(call: &AiReplyCall) -> Vec<Function> {
    let tools = call.tools.iter().map(|tool| Function {
        name: tool.name.to_string(),
        description: tool.description.clone(),
        schema: by_path(&tool.parameters),
    });
    let decline = (call.may_decline && !call.tools.is_empty()).then(|| Function {
        name: CANNOT_HELP.to_owned(),
        description: "Says that you can't help: the instructions and the knowledge do not answer, and no other function does what the customer wants."
            .to_owned(),
        schema: object(&[]),
    });
    tools.chain(decline).collect()
}

/// What a model is told of its functions.
pub(super) fn rules(call: &AiReplyCall) -> String {
    let mut rules = "\nYou may call one of your functions instead of answering, where its description says so, and one at a time; a text beside it is \
                     not read. Fill in only what the customer said, and `null` for the rest. Where the customer asks for a person and a function \
                     leads to one, call it at once. Never say that something was done that no function did.\n"
        .to_owned();
    if call.may_decline {
        rules.push_str(&format!(
            "Call `{CANNOT_HELP}` where the instructions and the knowledge do not answer, and where the customer asks for a person and no \
             other function leads to one.\n"
        ));
    }
    rules
}

pub(super) fn exchanges(call: &AiReplyCall) -> Vec<Exchange> {
    let made = call.tool_calls.iter().map(|made| Exchange {
        name: made.name.to_string(),
        arguments: made.arguments.iter().map(|(path, value)| (key(path), value.clone())).collect::<Map<_, _>>().into(),
        result: made.result.clone().unwrap_or_default(),
    });
    made.collect()
}

/// What a function call of a model means.
///
/// # Errors
/// The function was not offered, its arguments are no object, or one of them is an address or a number that the customer never wrote.
pub(super) fn called(call: &AiReplyCall, conversation: &[Line], name: &str, arguments: &Value) -> Result<CallResult, Refusal> {
    if call.may_decline && name == CANNOT_HELP {
        return Ok(CallResult::Text { text: None });
    }
    let Some(tool) = call.tools.iter().find(|tool| tool.name == name) else {
        return Err(Refusal::malformed("the model called a tool that was not offered"));
    };
    let Some(arguments) = arguments.as_object() else {
        return Err(Refusal::malformed(&format!("the model gave the tool `{}` arguments that are no object", tool.name)));
    };
    let given: Map<String, Value> = tool
        .parameters
        .iter()
        .filter_map(|(path, ..)| {
            let value = arguments.get(&key(path)).filter(|value| !field::is_empty(value))?;
            Some((path.clone(), value.clone()))
        })
        .collect();
    if let Some((path, ..)) = tool
        .parameters
        .iter()
        .find(|(path, kind, _)| given.get(path).is_some_and(|value| is_invented(call, conversation, kind, value)))
    {
        return Err(Refusal::malformed(&format!(
            "the model gave `{path}` of the tool `{}` a value that the customer did not write",
            tool.name
        )));
    }
    Ok(CallResult::Tool { name: tool.name.to_string(), arguments: given })
}

/// Whether none of the customer's messages that the model saw holds the value.
fn is_invented(call: &AiReplyCall, conversation: &[Line], kind: &str, value: &Value) -> bool {
    let Some(kind) = FieldKind::named(kind) else { return false };
    let written = conversation.iter().filter(|line| line.from == From::Customer).map(|line| line.text.as_str());
    !written.chain([call.text.as_str()]).any(|text| field::stands_in(text, kind, value))
}

/// The functions in words, for a server that knows none.
pub(super) fn in_words(functions: &[Function]) -> String {
    let mut words = "\nAnswer with one JSON object and nothing else: {\"answer\": \"…\"} to write to the customer, or {\"tool\": \"…\", \"arguments\": {…}} to \
                     call a function. The functions:\n"
        .to_owned();
    for function in functions {
        words.push_str(&format!("- {}: {} Its arguments: {}\n", function.name, function.description, function.schema));
    }
    words
}

/// An exchange as messages: as functions are called, or in words.
pub(super) fn messages(exchanges: &[Exchange], words: bool) -> Vec<Value> {
    let numbered = (1..).zip(exchanges);
    let pair = |(number, made): (u32, &Exchange)| {
        let (name, id) = (&made.name, format!("call_{number}"));
        match words {
            true => [
                json!({"role": "assistant", "content": json!({"tool": name, "arguments": made.arguments}).to_string()}),
                json!({"role": "user", "content": format!("What came of `{name}`, which the customer does not see: {}", made.result)}),
            ],
            false => {
                let function = json!({"name": name, "arguments": made.arguments.to_string()});
                let call = json!({"id": id, "type": "function", "function": function});
                [
                    json!({"role": "assistant", "content": null, "tool_calls": [call]}),
                    json!({"role": "tool", "tool_call_id": id, "content": made.result}),
                ]
            }
        }
    };
    numbered.flat_map(pair).collect()
}
