//! From a name to a store.

use std::sync::Arc;

use crate::{Journal, RedisOptions, RedisStore, SqliteOptions, SqliteStore, Store, StoreError};

/// How a store is to be run, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// For the embedded store.
    pub sqlite: SqliteOptions,
    /// For Redis.
    pub redis: RedisOptions,
    /// The home of the journal beside Redis. Default: a SQLite file in the folder `data`.
    pub journal: Journal,
}

impl Default for Options {
    fn default() -> Self {
        Self { sqlite: SqliteOptions::default(), redis: RedisOptions::default(), journal: Journal::Folder("data".into()) }
    }
}

/// Opens the store at a place: the path of a folder, or the address of a Redis.
///
/// | place | store |
/// | --- | --- |
/// | `data` | the embedded store in this folder; see [`open()`](crate::open()) |
/// | `redis://[user][:password]@host[:6379][/db]` | one Redis or Valkey server; `rediss://` for TLS |
/// | `redis+sentinel://[user][:password]@host[:26379],host,…/master[/db]` | the master that these Sentinels name |
/// | `redis+cluster://[user][:password]@host[:6379],host,…` | the Cluster that these hosts know |
///
/// The last two take `?tls=true`, Sentinels `sentinel_user` and `sentinel_password`, and all with TLS `?ca=FILE`.
/// `docs/redis.md` tells how to set each of them up. Must be called within a tokio runtime, which runs the store's task.
///
/// # Errors
///
/// [`StoreError::InUse`], [`StoreError::NewerFormat`] or [`StoreError::CannotOpen`], each naming the place
/// (without passwords) and what to change. Nothing stored is touched.
pub async fn connect(place: &str, options: &Options) -> Result<Arc<dyn Store>, StoreError> {
    if place.contains("://") {
        return Ok(Arc::new(RedisStore::open(place, &options.journal, &options.redis).await?));
    }
    Ok(Arc::new(SqliteStore::open(place, &options.sqlite)?))
}
