from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import ORGANIZATION
from hypothesis import given
from hypothesis import strategies as st

from actlog import Filter
from actlog.asgi import Exchange, ODataEvents
from actlog.lines import as_bytes

ID = "0a0d8709-711e-e811-a952-000d3a732d76"
NAMES = {"accounts": "account", "contacts": "contact"}


def exchange(
    method: str,
    path: str,
    *,
    status: int = 200,
    query: bytes = b"",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    response: Mapping[str, str] | None = None,
) -> Exchange:
    pairs = [(name.encode(), value.encode("latin-1", "replace")) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": pairs, "client": ("192.0.2.7", 1)}
    answer = tuple((name.encode(), value.encode()) for name, value in (response or {}).items())
    return Exchange(scope, datetime(2024, 3, 4, 7, 0, 0, 250, timezone.utc), status, answer, body)


def mapped(method: str, path: str, **more: Any) -> Mapping[str, Any] | None:
    return ODataEvents(ORGANIZATION, prefix="/api/data", entity_names=NAMES)(exchange(method, path, **more))


@pytest.mark.parametrize(
    ("request_line", "message", "entity", "record"),
    [
        ("GET /api/data/v9.2/accounts", "RetrieveMultiple", "account", None),
        ("HEAD /api/data/v9.2/accounts/$count", "RetrieveMultiple", "account", None),
        (f"GET /api/data/v9.2/accounts({ID})", "Retrieve", "account", ID),
        (f"GET /api/data/accounts/{ID}", "Retrieve", "account", ID),
        ("GET /api/data/orders/17", "Retrieve", "orders", None),
        ("GET /api/data/v9.2/accounts(name='a/b(c)')", "Retrieve", "account", None),
        (f"GET /api/data/v9.2/accounts({ID})/name/$value", "Retrieve", "account", ID),
        (f"GET /api/data/v9.2/accounts({ID})/contacts", "RetrieveMultiple", "contact", None),
        (f"GET /api/data/v9.2/accounts({ID})/contacts({ID})", "Retrieve", "contact", ID),
        ("POST /api/data/v9.2/accounts", "Create", "account", None),
        (f"PATCH /api/data/v9.2/accounts({ID})", "Update", "account", ID),
        (f"PUT /api/data/v9.2/accounts({ID})/name", "Update", "account", ID),
        (f"DELETE /api/data/v9.2/accounts({ID})/name", "Update", "account", ID),
        (f"DELETE /api/data/v9.2/accounts({ID})", "Delete", "account", ID),
        ("DELETE /api/data/v9.2/accounts", "DeleteMultiple", "account", None),
        ("PATCH /api/data/v9.2/accounts", "UpdateMultiple", "account", None),
        (f"POST /api/data/v9.2/accounts({ID})/contact_customer_accounts/$ref", "Associate", "account", ID),
        (f"DELETE /api/data/v9.2/accounts({ID})/contact_customer_accounts({ID})/$ref", "Disassociate", "account", ID),
        ("GET /api/data/v9.2/WhoAmI()", "WhoAmI", None, None),
        ("POST /api/data/v9.2/WinOpportunity", "WinOpportunity", None, None),
        (f"POST /api/data/v9.2/accounts({ID})/Microsoft.Dynamics.CRM.AddToQueue", "AddToQueue", "account", ID),
        ("POST /api/data/v9.2/$batch", "ExecuteMultiple", None, None),
        ("PROPFIND /api/data/v9.2/accounts", "Propfind", "account", None),
    ],
)
def test_request_has_its_message(request_line: str, message: str, entity: str | None, record: str | None) -> None:
    event = mapped(*request_line.split(" ", 1))
    assert event is not None
    assert (event["Message"], event.get("EntityName"), event.get("EntityId")) == (message, entity, record)


@pytest.mark.parametrize(
    "request_line",
    ["OPTIONS /api/data/accounts", "GET /api/data/v9.2/$metadata", "GET /api/data/v9.2/", "GET /favicon.ico", "GET /api/data", "GET /"],
)
def test_request_for_no_data_has_no_event(request_line: str) -> None:
    assert mapped(*request_line.split(" ", 1)) is None


def test_operations_may_be_named() -> None:
    events = ODataEvents(ORGANIZATION, operations={"Close"})
    assert [events(exchange("POST", path))["Message"] for path in ("/Customers", "/Close")] == ["Create", "Close"]  # type: ignore[index]


def test_query_is_taken_only_where_it_is_asked_for() -> None:
    event = mapped("GET", "/api/data/accounts", query=b"fetchXml=<fetch/>")
    assert event is not None and "Query" not in event


def test_columns_come_from_request_and_response() -> None:
    query = b"fetchXml=%3Cfetch%3E%3Centity%20name%3D'account'%3E%3Cfilter%2F%3E%3C%2Fentity%3E%3C%2Ffetch%3E"
    headers = {"user-agent": "curl", "x-ms-client-request-id": ID}
    events = ODataEvents(ORGANIZATION, prefix="/api/data", entity_names=NAMES, fetch_xml=True)
    event = dict(events(exchange("GET", "/api/data/v9.2/accounts", query=query, headers=headers, status=403)) or {})
    assert event.pop("EventId")
    assert event == {
        "Message": "RetrieveMultiple",
        "CreationTime": "2024-03-04T07:00:00.000250Z",
        "OrganizationId": ORGANIZATION,
        "ResultStatus": "Forbidden",
        "EntityName": "account",
        "ClientIP": "192.0.2.7",
        "UserAgent": "curl",
        "CorrelationId": ID,
        "Query": "<fetch><entity name='account'><filter/></entity></fetch>",
    }


def test_new_record_has_the_id_of_the_response_and_fields_of_the_body() -> None:
    where = {"odata-entityid": f"https://x/api/data/v9.2/accounts({ID})"}
    event = mapped("POST", "/api/data/accounts", status=204, response=where, body=b'{"name":"A","o@odata.bind":"/contacts(1)"}')
    assert event is not None and event["EntityId"] == ID and event["Fields"] == [{"Name": "name", "Value": "A"}]
    upsert = mapped("PATCH", f"/api/data/accounts({ID})", status=201)
    assert upsert is not None and upsert["Message"] == "Create"


def test_identify_adds_columns() -> None:
    events = ODataEvents(ORGANIZATION, identify=lambda exchange: {"UserUpn": exchange.scope["user"]})
    request = exchange("GET", "/accounts")
    request.scope["user"] = "anna@contoso.com"
    assert events(request)["UserUpn"] == "anna@contoso.com"  # type: ignore[index]


def test_organization_must_be_a_guid() -> None:
    with pytest.raises(ValueError):
        ODataEvents("contoso")


printable = st.text(max_size=300)
HOSTILE = [b'{"a":NaN}', b'{"a":1e999,"b":-1E999}', rb'{"a":"\ud800","\udc00":1}', b'{"":{"":0}}']
HOSTILE += [b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"]
HOSTILE += [b"[" * 100_000, b'{"a":' + b"9" * 4000 + b"}", b'{"a":' + b"9" * 5000 + b"}", b'"x"', b"\xff", b'{"a":"\x00"}']
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(plain, lambda some: st.lists(some) | st.dictionaries(st.text(), some))
bodies = st.one_of(st.sampled_from(HOSTILE), st.dictionaries(st.text(), values, max_size=4).map(lambda body: json.dumps(body).encode()))
methods = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "X\x01Y"])


@given(methods, printable, printable, st.binary(max_size=60), bodies)
def test_no_request_makes_an_event_that_is_rejected(
    shared: Filter, method: str, path: str, agent: str, query: bytes, body: bytes
) -> None:
    """Else a client could keep what it does out of the records."""
    mapping = ODataEvents(ORGANIZATION)
    request = exchange(method, "/a" + path, query=query, body=body, headers={"user-agent": agent, "x-ms-client-request-id": agent})
    event = mapping(request)
    assert event is not None
    outcome = shared.audit(as_bytes(event))
    assert outcome.read == 1 and not outcome.rejected, outcome.rejected
