//! The contract's side: what the rule is, and its answers in the contract's words.

use crate::mask::{self, Mask};
use exports::actlog::activity::rule::{Activity, Category, Columns, Guest, Interest, Manifest, Verdict};
use exports::actlog::activity::types::Target;

wit_bindgen::generate!({ world: "activity-rule", path: "../../../wit" });

struct Rule;

export!(Rule);

impl Guest for Rule {
    fn describe() -> Manifest {
        Manifest {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            interest: Interest { messages: Vec::new(), categories: vec![Category::Create, Category::Update], entities: Vec::new() },
            columns: Columns::FIELDS,
            tags: false,
            redacts: true,
            drops: false,
        }
    }

    fn review(activities: Vec<Activity>) -> Vec<Verdict> {
        activities.iter().map(verdict).collect()
    }
}

fn verdict(activity: &Activity) -> Verdict {
    let fields = activity.fields.iter().flatten().map(|field| (field.name.as_str(), field.value.as_str()));
    let masks = mask::masks(fields);
    if masks.is_empty() { Verdict::Keep } else { Verdict::Redact(masks.into_iter().map(Target::from).collect()) }
}

impl From<Mask> for Target {
    fn from(mask: Mask) -> Self {
        match mask {
            Mask::Text(text) => Target::Text(text),
            Mask::Field(name) => Target::Field(name),
        }
    }
}
