//! `cargo xtask coverage`: which lines of the pure packages their tests run, by the compiler's own instrumentation and LLVM's tools.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    needs,
    shell::{Line, Shell, cargo},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Fail where a package is below its mark
    #[arg(long)]
    check: bool,
    /// Show the files too, the least covered first
    #[arg(long)]
    files: bool,
}

/// Packages, with the folder of their source. Their own tests and those of the packages that are built on them count.
const MEASURED: [(&str, &str); 3] =
    [("steps", "steps/src/"), ("interpreter", "runtime/interpreter/src/"), ("whatsapp", "runtime/whatsapp/src/")];
/// Lines of each package that tests run, in percent.
const MARK: f64 = 90.0;
/// What is no line of the program.
const TESTS: [&str; 4] = ["/tests.rs", "/tests/", "/testing.rs", "/cases.rs"];

/// Lines of a file: how many can run, and how many did.
#[derive(Clone, Copy, Default)]
struct Lines {
    all: u64,
    run: u64,
}

/// True: every package reaches its mark, or nobody asked.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    let profdata = llvm_tool(shell, "llvm-profdata")?;
    let cov = llvm_tool(shell, "llvm-cov")?;
    let target = shell.target().join("coverage");
    let profiles = target.join("profiles");
    if profiles.is_dir() {
        fs::remove_dir_all(&profiles).with_context(|| format!("clearing {}", profiles.display()))?;
    }

    let packages = MEASURED.iter().flat_map(|(package, _)| ["--package", package]);
    let test = |words: &str| {
        cargo(words)
            .args(packages.clone())
            .args(["--lib", "--tests", "--target-dir"])
            .args([target.display().to_string()])
            .env("RUSTFLAGS", "-C instrument-coverage")
            // Up to four files a program, into which all its runs are merged as they end.
            .env("LLVM_PROFILE_FILE", profiles.join("%4m.profraw").display().to_string())
    };
    let Some(built) = shell.output(&test("test --no-run --message-format=json")) else {
        bail!("the tests do not compile: `cargo test --no-run` says why");
    };
    if !shell.passes(&test("test --quiet"))? {
        bail!("tests fail; there is nothing to measure");
    }

    let merged = target.join("coverage.profdata");
    let raw = files_in(&profiles)?;
    if !shell
        .passes(&Line::new(profdata).args(["merge", "--sparse", "--output"]).args([merged.display().to_string()]).args(raw))?
    {
        bail!("llvm-profdata could not merge the profiles");
    }
    let programs = programs(&built);
    let (first, others) = programs.split_first().context("no test was built")?;
    let export = Line::new(cov)
        .args(["export", "--format=lcov", "--instr-profile"])
        .args([merged.display().to_string(), first.clone()])
        .args(others.iter().flat_map(|program| ["--object".to_owned(), program.clone()]));
    let exported = shell.output(&export).context("llvm-cov could not read the profile")?;
    Ok(report(shell, &exported, arguments.files) || !arguments.check)
}

/// Prints the table; true: all reach the mark.
fn report(shell: &Shell, exported: &str, with_files: bool) -> bool {
    let mut files = read(exported, |path| fs::read_to_string(path).ok());
    files.retain_mut(|(path, _)| {
        let inside = Path::new(path).strip_prefix(&shell.root).map(|inside| inside.display().to_string());
        inside.map(|inside| *path = inside).is_ok()
    });
    files.sort_by(|(_, one), (_, other)| one.percent().total_cmp(&other.percent()));
    println!("\n{:<14}{:>8}{:>8}{:>9}", "package", "lines", "run", "percent");
    let mut reached = true;
    for (package, folder) in MEASURED {
        let own: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(folder)).collect();
        let all =
            own.iter().fold(Lines::default(), |sum, (_, lines)| Lines { all: sum.all + lines.all, run: sum.run + lines.run });
        let is_low = all.percent() < MARK;
        let note = if is_low { format!("  below {MARK} %") } else { String::new() };
        println!("{package:<14}{:>8}{:>8}{:>8.1}%{note}", all.all, all.run, all.percent());
        reached &= !is_low;
        if with_files {
            own.iter().for_each(|(path, lines)| println!("  {:>6.1}%  {path} ({} of {})", lines.percent(), lines.run, lines.all));
        }
    }
    reached
}

/// Reads LLVM's export (`SF:` a file, `DA:` a line and how often it ran), without the lines of tests.
fn read(exported: &str, source: impl Fn(&str) -> Option<String>) -> Vec<(String, Lines)> {
    let mut files: Vec<(String, Lines)> = Vec::new();
    let mut end = 0;
    for record in exported.lines() {
        if let Some(path) = record.strip_prefix("SF:") {
            let is_test = TESTS.iter().any(|part| path.contains(part));
            end = if is_test { 0 } else { source(path).map_or(0, |source| before_tests(&source)) };
            files.push((path.to_owned(), Lines::default()));
        }
        let line = record.strip_prefix("DA:").and_then(|line| line.split_once(','));
        let (Some((number, runs)), Some((_, lines))) = (line, files.last_mut()) else { continue };
        if number.parse::<usize>().is_ok_and(|number| number <= end) {
            lines.all += 1;
            lines.run += u64::from(runs != "0");
        }
    }
    files.retain(|(_, lines)| lines.all > 0);
    files
}

/// How many lines stand before a file's tests, which are at its bottom.
fn before_tests(source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0].starts_with("#[cfg(test)]") && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
    tests.unwrap_or(lines.len())
}

impl Lines {
    fn percent(self) -> f64 {
        if self.all == 0 { 100.0 } else { 100.0 * self.run as f64 / self.all as f64 }
    }
}

/// The oldest LLVM that reads what the compiler writes: the raw profile has had the same format since (`INSTR_PROF_RAW_VERSION` 10).
const OLDEST_LLVM: u32 = 19;
/// The newest that Debian 12 has.
const DEBIAN_LLVM: needs::Need = needs::Need {
    program: "llvm-cov-19",
    packages: &["llvm-19"],
    reason: "reads what the instrumented tests write; `rustup component add llvm-tools` would do as well",
};

/// LLVM's tools: rustup's component where it is there, else Debian's, of the compiler's version or an older one that reads it.
fn llvm_tool(shell: &Shell, name: &str) -> Result<String> {
    let version = shell.output(&Line::new("rustc").args(["-vV"])).context("asking rustc for its version")?;
    let field = |key: &str| version.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned();
    let (host, llvm) = (field("host:"), field("LLVM version:"));
    let major = llvm.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(OLDEST_LLVM);
    let sysroot = shell.output(&Line::new("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    let program = format!("{name}{}", env::consts::EXE_SUFFIX);
    let own = PathBuf::from(sysroot.trim()).join("lib/rustlib").join(host).join("bin").join(program);
    if own.is_file() {
        return Ok(own.display().to_string());
    }
    let debian = || (OLDEST_LLVM..=major).rev().map(|major| format!("{name}-{major}")).find(|tool| needs::is_there(tool));
    if let Some(tool) = debian() {
        return Ok(tool);
    }
    needs::install(shell, &[DEBIAN_LLVM])?;
    debian().with_context(|| {
        format!("`{name}` is missing: `rustup component add llvm-tools` or `apt-get install llvm-{OLDEST_LLVM}` brings it")
    })
}

/// The test programs that cargo built, from its messages.
fn programs(messages: &str) -> Vec<String> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(str::to_owned)).collect()
}

fn files_in(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path().display().to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_do_not_count() {
        let exported =
            "SF:steps/src/a.rs\nDA:1,4\nDA:2,0\nDA:5,1\nend_of_record\nSF:steps/src/a/tests.rs\nDA:1,1\nend_of_record\n";
        let source = "fn a() {}\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n";
        let files = read(exported, |_| Some(source.to_owned()));
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].1.all, files[0].1.run), (2, 1));
        assert_eq!(files[0].1.percent(), 50.0);
    }
}
