"""What stands around Envoy: a stand-in for the Web API, and a way to `actlog serve` on which things go wrong."""

import socket
import socketserver
import threading
import time


def read_head(stream):
    """Reads a request's first line and header fields; none where nothing comes."""
    line = stream.readline(65537)
    if not line:
        return None, []
    fields = []
    while (field := stream.readline(65537)) not in (b"\r\n", b"\n", b""):
        name, _, value = field.decode("latin-1").partition(":")
        fields.append((name.strip(), value.strip()))
    return line.decode("latin-1").rstrip("\r\n"), fields


def value(fields, name):
    return next((text for key, text in fields if key.lower() == name), "")


def body_length(stream, fields, take):
    """Reads a body and hands its pieces to `take`; true where all of it came."""
    if value(fields, "transfer-encoding").lower() == "chunked":
        while size := int(stream.readline().split(b";")[0] or b"-1", 16):
            if size < 0:
                return False
            take(stream.read(size))
            stream.readline()
        stream.readline()
        return True
    left = int(value(fields, "content-length") or 0)
    while left:
        piece = stream.read(min(left, 65536))
        if not piece:
            return False
        take(piece)
        left -= len(piece)
    return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a connection that breaks off is what some checks are about


class StandIn(Server):
    """Answers each request as `answer(line, fields, size)` says, and remembers which requests were carried out."""

    def __init__(self):
        self.executed = []
        self.fields = {}
        self.answers = {}
        super().__init__(StandInHandler)


class StandInHandler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            line, fields = read_head(self.rfile)
            if line is None:
                return
            sizes = []
            whole = body_length(self.rfile, fields, lambda piece: sizes.append(len(piece)))
            name = value(fields, "x-test")
            if not whole:
                return
            self.server.executed.append(name)
            self.server.fields[name] = fields
            answer = self.server.answers[name]
            if answer == "close":
                return
            if callable(answer):
                answer(self.wfile)
            else:
                self.wfile.write(answer)
            self.wfile.flush()


def plain(status, fields=(), body=b"", chunked=False):
    """An answer as bytes."""
    head = [f"HTTP/1.1 {status}"] + [f"{name}: {text}" for name, text in fields]
    if chunked:
        head.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 7000]), body[at : at + 7000]) for at in range(0, len(body), 7000)) + b"0\r\n\r\n"
    elif not status.startswith(("1", "204", "304")):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Way(Server):
    """The way to `actlog serve`. `mode`: pass, slow (seconds in `delay`), hang, refuse (503), lie (200 from somebody else)."""

    def __init__(self):
        self.to = None
        self.mode = "pass"
        self.delay = 0.0
        self.calls = 0
        super().__init__(WayHandler)


class WayHandler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            line, fields = read_head(self.rfile)
            if line is None:
                return
            pieces = []
            body_length(self.rfile, fields, pieces.append)
            body = b"".join(pieces)
            way = self.server
            way.calls += 1
            mode = way.mode
            if mode == "hang":
                time.sleep(30)
                return
            if mode == "refuse":
                self.wfile.write(plain("503 Service Unavailable", [("Content-Type", "application/json")], b'{"Error":"full"}'))
                continue
            if mode == "lie":
                self.wfile.write(plain("200 OK", [("Content-Type", "text/html")], b"<html>welcome</html>"))
                continue
            if mode == "slow":
                time.sleep(way.delay)
            head = [line] + [f"{name}: {text}" for name, text in fields if name.lower() not in ("transfer-encoding", "content-length", "connection")]
            head += [f"Content-Length: {len(body)}", "Connection: close"]
            with socket.create_connection(("127.0.0.1", way.to)) as there:
                there.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
                answer = b""
                while piece := there.recv(65536):
                    answer += piece
            self.wfile.write(answer)
            return


def ask(port, line, fields, body=b"", abort=None, timeout=30):
    """Sends a request as it is; gives status, fields, body, and whether the answer came to its end. `abort`: goes away after so many
    seconds, without waiting for an answer."""
    names = [name.lower() for name, _ in fields]
    head = [line if " HTTP/" in line else line + " HTTP/1.1"] + [f"{name}: {text}" for name, text in fields]
    if "host" not in names:
        head.append("Host: contoso.crm.dynamics.com")
    if "content-length" not in names and "transfer-encoding" not in names and (body or line.split()[0] in ("POST", "PUT", "PATCH", "MERGE")):
        head.append(f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as there:
        there.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
        for at in range(0, len(body), 1 << 20):
            there.sendall(body[at : at + (1 << 20)])
        if abort is not None:
            time.sleep(abort)
            return None, [], 0, False
        stream = there.makefile("rb")
        first, answered = read_head(stream)
        while first and first.split()[1] == "100":
            first, answered = read_head(stream)
        if not first:
            return None, [], b"", False
        status = int(first.split()[1])
        pieces = []
        if line.startswith("HEAD") or status in (204, 304):
            return status, answered, b"", True
        try:
            whole = body_length(stream, answered, pieces.append)
        except (OSError, ValueError):
            whole = False
        return status, answered, b"".join(pieces), whole


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
