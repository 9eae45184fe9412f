mod live;
mod pictures;

use std::{fs, net::SocketAddr, sync::mpsc, thread};

use axum::Router;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;

/// What a command printed, and how it ended.
#[derive(Debug)]
struct Ran {
    exit: Exit,
    output: String,
    errors: String,
}

fn run_with(arguments: &[&str], typed: &str, environment: &[(&str, &str)]) -> Ran {
    let (mut input, mut output, mut errors) = (typed.as_bytes(), Vec::new(), Vec::new());
    let lookup = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let mut terminal = Terminal {
        input: &mut input,
        output: &mut output,
        errors: &mut errors,
        is_interactive: false,
        has_colour: false,
        environment: &lookup,
        // Monday, 2026-03-02, ten o'clock in São Paulo.
        now: Moment(1_772_456_400_000),
    };
    let exit = execute(["salesbot"].iter().chain(arguments), &mut terminal);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { exit, output: text(output), errors: text(errors) }
}

fn salesbot(arguments: &[&str]) -> Ran {
    run_with(arguments, "", &[])
}

/// Serves from a thread of its own, as long as the test runs; commands bring a runtime of theirs.
fn serving(router: Router) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    told.recv().unwrap()
}

const WELCOME: &str = r#"{
  "name": "Welcome",
  "language": "pt-BR",
  "timezone": "America/Sao_Paulo",
  "defaults": {"outside_window": "skip"},
  "triggers": [{"on": "message", "keywords": ["oi"]}],
  "start": "hello",
  "steps": {
    "hello": {
      "type": "message",
      "text": "Olá! O que você procura?",
      "buttons": [{"id": "buy", "title": "Comprar", "goto": "bought"}, {"id": "help", "title": "Suporte", "goto": "person"}],
      "save": "vars.want",
      "timeout": {"after": "2h", "goto": "late"}
    },
    "bought": {"type": "message", "text": "Ótimo."},
    "late": {"type": "message", "text": "Ainda está aí?"},
    "person": {"type": "handoff", "to": {"team": "sales"}, "text": "Vou chamar alguém."}
  }
}"#;

const DIALOGS: &str = r#"{"dialogs": [
  {"name": "buys", "steps": [
    {"customer": "oi"},
    {"bot": {"buttons": ["Comprar", "Suporte"]}},
    {"customer": {"tap": "Comprar"}},
    {"bot": "Ótimo."}
  ]}
]}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// The text with the test's own folder left out.
fn shown(text: &str, folder: &TempDir) -> String {
    text.replace(&folder.path().display().to_string(), "bots")
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in ["serve", "chat", "check", "test", "schema", "run", "stop", "dead"] {
        let ran = salesbot(&[command, "--help"]);
        assert_eq!(ran.exit, Exit::Well);
        assert!(ran.output.contains(&format!("salesbot {command}")) && ran.output.contains("Example"), "{}", ran.output);
    }
    let ran = salesbot(&["--help"]);
    assert!(ran.output.contains("Exit codes") && ran.output.contains("--listen"), "{}", ran.output);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [&["chek"][..], &["check"], &["check", "x", "--jso"], &["run", "welcome"], &["chat"]] {
        let ran = salesbot(arguments);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::Unusable, ""), "{arguments:?}");
        assert!(ran.errors.contains("error"), "{}", ran.errors);
    }
}

#[test]
fn what_is_not_there_is_named() {
    let empty = folder(&[("bot.schema.json", "{}")]);
    let text = folder(&[("notes.txt", "")]);
    for (arguments, expected) in [
        (vec!["check".to_owned(), path(&empty, "gone")], "there is no file or folder"),
        (vec!["check".to_owned(), path(&empty, "")], "there are no bots in the folder"),
        (vec!["test".to_owned(), path(&text, "notes.txt")], "is no bot"),
        (vec!["chat".to_owned(), path(&empty, "gone.json")], "there is no bot in"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = salesbot(&arguments);
        assert_eq!(ran.exit, Exit::Unusable);
        assert!(ran.errors.contains(expected), "{}", ran.errors);
    }
}

#[test]
fn check_shows_where_a_bot_is_wrong() {
    let folder = folder(&[
        ("welcome.json", &WELCOME.replace("\"goto\": \"bought\"", "\"goto\": \"boght\"")),
        ("welcome.test.json", "{\"dialogs\": [\n  {\"name\": \"x\", \"steps\": [{\"custmer\": \"oi\"}]}\n]}"),
        ("lost.test.json", DIALOGS),
    ]);
    let ran = salesbot(&["check", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems);
    insta::assert_snapshot!(shown(&ran.output, &folder));
    let ran = salesbot(&["check", &path(&folder, ""), "--json"]);
    let json: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!(ran.exit, Exit::Problems);
    assert_eq!(json["errors"], 3);
    assert_eq!(json["files"][0]["diagnostics"][0]["path"], "steps.hello.buttons[0].goto");
}

#[test]
fn one_file_that_cannot_be_read_is_its_own_mistake() {
    let folder = folder(&[("welcome.json", &format!("\u{feff}{WELCOME}")), ("welcome.test.json", DIALOGS)]);
    fs::write(folder.path().join("latin.json"), b"{\n  \"name\": \"Caf\xe9\"}").unwrap();
    fs::write(folder.path().join("latin.test.json"), b"\xff").unwrap();
    let ran = salesbot(&["check", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems, "{}", ran.errors);
    assert!(ran.output.contains("latin.json:2:15") && ran.output.contains("0xe9"), "{}", ran.output);
    assert!(ran.output.contains("latin.test.json:1:1") && ran.output.contains("2 errors"), "{}", ran.output);
    let ran = salesbot(&["test", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems, "{}", ran.errors);
    assert!(ran.output.contains("passed  buys") && ran.output.contains("latin.json:2:15"), "{}", ran.output);
    fs::write(folder.path().join("latin.json"), WELCOME).unwrap();
    let ran = salesbot(&["test", &path(&folder, "")]);
    assert!(ran.output.contains("1 passed, 1 failed") && ran.output.contains("latin.test.json:1:1"), "{}", ran.output);
}

#[test]
fn check_reads_the_dialogs_beside_a_bot() {
    let folder = folder(&[("welcome.json", WELCOME), ("welcome.test.json", "{\"dialogs\": [{\"nme\": \"x\", \"steps\": []}]}")]);
    let ran = salesbot(&["check", &path(&folder, "welcome.json")]);
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.output.contains("unknown field `nme`"), "{}", ran.output);
}

#[test]
fn check_denies_warnings_only_when_told() {
    let bot = WELCOME.replace("\"late\": {", "\"unused\": {\"type\": \"stop\"}, \"late\": {");
    let folder = folder(&[("welcome.json", &bot), ("welcome.test.json", DIALOGS)]);
    let file = path(&folder, "");
    let ran = salesbot(&["check", &file]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.output);
    assert!(ran.output.contains("warning["), "{}", ran.output);
    assert_eq!(salesbot(&["check", &file, "--deny-warnings"]).exit, Exit::Problems);
}

#[test]
fn check_warns_where_bots_of_a_folder_overlap() {
    let folder = folder(&[("one.json", WELCOME), ("two.json", WELCOME)]);
    let ran = salesbot(&["check", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Well);
    assert!(ran.output.contains("`one` and `two` both take") && ran.output.contains("two.json"), "{}", ran.output);
}

#[test]
fn a_called_bot_with_errors_is_told_by_its_caller() {
    let caller = r#"{"triggers": [{"on": "message", "any": true}], "start": "a", "steps": {
        "a": {"type": "start_bot", "bot": "other", "next": "b"}, "b": {"type": "message", "text": "back"}}}"#;
    let tests = r#"{"dialogs": [{"name": "calls", "steps": [{"customer": "oi"}, {"bot": "back"}]}]}"#;
    let bots = folder(&[("caller.json", caller), ("caller.test.json", tests), ("other.json", r#"{"start": "x", "steps": {}}"#)]);
    let checked = salesbot(&["check", &path(&bots, "caller.json")]);
    assert_eq!(checked.exit, Exit::Problems);
    assert!(checked.output.contains("`other` is called here, and has errors"), "{}", checked.output);
    let tested = salesbot(&["test", &path(&bots, "caller.json")]);
    assert!(tested.output.contains("bots that it calls have errors, so they are not there: other"), "{}", tested.output);
}

#[test]
fn check_needs_no_secrets_of_a_server() {
    let folder = folder(&[("welcome.json", WELCOME), ("settings.toml", "[whatsapp]\nphone_number_id = \"1\"")]);
    let ran = salesbot(&["check", &path(&folder, "welcome.json"), "--config", &path(&folder, "settings.toml")]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
}

#[test]
fn check_knows_the_account() {
    let bot = WELCOME.replace("\"team\": \"sales\"", "\"team\": \"slaes\"");
    let folder = folder(&[("welcome.json", &bot), ("settings.toml", "[teams.sales]\ntitle = \"Sales\"")]);
    assert_eq!(salesbot(&["check", &path(&folder, "welcome.json")]).exit, Exit::Well);
    let ran = salesbot(&["check", &path(&folder, "welcome.json"), "--config", &path(&folder, "settings.toml")]);
    assert!(ran.output.contains("did you mean `sales`?"), "{}", ran.output);
}

#[test]
fn test_runs_what_stands_beside_a_bot() {
    let folder = folder(&[("welcome.json", WELCOME), ("welcome.test.json", DIALOGS), ("other.json", WELCOME)]);
    for name in ["", "welcome.json", "welcome.test.json"] {
        let ran = salesbot(&["test", &path(&folder, name)]);
        assert_eq!(ran.exit, Exit::Well, "{}{}", ran.output, ran.errors);
        assert!(ran.output.contains("passed  buys") && ran.output.ends_with("1 passed, 0 failed\n"), "{}", ran.output);
    }
    let ran = salesbot(&["test", &path(&folder, "other.json")]);
    assert_eq!(ran.exit, Exit::Unusable);
    assert!(ran.errors.contains("other.test.json"), "{}", ran.errors);
    assert_eq!(salesbot(&["test", &path(&folder, ""), "--filter", "sells"]).exit, Exit::Unusable);
}

#[test]
fn a_failed_dialog_shows_what_was_said() {
    let folder = folder(&[("welcome.json", WELCOME), ("welcome.test.json", &DIALOGS.replace("Ótimo.", "Obrigado!"))]);
    let ran = salesbot(&["test", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems);
    insta::assert_snapshot!(shown(&ran.output, &folder));
    let ran = salesbot(&["test", &path(&folder, ""), "--json"]);
    let json: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!((&json["passed"], &json["failed"]), (&json!(0), &json!(1)));
    assert_eq!(json["bots"][0]["dialogs"][0]["line"], 4);
}

#[test]
fn a_bot_with_errors_fails_its_test() {
    let folder = folder(&[
        ("welcome.json", &WELCOME.replace("\"start\": \"hello\"", "\"start\": \"helo\"")),
        ("welcome.test.json", DIALOGS),
    ]);
    let ran = salesbot(&["test", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.output.contains("helo") && ran.output.ends_with("0 passed, 1 failed\n"), "{}", ran.output);
    assert_eq!(salesbot(&["chat", &path(&folder, "welcome.json")]).exit, Exit::Problems);
}

#[test]
fn a_bot_calls_others_of_its_folder() {
    let caller = r#"{"triggers": [{"on": "message", "keywords": ["oi"]}], "start": "call",
        "steps": {"call": {"type": "start_bot", "bot": "called", "next": "done"}, "done": {"type": "message", "text": "back"}}}"#;
    let called = r#"{"triggers": [{"on": "message", "keywords": ["oi"]}], "start": "say", "steps": {"say": {"type": "message", "text": "called"}}}"#;
    let dialogs = r#"{"dialogs": [{"name": "calls", "steps": [{"customer": "oi"}, {"bot": "called"}, {"bot": "back"}]}]}"#;
    let folder = folder(&[("caller.json", caller), ("caller.test.json", dialogs), ("called.json", called)]);
    let ran = salesbot(&["test", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.output);
}

#[test]
fn schema_prints_what_is_published() {
    let folder = folder(&[]);
    let file = path(&folder, "bot.schema.json");
    assert_eq!(salesbot(&["schema", "--out", &file]).exit, Exit::Well);
    let printed = salesbot(&["schema"]).output;
    assert_eq!(fs::read_to_string(file).unwrap(), printed);
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), *steps::schema::document_schema());
}

#[test]
fn a_chat_through_a_pipe() {
    let folder = folder(&[("welcome.json", WELCOME)]);
    let typed = "oi\n/pass 3h\n/vars\n/tap Comprar\n/trace\n7\n/bogus\n/quit\n";
    let ran = run_with(&["chat", &path(&folder, "welcome.json"), "--name", "Ana Souza"], typed, &[]);
    assert_eq!(ran.exit, Exit::Problems, "a line that can't be done fails a script");
    insta::assert_snapshot!(ran.output);
}

#[test]
fn a_typed_number_answers_a_question_that_shows_no_options() {
    let bot = r#"{"triggers": [{"on": "message", "any": true}], "defaults": {"outside_window": "skip"}, "start": "size", "steps": {
        "size": {"type": "message", "text": "Which size?", "buttons": [{"id": "s", "title": "Small", "goto": "count"}, {"id": "l", "title": "Large", "goto": "count"}]},
        "count": {"type": "ask", "text": "How many?", "expect": "number", "save": "vars.n", "next": "done"},
        "done": {"type": "message", "text": "{{ vars.n }} it is"}}}"#;
    let folder = folder(&[("order.json", bot)]);
    let ran = run_with(&["chat", &path(&folder, "order.json")], "hi\n2\n1\n", &[]);
    assert!(ran.exit == Exit::Well && ran.output.contains("1 it is"), "{}", ran.output);
}

#[test]
fn a_chat_finds_a_bot_by_its_id_and_starts_it_when_no_message_does() {
    let bot = r#"{"start": "say", "steps": {"say": {"type": "template", "name": "greeting", "language": "en"}}}"#;
    let folder = folder(&[("silent.json", bot)]);
    let environment = [("SALESBOT_BOTS", folder.path().to_str().unwrap())];
    let ran = run_with(&["chat", "silent"], "", &environment);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
    assert!(ran.output.contains("greeting"), "{}", ran.output);
    let ran = run_with(&["chat", "silnt"], "", &environment);
    assert!(ran.errors.contains("there are: silent"), "{}", ran.errors);
}

#[test]
fn a_chat_answers_calls_and_shows_what_the_customer_does_not_see() {
    let bot = r#"{"triggers": [{"on": "message", "any": true}], "defaults": {"outside_window": "skip"}, "start": "ask", "steps": {
        "ask": {"type": "http", "url": "https://api.example.com/?key={{ secrets.KEY }}", "save": "vars.n", "next": "say", "failed": "say"},
        "say": {"type": "message", "text": "n is {{ vars.n }}", "next": "note"},
        "note": {"type": "note", "text": "asked", "next": "hand"},
        "hand": {"type": "handoff", "to": {"team": "sales"}}}}"#;
    let folder = folder(&[("calls.json", bot)]);
    let typed = "hi\n/reply {\"json\": 7}\n/agent hello\n/release\n/state\n";
    let ran = run_with(&["chat", &path(&folder, "calls.json"), "--at", "2026-03-02T10:00:00Z"], typed, &[]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.output);
    // An id is the contact's own matter.
    let output: String = ran.output.split_inclusive('\n').filter(|line| !line.contains("\"id\":")).collect();
    insta::assert_snapshot!(output);
}

#[test]
fn a_chat_is_saved_as_a_dialog_that_passes() {
    let folder = folder(&[("welcome.json", WELCOME), ("welcome.test.json", DIALOGS)]);
    let file = path(&folder, "welcome.test.json");
    let typed = format!("oi\n/restart\noi\n/pass 2h\n/status failed 131047\n2\n/save {file} asks after two hours\n");
    let ran = run_with(&["chat", &path(&folder, "welcome.json"), "--name", "Ana"], &typed, &[]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.output);
    let saved: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(saved["dialogs"].as_array().unwrap().len(), 2);
    assert_eq!(saved["dialogs"][1]["name"], "asks after two hours");
    assert_eq!(saved["dialogs"][1]["steps"][0], json!({"customer": "oi"}));
    let ran = salesbot(&["test", &file]);
    assert!(ran.output.ends_with("2 passed, 0 failed\n"), "{}", ran.output);
}

mod server {
    use std::sync::{Arc, Mutex};

    use axum::{
        Json,
        extract::Request,
        http::{StatusCode, header},
        response::IntoResponse,
        routing::any,
    };

    use super::*;

    /// A server that answers all with this, and keeps what it was asked.
    fn answering(status: u16, answer: Value) -> (String, Arc<Mutex<Vec<String>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        let answer = move |request: Request| async move {
            let token = request.headers().get(header::AUTHORIZATION).map(|token| token.to_str().unwrap().to_owned());
            let line = format!("{} {} {}", request.method(), request.uri(), token.unwrap_or_default());
            let body = axum::body::to_bytes(request.into_body(), 10_000).await.unwrap();
            kept.lock().unwrap().push(format!("{line} {}", String::from_utf8_lossy(&body)));
            (StatusCode::from_u16(status).unwrap(), Json(answer)).into_response()
        };
        (serving(Router::new().fallback(any(answer))).to_string(), asked)
    }

    const TOKEN: &str = "0123456789abcdef";

    #[test]
    fn a_bot_is_run_over_the_api() {
        let answer = json!({"contact": "c", "started": [{"bot": "welcome", "version": "v", "session": 3}], "not_started": []});
        let (listen, asked) = answering(202, answer);
        let environment = [("SALESBOT_LISTEN", listen.as_str()), ("SALESBOT_API_TOKEN", TOKEN)];
        let arguments =
            ["run", "welcome", "--contact", "+5511999999999", "--var", "score=3", "--var", "source=fair", "--data", "[1]"];
        let ran = run_with(&arguments, "", &environment);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::Well, "welcome has started, session 3\n"), "{}", ran.errors);
        let expected = "POST /api/v1/bots/welcome/run Bearer 0123456789abcdef \
                        {\"contact\":{\"phone\":\"+5511999999999\"},\"variables\":{\"score\":3,\"source\":\"fair\"},\"data\":[1]}";
        assert_eq!(*asked.lock().unwrap(), [expected]);
    }

    #[test]
    fn a_contact_is_named_by_phone_id_or_user_id() {
        let (listen, asked) = answering(200, json!({"contact": "c", "sessions": []}));
        for typed in ["+5511999999999", "55 (11) 99999-9999", "c0123456789abcdef0123", "BR.1349120865"] {
            let ran = salesbot(&["stop", "welcome", "--contact", typed, "--url", &format!("http://{listen}"), "--token", TOKEN]);
            assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
        }
        let asked = asked.lock().unwrap();
        let keys: Vec<&str> = asked.iter().map(|asked| asked.split('"').nth(3).unwrap()).collect();
        assert_eq!(keys, ["phone", "phone", "id", "user_id"], "{asked:?}");
    }

    #[test]
    fn a_bot_that_does_not_start_says_why() {
        let (listen, _) = answering(202, json!({"started": [], "not_started": [{"bot": "welcome", "reason": "human"}]}));
        let ran = salesbot(&["run", "welcome", "--contact", "1", "--url", &format!("http://{listen}/")]);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::Problems, "welcome has not started: human\n"));
    }

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let (listen, asked) = answering(404, json!({"title": "Not found", "detail": "there is no bot a b"}));
        let ran = salesbot(&["stop", "a b", "--contact", "1", "--url", &format!("http://{listen}/under"), "--token", "other"]);
        assert_eq!((ran.exit, ran.errors.as_str()), (Exit::Problems, "error: there is no bot a b\n"));
        assert!(asked.lock().unwrap()[0].starts_with("POST /under/api/v1/bots/a%20b/stop Bearer other "));
    }

    #[test]
    fn dead_events_are_listed_retried_and_dropped() {
        let (listen, asked) = answering(200, json!([{"id": "7-x", "at": 0, "contact": "c", "reason": "a panic"}]));
        let url = format!("http://{listen}");
        let ran = salesbot(&["dead", "--url", &url]);
        assert_eq!(ran.output, "7-x  1970-01-01T00:00:00Z  contact c  a panic\n1 event\n");
        assert_eq!(salesbot(&["dead", "list", "--json", "--url", &url]).exit, Exit::Well);
        assert_eq!(salesbot(&["dead", "retry", "7-x", "--url", &url]).output, "7-x processed again\n");
        assert_eq!(salesbot(&["dead", "drop", "7-x", "--url", &url]).output, "7-x dropped\n");
        let asked = asked.lock().unwrap();
        assert_eq!(asked[2].trim(), "POST /api/v1/dead/7-x/retry");
        assert_eq!(asked[3].trim(), "DELETE /api/v1/dead/7-x");
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let ran = salesbot(&["dead", "--url", &format!("http://{closed}")]);
        assert_eq!(ran.exit, Exit::Unusable);
        assert!(ran.errors.contains("salesbot serve"), "{}", ran.errors);
    }
}

#[test]
fn bots_in_a_folder_are_found_by_their_names() {
    let folder = folder(&[("welcome.json", WELCOME), ("Bad Name.json", WELCOME)]);
    let ran = salesbot(&["check", &path(&folder, "")]);
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.output.contains("a file's name is its bot's id"), "{}", ran.output);
}

#[test]
fn a_designer_sees_what_is_found_for_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let bot = json!({
        "knowledge": {"shop": {"text": "# Delivery\nTwo working days.\n# Gifts\nWrapping costs £3."}, "lost": {"file": "lost.md"}},
        "triggers": [{"on": "message", "any": true}],
        "start": "a",
        "steps": {"a": {"type": "ai_reply", "instructions": "Help.", "knowledge": ["shop"]}}
    });
    let path = folder.path().join("faq.json").display().to_string();
    fs::write(&path, bot.to_string()).unwrap();
    let asked = salesbot(&["knowledge", &path, "how long is delivry?", "--source", "shop"]);
    assert!(asked.output.contains("1. Delivery  (shop, ") && asked.output.contains("Two working days."), "{asked:?}");
    assert!(asked.output.contains("lost.md: it can't be read") && asked.exit == Exit::Problems, "{asked:?}");
    let asked = salesbot(&["knowledge", &path, "presents", "--json"]);
    let found: Value = serde_json::from_str(&asked.output).unwrap();
    assert_eq!((&found["passages"], &found["sources"][1]["passages"]), (&json!([]), &json!(2)));
    assert!(salesbot(&["knowledge", &path, "x", "--source", "shp"]).errors.contains("there are: lost, shop"));
    assert!(salesbot(&["check", &path]).output.contains("knowledge `lost`: lost.md"));
}
