//! Writes records of made-up events, in the profile that is named: `activity-logging` or `management-api`. `tests/push/run` uses them.

use actlog_generator::Generator;
use actlog_guest::pipeline::Auditor;

/// What the generator does not make: other categories, and events with next to nothing in them.
const SPARSE: [&str; 6] = ["Delete", "UserSignIn", "Send", "BulkDelete", "GrantAccess", "NoSuchMessage"];

fn main() {
    let profile = std::env::args().nth(1).unwrap_or_else(|| "activity-logging".into());
    let auditor = Auditor::open(&format!(r#"{{"record":{{"profile":"{profile}"}}}}"#)).expect("a profile");
    let organization = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10";
    let sparse =
        SPARSE.map(|message| format!(r#"{{"Message":"{message}","OrganizationId":"{organization}","ClientIP":"not an address"}}"#));
    let events: Vec<String> = Generator::new(11).take(5_000).chain(sparse).collect();
    let outcome = auditor.audit(events.join("\n").as_bytes());
    print!("{}", outcome.records);
}
