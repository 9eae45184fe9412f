//! A prompt as a request, and the answer read: by structured output, else by a tool call, else by words, as the server can.

use serde_json::{Value, json};
use steps::asked::Tokens;

use super::{
    client::Refusal,
    prompt::{ANSWER, Form, From, Prompt},
    tools,
};

/// How a server is told the form of an answer. Servers differ in what they know; the later ones are understood by more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `response_format` with a JSON schema.
    Schema,
    /// A function that has to be called.
    Tool,
    /// In words. Whatever comes is looked through for JSON.
    Words,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Schema, Way::Tool, Way::Words];
    /// For functions that may be called.
    pub const FUNCTIONS: [Way; 2] = [Way::Tool, Way::Words];
}

/// What a model answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    Text(String),
    Json(Value),
    /// A function is called. Only the first counts; a text beside it is dropped.
    Call {
        name: String,
        arguments: Value,
    },
}

pub(super) fn request(model: &str, prompt: &Prompt, way: Way) -> Value {
    let mut system = prompt.system.clone();
    if let (Some(form), Way::Words) = (&prompt.form, way) {
        system.push_str(&format!("\nAnswer with one JSON object and nothing else. Its schema: {}\n", form.schema));
    }
    let in_words = !prompt.functions.is_empty() && way == Way::Words;
    if in_words {
        system.push_str(&tools::in_words(&prompt.functions));
    }
    let system = json!({"role": "system", "content": system});
    let lines = prompt.messages.iter().map(|line| {
        let role = match line.from {
            From::Customer => "user",
            From::Business => "assistant",
        };
        json!({"role": role, "content": line.text})
    });
    let exchanges = tools::messages(&prompt.exchanges, way == Way::Words);
    let messages = std::iter::once(system).chain(lines).chain(exchanges);
    let mut request = json!({"model": model, "messages": messages.collect::<Value>(), "stream": false});
    if let Some(most) = prompt.max_tokens {
        request["max_tokens"] = most.into();
    }
    match (&prompt.form, way) {
        (Some(Form { name, schema }), Way::Schema) => {
            request["response_format"] =
                json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}});
        }
        (Some(Form { name, schema }), Way::Tool) => {
            request["tools"] = json!([{"type": "function", "function": {"name": name, "parameters": schema}}]);
            request["tool_choice"] = json!({"type": "function", "function": {"name": name}});
        }
        _ => {}
    }
    if !prompt.functions.is_empty() && !in_words {
        let functions = prompt.functions.iter().map(|function| {
            let tools::Function { name, description, schema } = function;
            json!({"type": "function", "function": {"name": name, "description": description, "parameters": schema}})
        });
        request["tools"] = functions.collect();
        request["tool_choice"] = "auto".into();
    }
    request
}

/// Names `max_tokens` as newer models of OpenAI's know it, which refuse the older name. Whether there was any.
pub(super) fn rename_limit(request: &mut Value) -> bool {
    let most = request.as_object_mut().and_then(|request| request.shift_remove("max_tokens"));
    let is_renamed = most.is_some();
    if let Some(most) = most {
        request["max_completion_tokens"] = most;
    }
    is_renamed
}

/// Reads a completion.
///
/// # Errors
/// It has no message; or it should have a form, and has none.
pub(super) fn read(completion: &Value, prompt: &Prompt, way: Way) -> Result<Said, Refusal> {
    let choice = &completion["choices"][0];
    let message = &choice["message"];
    if !message.is_object() {
        return Err(Refusal::malformed("the model's server answered something that is no completion"));
    }
    if let Some(refusal) = message["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        return Err(Refusal::by_model(refusal));
    }
    if choice["finish_reason"] == "content_filter" {
        return Err(Refusal::filtered());
    }
    let text = message["content"].as_str().unwrap_or_default().trim();
    let Some(form) = &prompt.form else {
        return match choice["finish_reason"].as_str() {
            Some("length") => Err(Refusal::cut_off()),
            _ if prompt.functions.is_empty() => Ok(Said::Text(text.to_owned())),
            _ => answer_or_call(message, text, way),
        };
    };
    let called =
        message["tool_calls"][0]["function"]["arguments"].as_str().and_then(|arguments| serde_json::from_str(arguments).ok());
    let found = called.or_else(|| object_in(text)).filter(|value: &Value| has_form(value, form));
    let bare = || bare_choice(text, form).or_else(|| bare_answer(text, form));
    let found = if way == Way::Words { found.or_else(bare) } else { found };
    found.map(Said::Json).ok_or_else(|| match choice["finish_reason"].as_str() {
        Some("length") => Refusal::cut_off(),
        _ => Refusal::without_form(),
    })
}

/// What a model said that may call functions. In words it may forget the form: without a brace, its text is the answer.
fn answer_or_call(message: &Value, text: &str, way: Way) -> Result<Said, Refusal> {
    let called = &message["tool_calls"][0]["function"];
    if let Some(name) = called["name"].as_str() {
        // Some servers give the object itself, and some nothing where there are none.
        let arguments = match &called["arguments"] {
            Value::String(arguments) if arguments.trim().is_empty() => json!({}),
            Value::String(arguments) => serde_json::from_str(arguments).unwrap_or_default(),
            other => other.clone(),
        };
        return Ok(Said::Call { name: name.to_owned(), arguments });
    }
    if way != Way::Words || !text.contains('{') {
        return Ok(Said::Text(text.to_owned()));
    }
    let said = object_in(text).unwrap_or_default();
    match (said["tool"].as_str(), said["answer"].as_str()) {
        (Some(name), _) => Ok(Said::Call { name: name.to_owned(), arguments: said["arguments"].clone() }),
        (None, Some(answer)) => Ok(Said::Text(answer.trim().to_owned())),
        (None, None) => Err(Refusal::malformed("the model's answer is neither a text nor a call of a tool")),
    }
}

pub(super) fn tokens(completion: &Value) -> Tokens {
    // More than these no call takes: a server that says so counts wrong.
    let tokens = |key: &str| completion["usage"][key].as_u64().unwrap_or_default().min(u32::MAX.into());
    Tokens { prompt: tokens("prompt_tokens"), answer: tokens("completion_tokens") }
}

/// What the model wrote, whatever it is worth: text, the arguments of functions that it calls, a refusal.
pub(super) fn written(completion: &Value) -> String {
    let message = &completion["choices"][0]["message"];
    let calls = message["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let arguments = calls.iter().map(|call| &call["function"]["arguments"]);
    let texts = [&message["content"]].into_iter().chain(arguments).chain([&message["refusal"]]);
    texts.filter_map(Value::as_str).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The JSON object in a text: alone, or among words and fences.
fn object_in(text: &str) -> Option<Value> {
    let (start, end) = (text.find('{')?, text.rfind('}')?);
    serde_json::from_str(text.get(start..=end)?).ok()
}

/// Whether an object has a key of the form: models leave out what is `null`.
fn has_form(value: &Value, form: &Form) -> bool {
    let keys = form.schema["properties"].as_object();
    value
        .as_object()
        .is_some_and(|object| keys.is_some_and(|keys| object.is_empty() || object.keys().any(|key| keys.contains_key(key))))
}

/// The answer that a text is which only names one of the choices that a form is about.
fn bare_choice(text: &str, form: &Form) -> Option<Value> {
    let (key, choices) = form.schema["properties"].as_object()?.iter().find(|(_, schema)| schema["enum"].is_array())?;
    let choices = choices["enum"].as_array()?.iter().filter_map(Value::as_str);
    let fitting: Vec<&str> = choices.filter(|choice| bare(choice) == bare(text)).collect();
    // Names that differ by their case alone are not told apart.
    let [choice] = fitting[..] else { return None };
    Some(json!({key: choice}))
}

/// The answer to a customer that a text is which is no object, nor the beginning of one.
fn bare_answer(text: &str, form: &Form) -> Option<Value> {
    let is_answer = form.name == ANSWER && !text.is_empty() && !text.starts_with(['{', '[', '`']);
    is_answer.then(|| json!({"helps": true, "answer": text}))
}

/// A text in small letters, without the quotes around it and its last punctuation.
fn bare(text: &str) -> String {
    let is_quote = |sign: char| matches!(sign, '"' | '\'' | '`' | '*' | '“' | '”' | '„' | '‘' | '’' | '«' | '»');
    let is_end = |sign: char| is_quote(sign) || sign.is_whitespace() || matches!(sign, '.' | '!' | '?' | '…' | ',' | ';' | ':');
    text.trim().trim_start_matches(is_quote).trim_end_matches(is_end).to_lowercase()
}
