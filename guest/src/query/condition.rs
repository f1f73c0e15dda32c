//! One condition of a filter: `ConditionExpression` → `<condition>`.

use super::code::Code;
use super::escape::attribute;
use super::members::pick;
use super::value::each_single;
use crate::fault::Fault;
use crate::json::{Text, Value};
use crate::tables::condition_operators::{by_name, by_number};

/// Appends the condition that the object `json` describes.
///
/// `entity` is the entity or alias that it belongs to where it does not say so itself. Values follow their number and the
/// operator: none, or nothing but nulls, gives no value; one gives `value=`; several, or those of an operator that takes
/// a list, give `<value>` elements. A comparison of columns gives `valueof=` (several columns, which the platform itself
/// refuses, are separated by commas).
pub fn write(json: &str, entity: Option<Text<'_>>, out: &mut String) -> Result<(), Fault> {
    let [name, operator, values, compare, own_entity] =
        pick(json, ["AttributeName", "Operator", "Values", "CompareColumns", "EntityName"])?;
    out.push_str("<condition");
    attribute(out, "entityname", own_entity.text()?.or(entity).map(|text| text.decode()).as_deref());
    attribute(out, "attribute", name.text()?.map(|text| text.decode()).as_deref());
    let code = Code::read(&operator)?;
    let known = code.look_up(by_number, by_name);
    out.push_str(" operator=\"");
    code.write(known.map(|known| known.fetch), out);
    out.push('"');

    let takes_list = known.is_some_and(|known| known.takes_list);
    let columns = compare.flag()?;
    write_values(values.value, columns, takes_list, out).map_err(|fault| values.inside(fault))
}

/// Appends the condition that `name` equals `value`; that it is null where there is no value.
pub fn write_equal(name: &str, value: Value<'_>, out: &mut String) -> Result<(), Fault> {
    let (_, all_null) = count(value)?;
    out.push_str("<condition");
    attribute(out, "attribute", Some(name));
    attribute(out, "operator", Some(if all_null { "null" } else { "eq" }));
    write_values(value, false, false, out)
}

/// Appends the values and the end of the condition.
fn write_values(values: Value<'_>, columns: bool, takes_list: bool, out: &mut String) -> Result<(), Fault> {
    let (count, all_null) = count(values)?;
    if all_null {
        out.push_str(" />");
    } else if !columns && (takes_list || count > 1) {
        out.push('>');
        each_single(values, &mut |single| {
            if single.is_null() {
                out.push_str("<value />");
            } else {
                out.push_str("<value>");
                single.write(out);
                out.push_str("</value>");
            }
        })?;
        out.push_str("</condition>");
    } else {
        out.push_str(if columns { " valueof=\"" } else { " value=\"" });
        let mut separator = "";
        each_single(values, &mut |single| {
            out.push_str(std::mem::replace(&mut separator, ", "));
            single.write(out);
        })?;
        out.push_str("\" />");
    }
    Ok(())
}

/// How many single values there are, and whether all of them are null.
fn count(values: Value<'_>) -> Result<(usize, bool), Fault> {
    let (mut count, mut all_null) = (0, true);
    each_single(values, &mut |single| {
        count += 1;
        all_null &= single.is_null();
    })?;
    Ok((count, all_null))
}
