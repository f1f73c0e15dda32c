//! Points in time, counted up by the generator and never asked of a clock.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) u64);

/// A Monday morning, when people come to work.
pub(crate) const START: Moment = Moment(1_709_535_600_000);

const DAY: u64 = 86_400_000;

impl fmt::Display for Moment {
    /// Writes `2024-03-04T07:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment(ms) = *self;
        let (year, month, day) = date(ms / DAY);
        let (hour, minute) = (ms / 3_600_000 % 24, ms / 60_000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{:03}Z", ms / 1000 % 60, ms % 1000)
    }
}

/// The date that is `days` after 1970-01-01, for this century and the one before.
fn date(days: u64) -> (u64, u64, u64) {
    // Years are counted from 1968-03-01, so that every fourth ends with a leap day; 2100 is out of reach.
    let days = days + 671;
    let year_of_four = ((days % 1461) / 365).min(3);
    let day_of_year = days % 1461 - year_of_four * 365;
    let month = (day_of_year * 5 + 2) / 153;
    let day = day_of_year - (month * 153 + 2) / 5 + 1;
    let year = 1968 + days / 1461 * 4 + year_of_four + u64::from(month > 9);
    (year, (month + 2) % 12 + 1, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_known_moments_are_right() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (1_520_033_156_000, "2018-03-02T23:25:56.000Z"),
            (1_704_067_199_999, "2023-12-31T23:59:59.999Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (START.0, "2024-03-04T07:00:00.000Z"),
        ] {
            assert_eq!(Moment(ms).to_string(), text);
        }
    }
}
