"""From events to the sink: a bounded queue, batches, and a sink that may fail."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from ..filter import Filter
from ..outcome import Outcome, Totals

_log = logging.getLogger("actlog")

FilterSource: TypeAlias = Union[Filter, Callable[[], Filter]]
"""A filter, which stays the caller's to close; or what makes one in the process that serves."""

Sink: TypeAlias = Callable[[Outcome], Awaitable[None]]
"""Takes a batch. When it returns, the batch is safe; when it raises, the same batch comes again."""

_FIRST_DELAY, _LONGEST_DELAY = 0.1, 30.0
"""Seconds between two attempts of the sink; each is twice the one before."""

_STOPPING_DELAY = 0.1
"""The same, at most, while shutting down."""

_CANCELLATION_SECONDS = 1.0
"""How long a sink that was cancelled is waited for."""

_CANCELLATIONS = 3
"""How often the worker is cancelled: before Python 3.12 a cancellation can be missed."""


@dataclass(slots=True)
class Stats:
    """Counts since the start. `seen` = `ignored` + `unmapped` + `queued` + `overflowed`, once no request is waiting for room;
    `queued` = `delivered` + `undelivered` + what is still pending."""

    seen: int = 0
    """Exchanges that passed."""
    ignored: int = 0
    """For which the mapping gave none."""
    unmapped: int = 0
    """For which the mapping failed. The error is logged."""
    queued: int = 0
    """Events that were taken into the queue."""
    overflowed: int = 0
    """Events that found no room in time; `on_lost` got them."""
    delivered: int = 0
    """Events whose batch the sink took."""
    undelivered: int = 0
    """Events that were still waiting when time was up at shutdown, or that could not be filtered; `on_lost` got them."""
    sink_failures: int = 0
    """Attempts of the sink that failed or took too long."""
    totals: Totals = field(default_factory=Totals)
    """What the filter made of the events that were delivered."""


class Delivery:
    """Takes events, filters them in batches in a thread of its own, and gives them to the sink, in order.

    See `AuditMiddleware` for the parameters.
    """

    def __init__(
        self,
        filter: FilterSource,
        sink: Sink,
        *,
        batch_events: int,
        batch_seconds: float,
        queue_events: int,
        queue_bytes: int,
        patience: float,
        sink_seconds: float,
        shutdown_seconds: float,
        on_lost: Callable[[bytes], None] | None,
    ) -> None:
        if min(batch_events, queue_events, queue_bytes) < 1:
            raise ValueError("batch_events, queue_events and queue_bytes are at least 1")
        self.stats = Stats()
        self._source = filter
        self._sink = sink
        self._batch_events = batch_events
        self._batch_seconds = batch_seconds
        self._queue_events = queue_events
        self._queue_bytes = queue_bytes
        self._patience = patience
        self._sink_seconds = sink_seconds
        self._shutdown_seconds = shutdown_seconds
        self._on_lost = on_lost
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._in_flight: list[bytes] = []
        self._filter: Filter | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._worker: asyncio.Task[None] | None = None
        self._starting: asyncio.Lock | None = None
        self._changed: asyncio.Condition | None = None
        self._stopping = False
        self.new = True
        """Whether it was never started."""

    @property
    def pending(self) -> int:
        """Events that are queued or with the sink now."""
        return len(self._queue) + len(self._in_flight)

    async def start(self) -> None:
        """Makes the filter and begins to deliver. A second call does nothing. Raises what making the filter raises."""
        if self._worker is not None:
            return
        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._worker is not None:
                return
            thread = ThreadPoolExecutor(1, "actlog")
            try:
                source = self._source
                self._filter = source if isinstance(source, Filter) else await asyncio.get_running_loop().run_in_executor(thread, source)
            except BaseException as error:
                thread.shutdown(wait=False)
                self.new = not isinstance(error, Exception)  # a request that was cancelled meanwhile says nothing
                raise
            self.new = False
            self._thread = thread
            self._changed = asyncio.Condition()
            self._stopping = False
            self._worker = asyncio.get_running_loop().create_task(self._work(), name="actlog delivery")

    async def offer(self, event: bytes, *, wait: bool) -> None:
        """Queues an event. Where there is no room, waits for at most `patience` seconds if it may, and then counts it as overflowed."""
        if self._changed is not None and not self._stopping:
            if self._has_room(event):
                self._take(event)
                return await self._notify()
            if wait and self._patience > 0:
                return await self._wait_for_room(event)
        self._overflow(event)

    async def _wait_for_room(self, event: bytes) -> None:
        taken = False

        async def take() -> None:
            nonlocal taken
            assert self._changed is not None
            async with self._changed:
                await self._changed.wait_for(lambda: self._stopping or self._has_room(event))
                if not self._stopping:
                    self._take(event)
                    taken = True
                    self._changed.notify_all()

        try:
            await asyncio.wait_for(take(), self._patience)
        except asyncio.TimeoutError:
            pass
        finally:  # also when the server ends the request meanwhile
            if not taken:
                self._overflow(event)

    def _overflow(self, event: bytes) -> None:
        self.stats.overflowed += 1
        self._lose([event])

    def _has_room(self, event: bytes) -> bool:
        """One event always has room in an empty queue."""
        return not self._queue or (len(self._queue) < self._queue_events and self._bytes + len(event) <= self._queue_bytes)

    def _take(self, event: bytes) -> None:
        self._queue.append(event)
        self._bytes += len(event)
        self.stats.queued += 1

    async def _notify(self) -> None:
        assert self._changed is not None
        async with self._changed:
            self._changed.notify_all()

    async def stop(self) -> None:
        """Delivers what is queued, for at most `shutdown_seconds`, and ends. What is left then is lost and counted."""
        if self._worker is None:
            return
        self._stopping = True
        await self._notify()
        _, unfinished = await asyncio.wait({self._worker}, timeout=self._shutdown_seconds)
        for _ in range(_CANCELLATIONS if unfinished else 0):
            self._worker.cancel()
            if (await asyncio.wait({self._worker}, timeout=_CANCELLATION_SECONDS))[0]:
                break
        left = [*self._in_flight, *self._queue]
        self._in_flight = []
        self._queue.clear()
        self._bytes = 0
        self._give_up(left)
        assert self._thread is not None
        self._thread.shutdown(wait=False)
        if self._filter is not None and self._filter is not self._source:
            self._filter.close()
        self._worker = self._changed = self._starting = None

    async def _work(self) -> None:
        while await self._take_batch():
            outcome = await self._filtered()
            if outcome is not None:
                await self._deliver(outcome)
                self.stats.delivered += len(self._in_flight)
                self.stats.totals.add(outcome)
            self._in_flight = []

    async def _take_batch(self) -> bool:
        """Moves the next batch in flight: a full one, or what came within `batch_seconds`. False when all is done."""
        assert self._changed is not None
        async with self._changed:
            await self._changed.wait_for(lambda: self._queue or self._stopping)
            try:
                full = self._changed.wait_for(lambda: len(self._queue) >= self._batch_events or self._stopping)
                await asyncio.wait_for(full, self._batch_seconds)
            except asyncio.TimeoutError:
                pass
            while self._queue and len(self._in_flight) < self._batch_events:
                self._bytes -= len(self._queue[0])
                self._in_flight.append(self._queue.popleft())
            self._changed.notify_all()
        return bool(self._in_flight)

    async def _filtered(self) -> Outcome | None:
        assert self._filter is not None and self._thread is not None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._filter.audit, b"\n".join(self._in_flight))
        except Exception:
            _log.exception("%d events cannot be filtered", len(self._in_flight))
            self._give_up(self._in_flight)
            return None

    async def _deliver(self, outcome: Outcome) -> None:
        """Tries until the sink takes the batch; `stop` ends it when time is up."""
        delay = _FIRST_DELAY
        while True:
            error = await self._attempt(outcome)
            if error is None:
                return
            self.stats.sink_failures += 1
            _log.warning("the sink failed, next attempt in %.1f s: %s", delay, error)
            await self._pause(delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _attempt(self, outcome: Outcome) -> str | None:
        """Gives the batch to the sink once; says how it failed. In a task of its own, so that a sink that is cancelled ends only itself."""

        async def give() -> None:
            await self._sink(outcome)

        task = asyncio.get_running_loop().create_task(give(), name="actlog sink")
        try:
            await asyncio.wait({task}, timeout=self._sink_seconds)
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_CANCELLATION_SECONDS)
                return f"it took more than {self._sink_seconds} s"
        finally:
            task.cancel()
        if task.cancelled():
            return "it was cancelled"
        error = task.exception()
        return None if error is None else repr(error)

    async def _pause(self, seconds: float) -> None:
        """Waits for the next attempt; at shutdown there is no time for long pauses."""
        assert self._changed is not None
        if self._stopping:
            return await asyncio.sleep(min(seconds, _STOPPING_DELAY))
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: self._stopping), seconds)
            except asyncio.TimeoutError:
                pass

    def _give_up(self, events: list[bytes]) -> None:
        self.stats.undelivered += len(events)
        self._lose(events)

    def _lose(self, events: list[bytes]) -> None:
        if not events or self._on_lost is None:
            return
        try:
            self._on_lost(b"".join(event + b"\n" for event in events))
        except Exception:
            _log.exception("on_lost failed over %d events", len(events))
