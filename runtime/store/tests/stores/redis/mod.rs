//! What only the store on Redis must show: that it costs what was said, refuses what it can't work
//! with, and comes through whatever happens to its servers.

mod costs;
mod durability;
mod journal;
mod outages;
mod read_models;
mod refusals;
mod tls;

use std::sync::Arc;

use store::{Journal, Options, RedisOptions, Store, StoreError};
use tempfile::TempDir;

/// A store beside a SQLite journal of its own, which goes with it.
struct Opened {
    store: Arc<dyn Store>,
    folder: TempDir,
}

async fn open(url: &str) -> Opened {
    open_with(url, RedisOptions::default()).await
}

async fn open_with(url: &str, redis: RedisOptions) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let store = store::connect(url, &beside(&folder, redis)).await.unwrap();
    Opened { store, folder }
}

fn beside(folder: &TempDir, redis: RedisOptions) -> Options {
    Options { redis, journal: Journal::Folder(folder.path().to_owned()), ..Options::default() }
}

/// The refusal to open a store there.
async fn refusal(url: &str) -> StoreError {
    let folder = tempfile::tempdir().unwrap();
    let opened = store::connect(url, &beside(&folder, RedisOptions::default())).await;
    opened.err().expect("opening should have failed")
}
