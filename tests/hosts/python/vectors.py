"""Runs every vector of a folder through the package. The format: tests/cases/README.md."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from actlog import BadLine, Filter, JoinError, MissingParts, NotARecord, Outcome, SettingsError

GIVEN = {"settings", "events", "parts"}
EXPECTED = {"outcome", "records", "joined", "join-error", "settings-errors"}


def found(filter: Filter, component: str, given: dict[str, bytes]) -> bytes:
    """What came out, as it stands in a file."""
    if "parts" in given:
        return joined(filter, as_events(given["parts"]))
    settings = given.get("settings", b"").strip()
    if not settings:
        return shown(filter, filter.audit(as_events(given["events"])))
    try:
        with Filter(settings.decode(), component) as own:
            return shown(own, own.audit(as_events(given["events"])))
    except SettingsError as error:
        return section("settings-errors", *(f"{problem.path}: {problem.explanation}" for problem in error.problems))


def as_events(text: bytes) -> bytes:
    return text.rstrip(b"\n") + b"\n"


def shown(filter: Filter, outcome: Outcome) -> bytes:
    assert outcome.balanced and not outcome.faulted, f"faulted: {outcome.faulted}"
    lines = [f"read {outcome.read}, recorded {outcome.recorded}, records {outcome.parts}"]
    lines += [f"excluded {one.count} × {one.reason}: {one.message} of {one.entity or 'no entity'}" for one in outcome.excluded]
    lines += [f"rejected event {one.index}: {one.reason} at {one.place or 'the event'}, byte {one.offset}" for one in outcome.rejected]
    again = joined(filter, outcome.records)
    same = again == section("joined") + outcome.records
    return section("outcome", *lines) + section("records") + outcome.records + (b"" if same else again)


def joined(filter: Filter, records: bytes) -> bytes:
    try:
        return section("joined") + filter.join(records)
    except MissingParts as error:
        return section("join-error", f"missing-parts {error.correlation_id}: {', '.join(map(str, error.missing))} of {error.part_count}")
    except BadLine as error:
        kind = "not-a-record" if isinstance(error, NotARecord) else "conflict"
        return section("join-error", f"{kind} line {error.line}: {error.explanation}")
    except JoinError as error:
        raise AssertionError(f"a join error of no known kind: {error!r}") from error


def section(name: str, *lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (f"== {name}", *lines)).encode()


def read(path: Path) -> tuple[dict[str, bytes], bytes]:
    """What a file gives, and what it expects: all from its first section of `EXPECTED` on."""
    given: dict[str, bytes] = {}
    expected, name = b"", ""
    for line in lines_of(path.read_bytes()):
        if line.startswith(b"== "):
            name = line[3:].decode().strip()
            if name not in GIVEN | EXPECTED:
                raise ValueError(f"there is no section '{name}'")
            if name in GIVEN:
                given[name] = b""
                continue
        if name in EXPECTED:
            expected += line
        elif name:
            given[name] += line
    if ("events" in given) == ("parts" in given) or not expected:
        raise ValueError("a vector has either events or parts, and expectations")
    return given, expected


def lines_of(text: bytes) -> list[bytes]:
    """Only a line feed ends a line."""
    return [line + b"\n" for line in text.removesuffix(b"\n").split(b"\n")]


def main(component: str, folder: str) -> int:
    passed = failed = 0
    with Filter(component=component) as filter:
        for path in sorted(Path(folder).glob("*.case")):
            try:
                given, expected = read(path)
                came = found(filter, component, given)
            except Exception as error:
                print(f"{path.name}: {error!r}", file=sys.stderr)
                failed += 1
                continue
            if came == expected:
                passed += 1
                continue
            failed += 1
            print(f"{path.name}: not what is expected", file=sys.stderr)
            both = [text.decode(errors="backslashreplace").split("\n") for text in (expected, came)]
            print("\n".join(line[:300] for line in difflib.unified_diff(*both, "expected", "found", lineterm="", n=1)), file=sys.stderr)
    print(f"{passed} vectors passed" + (f", {failed} vectors FAILED" if failed else ""))
    if passed + failed == 0:
        print(f"no vector was found in {folder}", file=sys.stderr)
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
