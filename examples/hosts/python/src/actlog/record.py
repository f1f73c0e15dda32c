"""An audit record as a dictionary."""

from __future__ import annotations

from typing import Literal, TypedDict


class Record(TypedDict, total=False):
    """One record, or one part of a record that was split, in the profile `activity-logging`.

    What a column means stands in `Filter.schema("record")`; a test holds these against it. Absent values are absent keys.
    """

    Id: str
    EventId: str
    CorrelationId: str
    SourceCorrelationId: str
    CreationTime: str
    OrganizationId: str
    CrmOrganizationUniqueName: str
    InstanceUrl: str
    Workload: str
    ServiceName: str
    ServiceContextId: str
    ServiceContextIdType: str
    Operation: str
    Message: str
    Category: str
    Activity: str
    ResultStatus: str
    EntityName: str
    EntityId: str
    ItemType: str
    ItemUrl: str
    UserId: str
    SystemUserId: str
    UserUpn: str
    UserKey: str
    UserType: str
    ClientIP: str
    UserAgent: str
    ParametersWithheld: Literal[True]
    Tags: str
    Redacted: str
    Unreviewed: str
    Spread: str
    Query: str
    QueryResults: str
    Fields: str
    Part: int
    PartCount: int
