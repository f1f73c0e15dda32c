//! The limits that no case file could hold, each obeyed and violated.

use actlog_guest::exchange::{Body, Exchange, Header, Kind, Translation, Translator, metadata};

const COMMON: &str = include_str!("../../../tests/exchanges/settings.json");

fn told(method: &str, target: &str, content_type: &str, body: String) -> Translation {
    let headers = vec![Header { name: "Content-Type".to_owned(), value: content_type.to_owned() }];
    let body = Body { content: body.into_bytes(), whole: true };
    let exchange =
        Exchange { id: "1".to_owned(), method: method.to_owned(), target: target.to_owned(), headers, body, ..Exchange::default() };
    Translator::open(COMMON).expect("good settings").translate(&exchange)
}

fn has(translation: &Translation, kind: Kind) -> bool {
    translation.unknown.iter().any(|finding| finding.kind == kind)
}

#[test]
fn batch_of_a_thousand_parts_passes_and_one_more_is_told() {
    let part = "--b\r\nContent-Type: application/http\r\n\r\nGET accounts HTTP/1.1\r\n\r\n\r\n";
    let batch = |parts| told("POST", "/api/data/v9.2/$batch", "multipart/mixed; boundary=b", format!("{}--b--", part.repeat(parts)));
    let (at, over) = (batch(1_000), batch(1_001));
    assert_eq!((at.count, has(&at, Kind::BadBatch)), (1_000, false));
    assert_eq!((over.count, has(&over, Kind::BadBatch)), (1_000, true));

    let set = |parts: usize| {
        let part = part.replace("--b", "--c").replace("GET accounts", "DELETE accounts(10000000-0000-4000-8000-000000000001)");
        let set = format!("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}--c--\r\n--b--", part.repeat(parts));
        told("POST", "/api/data/v9.2/$batch", "multipart/mixed; boundary=b", set)
    };
    let (at, over) = (set(1_000), set(1_001));
    assert_eq!((at.count, has(&at, Kind::BadBatch)), (1_000, false));
    assert_eq!((over.count, has(&over, Kind::BadBatch)), (1_000, true));
}

#[test]
fn deep_inserts_at_the_depth_limit_pass_and_deeper_ones_are_values() {
    let nested = |levels: usize| {
        // An account holds a contact, and a contact an account.
        let names = ["primarycontactid", "parentcustomerid_account"];
        let open: String = (0..levels).map(|level| format!("{{\"{}\":", names[level % 2])).collect();
        told("POST", "/api/data/v9.2/accounts", "application/json", format!("{open}{{\"name\":\"x\"}}{}", "}".repeat(levels)))
    };
    let (at, over) = (nested(15), nested(16));
    assert_eq!((at.count, has(&at, Kind::Limit)), (16, false));
    assert_eq!((over.count, has(&over, Kind::Limit)), (16, true));
}

#[test]
fn path_at_the_limit_of_segments_passes_and_one_more_is_ambiguous() {
    let path = |segments: usize| {
        let key = "(10000000-0000-4000-8000-000000000001)";
        let names = ["primarycontactid", "parentcustomerid_account"];
        let rest: String = (1..segments).map(|at| format!("/{}", names[(at - 1) % 2])).collect();
        told("GET", &format!("/api/data/v9.2/accounts{key}{rest}"), "application/json", String::new())
    };
    assert_eq!(path(32).count, 1);
    assert!(has(&path(33), Kind::AmbiguousPath));
}

/// As large as an organization's own: its names are settings that are taken.
#[test]
fn metadata_of_an_organization_s_size_gives_names_that_settings_take() {
    const TYPES: usize = 1_500;
    let mut csdl = String::from("<Edmx><DataServices><Schema Namespace='m'>");
    for number in 0..TYPES {
        csdl += &format!("<EntityType Name='new_entity{number}'><Key><PropertyRef Name='new_entity{number}id'/></Key>");
        for other in 0..40 {
            let to = (number + other * 37) % TYPES;
            csdl += &format!("<NavigationProperty Name='new_lookup_to_entity_{to}_{other}' Type='Collection(m.new_entity{to})'/>");
        }
        csdl += "</EntityType>";
    }
    csdl += "<EntityContainer>";
    (0..TYPES).for_each(|number| csdl += &format!("<EntitySet Name='new_entity{number}s' EntityType='m.new_entity{number}'/>"));
    csdl += "</EntityContainer></Schema></DataServices></Edmx>";
    let names = metadata::names(csdl.as_bytes()).expect("names");
    let settings = format!(r#"{{"organization":{{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"}},"names":{names}}}"#);
    assert!(Translator::open(&settings).is_ok());
}

#[test]
fn metadata_too_deep_or_too_wide_is_refused() {
    assert!(metadata::names("<Edmx>".repeat(65).as_bytes()).is_err());
    let wide = format!("<Edmx>{}</Edmx>", "<a/>".repeat(2_000_001));
    assert!(metadata::names(wide.as_bytes()).is_err_and(|error| error.explanation.contains("2,000,000")));
}
