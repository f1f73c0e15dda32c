//! `actlog settings`

use crate::program::{Place, event};
use crate::rule_component::{Does, rule};

#[test]
fn settings_init_writes_a_file_that_passes_the_check() {
    let place = Place::new();
    place.run("settings init").ended(0);
    place.run("settings check").ended(0);
    let again = place.run("settings init").ended(2);
    assert!(again.err.contains("actlog.toml exists already"), "{}", again.err);
    assert_eq!(place.run("settings init -").ended(0).text(), place.text("actlog.toml"));
}

/// The template with every example line made real is valid too, and names every key that the schema knows.
#[test]
fn settings_template_names_every_key_of_the_schema() {
    let place = Place::new();
    let template = place.run("settings init -").ended(0);
    let is_setting =
        |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ') && !key.starts_with('#'));
    let mut live = String::new();
    for line in template.text().lines() {
        let bare = line.strip_prefix("# ").filter(|bare| is_setting(bare)).unwrap_or(line);
        live.push_str(bare);
        live.push('\n');
    }
    place.write("live.toml", &live);
    // The rule that it names.
    std::fs::create_dir(place.path("rules")).unwrap();
    place.write("rules/mask-contacts.wasm", rule("1", Does::RedactField("name")));
    place.run("settings check live.toml").ended(0);
    let schema: serde_json::Value = serde_json::from_str(place.run("settings schema").ended(0).text()).unwrap();
    let mut keys = std::collections::BTreeSet::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 25, "{keys:?}");
    for key in keys {
        let named = [format!("{key} = "), format!("[{key}]"), format!("[{key}."), format!("[[{key}]]"), format!(".{key}]")];
        assert!(named.iter().any(|name| live.contains(name)), "the template does not name {key}");
    }
}

fn collect_keys(schema: &serde_json::Value, keys: &mut std::collections::BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(members) => {
            if let Some(properties) = members.get("properties").and_then(|properties| properties.as_object()) {
                keys.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| collect_keys(member, keys));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

#[test]
fn settings_errors_are_told_all_at_once_with_their_lines() {
    let place = Place::new();
    place.write(
        "s.toml",
        "[auditing]\nstart = \"yes\"\n\n[[organizations]]\nid = \"nobody\"\n\n[[organizations]]\nid = \"4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4\"\ninstance = \"production\"\nsubscription = \"E5\"\n\n[entities.\"Search Topic\"]\nauditted = true\n",
    );
    let check = place.run("settings check s.toml").ended(2);
    let lines: Vec<&str> = check.err.lines().collect();
    let run = place.feed("run -s s.toml", event(1)).ended(2);
    assert_eq!(run.err, check.err);
    assert!(run.out.is_empty());
    assert!(lines[0].starts_with("s.toml:2: auditing.start: "), "{}", check.err);
    assert!(lines.iter().any(|line| line.starts_with("s.toml:13: entities.\"Search Topic\".auditted: ")), "{}", check.err);
    assert!(lines.last().unwrap().contains("errors in s.toml; nothing was done"));
    place.write(
        "s.toml",
        "[[organizations]]\nid = \"4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4\"\ninstance = \"production\"\nsubscription = \"E5\"\n",
    );
    let missing = place.run("settings check s.toml").ended(2);
    assert!(missing.err.starts_with("s.toml:1: organizations[0].version: "), "{}", missing.err);
}

#[test]
fn settings_that_are_no_toml_name_the_line() {
    let place = Place::new();
    place.write("s.toml", "[auditing]\nstart = \n");
    assert!(place.run("settings check s.toml").ended(2).err.starts_with("s.toml:2: "));
    assert!(place.feed("settings check -", "[a\n").ended(2).err.starts_with("standard input:1: "));
    let absent = place.run("settings check none.toml").ended(1);
    assert!(absent.err.contains("none.toml"), "{}", absent.err);
}

#[test]
fn settings_publish_moves_the_draft_and_keeps_comments() {
    let place = Place::new();
    let before = "\
# Ours.
[auditing] # the switches
start = true

# Who is left out.
[exclusions]
messages = [\"RetrieveUserSettings\"] # noise

# Soon: no reads.
[draft.auditing]
# because of the volume
read = false

[draft.entities.account]
single-record = false
";
    place.write("s.toml", before);
    let read = |place: &Place| place.feed("run -s s.toml --summary json", event(1)).ended(0).account();
    assert_eq!(read(&place), [1, 1, 0, 0, 0]);
    place.run("settings publish s.toml").ended(0);
    let after = "\
# Ours.
# Soon: no reads.
[auditing]
# because of the volume
read = false

# Who is left out.
[exclusions]
messages = [\"RetrieveUserSettings\"] # noise

[entities.account]
single-record = false
";
    let published = place.text("s.toml");
    for line in ["# Soon: no reads.", "# because of the volume", "read = false", "# Who is left out.", "# noise", "[entities.account]"] {
        assert!(published.contains(line), "{line} is not in\n{published}");
    }
    assert!(!published.contains("draft") && !published.contains("start = true"), "{published}\nexpected about\n{after}");
    assert_eq!(read(&place), [1, 0, 1, 0, 0]);
    let again = place.run("settings publish s.toml").ended(0);
    assert!(again.err.contains("nothing to publish"), "{}", again.err);
    assert_eq!(place.text("s.toml"), published);
}

#[test]
fn settings_publish_what_is_not_valid_changes_nothing() {
    let place = Place::new();
    let text = "[draft.auditing]\nstart = false\nread = true\n";
    place.write("s.toml", text);
    place.run("settings publish s.toml").ended(2);
    assert_eq!(place.text("s.toml"), text);
}
