//! `cargo xtask test`: everything that has to hold, one command after the other.

use std::{env, fmt, path::Path, thread, time::Instant};

use anyhow::Result;

use crate::{
    count::{self, Count},
    needs,
    shell::{Line, Shell, cargo},
    tidy,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Only format, tidiness and the tests of the pure packages: under a minute
    #[arg(long)]
    quick: bool,
    /// Go on after a failure, and count them all
    #[arg(long)]
    keep_going: bool,
}

/// What is quick to build and to test: no server in it.
const PURE: [&str; 4] = ["steps", "interpreter", "whatsapp", "editor-preview"];

/// Where the studio's sources are.
const STUDIO: &str = "editor-preview/web";

const TIDY: &str = "cargo xtask tidy";

/// One thing to do.
enum Check {
    /// Passes or fails as one.
    One(Line),
    /// Prints how many tests passed.
    Tests(Line),
    /// Done by this program itself.
    Tidy,
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::One(line) | Check::Tests(line) => line.fmt(formatter),
            Check::Tidy => formatter.write_str(TIDY),
        }
    }
}

/// True: all passed.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    needs::install(shell, needs::FOR_TESTS)?;
    if !arguments.quick && has_studio(shell) {
        needs::install(shell, needs::FOR_STUDIO)?;
    }
    let mut total = Count::default();
    let mut took = Vec::new();
    for check in checks(shell, arguments.quick) {
        let begin = Instant::now();
        let count = perform(shell, &check)?;
        took.push((begin.elapsed(), check.to_string()));
        total += count;
        if count.failed > 0 && !arguments.keep_going {
            println!("\nStopped at the first failure; `--keep-going` runs the rest too.");
            break;
        }
    }
    println!();
    for (time, check) in took {
        println!("{:>5} s  {check}", time.as_secs());
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

/// Everything, in order: what is quick first. Few different builds: one that checks, one that documents, one that is run.
fn checks(shell: &Shell, quick: bool) -> Vec<Check> {
    let has_nextest = shell.output(&cargo("nextest --version")).is_some();
    let format = Check::One(cargo("fmt --all --check"));
    if quick {
        let packages = PURE.iter().flat_map(|package| ["--package", package]);
        return vec![format, Check::Tidy, Check::Tests(tests(has_nextest).args(packages).args(["--lib", "--tests"]))];
    }
    let salesbot = shell.target().join("debug").join(format!("salesbot{}", env::consts::EXE_SUFFIX));
    let mut checks = vec![
        format,
        Check::Tidy,
        Check::One(cargo("clippy --workspace --all-targets -- -D warnings")),
        Check::One(cargo("doc --workspace --no-deps --document-private-items").env("RUSTDOCFLAGS", "-Dwarnings")),
        // Among them: that the generated pages are what the code says, as `cargo xtask docs --check` would tell.
        // The end-to-end tests run the program that is built with them for the tests of its command line: one build, not two.
        Check::Tests(tests(has_nextest).args(["--workspace"]).env("SALESBOT_BINARY", salesbot.display().to_string())),
    ];
    if has_nextest {
        checks.push(Check::Tests(in_one_process(cargo("test --workspace --no-fail-fast").args(["--test", STORES]))));
        checks.push(Check::Tests(cargo("test --workspace --doc --no-fail-fast")));
    }
    let shown = salesbot.strip_prefix(&shell.root).unwrap_or(&salesbot).display().to_string();
    checks.push(Check::One(Line::new(shown.clone()).args(["check", "bots"])));
    checks.push(Check::Tests(Line::new(shown).args(["test", "bots"])));
    if has_studio(shell) {
        checks.extend(studio(&salesbot));
    }
    checks
}

fn has_studio(shell: &Shell) -> bool {
    shell.root.join(STUDIO).join("package.json").is_file()
}

/// The studio by itself, then built and in a browser: the program of the tests before reads the built files where they are.
fn studio(salesbot: &Path) -> [Check; 6] {
    let npm = |words: &str| Line::new("npm").args(["--prefix", STUDIO]).args(words.split(' '));
    [
        Check::One(npm("ci --no-audit --no-fund")),
        Check::One(npm("run check")),
        Check::Tests(npm("test")),
        Check::One(npm("run build")),
        Check::One(npm("run budget")),
        Check::Tests(npm("run e2e").env("SALESBOT_BINARY", salesbot.display().to_string())),
    ]
}

/// The tests that share servers: a process for each of them, as nextest has it, would start them hundreds of times, and Sentinels alone need
/// seven seconds to know each other.
const STORES: &str = "stores";

/// All tests; those of the stores are left out where each test would be a process of its own.
fn tests(has_nextest: bool) -> Line {
    match has_nextest {
        true => {
            let others = format!("not binary({STORES})");
            cargo("nextest run --no-fail-fast").args(["--test-threads", &at_once(3), "--filterset", &others])
        }
        false => in_one_process(cargo("test --no-fail-fast")),
    }
}

fn in_one_process(tests: Line) -> Line {
    tests.env("RUST_TEST_THREADS", at_once(2))
}

/// So many tests at a time for each core: the long ones, with which nextest begins by its settings, wait for servers that die, sleep and come
/// back; those in one process share servers, which have enough to do with two.
fn at_once(for_each_core: usize) -> String {
    (for_each_core * thread::available_parallelism().map_or(1, usize::from)).to_string()
}

/// Does one thing. A check that prints no number of its own counts as one test.
fn perform(shell: &Shell, check: &Check) -> Result<Count> {
    let one = |passed: bool| Count { passed: passed.into(), failed: (!passed).into() };
    println!();
    Ok(match check {
        Check::One(line) => one(shell.passes(line)?),
        Check::Tidy => {
            println!("$ {TIDY}");
            one(tidy::run(shell)?)
        }
        Check::Tests(line) => {
            let (passed, printed) = shell.watch(line)?;
            let mut count = count::results(&printed);
            if !passed && count.failed == 0 {
                // It did not come to the tests, as when they do not compile.
                count.failed = 1;
            }
            count
        }
    })
}
