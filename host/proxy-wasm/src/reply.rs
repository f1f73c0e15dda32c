//! What an answer of `actlog serve` means.

use serde::Deserialize;

/// What became of events that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// They are durable.
    Recorded,
    /// Some of them cannot be used. The others are durable, and `actlog serve` keeps these in its file of rejects.
    Unusable,
    /// Nothing is known to be durable; sending them again may help.
    Again,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Counts {
    read: u64,
}

/// Bytes of an answer that are read.
pub const MOST: usize = 64 << 10;

impl Reply {
    /// Reads the answer to `sent` events. Whoever answers 200 but does not say that it read so many is not `actlog serve`.
    pub fn of(status: u16, body: &[u8], sent: u64) -> Self {
        let read = || serde_json::from_slice::<Counts>(body).is_ok_and(|counts| counts.read == sent);
        match status {
            200 if read() => Self::Recorded,
            400 | 413 | 422 => Self::Unusable,
            _ => Self::Again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_answer() {
        let counts = br#"{"Read":2,"Recorded":1,"Records":1,"Excluded":1,"Rejected":0,"Faulted":0}"#;
        for (status, body, expected) in [
            (200, &counts[..], Reply::Recorded),
            (200, b"{\"Read\":1}", Reply::Again),
            (200, b"<html>", Reply::Again),
            (200, b"", Reply::Again),
            (204, counts, Reply::Again),
            (400, counts, Reply::Unusable),
            (413, b"", Reply::Unusable),
            (401, b"", Reply::Again),
            (404, b"", Reply::Again),
            (429, b"", Reply::Again),
            (503, counts, Reply::Again),
            (0, b"", Reply::Again),
        ] {
            assert_eq!(Reply::of(status, body, 2), expected, "{status}");
        }
    }
}
