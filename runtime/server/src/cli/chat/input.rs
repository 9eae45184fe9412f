//! What a person types, read as a line of a dialog or as a command.

use std::path::PathBuf;

use editor_preview::text::options;
use interpreter::{dialog::Line, rehearsal::Rehearsal};
use serde_json::{Map, Value, json};

/// Every command, as `/help` lists them.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("TEXT", "the customer writes"),
    ("NUMBER", "the customer taps the option that it stands beside, in the latest message"),
    ("/say TEXT", "the customer writes, also a number or a text that begins with /"),
    ("/tap TITLE", "the customer taps the option of this title, also of an older message"),
    ("/media KIND [CAPTION]", "the customer sends image, video, audio, voice, document or sticker"),
    ("/location LAT LON [NAME]", "the customer sends a place"),
    ("/form {JSON}", "the customer submits the last form"),
    ("/pass 25h", "time passes"),
    (
        "/reply {JSON}",
        "answers a call: {\"status\": 200, \"json\": {}}, {\"intent\": \"buy\"}, {\"fields\": {}}, {\"text\": \"…\"}, {\"failed\": \"timeout\"}",
    ),
    ("/stage PIPELINE STAGE", "the lead enters a stage"),
    ("/start", "starts the bot as the API does"),
    ("/status STATE", "of the bot's last message: delivered, read, failed CODE"),
    ("/agent TEXT", "an agent writes"),
    ("/release", "the agent gives the conversation back (/close: and closes it)"),
    ("/vars", "the bot's variables"),
    ("/state", "time, window, where the bot is, contact and lead"),
    ("/trace", "what the last line did, step by step"),
    ("/save FILE [NAME]", "writes the chat as a dialog test, behind those that the file has"),
    ("/restart", "begins again"),
    ("/quit", "ends"),
];

/// What was typed.
#[derive(Debug, PartialEq)]
pub(super) enum Input {
    Nothing,
    Line(Line),
    Look(Look),
    Save { file: PathBuf, name: Option<String> },
    Restart,
    Help,
    Quit,
}

/// What is shown without anything happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Vars,
    State,
    Trace,
}

/// Reads what was typed; a number is an option's where the bot's latest message shows one of this number.
pub(super) fn read(typed: &str, rehearsal: &Rehearsal) -> Result<Input, String> {
    let Some(command) = typed.strip_prefix('/') else {
        return Ok(if typed.is_empty() {
            Input::Nothing
        } else {
            Input::Line(option(typed, rehearsal).unwrap_or_else(|| says(typed)))
        });
    };
    let (word, rest) = command.split_once(char::is_whitespace).map_or((command, ""), |(word, rest)| (word, rest.trim()));
    let need = |what: &str| if rest.is_empty() { Err(format!("/{word} needs {what}")) } else { Ok(rest) };
    let customer = |value: Value| Ok(Input::Line(Line::Customer(value)));
    match word {
        "say" => Ok(Input::Line(says(need("a text")?))),
        "tap" => customer(json!({"tap": need("the title of an option")?})),
        "media" => {
            let (kind, caption) = halves(need("a kind: image, video, audio, voice, document or sticker")?);
            let mut media = json!({ "kind": kind });
            if let Some(caption) = caption {
                media["caption"] = caption.into();
            }
            customer(json!({ "media": media }))
        }
        "location" => {
            let mut parts = rest.splitn(3, char::is_whitespace);
            let mut degrees = || parts.next().and_then(|part| part.parse::<f64>().ok());
            let (Some(latitude), Some(longitude)) = (degrees(), degrees()) else {
                return Err("/location needs a latitude and a longitude, such as /location -23.55 -46.63".to_owned());
            };
            let mut location = json!({"latitude": latitude, "longitude": longitude});
            if let Some(name) = parts.next() {
                location["name"] = name.into();
            }
            customer(json!({ "location": location }))
        }
        "form" => customer(json!({"form": object(rest, "form", "{\"email\": \"ana@example.com\"}")?})),
        "pass" => Ok(Input::Line(Line::Pass(need("a duration, such as 25h")?.to_owned()))),
        "reply" => Ok(Input::Line(Line::Reply(object(rest, "reply", "{\"status\": 200, \"json\": {}}")?))),
        "stage" => {
            let (pipeline, stage) = halves(need("a pipeline and a stage")?);
            let stage = stage.ok_or("/stage needs a pipeline and a stage")?;
            start(&[("on", "stage"), ("pipeline", pipeline), ("stage", stage)])
        }
        "start" => start(&[("on", "api")]),
        "status" => match halves(need("delivered, read, or failed with a code")?) {
            ("failed", code) => {
                let code: Option<i64> = code.and_then(|code| code.parse().ok());
                let code = code.ok_or("/status failed needs an error code of the Cloud API, such as 131047")?;
                Ok(Input::Line(Line::Status(json!({ "failed": code }))))
            }
            (state, _) => Ok(Input::Line(Line::Status(state.into()))),
        },
        "agent" => Ok(Input::Line(Line::Agent(json!({"message": need("a text")?})))),
        "release" | "close" => Ok(Input::Line(Line::Agent(word.into()))),
        "vars" => Ok(Input::Look(Look::Vars)),
        "state" => Ok(Input::Look(Look::State)),
        "trace" => Ok(Input::Look(Look::Trace)),
        "save" => {
            let (file, name) = halves(need("a file, such as bots/welcome.test.json")?);
            Ok(Input::Save { file: file.into(), name: name.map(str::to_owned) })
        }
        "restart" => Ok(Input::Restart),
        "help" => Ok(Input::Help),
        "quit" | "exit" => Ok(Input::Quit),
        _ => Err(format!("there is no command /{word}; /help lists them, and /say writes a text that begins with /")),
    }
}

fn says(text: &str) -> Line {
    Line::Customer(text.into())
}

/// The tap on the option of this number, where the bot's latest message has options: behind any other message a number is an answer.
fn option(typed: &str, rehearsal: &Rehearsal) -> Option<Line> {
    let number: usize = typed.parse().ok()?;
    let shown = options(&rehearsal.said.last()?.message);
    let chosen = shown.into_iter().find(|option| option.number == number)?;
    Some(Line::Customer(json!({"tap": chosen.reply.title})))
}

fn halves(text: &str) -> (&str, Option<&str>) {
    text.split_once(char::is_whitespace).map_or((text, None), |(one, other)| (one, Some(other.trim())))
}

fn object(text: &str, command: &str, example: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("/{command} needs a JSON object, such as /{command} {example}: {error}"))
}

fn start(keys: &[(&str, &str)]) -> Result<Input, String> {
    Ok(Input::Line(Line::Start(keys.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())))
}
