"""Ten lines: events from a file, records to standard output, what became of all to standard error."""

import sys

from actlog import Filter

with Filter(component=sys.argv[1]) as filter, open(sys.argv[2], "rb") as events:
    records = filter.records(events, on_unusable=lambda event: print(event, file=sys.stderr))
    sys.stdout.buffer.writelines(records)
    print(records.totals, file=sys.stderr)
