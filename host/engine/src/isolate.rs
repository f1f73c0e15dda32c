//! Finds the event that made the filter fail, and lets its neighbours through.

use crate::error::Error;
use crate::fault::Fault;
use crate::outcome::Outcome;

/// What one call on an instance came to.
pub(crate) type Attempt = Result<Outcome, Fault>;

/// Runs a batch that failed with `fault` again, event by event. `attempt` uses an instance that has not failed.
///
/// The failed call gave nothing, and the same bytes give the same records, so nothing comes twice. Which lines are blank is for the
/// filter to say: a line of which it reads no event does not count.
pub(crate) fn one_by_one(events: &[u8], fault: Fault, mut attempt: impl FnMut(&[u8]) -> Result<Attempt, Error>) -> Result<Outcome, Error> {
    let mut lines = events.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return Err(fault.into()) };
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(faulted(fault));
    }
    let mut total = Outcome::default();
    for line in std::iter::once(first).chain(lines) {
        total.append(attempt(line)?.unwrap_or_else(faulted));
    }
    Ok(total)
}

/// The outcome of a single event on which the filter failed.
fn faulted(fault: Fault) -> Outcome {
    Outcome { read: 1, faulted: vec![fault.at(0)], ..Outcome::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{FaultKind, Faulted};
    use crate::outcome::{Exclusion, Rejection};
    use crate::reason::{ExclusionReason, RejectReason};
    use proptest::prelude::*;

    fn fault() -> Fault {
        Fault { kind: FaultKind::Panic, explanation: "boom".to_owned() }
    }

    /// A filter that goes by the first letter of a line: `x` is excluded, `r` rejected, `!` fails, blank is none, others are recorded.
    fn pretend(events: &[u8]) -> Attempt {
        let mut outcome = Outcome::default();
        for line in events.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            let index = outcome.read;
            outcome.append(match line[0] {
                b'!' => return Err(fault()),
                b'x' => excluded(line),
                b'r' => Outcome { read: 1, rejected: vec![rejection(0)], ..Outcome::default() },
                _ => Outcome { read: 1, recorded: 1, parts: 1, records: [line, b"\n"].concat(), ..Outcome::default() },
            });
            assert_eq!(outcome.read, index + 1);
        }
        Ok(outcome)
    }

    fn excluded(line: &[u8]) -> Outcome {
        let message = String::from_utf8_lossy(line).into_owned();
        let exclusion = Exclusion { reason: ExclusionReason::ExcludedMessage, message, entity: String::new(), count: 1 };
        Outcome { read: 1, excluded: vec![exclusion], ..Outcome::default() }
    }

    fn rejection(index: u32) -> Rejection {
        Rejection { index, reason: RejectReason::NotJson, place: String::new(), offset: 0, explanation: String::new() }
    }

    #[test]
    fn one_by_one_with_one_culprit_faults_it_alone() {
        let outcome = one_by_one(b"a\n\nxy\n \n!\nr\nxy\nb", fault(), |line| Ok(pretend(line))).unwrap();
        assert_eq!(outcome.faulted, [Faulted { index: 2, kind: FaultKind::Panic, explanation: "boom".to_owned(), rule: None }]);
        assert_eq!(outcome.rejected, [rejection(3)]);
        assert_eq!(outcome.excluded.iter().map(|exclusion| exclusion.count).collect::<Vec<_>>(), [2]);
        assert_eq!((outcome.read, outcome.recorded, outcome.records.as_slice()), (6, 2, &b"a\nb\n"[..]));
        assert!(outcome.is_balanced());
    }

    #[test]
    fn one_by_one_with_a_single_event_does_not_try_it_again() {
        let outcome = one_by_one(b"\n!\n", fault(), |_| panic!("tried again")).unwrap();
        assert_eq!((outcome.read, outcome.faulted.len()), (1, 1));
    }

    #[test]
    fn one_by_one_without_events_gives_the_fault() {
        assert!(matches!(one_by_one(b"\n\n", fault(), |_| panic!("tried")), Err(Error::Fault { .. })));
    }

    #[test]
    fn one_by_one_without_instances_gives_the_hosts_error() {
        let outcome = one_by_one(b"a\nb\n", fault(), |_| Err(Error::Host("no memory".to_owned())));
        assert!(matches!(outcome, Err(Error::Host(_))));
    }

    /// Positions of the events that begin with `first`.
    fn positions(lines: &[String], first: char) -> Vec<u32> {
        let events = lines.iter().filter(|line| !line.trim().is_empty());
        (0..).zip(events).filter(|(_, line)| line.starts_with(first)).map(|(index, _)| index).collect()
    }

    proptest! {
        /// With the culprits taken out, the batch would have had the same records and exclusions.
        #[test]
        fn one_by_one_gives_what_the_batch_would_without_its_culprits(
            mut lines in prop::collection::vec("[ab!rx][ab]{0,2}| |", 0..20),
            culprit in any::<prop::sample::Index>(),
        ) {
            lines.insert(culprit.index(lines.len() + 1), "!".to_owned());
            let innocent: Vec<_> = lines.iter().filter(|line| !line.starts_with('!')).cloned().collect();
            let expected = pretend(innocent.join("\n").as_bytes()).unwrap();
            let outcome = one_by_one(lines.join("\n").as_bytes(), fault(), |line| Ok(pretend(line))).unwrap();
            prop_assert!(outcome.is_balanced());
            prop_assert_eq!(outcome.read as usize, lines.iter().filter(|line| !line.trim().is_empty()).count());
            prop_assert_eq!(outcome.faulted.iter().map(|faulted| faulted.index).collect::<Vec<_>>(), positions(&lines, '!'));
            prop_assert_eq!(outcome.rejected.iter().map(|rejection| rejection.index).collect::<Vec<_>>(), positions(&lines, 'r'));
            prop_assert_eq!(outcome.records, expected.records);
            prop_assert_eq!(outcome.excluded, expected.excluded);
        }
    }
}
