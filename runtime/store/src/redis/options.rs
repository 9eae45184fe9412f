//! How the store on Redis is to be run.

use std::path::PathBuf;
use std::time::Duration;

/// How the store on Redis is to be run. The default suits a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisOptions {
    /// How long making a connection may take. Default 1 s.
    pub connect_timeout: Duration,
    /// How long an answer may take, before it is unknown whether a write was applied. Default 2 s: more
    /// than a flush of a slow disk, less than Meta waits for a webhook.
    pub response_timeout: Duration,
    /// Requests that may be under way; one more gets [`StoreError::Busy`](crate::StoreError::Busy). Default 4,096.
    pub queue: usize,
    /// How many replicas must have a commit before it is answered. Default 0: none is waited for.
    pub wait_replicas: u32,
    /// How long they may take; a commit that fewer have by then is [`StoreError::Unavailable`](crate::StoreError::Unavailable). Default 1 s.
    pub wait_timeout: Duration,
    /// Commits that may wait in each of the 64 lanes' buffers until the SQL database takes them; beyond it
    /// commits are [`StoreError::Busy`](crate::StoreError::Busy), within half a second. Default 16,384: a million in all, 0.5 to 1 GB.
    pub buffer: usize,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(2),
            queue: 4_096,
            wait_replicas: 0,
            wait_timeout: Duration::from_secs(1),
            buffer: 16_384,
        }
    }
}

/// Where the journal and the transcripts have their home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Journal {
    /// A SQLite file in this folder, which one process has to itself: for one server.
    Folder(PathBuf),
    /// PostgreSQL, for several servers: `postgres://user:password@host:5432/database`. TLS where
    /// `sslmode=require` asks for it, or the server has it.
    Postgres(String),
}
