//! `actlog catalog`

use crate::program::Place;

#[test]
fn catalog_names_its_sections() {
    let place = Place::new();
    let overview = place.run("catalog").ended(0);
    for section in ["messages", "excluded-messages", "prefixes", "activities", "events", "social", "schemas", "columns", "areas"] {
        assert!(overview.text().lines().any(|line| line.starts_with(section)), "{section}: {}", overview.text());
    }
}

#[test]
fn catalog_a_section_shows_its_rows() {
    let place = Place::new();
    let excluded = place.run("catalog excluded-messages").ended(0);
    assert_eq!(excluded.text().lines().count(), 26);
    assert!(excluded.text().contains("\nWhoAmI\n"));
    assert!(place.run("catalog events").ended(0).text().contains("Report Viewer Render Image"));
    assert!(place.run("catalog nothing").ended(2).err.contains("excluded-messages"));
}

#[test]
fn catalog_grep_shows_the_rows_that_contain_the_word() {
    let place = Place::new();
    let found = place.run("catalog --grep exporttoexcel").ended(0);
    assert!(found.text().contains("ExportToExcel") && !found.text().contains("WhoAmI"), "{}", found.text());
    place.run("catalog --grep nosuchword").ended(2);
    let json: serde_json::Value = serde_json::from_str(place.run("catalog messages --grep WhoAmI --json").ended(0).text()).unwrap();
    assert_eq!((json["messages"].as_array().unwrap().len(), &json["messages"][0]["logged"]), (1, &false.into()));
}
