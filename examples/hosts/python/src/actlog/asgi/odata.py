"""From requests on paths such as OData has them to SdkEvents."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from .exchange import Exchange

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_VERSION = re.compile(r"v[0-9]+(\.[0-9]+)*", re.IGNORECASE)
_SEGMENT = re.compile(r"(?P<name>[^(]*)(?:\((?P<key>.*)\))?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f]")
_NAME_BYTES = 256


class ODataEvents:
    """Maps an exchange to a SdkEvent by its method and path, or to none where nothing of the data is reached.

    | request | message |
    |---|---|
    | GET `accounts` | RetrieveMultiple |
    | GET `accounts(ID)` or `accounts/ID` | Retrieve |
    | POST `accounts` | Create |
    | PATCH or PUT `accounts(ID)` | Update; Create where the response is 201 |
    | DELETE `accounts(ID)` | Delete |
    | PATCH, PUT or DELETE `accounts` | UpdateMultiple, DeleteMultiple |
    | POST or PUT `…/$ref`, DELETE `…/$ref` | Associate, Disassociate |
    | `WinOpportunity`, `accounts(ID)/Microsoft.Dynamics.CRM.Merge` | the name of the action or function, which begins with a capital |
    | `$batch` | ExecuteMultiple; what stands in it is not looked at |
    | OPTIONS, `$metadata`, the service root, paths outside `prefix` | none |

    `organization_id` is a GUID. `prefix` is where the data begins; a version such as `v9.2` may follow it. `entity_names` gives
    logical names for names in paths, which otherwise are taken as they are. `operations` names the actions and functions; none means
    each name that begins with a capital and is not in `entity_names`, as in Dataverse. `identify` adds columns, or changes them: who
    the user is only the application knows.

    No request makes an event that the filter rejects, else a client could keep what it does out of the records: names are shortened
    to what a record can hold, and of a body's values, lists and objects become JSON text. The exception is `fetch_xml`: the parameter
    `fetchXml` becomes the event's query, and one that is no FetchXML makes it unusable. Set it only where the application refuses such.
    """

    def __init__(
        self,
        organization_id: str,
        *,
        prefix: str = "/",
        entity_names: Mapping[str, str] | None = None,
        operations: Collection[str] | None = None,
        fetch_xml: bool = False,
        identify: Callable[[Exchange], Mapping[str, Any]] | None = None,
    ) -> None:
        self._organization_id = str(uuid.UUID(organization_id))
        self._prefix = prefix.rstrip("/") + "/"
        self._entity_names = dict(entity_names or {})
        self._operations = operations
        self._fetch_xml = fetch_xml
        self._identify = identify

    def __call__(self, exchange: Exchange) -> Mapping[str, Any] | None:
        target = self._target(exchange)
        if target is None:
            return None
        message, entity, key = target
        event: dict[str, Any] = {
            "EventId": str(uuid.uuid4()),
            "Message": _name(message),
            "CreationTime": exchange.started.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "OrganizationId": self._organization_id,
            "ResultStatus": _result(exchange.status),
        }
        if entity:
            event["EntityName"] = _name(entity)
        if record := _guid(key) or (_created(exchange) if message == "Create" else None):
            event["EntityId"] = record
        if exchange.client:
            event["ClientIP"] = exchange.client
        if agent := exchange.header("user-agent"):
            event["UserAgent"] = agent
        if correlation := _guid(exchange.header("x-ms-client-request-id")):
            event["CorrelationId"] = correlation
        if self._fetch_xml and message == "RetrieveMultiple" and (query := _fetch_xml(exchange)):
            event["Query"] = query
        if fields := _fields(exchange.body):
            event["Fields"] = fields
        if self._identify is not None:
            event.update(self._identify(exchange))
        return event

    def _target(self, exchange: Exchange) -> tuple[str, str | None, str | None] | None:
        """Message, entity and key."""
        method = exchange.method
        if method == "OPTIONS" or not exchange.path.startswith(self._prefix):
            return None
        segments = _segments(exchange.path[len(self._prefix) :])
        if segments and _VERSION.fullmatch(segments[0]):
            segments = segments[1:]
        if not segments or segments[0] == "$metadata":
            return None
        if segments[0] == "$batch":
            return "ExecuteMultiple", None, None
        reference = "$ref" in segments
        path = [_parsed(segment) for segment in segments if not segment.startswith("$")]
        if not path:
            return None
        (first, key), rest = path[0], path[1:]
        if key is None and rest and (_guid(rest[0][0]) or _NUMBER.fullmatch(rest[0][0])):
            key, rest = rest[0][0], rest[1:]
        operation = self._operation(rest[-1][0] if rest else first)
        entity = self._entity_names.get(first, first)
        if operation:
            return operation, entity if rest else None, key if rest else None
        if reference:
            return ("Disassociate" if method == "DELETE" else "Retrieve" if method in ("GET", "HEAD") else "Associate"), entity, key
        if rest and rest[-1][0] in self._entity_names:
            return self._of_method(exchange, rest[-1][1]), self._entity_names[rest[-1][0]], rest[-1][1]
        if rest and method == "DELETE":
            return "Update", entity, key  # a property is set to nothing
        return self._of_method(exchange, key), entity, key

    def _operation(self, name: str) -> str | None:
        """The name of an action or function, without its namespace."""
        last = name.rpartition(".")[2]
        if self._operations is not None:
            return last if last in self._operations else None
        return last if last[:1].isupper() and name not in self._entity_names else None

    @staticmethod
    def _of_method(exchange: Exchange, key: str | None) -> str:
        match exchange.method:
            case "GET" | "HEAD":
                return "RetrieveMultiple" if key is None else "Retrieve"
            case "POST":
                return "Create"
            case "PATCH" | "PUT":
                return "UpdateMultiple" if key is None else "Create" if exchange.status == HTTPStatus.CREATED else "Update"
            case "DELETE":
                return "DeleteMultiple" if key is None else "Delete"
            case method:
                return method.capitalize()


def _segments(path: str) -> list[str]:
    """Parts of a path; a slash in the parentheses of a key ends none."""
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(path):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == "/" and depth == 0:
            parts.append(path[begin:at])
            begin = at + 1
    parts.append(path[begin:])
    return [part for part in parts if part]


def _parsed(segment: str) -> tuple[str, str | None]:
    """Name and key; `WhoAmI()` has no key."""
    found = _SEGMENT.fullmatch(segment)
    return (found["name"], found["key"] or None) if found else (segment, None)


def _guid(text: str | None) -> str | None:
    text = (text or "").strip("{}")
    return text if _GUID.fullmatch(text) else None


def _created(exchange: Exchange) -> str | None:
    """Id of a new record, which the response names last in a URL."""
    where = exchange.response_header("odata-entityid") or exchange.response_header("location") or ""
    found = _GUID.findall(where)
    return found[-1] if found else None


def _result(status: int) -> str:
    if status < 400:
        return "Success"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def _fetch_xml(exchange: Exchange) -> str | None:
    try:
        pairs = parse_qsl(exchange.query_string.decode("latin-1"), max_num_fields=100, errors="replace")
    except ValueError:
        return None
    return next((value for name, value in pairs if name.lower() == "fetchxml"), None)


def _fields(body: bytes | None) -> list[dict[str, Any]] | None:
    if not body:
        return None
    try:
        values = json.loads(body, parse_constant=str, parse_float=_number)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    return [{"Name": _name(name), "Value": _value(value)} for name, value in values.items() if "@odata." not in name]


def _value(value: Any) -> Any:
    """Lists and objects as text: they may nest deeper than the filter follows."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _number(text: str) -> float | str:
    """A number that is too large for a float stays text."""
    value = float(text)
    return text if math.isinf(value) else value


def _name(name: str) -> str:
    """A name that a record can hold."""
    clean = _UNPRINTABLE.sub("?", name).strip() or "?"
    return clean.encode("utf-8", "replace")[:_NAME_BYTES].decode("utf-8", "ignore")
