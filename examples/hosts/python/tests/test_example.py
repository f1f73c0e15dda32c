from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import event

from actlog import Filter

FOLDER = Path(__file__).parents[1]


def test_example_writes_records_and_tells_the_rest(shared: Filter, component: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.write_bytes(event() + b"{}\n" + event("WhoAmI"))
    done = subprocess.run([sys.executable, FOLDER / "example.py", component, events], capture_output=True, check=True)
    assert done.stdout == shared.audit(events.read_bytes()).records
    assert b"Rejection(index=1" in done.stderr and b"Totals(read=3, recorded=1" in done.stderr


def test_translate_audits_one_exchange_and_tells_what_is_not_known(component: Path) -> None:
    done = subprocess.run([sys.executable, FOLDER / "translate.py", component], capture_output=True, check=True)
    record = json.loads(done.stdout)
    assert (record["Message"], record["EntityName"], record["EventId"]) == ("RetrieveMultiple", "account", "exchange-1/0")
    assert record["QueryResults"] == "0a0d8709-711e-e811-a952-000d3a732d76"
    assert b"no-identity" in done.stderr


@pytest.mark.parametrize("name", ["example.py", "translate.py"])
def test_readme_shows_the_example(name: str) -> None:
    code = (FOLDER / name).read_text(encoding="utf-8").split('"""')[2].strip()
    assert code in (FOLDER / "README.md").read_text(encoding="utf-8")
