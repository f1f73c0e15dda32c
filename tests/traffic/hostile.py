"""Sends what no honest client sends, and compares what the stand-in executed with what was recorded: the same requests, and no others.

    hostile.py proxy|ext-proc FOLDER

ACTLOG and ACTLOG_ENVOY name the programs. ACTLOG_BODY_MB says how large the largest body is.
"""

import collections
import http.server
import json
import os
import pathlib
import socket
import sys
import threading

from kills import Server, stand

API = "/api/data/v9.2/"
# Resident memory that the program may have had, in KiB, whatever came.
MOST_KIB = 300 << 10


class Upstream(http.server.BaseHTTPRequestHandler):
    """Executes whole requests, reads them as the standard says, and remembers each."""

    protocol_version = "HTTP/1.1"
    executed = []
    lock = threading.Lock()

    def execute(self):
        """Executes a request, and only then answers."""
        if not self.read_body():
            self.close_connection = True
            return
        with self.lock:
            self.executed.append((self.command, self.path))
        self.send_response_only(204)
        self.end_headers()

    def read_body(self):
        """Reads the body; whether all of it came."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                if len(self.rfile.read(size + 2)) < size + 2:
                    return False
            return self.rfile.readline() == b"\r\n"
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0:
            piece = self.rfile.read(min(left, 1 << 16))
            if not piece:
                return False
            left -= len(piece)
        return True

    def log_message(self, *_):
        """Nothing is logged."""

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.execute
        raise AttributeError(name)


def head(line, *fields, host="contoso.crm.dynamics.com"):
    """A request's head."""
    lines = [line, *([f"Host: {host}"] if host else []), *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def requests():
    """Names and bytes of everything that is tried. Each path says which it is."""
    smuggled = f"DELETE {API}smuggled(1) HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    yield "plain", head(f"GET {API}plain HTTP/1.1")
    for number, fields in enumerate(
        [
            ("Content-Length: 6", "Transfer-Encoding: chunked"),
            ("Transfer-Encoding: chunked", "Content-Length: 6"),
            ("Content-Length: 6", "Content-Length: 5"),
            ("Content-Length: 6, 5",),
            ("Content-Length: +6",),
            ("Content-Length: 0x6",),
            ("Content-Length: -1",),
            ("Content-Length: 99999999999999999999999",),
            ("Transfer-Encoding : chunked",),
            ("Transfer-Encoding: chunked, identity",),
            ("Transfer-Encoding: identity, chunked",),
            ("Transfer-Encoding: xchunked",),
            ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
            ("Transfer-Encoding:\tchunked",),
            ("Transfer-Encoding: \x0bchunked",),
            ("X: y\r\n Transfer-Encoding: chunked",),
            ("X: y\nTransfer-Encoding: chunked",),
            ("X: y\rTransfer-Encoding: chunked",),
            ("X\x00: y",),
            ("X: \x00",),
            (" X: y",),
            ("X y: z",),
            (": y",),
            ("Connection: Content-Length, Host",),
            ("Expect: 200-maybe",),
            ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
        ]
    ):
        yield f"fields-{number}", head(f"POST {API}fields{number} HTTP/1.1", *fields) + b"0\r\n\r\n" + smuggled
    for number, body in enumerate(
        [b"5\r\nabcde\r\n0\r\n\r\n", b"5\nabcde\n0\n\n", b"fffffffffffffffff\r\nx", b"5;" + b"x" * 100_000 + b"\r\nabcde\r\n0\r\n\r\n", b"-1\r\n", b"5\r\nabcdeXX0\r\n\r\n", b"0\r\nX: y\r\n\r\n"]
    ):
        yield f"chunks-{number}", head(f"POST {API}chunks{number} HTTP/1.1", "Transfer-Encoding: chunked") + body + smuggled
    yield "many-headers", head(f"GET {API}many HTTP/1.1", *(f"X-{number}: y" for number in range(10_000)))
    yield "long-header", head(f"GET {API}long HTTP/1.1", "X: " + "y" * 1_000_000)
    yield "long-target", head(f"GET {API}{'x' * 1_000_000} HTTP/1.1")
    yield "two-hosts", head(f"GET {API}two HTTP/1.1", "Host: other")
    yield "no-host", head(f"GET {API}none HTTP/1.1", host=None)
    yield "other-host", head(f"GET http://other{API}other HTTP/1.1")
    yield "http-1.0", head(f"GET {API}old HTTP/1.0")
    yield "http-0.9", f"GET {API}older\r\n\r\n".encode()
    yield "http-3.0", head(f"GET {API}newer HTTP/3.0")
    yield "no-version", head(f"GET {API}unversioned")
    yield "odd-method", head(f"G(ET {API}odd HTTP/1.1")
    yield "line-feeds", f"GET {API}feeds HTTP/1.1\nHost: x\n\n".encode()
    yield "space-in-target", head(f"GET {API}a b HTTP/1.1")
    yield "not-http", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    yield "preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 500
    yield "pipelined", head(f"GET {API}first HTTP/1.1") + head(f"DELETE {API}second HTTP/1.1") + head(f"GET {API}third HTTP/1.1", "Connection: close")
    yield "half-a-head", f"GET {API}half HTTP/1.1\r\nHost: x\r\n".encode()
    yield "half-a-body", head(f"PATCH {API}half-body HTTP/1.1", "Content-Length: 100") + b"x" * 99
    part = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nDELETE /api/data/v9.2/accounts({}) HTTP/1.1\r\n\r\n\r\n"
    for name, boundary in (("good", "--b\r\n"), ("spaces", "--b \r\n"), ("bare", "--b\n"), ("other", "--c\r\n"), ("longer", "--bb\r\n")):
        parts = "".join(boundary + part.format(f"00000000-0000-4000-8000-{number:012}") for number in range(1000))
        body = (parts + "--b--\r\n").encode()
        yield f"batch-{name}", head(f"POST {API}$batch?{name} HTTP/1.1", 'Content-Type: multipart/mixed; boundary="b"', f"Content-Length: {len(body)}") + body


def send(port, given):
    """Sends bytes, and reads until nothing more comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        try:
            connection.sendall(given)
            while connection.recv(1 << 16):
                pass
        except OSError:
            pass


def send_large(port, megabytes):
    """Sends a large body; whether it was answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(head(f"POST {API}large HTTP/1.1", f"Content-Length: {megabytes << 20}", "Connection: close"))
        piece = b"x" * (1 << 20)
        for _ in range(megabytes):
            connection.sendall(piece)
        return connection.recv(100).startswith(b"HTTP/1.1 204")


def peak_kib(pid):
    """The most resident memory that a process had."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def main():
    """Sends, and judges."""
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True)
    server = Server(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program, gate, port = stand(kind, os.environ["ACTLOG"], folder, server.server_address[1], "--ledger", folder / "ledger.ndjson")
    senders = [threading.Thread(target=send, args=(port, given)) for _, given in requests()]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    megabytes = int(os.environ.get("ACTLOG_BODY_MB", "100"))
    large = send_large(port, megabytes)
    peak = peak_kib(program.process.pid)
    for one in filter(None, (gate, program)):
        one.stop()

    told = [json.loads(line) for line in (folder / "ledger.ndjson").read_text(encoding="utf-8").splitlines()]
    executed = collections.Counter((method, path.split("?")[0]) for method, path in Upstream.executed)
    answered = collections.Counter((line["Method"], line["Path"]) for line in told if line["Status"] is not None)
    in_doubt = collections.Counter((line["Method"], line["Path"]) for line in told if line["Status"] is None)
    unseen, invented = executed - answered - in_doubt, answered - executed
    smuggled = sum(count for (_, path), count in executed.items() if "smuggled" in path)
    print(f"{kind}: {len(senders)} hostile connections; {executed.total()} requests executed, {answered.total()} recorded, {in_doubt.total()} in doubt")
    print(f"{kind}: a body of {megabytes} MB {'passed' if large else 'DID NOT PASS'}; at most {peak >> 10} MiB of memory")
    # What is behind a request on a connection is a request of its own, wherever both agree on where the first ends.
    print(f"{kind}: {smuggled} of them stood behind another request, each recorded as its own")
    for what, which in (("executed, but not recorded", unseen), ("recorded, but not executed", invented)):
        if which:
            print(f"{what}: {dict(which)}")
    sys.exit(bool(unseen or invented or not large or peak > MOST_KIB or executed.total() < 5))


if __name__ == "__main__":
    main()
