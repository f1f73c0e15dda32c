"""Where events stand in NDJSON, and how much of it is filtered at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias, Union, runtime_checkable

BATCH_BYTES = 512 << 10
"""About how many bytes are filtered in one call: 200 to 500 events, at which calls cost nothing to speak of."""

_MARK = b"\xef\xbb\xbf"

Event: TypeAlias = Union[bytes, bytearray, str, Mapping[str, Any]]
"""NDJSON of one or more whole lines, or one event as a mapping."""


@runtime_checkable
class Readable(Protocol):
    """A file, binary or text."""

    def read(self, size: int, /) -> bytes | str: ...


Source: TypeAlias = Union[Readable, Iterable[Event]]
"""Where a stream of events comes from."""


class TooLarge:
    """Stands in a row of batches for an event over the limit, which was passed over."""


def as_bytes(events: Event) -> bytes:
    """NDJSON as bytes. Half of a surrogate pair in text, which no UTF-8 can hold, becomes bytes that the filter rejects."""
    if isinstance(events, str):
        return events.encode("utf-8", "surrogatepass")
    if isinstance(events, Mapping):
        return json.dumps(events, separators=(",", ":"), allow_nan=False).encode()
    if isinstance(events, (bytes, bytearray, memoryview)):
        return bytes(events)
    raise TypeError(f"events are bytes, text or mappings, not {type(events).__name__}")


def without_mark(line: bytes) -> bytes:
    """A line without the byte-order mark that some senders put before an event."""
    return line.removeprefix(_MARK)


def lines(batch: bytes) -> Iterator[bytes]:
    """Lines with their ends. Only a line feed ends one; `bytes.splitlines` would take a carriage return for an end, too."""
    at = 0
    while at < len(batch):
        end = batch.find(b"\n", at) + 1 or len(batch)
        yield batch[at:end]
        at = end


def events_in(batch: bytes) -> list[bytes]:
    """The events of a batch, as the filter counts them: a test holds that."""
    found = map(without_mark, batch.split(b"\n"))
    return [line for line in found if line.strip(b" \t\r")]


def cut(events: bytes, limit: int) -> Iterator[bytes | TooLarge]:
    """Cuts NDJSON into batches at ends of lines. Lines over `limit` bytes come out as `TooLarge`."""
    if len(events) <= min(BATCH_BYTES, limit):
        if events:
            yield events
        return
    at = 0
    while at < len(events):
        end = events.rfind(b"\n", at, at + BATCH_BYTES) + 1 if len(events) - at > BATCH_BYTES else len(events)
        if end == 0:
            end = events.find(b"\n", at + BATCH_BYTES) + 1 or len(events)
        batch = events[at:end]
        at = end
        if len(batch) <= limit:
            yield batch
        else:
            yield from _bounded(batch, limit)


def _bounded(batch: bytes, limit: int) -> Iterator[bytes | TooLarge]:
    """A batch that is itself over `limit`, without the lines that are."""
    kept: list[bytes] = []
    for line in lines(batch):
        if len(line) - line.endswith(b"\n") <= limit:
            kept.append(line)
            continue
        if kept:
            yield b"".join(kept)
            kept = []
        yield TooLarge()
    if kept:
        yield b"".join(kept)


def batches(source: Source, limit: int) -> Iterator[bytes | TooLarge]:
    """Batches of a source. Holds at most about `limit` + `BATCH_BYTES` bytes of it at a time."""
    if isinstance(source, (bytes, bytearray, memoryview, str, Mapping)):
        raise TypeError("a stream is a file or an iterable of events; Filter.audit takes bytes and text")
    if isinstance(source, Readable):
        yield from _of_file(source, limit)
    else:
        yield from _of_events(source, limit)


def _of_file(file: Readable, limit: int) -> Iterator[bytes | TooLarge]:
    pending: list[bytes] = []  # the beginning of a line whose end has not come
    size = 0
    passing_over = False  # within a line over the limit
    while chunk := as_bytes(file.read(BATCH_BYTES)):
        if passing_over:
            _, ended, chunk = chunk.partition(b"\n")
            if not ended:
                continue
            passing_over = False
        end = chunk.rfind(b"\n") + 1
        if end:
            yield from cut(b"".join((*pending, chunk[:end])), limit)
            pending, size = [], 0
        if end < len(chunk):
            pending.append(chunk[end:])
            size += len(chunk) - end
        if size > limit:
            yield TooLarge()
            pending, size, passing_over = [], 0, True
    yield from cut(b"".join(pending), limit)


def _of_events(events: Iterable[Event], limit: int) -> Iterator[bytes | TooLarge]:
    pending: list[bytes] = []
    size = 0
    for event in events:
        line = as_bytes(event)
        pending.append(line if line.endswith(b"\n") else line + b"\n")
        size += len(line) + 1
        if size >= BATCH_BYTES:
            yield from cut(b"".join(pending), limit)
            pending, size = [], 0
    yield from cut(b"".join(pending), limit)
