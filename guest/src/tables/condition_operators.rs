//! The condition operators of the platform's queries: `Microsoft.Xrm.Sdk.Query.ConditionOperator` and what FetchXML calls
//! each.
//!
//! The numbers are those of the SDK's own enumeration. For the five of the hierarchy (75 to 79) the descriptions in
//! Microsoft's reference, and the enumeration of client-side controls, give another order; what a server sends is the
//! SDK's.

/// One operator of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionOperator {
    /// Its number, which is what JSON carries.
    pub number: usize,
    /// Its name in the SDK.
    pub name: &'static str,
    /// Its name in FetchXML. The few operators that FetchXML lacks keep the SDK's name, which no operator of FetchXML
    /// looks like.
    pub fetch: &'static str,
    /// Whether FetchXML writes its values as elements even when there is only one.
    pub takes_list: bool,
}

const fn plain(number: usize, name: &'static str, fetch: &'static str) -> ConditionOperator {
    ConditionOperator { number, name, fetch, takes_list: false }
}

const fn list(number: usize, name: &'static str, fetch: &'static str) -> ConditionOperator {
    ConditionOperator { number, name, fetch, takes_list: true }
}

const fn sdk_only(number: usize, name: &'static str) -> ConditionOperator {
    plain(number, name, name)
}

/// Every operator, in the order of the numbers, without a gap.
pub const CONDITION_OPERATORS: [ConditionOperator; 89] = [
    plain(0, "Equal", "eq"),
    plain(1, "NotEqual", "ne"),
    plain(2, "GreaterThan", "gt"),
    plain(3, "LessThan", "lt"),
    plain(4, "GreaterEqual", "ge"),
    plain(5, "LessEqual", "le"),
    plain(6, "Like", "like"),
    plain(7, "NotLike", "not-like"),
    list(8, "In", "in"),
    list(9, "NotIn", "not-in"),
    list(10, "Between", "between"),
    list(11, "NotBetween", "not-between"),
    plain(12, "Null", "null"),
    plain(13, "NotNull", "not-null"),
    plain(14, "Yesterday", "yesterday"),
    plain(15, "Today", "today"),
    plain(16, "Tomorrow", "tomorrow"),
    plain(17, "Last7Days", "last-seven-days"),
    plain(18, "Next7Days", "next-seven-days"),
    plain(19, "LastWeek", "last-week"),
    plain(20, "ThisWeek", "this-week"),
    plain(21, "NextWeek", "next-week"),
    plain(22, "LastMonth", "last-month"),
    plain(23, "ThisMonth", "this-month"),
    plain(24, "NextMonth", "next-month"),
    plain(25, "On", "on"),
    plain(26, "OnOrBefore", "on-or-before"),
    plain(27, "OnOrAfter", "on-or-after"),
    plain(28, "LastYear", "last-year"),
    plain(29, "ThisYear", "this-year"),
    plain(30, "NextYear", "next-year"),
    plain(31, "LastXHours", "last-x-hours"),
    plain(32, "NextXHours", "next-x-hours"),
    plain(33, "LastXDays", "last-x-days"),
    plain(34, "NextXDays", "next-x-days"),
    plain(35, "LastXWeeks", "last-x-weeks"),
    plain(36, "NextXWeeks", "next-x-weeks"),
    plain(37, "LastXMonths", "last-x-months"),
    plain(38, "NextXMonths", "next-x-months"),
    plain(39, "LastXYears", "last-x-years"),
    plain(40, "NextXYears", "next-x-years"),
    plain(41, "EqualUserId", "eq-userid"),
    plain(42, "NotEqualUserId", "ne-userid"),
    plain(43, "EqualBusinessId", "eq-businessid"),
    plain(44, "NotEqualBusinessId", "ne-businessid"),
    sdk_only(45, "ChildOf"),
    sdk_only(46, "Mask"),
    sdk_only(47, "NotMask"),
    sdk_only(48, "MasksSelect"),
    sdk_only(49, "Contains"),
    sdk_only(50, "DoesNotContain"),
    plain(51, "EqualUserLanguage", "eq-userlanguage"),
    sdk_only(52, "NotOn"),
    plain(53, "OlderThanXMonths", "olderthan-x-months"),
    plain(54, "BeginsWith", "begins-with"),
    plain(55, "DoesNotBeginWith", "not-begin-with"),
    plain(56, "EndsWith", "ends-with"),
    plain(57, "DoesNotEndWith", "not-end-with"),
    plain(58, "ThisFiscalYear", "this-fiscal-year"),
    plain(59, "ThisFiscalPeriod", "this-fiscal-period"),
    plain(60, "NextFiscalYear", "next-fiscal-year"),
    plain(61, "NextFiscalPeriod", "next-fiscal-period"),
    plain(62, "LastFiscalYear", "last-fiscal-year"),
    plain(63, "LastFiscalPeriod", "last-fiscal-period"),
    plain(64, "LastXFiscalYears", "last-x-fiscal-years"),
    plain(65, "LastXFiscalPeriods", "last-x-fiscal-periods"),
    plain(66, "NextXFiscalYears", "next-x-fiscal-years"),
    plain(67, "NextXFiscalPeriods", "next-x-fiscal-periods"),
    plain(68, "InFiscalYear", "in-fiscal-year"),
    plain(69, "InFiscalPeriod", "in-fiscal-period"),
    list(70, "InFiscalPeriodAndYear", "in-fiscal-period-and-year"),
    list(71, "InOrBeforeFiscalPeriodAndYear", "in-or-before-fiscal-period-and-year"),
    list(72, "InOrAfterFiscalPeriodAndYear", "in-or-after-fiscal-period-and-year"),
    plain(73, "EqualUserTeams", "eq-userteams"),
    plain(74, "EqualUserOrUserTeams", "eq-useroruserteams"),
    plain(75, "Under", "under"),
    plain(76, "NotUnder", "not-under"),
    plain(77, "UnderOrEqual", "eq-or-under"),
    plain(78, "Above", "above"),
    plain(79, "AboveOrEqual", "eq-or-above"),
    plain(80, "EqualUserOrUserHierarchy", "eq-useroruserhierarchy"),
    plain(81, "EqualUserOrUserHierarchyAndTeams", "eq-useroruserhierarchyandteams"),
    plain(82, "OlderThanXYears", "olderthan-x-years"),
    plain(83, "OlderThanXWeeks", "olderthan-x-weeks"),
    plain(84, "OlderThanXDays", "olderthan-x-days"),
    plain(85, "OlderThanXHours", "olderthan-x-hours"),
    plain(86, "OlderThanXMinutes", "olderthan-x-minutes"),
    list(87, "ContainValues", "contain-values"),
    list(88, "DoesNotContainValues", "not-contain-values"),
];

/// The operator with this number.
pub fn by_number(number: usize) -> Option<&'static ConditionOperator> {
    CONDITION_OPERATORS.get(number)
}

/// The operator with this name: the SDK's, whatever its case, or FetchXML's.
pub fn by_name(name: &str) -> Option<&'static ConditionOperator> {
    CONDITION_OPERATORS.iter().find(|operator| operator.name.eq_ignore_ascii_case(name) || operator.fetch == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SDK name and FetchXML name in the order of the numbers, `*` after those whose values are always elements.
    const EXPECTED: &str = "
        Equal eq, NotEqual ne, GreaterThan gt, LessThan lt, GreaterEqual ge, LessEqual le, Like like, NotLike not-like,
        In in*, NotIn not-in*, Between between*, NotBetween not-between*, Null null, NotNull not-null,
        Yesterday yesterday, Today today, Tomorrow tomorrow, Last7Days last-seven-days, Next7Days next-seven-days,
        LastWeek last-week, ThisWeek this-week, NextWeek next-week, LastMonth last-month, ThisMonth this-month,
        NextMonth next-month, On on, OnOrBefore on-or-before, OnOrAfter on-or-after, LastYear last-year,
        ThisYear this-year, NextYear next-year, LastXHours last-x-hours, NextXHours next-x-hours,
        LastXDays last-x-days, NextXDays next-x-days, LastXWeeks last-x-weeks, NextXWeeks next-x-weeks,
        LastXMonths last-x-months, NextXMonths next-x-months, LastXYears last-x-years, NextXYears next-x-years,
        EqualUserId eq-userid, NotEqualUserId ne-userid, EqualBusinessId eq-businessid,
        NotEqualBusinessId ne-businessid, ChildOf ChildOf, Mask Mask, NotMask NotMask, MasksSelect MasksSelect,
        Contains Contains, DoesNotContain DoesNotContain, EqualUserLanguage eq-userlanguage, NotOn NotOn,
        OlderThanXMonths olderthan-x-months, BeginsWith begins-with, DoesNotBeginWith not-begin-with,
        EndsWith ends-with, DoesNotEndWith not-end-with, ThisFiscalYear this-fiscal-year,
        ThisFiscalPeriod this-fiscal-period, NextFiscalYear next-fiscal-year, NextFiscalPeriod next-fiscal-period,
        LastFiscalYear last-fiscal-year, LastFiscalPeriod last-fiscal-period, LastXFiscalYears last-x-fiscal-years,
        LastXFiscalPeriods last-x-fiscal-periods, NextXFiscalYears next-x-fiscal-years,
        NextXFiscalPeriods next-x-fiscal-periods, InFiscalYear in-fiscal-year, InFiscalPeriod in-fiscal-period,
        InFiscalPeriodAndYear in-fiscal-period-and-year*,
        InOrBeforeFiscalPeriodAndYear in-or-before-fiscal-period-and-year*,
        InOrAfterFiscalPeriodAndYear in-or-after-fiscal-period-and-year*, EqualUserTeams eq-userteams,
        EqualUserOrUserTeams eq-useroruserteams, Under under, NotUnder not-under, UnderOrEqual eq-or-under,
        Above above, AboveOrEqual eq-or-above, EqualUserOrUserHierarchy eq-useroruserhierarchy,
        EqualUserOrUserHierarchyAndTeams eq-useroruserhierarchyandteams, OlderThanXYears olderthan-x-years,
        OlderThanXWeeks olderthan-x-weeks, OlderThanXDays olderthan-x-days, OlderThanXHours olderthan-x-hours,
        OlderThanXMinutes olderthan-x-minutes, ContainValues contain-values*, DoesNotContainValues not-contain-values*";

    #[test]
    fn condition_operators_every_row_is_found_by_number_and_by_names() {
        let mut count = 0;
        for (number, row) in EXPECTED.split(',').enumerate() {
            let (name, fetch) = row.trim().split_once(' ').expect("two names");
            let takes_list = fetch.ends_with('*');
            let expected = ConditionOperator { number, name, fetch: fetch.trim_end_matches('*'), takes_list };
            assert_eq!(by_number(number), Some(&expected));
            assert_eq!(by_name(name), Some(&expected));
            assert_eq!(by_name(&name.to_uppercase()), Some(&expected));
            assert_eq!(by_name(expected.fetch), Some(&expected));
            count += 1;
        }
        assert_eq!(count, 89);
        assert_eq!(CONDITION_OPERATORS.len(), count);
    }

    #[test]
    fn condition_operators_what_is_unknown_is_not_found() {
        assert_eq!(by_number(89), None);
        for unknown in ["", "equal to", "EQ", "code-89"] {
            assert_eq!(by_name(unknown), None, "{unknown}");
        }
    }
}
