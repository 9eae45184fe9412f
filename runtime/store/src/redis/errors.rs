//! What the errors of Redis mean for a caller: did nothing happen ([`StoreError::Busy`], try again), or
//! is it unknown ([`StoreError::Unavailable`], look first)? And what is a person to change?

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::StoreError;

/// The error of a connection that could not be made: nothing was sent.
pub(super) fn not_sent(place: &str, error: &RedisError) -> StoreError {
    let cure = match error.kind() {
        ErrorKind::MasterNameNotFoundBySentinel => "the Sentinels know no reachable master of this name; check it and them",
        ErrorKind::AuthenticationFailed => WRONG_PASSWORD,
        // It says itself what to do.
        ErrorKind::Client => "",
        ErrorKind::Parse => "it gives answers that are not Redis's: name Redis's own port",
        _ if error.is_timeout() => "check that it runs, can be reached, and talks TLS or not as the address says",
        _ => cure_of(error).unwrap_or("check that it runs and can be reached"),
    };
    if cure.is_empty() {
        return StoreError::Busy { waiting: format!("{place} can't be used: {}", said(error)) };
    }
    StoreError::Busy { waiting: format!("{place} can't be reached ({}); {cure}", said(error)) }
}

/// The error of a request that was sent.
pub(super) fn failed(place: &str, error: &RedisError) -> StoreError {
    let said = said(error);
    if let Some(cure) = cure_of(error) {
        return StoreError::Busy { waiting: format!("{place} refuses ({said}); {cure}") };
    }
    let reason = if error.is_timeout() {
        format!("{place} did not answer in time; check its load and its disk")
    } else {
        format!("{place}: {said}")
    };
    StoreError::Unavailable { reason }
}

/// What to do about an answer that says that nothing was applied; `None` for any other error.
///
/// Each script writes to its stream first, so the refusal of a write by Redis comes before anything
/// was written.
fn cure_of(error: &RedisError) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Server(kind) => match kind {
            ServerErrorKind::BusyLoading => return Some("it is loading its data; this passes by itself"),
            ServerErrorKind::ReadOnly => return Some(READ_ONLY),
            ServerErrorKind::MasterDown => return Some("it has lost its master; a failover, or the master's return, mends it"),
            ServerErrorKind::ClusterDown => return Some("a part of the cluster has no master; it passes when one is elected"),
            ServerErrorKind::TryAgain | ServerErrorKind::Moved | ServerErrorKind::Ask => {
                return Some("the slot moves between two nodes; this passes by itself");
            }
            ServerErrorKind::NoPerm => return Some("its user may not do this; see docs/redis.md for the rights it needs"),
            _ => {}
        },
        ErrorKind::ClusterConnectionNotFound => return Some("no node of the cluster serves this slot now"),
        _ => {}
    }
    // Inside a script some refusals come as text, with the code as its first word or in the middle.
    let text = error.to_string();
    let has = |word: &str| text.contains(word);
    if has("OOM") {
        Some("its memory is full: raise maxmemory, or erase contacts")
    } else if has("MISCONF") {
        Some("it can't save to its disk: free some space, or see its log")
    } else if has("NOREPLICAS") {
        Some("too few replicas follow it (min-replicas-to-write)")
    } else if has("READONLY") {
        Some(READ_ONLY)
    } else if has("WRONGPASS") || has("NOAUTH") || has("invalid password") {
        Some(WRONG_PASSWORD)
    } else if has("WRONGTYPE") {
        Some("a key of ours holds something else: another program uses the prefix sb: in this database")
    } else if has("UnknownIssuer") {
        Some("its certificate is vouched for by nobody whom this system knows: name its authority in the address, ?ca=FILE")
    } else if has("not valid for name") {
        Some("its certificate is for another name: name it so in the address")
    } else if has("BUSY ") {
        Some("a script of another program runs too long")
    } else {
        None
    }
}

const READ_ONLY: &str = "it is a read-only replica: name the master, or use redis+sentinel://";
const WRONG_PASSWORD: &str = "mend the user and password in its address";

/// Whether the connection is of no more use: broken, silent, or to a server that is not the master.
pub(super) fn lost(error: &RedisError) -> bool {
    error.is_io_error() || error.is_unrecoverable_error() || is_read_only(error)
}

/// Whether another server has become the master.
pub(super) fn is_read_only(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) || error.to_string().contains("READONLY")
}

/// Whether a cluster said that it is another node's turn; nothing was applied.
pub(super) fn is_redirect(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, TryAgain};
    matches!(
        error.kind(),
        ErrorKind::Server(Moved | Ask | TryAgain | ClusterDown | MasterDown) | ErrorKind::ClusterConnectionNotFound
    )
}

/// An error in one line.
fn said(error: &RedisError) -> String {
    error.to_string().replace(['\r', '\n'], " ")
}
