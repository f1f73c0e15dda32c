//! One exchange while it passes: what came of it so far, and what the translator says of that.

use actlog_guest::exchange::{Answer, Body, Exchange, Header, Kind, Translation, Translator};

use crate::config::Limits;
use crate::kept::{Budget, Kept};

/// Header fields as the proxy gives them: HTTP/2's pseudo-header fields among them.
pub type Pairs = Vec<(String, Vec<u8>)>;

/// What a request is, as far as its first line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// To the API.
    Api,
    /// To something else.
    Outside,
    /// Perhaps to the API, and nobody can tell what it asks for.
    Unclear(Kind),
}

/// One direction: its body as far as it came, and whether it came to its end.
pub struct Side {
    /// The head of the body.
    pub kept: Kept,
    /// Bytes that are still to come, where Content-Length says so.
    left: Option<u64>,
    ended: bool,
}

impl Side {
    fn new(most: usize, budget: &Budget) -> Self {
        Self { kept: Kept::new(most, budget), left: None, ended: false }
    }

    /// Takes down how long the header fields say it is.
    fn expect(&mut self, headers: &[Header]) {
        let length = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        self.left = length.and_then(|header| header.value.trim().parse().ok());
    }

    /// Takes in what came: `head` are the first bytes of `coming`, as many as there is room for. True when this is its end.
    ///
    /// The proxy may say only later, with nothing more, that it was the end: by then whoever goes by Content-Length has it whole.
    pub fn add(&mut self, head: &[u8], coming: usize, is_end: bool) -> bool {
        self.kept.add(head, coming);
        self.left = self.left.map(|left| left.saturating_sub(coming as u64));
        let ends = !self.ended && (is_end || self.left == Some(0));
        self.ended |= ends;
        ends
    }

    /// It has come to its end.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether it has come to its end.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    fn take(&mut self) -> Body {
        Body { content: self.kept.take(), whole: self.ended && !self.kept.is_cut() }
    }
}

/// An exchange.
pub struct Watched {
    exchange: Exchange,
    /// What goes up.
    pub request: Side,
    /// What comes down.
    pub answer: Side,
}

/// The value of the pseudo-header field, and the fields without any pseudo-header field.
fn split<const N: usize>(pairs: Pairs, wanted: [&str; N]) -> ([String; N], Vec<Header>) {
    let mut found = [const { String::new() }; N];
    let mut headers = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        let value = String::from_utf8(value).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if !name.starts_with(':') {
            headers.push(Header { name, value });
        } else if let Some(at) = wanted.iter().position(|wanted| *wanted == name) {
            found[at] = value;
        }
    }
    (found, headers)
}

impl Watched {
    /// A request of which the header fields came.
    pub fn begin(
        id: String,
        began: Option<String>,
        client_address: Option<String>,
        request: Pairs,
        limits: &Limits,
        budget: &Budget,
    ) -> Self {
        let ([method, target], headers) = split(request, [":method", ":path"]);
        let (mut request, answer) = (Side::new(limits.request_bytes, budget), Side::new(limits.answer_bytes, budget));
        request.expect(&headers);
        Self {
            exchange: Exchange { id, method, target, began, client_address, headers, body: Body::default(), answer: None },
            request,
            answer,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.exchange.id
    }

    /// What the request is. Asked before the body came: what only a body could make clear is not held against it.
    pub fn standing(&self, translator: &Translator) -> Standing {
        let said = translator.translate(&self.exchange).unknown;
        if said.iter().any(|finding| finding.kind == Kind::NotTheApi) {
            return Standing::Outside;
        }
        let unclear = said.iter().find(|finding| match finding.kind {
            Kind::AmbiguousPath | Kind::AmbiguousMethod => true,
            Kind::Unsupported => finding.place == "path",
            _ => false,
        });
        unclear.map_or(Standing::Api, |finding| Standing::Unclear(finding.kind))
    }

    /// Why an event is, or may be, missing for this exchange.
    pub fn missing(translation: &Translation) -> Option<Kind> {
        translation.unknown.iter().map(|finding| finding.kind).find(|kind| kind.event_missing())
    }

    /// The upstream answers.
    pub fn begin_answer(&mut self, answer: Pairs) {
        let ([status], headers) = split(answer, [":status"]);
        self.answer.expect(&headers);
        self.exchange.answer = Some(Answer { status: status.parse().unwrap_or(0), headers, body: Body::default() });
    }

    /// The answer's status.
    pub fn status(&self) -> Option<u16> {
        self.exchange.answer.as_ref().map(|answer| answer.status)
    }

    /// Whether the answer is a stream without a foreseeable end.
    pub fn is_endless(&self) -> bool {
        let headers = self.exchange.answer.iter().flat_map(|answer| &answer.headers);
        self.status() == Some(101)
            || headers
                .into_iter()
                .any(|header| header.name.eq_ignore_ascii_case("content-type") && header.value.starts_with("text/event-stream"))
    }

    /// Tells what is known so far.
    pub fn tell(&mut self, translator: &Translator) -> Translation {
        self.exchange.body = self.request.take();
        if let Some(answer) = &mut self.exchange.answer {
            answer.body = self.answer.take();
        }
        let translation = translator.translate(&self.exchange);
        self.request.kept.put_back(std::mem::take(&mut self.exchange.body.content));
        if let Some(answer) = &mut self.exchange.answer {
            self.answer.kept.put_back(std::mem::take(&mut answer.body.content));
        }
        translation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translator() -> Translator {
        let settings = r#"{"organization":{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"},
            "names":{"entity-sets":{"accounts":{"logical-name":"account","primary-id":"accountid"}}}}"#;
        Translator::open(settings).ok().unwrap()
    }

    fn pairs(list: &[(&str, &str)]) -> Pairs {
        list.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
    }

    fn begun(method: &str, target: &str, limits: &Limits) -> Watched {
        let head = pairs(&[(":method", method), (":path", target), (":authority", "x"), ("content-type", "application/json")]);
        Watched::begin("e1".to_owned(), None, Some("192.0.2.1:5".to_owned()), head, limits, &Budget::new(1 << 20))
    }

    #[test]
    fn standing_by_the_first_line_alone() {
        let translator = translator();
        for (method, target, expected) in [
            ("GET", "/api/data/v9.2/accounts", Standing::Api),
            ("POST", "/api/data/v9.2/$batch", Standing::Api),
            ("POST", "/XRMServices/2011/Organization.svc/web", Standing::Api),
            ("GET", "/main.aspx", Standing::Outside),
            ("GET", "/api/data/v9.2//accounts", Standing::Unclear(Kind::AmbiguousPath)),
            ("BREW", "/api/data/v9.2/accounts", Standing::Unclear(Kind::AmbiguousMethod)),
            ("GET", "/XRMServices/2011/OrganizationData.svc/AccountSet", Standing::Unclear(Kind::Unsupported)),
        ] {
            assert_eq!(begun(method, target, &Limits::default()).standing(&translator), expected, "{method} {target}");
        }
    }

    #[test]
    fn tell_twice_gives_events_of_the_same_ids() {
        let translator = translator();
        let mut watched = begun("POST", "/api/data/v9.2/accounts", &Limits::default());
        watched.request.add(b"{\"name\":\"x\"}", 12, true);
        let before = watched.tell(&translator);
        assert!(before.events.contains("\"EventId\":\"e1/0\"") && before.events.contains("InDoubt"), "{}", before.events);
        assert_eq!(Watched::missing(&before), None);
        let id = "https://x/api/data/v9.2/accounts(10000000-0000-4000-8000-000000000001)";
        watched.begin_answer(pairs(&[(":status", "204"), ("odata-entityid", id)]));
        watched.answer.end();
        let after = watched.tell(&translator);
        assert_eq!(after, watched.tell(&translator));
        for expected in [
            "\"EventId\":\"e1/0\"",
            "10000000-0000-4000-8000-000000000001",
            "\"HttpStatus\":204",
            "\"ClientIP\":\"192.0.2.1\"",
            "\"Value\":\"x\"",
        ] {
            assert!(after.events.contains(expected), "{}", after.events);
        }
    }

    #[test]
    fn tell_a_batch_beyond_the_limit_is_missing_events() {
        let translator = translator();
        let body = b"--b\r\nContent-Type: application/http\r\n\r\n\
            DELETE /api/data/v9.2/accounts(10000000-0000-4000-8000-000000000001) HTTP/1.1\r\n\r\n\r\n--b--\r\n";
        for (limit, missing) in [(body.len(), false), (body.len() - 1, true)] {
            let limits = Limits { request_bytes: limit, ..Limits::default() };
            let head = pairs(&[(":method", "POST"), (":path", "/api/data/v9.2/$batch"), ("content-type", "multipart/mixed; boundary=b")]);
            let mut watched = Watched::begin("e1".to_owned(), None, None, head, &limits, &Budget::new(1 << 20));
            let room = watched.request.kept.room(body.len());
            assert!(watched.request.add(&body[..room], body.len(), true));
            assert_eq!(Watched::missing(&watched.tell(&translator)).is_some(), missing, "{limit}");
        }
    }

    #[test]
    fn add_ends_with_content_length_and_only_once() {
        let mut side = Side::new(10, &Budget::new(100));
        side.expect(&[Header { name: "Content-Length".to_owned(), value: "5".to_owned() }]);
        assert!(!side.add(b"abcd", 4, false) && !side.has_ended());
        assert!(side.add(b"e", 1, false) && side.has_ended());
        assert!(!side.add(b"", 0, true), "what the proxy says afterwards is no second end");
        let mut chunked = Side::new(10, &Budget::new(100));
        assert!(!chunked.add(b"abcd", 4, false) && chunked.add(b"", 0, true));
    }

    #[test]
    fn begin_with_bytes_that_are_no_text_does_not_panic() {
        let head = vec![
            (":method".to_owned(), vec![0xff]),
            (":path".to_owned(), b"/api/data/v9.2/\xff".to_vec()),
            ("x".to_owned(), vec![0, 0xc3]),
        ];
        let mut watched = Watched::begin(String::new(), None, None, head, &Limits::default(), &Budget::new(0));
        watched.request.add(b"", 10, false);
        watched.begin_answer(vec![(":status".to_owned(), vec![0xff])]);
        assert_eq!(watched.status(), Some(0));
        assert!(Watched::missing(&watched.tell(&translator())).is_some());
    }
}
