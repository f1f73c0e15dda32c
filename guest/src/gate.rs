//! The gate: leaves out what must not be logged, with the reason.
//!
//! The rules, in their order; the first that an event does not pass excludes it:
//!
//! | rule | for | the event passes where |
//! |---|---|---|
//! | organization-known | all | the settings list its organization, or none |
//! | production | all | the organization is a production instance, or that is waived |
//! | version | all | the organization has version 8 or later, or that is waived |
//! | subscription | all | the organization has an E3 or E5 subscription, or that is waived |
//! | start-auditing | all | Start Auditing is on |
//! | social-action | social | the table of social engagement lists its entity and action |
//! | logged-message | SDK | the message is none of the 25 that are never logged |
//! | user-access | SDK | Audit user access is on, or it is no sign-in or sign-out |
//! | read-auditing | SDK | Start Read Auditing is on, or it is no read and no sign-in |
//! | area | SDK | the area of the entity is audited, or it has none |
//! | entity-auditing | SDK | Auditing is on for the entity, or none is named |
//! | single-record | SDK | Single record auditing is on for the entity, none is named, or it is no read of one record |
//! | multiple-record | SDK | Multiple record auditing is on for the entity, none is named, or it is no read of many |
//! | customer-message | all | the customer does not exclude the message |
//! | customer-entity | all | the customer does not exclude the entity |
//! | customer-user | all | the customer does not exclude the user on whose behalf it was done, or the caller where none is named |
//! | service-account | all | it is not by an excluded service account on its own behalf |
//! | system-noise | all | the customer does not exclude system noise, or it is none |
//!
//! Social engagement has entities and actions of its own: the 25 messages, the areas and the entities' switches do not
//! speak of them.

mod reason;
mod rules;
#[cfg(test)]
mod tests;

pub use reason::ExclusionReason;

use crate::activity::Activity;
use crate::settings::Policy;
use crate::subject::Subject;
use rules::{Facts, RULES, Rule};

/// One rule held against one event, for people who ask why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Name of the rule.
    pub name: &'static str,
    /// The reason for which the rule excludes.
    pub reason: ExclusionReason,
    /// Whether the event passes.
    pub passed: bool,
    /// What the rule looked at and found.
    pub why: String,
}

/// Decides whether an event is logged.
///
/// # Errors
/// The reason of the first rule that the event does not pass.
pub fn gate(subject: &Subject<'_>, activity: &Activity<'_>, policy: &Policy) -> Result<(), ExclusionReason> {
    let facts = Facts::new(subject, activity, policy);
    applicable(subject).find(|rule| !(rule.passes)(&facts)).map_or(Ok(()), |rule| Err(rule.reason))
}

/// Holds every rule that speaks of the event against it, also those after the first that it does not pass.
pub fn checks(subject: &Subject<'_>, activity: &Activity<'_>, policy: &Policy) -> Vec<Check> {
    let facts = Facts::new(subject, activity, policy);
    let check = |rule: &Rule| Check { name: rule.name, reason: rule.reason, passed: (rule.passes)(&facts), why: (rule.why)(&facts) };
    applicable(subject).map(check).collect()
}

/// The rules that speak of an event, in order.
fn applicable(subject: &Subject<'_>) -> impl Iterator<Item = &'static Rule> {
    let social = subject.social;
    RULES.iter().filter(move |rule| rule.concerns.covers(social))
}
