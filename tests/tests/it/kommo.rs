//! Bots of Kommo's: imported by the command line, checked, tested, and then run for customers who write on WhatsApp.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use interpreter::dialog::Dialogs;
use serde_json::{Value, json};
use steps::check::load_published;
use steps::environment::Environment;
use steps::ids::BotId;
use steps::import::kommo::{self, Mapping, Options};
use tempfile::TempDir;
use tests::harness::{Server, program};

use crate::shop::{ANA, Shop, deliver};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kommo").join(name)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).current_dir(folder).env_clear().output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Imports files into the folder's bots; they pass their check and their dialogs.
fn import(folder: &Path, files: &[PathBuf]) -> String {
    let mut arguments = vec!["import", "kommo"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let imported = run(folder, &arguments);
    assert_eq!(imported.status.code(), Some(0), "{}", said(&imported));
    for command in ["check", "test"] {
        let ran = run(folder, &[command, "bots"]);
        assert_eq!(ran.status.code(), Some(0), "{command}: {}", said(&ran));
    }
    said(&imported)
}

/// A shop with an imported bot, which was started for Ana, who has written before.
async fn started(bot: &str, file: &str) -> Shop {
    let folder = TempDir::new().unwrap();
    import(folder.path(), &[fixture(file)]);
    let shop = Shop::open(Server::with().bots_of(&folder.path().join("bots"))).await;
    deliver(shop.ana().text("hello")).await;
    let run = json!({"contact": {"phone": ANA, "name": "Ana Souza"}});
    shop.server.post(&format!("/api/v1/bots/{bot}/run"), &run).await.expect(202);
    shop
}

#[test]
fn the_samples_are_imported_and_pass() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/kommo");
    let Ok(entries) = std::fs::read_dir(&samples) else {
        println!("skipped: there are no samples in {}", samples.display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    let folder = TempDir::new().unwrap();
    println!("{}", import(folder.path(), &files));
}

#[test]
fn a_file_that_is_no_bot_is_refused_with_the_reason() {
    let folder = TempDir::new().unwrap();
    for (source, reason) in [
        ("{\"0\": {\"question\": [", "cut off"),
        ("{\"start\": \"a\", \"steps\": {}}", "no bot of Kommo's"),
        (
            r#"[{"question": [{"handler": "show", "params": {"value": "a"}}, {"handler": "goto", "params": {"step": 0}}]}]"#,
            "never ends",
        ),
    ] {
        std::fs::write(folder.path().join("bad.json"), source).unwrap();
        let ran = run(folder.path(), &["import", "kommo", "bad.json"]);
        assert_eq!(ran.status.code(), Some(1), "{}", said(&ran));
        assert!(said(&ran).contains(reason), "{reason}: {}", said(&ran));
        assert!(!folder.path().join("bots").exists());
    }
    assert_eq!(run(folder.path(), &["import", "kommo", "nobody.json"]).status.code(), Some(2));
}

#[test]
fn names_of_the_map_are_used_and_stay() {
    let folder = TempDir::new().unwrap();
    import(folder.path(), &[fixture("clinic.json")]);
    let map = folder.path().join("bots/kommo.map.toml");
    let text = std::fs::read_to_string(&map).unwrap();
    let named = text.replace("\"4420\" = { name = \"\"", "\"4420\" = { name = \"qualified\"");
    assert_ne!(named, text, "{text}");
    std::fs::write(&map, &named).unwrap();
    let file = fixture("clinic.json");
    let again = run(folder.path(), &["import", "kommo", file.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    let again = run(folder.path(), &["import", "kommo", file.to_str().unwrap(), "--force"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let bot: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("bots/clinic_desk.json")).unwrap()).unwrap();
    assert!(bot["steps"].as_object().unwrap().values().any(|step| step["stage"] == "qualified"), "{bot:#}");
    assert_eq!(std::fs::read_to_string(&map).unwrap(), named);
}

#[tokio::test]
async fn a_bot_of_the_visual_editor_answers_customers() {
    let shop = started("clinic_desk", "clinic.json").await;
    let ana = shop.ana();
    let first = shop.last_to(ANA, 1).await.body();
    assert_eq!(first["interactive"]["body"]["text"], "Hi Ana, what brings you here?");
    assert_eq!(first["interactive"]["action"]["buttons"][0]["reply"]["title"], "Check-up");

    // What nothing matches, then a synonym; then an answer that is no age, and one that is.
    deliver(ana.text("what?")).await;
    assert_eq!(shop.texts_to(ANA, 3).await[1], "Please tap one of the two.");
    deliver(ana.text("Routine!")).await;
    assert_eq!(shop.last_to(ANA, 4).await.text(), "How old is the patient?");
    deliver(ana.text("quite old")).await;
    assert_eq!(shop.last_to(ANA, 5).await.text(), "A number from 0 to 120, please.");
    deliver(ana.text("she is 42")).await;
    assert_eq!(shop.last_to(ANA, 6).await.text(), "Noted: 42 years. See you soon!");

    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    let lead = &contact["leads"][0];
    assert_eq!((&lead["pipeline"], &lead["stage"]), (&json!("31"), &json!("4420")));
    assert_eq!(lead["fields"]["cf_5501"], "42");
    assert_eq!(contact["tags"], json!(["check-up"]));
    assert_eq!(contact["sessions"], json!([]));
}

#[tokio::test]
async fn a_tapped_button_gives_the_lead_an_owner_and_a_task() {
    let shop = started("clinic_desk", "clinic.json").await;
    shop.sent_to(ANA, 1).await;
    deliver(shop.ana().tap("Pain").unwrap()).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "A nurse calls you within the hour.");
    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    assert_eq!(contact["leads"][0]["owner"], "77");
    assert_eq!(contact["sessions"], json!([]));
}

#[tokio::test]
async fn a_bot_of_the_documentation_answers_customers() {
    let shop = started("course", "course.json").await;
    let ana = shop.ana();
    assert_eq!(shop.last_to(ANA, 1).await.text(), "Welcome! Your e-mail and phone, please.");
    deliver(ana.text("later")).await;
    assert_eq!(shop.last_to(ANA, 2).await.text(), "I found neither.");
    deliver(ana.text("it's ana@example.com")).await;
    assert_eq!(shop.last_to(ANA, 3).await.text(), "And the phone?");
    deliver(ana.text("+55 11 98888-7777")).await;
    let texts = shop.texts_to(ANA, 5).await;
    assert_eq!(texts[3..], ["Saved.", "Morning or evening?"]);

    deliver(ana.text("neither")).await;
    assert_eq!(shop.last_to(ANA, 6).await.text(), "Morning or evening?");
    deliver(ana.text("the early one")).await;
    assert_eq!(shop.last_to(ANA, 7).await.text(), "Mornings at nine, Ana Souza.");

    shop.is_quiet().await;
    let contact = shop.server.contact(ANA).await;
    assert_eq!(contact["email"], "ana@example.com");
    assert_eq!(contact["leads"][0]["tags"], json!(["morning"]));
    assert_eq!(contact["sessions"], json!([]));
}

#[tokio::test]
async fn the_api_reads_a_file_and_keeps_nothing() {
    let server = Server::with().start_alone().await;
    let file: Value = serde_json::from_str(&std::fs::read_to_string(fixture("clinic.json")).unwrap()).unwrap();
    let answer = server.post("/api/v1/import/kommo?language=pt-BR", &file).await.expect(200);
    let bot = &answer["bots"][0];
    assert_eq!((&bot["id"], &bot["document"]["language"]), (&json!("clinic_desk"), &json!("pt-BR")));
    assert!(bot["dialogs"].as_array().unwrap().len() > 5, "{bot:#}");
    assert_eq!(answer["report"]["handlers"]["send_message"], 7);
    assert!(answer["mapping"].as_str().unwrap().contains("[stages]"), "{answer:#}");
    assert_eq!(server.get("/api/v1/bots").await.expect(200), json!([]));
    // Twice encoded is read all the same; what is no bot is refused with the reason.
    server.post("/api/v1/import/kommo", &json!(file.to_string())).await.expect(200);
    let refused = server.post("/api/v1/import/kommo", &json!({"start": "a"})).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("no bot of Kommo's"), "{refused:#}");
    server.post("/api/v1/import/kommo?nme=x", &file).await.expect(422);
}

#[test]
fn what_kommo_can_not_hold_is_named_and_the_rest_is_written() {
    let folder = TempDir::new().unwrap();
    let ours = json!({"format": 1, "name": "Ours", "language": "en", "start": "ask", "steps": {
        "ask": {"type": "message", "text": "Any news?", "buttons": [{"title": "Yes", "goto": "bye"}, {"title": "Never", "goto": "out"}]},
        "out": {"type": "opt", "marketing": false, "next": "bye"},
        "bye": {"type": "message", "text": "Bye!"}
    }});
    std::fs::create_dir(folder.path().join("bots")).unwrap();
    std::fs::write(folder.path().join("bots/ours.json"), ours.to_string()).unwrap();
    let written = run(folder.path(), &["export", "kommo", "ours", "--out", "back.json"]);
    assert_eq!(written.status.code(), Some(1), "{}", said(&written));
    assert!(said(&written).contains("out: a step `opt`"), "{}", said(&written));
    let again = run(folder.path(), &["import", "kommo", "back.json", "--out", "again"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let second = document(folder.path(), "again/ours.json");
    assert_eq!(second["start"], "ask");
    assert_eq!(second["steps"]["ask"]["buttons"][0]["title"], "Yes");
    assert_eq!(second["steps"]["bye"]["text"], "Bye!");
}

#[test]
fn a_bot_of_kommo_goes_back_whole() {
    let folder = TempDir::new().unwrap();
    import(folder.path(), &[fixture("clinic.json")]);
    let written = run(folder.path(), &["export", "kommo", "clinic_desk", "--out", "back.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    let again = run(folder.path(), &["import", "kommo", "back.json", "--out", "again"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(document(folder.path(), "again/clinic_desk.json"), document(folder.path(), "bots/clinic_desk.json"));
}

fn document(folder: &Path, path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(path)).unwrap()).unwrap()
}

/// The trace of the exported sample: a synonym, silence, an answer to the reminder, more silence, a send that fails.
#[test]
fn the_exported_sample_does_event_by_event_what_it_did() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/kommo/01-export-envelope-buttons-timer.json");
    let Ok(source) = std::fs::read_to_string(&sample) else {
        println!("skipped: there is no {}", sample.display());
        return;
    };
    let imported = kommo::import("showroom", &source, &mut Mapping::default(), &Options::default()).unwrap();
    let bot = load_published(&BotId::new("showroom").unwrap(), &imported.bots[0].document.to_string()).unwrap();
    let start = json!({"start": {"on": "preview"}});
    let question = json!({"bot": {"text": "Hi Ana! Which showroom is closer to you?", "buttons": ["North", "South"]}});
    let reminder = json!({"bot": "Still there? Reply with North or South whenever you like."});
    let owned = json!({"expect": {"contact.owner": "3000001", "session.running": false}});
    let dialogs = json!({"dialogs": [
        {"name": "a synonym leads to the map", "contact": {"name": "Ana Souza"}, "steps": [
            start, question,
            {"customer": "south side"},
            {"bot": {"text": "Map of the south showroom:", "url": "https://example.org/south"}},
            {"expect": {"session.running": false}},
            // The timer was dropped with the answer.
            {"pass": "2h"}
        ]},
        {"name": "silence, a reminder, and the text is asked anew", "contact": {"name": "Ana Souza"}, "steps": [
            start, question,
            {"pass": "15m"}, reminder,
            {"customer": "North"}, question,
            {"pass": "15m"}, reminder,
            {"pass": "24h"}, owned
        ]},
        {"name": "nothing matches twice", "contact": {"name": "Ana Souza"}, "steps": [
            start, question,
            {"customer": "east"}, {"bot": {"text": "Please pick one of the two.", "buttons": ["North", "South"]}},
            {"customer": "east"}, owned
        ]},
        {"name": "the first send fails", "contact": {"name": "Ana Souza"}, "steps": [
            start, question, {"status": {"failed": 131_026}}, owned
        ]},
        {"name": "a tap sets field and stage", "contact": {"name": "Ana Souza"}, "steps": [
            start, question,
            {"customer": {"tap": "North"}}, {"bot": "The north team will write to you in this chat."},
            {"expect": {"lead.fields.cf_900100": "700001", "lead.stage": "5000001", "lead.pipeline": "4000001"}}
        ]}
    ]});
    let environment = Arc::new(Environment::default());
    for dialog in Dialogs::read(&dialogs.to_string()).unwrap().dialogs {
        let report = interpreter::dialog::run(&bot, &[], &environment, &dialog, &|code| whatsapp::errors::new(code, ""));
        assert!(report.failure.is_none(), "{}: {:?}\n{:#?}", dialog.name, report.failure, report.said);
    }
}
