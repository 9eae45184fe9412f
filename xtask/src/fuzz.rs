//! `cargo xtask fuzz`: feeds what reads other people's input with mutations of a few good inputs. The targets are in `fuzz/`, a package
//! outside of the workspace.

use anyhow::{Context, Result, bail};

use crate::shell::{Line, Shell, cargo};

#[derive(clap::Args)]
pub struct Arguments {
    /// One target; left out: all
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Every target, with what it reads.
const TARGETS: [(&str, &str); 6] = [
    ("webhook", "webhooks: signature and payload"),
    ("bot", "bots: check, and then a few turns"),
    ("text", "texts, expressions and scripts: compile and run"),
    ("dialogs", "dialog tests: read and played"),
    ("kommo", "bots of Kommo's: imported, checked, and each branch played"),
    ("api_body", "bodies of the API: every call that takes one"),
];
/// No input is longer, in bytes: what goes wrong beyond goes wrong below.
const LONGEST: u32 = 16_384;
/// No input may take longer, in seconds: a limit is missing where one does.
const SLOWEST: u32 = 10;

/// True: no input made a target fail.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    let chosen: Vec<&str> = match &arguments.target {
        None => TARGETS.iter().map(|(name, _)| *name).collect(),
        Some(name) if TARGETS.iter().any(|(known, _)| known == name) => vec![name],
        Some(name) => {
            let known = TARGETS.map(|(name, reads)| format!("  {name:<10}{reads}")).join("\n");
            bail!("there is no target {name:?}; there are:\n{known}");
        }
    };
    let version = shell.output(&Line::new("rustc").args(["-vV"])).context("asking rustc for its version")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not name its host")?;
    // With a target named, cargo leaves build scripts and macros without the counters, for which they have no use.
    let build = cargo("build --release --bins --manifest-path fuzz/Cargo.toml --target").args([host]).env("RUSTFLAGS", FLAGS);
    if !shell.passes(&build)? {
        bail!("the targets do not compile");
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "fuzz/target".into(), |folder| folder.to_string_lossy().into_owned());
    let mut all_well = true;
    for name in chosen {
        for folder in ["corpus", "artifacts"] {
            std::fs::create_dir_all(shell.root.join("fuzz").join(folder).join(name))?;
        }
        let run = Line::new(format!("{target}/{host}/release/{name}"))
            .args([format!("fuzz/corpus/{name}"), format!("fuzz/seeds/{name}")])
            .args([format!("-artifact_prefix=fuzz/artifacts/{name}/"), format!("-max_total_time={}", arguments.seconds)])
            .args([format!("-max_len={LONGEST}"), format!("-timeout={SLOWEST}"), "-print_final_stats=1".to_owned()]);
        if !shell.passes(&run)? {
            println!("`{name}` failed; the input is in fuzz/artifacts/{name}/");
            all_well = false;
        }
    }
    Ok(all_well)
}

/// Counters on every edge for libFuzzer, and the checks of a debug build.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1";
