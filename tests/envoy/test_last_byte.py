"""The last byte of a request waits until its intent is kept."""

import socket
import time

import pytest

from clients import http2, raw, status, text, with_trailers
from servers import PATIENCE, until


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


def test_answer_that_comes_early_has_its_intent(rig):
    rig.begin()
    head = b"POST /api/early HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
    with socket.create_connection(("127.0.0.1", rig.envoy.port), timeout=PATIENCE) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    (found,) = rig.processor.wait(1)
    assert (found["status"], text(found["request_body"]), found["request_body"]["whole"]) == (200, b"abc", False)
