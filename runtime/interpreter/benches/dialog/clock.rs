//! Processor time of this thread, so that other work on the machine does not count.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Measures processor time where the system tells it (Linux), else time on the clock.
pub struct Stopwatch {
    cpu: Option<Duration>,
    clock: Instant,
}

impl Stopwatch {
    pub fn start() -> Self {
        Stopwatch { cpu: cpu(), clock: Instant::now() }
    }

    pub fn stop(self) -> Duration {
        match (self.cpu, cpu()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => self.clock.elapsed(),
        }
    }
}

/// What the main thread has used so far. The bench runs on it alone.
fn cpu() -> Option<Duration> {
    // The kernel brings the figure up to date when the thread passes through the scheduler, else at the next tick only.
    thread::yield_now();
    let line = fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = line.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
