//! Waiting longer after each failure.

use std::time::Duration;

/// The wait after the `failures`th failure in a row, from 1: `first`, doubled each time, `most` at the longest, and between half of
/// it and all of it by chance, so that many clients do not come back at the same moment.
pub(crate) fn wait(failures: usize, first: Duration, most: Duration) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(20);
    let whole = first.saturating_mul(1 << doublings).min(most);
    whole.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_grows_and_stays_below_its_limit() {
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(5));
        for failures in [0, 1, 2, 3, 7, 50, usize::MAX] {
            let whole = first.mul_f64(2f64.powi(failures.clamp(1, 20) as i32 - 1)).min(most);
            let found = wait(failures, first, most);
            assert!(found <= whole && found >= whole / 2, "{failures}: {found:?} of {whole:?}");
        }
    }
}
