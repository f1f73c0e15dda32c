"""Figures for the README. See `measure`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import actlog.lines
from actlog import Filter

ROUNDS = 5

STREAM = """
import resource, sys
from actlog import Filter
with Filter(component=sys.argv[1]) as filter, open(sys.argv[2], "rb") as events:
    filter.audit(b"")
    begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    records = filter.records(events)
    sizes = sum(map(len, records))
    totals = records.totals
    assert totals.balanced
    print(totals.read, totals.parts, sizes, begin // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""

START = """
import sys, time
begin = time.perf_counter()
from actlog import Filter
imported = time.perf_counter()
with Filter(component=sys.argv[1], cache=sys.argv[2]) as filter:
    filter.audit(b"{}")
    first = time.perf_counter()
    print(filter.start, f"{(imported - begin) * 1000:.0f} ms to import, {(first - imported) * 1000:.1f} ms to the first outcome")
"""


def generate(program: str, count: int, folder: Path) -> Path:
    path = folder / f"{count}.ndjson"
    with open(path, "wb") as file:
        subprocess.run([program, "generate", "--count", str(count), "--seed", "3"], stdout=file, check=True)
    return path


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def speeds(component: str, program: str, events: Path) -> None:
    """Events a second of processor time, so that it matters little who else is at work: the runner, this host by bytes of a batch, by
    batches of 64 events, and record by record."""
    rates: dict[str, list[float]] = {}
    lines = events.read_bytes().splitlines(keepends=True)
    batches = [b"".join(lines[at : at + 64]) for at in range(0, len(lines), 64)]
    with Filter(component=component) as filter:

        def stream(size: int) -> None:
            actlog.lines.BATCH_BYTES = size
            with open(events, "rb") as file:
                assert sum(outcome.read for outcome in filter.outcomes(file)) == len(lines)

        def records() -> None:
            actlog.lines.BATCH_BYTES = 512 << 10
            with open(events, "rb") as file:
                assert sum(1 for _ in filter.records(file))

        def by_64() -> None:
            for batch in batches:
                filter.audit(batch)

        ways = {f"outcomes, {size} KiB": lambda size=size: stream(size << 10) for size in (64, 128, 256, 512, 1024, 2048)}
        ways |= {"records": records, "audit, 64 events": by_64}
        for _ in range(ROUNDS):
            begin = children_seconds()
            subprocess.run([program, "run", "--jobs", "1", "--summary", "none", "-o", os.devnull, events], check=True)
            rates.setdefault("runner", []).append(len(lines) / (children_seconds() - begin))
            for name, way in ways.items():
                begin = time.process_time()
                way()
                rates.setdefault(name, []).append(len(lines) / (time.process_time() - begin))
    runner = statistics.median(rates["runner"])
    for name, found in rates.items():
        print(f"{name:22} {statistics.median(found):9,.0f} events/s {statistics.median(found) / runner:5.2f} of the runner")


def main(component: str, program: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        for _ in range(3):
            done = subprocess.run([sys.executable, "-c", START, component, cache], stdout=subprocess.PIPE, text=True, check=True)
            print("start:", done.stdout, end="")
        # Before this process is large: what it holds counts as the beginning of each that it starts.
        for count in (100_000, 1_000_000):
            events = generate(program, count, Path(folder))
            done = subprocess.run([sys.executable, "-c", STREAM, component, events], stdout=subprocess.PIPE, text=True, check=True)
            read, parts, size, begin, most = map(int, done.stdout.split())
            print(f"stream: {read:,} events ({events.stat().st_size >> 20} MiB), {parts:,} records ({size >> 20} MiB): "
                  f"{begin} MiB before, {most} MiB at most")
            events.unlink()
        speeds(component, program, generate(program, 100_000, Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
