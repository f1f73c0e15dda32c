//! Several events in one message of EVENTS: what the servers do for a message they then do once for all of them.

use async_nats::HeaderMap;
use bytes::{Bytes, BytesMut};

/// Header with the lengths of the events, apart by commas. A message without it is one event.
pub(crate) const LENGTHS: &str = "Actlog-Lengths";
/// Bytes after which a message is full; a longer event stands alone.
const FULL: usize = 64 * 1024;
/// What the headers of a message of EVENTS may add: the lengths of the most events, and an id.
pub(crate) const HEADERS: usize = 2 * 1024;
/// Most events in a message.
pub(crate) const MOST: usize = 128;

/// Puts events together in their order: the number of the first, and all that stand in one message.
pub(crate) fn pack(events: Vec<Bytes>, most: usize, most_bytes: usize) -> Vec<(usize, Vec<Bytes>)> {
    let full = FULL.min(most_bytes);
    let mut packs: Vec<(usize, Vec<Bytes>)> = Vec::new();
    let mut bytes = 0;
    for (index, event) in events.into_iter().enumerate() {
        match packs.last_mut() {
            // An event without a byte would be no message by itself, but it has a place in the lengths.
            Some((_, pack)) if pack.len() < most && bytes + event.len() <= full => {
                bytes += event.len();
                pack.push(event);
            }
            _ => {
                bytes = event.len();
                packs.push((index, vec![event]));
            }
        }
    }
    packs
}

/// The bytes of a message, and the header where it is more than one event.
pub(crate) fn joined(mut pack: Vec<Bytes>) -> (Bytes, Option<String>) {
    if pack.len() == 1 {
        return (pack.swap_remove(0), None);
    }
    let lengths = pack.iter().map(|event| event.len().to_string()).collect::<Vec<_>>().join(",");
    let mut bytes = BytesMut::with_capacity(pack.iter().map(Bytes::len).sum());
    pack.iter().for_each(|event| bytes.extend_from_slice(event));
    (bytes.freeze(), Some(lengths))
}

/// The events of a message. Lengths that do not fit are nobody's of ours: then the message is one event.
pub(crate) fn events(bytes: &Bytes, headers: Option<&HeaderMap>) -> Vec<Bytes> {
    let lengths = headers.and_then(|headers| headers.get(LENGTHS)).map(|lengths| lengths.as_str());
    lengths.and_then(|lengths| cut(bytes, lengths)).unwrap_or_else(|| vec![bytes.clone()])
}

fn cut(bytes: &Bytes, lengths: &str) -> Option<Vec<Bytes>> {
    let mut rest = bytes.clone();
    let mut events = Vec::new();
    for length in lengths.split(',') {
        let length: usize = length.parse().ok()?;
        if length > rest.len() || events.len() == MOST {
            return None;
        }
        events.push(rest.split_to(length));
    }
    rest.is_empty().then_some(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unpacked(bytes: &Bytes, lengths: Option<String>) -> Vec<Bytes> {
        let mut headers = HeaderMap::new();
        if let Some(lengths) = lengths {
            headers.insert(LENGTHS, lengths);
        }
        events(bytes, Some(&headers))
    }

    proptest! {
        #[test]
        fn pack_and_events_give_what_was_given(
            given in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..60),
            most in 1..MOST,
            most_bytes in 1..100usize,
        ) {
            let given: Vec<Bytes> = given.into_iter().map(Bytes::from).collect();
            let mut found = Vec::new();
            for (first, pack) in pack(given.clone(), most, most_bytes) {
                prop_assert_eq!(first, found.len());
                prop_assert!(pack.len() <= most);
                let (bytes, lengths) = joined(pack.clone());
                prop_assert!(pack.len() == 1 || bytes.len() <= most_bytes);
                prop_assert!(lengths.as_deref().is_none_or(|lengths| lengths.len() < HEADERS / 2));
                found.extend(unpacked(&bytes, lengths));
            }
            prop_assert_eq!(found, given);
        }
    }

    #[test]
    fn events_with_lengths_that_do_not_fit_are_one_event() {
        let bytes = Bytes::from_static(b"abc");
        for lengths in ["", "1", "1,1", "4", "1,9", "-1,4", "1,1,1,1", "99999999999999999999", "a", &vec!["0"; MOST + 1].join(",")] {
            assert_eq!(unpacked(&bytes, Some(lengths.to_owned())), std::slice::from_ref(&bytes), "{lengths}");
        }
        assert_eq!(unpacked(&bytes, Some("1,2".to_owned())), ["a", "bc"]);
    }
}
