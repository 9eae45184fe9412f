//! What can go wrong with a store, told apart by what the caller must do.

use std::path::PathBuf;

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much is waiting. Nothing was applied; answer 503 or try again later.
    #[error("the store is busy: {waiting}; nothing was written, try again")]
    Busy {
        /// What was full or slow.
        waiting: String,
    },
    /// The disk or the server behind the store failed. Whether a write was applied is not known:
    /// load the value and look before doing it again.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// What failed, and what to do.
        reason: String,
    },
    /// The request breaks a limit of the store. It will never succeed; nothing was applied.
    #[error("the store refused {what}: {reason}")]
    Refused {
        /// What was refused, by key.
        what: String,
        /// The limit, and what was given.
        reason: String,
    },
    /// Something stored can't be read. Other keys are not affected.
    #[error("what is stored under {what} can't be read: {reason}; restore it from a backup or erase it")]
    Unreadable {
        /// What can't be read, by key.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process has this folder open.
    #[error("the data folder {} is in use by another process; stop that one or name another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The file, or what a server holds, was written by a later version of this program.
    #[error(
        "{} has format {found}, this program knows formats up to {known}; \
         start the newer version that wrote it, or restore a backup from before the upgrade",
        path.display()
    )]
    NewerFormat {
        /// The file, or the server's address without its password.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// The folder, the file or the server can't be used.
    #[error("can't open the store at {}: {reason}", path.display())]
    CannotOpen {
        /// The folder or file, or the server's address without its password.
        path: PathBuf,
        /// What failed, and what to do.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_names_both_versions_and_the_cure() {
        let error = StoreError::NewerFormat { path: "data/store.sqlite".into(), found: 9, known: 2 };
        assert_eq!(
            error.to_string(),
            "data/store.sqlite has format 9, this program knows formats up to 2; \
             start the newer version that wrote it, or restore a backup from before the upgrade"
        );
    }
}
