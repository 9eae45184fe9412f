//! The names of our keys. All begin with `sb:`; nothing else is ever read, written or deleted.
//!
//! | key | type | holds |
//! | --- | --- | --- |
//! | `sb:{LANE}cID` | string | a contact: its version (8 bytes), due time (8 bytes), packed value |
//! | `sb:{LANE}d` | sorted set | ids of contacts that are due, by their time |
//! | `sb:{LANE}j` | stream | the journal's buffer: one packed [`Note`](crate::sql::Note) an entry |
//! | `sb:{LANE}w` | string | written before waiting for replicas |
//! | `sb:aBUCKET` | hash | aliases, and whose they are |
//! | `sb:r{KIND}h` | hash | records of a kind: version (8 bytes), expiry (8 bytes), packed value |
//! | `sb:r{KIND}k`, `…x`, `…v` | sorted sets, string | their keys in order, their expiries, the latest version |
//! | `sb:nNAME` | string | a counter |
//! | `sb:pNAME` | hash | a budget that servers share: when it is whole again, until when it is halved. Goes by itself |
//! | `sb:drain` | string | which process drains the buffers at present |
//! | `sb:store` | string | the format and the id of the store |
//!
//! Announcements go over the channel `sb:announcements`.
//!
//! Braces are the hash tag: what one script touches lies in one slot of a Cluster.

use crate::lane_of;

/// The format and the id of the store.
pub(super) const STORE: &str = "sb:store";

/// The lease of the process that drains the buffers.
pub(super) const DRAIN: &str = "sb:drain";

/// The channel of announcements.
pub(super) const ANNOUNCEMENTS: &str = "sb:announcements";

/// Over how many hashes aliases are spread. Part of the format.
///
/// A hash of a few entries is one block of memory, without a table: an alias in it takes its own bytes
/// and those of its contact's id, where a key of its own would take 100 more. So many that with ten
/// million aliases a hash has 38, which are searched in a microsecond.
const ALIAS_BUCKETS: u64 = 1 << 18;

/// The keys that a commit touches.
pub(super) struct OfContact {
    pub(super) value: Vec<u8>,
    pub(super) journal: String,
    pub(super) due: String,
}

impl OfContact {
    pub(super) fn new(contact: &str) -> Self {
        let lane = lane_of(contact);
        Self { value: format!("sb:{{{lane}}}c{contact}").into_bytes(), journal: journal(lane), due: due(lane) }
    }

    pub(super) fn all(&self) -> [&[u8]; 3] {
        [&self.value, self.journal.as_bytes(), self.due.as_bytes()]
    }
}

pub(super) fn journal(lane: u16) -> String {
    format!("sb:{{{lane}}}j")
}

pub(super) fn due(lane: u16) -> String {
    format!("sb:{{{lane}}}d")
}

/// What is written to a lane's server before waiting for its replicas.
pub(super) fn wait(lane: u16) -> String {
    format!("sb:{{{lane}}}w")
}

/// The slot of a Cluster in which a lane's keys lie: the CRC-16 (XMODEM) of the hash tag, of which there
/// are 16,384.
pub(super) fn slot_of_lane(lane: u16) -> u16 {
    let crc = lane.to_string().bytes().fold(0_u16, |crc, byte| {
        let crc = crc ^ (u16::from(byte) << 8);
        (0..8).fold(crc, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    });
    crc % 16_384
}

pub(super) fn alias(alias: &str) -> String {
    // FNV-1a, as for lanes; part of the format.
    let hash =
        alias.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("sb:a{}", (hash ^ (hash >> 32)) % ALIAS_BUCKETS)
}

pub(super) fn counter(name: &str) -> String {
    format!("sb:n{name}")
}

pub(super) fn budget(name: &str) -> String {
    format!("sb:p{name}")
}

/// The keys of a kind of records, in the order in which scripts take them.
pub(super) struct OfKind {
    keys: [String; 4],
}

impl OfKind {
    pub(super) fn new(kind: &str) -> Self {
        Self { keys: ["h", "k", "x", "v"].map(|part| format!("sb:r{{{kind}}}{part}")) }
    }

    pub(super) fn all(&self) -> [&[u8]; 4] {
        self.keys.each_ref().map(|key| key.as_bytes())
    }

    /// The hash with the values.
    pub(super) fn values(&self) -> &str {
        &self.keys[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored data hangs on these names.
    #[test]
    fn names_never_change() {
        let keys = OfContact::new("ada");
        assert_eq!(keys.all().map(|key| String::from_utf8_lossy(key).into_owned()), ["sb:{34}cada", "sb:{34}j", "sb:{34}d"]);
        assert_eq!([alias("+491511"), alias("")], ["sb:a176252", "sb:a49089"]);
        assert_eq!((slot_of_lane(34), slot_of_lane(0)), (9_745, 13_907), "as CLUSTER KEYSLOT says");
        assert_eq!(OfKind::new("media").values(), "sb:r{media}h");
    }
}
