//! Limits, obeyed and violated, and how much work hostile input makes.

use super::super::scan;
use super::{Seen, frame_with};

fn large(input: &str, limit: usize) -> Vec<(String, bool)> {
    let show = |seen: Vec<Seen>| -> Vec<(String, bool)> {
        seen.into_iter()
            .map(|seen| {
                assert_eq!(seen.spooled, seen.text.len() > limit, "{:?}", String::from_utf8_lossy(&seen.text));
                (String::from_utf8(seen.text).unwrap(), seen.reason == Some("too-large"))
            })
            .collect()
    };
    let whole = show(frame_with(input.as_bytes(), 1 << 16, limit));
    for chunk in [1, 3, 8] {
        assert_eq!(show(frame_with(input.as_bytes(), chunk, limit)), whole, "chunks of {chunk}");
    }
    whole
}

#[test]
fn framing_at_the_limit_is_held_and_one_more_byte_is_too_large() {
    let ten = "{\"a\":1234}";
    let next = "{\"z\":0}";
    for (before, after) in [("", "\n"), ("", ""), ("[", ","), ("{} ", " ")] {
        let input = format!("{before}{ten}{after}{next}");
        for (limit, too_large) in [(10, false), (9, true), (8, true)] {
            let seen = large(&input, limit);
            assert!(seen.contains(&(ten.to_owned(), too_large)), "{input:?} {limit} {seen:?}");
            assert!(seen.contains(&(next.to_owned(), false)), "{input:?} {limit} {seen:?}");
        }
    }
}

#[test]
fn framing_a_large_value_in_any_layout_leaves_the_next_alone() {
    let body: String = (0..50).map(|number| format!("{{\"n\":{number}}},\n")).collect();
    let value = format!("{{\"list\":[\n{body}{{}}\n]}}");
    let seen = large(&format!("{{\"y\":1}}\n{value}\n{{\"z\":0}}\n"), 64);
    assert_eq!(seen, [("{\"y\":1}".into(), false), (value, true), ("{\"z\":0}".into(), false)]);
}

#[test]
fn framing_a_large_value_that_is_cut_leaves_the_next_alone() {
    for cut in
        [format!("{{\"a\":\"{}", "x".repeat(100)), format!("{{\"a\":[{}", "1,".repeat(100)), format!("{{\"a\":[{}1", "1,".repeat(100))]
    {
        let seen = large(&format!("{cut}\n{{\"z\":0}}\n{{\"w\":0}}\n"), 64);
        assert_eq!(seen.last().unwrap(), &("{\"w\":0}".to_owned(), false), "{cut}");
        assert!(seen[0].1 && seen[0].0.starts_with(&cut), "{cut}");
    }
}

#[test]
fn framing_large_garbage_ends_with_its_line() {
    let garbage = "x".repeat(100);
    assert_eq!(large(&format!("{garbage}\n{{}}\n"), 64), [(garbage.clone(), true), ("{}".into(), false)]);
    let string = format!("\"{garbage}");
    assert_eq!(large(&format!("{string}\n{{}}\n"), 64), [(string, true), ("{}".into(), false)]);
}

#[test]
fn framing_a_line_over_the_limit_keeps_its_elements_apart() {
    let events = "{\"a\":1},null,\"x\",{\"b\":2},";
    let seen = large(&format!("[{}0]\n{{}}\n", events.repeat(20)), 64);
    assert_eq!(seen.len(), 82);
    assert_eq!(seen[..4].iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["{\"a\":1}", "null", "\"x\"", "{\"b\":2}"]);
    assert!(seen.iter().all(|(_, too_large)| !too_large));
}

#[test]
fn framing_separators_beyond_the_limit_go_on() {
    let seen = large(&format!("{}{{}}\n", ",".repeat(100)), 64);
    assert_eq!(seen, [("{}".into(), false)]);
    let deep = large(&format!("{}\n{{}}\n", "[".repeat(300)), 64);
    assert_eq!(deep.last().unwrap(), &("{}".to_owned(), false));
}

/// Each input is one that a simple framer would look at again and again.
#[test]
fn framing_hostile_input_work_stays_within_its_bound() {
    let size = 1 << 18;
    let fill = |line: &str| line.repeat(size / line.len());
    for (name, input, bound) in [
        ("open values, a line each", fill("{\"a\":\n"), u64::from(scan::MAX_DEPTH) + 1),
        ("open arrays, a line each", fill("{\"a\":[\n"), u64::from(scan::MAX_DEPTH) + 1),
        ("open values on one line", fill("{\"a\":"), 2),
        ("open brackets on one line", fill("["), 2),
        ("values on one line", fill("{}"), 2),
        ("numbers on one line", fill("1 "), 2),
        ("broken values", fill("{\"a\" 1}\n"), 2),
        ("broken elements on one line", format!("[{}", fill("{\"a\" 1},")), 2),
        ("one open value of many lines", format!("{{\"a\":[{}", fill("{},\n")), 4),
        ("an open string", format!("{{\"a\":\"{}", fill("x")), 2),
        ("lines that may go on", fill("{\"a\":{}\n,\n"), 4),
        ("blank lines", format!("{{\"a\":{{}}\n{}{{}}", fill("\n")), 2),
    ] {
        scan::WORK.set(0);
        let seen = frame_with(input.as_bytes(), 1 << 12, 1 << 20);
        let work = scan::WORK.get();
        assert!(work <= bound * input.len() as u64, "{name}: {work} bytes looked at for {}", input.len());
        assert!(seen.len() <= input.len(), "{name}");
    }
}
