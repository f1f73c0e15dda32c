"""Checks of the proxy-wasm module; `run` sets them up."""

import argparse
import gzip
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import case_file
from servers import ask, plain
from world import ROOT, World, until

ACCOUNT = "10000000-0000-4000-8000-0000000000%02x"
CREATED = [("OData-EntityId", f"https://contoso.crm.dynamics.com/api/data/v9.2/accounts({ACCOUNT % 1})")]
# What the module may import: functions of the proxy-wasm ABI, and no others.
ALLOWED = "proxy_"

# Only the answer says what they are: before it came, an event may be missing.
TOLD_BY_THE_ANSWER = {"row-metadata-relationship"}


def imports(module):
    """The imports of a core module, as (module, name)."""
    data = Path(module).read_bytes()
    assert data[:8] == b"\0asm\1\0\0\0", "not a core module"
    at, found = 8, []

    def number():
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    def name():
        nonlocal at
        size = number()
        at += size
        return data[at - size : at].decode()

    while at < len(data):
        section = data[at]
        at += 1
        size = number()
        end = at + size
        if section == 2:
            for _ in range(number()):
                found.append((name(), name()))
                kind = data[at]
                at += 1
                assert kind == 0, f"{found[-1]} is not a function"
                number()
        at = end
    return found


def check_imports(args):
    """The module imports functions of the proxy-wasm ABI, and nothing else."""
    found = imports(args.module)
    assert found and all(where == "env" and what.startswith(ALLOWED) for where, what in found), found
    assert b"actlog:activity/" not in Path(args.module).read_bytes(), "the component's exports are in the module"
    return f"{len(found)} imports: " + ", ".join(sorted(what for _, what in found))


def bare(record):
    """A record without what depends on when, where and under which id an exchange took place."""
    return {key: record[key] for key in record if key not in ("Id", "CorrelationId", "EventId", "CreationTime", "ClientIP")}


def expected_records(args, events, folder):
    """What the filter makes of the events of a case."""
    path = folder / "expected.ndjson"
    path.write_text("\n".join(events))
    out = subprocess.run([args.actlog, "run", path], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    by_id = {}
    for record in map(json.loads, out.stdout.splitlines()):
        by_id.setdefault(record["EventId"], []).append(bare(record))
    return by_id


def by_event(records):
    found = {}
    for record in records:
        found.setdefault(record["EventId"], []).append(record)
    return found


def check_cases(args):
    """Every case of tests/exchanges that can be sent, through Envoy: the same records, and the access log knows them all."""
    world = World(args, "cases").start()
    cases = case_file.all_in(ROOT / "tests/exchanges")
    sent, refused, skipped, wrong = [], set(), [], []
    for case in cases:
        # A body of which only the head came is a matter of limits; a case without an answer is not carried out here; and what the
        # host says of itself it says here, not the case.
        if case.response is None or {"cut", "id", "began", "client"} & {*case.request.notes, *case.response.notes}:
            skipped.append(case.name)
            continue
        status = case.response.line.split(" ", 1)[1]
        fields = [field for field in case.response.fields if field[0].lower() != "content-length"]
        world.stand_in.answers[case.name] = plain(status, fields, case.response.body, chunked=len(sent) % 2 == 1 and status[:3] not in ("204", "304"))
        got, _, body, whole = ask(world.port, case.request.line, case.request.fields + [("X-Test", case.name)], case.request.body)
        if body in (b"", b"Bad Request", b"Forbidden") and case.name not in world.stand_in.executed:
            skipped.append(case.name)  # Envoy itself refuses it, before any filter
            continue
        was_refused = got == 403 and body.startswith(b"This request cannot be recorded")
        if was_refused:
            refused.add(case.name)
            if "(an event may be missing)" not in case.unknown and case.name not in TOLD_BY_THE_ANSWER:
                wrong.append(f"{case.name} was refused for nothing: {body}")
            if case.name in world.stand_in.executed:
                wrong.append(f"{case.name} was refused and carried out")
        elif got != int(status[:3]) or not whole:
            wrong.append(f"{case.name}: {got} {body[:200]}")
            continue
        sent.append(case)
    until("the access log", lambda: {line["test"] for line in world.access()} >= {case.name for case in sent})
    exchange_of = {line["test"]: line["exchange"] for line in world.access()}
    records = by_event(world.serve.records())
    mine = [case for case in sent if case.name not in refused]
    events = [re.sub('"EventId":"[^"]*"', f'"EventId":"{case.name}/{place}"', line) for case in mine for place, line in case.events]
    expected = expected_records(args, events, world.folder)
    for case in mine:
        for place, _ in case.events:
            event = f"{case.name}/{place}"
            recorded = [bare(record) for record in records.pop(f"{exchange_of[case.name]}/{place}", [])]
            if recorded != expected.get(event, []):
                wrong.append(f"{event}:\n  expected {expected.get(event)}\n  recorded {recorded}")
    assert not wrong, "\n".join(wrong)
    assert not records, f"records of nothing that was sent: {list(records)[:5]}"
    counters = world.counters()
    world.stop()
    assert counters["refused"] == len(refused) and counters["unrecorded"] >= 0, counters
    return f"{len(sent)} exchanges, of them {len(refused)} refused; {len(skipped)} cases not sent; {counters}"


def told(world, test):
    """The records of the exchange of a test."""
    ids = until("the access log", lambda: [line["exchange"] for line in world.access() if line["test"] == test])
    return [record for record in world.serve.records() if record["EventId"].rpartition("/")[0] in ids]


def create(world, test, body=b'{"name":"x"}', **more):
    world.stand_in.answers.setdefault(test, plain("204 No Content", CREATED))
    return ask(world.port, "POST /api/data/v9.2/accounts", [("Content-Type", "application/json"), ("X-Test", test)], body, **more)


def read_many(world, test, size, **more):
    rows = [json.dumps({"accountid": ACCOUNT % 1, "name": "x"}), json.dumps({"accountid": ACCOUNT % 2, "name": "x" * size})]
    body = ('{"value":[' + ",".join(rows) + "]}").encode()
    world.stand_in.answers.setdefault(test, plain("200 OK", [("Content-Type", "application/json")], body, **more))
    return ask(world.port, "GET /api/data/v9.2/accounts", [("X-Test", test)])


def check_ends(args):
    """Answers that never come, clients that go away, codings, other paths."""
    world = World(args, "ends").start(envoy=lambda document: route(document).update(timeout="2s"))
    world.stand_in.answers["closes"] = "close"
    assert create(world, "closes")[0] == 503
    assert [record["ResultStatus"] for record in until("in doubt: no answer", lambda: told(world, "closes"))] == ["InDoubt"]

    world.stand_in.answers["late"] = lambda out: time.sleep(4)
    assert create(world, "late")[0] == 504
    assert [record["ResultStatus"] for record in told(world, "late")] == ["InDoubt"], "recorded before the 504 went down"

    world.stand_in.answers["left"] = lambda out: time.sleep(1)
    create(world, "left", abort=0.3)
    assert [record["ResultStatus"] for record in until("in doubt: the client left", lambda: told(world, "left"))] == ["InDoubt"]

    half = plain("200 OK", [], b'{"value":[{"accountid":"%s"}' % (ACCOUNT % 3).encode() + b" " * 100)
    world.stand_in.answers["half"] = half[:-50]
    ask(world.port, "GET /api/data/v9.2/accounts", [("X-Test", "half")], abort=0.5)
    record = until("an answer that broke off", lambda: told(world, "half"))
    assert (record[0]["ResultStatus"], record[0].get("QueryResults")) == ("Success", ACCOUNT % 3), record

    # The client goes away before the request is whole: nothing was carried out, and nothing is recorded.
    unsent = world.counters()["unsent"]
    ask(world.port, "POST /api/data/v9.2/accounts", [("Content-Length", "1000"), ("X-Test", "unfinished")], b"{", abort=0.3)
    until("a request that was never whole", lambda: world.counters()["unsent"] == unsent + 1)
    assert not told(world, "unfinished")

    # What is coded cannot be read: the upstream is not asked for it. One that does so all the same is recorded as far as can be.
    zipped = gzip.compress(json.dumps({"accountid": ACCOUNT % 4}).encode())
    world.stand_in.answers["zipped"] = plain("200 OK", [("Content-Encoding", "gzip"), ("Content-Type", "application/json")], zipped)
    assert ask(world.port, "GET /api/data/v9.2/accounts(name='a')", [("X-Test", "zipped"), ("Accept-Encoding", "gzip")])[0] == 200
    assert not [name for name, _ in world.stand_in.fields["zipped"] if name.lower() == "accept-encoding"]
    assert told(world, "zipped")[0]["Message"] == "Retrieve"

    world.stand_in.answers["other"] = plain("200 OK", [], b"page")
    assert ask(world.port, "GET /main.aspx", [("X-Test", "other")])[:1] == (200,)
    line = until("the access log", lambda: [line for line in world.access() if line["test"] == "other"])
    assert line[0]["exchange"] is None, line

    # Bytes that are no text, and the ids that a client would like to have.
    for at, (line, fields) in enumerate([("GET /api/data/v9.2/accounts?$filter=\xff", []), ("GET /api/data/v9.2/accounts", [("X-Bad", "\xff\xfe")])]):
        name = f"bytes-{at}"
        world.stand_in.answers[name] = plain("200 OK", [], b'{"value":[]}')
        with_bytes(world.port, line, fields + [("X-Test", name)])
    for at in range(2):
        create(world, f"forged-{at}", body=b"{}")
    assert world.envoy.poll() is None
    ids = {record["EventId"] for at in range(2) for record in told(world, f"forged-{at}")}
    assert len(ids) == 2, ids
    counters = world.counters()
    world.stop()
    return str(counters)


def with_bytes(port, line, fields):
    import socket

    head = "\r\n".join([line + " HTTP/1.1", "Host: x"] + [f"{name}: {text}" for name, text in fields]) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
        there.sendall(head.encode("latin-1"))
        there.recv(65536)


def route(document):
    manager = document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    return manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]


def check_load(args):
    """Many at once, some of whom leave: every request that was carried out is recorded, and none twice."""
    world = World(args, "load").start()
    world.way.mode, world.way.delay = "slow", 0.01

    def client(number):
        for at in range(60):
            test = f"{number}-{at}"
            create(world, test, abort=0.01 if at % 10 == 9 else None)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until("the access log", lambda: len(world.access()) == 480)
    lines = {line["test"]: line for line in world.access()}
    assert len(lines) == 480
    executed = set(world.stand_in.executed)
    assert len(executed) == len(world.stand_in.executed)

    def all_told():
        counts = {}
        for record in world.serve.records():
            counts[record["EventId"]] = counts.get(record["EventId"], 0) + 1
        return counts if {f"{lines[test]['exchange']}/0" for test in executed} <= set(counts) else None

    counts = until("every request that was carried out", all_told)
    assert set(counts.values()) == {1}, "recorded twice"
    known = {f"{line['exchange']}/0" for line in lines.values()}
    assert set(counts) <= known, "recorded, and not in the access log"
    counters, calls = world.counters(), world.way.calls
    world.stop()
    return f"480 requests, {len(executed)} carried out, {len(counts)} recorded in {calls} calls; {counters}"


def check_large(args):
    """100 MB up and down, in bounded memory."""
    world = World(args, "large").start()
    create(world, "warm")
    before = world.memory()
    body = b"x" * (100 << 20)
    world.stand_in.answers["up"] = plain("204 No Content")
    line, fields = f"PUT /api/data/v9.2/accounts({ACCOUNT % 1})/new_file", [("Content-Type", "application/octet-stream"), ("X-Test", "up")]
    assert ask(world.port, line, fields, body, timeout=120)[0] == 204
    piece = b"x" * (1 << 20)

    def down(out):
        head = b'{"value":[{"accountid":"%s"},"' % (ACCOUNT % 1).encode()
        out.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(head) + 100 * len(piece) + 3}\r\n\r\n".encode() + head)
        for _ in range(100):
            out.write(piece)
        out.write(b'"]}')

    world.stand_in.answers["down"] = down
    status, _, got, whole = ask(world.port, "GET /api/data/v9.2/accounts", [("X-Test", "down")], timeout=120)
    assert (status, whole) == (200, True) and len(got) > 100 << 20
    after = world.memory()
    assert [record["Message"] for record in until("up", lambda: told(world, "up"))] == ["Update"]
    assert told(world, "down")[0]["QueryResults"] == ACCOUNT % 1
    assert after < 400, f"{after} MiB"
    # So may a record whose body could hold others: what is not seen could be events.
    assert create(world, "deep", b'{"name":"' + b"x" * (2 << 20) + b'"}')[0] == 403 and "deep" not in world.stand_in.executed
    # A batch of which only the head is kept cannot be told: it is refused, and not carried out.
    head = b"--b\r\nContent-Type: application/http\r\n\r\nDELETE /api/data/v9.2/accounts(%s) HTTP/1.1\r\n\r\n" % (ACCOUNT % 1).encode()
    world.stand_in.answers["batch"] = plain("200 OK")
    fields = [("Content-Type", "multipart/mixed; boundary=b"), ("X-Test", "batch")]
    status = ask(world.port, "POST /api/data/v9.2/$batch", fields, head + b" " * (2 << 20) + b"\r\n--b--\r\n")[0]
    assert status == 403 and "batch" not in world.stand_in.executed
    world.stop()
    return f"Envoy had {before} MiB at most before, {after} MiB at most after"


def check_closed(args):
    """What cannot be recorded is not answered as done."""
    # One worker: each finds out for itself that nothing can be recorded.
    world = World(args, "closed").start(workers=1)
    way = world.way
    assert create(world, "well")[0] == 204
    way.mode, way.delay = "slow", 0.4
    began = time.monotonic()
    assert create(world, "slow")[0] == 204 and time.monotonic() - began >= 0.4, "answered before it was recorded"
    assert told(world, "slow")

    for mode in ("refuse", "hang", "lie"):
        way.mode = mode
        before = world.counters()
        status, fields, body, _ = create(world, f"{mode}-1")
        assert status == 500 and not any(name.lower() == "odata-entityid" for name, _ in fields), (mode, status, fields)
        # From now on nothing goes up.
        assert create(world, f"{mode}-2")[0] == 503 and f"{mode}-2" not in world.stand_in.executed
        world.stand_in.answers["page"] = plain("200 OK", [], b"page")
        assert ask(world.port, "GET /main.aspx", [("X-Test", "page")])[0] == 200, "what is not the API's passes"
        way.mode = "pass"
        # What was carried out is recorded when it can be, once, and requests go up again.
        assert len(until("recorded later", lambda: told(world, f"{mode}-1"))) == 1
        assert create(world, f"{mode}-3")[0] == 204
        after = world.counters()
        assert (after["held_back"] - before["held_back"], after["refused"] - before["refused"]) == (1, 1), (before, after)

    # A large answer has begun: it is cut off before its end.
    for chunked in (False, True):
        way.mode = "refuse"
        status, _, body, whole = read_many(world, f"large-{chunked}", 5_000_000, chunked=chunked)
        assert (status, whole) == (200, False), (status, whole)
        way.mode = "pass"
        until("recorded later", lambda: told(world, f"large-{chunked}"))

    # Nobody is there at all.
    world.serve.stop()
    assert create(world, "nobody")[0] == 500
    world.serve.start()
    way.to = world.serve.port
    assert len(until("recorded when it is back", lambda: told(world, "nobody"))) == 1
    counters = world.counters()
    assert counters["events_lost"] == 0 and counters["events_unusable"] == 0, counters
    world.stop()
    return str(counters)


def check_headers_not_held(args):
    """Without held-bytes, as under Istio: the end of an answer waits, and the option of Envoy is not needed."""

    def envoy(document):
        manager = document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
        del manager["http_filters"][0]["typed_config"]["config"]["allow_on_headers_stop_iteration"]

    world = World(args, "not-held").start(lambda plugin: plugin["limits"].update({"held-bytes": 0}), envoy)
    assert create(world, "well")[0] == 204 and told(world, "well")
    for chunked in (False, True):
        assert read_many(world, f"many-{chunked}", 200_000, chunked=chunked)[3] and told(world, f"many-{chunked}")
    world.way.mode = "refuse"
    status, _, _, whole = read_many(world, "cut", 10)
    assert (status, whole) == (200, False), (status, whole)
    world.way.mode = "pass"
    until("recorded later", lambda: told(world, "cut"))
    assert create(world, "again")[0] == 204
    world.way.mode = "refuse"
    assert create(world, "no-body")[0] == 500, "without a body the headers are the end"
    world.stop()
    return "held to the end"


def check_open(args):
    """What cannot be recorded passes, and is counted."""
    world = World(args, "open").start(lambda plugin: plugin.update({"on-failure": "open", "limits": {"waiting-bytes": 2_000}}))
    world.stand_in.answers["unclear"] = plain("200 OK")
    assert ask(world.port, "GET /api/data/v9.2//accounts", [("X-Test", "unclear")])[0] == 200
    assert world.counters()["unrecorded"] == 1
    world.way.mode = "refuse"
    for at in range(10):
        assert create(world, f"down-{at}")[0] == 204
    counters = world.counters()
    assert counters["events_lost"] == counters["unrecorded"] - 1 > 0, counters
    world.way.mode = "pass"
    until("the others", lambda: sum(len(told(world, f"down-{at}")) for at in range(10)) == 10 - counters["events_lost"])
    assert "events are lost" in world.log()
    world.stop()
    return str(counters)


def check_configuration(args):
    """A configuration that does not hold is told with its path, and nothing passes."""
    said = []
    for name, change, expected in [
        ("unknown-key", lambda plugin: plugin["limits"].update({"held": 1}), "bad configuration: limits.held: unknown field"),
        ("no-organization", lambda plugin: plugin["exchange"].pop("organization"), "bad configuration: exchange.organization.id: missing"),
        ("bad-token", lambda plugin: plugin["serve"].update(token="a b"), "bad configuration: serve.token: must be printable"),
    ]:
        world = World(args, f"configuration-{name}")
        try:
            world.start(change)
            world.stand_in.answers["api"] = plain("204 No Content", CREATED)
            status = create(world, "api")[0]
            said.append(f"{name}: Envoy runs and answers {status}")
            assert status != 204 and not world.stand_in.executed, "passed without a configuration"
        except AssertionError as error:
            if world.envoy.poll() is None:
                raise
            said.append(f"{name}: Envoy does not start")
        assert expected in world.log(), world.log()[-3000:]
        world.stop()
    return "; ".join(said)


CHECKS = [check_imports, check_configuration, check_cases, check_ends, check_load, check_large, check_closed, check_headers_not_held, check_open]


def main():
    parser = argparse.ArgumentParser()
    for name in ("envoy", "actlog", "module", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("only", nargs="*", help="names of checks")
    args = parser.parse_args()
    for name in ("envoy", "actlog", "module", "out"):
        setattr(args, name, str(Path(getattr(args, name)).absolute()))
    shutil.rmtree(args.out, ignore_errors=True)
    failed = 0
    for check in CHECKS:
        name = check.__name__.removeprefix("check_")
        if args.only and name not in args.only:
            continue
        began = time.monotonic()
        try:
            print(f"{name}: {check(args)} ({time.monotonic() - began:.0f} s)", flush=True)
        except Exception as error:
            failed += 1
            print(f"{name}: FAILED: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            traceback.print_tb(error.__traceback__)
        for world in list(World.running):
            world.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
