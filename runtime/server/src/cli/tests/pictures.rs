//! `salesbot preview`, with the machine's own Chromium where a picture needs one.

use super::*;

/// Runs with this process's path, on which the browser is.
fn preview(arguments: &[&str]) -> Ran {
    let path = std::env::var("PATH").unwrap();
    let browser = std::env::var("CHROMIUM").unwrap_or_default();
    run_with(&[&["preview"], arguments].concat(), "", &[("PATH", &path), ("CHROMIUM", &browser)])
}

fn welcome() -> TempDir {
    folder(&[("welcome.json", WELCOME), ("welcome.test.json", DIALOGS)])
}

#[test]
fn a_dialog_is_a_page_in_the_bots_language() {
    let folder = welcome();
    let ran = preview(&[&path(&folder, "welcome.json"), "--dialog", "buys", "--theme", "dark", "--width", "320"]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
    assert!(ran.output.starts_with("<!doctype html>\n<html lang=\"pt\">"), "{}", ran.output);
    for part in ["Olá! O que você procura?", "Ótimo.", "Simulado", "sb-dark", "max-width: 320px"] {
        assert!(ran.output.contains(part), "{part}");
    }
    assert!(!ran.output.contains("<script"));
}

#[test]
fn the_beginning_of_a_dialog_is_enough() {
    let folder = welcome();
    let ran = preview(&[&path(&folder, "welcome.json"), "--dialog", "buys", "--lines", "2"]);
    assert!(ran.exit == Exit::Well && ran.output.contains("O que você procura?") && !ran.output.contains("Ótimo."), "{ran:?}");
}

#[test]
fn all_dialogs_go_into_a_folder() {
    let folder = welcome();
    let out = path(&folder, "pictures");
    let ran = preview(&[&path(&folder, "welcome.json"), "--out", &out]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
    assert!(fs::read_to_string(format!("{out}/buys.html")).unwrap().contains("Ótimo."));
    let nowhere = preview(&[&path(&folder, "welcome.json")]);
    assert!(nowhere.exit == Exit::Unusable && nowhere.errors.contains("--out"), "{}", nowhere.errors);
}

#[test]
fn a_dialog_that_fails_is_drawn_up_to_there() {
    let dialogs = DIALOGS.replace("\"Ótimo.\"", "\"Perfeito.\"");
    let folder = folder(&[("welcome.json", WELCOME), ("welcome.test.json", &dialogs)]);
    let ran = preview(&[&path(&folder, "welcome.json"), "--dialog", "buys"]);
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.output.contains("Ótimo.") && ran.output.contains("4: "), "{}", ran.output);
    assert!(ran.errors.contains("FAILED  buys"), "{}", ran.errors);
}

#[test]
fn what_is_not_there_is_told() {
    let folder = welcome();
    let bot = path(&folder, "welcome.json");
    for (arguments, expected) in [
        (&["--dialog", "sells"][..], "it has\n  buys"),
        (&["--dialog", "buys", "--width", "500"], "320, 360 or 412"),
        (&["--dialog", "buys", "--format", "png"], "--out chat.png"),
    ] {
        let ran = preview(&[&[bot.as_str()], arguments].concat());
        assert!(ran.exit == Exit::Unusable && ran.errors.contains(expected), "{}", ran.errors);
    }
    let arguments = ["preview", &bot, "--dialog", "buys", "--format", "svg"];
    let ran = run_with(&arguments, "", &[("PATH", "/nowhere")]);
    assert!(ran.exit == Exit::Unusable && ran.errors.contains("install Chromium"), "{}", ran.errors);
    let ran = run_with(&arguments, "", &[("CHROMIUM", "/nowhere/chromium")]);
    assert!(ran.exit == Exit::Unusable && ran.errors.contains("can't start /nowhere/chromium"), "{}", ran.errors);
}

#[test]
fn a_browser_measures_and_draws() {
    let folder = welcome();
    let (bot, out) = (path(&folder, "welcome.json"), path(&folder, "chat.png"));
    let ran = preview(&[&bot, "--dialog", "buys", "--format", "png", "--width", "360", "--out", &out]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
    let picture = fs::read(&out).unwrap();
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    // Two pixels of the picture for one of the page.
    assert_eq!(number(16), 720);

    let ran = preview(&[&bot, "--dialog", "buys", "--format", "svg", "--width", "360"]);
    assert_eq!(ran.exit, Exit::Well, "{}", ran.errors);
    let height: u32 = ran.output.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    assert_eq!(number(20), height * 2, "both are as tall as the chat");
    assert!((200..600).contains(&height), "{height}");
}
