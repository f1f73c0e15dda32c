//! The outbox: nothing leaves it but by an answer, and nobody waits for ever.

use super::*;

fn outbox() -> Outbox {
    Outbox::new(1 << 20, 1_000)
}

fn line(name: &str) -> String {
    format!("{name}\n")
}

/// Sends what is to be sent as call `call`, and gives its body.
fn send(outbox: &mut Outbox, call: Call, by: Option<Waiter>, now: u64) -> Option<String> {
    let batch = outbox.batch(now)?;
    let body = batch.body.clone();
    outbox.sent(call, batch, by);
    Some(body)
}

#[test]
fn answered_recorded_tells_each_waiter_and_empties() {
    let mut outbox = outbox();
    assert!(outbox.put(line("a"), 1, Some(7), 0) && outbox.put(line("b"), 2, Some(8), 0) && outbox.put(line("c"), 1, None, 0));
    assert_eq!(send(&mut outbox, 1, Some(7), 0).as_deref(), Some("a\nb\nc\n"));
    assert_eq!(outbox.events_of(1), Some(4));
    let change = outbox.answered(1, Reply::Recorded, 5);
    assert_eq!(change, Change { verdicts: vec![Verdict::Recorded(7), Verdict::Recorded(8)], recorded: 4, unusable: 0 });
    assert!(outbox.is_empty());
    assert_eq!(outbox.bytes, 0);
    assert_eq!(outbox.answered(1, Reply::Recorded, 5), Change::default(), "an answer counts once");
}

#[test]
fn answered_again_keeps_the_order_and_waits_longer_each_time() {
    let mut outbox = outbox();
    assert!(outbox.put(line("a"), 1, None, 0) && outbox.put(line("b"), 1, None, 0));
    let mut now = 0;
    for pause in [100, 200, 400, 800, 1_600, 2_000, 2_000] {
        assert_eq!(send(&mut outbox, 1, None, now).as_deref(), Some("a\nb\n"));
        assert_eq!(outbox.answered(1, Reply::Again, now), Change::default());
        assert_eq!(send(&mut outbox, 2, None, now + pause - 1), None);
        now += pause;
    }
    assert!(send(&mut outbox, 3, None, now).is_some());
    assert!(outbox.put(line("c"), 1, None, now));
    assert_eq!(send(&mut outbox, 4, None, now), None, "one call finds out whether it is over");
    outbox.answered(3, Reply::Recorded, now);
    assert_eq!(send(&mut outbox, 4, None, now).as_deref(), Some("c\n"));
}

#[test]
fn answered_unusable_finds_the_culprit() {
    let mut outbox = outbox();
    for (name, waiter) in [("a", 1), ("b", 2)] {
        assert!(outbox.put(line(name), 1, Some(waiter), 0));
    }
    send(&mut outbox, 1, None, 0);
    assert_eq!(outbox.answered(1, Reply::Unusable, 0), Change::default());
    assert_eq!(send(&mut outbox, 2, None, 0).as_deref(), Some("a\n"));
    assert_eq!(send(&mut outbox, 3, None, 0).as_deref(), Some("b\n"));
    assert_eq!(outbox.answered(2, Reply::Unusable, 0), Change { verdicts: vec![Verdict::Failed(1)], recorded: 0, unusable: 1 });
    assert_eq!(outbox.answered(3, Reply::Recorded, 0), Change { verdicts: vec![Verdict::Recorded(2)], recorded: 1, unusable: 0 });
    assert!(outbox.is_empty() && !outbox.is_down());
}

#[test]
fn overdue_fails_whoever_waits_but_keeps_the_events() {
    let mut outbox = outbox();
    assert!(outbox.put(line("a"), 1, Some(7), 0));
    send(&mut outbox, 1, Some(7), 0);
    assert_eq!(outbox.overdue(999), []);
    assert!(!outbox.is_down());
    assert_eq!(outbox.overdue(1_000), [Verdict::Failed(7)]);
    assert_eq!(outbox.overdue(2_000), [], "told once");
    assert!(outbox.is_down() && !outbox.is_empty());
    assert_eq!(outbox.answered(1, Reply::Recorded, 2_001), Change { verdicts: vec![], recorded: 1, unusable: 0 });
    assert!(!outbox.is_down());
}

#[test]
fn gone_cuts_off_the_calls_of_a_stream_and_sends_them_again() {
    let mut outbox = outbox();
    assert!(outbox.put(line("a"), 1, Some(7), 0) && outbox.put(line("b"), 1, Some(8), 0));
    send(&mut outbox, 1, Some(7), 0);
    outbox.gone(7);
    assert_eq!(outbox.answered(1, Reply::Recorded, 0), Change::default(), "whose answer never comes");
    assert_eq!(send(&mut outbox, 2, None, 0).as_deref(), Some("a\nb\n"));
    let change = outbox.answered(2, Reply::Recorded, 0);
    assert_eq!(change, Change { verdicts: vec![Verdict::Recorded(8)], recorded: 2, unusable: 0 });
}

#[test]
fn put_up_to_the_limit_and_no_further() {
    let mut outbox = Outbox::new(2 * (JOB_BYTES + 2), 1_000);
    assert!(outbox.put(line("a"), 1, None, 0) && outbox.put(line("b"), 1, None, 0));
    assert!(!outbox.put(line("c"), 1, None, 0));
    send(&mut outbox, 1, None, 0);
    outbox.answered(1, Reply::Recorded, 0);
    assert!(outbox.put(line("c"), 1, None, 0));
}

#[test]
fn batch_up_to_its_size_and_its_number() {
    let mut outbox = Outbox::new(64 << 20, 1_000);
    for _ in 0..MOST_CALLS {
        assert!(outbox.put("x".repeat(CALL_BYTES), 1, None, 0));
    }
    assert!(outbox.put("y".repeat(CALL_BYTES + 1), 1, None, 0));
    for call in 0..MOST_CALLS {
        assert_eq!(send(&mut outbox, call as Call, None, 0).map(|body| body.len()), Some(CALL_BYTES));
    }
    assert_eq!(send(&mut outbox, 9, None, 0), None, "as many calls as there may be");
    outbox.answered(0, Reply::Recorded, 0);
    assert_eq!(send(&mut outbox, 9, None, 0).map(|body| body.len()), Some(CALL_BYTES + 1), "a large job goes alone");
}
