//! What the engine tells of rules.

use super::grant::OnFault;
use crate::fault::FaultKind;

/// Activities that a rule left out, counted by message and entity. The same rule, reason, message and entity stand once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDrop {
    /// Name of the rule, as the chain has it.
    pub rule: String,
    /// The rule's reason.
    pub reason: String,
    /// The SDK message, as the event gave it.
    pub message: String,
    /// The entity, as the event gave it; empty where the event names none.
    pub entity: String,
    /// How many events of the batch; at least 1.
    pub count: u32,
}

/// A rule failed in a batch: for the operator to know. What became of the events is elsewhere in the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Name of the rule, as the chain has it.
    pub rule: String,
    /// How it failed.
    pub kind: FaultKind,
    /// One sentence for people; not to be parsed.
    pub explanation: String,
    /// Activities of the batch on which it failed like this; none where it failed on all of them together, but on none alone.
    pub activities: u32,
    /// What happened to them.
    pub on_fault: OnFault,
    /// Whether the rule is suspended from now on, because it kept failing. It is asked again when a new [`Chain`](crate::rules::Chain)
    /// is made with it.
    pub suspended: bool,
}
