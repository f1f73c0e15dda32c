"""Envoy, the processor behind it, and an upstream, for each test."""

import httpx
import pytest

from servers import Envoy, PATIENCE, StandIn, processor, until


class Rig:
    def __init__(self, folder):
        self.folder = folder
        self.upstream = StandIn()
        self.started = []

    def begin(self, change=lambda text: text, listen=None, upstream=None, output=None, **environment):
        self.processor = processor(self.folder, listen, output, **environment)
        self.started.append(self.processor)
        where = self.processor.start()
        self.envoy = Envoy(self.folder, upstream or self.upstream.port, listen or where, change)
        self.started.append(self.envoy)
        self.url = f"http://127.0.0.1:{self.envoy.port}"
        return self

    def close(self):
        for one in reversed(self.started):
            one.stop()
        self.upstream.shutdown()
        self.upstream.server_close()

    def ask(self, method, target, **more):
        with httpx.Client(timeout=PATIENCE, http1=not more.get("http2"), http2=more.pop("http2", False)) as client:
            return client.request(method, self.url + target, **more)

    def count(self):
        """Holds Envoy's own count against what the processor has: each line of the API that reached the upstream is there."""
        lines = until("the access log", self.envoy.lines)
        reached = [line for line in lines if line["path"].startswith("/api") and line["details"] == "via_upstream"]
        kept = {exchange["id"]: exchange for exchange in self.processor.exchanges()}
        for line in reached:
            exchange = kept.get(line["exchange"])
            assert exchange, f"not recorded: {line}"
            # Envoy logs the query as it came, secrets and all.
            assert (exchange["method"], exchange["target"].split("?")[0]) == (line["method"], line["path"].split("?")[0])
            assert exchange["status"] in (line["status"], None)
        return len(reached)


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path)
    yield made
    made.close()
