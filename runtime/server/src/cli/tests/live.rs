//! Dialogs and chats with a model, which here says what a test wants it to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};

use super::*;

const ADVISOR: &str = r#"{
  "name": "Advisor",
  "language": "en",
  "timezone": "UTC",
  "triggers": [{"on": "message", "any": true}],
  "start": "sort",
  "steps": {
    "sort": {
      "type": "ai_route",
      "intents": [
        {"name": "table", "description": "wants a table", "goto": "people"},
        {"name": "hours", "description": "asks when it is open", "goto": "answer"}
      ],
      "otherwise": "menu",
      "failed": "sorry"
    },
    "people": {"type": "ai_extract", "fields": {"vars.people": {"type": "integer"}}, "next": "booked", "otherwise": "menu", "failed": "sorry"},
    "booked": {"type": "message", "text": "A table for {{ vars.people }}."},
    "answer": {"type": "ai_reply", "instructions": "We open at 9.", "failed": "sorry"},
    "menu": {"type": "message", "text": "Here is the menu."},
    "sorry": {"type": "message", "text": "Sorry."}
  }
}"#;

/// A model's server, and what it was asked.
struct Model {
    url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    /// `say` gives the content of the answer to a request, which is told how many came before; or the status of a failure.
    fn saying(say: impl Fn(&Value, usize) -> Result<String, StatusCode> + Clone + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = asked.clone();
        let answer = move |Json(request): Json<Value>| async move {
            let mut asked = kept.lock().unwrap();
            let said = say(&request, asked.len());
            asked.push(request);
            completion(said)
        };
        let address = serving(Router::new().route("/v1/chat/completions", post(answer)));
        Model { url: format!("http://{address}/v1"), asked }
    }

    fn run(&self, arguments: &[&str], typed: &str) -> Ran {
        let environment = [("OPENAI_API_KEY", "sk-test"), ("OPENAI_MODEL", "m"), ("OPENAI_BASE_URL", &self.url)];
        run_with(arguments, typed, &environment)
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn completion(said: Result<String, StatusCode>) -> Response {
    match said {
        Ok(content) => {
            let usage = json!({"prompt_tokens": 10, "completion_tokens": 5});
            let message = json!({"role": "assistant", "content": content});
            Json(json!({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})).into_response()
        }
        Err(status) => (status, Json(json!({"error": {"message": "down"}}))).into_response(),
    }
}

fn words(request: &Value) -> &str {
    request["messages"].as_array().and_then(|messages| messages.last()?["content"].as_str()).unwrap_or_default()
}

/// Understands what is asked by the form of the answer.
fn understands(request: &Value, _: usize) -> Result<String, StatusCode> {
    let words = words(request);
    let schema = &request["response_format"]["json_schema"]["schema"]["properties"];
    if schema["intent"].is_object() {
        let intent = if words.contains("table") { json!("table") } else { json!("hours") };
        return Ok(json!({"intent": intent}).to_string());
    }
    if schema["vars_people"].is_object() {
        let people = words.split_whitespace().find_map(|word| word.parse::<i64>().ok());
        return Ok(json!({"vars_people": people}).to_string());
    }
    Ok("We open at 9.".to_owned())
}

const UNRECORDED: &str = r#"{
  "dialogs": [
    {"name": "books", "steps": [
      { "customer": "a table for 4 please" },
      {"bot": "A table for 4."}
    ]},
    {"name": "answers", "steps": [
      {"customer": "when do you open?"},
      {"reply": {"intent": "hours"}},
      {"bot": {"text": {"contains": "9", "not_contains": "closed"}}}
    ]},
    {"name": "fails", "steps": [
      {"customer": "a table for 4 please"},
      {"bot": "Here is the menu."}
    ]},
    {"name": "is down", "steps": [{"customer": "when?"}, {"reply": {"failed": "timeout"}}, {"bot": "Sorry."}]},
    {"name": "is late", "steps": [{"customer": "when?"}, {"pass": "5m"}, {"bot": "Sorry."}]}
  ]
}
"#;

#[test]
fn a_recording_is_a_dialog_test_that_needs_no_model() {
    let model = Model::saying(understands);
    let folder = folder(&[("advisor.json", ADVISOR), ("advisor.test.json", UNRECORDED)]);
    let tests = path(&folder, "advisor.test.json");
    let ran = model.run(&["test", &tests, "--record"], "");
    assert_eq!(ran.exit, Exit::Problems, "{}", ran.errors);
    insta::assert_snapshot!(shown(&ran.output, &folder));
    let expected = UNRECORDED
        .replacen(
            "please\" },\n",
            "please\" },\n      {\"reply\": {\"intent\": \"table\"}},\n      {\"reply\": {\"fields\": {\"vars.people\": 4}}},\n",
            1,
        )
        .replace("\"hours\"}},\n", "\"hours\"}},\n      {\"reply\": {\"text\": \"We open at 9.\"}},\n");
    assert_eq!(fs::read_to_string(folder.path().join("advisor.test.json")).unwrap(), expected);
    let asked = model.asked().len();
    let ran = salesbot(&["test", &tests]);
    assert!(ran.output.ends_with("4 passed, 1 failed\n"), "{}", ran.output);
    model.run(&["test", &tests, "--record", "--filter", "answers"], "");
    assert_eq!(model.asked().len(), asked, "what is recorded is not asked again");
}

#[test]
fn what_is_recorded_can_be_asked_again() {
    let model = Model::saying(|request, before| understands(request, before).map(|said| said.replace("at 9", "at 9 sharp")));
    let recorded = r#"{"dialogs": [{"name": "answers", "steps": [{"customer": "when?"}, {"reply": {"intent": "hours"}},
        {"reply": {"text": "At 9."}}, {"bot": {"text": {"contains": "9"}}}]},
        {"name": "is down", "steps": [{"customer": "when?"}, {"reply": {"failed": "timeout"}}, {"bot": "Sorry."}]}]}"#;
    let folder = folder(&[("advisor.json", ADVISOR), ("advisor.test.json", recorded)]);
    let ran = model.run(&["test", &path(&folder, "advisor.json"), "--record", "--again", "--json"], "");
    assert_eq!(ran.exit, Exit::Well, "{}{}", ran.output, ran.errors);
    let json: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!(json["bots"][0]["dialogs"][0]["recorded"], json!([{"intent": "hours"}, {"text": "We open at 9 sharp."}]));
    assert_eq!(json["spent"], json!({"calls": 2, "tokens": {"prompt": 20, "answer": 10}, "cost": null}));
    let text = fs::read_to_string(folder.path().join("advisor.test.json")).unwrap();
    assert_eq!(text, recorded.replace("\"At 9.\"", "\"We open at 9 sharp.\""));
}

#[test]
fn live_dialogs_run_several_times_and_say_what_differed() {
    // Of the ten questions of one dialog, one is not understood.
    let model = Model::saying(|request, before| match before {
        4 => Ok("{\"intent\": null}".to_owned()),
        _ => understands(request, before),
    });
    let dialogs = r#"{"dialogs": [{"name": "answers", "steps": [
        {"customer": "when?"}, {"reply": {"intent": "hours"}}, {"reply": {"text": "At 9."}}, {"bot": {"text": {"contains": "9"}}}]}]}"#;
    let settings = "[openai]\nat_once = 1\nprompt_price = \"1\"\nanswer_price = \"2\"";
    let folder = folder(&[("advisor.json", ADVISOR), ("advisor.test.json", dialogs), ("salesbot.toml", settings)]);
    let (bot, config) = (path(&folder, "advisor.json"), path(&folder, "salesbot.toml"));
    let ran = model.run(&["test", &bot, "--live", "--at-least", "80%", "--config", &config], "");
    assert_eq!(ran.exit, Exit::Well, "{}{}", ran.output, ran.errors);
    insta::assert_snapshot!(shown(&ran.output, &folder));
    let model = Model::saying(|_, _| Ok("{\"intent\": null}".to_owned()));
    let ran = model.run(&["test", &bot, "--live", "--times", "2", "--json", "--config", &config], "");
    let json: Value = serde_json::from_str(&ran.output).unwrap();
    let dialog = &json["bots"][0]["dialogs"][0];
    assert_eq!(
        (ran.exit, &dialog["passes"], &dialog["times"], &dialog["failures"][0]["line"]),
        (Exit::Problems, &json!(0), &json!(2), &json!(4))
    );
    assert_eq!(dialog["failures"][0]["messages"][0]["times"], 2);
    assert_eq!(dialog["failures"][0]["example"]["played"][1], json!({"reply": {"intent": null}}));
    assert_eq!(fs::read_to_string(folder.path().join("advisor.test.json")).unwrap(), dialogs, "nothing is written");
}

#[test]
fn a_model_that_does_not_answer_fails_the_dialog() {
    let model = Model::saying(|_, _| Err(StatusCode::UNAUTHORIZED));
    let folder = folder(&[("advisor.json", ADVISOR), ("advisor.test.json", UNRECORDED)]);
    for flag in ["--live", "--record"] {
        let ran = model.run(&["test", &path(&folder, ""), flag, "--filter", "books"], "");
        assert_eq!(ran.exit, Exit::Problems, "{}", ran.errors);
        assert!(
            ran.output.contains("the model gave no answer: ai_unauthorized: the model's server answered 401: down"),
            "{}",
            ran.output
        );
    }
    assert_eq!(fs::read_to_string(folder.path().join("advisor.test.json")).unwrap(), UNRECORDED);
}

#[test]
fn without_a_model_the_cure_is_told() {
    let folder = folder(&[("advisor.json", ADVISOR), ("advisor.test.json", UNRECORDED)]);
    let bot = path(&folder, "advisor.json");
    for arguments in [["test", &bot, "--live"], ["test", &bot, "--record"], ["chat", &bot, "--live"]] {
        let ran = salesbot(&arguments);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::Unusable, ""), "{arguments:?}");
        assert!(ran.errors.contains("OPENAI_API_KEY") && ran.errors.contains("[openai]"), "{}", ran.errors);
    }
    for odd in [&["--live", "--record"][..], &["--times", "3"], &["--again"], &["--live", "--at-least", "0%"]] {
        assert_eq!(salesbot(&[&["test", &bot], odd].concat()).exit, Exit::Unusable, "{odd:?}");
    }
}

#[test]
fn a_chat_asks_the_model_and_is_saved_with_its_answers() {
    let model = Model::saying(understands);
    let folder = folder(&[("advisor.json", ADVISOR)]);
    let (bot, tests) = (path(&folder, "advisor.json"), path(&folder, "advisor.test.json"));
    let ran = model.run(&["chat", &bot, "--live"], &format!("when do you open?\n/save {tests}\n"));
    assert_eq!(ran.exit, Exit::Well, "{}{}", ran.output, ran.errors);
    assert!(ran.output.contains("(the model answers: {\"intent\":\"hours\"})"), "{}", ran.output);
    assert!(ran.output.contains("bot  We open at 9."), "{}", ran.output);
    let asked = model.asked();
    assert_eq!(asked[1]["messages"][1], json!({"role": "user", "content": "when do you open?"}));
    assert!(salesbot(&["test", &bot]).output.ends_with("1 passed, 0 failed\n"));
}

#[test]
fn a_chat_whose_model_fails_asks_the_person() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let model = Model::saying(|_, _| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Err(StatusCode::BAD_REQUEST)
    });
    let folder = folder(&[("advisor.json", ADVISOR)]);
    let ran = model.run(&["chat", &path(&folder, "advisor.json"), "--live"], "a table\n/reply {\"intent\": null}\n");
    assert!(ran.output.contains("the model gave no answer: ai_refused"), "{}", ran.output);
    assert!(ran.output.contains("answer with /reply {\"intent\"") && ran.output.contains("Here is the menu."), "{}", ran.output);
    assert!(ASKED.load(Ordering::Relaxed) > 0);
}
