//! What the operator allows a rule, and what happens where it fails.

use super::error::RuleError;
use super::manifest::Manifest;
use crate::bindings::wit;

/// What the operator allows a rule. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Whether it may drop activities.
    pub may_drop: bool,
    /// Tags that it may give, whole; [`Grant::ANY`] stands for all.
    pub tags: Vec<String>,
    /// Fields that it may redact, by name, case ignored; [`Grant::ANY`] stands for all, and for texts, queries, results and
    /// URLs too.
    pub redact: Vec<String>,
}

impl Grant {
    /// Stands for everything in a list.
    pub const ANY: &str = "*";

    /// All that a manifest asks for.
    pub fn all_of(manifest: &Manifest) -> Self {
        let any = |asked: bool| if asked { vec![Self::ANY.to_owned()] } else { Vec::new() };
        Self { may_drop: manifest.drops, tags: any(manifest.tags), redact: any(manifest.redacts) }
    }

    /// Refuses a rule that wants more.
    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), RuleError> {
        let wants = [
            (manifest.tags && self.tags.is_empty(), "tag"),
            (manifest.redacts && self.redact.is_empty(), "redact"),
            (manifest.drops && !self.may_drop, "drop"),
        ];
        match wants.into_iter().find(|(refused, _)| *refused) {
            Some((_, wants)) => Err(RuleError::NotGranted { wants }),
            None => Ok(()),
        }
    }

    /// The same in the contract's words.
    pub(super) fn to_wit(&self) -> wit::Grant {
        let unless_any = |list: &[String]| (!list.iter().any(|name| name == Self::ANY)).then(|| list.to_vec());
        wit::Grant { may_drop: self.may_drop, tags: unless_any(&self.tags), fields: unless_any(&self.redact) }
    }
}

/// What happens to activities on which a rule failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnFault {
    /// They are recorded unredacted, and the record says in `Unreviewed` which rule did not see them.
    Keep,
    /// They are not recorded: the event is in [`Outcome::faulted`](crate::Outcome::faulted), and its bytes are the caller's to keep.
    Withhold,
}

impl OnFault {
    /// The choice where the operator made none: what should have been redacted is not shown.
    pub fn default_for(manifest: &Manifest) -> Self {
        if manifest.redacts { Self::Withhold } else { Self::Keep }
    }

    /// The name that settings use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Withhold => "withhold",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(tags: bool, redacts: bool, drops: bool) -> Manifest {
        Manifest { tags, redacts, drops, ..Manifest::default() }
    }

    #[test]
    fn check_refuses_what_is_not_granted() {
        let tags = Grant { tags: vec!["bulk".to_owned()], ..Grant::default() };
        assert!(tags.check(&manifest(true, false, false)).is_ok());
        for (wanted, manifest) in [("redact", manifest(true, true, false)), ("drop", manifest(true, false, true))] {
            assert!(matches!(tags.check(&manifest), Err(RuleError::NotGranted { wants }) if wants == wanted));
        }
        assert!(matches!(Grant::default().check(&manifest(true, true, true)), Err(RuleError::NotGranted { wants: "tag" })));
        assert!(Grant::default().check(&manifest(false, false, false)).is_ok());
        assert!(Grant::all_of(&manifest(true, true, true)).check(&manifest(true, true, true)).is_ok());
    }

    #[test]
    fn to_wit_any_is_no_list() {
        let grant = Grant { tags: vec!["bulk".to_owned()], redact: vec!["name".to_owned(), "*".to_owned()], may_drop: false }.to_wit();
        assert_eq!((grant.tags.as_deref(), grant.fields), (Some(["bulk".to_owned()].as_slice()), None));
        assert_eq!(Grant::default().to_wit().fields, Some(Vec::new()), "nothing granted is an empty list, not any");
    }

    #[test]
    fn default_for_a_rule_that_redacts_is_to_withhold() {
        assert_eq!(OnFault::default_for(&manifest(true, true, false)), OnFault::Withhold);
        assert_eq!(OnFault::default_for(&manifest(true, false, true)), OnFault::Keep);
    }
}
