"""Counts by Envoy's own access log: each request to the API that went up has its exchange in the ledger, and the other way round.

    counted.py ACCESS_LOG LEDGER
"""

import json
import sys


API = ("/api/data/", "/xrmservices/2011/organization.svc")


def lines(path):
    """A file of JSON lines."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    """Tells every difference; fails where there is one."""
    access, ledger = map(lines, sys.argv[1:])
    told = [line["Exchange"] for line in ledger]
    up = [line for line in access if line["sent_up"] and line["exchange"]]
    unseen = [line for line in access if line["sent_up"] and not line["exchange"] and line["path"].lower().startswith(API)]
    missing = {line["exchange"] for line in up} - set(told)
    more = set(told) - {line["exchange"] for line in up}
    twice = len(told) - len(set(told))
    print(f"{len(access)} requests in Envoy's access log, {len(up)} went up to the API; {len(told)} exchanges in the ledger")
    print(f"missing: {len(missing)}, without an exchange: {len(unseen)}, not in the access log: {len(more)}, twice: {twice}")
    for line in unseen:
        print(f"without an exchange: {line['method']} {line['path']} ({line['details']})")
    sys.exit(bool(missing or more or unseen or twice or not up))


if __name__ == "__main__":
    main()
