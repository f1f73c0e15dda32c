#!/usr/bin/env python3
"""Verifies a store of audit records as FORMAT.md describes it, without any code of the program that wrote it.

usage: verify.py STORE [PUBLIC-KEY-AS-HEX [HEAD-FILE]]

Needs the package `cryptography`. Ends with 0 where the store is intact, with 1 where it is not."""

import hashlib
import json
import os
import re
import sqlite3
import sys
import uuid
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NO_TIME = -(2**63)
NAMES = "organization message category activity entity user user_id caller client_ip result_status tags".split()
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
findings = []


def told(what):
    findings.append(what)
    print(what)


def sha256(data):
    return hashlib.sha256(data).digest()


def signed(key, message, signature):
    try:
        key.verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def milliseconds(text):
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)?)?", text)
    day, clock, fraction, zone = match.groups()
    moment = datetime.fromisoformat(day + "T" + (clock or "00:00:00")).replace(tzinfo=timezone.utc)
    if zone and zone not in "Zz":
        hours, minutes = int(zone[1:3]), int(zone[4:])
        moment -= (1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)
    whole = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)
    return whole + int(((fraction or "") + "000")[:3])


def guid(text):
    return uuid.UUID(text) if text and GUID.fullmatch(text) else None


class Record:
    """What FORMAT.md says that a record's columns are."""

    def __init__(self, data):
        line = json.loads(data)
        get = lambda key: line.get(key) or None
        text = lambda key: str(uuid.UUID(line[key]))
        self.id, self.correlation = uuid.UUID(line["Id"]), uuid.UUID(line["CorrelationId"])
        self.time = milliseconds(line["CreationTime"]) if line.get("CreationTime") is not None else NO_TIME
        self.entity_id = guid(get("EntityId"))
        self.results = sorted({guid(item.strip()) for item in (get("QueryResults") or "").split(",")} - {None})
        self.part_count = line["PartCount"]
        user_id, system_user = guid(get("UserId")), guid(get("SystemUserId"))
        user = get("UserUpn") or get("UserId") or get("SystemUserId") or get("UserKey")
        caller = system_user if user_id and system_user and user_id != system_user else None
        as_text = lambda value: str(value) if value else None
        message = line["Message"] if line.get("Message") is not None else line.get("Operation")
        self.names = [text("OrganizationId"), message, get("Category"), get("Activity"), get("ItemType") or get("EntityName"), user,
                      as_text(user_id or system_user), as_text(caller), get("ClientIP"), get("ResultStatus"), get("Tags")]
        self.tags = {tag.strip() for tag in (get("Tags") or "").split(",")} - {""}
        self.shown = set(self.results) | ({self.entity_id} - {None})


def verify_seals(db, store, key):
    """The chain. Gives the segments, the first place that is not sealed, and the hash of each seal."""
    segments, first_unsealed, previous, expected, hashes = {}, 1, bytes(32), 1, {}
    for number, body, signature, manifest in db.execute("SELECT number, body, signature, manifest FROM seal ORDER BY number"):
        if number != expected:
            told(f"seal {expected} is missing")
        expected = number + 1
        if not signed(key, body, signature):
            told(f"seal {number}: its signature is wrong")
        before, previous = previous, sha256(body + signature)
        hashes[number] = previous
        try:
            seal = json.loads(body)
            if (seal["format"], seal["store"], seal["number"]) != (1, str(store), number):
                told(f"seal {number}: it is that of another place or another store")
            if seal["previous"] != before.hex():
                told(f"seal {number}: the one before it is another")
            (kind, content), = seal["content"].items()
            if kind == "segment":
                first, last, count = content["first"], content["last"], content["count"]
                if first != first_unsealed or count != last - first + 1 or count < 1:
                    told(f"seal {number}: its records do not follow those before")
                first_unsealed = last + 1
                if manifest is not None and (len(manifest) != 48 * count or sha256(manifest).hex() != content["hash"]):
                    told(f"seal {number}: its manifest was changed")
                segments[number] = [first, last, manifest, content["hash"], False]
            elif kind == "tombstone":
                named = [segments[named] for named in content["segments"]]
                joined = "".join(segment[3] for segment in named).encode()
                if any(segment[4] for segment in named) or manifest is not None:
                    told(f"seal {number}: it names what was deleted before, or has a manifest")
                if sha256(joined).hex() != content["hash"] or sum(s[1] - s[0] + 1 for s in named) != content["count"]:
                    told(f"seal {number}: it names other segments than were deleted")
                for segment in named:
                    segment[4] = True
            else:
                told(f"seal {number}: it is of no known kind")
        except (KeyError, TypeError, ValueError) as error:
            told(f"seal {number}: it cannot be read: {error!r}")
    return segments, first_unsealed, hashes


def verify_records(db, segments, first_unsealed):
    """Each record against the manifest that was sealed."""
    places = {}
    for number, (first, last, manifest, _, dead) in segments.items():
        if manifest is None and not dead:
            told(f"seal {number}: its manifest is missing")
        for place in range(first, last + 1):
            entry = manifest[48 * (place - first):][:48] if manifest else None
            places[place] = (entry, dead)
    following = first_unsealed
    sealed = unsealed = 0
    for seq, id, data in db.execute("SELECT seq, id, bytes FROM record ORDER BY seq"):
        if seq >= first_unsealed:
            if seq != following:
                told(f"record {following} is missing, and was not sealed yet")
            following = seq + 1
            unsealed += 1
            continue
        entry, _ = places.pop(seq, (None, False))
        sealed += 1
        if entry is None:
            told(f"record {seq} ({id.hex()}): no seal knows it")
        elif entry[:16] != id or entry[16:] != sha256(seq.to_bytes(8, "big", signed=True) + data):
            told(f"record {seq} ({entry[:16].hex()}): it was changed, or is another one ({id.hex()})")
    for seq, (entry, dead) in places.items():
        if not dead:
            told(f"record {seq} ({entry[:16].hex() if entry else 'unknown'}): it is missing")
    return sealed, unsealed


def verify_columns(db):
    """What searches go by, derived again from the records' bytes."""
    names = dict(db.execute("SELECT no, text FROM name"))
    sources = {}
    for seq, id, source, data in db.execute("SELECT seq, id, source, bytes FROM record ORDER BY seq"):
        try:
            record = Record(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            told(f"record {seq}: it is no record: {error!r}")
            continue
        if record.id.bytes != id:
            told(f"record {seq}: its id in the table is not its own")
        sources.setdefault(source, []).append(record)
    rows, seen, tags = {}, set(), set()
    for source, parts in sources.items():
        first = parts[0]
        if any((part.correlation, part.names[0]) != (first.correlation, first.names[0]) for part in parts):
            told(f"source record {source}: its parts are not of one source record")
        rows[source] = (first.names, first.time, first.correlation.bytes, first.entity_id and first.entity_id.bytes,
                        first.part_count, sum(len(part.results) for part in parts))
        seen |= {(id.bytes, first.time, source) for part in parts for id in part.shown}
        tags |= {(tag, first.time, source) for tag in first.tags}
    found = {}
    columns = ", ".join(NAMES)
    for row in db.execute(f"SELECT source, time, correlation, entity_id, part_count, results, {columns} FROM source"):
        texts = [None if no is None else names.get(no, f"no name {no}") for no in row[6:]]
        found[row[0]] = (texts, *row[1:6])
    for source in sorted(rows.keys() | found.keys()):
        if rows.get(source) != found.get(source):
            told(f"source record {source}: its columns are not what its records say")
    if seen != set(db.execute("SELECT id, time, source FROM seen")):
        told("the table seen is not what the records say")
    if tags != {(names.get(no), time, source) for no, time, source in db.execute("SELECT name, time, source FROM tag")}:
        told("the table tag is not what the records say")


def verify_head(path, store, key, hashes):
    if not os.path.exists(path):
        if hashes:
            told("the head file is missing")
        return
    body, _, signature = open(path, "rb").read().partition(b"\n")
    try:
        if not signed(key, body, bytes.fromhex(signature.decode().strip())):
            return told("the head file: its signature is wrong")
        head = json.loads(body)
        if (head["format"], head["store"]) != (1, str(store)):
            told("the head file is that of another store")
        elif head["seals"] and hashes.get(head["seals"], b"").hex() != head["hash"]:
            told(f"the head file: seal {head['seals']} was removed, or is another")
    except (KeyError, ValueError) as error:
        told(f"the head file cannot be read: {error!r}")


def main():
    path = sys.argv[1]
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.execute("BEGIN")
    for (line,) in db.execute("PRAGMA integrity_check(100)"):
        if line != "ok":
            told(f"SQLite: {line}")
    schema = open(os.path.join(os.path.dirname(__file__), "../src/schema.sql")).read()
    sound = sqlite3.connect(":memory:")
    sound.executescript(schema)
    statements = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
    if db.execute(statements).fetchall() != sound.execute(statements).fetchall():
        told("its tables, indexes or triggers are not those of a store")
    meta = dict(db.execute("SELECT key, value FROM meta"))
    if meta.keys() != {"store", "key"}:
        sys.exit("the table meta is not that of a store")
    store = uuid.UUID(bytes=meta["store"])
    given = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else meta["key"]
    if given != meta["key"]:
        told("the public key in the store is not the one given")
    key = Ed25519PublicKey.from_public_bytes(given)
    segments, first_unsealed, hashes = verify_seals(db, store, key)
    sealed, unsealed = verify_records(db, segments, first_unsealed)
    verify_columns(db)
    verify_head(sys.argv[3] if len(sys.argv) > 3 else path + ".head", store, key, hashes)
    print(f"{len(hashes)} seals, {sealed} records sealed, {unsealed} not sealed yet, {len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
