//! Times as collectors write them, and the stretches of time that may be asked for.

use actlog_store::{format_time, parse_time};

use crate::fault::Fault;

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;
/// How long content can be had.
pub(crate) const LIFE: i64 = 7 * DAY;
/// How much further back than a life a stretch may begin: a request takes its time, and clocks differ.
const GRACE: i64 = 60_000;

/// From `start` until before `end`, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Period {
    /// The stretch that is asked for: both times, or none for the last 24 hours.
    pub(crate) fn asked(start: Option<&str>, end: Option<&str>, now: i64) -> Result<Self, Fault> {
        let (start, end) = match (start, end) {
            // What became available in this very millisecond is there, too.
            (None, None) => return Ok(Period { start: now + 1 - DAY, end: now + 1 }),
            (Some(start), Some(end)) => (time("startTime", start)?, time("endTime", end)?),
            _ => return Err(Fault::Period),
        };
        if start > end || end - start > DAY || start < now - LIFE - GRACE {
            return Err(Fault::Period);
        }
        Ok(Period { start, end })
    }
}

fn time(name: &'static str, text: &str) -> Result<i64, Fault> {
    parse(text).ok_or(Fault::Type { name, expected: "datetime" })
}

/// `2018-03-02`, `2018-03-02T23:25` or `2018-03-02T23:25:56`, with a fraction or without, UTC with `Z` or without, or with an offset.
pub(crate) fn parse(text: &str) -> Option<i64> {
    const MINUTES: usize = "2018-03-02T23:25".len();
    let (minutes, rest) = (text.get(..MINUTES), text.get(MINUTES..).unwrap_or_default());
    match minutes {
        // A time without seconds; the rest may be a zone.
        Some(minutes) if !rest.starts_with(':') => parse_time(&format!("{minutes}:00{rest}")),
        _ => parse_time(text),
    }
}

/// As the API writes times: `2018-03-02T23:25:56.000Z`.
pub(crate) fn write(time: i64) -> String {
    format_time(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_520_033_156_000; // 2018-03-02T23:25:56Z

    #[test]
    fn parse_each_form_that_collectors_send() {
        let cases = [
            ("2018-03-02", 1_519_948_800_000),
            ("2018-03-02T23:25", 1_520_033_100_000),
            ("2018-03-02T23:25Z", 1_520_033_100_000),
            ("2018-03-02T23:25:56", NOW),
            ("2018-03-02T23:25:56Z", NOW),
            ("2018-03-02T23:25:56.5", NOW + 500),
            ("2018-03-02T23:25:56.500Z", NOW + 500),
            ("2018-03-02T23:25:56.1234567Z", NOW + 123),
            ("2018-03-03T01:25:56+02:00", NOW),
            ("2018-03-03T01:25+02:00", NOW - 56_000),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in
            ["", "now", "2018-03-02T", "2018-03-02T23", "2018-03-02T23:", "2018-03-02T23:25:", "2018-02-30", "2018-03-02T25:00", "é"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn asked_periods_that_are_and_are_not_allowed() {
        let at = |back: i64| write(NOW - back);
        let allowed = [(DAY, 0), (LIFE, LIFE - DAY), (LIFE + GRACE, LIFE), (0, 0), (DAY, 1), (0, -DAY)];
        for (start, end) in allowed {
            let expected = Period { start: NOW - start, end: NOW - end };
            assert_eq!(Period::asked(Some(&at(start)), Some(&at(end)), NOW), Ok(expected), "{start} {end}");
        }
        for (start, end) in [(DAY, -1), (DAY + 1, 0), (LIFE + GRACE + 1, LIFE), (0, 1), (8 * DAY, 0)] {
            assert_eq!(Period::asked(Some(&at(start)), Some(&at(end)), NOW), Err(Fault::Period), "{start} {end}");
        }
        assert_eq!(Period::asked(None, None, NOW), Ok(Period { start: NOW + 1 - DAY, end: NOW + 1 }));
        assert_eq!(Period::asked(Some(&at(1)), None, NOW), Err(Fault::Period));
        assert_eq!(Period::asked(None, Some(&at(1)), NOW), Err(Fault::Period));
        let wrong = Fault::Type { name: "endTime", expected: "datetime" };
        assert_eq!(Period::asked(Some(&at(1)), Some("soon"), NOW), Err(wrong));
    }
}
