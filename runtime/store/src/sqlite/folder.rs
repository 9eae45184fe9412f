//! The data folder: its lock, its file, and the connections to it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::migrations::migrate;
use crate::StoreError;

const LOCK: &str = "store.lock";

/// How long we wait for somebody who has opened the file with another tool.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages in the write-ahead log before SQLite moves them into the file: what one segment of the
/// log's index holds (4,096), so that a reader looks a page up once. 16 MB of log.
const CHECKPOINT_PAGES: i64 = 4_000;

/// The log is cut back to this (64 MiB) when a long reader has made it grow.
const LOG_LIMIT_BYTES: i64 = 64 << 20;

/// Page caches, in KiB: 64 MiB for the writer, 16 MiB for each reader.
const WRITER_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 16 << 10;

/// All statements of a store stay prepared: there are about 60.
const CACHED_STATEMENTS: usize = 96;

/// A data folder that this process alone has open, until it is dropped.
pub(crate) struct Folder {
    database: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be, and locks it. The file in it is the given one.
    pub(crate) fn open(path: &Path, database: &str) -> Result<Self, StoreError> {
        make_private(path).map_err(|error| cannot_open(path, format!("the folder can't be made: {error}")))?;
        let path = fs::canonicalize(path).map_err(|error| cannot_open(path, error.to_string()))?;
        let lock = path.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| cannot_open(&lock, format!("{error}; the folder must be writable")))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { database: path.join(database), _lock: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path }),
            Err(TryLockError::Error(error)) => Err(cannot_open(&lock, format!("it can't be locked: {error}"))),
        }
    }

    /// The file that holds everything.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// The connection that writes. Brings the file to the format of this program.
    pub(crate) fn writer(&self) -> Result<Connection, StoreError> {
        let path = self.database();
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            Ok(connection)
        };
        let failed = |error: rusqlite::Error| cannot_open(path, format!("{error}; check the disk and its permissions"));
        let mut connection = open().map_err(failed)?;
        migrate(&mut connection, path)?;
        set_up_writer(&connection, path, failed)?;
        Ok(connection)
    }

    /// A connection that reads. The writer must have been opened before.
    pub(crate) fn reader(&self) -> Result<Connection, StoreError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection =
                Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
            connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
            Ok(connection)
        };
        open().map_err(|error| cannot_open(self.database(), error.to_string()))
    }
}

fn set_up_writer(connection: &Connection, path: &Path, failed: impl Fn(rusqlite::Error) -> StoreError) -> Result<(), StoreError> {
    let journal_mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(&failed)?;
    if journal_mode != "wal" {
        let reason = "its disk has no shared memory for a write-ahead log; use a local disk, not a network share";
        return Err(cannot_open(path, reason.into()));
    }

    let pragmas = [
        // Each COMMIT reaches the disk before it returns: what makes an accepted webhook safe.
        ("synchronous", "FULL".to_owned()),
        // What was erased is overwritten, not only unlinked.
        ("secure_delete", "ON".to_owned()),
        ("wal_autocheckpoint", CHECKPOINT_PAGES.to_string()),
        ("journal_size_limit", LOG_LIMIT_BYTES.to_string()),
        ("cache_size", (-WRITER_CACHE_KIB).to_string()),
    ];
    for (name, value) in pragmas {
        connection.pragma_update(None, name, value).map_err(&failed)?;
    }
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(())
}

/// Makes a folder that only its owner can enter: it holds what customers write.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

pub(crate) fn cannot_open(path: &Path, reason: String) -> StoreError {
    StoreError::CannotOpen { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The promises that rest on a setting of SQLite alone, which no other test would miss.
    #[test]
    fn the_writer_flushes_each_commit_and_overwrites_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Folder::open(folder.path(), "store.sqlite").unwrap().writer().unwrap();
        let pragma = |name: &str| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        const FULL: i64 = 2;
        assert_eq!(pragma("synchronous"), FULL);
        assert_eq!(pragma("secure_delete"), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_enter_a_folder_we_made() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        Folder::open(&path, "store.sqlite").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
