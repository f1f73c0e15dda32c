//! multipart/mixed, exactly: delimiters at the front of lines that CRLF ends, and nothing else.

/// Longest boundary that MIME allows.
const MAX_BOUNDARY: usize = 70;

/// The parts of a multipart body.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What stands between the delimiters, in order.
    pub list: Vec<&'a [u8]>,
    /// What stands behind the last delimiter, where the body ends before the closing one.
    pub unfinished: Option<&'a [u8]>,
    /// Why two readers may find other parts than these, if so.
    pub doubt: Option<&'static str>,
    /// How many parts there are beyond the limit.
    pub beyond: u32,
}

/// Whether a boundary is one that MIME allows.
pub fn is_boundary(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=MAX_BOUNDARY).contains(&text.len()) && !text.ends_with(' ') && text.bytes().all(good)
}

/// Takes a body apart; at most `most` parts are kept. In time proportional to the body.
pub fn split<'a>(body: &'a [u8], boundary: &str, most: usize) -> Parts<'a> {
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut parts = Parts::default();
    let mut begin: Option<usize> = None;
    let mut search = 0;
    let finder = memchr::memmem::Finder::new(&delimiter);
    while let Some(at) = body.get(search..).and_then(|rest| finder.find(rest)).map(|at| at + search) {
        search = at + delimiter.len();
        let at_front = at == 0 || body[..at].ends_with(b"\r\n");
        let rest = &body[search..];
        let closing = rest.starts_with(b"--");
        let after = if closing { &rest[2..] } else { rest };
        let blanks = after.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let ended = after[blanks..].starts_with(b"\r\n") || closing && after.len() == blanks;
        if !at_front || !ended {
            // A line that only begins like the delimiter is content; one that another reader takes for it is a doubt.
            let lax_front = at_front || body[..at].ends_with(b"\n") || body[..at].ends_with(b"\r");
            let lax_end = ended || matches!(after.get(blanks), Some(b'\n' | b'\r') | None);
            if lax_front && lax_end && !(at_front && after.len() == blanks && !closing) {
                parts.doubt = Some("a delimiter whose line is not ended by CRLF");
            }
            continue;
        }
        if let Some(begin) = begin {
            // The line end before a delimiter belongs to the delimiter. One that follows another at once has nothing between.
            let end = at.saturating_sub(2);
            if parts.list.len() == most {
                parts.beyond = parts.beyond.saturating_add(1);
            } else {
                parts.list.push(body.get(begin..end).unwrap_or_default());
            }
        }
        if closing {
            return parts;
        }
        // The line end of a delimiter may be the one before the next.
        begin = Some(search + blanks + 2);
    }
    parts.unfinished = Some(begin.and_then(|begin| body.get(begin..)).unwrap_or(body));
    if begin.is_none() {
        parts.doubt = Some("no delimiter of the boundary that Content-Type names");
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> (Vec<String>, Option<String>, bool) {
        let parts = split(body.as_bytes(), "b", 3);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (parts.list.iter().map(|part| text(part)).collect(), parts.unfinished.map(text), parts.doubt.is_some())
    }

    fn whole(list: &[&str]) -> (Vec<String>, Option<String>, bool) {
        (list.iter().map(|part| (*part).to_owned()).collect(), None, false)
    }

    #[test]
    fn split_each_form() {
        assert_eq!(said("--b\r\nx\r\n--b\r\ny\r\n--b--"), whole(&["x", "y"]));
        assert_eq!(said("preamble\r\n--b \t\r\nx\r\n--b-- \r\nepilogue --b\r\n"), whole(&["x"]));
        assert_eq!(said("--b\r\n--bc\r\nx--b\r\n\r\n--b--"), whole(&["--bc\r\nx--b\r\n"]));
        assert_eq!(said("--b--"), whole(&[]));
        assert_eq!(said("--b\r\n\r\n--b\r\n--b--"), whole(&["", ""]));
        assert_eq!(said("--b\r\nx"), (vec![], Some("x".to_owned()), false));
        assert_eq!(said("--b\r\nx\r\n--b"), (vec![], Some("x\r\n--b".to_owned()), false));
        assert_eq!(said("--b\nx\n--b--\n"), (vec![], Some("--b\nx\n--b--\n".to_owned()), true));
        assert_eq!(said("--b\r\nx\n--b\r\ny\r\n--b--"), (vec!["x\n--b\r\ny".to_owned()], None, true));
        assert_eq!(said("nothing"), (vec![], Some("nothing".to_owned()), true));
    }

    #[test]
    fn split_at_the_limit_passes_and_more_are_counted() {
        let body = "--b\r\nx\r\n".repeat(5) + "--b--";
        let parts = split(body.as_bytes(), "b", 3);
        assert_eq!((parts.list.len(), parts.beyond), (3, 2));
    }

    #[test]
    fn split_hostile_bodies_take_time_in_proportion() {
        const SIZE: usize = 8_000_000;
        for piece in ["--b", "--", "\r\n--b", "\r\n--b\r", "--b--", "-"] {
            let body = piece.repeat(SIZE / piece.len());
            assert!(split(body.as_bytes(), "b", 1_000).list.len() <= 1_000);
        }
    }
}
