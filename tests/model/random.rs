//! Random numbers that a seed repeats.

/// A generator of random numbers (`SplitMix64`), good enough for tests and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    /// Begins the sequence of one case of a seed.
    pub(crate) fn of(seed: u64, case: u64) -> Self {
        let mut random = Self(seed);
        random.0 = random.next() ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("a small number")
    }

    /// Returns whether something happens that happens so often of a hundred times.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns one of these.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Returns one of these texts.
    pub(crate) fn text(&mut self, of: &[&str]) -> String {
        (*self.pick(of)).to_owned()
    }

    /// Returns some of these texts, each one so often of a hundred times.
    pub(crate) fn some(
        &mut self,
        percent: usize,
        of: impl IntoIterator<Item = impl Into<String>>,
    ) -> Vec<String> {
        of.into_iter().filter(|_| self.chance(percent)).map(Into::into).collect()
    }
}
