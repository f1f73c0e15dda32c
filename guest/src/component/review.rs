//! The shim of [`crate::review`]: rules' words in the contract's types, and the other way round.

use std::cell::RefCell;

use super::convert;
use super::exports::actlog::activity::filter::GuestCapture;
use super::exports::actlog::activity::types::{
    Activity, AnswerError, Category, Columns, Decision, Field, Grant, Interest, ReviewedOutcome, RuleDrop, Target, Verdict, Withheld,
};
use crate::{categorize, review};

/// A capture, to be changed through the shared handle that the contract gives.
pub struct Capture(RefCell<review::Capture>);

impl Capture {
    /// Wraps a capture.
    pub fn new(capture: review::Capture) -> Self {
        Self(RefCell::new(capture))
    }
}

impl GuestCapture for Capture {
    fn activities(&self, interest: Interest, columns: Columns) -> Vec<Activity> {
        convert(self.0.borrow_mut().activities(&interest.into(), review::Columns::from_bits(columns.bits())))
    }

    fn apply(&self, rule: String, decisions: Vec<Decision>, grant: Grant) -> Result<(), AnswerError> {
        self.0.borrow_mut().apply(&rule, convert(decisions), &grant.into()).map_err(AnswerError::from)
    }

    fn emit(&self) -> ReviewedOutcome {
        let review::ReviewedOutcome { outcome, dropped, withheld } = self.0.borrow_mut().emit();
        ReviewedOutcome { outcome: outcome.into(), dropped: convert(dropped), withheld: convert(withheld) }
    }
}

impl From<Interest> for review::Interest {
    fn from(interest: Interest) -> Self {
        let Interest { messages, categories, entities } = interest;
        Self { messages, categories: convert(categories), entities }
    }
}

impl From<review::ActivityView> for Activity {
    fn from(view: review::ActivityView) -> Self {
        Self {
            message: view.message,
            category: view.category.map(Category::from),
            activity_kind: view.activity_kind.map(str::to_owned),
            entity_name: view.entity_name,
            entity_id: view.entity_id,
            user_id: view.user_id,
            system_user_id: view.system_user_id,
            user_upn: view.user_upn,
            user_key: view.user_key,
            user_type: view.user_type.map(str::to_owned),
            client_ip: view.client_ip,
            user_agent: view.user_agent,
            creation_time: view.creation_time,
            organization_id: view.organization_id,
            result_status: view.result_status,
            workload: view.workload,
            fields: view.fields.map(convert),
            query: view.query,
            query_results: view.query_results,
            query_result_count: view.query_result_count,
            item_url: view.item_url,
            tags: view.tags,
        }
    }
}

impl From<review::FieldView> for Field {
    fn from(field: review::FieldView) -> Self {
        Self { name: field.name, value: field.value }
    }
}

impl From<Decision> for review::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Answered(verdict) => Self::Answered(verdict.into()),
            Decision::Unreviewed => Self::Unreviewed,
            Decision::Withheld => Self::Withheld,
        }
    }
}

impl From<Verdict> for review::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Keep => Self::Keep,
            Verdict::Tag(tags) => Self::Tag(tags),
            Verdict::Redact(targets) => Self::Redact(convert(targets)),
            Verdict::Drop(reason) => Self::Drop(reason),
        }
    }
}

impl From<Target> for review::Target {
    fn from(target: Target) -> Self {
        match target {
            Target::Field(name) => Self::Field(name),
            Target::Text(text) => Self::Text(text),
            Target::WholeQuery => Self::WholeQuery,
            Target::WholeQueryResults => Self::WholeQueryResults,
            Target::WholeItemUrl => Self::WholeItemUrl,
        }
    }
}

impl From<Grant> for review::Grant {
    fn from(grant: Grant) -> Self {
        let Grant { may_drop, tags, fields } = grant;
        Self { may_drop, tags, fields }
    }
}

impl From<review::AnswerError> for AnswerError {
    fn from(error: review::AnswerError) -> Self {
        match error {
            review::AnswerError::WrongCount { expected, came } => Self::WrongCount((expected, came)),
            review::AnswerError::BadAnswer { position, explanation } => Self::BadAnswer((position, explanation)),
            review::AnswerError::NotGranted { position, explanation } => Self::NotGranted((position, explanation)),
        }
    }
}

impl From<review::RuleDrop> for RuleDrop {
    fn from(dropped: review::RuleDrop) -> Self {
        let review::RuleDrop { rule, reason, message, entity, count } = dropped;
        Self { rule, reason, message, entity, count }
    }
}

impl From<review::Withheld> for Withheld {
    fn from(withheld: review::Withheld) -> Self {
        Self { index: withheld.index, rule: withheld.rule }
    }
}

/// The same categories in both, by name; the compiler sees to it that none is left out.
macro_rules! categories {
    ($($category:ident)*) => {
        impl From<Category> for categorize::Category {
            fn from(category: Category) -> Self {
                match category { $(Category::$category => Self::$category,)* }
            }
        }

        impl From<categorize::Category> for Category {
            fn from(category: categorize::Category) -> Self {
                match category { $(categorize::Category::$category => Self::$category,)* }
            }
        }
    };
}

categories!(ReadMultiple Read Create Update Delete Associate Disassociate Assign Share SignIn SignOut Export Import Publish Customize
    Activate Send Check Execute);
