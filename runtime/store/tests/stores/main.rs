//! What every store must do (`suite`), run on each of them; and what only one of them can promise:
//! that the embedded store comes back after a restart, a crash or an upgrade, and that the one on
//! Redis survives what happens to servers.
//!
//! The servers are real: `redis-server`, `redis-sentinel` and `postgres`, as Debian packages them.

mod kill;
mod model;
mod redis;
mod sqlite;
mod suite;

use std::any::Any;

use servers::cluster::Cluster;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use servers::sentinel::Sentinels;
use store::{Journal, Options};
use suite::Subject;

fn in_memory() -> Subject {
    Subject { store: store::memory(), _keeps: Box::new(()) }
}

fn in_sqlite() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    Subject { store: store::open(folder.path()).unwrap(), _keeps: Box::new(folder) }
}

async fn in_redis_and_sqlite() -> Subject {
    beside_sqlite(&RedisServer::shared().fresh_database(), ()).await
}

async fn in_redis_and_postgres() -> Subject {
    let journal = Journal::Postgres(PostgresServer::shared().fresh_database().await);
    let options = Options { journal, ..Options::default() };
    let store = store::connect(&RedisServer::shared().fresh_database(), &options).await.unwrap();
    Subject { store, _keeps: Box::new(()) }
}

async fn in_redis_over_tls() -> Subject {
    let server = RedisServer::start_with_tls("");
    let url = server.tls_url();
    beside_sqlite(&url, server).await
}

async fn behind_sentinels() -> Subject {
    beside_sqlite(&Sentinels::shared().fresh_database(), ()).await
}

async fn in_a_cluster() -> Subject {
    let (cluster, turn) = Cluster::shared().await;
    beside_sqlite(&cluster.url(), turn).await
}

async fn beside_sqlite(url: &str, keeps: impl Any + Send) -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { journal: Journal::Folder(folder.path().to_owned()), ..Options::default() };
    Subject { store: store::connect(url, &options).await.unwrap(), _keeps: Box::new((folder, keeps)) }
}

suite::every_store_passes!(on_memory, crate::in_memory());
suite::every_store_passes!(on_sqlite, crate::in_sqlite());
suite::every_store_passes!(on_redis_and_sqlite, crate::in_redis_and_sqlite().await);
suite::every_store_passes!(on_redis_and_postgres, crate::in_redis_and_postgres().await);
suite::every_store_passes!(on_redis_over_tls, crate::in_redis_over_tls().await);
suite::every_store_passes!(on_sentinel, crate::behind_sentinels().await);
suite::every_store_passes!(on_cluster, crate::in_a_cluster().await);
