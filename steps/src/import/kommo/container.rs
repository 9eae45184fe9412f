//! What a file holds: a program in one of the containers in which people get hold of it, or several beside each other.
//!
//! A: an array, as the documentation writes it. B: an object with numbered steps, from "View source". C: an exported file, whose program and
//! canvas are JSON inside JSON. D: A as a text, as a widget returns it. Any of them may be encoded once more than it should be.

use serde_json::{Map, Value};

use super::{
    Refused,
    canvas::Canvas,
    placeholder::shown,
    program::Program,
    report::{Code, Finding, Report},
    source::{mend, parsed, repeated_keys},
};

/// How often a text may hold a text that holds JSON.
const MOST_LAYERS: usize = 4;
/// Kommo refuses a bot's JSON above this many bytes (developers.kommo.com, "Salesbot").
const KOMMO_BYTES: usize = 64 << 10;
/// The keys of a step that hold handlers.
const PARTS: [&str; 3] = ["question", "answer", "finish"];

/// The programs of a file; `name` is what the file is called.
///
/// # Errors
/// It is no JSON, or there is no bot in it.
pub(super) fn programs(name: &str, source: &str, repair: bool, report: &mut Report) -> Result<Vec<Program>, Refused> {
    let source = source.trim_start_matches('\u{feff}');
    let mut value = parsed(source, "the file")?;
    twice(source, name, report);
    unwrapped(&mut value, "the file")?;
    mend(&mut value, name, repair, report);
    if value.get("model").is_none() {
        too_large(source.len(), name, report);
    }
    if let Some(program) = program(name, &value, report)? {
        return Ok(vec![program]);
    }
    // Documentation puts several programs into one file, each under a name.
    let mut found = Vec::new();
    for (key, inner) in value.as_object().into_iter().flatten() {
        let mut inner = inner.clone();
        if !matches!(inner, Value::Object(_) | Value::Array(_)) {
            continue;
        }
        unwrapped(&mut inner, key)?;
        if let Some(program) = program(&format!("{key} of {name}"), &inner, report)? {
            found.push(program);
        }
    }
    if found.is_empty() {
        return Err(Refused::new(no_bot(&value)));
    }
    let left: Vec<&String> = value.as_object().into_iter().flatten().map(|(key, _)| key).collect();
    if left.len() > found.len() {
        let message = format!("the file holds {} programs under names of their own; its other keys are no bots", found.len());
        report.findings.push(Finding { code: Code::Malformed, bot: name.to_owned(), place: String::new(), step: None, message });
    }
    Ok(found)
}

/// What is missing in a file without a bot.
fn no_bot(value: &Value) -> String {
    let expected = "expected an exported bot (`model`), the editor's source (steps under \"0\", \"1\", …) or an array of steps";
    match value {
        Value::Object(map) => {
            let keys: Vec<String> =
                map.keys().take(5).map(|key| format!("`{}`", key.chars().take(30).collect::<String>())).collect();
            match keys.is_empty() {
                true => format!("this is an empty object: {expected}"),
                false => format!("this is no bot of Kommo's: it has the keys {}; {expected}", keys.join(", ")),
            }
        }
        Value::Array(_) => format!("this array holds no step with `question`, `answer` or `finish`; {expected}"),
        _ => format!("this is no bot of Kommo's; {expected}"),
    }
}

/// The program that a value holds, if it holds one.
fn program(name: &str, value: &Value, report: &mut Report) -> Result<Option<Program>, Refused> {
    match value {
        Value::Array(steps) => Ok(is_steps(steps).then(|| array(name, steps))),
        Value::Object(map) if map.contains_key("model") => exported(name, map, report).map(Some),
        Value::Object(map) if map.keys().any(|key| is_number(key)) => Ok(Some(numbered(name, map, None, report))),
        Value::Object(map) if PARTS.iter().any(|part| map.contains_key(*part)) => {
            Ok(Some(array(name, std::slice::from_ref(value))))
        }
        _ => Ok(None),
    }
}

fn is_steps(steps: &[Value]) -> bool {
    steps.iter().any(|step| step.as_object().is_some_and(|step| PARTS.iter().any(|part| step.contains_key(*part))))
}

fn is_number(key: &str) -> bool {
    !key.is_empty() && key.len() <= 9 && key.bytes().all(|digit| digit.is_ascii_digit())
}

fn array(name: &str, steps: &[Value]) -> Program {
    let steps = steps.iter().enumerate().map(|(index, step)| (index as u64, step.clone()));
    Program::new(name, steps.collect(), Value::Null, None)
}

fn numbered(name: &str, map: &Map<String, Value>, canvas: Option<Canvas>, report: &mut Report) -> Program {
    for (key, step) in map {
        let message = match (is_number(key), step.is_object()) {
            (true, false) => "this step is no object, and does nothing",
            (false, true) if PARTS.iter().any(|part| step.get(*part).is_some()) => {
                "the key of this step is no number: it was left out"
            }
            _ => continue,
        };
        let (code, place) = (Code::Malformed, shown(key));
        report.findings.push(Finding { code, bot: name.to_owned(), place, step: None, message: message.to_owned() });
    }
    let steps = map.iter().filter(|(key, _)| is_number(key)).filter_map(|(key, step)| Some((key.parse().ok()?, step.clone())));
    let conversation = map.get("conversation") == Some(&Value::Bool(true));
    Program { conversation, ..Program::new(name, steps.collect(), map.get("error").cloned().unwrap_or_default(), canvas) }
}

fn exported(name: &str, envelope: &Map<String, Value>, report: &mut Report) -> Result<Program, Refused> {
    // What belongs inside the model may stand beside it.
    let inside = |key: &str| envelope.get("model").and_then(|model| model.get(key)).or_else(|| envelope.get(key));
    let name = inside("name").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty()).unwrap_or(name);
    let mut text = match (inside("text"), envelope.get("model")) {
        (Some(text), _) => text.clone(),
        // The model may be the program itself.
        (None, Some(model)) => model.clone(),
        (None, None) => Value::Null,
    };
    let note = |code, message| Finding { code, bot: name.to_owned(), place: String::new(), step: None, message };
    if let Some(program) = text.as_str() {
        too_large(program.len(), name, report);
        twice(program, name, report);
    }
    unwrapped(&mut text, "model.text")?;
    let canvas = match inside("positions").cloned() {
        None | Some(Value::Null) => None,
        Some(mut positions) => match unwrapped(&mut positions, "model.positions") {
            Ok(()) => Some(Canvas::read(&positions)),
            Err(refused) => {
                report.findings.push(note(Code::Canvas, format!("the canvas can't be read, so the layout is lost: {refused}")));
                None
            }
        },
    };
    match &text {
        Value::Object(map) if map.keys().any(|key| is_number(key)) => Ok(numbered(name, map, canvas, report)),
        Value::Array(steps) if is_steps(steps) => Ok(Program { canvas, ..array(name, steps) }),
        _ => Err(Refused::new("`model.text` holds no steps: expected an object with steps under \"0\", \"1\", …")),
    }
}

fn too_large(bytes: usize, bot: &str, report: &mut Report) {
    if bytes > KOMMO_BYTES {
        let message = format!("the program has {bytes} bytes; Kommo itself takes {KOMMO_BYTES}");
        report.findings.push(Finding { code: Code::Size, bot: bot.to_owned(), place: String::new(), step: None, message });
    }
}

/// Tells of keys that stand twice.
fn twice(source: &str, bot: &str, report: &mut Report) {
    for key in repeated_keys(source) {
        let message = format!("the key {:?} stands twice in one object: the last of them counts", shown(&key));
        let finding = Finding { code: Code::Malformed, bot: bot.to_owned(), place: String::new(), step: None, message };
        if !report.findings.contains(&finding) {
            report.findings.push(finding);
        }
    }
}

/// Takes JSON out of texts that hold it.
fn unwrapped(value: &mut Value, what: &str) -> Result<(), Refused> {
    for _ in 0..MOST_LAYERS {
        let Value::String(inner) = value else { return Ok(()) };
        *value = parsed(inner.trim_start_matches('\u{feff}'), what)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<Vec<Program>, Refused> {
        programs("bot", source, false, &mut Report::default())
    }

    #[test]
    fn the_same_program_in_every_container() {
        let step = r#"{"question":[{"handler":"show","params":{"type":"text","value":"Hi"}}]}"#;
        let array = format!("[{step}]");
        let numbered = format!("{{\"0\":{step},\"conversation\":false}}");
        let encoded = |text: &str| serde_json::to_string(text).unwrap();
        for source in [
            array.clone(),
            step.to_owned(),
            numbered.clone(),
            format!("\u{feff}{numbered}"),
            encoded(&array),
            encoded(&encoded(&array)),
            format!("{{\"model\":{{\"name\":\"bot\",\"text\":{},\"positions\":\"[]\"}}}}", encoded(&numbered)),
            format!("{{\"model\":{{\"name\":\"bot\",\"text\":{numbered}}}}}"),
            format!("{{\"name\":\"bot\",\"model\":{{\"text\":{}}}}}", encoded(&array)),
        ] {
            let found = read(&source).unwrap_or_else(|refused| panic!("{source}: {refused}"));
            assert_eq!(found.len(), 1, "{source}");
            assert_eq!(found[0].steps.keys().copied().collect::<Vec<_>>(), [0], "{source}");
            assert_eq!(found[0].name, "bot");
        }
    }

    #[test]
    fn what_is_no_bot_is_refused_with_the_reason() {
        for (source, said) in [
            ("", "empty"),
            ("{\"0\": {\"question\": [", "cut off"),
            ("{}", "empty object"),
            ("{\"start\": \"a\", \"steps\": {}}", "`start`, `steps`"),
            ("[1, 2]", "no step with"),
            ("7", "no bot of Kommo's"),
            ("{\"model\": {\"name\": \"x\"}}", "holds no steps"),
            ("{\"model\": {\"text\": \"{\\\"0\\\": \"}}", "model.text is no JSON"),
        ] {
            let refused = read(source).unwrap_err();
            assert!(refused.to_string().contains(said), "{source}: {refused}");
        }
        assert_eq!(read("{\n  \"0\": nulx\n}").unwrap_err().line, 2);
    }

    #[test]
    fn a_wrong_encoding_is_told_and_mended_only_when_asked() {
        let source = r#"[{"question":[{"handler":"show","params":{"value":"PreÃ§o â‚¬"}}]}]"#;
        let mut report = Report::default();
        let text = |program: &Program| program.steps[&0]["question"][0]["params"]["value"].clone();
        assert_eq!(text(&programs("bot", source, false, &mut report).unwrap()[0]), "PreÃ§o â‚¬");
        assert_eq!(report.findings[0].code, Code::Encoding);
        assert_eq!(text(&programs("bot", source, true, &mut report).unwrap()[0]), "Preço €");
    }
}
