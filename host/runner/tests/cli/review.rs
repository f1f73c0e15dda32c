//! The store from the command line: keep, search, report, verify.

use crate::program::{ORGANIZATION, Place, events, json_lines};

/// A place with a store of the demo's morning and some events more.
fn kept() -> Place {
    let place = Place::new();
    place.write("events", events(20) + &mixed());
    place.run("run events --store audit.db -o records --summary none").ended(0);
    place
}

/// A grid of 300 records, an update by anna, an export, and a sign-in.
fn mixed() -> String {
    let ids: Vec<String> = (1..=300).map(|id| format!("\"0a0d8709-711e-e811-a952-{id:012}\"")).collect();
    [
        format!(
            r#"{{"EventId":"grid","Message":"RetrieveMultiple","CreationTime":"2018-03-02T10:00:00Z","OrganizationId":"{ORGANIZATION}","EntityName":"contact","UserUpn":"ben@contoso.com","QueryResults":[{}]}}"#,
            ids.join(",")
        ),
        format!(
            r#"{{"EventId":"update","Message":"Update","CreationTime":"2018-03-03T11:00:00Z","OrganizationId":"{ORGANIZATION}","EntityName":"contact","EntityId":"0a0d8709-711e-e811-a952-000000000250","UserUpn":"anna@contoso.com","ClientIP":"203.0.113.7","Fields":[{{"Name":"jobtitle","Value":"=Buyer, senior"}}]}}"#
        ),
        format!(
            r#"{{"EventId":"export","Message":"ExportToExcel","CreationTime":"2018-03-04T12:00:00Z","OrganizationId":"{ORGANIZATION}","EntityName":"contact","UserUpn":"anna@contoso.com","QueryResults":["0a0d8709-711e-e811-a952-000000000001"]}}"#
        ),
    ]
    .join("\n")
}

const STORE: &str = "--store audit.db";

#[test]
fn run_with_a_store_keeps_what_it_writes_and_a_replay_changes_nothing() {
    let place = kept();
    let all = |place: &Place| place.run(&format!("search {STORE} --json --parts")).ended(0).lines();
    let ids = |records: Vec<serde_json::Value>| {
        let mut ids: Vec<String> = records.iter().map(|record| record["Id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let written = ids(json_lines(&place.text("records")));
    assert_eq!(ids(all(&place)), written);
    place.run("run events --store audit.db -o again --summary none").ended(0);
    assert_eq!(ids(all(&place)), written);
}

#[test]
fn search_by_each_filter_finds_what_it_should() {
    let place = kept();
    let found = |filter: &str| place.run(&format!("search {STORE} {filter} --json")).ended(0).lines().len();
    assert_eq!(found(""), 23);
    for (filter, count) in [
        ("--user anna@contoso.com", 2),
        ("--user ANNA@contoso.com --message update", 1),
        ("--category ReadMultiple", 2),
        ("--entity contact", 3),
        ("--record 0a0d8709-711e-e811-a952-000000000250", 2),
        ("--record 0a0d8709-711e-e811-a952-000000000001", 3),
        ("--client-ip 203.0.113.7", 1),
        ("--from 2018-03-03 --to 2018-03-03", 1),
        ("--from 2018-03-03", 2),
        ("--text buyer", 1),
        ("--text nothing-like-it", 0),
        ("--tag bulk", 0),
    ] {
        assert_eq!(found(filter), count, "{filter}");
    }
}

#[test]
fn search_joins_split_records_unless_told_not_to() {
    let place = kept();
    let joined = place.run(&format!("search {STORE} --message RetrieveMultiple --json")).ended(0).lines();
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0]["QueryResults"].as_str().unwrap().split(", ").count(), 300);
    let parts = place.run(&format!("search {STORE} --message RetrieveMultiple --json --parts")).ended(0).lines();
    assert!(parts.len() > 1 && parts.len() as u64 == parts[0]["PartCount"].as_u64().unwrap());
}

#[test]
fn search_table_pages_and_csv_has_all_and_disarms_formulas() {
    let place = kept();
    let first = place.run(&format!("search {STORE} --limit 2")).ended(0);
    assert!(first.text().contains("ExportToExcel") && first.err.contains("2 found"), "{}\n{}", first.text(), first.err);
    let cursor = first.err.split_once("--after ").unwrap().1.trim();
    let second = place.run(&format!("search {STORE} --limit 100 --after {cursor}")).ended(0);
    assert!(second.err.contains("21 found") && !second.err.contains("--after"), "{}", second.err);
    let csv = place.run(&format!("search {STORE} --csv")).ended(0);
    assert_eq!(csv.text().lines().count(), 24);
    assert!(csv.text().starts_with("CreationTime,UserUpn,"), "{}", csv.text());
    assert!(place.run(&format!("search {STORE} --user nobody")).ended(0).err.contains("nothing was found"));
}

#[test]
fn search_with_a_bad_filter_or_no_store_says_so() {
    let place = kept();
    assert!(place.run(&format!("search {STORE} --from soon")).ended(2).err.contains("'soon' is no time"));
    assert!(place.run(&format!("search {STORE} --record 17")).ended(2).err.contains("'17' is no GUID"));
    assert!(place.run(&format!("search {STORE} --after x")).ended(2).err.contains("not a cursor"));
    assert!(place.run("search --store none.db").ended(1).err.contains("none.db"));
    place.write("text.db", "no store at all, but long enough to look at");
    assert!(place.run("search --store text.db").ended(1).err.contains("is not a store"));
}

#[test]
fn search_turned_off_in_the_settings_is_refused_and_records_are_kept() {
    let place = kept();
    place.write("actlog.toml", "[review]\nsearch = false\n");
    for command in ["search", "report exports"] {
        let told = place.run(&format!("{command} {STORE} --settings actlog.toml")).ended(2).err;
        assert!(told.contains("search is turned off in the settings"), "{told}");
    }
    place.write("events", events(30));
    place.run("run events --settings actlog.toml --store audit.db -o more --summary none").ended(0);
    assert_eq!(place.run(&format!("search {STORE} --json")).ended(0).lines().len(), 33);
}

#[test]
fn report_each_of_them_in_each_form() {
    let place = kept();
    let list = place.run("report").ended(0);
    // A cell that is wrapped goes on in a line that begins with blanks.
    let named = list.text().lines().skip(1).filter(|line| !line.starts_with(' '));
    let names: Vec<String> = named.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
    assert_eq!(names.len(), 17, "{}", list.text());
    for name in &names {
        let given = match name.as_str() {
            "user" => "--user anna@contoso.com",
            "who-saw" => "--records 0a0d8709-711e-e811-a952-000000000001",
            _ => "",
        };
        for form in ["", "--json", "--csv", "--html"] {
            let ran = place.run(&format!("report {name} {STORE} {given} {form}")).ended(0);
            assert!(!ran.out.is_empty(), "{name} {form}");
        }
    }
    let who = place.run(&format!("report who-saw {STORE} --records 0a0d8709-711e-e811-a952-000000000250 --csv")).ended(0);
    assert!(who.text().contains("ben@contoso.com") && who.text().contains("anna@contoso.com"), "{}", who.text());
    assert!(place.run(&format!("report user {STORE}")).ended(2).err.contains("needs a user"));
    assert!(place.run(&format!("report nosuch {STORE}")).ended(2).err.contains("no report 'nosuch'"));
}

/// The store names the nine activities, and the filter has them in its tables: they must be the same.
#[test]
fn report_has_one_for_each_activity_of_the_catalog() {
    let place = Place::new();
    let catalog: serde_json::Value = serde_json::from_str(place.run("catalog activities --json").ended(0).text()).unwrap();
    let activities = catalog["activities"].as_array().unwrap();
    let list: String = place.run("report").ended(0).text().split_whitespace().collect();
    assert_eq!(activities.len(), 9);
    for activity in activities {
        let words = activity["name"].as_str().unwrap().split('(').next().unwrap().split_whitespace().collect::<String>();
        assert!(list.contains(&words), "{activity}: {list}");
    }
}

#[test]
fn report_of_ones_own_comes_from_the_settings() {
    let place = kept();
    place.write("actlog.toml", "[[review.reports]]\nname = \"annas-exports\"\nuser = \"anna@contoso.com\"\nmessage = \"ExportToExcel\"\n");
    let ran = place.run(&format!("report annas-exports {STORE} --settings actlog.toml --csv")).ended(0);
    assert_eq!(ran.text().lines().count(), 2, "{}", ran.text());
    assert!(place.run("report --settings actlog.toml").ended(0).text().contains("annas-exports"));
    place.write("actlog.toml", "[[review.reports]]\nname = \"exports\"\n");
    let told = place.run("settings check actlog.toml").ended(2).err;
    assert!(told.contains("actlog.toml:2: review.reports[0].name"), "{told}");
}

#[test]
fn verify_of_a_store_that_nobody_touched_finds_nothing() {
    let place = kept();
    let ran = place.run(&format!("verify {STORE}")).ended(0);
    assert!(ran.text().contains("intact") && ran.text().contains("not sealed yet            0"), "{}", ran.text());
    let json: serde_json::Value = serde_json::from_str(place.run(&format!("verify {STORE} --json")).ended(0).text()).unwrap();
    assert_eq!(json["findings"], serde_json::json!([]));
    let told = place.run(&format!("verify {STORE} --public-key {}", "00".repeat(32))).ended(2).err;
    assert!(told.contains("is no public key"), "{told}");
}

#[test]
fn verify_of_a_store_with_a_changed_byte_finds_it() {
    let place = kept();
    let bytes = place.read("audit.db");
    let at = bytes.windows(12).position(|window| window == b"=Buyer, seni").unwrap();
    let mut changed = bytes.clone();
    changed[at + 1] = b'L';
    place.write("audit.db", changed);
    let ran = place.run(&format!("verify {STORE}")).ended(3);
    assert!(ran.text().contains("found: record "), "{}", ran.text());
}

#[test]
fn retain_deletes_what_is_too_old_and_tells_what_went() {
    let place = kept();
    // Twenty events have no time and count as of today.
    let told = place.run(&format!("retain {STORE} --dry-run")).ended(0).err;
    assert!(told.contains("0 records in 0 segments, older than 90 days, would be deleted"), "{told}");
    place.write("old", mixed().replace("2018-03", "2017-03"));
    place.run("run old --store old.db -o records --summary none").ended(0);
    let told = place.run("retain --store old.db --dry-run --json").ended(0);
    let gone: serde_json::Value = serde_json::from_str(told.text()).unwrap();
    assert_eq!((&gone["Days"], &gone["DryRun"], &gone["Segments"]), (&90.into(), &true.into(), &1.into()));
    let records = gone["Records"].as_u64().unwrap();
    assert_eq!(place.run("search --store old.db --json --parts").ended(0).lines().len() as u64, records);
    place.write("actlog.toml", "[review]\nretention-days = 36525\n");
    let told = place.run("retain --store old.db --settings actlog.toml").ended(0).err;
    assert!(told.contains("0 records in 0 segments, older than 36525 days, deleted"), "{told}");
    let ran = place.run("retain --store old.db").ended(0);
    assert!(ran.text().contains("What retention deleted") && ran.text().contains("2017-03-02"), "{}", ran.text());
    assert!(ran.err.contains(&format!("{records} records in 1 segments, older than 90 days, deleted")), "{}", ran.err);
    assert_eq!(place.run("search --store old.db --json").ended(0).lines().len(), 0);
    let report = place.run("report deletions --store old.db --csv").ended(0);
    assert_eq!(report.text().lines().count(), 2);
    place.run("verify --store old.db").ended(0);
    assert!(place.run("retain --store none.db").ended(1).err.contains("none.db"));
    assert!(!place.path("none.db").exists());
}
