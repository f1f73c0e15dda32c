"""Clients that say what no library would, byte for byte or frame by frame."""

import base64
import socket
import time

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ResponseReceived

from servers import PATIENCE


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
