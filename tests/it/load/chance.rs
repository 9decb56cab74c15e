//! Chance that can be had again: the same seed gives the same sequence.

use std::time::Duration;

/// A small generator (splitmix64); good enough to choose moments.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A sequence of its own for each `part` of a run.
    pub fn of(seed: u64, part: u64) -> Self {
        let mut chance = Self(seed ^ part.wrapping_mul(0xa076_1d64_78bd_642f));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of these, of which there is at least one.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let chosen = self.below(u64::try_from(all.len()).unwrap_or(u64::MAX));
        &all[usize::try_from(chosen).unwrap_or_default()]
    }

    /// A time in this range, milliseconds.
    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        // Microseconds: moments a millisecond apart would miss what lies between.
        Duration::from_micros(from * 1_000 + self.below((to - from) * 1_000))
    }
}
