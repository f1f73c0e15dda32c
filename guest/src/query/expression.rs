//! A QueryExpression in JSON, as the `<filter>` elements that say the same in FetchXML.

use super::code::Code;
use super::condition;
use super::escape::attribute;
use super::fetchxml::MAX_DEPTH;
use super::members::pick;
use crate::fault::{Fault, Reason};
use crate::json::Text;

/// The members of the SDK's `LogicalOperator`.
const LOGICAL_OPERATORS: [(&str, &str); 2] = [("And", "and"), ("Or", "or")];

/// The members of the SDK's `JoinOperator`, with FetchXML's `link-type`.
const JOIN_OPERATORS: [(&str, &str); 10] = [
    ("Inner", "inner"),
    ("LeftOuter", "outer"),
    ("Natural", "natural"),
    ("MatchFirstRowUsingCrossApply", "matchfirstrowusingcrossapply"),
    ("In", "in"),
    ("Exists", "exists"),
    ("Any", "any"),
    ("NotAny", "not any"),
    ("All", "all"),
    ("NotAll", "not all"),
];

/// Appends the filters of the QueryExpression `json`: that of its Criteria, then one for each linked entity that has
/// criteria, a link before the links inside it.
///
/// This is the column Query of the specification's schema. FetchXML has the filter of a linked entity inside that
/// entity's element; here, where filters stand alone, each of its conditions carries `entityname=` with the alias of the
/// link, or the entity's name where there is no alias. Criteria without a condition append nothing. Whatever is appended
/// is accepted by [`super::fetchxml::filters`].
///
/// The order of keys does not matter, unknown keys are passed over, absent and null are the same. Faults carry their
/// place inside `json`; `out` is then left as it was.
pub fn filters(json: &str, out: &mut String) -> Result<(), Fault> {
    let len = out.len();
    query(json, out).inspect_err(|_| out.truncate(len))
}

fn query(json: &str, out: &mut String) -> Result<(), Fault> {
    let [criteria, links] = pick(json, ["Criteria", "LinkEntities"])?;
    criteria.object(|json| filter(json, Scope::default(), out))?;
    links.objects(|json| link(json, out))
}

/// What a filter stands in.
#[derive(Clone, Copy, Default)]
struct Scope<'a> {
    /// What its conditions have to be marked with.
    entity: Option<Text<'a>>,
    /// How many elements are around it.
    depth: usize,
}

impl Scope<'_> {
    /// One element further in. The deepest two levels are left for a condition and its values.
    fn inside(self) -> Result<Self, Fault> {
        if self.depth + 3 > MAX_DEPTH {
            return Err(Fault::new(Reason::TooDeep, 0, "filters nested deeper than 62 levels"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

/// Appends the criteria of a linked entity, and those of the entities linked to it. Calls itself no deeper than JSON
/// nests.
fn link(json: &str, out: &mut String) -> Result<(), Fault> {
    let [criteria, links, alias, name] = pick(json, ["LinkCriteria", "LinkEntities", "EntityAlias", "LinkToEntityName"])?;
    let entity = alias.text()?.or(name.text()?);
    criteria.object(|json| filter(json, Scope { entity, depth: 0 }, out))?;
    links.objects(|json| link(json, out))
}

/// Appends a FilterExpression, or nothing where it holds no condition. Calls itself no deeper than [`MAX_DEPTH`].
fn filter(json: &str, scope: Scope<'_>, out: &mut String) -> Result<(), Fault> {
    let keys = ["FilterOperator", "IsQuickFindFilter", "Conditions", "Filters", "AnyAllFilterLinkEntity"];
    let [operator, quick_find, conditions, filters, related] = pick(json, keys)?;
    let inside = scope.inside()?;
    let from = out.len();
    out.push_str("<filter type=\"");
    let code = Code::read(&operator)?;
    code.write(code.find(&LOGICAL_OPERATORS), out);
    out.push_str(if quick_find.flag()? { "\" isquickfindfields=\"1\">" } else { "\">" });
    let empty = out.len();
    conditions.objects(|json| condition::write(json, scope.entity, out))?;
    filters.objects(|json| filter(json, inside, out))?;
    related.object(|json| related_rows(json, inside.depth, out))?;
    if out.len() == empty {
        out.truncate(from);
    } else {
        out.push_str("</filter>");
    }
    Ok(())
}

/// Appends the condition that related rows exist, or do not: the one kind of link that is itself part of a filter.
fn related_rows(json: &str, depth: usize, out: &mut String) -> Result<(), Fault> {
    let keys = ["LinkToEntityName", "LinkToAttributeName", "LinkFromAttributeName", "EntityAlias", "JoinOperator", "LinkCriteria"];
    let [name, from, to, alias, operator, criteria] = pick(json, keys)?;
    let inside = Scope { entity: None, depth }.inside()?;
    out.push_str("<link-entity");
    for (key, member) in [("name", name), ("from", from), ("to", to), ("alias", alias)] {
        attribute(out, key, member.text()?.map(|text| text.decode()).as_deref());
    }
    let code = Code::read(&operator)?;
    out.push_str(" link-type=\"");
    code.write(code.find(&JOIN_OPERATORS), out);
    out.push_str("\">");
    criteria.object(|json| filter(json, inside, out))?;
    out.push_str("</link-entity>");
    Ok(())
}
