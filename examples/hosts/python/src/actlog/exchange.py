"""HTTP exchanges, and what a translator says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, Union

HeaderFields: TypeAlias = Iterable[tuple[Union[str, bytes], Union[str, bytes]]]
"""Header fields in order, names and values as text or bytes: `headers` of an ASGI scope, `items()` of a mapping. Bytes that are not
UTF-8 become U+FFFD."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body, transfer and content codings undone, or the head of one."""

    content: bytes = b""
    """Its bytes."""
    whole: bool = False
    """Whether these are all its bytes. False too where the host does not know."""


NOT_KNOWN = Body()
"""A body of which the host knows nothing."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The upstream's answer. One that the host or another proxy made itself, such as 502 or 504, is none."""

    status: int
    """The status."""
    headers: HeaderFields = ()
    """The header fields."""
    body: Body | bytes = NOT_KNOWN
    """The body; bytes are a whole one."""


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """One request, and its answer if one came."""

    id: str
    """The host's own id of the exchange, at most 200 bytes without control characters (any other is hashed): the same each time this
    exchange is told, and different for every other. EventId is this id, a slash, and the place of the event."""
    method: str
    """The method, as it came."""
    target: str
    """Path and query, exactly as they came: not decoded, not normalized."""
    began: str | None = None
    """When the request began, ISO 8601."""
    client_address: str | None = None
    """The address of the client as the host saw it: of the connection, not of a header."""
    headers: HeaderFields = ()
    """The header fields of the request."""
    body: Body | bytes = NOT_KNOWN
    """The body of the request; bytes are a whole one."""
    answer: HttpAnswer | None = None
    """None: nobody knows whether the upstream did what was asked, and the events say `InDoubt`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an exchange does not say."""

    kind: str
    """A name of `unknown-kind` in the contract, such as `unknown-set`."""
    part: int
    """Which request of the exchange, from 1 in a batch; 0 is the exchange itself."""
    place: str
    """Where, such as `path`, `query.$filter` or `response.body`; empty for all of it."""
    event_missing: bool
    """Whether an event is, or may be, missing for it. A host that must let nothing pass unseen refuses a request for which `translate`,
    called before it is sent on, gives such a finding."""
    explanation: str
    """One sentence for people, without secrets; not to be parsed."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What an exchange says."""

    events: bytes
    """SDK events as NDJSON, in the order of the requests: what `Filter.audit` takes. The filter rejects none of them."""
    count: int
    """How many they are."""
    unknown: tuple[Finding, ...]
    """What could not be told, in the order in which it was met."""
