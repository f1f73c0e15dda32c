#!/usr/bin/env python3
"""The real program on a real cluster, from end to end: serve --events, two workers, serve --records, three servers.

First all is well: counts add up, readiness tells when the cluster is away. Then, under load, servers say nothing for a while
(ACTLOG_STREAMS_STALL seconds, 5 if not set; servers remember ids for 120), and processes and servers are killed at random
(ACTLOG_STREAMS_KILLS, 8 if not set). Afterwards every event is accounted for exactly once.

Needs ACTLOG (the program) and ACTLOG_NATS_SERVER; python3 without packages.
"""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ACTLOG = os.environ["ACTLOG"]
NATS = os.environ["ACTLOG_NATS_SERVER"]
KILLS = int(os.environ.get("ACTLOG_STREAMS_KILLS", "8"))
STALL = int(os.environ.get("ACTLOG_STREAMS_STALL", "5"))
SEED = int(os.environ.get("ACTLOG_STREAMS_SEED", time.time_ns() % 1_000_000))
ORGANIZATION = "4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4"


def free_ports(number):
    sockets = [socket.socket() for _ in range(number)]
    for it in sockets:
        it.bind(("127.0.0.1", 0))
    ports = [it.getsockname()[1] for it in sockets]
    for it in sockets:
        it.close()
    return ports


class Process:
    """A process that is started again after it was killed. What it says is kept in a file."""

    def __init__(self, name, folder, command):
        self.name, self.command, self.log = name, command, folder / f"{name}.log"
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def said(self):
        return self.log.read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """As its operator would; it must end well."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        assert code in (0, 1) if "node" in self.name else code == 0, f"{self.name} ended with {code}:\n{self.said()[-3000:]}"


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        ports = free_ports(9)
        self.clients, self.routes, self.monitors = ports[:3], ports[3:6], ports[6:]
        urls = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self.routes)
        self.nodes = []
        for index in range(3):
            config = folder / f"node{index}.conf"
            config.write_text(
                f'server_name: node{index}\nlisten: "127.0.0.1:{self.clients[index]}"\nhttp: "127.0.0.1:{self.monitors[index]}"\n'
                f'jetstream {{ store_dir: "{folder}/node{index}", sync_interval: always, max_file_store: 2GB, max_memory_store: 64MB }}\n'
                f'cluster {{ name: test, listen: "127.0.0.1:{self.routes[index]}", routes: [{urls}] }}\n'
            )
            self.nodes.append(Process(f"node{index}", folder, [NATS, "-c", str(config)]))

    def messages(self):
        """How many messages stand in each stream, when all servers agree."""
        def of(port):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/jsz?accounts=1&streams=1", timeout=5) as answer:
                told = json.load(answer)
            streams = told["account_details"][0]["stream_detail"]
            return {stream["name"]: stream["state"]["messages"] for stream in streams}
        return until("the servers to agree", lambda: agreed([of(port) for port in self.monitors]))


def agreed(all):
    return all[0] if all[0] and all.count(all[0]) == len(all) else None


def until(what, done, seconds=120):
    end, trouble = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            found = done()
            if found:
                return found
        except (OSError, KeyError, IndexError, http.client.HTTPException, subprocess.CalledProcessError) as error:
            trouble = error
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}: {trouble}")


def actlog(*arguments, code=0, stdin=None):
    ran = subprocess.run([ACTLOG, *map(str, arguments)], input=stdin, capture_output=True, timeout=300)
    assert ran.returncode == code, f"actlog {arguments} ended with {ran.returncode}:\n{ran.stderr.decode()[-3000:]}"
    return ran


def ask(port, path, body=None):
    """Status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST" if body else "GET", path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def metric(text, name):
    return [line for line in text.splitlines() if line.startswith(name)]


class Sender:
    """Sends until it is taken, as a sender must."""

    def __init__(self, port):
        self.port, self.refused = port, 0

    def send(self, events):
        def taken():
            try:
                status, headers, text = ask(self.port, "/events", "\n".join(events).encode())
            except OSError:
                self.refused += 1
                raise
            if status == 503:
                assert headers["Retry-After"], text
                self.refused += 1
                return None
            assert status == 200, (status, text)
            return json.loads(text)
        return until("events to be taken", taken, 120 + STALL)


class Stage:
    def __init__(self, folder):
        self.folder = folder
        # What was rejected and excluded without the streams.
        self.elsewhere = {"Rejected": 0, "Excluded": 0}
        # The last seed of events under load; those before are for what else is tried.
        self.made = 99
        self.cluster = Cluster(folder)
        self.settings = folder / "actlog.toml"
        urls = json.dumps([f"nats://127.0.0.1:{port}" for port in self.cluster.clients])
        self.settings.write_text(
            # The events that are made up are old.
            "[review]\nretention-days = 36500\n\n[exclusions]\nmessages = [\"RetrieveUserSettings\"]\n\n"
            f"[streams]\nservers = {urls}\nack-wait-ms = 2000\nanswer-ms = 2000\nping-ms = 500\nretry-ms = 100\nmax-tries = 200\n"
        )
        setup = lambda: subprocess.run([ACTLOG, "streams", "setup", "-s", self.settings, "--wait", "5"], check=True, capture_output=True)
        until("the streams to be set up", setup)
        self.port_in, self.port_out, worker0, worker1 = free_ports(4)
        self.worker_ports = [worker0, worker1]
        common = ["--anonymous", "-s", str(self.settings)]
        self.intake = Process("intake", folder, [ACTLOG, "serve", *common, "--store", str(folder / "in.db"),
                                                 "--listen", f"127.0.0.1:{self.port_in}", "--events", "jetstream"])
        self.store = folder / "audit.db"
        self.sink = Process("sink", folder, [ACTLOG, "serve", *common, "--store", str(self.store), "--listen",
                                             f"127.0.0.1:{self.port_out}", "--records", "jetstream"])
        self.workers = [self.worker(f"worker{at}", port) for at, port in enumerate(self.worker_ports)]
        for port in (self.port_in, self.port_out, *self.worker_ports):
            until(f"port {port} to be ready", lambda: ask(port, "/readyz")[0] == 200)

    def worker(self, name, port):
        return Process(name, self.folder, [ACTLOG, "run", "-s", str(self.settings), "--from", "jetstream", "--to", "jetstream",
                                           "--listen-metrics", f"127.0.0.1:{port}", "--summary", "json", "--log", "json"])

    def lag(self):
        return json.loads(actlog("streams", "lag", "-s", self.settings, "--json").stdout)

    def until_empty(self):
        until("all to be worked and kept", lambda: all(it["Waiting"] + it["InWork"] == 0 for it in self.lag()))

    def processes(self):
        return [self.intake, self.sink, *self.workers, *self.cluster.nodes]


def made_up(count, seed):
    """Events: most are recorded, some excluded, some rejected by the filter. No two are the same."""
    events = actlog("generate", "-n", count, "--seed", seed).stdout.decode().splitlines()
    events += [json.dumps({"Message": 5, "Number": f"{seed}-{at}"}) for at in range(count // 20)]
    events += [json.dumps({"Message": "WhoAmI", "OrganizationId": ORGANIZATION, "RequestId": f"00000000-0000-4000-8000-{seed:04}{at:08}"})
               for at in range(count // 20)]
    assert len(set(events)) == len(events)
    random.Random(seed).shuffle(events)
    return events


class Expected:
    """What a run on one machine makes of the same events."""

    def __init__(self, folder, settings, events):
        (folder / "events.ndjson").write_text("\n".join(events) + "\n")
        ran = actlog("run", folder / "events.ndjson", "-s", settings, "-o", folder / "expected.ndjson", "--summary", "json")
        self.summary = json.loads(ran.stderr.decode().splitlines()[-1])
        lines = (folder / "expected.ndjson").read_text().splitlines()
        self.records = {json.loads(line)["Id"]: line for line in lines}
        assert len(self.records) == len(lines) and self.summary["Rejected"] > 0 and self.summary["Excluded"] > 0, self.summary


def check(stage, events):
    """Every event stands exactly once in the store, the rejects or the ledger, as a run has it."""
    stage.until_empty()
    expected = Expected(stage.folder, stage.settings, events)
    messages = stage.cluster.messages()
    assert messages["ACTLOG-EVENTS"] == messages["ACTLOG-RECORDS"] == 0, messages
    for lane, key in (("REJECTS", "Rejected"), ("LEDGER", "Excluded")):
        assert messages[f"ACTLOG-{lane}"] + stage.elsewhere[key] == expected.summary[key], (messages, expected.summary)
    stored = actlog("search", "--store", stage.store, "--json", "--parts").stdout.decode().splitlines()
    # What was looked at is recorded by the server itself; nobody looked.
    found = {json.loads(line)["Id"]: line for line in stored}
    assert len(found) == len(stored), "an Id stands twice"
    assert found.keys() == expected.records.keys(), (
        f"of {len(expected.records)} missing {len(expected.records.keys() - found.keys())}, unexpected {len(found.keys() - expected.records.keys())}")
    assert found == expected.records, "records differ from those of a run"
    assert b"intact" in actlog("verify", "--store", stage.store).stdout
    return expected


def all_is_well(stage):
    """Counts add up; metrics, lag and readiness tell the truth; a worker drains."""
    events = made_up(400, 1)
    sender = Sender(stage.port_in)
    for at in range(0, len(events), 40):
        told = sender.send(events[at:at + 40])
        assert told["Accepted"] == told["Read"] == len(events[at:at + 40]), told
    # The same request again is known by the servers.
    assert sender.send(events[:40])["AcceptedBefore"] == 40
    expected = check(stage, events)
    text = ask(stage.port_out, "/metrics")[2]
    summary = expected.summary
    for outcome, count in (("recorded", summary["Recorded"]), ("excluded", summary["Excluded"]), ("rejected", summary["Rejected"])):
        assert metric(text, f'actlog_events_total{{outcome="{outcome}"}}') == [f'actlog_events_total{{outcome="{outcome}"}} {count}'], text
    assert metric(text, 'actlog_stream_waiting{stream="ACTLOG-EVENTS",reader="workers"} 0'), text
    text = ask(stage.port_in, "/metrics")[2]
    assert metric(text, f'actlog_stream_messages_total{{part="intake",what="accepted"}} {len(events) + 40}'), text
    # What is no event stays where it came in, and is named.
    status, _, text = ask(stage.port_in, "/events", b"\n{\"a\": \n")
    assert status == 400 and json.loads(text)["Unusable"][0]["Line"] == 2, text
    status, _, text = ask(stage.port_in, "/events", json.dumps({"Message": "x" * 600_000}).encode())
    assert status == 413 and "line 1" in text, text
    # The rejects are letters that a run takes again.
    rejects = actlog("run", f"{stage.store}.dead", "--summary", "json", "-o", os.devnull, "--strict", code=3)
    assert json.loads(rejects.stderr.decode().splitlines()[-1])["Rejected"] == summary["Rejected"], rejects.stderr
    # Each worker says what it did, and together it is all.
    for worker in stage.workers:
        worker.end()
    totals = [json.loads(worker.said().splitlines()[-1]) for worker in stage.workers]
    assert all(it["Balanced"] for it in totals), totals
    for key in ("Read", "Recorded", "Records", "Excluded", "Rejected", "Faulted"):
        assert sum(it[key] for it in totals) == summary[key], (key, totals, summary)
    for worker in stage.workers:
        worker.start()
    return events


def the_cluster_is_away(stage, events):
    for node in stage.cluster.nodes[:2]:
        node.end()
    for port in (stage.port_in, stage.port_out, *stage.worker_ports):
        status, _, text = until("readiness to say no", lambda: (lambda it: it if it[0] == 503 else None)(ask(port, "/readyz")))
        assert "streams: " in json.loads(text)["Reasons"][0], text
    event = next(event for event in made_up(20, 2) if "WhoAmI" not in event)
    status, headers, text = ask(stage.port_in, "/events", event.encode())
    assert status == 503 and headers["Retry-After"], (status, text)
    asked = actlog("streams", "lag", "-s", stage.settings, "--wait", "2", code=1)
    assert b"no answer within 2 s from nats://" in asked.stderr, asked.stderr
    for node in stage.cluster.nodes[:2]:
        node.start()
    for port in (stage.port_in, stage.port_out, *stage.worker_ports):
        until("readiness to say yes", lambda: ask(port, "/readyz")[0] == 200)
    # It may have been taken all the same; sent again it does no harm.
    Sender(stage.port_in).send([event])
    events.append(event)


def files(stage, events):
    """Records of files go the same way; what is no record stays with who reads them."""
    file, rejects = stage.folder / "backlog.ndjson", stage.folder / "backlog.dead"
    made = made_up(200, 5)
    file.write_text("\n".join(made) + "\n")
    given = ("run", file, "-s", stage.settings, "--to", "jetstream", "--rejects", rejects, "--summary", "json")
    for _ in range(2):
        # Once more does no harm.
        summary = json.loads(actlog(*given).stderr.decode().splitlines()[-1])
        assert summary["Balanced"] and summary["Read"] == len(made) and summary["Rejected"] == 10, summary
    stage.elsewhere = summary
    events.extend(made)
    check(stage, events)
    # Servers that are not there are waited for, until one no longer wants to.
    away = stage.folder / "away.toml"
    away.write_text(f'[streams]\nservers = ["nats://127.0.0.1:{free_ports(1)[0]}"]\n')
    run = subprocess.Popen([ACTLOG, "run", file, "-s", away, "--to", "jetstream"], stderr=subprocess.PIPE)
    time.sleep(1)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    told = run.communicate(timeout=20)[1]
    assert run.returncode == 130 and b"the records are not complete" in told, (run.returncode, told)


def under_load(stage, events, do):
    """Does something while events are sent, and checks that every one is accounted for."""
    sent, over = list(events), threading.Event()
    sender, failed = Sender(stage.port_in), []

    def load():
        try:
            while not over.is_set():
                stage.made += 1
                batch = made_up(60, stage.made)
                for at in range(0, len(batch), 15):
                    # Noted before: a request without an answer may have been taken, and is sent again.
                    sent.extend(batch[at:at + 15])
                    sender.send(batch[at:at + 15])
                    time.sleep(0.03)
        except BaseException as error:  # Told by the main thread.
            failed.append(error)

    sending = threading.Thread(target=load)
    sending.start()
    try:
        do(failed)
    finally:
        over.set()
        sending.join()
    if failed:
        raise failed[0]
    expected = check(stage, sent)
    events[:] = sent
    return (f"{len(sent)} events so far, {sender.refused} requests sent again; {len(expected.records)} records, "
            f"{expected.summary['Rejected']} rejects, {expected.summary['Excluded']} in the ledger, each once")


def stalled(stage, events):
    """Two of three servers say nothing for a while, with all connections open, and then go on."""
    def do(_):
        time.sleep(1)
        for node in stage.cluster.nodes[:2]:
            node.process.send_signal(signal.SIGSTOP)
        time.sleep(STALL)
        for node in stage.cluster.nodes[:2]:
            node.process.send_signal(signal.SIGCONT)
        for port in (stage.port_in, stage.port_out, *stage.worker_ports):
            until("readiness to say yes", lambda: ask(port, "/readyz")[0] == 200)
        time.sleep(2)

    print(f"stalled for {STALL} s: {under_load(stage, events, do)}")


def killed_at_random(stage, events):
    """Kills under load."""
    chance, killed = random.Random(SEED), {}

    def do(failed):
        for _ in range(KILLS):
            victim = chance.choice([*stage.workers, *stage.workers, stage.intake, stage.sink, *stage.cluster.nodes])
            time.sleep(chance.uniform(0.1, 1.5))
            victim.kill()
            killed[victim.name] = killed.get(victim.name, 0) + 1
            # One server at a time: two have the quorum.
            time.sleep(chance.uniform(0, 0.5))
            victim.start()
            if "node" in victim.name:
                until("the server to be well", lambda: ask(stage.cluster.monitors[int(victim.name[4:])], "/healthz")[0] == 200)
            if failed:
                break

    told = under_load(stage, events, do)
    print(f"killed: {killed}; {told}")


def commands(stage):
    """streams check finds what is otherwise, and setup mends it."""
    monitors = [word for port in stage.cluster.monitors for word in ("--monitor", f"127.0.0.1:{port}")]
    assert b"all streams are as" in actlog("streams", "check", "-s", stage.settings, *monitors).stdout
    other = stage.folder / "other.toml"
    other.write_text(stage.settings.read_text() + "dedupe-window-ms = 60000\n")
    told = json.loads(actlog("streams", "check", "-s", other, "--json", code=3).stdout)
    assert [it["Is"] for it in told if it["What"] == "stream ACTLOG-EVENTS duplicate_window"] == ["120s"], told
    actlog("streams", "setup", "-s", other)
    actlog("streams", "check", "-s", other)
    actlog("streams", "setup", "-s", stage.settings)
    table = actlog("streams", "lag", "-s", stage.settings).stdout.decode()
    assert re.search(r"ACTLOG-EVENTS +workers +0 +0 +0", table), table
    lax = stage.folder / "lax.conf"
    client, monitor = free_ports(2)
    lax.write_text(f'listen: "127.0.0.1:{client}"\nhttp: "127.0.0.1:{monitor}"\njetstream {{ store_dir: "{stage.folder}/lax" }}\n')
    node = Process("lax-node", stage.folder, [NATS, "-c", str(lax)])
    until("the server to answer", lambda: ask(monitor, "/healthz")[0] == 200)
    told = json.loads(actlog("streams", "check", "-s", stage.settings, "--json", "--monitor", f"127.0.0.1:{monitor}", code=3).stdout)
    node.end()
    assert [(it["What"], it["Should"]) for it in told] == [(f"server 127.0.0.1:{monitor} sync_interval", "always")], told


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="actlog-streams-"))
    os.environ.setdefault("XDG_CACHE_HOME", str(folder / "cache"))
    stage = Stage(folder)
    try:
        commands(stage)
        print("streams setup, check, lag: well")
        events = all_is_well(stage)
        print("all is well: counts add up")
        files(stage, events)
        print("files: their records once, and servers that are away are waited for")
        the_cluster_is_away(stage, events)
        print("the cluster is away: told, refused, and back")
        stalled(stage, events)
        killed_at_random(stage, events)
        for process in (*stage.workers, stage.intake, stage.sink):
            process.end()
    except BaseException:
        print(f"with ACTLOG_STREAMS_SEED={SEED}; the last words of all:", file=sys.stderr)
        for process in stage.processes():
            print(f"--- {process.name}\n{process.said()[-1500:]}", file=sys.stderr)
        print(f"all of it stays in {folder}", file=sys.stderr)
        raise
    finally:
        for process in stage.processes():
            process.kill()
    shutil.rmtree(folder)


main()
