"""Runs every exchange of a folder through the package. The format: tests/exchanges/README.md."""

from __future__ import annotations

import base64
import difflib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from actlog import Body, HttpAnswer, HttpExchange, MetadataError, SettingsError, Translation, Translator, names_of

GIVEN = {"settings", "request", "response", "csdl"}
EXPECTED = {"events", "unknown", "settings-errors", "names", "metadata-error"}
TOKEN = '{"oid":"a0000000-0000-4000-8000-000000000001","upn":"anna@contoso.com"}'


@dataclass
class Message:
    """One side of an exchange."""

    line: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Body = Body()


def read(path: Path) -> tuple[dict[str, str], str]:
    """What a file gives, and what it expects."""
    given: dict[str, str] = {}
    expected = ""
    for section in path.read_bytes().decode().split("\n== ")[1:]:
        name, _, text = section.partition("\n")
        ended = text if text.endswith("\n") else text + "\n"
        if name.strip() in GIVEN:
            given[name.strip()] = ended
        elif name.strip() in EXPECTED:
            expected += f"== {name.strip()}\n" + (ended if text else "")
        else:
            raise ValueError(f"there is no section '{name}'")
    if ("request" in given) == ("csdl" in given) or not expected:
        raise ValueError("a case has either a request or a csdl, and expectations")
    return given, expected


def message(text: str) -> Message:
    found = Message()
    while text:
        line, _, text = text.partition("\n")
        if not line:
            break
        if line.startswith("@"):
            word, _, rest = line[1:].partition(" ")
            found.notes[word] = rest
        elif not found.line:
            found.line = line
        else:
            name, colon, value = line.partition(": ")
            if not colon:
                raise ValueError(f"{line!r} is no header field")
            found.headers.append((name, value))
    if not found.line:
        raise ValueError("a message has no first line")
    multipart = any(name.lower() == "content-type" and value.startswith("multipart/") for name, value in found.headers)
    if "hex" in found.notes:
        content = bytes.fromhex(text)
    elif multipart and "lf" not in found.notes:
        content = text.replace("\n", "\r\n").encode()
    else:
        content = text.removesuffix("\n").encode()
    found.body = Body(content, "cut" not in found.notes)
    return found


def request(text: str) -> Message:
    """A request; its token is that of the common user where it has none."""
    found = message(text)
    if "anonymous" not in found.notes and not any(name.lower() == "authorization" for name, _ in found.headers):
        found.headers.append(("Authorization", f"Bearer {TOKEN}"))
    found.headers = [(name, token(value) if name.lower() == "authorization" else value) for name, value in found.headers]
    return found


def token(value: str) -> str:
    if not value.startswith("Bearer {"):
        return value
    claims = base64.urlsafe_b64encode(value.removeprefix("Bearer ").encode()).decode().rstrip("=")
    return f"Bearer e30.{claims}.c2lnbmF0dXJl"


def exchange(given: dict[str, str]) -> HttpExchange:
    asked = request(given["request"])
    answer = None
    if "response" in given:
        answered = message(given["response"])
        answer = HttpAnswer(int(answered.line.split(" ")[1]), answered.headers, answered.body)
    method, _, target = asked.line.partition(" ")
    return HttpExchange(
        id=asked.notes.get("id", "x1"),
        method=method,
        target=target.removesuffix(" HTTP/1.1"),
        began=asked.notes.get("began", "2024-05-06T07:08:09Z") or None,
        client_address=asked.notes.get("client", "192.0.2.10") or None,
        headers=asked.headers,
        body=asked.body,
        answer=answer,
    )


def shown(told: Translation) -> str:
    assert told.events.count(b"\n") == told.count
    findings = (
        f"{one.part} {one.kind} at {one.place or 'all'}: {one.explanation}{' (an event may be missing)' if one.event_missing else ''}\n"
        for one in told.unknown
    )
    return f"== events\n{told.events.decode()}== unknown\n{''.join(findings)}"


def found(given: dict[str, str], common: str, component: str) -> str:
    """What came out, as it stands in a file."""
    if "csdl" in given:
        try:
            names = names_of(given["csdl"], component)
            # In the contract it is a text, whose form is the same in every host.
            return f"== names\n{json.dumps(names, separators=(',', ':'), ensure_ascii=False)}\n"
        except MetadataError as error:
            return f"== metadata-error\nbyte {error.offset}: {error.explanation}\n"
    try:
        with Translator(given.get("settings", common), component) as translator:
            return shown(translator.translate(exchange(given)))
    except SettingsError as error:
        return "== settings-errors\n" + "".join(f"{problem.path}: {problem.explanation}\n" for problem in error.problems)


def main(component: str, folder: str) -> int:
    common = (Path(folder) / "settings.json").read_bytes().decode()
    passed = failed = 0
    for path in sorted(Path(folder).glob("*.case")):
        try:
            given, expected = read(path)
            came = found(given, common, component)
        except Exception as error:
            print(f"{path.name}: {error!r}", file=sys.stderr)
            failed += 1
            continue
        if came == expected:
            passed += 1
            continue
        failed += 1
        print(f"{path.name}: not what is expected", file=sys.stderr)
        both = [text.split("\n") for text in (expected, came)]
        print("\n".join(line[:300] for line in difflib.unified_diff(*both, "expected", "found", lineterm="", n=1)), file=sys.stderr)
    print(f"{passed} exchanges passed" + (f", {failed} exchanges FAILED" if failed else ""))
    if passed + failed == 0:
        print(f"no exchange was found in {folder}", file=sys.stderr)
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
