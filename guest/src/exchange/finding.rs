//! What could not be told of an exchange, and why.

use std::borrow::Cow;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident $name:literal $missing:literal,)*) => {
        /// What kind of thing could not be told (the contract's `unknown-kind`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[doc = $doc])+ $kind),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The name that ledgers print, which is the contract's.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),* }
            }

            /// Whether an event is, or may be, missing for it. A proxy that must not let anything pass unseen refuses such a
            /// request.
            pub fn event_missing(self) -> bool {
                match self { $(Kind::$kind => $missing),* }
            }
        }
    };
}

kinds! {
    /// The path is outside of the API. There is no event.
    NotTheApi "not-the-api" false,
    /// The request is to the API but names no SDK message, such as the service document. There is no event.
    NoMessage "no-message" false,
    /// Two servers may read the path in two ways. There is no event.
    AmbiguousPath "ambiguous-path" true,
    /// The method is not known, not written as HTTP writes it, or overridden by a header. There is no event.
    AmbiguousMethod "ambiguous-method" true,
    /// The request is to data in a way that is not read here. There is no event.
    Unsupported "unsupported" true,
    /// A batch that is not exactly what multipart and the API's limits ask for. Parts that are clear have events.
    BadBatch "bad-batch" true,
    /// The exchange has more events than the limit allows.
    TooManyEvents "too-many-events" true,
    /// Only the head came of a body that holds requests or records of their own: what is behind it has no event.
    EventsCut "events-cut" true,
    /// The message is told by a rule for the most likely case; the explanation says what else it may be.
    UnknownMessage "unknown-message" false,
    /// An entity set that the settings do not list: the event has no EntityName.
    UnknownSet "unknown-set" false,
    /// A name of which the settings do not say whether it is a property or a navigation, or where it leads.
    UnknownNavigation "unknown-navigation" false,
    /// The id of a record, or of some that came back, cannot be told.
    UnknownId "unknown-id" false,
    /// A reference to another record cannot be resolved.
    UnknownReference "unknown-reference" false,
    /// A record written inside another, in a way of which the outcome cannot be told.
    NestedWrite "nested-write" false,
    /// A body of which only the head came, or more than is read.
    BodyCut "body-cut" false,
    /// A body that is not what its request needs: encoded, not UTF-8, not JSON, not XML.
    BodyUnreadable "body-unreadable" false,
    /// A value of a body that cannot be taken into Fields.
    ValueNotRead "value-not-read" false,
    /// A query, or an option of it, that is not read.
    BadQuery "bad-query" false,
    /// Two of what should be one: headers, options, parameters, names. None of them is believed.
    Conflict "conflict" false,
    /// No token, so that nobody knows who asked.
    NoIdentity "no-identity" false,
    /// A token that cannot be read.
    UnreadableToken "unreadable-token" false,
    /// UserId or SystemUserId holds an object id of the directory, because the settings map no system user to it.
    DirectoryIdentity "directory-identity" false,
    /// The client's address is not one, or is not trusted.
    BadAddress "bad-address" false,
    /// The time is not ISO 8601.
    BadTime "bad-time" false,
    /// The exchange has no id, so that ids follow from the content of its events.
    NoExchangeId "no-exchange-id" false,
    /// No answer is known: what was asked may have been done or not.
    NoAnswer "no-answer" false,
    /// A status that says neither that it was done nor that it failed.
    UnexpectedStatus "unexpected-status" false,
    /// More than a limit allows was left out.
    Limit "limit" false,
}

/// One thing that could not be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// Which request of the exchange, from 1 in a batch; 0 is the exchange itself.
    pub part: u32,
    /// Where: `path`, `query.$filter`, `request.headers.If-Match`, `request.body.name`, `response.body.value[3]`.
    pub place: String,
    /// One sentence for people. It never repeats what a header or body holds.
    pub explanation: Cow<'static, str>,
}

/// What was found so far, up to a limit.
pub(super) struct Findings {
    list: Vec<Finding>,
    most: usize,
    beyond: u32,
    /// Whether one of those beyond the limit means that an event may be missing.
    missing: bool,
}

impl Findings {
    pub(super) fn new(most: u32) -> Self {
        Self { list: Vec::new(), most: most as usize, beyond: 0, missing: false }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.list.len() < self.most {
            self.list.push(finding);
        } else {
            self.beyond = self.beyond.saturating_add(1);
            self.missing |= finding.kind.event_missing();
        }
    }

    pub(super) fn done(mut self) -> Vec<Finding> {
        if self.beyond > 0 {
            let kind = if self.missing { Kind::TooManyEvents } else { Kind::Limit };
            let explanation = format!("and {} more findings, not told one by one", self.beyond).into();
            self.list.push(Finding { kind, part: 0, place: String::new(), explanation });
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_contract() {
        let contract = include_str!("../../../wit/exchange.wit");
        let names = contract.split_once("enum unknown-kind {").and_then(|(_, rest)| rest.split_once("\n  }")).map(|(names, _)| names);
        let names: Vec<&str> = names.expect("the enumeration").lines().map(str::trim).filter(|line| line.ends_with(',')).collect();
        assert_eq!(names, Kind::ALL.iter().map(|kind| format!("{},", kind.name())).collect::<Vec<_>>());
    }

    #[test]
    fn findings_at_the_limit_are_told_and_more_are_counted() {
        let finding = |kind| Finding { kind, part: 0, place: String::new(), explanation: "x".into() };
        let told = |kinds: &[Kind]| {
            let mut findings = Findings::new(2);
            kinds.iter().for_each(|&kind| findings.add(finding(kind)));
            findings.done().iter().map(|finding| finding.kind).collect::<Vec<_>>()
        };
        assert_eq!(told(&[Kind::Limit, Kind::BadTime]), [Kind::Limit, Kind::BadTime]);
        assert_eq!(told(&[Kind::Limit, Kind::BadTime, Kind::BadTime]), [Kind::Limit, Kind::BadTime, Kind::Limit]);
        // What may hide an event is never lost among the others.
        assert_eq!(told(&[Kind::Limit, Kind::BadTime, Kind::AmbiguousPath]), [Kind::Limit, Kind::BadTime, Kind::TooManyEvents]);
    }
}
