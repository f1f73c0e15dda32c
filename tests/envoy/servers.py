"""Envoy, the processor and a stand-in for the API, on loopback, with free ports."""

import json
import os
import re
import signal
import socket
import socketserver
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = Path(os.environ["ACTLOG_EXAMPLES"])
ENVOY = os.environ["ACTLOG_ENVOY"]
PATIENCE = 20
CHUNK = 64 << 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, found):
    """Waits until found() is true, and gives what it found."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} s"
        time.sleep(0.02)
    return value


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def peak_kib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


class Handler(socketserver.StreamRequestHandler):
    """HTTP/1.1 as the tests need it: the path says what is to happen. A request counts as executed when all of it has come."""

    disable_nagle_algorithm = True

    def handle(self):
        try:
            while self.one():
                pass
        except OSError:
            pass

    def one(self):
        line = self.rfile.readline(65536)
        if not line:
            return False
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = {}
        while (field := self.rfile.readline(65536).decode("latin-1")) != "\r\n":
            if not field.endswith("\n"):
                # A head that was cut is no request.
                return False
            name, value = field.split(":", 1)
            headers[name.lower()] = value.strip()
        stand_in = self.server.stand_in
        if "/early" in target:
            self.reply(200, b"early", extra="connection: close\r\n")
            return False
        if "/socket" in target:
            self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
            while data := self.connection.recv(CHUNK):
                self.wfile.write(data)
            return False
        body = self.body(headers)
        if body is None:
            return False
        stand_in.executed(method, target, headers, body)
        return self.answer(method, target, body)

    def body(self, headers):
        """The number of bytes, and the first ones; None where it was cut."""
        total, first = 0, b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(100).split(b";")[0] or b"-1", 16):
                if size < 0:
                    return None
                left = size + 2
                while left:
                    data = self.rfile.read(min(left, CHUNK))
                    if not data:
                        return None
                    left -= len(data)
                    if len(first) < 4096:
                        first += data
                total += size
            while (line := self.rfile.readline(1000)) != b"\r\n":
                if not line:
                    return None
            return total, first
        left = int(headers.get("content-length", 0))
        while left:
            data = self.rfile.read(min(left, CHUNK))
            if not data:
                return None
            left -= len(data)
            total += len(data)
            if len(first) < 4096:
                first += data
        return total, first

    def answer(self, method, target, body):
        if "/reset" in target:
            return False
        if "/hang" in target:
            time.sleep(PATIENCE)
            return False
        if "/slow" in target:
            time.sleep(0.5)
        if "/cut" in target:
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\nabc")
            self.wfile.flush()
            time.sleep(0.2)
            return False
        if "/big" in target:
            size = int(re.search(r"/big/(\d+)", target)[1])
            self.wfile.write(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n\r\n".encode())
            piece = b"d" * CHUNK
            for _ in range(size // CHUNK):
                self.wfile.write(piece)
            return True
        if status := re.search(r"/status/(\d+)", target):
            return self.reply(int(status[1]), b'{"error":{"code":"0x80040217"}}')
        if "/chunked" in target:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
            pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b'{"value":', b"[1,2", b"]}"))
            if "/trailers" in target:
                self.wfile.write(head + b"trailer: x-end\r\n\r\n" + pieces + b"0\r\nx-end: 1\r\n\r\n")
            else:
                self.wfile.write(head + b"\r\n" + pieces + b"0\r\n\r\n")
            return True
        if "/empty" in target:
            self.wfile.write(b"HTTP/1.1 204 No Content\r\nodata-entityid: /api/data/v9.2/accounts(1)\r\n\r\n")
            return True
        return self.reply(200, b'{"method":"%s","bytes":%d}' % (method.encode(), body[0]), extra="etag: W/\"1\"\r\n")

    def reply(self, status, body, extra=""):
        head = f"HTTP/1.1 {status} Said\r\ncontent-type: application/json; odata.metadata=minimal\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
        self.wfile.write(head.encode() + body)
        return True


class StandIn(socketserver.ThreadingTCPServer):
    """Does what the API would do, and remembers it."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.lock = threading.Lock()
        self.requests = []
        self.stand_in = self
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def executed(self, method, target, headers, body):
        with self.lock:
            self.requests.append((method, target, headers, body))

    def targets(self):
        with self.lock:
            return [target for _, target, _, _ in self.requests]

    def handle_error(self, *_):
        pass


class Program:
    """An example of a crate that writes exchanges to a file."""

    def __init__(self, name, arguments, folder, **environment):
        self.name, self.arguments, self.folder = name, arguments, folder
        self.environment = environment
        self.output = folder / f"{name}.ndjson"
        self.log = open(folder / f"{name}.log", "ab")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [EXAMPLES / self.name, *self.arguments], stdout=subprocess.PIPE, stderr=self.log, text=True, env=os.environ | self.environment
        )
        line = self.process.stdout.readline()
        assert line.startswith("listens "), f"{self.name} does not start; see {self.log.name}"
        return line.split()[1]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it in order; what it says at its end."""
        if self.process is None or self.process.poll() is not None:
            return ""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said
        return said

    def exchanges(self):
        if not self.output.exists():
            return []
        text = self.output.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait(self, count):
        """Waits for so many exchanges, and a little for any too many."""
        until(f"{count} exchanges", lambda: len(self.exchanges()) >= count)
        time.sleep(0.2)
        found = self.exchanges()
        assert len(found) == count, found
        return found


def proxy(folder, upstream):
    arguments = ["127.0.0.1:0", f"http://127.0.0.1:{upstream}", str(folder / "proxy-journal"), str(folder / "proxy.ndjson"), "/api"]
    return Program("proxy", arguments, folder)


def processor(folder, listen=None, output=None, **environment):
    listen = listen or f"127.0.0.1:{free_port()}"
    return Program("ext_proc", [listen, str(folder / "journal"), str(output or folder / "ext_proc.ndjson"), "/api"], folder, **environment)


class Envoy:
    """Envoy with the example's configuration, at free ports. `change` is given its text."""

    def __init__(self, folder, upstream, processor, change=lambda text: text):
        self.port = free_port()
        self.access = folder / "access.log"
        text = (ROOT / "examples/envoy/envoy-ext-proc.yaml").read_text()
        where = "socket_address: { address: 127.0.0.1, port_value: 7320 }"
        there = f"pipe: {{ path: {processor[5:]} }}" if processor.startswith("unix:") else where.replace("7320", processor.split(":")[1])
        for old, new in [
            ("port_value: 10000", f"port_value: {self.port}"),
            ("port_value: 8080", f"port_value: {upstream}"),
            (where, there),
            ("path: access.log", f"path: {self.access}"),
        ]:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        config = folder / "envoy.yaml"
        config.write_text(change(text))
        self.log = folder / "envoy.log"
        self.process = subprocess.Popen(
            [ENVOY, "-c", config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning", "--log-path", self.log,
             "--file-flush-interval-msec", "100"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE
        while not listens(self.port):
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def lines(self):
        if not self.access.exists():
            return []
        text = self.access.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
