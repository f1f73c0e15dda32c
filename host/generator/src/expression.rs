//! Queries as objects: QueryExpression, as a RemoteExecutionContext carries them.

use crate::entities::{Entity, Kind};
use crate::json::Json;
use crate::random::Random;
use crate::values::contract_type;

/// Numbers of the operators Equal, NotEqual, GreaterThan, LessEqual, Like, In, NotNull.
const EQUAL: u32 = 0;
const NOT_EQUAL: u32 = 1;
const GREATER_THAN: u32 = 2;
const LESS_EQUAL: u32 = 5;
const LIKE: u32 = 6;
const IN: u32 = 8;
const NOT_NULL: u32 = 13;

/// Writes a QueryExpression on `entity`.
pub(crate) fn write(json: &mut Json, entity: &Entity, random: &mut Random) {
    json.object(|json| {
        contract_type(json, "QueryExpression");
        json.key("ColumnSet").object(|json| {
            json.key("AllColumns").bare(false);
            json.key("AttributeExpressions").array(|_| {});
            json.key("Columns").array(|json| {
                let count = random.between(2, 8) as usize;
                entity.some_columns(count, random).iter().for_each(|column| json.text(column.name));
            });
        });
        criteria(json.key("Criteria"), entity, 2, random);
        json.key("Distinct").bare(false);
        json.key("EntityName").text(entity.name);
        json.key("LinkEntities").array(|json| {
            if random.percent(30) {
                link(json, entity, random);
            }
        });
        json.key("NoLock").bare(false);
        json.key("Orders").array(|json| {
            json.object(|json| {
                json.key("Alias").bare("null");
                json.key("AttributeName").text(entity.column(0).name);
                json.key("OrderType").bare(random.below(2));
            });
        });
        json.key("PageInfo").object(|json| {
            json.key("Count").bare(random.pick(&[50, 100, 250]));
            json.key("PageNumber").bare(random.between(1, 9));
            json.key("PagingCookie").bare("null");
            json.key("ReturnTotalRecordCount").bare(true);
        });
        json.key("QueryHints").text("");
    });
}

fn link(json: &mut Json, entity: &Entity, random: &mut Random) {
    json.object(|json| {
        json.key("Columns").object(|json| {
            json.key("AllColumns").bare(false);
            json.key("Columns").array(|json| json.text("fullname"));
        });
        json.key("EntityAlias").text("owner");
        json.key("JoinOperator").bare(random.below(2));
        criteria(json.key("LinkCriteria"), entity, 1, random);
        json.key("LinkEntities").array(|_| {});
        json.key("LinkFromAttributeName").text("owninguser");
        json.key("LinkFromEntityName").text(entity.name);
        json.key("LinkToAttributeName").text("systemuserid");
        json.key("LinkToEntityName").text("systemuser");
        json.key("Orders").array(|_| {});
    });
}

fn criteria(json: &mut Json, entity: &Entity, depth: u32, random: &mut Random) {
    json.object(|json| {
        json.key("Conditions").array(|json| {
            for _ in 0..random.between(1, 3) {
                condition(json, entity, random);
            }
        });
        json.key("FilterOperator").bare(random.weighted(&[(4, 0), (1, 1)]));
        json.key("Filters").array(|json| {
            if depth > 1 && random.percent(40) {
                criteria(json, entity, depth - 1, random);
            }
        });
        json.key("IsQuickFindFilter").bare(false);
    });
}

fn condition(json: &mut Json, entity: &Entity, random: &mut Random) {
    let column = entity.any_column(random);
    json.object(|json| {
        json.key("AttributeName").text(column.name);
        json.key("CompareColumns").bare(false);
        json.key("EntityName").bare("null");
        let (operator, values) = match column.kind {
            Kind::Flag => (EQUAL, 1),
            Kind::Choice | Kind::Choices => (random.pick(&[EQUAL, NOT_EQUAL]), 1),
            Kind::Whole | Kind::Decimal | Kind::Money => (random.pick(&[GREATER_THAN, LESS_EQUAL]), 1),
            Kind::Lookup(_) | Kind::Unique => (IN, random.between(1, 3)),
            _ if random.percent(30) => (NOT_NULL, 0),
            _ => (LIKE, 1),
        };
        json.key("Operator").bare(operator);
        json.key("Values").array(|json| {
            for _ in 0..values {
                match operator {
                    LIKE => json.text(random.pick(&["%Größe & Höhe%", "A%", "%\"West\"%", "<neu>%"])),
                    IN => json.plain(|out| random.guid(out)),
                    EQUAL if column.kind == Kind::Flag => json.bare(random.percent(50)),
                    _ => json.bare(random.below(10_000)),
                }
            }
        });
    });
}
