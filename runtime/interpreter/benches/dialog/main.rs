//! How fast the interpreter runs the *qualification dialog*: greet, ask the name, a question with three buttons, branch, ask the e-mail
//! (one bad try), ask the team size, compute a score, branch, final text. 6 inbound messages, 14 steps, 9 sends.
//!
//! Conversations are open together: all get message 1, then all get message 2, and so on, so that no conversation stays in the
//! processor's caches between two turns. At every turn the contact is read from JSON and written back to JSON.
//!
//! `cargo xtask bench` runs it and compares with the marks. By hand: `cargo bench -p interpreter --bench dialog -- [--quick]`; its last
//! line is one JSON object. `--show` prints the contact's stored value after each message; `--profile` plays the dialog alone for some
//! seconds, for a profiler to watch.

mod bots;
mod clock;
mod load;

use std::{sync::Arc, time::Duration};

use interpreter::Bots;
use serde_json::json;
use steps::{bot::Bot, check};

use clock::Stopwatch;
use load::{Load, Spent};

/// As in the `salesbot` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Conversations open together in the small and in the large run.
const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// Steps of the small and of the large bot.
const SMALL_BOT: usize = 50;
const LARGE_BOT: usize = 5_000;
/// Bots that are loaded at a start.
const BOTS_AT_START: usize = 1_000;

/// How much is measured.
struct Effort {
    /// Turns of each kind that a figure comes from; the runs of two figures that are compared alternate.
    rounds: usize,
    /// Conversations of the large run.
    many: usize,
}

/// Conversations that a profiler watches.
const PROFILED: usize = 100 * FEW;

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    if asked("--show") {
        return Load::new(publish(bots::qualification(0, SMALL_BOT)), 1).show();
    }
    if asked("--profile") {
        let bots = publish(bots::qualification(0, SMALL_BOT));
        for _ in 0..PROFILED / FEW {
            let _played = Load::new(bots.clone(), FEW).play();
        }
        return;
    }
    let quick = asked("--quick");
    let effort = if quick { Effort { rounds: 2, many: MANY / 4 } } else { Effort { rounds: 5, many: MANY } };

    let small = publish(bots::qualification(0, SMALL_BOT));
    let large = publish(bots::qualification(0, LARGE_BOT));
    let dialog = Load::new(small.clone(), 1).play_once();
    println!(
        "the dialog: {} inbound messages, {} steps, {} sends; session {} bytes at most; contact {} bytes after it",
        load::MESSAGES,
        dialog.steps,
        dialog.sends,
        dialog.session_bytes,
        dialog.contact_bytes
    );

    let (few, many) = compare(effort.rounds, &small, FEW, effort.many / FEW, &small, effort.many, 1);
    println!("inbound turns, {FEW} conversations open: {}", few.inbound);
    println!("inbound turns, {} conversations open: {}", effort.many, many.inbound);
    println!("results of sends, {FEW} conversations open: {}", few.results);
    let all = Spent { turns: few.inbound.turns, cpu: few.inbound.cpu + few.results.cpu };
    println!("inbound turns with the results of their sends: {all}");

    let (in_small, in_large) = compare(effort.rounds, &small, FEW, 20, &large, FEW, 20);
    println!("inbound turns in a bot of {SMALL_BOT} steps: {}", in_small.inbound);
    println!("inbound turns in a bot of {LARGE_BOT} steps: {}", in_large.inbound);

    let sources: Vec<String> = (0..BOTS_AT_START).map(|index| bots::qualification(index, SMALL_BOT)).collect();
    let start = (0..effort.rounds).map(|_| start(&sources)).min().unwrap_or_default();
    println!("start with {BOTS_AT_START} bots of {SMALL_BOT} steps: {:.0} ms", milliseconds(start));
    let checked = check_all(&sources[..BOTS_AT_START / 10]) * 10;
    println!("the same with a check of each: {:.0} ms", milliseconds(checked));

    let growth = few.inbound.each() / many.inbound.each();
    let figures = json!({
        "interpreter_turns_per_core_second": few.inbound.per_second().round(),
        "interpreter_turns_with_results_per_core_second": all.per_second().round(),
        "interpreter_growth_1k_to_100k": thousandths(growth),
        "session_bytes": dialog.session_bytes,
        "contact_bytes": dialog.contact_bytes,
        "turn_5000_steps_ratio": thousandths(in_large.inbound.each() / in_small.inbound.each()),
        "start_1000_bots_ms": milliseconds(start).round(),
        "check_1000_bots_ms": milliseconds(checked).round(),
    });
    println!("{figures}");
}

/// What a figure was measured in: turns by the customer's messages, and turns by the channel's answers to sends.
struct Measured {
    inbound: Spent,
    results: Spent,
}

/// Two loads in turns, so that both see the same weather on the machine: `times` dialogs of so many conversations each.
fn compare(
    rounds: usize,
    first: &Bots,
    of_first: usize,
    times_first: usize,
    second: &Bots,
    of_second: usize,
    times_second: usize,
) -> (Measured, Measured) {
    let mut measured = [Measured::default(), Measured::default()];
    for _ in 0..rounds {
        for (slot, bots, conversations, times) in [(0, first, of_first, times_first), (1, second, of_second, times_second)] {
            for _ in 0..times {
                let played = Load::new(bots.clone(), conversations).play();
                measured[slot].inbound += played.inbound;
                measured[slot].results += played.results;
            }
        }
    }
    let [first, second] = measured;
    (first, second)
}

impl Default for Measured {
    fn default() -> Self {
        Measured { inbound: Spent::NOTHING, results: Spent::NOTHING }
    }
}

fn publish(source: String) -> Bots {
    let mut bots = Bots::default();
    bots.publish(published(0, &source));
    bots
}

fn published(index: usize, source: &str) -> Arc<Bot> {
    check::load_published(&bots::id(index), source).expect("the bench's own bot is right")
}

/// Reads and publishes bots that were checked before, as a server does when it starts.
fn start(sources: &[String]) -> Duration {
    let watch = Stopwatch::start();
    let mut bots = Bots::default();
    for (index, source) in sources.iter().enumerate() {
        bots.publish(published(index, source));
    }
    let spent = watch.stop();
    assert_eq!(bots.live_bots().count(), sources.len());
    spent
}

/// Checks bots, as a server does with files that it has never seen.
fn check_all(sources: &[String]) -> Duration {
    let environment = load::environment();
    let watch = Stopwatch::start();
    for (index, source) in sources.iter().enumerate() {
        let checked = check::load(&bots::id(index), source, &environment);
        assert!(checked.bot.is_some(), "{:?}", checked.diagnostics);
    }
    watch.stop()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn thousandths(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
