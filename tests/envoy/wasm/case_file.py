"""Reads tests/exchanges/*.case; their README describes the form."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = '{"oid":"a0000000-0000-4000-8000-000000000001","upn":"anna@contoso.com"}'


@dataclass
class Message:
    line: str = ""
    notes: dict = field(default_factory=dict)
    fields: list = field(default_factory=list)
    body: bytes = b""

    def first(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")


@dataclass
class Case:
    name: str
    request: Message
    response: Message | None
    events: list
    unknown: str


def message(text):
    out = Message()
    rest = text
    while rest:
        line, _, rest = rest.partition("\n")
        if line.startswith("@"):
            word, _, value = line[1:].partition(" ")
            out.notes[word] = value
        elif not line:
            break
        elif not out.line:
            out.line = line
        else:
            name, _, value = line.partition(": ")
            out.fields.append((name, value))
    body = rest[:-1] if rest.endswith("\n") else rest
    if "hex" in out.notes:
        out.body = bytes.fromhex("".join(body.split()))
    else:
        out.body = body.encode()
        if out.first("Content-Type").startswith("multipart/") and "lf" not in out.notes:
            out.body = out.body.replace(b"\n", b"\r\n")
    return out


def with_token(request):
    if not request.first("Authorization") and "anonymous" not in request.notes:
        request.fields.append(("Authorization", "Bearer " + TOKEN))
    coded = []
    for name, value in request.fields:
        if name.lower() == "authorization" and value.startswith("Bearer {"):
            claims = base64.urlsafe_b64encode(value[7:].encode()).decode().rstrip("=")
            value = f"Bearer e30.{claims}.c2lnbmF0dXJl"
        coded.append((name, value))
    request.fields = coded
    return request


def read(path):
    sections = re.split(r"\n== ", path.read_text())[1:]
    parts = dict((name.strip(), body) for name, _, body in (section.partition("\n") for section in sections))
    if "settings" in parts or "csdl" in parts:
        return None
    end = lambda body: body if body.endswith("\n") else body + "\n"
    return Case(
        path.stem,
        with_token(message(end(parts["request"]))),
        message(end(parts["response"])) if "response" in parts else None,
        # The place of each event in its exchange, and the event as it is written.
        [(json.loads(line)["EventId"].rpartition("/")[2], line) for line in parts.get("events", "").splitlines() if "EventId" in line],
        parts.get("unknown", ""),
    )


def all_in(folder):
    return [case for case in map(read, sorted(Path(folder).glob("*.case"))) if case]
