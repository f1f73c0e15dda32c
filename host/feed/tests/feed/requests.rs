//! Requests and their answers, from `requests.txt` and `logins.txt`.

use actlog_store::{format_time, now};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::server::{Collector, FORM, Folder, Got, NOBODY, ONE, Server, TWO, options, records, send};

/// The lines of a file that say something, in pieces.
fn cases<const N: usize>(text: &'static str) -> Vec<(usize, [&'static str; N])> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            let pieces: Vec<&str> = line.split('|').map(str::trim).collect();
            (number + 1, pieces.try_into().unwrap_or_else(|_| panic!("line {}: {N} pieces are expected", number + 1)))
        })
        .collect()
}

/// Whether an answer is the one that a case expects, such as `400 AF20030`.
fn check(line: usize, got: &Got, expected: &str) -> Option<String> {
    let found = format!("{} {}", got.status, got.code());
    (found.trim() != expected).then(|| format!("line {line}: expected {expected}, got {found}: {}", got.text()))
}

fn id(collector: &Collector) -> String {
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    entries[0]["contentId"].as_str().unwrap().to_owned()
}

#[test]
fn every_request_has_the_answer_that_the_file_says() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append((records(0..5, ONE) + &records(5..9, TWO)).as_bytes()).unwrap();
    let server = Server::start(&folder, options());
    server.feed.cut_now().unwrap();
    let (both, two) = (server.collector(0, ONE), server.collector(0, TWO));
    for collector in [&both, &two] {
        assert_eq!(collector.start("").status, 200);
    }
    assert_eq!(both.post("subscriptions/start?contentType=Audit.Exchange", "").status, 200);
    assert_eq!(both.post("subscriptions/stop?contentType=Audit.Exchange", "").status, 200);
    let back = |milliseconds: i64| format_time(now() - milliseconds)[..19].to_owned();
    let fills = [
        ("{one}", ONE.to_string()),
        ("{two}", TWO.to_string()),
        ("{nobody}", NOBODY.to_string()),
        ("{id}", id(&both)),
        ("{id2}", id(&two)),
        ("{now}", back(0)),
        ("{hour}", back(3_600_000)),
        ("{yesterday}", back(86_390_000)),
        ("{week}", back(7 * 86_400_000)),
        ("{old}", back(7 * 86_400_000 + 120_000)),
        ("{day}", back(0)[..10].to_owned()),
    ];
    let fill = |text: &str| fills.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
    let asking = |who: &str| match who {
        "both" => Some(format!("Bearer {}", both.token)),
        "lower" => Some(format!("bearer {}", both.token)),
        "two" => Some(format!("Bearer {}", two.token)),
        "first" => Some(format!("Bearer {}", server.collector(1, ONE).token)),
        "none" => Some(format!("Bearer {}", server.collector(2, ONE).token)),
        "wrong" => Some(format!("Bearer {}x", both.token)),
        "nobody" => None,
        other => panic!("nobody is called {other}"),
    };
    let mut wrong = Vec::new();
    for (line, [who, what, body, expected]) in cases::<4>(include_str!("requests.txt")) {
        let (method, asked) = what.split_once(' ').unwrap();
        let asked = fill(asked);
        let uri = if asked.starts_with('/') { server.url(&asked) } else { format!("{}/{asked}", server.root(ONE)) };
        let token = asking(who);
        let headers: Vec<(&str, &str)> =
            token.iter().map(|token| ("authorization", token.as_str())).chain([("content-type", FORM)]).collect();
        let got = send(method, &uri, &headers, fill(body).as_bytes());
        wrong.extend(check(line, &got, expected));
        if got.status >= 400 && got.status != 405 && !got.code().is_empty() {
            assert!(!got.json()["error"]["message"].as_str().unwrap().is_empty(), "line {line}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_login_has_the_answer_that_the_file_says() {
    let folder = Folder::new();
    drop(folder.store());
    let server = Server::start(&folder, options());
    let known = &server.known[1];
    let fill = |text: &str| {
        let tenants = text.replace("{one}", &ONE.to_string()).replace("{two}", &TWO.to_string()).replace("{nobody}", &NOBODY.to_string());
        tenants.replace("{id}", &known.id.to_string()).replace("{secret}", &known.secret)
    };
    let mut wrong = Vec::new();
    for (line, [address, basic, form, expected]) in cases::<4>(include_str!("logins.txt")) {
        let basic = (!basic.is_empty()).then(|| format!("Basic {}", BASE64_STANDARD.encode(fill(basic))));
        let headers: Vec<(&str, &str)> =
            basic.iter().map(|basic| ("authorization", basic.as_str())).chain([("content-type", FORM)]).collect();
        let got = send("POST", &server.url(&fill(address)), &headers, fill(form).as_bytes());
        wrong.extend(check(line, &got, expected));
        let answer = got.json();
        assert_eq!(got.header("cache-control").as_deref(), Some("no-store"), "line {line}");
        if got.status == 200 {
            let token = answer["access_token"].as_str().unwrap();
            let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            assert_eq!(claims["tid"], ONE.to_string(), "line {line}");
            assert_eq!(claims["roles"][0], "ActivityFeed.Read", "line {line}");
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3_600, "line {line}");
            assert_eq!(answer["token_type"], "Bearer", "line {line}");
            let collector = Collector { root: server.root(ONE), token: token.to_owned() };
            assert_eq!(collector.get("subscriptions/list").status, 200, "line {line}");
        } else {
            assert!(answer["error_description"].as_str().unwrap().starts_with("AADSTS"), "line {line}");
        }
        assert!(!got.text().contains(&known.secret), "line {line}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_of_sensitive_types_by_language() {
    let folder = Folder::new();
    drop(folder.store());
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    let cases = [
        ("en-US", 200, ""),
        ("es", 200, ""),
        ("*", 200, ""),
        ("en;q=0.5", 200, ""),
        ("en,de", 400, "AF20053"),
        ("-", 400, "AF20054"),
        ("", 400, "AF20054"),
    ];
    for (language, status, code) in cases {
        let token = format!("Bearer {}", collector.token);
        let uri = format!("{}/resources/dlpSensitiveTypes", collector.root);
        let got = send("GET", &uri, &[("authorization", &token), ("accept-language", language)], b"");
        assert_eq!((got.status, got.code().as_str()), (status, code), "{language}");
    }
}
