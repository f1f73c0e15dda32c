//! {{name}}: a rule for actlog. What it may ask and answer is described in `wit/rule.wit` and `wit/types.wit`.

wit_bindgen::generate!({ world: "activity-rule", path: "wit" });

use exports::actlog::activity::rule::{
    Activity, Category, Columns, Guest, Interest, Manifest, Verdict,
};
use exports::actlog::activity::types::{Field, Target};

/// A field that nobody should read in the audit log.
const SECRET_FIELD: &str = "governmentid";

struct Rule;

#[cfg(target_arch = "wasm32")]
export!(Rule);

impl Guest for Rule {
    fn describe() -> Manifest {
        Manifest {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // Empty lists mean all.
            interest: Interest {
                messages: Vec::new(),
                categories: vec![Category::Create, Category::Update, Category::Delete],
                entities: Vec::new(),
            },
            // Only what is asked for comes; each column costs time.
            columns: Columns::CATEGORY | Columns::FIELDS,
            tags: true,
            redacts: true,
            // `Verdict::Drop` counts only where the settings grant it.
            drops: false,
        }
    }

    fn review(activities: Vec<Activity>) -> Vec<Verdict> {
        activities
            .iter()
            .map(|it| verdict(it.category, it.fields.as_deref()))
            .collect()
    }
}

/// What the rule says of one activity. An absent column is none.
fn verdict(category: Option<Category>, fields: Option<&[Field]>) -> Verdict {
    if category == Some(Category::Delete) {
        Verdict::Tag(vec!["deletion".to_owned()])
    } else if fields.unwrap_or_default().iter().any(is_secret) {
        Verdict::Redact(vec![Target::Field(SECRET_FIELD.to_owned())])
    } else {
        Verdict::Keep
    }
}

fn is_secret(field: &Field) -> bool {
    field.name.eq_ignore_ascii_case(SECRET_FIELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletion_is_tagged() {
        let given = verdict(Some(Category::Delete), None);
        assert!(matches!(given, Verdict::Tag(tags) if tags == ["deletion"]));
    }

    #[test]
    fn secret_field_is_redacted() {
        let (name, value) = ("GovernmentId".to_owned(), "\"123-45-6789\"".to_owned());
        let given = verdict(Some(Category::Create), Some(&[Field { name, value }]));
        assert!(matches!(given, Verdict::Redact(targets) if targets.len() == 1));
    }

    #[test]
    fn anything_else_is_kept() {
        assert!(matches!(
            verdict(Some(Category::Update), Some(&[])),
            Verdict::Keep
        ));
    }
}
