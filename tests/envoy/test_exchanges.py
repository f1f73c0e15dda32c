"""What is kept of exchanges through Envoy: the same as through the proxy."""

import base64
import json
import socket

import httpx
import pytest

from servers import PATIENCE, proxy, until


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
