//! Where the program under test is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// Names a program to test instead of the one that is built from this workspace, for example one built with `--release`.
pub const BINARY: &str = "SALESBOT_BINARY";

/// The `salesbot` program: the one that [`BINARY`] names, or the one beside this test in the target folder, built if it is missing or
/// older than its sources.
///
/// # Panics
/// If it can't be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os(BINARY).filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => built(),
    })
}

fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    // A test runs from `deps` or `examples` in the profile's folder.
    let profile = test.ancestors().nth(2).expect("tests are built in a folder of the target folder");
    let program = profile.join(format!("salesbot{}", std::env::consts::EXE_SUFFIX));
    if is_fresh(&program) {
        return program;
    }
    let target = profile.parent().expect("a profile's folder is inside the target folder");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "salesbot", "--bin", "salesbot", "--target-dir"]).arg(target);
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.file_name().is_some_and(|name| name == "release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo can be run");
    assert!(built.success(), "`salesbot` can't be built; `cargo build -p salesbot` says why");
    program
}

/// Whether the program is newer than every source that it was made from. Cargo lists those beside it.
fn is_fresh(program: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let Some(built) = changed(program) else { return false };
    let Ok(list) = std::fs::read_to_string(program.with_extension("d")) else { return false };
    let sources = list.split_once(": ").map_or("", |(_, sources)| sources);
    let is_older = |source: &str| changed(Path::new(source)).is_some_and(|time: SystemTime| time <= built);
    !sources.is_empty() && sources.split_whitespace().all(is_older)
}
