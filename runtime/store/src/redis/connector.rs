//! Connections to Redis: one to a server, or one to each node of a Cluster.

use std::sync::OnceLock;
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection, PubSub};
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use tokio::time::timeout;

use super::address::{Address, Source};
use super::{RedisOptions, keys};
use crate::StoreError;

/// Asking the Sentinels, each perhaps out of reach, may take so many times as long as connecting.
const SENTINEL_PATIENCE: u32 = 3;

/// A connection that is made.
#[derive(Clone)]
pub(super) enum Handle {
    Node(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Makes connections to where an address leads.
pub(super) struct Connector {
    source: Source,
    /// What stands under [`keys::STORE`], once that is known.
    store: OnceLock<String>,
    connect_timeout: Duration,
    config: AsyncConnectionConfig,
}

impl Connector {
    pub(super) fn new(address: &Address, options: &RedisOptions) -> Result<Self, StoreError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(options.connect_timeout))
            .set_response_timeout(Some(options.response_timeout));
        let connect_timeout = options.connect_timeout;
        Ok(Self { source: address.source(options)?, store: OnceLock::new(), connect_timeout, config })
    }

    /// From now on connections are only made to where this stands under [`keys::STORE`].
    pub(super) fn expect_store(&self, held: String) {
        // Told once, when the store is opened.
        let _ = self.store.set(held);
    }

    pub(super) async fn connect(&self) -> RedisResult<Handle> {
        let patience = self.connect_timeout * SENTINEL_PATIENCE;
        let connecting = async {
            let mut handle = self.connect_to_any().await?;
            self.check(&mut handle).await?;
            Ok(handle)
        };
        in_time(patience, connecting).await
    }

    /// A server that was started without its files, or emptied, would make strangers of all contacts.
    async fn check(&self, handle: &mut Handle) -> RedisResult<()> {
        let Some(expected) = self.store.get() else { return Ok(()) };
        let held: Option<String> = redis::cmd("GET").arg(keys::STORE).query_async(handle).await?;
        if held.as_ref() == Some(expected) {
            return Ok(());
        }
        let lost = "it has lost its data, or is another server: start it with its files, or restore a backup; \
                    to begin anew, empty the journal's database too and restart";
        Err(RedisError::from((ErrorKind::Client, lost)))
    }

    /// A connection to listen to announcements on.
    pub(super) async fn subscription(&self) -> RedisResult<PubSub> {
        let subscribing = async {
            match &self.source {
                Source::Server(client) => client.get_async_pubsub().await,
                Source::Sentinel(client) => client.lock().await.async_get_client().await?.get_async_pubsub().await,
                Source::Cluster { nodes, .. } => {
                    let mut last = Err(RedisError::from((ErrorKind::ClusterConnectionNotFound, "no node can be reached")));
                    for node in nodes {
                        last = node.get_async_pubsub().await;
                        if last.is_ok() {
                            break;
                        }
                    }
                    last
                }
            }
        };
        in_time(self.connect_timeout * SENTINEL_PATIENCE, subscribing).await
    }

    async fn connect_to_any(&self) -> RedisResult<Handle> {
        match &self.source {
            Source::Server(client) => client.get_multiplexed_async_connection_with_config(&self.config).await.map(Handle::Node),
            Source::Sentinel(client) => {
                let mut client = client.lock().await;
                client.get_async_connection_with_config(&self.config).await.map(Handle::Node)
            }
            Source::Cluster { client, .. } => client.get_async_connection().await.map(Handle::Cluster),
        }
    }
}

async fn in_time<T>(patience: Duration, connecting: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(patience, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
    }
}

impl ConnectionLike for Handle {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Node(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(&'a mut self, pipeline: &'a Pipeline, offset: usize, count: usize) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Node(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Node(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
