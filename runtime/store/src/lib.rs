//! Where contacts live: the [`Store`] trait and its implementations.
//!
//! A store keeps one opaque value for each contact, guarded by a version; an index of when each
//! contact is next due; an append-only journal with the transcript made from it; and small records
//! (aliases, bot versions, settings, counters). It owns durability and atomicity. It knows nothing
//! of bots, of JSON inside a value, or of WhatsApp, and it reads no clock: every time is an argument.
//!
//! - [`memory()`] is for tests and previews: same semantics, no threads, nothing durable.
//! - [`open()`] is the embedded store: one SQLite file in a folder, group commit, one process.
//! - [`RedisStore`] serves any number of processes: Redis (Sentinel, Cluster) for what a turn needs,
//!   SQLite or PostgreSQL for the journal. [`connect()`] opens this or the embedded store, by the name.
//!
//! The one write that matters is [`Store::commit`]: compare the version, set the value, set the due
//! time, append to the journal, in one atomic and durable step.
//!
//! ```
//! use store::{Commit, JournalEntry, Outcome, lane_of};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let store = store::memory();
//! let first = Commit {
//!     key: "ada".into(),
//!     expected_version: 0, // must not exist yet
//!     value: Some(b"{\"step\":\"greet\"}".to_vec()),
//!     due: Some(60_000),
//!     journal: vec![JournalEntry::fact(1_000, "started", "{}")],
//! };
//! let Outcome::Committed { version } = store.commit(first).await? else { panic!("nobody else writes here") };
//!
//! let stored = store.load("ada").await?.expect("just written");
//! assert_eq!((stored.version, stored.value.as_slice()), (version, &b"{\"step\":\"greet\"}"[..]));
//!
//! let due = store.due(lane_of("ada"), 60_000, 10).await?;
//! assert_eq!(due[0].key, "ada");
//! # Ok::<_, store::StoreError>(()) }).unwrap();
//! ```

mod announce;
mod connect;
mod contact;
mod error;
mod journal;
mod lane;
mod lease;
mod limits;
mod lists;
mod memory;
mod packed;
mod record;
mod redis;
mod sql;
mod sqlite;
mod traits;

pub use announce::Announcements;
pub use connect::{Options, connect};
pub use contact::{Commit, Due, Millis, Outcome, Stored};
pub use error::StoreError;
pub use journal::{Direction, JournalEntry, JournalRow, Message, MessageChange, NewMessage, UPDATABLE_MESSAGES};
pub use lane::{LANES, lane_of};
pub use lease::{Budget, Lease, Leased, Rate};
pub use limits::{MAX_KEY_BYTES, MAX_VALUE_BYTES};
pub use lists::{
    ContactPlace, ContactQuery, Conversation, ConversationPlace, ConversationQuery, ConversationSort, ConversationState,
    ListChange, ListedContact, ListedConversation, ListedSession, ListedTask, OwnedBy, Profile, Rebuilt, Session, SessionCount,
    SessionEnd, SessionPlace, SessionQuery, Task, TaskEnd, TaskPlace, TaskQuery, TaskState, Usage, UsageSum,
};
pub use memory::MemoryStore;
pub use record::{PutRecord, Record};
pub use redis::{Journal, RedisOptions, RedisStore};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use traits::{Store, StoreFuture};

use std::path::Path;
use std::sync::Arc;

/// A store that lives and dies with this process. For tests and previews.
pub fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

/// The embedded store in a folder, which is made if need be. Its threads end when it is dropped.
///
/// # Errors
///
/// [`StoreError::InUse`], [`StoreError::NewerFormat`] or [`StoreError::CannotOpen`], each naming the path.
pub fn open(folder: impl AsRef<Path>) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(SqliteStore::open(folder, &SqliteOptions::default())?))
}
