"""The external processor behind real Envoy."""

import base64
import json
import os
import random
import socket
import threading
import time

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ResponseReceived

from servers import Envoy, PATIENCE, StandIn, peak_kib, processor, proxy, until

BIG = 100 << 20
# What each process may need at its peak for a hundred megabytes both ways.
PROCESSOR_KIB, ENVOY_KIB = 48 << 10, 160 << 10


class Rig:
    def __init__(self, folder):
        self.folder = folder
        self.upstream = StandIn()
        self.started = []

    def begin(self, change=lambda text: text, listen=None, upstream=None, output=None, **environment):
        self.processor = processor(self.folder, listen, output, **environment)
        self.started.append(self.processor)
        where = self.processor.start()
        self.envoy = Envoy(self.folder, upstream or self.upstream.port, listen or where, change)
        self.started.append(self.envoy)
        self.url = f"http://127.0.0.1:{self.envoy.port}"
        return self

    def close(self):
        for one in reversed(self.started):
            one.stop()
        self.upstream.shutdown()
        self.upstream.server_close()

    def ask(self, method, target, **more):
        with httpx.Client(timeout=PATIENCE, http1=not more.get("http2"), http2=more.pop("http2", False)) as client:
            return client.request(method, self.url + target, **more)

    def count(self):
        """Holds Envoy's own count against what the processor has: each line of the API that reached the upstream is there."""
        lines = until("the access log", self.envoy.lines)
        reached = [line for line in lines if line["path"].startswith("/api") and line["details"] == "via_upstream"]
        kept = {exchange["id"]: exchange for exchange in self.processor.exchanges()}
        for line in reached:
            exchange = kept.get(line["exchange"])
            assert exchange, f"not recorded: {line}"
            # Envoy logs the query as it came, secrets and all.
            assert (exchange["method"], exchange["target"].split("?")[0]) == (line["method"], line["path"].split("?")[0])
            assert exchange["status"] in (line["status"], None)
        return len(reached)


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path)
    yield made
    made.close()


def raw(port, data, read=True):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(data)
        if not read:
            # It has come before the connection ends.
            time.sleep(0.3)
        found = b""
        while read and (more := connection.recv(65536)):
            found += more
        return found


def text(body):
    return base64.b64decode(body["base64"])


def test_exchanges_are_those_of_the_proxy(rig, tmp_path):
    rig.begin()
    other = proxy(tmp_path, rig.upstream.port)
    rig.started.append(other)
    direct = "http://" + other.start()
    json_type = {"content-type": "application/json"}
    token = base64.urlsafe_b64encode(b'{"oid":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10","upn":"anna@contoso.com","aud":"x"}').decode().rstrip("=")
    identity = {
        "authorization": f"Bearer e30.{token}.c2ln", "callerobjectid": "0e9a4f7a", "cookie": "a=b", "x-forwarded-for": "1.2.3.4",
        "x-ms-client-request-id": "c-1", "user-agent": "crm/1", "forwarded": "for=1.2.3.4", "te": "trailers", "connection": "te",
    }
    cases = [
        ("GET", "/api/data/v9.2/accounts?$select=name&$filter=name%20eq%20'x'&access_token=hush", {"headers": identity}),
        ("GET", "/api/../api//data/%61ccounts;x=1/", {}),
        ("POST", "/api/data/v9.2/accounts", {"content": b'{"name":"x"}', "headers": json_type | identity}),
        ("POST", "/api/chunks", {"content": [b'{"na', b'me":', b'"y"}'], "headers": json_type}),
        ("POST", "/api/long", {"content": b'{"x":"' + b"y" * 400_000 + b'"}', "headers": json_type}),
        ("POST", "/api/other-type", {"content": b"\x00" * 1000, "headers": {"content-type": "application/octet-stream"}}),
        ("PATCH", "/api/empty", {"content": b"{}", "headers": json_type}),
        ("DELETE", "/api/status/404", {}),
        ("POST", "/api/status/502", {"content": b"{}"}),
        ("GET", "/api/status/503", {}),
        ("GET", "/api/chunked", {}),
        ("GET", "/api/chunked/trailers", {}),
        ("GET", "/api/reset", {}),
        ("POST", "/api/reset", {"content": b"{}"}),
    ]
    for http2 in (False, True):
        for base in (rig.url, direct):
            with httpx.Client(timeout=PATIENCE, http1=not http2, http2=http2) as client:
                for method, target, more in cases:
                    more = dict(more)
                    if isinstance(more.get("content"), list):
                        more["content"] = iter(more["content"])
                    if http2 and "headers" in more:
                        more["headers"] = {name: value for name, value in more["headers"].items() if name != "connection"}
                    client.request(method, base + target, **more)
    count = 2 * len(cases)
    ours, theirs = (one.wait(count) for one in (rig.processor, other))

    def told(exchange):
        """All but ids, times, and the two ports."""
        exchange = exchange | {"id": None, "began": None, "client": exchange["client"].rsplit(":", 1)[0], "authority": None}
        for headers in ("request_headers", "response_headers"):
            exchange[headers] = sorted([name, value] for name, value in exchange[headers] if name != "x-forwarded-host")
        return exchange

    key = lambda exchange: json.dumps(exchange, sort_keys=True)
    ours, theirs = (sorted(map(told, found), key=key) for found in (ours, theirs))
    for mine, other_one in zip(ours, theirs):
        assert mine == other_one
    assert {name for exchange in ours for name, _ in exchange["request_headers"]}.isdisjoint({"authorization", "cookie", "te"})
    assert rig.count() == count - 4


def test_answers_of_envoy_are_never_the_upstreams(rig):
    rig.begin(change=lambda text: text.replace("timeout: 150s", "timeout: 1s"))
    assert rig.ask("POST", "/api/reset", content=b"{}").status_code == 503
    assert rig.ask("GET", "/api/hang").status_code == 504
    # The upstream's own 502 and 504 are answers.
    assert rig.ask("GET", "/api/status/502").status_code == 502
    assert rig.ask("GET", "/api/status/504").status_code == 504
    found = {exchange["target"]: exchange for exchange in rig.processor.wait(4)}
    assert [found[target]["status"] for target in ("/api/reset", "/api/hang", "/api/status/502", "/api/status/504")] == [None, None, 502, 504]
    assert found["/api/reset"]["ended"] == found["/api/hang"]["ended"] == "NoAnswer"
    assert rig.count() == 2
    assert "untold: 0, unheld: 0, malformed: 0" in rig.processor.stop()


def test_upstream_that_cannot_be_reached_leaves_nothing(tmp_path, rig):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        rig.begin(upstream=probe.getsockname()[1])
        assert rig.ask("GET", "/api/a").status_code == 503
        assert rig.ask("POST", "/api/b", content=b"{}").status_code == 503
    time.sleep(0.5)
    assert rig.processor.exchanges() == []
    assert "unreached: 2" in rig.processor.stop()


def test_retries_that_could_not_connect_leave_doubt(rig):
    """The first try was carried out, the second could not be sent: only the second is what Envoy tells."""
    policy = "timeout: 150s\n                            retry_policy: { retry_on: reset, num_retries: 1 }"
    rig.begin(change=lambda text: text.replace("timeout: 150s", policy))
    assert rig.ask("GET", "/api/reset").status_code == 503
    assert rig.upstream.targets() == ["/api/reset"] * 2
    assert [exchange["status"] for exchange in rig.processor.wait(1)] == [None]


def test_filters_that_refuse_later_leave_nothing_recorded_as_done(rig):
    refuse = """- name: envoy.filters.http.rbac
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules: { action: DENY, policies: { all: { permissions: [{ url_path: { path: { prefix: /api/no } } }], principals: [{ any: true }] } } }
                  - name: envoy.filters.http.router"""
    rig.begin(change=lambda text: text.replace("- name: envoy.filters.http.router", refuse))
    assert rig.ask("GET", "/api/no").status_code == 403
    assert rig.ask("POST", "/api/no", content=b"{}").status_code == 403
    assert rig.ask("GET", "/api/yes").status_code == 200
    time.sleep(0.5)
    assert all(exchange["status"] is None for exchange in rig.processor.exchanges() if exchange["target"] == "/api/no")
    assert rig.upstream.targets() == ["/api/yes"]
    assert rig.count() == 1


def test_filters_that_refuse_before_are_no_exchange(rig):
    refuse = """- name: envoy.filters.http.rbac
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules: { action: DENY, policies: { all: { permissions: [{ any: true }], principals: [{ any: true }] } } }
                  - name: envoy.filters.http.ext_proc"""
    rig.begin(change=lambda text: text.replace("- name: envoy.filters.http.ext_proc", refuse))
    assert rig.ask("POST", "/api/no", content=b"{}").status_code == 403
    time.sleep(0.3)
    assert rig.processor.exchanges() == []
    assert "malformed: 0" in rig.processor.stop()


def test_configuration_that_does_not_tell_whose_answer_leaves_doubt(rig):
    line = "response_attributes: [response.code_details, upstream.request_attempt_count]"
    rig.begin(change=lambda text: text.replace(line, ""))
    assert rig.ask("POST", "/api/x", content=b"{}").status_code == 200
    assert [exchange["status"] for exchange in rig.processor.wait(1)] == [None]
    assert "untold: 1" in rig.processor.stop()


@pytest.mark.parametrize("held", ["length", "chunked", "chunked with trailers"])
def test_last_byte_waits_for_the_intent(rig, held):
    """A processor that dies in the middle of a request: its last byte, or the sign that there is no more, never goes up."""
    trailers = "codec_type: AUTO\n                http_protocol_options: { enable_trailers: true }"
    rig.begin(change=lambda text: text.replace("codec_type: AUTO", trailers))
    body = b"{%s}" % (b" " * 1000)
    with socket.create_connection(("127.0.0.1", rig.envoy.port), timeout=PATIENCE) as connection:
        head = b"POST /api/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
        if held == "length":
            connection.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body[:-1])
            rest = body[-1:]
        else:
            connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body))
            rest = b"0\r\n\r\n" if held == "chunked" else b"0\r\nx-end: 1\r\n\r\n"
        time.sleep(0.3)
        assert rig.upstream.targets() == []
        rig.processor.kill()
        connection.sendall(rest)
        answer = connection.recv(65536)
        assert not answer or answer.startswith(b"HTTP/1.1 500"), answer
    time.sleep(0.3)
    assert rig.upstream.targets() == []


@pytest.mark.parametrize("head, goes_up", [
    ((b"POST", (b"content-length", b"0")), True),
    ((b"POST",), False),
    ((b"GET",), False),
    ((b"DELETE", (b"content-length", b"0")), True),
])
def test_head_with_its_end_in_another_frame_waits_for_the_intent(rig, head, goes_up):
    """The head has come, the frame that says that there is no more has not: what the upstream takes for whole has its intent."""
    rig.begin()
    connection, stream = http2(rig.envoy.port, b"/api/hang", *head)
    with stream:
        time.sleep(0.3)
        assert rig.upstream.targets() == ["/api/hang"] * goes_up
        rig.processor.kill()
        connection.end_stream(1)
        stream.sendall(connection.data_to_send())
        assert status(connection, stream) == b"500"
    rig.processor.start()
    assert rig.upstream.targets() == ["/api/hang"] * goes_up
    assert [exchange["target"] for exchange in rig.processor.wait(int(goes_up))] == ["/api/hang"] * goes_up


def test_switch_of_protocols_waits_for_the_intent(rig):
    rig.begin(change=lambda text: text.replace("codec_type: AUTO", "upgrade_configs: [{ upgrade_type: websocket }]\n                codec_type: AUTO"))
    with socket.create_connection(("127.0.0.1", rig.envoy.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET /api/hang HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        until("the request to come up", lambda: rig.upstream.targets() == ["/api/hang"])
        rig.processor.kill()
    rig.processor.start()
    (found,) = rig.processor.wait(1)
    assert (found["target"], found["status"]) == ("/api/hang", None)


@pytest.mark.parametrize("http2", [False, True])
def test_trailers_end_a_request(rig, http2):
    trailers = "codec_type: AUTO\n                http_protocol_options: { enable_trailers: true }"
    rig.begin(change=lambda text: text.replace("codec_type: AUTO", trailers))
    chunked = b"POST /api/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n"
    if http2:
        assert with_trailers(rig.envoy.port, b"/api/x", b"abc") == b"200"
    else:
        assert raw(rig.envoy.port, chunked).startswith(b"HTTP/1.1 200")
    (found,) = rig.processor.wait(1)
    assert (found["status"], text(found["request_body"]), found["request_body"]["whole"]) == (200, b"abc", True)


def http2(port, path, method, *headers):
    """A connection with HTTP/2, and on it a request's head that does not end it."""
    connection = H2Connection(H2Configuration(header_encoding=None))
    connection.initiate_connection()
    connection.send_headers(1, [(b":method", method), (b":path", path), (b":scheme", b"http"), (b":authority", b"x"), *headers])
    stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    stream.sendall(connection.data_to_send())
    return connection, stream


def status(connection, stream):
    """The status of the answer."""
    while data := stream.recv(65536):
        for event in connection.receive_data(data):
            if isinstance(event, ResponseReceived):
                return dict(event.headers)[b":status"]
        stream.sendall(connection.data_to_send())


def with_trailers(port, path, body):
    """A request with trailers in HTTP/2, and the status of its answer."""
    connection, stream = http2(port, path, b"POST")
    with stream:
        connection.send_data(1, body)
        connection.send_headers(1, [(b"x-end", b"1")], end_stream=True)
        stream.sendall(connection.data_to_send())
        return status(connection, stream)


def test_answer_that_comes_early_has_its_intent(rig):
    rig.begin()
    head = b"POST /api/early HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
    with socket.create_connection(("127.0.0.1", rig.envoy.port), timeout=PATIENCE) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    (found,) = rig.processor.wait(1)
    assert (found["status"], text(found["request_body"]), found["request_body"]["whole"]) == (200, b"abc", False)


def test_answer_that_is_cut_is_cut(rig):
    rig.begin()
    raw(rig.envoy.port, b"GET /api/cut HTTP/1.1\r\nhost: x\r\n\r\n")
    (found,) = rig.processor.wait(1)
    assert (found["status"], found["ended"], text(found["response_body"])) == (200, "Cut", b"abc")


def test_client_that_goes_away(rig):
    rig.begin()
    # Within its body: it has asked nothing. Behind it: nobody knows.
    raw(rig.envoy.port, b"POST /api/part HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345", read=False)
    with socket.create_connection(("127.0.0.1", rig.envoy.port)) as connection:
        connection.sendall(b"POST /api/slow HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
    (found,) = rig.processor.wait(1)
    assert (found["target"], found["status"]) == ("/api/slow", None)
    assert "abandoned: 1" in rig.processor.stop()


def test_envoy_that_dies_leaves_doubt(rig):
    rig.begin()
    with socket.create_connection(("127.0.0.1", rig.envoy.port)) as connection:
        connection.sendall(b"DELETE /api/slow HTTP/1.1\r\nhost: x\r\n\r\n")
        until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
        rig.envoy.process.kill()
        rig.envoy.process.wait()
        (found,) = rig.processor.wait(1)
    assert (found["method"], found["status"], found["ended"]) == ("DELETE", None, "Unknown")
    assert "malformed: 0" in rig.processor.stop()


def test_what_is_not_the_api_costs_one_message(rig):
    rig.begin()
    for number in range(5):
        answer = rig.ask("POST", "/other", content=b"x" * 300_000)
        assert answer.json()["bytes"] == 300_000
    assert rig.ask("GET", "/big/1048576").headers["content-length"] == "1048576"
    assert "requests: 6, passed: 6, journaled: 0" in rig.processor.stop()
    assert rig.processor.exchanges() == []
    assert all(line["exchange"] is None for line in until("the access log", rig.envoy.lines))


@pytest.mark.parametrize("target", ["/api/socket", "/other/socket"])
def test_what_switches_protocols_ends_with_its_head(rig, target):
    rig.begin(change=lambda text: text.replace("codec_type: AUTO", "upgrade_configs: [{ upgrade_type: websocket }]\n                codec_type: AUTO"))
    with socket.create_connection(("127.0.0.1", rig.envoy.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET %s HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n" % target.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 101")
        for number in range(3):
            connection.sendall(b"hello")
            assert connection.recv(5) == b"hello"
    if target.startswith("/api"):
        (found,) = rig.processor.wait(1)
        assert (found["status"], found["ended"]) == (101, "Whole")
    assert "malformed: 0" in rig.processor.stop()


def test_unix_socket_and_a_restart(rig, tmp_path):
    where = f"unix:{tmp_path}/socket"
    rig.begin(listen=where)
    assert rig.ask("GET", "/api/1").status_code == 200
    # Killed, it leaves its socket's file.
    rig.processor.kill()
    assert rig.ask("GET", "/api/2").status_code == 500
    rig.processor.start()
    until("the processor to be there again", lambda: rig.ask("GET", "/api/3").status_code == 200)
    assert rig.upstream.targets()[0] == "/api/1" and "/api/2" not in rig.upstream.targets()
    rig.count()


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


def test_stop_lets_what_has_begun_end(rig):
    rig.begin()
    answers = []
    thread = threading.Thread(target=lambda: answers.append(rig.ask("GET", "/api/slow").status_code))
    thread.start()
    until("the request to come up", lambda: rig.upstream.targets() == ["/api/slow"])
    rig.processor.stop()
    thread.join()
    assert answers == [200]
    assert [(exchange["status"], exchange["ended"]) for exchange in rig.processor.exchanges()] == [(200, "Whole")]


def test_kill_leaves_everything_that_was_done(rig):
    """ACTLOG_KILLS says how many times."""
    kills = int(os.environ.get("ACTLOG_KILLS", "10"))
    rig.begin()
    answered, sent, over = set(), set(), threading.Event()
    seed = random.randrange(1 << 32)
    print("seed", seed)

    def load(who):
        with httpx.Client(timeout=PATIENCE, http1=who % 2 == 0, http2=who % 2 == 1) as client:
            number = 0
            while not over.is_set():
                target = f"/api/{who}/{number}"
                number += 1
                sent.add(target)
                # By turns: nothing, a body of known length, one of unknown length in several pieces or in none. With HTTP/2 a frame
                # without bytes ends all of them, so that what a head says is all that an upstream waits for.
                content = [None, b"x" * 3000, iter([b"x" * 700] * 4), iter([])][number % 4]
                try:
                    if client.request("POST", rig.url + target, content=content).status_code == 200:
                        answered.add(target)
                    else:
                        time.sleep(0.02)
                except httpx.TransportError:
                    pass

    threads = [threading.Thread(target=load, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)
    for _ in range(kills):
        time.sleep(0.1 + chance.random() * 0.5)
        rig.processor.kill()
        rig.processor.start()
    until("some answers more", lambda: len(answered) > kills)
    over.set()
    for thread in threads:
        thread.join()
    executed = rig.upstream.targets()
    # Stopped, it has given out what it has; started again, what was left.
    rig.processor.stop()
    rig.processor.start()
    until("everything that was executed", lambda: set(executed) <= {exchange["target"] for exchange in rig.processor.exchanges()})
    rig.processor.stop()
    exchanges = rig.processor.exchanges()
    doubt = [exchange for exchange in exchanges if exchange["status"] is None]
    print(f"{len(sent)} sent, {len(executed)} executed, {len(answered)} answered, {len(exchanges)} kept, {len(doubt)} in doubt, {kills} kills")
    assert len(answered) > 5 * kills, "too little happened to tell anything"
    assert len({exchange["id"] for exchange in exchanges}) == len(exchanges)
    assert len({exchange["target"] for exchange in exchanges}) == len(exchanges)
    assert len(set(executed)) == len(executed)
    for exchange in exchanges:
        assert exchange["target"] in sent
        assert exchange["status"] is None or exchange["target"] in executed, exchange
    known = {exchange["target"] for exchange in exchanges if exchange["status"] == 200}
    assert answered <= known
    assert rig.count() > 0
