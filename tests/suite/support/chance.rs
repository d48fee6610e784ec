//! Chance that can be repeated, and every chance there is.

/// Somebody who decides.
pub trait Chance {
    /// One of the numbers below `choices`, which is at least one.
    fn pick(&mut self, choices: usize) -> usize;

    /// Yes or no.
    fn flip(&mut self) -> bool {
        self.pick(2) == 1
    }
}

/// Numbers that look random and are always the same for the same seed (xorshift64*).
pub struct Seeded(u64);

impl Seeded {
    /// The numbers of this seed; neighbouring seeds have nothing in common.
    pub fn new(seed: u64) -> Self {
        // One step of splitmix64 spreads small seeds over all bits; zero would stay zero for ever.
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((mixed ^ (mixed >> 31)).max(1))
    }

    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

impl Chance for Seeded {
    fn pick(&mut self, choices: usize) -> usize {
        // The upper bits are the better ones; the bias of the remainder is of no interest here.
        ((self.next_number() >> 32) as usize) % choices
    }
}

/// Decides differently each time until every combination of decisions was made once.
#[derive(Default)]
pub struct EveryChoice {
    /// What was decided in this round, and out of how many.
    taken: Vec<(usize, usize)>,
    position: usize,
}

impl EveryChoice {
    /// All results that `outcome` can have.
    pub fn of<T>(mut outcome: impl FnMut(&mut EveryChoice) -> T) -> Vec<T> {
        let mut every = EveryChoice::default();
        let mut outcomes = Vec::new();
        loop {
            every.position = 0;
            outcomes.push(outcome(&mut every));
            if !every.advance() {
                return outcomes;
            }
        }
    }

    /// Changes the last decision that has choices left and forgets those after it, like a mileage counter.
    fn advance(&mut self) -> bool {
        while let Some((picked, choices)) = self.taken.pop() {
            if picked + 1 < choices {
                self.taken.push((picked + 1, choices));
                return true;
            }
        }
        false
    }
}

impl Chance for EveryChoice {
    fn pick(&mut self, choices: usize) -> usize {
        if self.position == self.taken.len() {
            self.taken.push((0, choices));
        }
        let (picked, known_choices) = self.taken[self.position];
        assert_eq!(known_choices, choices, "the same decisions lead to the same questions");
        self.position += 1;
        picked
    }
}
