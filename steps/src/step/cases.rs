//! Runs the cases of all steps: `testdata/KIND.json` is a list of what there was before, what happened, and what came of it.
//!
//! `UPDATE_CASES=1` (or `UPDATE_CASES=message,list`) writes what came of it into the files; then read the difference. A step without cases
//! fails. The example in a step's documentation is a case too: it has to be a step, with known keys, that runs.
//!
//! A case:
//!
//! - `description`; `bot`: parts of the document beside the step; `step`: the step, whose id is `here`;
//! - `before`: `window` (`open` or `closed`), `contact` and `environment` (laid over the default ones), `lead`, `vars`, `flow`, `error`,
//!   `trigger`, `wait` (an answer's wait), `message` (the customer's last: a text or its content), `counters`, `secrets_readable`;
//! - `event`, or `events` one after the other: `run` (default), `{"answer": text or content}`, `{"tap": title}`, `{"result": …}`,
//!   `{"returned": {vars, outcome, status}}`, `{"happened": index}`, `released`, `{"pass": duration}`. Where the first is not `run`, the step
//!   was run before, and only what comes after counts; `before.wait` then replaces the wait that this left behind;
//! - `expected`: `next`; and where there is something to tell: `sends`, `after` (what changed, by path; null: it is gone), `facts`,
//!   `changes` (what triggers see), `why` (the branches that the trace explains).

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Child, Definition, STEPS, step_schema};
use crate::{
    contact::{AnswerWait, Lead, Outside},
    event::{CallResult, Content},
    expression::parse_duration,
    fact::Fact,
    ids::NumberId,
    moment::Moment,
    testing::{Scene, bot_of, contact, merge},
    trace::Traced,
    turn::{Alternative, Change, Failure, Handoff, Next, Stop, Summary},
};

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    description: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    bot: Map<String, Value>,
    step: Value,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    before: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<Value>,
    #[serde(default)]
    expected: Value,
}

fn cases_file(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/step/testdata").join(format!("{kind}.json"))
}

#[test]
fn every_step_does_what_its_cases_say() {
    let updates = std::env::var("UPDATE_CASES").unwrap_or_default();
    let mut wrong = Vec::new();
    for definition in STEPS {
        let kind = definition.kind;
        let update = updates.split(',').any(|name| name == "1" || name == kind);
        let file = cases_file(kind);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                wrong.push(format!("{kind}: no cases in {}: {error}", file.display()));
                continue;
            }
        };
        let mut cases: Vec<Case> = match serde_json::from_str(&text) {
            Ok(cases) => cases,
            Err(error) => {
                wrong.push(format!("{kind}: {}: {error}", file.display()));
                continue;
            }
        };
        if cases.is_empty() {
            wrong.push(format!("{kind}: the list of cases is empty"));
        }
        for case in &mut cases {
            match outcome(kind, case) {
                Ok(found) if found == case.expected => {}
                Ok(found) if update => case.expected = found,
                Ok(found) => wrong.push(format!(
                    "{kind}: {}\n  expected {}\n  found    {}",
                    case.description,
                    pretty(&case.expected, 2),
                    pretty(&found, 2)
                )),
                Err(error) => wrong.push(format!("{kind}: {}: {error}", case.description)),
            }
        }
        if update {
            let cases: Value = cases.iter().map(|case| serde_json::to_value(case).unwrap()).collect();
            fs::write(&file, pretty(&cases, 0) + "\n").unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{}\n\nRun with UPDATE_CASES=1 to rewrite what is expected, then read the difference.",
        wrong.join("\n")
    );
}

#[test]
fn every_case_file_belongs_to_a_step() {
    for file in fs::read_dir(cases_file("x").parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(STEPS.iter().any(|definition| definition.kind == stem), "{} belongs to no step", path.display());
    }
}

#[test]
fn every_example_in_the_documentation_runs() {
    let mut wrong = Vec::new();
    for definition in STEPS {
        if let Err(error) = run_example(definition) {
            wrong.push(format!("{}: {error}", definition.kind));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Steps whose purpose it is to fail.
const FAILS: &[&str] = &["unsupported"];

fn run_example(definition: &Definition) -> Result<(), String> {
    let schema = step_schema(definition, &mut schemars::SchemaGenerator::default());
    let description = schema["description"].as_str().ok_or("it has no documentation")?;
    let (before, rest) = description.split_once("```json").ok_or("its documentation has no ```json example")?;
    let first = before.lines().next().unwrap_or_default();
    if !first.ends_with('.') || first.len() > 160 {
        return Err(format!("its documentation begins with no short sentence: {first:?}"));
    }
    let (example, _) = rest.split_once("```").ok_or("its example does not end")?;
    let example: Value = serde_json::from_str(example).map_err(|error| format!("its example is no JSON: {error}"))?;
    if example["type"] != definition.kind {
        return Err(format!("its example is a step of type {}", example["type"]));
    }
    let properties = schema["properties"].as_object().ok_or("its schema has no properties")?;
    let unknown: Vec<_> =
        example.as_object().into_iter().flat_map(Map::keys).filter(|key| !properties.contains_key(*key)).collect();
    if !unknown.is_empty() {
        return Err(format!("its example has keys that its schema does not know: {unknown:?}"));
    }
    let bot = bot_of(example, &Map::new()).map_err(|error| format!("its example is no step: {error}"))?;
    let mut scene = Scene::new(bot, contact());
    match scene.run() {
        Ok(_) if FAILS.contains(&definition.kind) => Err("it did not fail".into()),
        Err(Stop::Failed(_)) if FAILS.contains(&definition.kind) => Ok(()),
        Ok(_) => Ok(()),
        Err(stop) => Err(format!("its example does not run: {stop:?}")),
    }
}

/// What came of a case, as `expected` tells it.
fn outcome(kind: &str, case: &Case) -> Result<Value, String> {
    if case.step["type"] != kind {
        return Err(format!("the step is of type {}", case.step["type"]));
    }
    let mut scene = set_up(case)?;
    let run = json!("run");
    let events: Vec<&Value> = case.event.iter().chain(&case.events).collect();
    let events = if events.is_empty() { vec![&run] } else { events };
    if events[0] != &run {
        // What the customer answers was asked before.
        scene.run().map_err(|stop| format!("running it before the event: {stop:?}"))?;
        scene.facts.clear();
        scene.changes.clear();
        scene.trace.0.clear();
    }
    if let Some(wait) = case.before.get("wait") {
        scene.wait(serde_json::from_value::<AnswerWait>(wait.clone()).map_err(|error| format!("before.wait: {error}"))?);
    }
    let asked = if events[0] == &run { 0 } else { scene.sends().len() };
    let before = visible(&scene);
    let mut next = None;
    for event in events {
        next = happen(&mut scene, event)?.or(next);
    }
    let next = next.ok_or("nothing happened")?;
    let mut found = json!({"next": next_json(&next)});
    let mut tell = |key: &str, values: Vec<Value>| {
        if !values.is_empty() {
            found[key] = Value::Array(values);
        }
    };
    tell(
        "sends",
        scene.sends()[asked..]
            .iter()
            .map(|send| {
                let mut sent = serde_json::to_value(&send.message).unwrap();
                if let Some(template) = &send.template {
                    sent["else_template"] = serde_json::to_value(template).unwrap();
                }
                if send.outside != Outside::Fail {
                    sent["outside"] = serde_json::to_value(&send.outside).unwrap();
                }
                if send.held {
                    sent["held"] = true.into();
                }
                sent
            })
            .collect(),
    );
    tell(
        "facts",
        scene
            .facts
            .iter()
            .filter(|fact| !matches!(fact, Fact::Queued { .. } | Fact::Changed { .. }))
            .map(|fact| serde_json::to_value(fact).unwrap())
            .collect(),
    );
    tell("changes", scene.changes.iter().map(change_json).collect());
    tell(
        "why",
        scene
            .trace
            .iter()
            .filter_map(|line| match &line.what {
                Traced::Branch { to: Some(to), why, .. } => Some(json!(format!("{to}: {why}"))),
                Traced::Branch { to: None, why, .. } => Some(json!(why)),
                _ => None,
            })
            .collect(),
    );
    let mut after = Map::new();
    differences(&before, &visible(&scene), "", &mut after);
    if !after.is_empty() {
        found["after"] = Value::Object(after);
    }
    Ok(found)
}

fn set_up(case: &Case) -> Result<Scene, String> {
    let bot = bot_of(case.step.clone(), &case.bot).map_err(|error| error.to_string())?;
    let mut who = serde_json::to_value(contact()).unwrap();
    if let Some(over) = case.before.get("contact") {
        merge(&mut who, over);
    }
    let mut scene = Scene::new(bot, serde_json::from_value(who).map_err(|error| format!("before.contact: {error}"))?);
    for (key, value) in &case.before {
        let wrong = |error: serde_json::Error| format!("before.{key}: {error}");
        match key.as_str() {
            "contact" | "wait" => {}
            "window" if value == "open" => {}
            "window" if value == "closed" => scene.close_window(),
            "lead" => {
                let mut lead = json!({"id": "lead1"});
                merge(&mut lead, value);
                scene.state.contact.leads.push(serde_json::from_value::<Lead>(lead).map_err(wrong)?);
            }
            "environment" => {
                let mut environment = serde_json::to_value(&*scene.state.environment).unwrap();
                merge(&mut environment, value);
                scene.state.environment =
                    serde_json::from_value::<crate::environment::Environment>(environment).map_err(wrong)?.into();
            }
            "counters" => scene.supplied.counters = serde_json::from_value(value.clone()).map_err(wrong)?,
            "secrets_readable" => scene.state.secrets_readable = value == true,
            "message" => {
                let conversation = scene.state.contact.conversation_mut(&NumberId::default());
                conversation.last_message.as_deref_mut().unwrap().content = content(value)?;
            }
            "trigger" => {
                let session = scene.state.session.unwrap();
                scene.state.contact.session_mut(session).unwrap().trigger =
                    serde_json::from_value(value.clone()).map_err(wrong)?;
            }
            "vars" | "flow" | "error" | "answer" => {
                let frame = scene.frame_mut().unwrap();
                match key.as_str() {
                    "vars" => frame.vars.extend(serde_json::from_value::<Map<_, _>>(value.clone()).map_err(wrong)?),
                    "flow" => frame.flow = serde_json::from_value(value.clone()).map_err(wrong)?,
                    "error" => frame.error = Some(serde_json::from_value(value.clone()).map_err(wrong)?),
                    _ => frame.answer = Some(value.clone()),
                }
            }
            _ => return Err(format!("before.{key} is unknown, or has no such value")),
        }
    }
    Ok(scene)
}

/// A customer's message: a text, or its content as JSON.
fn content(value: &Value) -> Result<Content, String> {
    match value {
        Value::String(text) => Ok(Content::Text { text: text.clone() }),
        other => serde_json::from_value(other.clone()).map_err(|error| format!("{other}: {error}")),
    }
}

fn happen(scene: &mut Scene, event: &Value) -> Result<Option<Result<Next, Stop>>, String> {
    if event == "run" {
        return Ok(Some(scene.run()));
    }
    if event == "released" {
        return Ok(Some(scene.released()));
    }
    let (name, value) =
        event.as_object().and_then(|event| event.iter().next()).ok_or_else(|| format!("unknown event {event}"))?;
    Ok(Some(match name.as_str() {
        "answer" => scene.answer(content(value)?),
        "tap" => {
            let title = value.as_str().ok_or("`tap` is the title of an option")?;
            let tap = scene.tap_of(title).ok_or_else(|| format!("no message has an option {title:?}"))?;
            scene.answer(tap)
        }
        "result" => scene.result(&serde_json::from_value::<CallResult>(value.clone()).map_err(|error| error.to_string())?),
        "returned" => scene.returned(&Child {
            vars: value["vars"].as_object().cloned().unwrap_or_default(),
            outcome: value["outcome"].as_str().unwrap_or_default().to_owned(),
            status: if value["status"] == "failed" { "failed" } else { "completed" },
        }),
        "happened" => scene.happened(value.as_u64().ok_or("`happened` is an index")? as usize),
        "pass" => {
            let duration = parse_duration(value.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
            scene.pass(duration.as_millis() as i64);
            return Ok(None);
        }
        _ => return Err(format!("unknown event {event}")),
    }))
}

/// What a case may change, as expressions name it.
fn visible(scene: &Scene) -> Value {
    let contact = serde_json::to_value(&scene.state.contact).unwrap();
    let mut own = contact.clone();
    for key in ["sessions", "pending", "conversations", "leads", "sends", "next_id", "company"] {
        own.as_object_mut().unwrap().remove(key);
    }
    let frame = scene.state.frame().unwrap();
    let conversation = scene.state.conversation().cloned().unwrap_or_default();
    json!({
        "vars": frame.vars, "flow": frame.flow, "answer": frame.answer,
        "contact": own, "company": scene.state.contact.company, "lead": scene.state.contact.lead(),
        "conversation": {"owner": conversation.owner, "closed": conversation.closed, "subscribers": conversation.subscribers},
        "message": {"tapped": conversation.last_message.as_ref().and_then(|message| message.tapped.clone())},
    })
}

fn differences(before: &Value, after: &Value, path: &str, found: &mut Map<String, Value>) {
    if before == after {
        return;
    }
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        found.insert(path.to_owned(), after.clone());
        return;
    };
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        differences(old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null), &path, found);
    }
}

fn next_json(next: &Result<Next, Stop>) -> Value {
    match next {
        Ok(Next::Go(Some(step))) => json!({"go": step}),
        Ok(Next::Go(None)) => json!("end"),
        Ok(Next::Answer { wait, fresh }) => {
            let mut waits = serde_json::to_value(wait).unwrap();
            if !fresh {
                waits["timeout_goes_on"] = true.into();
            }
            if waits == json!({}) { json!("answer") } else { json!({"answer": waits}) }
        }
        Ok(Next::First(alternatives)) => json!({"first": alternatives.iter().map(|alternative| match alternative {
            Alternative::Message => json!("message"),
            Alternative::At(moment) => json!({"at": shown(*moment)}),
            Alternative::Delivered => json!("delivered"),
            Alternative::Read => json!("read"),
        }).collect::<Vec<_>>()}),
        Ok(Next::Call(call)) => json!({"call": call}),
        Ok(Next::StartBot { bot, switch, variables }) => json!({"start_bot": bot, "switch": switch, "variables": variables}),
        Ok(Next::Handoff(Handoff { to, summary, resume })) => {
            let summary = summary.as_ref().map(|summary| match summary {
                Summary::Text(text) => json!(text),
                Summary::Call(call) => json!({ "call": call }),
            });
            json!({"handoff": to, "summary": summary, "resume": resume})
        }
        Ok(Next::Stop { outcome, close, all }) => json!({"stop": outcome, "close": close, "all": all}),
        Err(Stop::Needs(need)) => json!({"needs": format!("{need:?}")}),
        Err(Stop::Failed(failure)) => json!({"failed": failure_json(failure)}),
        Err(Stop::Limit(failure)) => json!({"limit": failure_json(failure)}),
    }
}

fn failure_json(failure: &Failure) -> Value {
    let mut json = json!({"name": failure.name, "text": failure.text});
    if let Some(code) = failure.code {
        json["code"] = code.into();
    }
    json
}

fn change_json(change: &Change) -> Value {
    match change {
        Change::Field { path, from, to } => json!({"field": path, "from": from, "to": to}),
        Change::Tag { on, tag, added } => json!({"tag": tag, "on": on, "added": added}),
        Change::Stage { pipeline, from, to, created } => {
            json!({"stage": to, "from": from, "pipeline": pipeline, "created": created})
        }
        Change::Owner { of } => json!({"owner": of}),
    }
}

fn shown(moment: Moment) -> String {
    moment.timestamp().to_string()
}

/// JSON in which whatever fits stands on one line.
fn pretty(value: &Value, indent: usize) -> String {
    const WIDTH: usize = 130;
    let line = one_line(value);
    if line.chars().count() + indent <= WIDTH {
        return line;
    }
    let inner = " ".repeat(indent + 2);
    let (open, close, parts): (_, _, Vec<String>) = match value {
        Value::Array(values) => ('[', ']', values.iter().map(|value| pretty(value, indent + 2)).collect()),
        Value::Object(values) => {
            ('{', '}', values.iter().map(|(key, value)| format!("{}: {}", json!(key), pretty(value, indent + 2))).collect())
        }
        _ => return line,
    };
    format!("{open}\n{inner}{}\n{}{close}", parts.join(&format!(",\n{inner}")), " ".repeat(indent))
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Array(values) => format!("[{}]", values.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        Value::Object(values) => {
            format!(
                "{{{}}}",
                values.iter().map(|(key, value)| format!("{}: {}", json!(key), one_line(value))).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}
