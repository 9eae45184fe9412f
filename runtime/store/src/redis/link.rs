//! The one way to Redis: a connection that comes back by itself, whatever stands behind it.
//!
//! A single server, the master that Sentinels name, or a Cluster: the rest of the store does not see
//! which. One connection carries the requests of all tasks, one after the other, without waiting for
//! answers in between. When it breaks, or leads to a server that is no longer the master, the next
//! request makes a new one: for Sentinel that means to ask again. (redis-rs's `ConnectionManager` would
//! do it for a single server only, and would not tell a request that was never sent.)
//!
//! **No request is sent twice** unless Redis said that it did not apply it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use redis::cluster_routing::{MultipleNodeRoutingInfo, Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{Cmd, FromRedisValue, RedisError, RedisResult, Value};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::RedisOptions;
use super::address::Address;
use super::connector::{Connector, Handle};
use super::errors::{failed, is_read_only, is_redirect, lost, not_sent};
use super::script::Script;
use crate::StoreError;

/// After a connection could not be made, requests fail at once for this long.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a connection to a Cluster is kept at least: it consists of one to each node.
const CLUSTER_PAUSE: Duration = Duration::from_millis(500);

/// How often, and after which pause, a request is tried again that a Cluster sent elsewhere, or a
/// server that has just stopped being the master.
const REDIRECTS: u32 = 5;
const REDIRECT_PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Link {
    shown: String,
    connector: Arc<Connector>,
    state: Mutex<State>,
    /// One for each request under way.
    places: Semaphore,
    response_timeout: Duration,
}

#[derive(Default)]
struct State {
    /// How many attempts were made; the number of the latest.
    attempts: u64,
    attempt: Option<Attempt>,
}

/// A connection, or the way to it.
#[derive(Clone)]
struct Attempt {
    number: u64,
    begun: Instant,
    connecting: Shared<BoxFuture<'static, RedisResult<Handle>>>,
}

impl Link {
    pub(super) fn new(address: &Address, options: &RedisOptions) -> Result<Self, StoreError> {
        Ok(Self {
            shown: address.shown.clone(),
            connector: Arc::new(Connector::new(address, options)?),
            state: Mutex::default(),
            places: Semaphore::new(options.queue),
            response_timeout: options.response_timeout,
        })
    }

    /// The server as people know it.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// For a connection besides this one.
    pub(super) fn connector(&self) -> Arc<Connector> {
        Arc::clone(&self.connector)
    }

    /// From now on a server must hold this store: one that came back without its data is not written to.
    pub(super) fn expect_store(&self, held: String) {
        self.connector.expect_store(held);
    }

    pub(super) async fn command<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        self.ask(Request::Command(command)).await
    }

    /// Runs a script, and hands it to the server if that does not know it.
    pub(super) async fn script<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[&[u8]],
        args: &[&[u8]],
    ) -> Result<T, StoreError> {
        let command = script.command(keys, args);
        self.ask(Request::Script { command: &command, script, keys, args }).await
    }

    /// Asks every master, of which a Cluster has several.
    pub(super) async fn every_master(&self, command: &Cmd) -> Result<Vec<String>, StoreError> {
        self.ask(Request::EveryMaster(command)).await
    }

    /// Has a server write something, and wait until its replicas have it; tells how many do.
    pub(super) async fn wait(&self, write: &Cmd, wait: &Cmd, slot: u16) -> Result<u32, StoreError> {
        self.ask(Request::Wait { write, wait, slot }).await
    }

    async fn ask<T: FromRedisValue>(&self, request: Request<'_>) -> Result<T, StoreError> {
        let answer = self.answer(request).await?;
        T::from_redis_value(answer).map_err(|error| failed(&self.shown, &error.into()))
    }

    /// Sends a request until it is known whether it was applied, or can't be.
    async fn answer(&self, request: Request<'_>) -> Result<Value, StoreError> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(StoreError::Busy { waiting: format!("too many requests wait for {}", self.shown) });
        };
        let mut redirects = 0;
        loop {
            let attempt = self.attempt();
            let mut handle = match attempt.connecting.clone().await {
                Ok(handle) => handle,
                Err(error) => return Err(not_sent(&self.shown, &error)),
            };
            let answer = match timeout(self.response_timeout, request.send(&mut handle)).await {
                Ok(answer) => answer,
                Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
            };
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if attempt.is_spent(&handle, &error) {
                self.forget(attempt.number);
            }
            if redirects == REDIRECTS || !(is_redirect(&error) || is_read_only(&error)) {
                return Err(failed(&self.shown, &error));
            }
            redirects += 1;
            sleep(REDIRECT_PAUSE).await;
        }
    }

    /// The present connection, or the way to a new one, which all who ask meanwhile share.
    fn attempt(&self) -> Attempt {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(attempt) = state.attempt.as_ref().filter(|attempt| attempt.is_good()) {
            return attempt.clone();
        }
        state.attempts += 1;
        let connector = Arc::clone(&self.connector);
        let connecting = async move { connector.connect().await }.boxed().shared();
        let attempt = Attempt { number: state.attempts, begun: Instant::now(), connecting };
        state.attempt = Some(attempt.clone());
        attempt
    }

    /// Drops a connection, unless another took its place; requests under way on it go on.
    fn forget(&self, number: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.attempt.as_ref().is_some_and(|attempt| attempt.number == number) {
            state.attempt = None;
        }
    }
}

impl Attempt {
    /// Connected, on the way, or failed so short a time ago that it need not be tried again.
    fn is_good(&self) -> bool {
        !matches!(self.connecting.peek(), Some(Err(_))) || self.begun.elapsed() < PAUSE
    }

    /// Whether an error says that another connection is needed. A Cluster's connection knows which node has
    /// which slot: when that has changed it is made anew, from whatever nodes there are, but not at every error.
    fn is_spent(&self, handle: &Handle, error: &RedisError) -> bool {
        match handle {
            Handle::Node(_) => lost(error),
            Handle::Cluster(_) => (lost(error) || is_redirect(error)) && self.begun.elapsed() > CLUSTER_PAUSE,
        }
    }
}

/// What can be asked of Redis.
enum Request<'r> {
    Command(&'r Cmd),
    Script { command: &'r Cmd, script: &'r Script, keys: &'r [&'r [u8]], args: &'r [&'r [u8]] },
    EveryMaster(&'r Cmd),
    Wait { write: &'r Cmd, wait: &'r Cmd, slot: u16 },
}

impl Request<'_> {
    async fn send(&self, handle: &mut Handle) -> RedisResult<Value> {
        match (self, handle) {
            (Self::Command(command), handle) => command.query_async(handle).await,
            (Self::Script { command, script, keys, args }, handle) => match command.query_async(handle).await {
                Err(error) if Script::is_unknown(&error) => script.whole(keys, args).query_async(handle).await,
                answered => answered,
            },
            (Self::EveryMaster(command), handle @ Handle::Node(_)) => {
                command.query_async(handle).await.map(|answer| Value::Array(vec![answer]))
            }
            (Self::EveryMaster(command), Handle::Cluster(cluster)) => {
                let masters = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
                Ok(match cluster.route_command((*command).clone(), masters).await? {
                    Value::Map(answers) => Value::Array(answers.into_iter().map(|(_, answer)| answer).collect()),
                    answer => Value::Array(vec![answer]),
                })
            }
            (Self::Wait { write, wait, .. }, handle @ Handle::Node(_)) => {
                let mut both = redis::pipe();
                both.add_command((*write).clone()).ignore().add_command((*wait).clone());
                let [answer]: [Value; 1] = both.query_async(handle).await?;
                Ok(answer)
            }
            (Self::Wait { write, wait, slot }, Handle::Cluster(cluster)) => {
                let master = SingleNodeRoutingInfo::SpecificNode(Route::new(*slot, SlotAddr::Master));
                let route = RoutingInfo::SingleNode(master);
                cluster.route_command((*write).clone(), route.clone()).await?;
                cluster.route_command((*wait).clone(), route).await
            }
        }
    }
}
