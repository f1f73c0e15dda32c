"""A full journal, hostile heads, bodies of a hundred megabytes."""

import time

import httpx
import pytest

from clients import raw, text
from servers import peak_kib, until

BIG = 100 << 20
# What each process may need at its peak for a hundred megabytes both ways.
PROCESSOR_KIB, ENVOY_KIB = 48 << 10, 160 << 10


@pytest.mark.parametrize("closed", [True, False])
def test_journal_that_is_full(rig, closed):
    environment = {} if closed else {"ACTLOG_ON_FAILURE": "open"}
    # Nothing can be recorded, as on a disk that is full: the journal fills up.
    rig.begin(output="/dev/full", ACTLOG_JOURNAL_BYTES=str(9 << 20), **environment)
    body = b"{%s}" % (b" " * 250_000)
    answers = [rig.ask("POST", f"/api/{number}", content=body, headers={"content-type": "application/json"}) for number in range(30)]
    statuses = [answer.status_code for answer in answers]
    executed = [int(target.rsplit("/", 1)[1]) for target in rig.upstream.targets()]
    assert rig.ask("GET", "/other").status_code == 200
    if not closed:
        assert statuses == [200] * 30 and executed == list(range(30))
        assert "unrecorded: 0" not in rig.processor.stop()
        return
    full = statuses.index(503)
    assert 10 < full < 30 and statuses == [200] * full + [503] * (30 - full)
    assert executed == list(range(full))
    assert (answers[-1].headers["retry-after"], answers[-1].text[:17]) == ("5", "The audit journal")
    line = until("the line", lambda: [line for line in rig.envoy.lines() if line["path"] == "/api/29"])[0]
    assert line["details"].startswith("actlog_journal_failed") and line["exchange"] is None
    rig.processor.kill()
    # With room on the disk, all of it is recorded.
    rig.processor.arguments[2] = str(rig.processor.output)
    rig.processor.start()
    found = rig.processor.wait(full)
    assert {exchange["target"] for exchange in found} == {f"/api/{number}" for number in range(full)}
    assert all(exchange["status"] == 200 for exchange in found)


def test_hostile_heads_are_refused_or_kept_as_they_are(rig):
    rig.begin()
    post = b"POST /api/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
    many = b"".join(b"x-%d: 1\r\n" % number for number in range(10_000))
    for head, status in [
        (b"GET /api/x HTTP/1.1\r\nhost: x\r\n" + many + b"\r\n", 431),
        (b"GET /api/" + b"x" * 20_000 + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 414),
        (post + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (post + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd", 400),
        (post + b"transfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /api/x HTTP/1.1\r\nhost: x\r\nbad name: 1\r\n\r\n", 400),
    ]:
        before = len(rig.envoy.lines())
        try:
            raw(rig.envoy.port, head)
        except ConnectionError:
            pass
        line = until("the line", lambda: rig.envoy.lines()[before:])[0]
        assert (line["status"], line["sent_up"]) == (status, 0), line
    assert rig.upstream.targets() == []
    assert raw(rig.envoy.port, b"GET /api/%00%2561?x=%zz HTTP/1.1\r\nhost: x\r\nx-envoy-original-path: /else\r\nconnection: close\r\n\r\n")
    (found,) = rig.processor.wait(1)
    assert found["target"] == "/api/%00%2561?x=%zz"


def test_hundred_megabytes_both_ways_take_bounded_memory(rig):
    rig.begin()
    pieces = (b"u" * (1 << 20) for _ in range(BIG >> 20))
    with httpx.stream("POST", f"{rig.url}/api/big/{BIG}", content=pieces, headers={"content-type": "application/json"}, timeout=60) as answer:
        # The client is slow at first, so that everything before it fills up.
        time.sleep(0.5)
        assert sum(len(piece) for piece in answer.iter_raw()) == BIG
    found = until("the exchange", rig.processor.exchanges)[0]
    assert (found["request_body"]["length"], found["response_body"]["length"], found["ended"]) == (BIG, BIG, "Whole")
    assert len(text(found["request_body"])) == len(text(found["response_body"])) == 256 << 10
    peaks = peak_kib(rig.processor.process.pid), peak_kib(rig.envoy.process.pid)
    print("peaks, KiB: processor %d, Envoy %d" % peaks)
    assert peaks[0] < PROCESSOR_KIB and peaks[1] < ENVOY_KIB
