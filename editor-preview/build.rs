//! Builds the studio for a release of the program, so that `cargo build --release` is all that it takes. Without npm, or where npm
//! fails, the program is built without the studio, and a warning says so.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::SystemTime,
};

/// What the studio is made of; a change of it builds the studio anew.
const SOURCES: &[&str] =
    &["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "lingui.config.ts", "tsconfig.json"];
/// Set to `skip`, it leaves the studio as it is: for those who build it by themselves, or have no network.
const SWITCH: &str = "SALESBOT_STUDIO";
/// How much of what a failed command said is shown: it begins with the reason.
const MAX_LINES: usize = 3;

fn main() {
    println!("cargo::rerun-if-env-changed={SWITCH}");
    println!("cargo::rerun-if-changed=build.rs");
    let web = Path::new("web");
    if !web.join("package.json").is_file() {
        return;
    }
    for source in SOURCES.iter().map(|source| web.join(source)).filter(|source| source.exists()) {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_release || env::var(SWITCH).is_ok_and(|switch| switch == "skip") {
        return;
    }
    if let Err(problem) = build(web) {
        println!("cargo::warning=the studio was not built: {problem}");
        println!(
            "cargo::warning=the program works without it; to have it, run `npm ci` and `npm run build` in editor-preview/web, then build again"
        );
    }
}

fn build(web: &Path) -> Result<(), String> {
    if !is_installed(web) {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(web, &["run", "build"])
}

/// Whether the packages are those of the lock: npm writes its own copy of it behind them.
fn is_installed(web: &Path) -> bool {
    let written = |path: &str| fs::metadata(web.join(path)).and_then(|file| file.modified()).ok();
    let lock: Option<SystemTime> = written("package-lock.json");
    lock.is_some() && written("node_modules/.package-lock.json") >= lock
}

fn npm(web: &Path, words: &[&str]) -> Result<(), String> {
    // On Windows npm is a script, which is not found by its bare name.
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let command = format!("npm {}", words.join(" "));
    let output = Command::new(program).args(words).current_dir(web).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("`{command}` can't be run ({error}); install Node with npm"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("npm warn"));
    let reason: Vec<&str> = lines.take(MAX_LINES).collect();
    Err(format!("`{command}` failed ({}): {}", output.status, reason.join(" | ")))
}
