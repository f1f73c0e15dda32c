//! What a rule may say of an activity, and what the settings let it (the contract's `verdict`, `decision`, `grant`).

/// What is to be made unreadable. It is replaced by the mark `[redacted by RULE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The value of every field with this name, case ignored; and where else it shows: in Query, QueryResults and ItemUrl.
    Field(String),
    /// This text wherever it shows: in the values of Fields, in Query, QueryResults and ItemUrl.
    Text(String),
    /// The whole of Query.
    WholeQuery,
    /// The whole of QueryResults, and so how many there were: the column stays and is empty.
    WholeQueryResults,
    /// The record's page, ItemUrl.
    WholeItemUrl,
}

/// What a rule says of one activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Keep,
    /// Give it these tags.
    Tag(Vec<String>),
    /// Make these unreadable.
    Redact(Vec<Target>),
    /// Leave it out, for this reason.
    Drop(String),
}

/// What the host puts down for one activity after it asked a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The rule answered.
    Answered(Verdict),
    /// The rule failed and the operator chose to keep: the record says so in `Unreviewed`.
    Unreviewed,
    /// The rule failed and the operator chose to withhold: there is no record.
    Withheld,
}

/// What the settings allow a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Whether its [`Verdict::Drop`] counts.
    pub may_drop: bool,
    /// Tags that it may give, whole; none means any.
    pub tags: Option<Vec<String>>,
    /// Fields that it may redact, by name, case ignored; none means any. With a list, only [`Target::Field`] is granted: the
    /// other targets reach beyond any list of fields.
    pub fields: Option<Vec<String>>,
}

/// Why a rule's answers cannot be applied: always the rule's fault, and none of the answers was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerError {
    /// Not one answer for each activity.
    WrongCount {
        /// How many activities there are.
        expected: u32,
        /// How many answers came.
        came: u32,
    },
    /// An answer that is no such.
    BadAnswer {
        /// Position of the answer, from 0.
        position: u32,
        /// What is wrong with it, for people.
        explanation: String,
    },
    /// An answer that the grant does not allow.
    NotGranted {
        /// Position of the answer, from 0.
        position: u32,
        /// What is missing, for people.
        explanation: String,
    },
}
