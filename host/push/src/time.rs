//! Times as records write them.

use jiff::Timestamp;

/// A record's CreationTime.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Nanoseconds since 1970. Before that there is no way to say it in OTLP.
pub(crate) fn nanoseconds(time: Timestamp) -> Option<u64> {
    u64::try_from(time.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_digits_of_a_fraction_are_kept() {
        let time = parse("2018-03-02T23:25:56.1234567Z").expect("a time");
        assert_eq!((nanoseconds(time), time.as_millisecond()), (Some(1_520_033_156_123_456_700), 1_520_033_156_123));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in ["", "yesterday", "2018-13-02T23:25:56Z", "2018-03-02T23:25:56"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert_eq!(parse("1969-12-31T23:59:59Z").and_then(nanoseconds), None);
    }
}
