//! Settings documents, right and wrong: those of `cases.txt`, the limits, and what holds for every document.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What is said of a document, a line for each error.
fn said_of(document: &str) -> Vec<String> {
    Settings::parse(document).err().unwrap_or_default().iter().map(SettingsError::to_string).collect()
}

#[test]
fn parse_each_case_says_what_the_case_expects() {
    let mut cases = include_str!("cases.txt").split("\n== ");
    cases.next();
    let mut count = 0;
    for case in cases {
        let (title, rest) = case.split_once('\n').unwrap();
        let expects = |line: &&str| *line == "ok" || line.starts_with("-> ");
        let document: Vec<_> = rest.lines().take_while(|line| !expects(line)).collect();
        let expected: Vec<_> = rest.lines().filter_map(|line| line.strip_prefix("-> ")).collect();
        assert_eq!(rest.lines().any(|line| line == "ok"), expected.is_empty(), "{title}: neither ok nor an error");
        assert_eq!(said_of(&document.join("\n")), expected, "{title}");
        count += 1;
    }
    assert_eq!(count, include_str!("cases.txt").lines().filter(|line| line.starts_with("== ")).count());
}

#[test]
fn parse_nothing_or_a_byte_order_mark_is_the_defaults() {
    for document in ["", " \n\t", "\u{feff}", "\u{feff}{}"] {
        assert_eq!(Settings::parse(document), Ok(Settings::default()));
    }
}

#[test]
fn parse_at_the_size_limit_passes_and_one_more_byte_fails() {
    assert_eq!(said_of(&format!("{{}}{}", " ".repeat(MAX_DOCUMENT - 2))), [""; 0]);
    assert_eq!(said_of(&format!("{{}}{}", " ".repeat(MAX_DOCUMENT - 1))), ["16777217 bytes; at most 16777216 are read"]);
}

/// Settings in which each list and table has so many entries, all of them right.
fn long(entries: usize) -> Settings {
    let id = |n: usize| format!("1aa1b2c3-0000-4000-8000-{n:012x}");
    let ids = || (0..entries).map(id).collect::<Vec<_>>();
    let waive = vec![Requirement::Production, Requirement::Version, Requirement::Subscription];
    let first = ListedOrganization { id: id(entries), waive: waive.iter().copied().cycle().take(entries).collect(), ..Default::default() };
    let others = (1..entries).map(|n| ListedOrganization { id: id(n), waive: waive.clone(), ..Default::default() });
    Settings {
        auditing: Auditing { areas: Given(Some(vec!["sales".to_owned(); entries])), ..Default::default() },
        entities: Entities((0..entries).map(|n| (format!("e{n}"), EntitySwitches::default())).collect()),
        organizations: std::iter::once(first).chain(others).collect(),
        exclusions: Exclusions { messages: ids(), entities: ids(), users: ids(), service_accounts: ids(), system_noise: false },
        users: (0..entries).map(|n| ListedUser { id: id(n), ..Default::default() }).collect(),
        ..Default::default()
    }
}

#[test]
fn check_each_list_at_its_limit_passes_and_one_more_fails() {
    assert_eq!(check::check(&long(MAX_ENTRIES)).in_order_of("{}"), []);
    let errors = check::check(&long(MAX_ENTRIES + 1)).in_order_of("{}");
    assert!(errors.iter().all(|error| error.explanation == "100001 entries; at most 100000 are read"), "{errors:?}");
    let paths: Vec<_> = errors.into_iter().map(|error| error.path).collect();
    assert_eq!(
        paths,
        [
            "auditing.areas",
            "entities",
            "organizations",
            "organizations[0].waive",
            "exclusions.messages",
            "exclusions.entities",
            "exclusions.users",
            "exclusions.service-accounts",
            "users",
        ]
    );
}

#[test]
fn parse_deep_or_endless_documents_are_refused() {
    for document in ["[".repeat(1_000_000), "{\"draft\":".repeat(100_000), format!("{{\"x\":{}", "[".repeat(1_000_000))] {
        let errors = Settings::parse(&document).unwrap_err();
        assert!((1..=3).contains(&errors.len()), "{errors:?}");
    }
}

#[test]
fn parse_many_errors_are_told_up_to_a_limit() {
    let many = |entry: Value| json!({"users": vec![entry; 2 * MAX_ERRORS]}).to_string();
    assert_eq!(said_of(&many(json!({"id": "x"}))).len(), MAX_ERRORS + 1);
    assert_eq!(said_of(&many(json!({"guid": "x"}))).len(), MAX_ERRORS);
}

/// Values as they might stand anywhere: right ones, wrong ones, and ones of the wrong type.
fn value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "",
        "x",
        "sales",
        "production",
        "sandbox",
        "version",
        "E3",
        "none",
        "9.2",
        "Admin",
        "management-api",
        "ann@contoso.com",
        "https://host",
        "1aa1b2c3-0000-4000-8000-00000000000a",
        "2aa1b2c3-0000-4000-8000-00000000000a",
    ]);
    let key = prop::sample::select(vec![
        "record",
        "profile",
        "auditing",
        "start",
        "user-access",
        "read",
        "areas",
        "entities",
        "default",
        "account",
        "single-record",
        "multiple-record",
        "organizations",
        "id",
        "unique-name",
        "instance-url",
        "instance",
        "version",
        "subscription",
        "waive",
        "exclusions",
        "messages",
        "users",
        "service-accounts",
        "system-noise",
        "upn",
        "key",
        "type",
        "draft",
        "x",
    ]);
    let leaf = prop_oneof![
        4 => word.prop_map(Value::from),
        3 => any::<bool>().prop_map(Value::from),
        1 => (0..12u32).prop_map(Value::from),
        1 => Just(json!(-1)),
        1 => Just(json!(1.5)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            3 => prop::collection::vec((key.clone(), inner.clone()), 0..6).prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

/// Documents whose sections have some sense, so that many are of the right form.
fn document() -> impl Strategy<Value = Value> {
    let sections = prop::sample::select(vec![
        json!({"auditing": {"start": false}}),
        json!({"auditing": {"read": true, "areas": ["sales"]}}),
        json!({"entities": {"default": {"auditing": false}, "account": {"single-record": true}}}),
        json!({"organizations": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "waive": ["version"]}]}),
        json!({"exclusions": {"users": ["ann@contoso.com"], "system-noise": true}}),
        json!({"users": [{"id": "1aa1b2c3-0000-4000-8000-00000000000a", "type": 2}]}),
        json!({"draft": {"record": {"profile": "management-api"}}}),
    ]);
    let path = prop::collection::vec(
        prop::sample::select(vec!["auditing", "entities", "account", "organizations", "exclusions", "users", "draft"]),
        1..3,
    );
    (sections, path, value()).prop_map(|(mut document, path, value)| {
        let mut place = &mut document;
        for key in path {
            if place.get(0).is_some() {
                place = &mut place[0];
            }
            if place.is_object() {
                place = &mut place[key];
            }
        }
        *place = value;
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever the schema takes serde takes too, so that every refusal of a form is one that is explained.
    #[test]
    fn form_what_the_schema_takes_serde_takes(document in prop_oneof![document(), value()]) {
        let text = document.to_string();
        let taken = serde_json::from_str::<Settings>(&text);
        prop_assert!(!shape::faults(&text, SCHEMA).is_empty() || taken.is_ok(), "{}: {:?}", text, taken);
    }

    /// Errors have the paths of the document, or of what is missing in it, in the order of the document.
    #[test]
    fn parse_any_document_gives_the_same_errors_twice_and_each_once(document in document()) {
        let text = document.to_string();
        let said = said_of(&text);
        prop_assert_eq!(&said, &said_of(&text));
        for (position, error) in said.iter().enumerate() {
            prop_assert!(!said[..position].contains(error), "{} twice", error);
        }
    }

    #[test]
    fn parse_any_text_never_panics(text in "[\\[\\]{}:,\"a-z0-9\\\\ -]{0,40}|\\PC{0,40}") {
        let _ = Settings::parse(&text);
        let _ = shape::faults(&text, SCHEMA);
    }

    #[test]
    fn parse_a_document_cut_anywhere_never_panics(document in document(), cut in any::<prop::sample::Index>()) {
        let text = document.to_string();
        let cut = text.floor_char_boundary(cut.index(text.len()));
        if cut > 0 {
            prop_assert!(Settings::parse(&text[..cut]).is_err() || document.is_number());
        }
    }
}
