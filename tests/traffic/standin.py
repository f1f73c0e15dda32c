"""Stands in for Dataverse: knows its tables ($metadata), and answers each request as the case says that the request names.

    standin.py PORT_FILE EXECUTED_FILE

Writes its port into PORT_FILE. Each request that it executed is a line in EXECUTED_FILE: method, target and case.
"""

import http.server
import json
import pathlib
import sys
import threading

import cases

METADATA = (pathlib.Path(__file__).resolve().parent / "metadata.xml").read_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    known = {case.name: case for case in cases.all_cases()}
    executed = None
    lock = threading.Lock()

    def answer(self):
        """Answers a request, whatever its method."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            self.chunks()
        else:
            self.rfile.read(length)
        if self.path.endswith("/$metadata") and self.headers.get("X-Case") is None:
            return self.send(200, [("Content-Type", "application/xml")], METADATA)
        case = self.known.get(self.headers.get("X-Case", ""))
        if case is None:
            return self.send(404, [], b"")
        with self.lock:
            self.executed.write(json.dumps([self.command, self.path, case.name]) + "\n")
            self.executed.flush()
        _, status, _ = (case.answer.line + " ").split(" ", 2)
        return self.send(int(status), case.answer.fields, case.answer.body)

    def chunks(self):
        """Reads a body in chunks to its end."""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            self.rfile.read(size + 2)
        while self.rfile.readline().strip():
            pass

    def send(self, status, fields, body):
        """Sends an answer."""
        self.send_response_only(status)
        for name, value in fields:
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, value)
        if status != 204 and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204 and status != 304:
            self.wfile.write(body)

    def log_message(self, *_):
        """Nothing is logged."""

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)


def main():
    """Listens until it is ended."""
    port_file, executed = sys.argv[1:]
    Handler.executed = open(executed, "a", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pathlib.Path(port_file).write_text(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
