//! What happened in a run, line by line, each with its simulated time. Two runs of one seed have the same lines.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The lines of a run, or only their number where nobody will read them.
#[derive(Debug)]
pub struct Log {
    keeps: bool,
    lines: Mutex<(Vec<String>, u64)>,
}

impl Log {
    pub fn new(keeps: bool) -> Self {
        Log { keeps, lines: Mutex::default() }
    }

    /// `line` is made only where it is kept.
    pub fn add(&self, millis: u128, line: impl FnOnce() -> String) {
        let mut lines = self.lock();
        lines.1 += 1;
        if self.keeps {
            lines.0.push(format!("{:>4}.{:03} {}", millis / 1_000, millis % 1_000, line()));
        }
    }

    pub fn lines(&self) -> Vec<String> {
        self.lock().0.clone()
    }

    /// How many lines there were, kept or not.
    pub fn count(&self) -> u64 {
        self.lock().1
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<String>, u64)> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One number for all lines: the same lines, the same number.
pub fn hash(lines: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    lines.hash(&mut hasher);
    hasher.finish()
}
