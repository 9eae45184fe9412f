//! Lanes: a fixed split of all contacts, by a hash of their key, so that workers can share out the
//! due work, and so that on a Redis Cluster everything one commit touches lies in one slot.

/// The number of lanes. Part of every stored format: changing it needs a migration.
///
/// Enough for a few dozen workers to share evenly, few enough to be scanned several times a second.
pub const LANES: u16 = 64;

/// The lane of a contact, below [`LANES`]. The same for the same key, on every machine, for ever.
pub fn lane_of(key: &str) -> u16 {
    // FNV-1a (64 bit). Its high bits are the better mixed ones, so they are folded onto the low.
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = key.bytes().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    let folded = hash ^ (hash >> 32);
    u16::try_from(folded % u64::from(LANES)).expect("a remainder of LANES is below LANES")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored indexes hold these numbers: a change here would hide contacts from their workers.
    #[test]
    fn lanes_never_change() {
        let lanes = ["", "ada", "+4915112345678", "US.13491208655302741918"].map(lane_of);
        assert_eq!(lanes, [1, 34, 14, 26]);
    }

    #[test]
    fn lanes_are_evenly_used() {
        let mut contacts = [0_u32; LANES as usize];
        for number in 0..64_000 {
            contacts[usize::from(lane_of(&format!("+49151{number:08}")))] += 1;
        }
        assert!(contacts.iter().all(|count| (800..1_200).contains(count)), "{contacts:?}");
    }
}
