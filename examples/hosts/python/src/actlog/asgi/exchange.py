"""One request and its response, as far as auditing needs them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response. All of it but `scope` and `status` is what the client says."""

    scope: Scope
    """The ASGI scope; what the application's own authentication left there can be found in it."""
    started: datetime
    """When the request came, UTC."""
    status: int
    """Status of the response; 500 where the application failed before it answered."""
    response_headers: tuple[tuple[bytes, bytes], ...]
    """Headers of the response, names in lower case."""
    body: bytes | None
    """The body of the request, if all of it was read and it is not over `body_limit` bytes."""

    @property
    def method(self) -> str:
        """The request's method, in upper case."""
        return str(self.scope["method"]).upper()

    @property
    def path(self) -> str:
        """The request's path, decoded."""
        return str(self.scope["path"])

    @property
    def query_string(self) -> bytes:
        """What stands behind the question mark, as it came."""
        return bytes(self.scope.get("query_string", b""))

    @property
    def client(self) -> str | None:
        """Address of the peer. Behind a proxy it is the proxy's, unless the server was told to trust it."""
        client = self.scope.get("client")
        return str(client[0]) if client else None

    def header(self, name: str) -> str | None:
        """The first header of the request of this name."""
        return _first(self.scope.get("headers", ()), name)

    def response_header(self, name: str) -> str | None:
        """The first header of the response of this name."""
        return _first(self.response_headers, name)


def _first(headers: Any, name: str) -> str | None:
    wanted = name.lower().encode("latin-1")
    return next((bytes(value).decode("latin-1") for key, value in headers if bytes(key).lower() == wanted), None)
