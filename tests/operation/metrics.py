"""Starts the server that is named, lets things happen, and reads its metrics as Prometheus does."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
TENANT = "4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4"
SETTINGS = """
[record]
profile = "management-api"
[push.dead]
endpoint = "http://127.0.0.1:1/"
retry-ms = 5
max-retry-ms = 5
"""

EVENTS = [
    json.dumps({"Message": "Retrieve", "OrganizationId": TENANT, "EntityName": "account"}),
    json.dumps({"Message": "WhoAmI", "OrganizationId": TENANT}),
    json.dumps({"Message": "Retrieve"}),
    "{",
]


def ask(url, body=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=20) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def read(url):
    """Every sample, by its name and labels. The parser raises where the text is not as it should be."""
    text = ask(f"{url}/metrics")
    samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, f"{family.name} says nothing of itself"
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in samples, f"{key} stands twice"
            samples[key] = sample.value
    return samples


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *arguments: subprocess.run([PROGRAM, *arguments], cwd=folder, check=True, capture_output=True, text=True)
        pathlib.Path(folder, "actlog.toml").write_text(SETTINGS)
        run("collector", "add", "siem", "--tenant", TENANT)
        command = [PROGRAM, "serve", "--anonymous", "--listen", "127.0.0.1:0", "--store", "audit.db", "--settings", "actlog.toml"]
        server = subprocess.Popen([*command, "--collectors", "actlog-collectors.json"], cwd=folder, stderr=subprocess.PIPE, text=True)
        try:
            told = ""
            while "listening" not in told:
                told = server.stderr.readline()
                assert told, "the server did not start"
            url = re.search(r"http://\S+", told)[0]
            ask(f"{url}/events", "\n".join(EVENTS).encode())
            for _ in range(200):
                samples = read(url)
                if any(value == 0 for (name, _), value in samples.items() if name == "actlog_flow_ok"):
                    break
                time.sleep(0.05)
        finally:
            server.terminate()
            server.wait()
    of = lambda wanted: {labels: value for (name, labels), value in samples.items() if name == wanted}
    outcomes = {dict(labels)["outcome"]: value for labels, value in of("actlog_events_total").items()}
    assert outcomes == {"recorded": 1, "excluded": 1, "rejected": 2, "faulted": 0}, outcomes
    assert sum(of("actlog_events_by_reason_total").values()) == 3
    kinds = {dict(labels)["kind"] for labels in of("actlog_flow_sent_total")}
    assert kinds == {"queue", "push", "feed"}, kinds
    failing = {dict(labels)["name"] for labels, value in of("actlog_flow_ok").items() if value == 0}
    assert "dead" in failing and "store" not in failing, failing
    for histogram in ["actlog_answer_seconds", "actlog_intake_seconds", "actlog_store_commit_seconds"]:
        assert sum(of(f"{histogram}_count").values()) > 0, histogram
    print(f"{len(samples)} samples read")


main()
