"""Holds a walk's answers against the cases and against what the stand-in executed, and writes down the events that must be recorded.

    walked.py ANSWERS.ndjson EXECUTED.ndjson EVENTS.ndjson

A request may be refused on its way: then the stand-in must not have seen it, and its events are not expected.
"""

import json
import sys

import cases

# How those in between say that they do not pass something on: a status, or the end of the connection.
REFUSALS = (400, 404, 405, 414, 431, "closed")


def lines(path):
    """A file of JSON lines."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    """Tells every contradiction; fails where there is one."""
    answers, executed, events = sys.argv[1:]
    came = dict(lines(answers))
    seen = [case for _, _, case in lines(executed)]
    refused, wrong = [], []
    with open(events, "w", encoding="utf-8") as file:
        for case in cases.all_cases():
            status = int(case.answer.line.split(" ")[1])
            if case.name not in seen and came[case.name] in REFUSALS:
                refused.append(f"{case.name} ({came[case.name]})")
                continue
            if seen.count(case.name) != 1 or came[case.name] != status:
                wrong.append(f"{case.name}: executed {seen.count(case.name)} times, answered {came[case.name]} instead of {status}")
                continue
            for event in case.events:
                # An id of its own for each, and not a byte else.
                file.write(event.replace('"EventId":"x1/', f'"EventId":"{case.name}/', 1) + "\n")
    print(f"{len(came)} requests; {len(refused)} refused on their way: {', '.join(refused) or 'none'}")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
