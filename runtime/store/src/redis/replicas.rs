//! Waiting for replicas before a commit is answered, where that is asked for.
//!
//! `WAIT` holds up the connection it is sent on, and counts what that connection wrote. So it has a
//! connection of its own, on which a small write goes before it: replication keeps the order, and a
//! replica that has the later write has every earlier one. Commits that come meanwhile share the next
//! round, as they would share a flush of a disk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::RedisOptions;
use super::address::Address;
use super::keys;
use super::link::Link;
use crate::{LANES, StoreError};

type Round = Shared<BoxFuture<'static, Result<(), StoreError>>>;

pub(super) struct Replicas {
    servers: Vec<Arc<Server>>,
}

/// What is waited for together: the one server, or the lane's in a Cluster.
struct Server {
    link: Arc<Link>,
    lane: u16,
    replicas: u32,
    wait_ms: u64,
    /// One round at a time.
    running: tokio::sync::Mutex<()>,
    /// The round that has not begun.
    next: Mutex<Option<Round>>,
    /// A commit was applied of which it is not known whether the replicas have it.
    is_behind: AtomicBool,
}

impl Replicas {
    /// `None` where replicas are not waited for.
    pub(super) fn new(address: &Address, options: &RedisOptions) -> Result<Option<Self>, StoreError> {
        if options.wait_replicas == 0 {
            return Ok(None);
        }
        let patient = RedisOptions { response_timeout: options.response_timeout + options.wait_timeout, ..options.clone() };
        let link = Arc::new(Link::new(address, &patient)?);
        let lanes = if address.is_cluster() { LANES } else { 1 };
        let server = |lane| {
            Arc::new(Server {
                link: Arc::clone(&link),
                lane,
                replicas: options.wait_replicas,
                wait_ms: options.wait_timeout.as_millis() as u64,
                running: tokio::sync::Mutex::default(),
                next: Mutex::default(),
                is_behind: AtomicBool::new(false),
            })
        };
        Ok(Some(Self { servers: (0..lanes).map(server).collect() }))
    }

    /// Answers when the replicas have all that was written to the lane's server before.
    pub(super) async fn have(&self, lane: u16) -> Result<(), StoreError> {
        let server = self.server(lane);
        let ended = Server::round(server).await;
        server.is_behind.store(ended.is_err(), Ordering::Relaxed);
        ended
    }

    /// The same, where a commit's wait has failed since: whoever looks whether it was applied must not
    /// be shown what a failover could yet take back.
    pub(super) async fn have_if_behind(&self, lane: u16) -> Result<(), StoreError> {
        if self.server(lane).is_behind.load(Ordering::Relaxed) { self.have(lane).await } else { Ok(()) }
    }

    fn server(&self, lane: u16) -> &Arc<Server> {
        // There is one at least.
        &self.servers[usize::from(lane) % self.servers.len()]
    }
}

impl Server {
    /// The next round to begin, which covers all that is written by now.
    fn round(this: &Arc<Self>) -> Round {
        let mut next = this.next.lock().unwrap_or_else(PoisonError::into_inner);
        let server = Arc::clone(this);
        let begin = || async move { server.run().await }.boxed().shared();
        next.get_or_insert_with(begin).clone()
    }

    async fn run(&self) -> Result<(), StoreError> {
        let _running = self.running.lock().await;
        // From here on it has begun, and later commits belong to the one after it.
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        let key = keys::wait(self.lane);
        let mut write = redis::cmd("SET");
        write.arg(&key).arg("");
        let mut wait = redis::cmd("WAIT");
        wait.arg(self.replicas).arg(self.wait_ms);
        let have = self.link.wait(&write, &wait, keys::slot_of_lane(self.lane)).await?;
        if have >= self.replicas {
            return Ok(());
        }
        let reason = format!(
            "{}: {have} replicas have the commit, {} are to have it (wait_replicas); start a replica, or ask for fewer",
            self.link.shown(),
            self.replicas
        );
        Err(StoreError::Unavailable { reason })
    }
}
