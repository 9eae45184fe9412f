//! From the lanes' buffers into SQL: one task for each store, which drains all lanes in turns, and at
//! once for whoever is about to read.
//!
//! Of several processes one holds a lease and drains for all, which spares work and is no more than
//! that: the positions in SQL decide (see [`crate::sql`]). When the process dies the lease runs out
//! and another takes over.
//!
//! Buffers are bounded. Each process looks at their lengths, and refuses commits to a lane
//! whose buffer is full as [`StoreError::Busy`]: rather a webhook that Meta sends again than a fact that is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::checks::random_id;
use super::link::Link;
use super::script::Script;
use super::{buffers, keys};
use crate::sql::SqlJournal;
use crate::{LANES, StoreError};

/// Pauses between two drains: the first while there is something to do, the second at rest.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
const IDLE_PAUSE: Duration = Duration::from_secs(1);

/// How long the lease holds after its holder was last seen.
const LEASE_MS: u64 = 5_000;

/// How often the lengths of the buffers are looked at.
const LENGTHS_EVERY: Duration = Duration::from_millis(500);

/// Entries taken from a lane at once: with all lanes full, some 16,000 rows in a transaction.
const BATCH: usize = 256;

/// Reads that may wait for a drain.
const REQUESTS: usize = 4_096;

/// How long a read waits for a drain.
const DEADLINE: Duration = Duration::from_secs(10);

/// KEYS: lease. ARGV: who, milliseconds. 1 if it is ours now.
const LEASE: &str = r"
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
";

/// The handle of the task, which ends with it.
pub(super) struct Drainer {
    requests: mpsc::Sender<Request>,
    full: Arc<[AtomicBool]>,
    task: JoinHandle<()>,
}

struct Request {
    /// `None` stands for all.
    lane: Option<u16>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl Drainer {
    /// `limit`: the most entries that a lane's buffer may have.
    pub(super) fn start(link: Arc<Link>, sql: Arc<dyn SqlJournal>, limit: usize) -> Self {
        let (requests, receiver) = mpsc::channel(REQUESTS);
        let full: Arc<[AtomicBool]> = (0..LANES).map(|_| AtomicBool::new(false)).collect();
        let draining = Draining {
            link,
            sql,
            limit,
            full: Arc::clone(&full),
            positions: None,
            lease: Script::new(LEASE.trim_start().to_owned()),
            process: random_id(),
            stands_back_until: Instant::now(),
            lengths_at: Instant::now(),
            is_failing: false,
        };
        Self { requests, full, task: tokio::spawn(draining.run(receiver)) }
    }

    /// Answers when SQL has all that was written to the lane (or to any) before.
    pub(super) async fn drain(&self, lane: Option<u16>) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        let request = Request { lane, done };
        self.requests
            .try_send(request)
            .map_err(|_| StoreError::Busy { waiting: "too many reads wait for the journal".into() })?;
        match timeout(DEADLINE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(StoreError::Unavailable { reason: "its drain has stopped; the log says why".into() }),
            Err(_) => Err(StoreError::Busy { waiting: "the journal's database is behind".into() }),
        }
    }

    /// Refuses a commit to a lane whose buffer is full.
    pub(super) fn admit(&self, lane: u16) -> Result<(), StoreError> {
        if !self.full[usize::from(lane)].load(Ordering::Relaxed) {
            return Ok(());
        }
        let waiting = "the buffer of the journal is full, because its SQL database does not keep up; check that database";
        Err(StoreError::Busy { waiting: waiting.into() })
    }
}

impl Drop for Drainer {
    fn drop(&mut self) {
        // Between two statements or within one: a drain that is cut off is done again by the next.
        self.task.abort();
    }
}

/// What belongs to the task.
struct Draining {
    link: Arc<Link>,
    sql: Arc<dyn SqlJournal>,
    limit: usize,
    full: Arc<[AtomicBool]>,
    /// Where each lane stands in SQL, as far as we know; `None` after an error.
    positions: Option<Vec<u64>>,
    lease: Script,
    /// Who we are, for the lease.
    process: String,
    /// Until then the lease is left to others: our way into SQL is broken, theirs may not be.
    stands_back_until: Instant,
    lengths_at: Instant,
    /// Whether the last turn failed, which is told once.
    is_failing: bool,
}

/// What a drain came to.
#[derive(Default)]
struct Drained {
    found_something: bool,
    /// Lanes whose next entry can't be read. They stay where they are; the others do not wait for them.
    unreadable: BTreeMap<u16, StoreError>,
}

impl Drained {
    /// Whether SQL has all of a lane, or of every lane.
    fn answer(&self, lane: Option<u16>) -> Result<(), StoreError> {
        let error = match lane {
            Some(lane) => self.unreadable.get(&lane),
            None => self.unreadable.values().next(),
        };
        error.cloned().map_or(Ok(()), Err)
    }
}

impl Draining {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting = Vec::new();
        let mut pause = BUSY_PAUSE;
        let mut next = Instant::now() + pause;
        loop {
            match timeout_at(next, requests.recv_many(&mut waiting, REQUESTS)).await {
                Ok(0) => return,
                Ok(_) => self.answer(&mut waiting).await,
                Err(_) => {
                    let ended = self.turn().await;
                    pause = match &ended {
                        Ok(drained) if drained.found_something => BUSY_PAUSE,
                        Ok(_) => (pause * 2).min(IDLE_PAUSE),
                        Err(_) => IDLE_PAUSE,
                    };
                    self.tell(ended.and_then(|drained| drained.answer(None)).err());
                    next = Instant::now() + pause;
                }
            }
        }
    }

    /// Drains for those who are about to read.
    async fn answer(&mut self, waiting: &mut Vec<Request>) {
        let wants_all = waiting.iter().any(|request| request.lane.is_none());
        let mut lanes: Vec<u16> =
            if wants_all { (0..LANES).collect() } else { waiting.iter().filter_map(|request| request.lane).collect() };
        lanes.sort_unstable();
        lanes.dedup();
        let ended = self.drain(lanes).await;
        for request in waiting.drain(..) {
            let answer = match &ended {
                Ok(drained) => drained.answer(request.lane),
                Err(error) => Err(error.clone()),
            };
            // A reader that no longer waits needs no answer.
            let _ = request.done.send(answer);
        }
    }

    /// Logs when turns begin to fail, and when they no longer do.
    fn tell(&mut self, error: Option<StoreError>) {
        match &error {
            Some(error) if !self.is_failing => tracing::warn!(%error, "the journal waits in Redis: {error}"),
            None if self.is_failing => tracing::info!("the journal no longer waits in Redis"),
            _ => {}
        }
        self.is_failing = error.is_some();
    }

    /// What is done from time to time.
    async fn turn(&mut self) -> Result<Drained, StoreError> {
        let drained = self.drain_if_leased().await;
        if drained.is_err() {
            self.stands_back_until = Instant::now() + Duration::from_millis(2 * LEASE_MS);
        }
        if Instant::now() >= self.lengths_at {
            self.lengths_at = Instant::now() + LENGTHS_EVERY;
            let lengths = join_all((0..LANES).map(|lane| buffers::length(&self.link, lane))).await;
            for (full, length) in self.full.iter().zip(lengths) {
                full.store(length? >= self.limit, Ordering::Relaxed);
            }
        }
        drained
    }

    async fn drain_if_leased(&mut self) -> Result<Drained, StoreError> {
        if Instant::now() >= self.stands_back_until && self.hold_lease().await? {
            self.drain((0..LANES).collect()).await
        } else {
            Ok(Drained::default())
        }
    }

    async fn hold_lease(&self) -> Result<bool, StoreError> {
        let lasts = LEASE_MS.to_string();
        let args = [self.process.as_bytes(), lasts.as_bytes()];
        self.link.script(&self.lease, &[keys::DRAIN.as_bytes()], &args).await
    }

    /// Copies what the lanes' buffers hold, until none has a full batch left.
    async fn drain(&mut self, mut lanes: Vec<u16>) -> Result<Drained, StoreError> {
        let mut drained = Drained::default();
        while !lanes.is_empty() {
            let mut positions = match self.positions.take() {
                Some(positions) => positions,
                None => self.sql.positions().await?,
            };
            let reads = lanes.iter().map(|lane| buffers::read(&self.link, *lane, position(&positions, *lane), BATCH));
            let reads = join_all(reads).await;
            let mut batches = Vec::new();
            for (lane, read) in lanes.drain(..).zip(reads) {
                match read {
                    Ok(batch) => batches.extend(batch),
                    Err(error @ StoreError::Unreadable { .. }) => drop(drained.unreadable.insert(lane, error)),
                    Err(error) => return Err(error),
                }
            }
            if batches.is_empty() {
                self.positions = Some(positions);
                return Ok(drained);
            }
            drained.found_something = true;

            let wanted: Vec<_> = batches.iter().map(|batch| (batch.lane, batch.upto, batch.notes.len())).collect();
            let stand = self.sql.append(batches).await?;
            for ((lane, upto, notes), stands) in wanted.into_iter().zip(&stand) {
                if let Some(position) = positions.get_mut(usize::from(lane)) {
                    *position = *stands;
                }
                // There is more, or somebody else was quicker and what we have read counts for nothing.
                if notes == BATCH || *stands != upto {
                    lanes.push(lane);
                }
                buffers::trim(&self.link, lane, *stands).await?;
            }
            self.positions = Some(positions);
        }
        Ok(drained)
    }
}

fn position(positions: &[u64], lane: u16) -> u64 {
    positions.get(usize::from(lane)).copied().unwrap_or(0)
}
