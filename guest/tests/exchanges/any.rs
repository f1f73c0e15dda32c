//! Exchanges that nobody would send, made at random: nothing panics, the filter accepts every event, no token goes anywhere,
//! and the time is in proportion to the size.

use std::sync::LazyLock;

use actlog_guest::exchange::{Answer, Body, Exchange, Header, Translator, metadata};
use actlog_guest::pipeline::Auditor;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::cases::exchange;
use crate::exchange_file;

const COMMON: &str = include_str!("../../../tests/exchanges/settings.json");

static TRANSLATORS: LazyLock<[Translator; 2]> = LazyLock::new(|| {
    let small = r#"{"organization":{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"},"trusted-proxies":1,
        "limits":{"events":3,"results":2,"field-bytes":64,"body-bytes":2000,"findings":4}}"#;
    [COMMON, small].map(|settings| Translator::open(settings).expect("good settings"))
});

/// The exchanges of the cases.
static GOOD: LazyLock<Vec<Exchange>> =
    LazyLock::new(|| exchange_file::all().iter().filter(|case| case.csdl().is_none()).map(exchange).collect());

/// Tells an exchange and holds what came against every promise.
fn check(exchange: &Exchange) {
    for translator in &*TRANSLATORS {
        let told = translator.translate(exchange);
        assert_eq!(told.events.lines().count(), told.count as usize, "an event a line");
        let outcome = Auditor::open("").expect("the defaults").audit(told.events.as_bytes());
        assert!(outcome.rejected.is_empty(), "{:?}\n{}\n{exchange:?}", outcome.rejected, told.events);
        assert_eq!(outcome.read, told.count);
        let mut ids: Vec<&str> = told.events.lines().filter_map(|line| line.strip_prefix("{\"EventId\":\"")?.split('"').next()).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "ids are told apart: {ids:?}");
        let before = translator.translate(&Exchange { answer: None, ..exchange.clone() });
        assert_eq!(before.count, told.count, "as many events before the answer as after it: {exchange:?}");
    }
}

/// Words that mean something to the translator.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "/api/data/v9.2/", "accounts", "contacts", "(10000000-0000-4000-8000-000000000001)", "()", "(name='x')", "(", ")", "'", "/", "//", ".",
    "..", "%2F", "%", "%00", ";", "?", "&", "=", "$filter=", "$expand=", "$deltatoken=", "fetchXml=", "%3Cfetch%3E%3Centity%20name='a'/%3E%3C/fetch%3E",
    "savedQuery=", "$batch", "$ref", "$count", "$value", "$1", "$id=", "primarycontactid", "contact_customer_accounts", "WhoAmI",
    "Microsoft.Dynamics.CRM.", "CreateMultiple", "EntityDefinitions", "(LogicalName='account')", "/Attributes", "/XRMServices/2011/Organization.svc",
    "@p", "http://x", "\u{e9}", " ", "#",
];

/// Pieces of bodies.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\"accountid\":", "\"10000000-0000-4000-8000-000000000001\"", "\"value\":", "\"name\":\"x\"", "\"@odata.id\":",
    "\"primarycontactid\":", "\"contact_customer_accounts\":", "\"Targets\":", "\"Ids\":", "\"@odata.context\":\"$metadata#accounts\"", "null", "1e999", "\\u0000",
    "--b1", "--b1--", "\r\n", "\n", "Content-Type: application/http\r\n\r\n", "Content-Type: multipart/mixed; boundary=c\r\n\r\n", "GET accounts HTTP/1.1\r\n\r\n",
    "DELETE $1 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "Content-ID: 1\r\n", "--c", "--c--", "<s:Envelope>", "</s:Envelope>", "<s:Body>", "</s:Body>",
    "<Execute>", "</Execute>", "<request>", "<a:RequestName>", "<!DOCTYPE x>", "<![CDATA[", "]]>", "&amp;", "i:nil=\"true\"", "\u{e9}", "\u{0}",
];

fn text_of(words: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    vec(prop_oneof![6 => select(words).prop_map(str::to_owned), 1 => any::<String>()], 0..most).prop_map(|words| words.concat())
}

fn any_body() -> impl Strategy<Value = Body> {
    let content = prop_oneof![3 => text_of(PIECES, 40).prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..200)];
    (content, any::<bool>()).prop_map(|(content, whole)| Body { content, whole })
}

fn any_headers() -> impl Strategy<Value = Vec<Header>> {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "Content-Type", "content-type", "Authorization", "CallerObjectId", "MSCRMCallerID", "If-Match", "If-None-Match", "Prefer", "SOAPAction", "X-Forwarded-For",
        "OData-EntityId", "Content-Encoding", "User-Agent", "X-HTTP-Method-Override",
    ];
    #[rustfmt::skip]
    const VALUES: &[&str] = &[
        "application/json", "multipart/mixed; boundary=b1", "multipart/mixed; boundary=\"", "text/xml; charset=utf-8", "Bearer a.e30.c", "Bearer ", "*", "W/\"1\"",
        "odata.track-changes", "odata.continue-on-error", "x/Execute", "x/Create", "192.0.2.1", "accounts(10000000-0000-4000-8000-000000000001)",
        "20000000-0000-4000-8000-000000000001", "",
    ];
    let value = prop_oneof![5 => select(VALUES).prop_map(str::to_owned), 1 => any::<String>()];
    vec((select(NAMES), value).prop_map(|(name, value)| Header { name: name.to_owned(), value }), 0..6)
}

fn any_exchange() -> impl Strategy<Value = Exchange> {
    let method = prop_oneof![9 => select(&["GET", "POST", "PATCH", "PUT", "DELETE"][..]).prop_map(str::to_owned), 1 => any::<String>()];
    let status = prop_oneof![select(&[200u16, 201, 204, 304, 400, 404, 412, 500, 307][..]), any::<u16>()];
    let answer =
        proptest::option::of((status, any_headers(), any_body()).prop_map(|(status, headers, body)| Answer { status, headers, body }));
    let host = (any::<String>(), proptest::option::of(any::<String>()), proptest::option::of(any::<String>()));
    (method, text_of(WORDS, 12), any::<bool>(), any_headers(), any_body(), answer, host).prop_map(
        |(method, rest, inside, headers, body, answer, (id, began, client_address))| {
            let target = if inside { format!("/api/data/v9.2/{rest}") } else { rest };
            Exchange { id, method, target, began, client_address, headers, body, answer }
        },
    )
}

/// Changes one place of some bytes.
fn mutated(bytes: &mut Vec<u8>, at: Index, how: u8, byte: u8) {
    if bytes.is_empty() {
        return bytes.push(byte);
    }
    let at = at.index(bytes.len());
    match how % 5 {
        0 => bytes[at] = byte,
        1 => bytes.truncate(at),
        2 => bytes.insert(at, byte),
        3 => drop(bytes.remove(at)),
        _ => {
            let tail = bytes[at..].to_vec();
            bytes.extend(tail);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_024) })]

    #[test]
    fn translate_any_exchange_keeps_every_promise(exchange in any_exchange()) {
        check(&exchange);
    }

    #[test]
    fn translate_a_changed_exchange_keeps_every_promise(
        which in any::<Index>(),
        changes in vec((0..5u8, any::<Index>(), any::<u8>(), any::<u8>(), any::<bool>()), 1..4),
    ) {
        let mut exchange = which.get(&GOOD).clone();
        for (place, at, how, byte, flag) in changes {
            match place {
                0 => mutated(&mut exchange.body.content, at, how, byte),
                1 => if let Some(answer) = exchange.answer.as_mut() { mutated(&mut answer.body.content, at, how, byte) },
                2 => {
                    let mut target = std::mem::take(&mut exchange.target).into_bytes();
                    mutated(&mut target, at, how, byte);
                    exchange.target = String::from_utf8_lossy(&target).into_owned();
                }
                3 => exchange.body.whole = flag,
                _ => if let Some(answer) = exchange.answer.as_mut() { answer.body.whole = flag },
            }
        }
        check(&exchange);
    }

    #[test]
    fn open_any_settings_never_panics(text in "\\PC{0,60}", at in any::<Index>(), how in any::<u8>(), byte in any::<u8>()) {
        let _ = Translator::open(&text);
        let mut changed = COMMON.as_bytes().to_vec();
        mutated(&mut changed, at, how, byte);
        if let Ok(translator) = Translator::open(&String::from_utf8_lossy(&changed)) {
            GOOD.iter().step_by(40).for_each(|exchange| drop(translator.translate(exchange)));
        }
    }

    /// Names that come out of any document that is taken are settings that are taken.
    #[test]
    fn metadata_any_document_gives_names_that_settings_take(
        bytes in prop_oneof![vec(any::<u8>(), 0..100), text_of(CSDL, 30).prop_map(|text| format!("<Edmx>{text}</Edmx>").into_bytes())],
    ) {
        if let Ok(names) = metadata::names(&bytes) {
            let settings = format!(r#"{{"organization":{{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"}},"names":{names}}}"#);
            prop_assert!(Translator::open(&settings).is_ok(), "{}", names);
        }
    }
}

#[rustfmt::skip]
const CSDL: &[&str] = &[
    "<EntityType Name='a' BaseType='m.b'>", "<EntityType Name='b'>", "</EntityType>", "<Key><PropertyRef Name='id'/></Key>", "<NavigationProperty Name='n' Type='m.a'/>",
    "<NavigationProperty Name='c' Type='Collection(m.b)'/>", "<EntitySet Name='as' EntityType='m.a'/>", "<EntitySet Name='bs' EntityType='b'>", "</EntitySet>",
    "<NavigationPropertyBinding Path='n' Target='as'/>", "<Action Name='X' IsBound='true'/>", "<ActionImport Name='Y'/>", "<Function Name='Z'/>", "<EntitySet Name='a b' EntityType='&amp;'/>",
];

/// Each of these would take minutes if any step were not in proportion.
#[test]
fn translate_large_hostile_bodies_take_time_in_proportion() {
    const SIZE: usize = 2_000_000;
    let headers = |content_type: &str| vec![Header { name: "Content-Type".to_owned(), value: content_type.to_owned() }];
    let pieces = [
        "{\"a\":",
        "[",
        "{\"value\":[{\"contact_customer_accounts\":[",
        "\"",
        "\\",
        "--b1\r\n",
        "\r\n--b1",
        "--b1\r\nContent-Type: application/http\r\n\r\n",
        "\r\n",
        "<a>",
        "<a/>",
        "&amp;",
        "<![CDATA[",
        "{\"contact_customer_accounts\":[{\"contact_tasks\":[",
    ];
    for piece in pieces {
        let body = Body { content: piece.repeat(SIZE / piece.len()).into_bytes(), whole: true };
        for (target, content_type) in [
            ("/api/data/v9.2/accounts", "application/json"),
            ("/api/data/v9.2/$batch", "multipart/mixed; boundary=b1"),
            ("/XRMServices/2011/Organization.svc", "text/xml"),
        ] {
            let answer = Answer { status: 200, headers: headers(content_type), body: body.clone() };
            for method in ["GET", "POST"] {
                let exchange = Exchange {
                    id: "1".to_owned(),
                    method: method.to_owned(),
                    target: target.to_owned(),
                    headers: headers(content_type),
                    body: body.clone(),
                    answer: Some(answer.clone()),
                    ..Exchange::default()
                };
                drop(TRANSLATORS[0].translate(&exchange));
            }
        }
        let _ = metadata::names(format!("<Edmx>{}", piece.repeat(SIZE / piece.len())).as_bytes());
    }
    for piece in ["/", "..", "%2f", "(", "'", "a&", "%", "../", "$filter=a&"] {
        let target = format!("/api/data/v9.2/{}", piece.repeat(60_000 / piece.len()));
        drop(TRANSLATORS[0].translate(&Exchange { method: "GET".to_owned(), target, ..Exchange::default() }));
    }
}
