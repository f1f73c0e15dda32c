//! Chance, from a seed: the only source of variety, and the same on every machine.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

/// A stream of random choices. Ranges are made here and not by a library, whose way of making them may change.
#[derive(Clone, Debug)]
pub(crate) struct Random(Pcg64Mcg);

impl Random {
    /// Begins the stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `end` - 1. A bias of less than one in four thousand million is no matter here.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let wide = (self.bits() >> 32) * u64::from(end);
        (wide >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, all alike.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// One of `choices`, in proportion to their weights.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(u32, T)]) -> T {
        let mut rest = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for &(weight, choice) in choices {
            if rest < weight {
                return choice;
            }
            rest -= weight;
        }
        choices[choices.len() - 1].1
    }

    /// Appends a GUID in the form of a database's sequential ones.
    pub(crate) fn guid(&mut self, out: &mut String) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let (mut high, mut low) = (self.bits(), self.bits());
        for &part in b"xxxxxxxx-xxxx-ee11-9xxx-000d3axxxxxx" {
            let bits = if part == b'x' { high & 15 } else { 0 };
            match part {
                b'x' => {
                    high = (high >> 4) | (low << 60);
                    low >>= 4;
                    out.push(char::from(DIGITS[bits as usize]));
                }
                fixed => out.push(char::from(fixed)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_of_a_seed_never_changes() {
        let mut random = Random::new(7);
        let mut guid = String::new();
        let numbers: Vec<u32> = (0..4).map(|_| random.below(1000)).collect();
        random.guid(&mut guid);
        assert_eq!(numbers, [689, 476, 270, 930]);
        assert_eq!(guid, "7e5eecf8-e12e-ee11-90ba-000d3a42a87c");
    }

    #[test]
    fn between_reaches_both_ends() {
        let mut random = Random::new(1);
        let mut seen = [0; 4];
        for _ in 0..1000 {
            seen[random.between(0, 3) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| count > 200), "{seen:?}");
    }

    #[test]
    fn weighted_keeps_the_proportion() {
        let mut random = Random::new(1);
        let heavy = (0..10_000).filter(|_| random.weighted(&[(3, true), (1, false)])).count();
        assert!((7_300..7_700).contains(&heavy), "{heavy}");
    }
}
