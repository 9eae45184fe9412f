//! The command line as a process: its standard streams and exit codes.

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

const BOT: &str =
    r#"{"triggers": [{"on": "message", "any": true}], "start": "say", "steps": {"say": {"type": "message", "text": "Olá!"}}}"#;
const DIALOGS: &str = r#"{"dialogs": [{"name": "greets", "steps": [{"customer": "oi"}, {"bot": "Olá!"}]}]}"#;

/// Runs the program in a folder of its own that holds one bot.
fn salesbot(arguments: &[&str], typed: &str) -> Output {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("bots")).unwrap();
    fs::write(folder.path().join("bots/greet.json"), BOT).unwrap();
    fs::write(folder.path().join("bots/greet.test.json"), DIALOGS).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_salesbot"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read is not told.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn bots_are_checked_and_tested() {
    let checked = salesbot(&["check", "bots"], "");
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let tested = salesbot(&["test", "bots"], "");
    assert_eq!(tested.status.code(), Some(0), "{tested:?}");
    assert!(text(&tested.stdout).ends_with("1 passed, 0 failed\n"));
}

#[test]
fn a_pipe_gets_no_colours_and_no_prompt() {
    let chatted = salesbot(&["chat", "greet"], "oi\n");
    assert_eq!(chatted.status.code(), Some(0), "{chatted:?}");
    let said = text(&chatted.stdout);
    assert!(said.contains("> oi\nbot  Olá!\n") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn what_is_wrong_goes_to_the_errors_and_ends_with_2() {
    let wrong = salesbot(&["test", "elsewhere"], "");
    assert_eq!((wrong.status.code(), text(&wrong.stdout)), (Some(2), ""));
    assert!(text(&wrong.stderr).starts_with("error: there is no file or folder elsewhere"), "{wrong:?}");
}

#[test]
fn without_a_command_it_serves() {
    let refused = salesbot(&["--listen", "0.0.0.0:0"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("SALESBOT_API_TOKEN"), "{refused:?}");
}
