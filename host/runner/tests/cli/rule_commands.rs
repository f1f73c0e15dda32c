//! `actlog rule`: what rule authors use.

use crate::program::{ORGANIZATION, Place, event, events, excluded};
use crate::rule_component::{Does, rule};

#[test]
fn new_makes_a_project_in_each_language() {
    for (language, source) in [("rust", "src/lib.rs"), ("javascript", "rule.js"), ("python", "rule.py")] {
        let place = Place::new();
        let ran = place.run(&format!("rule new my-rule --lang {language}")).ended(0);
        assert!(ran.err.contains("written: my-rule") && ran.err.contains("actlog rule check"), "{}", ran.err);
        for file in [source, "README.md", "events.ndjson", ".gitignore", "wit/rule.wit", "wit/types.wit", "wit/world.wit"] {
            assert!(place.path("my-rule").join(file).is_file(), "{language}: {file}");
        }
        let text = place.text(&format!("my-rule/{source}")) + &place.text("my-rule/README.md");
        assert!(text.contains("my-rule") && !text.contains("{{name}}"), "{text}");
        // What is there is left as it is.
        let told = place.run(&format!("rule new my-rule --lang {language}")).ended(2).err;
        assert!(told.contains("my-rule exists already"), "{told}");
        place.run("rule new my-rule --folder elsewhere").ended(0);
        // Its events are events.
        assert_eq!(place.run("run my-rule/events.ndjson --summary json -o out").ended(0).account(), [5, 5, 0, 0, 0]);
    }
}

#[test]
fn new_with_a_name_that_cannot_be_one_makes_nothing() {
    let place = Place::new();
    for name in ["Mine", "2fast", "../up", "core", "a_b"] {
        assert!(place.run(&format!("rule new {name}")).ended(2).err.contains(name));
    }
    assert_eq!(std::fs::read_dir(place.path("")).unwrap().count(), 0);
}

#[test]
fn check_tells_what_a_rule_is_and_costs() {
    let place = Place::new();
    place.write("rule.wasm", rule("1.2", Does::Tag("seen")));
    let ran = place.run("rule check rule.wasm").ended(0);
    let text = ran.text();
    for told in ["test-rule 1.2", "imports nothing", "every activity", "tag", "µs for each activity", "none"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(place.run("rule check rule.wasm --json").ended(0).text()).unwrap();
    assert_eq!((&json["Name"], &json["Columns"], &json["Tags"]), (&"test-rule".into(), &serde_json::json!(["message"]), &true.into()));
    assert!(json["Reviewed"].as_u64().unwrap() > 1_000 && json["MicrosecondsEach"].as_f64().unwrap() > 0.0, "{json}");
}

#[test]
fn check_of_what_cannot_be_used_says_why() {
    let place = Place::new();
    place.write("text", "no wasm");
    place.write("trap.wasm", rule("1", Does::Trap));
    for (file, why) in [("text", "does not begin as WebAssembly"), ("trap.wasm", "fails when it is tried"), ("none", "No such file")] {
        let err = place.run(&format!("rule check {file}")).ended(1).err;
        assert!(err.contains(&format!("{file} cannot be used")) && err.contains(why), "{err}");
    }
}

/// Two updates with a field, a read, and an event that is not recorded.
fn mixed() -> String {
    let update = |id: u32, value: &str| {
        format!(
            r#"{{"EventId":"{id}","Message":"Update","OrganizationId":"{ORGANIZATION}","EntityName":"contact","Fields":[{{"Name":"name","Value":"{value}"}},{{"Name":"city","Value":"Oslo"}}]}}"#
        )
    };
    [update(1, "Ann"), event(2), excluded(), update(3, "Ben")].join("\n")
}

#[test]
fn test_shows_what_a_rule_changes_side_by_side() {
    let place = Place::new();
    place.write("events", mixed());
    place.write("redact.wasm", rule("1", Does::RedactField("name")));
    let ran = place.run("rule test redact.wasm --events events").ended(0);
    let text = ran.text();
    assert!(text.contains("events:1:1  Update contact") && text.contains("events:4:1  Update contact"), "{text}");
    let row = text.lines().find(|line| line.contains("Fields.name")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["Fields.name", "Ann", "[redacted", "by", "test-rule]"]);
    assert!(!text.contains("Oslo"), "{text}");
    assert!(text.ends_with("4 events: 2 changed, 1 kept as they are, 1 not recorded anyway\n"), "{text}");
    place.write("drop.wasm", rule("1", Does::Drop("noise")));
    let ran = place.run("rule test drop.wasm --events events").ended(0);
    assert!(
        ran.text().contains("dropped: noise") && ran.text().ends_with("4 events: 3 dropped, 1 not recorded anyway\n"),
        "{}",
        ran.text()
    );
}

#[test]
fn test_with_an_expectation_fails_on_a_difference() {
    let place = Place::new();
    place.write("events", mixed());
    place.write("a.wasm", rule("1", Does::Tag("a")));
    place.write("b.wasm", rule("1", Does::Tag("b")));
    let err = place.run("rule test a.wasm -e events --expect expected").ended(2).err;
    assert!(err.contains("expected does not exist; --overwrite"), "{err}");
    place.run("rule test a.wasm -e events --expect expected --overwrite").ended(0);
    assert_eq!(place.text("expected"), place.run("rule test a.wasm -e events --json").ended(0).text());
    assert!(place.run("rule test a.wasm -e events --expect expected").ended(0).err.contains("as expected"));
    let err = place.run("rule test b.wasm -e events --expect expected").ended(3).err;
    assert!(err.contains("- events:1:1 Update: tagged a") && err.contains("+ events:1:1 Update: tagged b"), "{err}");
    place.write("expected", "{}\n");
    assert!(place.run("rule test b.wasm -e events --expect expected").ended(1).err.contains("expected is no file of effects"));
}

#[test]
fn diff_shows_the_events_on_which_versions_differ() {
    let place = Place::new();
    place.write("events", mixed());
    place.write("old.wasm", rule("1", Does::RedactField("name")));
    place.write("new.wasm", rule("2", Does::Drop("noise")));
    let ran = place.run("rule diff old.wasm new.wasm --events events").ended(0);
    let text = ran.text();
    assert!(text.ends_with("3 of 4 events differ between test-rule 1 and test-rule 2\n"), "{text}");
    let row = text.lines().find(|line| line.starts_with("events:1:1")).unwrap();
    assert!(row.contains("redacted in Fields.name") && row.contains("dropped: noise"), "{text}");
    let same = place.run("rule diff old.wasm old.wasm --events events").ended(0);
    assert_eq!(same.text(), "0 of 4 events differ between test-rule 1 and test-rule 1\n");
    assert_eq!(place.run("rule diff old.wasm new.wasm --events events --json").ended(0).lines().len(), 3);
}

#[test]
fn test_of_many_events_shows_some_and_says_so() {
    let place = Place::new();
    place.write("events", events(50));
    place.write("a.wasm", rule("1", Does::Tag("a")));
    let ran = place.run("rule test a.wasm -e events").ended(0);
    assert!(ran.text().contains("and 30 more; --json shows all"), "{}", ran.text());
    assert_eq!(place.run("rule test a.wasm -e events --json").ended(0).lines().len(), 50);
}
