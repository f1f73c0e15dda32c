//! Points in time, read from the two forms that senders use and written as ISO 8601 UTC.

use crate::json::write::number;

/// A point in time as ticks of 100 ns since 1970-01-01T00:00:00 UTC, between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

const TICKS: i64 = 10_000_000;
const DAY: i64 = 86_400;
/// 0001-01-01T00:00:00 and 9999-12-31T23:59:59 in seconds.
const EARLIEST: i64 = -62_135_596_800;
const LATEST: i64 = 253_402_300_799;

impl Timestamp {
    /// Reads ISO 8601: `2018-03-02T23:25:56`, with up to any number of fraction digits (the platform keeps seven), and
    /// `Z`, `±hh:mm`, `±hhmm` or nothing, which means UTC.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
        if bytes.len() < 19 || separators.iter().any(|&(at, byte)| bytes[at] != byte) || !matches!(bytes[10], b'T' | b't' | b' ') {
            return None;
        }
        let part = |from, len| decimal(bytes.get(from..from + len)?);
        let (year, month, day) = (part(0, 4)?, part(5, 2)?, part(8, 2)?);
        let (hour, minute, second) = (part(11, 2)?, part(14, 2)?, part(17, 2)?);
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut rest = &bytes[19..];
        let mut fraction = 0;
        if rest.first() == Some(&b'.') {
            let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            fraction = (0..7).fold(0, |sum, place| sum * 10 + if place < digits { i64::from(rest[1 + place] - b'0') } else { 0 });
            rest = &rest[1 + digits..];
        }
        let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset(rest)?;
        Self::in_range(seconds, fraction)
    }

    /// Reads what .NET's DataContractJsonSerializer writes: `/Date(1527757530151)/`, `/Date(1506409448000-0700)/`.
    ///
    /// The number is milliseconds since 1970 in UTC; the offset says only how the sender shows it, and is passed over.
    pub fn parse_dotnet(text: &str) -> Option<Self> {
        let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
        let bytes = inside.as_bytes();
        let sign = usize::from(bytes.first() == Some(&b'-'));
        let end = bytes.iter().skip(sign).position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |at| at + sign);
        if end == sign || end - sign > 15 {
            return None;
        }
        if end < bytes.len() {
            let zone = &bytes[end..];
            if zone.len() != 5 || !matches!(zone[0], b'+' | b'-') {
                return None;
            }
            decimal(&zone[1..])?;
        }
        let mut milliseconds = decimal(&bytes[sign..end])?;
        if sign == 1 {
            milliseconds = -milliseconds;
        }
        Self::in_range(milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000) * 10_000)
    }

    fn in_range(seconds: i64, ticks: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&seconds).then(|| Self(seconds * TICKS + ticks))
    }

    /// Appends `2018-03-02T23:25:56`, with a fraction only where it is not zero, and without a zone mark.
    pub fn write(self, out: &mut String) {
        let (seconds, ticks) = (self.0.div_euclid(TICKS), self.0.rem_euclid(TICKS));
        let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        padded(out, year, 4);
        for (mark, value) in [('-', month), ('-', day), ('T', second / 3600), (':', second / 60 % 60), (':', second % 60)] {
            out.push(mark);
            padded(out, value, 2);
        }
        if ticks != 0 {
            out.push('.');
            padded(out, ticks, 7);
            out.truncate(out.trim_end_matches('0').len());
        }
    }
}

/// Seconds by which the zone mark at the end of an ISO time is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let sign = match zone.first() {
        None => return Some(0),
        Some(b'Z' | b'z') => return (zone.len() == 1).then_some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let (hours, minutes) = match zone.len() {
        6 if zone[3] == b':' => (&zone[1..3], &zone[4..6]),
        5 => (&zone[1..3], &zone[3..5]),
        _ => return None,
    };
    let (hours, minutes) = (decimal(hours)?, decimal(minutes)?);
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn decimal(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, &byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn padded(out: &mut String, value: i64, width: u32) {
    let value = value.unsigned_abs();
    for place in (1..width).rev() {
        if value < 10u64.pow(place) {
            out.push('0');
        }
    }
    number(out, value);
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Counts in eras of 400 years that begin on 1 March, so that
/// the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date that is `days` after 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn iso(text: &str) -> Option<String> {
        Timestamp::parse_iso(text).map(written)
    }

    fn dotnet(text: &str) -> Option<String> {
        Timestamp::parse_dotnet(text).map(written)
    }

    fn written(time: Timestamp) -> String {
        let mut out = String::new();
        time.write(&mut out);
        out
    }

    #[test]
    fn parse_iso_each_form() {
        assert_eq!(iso("2018-03-02T23:25:56").as_deref(), Some("2018-03-02T23:25:56"));
        assert_eq!(iso("2018-03-02T23:25:56Z").as_deref(), Some("2018-03-02T23:25:56"));
        assert_eq!(iso("2018-03-02T23:25:56.1200Z").as_deref(), Some("2018-03-02T23:25:56.12"));
        assert_eq!(iso("2018-03-03T01:25:56+02:00").as_deref(), Some("2018-03-02T23:25:56"));
        assert_eq!(iso("2018-03-02T16:25:56-0700").as_deref(), Some("2018-03-02T23:25:56"));
        assert_eq!(iso("2024-02-29T00:00:00.123456789Z").as_deref(), Some("2024-02-29T00:00:00.1234567"));
        assert_eq!(iso("9999-12-31T23:59:59Z").as_deref(), Some("9999-12-31T23:59:59"));
    }

    #[test]
    fn parse_iso_what_is_no_time_fails() {
        for bad in [
            "",
            "2018-03-02",
            "2018-13-02T00:00:00",
            "2018-02-29T00:00:00",
            "2018-03-02T24:00:00",
            "2018-03-02T23:25:56.",
            "2018-03-02T23:25:56+99:00",
            "9999-12-31T23:59:59-01:00",
            "0001-01-01T00:00:00+01:00",
            "2018-03-02T23:25:56Zx",
            "²018-03-02T23:25:56",
        ] {
            assert_eq!(iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn parse_dotnet_each_form() {
        assert_eq!(dotnet("/Date(1527757530151)/").as_deref(), Some("2018-05-31T09:05:30.151"));
        assert_eq!(dotnet("/Date(1506409448000-0700)/").as_deref(), Some("2017-09-26T07:04:08"));
        assert_eq!(dotnet("/Date(1737024736000+0200)/").as_deref(), Some("2025-01-16T10:52:16"));
        assert_eq!(dotnet("/Date(-1)/").as_deref(), Some("1969-12-31T23:59:59.999"));
        assert_eq!(dotnet("/Date(-62135596800000)/").as_deref(), Some("0001-01-01T00:00:00"));
        for bad in
            ["/Date()/", "/Date(-)/", "/Date(1)", "/Date(1+02)/", "/Date(1e3)/", "/Date(9999999999999999)/", "/Date(999999999999999)/"]
        {
            assert_eq!(dotnet(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn write_any_time_reads_back(seconds in EARLIEST..=LATEST, ticks in 0..TICKS) {
            let time = Timestamp::in_range(seconds, ticks).expect("in range");
            prop_assert_eq!(Timestamp::parse_iso(&written(time)), Some(time));
        }
    }
}
