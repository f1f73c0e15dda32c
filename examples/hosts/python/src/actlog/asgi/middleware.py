"""An ASGI middleware that audits what passes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .. import lines
from .delivery import Delivery, FilterSource, Sink, Stats
from .exchange import App, Exchange, Message, Receive, Scope, Send

_log = logging.getLogger("actlog")


class AuditMiddleware:
    """Turns each HTTP exchange into an event, filters events in batches, and gives the outcomes to a sink.

    - `filter`: a `Filter`, which stays yours to close; or what makes one, called when serving begins (give this where processes fork).
    - `sink`: an async callable that takes an `Outcome`. When it returns, the batch is safe. When it raises or takes longer than
      `sink_seconds`, the same batch comes again after a while, for ever; ids of records are the same each time.
    - `to_event`: gives the SdkEvent of an exchange, or none. `ODataEvents(organization_id)` is made for this. It runs in the
      event loop and must not block.
    - `batch_events`, `batch_seconds`: a batch is full, or its first event is so old.
    - `queue_events`, `queue_bytes`: bound of what waits while the sink is slow or fails.
    - `patience`: the only way in which the application notices: when the queue is full, a request waits for room for so many
      seconds, after its response was sent. 0 never waits.
    - `on_lost`: gets the NDJSON of events that found no room, or were not delivered at shutdown, so that they can be kept. It runs in
      the event loop.
    - `shutdown_seconds`: how long shutdown waits for the sink.
    - `body_limit`: request bodies up to so many bytes are given to `to_event`; 0 keeps none.

    Serving begins with the lifespan's startup, or with the first request where the server has none; then `await aclose()` at the end.
    An exchange is audited when the application is done with it: a stream that never ends is not. WebSockets pass unaudited.
    """

    def __init__(
        self,
        app: App,
        *,
        filter: FilterSource,
        sink: Sink,
        to_event: Callable[[Exchange], Mapping[str, Any] | None],
        batch_events: int = 64,
        batch_seconds: float = 1.0,
        queue_events: int = 10_000,
        queue_bytes: int = 16 << 20,
        patience: float = 1.0,
        sink_seconds: float = 30.0,
        shutdown_seconds: float = 10.0,
        body_limit: int = 0,
        on_lost: Callable[[bytes], None] | None = None,
    ) -> None:
        self._app = app
        self._to_event = to_event
        self._body_limit = body_limit
        self._delivery = Delivery(
            filter,
            sink,
            batch_events=batch_events,
            batch_seconds=batch_seconds,
            queue_events=queue_events,
            queue_bytes=queue_bytes,
            patience=patience,
            sink_seconds=sink_seconds,
            shutdown_seconds=shutdown_seconds,
            on_lost=on_lost,
        )

    @property
    def stats(self) -> Stats:
        """Counts since the start."""
        return self._delivery.stats

    @property
    def pending(self) -> int:
        """Events that wait for the sink."""
        return self._delivery.pending

    async def aclose(self) -> None:
        """Delivers what is queued and ends. The lifespan's shutdown does it by itself."""
        await self._delivery.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = datetime.now(timezone.utc)
        response: Message = {"status": 500, "headers": ()}
        body = _Body(self._body_limit)

        async def watched_send(message: Message) -> None:
            nonlocal response
            if message["type"] == "http.response.start":
                response = message
            await send(message)

        async def watched_receive() -> Message:
            message = await receive()
            body.add(message)
            return message

        answered = False
        try:
            await self._app(scope, watched_receive if self._body_limit > 0 else receive, watched_send)
            answered = True
        finally:
            headers = tuple((bytes(name).lower(), bytes(value)) for name, value in response.get("headers", ()))
            exchange = Exchange(scope, started, int(response["status"]), headers, body.whole)
            await self._audit(exchange, wait=answered)

    async def _audit(self, exchange: Exchange, *, wait: bool) -> None:
        """Nothing that fails here is the application's business."""
        self.stats.seen += 1
        try:
            mapped = self._to_event(exchange)
            event = None if mapped is None else lines.as_bytes(mapped)
        except Exception:
            self.stats.unmapped += 1
            _log.exception("the exchange cannot be mapped to an event")
            return
        if event is None:
            self.stats.ignored += 1
            return
        if self._delivery.new:
            try:
                await self._delivery.start()
            except Exception:
                _log.exception("the filter cannot be made; nothing is audited")
        await self._delivery.offer(event, wait=wait)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starts before the application does and ends after it, whether or not it knows of lifespans."""
        phase = "none"

        async def watched_receive() -> Message:
            nonlocal phase
            message = await receive()
            phase = str(message["type"])
            if phase == "lifespan.startup":
                await self._delivery.start()
            return message

        async def watched_send(message: Message) -> None:
            nonlocal phase
            if message["type"].startswith("lifespan.shutdown"):
                await self._delivery.stop()
            phase = str(message["type"])
            await send(message)
            if phase == "lifespan.startup.failed":
                await self._delivery.stop()

        try:
            await self._app(scope, watched_receive, watched_send)
        except Exception:
            if phase not in ("none", "lifespan.startup"):
                raise
        if phase in ("none", "lifespan.startup"):
            await self._alone(phase, receive, send)

    async def _alone(self, phase: str, receive: Receive, send: Send) -> None:
        """The lifespan of an application that has none."""
        if phase == "none":
            await receive()
        try:
            await self._delivery.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": f"actlog: {error}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._delivery.stop()
        await send({"type": "lifespan.shutdown.complete"})


class _Body:
    """The body of a request, as long as it is small."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] | None = []
        self._size = 0
        self._ended = False

    def add(self, message: Message) -> None:
        """Takes what the application received."""
        if message["type"] != "http.request" or self._parts is None or self._ended:
            return
        part = bytes(message.get("body", b""))
        self._size += len(part)
        if self._size > self._limit:
            self._parts = None
            return
        self._parts.append(part)
        self._ended = not message.get("more_body", False)

    @property
    def whole(self) -> bytes | None:
        """All of it, if it ended within the limit."""
        return b"".join(self._parts) if self._ended and self._parts is not None else None
