//! Threads that read, each on its own connection, so that no read waits for a write or blocks a
//! task. Each takes what waits in its queue and reads it in one snapshot.
//!
//! Short reads (a value, an alias, what is due) go round a few threads; reads of many rows have a
//! thread of their own, so that a long transcript does not hold up a customer's message.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::folder::{Folder, cannot_open};
use super::unavailable;
use super::writer::{busy, stopped};
use crate::StoreError;

/// The most reads that share a snapshot.
const BATCH: usize = 64;

/// A read; the path is for its errors.
type Read = Box<dyn FnOnce(&Connection, &Path) + Send>;

/// The readers of a store. Dropping them ends their threads.
pub(crate) struct Readers {
    short: Vec<Reader>,
    long: Reader,
    turn: AtomicUsize,
    deadline: Duration,
}

impl Readers {
    pub(crate) fn start(folder: &Folder, threads: usize, queue: usize, deadline: Duration) -> Result<Self, StoreError> {
        let short = (0..threads.max(1)).map(|_| Reader::start(folder, queue)).collect::<Result<_, _>>()?;
        Ok(Self { short, long: Reader::start(folder, queue)?, turn: AtomicUsize::new(0), deadline })
    }

    /// Reads a few rows.
    pub(crate) async fn short<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.short.len();
        self.short[turn].read(read, self.deadline).await
    }

    /// Reads as many rows as asked for.
    pub(crate) async fn long<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.long.read(read, self.deadline).await
    }
}

struct Reader {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Read>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(folder: &Folder, queue: usize) -> Result<Self, StoreError> {
        let connection = folder.reader()?;
        let path = folder.database().to_owned();
        let (sender, receiver) = mpsc::channel(queue);
        let thread = std::thread::Builder::new().name("store-reader".into());
        let thread = thread.spawn(move || run(&connection, &path, receiver));
        let thread = thread.map_err(|error| cannot_open(folder.database(), format!("its readers can't be started: {error}")))?;
        Ok(Self { queue: Some(sender), thread: Some(thread) })
    }

    async fn read<T, R>(&self, read: R, deadline: Duration) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Read = Box::new(move |connection, path| {
            if !reply.is_closed() {
                // A caller that no longer listens needs no answer.
                let _ = reply.send(read(connection).map_err(|error| unavailable(path, &error)));
            }
        });
        let Some(queue) = &self.queue else {
            return Err(stopped());
        };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => busy("too many reads are waiting for the disk"),
            TrySendError::Closed(_) => stopped(),
        })?;
        match timeout(deadline, answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(stopped())),
            Err(_) => Err(busy("the disk is too slow for what is asked of it")),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // The thread has told of its panic by itself, and there is nobody left to tell it to.
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, path: &Path, mut queue: mpsc::Receiver<Read>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        // Begun after the reads were asked for, so it shows all that was answered before them. If it
        // can't begin, neither can the reads, and each says why.
        let _snapshot = connection.unchecked_transaction();
        for read in batch.drain(..) {
            read(connection, path);
        }
    }
}
