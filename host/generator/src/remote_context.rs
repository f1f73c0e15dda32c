//! The form that an organization's webhook or Service Bus queue sends: a RemoteExecutionContext.

use crate::entities::Column;
use crate::expression;
use crate::fetchxml;
use crate::json::Json;
use crate::plan::{Deed, Plan};
use crate::values::{Dialect, Source, contract_type, reference};
use crate::words;

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// What the parts of one context share.
struct Context<'c> {
    plan: &'c Plan<'c>,
    /// Id of the record, or zero where there is none.
    record: String,
    /// CorrelationId, OperationId and RequestId.
    ids: [String; 3],
    /// What is written.
    columns: Vec<Column>,
}

/// Writes an event as a RemoteExecutionContext.
pub(crate) fn write(plan: &Plan<'_>, source: &mut Source<'_>) -> String {
    let columns = match plan.deed {
        Deed::Write(count) => plan.entity.some_columns(count as usize, source.random),
        _ => Vec::new(),
    };
    let has_record = matches!(plan.deed, Deed::Read | Deed::Write(_));
    let record = if has_record { guid(source) } else { ZERO.to_owned() };
    let context = Context { plan, record, ids: [guid(source), guid(source), guid(source)], columns };
    let mut json = Json::new(true);
    context.write(&mut json, source, true);
    json.finish()
}

fn guid(source: &mut Source<'_>) -> String {
    let mut guid = String::new();
    source.random.guid(&mut guid);
    guid
}

impl Context<'_> {
    /// Writes the context; the `outer` one may carry images and, inside it, the context that it came from.
    fn write(&self, json: &mut Json, source: &mut Source<'_>, outer: bool) {
        let Plan { user, now, message, deed, .. } = self.plan;
        let writes = matches!(deed, Deed::Write(_));
        json.object(|json| {
            json.key("BusinessUnitId").text("c3ec0cc2-d836-ee11-bf68-000d3a489b56");
            json.key("CorrelationId").text(&self.ids[0]);
            json.key("Depth").bare(1);
            json.key("InitiatingUserAgent").text(user.agent);
            json.key("InitiatingUserAzureActiveDirectoryObjectId").text(ZERO);
            json.key("InitiatingUserId").text(&user.id);
            json.key("InputParameters").array(|json| self.input(json, source));
            for flag in ["IsExecutingOffline", "IsInTransaction", "IsOfflinePlayback"] {
                json.key(flag).bare(false);
            }
            json.key("IsolationMode").bare(1);
            json.key("MessageName").text(message);
            json.key("Mode").bare(u8::from(outer));
            json.key("OperationCreatedOn").text(&format!("/Date({}+0100)/", now.0));
            json.key("OperationId").text(&self.ids[1]);
            json.key("OrganizationId").text(user.organization.id);
            json.key("OrganizationName").text(user.organization.unique_name);
            json.key("OutputParameters").array(|json| self.output(json, source));
            json.key("OwningExtension").object(|json| {
                json.key("Id").text("2c28fe56-903e-ee11-a813-000d3ad9c2e1");
                json.key("KeyAttributes").array(|_| {});
                json.key("LogicalName").text("sdkmessageprocessingstep");
                json.key("Name").text("Activity logging");
                json.key("RowVersion").bare("null");
            });
            let parent = json.key("ParentContext");
            if outer && writes && source.random.percent(25) {
                self.write(parent, source, false)
            } else {
                parent.bare("null")
            }
            json.key("PostEntityImages").array(|_| {});
            json.key("PreEntityImages").array(|json| {
                if outer && *message == "Update" && source.random.percent(20) {
                    pair(json, "before", |json| self.record_with_columns(json, source, false));
                }
            });
            json.key("PrimaryEntityId").text(&self.record);
            json.key("PrimaryEntityName").text(if *deed == Deed::Unlogged { "none" } else { self.plan.entity.name });
            if outer {
                json.key("RequestId").text(&self.ids[2])
            } else {
                json.key("RequestId").bare("null")
            }
            json.key("SecondaryEntityName").text("none");
            json.key("SharedVariables").array(|json| pair(json, "IsAutoTransact", |json| json.bare(true)));
            json.key("Stage").bare(40);
            json.key("UserAzureActiveDirectoryObjectId").text(ZERO);
            json.key("UserId").text(&user.id);
        });
    }

    fn input(&self, json: &mut Json, source: &mut Source<'_>) {
        let entity = self.plan.entity;
        match self.plan.deed {
            Deed::Unlogged => {}
            Deed::Read => {
                pair(json, "Target", |json| {
                    reference(json, Dialect::DataContract, entity.name, None, |out| out.push_str(&self.record));
                });
                pair(json, "ColumnSet", |json| {
                    json.object(|json| {
                        contract_type(json, "ColumnSet");
                        json.key("AllColumns").bare(true);
                        json.key("Columns").array(|_| {});
                    });
                });
            }
            Deed::ReadMany(_) if source.random.percent(50) => pair(json, "Query", |json| expression::write(json, entity, source.random)),
            Deed::ReadMany(_) => pair(json, "Query", |json| {
                json.object(|json| {
                    contract_type(json, "FetchExpression");
                    json.key("Query").text(&fetchxml::query(entity, false, self.plan.now, source.random));
                });
            }),
            Deed::Write(_) => {
                pair(json, "Target", |json| self.record_with_columns(json, source, true));
                pair(json, "SuppressDuplicateDetection", |json| json.bare(false));
            }
        }
    }

    fn output(&self, json: &mut Json, source: &mut Source<'_>) {
        match self.plan.deed {
            Deed::ReadMany(count) => pair(json, "BusinessEntityCollection", |json| {
                json.object(|json| {
                    contract_type(json, "EntityCollection");
                    // Rows are several times the size of ids, so pages are shorter to keep the average size of events.
                    let rows = if self.plan.large { count } else { count.div_ceil(3).max(5) };
                    json.key("Entities").array(|json| (0..rows).for_each(|_| self.row(json, source)));
                    json.key("EntityName").text(self.plan.entity.name);
                    json.key("MoreRecords").bare(false);
                    json.key("PagingCookie").bare("null");
                    json.key("TotalRecordCount").bare(rows);
                });
            }),
            Deed::Write(_) if self.plan.message == "Create" => pair(json, "id", |json| json.text(&self.record)),
            _ => {}
        }
    }

    /// A record of a result: the column that people see, and no type.
    fn row(&self, json: &mut Json, source: &mut Source<'_>) {
        json.object(|json| {
            json.key("Attributes").array(|json| {
                let column = self.plan.entity.column(0);
                pair(json, column.name, |json| source.value(json, column, Dialect::DataContract));
            });
            json.key("EntityState").bare("null");
            json.key("FormattedValues").array(|_| {});
            json.key("Id").plain(|out| source.random.guid(out));
            json.key("KeyAttributes").array(|_| {});
            json.key("LogicalName").text(self.plan.entity.name);
            json.key("RelatedEntities").array(|_| {});
            json.key("RowVersion").bare("null");
        });
    }

    /// The record with the columns that are written. Images carry no type.
    fn record_with_columns(&self, json: &mut Json, source: &mut Source<'_>, with_type: bool) {
        json.object(|json| {
            if with_type {
                contract_type(json, "Entity");
            }
            json.key("Attributes").array(|json| {
                for &column in &self.columns {
                    pair(json, column.name, |json| source.value(json, column, Dialect::DataContract));
                }
                if self.plan.large {
                    let sentences = source.random.between(60, 150);
                    pair(json, "documentbody", |json| json.text(&words::memo(sentences, source.random)));
                }
            });
            json.key("EntityState").bare("null");
            json.key("FormattedValues").array(|_| {});
            json.key("Id").text(&self.record);
            json.key("KeyAttributes").array(|_| {});
            json.key("LogicalName").text(self.plan.entity.name);
            json.key("RelatedEntities").array(|_| {});
            json.key("RowVersion").bare("null");
        });
    }
}

/// One `{"key": …, "value": …}`.
fn pair(json: &mut Json, key: &str, value: impl FnOnce(&mut Json)) {
    json.object(|json| {
        json.key("key").text(key);
        value(json.key("value"));
    });
}
