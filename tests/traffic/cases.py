"""The exchanges of tests/exchanges: each is a request, the upstream's answer, and the events that must come of them."""

import base64
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "exchanges"

# What the cases give to the translator by hand, and what no wire can carry.
NOT_FOR_A_WIRE = {"id", "began", "client", "cut"}

# What comes otherwise over a wire, and why.
OTHERWISE = {
    "path-fragment": "a server never sees what is behind #",
    "row-navigation-unknown-list": "here the $metadata says that this is no navigation",
}

CLAIMS = {"oid": "a0000000-0000-4000-8000-000000000001", "upn": "anna@contoso.com"}


class Message:
    """A request or an answer."""

    def __init__(self, text):
        head, _, body = text.partition("\n\n")
        lines = head.split("\n")
        self.notes = {line[1:].split(" ")[0] for line in lines if line.startswith("@")}
        lines = [line for line in lines if not line.startswith("@")]
        self.line = lines[0]
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:] if line]
        kind = self.field("content-type") or ""
        if "hex" in self.notes:
            self.body = bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", body))
        elif kind.startswith("multipart/") and "lf" not in self.notes:
            self.body = body.replace("\n", "\r\n").encode()
        else:
            self.body = body.removesuffix("\n").encode()

    def field(self, name):
        """The value of a header."""
        return next((value for key, value in self.fields if key.lower() == name), None)


class Case:
    """One exchange."""

    def __init__(self, path):
        self.name = path.stem
        sections = ("\n" + path.read_text(encoding="utf-8")).split("\n== ")
        self.sections = {}
        for section in sections[1:]:
            name, _, body = section.partition("\n")
            self.sections[name.strip()] = body if body.endswith("\n") or not body else body + "\n"
        self.request = Message(self.sections["request"]) if "request" in self.sections else None
        self.answer = Message(self.sections["response"]) if "response" in self.sections else None
        self.events = self.sections.get("events", "").splitlines()

    def is_for_a_wire(self):
        """Whether a client could send it, and a server answer it."""
        if self.request is None or self.answer is None or "settings" in self.sections or self.name in OTHERWISE:
            return False
        return not (self.request.notes | self.answer.notes) & NOT_FOR_A_WIRE

    def target(self):
        """Path and query, as they are sent."""
        return self.request.line.removesuffix(" HTTP/1.1").split(" ", 1)[1]

    def method(self):
        """The method, as it is sent."""
        return self.request.line.split(" ", 1)[0]

    def headers(self):
        """The request's headers, with a token."""
        fields = [(name, token(value) if name.lower() == "authorization" else value) for name, value in self.request.fields]
        if "anonymous" not in self.request.notes and self.request.field("authorization") is None:
            fields.append(("Authorization", token("Bearer " + json.dumps(CLAIMS))))
        return fields


def token(value):
    """A value `Bearer {claims}` as a token with these claims; any other as it is."""
    if not value.startswith("Bearer {"):
        return value
    claims = base64.urlsafe_b64encode(value.removeprefix("Bearer ").encode()).rstrip(b"=").decode()
    return f"Bearer e30.{claims}.c2lnbmF0dXJl"


def all_cases():
    """Every case that can be walked over a wire, in the order of their names."""
    cases = [Case(path) for path in sorted(FOLDER.glob("*.case"))]
    return [case for case in cases if case.is_for_a_wire()]
