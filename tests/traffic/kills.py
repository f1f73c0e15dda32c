"""Kills what stands in the way of the traffic at random, under load, again and again, and then asks the store.

    kills.py proxy|ext-proc KILLS FOLDER

Every request that the stand-in executed must be recorded, as done or as in doubt; what is recorded as done must have been executed; and
nothing may stand twice. ACTLOG and ACTLOG_ENVOY name the programs.
"""

import collections
import http.client
import http.server
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import uuid

import httpx
import programs

CLIENTS = 6
# How long a program lives, in seconds: some die while they start, some under full load.
LIVES = (0.02, 0.6)


class Upstream(http.server.BaseHTTPRequestHandler):
    """Executes updates and deletions, and remembers which."""

    protocol_version = "HTTP/1.1"
    executed = collections.Counter()
    lock = threading.Lock()

    def execute(self):
        """Executes a request, and only then answers."""
        length = int(self.headers.get("Content-Length") or 0)
        if len(self.rfile.read(length)) < length:
            # Half a request is none.
            self.close_connection = True
            return
        with self.lock:
            self.executed[self.path] += 1
        time.sleep(random.uniform(0, 0.004))
        self.send_response_only(204)
        self.end_headers()

    do_PATCH = do_DELETE = execute

    def log_message(self, *_):
        """Nothing is logged."""


class Server(http.server.ThreadingHTTPServer):
    """Does not mind connections that are cut: that is what is tried here."""

    daemon_threads = True

    def handle_error(self, *_):
        """Nothing is told."""
        if not isinstance(sys.exc_info()[1], OSError):
            raise sys.exc_info()[1]


def target(number):
    """A record of its own for each request."""
    return f"/api/data/v9.2/accounts({number})"


def load(port, stop, answered):
    """Asks again and again, never twice the same."""
    connection = None
    while not stop.is_set():
        number = uuid.uuid4()
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            method, body = random.choice([("PATCH", b'{"name":"x"}'), ("DELETE", None)])
            connection.request(method, target(number), body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 204:
                answered.append(str(number))
        except (OSError, http.client.HTTPException):
            if connection:
                connection.close()
            connection = None
            time.sleep(0.01)


def load_http2(port, stop, answered):
    """The same with HTTP/2. Where there is no body, the end comes in a frame of its own, behind a head that says that nothing follows."""
    client = None
    while not stop.is_set():
        number = uuid.uuid4()
        try:
            if client is None:
                client = httpx.Client(http1=False, http2=True, timeout=10)
            method, more = random.choice([("PATCH", {"content": b'{"name":"x"}'}), ("DELETE", {"content": iter([]), "headers": {"Content-Length": "0"}})])
            if client.request(method, f"http://127.0.0.1:{port}{target(number)}", **more).status_code == 204:
                answered.append(str(number))
        except (OSError, httpx.HTTPError):
            if client:
                client.close()
            client = None
            time.sleep(0.01)


def stand(kind, actlog, folder, upstream, *more):
    """The command that is killed, what else has to run, and the port that clients ask."""
    store, listen = folder / "actlog.db", programs.free_port()
    common = ["--settings", programs.HERE / "actlog.toml", "--no-metadata", "--journal", folder / "journal", "--store", store, *more]
    command = [actlog, kind, "--upstream", f"http://127.0.0.1:{upstream}", "--listen", f"127.0.0.1:{listen}", *common]
    killed = programs.Program(command, folder / "killed.log")
    killed.start()
    if kind == "proxy":
        return killed, None, listen
    front = programs.free_port()
    gate = programs.envoy(os.environ["ACTLOG_ENVOY"], folder, front, upstream, listen)
    gate.start()
    return killed, gate, front


def recorded(actlog, folder):
    """What the store says of each record: how often, and how it ended."""
    subprocess.run([actlog, "verify", "--store", folder / "actlog.db"], check=True, stdout=subprocess.DEVNULL)
    command = [actlog, "search", "--store", folder / "actlog.db", "--json", "--parts", "-n", "10000000"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    found = collections.defaultdict(list)
    for line in lines:
        record = json.loads(line)
        found[record["EntityId"]].append((record["Id"], record["ResultStatus"]))
    return found


def main():
    """Kills, and judges."""
    kind, kills, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    actlog = os.environ["ACTLOG"]
    folder.mkdir(parents=True)
    server = Server(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    killed, gate, port = stand(kind, actlog, folder, server.server_address[1])
    stop, answered = threading.Event(), []
    clients = [threading.Thread(target=which, args=(port, stop, answered)) for which in (load, load_http2) for _ in range(CLIENTS // 2)]
    for client in clients:
        client.start()
    for _ in range(kills):
        time.sleep(random.uniform(*LIVES))
        killed.kill()
        killed.start()
    time.sleep(0.5)
    stop.set()
    for client in clients:
        client.join()
    if gate:
        gate.stop()
    # What lies in the journal is recorded before it ends, or when it is started the next time.
    killed.stop()
    killed.start()
    time.sleep(1)
    killed.stop()

    found = recorded(actlog, folder)
    executed = {path.split("(")[1].rstrip(")") for path in Upstream.executed}
    done = {number for number, records in found.items() if any(status != "InDoubt" for _, status in records)}
    wrong = {
        "executed twice": [path for path, count in Upstream.executed.items() if count > 1],
        "executed, but not recorded": sorted(executed - set(found)),
        "recorded as done, but not executed": sorted(done - executed),
        "answered, but not recorded as done": sorted(set(answered) - done),
        "recorded twice": [number for number, records in found.items() if len(records) > 1],
    }
    in_doubt = len(found) - len(done)
    print(f"{kind}: {kills} kills; {len(executed)} executed, {len(answered)} answered; {len(done)} recorded as done, {in_doubt} in doubt")
    for what, which in wrong.items():
        if which:
            print(f"{len(which)} {what}, such as {which[:3]}")
    sys.exit(any(wrong.values()) or len(executed) < kills)


if __name__ == "__main__":
    main()
