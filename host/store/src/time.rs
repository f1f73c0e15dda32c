//! Times: milliseconds since 1970 in UTC, and as ISO 8601 for people.

use std::time::{SystemTime, UNIX_EPOCH};

/// What stands for the time of a record that has none: it sorts behind all others.
pub(crate) const NONE: i64 = i64::MIN;

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// Milliseconds since 1970 of `2018-03-02T23:25:56Z`: up to nine digits of a fraction, `Z` or an offset or neither (UTC). A date
/// alone is its first moment. Fractions of a millisecond are cut off.
pub fn parse_time(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    if date.as_bytes()[4] != b'-' || date.as_bytes()[7] != b'-' {
        return None;
    }
    let (year, month, day) = (digits(&date[..4])?, digits(&date[5..7])?, digits(&date[8..])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let midnight = days_of(year, month, day) * DAY;
    if rest.is_empty() {
        return Some(midnight);
    }
    let time = rest.strip_prefix(['T', ' '])?;
    let clock = time.get(..8)?;
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (digits(&clock[..2])?, digits(&clock[3..5])?, digits(&clock[6..])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, zone) = fraction(time.get(8..)?)?;
    Some(midnight + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset(zone)?)
}

/// `2018-03-02T23:25:56.000Z`.
pub fn format_time(milliseconds: i64) -> String {
    let clock = milliseconds.rem_euclid(DAY);
    let (hour, minute) = (clock / 3_600_000, clock / 60_000 % 60);
    let (second, fraction) = (clock / 1000 % 60, clock % 1000);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z", format_day(milliseconds))
}

/// `2018-03-02`.
pub(crate) fn format_day(milliseconds: i64) -> String {
    let shifted = milliseconds.div_euclid(DAY) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Milliseconds since 1970, now.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(end);
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    Some((digits(format!("{fraction:0<3}").get(..3)?)?, zone))
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('+') { 1 } else { -1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let valid = hours.len() == 2 && minutes.len() == 2;
    valid.then_some(sign * (digits(hours)? * 60 + digits(minutes)?) * 60_000)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_time_each_form_is_read() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01", 0),
            ("2018-03-02T23:25:56", 1_520_033_156_000),
            ("2018-03-02T23:25:56.1234567Z", 1_520_033_156_123),
            ("2018-03-02T23:25:56.1Z", 1_520_033_156_100),
            ("2018-03-03T01:25:56+02:00", 1_520_033_156_000),
            ("2018-03-02 18:25:56-05:00", 1_520_033_156_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn parse_time_no_time_is_none() {
        for text in
            ["", "2018", "2018-13-01", "2018-02-30", "2018-03-02T24:00:00Z", "2018-03-02Tab:00:00Z", "2018-03-02T10:00:00X", "é018-03-02"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn format_time_every_day_of_centuries_comes_back() {
        for day in (-200_000..200_000).step_by(17) {
            let time = day * DAY + 12_345_678;
            assert_eq!(parse_time(&format_time(time)), Some(time));
        }
    }
}
