//! Repeatable chance: the same seed shuffles the same way and makes the same ids.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A SplitMix64 sequence (Steele, Lea and Flood, 2014), safe to share between tasks.
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number of this range, which must not be empty.
    pub(crate) fn within(&self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start)
    }

    pub(crate) fn number(&self) -> u64 {
        let mut z = self.0.fetch_add(GOLDEN_GAMMA, Ordering::Relaxed).wrapping_add(GOLDEN_GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Shuffles in place (Fisher and Yates).
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (self.number() % (last as u64 + 1)) as usize;
            items.swap(last, other);
        }
    }

    /// A message id in the form of Meta's: `wamid.` and Base64, upper and lower case, `+`, `/` and `=` included.
    pub(crate) fn wamid(&self) -> String {
        let mut bytes = [0_u8; 25];
        bytes[0] = 0x1d;
        for part in bytes[1..].chunks_mut(8) {
            part.copy_from_slice(&self.number().to_be_bytes());
        }
        format!("wamid.{}", STANDARD.encode(bytes))
    }

    /// An object id in the form of Meta's: 16 digits.
    pub(crate) fn object_id(&self) -> String {
        (1_000_000_000_000_000 + self.number() % 9_000_000_000_000_000).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_no_id_twice() {
        let (one, two) = (Chance::seeded(7), Chance::seeded(7));
        let first: Vec<_> = (0..100).map(|_| one.wamid()).collect();
        let second: Vec<_> = (0..100).map(|_| two.wamid()).collect();
        assert_eq!(first, second);
        let distinct: std::collections::HashSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), first.len());
    }

    #[test]
    fn a_shuffle_keeps_all_items() {
        let mut items = [1, 2, 3, 4, 5, 6, 7, 8];
        Chance::seeded(3).shuffle(&mut items);
        assert_ne!(items, [1, 2, 3, 4, 5, 6, 7, 8]);
        items.sort_unstable();
        assert_eq!(items, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
