//! The command line, as its users and their scripts meet it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tests::harness::program;

fn run(arguments: &[&str], typed: &str) -> Output {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder.path()).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bots")
}

/// Kinds of mistakes, each with a bot that makes it and what is shown of its place.
const BROKEN: &[(&str, &str, &str)] = &[
    ("no JSON", "{\n  \"name\": \"x\",\n  \"start\"\n}", ":4:1"),
    ("cut off", "{\"start\": \"a\", \"steps\": {\"a\": {\"type\": \"stop\"", ":1:"),
    ("an unknown key", "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"message\", \"txt\": \"hi\"}}}", ":2:"),
    ("an unknown step", "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"mesage\", \"text\": \"hi\"}}}", ":2:"),
    (
        "no such link",
        "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"message\", \"text\": \"hi\", \"next\": \"b\"}}}",
        "steps.a.next",
    ),
    ("no such start", "{\"start\": \"z\",\n \"steps\": {\"a\": {\"type\": \"stop\"}}}", ":1:"),
    (
        "an expression",
        "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"message\", \"text\": \"{{ 1 + }}\"}}}",
        "steps.a.text",
    ),
    (
        "a title that is too long",
        "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"message\", \"text\": \"?\", \"buttons\": [{\"id\": \"b\", \"title\": \"a title of more than twenty\"}]}}}",
        "steps.a.buttons[0].title",
    ),
    (
        "a variable that nothing writes",
        "{\"start\": \"a\",\n \"steps\": {\"a\": {\"type\": \"message\", \"text\": \"{{ vars.nobody }}\"}}}",
        "steps.a.text",
    ),
    ("a newer format", "{\"format\": 999,\n \"start\": \"a\", \"steps\": {\"a\": {\"type\": \"stop\"}}}", ":1:"),
    ("a list", "[1, 2, 3]", ":1:"),
    ("deep nesting", "deep", ":1:"),
];

#[test]
fn a_broken_bot_is_refused_with_the_place() {
    for (what, document, place) in BROKEN {
        let document = if *document == "deep" { "[".repeat(200_000) } else { (*document).to_owned() };
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("broken.json");
        std::fs::write(&file, document).unwrap();
        let checked = run(&["check", file.to_str().unwrap()], "");
        let text = said(&checked);
        assert_eq!(checked.status.code(), Some(1), "{what}: {text}");
        assert!(text.contains("broken.json:") && text.contains(place), "{what} names no place: {text}");
        assert!(!text.contains("panicked"), "{what}: {text}");
    }
}

#[test]
fn the_bots_that_ship_pass_their_check_and_their_dialogs() {
    let bots = shipped();
    let bots = bots.to_str().unwrap();
    let checked = run(&["check", bots], "");
    assert!(checked.status.success(), "{}", said(&checked));
    let tested = run(&["test", bots, "--json"], "");
    assert!(tested.status.success(), "{}", said(&tested));
    serde_json::from_slice::<Value>(&tested.stdout).unwrap();
}

#[test]
fn the_schema_knows_every_bot_that_ships() {
    let schema = run(&["schema"], "");
    assert!(schema.status.success());
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut bots = 0;
    for file in std::fs::read_dir(shipped()).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".json") || name.ends_with(".test.json") {
            continue;
        }
        let bot: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&bot).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
        bots += 1;
    }
    assert!(bots >= 8, "{bots} bots");
}

#[test]
fn a_chat_runs_through_a_pipe() {
    let bot = shipped().join("lead_qualification.json");
    let chat = run(&["chat", bot.to_str().unwrap()], "orçamento\nAna\n");
    let text = said(&chat);
    assert!(chat.status.success(), "{text}");
    assert!(text.lines().any(|line| line.starts_with("bot ")), "{text}");
    assert!(!text.contains('\u{1b}'), "a pipe gets no colours: {text}");
}

#[test]
fn what_is_not_there_is_an_error_of_its_own() {
    for arguments in [&["check", "nowhere"][..], &["test", "nowhere.json"], &["chat", "nobody"], &["dance"]] {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(!said(&output).contains("panicked"), "{arguments:?}");
    }
}
