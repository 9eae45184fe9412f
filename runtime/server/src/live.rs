//! Live views: whoever listens gets the facts of each commit, as they are journalled. Nobody waits for a listener; one that is too slow
//! is told how much it missed.

use std::sync::Arc;

use serde::Serialize;
use steps::{fact::Fact, ids::ContactId, moment::Moment};
use tokio::sync::broadcast;

/// Commits that a slow listener may be behind.
const CAPACITY: usize = 256;

/// What one commit did.
#[derive(Debug, Serialize)]
pub struct Happened {
    pub contact: ContactId,
    pub at: Moment,
    pub facts: Vec<Fact>,
}

pub struct Live(broadcast::Sender<Arc<Happened>>);

impl Default for Live {
    fn default() -> Self {
        Live(broadcast::Sender::new(CAPACITY))
    }
}

impl Live {
    /// Tells all who listen; costs nothing when nobody does.
    pub fn publish(&self, contact: &ContactId, facts: &[Fact], at: Moment) {
        if self.0.receiver_count() == 0 || facts.is_empty() {
            return;
        }
        let happened = Happened { contact: contact.clone(), at, facts: facts.to_vec() };
        // An error says that the last listener has just left.
        let _ = self.0.send(Arc::new(happened));
    }

    pub fn listen(&self) -> broadcast::Receiver<Arc<Happened>> {
        self.0.subscribe()
    }
}
