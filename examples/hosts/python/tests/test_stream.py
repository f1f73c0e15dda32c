"""Streams: whatever way a file is read, the same comes out, and no more is held than was promised."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ORGANIZATION, event, large
from hypothesis import given
from hypothesis import strategies as st

import actlog.lines
from actlog import Filter, Rejection, Unusable
from actlog.instance import Instance
from actlog.lines import TooLarge, batches, events_in

HOSTILE = [
    b"",
    b" \t\r",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf" + event().rstrip(),
    b"\xef\xbb\xbf\xff",
    b"\xff\xfe",
    b"{\xff",
    b'{"Message":"\xc3\x28"}',
    b"{}",
    b"{" * 300,
    b"\0",
    b"\x0b\x0c\x1c\x85",
    "\u2028\u0085\u000b".encode(),
    event().rstrip() + b"\r",
    event("WhoAmI").rstrip(),
    event("Retrieve", EntityName="Käse \U0001f9c0").rstrip(),
    b'{"Message":"Update","OrganizationId":"' + ORGANIZATION.encode() + b'","EntityName":"\xed\xa0\x80"}',
]

line = st.one_of(st.sampled_from(HOSTILE), st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b" ")))
text = st.lists(line, max_size=30).map(b"\n".join)


class Dribble:
    """A file that gives as little at a time as it likes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._file = io.BytesIO(content)
        self._sizes = sizes or [1 << 20]
        self._turn = 0

    def read(self, size: int, /) -> bytes:
        self._turn += 1
        return self._file.read(min(size, self._sizes[self._turn % len(self._sizes)]))


@given(text)
def test_any_bytes_are_filtered_as_the_filter_does_it_with_bytes(shared: Filter, events: bytes) -> None:
    """`audit` passes text and treats what is no UTF-8 itself. The contract's function for bytes is what it has to agree with."""

    def with_bytes(instance: Instance) -> Any:
        return instance._call(instance._function("filter", "[method]auditor.audit"), instance._auditor, events)

    with shared._lock:
        expected = shared._call(with_bytes)
    found = shared.audit(events)
    assert found.read == expected.read == len(events_in(events)) and found.balanced
    assert found.records == bytes(expected.records)
    assert [(one.reason, one.message, one.entity, one.count) for one in found.excluded] == [
        (one.reason, one.message, one.entity, one.count) for one in expected.excluded
    ]
    assert [(one.index, one.reason, one.place, one.offset, one.explanation) for one in found.rejected] == [
        (one.index, one.reason, one.place, one.offset, one.explanation) for one in expected.rejected
    ]
    assert [one.event for one in found.rejected] == [events_in(events)[one.index] for one in found.rejected]


@given(text, st.lists(st.integers(1, 50), max_size=5))
def test_any_way_of_reading_gives_the_same(shared: Filter, events: bytes, sizes: list[int]) -> None:
    expected = shared.audit(events)
    unusable: list[Unusable] = []
    records = shared.records(Dribble(events, sizes), on_unusable=unusable.append)
    assert b"".join(records) == expected.records
    assert unusable == list(expected.rejected)
    assert records.totals.read == expected.read and records.totals.balanced
    assert b"".join(shared.records(events.split(b"\n"))) == expected.records


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 40), st.integers(1, 40), st.lists(st.integers(1, 50), max_size=4))
def test_any_split_in_batches_keeps_every_line(lengths: list[int], limit: int, batch: int, sizes: list[int]) -> None:
    """With small batches, so that their bounds are met often: lines come out in order and whole, or are over the limit."""
    lines = [bytes([97 + turn % 26]) * length for turn, length in enumerate(lengths)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actlog.lines, "BATCH_BYTES", batch)
        for source in (Dribble(b"\n".join(lines), sizes), iter(lines)):
            found: list[bytes | None] = []
            for piece in batches(source, limit):
                if isinstance(piece, TooLarge):
                    found.append(None)
                else:
                    assert len(piece) <= limit + batch + 1
                    found.extend(events_in(piece))
            assert found == [None if len(one) > limit else one for one in lines if one]


@given(text, st.integers(1, 80))
def test_any_limit_loses_no_event(component: Path, events: bytes, limit: int) -> None:
    with Filter(component=component, max_event_bytes=limit) as filter:
        outcome = filter.audit(events)
        assert outcome.balanced
        streamed = filter.records(io.BytesIO(events))
        assert b"".join(streamed) == outcome.records and streamed.totals.read == outcome.read


def test_records_of_mappings_text_and_bytes_are_the_same(shared: Filter) -> None:
    mapping = {"Message": "Retrieve", "OrganizationId": ORGANIZATION, "EntityName": "Käse"}
    text = json.dumps(mapping, separators=(",", ":"))  # ids follow from the text where an event has none
    assert len(set(shared.records([mapping, text, text.encode(), text + "\n", bytearray(text.encode())]))) == 1


def test_records_of_files_binary_text_and_gzip_are_the_same(shared: Filter, tmp_path: Path) -> None:
    events = event(EntityName="Käse") * 3000 + event().rstrip()
    path = tmp_path / "events.ndjson"
    path.write_bytes(events)
    with gzip.open(tmp_path / "events.gz", "wb") as file:
        file.write(events)
    with open(path, "rb") as binary, open(path, encoding="utf-8") as text, gzip.open(tmp_path / "events.gz") as packed:
        expected = list(shared.records(binary))
        assert len(expected) == 3001 and list(shared.records(text)) == expected and list(shared.records(packed)) == expected


def test_parsed_records_are_dictionaries(shared: Filter) -> None:
    (record,) = shared.records([event("Create", EntityName="account")], parsed=True)
    assert record["Operation"] == "Create" and record["Part"] == 1
    assert json.loads(next(shared.records([event("Create", EntityName="account")]))) == record


def test_records_of_what_is_no_stream_is_a_type_error(shared: Filter) -> None:
    for wrong in (b"{}", "{}", {"Message": "Update"}):
        with pytest.raises(TypeError):
            next(shared.records(wrong))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="int"):
        next(shared.records([7]))  # type: ignore[list-item]


def test_unusable_events_count_from_the_beginning_of_the_stream(shared: Filter) -> None:
    unusable: list[Unusable] = []
    stream = shared.records((event() + b"{}\n" for _ in range(5000)), on_unusable=unusable.append)
    assert sum(1 for _ in stream) == 5000
    assert [one.index for one in unusable] == list(range(1, 10_000, 2))
    assert (stream.totals.read, stream.totals.rejected, stream.totals.recorded) == (10_000, 5000, 5000)


def test_endless_line_is_passed_over_without_being_held(component: Path) -> None:
    """A hundred times the limit in one line: what is read of it at once is the most that is held."""

    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            self.given += 1
            return event() if self.given == 1 else b"x" * size if self.given < 300 else b"\n" + event() if self.given == 300 else b""

    unusable: list[Unusable] = []
    with Filter(component=component, max_event_bytes=1 << 20) as filter:
        assert sum(1 for _ in filter.records(Endless(), on_unusable=unusable.append)) == 2
    assert [one.reason for one in unusable if isinstance(one, Rejection)] == ["too-large"]
    held = max(len(piece) for piece in batches(Endless(), 1 << 20) if isinstance(piece, bytes))
    assert held < 2 << 20


def test_source_is_read_no_further_than_needed(shared: Filter) -> None:
    taken = 0

    def source() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(100_000):
            taken += 1
            yield event()

    next(shared.records(source()))
    assert taken * len(event()) < 2 * actlog.lines.BATCH_BYTES


def test_memory_after_a_large_event_is_given_back(component: Path) -> None:
    with Filter(component=component) as filter:
        assert filter.audit(large(4 << 20)).recorded == 1
        assert filter._instance is None, "its instance is not kept"
        assert filter.audit(event()).recorded == 1
        kept = filter._instance
        assert filter.audit(event()).recorded == 1 and filter._instance is kept, "after small ones it is"


def test_ledger_is_bounded(shared: Filter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actlog.outcome.LEDGER_ENTRIES", 3)
    stream = shared.records([event("WhoAmI", EntityName=f"e{turn}") for turn in range(10)])
    assert list(stream) == []
    assert stream.totals.ledger["excluded-message", "", ""] == 7 and stream.totals.excluded == 10 and stream.totals.balanced
