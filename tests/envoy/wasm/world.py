"""Envoy with the module, and `actlog serve`: started, asked and stopped."""

import json
import re
import subprocess
import time
import urllib.request
from pathlib import Path

import yaml

from servers import StandIn, Way, free_port

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples/envoy/proxy-wasm.yaml"
SETTINGS = json.loads((ROOT / "tests/exchanges/settings.json").read_text())


def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for: {what}")


def fetch(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


class Serve:
    """`actlog serve` with a store and tokens of its own."""

    def __init__(self, actlog, folder):
        self.actlog, self.folder, self.process = actlog, folder, None
        self.tokens = folder / "tokens.json"
        self.ingester = self.token("ingester")
        self.auditor = self.token("auditor")

    def token(self, role):
        out = subprocess.run([self.actlog, "token", "add", role, "--file", self.tokens], capture_output=True, text=True, check=True)
        return re.search(r"actlog-\S+", out.stdout).group()

    def start(self):
        log = open(self.folder / "serve.log", "a")
        command = [self.actlog, "serve", "--listen", "127.0.0.1:0", "--store", self.folder / "audit.db", "--tokens", self.tokens]
        seen = (self.folder / "serve.log").stat().st_size
        self.process = subprocess.Popen(command, stderr=log, cwd=self.folder)
        address = until("serve listens", lambda: re.search(r"listening:.* http://127.0.0.1:(\d+)", (self.folder / "serve.log").read_text()[seen:]))
        self.port = int(address.group(1))

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0

    def records(self):
        """Every record of what passed Envoy: what the store keeps of those who look is left out."""
        text = fetch(f"http://127.0.0.1:{self.port}/api/export?Format=json", self.auditor)
        return [record for record in map(json.loads, text.splitlines()) if record.get("EventId", "").startswith("test-edge:")]


class World:
    """Everything around one Envoy."""

    running = []

    def __init__(self, args, name):
        World.running.append(self)
        self.args = args
        self.folder = Path(args.out) / name
        self.folder.mkdir(parents=True)
        self.stand_in, self.way, self.envoy = StandIn(), Way(), None
        self.serve = Serve(args.actlog, self.folder)
        self.serve.start()
        self.way.to = self.serve.port

    def configuration(self, change, envoy):
        """The example, with this test's ports, files and settings."""
        document = yaml.safe_load(EXAMPLE.read_text())
        self.port, self.admin = free_port(), free_port()
        document["node"]["id"] = "not-used"
        document["admin"]["address"]["socket_address"]["port_value"] = self.admin
        listener = document["static_resources"]["listeners"][0]
        listener["address"]["socket_address"]["port_value"] = self.port
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        log = manager["access_log"][0]["typed_config"]
        log["path"] = str(self.folder / "access.log")
        log["log_format"]["json_format"]["test"] = "%REQ(X-TEST)%"
        wasm = manager["http_filters"][0]["typed_config"]["config"]
        wasm["vm_config"]["code"]["local"]["filename"] = str(Path(self.args.module).resolve())
        plugin = json.loads(wasm["configuration"]["value"])
        plugin["serve"].update(token=self.serve.ingester, **{"timeout-ms": 700})
        plugin.update(exchange=dict(SETTINGS), instance="test-edge", **{"patience-ms": 1500})
        change(plugin)
        wasm["configuration"]["value"] = json.dumps(plugin)
        for cluster in document["static_resources"]["clusters"]:
            port = {"web_api": self.stand_in.port, "actlog_serve": self.way.port}[cluster["name"]]
            cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]["port_value"] = port
        envoy(document)
        path = self.folder / "envoy.json"
        path.write_text(json.dumps(document))
        return path

    def start(self, change=lambda plugin: None, envoy=lambda document: None, workers=2):
        path = self.configuration(change, envoy)
        options = ["--disable-hot-restart", "--concurrency", str(workers), "--file-flush-interval-msec", "20", "--log-level", "info"]
        log = open(self.folder / "envoy.log", "w")
        self.envoy = subprocess.Popen([self.args.envoy, "-c", path, *options], stderr=log, stdout=log, cwd=self.folder)
        until("Envoy answers", lambda: self.envoy.poll() is not None or self.is_ready())
        assert self.envoy.poll() is None, self.log()[-3000:]
        return self

    def is_ready(self):
        try:
            return fetch(f"http://127.0.0.1:{self.admin}/ready").startswith("LIVE")
        except OSError:
            return False

    def log(self):
        return (self.folder / "envoy.log").read_text()

    def access(self):
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    def counters(self):
        text = fetch(f"http://127.0.0.1:{self.admin}/stats?filter=actlog")
        found = re.findall(r"actlog\.(\w+): (\d+)", text)
        return {name: int(number) for name, number in found}

    def memory(self):
        """The most memory that Envoy had, in MiB."""
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.envoy.pid}/status").read_text()).group(1)) // 1024

    def stop(self):
        World.running.remove(self)
        if self.envoy and self.envoy.poll() is None:
            self.envoy.terminate()
            self.envoy.wait(20)
        if self.serve.process and self.serve.process.poll() is None:
            self.serve.stop()
        self.stand_in.shutdown()
        self.way.shutdown()
        assert "panicked" not in self.log() and "Function: proxy_on" not in self.log(), "the module trapped, see envoy.log"
