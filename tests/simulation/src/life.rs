//! Whether a process runs, sleeps or is dead. Whatever it asks of the world outside, store or network, waits here while it sleeps and
//! is never answered when it is dead; what it does in between can't be seen by anybody.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use steps::moment::Moment;
use tokio::sync::Notify;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Runs,
    Sleeps,
    Dead,
}

/// The life of one process.
pub struct Life {
    pub name: String,
    /// How it names itself in claims.
    process: OnceLock<String>,
    state: Mutex<State>,
    changed: Notify,
    /// What becomes of it, and after how many further steps: a fault that waits for a moment at which something is half done.
    armed: Mutex<Option<(State, u64)>>,
    /// When something came between this process and its work: sleep, death, a store that failed.
    troubles: Mutex<Vec<Moment>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Life {
    pub fn new(name: String) -> Self {
        Life {
            name,
            process: OnceLock::new(),
            state: Mutex::new(State::Runs),
            changed: Notify::new(),
            armed: Mutex::default(),
            troubles: Mutex::default(),
        }
    }

    pub fn is_process(&self, id: &str) {
        // Told once, when it is built.
        let _ = self.process.set(id.to_owned());
    }

    pub fn process(&self) -> &str {
        self.process.get().map_or("", String::as_str)
    }

    pub fn set(&self, state: State, now: Moment) {
        // Death is final.
        if self.state() != State::Dead {
            *lock(&self.state) = state;
            self.trouble(now);
            self.changed.notify_waiters();
        }
    }

    pub fn state(&self) -> State {
        *lock(&self.state)
    }

    /// Lets something happen to the process in the midst of what it does, after so many steps.
    pub fn arm(&self, state: State, steps: u64) {
        *lock(&self.armed) = Some((state, steps));
    }

    pub fn disarm(&self) {
        *lock(&self.armed) = None;
    }

    /// A step: something that the process asked for is half done.
    pub fn step(&self, now: Moment) {
        let mut armed = lock(&self.armed);
        match &mut *armed {
            Some((_, steps @ 1..)) => *steps -= 1,
            Some((state, 0)) => {
                self.set(*state, now);
                *armed = None;
            }
            None => {}
        }
    }

    /// Resolves when the process runs; never when it is dead.
    pub async fn runs(&self) {
        self.becomes(State::Runs).await;
    }

    /// Resolves when the process is dead.
    pub async fn ends(&self) {
        self.becomes(State::Dead).await;
    }

    /// Resolves when the process is in that state; never when it died in another one.
    pub async fn becomes(&self, state: State) {
        loop {
            let changed = self.changed.notified();
            match self.state() {
                now if now == state => return,
                State::Dead => std::future::pending().await,
                State::Runs | State::Sleeps => changed.await,
            }
        }
    }

    pub fn trouble(&self, now: Moment) {
        lock(&self.troubles).push(now);
    }

    pub fn had_trouble(&self, from: Moment, until: Moment) -> bool {
        lock(&self.troubles).iter().any(|at| (from..=until).contains(at))
    }
}
