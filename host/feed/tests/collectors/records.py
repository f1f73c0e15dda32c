"""Records of the tenants that are named, in turn: 60 in the wire form, one a line."""

import json
import sys
import uuid

for number in range(60):
    tenant = sys.argv[1 + number % (len(sys.argv) - 1)]
    record = {
        "Id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"record {number}")),
        "RecordType": 21,
        "CreationTime": f"2024-03-04T07:{number:02}:00",
        "Operation": "CrmDefaultActivity",
        "OrganizationId": tenant,
        "UserType": 0,
        "UserKey": "10037E84AD2365E9",
        "Workload": "CRM",
        "UserId": "anna@contoso.example",
        "ClientIP": "203.0.113.60",
        "ObjectId": f"Retrieve contact {number}",
        "Message": "Retrieve",
        "CorrelationId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"source {number}")),
        "Part": 1,
        "PartCount": 1,
    }
    print(json.dumps(record, ensure_ascii=False), flush=True)
