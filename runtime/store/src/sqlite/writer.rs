//! The one thread that writes, and its group commit.
//!
//! Requests wait in a bounded queue. The thread takes what is waiting (up to [`GROUP`]), applies it
//! in one transaction, commits (one flush of the disk), and only then answers each request. While
//! the disk flushes the next group gathers, so the more there is to do, the cheaper each commit.
//!
//! A request that its caller has given up before the thread took it is never applied, so
//! [`StoreError::Busy`] always means that nothing happened.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::folder::cannot_open;
use super::unavailable;
use crate::StoreError;

/// The most requests in one transaction: beyond it the flush is no longer what costs.
const GROUP: usize = 256;

/// What the thread keeps in mind beside the file, written back with each group that changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// The latest version or position given out.
    pub(crate) sequence: i64,
    /// How many contacts exist.
    pub(crate) contacts: i64,
}

impl Ledger {
    /// The next version or position.
    pub(crate) fn next(&mut self) -> i64 {
        self.sequence += 1;
        self.sequence
    }
}

/// The handle of the writer thread. Dropping it finishes what waits and ends the thread.
pub(crate) struct Writer {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    flushes: Arc<AtomicU64>,
    deadline: Duration,
}

impl Writer {
    pub(crate) fn start(connection: Connection, path: PathBuf, queue: usize, deadline: Duration) -> Result<Self, StoreError> {
        let ledger = read_ledger(&connection).map_err(|error| unavailable(&path, &error))?;
        let (sender, receiver) = mpsc::channel(queue);
        let flushes = Arc::new(AtomicU64::new(0));
        let writing = Writing { connection, path: path.clone(), ledger, flushes: Arc::clone(&flushes) };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(move || writing.run(receiver));
        let thread = thread.map_err(|error| cannot_open(&path, format!("its writer can't be started: {error}")))?;
        Ok(Self { queue: Some(sender), thread: Some(thread), flushes, deadline })
    }

    pub(crate) fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Relaxed)
    }

    /// Has the thread do some work in a transaction, and answers when that is durable.
    ///
    /// The work may be done more than once, in transactions of which only the last one stands.
    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection, &mut Ledger) -> rusqlite::Result<T> + Send + 'static,
    {
        self.write_within(self.deadline, work).await
    }

    /// The same with a deadline of its own, for work that is known to be long.
    pub(crate) async fn write_within<T, W>(&self, deadline: Duration, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection, &mut Ledger) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let taken = Arc::new(AtomicBool::new(false));
        let job = Box::new(Task { work, done: None, reply, taken: Arc::clone(&taken) });
        let Some(queue) = &self.queue else {
            return Err(stopped());
        };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => busy("too many writes are waiting for the disk"),
            TrySendError::Closed(_) => stopped(),
        })?;

        if let Ok(answer) = timeout(deadline, &mut answer).await {
            return answer.unwrap_or_else(|_| Err(stopped()));
        }
        if !taken.swap(true, Ordering::AcqRel) {
            return Err(busy("the disk is too slow for what is asked of it"));
        }
        // It is in the transaction that runs now: only the disk knows how that ends.
        match timeout(deadline, answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(stopped())),
            Err(_) => Err(StoreError::Unavailable { reason: "the disk does not answer; check it".into() }),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // The thread has told of its panic by itself, and there is nobody left to tell it to.
            let _ = thread.join();
        }
    }
}

/// A request in the queue.
trait Job: Send {
    /// True if nobody took or gave up the request before: from now on it is the writer's.
    fn take(&self) -> bool;

    /// Does the work within the transaction that is open.
    fn apply(&mut self, connection: &Connection, ledger: &mut Ledger) -> rusqlite::Result<()>;

    /// Tells the caller, after the transaction has ended.
    fn answer(self: Box<Self>, ended: Result<(), StoreError>);
}

struct Task<W, T> {
    work: W,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    taken: Arc<AtomicBool>,
}

impl<W, T> Job for Task<W, T>
where
    T: Send,
    W: FnMut(&Connection, &mut Ledger) -> rusqlite::Result<T> + Send,
{
    fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::AcqRel)
    }

    fn apply(&mut self, connection: &Connection, ledger: &mut Ledger) -> rusqlite::Result<()> {
        self.done = Some((self.work)(connection, ledger)?);
        Ok(())
    }

    fn answer(self: Box<Self>, ended: Result<(), StoreError>) {
        let Self { done, reply, .. } = *self;
        // A caller that no longer listens has been dropped with its request; that is its right.
        let _ = reply.send(ended.and_then(|()| done.ok_or_else(stopped)));
    }
}

/// What belongs to the thread.
struct Writing {
    connection: Connection,
    path: PathBuf,
    ledger: Ledger,
    flushes: Arc<AtomicU64>,
}

impl Writing {
    fn run(mut self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        let mut group = Vec::with_capacity(GROUP);
        while queue.blocking_recv_many(&mut group, GROUP) > 0 {
            group.retain(|job| job.take());
            self.settle(&mut group);
        }
    }

    /// Commits a group and answers it. When the group fails, each request is tried alone, so that
    /// one that can't be done does not take the others with it; not so when the disk itself fails,
    /// where each try may take seconds.
    fn settle(&mut self, group: &mut Vec<Box<dyn Job>>) {
        let failed = self.transact(group).err();
        let try_each = group.len() > 1 && failed.as_ref().is_some_and(|error| !is_failure_of_the_disk(error));
        for mut job in group.drain(..) {
            let ended = match &failed {
                None => Ok(()),
                Some(_) if try_each => {
                    let alone = self.transact(std::slice::from_mut(&mut job));
                    alone.map_err(|error| unavailable(&self.path, &error))
                }
                Some(error) => Err(unavailable(&self.path, error)),
            };
            job.answer(ended);
        }
    }

    /// Applies requests in one transaction. On error nothing of them is left, here or in the file.
    fn transact(&mut self, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
        if group.is_empty() {
            return Ok(());
        }
        let changes = self.connection.total_changes();
        let mut ledger = self.ledger;

        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in group {
            job.apply(&transaction, &mut ledger)?;
        }
        if ledger != self.ledger {
            write_ledger(&transaction, ledger)?;
        }
        transaction.commit()?;

        self.ledger = ledger;
        // With synchronous=FULL, a COMMIT that wrote has flushed the log. One that wrote nothing has not.
        if self.connection.total_changes() > changes {
            self.flushes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn read_ledger(connection: &Connection) -> rusqlite::Result<Ledger> {
    connection
        .query_row("SELECT sequence, contacts FROM ledger", (), |row| Ok(Ledger { sequence: row.get(0)?, contacts: row.get(1)? }))
}

/// Writes the ledger; also the smallest write there is, for a ping.
pub(crate) fn write_ledger(connection: &Connection, ledger: Ledger) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached("UPDATE ledger SET sequence = ?1, contacts = ?2")?;
    update.execute((ledger.sequence, ledger.contacts)).map(drop)
}

fn is_failure_of_the_disk(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::DatabaseBusy))
}

pub(crate) fn busy(waiting: &str) -> StoreError {
    StoreError::Busy { waiting: waiting.into() }
}

pub(crate) fn stopped() -> StoreError {
    StoreError::Unavailable { reason: "it has stopped; the log says why; restart the program".into() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sqlite::migrations::migrate;

    type Answer = oneshot::Receiver<Result<u64, StoreError>>;

    fn writing() -> Writing {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("store.sqlite")).unwrap();
        let ledger = read_ledger(&connection).unwrap();
        Writing { connection, path: "store.sqlite".into(), ledger, flushes: Arc::default() }
    }

    fn job<W>(work: W) -> (Box<dyn Job>, Answer)
    where
        W: FnMut(&Connection, &mut Ledger) -> rusqlite::Result<u64> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        (Box::new(Task { work, done: None, reply, taken: Arc::default() }), answer)
    }

    /// Numbers a counter: what it stores is the sequence it was given.
    fn number(name: &'static str) -> (Box<dyn Job>, Answer) {
        job(move |connection, ledger| {
            let position = ledger.next();
            connection.execute("INSERT INTO counters VALUES (?1, ?2)", (name, position))?;
            Ok(position as u64)
        })
    }

    fn broken() -> (Box<dyn Job>, Answer) {
        job(|connection, ledger| {
            ledger.next();
            connection.execute("INSERT INTO counters VALUES ('broken', 0)", ())?;
            connection.execute("INSERT INTO no_such_table VALUES (1)", ()).map(|_| 0)
        })
    }

    #[test]
    fn a_group_is_one_flush() {
        let mut writing = writing();
        let ((first, mut first_answer), (second, mut second_answer)) = (number("first"), number("second"));
        writing.settle(&mut vec![first, second]);
        assert_eq!(first_answer.try_recv().unwrap(), Ok(1));
        assert_eq!(second_answer.try_recv().unwrap(), Ok(2));
        assert_eq!(writing.flushes.load(Ordering::Relaxed), 1);
        assert_eq!(read_ledger(&writing.connection).unwrap(), writing.ledger);
    }

    #[test]
    fn a_request_that_cannot_be_done_fails_alone_and_leaves_nothing() {
        let mut writing = writing();
        let ((first, mut first_answer), (bad, mut bad_answer)) = (number("first"), broken());
        let (last, mut last_answer) = number("last");
        writing.settle(&mut vec![first, bad, last]);

        assert_eq!(first_answer.try_recv().unwrap(), Ok(1));
        let error = bad_answer.try_recv().unwrap().unwrap_err();
        assert!(error.to_string().contains("store.sqlite: no such table"), "{error}");
        assert_eq!(last_answer.try_recv().unwrap(), Ok(2), "no number was lost to the one that failed");
        let counters: i64 = writing.connection.query_row("SELECT count(*) FROM counters", (), |row| row.get(0)).unwrap();
        assert_eq!(counters, 2);
        assert_eq!(read_ledger(&writing.connection).unwrap(), writing.ledger);
    }
}
