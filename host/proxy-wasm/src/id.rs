//! The id of an exchange, and when it began.
//!
//! Nothing in the id comes from the client, so that no client can make two exchanges look like one. It is the name of the proxy,
//! the time at which this module began (nanoseconds), the number of the connection and the number of the stream: the proxy counts
//! connections in the whole process and streams in each module.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actlog_guest::time::Timestamp;

/// Longest name of a proxy.
const MOST: usize = 64;

/// Whether a text can be the name of a proxy in ids; empty is.
pub fn is_instance(text: &str) -> bool {
    text.len() <= MOST && text.bytes().all(is_plain)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// The name that a proxy has itself, as far as ids may hold it. Of a long one the end is taken: it differs where the beginning does not.
pub fn instance(given: &[u8]) -> String {
    let plain: Vec<char> = given.iter().copied().filter(|&byte| is_plain(byte)).map(char::from).collect();
    plain[plain.len().saturating_sub(MOST)..].iter().collect()
}

/// The id of an exchange.
pub fn exchange(instance: &str, module_began: Duration, connection: u64, stream: u32) -> String {
    let separator = if instance.is_empty() { "" } else { ":" };
    format!("{instance}{separator}{:x}-{connection:x}-{stream:x}", module_began.as_nanos())
}

/// A point in time as ISO 8601 in UTC, to the millisecond.
pub fn iso(time: SystemTime) -> Option<String> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    let text = Timestamp::parse_dotnet(&format!("/Date({})/", since.as_millis()))?;
    let mut out = String::new();
    text.write(&mut out);
    out.push('Z');
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchange_differs_in_each_of_its_parts() {
        let began = Duration::from_nanos(0x1234);
        assert_eq!(exchange("edge", began, 31, 2), "edge:1234-1f-2");
        assert_eq!(exchange("", began, 0, 2), "1234-0-2");
        let longest = exchange(&"x".repeat(MOST), Duration::MAX, u64::MAX, u32::MAX);
        assert!(longest.len() <= 200, "{longest}");
    }

    #[test]
    fn instance_takes_what_ids_may_hold() {
        assert_eq!(instance(b"sidecar~10.0.0.1~pod.ns"), "sidecar~10.0.0.1~pod.ns");
        assert_eq!(instance("é/\u{0}a b".as_bytes()), "ab");
        let long = instance(format!("a{}", "b".repeat(MOST)).as_bytes());
        assert_eq!(long, "b".repeat(MOST));
        assert!(is_instance(&long) && !is_instance(&format!("{long}b")) && !is_instance("a/b"));
    }

    #[test]
    fn iso_to_the_millisecond() {
        let at = |millis| iso(UNIX_EPOCH + Duration::from_millis(millis));
        assert_eq!(at(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(at(1_714_979_289_123).as_deref(), Some("2024-05-06T07:08:09.123Z"));
    }
}
