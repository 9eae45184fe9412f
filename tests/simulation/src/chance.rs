//! Chance from a seed: the same seed draws the same numbers.

use std::{
    ops::RangeInclusive,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A SplitMix64 sequence (Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub struct Chance(AtomicU64);

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Chance {
    pub fn seeded(seed: u64) -> Self {
        Chance(AtomicU64::new(seed))
    }

    pub fn number(&self) -> u64 {
        let mut mixed = self.0.fetch_add(GOLDEN_GAMMA, Ordering::Relaxed).wrapping_add(GOLDEN_GAMMA);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn within(&self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.number() % (range.end() - range.start() + 1)
    }

    pub fn one_in(&self, times: u64) -> bool {
        self.within(1..=times) == 1
    }

    /// True in so many of a thousand cases.
    pub fn permille(&self, cases: u64) -> bool {
        cases > 0 && self.within(1..=1_000) <= cases
    }

    pub fn millis(&self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.within(range))
    }

    /// One of several; there has to be one.
    pub fn pick<'t, T>(&self, all: &'t [T]) -> &'t T {
        let place = self.number() % all.len() as u64;
        // Less than the length, which was a `usize`.
        &all[place as usize]
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.number().to_be_bytes()[..chunk.len()]);
        }
    }
}
