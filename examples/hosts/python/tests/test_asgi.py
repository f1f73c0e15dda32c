"""The middleware in a real server on loopback, before an application that knows nothing of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from conftest import ORGANIZATION

from actlog import Filter, Outcome
from actlog.asgi import AuditMiddleware, ODataEvents
from actlog.asgi.exchange import App, Receive, Scope, Send

ID = "0a0d8709-711e-e811-a952-000d3a732d76"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent; fails on demand; knows no lifespan."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if scope["path"] == "/fail":
        raise ValueError("the application fails")
    status = 404 if scope["path"] == "/missing" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body or b"hello"})


class Sink:
    """Keeps what it is given, and fails when told to."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.failing = False
        self.hanging = False

    async def __call__(self, outcome: Outcome) -> None:
        if self.hanging:
            await asyncio.sleep(3600)
        if self.failing:
            raise OSError("the sink fails")
        self.outcomes.append(outcome)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for outcome in self.outcomes for line in outcome.records.splitlines()]


@contextlib.asynccontextmanager
async def serving(app: App, lifespan: str = "on") -> AsyncIterator[httpx.AsyncClient]:
    """A server on a free port of loopback, and a client of it. At the end the server shuts down as it would on a signal."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan=lifespan)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        await task
        listener.close()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what must come to pass; half a minute is far more than it takes."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


def audited(shared: Filter, sink: Sink, app: App = application, **options: Any) -> AuditMiddleware:
    return AuditMiddleware(app, **{"filter": shared, "sink": sink, "to_event": ODataEvents(ORGANIZATION), "batch_seconds": 0.02, **options})


def balanced(middleware: AuditMiddleware) -> bool:
    stats = middleware.stats
    arrived = stats.ignored + stats.unmapped + stats.queued + stats.overflowed
    return stats.seen == arrived and stats.queued == stats.delivered + stats.undelivered + middleware.pending and stats.totals.balanced


def test_what_passes_is_audited_and_flushed_at_shutdown(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink, batch_seconds=3600, body_limit=1000)

    async def run() -> None:
        async with serving(middleware) as client:
            assert (await client.get(f"/accounts({ID})")).text == "hello"
            assert (await client.post("/accounts", json={"name": "A"})).json() == {"name": "A"}
            assert (await client.post("/accounts", content=b"x" * 1001)).text == "x" * 1001
            assert (await client.get("/missing")).status_code == 404
            assert (await client.get("/fail")).status_code == 500
            assert (await client.options("/accounts")).status_code == 200
            assert (await client.post("/WhoAmI")).status_code == 200
            assert sink.outcomes == [] and middleware.pending == 6

    asyncio.run(run())
    assert [(one["Operation"], one["ResultStatus"]) for one in sink.records] == [
        ("Retrieve", "Success"),
        ("Create", "Success"),
        ("Create", "Success"),
        ("RetrieveMultiple", "Not Found"),
        ("RetrieveMultiple", "Internal Server Error"),
    ]
    assert [one.get("Fields") for one in sink.records] == [None, '[{"Name":"name","Value":"A"}]', None, None, None]
    assert sink.records[0]["EntityId"] == ID and sink.records[0]["ClientIP"] == "127.0.0.1"
    stats = middleware.stats
    assert (stats.seen, stats.ignored, stats.delivered) == (7, 1, 6) and stats.totals.excluded == 1 and balanced(middleware)


def test_load_is_delivered_in_batches_and_in_order(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink, batch_events=16)

    async def run() -> None:
        async with serving(middleware) as client:
            for turn in range(20):
                await asyncio.gather(*(client.get(f"/e{turn}") for _ in range(10)))

    asyncio.run(run())
    names = [int(one["EntityName"][1:]) for one in sink.records]
    assert names == sorted(names) and len(names) == 200 and balanced(middleware)
    assert max(outcome.read for outcome in sink.outcomes) <= 16 and len(sink.outcomes) >= 13


def test_sink_that_fails_for_a_while_loses_nothing(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink)

    async def run() -> None:
        sink.failing = True
        async with serving(middleware) as client:
            for turn in range(30):
                assert (await client.get(f"/e{turn}")).status_code == 200
            await until(lambda: middleware.stats.sink_failures >= 2)
            assert middleware.pending == 30 and balanced(middleware)
            sink.failing = False

    asyncio.run(run())
    assert [one["EntityName"] for one in sink.records] == [f"e{turn}" for turn in range(30)]
    assert middleware.stats.overflowed == middleware.stats.undelivered == 0 and balanced(middleware)


@pytest.mark.parametrize("kind", ["failing", "hanging"])
def test_sink_that_never_works_breaks_nothing_and_all_is_accounted_for(shared: Filter, kind: str) -> None:
    sink, lost = Sink(), bytearray()
    setattr(sink, kind, True)
    middleware = audited(
        shared, sink, queue_events=5, batch_events=2, patience=0, sink_seconds=0.05, shutdown_seconds=0.2, on_lost=lost.extend
    )

    async def run() -> None:
        async with serving(middleware) as client:
            for turn in range(40):
                assert (await client.get(f"/e{turn}")).text == "hello"
                assert middleware.pending <= 7, "the queue and one batch"
            await until(lambda: middleware.stats.sink_failures >= 2)

    asyncio.run(run())
    stats = middleware.stats
    assert stats.overflowed >= 33 and stats.delivered == 0 and stats.overflowed + stats.undelivered == 40 and balanced(middleware)
    outcome = shared.audit(bytes(lost))
    assert outcome.recorded == 40, "what was lost was handed over whole"


def test_full_queue_holds_a_request_after_its_response_until_there_is_room(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink, queue_events=1, batch_events=1, patience=3600)

    async def run() -> None:
        sink.failing = True
        async with serving(middleware) as client:
            for turn in range(3):  # one in flight, one queued, one waits
                assert (await client.get(f"/e{turn}")).text == "hello"
            await until(lambda: middleware.pending == 2 and middleware.stats.seen == 3)
            assert middleware.stats.queued == 2 and middleware.stats.overflowed == 0
            sink.failing = False
            await until(lambda: middleware.stats.delivered == 3)

    asyncio.run(run())
    assert [one["EntityName"] for one in sink.records] == ["e0", "e1", "e2"] and balanced(middleware)


def test_patience_ends(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink, queue_events=1, batch_events=1, patience=0.05, shutdown_seconds=0.1)

    async def run() -> None:
        sink.failing = True
        async with serving(middleware) as client:
            for turn in range(3):
                assert (await client.get(f"/e{turn}")).text == "hello"
            await until(lambda: middleware.stats.overflowed == 1)

    asyncio.run(run())
    assert middleware.stats.undelivered == 2 and balanced(middleware)


def test_sink_that_is_cancelled_gets_the_batch_again(shared: Filter) -> None:
    attempts: list[Outcome] = []

    async def sink(outcome: Outcome) -> None:
        attempts.append(outcome)
        if len(attempts) == 1:
            raise asyncio.CancelledError

    middleware = AuditMiddleware(application, filter=shared, sink=sink, to_event=ODataEvents(ORGANIZATION), batch_seconds=0.02)

    async def run() -> None:
        async with serving(middleware) as client:
            await client.get("/accounts")
            await until(lambda: middleware.stats.delivered == 1)

    asyncio.run(run())
    assert attempts[0] == attempts[1] and len(attempts) == 2 and balanced(middleware)


def test_long_pause_does_not_outlast_shutdown(shared: Filter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actlog.asgi.delivery._FIRST_DELAY", 3600.0)
    sink = Sink()
    sink.failing = True
    middleware = audited(shared, sink)

    async def run() -> None:
        async with serving(middleware) as client:
            await client.get("/accounts")
            await until(lambda: middleware.stats.sink_failures == 1)
            sink.failing = False

    asyncio.run(run())
    assert len(sink.records) == 1 and middleware.stats.undelivered == 0 and balanced(middleware)


def test_mapping_that_fails_breaks_nothing(shared: Filter) -> None:
    def to_event(exchange: object) -> dict[str, Any] | None:
        raise KeyError("the mapping fails")

    sink = Sink()
    middleware = audited(shared, sink, to_event=to_event)
    unserializable = audited(shared, sink, to_event=lambda exchange: {"Message": object()})

    async def run(app: AuditMiddleware) -> None:
        async with serving(app) as client:
            assert (await client.get("/accounts")).text == "hello"

    for app in (middleware, unserializable):
        asyncio.run(run(app))
        assert app.stats.unmapped == 1 and balanced(app)
    assert sink.outcomes == []


def test_event_that_is_rejected_reaches_the_sink_with_its_bytes(shared: Filter) -> None:
    sink = Sink()
    middleware = audited(shared, sink, to_event=lambda exchange: {"Message": "Update"})

    async def run() -> None:
        async with serving(middleware) as client:
            await client.get("/accounts")

    asyncio.run(run())
    (outcome,) = sink.outcomes
    assert outcome.rejected[0].event == b'{"Message":"Update"}' and middleware.stats.totals.rejected == 1


def test_without_lifespan_the_first_requests_start_it(component: Path) -> None:
    sink = Sink()
    middleware = AuditMiddleware(
        application, filter=lambda: Filter(component=component), sink=sink, to_event=ODataEvents(ORGANIZATION), batch_seconds=0.02
    )

    async def run() -> None:
        async with serving(middleware, lifespan="off") as client:
            await asyncio.gather(*(client.get("/accounts") for _ in range(8)))
            await until(lambda: middleware.stats.seen == 8 and middleware.pending == 8 - middleware.stats.delivered)
        await middleware.aclose()
        await middleware.aclose()

    asyncio.run(run())
    assert len(sink.records) == 8 and balanced(middleware)


def test_lifespan_of_the_application_goes_on_inside(shared: Filter) -> None:
    steps: list[str] = []
    sink = Sink()

    async def with_lifespan(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            return await application(scope, receive, send)
        while True:
            message = await receive()
            steps.append(message["type"])
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                steps.append(f"{len(sink.records)} records")
                return None

    middleware = audited(shared, sink, with_lifespan, batch_seconds=3600)

    async def run() -> None:
        async with serving(middleware) as client:
            await client.get("/accounts")

    for turn in (1, 2):  # the same application may be served again
        asyncio.run(run())
        assert steps == ["lifespan.startup", "lifespan.shutdown", f"{turn} records"]
        steps.clear()
    assert balanced(middleware)


def test_filter_that_cannot_be_made_is_told_at_startup(component: Path) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    def wrong() -> Filter:
        return Filter({"nonsense": True}, component)

    middleware = AuditMiddleware(application, filter=wrong, sink=Sink(), to_event=ODataEvents(ORGANIZATION))
    asyncio.run(middleware({"type": "lifespan"}, receive, send))
    assert [one["type"] for one in sent] == ["lifespan.startup.failed"] and "nonsense" in sent[0]["message"]


def test_filter_that_cannot_be_made_breaks_no_request(component: Path) -> None:
    lost = bytearray()
    to_event = ODataEvents(ORGANIZATION)
    absent = component.parent / "absent"
    middleware = AuditMiddleware(
        application, filter=lambda: Filter(component=absent), sink=Sink(), to_event=to_event, on_lost=lost.extend
    )

    async def run() -> None:
        async with serving(middleware, lifespan="off") as client:
            assert [(await client.get("/accounts")).text for _ in range(3)] == ["hello"] * 3
            await until(lambda: middleware.stats.seen == 3)

    asyncio.run(run())
    assert middleware.stats.overflowed == 3 and lost.count(b"\n") == 3 and balanced(middleware)


def test_closed_filter_gives_events_up_and_says_so(component: Path) -> None:
    lost = bytearray()
    filter = Filter(component=component)
    middleware = audited(filter, Sink(), on_lost=lost.extend)

    async def run() -> None:
        async with serving(middleware) as client:
            filter.close()
            assert (await client.get("/accounts")).text == "hello"

    asyncio.run(run())
    assert middleware.stats.undelivered == 1 and lost.count(b"\n") == 1 and balanced(middleware)


def test_slow_sink_does_not_hold_responses(shared: Filter) -> None:
    async def run() -> None:
        go_on = asyncio.Event()

        async def slow(outcome: Outcome) -> None:
            await go_on.wait()

        middleware = AuditMiddleware(application, filter=shared, sink=slow, to_event=ODataEvents(ORGANIZATION), batch_events=1)
        async with serving(middleware) as client:
            for _ in range(40):
                assert (await client.get("/accounts")).text == "hello"
            assert middleware.stats.delivered == 0 and middleware.pending == 40
            go_on.set()
        assert middleware.stats.delivered == 40 and balanced(middleware)

    asyncio.run(run())


def test_limits_below_one_are_refused(shared: Filter) -> None:
    for wrong in ("batch_events", "queue_events", "queue_bytes"):
        options: dict[str, Any] = {wrong: 0}
        with pytest.raises(ValueError):
            audited(shared, Sink(), **options)
