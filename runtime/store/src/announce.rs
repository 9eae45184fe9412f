//! Announcements: a word to all processes on a store that something has changed. Whoever hears it looks into the store.
//!
//! They make things quick, and nothing may hang on them: one that is made while a process is cut off from the store is lost to it.

use tokio::sync::broadcast::{self, error::RecvError};

/// Announcements that may wait for one who listens.
const WAITING: usize = 256;

/// What is announced from now on. See [`Store::announcements`](crate::Store::announcements).
#[derive(Debug)]
pub struct Announcements(broadcast::Receiver<Option<String>>);

impl Announcements {
    /// Waits until something of this topic is announced, or may have been without being heard.
    pub async fn of(&mut self, topic: &str) {
        loop {
            match self.0.recv().await {
                Ok(None) | Err(RecvError::Lagged(_)) => return,
                Ok(Some(announced)) if announced == topic => return,
                Ok(Some(_)) => {}
                // The store is gone, and nothing more will come.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// Hands announcements on to those who listen in this process.
#[derive(Debug, Clone)]
pub(crate) struct Announcer(broadcast::Sender<Option<String>>);

impl Default for Announcer {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Announcer {
    pub(crate) fn announce(&self, topic: &str) {
        self.send(Some(topic.to_owned()));
    }

    /// Some announcements may not have been heard.
    pub(crate) fn may_have_missed(&self) {
        self.send(None);
    }

    pub(crate) fn listen(&self) -> Announcements {
        Announcements(self.0.subscribe())
    }

    fn send(&self, announced: Option<String>) {
        // An error says that nobody listens.
        let _ = self.0.send(announced);
    }
}
