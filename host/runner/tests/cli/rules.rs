//! Rules in the settings: what a run makes of them.

use crate::program::{ORGANIZATION, Place, events, excluded, json_lines};
use crate::rule_component::{Does, large_rule, rule};

/// Settings with one rule, in `rules/test.wasm`.
fn place(does: Does, more: &str) -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("rules")).unwrap();
    place.write("rules/test.wasm", rule("1", does));
    place.write("actlog.toml", format!("[[rules]]\nname = \"mine\"\nfile = \"rules/test.wasm\"\n{more}\n"));
    place.write("events", events(100) + &excluded());
    place
}

const RUN: &str = "run events --settings actlog.toml --summary json --ledger ledger.json --rejects rejects.dead -o records";

#[test]
fn run_with_a_rule_that_tags_shows_the_tag() {
    let place = place(Does::Tag("seen"), "grant = { tags = [\"seen\"] }");
    let ran = place.run(RUN).ended(0);
    assert_eq!(ran.account(), [101, 100, 1, 0, 0]);
    assert!(
        json_lines(&place.text("records")).iter().all(|record| record["Tags"] == serde_json::json!(["seen"]) || record["Tags"] == "seen")
    );
    let rules = &ran.summary()["Rules"];
    assert_eq!(
        (&rules[0]["Rule"], &rules[0]["Version"], &rules[0]["Reviewed"], &rules[0]["Tagged"]),
        (&"mine".into(), &"1".into(), &100.into(), &100.into())
    );
}

#[test]
fn run_with_a_rule_that_redacts_shows_the_mark() {
    let place = place(Does::RedactField("name"), "grant = { redact = [\"name\"] }");
    place.write(
        "events",
        format!(
            r#"{{"EventId":"e","Message":"Update","OrganizationId":"{ORGANIZATION}","EntityName":"account","Fields":[{{"Name":"name","Value":"secret-name"}}],"Query":"<filter><condition attribute='name' value='secret-name'/></filter>"}}"#
        ),
    );
    place.run(RUN).ended(0);
    let text = place.text("records");
    assert!(text.contains("[redacted by mine]") && !text.contains("secret-name"), "{text}");
    assert_eq!(json_lines(&text)[0]["Redacted"].to_string().trim_matches(['[', ']', '"']), "mine");
}

#[test]
fn run_with_a_rule_that_drops_has_it_in_the_ledger() {
    let place = place(Does::Drop("noise"), "grant = { may-drop = true }");
    let ran = place.run(RUN).ended(0);
    assert_eq!(ran.account(), [101, 0, 101, 0, 0]);
    let ledger: serde_json::Value = serde_json::from_str(&place.text("ledger.json")).unwrap();
    let expected = serde_json::json!([{"Rule": "mine", "Reason": "noise", "Message": "Retrieve", "Entity": "account", "Count": 100}]);
    assert_eq!((&ledger["Dropped"], &ledger["Balanced"]), (&expected, &true.into()));
    assert_eq!(ran.summary()["ExcludedByReason"][0], serde_json::json!({"Reason": "rule mine", "Count": 100}));
}

#[test]
fn run_with_a_rule_that_always_fails_does_nothing() {
    let place = place(Does::Trap, "on-fault = \"withhold\"");
    let told = place.run(RUN).ended(2).err;
    assert!(told.contains("actlog.toml:3: rules[0].file: rule mine cannot be used: it fails when it is tried"), "{told}");
}

#[test]
fn run_with_a_rule_that_is_not_granted_what_it_wants_does_nothing() {
    for (does, grant, wants) in [
        (Does::Tag("seen"), "", "tag"),
        (Does::RedactField("name"), "grant = { tags = [\"*\"] }", "redact"),
        (Does::Drop("noise"), "grant = { tags = [\"*\"], redact = [\"*\"] }", "drop"),
    ] {
        let place = place(does, grant);
        let told = place.run(RUN).ended(2).err;
        assert!(told.contains(&format!("rules[0].grant: rule mine: it wants to {wants}, which its grant does not allow")), "{told}");
        assert!(!place.path("records").exists());
        assert!(place.run("settings check actlog.toml").ended(2).err.contains("rules[0].grant"));
    }
}

#[test]
fn run_with_answers_beyond_the_grant_withholds_or_keeps_as_chosen() {
    for (choice, account, unreviewed) in [("withhold", [101, 0, 1, 0, 100], false), ("keep", [101, 100, 1, 0, 0], true)] {
        let place = place(Does::Tag("seen"), &format!("grant = {{ tags = [\"other\"] }}\non-fault = \"{choice}\""));
        let ran = place.run(RUN).ended(0);
        assert_eq!(ran.account(), account);
        assert_eq!(place.text("records").contains("\"Unreviewed\""), unreviewed);
        assert!(ran.err.contains("rule mine failed"), "{}", ran.err);
        if choice == "withhold" {
            // Without the rule they are recorded after all.
            let again = place.run("run rejects.dead --summary json -o again").ended(0);
            assert_eq!(again.account(), [100, 100, 0, 0, 0]);
        }
    }
}

#[test]
fn run_with_a_rule_that_keeps_failing_suspends_it_and_says_how_to_go_on() {
    let place = place(Does::Tag("seen"), "grant = { tags = [\"other\"] }\nsuspend-after = 2");
    place.write("events", events(640));
    let ran = place.run(RUN).ended(0);
    assert_eq!(ran.account(), [640, 640, 0, 0, 0]);
    assert_eq!(ran.err.matches("rule mine is suspended").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("write its file or the settings anew"), "{}", ran.err);
    assert_eq!(ran.summary()["Rules"][0]["Unreviewed"], 640);
}

#[test]
fn run_with_a_rule_that_loops_ends_at_its_deadline() {
    let place = place(Does::Loop, "limits = { deadline-ms = 50 }");
    let told = place.run(RUN).ended(2).err;
    assert!(told.contains("it did not answer within 50 ms (deadline)"), "{told}");
}

#[test]
fn run_with_a_file_that_is_no_rule_says_so() {
    for (file, told) in [
        (b"no wasm".to_vec(), "it does not begin as WebAssembly does"),
        (b"\0asm\x01\0\0\0".to_vec(), "it is a core module"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "does not fit the contract"),
    ] {
        let place = place(Does::Keep, "");
        place.write("rules/test.wasm", file);
        let err = place.run(RUN).ended(2).err;
        assert!(err.contains("actlog.toml:3: rules[0].file: rule mine cannot be used") && err.contains(told), "{err}");
    }
    let place = place(Does::Keep, "");
    std::fs::remove_file(place.path("rules/test.wasm")).unwrap();
    let err = place.run(RUN).ended(2).err;
    assert!(err.contains("cannot read the component") && err.contains("No such file"), "{err}");
}

#[test]
fn run_with_a_rule_that_takes_too_long_to_compile_ends_in_time() {
    let place = place(Does::Keep, "limits = { compile-seconds = 1 }");
    place.write("rules/test.wasm", large_rule(40_000));
    let err = place.run(RUN).ended(2).err;
    assert!(err.contains("compiling it takes more than 1 s"), "{err}");
}

#[test]
#[cfg(target_os = "linux")]
fn run_with_a_rule_that_takes_too_much_memory_to_compile_ends() {
    let place = place(Does::Keep, "limits = { compile-memory-mib = 128 }");
    place.write("rules/test.wasm", large_rule(20_000));
    let err = place.run(RUN).ended(2).err;
    assert!(err.contains("the compiler ended"), "{err}");
}

#[test]
fn explain_with_rules_shows_what_they_make_of_the_event() {
    let place_of = |does, grant: &str| {
        let place = place(does, grant);
        place.write("events", crate::program::event(1));
        place
    };
    let tagged = place_of(Does::Tag("seen"), "grant = { tags = ['*'] }");
    let ran = tagged.run("explain events --settings actlog.toml").ended(0);
    let row = ran.text().lines().last().unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["Tags", "seen"], "{}", ran.text());
    let dropped = place_of(Does::Drop("noise"), "grant = { may-drop = true }");
    assert!(dropped.run("explain events --settings actlog.toml").ended(0).text().ends_with("Rules\ndropped: noise\n"));
    let json: serde_json::Value = serde_json::from_str(dropped.run("explain events -s actlog.toml --json").ended(0).text()).unwrap();
    assert_eq!((&json["rules"]["outcome"], &json["outcome"]), (&"dropped".into(), &"recorded".into()));
    let kept = place_of(Does::Keep, "");
    assert!(kept.run("explain events --settings actlog.toml").ended(0).text().ends_with("Rules\nchange nothing\n"));
}

#[test]
fn settings_schema_describes_rules_published_and_in_the_draft() {
    let ran = Place::new().run("settings schema").ended(0);
    let schema: serde_json::Value = serde_json::from_str(ran.text()).unwrap();
    assert_eq!(schema["properties"]["rules"], schema["$defs"]["Draft"]["properties"]["rules"]);
    assert_eq!(schema["properties"]["rules"]["items"]["required"], serde_json::json!(["name", "file"]));
}

#[test]
fn settings_publish_moves_rules_of_the_draft() {
    let place = place(Does::Tag("seen"), "grant = { tags = [\"*\"] }\n[[draft.rules]]\nname = \"other\"\nfile = \"rules/test.wasm\"");
    // The draft's rule is not granted what it wants.
    assert!(place.run("settings publish actlog.toml").ended(2).err.contains("rule other: it wants to tag"));
    place.write("actlog.toml", place.text("actlog.toml") + "grant = { tags = [\"*\"] }\n");
    place.run("settings publish actlog.toml").ended(0);
    let text = place.text("actlog.toml");
    assert!(text.contains("other") && !text.contains("mine") && !text.contains("draft"), "{text}");
    place.run("settings check actlog.toml").ended(0);
}
