"""How fast events are filtered in batches of 64, one after another. See `bench`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from actlog import Filter, Totals

BATCH, ROUNDS = 64, 3


def main(component: str, events: str) -> None:
    lines = Path(events).read_bytes().removesuffix(b"\n").split(b"\n")
    batches = [b"\n".join(lines[at : at + BATCH]) + b"\n" for at in range(0, len(lines), BATCH)]
    best = float("inf")
    with Filter(component=component) as filter:
        for _ in range(ROUNDS):
            totals = Totals()
            begin = time.perf_counter()
            for batch in batches:
                totals.add(filter.audit(batch))
            best = min(best, time.perf_counter() - begin)
            assert totals.balanced and not totals.faulted, totals
    print(json.dumps({"host": "python", "events": totals.read, "records": totals.parts, "seconds": round(best, 6)}, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
