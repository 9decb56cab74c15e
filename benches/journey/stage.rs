//! One stage of the journey alone, on this thread.

use std::time::Duration;

use super::{cpu, median};

/// Rounds of which the median is taken.
const ROUNDS: usize = 5;

/// Thread CPU of one call: the median round over all the inputs. A first round warms up.
pub fn each<T>(inputs: &[T], mut work: impl FnMut(&T)) -> Duration {
    inputs.iter().for_each(&mut work);
    let count = u32::try_from(inputs.len()).unwrap_or(u32::MAX);
    let rounds = (0..ROUNDS).map(|_| {
        let before = cpu::thread();
        inputs.iter().for_each(&mut work);
        cpu::thread().saturating_sub(before) / count
    });
    median(rounds.collect())
}
