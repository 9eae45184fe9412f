//! `cargo xtask bench`: speed and size against the marks that the project has set itself.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::{
    needs,
    shell::{Line, Shell, cargo},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Measure less, and less exactly; BENCHMARKS.md stays as it is
    #[arg(long)]
    quick: bool,
    /// Print one JSON object as the last line
    #[arg(long)]
    json: bool,
}

/// A program that measures. Its last line is one JSON object of figures.
struct Suite {
    package: &'static str,
    bench: &'static str,
}

/// Every suite.
const SUITES: [Suite; 3] = [
    Suite { package: "interpreter", bench: "dialog" },
    Suite { package: "tests", bench: "pipeline" },
    Suite { package: "tests", bench: "models" },
];

/// Which side of the mark is good.
enum Mark {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for comparison.
    None,
}

/// A figure as the table shows it.
struct Figure {
    key: &'static str,
    work: &'static str,
    unit: &'static str,
    mark: Mark,
}

const fn figure(key: &'static str, work: &'static str, unit: &'static str, mark: Mark) -> Figure {
    Figure { key, work, unit, mark }
}

/// Every figure, in the order of the table. Ratios count most: they hold from machine to machine.
const FIGURES: &[Figure] = &[
    figure(
        "interpreter_turns_per_core_second",
        "Turns of customers' messages a second of one core, state read from and written to JSON at each",
        "1/s",
        Mark::AtLeast(200_000.0),
    ),
    figure(
        "interpreter_turns_with_results_per_core_second",
        "The same with the turns for what became of the sends (1.5 a message)",
        "1/s",
        Mark::None,
    ),
    figure(
        "interpreter_growth_1k_to_100k",
        "Turns a second with 100,000 conversations open against 1,000",
        "times",
        Mark::AtLeast(0.85),
    ),
    figure("session_bytes", "Largest session in the dialog, as JSON", "bytes", Mark::AtMost(600.0)),
    figure("contact_bytes", "Stored contact after the dialog, as JSON", "bytes", Mark::None),
    figure("redis_bytes_per_contact", "Memory of Redis a stored contact, all keys", "bytes", Mark::AtMost(1_300.0)),
    figure("redis_commit_ratio_of_bound", "Webhook to commit on Redis, against the bound", "times", Mark::AtLeast(0.85)),
    figure("redis_accepted_per_second", "The same a second", "1/s", Mark::None),
    figure("redis_bound_per_second", "The bound, by `redis-benchmark`", "1/s", Mark::None),
    figure("redis_commit_p99_ms", "The same at 70 % of that rate: all but one in a hundred", "ms", Mark::AtMost(15.0)),
    figure("redis_round_trips_per_inbound", "Round trips to Redis a message, its sends included", "", Mark::AtMost(4.0)),
    figure("redis_commands_per_inbound", "Commands of Redis a message, those in scripts included", "", Mark::AtMost(15.0)),
    figure("redis_aof_bytes_per_inbound", "Append-only file a message", "bytes", Mark::AtMost(4_096.0)),
    figure(
        "redis_send_inbound_per_second",
        "Webhook to the Graph API and back, messages a second without statuses",
        "1/s",
        Mark::AtLeast(10_000.0),
    ),
    figure("redis_send_with_statuses_per_second", "The same with three statuses a send", "1/s", Mark::AtLeast(4_000.0)),
    figure("cpu_us_per_inbound", "Processor time of it a message, without statuses, in all", "µs", Mark::AtMost(170.0)),
    figure("cpu_us_server", "of it the server", "µs", Mark::None),
    figure("cpu_us_redis", "of it Redis", "µs", Mark::None),
    figure("cpu_us_load_and_mock", "of it the load and the mock", "µs", Mark::None),
    figure("cpu_us_per_inbound_with_statuses", "With three statuses a send, in all", "µs", Mark::None),
    figure("cpu_us_bare", "By a server that makes the same requests and does nothing between them, in all", "µs", Mark::None),
    figure("cpu_us_bare_server", "of it that server", "µs", Mark::None),
    figure("redis_send_bare_per_second", "Messages a second by it", "1/s", Mark::None),
    figure("scaling_1_to_3_servers", "Messages a second with three servers against one, on the same cores", "times", Mark::None),
    figure(
        "embedded_inbound_per_second",
        "Webhook to commit on the embedded store, on the disk at each",
        "1/s",
        Mark::AtLeast(15_000.0),
    ),
    figure("growth_1k_to_1m", "Webhooks a second with all contacts stored against 1,000", "times", Mark::AtLeast(0.9)),
    figure("growth_stored", "Contacts that are stored for it", "", Mark::None),
    figure("turn_5000_steps_ratio", "Time a message in a bot of 5,000 steps against one of 50", "times", Mark::AtMost(1.1)),
    figure("start_1000_bots_ms", "Start with 1,000 bots of 50 steps", "ms", Mark::AtMost(300.0)),
    figure(
        "model_quick_p99_ratio",
        "Webhook to send of a quick bot while 200 conversations wait for a model that takes 2 s, against idle: all but one in a hundred",
        "times",
        Mark::AtMost(1.2),
    ),
    figure("model_quick_p99_idle_ms", "The same, idle", "ms", Mark::None),
    figure("model_quick_p99_loaded_ms", "The same, meanwhile", "ms", Mark::None),
    figure("model_rss_before_mb", "Memory of the server before", "MiB", Mark::None),
    figure("model_rss_during_mb", "while they wait", "MiB", Mark::None),
    figure("model_rss_after_mb", "and after", "MiB", Mark::None),
    figure("check_1000_bots_ms", "Check of 1,000 bots of 50 steps", "ms", Mark::None),
];

/// True once measured: a missed mark is shown, and is no failure.
pub fn run(shell: &Shell, arguments: &Arguments) -> Result<bool> {
    needs::install(shell, needs::FOR_TESTS)?;
    if !shell.passes(&cargo("build --release --package salesbot --bin salesbot"))? {
        bail!("the program that is to be measured can't be built");
    }
    let salesbot = shell.target().join("release/salesbot").display().to_string();
    let mut figures = Map::new();
    for Suite { package, bench } in &SUITES {
        let quick = arguments.quick.then_some("--quick");
        let line = cargo(&format!("bench --package {package} --bench {bench} --")).args(quick).env("SALESBOT_BINARY", &salesbot);
        let (passed, printed) = shell.watch(&line)?;
        let last = printed.lines().rev().find(|line| line.starts_with('{'));
        let measured = last.and_then(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
        let (true, Some(measured)) = (passed, measured) else { bail!("`{line}` gave no figures") };
        figures.extend(measured);
    }
    let table = table(&figures);
    println!("\n{table}");
    if !arguments.quick {
        let page = format!("{INTRODUCTION}{}\n{table}\n{HOW}", machine(shell));
        fs::write(shell.root.join("BENCHMARKS.md"), page).context("writing BENCHMARKS.md")?;
    }
    if arguments.json {
        println!("{}", Value::Object(figures));
    }
    Ok(true)
}

const INTRODUCTION: &str = "\
# Benchmarks

Written by `cargo xtask bench`, all in one run on one machine. Ratios hold from machine to machine, absolute figures don't.

The *qualification dialog*: greet, ask the name, a question with three buttons, branch, ask the e-mail (one bad try), ask the team size, compute a
score, branch, final text: 6 inbound messages, 14 steps, 9 sends. All open conversations get message 1, then all get message 2, and so on.

";

/// By hand.
const HOW: &str = include_str!("bench/how.md");

fn table(figures: &Map<String, Value>) -> String {
    let mut table = String::from("| work | measured | mark | |\n| --- | ---: | ---: | --- |\n");
    for Figure { key, work, unit, mark } in FIGURES {
        let Some(measured) = figures.get(*key).and_then(Value::as_f64) else { continue };
        let (mark, verdict) = match mark {
            Mark::AtLeast(mark) => (format!("at least {}", number(*mark)), verdict(measured >= *mark)),
            Mark::AtMost(mark) => (format!("at most {}", number(*mark)), verdict(measured <= *mark)),
            Mark::None => (String::new(), ""),
        };
        table += &format!("| {work} | {} {unit} | {mark} | {verdict} |\n", number(measured));
    }
    table
}

fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "missed" }
}

/// Thousands apart; three decimals for ratios.
fn number(value: f64) -> String {
    if value.fract() != 0.0 {
        return format!("{value:.3}").trim_end_matches('0').to_owned();
    }
    let digits = format!("{}", value.abs());
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if value < 0.0 { "-" } else { "" }, groups.join(","))
}

/// What it ran on.
fn machine(shell: &Shell) -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = shell.output(&Line::new("rustc").args(["--version"])).unwrap_or_default();
    format!("Measured on {model}, {cores} cores, {}.\n", rustc.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_what_is_reached() {
        let figures =
            serde_json::json!({"session_bytes": 389, "turn_5000_steps_ratio": 1.25, "start_1000_bots_ms": 1234.0, "other": 1});
        let Value::Object(figures) = figures else { panic!() };
        let table = table(&figures);
        assert!(table.contains("| Largest session in the dialog, as JSON | 389 bytes | at most 600 | reached |"), "{table}");
        assert!(table.contains("| 1.25 times | at most 1.1 | missed |"), "{table}");
        assert!(table.contains("| 1,234 ms | at most 300 | missed |"), "{table}");
        assert_eq!(table.lines().count(), 5);
    }
}
