//! Dialog tests whose answers a model gives: on the command line, as their authors and CI run them.

use std::{fs, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::harness::program;

use crate::{
    models::{Model, advisor, by_schema},
    shop::bot,
};

/// What the program says to arguments, with these variables and no others, and how it ends.
async fn run(folder: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder.path()).env_clear().envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_recording_passes_without_the_model_and_live_asks_it() {
    let model = Model::saying(by_schema).await;
    let variables = [("OPENAI_API_KEY", "sk-e2e"), ("OPENAI_MODEL", "test-model"), ("OPENAI_BASE_URL", model.url.as_str())];
    let folder = TempDir::new().unwrap();
    let dialogs = json!({"dialogs": [
        {"name": "books", "steps": [
            {"customer": "a table for 4 please, ana@example.com"},
            {"bot": {"text": {"contains": ["4", "ana@example.com"], "not_contains": "sorry"}}}
        ]},
        {"name": "asks", "steps": [{"customer": "a question: when?"}, {"bot": {"text": {"any_of": ["No.", {"matches": "^You wrote"}]}}}]}
    ]});
    fs::write(folder.path().join("clever.json"), bot(advisor()).to_string()).unwrap();
    fs::write(folder.path().join("clever.test.json"), format!("{dialogs:#}")).unwrap();

    let (exit, said) = run(&folder, &["test", "clever.json"], &[]).await;
    assert_eq!(exit, 1, "{said}");
    let (exit, said) = run(&folder, &["test", "clever.json", "--record"], &variables).await;
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("4 calls to models: 40 tokens asked, 20 answered"), "{said}");
    let (exit, said) = run(&folder, &["test", "clever.json"], &[]).await;
    assert!(exit == 0 && said.ends_with("2 passed, 0 failed\n"), "{said}");
    let written: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("clever.test.json")).unwrap()).unwrap();
    assert_eq!(written["dialogs"][0]["steps"][1], json!({"reply": {"intent": "table"}}));
    assert!(!folder.path().join("clever.test.json.new").exists());

    let asked = model.asked().len();
    let (exit, said) = run(&folder, &["test", "clever.json", "--live", "--times", "3"], &variables).await;
    assert!(exit == 0 && said.contains("3 of 3  books"), "{said}");
    assert_eq!(model.asked().len(), asked + 3 * 4);
    let (exit, said) = run(&folder, &["test", "clever.json", "--live"], &[]).await;
    assert!(exit == 2 && said.contains("OPENAI_API_KEY"), "{said}");
}
