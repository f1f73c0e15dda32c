"""Compares records: what came of each walk, and what the cases expect.

    compare.py EXPECTED.ndjson NAME=RECORDS.ndjson …

Ids, times and the client's address come from the walk itself; all else must be the same, byte for byte.
"""

import collections
import json
import sys

OF_THE_WALK = ("Id", "CorrelationId", "CreationTime", "ClientIP")


def records(path):
    """The records of a file, without what belongs to the walk."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            # The order of the keys stays: it is part of what must be the same.
            record = {key: value for key, value in json.loads(line).items() if key not in OF_THE_WALK}
            # Behind the exchange's id stands the place of the event in it.
            record["EventId"] = record["EventId"].partition("/")[2]
            yield json.dumps(record, ensure_ascii=False)


def main():
    """Tells every difference; fails where there is one."""
    expected = collections.Counter(records(sys.argv[1]))
    failed = not expected
    print(f"{sum(expected.values())} records are expected")
    for walk in sys.argv[2:]:
        name, path = walk.split("=", 1)
        found = collections.Counter(records(path))
        missing, more = expected - found, found - expected
        for record in missing:
            print(f"{name} misses: {record}")
        for record in more:
            print(f"{name} has, but should not: {record}")
        failed |= bool(missing or more)
        print(f"{name}: {sum(found.values())} records, {sum(missing.values())} missing, {sum(more.values())} too many")
    sys.exit(failed)


if __name__ == "__main__":
    main()
