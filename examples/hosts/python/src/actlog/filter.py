"""The filter: events in, records out, and nothing lost."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Literal, TypeVar, cast, overload

from . import lines
from .compiled import CacheFolder, ComponentSource, load
from .errors import BadLine, EventTooLarge, FilterClosed, FilterFault, JoinError, MissingParts, NotARecord
from .instance import Instance, InstanceFault
from .lines import Event, Source, TooLarge
from .outcome import TOO_LARGE, Fault, Outcome, Rejection, together
from .record import Record
from .stream import Stream, Unusable

_T = TypeVar("_T")

MEMORY_LIMIT = 1 << 30
"""Bytes of memory that the filter may take."""

MAX_EVENT_BYTES = 16 << 20
"""Bytes of an event; a larger one is rejected as `too-large`."""

MAX_EXPLAINED_BYTES = 256 << 10
"""Bytes of an event that `explain` takes: it goes in as bytes, which are slow here."""

KEPT_BYTES = 1 << 20
"""After a batch over this size the instance is thrown away: one giant event must not hold its memory for ever."""


class Filter:
    """An actlog filter with its settings.

    `settings` is the settings document, as JSON text or as a mapping; none means the defaults, which audit everything.
    `component` is the path or the bytes of the component; none means the path in the environment variable `ACTLOG_COMPONENT`.
    `cache` says where machine code is kept, so that the next start takes milliseconds: true means the user's folder for
    caches, false nowhere.

    Raises `SettingsError` with everything that is wrong with the settings, and `ComponentError`.

    *Threads.* Any thread may call; calls of one filter wait for each other. For more speed give each thread a filter of its own:
    the machine code is shared, and Python's lock is not held while the filter works. A filter does not survive a fork: make it
    in the process that uses it.
    """

    def __init__(
        self,
        settings: str | Mapping[str, Any] | None = None,
        component: ComponentSource = None,
        *,
        memory_limit: int = MEMORY_LIMIT,
        max_event_bytes: int = MAX_EVENT_BYTES,
        cache: CacheFolder = True,
    ) -> None:
        if memory_limit < 1 or max_event_bytes < 1:
            raise ValueError("memory_limit and max_event_bytes are at least 1")
        self._settings = settings if isinstance(settings, str) else "" if settings is None else json.dumps(settings)
        self._memory_limit = memory_limit
        self._max_event_bytes = max_event_bytes
        self._compiled = load(component, cache)
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._instance: Instance | None = None
        with self._lock:
            self._call(lambda instance: None)

    @property
    def start(self) -> Literal["shared", "warm", "cold"]:
        """How the machine code was come by: from this process, from the cache, or compiled."""
        return self._compiled.start

    def audit(self, events: bytes | str) -> Outcome:
        """Filters NDJSON: one event a line. One bad event never harms another.

        For what does not fit in memory there is `records`.
        """
        with self._lock:
            return together(map(self._filter, lines.cut(lines.as_bytes(events), self._max_event_bytes)))

    def outcomes(self, source: Source) -> Iterator[Outcome]:
        """Filters a file or an iterable of events in batches, and gives what became of each batch. This is the fastest way.

        Positions count from the beginning of the source. At most one batch of about 512 KiB, or one event, is held at a time.
        An iterable's items each are one event or more, whole: bytes, text or mappings.
        """
        read = 0
        for batch in lines.batches(source, self._max_event_bytes):
            with self._lock:
                outcome = self._filter(batch)
            yield outcome.shifted(read)
            read += outcome.read

    @overload
    def records(self, source: Source, *, on_unusable: Callable[[Unusable], None] | None = ...) -> Stream[bytes]: ...
    @overload
    def records(
        self, source: Source, *, parsed: Literal[True], on_unusable: Callable[[Unusable], None] | None = ...
    ) -> Stream[Record]: ...
    @overload
    def records(
        self, source: Source, *, parsed: Literal[False], on_unusable: Callable[[Unusable], None] | None = ...
    ) -> Stream[bytes]: ...

    def records(
        self, source: Source, *, parsed: bool = False, on_unusable: Callable[[Unusable], None] | None = None
    ) -> Stream[bytes] | Stream[Record]:
        """Filters a file or an iterable of events of any length, and gives one record after another.

        Each is one line of JSON with its line feed; with `parsed`, a dictionary. `totals` of what is returned says what became
        of all events so far. `on_unusable` is given each event that was rejected or faulted, with its bytes.
        """
        outcomes = self.outcomes(source)
        if parsed:
            return Stream(outcomes, cast("Callable[[bytes], Record]", json.loads), on_unusable)
        return Stream(outcomes, _as_it_is, on_unusable)

    def explain(self, event: Event) -> dict[str, Any]:
        """What the filter decides about one event and why, stage by stage. The form may grow new keys."""
        given = lines.as_bytes(event)
        if len(given) > MAX_EXPLAINED_BYTES:
            raise EventTooLarge(f"the event has {len(given)} bytes; at most {MAX_EXPLAINED_BYTES} can be explained")
        explained: dict[str, Any] = json.loads(self._ask(lambda instance: instance.explain(given)))
        return explained

    def join(self, records: bytes | str) -> bytes:
        """Puts split records back together.

        `records` is NDJSON of records in any order. Each source record comes out once, at the place of its first part. Raises a
        `JoinError`: `MissingParts`, `NotARecord` or `Conflict`.
        """
        given = lines.as_bytes(records)
        try:
            text = given.decode()
        except UnicodeDecodeError as error:
            raise self._undecodable(given, error) from None
        return self._ask(lambda instance: instance.join(text)).encode()

    def catalog(self) -> dict[str, Any]:
        """The complete catalog: every message, category, activity, event, social entity and column."""
        return self._document("catalog")

    def schema(self, of: Literal["settings", "event", "record", "translator"]) -> dict[str, Any]:
        """The JSON Schema of the settings, of an event, of a record or of a translator's settings."""
        return self._document(f"{of}-schema")

    def close(self) -> None:
        """Gives the memory back. A second call does nothing."""
        with self._lock:
            self._closed = True
            self._drop()

    def __enter__(self) -> Filter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # What follows is called with the lock held.

    def _filter(self, batch: bytes | TooLarge) -> Outcome:
        if isinstance(batch, TooLarge):
            explanation = f"the event is over {self._max_event_bytes} bytes; max_event_bytes raises the limit"
            return Outcome(read=1, rejected=(Rejection(0, TOO_LARGE, "", self._max_event_bytes, explanation, None),))
        try:
            return self._filter_text(batch, batch.decode())
        except UnicodeDecodeError:
            return together(self._filter_lines(batch))

    def _filter_lines(self, batch: bytes) -> Iterator[Outcome]:
        """Filters a batch of which not all is UTF-8. Text cannot carry such an event, so it is rejected here as the filter would."""
        good: list[bytes] = []
        for line in lines.lines(batch):
            event = lines.without_mark(line.removesuffix(b"\n"))
            try:
                event.decode()
                good.append(line)
            except UnicodeDecodeError as error:
                if good:
                    yield self._filter_text(b"".join(good), b"".join(good).decode())
                    good = []
                yield Outcome(read=1, rejected=(Rejection(0, "not-utf8", "", error.start, "not valid UTF-8", event),))
        if good:
            yield self._filter_text(b"".join(good), b"".join(good).decode())

    def _filter_text(self, batch: bytes, text: str) -> Outcome:
        """Filters a batch. Where the filter fails on it, it is given again event by event, so that only the culprit is hit."""
        try:
            outcome = self._call(lambda instance: instance.audit(text))
        except InstanceFault as fault:
            events = lines.events_in(batch)
            if not events:
                raise FilterFault(str(fault)) from None
            if len(events) == 1:
                return Outcome(read=1, faulted=(Fault(0, str(fault), events[0]),))
            return together(self._filter_text(event, event.decode()) for event in events)
        if len(batch) > KEPT_BYTES:
            self._drop()
        if not outcome.rejected:
            return outcome
        events = lines.events_in(batch)
        return replace(outcome, rejected=tuple(replace(one, event=events[one.index]) for one in outcome.rejected))

    def _call(self, what: Callable[[Instance], _T]) -> _T:
        """Asks the instance, or a new one. One that did not answer is thrown away, whatever hindered it."""
        if self._closed or self._process != os.getpid():
            raise FilterClosed("the filter is closed" if self._closed else "the filter was made before a fork, by another process")
        if self._instance is None:
            try:
                self._instance = Instance(self._compiled, self._settings, self._memory_limit)
            except InstanceFault as fault:
                raise FilterFault(f"the filter failed over its settings: {fault}") from None
        try:
            return what(self._instance)
        except JoinError:
            raise
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    # What follows takes the lock.

    def _ask(self, what: Callable[[Instance], str]) -> str:
        with self._lock:
            try:
                return self._call(what)
            except InstanceFault as fault:
                raise FilterFault(str(fault)) from None

    def _document(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._ask(lambda instance: instance.reference(name)))
        return document

    def _undecodable(self, records: bytes, error: UnicodeDecodeError) -> BadLine:
        """What is wrong with records that are not UTF-8: that, unless a line before is wrong already."""
        begin = records.rfind(b"\n", 0, error.start) + 1
        try:
            self._ask(lambda instance: instance.join(records[:begin].decode()))
        except BadLine as earlier:
            return earlier
        except MissingParts:
            pass
        return NotARecord(records.count(b"\n", 0, begin) + 1, f"not valid UTF-8 from byte {error.start - begin} of the line")


def _as_it_is(line: bytes) -> bytes:
    return line
